//! Events and internal state after sequences of operations.

use frameio_core::Body;
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::Sim;

/// Sends a request below the demo account; returns the id in the response.
async fn send(sim: &Sim, method: Method, path: &str, data: Value) -> String {
    let uri = format!("https://api.frame.io/v4/accounts/{}/{path}", sim.demo().account_id);
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", format!("Bearer {}", Sim::TOKEN))
        .header("api-version", "experimental")
        .header("content-type", "application/json")
        .body(Body::from(json!({ "data": data }).to_string()))
        .unwrap();
    let response = sim.clone().oneshot(request).await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    body["data"]["id"].as_str().unwrap_or_default().to_owned()
}

/// Returns the events since the last call, with their resources.
fn events(sim: &Sim, seen: &mut usize) -> Vec<(String, String)> {
    let events = sim.events().split_off(*seen);
    *seen += events.len();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let summary = |event: &Value| (text(&event["type"]), text(&event["resource"]["id"]));
    events.iter().map(|it| summary(&serde_json::to_value(&it.event).unwrap())).collect()
}

#[tokio::test]
async fn each_change_causes_one_event_and_a_version_stack_reports_its_head() {
    let sim = Sim::builder().quotas(false).build();
    let mut seen = 0;
    let root = format!("folders/{}", sim.demo().root_folder_id);
    let folder = send(&sim, Method::POST, &format!("{root}/folders"), json!({})).await;
    let upload = format!("{root}/files/local_upload");
    let file = json!({"name": "a.mp4", "file_size": 1});
    let [a, b] = [
        send(&sim, Method::POST, &upload, file.clone()).await,
        send(&sim, Method::POST, &upload, file).await,
    ];
    let event = |kind: &str, id: &String| (kind.to_owned(), id.clone());
    let created = [("folder.created", &folder), ("file.created", &a), ("file.created", &b)];
    assert_eq!(events(&sim, &mut seen), created.map(|(kind, id)| event(kind, id)));

    let files = json!({ "file_ids": [a, b] });
    let stack = send(&sim, Method::POST, &format!("{root}/version_stacks"), files).await;
    assert_eq!(events(&sim, &mut seen), [event("file.versioned", &b)]);
    let to = json!({ "parent_id": folder });
    send(&sim, Method::PATCH, &format!("version_stacks/{stack}/move"), to.clone()).await;
    assert_eq!(events(&sim, &mut seen), [event("file.updated", &b)]);
    let to_top = json!({"target_file_id": a, "move_to": "top"});
    let versions = format!("version_stacks/{stack}/versions");
    send(&sim, Method::PATCH, &versions, to_top.clone()).await;
    send(&sim, Method::PATCH, &versions, to_top).await;
    assert_eq!(
        events(&sim, &mut seen),
        [event("file.versioned", &a)],
        "one event, for the new head only"
    );

    let copy = send(&sim, Method::POST, &format!("folders/{folder}/copy"), json!({})).await;
    assert_eq!(events(&sim, &mut seen), [event("folder.copied", &copy)]);
    send(&sim, Method::DELETE, &format!("folders/{folder}"), json!({})).await;
    send(&sim, Method::PATCH, &format!("folders/{folder}/restore"), json!({})).await;
    assert_eq!(
        events(&sim, &mut seen),
        ["folder.deleted", "folder.updated"].map(|it| event(it, &folder))
    );

    let into = json!({ "parent_id": stack });
    let copy = send(&sim, Method::POST, &format!("files/{b}/copy"), into).await;
    assert_eq!(
        events(&sim, &mut seen),
        ["file.copied", "file.versioned"].map(|it| event(it, &copy))
    );
    send(&sim, Method::PATCH, &format!("files/{copy}/move"), to.clone()).await;
    send(&sim, Method::PATCH, &format!("files/{copy}/move"), to).await;
    assert_eq!(
        events(&sim, &mut seen),
        [event("file.updated", &copy)],
        "no event without a change"
    );

    let project = format!("projects/{}", sim.demo().project_id);
    let id = sim.demo().project_id.to_string();
    send(&sim, Method::PATCH, &project, json!({"name": "New"})).await;
    send(&sim, Method::DELETE, &project, json!({})).await;
    let project = ["project.updated", "project.deleted"];
    assert_eq!(events(&sim, &mut seen), project.map(|kind| event(kind, &id)));
    let state = &sim.shared.lock().state;
    assert!(state.files.is_empty() && state.folders.is_empty() && state.versions.is_empty());
}

#[tokio::test]
async fn deleting_a_project_removes_its_deleted_files() {
    let sim = Sim::builder().quotas(false).build();
    let upload = format!("folders/{}/files/local_upload", sim.demo().root_folder_id);
    let file = json!({"name": "a.mp4", "file_size": 1});
    let file = send(&sim, Method::POST, &upload, file).await;
    send(&sim, Method::DELETE, &format!("files/{file}"), json!({})).await;
    assert!(sim.shared.lock().state.uploads.get_any(&file).is_some());
    let project = format!("projects/{}", sim.demo().project_id);
    send(&sim, Method::DELETE, &project, json!({})).await;
    let state = &sim.shared.lock().state;
    assert!(state.deleted.is_empty() && state.uploads.get_any(&file).is_none());
}
