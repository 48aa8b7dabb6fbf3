//! Local files that were renamed since both sides were equal.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::sync::Arc;

use tokio::sync::OnceCell;
use walkdir::WalkDir;

use super::decide::Decider;
use crate::existing::is_file_missing;
use crate::sync_state::stamp::Stamp;
use crate::sync_state::{Record, SyncState, TRASH};
use crate::tasks::blocking;

/// Local files without a record, by their stamps. They are read when they are needed first.
#[derive(Clone, Default)]
pub(super) struct LocalRenames(Arc<OnceCell<HashMap<Stamp, Vec<String>>>>);

impl LocalRenames {
    /// Returns the new name of the file of a record whose path no longer exists, if exactly one record and
    /// one file have its content.
    pub(super) async fn find(&self, decider: &Decider, record: &Record) -> Option<String> {
        let (state, content) = (decider.state.as_ref()?, record.xxh64?);
        let files = self.0.get_or_init(|| unrecorded(decider, state)).await;
        let [key] = files.get(&record.stamp)?.as_slice() else { return None };
        let is_gone = |key: &str| is_file_missing(&decider.path(key));
        let records = state.records();
        let alike = records.iter().filter(|(_, other)| other.xxh64 == Some(content));
        if alike.filter(|(key, _)| is_gone(key)).count() != 1 {
            return None;
        }
        let is_same = state.hash(&decider.path(key)).await.is_ok_and(|hash| hash == content);
        is_same.then(|| key.clone())
    }
}

/// Returns the names of the local files without a record. Directories that cannot be read are left out.
async fn unrecorded(decider: &Decider, state: &SyncState) -> HashMap<Stamp, Vec<String>> {
    let (decider, state) = (decider.clone(), state.clone());
    let read = blocking(move || {
        let mut files: HashMap<Stamp, Vec<String>> = HashMap::new();
        let walk = WalkDir::new(&decider.directory).min_depth(1).into_iter();
        let entries = walk.filter_entry(|entry| entry.file_name() != OsStr::new(TRASH)).flatten();
        for entry in entries.filter(|entry| entry.file_type().is_file()) {
            let key = decider.key(entry.path());
            // A download that was killed at its end has the content, too.
            if key.ends_with(".part") && decider.path(&format!("{key}.json")).exists() {
                continue;
            }
            if state.record(&key).is_none()
                && let Ok(metadata) = entry.metadata()
            {
                files.entry(Stamp::of(&metadata)).or_default().push(key);
            }
        }
        Ok::<_, io::Error>(files)
    });
    read.await.unwrap_or_default()
}
