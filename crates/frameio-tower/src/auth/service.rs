//! Service that signs requests, and has rejected tokens replaced.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use frameio_core::BoxError;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower::Service;

use super::TokenRefreshed;
use super::layer::AuthContext;
use super::provider::BoxFuture;
use super::refresh::Outcome;
use super::token::Token;
use crate::error::AuthError;
use crate::ready::{NotReady, ready_or_take};
use crate::record::{CallRecord, Phase};

/// Service of an [`AuthLayer`](super::AuthLayer).
#[derive(Clone)]
pub struct Auth<S> {
    inner: S,
    context: Arc<AuthContext>,
}

impl<S> Auth<S> {
    pub(super) fn new(inner: S, context: Arc<AuthContext>) -> Self {
        Self { inner, context }
    }
}

impl<S: fmt::Debug> fmt::Debug for Auth<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("inner", &self.inner)
            .field("origin", &self.context.origin)
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
        // The inner service becomes ready after the token has arrived. Otherwise a call that waits
        // for a token would hold one of its permits.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> AuthFuture<S, B> {
        let signature = match Signature::of(&self.context, &mut request) {
            Ok(signature) => signature,
            Err(error) => return AuthFuture::failed(error.into()),
        };
        if !signature.as_ref().is_none_or(Signature::is_signed) {
            return AuthFuture::unsent(signature, self.inner.clone(), request);
        }
        // Most inner services are ready immediately, which saves a clone and moving the request.
        match ready_or_take(&mut self.inner) {
            Ok(ready) => {
                AuthFuture { signature, step: Step::Sent { response: ready.call(request) } }
            }
            Err(NotReady::Pending(service)) => AuthFuture::unsent(signature, service, request),
            Err(NotReady::Failed(error)) => AuthFuture::failed(error.into()),
        }
    }
}

/// Request that waits for its token or for the inner service. Boxed, because few requests wait, and
/// it is larger than the future of the inner service.
struct Unsent<S, B> {
    service: S,
    request: Option<Request<B>>,
}

/// Token of a request that this layer signs.
struct Signature {
    context: Arc<AuthContext>,
    record: Option<CallRecord>,
    token: TokenState,
}

enum TokenState {
    Pending(BoxFuture<Result<Token, BoxError>>),
    Ready(Token),
}

impl Signature {
    /// Returns `None` if the request passes unsigned.
    fn of<B>(
        context: &Arc<AuthContext>,
        request: &mut Request<B>,
    ) -> Result<Option<Self>, AuthError> {
        if !context.origin.covers(request.uri()) || request.headers().contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        let provider = context.refresh.provider();
        let token = match provider.cached() {
            Some(token) => {
                request.headers_mut().insert(AUTHORIZATION, token.bearer()?);
                TokenState::Ready(token)
            }
            None => TokenState::Pending(provider.clone().token()),
        };
        let record = request.extensions().get::<CallRecord>().cloned();
        Ok(Some(Self { context: context.clone(), record, token }))
    }

    /// Returns whether the request has its token.
    const fn is_signed(&self) -> bool {
        matches!(self.token, TokenState::Ready(_))
    }

    /// Waits for the token and signs the request, unless it is already signed.
    fn poll_sign<B>(
        &mut self,
        request: &mut Request<B>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), AuthError>> {
        if let TokenState::Pending(pending) = &mut self.token {
            let Poll::Ready(token) = pending.as_mut().poll(cx) else {
                self.enter(Phase::Auth);
                return Poll::Pending;
            };
            self.enter(Phase::Attempt);
            let token = token.map_err(AuthError::new)?;
            request.headers_mut().insert(AUTHORIZATION, token.bearer()?);
            self.token = TokenState::Ready(token);
        }
        Poll::Ready(Ok(()))
    }

    /// Starts to replace a rejected token.
    fn replace(&self) -> Option<BoxFuture<Outcome>> {
        let TokenState::Ready(token) = &self.token else { return None };
        self.enter(Phase::Auth);
        let (context, token) = (self.context.clone(), token.clone());
        Some(Box::pin(async move { context.refresh.replace(token).await }))
    }

