//! Names and IDs of the service that earlier runs found: one file for each place, readable only by the
//! user.
//!
//! The resolver uses them to find an item again, and shells to complete paths. They can be outdated, so
//! an item is read again before it is used, and they are not used before a change.

mod file;

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use self::file::CachedFile;
pub(crate) use self::file::{CachedItem, Names};
use crate::config;

/// Maximum number of files; the oldest are removed.
const MAX_FILES: usize = 400;

/// Maximum size of all files.
const MAX_BYTES: u64 = 64 << 20;

/// Age after which names are read again, and IDs are not used.
const FRESH: Duration = Duration::from_secs(60);

/// Age after which names are not used for completion.
const USABLE: Duration = Duration::from_secs(24 * 3600);

/// Service and user that the names belong to, as a digest: the credentials are part of it.
#[derive(Clone, Debug)]
pub(crate) struct Owner(Sha256);

impl Owner {
    /// Creates the owner. `credentials` are the token or the client ID of the environment.
    pub(crate) fn new(api_url: &str, profile: &str, credentials: Option<&str>) -> Self {
        let mut hash = Sha256::new();
        for part in [api_url, profile, credentials.unwrap_or("")] {
            update(&mut hash, part);
        }
        Self(hash)
    }

    /// Returns the key of a place, such as `/Workspace/Project/`, which reveals nothing.
    pub(crate) fn key(&self, place: &str) -> String {
        let mut hash = self.0.clone();
        update(&mut hash, place);
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn update(hash: &mut Sha256, part: &str) {
    hash.update(part.len().to_le_bytes());
    hash.update(part);
}

/// Saved names of a place.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) names: Names,
    /// Whether the names need not be read again.
    pub(crate) is_fresh: bool,
}

/// Directory of the cache.
#[derive(Clone, Debug)]
pub(crate) struct NameCache(PathBuf);

impl NameCache {
    /// Finds the directory, which may not exist.
    pub(crate) fn locate() -> Option<Self> {
        Some(Self(config::cache().ok()?.join("names")))
    }

    #[cfg(test)]
    pub(crate) fn at(directory: &std::path::Path) -> Self {
        Self(directory.to_owned())
    }

    /// Returns the item at a place, if it was found a moment ago.
    pub(crate) fn item(&self, key: &str) -> Option<CachedItem> {
        let file = self.load(key)?;
        (age(file.found_at) < FRESH).then_some(file.item).flatten()
    }

    /// Returns the names at a place, unless they are too old.
    pub(crate) fn names(&self, key: &str) -> Option<Saved> {
        let file = self.load(key)?;
        let age = age(file.listed_at);
        (age < USABLE).then_some(Saved { names: file.names, is_fresh: age < FRESH })
    }

    /// Saves the item at a place. Its names are kept.
    pub(crate) fn save_item(&self, key: &str, item: CachedItem) -> io::Result<()> {
        let known = self.load(key).filter(|it| it.item.as_ref().is_none_or(|it| it.id == item.id));
        let mut file = known.unwrap_or_default();
        (file.found_at, file.item) = (now(), Some(item));
        self.save(key, &file)
    }

    /// Saves the names at a place, and the item that contains them.
    pub(crate) fn save_names(
        &self,
        key: &str,
        item: Option<CachedItem>,
        names: Names,
    ) -> io::Result<()> {
        self.save(key, &CachedFile { found_at: now(), listed_at: now(), item, names })
    }

    /// Removes what is known about a place.
    pub(crate) fn forget(&self, key: &str) {
        // Another process may remove it too.
        let _ = fs::remove_file(self.file(key));
    }

