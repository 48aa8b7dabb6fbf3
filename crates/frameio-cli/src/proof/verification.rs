//! Verification of local files by the hash lists that were delivered with them.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use frameio_mhl::{HashLists, ReadLimits, Verdict};

use super::histories::failure;
use super::reading::read_file;
use super::roots::{Located, Roots};
use crate::exit::{Failure, io_reason};
use crate::report::{Phase, TransferReport};

/// Hash lists of the roots of an upload, and the files that were compared with them.
pub(super) struct Verification {
    roots: Roots,
    /// By root, with whether all of its content is uploaded.
    lists: Vec<(PathBuf, bool, HashLists)>,
    unlisted: Mutex<Vec<PathBuf>>,
    checked: Mutex<HashSet<PathBuf>>,
    report: Arc<TransferReport>,
}

impl Verification {
    /// Reads the hash lists. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if a root has no hash list, or one that cannot be read or was modified.
    pub(super) fn open(roots: Roots, report: Arc<TransferReport>) -> Result<Self, Failure> {
        let mut lists = Vec::new();
        for (root, is_whole) in roots.known() {
            let limits = ReadLimits::default();
            let found = match is_whole {
                true => HashLists::find(&root, &limits),
                false => HashLists::of_directory(&root, &limits),
            };
            let found = found.map_err(|error| failure(&error))?;
            if found.sources().is_empty() {
                let root = root.display();
                let message = format!(
                    "'--verify-mhl' needs a hash list in '{root}': a directory 'ascmhl' or a file *.mhl"
                );
                return Err(Failure::usage(message));
            }
            lists.push((root, is_whole, found));
        }
        let (unlisted, checked) = (Mutex::default(), Mutex::default());
        Ok(Self { roots, lists, unlisted, checked, report })
    }

    /// Returns why a file is not uploaded. A file that no list has is noted.
    pub(super) async fn check(self: Arc<Self>, local: PathBuf) -> Result<(), String> {
        let located = self.roots.locate(&local);
        let expected = located.as_ref().and_then(|it| self.lists(it)?.expected(&it.path)).cloned();
        let Some(expected) = expected else {
            // The list itself is expected.
            if self.lists.iter().any(|(.., lists)| lists.sources().contains(&local)) {
                return Ok(());
            }
            self.unlisted.lock().unwrap_or_else(PoisonError::into_inner).push(local);
            return Ok(());
        };
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(local.clone());
        let progress = Some((self.report.clone(), Phase::Verifying));
        let compared =
            read_file(local, progress, move |size, reader| expected.check_reader(size, reader))
                .await;
        match compared {
            Ok(Verdict::Match) => Ok(()),
            Ok(verdict) => Err(verdict.to_string()),
            Err(error) => Err(io_reason(&error)),
        }
    }

    fn lists(&self, located: &Located) -> Option<&HashLists> {
        let found = self.lists.iter().find(|(root, ..)| *root == located.root);
        found.map(|(.., lists)| lists)
    }

    /// Returns the files that no list has.
    pub(super) fn unlisted(&self) -> Vec<PathBuf> {
        self.unlisted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the listed files that do not exist. Blocks.
    pub(super) fn missing(&self) -> Vec<PathBuf> {
        let checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut missing = Vec::new();
        for (root, _, lists) in self.lists.iter().filter(|(_, is_whole, _)| *is_whole) {
            let locals = lists.paths().map(|path| root.join(path));
            let is_missing =
                |local: &PathBuf| !checked.contains(local) && local.symlink_metadata().is_err();
            missing.extend(locals.filter(is_missing));
        }
        missing.sort();
        missing
    }
}
