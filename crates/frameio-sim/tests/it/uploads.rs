//! Uploads of parts to signed URLs.

use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use frameio_sim::{Sim, Storage};
use http::{Request, StatusCode, request};
use http_body_util::{Full, StreamBody};
use serde_json::{Value, json};

use crate::api::{Api, put, send, storages};

fn url(file: &Value, part: usize) -> &str {
    file["upload_urls"][part]["url"].as_str().unwrap()
}

/// Returns a valid request, for tests to modify.
fn good(url: &str) -> request::Builder {
    Request::put(url).header("x-amz-acl", "private").header("content-type", "text/plain")
}

/// Returns the status of a response and the code in its XML.
async fn refused(sim: &Sim, request: Request<Body>) -> (StatusCode, String) {
    let response = send(sim, request).await;
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    assert_eq!(response.headers()["content-type"], "application/xml");
    (response.status(), code.unwrap().0.to_owned())
}

#[tokio::test]
async fn parts_are_split_as_in_the_documented_example() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "clip.mp4", 50_645_990).await;
    let sizes: Vec<_> =
        file["upload_urls"].as_array().unwrap().iter().map(|part| &part["size"]).collect();
    assert_eq!(sizes, [16_881_997, 16_881_997, 16_881_996]);
    let url = url(&file, 2);
    assert!(url.starts_with("https://api.frame.io/sim-uploads/"), "{url}");
    assert!(url.contains("/3?") && url.contains("X-Amz-Expires=86400"), "{url}");
    assert!(url.contains("X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-acl"), "{url}");
}

#[tokio::test(start_paused = true)]
async fn a_file_is_complete_when_all_parts_have_arrived_in_any_order() {
    let sim = Sim::builder().quotas(false).part_size(4).transcode_after(Duration::from_secs(5));
    let api = Api::of(sim.build());
    let file = api.make_file(&api.root(), "notes.txt", 10).await;
    let path = api.file(&file);
    let status = async || api.get(&format!("{path}/status")).await.data();
    for (part, content) in [(2, "ij"), (0, "abcd"), (0, "ABCD")] {
        assert_eq!(put(&api.sim, url(&file, part), "text/plain", content).await.0, StatusCode::OK);
        assert_eq!(status().await["upload_complete"], false);
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(put(&api.sim, url(&file, 1), "text/plain", "efgh").await.0, StatusCode::OK);
    let done = status().await;
    assert_eq!((&done["upload_complete"], &done["filetype"]), (&json!(true), &json!("text/plain")));
    assert_eq!(done["upload_failed"], false);
    let shown = api.get(&path).await.data();
    assert_eq!(
        (&shown["status"], &shown["updated_at"]),
        (&json!("uploaded"), &done["uploaded_at"])
    );
    assert_ne!(shown["updated_at"], shown["created_at"]);
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(api.get(&path).await.data()["status"], "transcoded");
    assert_eq!(put(&api.sim, url(&file, 1), "text/plain", "EFGH").await.0, StatusCode::OK, "again");
}

#[tokio::test]
async fn accepts_only_the_signed_request() {
    let api = Api::of(Sim::builder().quotas(false).part_size(4).build());
    let file = api.make_file(&api.root(), "notes.txt", 8).await;
    let part = url(&file, 0);
    let denied = (StatusCode::FORBIDDEN, "SignatureDoesNotMatch".to_owned());
    let body = || Body::from("abcd");

    let no_acl = Request::put(part).header("content-type", "text/plain");
    assert_eq!(refused(&api.sim, no_acl.body(body()).unwrap()).await, denied);
    let other_acl =
        Request::put(part).header("content-type", "text/plain").header("x-amz-acl", "public-read");
    assert_eq!(refused(&api.sim, other_acl.body(body()).unwrap()).await, denied);
    let no_type = Request::put(part).header("x-amz-acl", "private");
    assert_eq!(refused(&api.sim, no_type.body(body()).unwrap()).await, denied);
    let wrong_type = put(&api.sim, part, "application/octet-stream", "abcd").await;
    assert_eq!(wrong_type.0, StatusCode::FORBIDDEN);

    let of_another_part = part.replacen("/1?", "/2?", 1);
    for forged in [format!("{part}0"), part.replace("86400", "86401"), of_another_part] {
        let request = good(&forged).body(body()).unwrap();
        assert_eq!(refused(&api.sim, request).await, denied, "{forged}");
    }
    let unsigned = good(part.split_once('?').unwrap().0).body(body()).unwrap();
    let denied = (StatusCode::FORBIDDEN, "AccessDenied".to_owned());
    assert_eq!(refused(&api.sim, unsigned).await, denied);

    let other_sim = Api::of(Sim::new());
    let request = good(part).body(body()).unwrap();
    assert_eq!(refused(&other_sim.sim, request).await.0, StatusCode::FORBIDDEN);
    let get = Request::get(part).body(Body::empty()).unwrap();
    assert_eq!(refused(&api.sim, get).await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        api.get(&format!("{}/status", api.file(&file))).await.data()["upload_complete"],
        false
    );
}

#[tokio::test]
async fn refuses_a_token_in_addition_to_the_signature() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    let request = good(url(&file, 0)).header("authorization", format!("Bearer {}", Sim::TOKEN));
    let refusal = refused(&api.sim, request.body(Body::from("abcd")).unwrap()).await;
    assert_eq!(refusal, (StatusCode::BAD_REQUEST, "InvalidArgument".to_owned()));
}