    /// Returns the lock of a place; `None` if another process holds it.
    pub(crate) fn lock(&self, key: &str) -> io::Result<Option<File>> {
        // A few locks for all places, so that their number is limited.
        let shard = key.get(..1).unwrap_or("0");
        let lock = frameio_private_file::open_lock(&self.0.join(shard))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    fn file(&self, key: &str) -> PathBuf {
        self.0.join(format!("{key}.txt"))
    }

    fn load(&self, key: &str) -> Option<CachedFile> {
        let text = fs::read_to_string(self.file(key)).ok()?;
        CachedFile::parse(&text)
    }

    fn save(&self, key: &str, file: &CachedFile) -> io::Result<()> {
        frameio_private_file::write(&self.file(key), file.to_text()?.as_bytes())?;
        self.remove_oldest()
    }

    /// Removes the oldest files above the limits.
    fn remove_oldest(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = fs::read_dir(&self.0)?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .filter(|(_, _, path)| path.extension().is_some_and(|it| it == "txt"))
            .collect();
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, size, _)| size).sum();
        let mut count = files.len();
        for (_, size, path) in files {
            if count <= MAX_FILES && bytes <= MAX_BYTES {
                break;
            }
            // Another process may remove it too.
            let _ = fs::remove_file(path);
            (count, bytes) = (count - 1, bytes - size);
        }
        Ok(())
    }
}

/// Returns the time in seconds since 1970.
fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs()
}

/// Returns the time since a second; a long one if it is in the future.
fn age(at: u64) -> Duration {
    now().checked_sub(at).map_or(Duration::MAX, Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::file::tests::item;
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.add("Day 01", "folder", "d1");
        names.add("take.mov", "file", "f1");
        names.add("a/b", "file", "f2");
        names.add("", "folder", "d2");
        names
    }

    #[test]
    fn names_and_items_are_saved_and_the_number_of_files_is_limited() {
        let dir = tempfile::tempdir().unwrap();
        let cache = NameCache::at(dir.path());
        let key = |number: usize| format!("{number:032x}");
        for number in 0..MAX_FILES + 5 {
            cache.save_names(&key(number), None, names()).unwrap();
        }
        let last = key(MAX_FILES + 4);
        let saved = cache.names(&last).unwrap();
        assert!(saved.is_fresh);
        let all = |prefix| saved.names.starting_with(prefix).collect::<Vec<_>>();
        assert_eq!(all(""), ["Day 01/", "take.mov", r"a\/b"]);
        assert_eq!(all("Day"), ["Day 01/"]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), MAX_FILES);
        // An item is added to the names; one with another ID replaces them.
        cache.save_item(&last, item("i1")).unwrap();
        assert_eq!(cache.item(&last), Some(item("i1")));
        assert!(cache.names(&last).is_some());
        cache.save_item(&last, item("i2")).unwrap();
        assert!(cache.names(&last).is_none());
        cache.forget(&last);
        assert_eq!(cache.item(&last), None);
    }

    #[test]
    fn old_names_and_items_are_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let cache = NameCache::at(dir.path());
        let save = |seconds: u64| {
            let at = now() - seconds;
            let file =
                CachedFile { found_at: at, listed_at: at, item: Some(item("i")), names: names() };
            cache.save("k", &file).unwrap();
        };
        save(FRESH.as_secs() + 1);
        assert_eq!(cache.item("k"), None);
        assert!(!cache.names("k").unwrap().is_fresh);
        save(USABLE.as_secs() + 1);
        assert!(cache.names("k").is_none());
        // The clock was changed.
        let file =
            CachedFile { found_at: now() + 1000, item: Some(item("i")), ..CachedFile::default() };
        cache.save("k", &file).unwrap();
        assert_eq!(cache.item("k"), None);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private() {
        use std::os::unix::fs::PermissionsExt;

        let dir = tempfile::tempdir().unwrap();
        let cache = NameCache::at(dir.path());
        cache.save_item("k", item("i")).unwrap();
        let mode = fs::metadata(cache.file("k")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }

    #[test]
    fn one_process_reads_a_place_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let cache = NameCache::at(dir.path());
        let first = cache.lock("a1").unwrap();
        assert!(first.is_some());
        assert!(cache.lock("a2").unwrap().is_none());
        assert!(cache.lock("b1").unwrap().is_some());
    }

    #[test]
    fn keys_depend_on_the_service_the_user_and_the_place() {
        let owner = Owner::new;
        let keys = [
            owner("u", "p", None).key("/"),
            owner("u2", "p", None).key("/"),
            owner("u", "p2", None).key("/"),
            owner("u", "p", Some("t")).key("/"),
            owner("u", "p", None).key("/W/"),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert!(keys.iter().all(|it| it.len() == 32), "{keys:?}");
    }
}
