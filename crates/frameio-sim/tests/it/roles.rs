//! Permissions of each role.

use frameio_sim::{Sim, User};
use http::{Method, StatusCode};
use serde_json::json;

use crate::api::Api;
use crate::contract::Contract;

/// Returns a client with the token of another user of the demo account.
fn as_user(api: &Api, email: &str) -> Api {
    let user = api.sim.user_id(email).unwrap();
    api.with_token(&api.sim.token_of(&user).unwrap())
}

async fn status(api: &Api, method: Method, path: &str, data: serde_json::Value) -> u16 {
    let body = (method != Method::GET && method != Method::DELETE).then(|| json!({ "data": data }));
    api.send(method, path, body).await.status.as_u16()
}

#[tokio::test]
async fn users_have_chosen_or_generated_tokens() {
    let ada = User::admin("Ada", "ada@example.com").token("t0ken");
    let api = Api::of(Sim::builder().quotas(false).user(ada).build());
    let me = api.with_token("t0ken").get("/v4/me").await.data();
    assert_eq!((&me["name"], &me["email"]), (&json!("Ada"), &json!("ada@example.com")));
    let bob = api.sim.add_user(User::member("Bob", "bob@example.com"));
    assert_eq!(api.sim.user_id("bob@example.com"), Some(bob.clone()));
    let bob = api.with_token(&api.sim.token_of(&bob).unwrap());
    assert_eq!(bob.get("/v4/me").await.data()["name"], "Bob");
    assert_eq!(bob.get("/v4/accounts").await.data()[0]["roles"], json!(["member"]));
    assert_eq!(api.sim.token_of(&api.sim.demo().user_id).unwrap(), Sim::TOKEN);
    assert_eq!(api.sim.token_of(&"nobody".into()), None);
    assert!(!format!("{:?}", api.sim).contains("t0ken"));
}