#[tokio::test]
async fn a_body_must_have_the_size_of_the_part() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    let part = url(&file, 0);
    for (content, code) in [("abc", "EntityTooSmall"), ("abcde", "EntityTooLarge")] {
        let request = good(part).body(Body::from(content)).unwrap();
        let expected = (StatusCode::BAD_REQUEST, code.to_owned());
        assert_eq!(refused(&api.sim, request).await, expected);
    }
    let broken = good(part).header("content-length", 4).body(Body::from("abc")).unwrap();
    let expected = (StatusCode::BAD_REQUEST, "IncompleteBody".to_owned());
    assert_eq!(refused(&api.sim, broken).await, expected);

    let frames = || {
        let frame = http_body::Frame::data(Bytes::from_static(b"abcd"));
        StreamBody::new(tokio_stream(frame))
    };
    let unknown = good(part).body(Body::stream(frames())).unwrap();
    let expected = (StatusCode::LENGTH_REQUIRED, "MissingContentLength".to_owned());
    assert_eq!(refused(&api.sim, unknown).await, expected);
    let known = good(part).header("content-length", 4).body(Body::stream(frames())).unwrap();
    assert_eq!(send(&api.sim, known).await.status(), StatusCode::OK);
    let exact = good(part).body(Body::stream(Full::new(Bytes::from_static(b"abcd")))).unwrap();
    assert_eq!(send(&api.sim, exact).await.status(), StatusCode::OK);
}

/// Returns a stream of one frame without a size hint.
fn tokio_stream(
    frame: http_body::Frame<Bytes>,
) -> impl futures_util::Stream<Item = Result<http_body::Frame<Bytes>, std::io::Error>> + Send {
    futures_util::stream::iter([Ok(frame)])
}

#[tokio::test(start_paused = true)]
async fn a_url_is_valid_for_a_day() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    tokio::time::advance(Duration::from_secs(24 * 60 * 60 - 2)).await;
    assert_eq!(put(&api.sim, url(&file, 0), "text/plain", "abcd").await.0, StatusCode::OK);
    tokio::time::advance(Duration::from_secs(2)).await;
    let request = good(url(&file, 0)).body(Body::from("abcd")).unwrap();
    let expired = (StatusCode::FORBIDDEN, "AccessDenied".to_owned());
    assert_eq!(refused(&api.sim, request).await, expired);
}

#[tokio::test]
async fn deleting_a_file_ends_its_upload() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    assert_eq!(api.delete(&api.file(&file)).await.status, StatusCode::NO_CONTENT);
    let request = good(url(&file, 0)).body(Body::from("abcd")).unwrap();
    let gone = (StatusCode::NOT_FOUND, "NoSuchUpload".to_owned());
    assert_eq!(refused(&api.sim, request).await, gone);
}

/// Returns a body in chunks, with its declared length.
fn chunks(
    length: u64,
    chunks: impl IntoIterator<Item = Result<&'static str, std::io::Error>, IntoIter: Send + 'static>,
) -> (u64, Body) {
    let frames = chunks.into_iter().map(|chunk| chunk.map(|c| http_body::Frame::data(c.into())));
    (length, Body::stream(StreamBody::new(futures_util::stream::iter(frames))))
}

async fn put_chunks(api: &Api, url: &str, (length, body): (u64, Body)) -> (StatusCode, String) {
    refused(&api.sim, good(url).header("content-length", length).body(body).unwrap()).await
}

#[tokio::test]
async fn a_part_is_refused_as_soon_as_it_is_too_long() {
    let api = Api::new();
    let file = api.make_file(&api.root(), "notes.txt", 8).await;
    let large: &str = "x".repeat(1 << 20).leak();
    // The server must not read an endless body.
    let endless = chunks(8, std::iter::repeat_with(move || Ok(large)));
    let too_large = (StatusCode::BAD_REQUEST, "EntityTooLarge".to_owned());
    assert_eq!(put_chunks(&api, url(&file, 0), endless).await, too_large);
    let waits = good(url(&file, 0)).header("expect", "100-continue").header("content-length", 9);
    let never = http_body_util::StreamBody::new(futures_util::stream::pending::<
        Result<http_body::Frame<Bytes>, std::io::Error>,
    >());
    let waits = waits.body(Body::stream(never)).unwrap();
    assert_eq!(refused(&api.sim, waits).await, too_large, "no 100 Continue is sent");
}

