//! Documented quotas.

use std::time::Duration;

use frameio_sim::Sim;
use http::StatusCode;
use serde_json::json;

use crate::api::{Api, ApiResponse};

fn level(response: &ApiResponse) -> [u64; 3] {
    ["limit", "remaining", "window"].map(|name| {
        let value = &response.headers[format!("x-ratelimit-{name}")];
        value.to_str().unwrap().parse().unwrap()
    })
}

#[tokio::test(start_paused = true)]
async fn every_response_reports_the_quota_and_an_exhausted_one_refuses() {
    let api = Api::of(Sim::new());
    assert_eq!(level(&api.get("/v4/me").await), [100, 99, 60_000]);
    for _ in 0..98 {
        assert_eq!(api.get("/v4/me").await.status, StatusCode::OK);
    }
    assert_eq!(level(&api.get("/v4/me").await), [100, 0, 60_000]);
    let refused = api.get("/v4/me").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(level(&refused), [100, 0, 60_000]);
    assert_eq!(refused.body["errors"][0]["title"], "Too Many Requests");

    tokio::time::advance(Duration::from_millis(600)).await;
    assert_eq!(api.get("/v4/me").await.status, StatusCode::OK, "one call has leaked");
    assert_eq!(api.get("/v4/me").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(api.get("/v4/accounts").await.status, StatusCode::OK, "another operation");
}

#[tokio::test(start_paused = true)]
async fn refused_calls_spend_quota_and_unknown_tokens_do_not() {
    let api = Api::of(Sim::new());
    let missing = format!("{}/projects/none", api.account());
    assert_eq!(level(&api.get(&missing).await), [100, 99, 60_000]);
    assert_eq!(level(&api.with_token("other").get(&missing).await), [100, 100, 60_000]);
    assert_eq!(level(&api.get(&missing).await), [100, 98, 60_000]);
}

#[tokio::test(start_paused = true)]
async fn each_token_has_its_own_quota() {
    let api = Api::of(Sim::builder().token("one").token("two").build());
    let (one, two) = (api.with_token("one"), api.with_token("two"));
    assert_eq!(level(&one.get("/v4/me").await)[1], 99);
    assert_eq!(level(&one.get("/v4/me").await)[1], 98);
    assert_eq!(level(&two.get("/v4/me").await)[1], 99);
}

#[tokio::test(start_paused = true)]
async fn each_operation_has_the_documented_quota() {
    let api = Api::of(Sim::new());
    for operation in Sim::operations() {
        let path = operation.path.replace(['{', '}'], "");
        let response = api.send(operation.method.clone(), &path, Some(json!({}))).await;
        let quota = operation.quota;
        let calls = u64::from(quota.calls().get());
        let window = u64::try_from(quota.window().as_millis()).unwrap();
        assert_eq!(level(&response), [calls, calls - 1, window], "{}", operation.id);
    }
}

#[tokio::test(start_paused = true)]
async fn quotas_can_be_disabled() {
    let api = Api::new();
    for _ in 0..150 {
        let response = api.get("/v4/me").await;
        assert_eq!(level(&response), [100, 100, 60_000]);
        assert_eq!(response.status, StatusCode::OK);
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_without_a_body_has_no_rate_limit_headers() {
    let api = Api::of(Sim::new());
    let folder = api.make_folder(&api.root(), "a").await;
    let response = api.delete(&folder).await;
    assert_eq!(response.status, StatusCode::NO_CONTENT);
    assert!(response.headers.get("x-ratelimit-limit").is_none());
}
