//! Downloads by signed URLs.

use std::time::Duration;

use frameio_core::Body;
use frameio_sim::{Sim, Storage};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, get, put, send, storages};

const CONTENT: &str = "0123456789";

async fn links(api: &Api, file: &str) -> Value {
    let include = "media_links.original,media_links.thumbnail,media_links.efficient";
    api.get(&format!("{file}?include={include}")).await.data()["media_links"].take()
}

async fn original(api: &Api, kind: &str) -> String {
    let file = api.upload("große Datei.txt", CONTENT).await;
    links(api, &file).await["original"][kind].as_str().unwrap().to_owned()
}

/// Creates a simulator in which the content has four parts.
fn api() -> Api {
    Api::of(Sim::builder().quotas(false).part_size(3).build())
}

#[tokio::test]
async fn only_an_uploaded_file_has_a_link_to_its_original() {
    let api = api();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    let null = json!({"original": null, "thumbnail": null, "efficient": null});
    assert_eq!(links(&api, &api.file(&file)).await, null);
    let uploaded = links(&api, &api.upload("notes.txt", CONTENT).await).await;
    assert!(uploaded["original"]["download_url"].is_string());
    assert_eq!((&uploaded["thumbnail"], &uploaded["efficient"]), (&json!(null), &json!(null)));
    let plain = api.get(&api.file(&file)).await.data();
    assert!(plain.get("media_links").is_none());
}

#[tokio::test]
async fn downloads_the_whole_file() {
    let api = api();
    for (kind, disposition) in [("download_url", "attachment"), ("inline_url", "inline")] {
        let url = original(&api, kind).await;
        let response = get(&api.sim, &url, &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.body(), CONTENT);
        let header = |name| response.headers()[name].to_str().unwrap();
        assert_eq!((header("content-length"), header("content-type")), ("10", "text/plain"));
        assert_eq!(header("accept-ranges"), "bytes");
        assert_eq!(
            header("content-disposition"),
            format!("{disposition}; filename*=UTF-8''gro%C3%9Fe%20Datei%2Etxt")
        );
        let head = Request::builder().method(Method::HEAD).uri(&url).body(Body::empty()).unwrap();
        let head = send(&api.sim, head).await;
        assert_eq!(head.headers()["content-length"], "10");
        assert!(head.body().is_empty());
    }
}

#[tokio::test]
async fn downloads_ranges_from_every_storage() {
    for storage in storages() {
        ranges(&Api::of(Sim::builder().quotas(false).part_size(3).storage(storage).build())).await;
    }
}

