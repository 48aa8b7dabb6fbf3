//! Groups, their members and their roles.

use http::StatusCode;
use serde_json::{Value, json};

use crate::api::Api;

/// Creates a group; returns its path.
async fn make(api: &Api, name: &str) -> String {
    let list = format!("{}/groups", api.account());
    let made = api.post(&list, json!({"name": name, "emoji": "🎬"})).await.created();
    format!("{list}/{}", made["id"].as_str().unwrap())
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let group = make(api, "G").await;
    let list = format!("{}/groups?include=creator&sort=creator_asc", api.account());
    api.get(&format!("{list}&include_total_count=true")).await.data();
    api.get(&format!("{group}?include=creator")).await.data();
    api.patch(&group, json!({"emoji": "🎥"})).await.data();
    let users = format!("{group}/users");
    let editor = &api.sim.demo().editor_id;
    api.post(&users, json!({"user_ids": [editor]})).await;
    api.get(&format!("{users}?sort=email_desc&include_total_count=true")).await.data();
    api.delete(&format!("{users}/{editor}")).await;
    let adobe = format!("{}/adobe_groups", api.account());
    let known = api.get(&format!("{adobe}?include_total_count=true")).await.data();
    let taken = json!({"adobe_group_id": known[0]["adobe_group_id"]});
    let taken = api.post(&adobe, taken).await.data();
    for place in [api.workspace(), api.project()] {
        for group in [id(&group), taken["id"].as_str().unwrap()] {
            let given = format!("{place}/groups/{group}");
            api.patch(&given, json!({"role": "commenter"})).await.data();
        }
        let sorted = format!("{place}/groups?sort=created_at_desc&include_total_count=true");
        assert_eq!(api.get(&sorted).await.data().as_array().unwrap().len(), 2);
        api.delete(&format!("{place}/groups/{}", id(&group))).await;
    }
    assert_eq!(api.delete(&group).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn creates_updates_and_deletes_a_group() {
    let api = Api::new();
    let (b, a) = (make(&api, "B").await, make(&api, "A").await);
    let list = format!("{}/groups", api.account());
    assert_eq!(api.get(&list).await.names(), ["B", "A"]);
    assert_eq!(api.get(&format!("{list}?sort=name_asc")).await.names(), ["A", "B"]);
    let shown = api.get(&format!("{b}?include=creator")).await.data();
    assert_eq!((&shown["source"], &shown["member_count"]), (&json!("frame"), &json!(0)));
    assert_eq!(shown["creator"]["id"], shown["creator_id"]);
    assert_eq!(api.patch(&b, json!({"name": "C"})).await.data()["emoji"], "🎬");
    assert_eq!(api.get(&b).await.data()["name"], "C");
    assert_eq!(api.delete(&b).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&b).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.get(&list).await.names(), ["A"]);
    assert_eq!(api.get(&a).await.status, StatusCode::OK);
}

#[tokio::test]
async fn adds_and_removes_members() {
    let api = Api::new();
    let demo = api.sim.demo();
    let users = format!("{}/users", make(&api, "G").await);
    let both = json!({"user_ids": [demo.viewer_id, demo.editor_id]});
    for _ in 0..2 {
        assert_eq!(api.post(&users, both.clone()).await.status, StatusCode::NO_CONTENT);
    }
    let wrong = api.post(&users, json!({"user_ids": [demo.user_id, "nobody"]})).await;
    assert_eq!(wrong.pointers(), ["/data/user_ids/1"]);
    assert_eq!(api.get(&users).await.names(), ["Demo Viewer", "Demo Editor"]);
    let sorted = api.get(&format!("{users}?sort=name_asc")).await.names();
    assert_eq!(sorted, ["Demo Editor", "Demo Viewer"]);
    let editor = format!("{users}/{}", demo.editor_id);
    assert_eq!(api.delete(&editor).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.delete(&editor).await.status, StatusCode::NOT_FOUND);
    let group = api.get(users.trim_end_matches("/users")).await.data();
    assert_eq!(group["member_count"], 1);
}

#[tokio::test]
async fn members_have_the_role_of_their_group_while_it_exists() {
    let api = Api::new();
    let demo = api.sim.demo();
    let viewer = api.with_token(&api.sim.token_of(&demo.viewer_id).unwrap());
    let group = make(&api, "G").await;
    api.post(&format!("{group}/users"), json!({"user_ids": [demo.viewer_id]})).await;
    let folder = async || {
        let path = format!("{}/folders", api.root());
        viewer.post(&path, json!({"name": "F"})).await.status
    };
    assert_eq!(folder().await, StatusCode::FORBIDDEN);
    let given = format!("{}/groups/{}", api.project(), id(&group));
    let role = api.patch(&given, json!({"role": "edit_only"})).await.data();
    assert_eq!(role, json!({"role": "edit_only"}));
    assert_eq!(folder().await, StatusCode::CREATED);
    let listed = api.get(&format!("{}/groups", api.project())).await.data();
    assert_eq!(
        (&listed[0]["role"], &listed[0]["group"]["name"]),
        (&json!("edit_only"), &json!("G"))
    );

    assert_eq!(api.delete(&given).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.delete(&given).await.status, StatusCode::NOT_FOUND);
    assert_eq!(folder().await, StatusCode::FORBIDDEN);
    let given = format!("{}/groups/{}", api.workspace(), id(&group));
    api.patch(&given, json!({"role": "workspace_admin"})).await.data();
    assert_eq!(folder().await, StatusCode::CREATED);
    assert_eq!(api.delete(&group).await.status, StatusCode::NO_CONTENT);
    assert_eq!(folder().await, StatusCode::FORBIDDEN);
    assert_eq!(api.get(&format!("{}/groups", api.workspace())).await.data(), json!([]));
}

#[tokio::test]
async fn imports_a_group_of_adobe_once_with_its_members() {
    let api = Api::new();
    let adobe = format!("{}/adobe_groups", api.account());
    let known = api.get(&adobe).await.data();
    assert_eq!(known[0]["name"], "Demo Adobe Group");
    let wanted = json!({"adobe_group_id": known[0]["adobe_group_id"]});
    let taken = api.post(&adobe, wanted.clone()).await.data();
    assert_eq!((&taken["sync_status"], &taken["member_count"]), (&json!("completed"), &json!(2)));
    assert_eq!(api.post(&adobe, wanted.clone()).await.status, StatusCode::CONFLICT);
    let unknown = api.post(&adobe, json!({"adobe_group_id": "x"})).await;
    assert_eq!(unknown.pointers(), ["/data/adobe_group_id"]);

    let group = format!("{}/groups/{}", api.account(), taken["id"].as_str().unwrap());
    let shown: Value = api.get(&group).await.data();
    assert_eq!((&shown["source"], &shown["sync_status"]), (&json!("adobe"), &json!("completed")));
    let users = format!("{group}/users");
    assert_eq!(api.get(&users).await.names(), ["Demo Editor", "Demo Viewer"]);
    let joining = api.post(&users, json!({"user_ids": [api.sim.demo().user_id]})).await;
    assert_eq!(joining.status, StatusCode::FORBIDDEN, "its members are managed at Adobe");
    assert_eq!(api.delete(&group).await.status, StatusCode::NO_CONTENT);
    api.post(&adobe, wanted).await.data();
}
