//! Files without their bytes.

use frameio_core::FileId;
use http::StatusCode;
use serde_json::json;

use crate::api::Api;

/// All that can be included in a file.
pub(crate) const INCLUDE: &str = "include=creator,project,metadata,media_links.original,media_links.thumbnail,\
     media_links.thumbnail_high_quality,media_links.video_h264_180,media_links.high_quality,\
     media_links.efficient,media_links.scrub_sheet";

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let root = api.root();
    let file = api.upload("clip.mp4", "abc").await;
    let data = json!({"name": "remote.mov", "source_url": "https://example.com/remote.mov"});
    let remote = api.post(&format!("{root}/files/remote_upload"), data).await;
    assert_eq!(remote.status, StatusCode::ACCEPTED);
    api.get(&format!("{file}?{INCLUDE}")).await.data();
    api.get(&format!("{root}/files?{INCLUDE}&include_total_count=true")).await.data();
    api.get(&format!("{file}/status")).await.data();
    api.patch(&file, json!({"name": "renamed.mp4"})).await.data();
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_file_is_made_renamed_listed_and_deleted() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "clip.mp4", 5).await;
    assert_eq!((&file["status"], &file["type"]), (&json!("created"), &json!("file")));
    assert_eq!((&file["file_size"], &file["media_type"]), (&json!(5), &json!("video/mp4")));
    assert_eq!(file["parent_id"], api.sim.demo().root_folder_id.as_str());
    let path = api.file(&file);
    assert!(api.get(&path).await.data().get("upload_urls").is_none(), "shown once");

    assert_eq!(api.patch(&path, json!({"name": "b.mov"})).await.data()["name"], "b.mov");
    let renamed = api.patch(&path, json!({})).await.data();
    assert_eq!((&renamed["name"], &renamed["media_type"]), (&json!("b.mov"), &json!("video/mp4")));
    assert_eq!(api.get(&format!("{}/files", api.root())).await.names(), ["b.mov"]);
    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_media_type_is_guessed_from_the_name() {
    let api = Api::new();
    for (name, media_type) in [
        ("a.mov", "video/quicktime"),
        ("a.JPG", "image/jpeg"),
        ("a.pdf", "application/pdf"),
        ("no extension", "application/octet-stream"),
    ] {
        assert_eq!(api.make_file(&api.root(), name, 1).await["media_type"], media_type, "{name}");
    }
}

#[tokio::test]
async fn a_remote_upload_waits_for_its_bytes() {
    let api = Api::new();
    let path = format!("{}/files/remote_upload", api.root());
    let data = json!({"name": "far.txt", "source_url": "https://example.com/far.txt"});
    let answer = api.post(&path, data).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let file = &answer.body["data"];
    let status = answer.body["links"]["status"].as_str().unwrap();
    assert_eq!(status, format!("{}/status", api.file(file)));
    assert_eq!(api.get(status).await.data()["upload_complete"], false);

    let id = FileId::from(file["id"].as_str().unwrap());
    assert!(api.sim.finish_remote_upload(&id, "far away"));
    assert!(!api.sim.finish_remote_upload(&id, "again"));
    assert_eq!(api.get(status).await.data()["upload_complete"], true);
    let shown = api.get(&api.file(file)).await.data();
    assert_eq!((&shown["status"], &shown["file_size"]), (&json!("transcoded"), &json!(8)));

    let local = api.make_file(&api.root(), "near.txt", 5).await;
    let id = FileId::from(local["id"].as_str().unwrap());
    assert!(!api.sim.finish_remote_upload(&id, "12345"), "not a remote upload");
    assert!(!api.sim.finish_remote_upload(&FileId::from("none"), "x"));
}