async fn ranges(api: &Api) {
    let url = original(api, "download_url").await;
    for (range, content, content_range) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=2-2", "2", "bytes 2-2/10"),
        ("bytes=5-", "56789", "bytes 5-9/10"),
        ("bytes=-4", "6789", "bytes 6-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
    ] {
        let response = get(&api.sim, &url, &[("range", range)]).await;
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!((response.body().as_ref(), range), (content.as_bytes(), range));
        assert_eq!(response.headers()["content-range"], content_range);
        assert_eq!(response.headers()["content-length"], content.len().to_string());
    }
    let outside = get(&api.sim, &url, &[("range", "bytes=10-")]).await;
    assert_eq!(outside.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(outside.headers()["content-range"], "bytes */10");

    let whole = get(&api.sim, &url, &[]).await;
    let header = |name| whole.headers()[name].to_str().unwrap();
    let (etag, modified) = (header("etag"), header("last-modified"));
    assert!(modified.ends_with(" GMT") && modified.len() == 29, "{modified}");
    for seen in [etag, modified] {
        let same = get(&api.sim, &url, &[("range", "bytes=5-"), ("if-range", seen)]).await;
        assert_eq!(same.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(same.headers()["etag"], etag);
    }
    let changed = get(&api.sim, &url, &[("range", "bytes=5-"), ("if-range", "\"other\"")]).await;
    assert_eq!((changed.status(), changed.body().as_ref()), (StatusCode::OK, CONTENT.as_bytes()));

    let list = format!("\"other\", W/{etag}");
    for (name, tags, status) in [
        ("if-none-match", etag, StatusCode::NOT_MODIFIED),
        ("if-none-match", &list, StatusCode::NOT_MODIFIED),
        ("if-none-match", "\"other\"", StatusCode::OK),
        ("if-match", "*", StatusCode::OK),
        ("if-match", "\"other\"", StatusCode::PRECONDITION_FAILED),
    ] {
        assert_eq!(get(&api.sim, &url, &[(name, tags)]).await.status(), status, "{name}: {tags}");
    }
}

#[tokio::test]
async fn counted_uploads_download_as_a_pattern() {
    let api = Api::of(Sim::builder().quotas(false).storage(Storage::Count).part_size(300).build());
    let file = api.upload("notes.txt", &"x".repeat(1_000)).await;
    let id = json!(file.rsplit('/').next().unwrap());
    let whole = api.read(&id, &[]).await;
    let pattern: Vec<u8> = (0..1_000_u32).map(|n| (n % 251) as u8).collect();
    assert_eq!(whole.body(), &pattern);
    let range = api.read(&id, &[("range", "bytes=250-700")]).await;
    assert_eq!(range.body(), &pattern[250..=700]);
}

#[tokio::test]
async fn removes_stored_files_that_can_no_longer_be_restored() {
    let [_, storage] = storages();
    let Storage::Directory(directory) = storage.clone() else { panic!("no directory") };
    let api = Api::of(Sim::builder().quotas(false).storage(storage).part_size(4).build());
    assert!(!directory.exists(), "created for the first part");
    let file = api.upload("notes.txt", CONTENT).await;
    let stored = directory.join(file.rsplit('/').next().unwrap());
    assert_eq!(std::fs::read_to_string(&stored).unwrap(), CONTENT);
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
    let deleted = format!("{}/recently_deleted", api.project());
    assert_eq!(api.get(&deleted).await.names(), ["notes.txt"]);
    assert!(stored.exists());
    api.sim.clock().advance(std::time::Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(api.get(&deleted).await.names(), <[&str; 0]>::default());
    for _ in 0..1_000 {
        if !stored.exists() {
            break;
        }
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    }
    assert!(!stored.exists());

    let lost = api.upload("notes.txt", CONTENT).await;
    let id = lost.rsplit('/').next().unwrap();
    std::fs::remove_file(directory.join(id)).unwrap();
    let response = api.read(&json!(id), &[]).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        response.body().ends_with(b"failed: entity not found.</Message></Error>"),
        "{response:?}"
    );
    std::fs::remove_dir(&directory).unwrap();
    std::fs::write(&directory, "no directory").unwrap();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    let url = file["upload_urls"][0]["url"].as_str().unwrap();
    let (status, message) = put(&api.sim, url, "text/plain", "abcd").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{message}");
    std::fs::remove_file(&directory).unwrap();
}

#[tokio::test(start_paused = true)]
async fn renditions_are_available_after_transcoding() {
    const LINKS: [&str; 6] = [
        "thumbnail",
        "thumbnail_high_quality",
        "video_h264_180",
        "high_quality",
        "efficient",
        "scrub_sheet",
    ];
    let transcode = Duration::from_secs(30);
    let api = Api::of(Sim::builder().quotas(false).transcode_after(transcode).build());
    let (png, mp4, m4a) = ("image/png", "video/mp4", "audio/mp4");
    for (name, expected) in [
        ("clip.mov", [png, png, mp4, mp4, mp4, png]),
        ("still.jpg", [png, png, "", png, png, ""]),
        ("song.mp3", ["", "", "", m4a, m4a, ""]),
        ("script.pdf", [png, png, "", "", "", ""]),
        ("notes.txt", [""; 6]),
    ] {
        let file = api.upload(name, CONTENT).await;
        let include = LINKS.map(|link| format!("media_links.{link}")).join(",");
        let path = format!("{file}?include={include}");
        let before = api.get(&path).await.data();
        assert_eq!(before["status"], "uploaded");
        assert!(LINKS.iter().all(|link| before["media_links"][link].is_null()), "{before}");
        api.sim.clock().advance(transcode);
        let after = api.get(&path).await.data();
        assert_eq!(after["status"], "transcoded");
        for (link, content_type) in LINKS.into_iter().zip(expected) {
            let rendition = &after["media_links"][link];
            if content_type.is_empty() {
                assert!(rendition.is_null(), "{name}: {link}");
                continue;
            }
            let got = get(&api.sim, rendition["url"].as_str().unwrap(), &[]).await;
            assert_eq!(got.headers()["content-type"], content_type, "{name}: {link}");
            let start: &[u8] = if content_type == png { b"\x89PNG" } else { b"\0\0\0\x18ftyp" };
            assert!(got.body().starts_with(start), "{name}: {link}");
            assert_eq!(got.headers()["content-length"], got.body().len().to_string());
            let url = rendition["download_url"].as_str().unwrap();
            let got = get(&api.sim, url, &[("range", "bytes=0-3")]).await;
            assert_eq!(got.body(), &start[..4]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_needs_no_token_and_expires_after_a_day() {
    let api = api();
    let url = original(&api, "download_url").await;
    let token = format!("Bearer {}", Sim::TOKEN);
    let leaked = get(&api.sim, &url, &[("authorization", &token)]).await;
    assert_eq!(leaked.status(), StatusCode::BAD_REQUEST);
    let forged = get(&api.sim, &url.replace("attachment", "inline"), &[]).await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    let put = Request::put(&url).body(Body::empty()).unwrap();
    assert_eq!(send(&api.sim, put).await.status(), StatusCode::METHOD_NOT_ALLOWED);

    tokio::time::advance(Duration::from_secs(24 * 60 * 60)).await;
    assert_eq!(get(&api.sim, &url, &[]).await.status(), StatusCode::FORBIDDEN);
    let id = url.split('/').nth(4).unwrap();
    let file = format!("{}/files/{id}", api.account());
    let fresh = links(&api, &file).await["original"]["download_url"].take();
    assert_eq!(get(&api.sim, fresh.as_str().unwrap(), &[]).await.status(), StatusCode::OK);
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
    let gone = get(&api.sim, fresh.as_str().unwrap(), &[]).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn uploaded_html_is_sandboxed() {
    let api = api();
    let file = api.upload("page.html", "<script>fetch('/_sim/state')</script>").await;
    let original = &links(&api, &file).await["original"];
    for kind in ["inline_url", "download_url"] {
        let url = original[kind].as_str().unwrap();
        for headers in [&[][..], &[("range", "bytes=0-3")], &[("range", "bytes=900-")]] {
            let response = get(&api.sim, url, headers).await;
            assert_eq!(response.headers()["content-security-policy"], "sandbox", "{headers:?}");
            assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{headers:?}");
        }
    }
    let refused = get(&api.sim, "http://sim.test/sim-media/x/inline", &[]).await;
    assert_eq!(refused.headers()["content-security-policy"], "sandbox");
}
