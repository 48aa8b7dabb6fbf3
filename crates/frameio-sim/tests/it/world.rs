//! Simulator with several records of each kind, and the responses of all its `GET` operations.

use std::collections::BTreeMap;
use std::time::Duration;

use frameio_sim::{SavedState, Sim, User, Visit};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::Api;
use crate::contract::Contract;

/// Arguments of paths in the contract, with the tables of their ids in a state.
const TABLES: &[(&str, &str)] = &[
    ("account_id", "accounts"),
    ("action_id", "actions"),
    ("collection_id", "collections"),
    ("comment_id", "comments"),
    ("field_definition_id", "metadata_fields"),
    ("file_id", "files"),
    ("folder_id", "folders"),
    ("group_id", "groups"),
    ("project_id", "projects"),
    ("session_watermark_template_id", "watermark_templates"),
    ("share_id", "shares"),
    ("user_id", "users"),
    ("version_stack_id", "version_stacks"),
    ("webhook_id", "webhooks"),
    ("workspace_id", "workspaces"),
];

/// User who was invited to two projects and nothing else.
pub(crate) const GUEST: &str = "invited@example.com";

/// Returns the demo account with at least two records of each kind, which differ in all sort keys.
fn state() -> SavedState {
    let mut document: Value = serde_json::from_str(&SavedState::demo().to_string()).unwrap();
    let state = &mut document["state"];
    let stack = "5eb51d0c-0d6c-4b5e-9d5e-6b9a3c1f2a01";
    let cuts = state["version_stacks"][0]["parent_id"].clone();
    let file = state["comments"][0]["file_id"].clone();
    let editor = state["users"][1]["id"].clone();
    for (table, row) in [
        ("accounts", json!({"display_name": "Aardvark"})),
        ("groups", json!({"name": "Art", "creator": editor})),
        ("webhooks", json!({"name": "A bot", "url": "https://hooks.example.com/a"})),
        ("actions", json!({"name": "An action", "url": "https://hooks.example.com/b"})),
        ("shares", json!({"name": "A share"})),
        ("watermark_templates", json!({"name": "Screener", "watermark_blocks": []})),
        ("watermark_templates", json!({"name": "Dailies", "watermark_blocks": []})),
        ("version_stacks", json!({"id": stack, "parent_id": cuts})),
        ("files", json!({"name": "A cut.mp4", "parent_id": stack, "file_size": 7})),
        (
            "comments",
            json!({"text": "Fine", "file_id": file, "completed_at": "2026-04-04T09:00:00Z"}),
        ),
    ] {
        state[table].as_array_mut().unwrap().push(row);
    }
    let adobe = state["adobe_groups"].as_object_mut().unwrap();
    let mut other = adobe.values().next().unwrap().clone();
    other["name"] = "Another Adobe Group".into();
    adobe.insert("5eb51d0c-0d6c-4b5e-9d5e-6b9a3c1f2a02".to_owned(), other);
    for (_, table) in state.as_object_mut().unwrap() {
        for (index, row) in table.as_array_mut().into_iter().flatten().enumerate() {
            row["created_at"] = format!("2026-01-05T09:00:00.{index:03}Z").into();
            row["updated_at"] = format!("2026-05-01T09:{:02}:00Z", 59 - index % 60).into();
        }
    }
    document.to_string().parse().unwrap()
}

