//! The layer that signs requests.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use frameio_core::BoxError;
use http::header::AUTHORIZATION;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use pin_project_lite::pin_project;
use tower::util::Oneshot;
use tower::{Layer, Service, ServiceExt};

use super::TARGET;
use super::provider::{BoxFuture, ErasedProvider, Token, TokenProvider};
use crate::error::AuthError;
use crate::record::{CallRecord, Phase};

/// Signs requests with the token of a provider.
///
/// Only requests to the origin are signed, which is the scheme, host and port of the API: a signed
/// URL of a part, or a host that a redirect names, never sees the token. A request that has an
/// `authorization` header already keeps it.
///
/// The provider is asked once for each request, so the layer belongs inside of retry. It never
/// sends a request twice itself: when the service rejects a token (401) and the provider then has
/// another one, the answer is marked with [`TokenRefreshed`], at which
/// [`Retry`](crate::Retry) sends the request once more. In that way there is one loop, and the
/// quota counts every request that is sent. A hundred calls that are rejected at once tell the
/// provider once.
#[derive(Clone)]
pub struct AuthLayer(Arc<Shared>);

struct Shared {
    provider: Arc<dyn ErasedProvider>,
    origin: Origin,
    /// The last token, as a header.
    last: Mutex<Option<(Token, HeaderValue)>>,
    /// Held by the one who tells the provider that a token was rejected.
    refresh: tokio::sync::Mutex<()>,
}

/// Marks the answer of 401 to a request that may now be sent again: there is another token.
///
/// A layer of one's own that signs requests marks its answers with it to the same effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a mark")]
pub struct TokenRefreshed;

impl AuthLayer {
    /// Signs what goes to the scheme, host and port of `origin` with the tokens of `provider`.
    pub fn new(provider: impl TokenProvider, origin: &Uri) -> Self {
        Self(Arc::new(Shared {
            provider: Arc::new(provider),
            origin: Origin::of(origin),
            last: Mutex::new(None),
            refresh: tokio::sync::Mutex::new(()),
        }))
    }
}

impl fmt::Debug for AuthLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthLayer").field("origin", &self.0.origin).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        Auth { inner, shared: self.0.clone() }
    }
}

/// The service of an [`AuthLayer`].
#[derive(Clone)]
pub struct Auth<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S: fmt::Debug> fmt::Debug for Auth<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("inner", &self.inner)
            .field("origin", &self.shared.origin)
            .finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for Auth<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = AuthFuture<S, B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // The inner service is made ready once there is a token, so that nothing of it is held
        // while a provider fetches one.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let inner = self.inner.clone();
        let sign = self.shared.origin.covers(request.uri())
            && !request.headers().contains_key(AUTHORIZATION);
        if !sign {
            return AuthFuture { step: Step::Send { send: inner.oneshot(request), signed: None } };
        }
        if let Some(record) = request.extensions().get::<CallRecord>() {
            record.enter(Phase::Auth);
        }
        let token = self.shared.provider.clone().token();
        AuthFuture {
            step: Step::Sign { token, send: Some((inner, request)), shared: self.shared.clone() },
        }
    }
}

pin_project! {
    /// The future of an [`Auth`].
    pub struct AuthFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        step: Step<S, B>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<S, B>
    where
        S: Service<Request<B>>,
    {
        Sign {
            token: BoxFuture<Result<Token, BoxError>>,
            send: Option<(S, Request<B>)>,
            shared: Arc<Shared>,
        },
        Send {
            #[pin]
            send: Oneshot<S, Request<B>>,
            signed: Option<(Arc<Shared>, Token)>,
        },
        Replace {
            replaced: BoxFuture<bool>,
            answer: Option<S::Response>,
        },
    }
}

impl<S, B, R> Future for AuthFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.step.as_mut().project() {
                StepProjection::Sign { token, send, shared } => {
                    let token = ready!(token.as_mut().poll(cx)).map_err(AuthError::new)?;
                    let header = shared.header(&token)?;
                    let Some((inner, mut request)) = send.take() else { return Poll::Pending };
                    request.headers_mut().insert(AUTHORIZATION, header);
                    if let Some(record) = request.extensions().get::<CallRecord>() {
                        record.enter(Phase::Attempt);
                    }
                    Step::Send {
                        send: inner.oneshot(request),
                        signed: Some((shared.clone(), token)),
                    }
                }
                StepProjection::Send { send, signed } => {
                    let answer = ready!(send.poll(cx)).map_err(Into::into)?;
                    match signed.take() {
                        Some((shared, token)) if answer.status() == StatusCode::UNAUTHORIZED => {
                            let replaced = Box::pin(shared.replace(token));
                            Step::Replace { replaced, answer: Some(answer) }
                        }
                        _ => return Poll::Ready(Ok(answer)),
                    }
                }
                StepProjection::Replace { replaced, answer } => {
                    let replaced = ready!(replaced.as_mut().poll(cx));
                    let Some(mut answer) = answer.take() else { return Poll::Pending };
                    if replaced {
                        answer.extensions_mut().insert(TokenRefreshed);
                    }
                    return Poll::Ready(Ok(answer));
                }
            };
            this.step.set(next);
        }
    }
}

impl<S: Service<Request<B>>, B> fmt::Debug for AuthFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthFuture").finish_non_exhaustive()
    }
}

impl Shared {
    /// The header for a token, made once for each.
    fn header(&self, token: &Token) -> Result<HeaderValue, AuthError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, header)) = &*last
            && known == token
        {
            return Ok(header.clone());
        }
        let mut header = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|_| AuthError::new("the token has characters that a header cannot carry"))?;
        header.set_sensitive(true);
        *last = Some((token.clone(), header.clone()));
        Ok(header)
    }

    /// Whether there is another token than the one that was rejected.
    async fn replace(self: Arc<Self>, rejected: Token) -> bool {
        let _one_at_a_time = self.refresh.lock().await;
        // Someone who was rejected at the same time may have told the provider already.
        if self.provider.clone().token().await.is_ok_and(|token| token != rejected) {
            return true;
        }
        self.provider.clone().rejected(rejected.clone()).await;
        let replaced = self.provider.clone().token().await.is_ok_and(|token| token != rejected);
        if replaced {
            tracing::info!(name: "auth.refreshed", target: TARGET, "auth.refreshed");
        }
        replaced
    }
}

/// Scheme, host and port.
struct Origin {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    port: Option<u16>,
}

impl fmt::Debug for Origin {
    /// Without a user and a password, should they stand before the host.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.as_ref().map_or("", Scheme::as_str);
        let host = self.authority.as_ref().map_or("", Authority::host);
        write!(f, "{scheme}://{host}")?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Origin {
    fn of(uri: &Uri) -> Self {
        Self { scheme: uri.scheme().cloned(), authority: uri.authority().cloned(), port: port(uri) }
    }

    fn covers(&self, uri: &Uri) -> bool {
        let (Some(authority), Some(to)) = (&self.authority, uri.authority()) else { return false };
        // Hosts are compared whatever their case, and schemes too.
        uri.scheme() == self.scheme.as_ref()
            && (to == authority
                || (to.host().eq_ignore_ascii_case(authority.host()) && port(uri) == self.port))
    }
}

/// The port that a connection would be made to.
fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or_else(|| match uri.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    })
}
