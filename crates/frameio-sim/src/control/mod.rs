//! Control endpoints under `/_sim/`, for tests in other processes, and the page that shows the
//! simulator in a browser.

mod body;
mod page;
mod page_details;
mod page_feed;
mod page_tree;
mod trigger;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use frameio_core::UserId;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use self::body::{Input, Object};
use crate::events;
use crate::faults::Fault;
use crate::response::{Failure, Outcome, Reply};
use crate::routing;
use crate::shared::{Shared, World};
use crate::snapshot::{self, Document, SavedState};
use crate::state::Token;

/// Maximum size of a state in a request, in bytes.
const MAX_STATE_SIZE: usize = 64 * 1024 * 1024;

/// The simulator, as the router passes it to handlers.
type State = Extension<Arc<Shared>>;

/// Returns the routes under `/_sim`.
///
/// The caller checks the origin. These requests are neither recorded nor counted, and no fault applies.
pub(crate) fn router() -> Router {
    const GET: &[Method] = &[Method::GET];
    const POST: &[Method] = &[Method::POST];
    let read = |router: MethodRouter| only(GET, router);
    let router = Router::new()
        .route("/_sim", read(get(async || page::redirect())))
        .route("/_sim/live", read(get(live)))
        .route("/_sim/tree", read(get(tree)))
        .route("/_sim/requests/{number}", read(get(request)))
        .route("/_sim/assets/{id}", read(get(asset)))
        .route("/_sim/stats", read(get(async |shared: State| ok(stats(&shared.lock())))))
        .route("/_sim/demo", read(get(async |shared: State| ok(demo(&shared.lock())))))
        .route("/_sim/state", only(&[Method::GET, Method::PUT], get(state).put(restore)))
        .route("/_sim/reset", only(POST, post(reset)))
        .route("/_sim/clock", only(&[Method::GET, Method::POST], get(clock).post(advance)))
        .route(
            "/_sim/faults",
            only(
                &[Method::GET, Method::POST, Method::DELETE],
                get(faults).post(inject).delete(clear_faults),
            ),
        )
        .route("/_sim/actions/{id}/trigger", only(POST, post(trigger)));
    page::FILES
        .iter()
        .fold(router, |router, file| {
            router.route(&file.route(), read(get(async || file.response())))
        })
        .fallback(async || {
            let detail = "no such route; the routes are the page /_sim/, /_sim/live, \
                          /_sim/tree, /_sim/requests/{number}, /_sim/assets/{id}, /_sim/stats, \
                          /_sim/demo, /_sim/state, /_sim/reset, /_sim/clock, /_sim/faults and \
                          /_sim/actions/{id}/trigger";
            Failure::new(StatusCode::NOT_FOUND, detail)
        })
}

fn only(methods: &'static [Method], router: MethodRouter) -> MethodRouter {
    routing::only(methods, router, |methods| {
        let detail = format!("method not allowed, expected {}", routing::list(methods));
        Failure::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response()
    })
}

async fn live(shared: State, RawQuery(query): RawQuery) -> Reply {
    let query = query.unwrap_or_default();
    let since = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "since");
    let world = &mut *shared.lock();
    events::dispatch_pending(&shared, world);
    ok(page_feed::live(&shared.env, world, since.as_ref().map_or("", |(_, since)| since)))
}

async fn tree(shared: State, RawQuery(query): RawQuery) -> Outcome {
    page_tree::tree(&shared, &query.unwrap_or_default()).map(ok)
}

async fn request(shared: State, Path(number): Path<String>) -> Outcome {
    let number = number.parse().ok();
    let found = number.and_then(|number| page_details::request(&shared.lock(), number));
    let missing = || Failure::new(StatusCode::NOT_FOUND, "no such request in the record");
    found.map(ok).ok_or_else(missing)
}

async fn asset(shared: State, Path(id): Path<String>) -> Outcome {
    let found = page_details::asset(&shared.env, &shared.lock().state, &id);
    let missing = || Failure::new(StatusCode::NOT_FOUND, "no such asset");
    found.map(ok).ok_or_else(missing)
}

async fn state(shared: State) -> Outcome {
    let document = Document::of(&shared.env, &shared.lock());
    let failed = |error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}"));
    serde_json::to_value(document).map(ok).map_err(failed)
}

async fn restore(shared: State, input: Input<MAX_STATE_SIZE>) -> Outcome {
    let state = SavedState::parse(input.json()?)?;
    let world = &mut *shared.lock();
    snapshot::restore(&shared.env, world, state);
    Ok(ok(demo(world)))
}

async fn reset(shared: State) -> Reply {
    let world = &mut *shared.lock();
    world.reset();
    ok(demo(world))
}

async fn clock(shared: State) -> Reply {
    ok(json!({"now": shared.env.clock.now().to_string()}))
}

async fn advance(shared: State, input: Input) -> Outcome {
    let body = Object::of(&input, &["advance_ms"])?;
    let millis = body.required("advance_ms")?.as_u64().ok_or_else(|| {
        Failure::invalid("/advance_ms", "expected a whole number of milliseconds, 0 or more")
    })?;
    shared.env.clock.advance(Duration::from_millis(millis));
    events::dispatch_pending(&shared, &mut shared.lock());
    Ok(clock(shared).await)
}

async fn faults(shared: State) -> Reply {
    let faults: Vec<_> = shared.lock().faults.all().iter().map(Fault::to_string).collect();
    ok(json!({ "faults": faults }))
}

async fn inject(shared: State, input: Input) -> Outcome {
    let fault = Object::of(&input, &["fault"])?.text("fault")?.parse::<Fault>();
    let fault = fault.map_err(|error| Failure::invalid("/fault", format!("{error}")))?;
    shared.lock().faults.push(fault);
    Ok(faults(shared).await)
}

async fn clear_faults(shared: State) -> Reply {
    shared.lock().faults.clear();
    Reply::NO_CONTENT
}

async fn trigger(shared: State, Path(action): Path<String>, input: Input) -> Outcome {
    let body = Object::of(&input, &["resources", "user_id", "submit"])?;
    trigger::trigger(&shared, &action, &body).await.map(ok)
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
