//! Comments.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::api::{Api, put};

async fn comment(api: &Api, data: Value) -> (String, Value) {
    let file = api.upload("clip.mp4", "abc").await;
    let made = api.post(&format!("{file}/comments"), data).await.created();
    (format!("{}/comments/{}", api.account(), made["id"].as_str().unwrap()), made)
}

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let file = api.upload("clip.mp4", "abc").await;
    let data = json!({
        "text": "See the light",
        "timestamp": "00:00:02:12",
        "duration": 24,
        "page": 1,
        "anchor": {"x": 0.5, "y": 1},
        "annotation": "[]",
        "completed": true,
        "links": [{"start_index": 0, "end_index": 3, "url": "https://example.com"}],
        "attachments": [{"name": "a.pdf", "file_size": 5, "media_type": "application/pdf"}],
        "text_review_annotation": {
            "bounds": [{"x": 0, "y": 0.5, "width": 10, "height": 2}],
            "selection_text": "a",
            "suggested_text": null,
            "text_review_annotation_type": "replace",
        },
    });
    let list = format!("{file}/comments");
    let comment = api.post(&format!("{list}?timestamp_as_timecode=true"), data).await.created();
    let comment = format!("{}/comments/{}", api.account(), comment["id"].as_str().unwrap());
    api.get(&format!("{list}?include=owner,replies&include_total_count=true")).await.data();
    api.get(&format!("{comment}?include=owner,replies&timestamp_as_timecode=true")).await.data();
    api.patch(&comment, json!({"text": "Seen", "completed": false})).await.data();
    let data = json!({"name": "b.pdf", "file_size": 5, "media_type": "application/pdf"});
    let attachment = api.post(&format!("{comment}/attachments"), data).await.created();
    let attachment = format!("{comment}/attachments/{}", attachment["id"].as_str().unwrap());
    assert_eq!(api.delete(&attachment).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.delete(&comment).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn timestamps_are_frames_or_timecodes() {
    let api = Api::new();
    let (path, made) = comment(&api, json!({"text": "t", "timestamp": "00:00:02:12"})).await;
    assert_eq!(made["timestamp"], 60);
    let as_timecode = format!("{path}?timestamp_as_timecode=true");
    assert_eq!(api.get(&as_timecode).await.data()["timestamp"], "00:00:02:12");
    let updated = api.patch(&as_timecode, json!({"timestamp": 24})).await.data();
    assert_eq!(updated["timestamp"], "00:00:01:00");
    assert_eq!(api.get(&path).await.data()["timestamp"], 24);
}

#[tokio::test(start_paused = true)]
async fn an_update_distinguishes_null_from_missing() {
    let api = Api::new();
    let (path, made) = comment(
        &api,
        json!({
            "text": "t", "timestamp": 1, "duration": 5, "page": 2, "annotation": "[]",
            "anchor": {"x": 0, "y": 1},
        }),
    )
    .await;
    let updated = api.patch(&path, json!({"page": null, "anchor": null})).await.data();
    assert_eq!((&updated["page"], &updated["anchor"]), (&json!(null), &json!(null)));
    assert_eq!((&updated["duration"], &updated["annotation"]), (&json!(5), &json!("[]")));
    assert_eq!(updated["text_edited_at"], json!(null));
    tokio::time::advance(Duration::from_secs(1)).await;
    let updated = api.patch(&path, json!({"duration": null, "text": "new"})).await.data();
    assert_eq!((&updated["duration"], &updated["text"]), (&json!(null), &json!("new")));
    assert_eq!(updated["text_edited_at"], updated["updated_at"]);
    assert_ne!(updated["updated_at"], made["updated_at"]);
    let cleared = api.patch(&path, json!({"timestamp": null})).await.data();
    assert_eq!(cleared["timestamp"], json!(null));
    let refused = api.patch(&path, json!({"text": null, "timestamp": -1})).await;
    assert_eq!(refused.pointers(), ["/data/text", "/data/timestamp"]);
}

#[tokio::test]
async fn a_comment_is_completed_and_reopened() {
    let api = Api::new();
    let (path, made) = comment(&api, json!({"text": "t", "completed": true})).await;
    assert_eq!(made["completer_id"], api.sim.demo().user_id.as_str());
    assert!(made["completed_at"].is_string());
    for reopened in [json!(false), json!(null)] {
        api.patch(&path, json!({"completed": true})).await.data();
        let updated = api.patch(&path, json!({ "completed": reopened })).await.data();
        let both = (&updated["completed_at"], &updated["completer_id"]);
        assert_eq!(both, (&json!(null), &json!(null)));
    }
}

#[tokio::test]
async fn links_contain_their_text() {
    let api = Api::new();
    let link = json!({"start_index": 4, "end_index": 8, "url": "https://example.com"});
    let (path, made) = comment(&api, json!({"text": "Säe the seed", "links": [link]})).await;
    assert_eq!(made["links"][0]["text"], "the ");
    let updated = api.patch(&path, json!({"links": []})).await.data();
    assert_eq!(updated["links"], json!([]));
}

#[tokio::test]
async fn a_text_review_is_updated_by_key() {
    let api = Api::new();
    let review = json!({
        "bounds": [{"x": 0, "y": 0, "width": 1, "height": 1}],
        "selection_text": "old",
        "suggested_text": null,
        "text_review_annotation_type": "insert",
    });
    let (path, _) = comment(&api, json!({"text": "t", "text_review_annotation": review})).await;
    let change = json!({"text_review_annotation": {"suggested_text": "new"}});
    let updated = api.patch(&path, change.clone()).await.data();
    assert_eq!(updated["text_review_annotation"]["suggested_text"], "new");
    assert_eq!(updated["text_review_annotation"]["selection_text"], "old");
    let refused = api.patch(&path, json!({"text_review_annotation": {}})).await;
    assert_eq!(refused.pointers(), ["/data/text_review_annotation"]);

    let (plain, _) = comment(&api, json!({"text": "t"})).await;
    let refused = api.patch(&plain, change).await;
    assert_eq!(refused.pointers(), ["/data/text_review_annotation/bounds"]);
}

#[tokio::test]
async fn attachments_are_uploaded_to_plain_urls() {
    let api = Api::new();
    let attachment = json!({"name": "a.pdf", "file_size": 3, "media_type": "application/pdf"});
    let (path, made) = comment(&api, json!({"text": "t", "attachments": [attachment]})).await;
    let url = made["attachments"][0]["upload_urls"][0].as_str().unwrap().to_owned();
    assert_eq!(put(&api.sim, &url, "application/pdf", "pdf").await.0, StatusCode::OK);
    let shown = api.get(&path).await.data();
    assert_eq!(shown["attachments"][0]["upload_urls"], json!(null), "shown once");
    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(put(&api.sim, &url, "application/pdf", "pdf").await.0, StatusCode::NOT_FOUND);

    let file = api.upload("clip.mp4", "abc").await;
    let data = json!({"text": "t", "attachments": vec![attachment; 7]});
    let refused = api.post(&format!("{file}/comments"), data).await;
    assert_eq!(refused.pointers(), ["/data/attachments"]);
}

#[tokio::test(start_paused = true)]
async fn comments_are_listed_by_file_and_deleted_with_it() {
    let api = Api::new();
    let file = api.upload("clip.mp4", "abc").await;
    let list = format!("{file}/comments");
    let mut paths = Vec::new();
    for text in ["one", "two", "three"] {
        let made = api.post(&list, json!({ "text": text })).await.created();
        paths.push(format!("{}/comments/{}", api.account(), made["id"].as_str().unwrap()));
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    comment(&api, json!({"text": "on another file"})).await;
    let texts = async |query: &str| {
        let data = api.get(&format!("{list}?{query}")).await.data();
        let texts = data.as_array().unwrap().iter().map(|c| c["text"].as_str().unwrap().to_owned());
        texts.collect::<Vec<_>>()
    };
    assert_eq!(texts("sort=created_at_desc").await, ["three", "two", "one"]);
    assert_eq!(texts("sort=owner_asc&include=owner").await, ["one", "two", "three"]);
    api.patch(&paths[1], json!({"completed": true})).await.data();
    assert_eq!(texts("sort=completed_at_desc").await, ["two", "one", "three"]);

    let shown = api.get(&format!("{}?include=owner,replies", paths[0])).await.data();
    assert_eq!(shown["owner"]["name"], "Demo User");
    assert_eq!(shown["replies"], json!([]));
    assert_eq!(api.delete(&paths[0]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(texts("").await, ["two", "three"]);
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&paths[1]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn attachments_are_added_and_removed_individually() {
    let api = Api::new();
    let attachment = json!({"name": "a.pdf", "file_size": 3, "media_type": "application/pdf"});
    let (path, made) = comment(&api, json!({"text": "t"})).await;
    let list = format!("{path}/attachments");
    tokio::time::advance(Duration::from_secs(1)).await;
    let first = api.post(&list, attachment.clone()).await.created();
    let url = first["upload_urls"][0].as_str().unwrap();
    assert_eq!(put(&api.sim, url, "application/pdf", "pdf").await.0, StatusCode::OK);
    assert_eq!(api.read(&first["id"], &[]).await.body(), "pdf");
    for _ in 0..5 {
        api.post(&list, attachment.clone()).await.created();
    }
    assert_eq!(api.post(&list, attachment).await.pointers(), ["/data"]);
    let shown = api.get(&path).await.data();
    assert_eq!(shown["attachments"].as_array().unwrap().len(), 6);
    assert_eq!(shown["attachments"][0]["id"], first["id"]);
    assert_eq!(shown["attachments"][0]["upload_urls"], json!(null));
    assert_ne!(shown["updated_at"], made["updated_at"]);

    let first = format!("{list}/{}", first["id"].as_str().unwrap());
    assert_eq!(api.delete(&first).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.delete(&first).await.status, StatusCode::NOT_FOUND);
    assert_eq!(put(&api.sim, url, "application/pdf", "pdf").await.0, StatusCode::NOT_FOUND);
    let shown = api.get(&path).await.data();
    assert_eq!(shown["attachments"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn changes_of_a_comment_cause_events() {
    let api = Api::new();
    let (path, _) = comment(&api, json!({"text": "t"})).await;
    let before = api.sim.events().len() - 1;
    for data in [
        json!({"text": "new"}),
        json!({"completed": true}),
        json!({"completed": true}),
        json!({"completed": false, "text": "newer"}),
    ] {
        api.patch(&path, data).await.data();
    }
    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
    let events = api.sim.events().split_off(before);
    let kinds: Vec<_> = events.iter().map(|it| it.event.kind.to_string()).collect();
    let (updated, uncompleted) = ("comment.updated", "comment.uncompleted");
    assert_eq!(
        kinds,
        ["comment.created", updated, "comment.completed", updated, uncompleted, "comment.deleted"]
    );
    let demo = api.sim.demo();
    for event in events {
        let id = path.rsplit('/').next().unwrap();
        assert_eq!(event.event.resource().id(), id);
        assert_eq!(event.event.workspace_id(), Some(&demo.workspace_id));
        assert_eq!(event.event.project_id(), Some(&demo.project_id));
    }
}
