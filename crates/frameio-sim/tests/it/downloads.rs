//! What was uploaded, got by signed URLs.

use std::time::Duration;

use frameio_core::Body;
use frameio_sim::Sim;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, send};

const CONTENT: &str = "0123456789";

async fn links(api: &Api, file: &str) -> Value {
    let include = "media_links.original,media_links.thumbnail,media_links.efficient";
    api.get(&format!("{file}?include={include}")).await.data()["media_links"].take()
}

async fn original(api: &Api, kind: &str) -> String {
    let file = api.upload("große Datei.txt", CONTENT).await;
    links(api, &file).await["original"][kind].as_str().unwrap().to_owned()
}

/// A simulator that cuts the content into four parts.
fn api() -> Api {
    Api::of(Sim::builder().quotas(false).part_size(3).build())
}

async fn get(api: &Api, url: &str, headers: &[(&str, &str)]) -> http::Response<bytes::Bytes> {
    let request =
        headers.iter().fold(Request::get(url), |r, (name, value)| r.header(*name, *value));
    send(&api.sim, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn only_the_original_is_there_and_only_when_uploaded() {
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
async fn the_whole_file_comes_back() {
    let api = api();
    for (kind, disposition) in [("download_url", "attachment"), ("inline_url", "inline")] {
        let url = original(&api, kind).await;
        let response = get(&api, &url, &[]).await;
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
async fn ranges_come_back_as_parts() {
    let api = api();
    let url = original(&api, "download_url").await;
    for (range, content, content_range) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=2-2", "2", "bytes 2-2/10"),
        ("bytes=5-", "56789", "bytes 5-9/10"),
        ("bytes=-4", "6789", "bytes 6-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
    ] {
        let response = get(&api, &url, &[("range", range)]).await;
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!((response.body().as_ref(), range), (content.as_bytes(), range));
        assert_eq!(response.headers()["content-range"], content_range);
        assert_eq!(response.headers()["content-length"], content.len().to_string());
    }
    let outside = get(&api, &url, &[("range", "bytes=10-")]).await;
    assert_eq!(outside.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(outside.headers()["content-range"], "bytes */10");

    let etag = outside_etag(&api, &url).await;
    let same = get(&api, &url, &[("range", "bytes=5-"), ("if-range", &etag)]).await;
    assert_eq!(same.status(), StatusCode::PARTIAL_CONTENT);
    let changed = get(&api, &url, &[("range", "bytes=5-"), ("if-range", "\"other\"")]).await;
    assert_eq!((changed.status(), changed.body().as_ref()), (StatusCode::OK, CONTENT.as_bytes()));
}

async fn outside_etag(api: &Api, url: &str) -> String {
    get(api, url, &[]).await.headers()["etag"].to_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_link_lets_in_alone_and_for_a_day() {
    let api = api();
    let url = original(&api, "download_url").await;
    let token = format!("Bearer {}", Sim::TOKEN);
    let leaked = get(&api, &url, &[("authorization", &token)]).await;
    assert_eq!(leaked.status(), StatusCode::BAD_REQUEST);
    let forged = get(&api, &url.replace("attachment", "inline"), &[]).await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    let put = Request::put(&url).body(Body::empty()).unwrap();
    assert_eq!(send(&api.sim, put).await.status(), StatusCode::METHOD_NOT_ALLOWED);

    tokio::time::advance(Duration::from_secs(24 * 60 * 60)).await;
    assert_eq!(get(&api, &url, &[]).await.status(), StatusCode::FORBIDDEN);
    let id = url.split('/').nth(4).unwrap();
    let file = format!("{}/files/{id}", api.account());
    let fresh = links(&api, &file).await["original"]["download_url"].take();
    assert_eq!(get(&api, fresh.as_str().unwrap(), &[]).await.status(), StatusCode::OK);
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
    let gone = get(&api, fresh.as_str().unwrap(), &[]).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}
