//! Faults on demand, and the record of requests.

use std::time::Duration;

use frameio_core::Body;
use frameio_sim::{Fault, Sim};
use http::{Method, Request, StatusCode};
use serde_json::json;
use tokio::time::Instant;

use crate::api::{Api, put, send};

fn me() -> Request<Body> {
    Request::get("/v4/me?x=1")
        .header("authorization", format!("Bearer {}", Sim::TOKEN))
        .header("x-trace", "7")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_fault_hits_the_next_request_of_its_operation_once() {
    let api = Api::of(Sim::new());
    let unavailable = Fault::status(StatusCode::SERVICE_UNAVAILABLE).header("retry-after", 7);
    api.sim.inject(unavailable.on("users.show"));
    assert_eq!(api.get("/v4/accounts").await.status, StatusCode::OK, "another operation");
    let failed = send(&api.sim, me()).await;
    assert_eq!(failed.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(failed.headers()["retry-after"], "7");
    assert!(failed.body().starts_with(b"{\"errors\":["));
    let next = send(&api.sim, me()).await;
    assert_eq!(next.status(), StatusCode::OK);
    assert_eq!(next.headers()["x-ratelimit-remaining"], "99", "a fault spends no quota");
}

#[tokio::test(start_paused = true)]
async fn faults_wait_in_a_queue_and_may_be_of_any_content() {
    let sim = Sim::new();
    let html = "<h1>Bad Gateway</h1>";
    sim.inject(Fault::body(StatusCode::BAD_GATEWAY, "text/html", html));
    sim.inject(Fault::delay(Duration::from_secs(3)));
    let slow = Fault::body(StatusCode::OK, "application/json", "{\"data\":");
    sim.inject(slow.after(Duration::from_secs(2)));

    let proxy = send(&sim, me()).await;
    assert_eq!((proxy.status(), proxy.body().as_ref()), (StatusCode::BAD_GATEWAY, html.as_bytes()));
    assert_eq!(proxy.headers()["content-type"], "text/html");
    let start = Instant::now();
    assert_eq!(send(&sim, me()).await.status(), StatusCode::OK);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    assert_eq!(send(&sim, me()).await.body(), "{\"data\":");
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn parts_and_downloads_can_fail_too() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    let url = file["upload_urls"][0]["url"].as_str().unwrap();
    api.sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).on(Sim::UPLOAD_PART));
    let failed = put(&api.sim, url, "text/plain", "abcd").await;
    assert_eq!(failed.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(put(&api.sim, url, "text/plain", "abcd").await.0, StatusCode::OK);

    let file = api.file(&file);
    let links = api.get(&format!("{file}?include=media_links.original")).await.data();
    let url = links["media_links"]["original"]["download_url"].as_str().unwrap();
    api.sim.inject(Fault::status(StatusCode::FORBIDDEN).on(Sim::DOWNLOAD));
    for status in [StatusCode::FORBIDDEN, StatusCode::OK] {
        let request = Request::get(url).body(Body::empty()).unwrap();
        assert_eq!(send(&api.sim, request).await.status(), status);
    }
}

#[tokio::test]
async fn requests_are_recorded_without_their_token() {
    let api = Api::new();
    send(&api.sim, me()).await;
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    put(&api.sim, file["upload_urls"][0]["url"].as_str().unwrap(), "text/plain", "abcd").await;
    api.sim.inject(Fault::status(StatusCode::BAD_GATEWAY));
    let request = Request::post("/nowhere").body(Body::from("{}")).unwrap();
    send(&api.sim, request).await;

    let [me, create, part, nowhere] = <[_; 4]>::try_from(api.sim.requests()).unwrap();
    assert_eq!((me.operation, me.status), (Some("users.show"), Some(StatusCode::OK)));
    assert_eq!((me.path.as_str(), me.query.as_deref()), ("/v4/me", Some("x=1")));
    assert_eq!(me.headers["x-trace"], "7");
    assert!(!me.headers.contains_key("authorization"));
    assert_eq!((create.method, create.status), (Method::POST, Some(StatusCode::CREATED)));
    let body: serde_json::Value = serde_json::from_slice(&create.body).unwrap();
    assert_eq!(body, json!({"data": {"name": "notes.txt", "file_size": 4}}));
    assert_eq!(part.operation, Some(Sim::UPLOAD_PART));
    assert!(part.body.is_empty());
    assert_eq!((nowhere.operation, nowhere.status), (None, Some(StatusCode::BAD_GATEWAY)));
    assert_eq!(nowhere.body, "{}");

    api.sim.clear_requests();
    assert!(api.sim.requests().is_empty());
}

#[tokio::test]
async fn no_more_than_the_last_requests_are_kept() {
    let sim = Sim::builder().quotas(false).build();
    for i in 0..10_005 {
        let request = Request::get(format!("/{i}")).body(Body::empty()).unwrap();
        send(&sim, request).await;
    }
    let requests = sim.requests();
    assert_eq!((requests.len(), requests[0].path.as_str()), (10_000, "/5"));
}
