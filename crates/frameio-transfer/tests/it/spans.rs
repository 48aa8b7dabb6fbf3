//! Spans of transfers.

use crate::download_faults::{get, part, socket};
use crate::one_part::{builder, upload};
use crate::raw::{RawServer, Reaction, response};
use crate::traced::Traced;

#[tokio::test]
async fn upload_spans_contain_parts_and_attempts_but_no_url() {
    let server = RawServer::start(|n| match n {
        0 => Reaction::SendAndReset(Vec::new()),
        _ => Reaction::Send(response("200 OK", "application/xml", "")),
    })
    .await;
    let (traced, guard) = Traced::capture();
    builder(&server.url()).build().upload(upload()).await.unwrap();
    drop(guard);
    let text = traced.text();
    for part in [
        "frameio.upload{frameio.file_id=\"f\" size=10 parts=1}",
        "frameio.part{part=1 offset=0 size=10 attempt=1",
        "frameio.part{part=1 offset=0 size=10 attempt=2}",
        "retry.scheduled",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("c4n4ry"), "{text}");
    assert!(!text.contains("ten bytes!"), "{text}");
}

#[tokio::test]
async fn download_spans_contain_parts_and_attempts_but_no_url() {
    let server = RawServer::start(|n| match n {
        0 => Reaction::SendAndReset(part(0, 300)),
        _ => Reaction::Send(part(300, 1_000)),
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let (traced, guard) = Traced::capture();
    socket(&server.url()).download(get(&directory.path().join("a.mov"))).await.unwrap();
    drop(guard);
    let text = traced.text();
    for part in [
        "frameio.download{frameio.file_id=\"f\" size=1000",
        "frameio.part{part=1 offset=0 size=1000 attempt=1",
        "frameio.part{part=1 offset=300 size=700 attempt=2}",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("c4n4ry"), "{text}");
}
