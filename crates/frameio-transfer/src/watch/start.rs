//! The start of a watcher: settings that are refused, and the wait for its directory.

use std::path::Path;

use super::Watch;
use super::root::Root;
use super::schedule::UNAVAILABLE;
use super::status::{WatchActivity, WatchEvent, WatchStatus};
use crate::local_file::{reason, unopened};
use crate::sync_state::{Pair, SyncState};
use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind, UploadTree};

/// Refuses a tree that cannot be watched. Returns its directory and the directory of states.
pub(super) fn check(tree: &UploadTree) -> Result<(&Path, &Path), TransferError> {
    let refuse =
        |message: &'static str| Err(TransferError::new(TransferErrorKind::Invalid, message));
    let (Some(directory), Some(states)) = (tree.directory(), tree.states()) else {
        return refuse("only the upload of one directory with a state can be watched");
    };
    if tree.deletes() || tree.is_dry_run() {
        return refuse("a watcher cannot delete files or show what it would do");
    }
    Ok((directory, states))
}

/// Waits until the directory is available.
pub(super) async fn available(
    watch: &Watch,
    directory: &Path,
    states: &Path,
) -> Result<(Root, Pair), TransferError> {
    let mut is_reported = false;
    loop {
        let reason = match look_up(watch, directory, states).await {
            Ok(found) => return Ok(found),
            Err(reason) => reason,
        };
        if watch.once {
            return Err(unavailable(directory, &reason));
        }
        if !std::mem::replace(&mut is_reported, true) {
            let directory = directory.to_owned();
            watch.reports.event(&WatchEvent::Unavailable { directory, reason });
            let activity = WatchActivity::Unavailable;
            watch.reports.status(&WatchStatus { activity, ..WatchStatus::default() });
        }
        tokio::time::sleep(UNAVAILABLE).await;
    }
}

async fn look_up(watch: &Watch, directory: &Path, states: &Path) -> Result<(Root, Pair), String> {
    let path = directory.to_owned();
    let canonical = blocking(move || path.canonicalize()).await.map_err(|error| reason(&error))?;
    let (account, folder) = watch.tree.place();
    let (account, folder) = (account.clone(), folder.clone());
    let pair = Pair { account, folder, directory: Some(canonical), is_deleting: false };
    let last_device = SyncState::last_device(states, &pair).await;
    let mut root = Root::new(directory.to_owned(), last_device);
    root.check().await.map(|_| (root, pair))
}

pub(super) fn unavailable(directory: &Path, reason: &str) -> TransferError {
    let error = std::io::Error::other(reason.to_owned());
    unopened(directory, error)
}

pub(super) fn journal_failed(error: std::io::Error) -> TransferError {
    let message = format!("cannot write the journal of the watcher: {}", reason(&error));
    TransferError::new(TransferErrorKind::Manifest, message).because(error)
}
