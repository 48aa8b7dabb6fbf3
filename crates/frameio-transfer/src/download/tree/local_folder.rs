//! A directory that receives a folder: which name each item gets in it.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use frameio_private_file::NotRegular;
use unicode_normalization::UnicodeNormalization;

use crate::SafeNames;

/// A directory and the names in it.
#[derive(Debug, Default)]
pub(super) struct LocalFolder {
    pub(super) path: PathBuf,
    /// Nothing can be written there.
    pub(super) is_broken: bool,
    safe: SafeNames,
    /// Names that existed when the directory was read, by their NFC form.
    existing: HashMap<String, Vec<String>>,
    /// Names that items were given in this run.
    given: HashSet<String>,
}

impl LocalFolder {
    /// Reads a directory; a missing one has no names.
    pub(super) fn read(path: PathBuf) -> io::Result<Self> {
        let mut names = HashSet::new();
        match std::fs::read_dir(&path) {
            Ok(entries) => {
                for entry in entries {
                    // No item has a name that is not UTF-8.
                    names.extend(entry?.file_name().into_string());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(Self { path, ..Self::of(names) })
    }

    fn of(names: HashSet<String>) -> Self {
        let mut existing: HashMap<String, Vec<String>> = HashMap::new();
        for name in &names {
            // A partial download has a record, and is not the file of that name.
            if !is_partial(name, &names) {
                existing.entry(normalized(name)).or_default().push(name.clone());
            }
        }
        Self { existing, ..Self::default() }
    }

    /// A directory that cannot be created or read.
    pub(super) fn broken(path: PathBuf) -> Self {
        Self { path, is_broken: true, ..Self::default() }
    }

    /// Returns the path of an item with this name and id.
    ///
    /// A file that exists under the item's exact name, or under the only name that looks the same,
    /// is taken for the item although the name would be [changed](SafeNames) otherwise: it was
    /// uploaded from here. Each name is given once.
    pub(super) fn item(&mut self, name: &str, id: &str) -> PathBuf {
        let safe = self.safe.name(name, id);
        let name = self.existing_name(name).unwrap_or(safe);
        let path = self.path.join(&name);
        self.given.insert(name);
        path
    }

    /// Returns the path of something that is derived from an item.
    pub(super) fn derived(&mut self, name: &str, id: &str) -> PathBuf {
        self.path.join(self.safe.name(name, id))
    }

    fn existing_name(&self, name: &str) -> Option<String> {
        let alike = self.existing.get(&normalized(name))?;
        let mut free = alike.iter().filter(|alike| !self.given.contains(*alike));
        if let Some(exact) = free.clone().find(|alike| *alike == name) {
            return Some(exact.clone());
        }
        free.next().filter(|_| free.next().is_none()).cloned()
    }
}

/// Whether a name is one of a partial download or its record.
fn is_partial(name: &str, names: &HashSet<String>) -> bool {
    let content = name.strip_suffix(".json").unwrap_or(name);
    content.ends_with(".part")
        && names.contains(content)
        && names.contains(&format!("{content}.json"))
}

/// The form of a name that macOS and other systems agree on.
fn normalized(name: &str) -> String {
    name.nfc().collect()
}

/// Creates a directory, unless it exists; a symbolic link to one is refused.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check_directory(path),
        result => result,
    }
}

/// Verifies that a path is a directory and not a symbolic link to one, or missing.
pub(super) fn check_directory(path: &Path) -> io::Result<()> {
    let metadata = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    match NotRegular::of(&metadata) {
        Some(NotRegular::Directory) => Ok(()),
        Some(NotRegular::SymbolicLink) => Err(not_a_directory("a symbolic link")),
        _ => Err(not_a_directory("not a directory")),
    }
}

fn not_a_directory(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotADirectory, format!("it is {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> LocalFolder {
        LocalFolder::of(names.iter().map(|name| (*name).to_owned()).collect())
    }

    fn named(folder: &mut LocalFolder, name: &str, id: &str) -> String {
        folder.item(name, id).into_os_string().into_string().unwrap()
    }

    #[test]
    fn an_existing_exact_name_is_not_changed() {
        let long = "x".repeat(236) + ".mov";
        for name in ["Scene 4: take?.mov", "end.", "con", "a|b.txt", "notes.part", &long] {
            assert_eq!(named(&mut folder(&[name]), name, "1"), name);
            assert_ne!(named(&mut folder(&[]), name, "1"), name);
        }
    }

    #[test]
    fn existing_case_twins_keep_their_names() {
        let mut both = folder(&["clip.mov", "Clip.mov"]);
        assert_eq!(named(&mut both, "Clip.mov", "1"), "Clip.mov");
        assert_eq!(named(&mut both, "clip.mov", "2"), "clip.mov");
    }

    #[test]
    fn a_name_in_another_normalization_is_found_unless_it_is_ambiguous() {
        let (nfc, nfd) = ("Gr\u{f6}\u{df}e.mov", "Gro\u{308}\u{df}e.mov");
        assert_eq!(named(&mut folder(&[nfc]), nfd, "1"), nfc);
        let mut both = folder(&[nfc, nfd]);
        assert_eq!(named(&mut both, nfd, "1"), nfd);
        assert_eq!(named(&mut both, nfc, "2"), nfc);
    }

    #[test]
    fn a_name_is_given_once() {
        let (mut existing, mut missing) = (folder(&["a.mov"]), folder(&[]));
        for id in ["1", "2"] {
            let given = named(&mut existing, "a.mov", id);
            assert_eq!(given, named(&mut missing, "a.mov", id));
            assert_eq!(given == "a.mov", id == "1", "{given}");
        }
    }

    #[test]
    fn a_partial_download_is_not_the_file_of_its_name() {
        let mut partial = folder(&["a.mov.part", "a.mov.part.json"]);
        assert_eq!(named(&mut partial, "a.mov.part", "1"), "a.mov.part_");
        assert_eq!(named(&mut folder(&["a.mov.part"]), "a.mov.part", "1"), "a.mov.part");
    }

    #[test]
    fn names_that_lead_elsewhere_are_changed_whatever_exists() {
        for name in ["..", ".", "a/b", "../x"] {
            let given = named(&mut folder(&["x", "b"]), name, "1");
            assert!(!given.contains('/') && given != ".." && given != ".", "{given}");
        }
    }
}
