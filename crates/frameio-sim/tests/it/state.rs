//! Saving and loading of states.

use std::time::Duration;

use frameio_sim::{SavedState, Sim, Storage, User};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::api::{Api, storages};
use crate::contract;
use crate::ims::{Ims, text};
use crate::world;

fn restored(state: &str) -> Sim {
    Sim::builder().quotas(false).state(state.parse().unwrap()).build()
}

fn wrong(state: &str) -> String {
    state.parse::<SavedState>().unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_saved_state_is_the_same_after_loading() {
    let api = Api::new();
    contract::changes(&api).await;
    api.upload("kept.txt", "some bytes").await;
    let saved = api.sim.state().to_string();
    let again = Api::of(restored(&saved));
    let resaved = again.sim.state().to_string();
    let other = saved.lines().zip(resaved.lines()).find(|(before, after)| before != after);
    assert_eq!((other, resaved.len()), (None, saved.len()));
}

#[tokio::test(start_paused = true)]
async fn every_operation_responds_the_same_after_loading() {
    let api = world::world().await;
    api.sim.clock().advance(Duration::from_secs(60 * 60));
    let before = world::everything(&api).await;
    let again = Api::of(restored(&api.sim.state().to_string()));
    let after = world::everything(&again).await;
    for (path, response) in &before {
        assert_eq!(after.get(path), Some(response), "{path}");
    }
    assert_eq!(before.len(), after.len());
    let ahead = again.sim.clock().now().duration_since(api.sim.clock().now());
    assert!(ahead.as_secs().abs() < 30 * 60, "the offset of the clock is restored: {ahead:?}");
}

#[tokio::test]
async fn sign_ins_survive_saving_and_loading() {
    let ims = Ims::new();
    let [used, kept] = [ims.sign_in().await, ims.sign_in().await];
    let refreshed = ims.refresh(text(&used, "refresh_token"), &[]).await.ok();
    let code = ims.code(&[]).await;
    let server = ims.server("openid,AdobeID,frame.s2s.all").await.ok();
    let saved = ims.sim.state().to_string();
    for secret in [text(&kept, "refresh_token"), text(&kept, "access_token"), &code] {
        assert!(!saved.contains(secret), "only digests are saved");
    }

    let again = Ims { sim: restored(&saved) };
    for tokens in [&used, &kept, &refreshed, &server] {
        let me = again.me(text(tokens, "access_token")).await;
        assert_eq!(
            (me.status, me.json),
            (StatusCode::OK, ims.me(text(tokens, "access_token")).await.json)
        );
    }
    let reused = again.refresh(text(&used, "refresh_token"), &[]).await;
    assert_eq!(reused.refused(), (400, "invalid_grant"), "already rotated");
    let next = again.refresh(text(&kept, "refresh_token"), &[]).await.ok();
    again.refresh(text(&next, "refresh_token"), &[]).await.ok();
    again.exchange(&code, &[]).await.ok();
    assert_eq!(again.exchange(&code, &[]).await.refused(), (400, "invalid_grant"), "already used");
}

#[tokio::test]
async fn pending_remote_uploads_are_fetched_after_loading() {
    let source = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/far.txt", source.local_addr().unwrap());
    let api = Api::new();
    let data = json!({"name": "far.txt", "source_url": url});
    let asked = api.post(&format!("{}/files/remote_upload", api.root()), data).await.body;
    let (first, _) = source.accept().await.unwrap();
    let again = Api::of(restored(&api.sim.state().to_string()));
    drop((api, first));

    let status = format!("{}/status", again.file(&asked["data"]));
    assert_eq!(again.get(&status).await.data()["upload_complete"], false);
    let (mut second, _) = source.accept().await.unwrap();
    let mut head = [0; 4096];
    assert_ne!(second.read(&mut head).await.unwrap(), 0);
    second.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nbytes").await.unwrap();
    while again.get(&status).await.data()["upload_complete"] != true {
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    }
    assert_eq!(again.read(&asked["data"]["id"], &[]).await.into_body(), "bytes");
}

#[tokio::test(start_paused = true)]
async fn counted_uploads_keep_their_size() {
    let builder = || Sim::builder().quotas(false).part_size(4).storage(Storage::Count);
    let api = Api::of(builder().build());
    let file = api.upload("clip.mp4", "abcdefghij").await;
    let begun = api.make_file(&api.root(), "later.mp4", 8).await;
    let urls = begun["upload_urls"].as_array().unwrap();
    let url = |part: usize| urls[part]["url"].as_str().unwrap();
    crate::api::put(&api.sim, url(0), "video/mp4", "1234").await;

    let again = Api::of(builder().state(api.sim.state()).build());
    let shown = again.get(&file).await.data();
    assert_eq!((&shown["file_size"], &shown["status"]), (&json!(10), &json!("transcoded")));
    assert_eq!(again.read(&shown["id"], &[]).await.into_body(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9][..]);
    let status = format!("{}/status", again.file(&begun));
    assert_eq!(again.get(&status).await.data()["upload_complete"], false);
    crate::api::put(&again.sim, url(1), "video/mp4", "5678").await;
    assert_eq!(again.get(&status).await.data()["upload_complete"], true);
    assert_eq!(again.read(&begun["id"], &[]).await.into_body().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_running_simulator_is_restored_from_a_state() {
    for storage in storages() {
        let builder = || Sim::builder().quotas(false).token("mine").storage(storage.clone());
        let from = Api::of(builder().build()).with_token("mine");
        let file = from.upload("kept.txt", "some bytes").await;
        let id = json!(file.rsplit('/').next().unwrap());
        let state = from.sim.state();
        from.make_folder(&from.root(), "Not saved").await;
        from.sim.restore(state.clone());
        assert_eq!(from.read(&id, &[]).await.into_body(), "some bytes", "{storage:?}");
        assert_eq!(from.get(&format!("{}/children", from.root())).await.names(), ["kept.txt"]);

        let to = Api::of(builder().build()).with_token("mine");
        let lost = to.upload("lost.txt", "lost").await;
        to.sim.restore(state);
        assert_eq!(to.sim.demo().account_id, from.sim.demo().account_id);
        assert_eq!(to.get("/v4/me").await.data()["id"], from.sim.demo().user_id.as_str());
        assert_eq!(to.get(&lost).await.status, StatusCode::NOT_FOUND);
        assert_eq!(to.read(&id, &[]).await.into_body(), "some bytes");
        to.make_folder(&to.root(), "Made later").await;
        to.sim.reset();
        assert_eq!(to.get(&format!("{}/children", to.root())).await.names(), ["kept.txt"]);
        assert_eq!(to.read(&id, &[]).await.into_body(), "some bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn contents_and_incomplete_uploads_are_saved() {
    for storage in storages() {
        let builder = || Sim::builder().quotas(false).part_size(4).storage(storage.clone());
        let api = Api::of(builder().build());
        let file = api.upload("clip.mp4", "abcdefghij").await;
        let id = json!(file.rsplit('/').next().unwrap());
        let begun = api.make_file(&api.root(), "later.mp4", 8).await;
        let urls = begun["upload_urls"].as_array().unwrap();
        let url = |part: usize| urls[part]["url"].as_str().unwrap();
        crate::api::put(&api.sim, url(0), "video/mp4", "1234").await;

        let state = api.sim.state().to_string().parse().unwrap();
        let again = Api::of(builder().state(state).build());
        assert_eq!(again.read(&id, &[]).await.into_body(), "abcdefghij");
        crate::api::put(&again.sim, url(1), "video/mp4", "5678").await;
        assert_eq!(again.read(&begun["id"], &[]).await.into_body(), "12345678");
        again.sim.reset();
        assert_eq!(again.read(&id, &[]).await.into_body(), "abcdefghij");
    }
}

#[tokio::test(start_paused = true)]
async fn downloads_of_unsaved_contents_fail_with_the_reason() {
    let api = Api::new();
    let content = "x".repeat(1024 * 1024 + 1);
    let file = api.upload("large.mp4", &content).await;
    let again = Api::of(restored(&api.sim.state().to_string()));
    let response = again.read(&json!(file.rsplit('/').next().unwrap()), &[]).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = String::from_utf8(response.into_body().into()).unwrap();
    assert!(body.contains("was not saved with the state"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_file_written_by_hand_gets_defaults() {
    let text = r#"{"version": 1, "state": {
        "users": [{"name": "Ada", "email": "ada@example.com"}],
        "folders": [{"id": "00000000-0000-4000-8000-000000000001", "name": "Dailies"}],
        "files": [{"name": "a.mp4", "file_size": 5,
                   "parent_id": "00000000-0000-4000-8000-000000000001"}],
        "comments": [{"id": "00000000-0000-4000-8000-000000000002", "text": "Too dark"}],
        "replies": [{"comment_id": "00000000-0000-4000-8000-000000000002", "text": "Indeed"}],
        "shares": [{"name": "For Ada"}]
    }}"#;
    let api = Api::of(restored(text));
    assert_eq!(api.sim.state().to_string().len(), restored(text).state().to_string().len());
    let folder = format!("{}/folders/00000000-0000-4000-8000-000000000001", api.account());
    assert_eq!(api.get(&format!("{folder}/files")).await.names(), ["a.mp4"]);
    let comment = format!("{}/comments/00000000-0000-4000-8000-000000000002", api.account());
    let shown = api.get(&format!("{comment}?include=replies,owner")).await.data();
    assert_eq!(shown["replies"][0]["text"], "Indeed");
    assert_eq!(shown["owner"]["name"], "Ada");
    assert_eq!(api.get(&format!("{}/shares", api.project())).await.names(), ["For Ada"]);
    let id = "00000000-0000-4000-8000-000000000002".into();
    api.sim.reply(&id, &api.sim.demo().user_id, "Lit again").unwrap();
    let shown = api.get(&format!("{comment}?include=replies")).await.data();
    assert_eq!(shown["replies"].as_array().unwrap().len(), 2);
}

#[test]
fn errors_in_a_file_have_a_pointer() {
    for (state, expected) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        (r#"{"version": 1} {}"#, "trailing characters at line 1 column 16"),
        (r#"{"version": 2}"#, "/version: unsupported version 2, expected 1"),
        (r#"{"version": 1, "stat": {}}"#, "/stat: unknown field `stat`"),
        (r#"{"version": 1, "state": {"fils": []}}"#, "/state/fils: unknown field `fils`"),
        (r#"{"version": 1, "state": {"files": [{}, 7]}}"#, "/state/files/1: invalid type"),
        (r#"{"version": 1, "state": {"files": [{}]}}"#, "/state/files/0/name: is missing"),
        (
            r#"{"version": 1, "state": {"users": [{"id": "ada"}]}}"#,
            "/state/users/0/id: invalid id 'ada'",
        ),
        (
            r#"{"version": 1, "state": {"metadata_fields": [{"name": "A", "created_at": "x"}]}}"#,
            r#"/state/metadata_fields/0/created_at: "x": "#,
        ),
        (
            r#"{"version": 1, "contents": {"../x": {"size": 1, "part_size": 1, "parts": []}}}"#,
            "/contents/..~1x: invalid id '../x': expected a UUID",
        ),
    ] {
        assert!(wrong(state).starts_with(expected), "{state}: {}", wrong(state));
    }
}

/// The error of a missing reference has a pointer to it, the missing id, and what to do.
#[test]
fn missing_references_are_reported_with_a_remedy() {
    const X: &str = "00000000-0000-4000-8000-00000000dead";
    const ID: &str = "00000000-0000-4000-8000-000000000001";
    const ABOVE: &str = "00000000-0000-4000-8000-000000000002";
    let demo = || serde_json::from_str::<Value>(&SavedState::demo().to_string()).unwrap();
    let grant = json!({"id": X, "client_id": "c", "user_id": X, "scopes": ["openid"]});
    let digest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    let refresh = json!({"sha256": digest, "expires": "2030-01-01T00:00:00Z", "for": grant});
    let adobe = json!({"account": ID, "name": "A", "members": [], "group": null});
    for (pointer, value, places) in [
        ("/state/projects/0/workspace_id", json!(X), "'state.workspaces'"),
        ("/state/projects/0/account", json!(X), "'state.accounts'"),
        ("/state/projects/0/creator", json!(X), "'state.users'"),
        ("/state/folders/4/parent_id", json!(X), "'state.folders'"),
        ("/state/version_stacks/0/project_id", json!(X), "'state.projects'"),
        ("/state/files/0/parent_id", json!(X), "'state.folders' or 'state.version_stacks'"),
        ("/state/comments/0/file_id", json!(X), "'state.files'"),
        ("/state/comments/0/completer_id", json!(X), "'state.users'"),
        ("/state/replies/0/comment_id", json!(X), "'state.comments'"),
        ("/state/webhooks/0/workspace_id", json!(X), "'state.workspaces'"),
        ("/state/actions/0/workspace_id", json!(X), "'state.workspaces'"),
        ("/state/collections/0/project_id", json!(X), "'state.projects'"),
        ("/state/shares/0/project_id", json!(X), "'state.projects'"),
        ("/state/groups/0/account", json!(X), "'state.accounts'"),
        ("/state/metadata_fields/0/creator", json!(X), "'state.users'"),
        (&format!("/state/versions/{X}"), json!([]), "'state.version_stacks'"),
        (&format!("/state/metadata/{X}"), json!({}), "'state.files'"),
        (&format!("/state/shared/{X}"), json!({}), "'state.shares'"),
        (&format!("/state/access/given/{X}"), json!({ID: "viewer"}), "'state.accounts'"),
        (&format!("/state/access/members/{X}"), json!([ID]), "'state.groups'"),
        (&format!("/state/adobe_groups/{X}/account"), adobe, "'state.accounts'"),
        (&format!("/uploads/{X}/content"), json!({"content": X}), "'contents'"),
        ("/tokens/0/user_id", json!({"user_id": X, "token": "t"}), "'state.users'"),
        ("/demo/viewer_id", json!(X), "'state.users'"),
        ("/ims/refresh_tokens/0/for", refresh, "'state.users'"),
    ] {
        let mut state = demo();
        put(&mut state, pointer, value);
        let error = wrong(&state.to_string());
        assert!(error.starts_with(&format!("{pointer}: no '")), "{pointer}: {error}");
        assert!(error.contains(places), "{pointer}: {error}");
        assert!(error.contains("add it, or use an existing id"), "{pointer}: {error}");
    }

    for (state, expected) in [
        (
            json!({"comments": [{"text": "Whose?"}]}),
            "/state/comments/0/file_id: expected an id from 'state.files'",
        ),
        (
            json!({"folders": [
                {"id": ID, "name": "a", "parent_id": ABOVE},
                {"id": ABOVE, "name": "b", "parent_id": ID},
            ]}),
            "/state/folders/0/parent_id: the folder is inside itself",
        ),
        (
            json!({"webhooks": [{"name": "a", "url": "http://localhost", "events": []}]}),
            "/state/webhooks/0/events: expected at least one event",
        ),
        (
            json!({"version_stacks": [{"id": ID, "name": "empty"}]}),
            "/state/version_stacks/0: contains no file: set the 'parent_id' of a file to its id",
        ),
        (
            json!({"metadata": {}, "files": [{"id": ID, "name": "a"}], "version_stacks": [
                {"id": ABOVE, "name": "b"},
            ], "versions": {ABOVE: [ID]}}),
            "/state/versions/00000000-0000-4000-8000-000000000002/0: the 'parent_id' of",
        ),
        (
            json!({"files": [{"id": ID, "name": "a"}], "metadata": {ID: {"Mood": "dark"}}}),
            "/state/metadata/00000000-0000-4000-8000-000000000001/Mood: no field with this id or name",
        ),
        (
            json!({"files": [{"id": ID, "name": "a"}], "metadata": {ID: {"Status": ["Lost"]}}}),
            "/state/metadata/00000000-0000-4000-8000-000000000001/",
        ),
    ] {
        let error = wrong(&json!({"version": 1, "state": state}).to_string());
        assert!(error.starts_with(expected), "{error}");
    }
}

/// Replaces the value at a pointer, or inserts it at the longest existing prefix of the pointer.
fn put(document: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
        return;
    }
    let (above, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(above) {
        Some(Value::Object(fields)) => drop(fields.insert(key.to_owned(), value)),
        Some(Value::Array(items)) => items.push(value),
        Some(Value::Null) | None => put(document, above, value),
        Some(other) => panic!("{other} is at {above}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_demo_state_is_rich_and_deterministic() {
    let sim = || Sim::builder().quotas(false).state(SavedState::demo()).build();
    let api = Api::of(sim());
    assert_eq!(format!("{:?}", sim().demo()), format!("{:?}", api.sim.demo()));
    let workspaces = api.get(&format!("{}/workspaces", api.account())).await;
    assert_eq!(workspaces.names(), ["Film", "Campaigns"]);
    let root = api.get(&format!("{}/children?include=metadata", api.root())).await.data();
    let statuses = root.as_array().unwrap().iter().filter_map(|it| it["status"].as_str());
    assert_eq!(statuses.collect::<Vec<_>>(), ["created"], "one upload is incomplete");
    let share = api.get(&format!("{}/shares", api.project())).await.data()[0]["id"].clone();
    let assets = format!("{}/shares/{}/assets", api.account(), share.as_str().unwrap());
    let response = api.get(&assets).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
}

#[test]
fn a_state_is_taken_at_one_point_in_time() {
    let sim = Sim::new();
    let adding = std::thread::spawn({
        let sim = sim.clone();
        move || {
            for number in 0..2_000 {
                sim.add_user(User::member("Ada", format!("{number}@example.com")));
            }
        }
    });
    while !adding.is_finished() {
        // An inconsistent state would have tokens of missing users.
        let saved: Result<SavedState, _> = sim.state().to_string().parse();
        assert!(saved.is_ok(), "{saved:?}");
    }
    adding.join().unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_stored_uploads_and_saved_states() {
    use std::os::unix::fs::PermissionsExt;

    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let [_, Storage::Directory(directory)] = storages() else { panic!("no directory") };
    let uploads = directory.join("uploads");
    let sim = Sim::builder().quotas(false).storage(Storage::Directory(uploads.clone())).build();
    let api = Api::of(sim);
    api.upload("clip.mp4", "bytes").await;
    let kept = std::fs::read_dir(&uploads).unwrap().next().unwrap().unwrap().path();
    assert_eq!((mode(&directory), mode(&uploads), mode(&kept)), (0o700, 0o700, 0o600));

    let state = directory.join("state.json");
    api.sim.save(&state).unwrap();
    assert_eq!(mode(&state), 0o600);
    assert!(api.sim.save(directory.join("missing/state.json")).is_err());
    assert!(!directory.join("missing").exists());
    std::fs::remove_dir_all(directory).unwrap();
}
