//! An upload with more parts than any storage accepts, and URLs of realistic length.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use frameio::layers::Backoff;
use frameio::transfer::{TransferErrorKind, Transfers, Upload};
use frameio::{Body, Client};
use futures_util::stream;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};

use crate::support::content;

const PARTS: usize = 12_000;

/// Parts have three sizes, so that offsets cannot be computed from the index.
fn size(part: usize) -> usize {
    1 + part % 3
}

fn total() -> usize {
    (0..PARTS).map(size).sum()
}

/// Returns a URL like those of the service: a kilobyte that is equal in all URLs, a number and a
/// signature.
fn url(part: usize) -> String {
    let credential = "c4n4ry".repeat(160);
    let signature = format!("{:016x}", (part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    format!(
        "https://s3-accelerate.example/f/a.mov?uploadId={credential}&partNumber={part}\
         &X-Amz-Signature={}",
        signature.repeat(4)
    )
}

/// Returns the response to the creation of the file, generated while it is sent.
fn created() -> Body {
    let total = total();
    let head = format!(
        r#"{{"data":{{"id":"f","project_id":"p","parent_id":"d","name":"a.mov","type":"file",
        "status":"created","file_size":{total},"media_type":"video/quicktime","view_url":"v",
        "created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","upload_urls":["#
    );
    let parts = (0..PARTS).map(|part| {
        let comma = if part == 0 { "" } else { "," };
        format!(r#"{comma}{{"size":{},"url":"{}"}}"#, size(part), url(part))
    });
    let texts = std::iter::once(head).chain(parts).chain(["]}}".to_owned()]);
    let frames = texts.map(|text| Ok::<_, Infallible>(http_body::Frame::data(Bytes::from(text))));
    Body::stream(StreamBody::new(stream::iter(frames)))
}

#[derive(Default)]
struct Arrived {
    /// Number of requests for each part.
    parts: Vec<Vec<Bytes>>,
    /// Number of requests after which all are refused.
    room: usize,
}

fn transfers(arrived: &Arc<Mutex<Arrived>>) -> Transfers {
    let status = r#"{"data":{"id":"f","filetype":"video/quicktime","upload_complete":true,
        "upload_failed":false,"upload_completed_at":null,"uploaded_at":null}}"#;
    let api =
        tower::service_fn(move |request: Request<Body>| async move {
            let is_create = request.method() == http::Method::POST;
            let is_status = request.uri().path().ends_with("/status");
            let body = match (is_create, is_status) {
            (true, _) => created(),
            (_, true) => status.into(),
            _ => r#"{"data":{"id":"f","project_id":"p","parent_id":"d","name":"a.mov","type":"file",
                "status":"uploaded","file_size":1,"media_type":"video/quicktime","view_url":"v",
                "created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}"#
                .into(),
        };
            Ok::<_, Infallible>(Response::new(body))
        });
    let arrived = arrived.clone();
    let storage = tower::service_fn(move |request: Request<Body>| {
        let arrived = arrived.clone();
        async move {
            let address = request.uri().to_string();
            let number = address.split("partNumber=").nth(1).unwrap().split('&').next().unwrap();
            let part: usize = number.parse().unwrap();
            assert_eq!(address, url(part));
            let bytes = request.into_body().collect().await.unwrap().to_bytes();
            // Copied, so that the buffer is released.
            let bytes = Bytes::copy_from_slice(&bytes);
            let arrived = &mut *arrived.lock().unwrap();
            let mut response = Response::new(Body::empty());
            match arrived.room.checked_sub(1) {
                Some(room) => {
                    arrived.room = room;
                    arrived.parts[part].push(bytes);
                }
                None => *response.status_mut() = StatusCode::FORBIDDEN,
            }
            Ok::<_, Infallible>(response)
        }
    });
    let client = Client::builder().token("t").transport(api).build().unwrap();
    let backoff = Backoff::new(std::time::Duration::ZERO, std::time::Duration::ZERO);
    Transfers::builder(client).storage(storage).backoff(backoff).build()
}

#[tokio::test(start_paused = true)]
async fn all_parts_arrive_despite_an_interruption() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let manifest = directory.path().join("a.upload");
    std::fs::write(&path, content(total())).unwrap();
    let parts = vec![Vec::new(); PARTS];
    let arrived = Arc::new(Mutex::new(Arrived { parts, room: 7_345 }));
    let transfers = transfers(&arrived);
    let upload = Upload::from_path("a", "d", &path).manifest(&manifest);
    let error = transfers.upload(upload).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Refused, "{error}");
    assert!(error.part().is_some_and(|part| part > 7_000), "{error}");
    arrived.lock().unwrap().room = usize::MAX;
    let uploaded = transfers.upload(Upload::resume(&manifest)).await.unwrap();

    let arrived = arrived.lock().unwrap();
    // Parts in flight at the interruption may have arrived without being recorded.
    let twice = arrived.parts.iter().filter(|part| part.len() == 2).count();
    let once = arrived.parts.iter().filter(|part| part.len() == 1).count();
    assert!(twice < 4 && once + twice == PARTS, "{once} once, {twice} twice");
    let came: Vec<u8> = arrived.parts.iter().flat_map(|part| &part[0]).copied().collect();
    assert_eq!(came, content(total()));
    assert!(uploaded.bytes < total() as u64 / 2, "{}", uploaded.bytes);
}

const ALONE: &str = "FRAMEIO_TEST_MANY_PARTS";

/// Runs in a separate process, whose memory is measured.
#[tokio::test]
async fn alone() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let arrived = Arc::new(Mutex::new(Arrived { parts: vec![Vec::new(); PARTS], room: PARTS }));
    let transfers = transfers(&arrived);
    let before = peak();
    let upload = Upload::from_bytes("a", "d", "a.mov", content(total())).parts_in_flight(4);
    transfers.upload(upload).await.unwrap();
    println!("peak {:.1}", peak() - before);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_dominated_by_the_urls() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["upload_many_parts::alone", "--exact", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let peak = text.lines().find_map(|line| line.split_once("peak ")?.1.trim().parse::<f64>().ok());
    let peak = peak.unwrap_or_else(|| panic!("{output:?}"));
    // The received response, the decoded one, and little more.
    let response = (0..PARTS).map(|part| url(part).len() + 20).sum::<usize>() as f64 / 1_048_576.0;
    println!("{PARTS} parts, a response of {response:.1} MiB: {peak:.1} MiB at most");
    assert!(peak > response, "{peak} MiB: not measured");
    assert!(peak < 2.5 * response + 8.0, "{peak} MiB for a response of {response} MiB");
}

/// Returns the peak resident memory of this process in MiB, or 0 if the system does not report it.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kibibytes.unwrap_or_default() / 1024.0
}
