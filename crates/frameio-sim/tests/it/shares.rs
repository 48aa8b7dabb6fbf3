//! Shares.

use std::time::Duration;

use frameio_core::{FileId, ShareId, UserId};
use frameio_sim::{User, Visit, VisitError};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, ApiResponse};
use crate::files;

const VIEWER: &str = "viewer@example.com";

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let folder = api.make_folder(&api.root(), "Shared").await;
    let file = api.make_file(&folder, "a.mp4", 5).await;
    let assets = json!({"asset_ids": [id(&folder)], "access": "secure"});
    let share = share(api, assets).await;
    let path = path(api, &share);
    let total = "include_total_count=true";
    let list = format!("{}/shares?sort=name_asc&{total}", api.project());
    assert_eq!(api.get(&list).await.names(), ["S"]);
    assert_eq!(api.get(&path).await.data(), share);
    let changes = json!({
        "layout": "reel", "theme": "dark", "name": null, "enabled": true,
        "expiration": "2040-01-01T00:00:00Z", "name_column_width": 7,
    });
    assert_eq!(api.patch(&path, changes).await.data()["theme"], "dark");
    let assets = format!("{path}/assets");
    let added = api.post(&assets, json!({"asset_id": file["id"]})).await.data();
    assert_eq!(added["asset_added"], file["id"]);
    api.get(&format!("{assets}?sort=name_asc&{total}&{}", files::INCLUDE)).await.data();
    let removed = api.delete(&format!("{assets}/{}", id(&api.file(&file)))).await.data();
    assert_eq!(removed["asset_removed"], file["id"]);
    let emails = json!({"emails": ["new@example.com", VIEWER]});
    assert_eq!(add(api, &path, emails.clone()).await.status, StatusCode::NO_CONTENT);
    api.get(&format!("{path}/reviewers?sort=active&{total}")).await.data();
    assert_eq!(remove(api, &path, emails).await.status, StatusCode::NO_CONTENT);
    let visit = Visit::asset(&file_id(&file)).by("demo@example.com");
    api.sim.visit_share(&share_id(&share), visit).unwrap();
    api.get(&format!("{path}/activities?include=user&{total}")).await.data();
    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn path(api: &Api, share: &Value) -> String {
    format!("{}/shares/{}", api.account(), share["id"].as_str().unwrap())
}

fn share_id(share: &Value) -> ShareId {
    share["id"].as_str().unwrap().into()
}

fn file_id(file: &Value) -> FileId {
    file["id"].as_str().unwrap().into()
}

/// Creates a share in the demo project.
async fn try_share(api: &Api, more: Value) -> ApiResponse {
    let mut data = json!({"type": "asset", "name": "S", "access": "public"});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post(&format!("{}/shares", api.project()), data).await
}

async fn share(api: &Api, more: Value) -> Value {
    try_share(api, more).await.created()
}

async fn add(api: &Api, share: &str, reviewers: Value) -> ApiResponse {
    let data = json!({"message": "Look", "reviewers": reviewers});
    api.post(&format!("{share}/reviewers"), data).await
}

async fn remove(api: &Api, share: &str, reviewers: Value) -> ApiResponse {
    let body = json!({"data": {"reviewers": reviewers}});
    api.send(Method::DELETE, &format!("{share}/reviewers"), Some(body)).await
}

