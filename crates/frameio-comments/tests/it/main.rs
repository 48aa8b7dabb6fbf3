//! Tests of comments against the simulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod many;
mod reader;
mod thumbnails;
mod visitors;

use frameio::Client;
use frameio::markers::{CommentReader, CommentsError, FileComments, Source};
use frameio_sim::{SavedState, Sim};
use serde_json::Value;

/// The stack of the demo account, its oldest and newest versions, and other files with comments.
pub(crate) const STACK: &str = "0000001f-f1a0-4000-8000-000000000000";
pub(crate) const CUT_1: &str = "00000026-f1a0-4000-8000-000000000000";
pub(crate) const CUT_3: &str = "00000028-f1a0-4000-8000-000000000000";
pub(crate) const SHARE: &str = "00000042-f1a0-4000-8000-000000000000";

/// Returns the demo account without quotas.
pub(crate) fn demo() -> Sim {
    Sim::builder().state(SavedState::demo()).quotas(false).build()
}

/// Returns a simulator with this state.
pub(crate) fn with_state(state: &Value) -> Sim {
    Sim::builder().state(state.to_string().parse().unwrap()).quotas(false).build()
}

pub(crate) fn client(sim: &Sim) -> Client {
    Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap()
}

pub(crate) fn reader(sim: &Sim) -> CommentReader {
    CommentReader::new(client(sim), &sim.demo().account_id)
}

/// Reads all files, sorted by path.
pub(crate) async fn read_all(
    reader: &CommentReader,
    source: Source,
) -> (Vec<FileComments>, Vec<CommentsError>) {
    let mut stream = reader.read(source);
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    while let Some(file) = stream.next().await {
        match file {
            Ok(file) => files.push(file),
            Err(error) => errors.push(error),
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    (files, errors)
}

pub(crate) async fn read_one(reader: &CommentReader, source: Source) -> FileComments {
    let (mut files, errors) = read_all(reader, source).await;
    assert!(errors.is_empty() && files.len() == 1, "{files:?} {errors:?}");
    files.remove(0)
}
