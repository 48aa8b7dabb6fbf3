//! Assignment of local names to the items of a folder.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use frameio_private_file::NotRegular;

use super::siblings::Siblings;
use crate::safe_name::folded;
use crate::sync_state::{TRASH, normalized};
use crate::versions::pattern::split;
use crate::{SafeNames, safe_name};

/// A local directory and its names.
#[derive(Debug, Default)]
pub(super) struct LocalFolder {
    pub(super) path: PathBuf,
    /// Whether the directory cannot be created or read.
    pub(super) is_broken: bool,
    safe: SafeNames,
    /// Names in the directory when it was read, by their NFC form.
    existing: HashMap<String, Vec<String>>,
    /// Existing directories.
    directories: HashSet<String>,
    /// Existing regular files.
    files: HashSet<String>,
    /// Names assigned to items in this run.
    given: HashSet<String>,
    /// The same, folded, if the file system ignores case.
    given_in_any_case: Option<HashSet<String>>,
    /// These names without their extensions, folded.
    stems: HashSet<String>,
    /// Folded names of renditions, to which an extension is added when it is known.
    renditions: HashSet<String>,
    /// Items of the remote folder, when they are needed first.
    pub(super) siblings: Option<Siblings>,
}

impl LocalFolder {
    /// Reads a directory. A missing directory counts as empty.
    pub(super) fn read(path: PathBuf) -> io::Result<Self> {
        let (mut files, mut directories) = (HashSet::new(), HashSet::new());
        let mut names = HashSet::new();
        match std::fs::read_dir(&path) {
            Ok(entries) => {
                for entry in entries {
                    let entry = entry?;
                    // Names that are not UTF-8 cannot match an item.
                    let Ok(name) = entry.file_name().into_string() else { continue };
                    match entry.file_type() {
                        Ok(kind) if kind.is_dir() => drop(directories.insert(name.clone())),
                        Ok(kind) if kind.is_file() => drop(files.insert(name.clone())),
                        _ => {}
                    }
                    names.insert(name);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let ignores_case = ignores_case(&path, &names);
        let given_in_any_case = ignores_case.then(HashSet::new);
        Ok(Self { path, given_in_any_case, files, directories, ..Self::of(names) })
    }

    fn of(names: HashSet<String>) -> Self {
        let mut existing: HashMap<String, Vec<String>> = HashMap::new();
        for name in &names {
            // The file of a partial download and the trash are not the items of these names.
            if !is_partial(name, &names) && name != TRASH {
                existing.entry(normalized(name)).or_default().push(name.clone());
            }
        }
        Self { existing, ..Self::default() }
    }

    /// Creates the folder of a directory that cannot be created or read.
    pub(super) fn broken(path: PathBuf) -> Self {
        Self { path, is_broken: true, ..Self::default() }
    }

    /// Returns the path of an item with this name and id.
    ///
    /// An existing file with the exact name of the item, or with the only name that is equal after
    /// Unicode normalization, is used for the item even if the name is not [safe](SafeNames),
    /// because it was probably uploaded from here. Each name is assigned once.
    pub(super) fn item(&mut self, name: &str, id: &str) -> PathBuf {
        let mut safe = self.safe.name(name, id);
        let existing = self.existing_name(name);
        let mut given = existing.unwrap_or_else(|| safe.clone());
        if self.renditions.contains(&folded(split(&given).0)) {
            // A rendition may have this name when its extension is known.
            if self.renditions.contains(&folded(split(&safe).0)) {
                safe = self.safe.name(name, id);
            }
            given = safe;
        }
        let path = self.path.join(&given);
        self.stems.insert(folded(split(&given).0));
        self.give(given);
        path
    }

    /// Returns the path of a rendition of an item without its extension. With any extension, it differs
    /// from the paths of all other items.
    pub(super) fn rendition(&mut self, name: &str, id: &str) -> PathBuf {
        let mut name_on_disk = self.safe.name(name, id);
        if self.stems.contains(&folded(&name_on_disk)) {
            name_on_disk = self.safe.name(name, id);
        }
        self.renditions.insert(folded(&name_on_disk));
        self.path.join(name_on_disk)
    }

    /// Returns the path of an item that keeps its local name of earlier runs.
    pub(super) fn keep(&mut self, given: String) -> PathBuf {
        let path = self.path.join(&given);
        self.safe.keep(&given);
        self.stems.insert(folded(split(&given).0));
        self.give(given);
        path
    }

    /// Returns the path of an item that keeps its local name of earlier runs, if there is one.
    pub(super) fn keep_or_item(
        &mut self,
        kept: Option<String>,
        (name, id): (&str, &str),
    ) -> PathBuf {
        match kept {
            Some(kept) => self.keep(kept),
            None => self.item(name, id),
        }
    }

    /// Returns whether an item has the name, or one that only differs in case, so that another item gets a
    /// changed one.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.safe.is_taken(name)
    }

    /// Keeps the name of an item from being assigned to one whose name is changed.
    pub(super) fn reserve(&mut self, name: &str) {
        self.safe.reserve(name);
    }

    /// Returns the names in the directory when it was read.
    pub(super) fn existing_names(&self) -> impl Iterator<Item = &String> {
        self.existing.values().flatten()
    }

    /// Returns whether a directory has a name.
    pub(super) fn has_directory(&self, name: &str) -> bool {
        self.directories.contains(name)
    }

    /// Returns whether an existing name is that of a file, and the item is a folder, or the reverse.
    pub(super) fn is_other_kind(&self, name: &str, is_folder: bool) -> bool {
        if is_folder { self.files.contains(name) } else { self.directories.contains(name) }
    }

    fn give(&mut self, name: String) {
        if let Some(given) = &mut self.given_in_any_case {
            given.insert(folded(&name));
        }
        self.given.insert(name);
    }

    /// Returns whether an existing file was assigned to an item, perhaps under another spelling.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.given.contains(name)
            || self.given_in_any_case.as_ref().is_some_and(|given| given.contains(&folded(name)))
    }

    /// Returns the path of an item if the existing file with its name belongs to another item.
    pub(super) fn other_item(&mut self, name: &str, id: &str) -> PathBuf {
        let mut given = self.safe.name(name, id);
        if folded(&given) == folded(&safe_name(name)) {
            given = self.safe.name(name, id);
        }
        let path = self.path.join(&given);
        self.stems.insert(folded(split(&given).0));
        self.give(given);
        path
    }

    /// Returns the name of an existing file that is used for an item with this name.
    pub(super) fn existing_name(&self, name: &str) -> Option<String> {
        let alike = self.existing.get(&normalized(name))?;
        let mut free = alike.iter().filter(|alike| !self.is_given(alike));
        if let Some(exact) = free.clone().find(|alike| *alike == name) {
            return Some(exact.clone());
        }
        free.next().filter(|_| free.next().is_none()).cloned()
    }
}

/// Returns whether the file system of a directory ignores case, as those of macOS and Windows usually do.
/// Blocks.
fn ignores_case(directory: &Path, names: &HashSet<String>) -> bool {
    let swapped = names.iter().find_map(|name| {
        let (upper, lower) = (name.to_uppercase(), name.to_lowercase());
        let other = if *name == upper { lower } else { upper };
        (!names.contains(&other)).then_some(other)
    });
    swapped.is_some_and(|other| std::fs::symlink_metadata(directory.join(other)).is_ok())
}

/// Returns whether a name belongs to a partial download or its record.
fn is_partial(name: &str, names: &HashSet<String>) -> bool {
    let content = name.strip_suffix(".json").unwrap_or(name);
    content.ends_with(".part")
        && names.contains(content)
        && names.contains(&format!("{content}.json"))
}

/// Creates a directory if it is missing. Refuses a symbolic link.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check_directory(path),
        result => result,
    }
}

