//! Deviations that a middleware injects into responses of the simulator.

use std::collections::{BTreeMap, BTreeSet};

use frameio_core::{Body, Call};
use frameio_sim::Sim;
use frameio_verify::{CrawlOptions, DeviationKind as Kind, Understood, Verifier};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{ServiceExt, service_fn};

use crate::{client, crawled, demo};

type Parts = http::response::Parts;
type Change = fn(&mut Parts, &mut Value);

/// Injected deviations: operation, change, and the deviation that the report has to name.
const INJECTED: [(&str, Change, Kind, &str); 20] = [
    ("users.show", |_, body| remove(&mut body["data"], "email"), Kind::MissingField, "data.email"),
    (
        "accounts.index",
        |_, body| body["data"][0]["plan_tier"] = json!({"name": "Gold"}),
        Kind::NewField,
        "data[].plan_tier",
    ),
    ("workspaces.index", |_, body| set(body, "name", 7), Kind::WrongType, "data[].name"),
    ("projects.index", |_, body| set(body, "status", "frozen"), Kind::NewValue, "data[].status"),
    ("folders.index", |_, body| set(body, "type", "moodboard"), Kind::NewValue, "data[].type"),
    ("version_stacks.show", |_, body| set(body, "name", Value::Null), Kind::Null, "data.name"),
    ("files.list", |_, body| set(body, "file_size", 1.0e15), Kind::WrongType, "data[].file_size"),
    (
        "comments.index",
        |_, body| set(body, "created_at", "2026-01-05T09:00:00"),
        Kind::Format,
        "data[].created_at",
    ),
    ("comments.show", |_, body| set(body, "id", "not-a-uuid"), Kind::Format, "data.id"),
    ("shares.index", |_, body| remove(body, "links"), Kind::MissingField, "links"),
    ("shares.show", |parts, _| header(parts, "x-ratelimit-limit", "999"), Kind::Quota, ""),
    ("webhooks.index", |parts, _| header(parts, "x-ratelimit-window", "1000"), Kind::Quota, ""),
    (
        "webhooks.show",
        |parts, _| drop(parts.headers.remove("x-ratelimit-remaining")),
        Kind::MissingHeader,
        "",
    ),
    (
        "projects.show",
        |parts, _| parts.status = StatusCode::NON_AUTHORITATIVE_INFORMATION,
        Kind::Status,
        "",
    ),
    (
        "workspaces.show",
        |parts, _| parts.status = StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Status,
        "",
    ),
    (
        "collections.index",
        |parts, _| header(parts, "content-type", "text/plain"),
        Kind::MediaType,
        "",
    ),
    ("collections.show", |_, body| *body = json!(HTML), Kind::NotJson, ""),
    ("groups.index", |_, body| *body = Value::Null, Kind::Empty, ""),
    ("version_stacks.index", |_, body| body["data"] = json!({}), Kind::WrongType, "data"),
    ("shares.list_reviewers", |parts, _| parts.status = StatusCode::NOT_FOUND, Kind::Status, ""),
];

const HTML: &str = "<html>canary</html>";

/// Sets a field of the first item of `data`, or of `data`.
fn set(body: &mut Value, name: &str, value: impl Into<Value>) {
    let data = &mut body["data"];
    // A page may be empty.
    let item = if data.is_array() { data.get_mut(0) } else { Some(data) };
    if let Some(field) = item.and_then(|item| item.get_mut(name)) {
        *field = value.into();
    }
}

fn remove(body: &mut Value, name: &str) {
    if let Some(fields) = body.as_object_mut() {
        fields.remove(name);
    }
}

fn header(parts: &mut Parts, name: &'static str, value: &'static str) {
    parts.headers.insert(name, HeaderValue::from_static(value));
}