    fn enter(&self, phase: Phase) {
        if let Some(record) = &self.record {
            record.enter(phase);
        }
    }
}

pin_project! {
    /// Response future of an [`Auth`] service.
    pub struct AuthFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        signature: Option<Signature>,
        #[pin]
        step: Step<S, B>,
    }
}

impl<S: Service<Request<B>>, B> AuthFuture<S, B> {
    /// Keeps the request until it is signed and the service is ready.
    #[cold]
    #[inline(never)]
    fn unsent(signature: Option<Signature>, service: S, request: Request<B>) -> Self {
        let unsent = Box::new(Unsent { service, request: Some(request) });
        Self { signature, step: Step::Unsent { unsent } }
    }

    fn failed(error: BoxError) -> Self {
        Self { signature: None, step: Step::Done { error: Some(error) } }
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<S, B>
    where
        S: Service<Request<B>>,
    {
        Unsent { unsent: Box<Unsent<S, B>> },
        Sent { #[pin] response: S::Future },
        Rejected { response: Option<S::Response>, replaced: BoxFuture<Outcome> },
        Done { error: Option<BoxError> },
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
        let result = ready!(this.step.as_mut().poll(this.signature, cx));
        // Releases the token and the inner future even if this future is not dropped.
        this.step.set(Step::Done { error: None });
        *this.signature = None;
        Poll::Ready(result)
    }
}

impl<S, B, R> Step<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    fn poll(
        mut self: Pin<&mut Self>,
        signature: &mut Option<Signature>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Response<R>, BoxError>> {
        loop {
            match self.as_mut().project() {
                StepProjection::Unsent { .. } => ready!(self.as_mut().poll_send(signature, cx))?,
                StepProjection::Sent { response } => {
                    let response = ready!(response.poll(cx)).map_err(Into::into)?;
                    let rejected = response.status() == StatusCode::UNAUTHORIZED;
                    match signature.as_ref().filter(|_| rejected).and_then(Signature::replace) {
                        Some(replaced) => self.as_mut().reject(response, replaced),
                        None => return Poll::Ready(Ok(response)),
                    }
                }
                StepProjection::Rejected { response, replaced } => {
                    let replaced = ready!(replaced.as_mut().poll(cx));
                    if let Some(signature) = signature {
                        signature.enter(Phase::Attempt);
                    }
                    let Some(mut response) = response.take() else { completed() };
                    match replaced {
                        Ok(()) => drop(response.extensions_mut().insert(TokenRefreshed)),
                        Err(Some(reason)) => drop(response.extensions_mut().insert(reason)),
                        Err(None) => {}
                    }
                    return Poll::Ready(Ok(response));
                }
                StepProjection::Done { error } => {
                    let Some(error) = error.take() else { completed() };
                    return Poll::Ready(Err(error));
                }
            }
        }
    }
}

// Out of line, to keep the stack frame of other polls small.
impl<S, B> Step<S, B>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
{
    /// Keeps the response until the token is replaced.
    #[cold]
    #[inline(never)]
    fn reject(mut self: Pin<&mut Self>, response: S::Response, replaced: BoxFuture<Outcome>) {
        self.set(Self::Rejected { response: Some(response), replaced });
    }

    /// Sends the request when it is signed and the service is ready.
    #[cold]
    #[inline(never)]
    fn poll_send(
        mut self: Pin<&mut Self>,
        signature: &mut Option<Signature>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), BoxError>> {
        if let StepProjection::Unsent { unsent } = self.as_mut().project() {
            let Unsent { service, request } = &mut **unsent;
            let Some(unsigned) = request else { completed() };
            if let Some(signature) = signature {
                ready!(signature.poll_sign(unsigned, cx))?;
            }
            ready!(service.poll_ready(cx)).map_err(Into::into)?;
            let Some(request) = request.take() else { completed() };
            let response = service.call(request);
            self.set(Self::Sent { response });
        }
        Poll::Ready(Ok(()))
    }
}

fn completed() -> ! {
    panic!("polled after completion")
}

impl<S: Service<Request<B>>, B> fmt::Debug for AuthFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthFuture").finish_non_exhaustive()
    }
}
