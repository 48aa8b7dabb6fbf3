//! Control endpoints under `/_sim/`.

use std::time::Duration;

use frameio_core::Body;
use frameio_sim::{Fault, Sim, Storage};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, get, put, send};
use crate::receiver::Receiver;

struct ControlResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl ControlResponse {
    #[track_caller]
    fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    #[track_caller]
    fn refused(&self, status: StatusCode) -> (Option<&str>, &str) {
        assert_eq!(self.status, status, "{}", self.body);
        let error = &self.body["errors"][0];
        (error["source"]["pointer"].as_str(), error["detail"].as_str().unwrap())
    }
}

async fn control(sim: &Sim, method: Method, path: &str, body: &str) -> ControlResponse {
    let uri = format!("http://127.0.0.1:1/_sim/{path}");
    let request = Request::builder().method(method).uri(uri).body(Body::from(body.to_owned()));
    let (parts, body) = send(sim, request.unwrap()).await.into_parts();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    ControlResponse { status: parts.status, headers: parts.headers, body }
}

async fn read(sim: &Sim, path: &str) -> Value {
    control(sim, Method::GET, path, "").await.ok()
}

async fn post(sim: &Sim, path: &str, body: Value) -> ControlResponse {
    control(sim, Method::POST, path, &body.to_string()).await
}

/// Calls the API and returns only the status, because the responses of faults are in no contract.
async fn call(sim: &Sim, path: &str) -> StatusCode {
    let token = format!("Bearer {}", Sim::TOKEN);
    get(sim, &format!("http://sim.test{path}"), &[("authorization", &token)]).await.status()
}

#[tokio::test]
async fn stats_count_requests_except_for_control_requests() {
    let sim = &Sim::new();
    let nothing = json!({"requests": 0, "by_status": {}, "by_operation": {}, "rate_limited": {}});
    assert_eq!(read(sim, "stats").await, nothing);
    sim.inject(Fault::status(StatusCode::TOO_MANY_REQUESTS).on("users.show").next(2));
    sim.inject(Fault::status(StatusCode::BAD_GATEWAY).on("accounts.index"));
    for path in ["/v4/me", "/v4/me", "/v4/me", "/v4/accounts", "/v4/none"] {
        call(sim, path).await;
    }
    sim.clear_requests();
    let counted = json!({
        "requests": 5,
        "by_status": {"200": 1, "404": 1, "429": 2, "502": 1},
        "by_operation": {"accounts.index": 1, "users.show": 3},
        "rate_limited": {"users.show": 2},
    });
    assert_eq!(read(sim, "stats").await, counted);
    assert_eq!(sim.stats().rate_limited["users.show"], 2);
    assert!(sim.requests().is_empty());
}

#[tokio::test]
async fn stats_count_more_requests_than_the_record_keeps() {
    let api = Api::new();
    for _ in 0..10_001 {
        get(&api.sim, "http://sim.test/v4/none", &[]).await;
    }
    assert_eq!(api.sim.requests().len(), 10_000);
    assert_eq!(read(&api.sim, "stats").await["by_status"], json!({"404": 10_001}));
}

#[tokio::test]
async fn the_demo_is_returned_with_its_tokens() {
    let sim = Sim::builder().token("t0ken").build();
    let demo = read(&sim, "demo").await;
    assert_eq!(demo["account_id"], sim.demo().account_id.as_str());
    assert_eq!(demo["root_folder_id"], sim.demo().root_folder_id.as_str());
    assert_eq!(demo["tokens"]["user"], "t0ken");
    let viewer = Api::of(sim).with_token(demo["tokens"]["viewer"].as_str().unwrap());
    assert_eq!(viewer.get("/v4/me").await.data()["id"], demo["viewer_id"]);
}

#[tokio::test]
async fn a_reset_restores_the_demo() {
    let directory = tempdir();
    let sim = Sim::builder()
        .storage(Storage::Directory(directory.clone()))
        .fault(Fault::status(StatusCode::BAD_GATEWAY).on("users.show"))
        .build();
    let api = Api::of(sim);
    let sim = &api.sim;
    let before = read(sim, "demo").await;
    assert_eq!(call(sim, "/v4/me").await, StatusCode::BAD_GATEWAY);
    assert_eq!(api.get("/v4/me").await.headers["x-ratelimit-remaining"], "99");
    let file = api.upload("clip.mp4", "bytes").await;
    let folder = api.make_folder(&api.root(), "f").await;
    api.delete(&folder).await;
    let ada = sim.add_user(frameio_sim::User::admin("Ada", "ada@example.com").token("ada"));
    let pending = api.make_file(&api.root(), "pending.mp4", 3).await;
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
    let time = sim.clock().now();
    sim.clock().advance(Duration::from_secs(60));

    assert_eq!(
        control(sim, Method::POST, "reset", "").await.ok(),
        before,
        "the same ids and tokens"
    );
    assert_eq!(read(sim, "stats").await["requests"], 0);
    assert!(sim.requests().is_empty() && sim.events().is_empty());
    assert!(sim.clock().now() > time, "the clock is not reset");
    assert_eq!(sim.faults().len(), 1, "the builder's fault is active again");
    sim.clear_faults();
    assert_eq!(api.get("/v4/me").await.headers["x-ratelimit-remaining"], "99");
    assert_eq!(api.get(&file).await.status, StatusCode::NOT_FOUND);
    let children = format!("{}/children", api.root());
    assert_eq!(api.get(&children).await.data(), json!([]));
    assert!(sim.token_of(&ada).is_none());
    assert_eq!(api.with_token("ada").get("/v4/me").await.status, StatusCode::UNAUTHORIZED);
    let url = pending["upload_urls"][0]["url"].as_str().unwrap();
    assert_eq!(put(sim, url, "video/mp4", "abc").await.0, StatusCode::NOT_FOUND);
    let again = api.upload("clip.mp4", "other bytes").await;
    let again = api.get(&again).await.data();
    assert_eq!(api.read(&again["id"], &[]).await.body(), "other bytes");
    std::fs::remove_dir_all(directory).unwrap();
}

