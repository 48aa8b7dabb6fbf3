//! Requests that no client should send.

use bytes::Bytes;
use frameio_core::{Body, BoxError};
use frameio_legacy::{AcceptedTokens, Hosts};
use frameio_sim::Sim;
use frameio_testing::traced::Traced;
use futures_util::StreamExt;
use http::{Method, Request};
use http_body_util::StreamBody;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{TOKEN, World};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// Statuses that the old clients retry for hours.
fn is_retried(status: u16) -> bool {
    matches!(status, 400 | 500 | 503)
}

#[tokio::test]
async fn requests_without_a_token_are_refused() {
    let world = World::new();
    for headers in [&[][..], &[("authorization", "Basic eDp5")], &[("authorization", "Bearer ")]] {
        let answer = world.send(request("GET", "/v2/me", headers, "")).await;
        assert_eq!((answer.status.as_u16(), answer.body["code"].as_u64()), (401, Some(401)));
    }
    assert!(world.operations().is_empty(), "V4 is not asked");
}

#[tokio::test]
async fn only_accepted_tokens_and_hosts_pass() {
    use sha2::{Digest, Sha256};
    let sum: String = Sha256::digest(TOKEN).iter().map(|byte| format!("{byte:02x}")).collect();
    let tokens = AcceptedTokens::parse(&sum).unwrap();
    let world =
        World::with(Sim::builder(), |legacy| legacy.accept_tokens(tokens).hosts(Hosts::local()));
    assert_eq!(world.get("/v2/me").await.status, 200);
    let bearer = format!("Bearer {TOKEN}x");
    let other = [("host", "127.0.0.1"), ("authorization", bearer.as_str())];
    let answer = world.send(request("GET", "/v2/me", &other, "")).await;
    assert_eq!(answer.status, 401);
    assert!(!answer.body.to_string().contains(TOKEN));
    let bearer = format!("Bearer {TOKEN}");
    let rebound = [("host", "rebound.example"), ("authorization", bearer.as_str())];
    assert_eq!(world.send(request("GET", "/v2/me", &rebound, "")).await.status, 403);
    let part = request("PUT", "/v2/_parts/x/1", &[("host", "rebound.example")], "");
    assert_eq!(world.send(part).await.status, 403);
}

#[tokio::test]
async fn ids_that_are_none_reach_no_other_route_of_v4() {
    let world = World::new();
    for id in ["..%2f..%2fme", "%2e%2e", "a%00b", "%ff", "x%0d%0ay", "%3Fa=b", &"a".repeat(300)] {
        for path in [format!("/v2/assets/{id}"), format!("/v2/comments/{id}")] {
            let answer = world.get(&path).await;
            assert_eq!(answer.status, 404, "{path}");
        }
    }
    assert!(world.sim.requests().is_empty());
}

#[tokio::test]
async fn bodies_of_any_kind_are_refused_with_a_status_that_is_not_retried() {
    let world = World::new();
    let root = format!("/v2/assets/{}/children", world.root);
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("host", "localhost"), ("authorization", bearer.as_str())];
    for body in ["{", "[]", "7", "\"x\"", "{\"name\": {}}", "{\"name\": \"x\", \"filesize\": -1}"] {
        let answer = world.send(request("POST", &root, &headers, body)).await;
        assert_eq!(answer.status, 422, "{body}");
    }
    let large = "x".repeat(3 << 20);
    assert_eq!(world.send(request("POST", &root, &headers, &large)).await.status, 413);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let world = World::new();
    let broken = StreamBody::new(futures_util::stream::iter([
        Ok(http_body::Frame::data(Bytes::from_static(b"{\"name\":"))),
        Err(BoxError::from("gone")),
    ]));
    let request = Request::post(format!("/v2/teams/{}/projects", world.team))
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(Body::stream(broken))
        .unwrap();
    assert_eq!(world.send(request).await.status, 422);
}

