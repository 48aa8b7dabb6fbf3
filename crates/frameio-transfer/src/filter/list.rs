//! Lists of files to transfer.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::patterns::{Bases, text_of};

/// Paths to transfer. Clones share which of them were found.
#[derive(Clone, Debug)]
pub(super) struct FileList {
    /// Position in the list by path.
    paths: Arc<HashMap<String, usize>>,
    /// Folders that contain listed paths.
    folders: Arc<HashSet<String>>,
    found: Arc<Mutex<HashSet<usize>>>,
}

impl FileList {
    pub(super) fn new(listed: &[String]) -> Self {
        let (mut paths, mut folders) = (HashMap::new(), HashSet::from([String::new()]));
        for path in listed {
            let path = text_of(Path::new(path));
            folders.extend(path.match_indices('/').map(|(at, _)| path[..at].to_owned()));
            let at = paths.len();
            paths.entry(path).or_insert(at);
        }
        Self { paths: Arc::new(paths), folders: Arc::new(folders), found: Arc::default() }
    }

    /// Returns whether a file or one of its folders is listed.
    pub(super) fn has(&self, bases: &Bases, below: &str) -> bool {
        let positions: Vec<usize> =
            bases.paths(below).filter_map(|path| self.position(&path)).collect();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(&positions);
        !positions.is_empty()
    }

    /// Returns whether a folder is listed, contains a listed path or is in a listed folder.
    pub(super) fn has_folder(&self, bases: &Bases, below: &str) -> bool {
        self.has(bases, below) || bases.paths(below).any(|path| self.folders.contains(&path))
    }

    fn position(&self, path: &str) -> Option<usize> {
        let above = path.rmatch_indices('/').filter_map(|(at, _)| path.get(..at));
        [path].into_iter().chain(above).find_map(|path| self.paths.get(path)).copied()
    }

    /// Returns the listed paths that were not found, in their order.
    pub(super) fn missing(&self) -> Vec<String> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut missing: Vec<_> = self.paths.iter().filter(|(_, at)| !found.contains(at)).collect();
        missing.sort_by_key(|(_, at)| **at);
        missing.into_iter().map(|(path, _)| path.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_listed_files_and_the_content_of_listed_folders() {
        let listed = ["a.mov", "./Day 1/b.mov", "/p/Day 2/", "Gro\u{308}\u{df}e.mov", "gone"];
        let list = FileList::new(&listed.map(str::to_owned));
        let bases = Bases::new(Some("p"), Path::new("p"));
        for path in ["a.mov", "Day 1/b.mov", "Day 2/x/y.mov", "Gr\u{f6}\u{df}e.mov"] {
            assert!(list.has(&bases, path), "{path}");
        }
        for path in ["b.mov", "x/a.mov", "Day 1/c.mov", "Day 1", "Day 20/x"] {
            assert!(!list.has(&bases, path), "{path}");
        }
        assert!(["", "Day 1", "Day 2", "Day 2/x"].iter().all(|path| list.has_folder(&bases, path)));
        assert!(!list.has_folder(&bases, "Day 3"));
        assert_eq!(list.clone().missing(), ["gone"]);
    }
}
