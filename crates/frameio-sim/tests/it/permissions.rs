//! Users, and their roles on the account, workspaces, projects and folders.

use frameio_sim::User;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::{Api, ApiResponse};

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let editor = api.sim.demo().editor_id.clone();
    let user = format!("{}/users/{editor}", api.account());
    api.get(&user).await.data();
    for role in ["admin", "member"] {
        assert_eq!(api.patch(&user, json!({"role": role})).await.data()["role"], role);
    }
    let list = "users?include_deactivated=true&include_total_count=true";
    api.get(&format!("{}/{list}&sort=role_desc", api.account())).await.data();
    for place in [api.workspace(), api.project(), api.root()] {
        let given = format!("{place}/users/{editor}");
        assert_eq!(api.patch(&given, json!({"role": "viewer"})).await.data()["role"], "viewer");
        api.get(&format!("{place}/{list}")).await.data();
        api.get(&format!("{user}/memberships?sort=role_asc&include_total_count=true")).await.data();
        assert_eq!(api.delete(&given).await.status, StatusCode::NO_CONTENT);
    }
}

/// Returns the local parts of email addresses and the roles in a list.
fn roles(response: ApiResponse) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let data = response.data();
    let users = data.as_array().unwrap().iter();
    users
        .map(|it| {
            let email = text(&it["user"]["email"]);
            (email.split('@').next().unwrap().to_owned(), text(&it["role"]))
        })
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[tokio::test]
async fn lists_users_of_an_account_in_any_order() {
    let api = Api::new();
    api.sim.add_user(User::admin("Ada", "ada@example.com"));
    let list = format!("{}/users", api.account());
    let by_role = roles(api.get(&format!("{list}?sort=role_desc&page_size=2")).await);
    assert_eq!(by_role, pairs(&[("demo", "owner"), ("ada", "admin")]));
    let by_name = roles(api.get(&format!("{list}?sort=name_asc")).await);
    let names: Vec<&str> = by_name.iter().map(|(email, _)| email.as_str()).collect();
    assert_eq!(names, ["ada", "commenter", "editor", "demo", "viewer"]);
    let first = api.get(&format!("{list}?sort=email_desc&include_total_count=true")).await;
    assert_eq!(first.body["total_count"], 5);
    assert_eq!(first.data()[0]["user"]["email"], "viewer@example.com");
}