/// A client that stops in the middle of a body gets a response, and frees its connection.
#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_refused_in_time() {
    let world = World::new();
    let children = format!("/v2/assets/{}/children", world.root);
    let file = json!({"type": "file", "name": "a.mp4", "filesize": 10});
    let part =
        world.post(&children, file).await.body["upload_urls"][0].as_str().unwrap().to_owned();
    let project = format!("/v2/teams/{}/projects", world.team);
    for (method, uri) in [(Method::POST, &*project), (Method::GET, "/v2/me"), (Method::PUT, &part)]
    {
        let begin = Ok::<_, BoxError>(http_body::Frame::data(Bytes::from_static(b"{\"a\":")));
        let frames = futures_util::stream::iter([begin]).chain(futures_util::stream::pending());
        let request = Request::builder()
            .method(&method)
            .uri(uri)
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-length", "10")
            .body(Body::stream(StreamBody::new(frames)))
            .unwrap();
        let sent = tokio::time::timeout(std::time::Duration::from_secs(60), world.send(request));
        let status = sent.await.expect("a response").status;
        // The legacy API ignored the body of a GET.
        assert_eq!(status, if method == Method::GET { 200 } else { 422 }, "{method} {uri}");
    }
}

#[tokio::test]
async fn deep_and_odd_json_is_no_reason_to_panic() {
    let world = World::new();
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let file = world.file(&world.root, "a.mp4", 10).await;
    for body in [
        json!({"asset_ids": [[], {}, null]}),
        json!({"batch": [{"id": 7}]}),
        json!({"text": "x", "timestamp": 1e308, "duration": -3, "page": "x", "annotation": 7}),
        json!({"filter": {"type": [[[]]]}, "q": {}, "page": "9".repeat(40)}),
        json!({"events": [1], "name": "x", "url": "x"}),
        json!({"source": {"url": 7}, "name": "a", "filesize": u64::MAX}),
        json!({"deep": serde_json::from_str::<Value>(&format!("{}{}", "[".repeat(100), "]".repeat(100))).unwrap()}),
    ] {
        for (method, path) in [
            (Method::POST, format!("/v2/assets/{}/children", world.root)),
            (Method::POST, format!("/v2/assets/{file}/comments")),
            (Method::POST, "/v2/search/library".to_owned()),
            (Method::POST, format!("/v2/teams/{}/hooks", world.team)),
            (Method::DELETE, "/v2/batch/assets".to_owned()),
            (Method::POST, format!("/v2/batch/assets/{}/copy", world.root)),
            (Method::PUT, format!("/v2/projects/{}", world.project)),
        ] {
            let answer = world.call(method, &path, body.clone()).await;
            assert!(!is_retried(answer.status.as_u16()), "{path} {body}: {}", answer.status);
        }
    }
    let headers = [("authorization", "Bearer x")];
    let answer = world.send(request("POST", "/v2/search/library", &headers, &deep)).await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn what_has_no_counterpart_names_the_replacement() {
    let world = World::new();
    let gone = world.post(&format!("/v2/assets/{UNKNOWN}/zip"), json!({})).await;
    assert_eq!(gone.status, 410);
    assert!(gone.body["errors"][0]["replacement"].is_string(), "{}", gone.body);
    assert!(gone.header("x-frameio-legacy").starts_with("gone; v4="));
    let like = world.post(&format!("/v2/comments/{UNKNOWN}/like"), json!({})).await;
    assert_eq!((like.status.as_u16(), like.body["code"].as_u64()), (410, Some(410)));
    let invented = world.get(&format!("/v2/projects/{}/assets", world.project)).await;
    assert_eq!(invented.status, 404);
    assert!(invented.detail().contains("/v2/assets/{root_asset_id}/children"));
    let c2c = world.post("/v2/devices/heartbeat", json!({})).await;
    assert_eq!(c2c.status, 404);
    assert!(c2c.detail().contains("Camera to Cloud"));
    let broken = world.get("/v2%7Bendpoint%7D?page=%7Bpage%7D").await;
    assert_eq!(broken.status, 404);
    assert!(world.operations().is_empty());
}

#[test]
fn never_returns_a_status_that_old_clients_retry() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = World::with(Sim::builder().quotas(false), |legacy| legacy);
    let ids = [world.root.clone(), world.project.clone(), world.team.clone(), UNKNOWN.to_owned()];
    let routes: Vec<_> = frameio_legacy::Route::all().collect();
    let strategy = (
        0..routes.len(),
        0..ids.len(),
        prop_oneof![
            Just(String::new()),
            Just("{}".to_owned()),
            "\\PC{0,30}",
            Just("{\"id\":7,\"name\":\"x\"}".to_owned())
        ],
        "[a-z_\\[\\]=&?0-9-]{0,30}",
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    let result = runner.run(&strategy, |(route, id, body, query)| {
        let route = routes[route];
        let mut path = String::new();
        for segment in route.path().split('/').skip(1) {
            path.push('/');
            path.push_str(if segment.starts_with('{') { &ids[id] } else { segment });
        }
        let request = Request::builder()
            .method(route.method())
            .uri(format!("{path}?{query}"))
            .header("authorization", "Bearer x")
            .body(Body::from(body))
            .unwrap();
        let answer = runtime.block_on(world.send(request));
        prop_assert!(!is_retried(answer.status.as_u16()), "{:?}: {}", route, answer.status);
        prop_assert!(answer.headers.contains_key("x-ratelimit-limit"));
        Ok(())
    });
    result.unwrap();
}

#[tokio::test]
async fn logs_no_secret() {
    let (log, _guard) = Traced::capture();
    let world = World::new();
    world.get("/v2/me").await;
    let root = format!("/v2/assets/{}/children", world.root);
    let file = world.post(&root, json!({"name": "a.mp4", "filesize": 5})).await.body;
    let url = file["upload_urls"][0].as_str().unwrap();
    let part = Request::put(url).header("content-length", 5).body(Body::from("bytes")).unwrap();
    assert_eq!(world.send(part).await.status, 200);
    let links = format!("/v2/projects/{}/review_links", world.project);
    world.post(&links, json!({"name": "x", "password": "pa55phrase"})).await;
    let comment = json!({"text": "internal-remark", "private": true});
    let id = file["id"].as_str().unwrap();
    world.post(&format!("/v2/assets/{id}/comments"), comment).await;
    let text = log.text();
    assert!(text.contains("legacy.answered") && text.contains("legacy.refused"), "{text}");
    let upload = url.rsplit('/').nth(1).unwrap();
    for secret in [TOKEN, Sim::TOKEN, "pa55phrase", "internal-remark", upload, "Signature"] {
        assert!(!text.contains(secret), "'{secret}' in {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_links_to_itself_ends_in_an_error() {
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let endless = tower::service_fn(move |_: Request<Body>| {
        // Bounded, so that a failure of this test ends.
        let last = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 1000;
        let next = if last { "null" } else { r#""/v4/accounts?after=a""# };
        let page = format!(r#"{{"data": [], "links": {{"next": {next}}}}}"#);
        async { Ok::<_, std::convert::Infallible>(http::Response::new(Body::from(page))) }
    });
    let client = frameio_client::Client::builder().token(Sim::TOKEN).transport(endless);
    let legacy = frameio_legacy::LegacyService::builder(client.build().unwrap()).build();
    let request = request("GET", "/v2/accounts", &[("authorization", "Bearer x")], "");
    let response = tower::ServiceExt::oneshot(legacy, request).await;
    let (head, body) = response.unwrap().into_parts();
    let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&body);
    assert_eq!(head.status, 502, "{text}");
    assert!(text.contains("repeats an earlier page"), "{text}");
}