fn tempdir() -> std::path::PathBuf {
    match crate::api::storages() {
        [_, Storage::Directory(directory)] => directory,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reset_stops_deliveries() {
    let api = Api::new();
    let receiver = Receiver::new([(500, "")]).await;
    let hook = json!({"name": "h", "url": receiver.url, "events": ["folder.created"]});
    api.post(&format!("{}/webhooks", api.workspace()), hook).await.created();
    api.make_folder(&api.root(), "f").await;
    receiver.receives(1).await;
    crate::receiver::until(|| api.sim.deliveries().len() == 1).await;
    control(&api.sim, Method::POST, "reset", "").await.ok();
    api.sim.clock().advance(Duration::from_secs(600));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(api.sim.deliveries().is_empty());
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn the_clock_is_advanced() {
    let sim = Sim::builder().transcode_after(Duration::from_secs(3_600)).quotas(false).build();
    let api = Api::of(sim);
    let file = api.upload("clip.mp4", "bytes").await;
    assert_eq!(api.get(&file).await.data()["status"], "uploaded");
    let now = read(&api.sim, "clock").await["now"].as_str().unwrap().to_owned();
    let moved = post(&api.sim, "clock", json!({"advance_ms": 3_600_000})).await.ok();
    let parse = |time: &str| time.parse::<jiff::Timestamp>().unwrap();
    let moved = parse(moved["now"].as_str().unwrap());
    assert!(moved.duration_since(parse(&now)).as_secs() >= 3_600);
    assert_eq!(api.get(&file).await.data()["status"], "transcoded");
    for wrong in [json!(-1), json!("1"), json!(1.5), json!(null)] {
        let response = post(&api.sim, "clock", json!({"advance_ms": wrong})).await;
        assert_eq!(response.refused(StatusCode::UNPROCESSABLE_ENTITY).0, Some("/advance_ms"));
    }
}

#[tokio::test]
async fn faults_are_injected_listed_and_cleared() {
    let api = Api::new();
    let sim = &api.sim;
    let injected = post(sim, "faults", json!({"fault": "users.show=503:next2"})).await.ok();
    assert_eq!(injected, json!({"faults": ["users.show=503:next2"]}));
    assert_eq!(call(sim, "/v4/me").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(read(sim, "faults").await, json!({"faults": ["users.show=503"]}));
    post(sim, "faults", json!({"fault": "500:every1"})).await.ok();
    assert_eq!(
        read(sim, "demo").await["account_id"],
        sim.demo().account_id.as_str(),
        "faults do not apply here"
    );
    assert_eq!(control(sim, Method::DELETE, "faults", "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get("/v4/me").await.status, StatusCode::OK);
    let response = post(sim, "faults", json!({"fault": "files.shwo=503"})).await;
    let (pointer, detail) = response.refused(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(pointer, Some("/fault"));
    assert!(detail.starts_with("unknown operation 'files.shwo'"), "{detail}");
}

#[tokio::test]
async fn an_action_is_triggered_and_its_forms_submitted() {
    let form = r#"{"title":"T","fields":[{"type":"text","name":"note","label":"N"}]}"#;
    let message = r#"{"title":"Done","description":"d"}"#;
    let receiver = Receiver::new([(200, form), (200, message), (204, ""), (200, "OK")]).await;
    let api = Api::new();
    let sim = &api.sim;
    let data = json!({"name": "a", "description": "d", "event": "e", "url": receiver.url});
    let action = api.post(&format!("{}/actions", api.workspace()), data).await.created();
    let path = format!("actions/{}/trigger", action["id"].as_str().unwrap());
    let file = api.make_file(&api.root(), "clip.mp4", 3).await;
    let resources = json!([{"type": "file", "id": file["id"]}]);

    let body = json!({"resources": resources, "submit": [{"note": "now"}]});
    let response = post(sim, &path, body).await.ok();
    assert_eq!(response["shown"][0]["type"], "form");
    assert_eq!(response["shown"][0]["fields"][0]["name"], "note");
    let shown = json!({"type": "message", "title": "Done", "description": "d"});
    assert_eq!(response["shown"][1], shown);
    let sent: Value = serde_json::from_slice(&receiver.received()[1].body).unwrap();
    assert_eq!(
        (&sent["data"], &sent["interaction_id"]),
        (&json!({"note": "now"}), &response["interaction_id"])
    );

    let user = sim.demo().viewer_id.to_string();
    let body = json!({"resources": resources, "user_id": user});
    assert_eq!(post(sim, &path, body).await.ok()["shown"], json!([{"type": "nothing"}]));
    let sent: Value = serde_json::from_slice(&receiver.received()[2].body).unwrap();
    assert_eq!(sent["user"]["id"], user);

    let response = post(sim, &path, json!({ "resources": resources })).await;
    assert!(response.refused(StatusCode::BAD_GATEWAY).1.contains("not JSON"));
    let unknown = post(sim, "actions/x/trigger", json!({ "resources": resources })).await;
    unknown.refused(StatusCode::NOT_FOUND);
    for (body, pointer) in [
        (json!({}), "/resources"),
        (json!({"resources": {}}), "/resources"),
        (json!({"resources": [{"type": "comment", "id": "x"}]}), "/resources/0"),
        (json!({"resources": []}), ""),
        (json!({"resources": resources, "submit": ["x"]}), "/submit"),
        (json!({"resources": resources, "user_id": 1}), "/user_id"),
        (json!({"resources": resources, "a/b": 1}), "/a~1b"),
    ] {
        let response = post(sim, &path, body).await;
        assert_eq!(response.refused(StatusCode::UNPROCESSABLE_ENTITY).0, Some(pointer));
    }
    assert_eq!(receiver.received().len(), 4, "no other requests");
}

#[tokio::test]
async fn unknown_routes_and_methods_are_refused_with_the_known_ones() {
    let sim = Sim::new();
    for path in ["stat", "actions/x", "stats/", "page.html"] {
        let response = control(&sim, Method::GET, path, "").await;
        let (_, detail) = response.refused(StatusCode::NOT_FOUND);
        assert!(detail.contains("/_sim/stats"), "{detail}");
    }
    let response = control(&sim, Method::PUT, "faults", "").await;
    response.refused(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers["allow"], "GET, POST, DELETE");
    let response = control(&sim, Method::GET, "reset", "").await;
    response.refused(StatusCode::METHOD_NOT_ALLOWED);
    control(&sim, Method::POST, "clock", "{").await.refused(StatusCode::BAD_REQUEST);
    let response = control(&sim, Method::POST, "clock", "[]").await;
    response.refused(StatusCode::UNPROCESSABLE_ENTITY);
    let response = control(&sim, Method::POST, "faults", &" ".repeat(2_000_000)).await;
    response.refused(StatusCode::PAYLOAD_TOO_LARGE);
    assert!(sim.requests().is_empty());
}

#[tokio::test]
async fn a_state_is_replaced_or_refused_with_a_pointer_to_the_error() {
    let from = Api::new();
    from.make_folder(&from.root(), "Dailies").await;
    let state = read(&from.sim, "state").await;

    let to = Api::of(Sim::builder().quotas(false).token("mine").build()).with_token("mine");
    let before = read(&to.sim, "demo").await;
    for (body, pointer) in [
        (json!({"version": 2}), "/version"),
        (json!({"version": 1, "state": {"files": [{}]}}), "/state/files/0/name"),
        (json!({"version": 1, "state": {"files": [7]}}), "/state/files/0"),
        (json!({"version": 1, "tokens": [{"user_id": "x", "token": "t"}]}), "/tokens/0/user_id"),
        (json!([]), ""),
    ] {
        let response = control(&to.sim, Method::PUT, "state", &body.to_string()).await;
        let (actual, _) = response.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(actual, Some(pointer), "{body}");
    }
    for body in ["", "{", "\u{0}"] {
        let response = control(&to.sim, Method::PUT, "state", body).await;
        assert!(response.refused(StatusCode::BAD_REQUEST).1.starts_with("the body is not JSON: "));
    }
    assert_eq!(read(&to.sim, "demo").await, before, "refused states change nothing");

    call(&to.sim, "/v4/none").await;
    let put = control(&to.sim, Method::PUT, "state", &state.to_string()).await.ok();
    assert_eq!(put, read(&to.sim, "demo").await);
    assert_eq!(
        (&put["account_id"], &put["tokens"]["user"]),
        (&state["demo"]["account_id"], &json!("mine"))
    );
    assert_eq!(read(&to.sim, "stats").await["requests"], 0);
    assert_eq!(to.get(&format!("{}/folders", to.root())).await.names(), ["Dailies"]);
    let again = read(&to.sim, "state").await;
    assert_eq!((&again["state"], &again["contents"]), (&state["state"], &state["contents"]));
    let response = control(&to.sim, Method::DELETE, "state", "").await;
    response.refused(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers["allow"], "GET, PUT");
}
