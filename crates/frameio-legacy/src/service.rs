//! The façade as a tower service.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use bytes::Bytes;
use frameio_client::{Client, ClientBuilder};
use frameio_core::{Body, BoxError, Secret};
use http::{Method, Request, Response, StatusCode, request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Map;
use tower::Service;
use tower_http::timeout::{DeadlineBody, TimeoutBody};

use crate::bounded::Bounded;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::report::Report;
use crate::request::{LegacyRequest, base_url, normalize_path, read_body, read_query};
use crate::response::{self, Outcome};
use crate::router;
use crate::routes::RouteClass;
use crate::routing::Answer;
use crate::session::Session;
use crate::settings::Settings;
use crate::tokens::{self, TokenDigest};

/// Maximum size of the body of a request that is not the part of an upload.
const MAX_BODY: usize = 2 << 20;
/// Time limit for the body of a request to arrive, and for each piece of the part of an upload: a client
/// that stops in between must not occupy a connection forever.
const ARRIVAL: Duration = Duration::from_secs(30);
/// Maximum number of tokens whose clients are kept.
const SESSIONS: usize = 256;
/// Time after which the client of a token is created again.
const SESSION_LIFE: Duration = Duration::from_secs(24 * 3600);
/// Target of all events.
const TARGET: &str = "frameio::legacy";

/// Serves the legacy V2 API by calling V4.
///
/// It is a [`Service`] of HTTP requests with any body, never fails, and is always ready. Clones
/// share the client and what was learned of ids. It serves paths below `/v2/`, and those of its
/// [relays](crate::relay::Relays).
///
/// Each request emits an event with method, route, class and status, at `DEBUG`, or at `WARN` for a
/// lossy route and a refusal by the façade. Tokens and bodies are in none of them.
#[derive(Clone)]
pub struct LegacyService {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Arc<Settings>,
    sessions: Sessions,
}

/// Where the calls of a request come from.
pub(crate) enum Caller {
    /// One client, whatever token the request has.
    Own(Client),
    /// A client for each token of a request.
    Forwarded(Box<ClientBuilder>),
}

enum Sessions {
    One(Arc<Session>),
    ByToken { client: Box<ClientBuilder>, sessions: Bounded<TokenDigest, Arc<Session>> },
}

impl LegacyService {
    pub(crate) fn from_settings(caller: Caller, settings: Settings) -> Self {
        let sessions = match caller {
            Caller::Own(client) => Sessions::One(Arc::new(Session::new(client))),
            Caller::Forwarded(client) => {
                Sessions::ByToken { client, sessions: Bounded::new(SESSIONS) }
            }
        };
        Self { inner: Arc::new(Inner { settings: Arc::new(settings), sessions }) }
    }
}

impl Sessions {
    fn of(&self, token: Secret, digest: TokenDigest) -> Result<Arc<Session>, Refusal> {
        let (client, sessions) = match self {
            Self::One(session) => return Ok(session.clone()),
            Self::ByToken { client, sessions } => (client, sessions),
        };
        if let Some(session) = sessions.get(&digest) {
            return Ok(session);
        }
        let client = client.as_ref().clone().token(token).build();
        let client = client.map_err(|error| Refusal::unauthorized(error.to_string()))?;
        let session = Arc::new(Session::new(client));
        sessions.insert(digest, session.clone(), SESSION_LIFE);
        Ok(session)
    }
}

impl Inner {
    async fn respond<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let path = normalize_path(parts.uri.path());
        // V4 delivers to the public name of the façade, which old programs need not use.
        if let Some(relay) = self.settings.relays.as_ref().and_then(|relays| relays.find(&path)) {
            let body = DeadlineBody::new(ARRIVAL, body);
            return relay.respond(Request::from_parts(parts, body)).await;
        }
        if let Some(hosts) = &self.settings.hosts
            && let Err(refusal) = hosts.check(&parts.headers)
        {
            return response::refused(&refusal);
        }
        if let Some(part) = self.settings.uploads.part(&path) {
            let body = TimeoutBody::new(ARRIVAL, body);
            return self.settings.uploads.receive(&parts, part, body).await;
        }
        let is_head = parts.method == Method::HEAD;
        let report = Arc::new(Report::default());
        let response = match self.read(parts, path, body, &report).await {
            Ok((cx, handler)) => {
                let request = cx.request.clone();
                let outcome = handler(cx.clone()).await;
                log(&cx, &outcome);
                if cx.route.class == RouteClass::Lossy {
                    let note = if cx.route.note.is_empty() { "differs" } else { cx.route.note };
                    report.note(format!("lossy; v4={}; {note}", cx.route.v4.join(",")));
                }
                response::build(&request, outcome, &report)
            }
            Err(response) => *response,
        };
        if is_head { response.map(|_| Body::empty()) } else { response }
    }

    /// Reads a request up to the call of its handler.
    async fn read<B>(
        &self,
        parts: request::Parts,
        path: String,
        body: B,
        report: &Arc<Report>,
    ) -> Result<(Context, fn(Context) -> Answer), Box<Response<Body>>>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut request = LegacyRequest {
            query: read_query(&parts.uri),
            base_url: base_url(&parts.uri, &parts.headers, self.settings.public_url.as_deref()),
            method: parts.method,
            path,
            body: Map::new(),
            headers: parts.headers,
        };
        // The body is read whatever follows, or a client that still sends may lose the response.
        let bytes = collect(DeadlineBody::new(ARRIVAL, body)).await;
        let refuse = |request: &LegacyRequest, refusal: Refusal| {
            tracing::warn!(
                target: TARGET,
                method = %request.method,
                status = refusal.status.as_u16(),
                "legacy.refused"
            );
            Box::new(response::build(request, Err(refusal), report))
        };
        let read = || {
            let tokens = self.settings.tokens.as_ref();
            let (token, digest) = tokens::token(&request.headers, tokens)?;
            let (entry, arguments) = router::find(&request.method, &request.path)?;
            // V2 ignored the body of a GET, and the official clients send one.
            let fields = match request.method {
                Method::GET | Method::HEAD => Map::new(),
                _ => read_body(&request.headers, &bytes?)?,
            };
            Ok((self.sessions.of(token, digest)?, entry, arguments, fields))
        };
        let (session, entry, arguments, fields) = match read() {
            Ok(read) => read,
            Err(refusal) => return Err(refuse(&request, refusal)),
        };
        request.body = fields;
        // The token is not needed any more.
        request.headers.remove(http::header::AUTHORIZATION);
        let request = Arc::new(request);
        let cx = Context {
            settings: self.settings.clone(),
            session,
            request,
            report: report.clone(),
            route: &entry.route,
            arguments: Arc::new(arguments),
        };
        Ok((cx, entry.handler))
    }
}

