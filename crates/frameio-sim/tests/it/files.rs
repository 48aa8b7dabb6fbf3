//! Files.

use frameio_core::FileId;
use frameio_sim::{Sim, Storage};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, put, storages};

/// All related resources of a file.
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
    let data = json!({"name": "old.mp4", "file_size": 5, "media_type": "video/mp4"});
    api.post(&format!("{root}/files"), data).await.created();
    import(api, "far/away.mov").await;
    let folder = api.make_folder(&root, "Files").await;
    let to = json!({ "parent_id": id(&folder) });
    let copy = "copy?copy_metadata=true&copy_comments=internal";
    api.post(&format!("{file}/{copy}"), to.clone()).await.data();
    api.patch(&format!("{file}/move"), to).await.data();
    let files = format!("{}/files", api.account());
    let many = json!({"file_ids": [id(&file)], "parent_id": id(&root)});
    api.post(&format!("{files}/{copy}"), many.clone()).await.data();
    api.patch(&format!("{files}/move"), many).await.data();
    let include = format!("{INCLUDE},media_links.hls_manifest");
    let ids = json!({"file_ids": [id(&file), "none"]});
    api.post(&format!("{files}/bulk_get?{include}"), ids).await.data();
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
    api.send(Method::PATCH, &format!("{file}/restore"), None).await.data();
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Imports a file to the root folder; returns the response.
async fn import(api: &Api, key: &str) -> Value {
    let storage = "6f1c1f0e-9f5b-4a7e-8a55-0b6a5b0c9a11";
    let data = json!({"key": key, "name": "imported.mov", "storage_location": storage});
    let mut response = api.post(&format!("{}/files/import", api.root()), data).await;
    assert_eq!(response.status, StatusCode::ACCEPTED, "{}", response.body);
    response.body["data"].take()
}

