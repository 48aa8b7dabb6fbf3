//! Faults on demand, and the record of requests.

use std::io::ErrorKind;
use std::time::Duration;

use frameio_core::Body;
use frameio_sim::{Fault, Sim};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::json;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::api::{Api, put, send};

fn me() -> Request<Body> {
    Request::get("/v4/me?x=1")
        .header("authorization", format!("Bearer {}", Sim::TOKEN))
        .header("x-trace", "7")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_fault_applies_once_to_its_operation() {
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
async fn faults_apply_in_order_with_any_content() {
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
async fn faults_apply_to_parts_and_downloads() {
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
async fn a_proxy_that_strips_headers_causes_refusals() {
    let api = Api::new();
    api.sim.inject(Fault::stripped_headers().on("users.show"));
    assert_eq!(send(&api.sim, me()).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(send(&api.sim, me()).await.status(), StatusCode::OK);
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    let url = file["upload_urls"][0]["url"].as_str().unwrap();
    api.sim.inject(Fault::stripped_headers().on(Sim::UPLOAD_PART));
    assert_eq!(put(&api.sim, url, "text/plain", "abcd").await.0, StatusCode::FORBIDDEN);
    assert_eq!(put(&api.sim, url, "text/plain", "abcd").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_reset_is_an_error_of_the_call_or_of_the_body() {
    let api = Api::new();
    api.sim.inject(Fault::reset());
    let folders = format!("{}/folders", api.root());
    let make = || {
        Request::post(&folders)
            .header("authorization", format!("Bearer {}", Sim::TOKEN))
            .header("content-type", "application/json")
            .body(Body::from(r#"{"data":{"name":"a"}}"#))
            .unwrap()
    };
    let error = api.sim.clone().oneshot(make()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(api.get(&folders).await.names().is_empty(), "the request was not carried out");

    api.sim.inject(Fault::reset_in_body());
    let response = api.sim.clone().oneshot(make()).await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    let length: usize = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let mut body = response.into_body();
    let half = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(half.len(), length / 2);
    let error = body.frame().await.unwrap().unwrap_err().downcast::<std::io::Error>().unwrap();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(api.get(&folders).await.names(), ["a"], "the request was carried out");

    let id = api.get(&folders).await.data()[0]["id"].as_str().unwrap().to_owned();
    let delete = Request::delete(format!("{}/folders/{id}", api.account()))
        .header("authorization", format!("Bearer {}", Sim::TOKEN))
        .body(Body::empty())
        .unwrap();
    api.sim.inject(Fault::reset_in_body());
    api.sim.clone().oneshot(delete).await.unwrap_err();
    assert!(
        api.get(&folders).await.names().is_empty(),
        "carried out, although the response has no body"
    );

    let [reset, .., lost, _] = api.sim.requests().try_into().map(|r: [_; 7]| r).unwrap();
    assert_eq!((reset.status, reset.response_length), (None, None));
    assert_eq!((lost.method, lost.status), (Method::DELETE, None));
}

#[tokio::test]
async fn truncates_json_and_breaks_rate_limit_headers() {
    let sim = Sim::new();
    sim.inject(Fault::truncated());
    sim.inject(Fault::no_rate_limit());
    sim.inject(Fault::wrong_rate_limit().header("x-ratelimit-window", 7));
    let cut = send(&sim, me()).await;
    assert_eq!(
        (cut.status(), cut.headers()["x-ratelimit-limit"].as_bytes()),
        (StatusCode::OK, &b"100"[..])
    );
    assert!(cut.body().starts_with(b"{\"data\":{"));
    serde_json::from_slice::<serde_json::Value>(cut.body()).unwrap_err();
    let missing = send(&sim, me()).await;
    assert!(missing.headers().keys().all(|name| !name.as_str().starts_with("x-ratelimit-")));
    assert!(missing.body().ends_with(b"}"));
    let wrong = send(&sim, me()).await;
    let level = ["limit", "remaining", "window"].map(|name| {
        let mut values = wrong.headers().get_all(format!("x-ratelimit-{name}")).iter();
        (values.next().unwrap().to_str().unwrap(), values.next())
    });
    assert_eq!(level, [("0", None), ("-1", None), ("7", None)]);
    assert_eq!(send(&sim, me()).await.headers()["x-ratelimit-remaining"], "96");
}

#[tokio::test]
async fn a_dropped_part_is_missing_until_it_is_resent() {
    let api = Api::new();
    api.sim.inject("sim.upload_part=dropped-part".parse().unwrap());
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    let url = file["upload_urls"][0]["url"].as_str().unwrap();
    let status = format!("{}/status", api.file(&file));
    for complete in [false, true] {
        assert_eq!(put(&api.sim, url, "text/plain", "abcd").await.0, StatusCode::OK);
        assert_eq!(api.get(&status).await.data()["upload_complete"], complete);
    }
    assert_eq!(api.read(&file["id"], &[]).await.body(), "abcd");
}

#[tokio::test]
async fn faults_expire_tokens_and_urls() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    let url = file["upload_urls"][0]["url"].as_str().unwrap();
    api.sim.inject(Fault::expired_token());
    api.sim.inject(Fault::expired_url().next(2));
    let (status, xml) = put(&api.sim, url, "text/plain", "abcd").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(xml.contains("<Code>AccessDenied</Code>") && xml.contains("expired"), "{xml}");
    let refused = api.get("/v4/me").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers["x-ratelimit-limit"], "100");
    assert_eq!(api.get("/v4/me").await.status, StatusCode::OK, "the token is still valid");
    assert_eq!(api.sim.faults()[0].to_string(), "expired-url", "one request remains");
    api.sim.clear_faults();
    assert_eq!(put(&api.sim, url, "text/plain", "abcd").await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_same_seed_repeats_a_failing_run() {
    let run = async |seed| {
        let sim = Sim::builder().quotas(false).seed(seed).build();
        sim.inject("users.show=503:30%".parse().unwrap());
        let mut statuses = Vec::new();
        for _ in 0..100 {
            statuses.push(send(&sim, me()).await.status().as_u16());
        }
        statuses
    };
    assert_eq!(run(1).await, run(1).await);
    assert_ne!(run(1).await, run(2).await);
}

#[tokio::test(start_paused = true)]
async fn requests_are_recorded_with_time_and_duration() {
    let api = Api::new();
    api.get("/v4/me").await;
    api.sim.inject(Fault::delay(Duration::from_secs(3)));
    let start = api.sim.clock().now();
    let response = api.get("/v4/me").await;
    let [first, delayed] = <[_; 2]>::try_from(api.sim.requests()).unwrap();
    assert_eq!((first.duration, delayed.duration), (Duration::ZERO, Duration::from_secs(3)));
    assert_eq!((first.time, delayed.time), (start, start));
    assert_eq!(delayed.response_length, Some(response.body.to_string().len() as u64));
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
async fn only_the_last_requests_are_recorded() {
    let sim = Sim::builder().quotas(false).build();
    for i in 0..10_005 {
        let request = Request::get(format!("/{i}")).body(Body::empty()).unwrap();
        send(&sim, request).await;
    }
    let requests = sim.requests();
    assert_eq!((requests.len(), requests[0].path.as_str()), (10_000, "/5"));
}