async fn collect<B>(body: B) -> Result<Bytes, Refusal>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let detail = format!("the body has more than {MAX_BODY} bytes");
            Err(Refusal::with_status(StatusCode::PAYLOAD_TOO_LARGE, detail))
        }
        Err(_) => Err(Refusal::invalid("the body broke off")),
    }
}

fn log(cx: &Context, outcome: &Outcome) {
    let status = outcome.as_ref().map_or_else(|it| it.status.as_u16(), |_| 200);
    let (method, route) = (cx.route.method.as_str(), cx.route.path);
    let class = cx.route.class;
    match outcome {
        Ok(_) if class != RouteClass::Lossy => {
            tracing::debug!(target: TARGET, method, route, %class, status, "legacy.answered");
        }
        Ok(_) => {
            let difference = cx.route.note;
            tracing::warn!(target: TARGET, method, route, %class, status, difference, "legacy.answered");
        }
        Err(_) => tracing::warn!(target: TARGET, method, route, %class, status, "legacy.refused"),
    }
}

impl<B> Service<Request<B>> for LegacyService
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = LegacyFuture;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> LegacyFuture {
        let inner = self.inner.clone();
        LegacyFuture(Box::pin(async move { Ok(inner.respond(request).await) }))
    }
}

/// The future of a [`LegacyService`].
pub struct LegacyFuture(Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>);

impl Future for LegacyFuture {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for LegacyFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegacyFuture").finish_non_exhaustive()
    }
}

impl fmt::Debug for LegacyService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegacyService").finish_non_exhaustive()
    }
}