#[tokio::test]
async fn the_owner_cannot_be_changed_and_unknown_users_are_not_found() {
    let api = Api::new();
    let users = format!("{}/users", api.account());
    let role = json!({"role": "member"});
    let owner = api.patch(&format!("{users}/{}", api.sim.demo().user_id), role.clone()).await;
    assert_eq!(owner.status, StatusCode::FORBIDDEN);
    let nobody = api.patch(&format!("{users}/nobody"), role).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let given = format!("{}/users/nobody", api.project());
    let given = api.patch(&given, json!({"role": "viewer"})).await;
    assert_eq!(given.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn roles_are_inherited_and_the_highest_applies() {
    let api = Api::new();
    let demo = api.sim.demo();
    let folder = api.make_folder(&api.root(), "a").await;
    let all = [("demo", "owner"), ("editor", "editor"), ("commenter", "commenter")];
    let all = pairs(&[&all[..], &[("viewer", "viewer")]].concat());
    for place in [api.workspace(), api.project(), folder.clone()] {
        assert_eq!(roles(api.get(&format!("{place}/users")).await), all);
    }
    let give = async |place: &str, user: &frameio_core::UserId, role: &str| {
        api.patch(&format!("{place}/users/{user}"), json!({ "role": role })).await.data();
    };
    give(&api.project(), &demo.viewer_id, "full_access").await;
    give(&api.project(), &demo.editor_id, "viewer").await;
    let inside = roles(api.get(&format!("{folder}/users")).await);
    assert_eq!(inside[1], ("editor".into(), "editor".into()), "the higher role applies");
    assert_eq!(inside[3], ("viewer".into(), "full_access".into()));
    let by_role = api.get(&format!("{}/users?sort=role_asc", api.project())).await;
    assert_eq!(roles(by_role)[0].1, "commenter");

    let given = format!("{}/users/{}", api.project(), demo.viewer_id);
    assert_eq!(api.delete(&given).await.status, StatusCode::NO_CONTENT);
    assert_eq!(roles(api.get(&format!("{folder}/users")).await), all);
    assert_eq!(api.delete(&given).await.status, StatusCode::NOT_FOUND, "the role is inherited");
}

#[tokio::test]
async fn the_creator_of_a_project_cannot_be_removed() {
    let api = Api::new();
    let demo = api.sim.demo();
    let editor = api.with_token(&api.sim.token_of(&demo.editor_id).unwrap());
    let given = format!("{}/users/{}", api.workspace(), demo.editor_id);
    api.patch(&given, json!({"role": "full_access"})).await.data();
    let made = editor.post(&format!("{}/projects", api.workspace()), json!({"name": "E"})).await;
    let project = format!("{}/projects/{}", api.account(), made.created()["id"].as_str().unwrap());
    assert_eq!(api.delete(&given).await.status, StatusCode::NO_CONTENT);
    assert_eq!(editor.get(&project).await.data()["name"], "E");
    let owner = format!("{project}/users/{}", demo.editor_id);
    assert_eq!(api.delete(&owner).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn deactivated_users_have_no_access_and_are_listed_on_request() {
    let api = Api::new();
    let demo = api.sim.demo();
    let viewer = api.with_token(&api.sim.token_of(&demo.viewer_id).unwrap());
    assert!(api.sim.deactivate_user(&demo.viewer_id));
    assert!(!api.sim.deactivate_user(&demo.user_id), "the owner cannot be deactivated");
    assert_eq!(viewer.get("/v4/accounts").await.data(), json!([]));
    assert_eq!(viewer.get(&api.project()).await.status, StatusCode::FORBIDDEN);
    for place in [api.account(), api.workspace(), api.project(), api.root()] {
        let list = format!("{place}/users");
        assert_eq!(api.get(&list).await.data().as_array().unwrap().len(), 3);
        let all = api.get(&format!("{list}?include_deactivated=true")).await.data();
        let active: Vec<_> =
            all.as_array().unwrap().iter().map(|it| &it["user"]["active"]).collect();
        assert_eq!(active, [true, true, true, false]);
    }
}

#[tokio::test]
async fn memberships_list_groups_workspaces_and_projects() {
    let api = Api::new();
    let demo = api.sim.demo();
    let of = |user| format!("{}/users/{user}/memberships", api.account());
    let editors = of(&demo.editor_id);
    let all = api.get(&editors).await.data();
    let workspace = json!({
        "id": demo.workspace_id, "name": "Demo Workspace", "role": "editor", "type": "workspace",
    });
    assert_eq!(all, json!([workspace]));
    let given = format!("{}/users/{}", api.project(), demo.editor_id);
    api.patch(&given, json!({"role": "commenter"})).await.data();
    let groups = format!("{}/groups", api.account());
    let group = api.post(&groups, json!({"name": "G", "emoji": "🎬"})).await.created();
    let members = format!("{groups}/{}/users", group["id"].as_str().unwrap());
    let joined = api.post(&members, json!({"user_ids": [demo.editor_id]})).await;
    assert_eq!(joined.status, StatusCode::NO_CONTENT);
    let kinds = |data: Value| -> Vec<Value> {
        data.as_array().unwrap().iter().map(|it| it["type"].clone()).collect()
    };
    let by_role = api.get(&format!("{editors}?sort=role_asc")).await.data();
    assert_eq!(kinds(by_role), ["group", "project", "workspace"]);
    let by_type = api.get(&format!("{editors}?sort=type_desc")).await.data();
    assert_eq!(kinds(by_type), ["workspace", "project", "group"]);
    let projects = api.get(&format!("{editors}?type=project")).await.data();
    assert_eq!((&projects[0]["role"], kinds(projects.clone()).len()), (&json!("commenter"), 1));

    let viewer = api.with_token(&api.sim.token_of(&demo.viewer_id).unwrap());
    assert_eq!(
        viewer.get(&of(&demo.viewer_id)).await.status,
        StatusCode::OK,
        "their own memberships"
    );
    assert_eq!(viewer.get(&editors).await.status, StatusCode::FORBIDDEN);
}
