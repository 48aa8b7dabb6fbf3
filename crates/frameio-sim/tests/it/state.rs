//! State is saved and read.

use frameio_sim::{SavedState, Sim};
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::{Api, storages};
use crate::contract;

fn restored(state: &str) -> Sim {
    Sim::builder().quotas(false).state(state.parse().unwrap()).build()
}

fn wrong(state: &str) -> String {
    state.parse::<SavedState>().unwrap_err().to_string()
}

/// What the operations answer about the whole account.
async fn told(api: &Api) -> Vec<Value> {
    let mut told = Vec::new();
    let (account, project) = (api.account(), api.project());
    for path in [
        "/v4/me".to_owned(),
        "/v4/accounts".to_owned(),
        format!("{account}/workspaces"),
        format!("{}/projects?include=owner", api.workspace()),
        format!("{}/webhooks", api.workspace()),
        format!("{}/actions", api.workspace()),
        format!("{}/children?include=creator,project,metadata", api.root()),
        format!("{project}/shares"),
        format!("{project}/collections"),
        format!("{project}/users"),
        format!("{account}/metadata/field_definitions"),
        format!("{account}/groups"),
        format!("{account}/audit_logs?page_size=100"),
    ] {
        let mut answer = api.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        told.push(answer.body.take());
    }
    told
}

#[tokio::test(start_paused = true)]
async fn after_every_operation_it_is_the_same_when_it_is_read_again() {
    let api = Api::new();
    contract::changes(&api).await;
    api.upload("kept.txt", "some bytes").await;
    let saved = api.sim.state().to_string();
    let again = Api::of(restored(&saved));
    let resaved = again.sim.state().to_string();
    let other = saved.lines().zip(resaved.lines()).find(|(before, after)| before != after);
    assert_eq!((other, resaved.len()), (None, saved.len()));
    assert_eq!(told(&again).await, told(&api).await);
}

#[tokio::test(start_paused = true)]
async fn contents_and_uploads_under_way_are_kept() {
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
async fn what_is_too_large_for_the_state_fails_clearly() {
    let api = Api::new();
    let content = "x".repeat(1024 * 1024 + 1);
    let file = api.upload("large.mp4", &content).await;
    let again = Api::of(restored(&api.sim.state().to_string()));
    let answer = again.read(&json!(file.rsplit('/').next().unwrap()), &[]).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = String::from_utf8(answer.into_body().into()).unwrap();
    assert!(body.contains("was not saved with the state"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_file_written_by_hand_need_not_say_much() {
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
    api.sim.reply(&id, &api.sim.demo().user_id, "Lit anew").unwrap();
    let shown = api.get(&format!("{comment}?include=replies")).await.data();
    assert_eq!(shown["replies"].as_array().unwrap().len(), 2);
}

#[test]
fn the_error_for_a_bad_file_names_the_place() {
    for (state, told) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        (r#"{"version": 2}"#, "`version` is 2, the only one known here is 1"),
        (r#"{"version": 1, "stat": {}}"#, "unknown field `stat`"),
        (r#"{"version": 1, "state": {"fils": []}}"#, "unknown field `fils`"),
        (r#"{"version": 1, "state": {"files": [{}]}}"#, "state.files[0].name: it is missing"),
        (
            r#"{"version": 1, "state": {"files": [{"name": "a", "parent_id": "x"}]}}"#,
            r#"state.files[0].parent_id: there is no "x""#,
        ),
        (r#"{"version": 1, "state": {"users": [{"id": "ada"}]}}"#, "state.users[0].id: \"ada\" is"),
        (
            r#"{"version": 1, "contents": {"../x": {"size": 1, "part_size": 1, "parts": []}}}"#,
            "contents.../x: \"../x\" is no UUID",
        ),
    ] {
        assert!(wrong(state).starts_with(told), "{state}: {}", wrong(state));
    }
}

#[tokio::test(start_paused = true)]
async fn the_demo_is_worth_looking_at_and_the_same_each_time() {
    let sim = || Sim::builder().quotas(false).state(SavedState::demo()).build();
    let api = Api::of(sim());
    assert_eq!(format!("{:?}", sim().demo()), format!("{:?}", api.sim.demo()));
    let workspaces = api.get(&format!("{}/workspaces", api.account())).await;
    assert_eq!(workspaces.names(), ["Film", "Campaigns"]);
    told(&api).await;
    let root = api.get(&format!("{}/children?include=metadata", api.root())).await.data();
    let statuses = root.as_array().unwrap().iter().filter_map(|it| it["status"].as_str());
    assert_eq!(statuses.collect::<Vec<_>>(), ["created"], "one is still being uploaded");
    let share = api.get(&format!("{}/shares", api.project())).await.data()[0]["id"].clone();
    let assets = format!("{}/shares/{}/assets", api.account(), share.as_str().unwrap());
    let answer = api.get(&assets).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}
