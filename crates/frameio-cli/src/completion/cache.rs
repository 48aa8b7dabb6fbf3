//! Saved lists of names, one file for each place.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Maximum number of saved lists; the oldest are removed.
const MAX_LISTS: usize = 200;

/// Maximum number of names in a list.
pub(super) const MAX_NAMES: usize = 20_000;

/// Age after which a list is read again.
const FRESH: Duration = Duration::from_secs(60);

/// Age after which a list is not used.
const USABLE: Duration = Duration::from_secs(24 * 3600);

/// Names in a place; those of containers end with `/`.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<String>);

impl Names {
    /// Adds a name, unless it cannot be part of a path.
    pub(crate) fn add(&mut self, name: &str, is_container: bool) {
        let is_usable = !name.is_empty() && !name.contains(['/', '\n', '\r', '\0', '\u{b}']);
        if is_usable && self.0.len() < MAX_NAMES {
            self.0.push(format!("{name}{}", if is_container { "/" } else { "" }));
        }
    }

    /// Returns whether no more names are kept.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MAX_NAMES
    }

    pub(super) fn starting_with<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(String::as_str).filter(move |name| name.starts_with(prefix))
    }
}

/// Saved list.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) names: Names,
    /// Whether the list need not be read again.
    pub(super) is_fresh: bool,
}

fn file(directory: &Path, key: &str) -> PathBuf {
    directory.join(format!("{key}.txt"))
}

/// Returns a saved list, unless it is too old.
pub(super) fn load(directory: &Path, key: &str) -> Option<Saved> {
    let path = file(directory, key);
    let age = path.metadata().ok()?.modified().ok()?.elapsed().unwrap_or_default();
    if age > USABLE {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let names = text.lines().take(MAX_NAMES).map(str::to_owned).collect();
    Some(Saved { names: Names(names), is_fresh: age < FRESH })
}

/// Saves a list, and removes the oldest ones.
pub(super) fn save(directory: &Path, key: &str, names: &Names) -> io::Result<()> {
    let mut text = names.0.join("\n");
    text.push('\n');
    frameio_private_file::write(&file(directory, key), text.as_bytes())?;
    let mut lists: Vec<(SystemTime, PathBuf)> = fs::read_dir(directory)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .filter(|(_, path)| path.extension().is_some_and(|it| it == "txt"))
        .collect();
    lists.sort();
    let excess = lists.len().saturating_sub(MAX_LISTS);
    for (_, path) in lists.into_iter().take(excess) {
        // Another process may remove it too.
        let _ = fs::remove_file(path);
    }
    Ok(())
}

/// Returns the lock of a list; `None` if another process holds it.
pub(super) fn lock(directory: &Path, key: &str) -> io::Result<Option<File>> {
    // A few locks for all lists, so that their number is limited.
    let shard = key.get(..1).unwrap_or("0");
    let lock = frameio_private_file::open_lock(&directory.join(shard))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_saved_and_their_number_is_limited() {
        let dir = tempfile::tempdir().unwrap();
        let mut names = Names::default();
        names.add("Day 01", true);
        names.add("take.mov", false);
        names.add("a/b", false);
        names.add("", true);
        for number in 0..MAX_LISTS + 5 {
            save(dir.path(), &format!("{number:032x}"), &names).unwrap();
        }
        let saved = load(dir.path(), &format!("{:032x}", MAX_LISTS + 4)).unwrap();
        assert!(saved.is_fresh);
        let all = |prefix| saved.names.starting_with(prefix).collect::<Vec<_>>();
        assert_eq!(all(""), ["Day 01/", "take.mov"]);
        assert_eq!(all("Day"), ["Day 01/"]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), MAX_LISTS);
    }

    #[test]
    fn one_process_reads_a_list_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock(dir.path(), "a1").unwrap();
        assert!(first.is_some());
        assert!(lock(dir.path(), "a2").unwrap().is_none());
        assert!(lock(dir.path(), "b1").unwrap().is_some());
    }
}
