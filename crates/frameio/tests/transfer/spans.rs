//! The spans of transfers: what a subscriber sees must not depend on what else runs, so this is a
//! program of its own.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod one_part;
#[path = "../support/raw.rs"]
mod raw;

use std::io::Write;
use std::sync::{Arc, Mutex};

use one_part::{builder, upload};
use raw::{Act, RawServer, answer};

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn spans_tell_of_parts_and_attempts_but_no_url() {
    let server = RawServer::start(|n| match n {
        0 => Act::AnswerAndReset(Vec::new()),
        _ => Act::Answer(answer("200 OK", "application/xml", "")),
    })
    .await;
    let buffer = Buffer::default();
    let writer = buffer.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    builder(&server.url()).build().upload(upload()).await.unwrap();
    drop(guard);
    let text = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
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