/// Responds like the simulator, with the changes for an operation.
async fn respond(
    sim: Sim,
    changes: BTreeMap<&'static str, Change>,
    request: Request<Body>,
) -> Result<Response<Body>, std::io::Error> {
    let operation = request.extensions().get::<Call>().map(|call| call.operation.id);
    let response = sim.oneshot(request).await?;
    let change = operation.and_then(|operation| changes.get(operation));
    let Some(change) = change.filter(|_| response.status().is_success()) else {
        return Ok(response);
    };
    let (mut parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
    let mut body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    change(&mut parts, &mut body);
    parts.headers.remove("content-length");
    let text = match body {
        Value::Null => String::new(),
        Value::String(text) => text,
        body => body.to_string(),
    };
    Ok(Response::from_parts(parts, Body::from(text)))
}

fn with_changes(
    changes: impl IntoIterator<Item = (&'static str, Change)>,
) -> impl frameio_tower::Transport {
    let (sim, changes) = (demo(), changes.into_iter().collect::<BTreeMap<_, _>>());
    service_fn(move |request| respond(sim.clone(), changes.clone(), request))
}

#[tokio::test(start_paused = true)]
async fn the_simulator_has_no_deviation() {
    let mut verifier = Verifier::new();
    let options = CrawlOptions::new().experimental(true).max_calls(1000);
    verifier.crawl(&client(demo()), &options).await.unwrap();
    let report = verifier.report();
    assert_eq!(report.deviations, [], "{report}");
    assert!(report.operations > 40, "{report}");
    // Operations without a resource in the demo account.
    let skipped: Vec<_> = report.skipped.iter().map(|it| it.operation.as_str()).collect();
    assert!(skipped.len() <= 3, "{report}");
}

#[tokio::test(start_paused = true)]
async fn each_injected_deviation_is_named_and_nothing_else() {
    let changes = INJECTED.map(|(operation, change, ..)| (operation, change));
    let report = crawled(&client(with_changes(changes))).await;
    let found: BTreeSet<_> = report
        .deviations
        .iter()
        .map(|it| (it.operation.as_str(), it.kind, it.path.as_str()))
        .collect();
    let expected: BTreeSet<_> =
        INJECTED.iter().map(|(operation, _, kind, path)| (*operation, *kind, *path)).collect();
    assert_eq!(found, expected, "{report}");
    assert_eq!(report.deviations.len(), INJECTED.len(), "{report}");
    assert!(!report.to_string().contains("canary"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_deviation_states_whether_the_models_understood_it() {
    let changes = INJECTED.map(|(operation, change, ..)| (operation, change));
    let report = crawled(&client(with_changes(changes))).await;
    let understood = |operation: &str| {
        let deviation = report.deviations.iter().find(|it| it.operation == operation);
        deviation.unwrap().understood.clone()
    };
    assert_eq!(understood("accounts.index"), Understood::Yes);
    assert_eq!(understood("projects.index"), Understood::Yes);
    let repaired = |name: &str| Understood::Repaired(vec![name.to_owned()]);
    assert_eq!(understood("files.list"), repaired("whole_number"));
    assert_eq!(understood("comments.index"), repaired("missing_offset"));
    assert_eq!(understood("shares.index"), repaired("missing_links"));
    assert_eq!(understood("workspaces.index"), Understood::No("data[].name".to_owned()));
    assert_eq!(understood("workspaces.show"), Understood::NotDecoded);
    let values: Vec<_> = report.deviations.iter().map(|it| it.found.as_str()).collect();
    assert!(values.contains(&"'frozen'") && values.contains(&"999 per 60000 ms"), "{values:?}");
}

#[tokio::test(start_paused = true)]
async fn an_error_is_compared_too() {
    let sim = demo();
    let transport = service_fn(move |request: Request<Body>| {
        let sim = sim.clone();
        async move {
            let response = sim.oneshot(request).await?;
            let (parts, body) = response.into_parts();
            let body = if parts.status == StatusCode::NOT_FOUND { Body::from("{}") } else { body };
            Ok::<_, std::io::Error>(Response::from_parts(parts, body))
        }
    });
    let report = crawled(&client(transport)).await;
    let found: Vec<_> = report.deviations.iter().map(|it| (it.kind, it.path.as_str())).collect();
    assert_eq!(found, [(Kind::MissingField, "errors")], "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_and_a_missing_network_end_the_crawl() {
    let crawl = async |client: &frameio_client::Client| {
        Verifier::new().crawl(client, &CrawlOptions::new()).await.unwrap_err()
    };
    let refused = frameio_client::Client::builder().token("other").transport(demo());
    let error = crawl(&refused.build().unwrap()).await;
    assert!(error.is_signed_out(), "{error}");
    let down = service_fn(|_: Request<Body>| {
        std::future::ready(Err::<Response<Body>, _>(std::io::Error::other("down")))
    });
    let error = crawl(&client(down)).await;
    assert!(!error.is_signed_out(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_crawl_changes_nothing_and_respects_its_limit() {
    let sim = demo();
    let before = sim.state().to_string();
    let mut verifier = Verifier::new();
    let options = CrawlOptions::new().max_calls(30);
    verifier.crawl(&client(sim.clone()), &options).await.unwrap();
    let requests = sim.requests();
    assert!(requests.len() <= 30 && requests.iter().all(|it| it.method == "GET"));
    assert!(verifier.report().to_string().contains("the limit of calls was reached"));
    assert_eq!(sim.state().to_string(), before);
}