/// Verifies that a path is missing or a directory, and not a symbolic link to one.
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
    fn keeps_an_existing_exact_name() {
        let long = "x".repeat(236) + ".mov";
        for name in ["Scene 4: take?.mov", "end.", "con", "a|b.txt", "notes.part", &long] {
            assert_eq!(named(&mut folder(&[name]), name, "1"), name);
            assert_ne!(named(&mut folder(&[]), name, "1"), name);
        }
    }

    #[test]
    fn keeps_existing_names_that_differ_in_case() {
        let mut both = folder(&["clip.mov", "Clip.mov"]);
        assert_eq!(named(&mut both, "Clip.mov", "1"), "Clip.mov");
        assert_eq!(named(&mut both, "clip.mov", "2"), "clip.mov");
    }

    #[test]
    fn one_file_is_not_assigned_twice_where_case_is_ignored() {
        let mut folder = folder(&["clip.mov"]);
        folder.given_in_any_case = Some(HashSet::new());
        assert_eq!(named(&mut folder, "Clip.mov", "1"), "Clip.mov");
        let other = named(&mut folder, "clip.mov", "2");
        assert!(other.starts_with("clip~"), "{other}");
    }

    #[test]
    fn recognizes_a_file_system_that_ignores_case() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("Clip.mov"), "x").unwrap();
        let ignores = std::fs::exists(directory.path().join("cLIP.MOV")).unwrap();
        let folder = LocalFolder::read(directory.path().to_owned()).unwrap();
        assert_eq!(folder.given_in_any_case.is_some(), ignores);
        assert_eq!(ignores, cfg!(any(windows, target_os = "macos")));
    }

    #[test]
    fn finds_a_name_in_another_normalization_unless_it_is_ambiguous() {
        let (nfc, nfd) = ("Gr\u{f6}\u{df}e.mov", "Gro\u{308}\u{df}e.mov");
        assert_eq!(named(&mut folder(&[nfc]), nfd, "1"), nfc);
        let mut both = folder(&[nfc, nfd]);
        assert_eq!(named(&mut both, nfd, "1"), nfd);
        assert_eq!(named(&mut both, nfc, "2"), nfc);
    }

    #[test]
    fn assigns_each_name_once() {
        let (mut existing, mut missing) = (folder(&["a.mov"]), folder(&[]));
        for id in ["1", "2"] {
            let given = named(&mut existing, "a.mov", id);
            assert_eq!(given, named(&mut missing, "a.mov", id));
            assert_eq!(given == "a.mov", id == "1", "{given}");
        }
    }

    #[test]
    fn a_rendition_differs_from_all_items_with_any_extension() {
        let item = ("A.mov.efficient.MP4", "1");
        let rendition = ("a.mov.efficient", "2");
        for (existing, is_first) in
            [(vec![], false), (vec![], true), (vec!["A.mov.efficient.MP4"], true)]
        {
            let mut folder = folder(&existing);
            let name = |path: PathBuf| path.into_os_string().into_string().unwrap().to_lowercase();
            let derived = is_first.then(|| name(folder.rendition(rendition.0, rendition.1)));
            let given = name(folder.item(item.0, item.1));
            let derived =
                derived.unwrap_or_else(|| name(folder.rendition(rendition.0, rendition.1)));
            assert_ne!(given, format!("{derived}.mp4"), "{existing:?}");
            assert_eq!(derived == rendition.0, is_first, "{derived}");
            assert_eq!(given == item.0.to_lowercase(), !is_first, "{given}");
        }
    }

    #[test]
    fn ignores_files_of_partial_downloads() {
        let mut partial = folder(&["a.mov.part", "a.mov.part.json"]);
        assert_eq!(named(&mut partial, "a.mov.part", "1"), "a.mov.part_");
        assert_eq!(named(&mut folder(&["a.mov.part"]), "a.mov.part", "1"), "a.mov.part");
    }

    #[test]
    fn an_item_does_not_get_the_name_of_the_trash() {
        assert_eq!(named(&mut folder(&[TRASH]), TRASH, "1"), ".frameio-trash_");
    }

    #[test]
    fn changes_names_that_lead_out_of_the_directory() {
        for name in ["..", ".", "a/b", "../x"] {
            let given = named(&mut folder(&["x", "b"]), name, "1");
            assert!(!given.contains('/') && given != ".." && given != ".", "{given}");
        }
    }
}