#[tokio::test]
async fn an_incomplete_part_does_not_replace_stored_bytes() {
    for storage in storages() {
        let api = Api::of(Sim::builder().quotas(false).part_size(8).storage(storage).build());
        let file = api.make_file(&api.root(), "notes.txt", 16).await;
        let incomplete = (StatusCode::BAD_REQUEST, "IncompleteBody".to_owned());
        let broken = || {
            let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            chunks(8, [Ok("????"), Err(reset)])
        };
        assert_eq!(put_chunks(&api, url(&file, 0), broken()).await, incomplete);
        assert_eq!(put(&api.sim, url(&file, 0), "text/plain", "01234567").await.0, 200);
        assert_eq!(put_chunks(&api, url(&file, 0), broken()).await, incomplete);
        assert_eq!(put_chunks(&api, url(&file, 0), chunks(8, [Ok("????")])).await, incomplete);
        let status = format!("{}/status", api.file(&file));
        assert_eq!(api.get(&status).await.data()["upload_complete"], false);
        assert_eq!(put(&api.sim, url(&file, 1), "text/plain", "89abcdef").await.0, 200);
        assert_eq!(api.get(&status).await.data()["upload_complete"], true);
        assert_eq!(put(&api.sim, url(&file, 0), "text/plain", "!!!!!!!!").await.0, 200);
        let read = api.read(&file["id"], &[]).await;
        assert_eq!(read.body(), "0123456789abcdef", "a complete upload is immutable");
    }
}

#[tokio::test]
async fn parts_are_streamed_to_the_storage() {
    let api = Api::of(Sim::builder().quotas(false).storage(Storage::Count).build());
    let file = api.make_file(&api.root(), "notes.txt", 4_000).await;
    let mut before = Vec::<Bytes>::new();
    let frames = std::iter::repeat_with(move || {
        assert!(before.iter().all(Bytes::is_unique), "earlier chunks are released before the next");
        let chunk = Bytes::from(vec![b'x'; 1_000]);
        before.push(chunk.clone());
        Ok::<_, std::io::Error>(http_body::Frame::data(chunk))
    });
    let body = StreamBody::new(futures_util::stream::iter(frames.take(4)));
    let request = good(url(&file, 0)).header("content-length", 4_000);
    let response = send(&api.sim, request.body(Body::stream(body)).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_file_can_have_ten_thousand_parts_of_one_byte() {
    let api = Api::of(Sim::builder().quotas(false).part_size(1).build());
    let file = api.make_file(&api.root(), "notes.txt", 10_000).await;
    for part in file["upload_urls"].as_array().unwrap() {
        assert_eq!(part["size"], 1);
        let url = part["url"].as_str().unwrap();
        assert_eq!(put(&api.sim, url, "text/plain", "x").await.0, StatusCode::OK);
    }
    assert_eq!(api.read(&file["id"], &[]).await.body().len(), 10_000);
    let larger = api.make_file(&api.root(), "notes.txt", 10_001).await;
    assert_eq!(larger["upload_urls"].as_array().unwrap().len(), 5_001);
}

#[tokio::test]
async fn attachments_are_uploaded_in_equal_parts() {
    let api = Api::of(Sim::builder().quotas(false).part_size(4).build());
    let file = api.make_file(&api.root(), "clip.mp4", 1).await;
    let attachment = json!({"name": "näh.txt", "file_size": 10, "media_type": "text/plain"});
    let data = json!({"text": "See", "attachments": [attachment]});
    let comment = api.post(&format!("{}/comments", api.file(&file)), data).await.created();
    let attachment = &comment["attachments"][0];
    let urls = attachment["upload_urls"].as_array().unwrap();
    let size = 10_usize.div_ceil(urls.len());
    let id = attachment["id"].as_str().unwrap();
    let mut rest = "0123456789";
    for url in urls {
        assert_eq!(api.sim.download_url("http://sim.test", id), None, "the upload is incomplete");
        let (part, after) = rest.split_at(size.min(rest.len()));
        assert_eq!(put(&api.sim, url.as_str().unwrap(), "text/plain", part).await.0, 200);
        rest = after;
    }
    let read = api.read(&attachment["id"], &[]).await;
    assert_eq!((read.status(), read.body().as_ref()), (StatusCode::OK, &b"0123456789"[..]));
    let disposition = read.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename*=UTF-8''n%C3%A4h%2Etxt");
}
