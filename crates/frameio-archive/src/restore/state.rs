//! The state of a restoration: what was created for what, so that a run that follows a kill creates
//! nothing twice.
//!
//! Before an item is created, the state notes that it is about to be. If there is no note of the result,
//! the next run looks for the item at the service first.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use frameio_mhl::HashFormat;
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::error::ArchiveError;
use crate::lines::{Lines, Log};
use crate::tasks::blocking;

/// Type of something that is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Project,
    Folder,
    File,
    VersionStack,
    Comment,
    Metadata,
    Share,
}

/// A line of the state. `from` is the id in the archive, `to` the id at the service.
#[derive(Serialize, Deserialize)]
struct Line {
    kind: Kind,
    from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

#[derive(Default)]
struct Known {
    done: HashMap<(Kind, String), String>,
    /// Items that an earlier run was about to create.
    begun: HashSet<(Kind, String)>,
    /// Ids at the service.
    created: HashSet<String>,
}

pub(super) struct State {
    log: Log,
    known: Mutex<Known>,
}

impl State {
    /// Opens the state of a destination.
    pub(super) async fn open(
        directory: &Directory,
        destination: &[&str],
    ) -> Result<Self, ArchiveError> {
        let hash = HashFormat::Xxh64.hash(destination.join("\0").as_bytes());
        let path = directory.state(&format!("restore-{hash}.jsonl"));
        blocking(move || {
            let log = Log::open(path.clone())?;
            let mut known = Known::default();
            for line in Lines::<Line>::open(&path)? {
                let Line { kind, from, to } = line?;
                let key = (kind, from);
                match to {
                    None => drop(known.begun.insert(key)),
                    Some(to) => {
                        known.begun.remove(&key);
                        known.created.insert(to.clone());
                        known.done.insert(key, to);
                    }
                }
            }
            Ok(Self { log, known: Mutex::new(known) })
        })
        .await
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the id at the service of what was created.
    pub(super) fn created(&self, kind: Kind, from: &str) -> Option<String> {
        self.known().done.get(&(kind, from.to_owned())).cloned()
    }

    /// Takes an item at the service for one of the archive. Returns `false` if it is that of another
    /// one.
    pub(super) fn claim(&self, to: &str) -> bool {
        self.known().created.insert(to.to_owned())
    }

    /// Returns whether an earlier run was about to create an item.
    pub(super) fn is_begun(&self, kind: Kind, from: &str) -> bool {
        self.known().begun.contains(&(kind, from.to_owned()))
    }

    /// Notes that an item is about to be created. Returns whether an earlier run has noted it, so that
    /// the item may exist.
    pub(super) async fn begin(&self, kind: Kind, from: &str) -> Result<bool, ArchiveError> {
        if self.is_begun(kind, from) {
            return Ok(true);
        }
        self.log.append(&Line { kind, from: from.to_owned(), to: None }).await?;
        Ok(false)
    }

    /// Notes a created item.
    pub(super) async fn done(&self, kind: Kind, from: &str, to: &str) -> Result<(), ArchiveError> {
        {
            let mut known = self.known();
            known.created.insert(to.to_owned());
            known.done.insert((kind, from.to_owned()), to.to_owned());
        }
        self.log.append(&Line { kind, from: from.to_owned(), to: Some(to.to_owned()) }).await
    }
}
