//! Projects.

use std::time::Duration;

use frameio_sim::{Sim, User};
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
    let query = "include=owner&sort=name_asc&include_total_count=true";
    let all = api.get(&format!("{}/projects?{query}", api.account())).await.names();
    assert_eq!(all, ["Demo Project", "P"]);
    let invited = api.get(&format!("{}/invited_projects?{query}", api.account())).await;
    assert_eq!(invited.names(), <[&str; 0]>::default());
    api.delete(&api.make_folder(&api.root(), "gone").await).await;
    api.get(&format!("{}/recently_deleted?include_total_count=true", api.project())).await.data();
    assert_eq!(api.delete(&project).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_project_has_a_root_folder_and_is_deleted_with_its_content() {
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
async fn an_update_changes_only_the_given_fields() {
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

#[tokio::test]
async fn lists_projects_to_which_a_user_was_invited() {
    let api = Api::new();
    let bob = api.sim.add_user(User::member("Bob", "bob@example.com"));
    let as_bob = api.with_token(&api.sim.token_of(&bob).unwrap());
    let invited = format!("{}/invited_projects?include=owner", api.account());
    assert_eq!(as_bob.get(&invited).await.names(), <[&str; 0]>::default());
    let role = json!({"role": "commenter"});
    api.patch(&format!("{}/users/{bob}", api.project()), role.clone()).await;
    assert_eq!(as_bob.get(&invited).await.names(), ["Demo Project"]);
    api.patch(&format!("{}/users/{bob}", api.workspace()), role).await;
    assert_eq!(as_bob.get(&invited).await.names(), <[&str; 0]>::default());
    let viewer = api.with_token(&api.sim.token_of(&api.sim.demo().viewer_id).unwrap());
    assert_eq!(viewer.get(&invited).await.names(), <[&str; 0]>::default());
}

#[tokio::test]
async fn lists_the_projects_of_all_workspaces() {
    let api = Api::of(Sim::builder().quotas(false).account("Other").build());
    let workspaces = format!("{}/workspaces", api.account());
    let workspace = api.post(&workspaces, json!({"name": "W"})).await.created();
    let list = format!("{workspaces}/{}/projects", workspace["id"].as_str().unwrap());
    api.post(&list, json!({"name": "P"})).await.created();
    let sorted = format!("{}/projects?sort=name_desc", api.account());
    assert_eq!(api.get(&sorted).await.names(), ["P", "Demo Project"]);
    let other = api.get("/v4/accounts?sort=display_name_desc").await.data();
    let other = format!("/v4/accounts/{}/projects", other[0]["id"].as_str().unwrap());
    assert_eq!(api.get(&other).await.names(), <[&str; 0]>::default());
}

#[tokio::test(start_paused = true)]
async fn deleted_assets_are_listed_once_for_thirty_days() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let api = Api::new();
    let folder = api.make_folder(&api.root(), "b").await;
    let inside = api.make_file(&folder, "inside.mp4", 5).await;
    let early = api.file(&api.make_file(&folder, "c.mp4", 5).await);
    let beside = api.upload("a.txt", "123").await;
    let list = format!("{}/recently_deleted", api.project());
    let names = async |query: &str| api.get(&format!("{list}?{query}")).await.names();
    for path in [&early, &folder, &beside] {
        assert_eq!(api.delete(path).await.status, StatusCode::NO_CONTENT);
        tokio::time::advance(DAY).await;
    }
    let all = api.get(&list).await.data();
    assert_eq!((&all[0]["status"], &all[2]["status"]), (&json!("created"), &json!("transcoded")));
    assert_eq!((&all[1]["type"], &all[0]["parent_id"]), (&json!("folder"), &all[1]["id"]));
    assert_eq!(names("").await, ["c.mp4", "b", "a.txt"], "in the order of deletion");
    assert_eq!(names("sort=deleted_at_desc").await, ["a.txt", "b", "c.mp4"]);
    assert_eq!(names("sort=name_asc").await, ["a.txt", "b", "c.mp4"]);
    assert_eq!(names("page_size=1").await, ["c.mp4"]);
    assert_eq!(api.get(&api.project()).await.data()["storage"], 0);

    let restore = async |path: &str| api.patch(&format!("{path}/restore"), json!({})).await;
    assert_eq!(restore(&early).await.status, StatusCode::CONFLICT, "its folder is deleted");
    assert_eq!(restore(&api.file(&inside)).await.status, StatusCode::NOT_FOUND);
    tokio::time::advance(27 * DAY).await;
    assert_eq!(names("").await, ["b", "a.txt"]);
    assert_eq!(restore(&early).await.status, StatusCode::NOT_FOUND);
    restore(&folder).await.data();
    assert_eq!(api.get(&api.file(&inside)).await.data()["name"], "inside.mp4");
    assert_eq!(names("").await, ["a.txt"]);
    assert_eq!(restore(&folder).await.status, StatusCode::NOT_FOUND, "it is not deleted");
}