#[tokio::test]
async fn each_role_permits_more_than_the_previous_one() {
    let api = Api::new();
    let (account, root, workspace) = (api.account(), api.root(), api.workspace());
    let file = api.upload("a.txt", "abc").await;
    let folder = json!({"name": "F"});
    let give = json!({"role": "viewer"});
    let to = &api.sim.demo().viewer_id;
    let doings = [
        ("viewer", Method::GET, file.clone(), json!(null), 200),
        (
            "commenter",
            Method::GET,
            format!("{file}?include=media_links.original"),
            json!(null),
            200,
        ),
        ("commenter", Method::POST, format!("{file}/comments"), json!({"text": "hm"}), 201),
        ("edit_only", Method::POST, format!("{root}/folders"), folder.clone(), 201),
        ("edit_only", Method::PATCH, file.clone(), json!({"name": "b.txt"}), 200),
        ("full_access", Method::PATCH, api.project(), json!({"name": "P"}), 200),
        ("full_access", Method::PATCH, format!("{}/users/{to}", api.project()), give.clone(), 200),
        ("full_access", Method::POST, format!("{workspace}/projects"), folder.clone(), 201),
        ("workspace_admin", Method::PATCH, workspace.clone(), json!({"name": "W"}), 200),
        ("workspace_admin", Method::PATCH, format!("{workspace}/users/{to}"), give.clone(), 200),
        ("admin", Method::POST, format!("{account}/workspaces"), folder.clone(), 201),
        ("admin", Method::PATCH, format!("{account}/users/{to}"), json!({"role": "member"}), 200),
        (
            "admin",
            Method::POST,
            format!("{account}/groups"),
            json!({"name": "G", "emoji": "x"}),
            201,
        ),
    ];
    let ranks =
        ["viewer", "commenter", "edit_only", "editor", "full_access", "workspace_admin", "admin"];
    let rank = |role: &str| ranks.iter().position(|rank| *rank == role).unwrap();
    let them = api.sim.add_user(User::member("Kim", "kim@example.com"));
    let kim = as_user(&api, "kim@example.com");
    for role in ranks {
        let place = if role == "admin" { &account } else { &workspace };
        api.patch(&format!("{place}/users/{them}"), json!({ "role": role })).await.data();
        for (least, method, path, data, success) in &doings {
            let expected = if rank(role) < rank(least) { 403 } else { *success };
            let found = status(&kim, method.clone(), path, data.clone()).await;
            assert_eq!(found, expected, "{role}: {method} {path}");
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_required_role() {
    let api = Api::new();
    let viewer = as_user(&api, "viewer@example.com");
    let refused = viewer.post(&format!("{}/folders", api.root()), json!({"name": "F"})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let detail = "requires the role 'edit_only', but the user has 'viewer'";
    assert_eq!(refused.body["errors"][0]["detail"], detail);
    let list = format!("{}/children?include=media_links.original", api.root());
    let refused = viewer.get(&list).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    assert!(refused.headers.contains_key("x-ratelimit-remaining"));
}

#[tokio::test]
async fn members_see_only_what_they_have_a_role_on() {
    let api = Api::of(Sim::builder().quotas(false).account("Other").build());
    let kim = api.sim.add_user(User::member("Kim", "kim@example.com"));
    let them = as_user(&api, "kim@example.com");
    let accounts = them.get("/v4/accounts").await.data();
    assert_eq!(accounts.as_array().unwrap().len(), 1);
    assert_eq!(accounts[0]["roles"], json!(["member"]));
    let other = api.get("/v4/accounts").await.data()[1]["id"].as_str().unwrap().to_owned();
    let other = format!("/v4/accounts/{other}/workspaces");
    assert_eq!(them.get(&other).await.status, StatusCode::NOT_FOUND);

    let workspaces = format!("{}/workspaces", api.account());
    assert_eq!(them.get(&workspaces).await.data(), json!([]));
    let file = api.upload("a.txt", "abc").await;
    let hidden = [api.workspace(), api.project(), api.root(), file.clone()];
    for path in &hidden {
        assert_eq!(them.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let on = |place: String| format!("{place}/users/{kim}");
    api.patch(&on(api.project()), json!({"role": "viewer"})).await.data();
    for (path, status) in hidden.iter().zip([404, 200, 200, 200]) {
        assert_eq!(them.get(path).await.status, status, "{path}");
    }
    api.patch(&on(api.workspace()), json!({"role": "viewer"})).await.data();
    assert_eq!(them.get(&workspaces).await.names(), ["Demo Workspace"]);
    let projects = format!("{}/projects", api.workspace());
    assert_eq!(them.get(&projects).await.names(), ["Demo Project"]);
}

#[tokio::test]
async fn restricted_folders_require_a_role_on_them() {
    let api = Api::new();
    let editor = as_user(&api, "editor@example.com");
    let viewer = as_user(&api, "viewer@example.com");
    let projects = format!("{}/projects", api.workspace());
    let secret = api.post(&projects, json!({"name": "S", "restricted": true})).await.created();
    let secret = format!("{}/projects/{}", api.account(), secret["id"].as_str().unwrap());
    assert_eq!(editor.get(&projects).await.names(), ["Demo Project"]);
    assert_eq!(editor.get(&secret).await.status, StatusCode::NOT_FOUND);
    let on = format!("{secret}/users/{}", api.sim.demo().editor_id);
    api.patch(&on, json!({"role": "viewer"})).await.data();
    assert_eq!(editor.get(&projects).await.names(), ["Demo Project", "S"]);
    let renaming = editor.patch(&secret, json!({"name": "T"})).await;
    assert_eq!(renaming.status, StatusCode::FORBIDDEN, "the inherited role does not apply");

    let folder = api.make_folder(&api.root(), "hidden").await;
    let inner = api.make_folder(&folder, "inner").await;
    let id = folder.rsplit('/').next().unwrap().into();
    assert!(api.sim.restrict_folder(&id, true));
    assert!(!api.sim.restrict_folder(&"nothing".into(), true));
    for list in ["children", "folders"] {
        let list = format!("{}/{list}", api.root());
        assert_eq!(viewer.get(&list).await.data(), json!([]));
        assert_eq!(api.get(&list).await.names(), ["hidden"]);
    }
    assert_eq!(viewer.get(&inner).await.status, StatusCode::NOT_FOUND);
    let on = format!("{folder}/users/{}", api.sim.demo().viewer_id);
    api.patch(&on, json!({"role": "editor"})).await.data();
    assert_eq!(viewer.get(&inner).await.data()["name"], "inner");
    viewer.make_folder(&inner, "more").await;
    assert_eq!(editor.get(&inner).await.status, StatusCode::NOT_FOUND);
    api.sim.restrict_folder(&id, false);
    assert_eq!(editor.get(&inner).await.status, StatusCode::OK);
}

#[tokio::test]
async fn comments_are_edited_by_their_authors() {
    let api = Api::new();
    let file = api.upload("a.txt", "abc").await;
    let commenter = as_user(&api, "commenter@example.com");
    let editor = as_user(&api, "editor@example.com");
    let viewer = as_user(&api, "viewer@example.com");
    let made = commenter.post(&format!("{file}/comments"), json!({"text": "a"})).await.created();
    let comment = format!("{}/comments/{}", api.account(), made["id"].as_str().unwrap());
    assert_eq!(commenter.patch(&comment, json!({"text": "b"})).await.data()["text"], "b");
    let (text, done) = (json!({"text": "c"}), json!({"completed": true}));
    assert_eq!(editor.patch(&comment, text.clone()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.patch(&comment, done.clone()).await.status, StatusCode::FORBIDDEN);
    let completed = editor.patch(&comment, done).await.data();
    assert_eq!(completed["completer_id"], api.sim.demo().editor_id.as_str());
    assert_eq!(editor.delete(&comment).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        api.patch(&comment, text).await.data()["text"],
        "c",
        "the owner of the account may edit it"
    );
    assert_eq!(commenter.delete(&comment).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn users_have_no_access_to_other_accounts() {
    let api = Api::of(Sim::builder().quotas(false).account("Other").build());
    let viewer = as_user(&api, "viewer@example.com");
    let accounts = api.get("/v4/accounts").await.data();
    let other = accounts[1]["id"].as_str().unwrap();
    for contract in Contract::all().filter(|it| it.path.contains("{account_id}")) {
        let path = contract.path.replace("{account_id}", other).replace(['{', '}'], "");
        let body = contract.body().map(|schema| crate::examples::example(&contract, schema, 0));
        let response = viewer.send(contract.method.clone(), &path, body).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}: {}", response.body);
    }
}

#[tokio::test]
async fn resources_in_a_body_require_a_role() {
    let api = Api::new();
    let editor = as_user(&api, "editor@example.com");
    let file = api.make_file(&api.root(), "a.txt", 3).await;
    let projects = format!("{}/projects", api.workspace());
    let secret = api.post(&projects, json!({"name": "S", "restricted": true})).await.created();
    let moving = format!("{}/files/move", api.account());
    let to = |folder: &serde_json::Value| json!({"file_ids": [file["id"]], "parent_id": folder});
    let moved = editor.patch(&moving, to(&secret["root_folder_id"])).await;
    assert_eq!(moved.status, StatusCode::NOT_FOUND, "the editor cannot see the destination");
    let on = format!(
        "{}/projects/{}/users/{}",
        api.account(),
        secret["id"].as_str().unwrap(),
        api.sim.demo().editor_id
    );
    api.patch(&on, json!({"role": "viewer"})).await.data();
    let moved = editor.patch(&moving, to(&secret["root_folder_id"])).await;
    assert_eq!(moved.status, StatusCode::FORBIDDEN);
    let viewer = as_user(&api, "viewer@example.com");
    let moved = viewer.patch(&moving, to(&json!(api.sim.demo().root_folder_id))).await;
    assert_eq!(moved.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn only_admins_change_webhooks_and_custom_actions() {
    let api = Api::new();
    let kim = api.sim.add_user(User::member("Kim", "kim@example.com"));
    let them = as_user(&api, "kim@example.com");
    let on = format!("{}/users/{kim}", api.workspace());
    api.patch(&on, json!({"role": "workspace_admin"})).await.data();
    let changes = |it: &Contract| {
        it.method != Method::GET
            && (it.id.starts_with("webhooks.") || it.id.starts_with("custom_actions."))
    };
    let mut refused = 0;
    for contract in Contract::all().filter(changes) {
        let path = contract.path.replace("{account_id}", api.sim.demo().account_id.as_str());
        let path = path.replace("{workspace_id}", api.sim.demo().workspace_id.as_str());
        let path = path.replace(['{', '}'], "");
        let body = contract.body().map(|schema| crate::examples::example(&contract, schema, 0));
        let response = them.send(contract.method.clone(), &path, body).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{path}: {}", response.body);
        refused += 1;
    }
    assert_eq!(refused, 6);
}