#[tokio::test]
async fn creates_renames_lists_and_deletes_a_file() {
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
async fn a_remote_upload_is_completed_by_the_test() {
    let api = Api::new();
    let path = format!("{}/files/remote_upload", api.root());
    let data = json!({"name": "far.txt", "source_url": "https://example.com/far.txt"});
    let response = api.post(&path, data).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    let file = &response.body["data"];
    let status = response.body["links"]["status"].as_str().unwrap();
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

#[tokio::test]
async fn an_imported_file_is_complete_immediately() {
    let api = Api::of(Sim::builder().quotas(false).storage(Storage::Count).build());
    let imported = import(&api, "far/away.mov").await;
    assert_eq!(
        (&imported["status"], &imported["media_type"]),
        (&json!("transcoded"), &json!("video/quicktime"))
    );
    let content = api.read(&imported["id"], &[]).await.into_body();
    assert_eq!(content, "far/away.mov of 6f1c1f0e-9f5b-4a7e-8a55-0b6a5b0c9a11\n");
    assert_eq!(imported["file_size"], content.len());
    assert_eq!(
        api.get(&format!("{}/status", api.file(&imported))).await.data()["upload_complete"],
        true
    );
}

#[tokio::test]
async fn the_legacy_operation_accepts_a_media_type() {
    let api = Api::new();
    let path = format!("{}/files", api.root());
    let data = json!({"name": "a.bin", "file_size": 3, "media_type": "video/mp4"});
    let made = api.post(&path, data.clone()).await.created();
    assert_eq!(made["media_type"], "video/mp4");
    let url = made["upload_urls"][0]["url"].as_str().unwrap();
    assert_eq!(put(&api.sim, url, "video/mp4", "abc").await.0, StatusCode::OK);
    assert_eq!(api.get(&api.file(&made)).await.data()["status"], "transcoded");

    let mut data = data;
    data["source_url"] = json!("https://example.com/a.bin");
    let response = api.post(&path, data).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    let file = &response.body["data"];
    assert!(file["upload_urls"].is_null());
    assert!(api.sim.finish_remote_upload(&FileId::from(file["id"].as_str().unwrap()), "1234"));
    assert_eq!(api.get(&api.file(file)).await.data()["file_size"], 4);
}

#[tokio::test]
async fn a_copy_shares_the_bytes_and_outlives_its_source() {
    for storage in storages() {
        let api = Api::of(Sim::builder().quotas(false).storage(storage).build());
        let file = api.upload("notes.txt", "abcdef").await;
        let copied = api.send(Method::POST, &format!("{file}/copy"), None).await.data();
        assert_eq!(
            (&copied["name"], &copied["status"]),
            (&json!("notes.txt"), &json!("transcoded"))
        );
        assert_eq!(copied["parent_id"], api.sim.demo().root_folder_id.as_str());
        assert_ne!(copied["id"], id(&file));
        assert_eq!(api.get(&api.project()).await.data()["storage"], 12);
        api.delete(&file).await;
        api.sim.clock().advance(std::time::Duration::from_secs(31 * 24 * 60 * 60));
        let deleted = format!("{}/recently_deleted", api.project());
        assert_eq!(api.get(&deleted).await.names(), <[&str; 0]>::default());
        assert_eq!(api.read(&copied["id"], &[]).await.body(), "abcdef");
    }
}

#[tokio::test]
async fn a_copy_completes_with_the_upload_of_its_source() {
    let api = Api::new();
    let made = api.make_file(&api.root(), "notes.txt", 3).await;
    let copied = api.post(&format!("{}/copy", api.file(&made)), json!({})).await.data();
    assert_eq!(copied["status"], "created");
    let url = made["upload_urls"][0]["url"].as_str().unwrap();
    assert_eq!(put(&api.sim, url, "text/plain", "abc").await.0, StatusCode::OK);
    assert_eq!(api.get(&api.file(&copied)).await.data()["status"], "transcoded");
    assert_eq!(api.read(&copied["id"], &[]).await.body(), "abc");

    let data = json!({"name": "far.txt", "source_url": "https://example.com/far.txt"});
    let made = api.post(&format!("{}/files/remote_upload", api.root()), data).await;
    let made = &made.body["data"];
    let copied = api.post(&format!("{}/copy", api.file(made)), json!({})).await.data();
    assert!(api.sim.finish_remote_upload(&FileId::from(made["id"].as_str().unwrap()), "1234"));
    let copied = api.get(&api.file(&copied)).await.data();
    assert_eq!((&copied["status"], &copied["file_size"]), (&json!("transcoded"), &json!(4)));
}

#[tokio::test]
async fn comments_are_copied_only_on_request() {
    let api = Api::new();
    let file = api.upload("notes.txt", "abc").await;
    let data = json!({
        "text": "look",
        "attachments": [{"name": "a.txt", "file_size": 3, "media_type": "text/plain"}],
    });
    let comment = api.post(&format!("{file}/comments"), data).await.created();
    let attachment = &comment["attachments"][0];
    let url = attachment["upload_urls"][0].as_str().unwrap();
    assert_eq!(put(&api.sim, url, "text/plain", "xyz").await.0, StatusCode::OK);
    for (query, copied) in [
        ("", 0),
        ("?copy_comments=none", 0),
        ("?copy_comments=internal", 0),
        ("?copy_comments=public", 1),
        ("?copy_comments=all", 1),
    ] {
        let copy = api.post(&format!("{file}/copy{query}"), json!({})).await.data();
        let comments = api.get(&format!("{}/comments", api.file(&copy))).await.data();
        assert_eq!(comments.as_array().unwrap().len(), copied, "{query}");
        if copied > 0 {
            assert_eq!(
                (&comments[0]["text"], &comments[0]["file_id"]),
                (&json!("look"), &copy["id"])
            );
            assert_ne!(comments[0]["id"], comment["id"]);
            let copied = &comments[0]["attachments"][0]["id"];
            assert_ne!(copied, &attachment["id"]);
            assert_eq!(api.read(copied, &[]).await.body(), "xyz");
        }
    }
    assert_eq!(api.get(&format!("{file}/comments")).await.data().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn bulk_moves_and_copies_succeed_or_fail_as_a_whole() {
    let api = Api::new();
    let root = api.root();
    let (a, b) = (api.upload("a.txt", "1").await, api.upload("b.txt", "2").await);
    let folder = api.make_folder(&root, "f").await;
    let files = format!("{}/files", api.account());
    let many = |ids: &[&str]| json!({"file_ids": ids, "parent_id": id(&folder)});
    for ids in [many(&[id(&a), "none"]), json!({"file_ids": [id(&a)], "parent_id": "none"})] {
        let response = api.patch(&format!("{files}/move"), ids.clone()).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND);
        let response = api.post(&format!("{files}/copy"), ids).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(api.get(&format!("{folder}/files")).await.names(), <[&str; 0]>::default());
    let both = many(&[id(&b), id(&a)]);
    let copied = api.post(&format!("{files}/copy"), both.clone()).await.data();
    assert_eq!(copied[0]["source_file_id"], id(&b));
    assert_eq!(copied[0]["file"]["name"], "b.txt");
    assert_eq!(api.patch(&format!("{files}/move"), both).await.names(), ["b.txt", "a.txt"]);
    let there = api.get(&format!("{folder}/files?sort=name_asc")).await.names();
    assert_eq!(there, ["a.txt", "a.txt", "b.txt", "b.txt"]);
    assert_eq!(api.get(&format!("{root}/files")).await.names(), <[&str; 0]>::default());
}

#[tokio::test]
async fn bulk_get_returns_a_status_for_each_file() {
    let api = Api::new();
    let file = api.upload("a.txt", "1").await;
    let path = format!("{}/files/bulk_get?include=media_links.original", api.account());
    let got = api.post(&path, json!({"file_ids": ["none", id(&file)]})).await.data();
    assert_eq!((&got[0]["id"], &got[0]["status"]), (&json!("none"), &json!(404)));
    assert_eq!(got[0]["error"]["title"], "Not Found");
    assert_eq!((&got[1]["status"], &got[1]["file"]["name"]), (&json!(200), &json!("a.txt")));
    assert!(got[1]["file"]["media_links"]["original"]["download_url"].is_string());
}

#[tokio::test]
async fn a_deleted_file_is_hidden_until_it_is_restored() {
    let api = Api::new();
    let file = api.upload("a.txt", "123").await;
    let made = json!(id(&file));
    let data = json!({
        "text": "look",
        "attachments": [{"name": "a.txt", "file_size": 3, "media_type": "text/plain"}],
    });
    let comment = api.post(&format!("{file}/comments"), data).await.created();
    let url = comment["attachments"][0]["upload_urls"][0].as_str().unwrap();
    let comment = format!("{}/comments/{}", api.account(), comment["id"].as_str().unwrap());
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
    for gone in [&file, &comment, &format!("{file}/status")] {
        assert_eq!(api.get(gone).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
    assert!(api.sim.download_url("http://sim.test", id(&file)).is_none());
    assert_eq!(put(&api.sim, url, "text/plain", "xyz").await.0, StatusCode::NOT_FOUND);

    let restored = api.patch(&format!("{file}/restore"), json!({})).await.data();
    assert_eq!((&restored["id"], &restored["file_size"]), (&made, &json!(3)));
    assert_eq!(api.get(&comment).await.data()["text"], "look");
    assert_eq!(api.read(&made, &[]).await.body(), "123");
    assert_eq!(put(&api.sim, url, "text/plain", "xyz").await.0, StatusCode::OK);
    assert_eq!(api.get(&format!("{}/files", api.root())).await.names(), ["a.txt"]);
}

#[tokio::test]
async fn a_restored_file_has_bytes_fetched_in_the_meantime() {
    let api = Api::new();
    let data = json!({"name": "far.txt", "source_url": "https://example.com/far.txt"});
    let made = api.post(&format!("{}/files/remote_upload", api.root()), data).await;
    let file = api.file(&made.body["data"]);
    api.delete(&file).await;
    assert!(api.sim.finish_remote_upload(&FileId::from(id(&file)), "1234"));
    let restored = api.patch(&format!("{file}/restore"), json!({})).await.data();
    assert_eq!((&restored["status"], &restored["file_size"]), (&json!("transcoded"), &json!(4)));
}
