//! Transcripts of the program: what it prints for the commands of documents.
//!
//! `SNAPSHOTS=overwrite cargo test -p frameio-cli --test it transcripts` writes them again.

mod coverage;
mod document;
mod help;
mod redaction;
mod session;

use std::path::{Path, PathBuf};

use futures_util::{StreamExt, stream};
use snapbox::{Assert, Data, IntoData};

use self::document::Document;
use self::session::Session;

/// Number of sections or programs that are run at the same time.
const CONCURRENCY: usize = 8;

/// Directory of the transcripts.
fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

/// Guide of the command.
fn guide() -> PathBuf {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/command.md");
    guide.canonicalize().unwrap()
}

/// Compares a text with a file, or writes it to the file if `SNAPSHOTS=overwrite` is set. Returns the
/// difference.
fn compare(path: &Path, actual: String) -> Option<String> {
    let expected = Data::read_from(path, Some(snapbox::data::DataFormat::Text)).raw();
    let assert = Assert::new().action_env(snapbox::assert::DEFAULT_ACTION_ENV);
    let name = path.display().to_string();
    let compared = assert.try_eq(Some(&name), actual.into_data().raw(), expected);
    compared.err().map(|difference| difference.to_string())
}

/// Runs the commands of documents, and fails if one prints something else than its document.
async fn verify(paths: Vec<PathBuf>) {
    assert!(!paths.is_empty());
    let sections = paths.iter().flat_map(|path| {
        let document = Document::parse(&std::fs::read_to_string(path).unwrap());
        assert!(document.scripts().next().is_some(), "{}: no command", path.display());
        document.sections().into_iter().map(move |section| (path, section))
    });
    let sections: Vec<_> = sections.collect();
    let run =
        stream::iter(&sections).map(|(path, section)| async move { (*path, section.run().await) });
    let run: Vec<_> = run.buffered(CONCURRENCY).collect().await;
    let compared = run.chunk_by(|(one, _), (other, _)| one == other).filter_map(|sections| {
        let (path, _) = sections.first()?;
        compare(path, sections.iter().map(|(_, text)| text.as_str()).collect())
    });
    let differences: Vec<_> = compared.collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_prints_its_transcripts() {
    let entries = std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    verify(entries.filter(|path| path.extension().is_some_and(|it| it == "md")).collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_shows_what_the_command_prints() {
    verify(vec![guide()]).await;
}