async fn emails(api: &Api, share: &str, query: &str) -> Vec<String> {
    let data = api.get(&format!("{share}/reviewers?{query}")).await.data();
    let people = data.as_array().unwrap().iter();
    people.map(|person| person["email"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_share_has_a_short_url_and_a_secure_one_a_passphrase() {
    let api = Api::new();
    let open = share(&api, json!({"description": "d"})).await;
    assert!(open["short_url"].as_str().unwrap().starts_with("https://f.io/"));
    assert_eq!((&open["passphrase"], &open["description"]), (&json!(null), &json!("d")));
    assert_eq!((&open["enabled"], &open["last_viewed_at"]), (&json!(true), &json!(null)));
    let mine = share(&api, json!({"access": "secure", "passphrase": "mine"})).await;
    assert_eq!(mine["passphrase"], "mine");
    let [a, b] = [
        share(&api, json!({"access": "secure"})).await,
        share(&api, json!({"access": "secure", "passphrase": null})).await,
    ];
    assert!(a["passphrase"].as_str().unwrap().len() > 8);
    assert_ne!((&a["passphrase"], &a["short_url"]), (&b["passphrase"], &b["short_url"]));

    let secured = api.patch(&path(&api, &open), json!({"access": "secure"})).await.data();
    assert!(secured["passphrase"].is_string());
    let kept = api.patch(&path(&api, &open), json!({"name": "N"})).await.data();
    assert_eq!((&kept["passphrase"], &kept["name"]), (&secured["passphrase"], &json!("N")));
    let cleared = api.patch(&path(&api, &open), json!({"description": null})).await.data();
    assert_eq!(cleared["description"], json!(null));
    let refused = api.patch(&path(&api, &open), json!({"commenting_enabled": null})).await;
    assert_eq!(refused.pointers(), ["/data/commenting_enabled"]);
    assert!(open.get("layout").is_none(), "a setting without a value is omitted, not null");
}

#[tokio::test]
async fn reports_invalid_shares() {
    let api = Api::new();
    for (data, pointer) in [
        (json!({"name": "two\nlines"}), "/data/name"),
        (json!({"name": "two\u{2028}lines"}), "/data/name"),
        (json!({"name": "n".repeat(176)}), "/data/name"),
        (json!({"description": "d".repeat(641)}), "/data/description"),
        (json!({"passphrase": "p".repeat(256)}), "/data/passphrase"),
        (json!({"access": "open"}), "/data/access"),
        (json!({"expiration": "tomorrow"}), "/data/expiration"),
        (json!({"asset_ids": []}), "/data/asset_ids"),
    ] {
        assert_eq!(try_share(&api, data).await.pointers(), [pointer]);
    }
    let share = path(&api, &share(&api, json!({})).await);
    assert_eq!(api.patch(&share, json!({"name": "a\rb"})).await.pointers(), ["/data/name"]);
    assert_eq!(api.patch(&share, json!({})).await.pointers(), ["/data"]);
    let missing = try_share(&api, json!({"asset_ids": ["none"]})).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);

    let other = api.post(&format!("{}/projects", api.workspace()), json!({"name": "P"})).await;
    let root = other.created()["root_folder_id"].clone();
    let foreign = try_share(&api, json!({"asset_ids": [root]})).await;
    assert_eq!(foreign.pointers(), ["/data/asset_ids/0"]);
    let foreign = api.post(&format!("{share}/assets"), json!({"asset_id": root})).await;
    assert_eq!(foreign.pointers(), ["/data/asset_id"]);
}

#[tokio::test]
async fn a_share_lists_its_content_flat_and_without_duplicates() {
    let api = Api::new();
    let folder = api.make_folder(&api.root(), "a").await;
    let inner = api.make_folder(&folder, "b").await;
    let clip = api.make_file(&inner, "clip.mp4", 5).await;
    let [v1, v2] =
        [api.make_file(&inner, "v1.mp4", 5).await, api.make_file(&inner, "v2.mp4", 5).await];
    let stack = json!({"file_ids": [v1["id"], v2["id"]]});
    api.post(&format!("{inner}/version_stacks"), stack).await.created();
    api.make_file(&api.root(), "other.mp4", 5).await;
    let share = share(&api, json!({"asset_ids": [id(&folder), clip["id"]]})).await;
    let share = path(&api, &share);
    let assets = format!("{share}/assets");
    let names = async || api.get(&format!("{assets}?sort=name_asc")).await.names();
    assert_eq!(names().await, ["a", "b", "clip.mp4", "v2.mp4"], "the version stack as its head");
    let first = api.get(&format!("{assets}?page_size=3&include_total_count=true")).await;
    assert_eq!(first.body["total_count"], 4);
    let next = first.body["links"]["next"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&next).await.names().len(), 1);

    let inside = api.delete(&format!("{assets}/{}", id(&inner))).await;
    assert_eq!(inside.status, StatusCode::NOT_FOUND, "it was not added itself");
    api.delete(&format!("{assets}/{}", id(&folder))).await.data();
    assert_eq!(names().await, ["clip.mp4"]);
    api.post(&assets, json!({"asset_id": v1["id"]})).await.data();
    assert_eq!(names().await, ["clip.mp4", "v1.mp4"]);

    api.delete(&api.file(&clip)).await;
    assert_eq!(names().await, ["v1.mp4"]);
    api.send(Method::PATCH, &format!("{}/restore", api.file(&clip)), None).await.data();
    assert_eq!(names().await, ["clip.mp4", "v1.mp4"]);
    let other = api.post(&format!("{}/projects", api.workspace()), json!({"name": "P"})).await;
    let elsewhere = json!({"parent_id": other.created()["root_folder_id"]});
    api.patch(&format!("{}/move", api.file(&clip)), elsewhere).await.data();
    assert_eq!(names().await, ["v1.mp4"]);
    api.delete(&api.project()).await;
    assert_eq!(api.get(&share).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_secure_shares_have_reviewers_identified_in_one_way() {
    let api = Api::new();
    let share_json = share(&api, json!({"access": "secure"})).await;
    let share_path = path(&api, &share_json);
    let viewer = &api.sim.demo().viewer_id;
    let both = json!({"emails": ["a@example.com"], "user_ids": [viewer]});
    for wrong in [both, json!({})] {
        assert_eq!(add(&api, &share_path, wrong.clone()).await.pointers(), ["/data/reviewers"]);
        assert_eq!(remove(&api, &share_path, wrong).await.pointers(), ["/data/reviewers"]);
    }
    let none = add(&api, &share_path, json!({"emails": ["a@example.com", "me"]})).await;
    assert_eq!(none.pointers(), ["/data/reviewers/emails/1"]);
    let many: Vec<String> = (0..11).map(|i| format!("{i}@example.com")).collect();
    let many = add(&api, &share_path, json!({ "emails": many })).await;
    assert_eq!(many.pointers(), ["/data/reviewers/emails"]);
    let uuid = "11111111-1111-4111-8111-111111111111";
    for unknown in ["user_ids", "adobe_user_ids", "share_list_ids"] {
        let unknown = add(&api, &share_path, json!({ unknown: [uuid] })).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    }

    add(&api, &share_path, json!({ "user_ids": [viewer] })).await;
    add(&api, &share_path, json!({"emails": ["New@example.com", "VIEWER@example.com"]})).await;
    assert_eq!(emails(&api, &share_path, "").await, [VIEWER, "new@example.com"]);
    assert_eq!(emails(&api, &share_path, "sort=inactive").await, ["new@example.com", VIEWER]);
    assert_eq!(emails(&api, &share_path, "sort=name_desc").await[0], VIEWER);
    api.sim.add_user(User::member("New", "new@example.com"));
    let named = api.get(&format!("{share_path}/reviewers?sort=name_asc")).await;
    assert_eq!(named.names(), ["Demo Viewer", "New"]);
    let absent = json!({"emails": [VIEWER, "other@example.com"]});
    assert_eq!(remove(&api, &share_path, absent).await.status, StatusCode::NOT_FOUND);
    assert_eq!(emails(&api, &share_path, "").await.len(), 2, "nobody was removed");
    remove(&api, &share_path, json!({"emails": [VIEWER]})).await;
    assert_eq!(emails(&api, &share_path, "").await, ["new@example.com"]);

    let public = path(&api, &share(&api, json!({})).await);
    let mailed = add(&api, &public, json!({"emails": [VIEWER]})).await;
    assert_eq!(mailed.status, StatusCode::NO_CONTENT);
    assert_eq!(emails(&api, &public, "").await, <[&str; 0]>::default());
}

#[tokio::test(start_paused = true)]
async fn visits_of_a_link_are_reported() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "a.mp4", 5).await;
    let share_json = share(&api, json!({"asset_ids": [file["id"]]})).await;
    let (share, file_path) = (share_id(&share_json), api.file(&file));
    let seen = api.sim.events().len();
    let file = file_id(&file);
    tokio::time::advance(Duration::from_secs(60)).await;
    for visit in [
        Visit::share(),
        Visit::asset(&file).by("guest@example.com"),
        Visit::download(&file).by("Viewer@example.com"),
        Visit::comment(&file, "Too dark").by(VIEWER),
    ] {
        api.sim.visit_share(&share, visit).unwrap();
    }
    let path = path(&api, &share_json);
    let activities = api.get(&format!("{path}/activities?include=user")).await.data();
    let activities: Vec<_> = activities.as_array().unwrap().iter().collect();
    let kinds = activities.iter().map(|it| it["type"].as_str().unwrap());
    let all = ["share_viewed", "asset_viewed", "asset_downloaded", "comment_created"];
    assert!(kinds.eq(all));
    assert_eq!((&activities[0]["user"], &activities[0]["asset_id"]), (&json!(null), &json!(null)));
    assert_eq!(activities[1]["user"]["email"], "guest@example.com");
    assert_eq!(activities[2]["user_id"], api.sim.demo().viewer_id.as_str());
    assert_eq!(activities[3]["asset_id"], file.as_str());
    let next = api.get(&format!("{path}/activities?page_size=3")).await.body;
    let next = api.get(next["links"]["next"].as_str().unwrap()).await.data();
    assert_eq!((next.as_array().unwrap().len(), next[0].get("user")), (1, None));
    let comments = api.get(&format!("{file_path}/comments?include=owner")).await.data();
    let shown = (&comments[0]["text"], &comments[0]["owner"]["email"]);
    assert_eq!(shown, (&json!("Too dark"), &json!(VIEWER)));
    assert_eq!(api.get(&path).await.data()["last_viewed_at"], comments[0]["created_at"]);
    let events = api.sim.events().split_off(seen);
    let kinds: Vec<_> = events.iter().map(|it| it.event.kind.as_str().to_owned()).collect();
    assert_eq!(kinds, ["share.viewed", "comment.created"]);
    assert!(events[0].event.user_id().is_none());
    let log = format!("{}/audit_logs?filters[event_type]=share_viewed", api.account());
    assert_eq!(api.get(&log).await.data()[0]["user_id"], json!(null));
}

#[tokio::test(start_paused = true)]
async fn a_share_checks_visitors_and_actions() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "a.mp4", 5).await;
    let other = file_id(&api.make_file(&api.root(), "b.mp4", 5).await);
    let share_json = share(&api, json!({"asset_ids": [file["id"]], "access": "secure"})).await;
    let (share, path, file) = (share_id(&share_json), path(&api, &share_json), file_id(&file));
    let visit = |visit| api.sim.visit_share(&share, visit);
    let error_of = |result: Result<(), VisitError>| result.unwrap_err().to_string();
    let guest = || Visit::share().by("guest@example.com");
    assert!(error_of(visit(Visit::share())).contains("secure"));
    assert!(error_of(visit(guest())).contains("secure"));
    visit(Visit::share().by(VIEWER)).unwrap();
    add(&api, &path, json!({"emails": ["guest@example.com"]})).await;
    visit(guest()).unwrap();
    let asset = Visit::asset(&other).by(VIEWER);
    assert_eq!(error_of(visit(asset)), "the share does not contain this file");
    let off = json!({"downloading_enabled": false, "commenting_enabled": false});
    api.patch(&path, off).await.data();
    assert_eq!(error_of(visit(Visit::download(&file).by(VIEWER))), "downloads are disabled");
    assert_eq!(error_of(visit(Visit::comment(&file, "x").by(VIEWER))), "comments are disabled");

    let soon = api.sim.clock().now() + Duration::from_secs(60);
    api.patch(&path, json!({"expiration": soon.to_string()})).await.data();
    visit(guest()).unwrap();
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(error_of(visit(guest())), "the share has expired");
    api.patch(&path, json!({"expiration": null, "enabled": false})).await.data();
    assert_eq!(error_of(visit(guest())), "the share is disabled");
    api.delete(&path).await;
    assert_eq!(error_of(visit(guest())), "no such share");
    assert_eq!(api.get(&format!("{path}/activities")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn changes_of_a_share_cause_events_and_require_an_editor() {
    let api = Api::new();
    let token = |id: &UserId| api.with_token(&api.sim.token_of(id).unwrap());
    let viewer = token(&api.sim.demo().viewer_id);
    assert_eq!(try_share(&viewer, json!({})).await.status, StatusCode::FORBIDDEN);
    let editor = token(&api.sim.demo().editor_id);
    let file = api.make_file(&api.root(), "a.mp4", 5).await;
    let seen = api.sim.events().len();
    let made = share(&editor, json!({"access": "secure"})).await;
    let path = path(&api, &made);
    assert_eq!(viewer.get(&path).await.status, StatusCode::FORBIDDEN);
    tokio::time::advance(Duration::from_secs(60)).await;
    let added = editor.post(&format!("{path}/assets"), json!({"asset_id": file["id"]})).await;
    assert_ne!(added.data()["updated_at"], made["updated_at"]);
    let again = editor.post(&format!("{path}/assets"), json!({"asset_id": file["id"]})).await;
    again.data();
    add(&editor, &path, json!({"emails": [VIEWER]})).await;
    editor.delete(&path).await;
    let events = api.sim.events().split_off(seen);
    let kinds: Vec<_> = events.iter().map(|it| it.event.kind.as_str().to_owned()).collect();
    let updated = "share.updated";
    assert_eq!(
        kinds,
        ["share.created", updated, updated, "share.deleted"],
        "no event for the second addition"
    );
    assert_eq!(events[3].event.resource.id, made["id"].as_str().unwrap());
}
