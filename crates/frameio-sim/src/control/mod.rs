//! The simulator's own endpoints, below `/_sim/`: for tests that are not in its process, and for
//! people to watch it.

mod body;
mod endpoint;
mod page;
mod page_feed;
mod page_tree;
mod trigger;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{Body, UserId};
use http::header::{ALLOW, CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) use self::endpoint::Endpoint;

use self::body::Object;
use crate::events;
use crate::faults::Fault;
use crate::request_body::Content;
use crate::response::{Failure, Outcome, Reply};
use crate::shared::{Shared, World};
use crate::snapshot::{self, Document, SavedState};
use crate::state::Token;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Answers; nothing of it is recorded, counted or befallen by a fault.
pub(crate) async fn answer<B>(
    shared: &Arc<Shared>,
    endpoint: &Endpoint,
    parts: &Parts,
    body: B,
    allowed: Result<(), Failure>,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes>,
{
    let content = Content::read(body, &parts.headers, endpoint.longest()).await;
    let outcome = respond(shared, endpoint, parts, &content, allowed).await;
    let refused = outcome.as_ref().err().map(|failure| failure.status);
    let mut response = outcome.unwrap_or_else(Failure::into_response);
    if refused == Some(StatusCode::METHOD_NOT_ALLOWED) {
        let allowed = HeaderValue::try_from(endpoint.allowed());
        response.headers_mut().extend(allowed.ok().map(|allowed| (ALLOW, allowed)));
    }
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (RESOURCE_POLICY, "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn respond(
    shared: &Arc<Shared>,
    endpoint: &Endpoint,
    parts: &Parts,
    content: &Content,
    allowed: Result<(), Failure>,
) -> Result<Response<Body>, Failure> {
    allowed?;
    if *endpoint == Endpoint::Unknown {
        let detail = format!("there is no such route; there are {}", endpoint::ROUTES);
        return Err(Failure::new(StatusCode::NOT_FOUND, detail));
    }
    if !endpoint.methods().contains(&parts.method) {
        let detail = format!("the method is not allowed here, {} is", endpoint.allowed());
        return Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, detail));
    }
    match endpoint {
        Endpoint::Entry => Ok(page::redirect()),
        Endpoint::File(file) => Ok(file.response()),
        _ => control(shared, endpoint, parts, content).await.map(Reply::into_response),
    }
}

/// Runs a command whose response is JSON.
async fn control(
    shared: &Arc<Shared>,
    endpoint: &Endpoint,
    parts: &Parts,
    content: &Content,
) -> Outcome {
    let query = parts.uri.query().unwrap_or_default();
    let env = &shared.env;
    match (endpoint, &parts.method) {
        (Endpoint::Live, _) => {
            let since = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "since");
            let world = &mut *shared.lock();
            events::dispatch_pending(shared, world);
            Ok(ok(page_feed::live(env, world, since.as_ref().map_or("", |(_, since)| since))))
        }
        (Endpoint::Tree, _) => page_tree::tree(shared, query).map(ok),
        (Endpoint::Stats, _) => Ok(ok(stats(&shared.lock()))),
        (Endpoint::Demo, _) => Ok(ok(demo(&shared.lock()))),
        (Endpoint::State, &Method::PUT) => {
            let state = SavedState::parse(body::json(content)?)?;
            let world = &mut *shared.lock();
            snapshot::restore(env, world, state);
            Ok(ok(demo(world)))
        }
        (Endpoint::State, _) => state(shared),
        (Endpoint::Reset, _) => {
            let world = &mut *shared.lock();
            world.reset();
            Ok(ok(demo(world)))
        }
        (Endpoint::Clock, &Method::POST) => {
            advance(shared, &Object::of(content, &["advance_ms"])?)?;
            Ok(ok(clock(shared)))
        }
        (Endpoint::Clock, _) => Ok(ok(clock(shared))),
        (Endpoint::Faults, &Method::POST) => {
            let fault = fault(&Object::of(content, &["fault"])?)?;
            let world = &mut *shared.lock();
            world.faults.push(fault);
            Ok(ok(faults(world)))
        }
        (Endpoint::Faults, &Method::DELETE) => {
            shared.lock().faults.clear();
            Ok(Reply::NO_CONTENT)
        }
        (Endpoint::Faults, _) => Ok(ok(faults(&shared.lock()))),
        (Endpoint::Trigger(action), _) => {
            let body = Object::of(content, &["resources", "user_id", "submit"])?;
            trigger::trigger(shared, action, &body).await.map(ok)
        }
        (Endpoint::Entry | Endpoint::File(_) | Endpoint::Unknown, _) => Ok(Reply::NO_CONTENT),
    }
}

const fn ok(body: Value) -> Reply {
    Reply::whole(StatusCode::OK, body)
}

fn stats(world: &World) -> Value {
    let stats = world.requests.stats();
    json!({
        "requests": stats.requests,
        "by_status": stats.by_status,
        "by_operation": stats.by_operation,
        "rate_limited": stats.rate_limited,
    })
}

fn state(shared: &Shared) -> Outcome {
    let document = Document::of(&shared.env, &shared.lock());
    let failed = |error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}"));
    serde_json::to_value(document).map(ok).map_err(failed)
}

fn demo(world: &World) -> Value {
    let demo = &world.demo;
    let token = |user: &UserId| Token::of(&world.tokens, user.as_str());
    json!({
        "account_id": demo.account_id,
        "workspace_id": demo.workspace_id,
        "project_id": demo.project_id,
        "root_folder_id": demo.root_folder_id,
        "user_id": demo.user_id,
        "editor_id": demo.editor_id,
        "commenter_id": demo.commenter_id,
        "viewer_id": demo.viewer_id,
        "tokens": {
            "user": token(&demo.user_id),
            "editor": token(&demo.editor_id),
            "commenter": token(&demo.commenter_id),
            "viewer": token(&demo.viewer_id),
        },
    })
}

fn clock(shared: &Shared) -> Value {
    json!({"now": shared.env.clock.now().to_string()})
}

fn advance(shared: &Arc<Shared>, body: &Object) -> Result<(), Failure> {
    let millis = body.required("advance_ms")?.as_u64().ok_or_else(|| {
        Failure::invalid("/advance_ms", "it has to be a whole number of milliseconds, 0 or more")
    })?;
    shared.env.clock.advance(Duration::from_millis(millis));
    events::dispatch_pending(shared, &mut shared.lock());
    Ok(())
}

fn fault(body: &Object) -> Result<Fault, Failure> {
    let fault = body.text("fault")?.parse();
    fault.map_err(|error| Failure::invalid("/fault", format!("{error}")))
}

fn faults(world: &World) -> Value {
    let faults: Vec<_> = world.faults.all().iter().map(Fault::to_string).collect();
    json!({ "faults": faults })
}
