//! The journal of a watcher: files that are being sent and whose actions are not done yet.
//!
//! The state records which files are equal at the service. It does not record whether the command for a
//! new file has run, so a watcher with actions writes the name of each file here before it sends the
//! file, and again when its actions are done. A run that was killed in between repeats the actions.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use frameio_private_file::open_regular;
use serde_json::{Value, json};

use crate::sync_state::append;
use crate::tasks::blocking;

/// Maximum number of names.
const MAX_NAMES: usize = 2_000_000;

/// Maximum length of a line.
const LINE: u64 = 1 << 17;

const HEAD: &str = "{\"frameio_watch\":1}\n";

/// An open journal. The lock of the state protects it.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    names: HashSet<String>,
}

impl Journal {
    /// Opens the journal next to a state file, and removes superseded lines.
    pub(super) async fn open(state: &Path) -> io::Result<Self> {
        let path = state.with_extension("watch");
        blocking(move || {
            let names = read(&path)?;
            let mut content = HEAD.to_owned();
            names.iter().for_each(|name| content.push_str(&line("sending", name)));
            frameio_private_file::write(&path, content.as_bytes())?;
            Ok(Self { path, names })
        })
        .await
    }

    /// Returns the files whose actions are not done.
    pub(super) fn names(&self) -> Vec<String> {
        self.names.iter().cloned().collect()
    }

    /// Records files before they are sent.
    pub(super) async fn begin(&mut self, keys: Vec<String>) -> io::Result<()> {
        let new: Vec<_> = keys.into_iter().filter(|key| !self.names.contains(key)).collect();
        let lines = new.iter().fold(String::new(), |mut lines, key| {
            let _ = write!(lines, "{}", line("sending", key));
            lines
        });
        self.names.extend(new);
        self.append(lines, true).await
    }

    /// Records that the actions of a file are done.
    pub(super) async fn end(&mut self, key: &str) -> io::Result<()> {
        if !self.names.remove(key) {
            return Ok(());
        }
        self.append(line("done", key), false).await
    }

    async fn append(&self, lines: String, sync: bool) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let path = self.path.clone();
        blocking(move || {
            let file = append(&path, &lines)?;
            if sync { file.sync_data() } else { Ok(()) }
        })
        .await
    }
}

/// Formats a line. The leading newline terminates a truncated line.
fn line(step: &str, name: &str) -> String {
    format!("\n{}\n", json!({ step: name }))
}

/// Reads the names whose actions are not done. Incomplete lines are skipped.
fn read(path: &Path) -> io::Result<HashSet<String>> {
    let mut names = HashSet::new();
    let mut reader = match open_regular(path, std::fs::File::options().read(true)) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
        Err(error) => return Err(error),
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut reader).take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(names);
        }
        let Ok(parsed) = serde_json::from_slice::<Value>(&line) else { continue };
        if parsed["frameio_watch"].as_u64().is_some_and(|version| version > 1) {
            let message = "it was written by a newer version of this program";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        if let Some(name) = parsed["sending"].as_str().filter(|_| names.len() < MAX_NAMES) {
            names.insert(name.to_owned());
        }
        if let Some(name) = parsed["done"].as_str() {
            names.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_names_until_their_actions_are_done() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("a.sync");
        let mut journal = Journal::open(&state).await.unwrap();
        let keys = ["a", "b \"\n", "c"].map(str::to_owned);
        journal.begin(keys.to_vec()).await.unwrap();
        journal.end("a").await.unwrap();
        drop(journal);
        // A kill may leave half a line.
        append(&state.with_extension("watch"), "\n{\"done\":\"c\"").unwrap();
        let mut journal = Journal::open(&state).await.unwrap();
        let mut names = journal.names();
        names.sort();
        assert_eq!(names, ["b \"\n", "c"]);
        journal.end("c").await.unwrap();
        let names = Journal::open(&state).await.unwrap().names();
        assert_eq!(names, ["b \"\n"]);
    }

    #[tokio::test]
    async fn a_truncated_line_does_not_damage_the_next_one() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("a.sync");
        let path = state.with_extension("watch");
        Journal::open(&state).await.unwrap().begin(vec!["a".into(), "b".into()]).await.unwrap();
        let whole = std::fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            append(&path, &line("sending", "c")).unwrap();
            let names = Journal::open(&state).await.unwrap().names();
            assert!(names.contains(&"c".to_owned()), "{length}");
        }
    }
}
