//! Webhooks and custom actions of V4 in the shape of the legacy API, for old receivers.

mod registry;

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{Body, BoxError, Secret};
use frameio_tower::{CollectLayer, HttpService, Transport};
use frameio_transport::HyperTransport;
use frameio_webhook::action::ActionRequest;
use frameio_webhook::{Event, InvalidSecret, Receiver, Resource, Signer, Verified, Verifier};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use serde_json::{Value, json};
use tower::{Layer, Service, ServiceExt};

pub(crate) use self::registry::{Entry, receiver};
pub use self::registry::{InvalidRelays, Relays};
use crate::translate::events;

/// Maximum size of the response of a receiver; a form has a few kilobytes.
const MAX_RESPONSE: usize = 1 << 20;
/// Time limit of a receiver. V4 waits 5 seconds for a webhook and 10 for an action.
const TIMEOUT: Duration = Duration::from_secs(9);

/// Receives deliveries of V4, verifies them, and sends them on in the shape of the legacy API,
/// signed with the secret that the old receiver knows.
///
/// The response of the receiver is returned to V4, which delivers again unless it is a success. An
/// event that the legacy API did not have gets an empty 200 and is not sent on.
///
/// ```
/// use frameio_legacy::relay::Relay;
///
/// let relay = Relay::new("secret of V4", "http://127.0.0.1:3000/hook".parse()?, "old secret")?;
/// let app: axum::Router = axum::Router::new().route_service("/relay/ingest", relay);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Relay {
    receiver: Receiver,
    signer: Signer,
    target: Uri,
    http: HttpService,
}

impl Relay {
    /// Verifies with `secret`, and sends to `target`, signed with `target_secret`.
    ///
    /// # Errors
    /// When a secret is blank or contains a control character.
    pub fn new(
        secret: impl Into<Secret>,
        target: Uri,
        target_secret: impl Into<Secret>,
    ) -> Result<Self, InvalidSecret> {
        Ok(Self {
            receiver: Verifier::new(secret)?.into(),
            signer: Signer::new(target_secret)?,
            target,
            http: receiver_transport(),
        })
    }

    /// Sends through a custom service. Default: hyper.
    #[must_use]
    pub fn transport(mut self, service: impl Transport) -> Self {
        self.http = transport(service);
        self
    }

    pub(crate) async fn respond<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let verified = match self.receiver.receive(request).await {
            Ok((_, verified)) => verified,
            Err(rejection) => return rejection.response(),
        };
        match translate(&verified) {
            Translation::Send(body) => self.forward(&body).await,
            Translation::Answer(body) => json_response(&body),
            Translation::Ignore => Response::new(Body::empty()),
            Translation::Unknown => status(StatusCode::BAD_REQUEST),
        }
    }

    async fn forward(&self, body: &Value) -> Response<Body> {
        let request = self.signer.request(self.target.clone(), body.to_string());
        let Ok(request) = request else { return status(StatusCode::BAD_GATEWAY) };
        let sent = tokio::time::timeout(TIMEOUT, self.http.clone().oneshot(request)).await;
        let Ok(Ok(response)) = sent else {
            tracing::warn!(target: "frameio::legacy", "legacy.relay_failed");
            return status(StatusCode::BAD_GATEWAY);
        };
        let (head, body) = response.into_parts();
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        if let Some(kind) = head.headers.get(CONTENT_TYPE) {
            response.headers_mut().insert(CONTENT_TYPE, kind.clone());
        }
        response
    }
}

/// Sends to receivers. Deliveries hold ids only, and many receivers are next to the relay.
fn receiver_transport() -> HttpService {
    transport(HyperTransport::builder().allow_http().build())
}

fn transport(service: impl Transport) -> HttpService {
    HttpService::new(CollectLayer::new(MAX_RESPONSE).layer(service))
}

enum Translation {
    Send(Value),
    Answer(Value),
    Ignore,
    Unknown,
}

fn translate(verified: &Verified) -> Translation {
    if let Ok(action) = verified.decode::<ActionRequest>() {
        return translate_action(&action);
    }
    match verified.event() {
        Ok(event) => translate_event(&event).map_or(Translation::Ignore, Translation::Send),
        Err(_) => Translation::Unknown,
    }
}

/// Returns an event in the shape of the legacy API; `None` if the API did not have it.
///
/// ```
/// use frameio_legacy::relay::translate_event;
/// use frameio_webhook::{Event, EventType, Resource};
///
/// let event = Event::new(EventType::FileReady, Resource::File("f1".into()), "a1").project("p1");
/// let legacy = translate_event(&event).unwrap();
/// assert_eq!(legacy["type"], "asset.ready");
/// assert_eq!(legacy["resource"]["type"], "asset");
///
/// let event = Event::new(EventType::CollectionCreated, Resource::Collection("c".into()), "a1");
/// assert!(translate_event(&event).is_none());
/// ```
pub fn translate_event(event: &Event) -> Option<Value> {
    let kind = events::to_legacy(event.kind.as_str())?;
    let resource = event.resource();
    let mut legacy = json!({
        "type": kind,
        "resource": legacy_resource(&resource),
        "team": event.workspace_id().map(|id| json!({ "id": id })),
        "user": event.user_id().map(|id| json!({ "id": id })),
    });
    // A recorded `project.created` had no project.
    if kind != "project.created" {
        legacy["project"] = event.project_id().map(|id| json!({ "id": id })).into();
    }
    Some(legacy)
}

/// Returns the V4 events that replace an event of the legacy API: none if V4 has no such event, and
/// `None` for any name that is not specific to the legacy API.
///
/// ```
/// use frameio_legacy::relay::replacements;
///
/// assert_eq!(replacements("asset.created"), Some(&["file.created", "folder.created"][..]));
/// assert_eq!(replacements("collaborator.created"), Some(&[][..]));
/// assert_eq!(replacements("comment.created"), None);
/// ```
pub fn replacements(event: &str) -> Option<&'static [&'static str]> {
    events::replacements(event)
}

/// An action of the legacy API had one asset.
fn translate_action(action: &ActionRequest) -> Translation {
    let mut selection = action.selection();
    let (Some(resource), None) = (selection.next(), selection.next()) else {
        return Translation::Answer(json!({
            "title": "Select one asset",
            "description": "This action was made for one asset at a time.",
        }));
    };
    let mut legacy = json!({
        "type": action.kind,
        "action_id": action.action_id,
        "interaction_id": action.interaction_id,
        "resource": legacy_resource(&resource),
        "project": action.project_id().map(|id| json!({ "id": id })),
        "team": action.workspace_id().map(|id| json!({ "id": id })),
        "user": action.user_id().map(|id| json!({ "id": id })),
    });
    if let Some(data) = &action.data {
        legacy["data"] = data.clone().into();
    }
    Translation::Send(legacy)
}

fn legacy_resource(resource: &Resource) -> Value {
    json!({"id": resource.id(), "type": events::resource_kind(resource.kind())})
}

fn json_response(body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

impl<B> Service<Request<B>> for Relay
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = RelayFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> RelayFuture {
        let relay = self.clone();
        RelayFuture(Box::pin(async move { Ok(relay.respond(request).await) }))
    }
}

/// The future of a [`Relay`].
pub struct RelayFuture(Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>);

impl Future for RelayFuture {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for RelayFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayFuture").finish_non_exhaustive()
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").finish_non_exhaustive()
    }
}
