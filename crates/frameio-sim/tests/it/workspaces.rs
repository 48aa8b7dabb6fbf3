//! The user, accounts and workspaces.

use frameio_sim::Sim;
use http::StatusCode;
use serde_json::json;

use crate::api::Api;

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    api.get("/v4/me").await.data();
    api.get("/v4/accounts?include_total_count=true").await.data();
    let account = api.get(&api.account()).await.data();
    assert_eq!(account["id"], api.sim.demo().account_id.as_str());
    let list = format!("{}/workspaces", api.account());
    let workspace = api.post(&list, json!({"name": "W"})).await.created();
    let workspace = format!("{list}/{}", workspace["id"].as_str().unwrap());
    api.get(&format!("{list}?include=creator&include_total_count=true")).await.data();
    api.get(&format!("{workspace}?include=creator")).await.data();
    api.patch(&workspace, json!({"name": "V"})).await.data();
    assert_eq!(api.delete(&workspace).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_demo_user_owns_the_accounts() {
    let api = Api::of(Sim::builder().quotas(false).account("B").account("A").build());
    let demo = api.sim.demo();
    let me = api.get("/v4/me").await.data();
    assert_eq!(me["id"], demo.user_id.as_str());
    let accounts = api.get("/v4/accounts?sort=display_name_desc").await.data();
    let names: Vec<_> = accounts.as_array().unwrap().iter().map(|a| &a["display_name"]).collect();
    assert_eq!(names, ["Demo Account", "B", "A"]);
    assert_eq!(accounts[0]["id"], demo.account_id.as_str());
    assert_eq!(accounts[0]["roles"], json!(["owner"]));
}

#[tokio::test(start_paused = true)]
async fn creates_updates_and_deletes_a_workspace() {
    let api = Api::new();
    let list = format!("{}/workspaces", api.account());
    let made = api.post(&list, json!({"name": "A"})).await.created();
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    assert_eq!(api.post(&list, json!({})).await.created()["name"], "Untitled");
    assert_eq!(
        api.get(&format!("{list}?sort=name_asc")).await.names(),
        ["A", "Demo Workspace", "Untitled"]
    );

    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    let updated = api.patch(&path, json!({"name": "B"})).await.data();
    assert_eq!((&updated["name"], &updated["created_at"]), (&json!("B"), &made["created_at"]));
    assert_ne!(updated["updated_at"], made["updated_at"]);
    assert_eq!(api.patch(&path, json!({})).await.data()["name"], "B");

    let shown = api.get(&path).await.data();
    assert!(shown.get("creator").is_none());
    let shown = api.get(&format!("{path}?include=creator")).await.data();
    assert_eq!(shown["creator"]["id"], api.sim.demo().user_id.as_str());

    let project = api.post(&format!("{path}/projects"), json!({"name": "P"})).await.created();
    let project = format!("{}/projects/{}", api.account(), project["id"].as_str().unwrap());
    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.get(&project).await.status, StatusCode::NOT_FOUND, "deleted with its workspace");
    assert_eq!(api.get(&api.project()).await.status, StatusCode::OK, "other projects remain");
}
