//! Records of local files in other states: those of another pair of directory and folder, of single files, or of
//! downloads.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{Record, format, split_path_key, state_key};
use crate::tasks::blocking;

/// Maximum number of records that are read.
const MAX_RECORDS: usize = 1_000_000;

/// Maximum size of all state files that are read.
const MAX_BYTES: u64 = 512 << 20;

/// Records in the other states of a directory of states, which are read when they are first needed.
#[derive(Clone)]
pub(crate) struct Elsewhere {
    states: Option<PathBuf>,
    records: Arc<OnceCell<HashMap<String, Vec<Record>>>>,
}

impl Elsewhere {
    pub(crate) fn new(states: Option<PathBuf>) -> Self {
        Self { states, records: Arc::default() }
    }

    /// Returns the records of a local file. A state that cannot be read is left out.
    pub(crate) async fn records(&self, local: &Path) -> Vec<Record> {
        let Some(states) = self.states.clone() else { return Vec::new() };
        let all = self.records.get_or_init(|| async move {
            blocking(move || read_all(&states)).await.unwrap_or_else(|error: io::Error| {
                tracing::warn!(target: "frameio::transfer", %error, "state.not_read");
                HashMap::new()
            })
        });
        let all = all.await;
        let absolute = local.to_owned();
        let canonical =
            blocking(move || absolute.canonicalize().or_else(|_| std::path::absolute(absolute)));
        let canonical = canonical.await.unwrap_or_else(|_| local.to_owned());
        let given = std::path::absolute(local).unwrap_or_else(|_| local.to_owned());
        let of = |path: &Path| all.get(&name(path)).cloned().unwrap_or_default();
        let mut records = of(&canonical);
        if given != canonical {
            records.extend(of(&given));
        }
        // The latest one first.
        records.sort_by_key(|record| std::cmp::Reverse(record.equal_at));
        records
    }
}

fn name(path: &Path) -> String {
    state_key(&[path.to_string_lossy().into_owned()])
}

fn read_all(states: &Path) -> io::Result<HashMap<String, Vec<Record>>> {
    let (mut all, mut count, mut bytes) = (HashMap::<String, Vec<Record>>::new(), 0, 0);
    for entry in std::fs::read_dir(states)? {
        let path = entry?.path();
        let is_state = path.extension().is_some_and(|extension| extension == "sync");
        bytes += path.metadata().map_or(0, |metadata| if is_state { metadata.len() } else { 0 });
        if bytes > MAX_BYTES || count >= MAX_RECORDS {
            tracing::warn!(target: "frameio::transfer", "state.too_many_records");
            break;
        }
        let Some(content) = is_state.then(|| format::read(&path).ok()).flatten() else { continue };
        for (key, known) in content.files {
            let Some(record) = known.record else { continue };
            let local = match &content.directory {
                Some(directory) => name(&Path::new(directory).join(&*key)),
                None => split_path_key(&key).0.to_owned(),
            };
            all.entry(local).or_default().push(record);
            count += 1;
        }
    }
    Ok(all)
}