/// Creates a simulator with that state, and changes it.
pub(crate) async fn world() -> Api {
    let api = Api::of(Sim::builder().quotas(false).state(state()).build());
    let document: Value = serde_json::from_str(&api.sim.state().to_string()).unwrap();
    let id = |table: &str, name: &str| {
        let rows = document["state"][table].as_array().unwrap();
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    let (account, workspace, project) = (api.account(), api.workspace(), api.project());
    let gone = api.sim.add_user(User::member("Zoe", "zoe@example.com"));
    let guest = api.sim.add_user(User::member("Guest", GUEST));
    let people = [
        (api.sim.demo().editor_id, "editor"),
        (api.sim.demo().viewer_id, "viewer"),
        (gone.clone(), "commenter"),
    ];
    for place in [&workspace, &project, &api.root()] {
        for (user, role) in &people {
            api.patch(&format!("{place}/users/{user}"), json!({"role": role})).await.data();
        }
    }
    for (name, role) in [("The Crossing", "viewer"), ("Harbour Lights", "editor")] {
        let given = format!("{account}/projects/{}/users/{guest}", id("projects", name));
        api.patch(&given, json!({"role": role})).await.data();
    }
    for (name, role) in [("Post", "viewer"), ("Art", "editor")] {
        let group = id("groups", name);
        let members = json!({"user_ids": [api.sim.demo().viewer_id, api.sim.demo().editor_id]});
        let members = api.post(&format!("{account}/groups/{group}/users"), members).await;
        assert!(members.status.is_success(), "{}", members.body);
        for place in [&workspace, &project] {
            let given = format!("{place}/groups/{group}");
            let given = api.patch(&given, json!({"role": role})).await;
            assert!(given.status.is_success(), "{}", given.body);
        }
    }
    assert!(api.sim.deactivate_user(&gone));
    let share = id("shares", "Cut 3 for review");
    let shown = id("files", "Poster.png").into();
    for (visitor, visit) in
        [("viewer@example.com", Visit::share()), ("guest@example.com", Visit::asset(&shown))]
    {
        api.sim.visit_share(&share.as_str().into(), visit.by(visitor)).unwrap();
    }
    let share = format!("{account}/shares/{share}");
    api.patch(&share, json!({"access": "secure"})).await.data();
    let reviewers = json!({"message": "Look", "reviewers": {"emails": ["viewer@example.com", "a@example.com"]}});
    let added = api.post(&format!("{share}/reviewers"), reviewers).await;
    assert_eq!(added.status, StatusCode::NO_CONTENT, "{}", added.body);
    for name in ["Release forms.pdf", "Mix 02.wav"] {
        tokio::time::advance(Duration::from_secs(60)).await;
        let response = api.delete(&format!("{account}/files/{}", id("files", name))).await;
        assert_eq!(response.status, StatusCode::NO_CONTENT);
    }
    api
}

/// Returns the paths of an operation, one for each of its records.
pub(crate) fn paths(state: &Value, account: &str, contract: &Contract) -> Vec<String> {
    let path = contract.path.replace("/v4/accounts/{account_id}", account);
    let Some((before, rest)) = path.split_once('{') else { return vec![path] };
    let (name, after) = rest.split_once('}').unwrap();
    let (_, table) = TABLES.iter().find(|(known, _)| *known == name).unwrap();
    let rows = state["state"][table].as_array().unwrap().iter();
    rows.map(|row| format!("{before}{}{after}", row["id"].as_str().unwrap())).collect()
}

pub(crate) fn document(sim: &Sim) -> Value {
    serde_json::from_str(&sim.state().to_string()).unwrap()
}

/// Returns the responses of every `GET` of the contract for all records, with all related resources.
/// Signed URLs are cut to their paths, because they contain their time of creation.
pub(crate) async fn everything(api: &Api) -> BTreeMap<String, Value> {
    let state = document(&api.sim);
    let mut responses = BTreeMap::new();
    for contract in Contract::all().filter(|contract| contract.method == Method::GET) {
        let mut query = Vec::new();
        for parameter in contract.parameters("query") {
            match parameter["name"].as_str().unwrap() {
                "include" => {
                    query.push(format!("include={}", contract.values(parameter).join(",")))
                }
                name @ ("timestamp_as_timecode"
                | "show_null"
                | "include_deactivated"
                | "include_total_count") => query.push(format!("{name}=true")),
                "page_size" => query.push("page_size=100".to_owned()),
                _ => {}
            }
        }
        let mut succeeded = 0;
        for path in paths(&state, &api.account(), &contract) {
            let mut response = api.get(&format!("{path}?{}", query.join("&"))).await;
            let status = response.status;
            assert!([StatusCode::OK, StatusCode::NOT_FOUND].contains(&status), "{path}: {status}");
            succeeded += usize::from(status == StatusCode::OK);
            without_signatures(&mut response.body);
            responses.insert(format!("{} {path}", contract.id), response.body);
        }
        assert!(succeeded > 0, "nothing was read by {}", contract.id);
    }
    responses
}

fn without_signatures(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("X-Amz-Signature=") => {
            text.truncate(text.find('?').unwrap());
        }
        Value::Array(items) => items.iter_mut().for_each(without_signatures),
        Value::Object(fields) => fields.values_mut().for_each(without_signatures),
        _ => {}
    }
}
