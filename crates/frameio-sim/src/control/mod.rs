//! The simulator's own endpoints, below `/_sim/`: for tests that are not in its process, and for
//! people to watch it.

mod body;
mod endpoint;
mod guard;
mod live;
mod page;
mod tree;
mod trigger;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use http::header::{ALLOW, CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) use self::endpoint::Endpoint;

use self::body::Object;
use crate::content::Content;
use crate::faults::Fault;
use crate::hooks;
use crate::respond::{Failure, Outcome, Reply};
use crate::saved::{Document, SavedState};
use crate::sim::{Shared, Sim};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Marks a request that came from another machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elsewhere;

/// Answers; nothing of it is recorded, counted or befallen by a fault.
pub(crate) async fn answer<B>(
    shared: &Arc<Shared>,
    endpoint: &Endpoint,
    parts: &Parts,
    body: B,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes>,
{
    let content = Content::read(body, &parts.headers, endpoint.longest()).await;
    let outcome = respond(shared, endpoint, parts, &content).await;
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
) -> Result<Response<Body>, Failure> {
    if parts.extensions.get::<Elsewhere>().is_some() {
        let detail = "the simulator is controlled only from the machine that it runs on";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    guard::check(parts)?;
    if *endpoint == Endpoint::Unknown {
        let detail = format!("there is no such route; there are {}", endpoint::ROUTES);
        return Err(Failure::new(StatusCode::NOT_FOUND, detail));
    }
    if !endpoint.methods().contains(&parts.method) {
        let detail = format!("the method is not allowed here, {} is", endpoint.allowed());
        return Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, detail));
    }
    let sim = Sim { shared: shared.clone() };
    match endpoint {
        Endpoint::Entry => Ok(page::redirect()),
        Endpoint::File(file) => Ok(file.response()),
        _ => control(&sim, endpoint, parts, content).await.map(Reply::into_response),
    }
}

/// Answers what has its answer in JSON.
async fn control(sim: &Sim, endpoint: &Endpoint, parts: &Parts, content: &Content) -> Outcome {
    let query = parts.uri.query().unwrap_or_default();
    match (endpoint, &parts.method) {
        (Endpoint::Live, _) => {
            let since = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "since");
            Ok(ok(live::live(sim, since.as_ref().map_or("", |(_, since)| since))))
        }
        (Endpoint::Tree, _) => tree::tree(sim, query).map(ok),
        (Endpoint::Stats, _) => Ok(ok(stats(sim))),
        (Endpoint::Demo, _) => Ok(ok(demo(sim))),
        (Endpoint::State, &Method::PUT) => {
            sim.restore(SavedState::parse(body::json(content)?)?);
            Ok(ok(demo(sim)))
        }
        (Endpoint::State, _) => state(sim),
        (Endpoint::Reset, _) => {
            sim.reset();
            Ok(ok(demo(sim)))
        }
        (Endpoint::Clock, &Method::POST) => {
            advance(sim, &Object::of(content, &["advance_ms"])?)?;
            Ok(ok(clock(sim)))
        }
        (Endpoint::Clock, _) => Ok(ok(clock(sim))),
        (Endpoint::Faults, &Method::POST) => {
            inject(sim, &Object::of(content, &["fault"])?)?;
            Ok(ok(faults(sim)))
        }
        (Endpoint::Faults, &Method::DELETE) => {
            sim.clear_faults();
            Ok(Reply::NO_CONTENT)
        }
        (Endpoint::Faults, _) => Ok(ok(faults(sim))),
        (Endpoint::Trigger(action), _) => {
            let body = Object::of(content, &["resources", "user_id", "submit"])?;
            trigger::trigger(sim, action, &body).await.map(ok)
        }
        (Endpoint::Entry | Endpoint::File(_) | Endpoint::Unknown, _) => Ok(Reply::NO_CONTENT),
    }
}

const fn ok(body: Value) -> Reply {
    Reply::whole(StatusCode::OK, body)
}

fn stats(sim: &Sim) -> Value {
    let stats = sim.stats();
    json!({
        "requests": stats.requests,
        "by_status": stats.by_status,
        "by_operation": stats.by_operation,
        "rate_limited": stats.rate_limited,
    })
}

fn state(sim: &Sim) -> Outcome {
    let state = serde_json::to_value(Document::of(&sim.shared));
    let failed = |error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}"));
    state.map(ok).map_err(failed)
}

fn demo(sim: &Sim) -> Value {
    let demo = sim.demo();
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
            "user": sim.token_of(&demo.user_id),
            "editor": sim.token_of(&demo.editor_id),
            "commenter": sim.token_of(&demo.commenter_id),
            "viewer": sim.token_of(&demo.viewer_id),
        },
    })
}

fn clock(sim: &Sim) -> Value {
    json!({"now": sim.clock().now().to_string()})
}

fn advance(sim: &Sim, body: &Object) -> Result<(), Failure> {
    let millis = body.required("advance_ms")?.as_u64().ok_or_else(|| {
        Failure::invalid("/advance_ms", "it has to be a whole number of milliseconds, 0 or more")
    })?;
    sim.clock().advance(Duration::from_millis(millis));
    hooks::settle(&sim.shared);
    Ok(())
}

fn inject(sim: &Sim, body: &Object) -> Result<(), Failure> {
    let fault: Fault = body
        .text("fault")?
        .parse()
        .map_err(|error| Failure::invalid("/fault", format!("{error}")))?;
    sim.inject(fault);
    Ok(())
}

fn faults(sim: &Sim) -> Value {
    let faults: Vec<_> = sim.faults().iter().map(Fault::to_string).collect();
    json!({ "faults": faults })
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn only_this_machine_controls_it() {
        let sim = Sim::new();
        let ask = async |path: &str| {
            let mut request = http::Request::get(path).body(Body::empty()).unwrap();
            request.extensions_mut().insert(Elsewhere);
            sim.clone().oneshot(request).await.unwrap().status()
        };
        assert_eq!(ask("/_sim/demo").await, StatusCode::FORBIDDEN);
        assert_eq!(ask("/_sim/nothing").await, StatusCode::FORBIDDEN);
        assert_eq!(ask("/v4/me").await, StatusCode::UNAUTHORIZED, "the API is for all");
    }
}
