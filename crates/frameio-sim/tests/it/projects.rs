//! Projects.

use http::StatusCode;
use serde_json::json;

use crate::api::Api;

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let list = format!("{}/projects", api.workspace());
    let project = api.post(&list, json!({"name": "P", "restricted": true})).await.created();
    let project = format!("{}/projects/{}", api.account(), project["id"].as_str().unwrap());
    api.get(&format!("{list}?include=owner")).await.data();
    api.get(&format!("{project}?include=owner")).await.data();
    api.patch(&project, json!({"status": "inactive"})).await.data();
    assert_eq!(api.delete(&project).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_project_comes_with_a_root_folder_and_goes_with_all_that_is_in_it() {
    let api = Api::new();
    let list = format!("{}/projects", api.workspace());
    let data = json!({"name": "P", "restricted": true});
    let made = api.post(&list, data).await.created();
    assert_eq!((&made["restricted"], &made["status"]), (&json!(true), &json!("active")));
    let path = format!("{}/projects/{}", api.account(), made["id"].as_str().unwrap());
    let root = format!("{}/folders/{}", api.account(), made["root_folder_id"].as_str().unwrap());
    let folder = api.get(&root).await.data();
    assert_eq!((&folder["parent_id"], &folder["project_id"]), (&json!(null), &made["id"]));

    let inner = api.make_folder(&api.make_folder(&root, "a").await, "b").await;
    let file = api.make_file(&inner, "clip.mp4", 5).await;
    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
    for gone in [path, root, inner, api.file(&file)] {
        assert_eq!(api.get(&gone).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
    assert_eq!(api.get(&list).await.names(), ["Demo Project"]);
}

#[tokio::test]
async fn a_project_changes_only_in_what_is_named() {
    let api = Api::new();
    let path = api.project();
    let updated = api.patch(&path, json!({"status": "inactive"})).await.data();
    assert_eq!(updated["name"], "Demo Project");
    let updated = api.patch(&path, json!({"name": "New", "restricted": true})).await.data();
    assert_eq!(updated["status"], "inactive");
    let shown = api.get(&format!("{path}?include=owner")).await.data();
    assert_eq!((&shown["name"], &shown["restricted"]), (&json!("New"), &json!(true)));
    assert_eq!(shown["owner"]["email"], "demo@example.com");
}

#[tokio::test]
async fn storage_is_the_sum_of_the_files() {
    let api = Api::new();
    api.upload("a.txt", "12345").await;
    let file = api.upload("b.txt", "123").await;
    assert_eq!(api.get(&api.project()).await.data()["storage"], 8);
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get("/v4/accounts").await.data()[0]["storage_usage"], 5);
}
