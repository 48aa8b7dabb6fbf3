//! The hash lists of a directory and of all directories in it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::MhlError;
use crate::expected::Expected;
use crate::history::History;
use crate::list::{FileEntry, HashList};
use crate::xml::ReadLimits;
use crate::{DIRECTORY, path};

/// Checksums of files, from the hash lists that were delivered with them.
///
/// The lists of a directory are its [`History`], or else files with the extension `mhl` directly in it. The
/// first checksum of each format counts in a history, and all of them in legacy lists. A list in an inner directory has precedence over one in an outer
/// directory.
///
/// ```
/// use frameio_mhl::{HashLists, ReadLimits};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let card = tempfile::tempdir()?;
/// # let root = card.path();
/// std::fs::write(root.join("a.mov"), "abc")?;
/// std::fs::write(
///     root.join("card.mhl"),
///     "<hashlist version=\"1.1\"><hash><file>a.mov</file>
///      <xxhash64be>44bc2cf5ad770999</xxhash64be></hash></hashlist>",
/// )?;
/// let lists = HashLists::find(root, &ReadLimits::default())?;
/// let expected = lists.expected("a.mov").ok_or("not listed")?;
/// assert!(expected.check(&root.join("a.mov"))?.is_match());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct HashLists {
    files: HashMap<String, Expected>,
    sources: Vec<PathBuf>,
}

impl HashLists {
    /// Reads the lists of a directory and of all directories in it. Symbolic links are not followed. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if a directory or a list cannot be read, or a history was modified.
    pub fn find(root: &Path, limits: &ReadLimits) -> Result<Self, MhlError> {
        let mut lists = Self::default();
        let mut directories = vec![root.to_owned()];
        while let Some(directory) = directories.pop() {
            let names = lists.read(root, &directory, limits)?;
            directories.extend(names);
        }
        Ok(lists)
    }

    /// Reads the lists of a directory, without those of the directories in it. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the directory or a list cannot be read, or the history was modified.
    pub fn of_directory(root: &Path, limits: &ReadLimits) -> Result<Self, MhlError> {
        let mut lists = Self::default();
        lists.read(root, root, limits)?;
        Ok(lists)
    }

    /// Reads the lists of a directory. Returns the directories in it.
    fn read(
        &mut self,
        root: &Path,
        directory: &Path,
        limits: &ReadLimits,
    ) -> Result<Vec<PathBuf>, MhlError> {
        let failed = |error| MhlError::io(directory, error);
        let (mut inner, mut lists, mut has_history) = (Vec::new(), Vec::new(), false);
        for entry in fs::read_dir(directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() && entry.file_name() == DIRECTORY {
                has_history = true;
            } else if kind.is_dir() {
                inner.push(entry.path());
            } else if kind.is_file() && is_list(&entry.path()) {
                lists.push(entry.path());
            }
        }
        // A directory whose name is not UTF-8 cannot be part of a path.
        let Some(prefix) = directory.strip_prefix(root).ok().and_then(path::of_local) else {
            return Ok(Vec::new());
        };
        let history = has_history.then(|| History::open(directory, limits)).transpose()?;
        if let Some(history) = history.filter(|history| !history.is_empty()) {
            self.sources.push(directory.join(DIRECTORY));
            self.files.extend(
                history.into_files().map(|(path, expected)| (below(&prefix, &path), expected)),
            );
            return Ok(inner);
        }
        lists.sort();
        let mut files: HashMap<String, Expected> = HashMap::new();
        for list in lists {
            for entry in HashList::read(&list, limits)?.files {
                add(&mut files, below(&prefix, &entry.path), &entry);
            }
            self.sources.push(list);
        }
        self.files.extend(files);
        Ok(inner)
    }

    /// Returns the checksums of a file by its path relative to the root, with `/`.
    pub fn expected(&self, path: &str) -> Option<&Expected> {
        self.files.get(path)
    }

    /// Returns the paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Returns the lists and the directories of histories that were read.
    pub fn sources(&self) -> &[PathBuf] {
        &self.sources
    }
}

fn add(files: &mut HashMap<String, Expected>, path: String, entry: &FileEntry) {
    files.entry(path).or_insert_with(|| Expected { size: None, hashes: Vec::new() }).add(entry);
}

fn below(prefix: &str, path: &str) -> String {
    if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") }
}

/// Returns whether a file is a list. `._` files are metadata of macOS.
fn is_list(path: &Path) -> bool {
    let is_metadata =
        path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"._"));
    !is_metadata && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mhl"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HashFormat, HashedFile, Process};

    fn legacy(path: &str, bytes: &[u8]) -> String {
        let md5 = HashFormat::Md5.hash(bytes);
        format!(
            "<hashlist version=\"1.1\"><hash><file>{path}</file><size>{}</size><md5>{md5}</md5></hash></hashlist>",
            bytes.len()
        )
    }

    #[test]
    fn reads_lists_of_both_versions_and_prefers_the_inner_one() {
        let root = tempfile::tempdir().unwrap();
        let card = root.path().join("A001");
        fs::create_dir_all(card.join("sub")).unwrap();
        let history = History::open(&card, &ReadLimits::default()).unwrap();
        let mut generation = history.next_generation(Process::InPlace);
        generation.add(HashedFile::new("sub/a", 1, HashFormat::Xxh64.hash(b"a"))).unwrap();
        generation.write("test", "1").unwrap();
        fs::write(card.join("ignored.mhl"), "not a list").unwrap();
        fs::write(root.path().join("._day.mhl"), "metadata").unwrap();
        fs::write(root.path().join("day.MHL"), legacy("A001/sub/a", b"another")).unwrap();
        fs::write(root.path().join("later.mhl"), legacy("b", b"b")).unwrap();
        let lists = HashLists::find(root.path(), &ReadLimits::default()).unwrap();
        let mut paths: Vec<_> = lists.paths().collect();
        paths.sort_unstable();
        assert_eq!(paths, ["A001/sub/a", "b"]);
        assert_eq!(lists.sources().len(), 3);
        let inner = lists.expected("A001/sub/a").unwrap();
        assert_eq!(inner.hashes[0].value, HashFormat::Xxh64.hash(b"a"));
        let outer = HashLists::of_directory(root.path(), &ReadLimits::default()).unwrap();
        assert_eq!(outer.expected("A001/sub/a").unwrap().size, Some(7));
    }

    #[test]
    fn no_file_equals_legacy_lists_that_contradict_each_other() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a");
        for [first, second] in [["right", "wrong"], ["wrong", "right"], ["right", "right"]] {
            fs::write(root.path().join("1.mhl"), legacy("a", first.as_bytes())).unwrap();
            fs::write(root.path().join("2.mhl"), legacy("a", second.as_bytes())).unwrap();
            fs::write(&file, "right").unwrap();
            let lists = HashLists::find(root.path(), &ReadLimits::default()).unwrap();
            let verdict = lists.expected("a").unwrap().check(&file).unwrap();
            assert_eq!(verdict.is_match(), first == second, "{first}, {second}: {verdict}");
        }
    }

    #[test]
    fn fails_on_a_list_that_cannot_be_read() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("in")).unwrap();
        fs::write(root.path().join("in/a.mhl"), "<hashlist").unwrap();
        assert!(HashLists::of_directory(root.path(), &ReadLimits::default()).is_ok());
        let error = HashLists::find(root.path(), &ReadLimits::default()).unwrap_err();
        assert!(error.to_string().contains("a.mhl"), "{error}");
    }
}
