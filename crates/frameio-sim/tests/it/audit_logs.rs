//! Audit log.

use std::time::Duration;

use frameio_core::Body;
use frameio_sim::Sim;
use http::Request;
use serde_json::{Value, json};

use crate::api::{Api, send};

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let query = "include=user&include_total_count=true";
    api.get(&format!("{}/audit_logs?{query}", api.account())).await.data();
}

#[tokio::test(start_paused = true)]
async fn the_log_contains_changes_and_can_be_filtered() {
    let api = Api::new();
    let log = async |query: &str| {
        let entries = api.get(&format!("{}/audit_logs?{query}", api.account())).await.data();
        let entries = entries.as_array().unwrap().iter();
        entries.map(|entry| entry["event_type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let today = api.sim.clock().now().to_string()[..10].to_owned();
    let data = json!({"name": "a", "url": "https://example.com", "events": ["file.ready"]});
    api.post(&format!("{}/webhooks", api.workspace()), data).await.created();
    let file = api.upload("clip.mp4", "abc").await;
    let comments = format!("{file}/comments");
    let comment = api.post(&comments, json!({"text": "t"})).await.created();
    let path = format!("{}/comments/{}", api.account(), comment["id"].as_str().unwrap());
    tokio::time::advance(Duration::from_secs(2 * 24 * 60 * 60)).await;
    api.patch(&path, json!({"completed": true})).await.data();
    api.delete(&path).await;

    let of_comments = ["comment_created", "comment_completed", "comment_deleted"];
    assert_eq!(log("filters[resource_type]=comment").await, of_comments);
    let id = comment["id"].as_str().unwrap();
    assert_eq!(log(&format!("filters[resource_id]={id}")).await, of_comments);
    assert_eq!(
        log(&format!(
            "filters[from_date]=2020-01-01&filters[to_date]={today}&filters[resource_id]={id}"
        ))
        .await,
        of_comments[..1]
    );
    let later = format!("filters[from_date]={today}&filters[event_type]=comment_completed");
    assert_eq!(log(&later).await, ["comment_completed"]);
    assert!(log("filters[from_date]=2100-01-01").await.is_empty());
    assert!(log("filters[ip_address]=10.0.0.1").await.is_empty());
    assert_eq!(log("filters[event_type]=webhook_created").await, ["webhook_created"]);
    assert_eq!(log("filters[event_type]=file_uploaded").await, ["file_uploaded"]);
    let demo = api.sim.demo();
    let (all, of_user) = (log("").await, format!("filters[user_id]={}", demo.user_id));
    assert_eq!(log(&of_user).await, all);
    let in_workspace = format!("filters[workspace_id]={}", demo.workspace_id);
    assert_eq!(log(&in_workspace).await, all);
    let in_project = format!("filters[project_id]={}", demo.project_id);
    assert_eq!(log(&in_project).await.len(), all.len() - 1, "everything but the webhook");

    let path = format!("{}/audit_logs?include=user&page_size=1", api.account());
    let page = api.get(&path).await;
    assert!(page.body["links"]["next"].is_string());
    let entry: Value = page.data()[0].take();
    assert_eq!(entry["user"]["name"], "Demo User");
    assert_eq!(entry["ip_address"], "127.0.0.1");
    let nobody = format!("page_size=100&filters[user_id]={id}");
    assert!(log(&nobody).await.is_empty());
    let plain = api.get(&format!("{}/audit_logs", api.account())).await.data();
    assert_eq!(plain[0].get("user"), None);
}

#[tokio::test]
async fn the_log_requires_its_api_version() {
    let api = Api::new();
    let send_request = async |version: Option<&str>, query: &str| {
        let mut request = Request::get(format!("{}/audit_logs?{query}", api.account()))
            .header("authorization", format!("Bearer {}", Sim::TOKEN));
        if let Some(version) = version {
            request = request.header("api-version", version);
        }
        let response = send(&api.sim, request.body(Body::empty()).unwrap()).await;
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), body["errors"][0]["source"]["pointer"].clone())
    };
    assert_eq!(send_request(Some("4.0"), "").await, (200, json!(null)));
    assert_eq!(send_request(Some("experimental"), "").await, (422, json!("/api-version")));
    assert_eq!(send_request(None, "").await, (422, json!("/api-version")));

    api.upload("clip.mp4", "abc").await;
    let page = api.get(&format!("{}/audit_logs?page_size=1", api.account())).await;
    let link = page.body["links"]["next"].as_str().unwrap().to_owned();
    let after = link.split_once('?').unwrap().1;
    assert_eq!(
        send_request(None, after).await,
        (200, json!(null)),
        "the official SDK follows links as is"
    );
}

#[tokio::test]
async fn accounts_have_separate_logs() {
    let api = Api::of(Sim::builder().account("Second").build());
    api.upload("clip.mp4", "abc").await;
    let accounts = api.get("/v4/accounts").await.data();
    let second = accounts[1]["id"].as_str().unwrap();
    let log = api.get(&format!("/v4/accounts/{second}/audit_logs")).await.data();
    assert_eq!(log, json!([]));
    let unknown = api.get("/v4/accounts/x/audit_logs").await;
    assert_eq!(unknown.status, http::StatusCode::NOT_FOUND);
}
