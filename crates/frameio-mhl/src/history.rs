//! A history: the directory `ascmhl` with its lists and the chain file.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::chain::{self, Link};
use crate::error::{MhlError, MhlErrorKind};
use crate::expected::Expected;
use crate::hash::{HashFormat, HashValue};
use crate::list::{Action, HashList, Process};
use crate::path::{of_local, refusal};
use crate::write::Page;
use crate::xml::{ReadLimits, read_file};
use crate::{DIRECTORY, c4, directory_lock};

/// Files that a generation leaves out: those of the operating system, and histories.
const IGNORED: [&str; 5] = [".DS_Store", "ascmhl", "ascmhl/", "._*", "Thumbs.db"];

/// The hash lists of a root: all generations in order.
///
/// [`open`](Self::open) verifies the chain file. A list that is not in the chain does not count.
#[derive(Clone, Debug)]
pub struct History {
    directory: PathBuf,
    limits: ReadLimits,
    /// Name of the root, for the names of new lists.
    root_name: String,
    chain: Vec<Link>,
    files: HashMap<String, Expected>,
    ignore: Vec<String>,
}

/// A file for a new generation.
#[derive(Clone, Debug)]
pub struct HashedFile {
    path: String,
    size: u64,
    modified: Option<Timestamp>,
    hash: HashValue,
    hashed: Timestamp,
    verified: Vec<HashValue>,
    previous_path: Option<String>,
}

/// A generation that is not written yet.
#[derive(Debug)]
pub struct Generation {
    history: History,
    process: Process,
    files: Vec<(HashedFile, Action)>,
    /// Lists of the histories in inner directories: their paths relative to the root, and checksums.
    references: Vec<(String, HashValue)>,
}

impl History {
    /// Opens the history of a root, in its directory [`ascmhl`](crate::DIRECTORY). A missing
    /// directory is a history without generations. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be read, or a list is missing or differs from the chain file.
    pub fn open(root: &Path, limits: &ReadLimits) -> Result<Self, MhlError> {
        let root_name = root_name(root);
        let mut this = Self {
            directory: root.join(DIRECTORY),
            limits: limits.clone(),
            root_name: root_name.unwrap_or_else(|| "root".to_owned()),
            chain: Vec::new(),
            files: HashMap::new(),
            ignore: Vec::new(),
        };
        this.load()?;
        Ok(this)
    }

    /// Returns whether a directory has a history of its own.
    pub fn exists(root: &Path) -> bool {
        root.join(DIRECTORY).join(chain::FILE).is_file()
    }

    /// Names the root in the names of new lists. Default: the name of its directory.
    ///
    /// Use it for a history that is stored outside of the root that it describes.
    #[must_use]
    pub fn with_root_name(mut self, name: impl Into<String>) -> Self {
        self.root_name = name.into();
        self
    }

    fn load(&mut self) -> Result<(), MhlError> {
        let path = self.directory.join(chain::FILE);
        match path.try_exists() {
            Ok(true) => {}
            Ok(false) => return self.check_empty(),
            Err(error) => return Err(MhlError::io(&path, error)),
        }
        let bytes = read_file(&path, &self.limits)?;
        self.chain = chain::parse(&bytes, &self.limits).map_err(|error| error.in_file(&path))?;
        for link in self.chain.clone() {
            let path = self.directory.join(&link.file);
            let bytes = read_file(&path, &self.limits)?;
            if link.hash.format().hash(&bytes) != link.hash {
                let reason = "its checksum differs from the one in the chain file";
                return Err(MhlError::new(MhlErrorKind::Modified, reason).in_file(&path));
            }
            let list =
                HashList::parse(&bytes, &self.limits).map_err(|error| error.in_file(&path))?;
            for file in &list.files {
                let before = file.previous_path.as_deref().and_then(|path| self.files.remove(path));
                let none = || Expected { size: None, hashes: Vec::new() };
                let known = self.files.entry(file.path.clone());
                known.or_insert_with(|| before.unwrap_or_else(none)).add(file);
            }
            if !list.ignore.is_empty() {
                self.ignore = list.ignore;
            }
        }
        // A file whose verifications all failed is not known.
        self.files.retain(|_, expected| !expected.hashes.is_empty());
        Ok(())
    }

    /// Fails if there are lists without a chain file.
    fn check_empty(&self) -> Result<(), MhlError> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(MhlError::io(&self.directory, error)),
        };
        let mut names = entries.flatten().map(|entry| entry.file_name());
        if names.any(|name| is_list(&name.to_string_lossy())) {
            let reason = format!("it has lists, but no '{}'", chain::FILE);
            return Err(MhlError::new(MhlErrorKind::Modified, reason).in_file(&self.directory));
        }
        Ok(())
    }

    /// Returns whether the history has no generations.
    pub fn is_empty(&self) -> bool {
        self.chain.is_empty()
    }

    /// Returns the number of generations.
    pub fn generations(&self) -> usize {
        self.chain.len()
    }

    /// Returns the first checksum of each format that the history has of a file.
    pub fn expected(&self, path: &str) -> Option<&Expected> {
        self.files.get(path)
    }

    /// Returns the paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub(crate) fn into_files(self) -> impl Iterator<Item = (String, Expected)> {
        self.files.into_iter()
    }

    /// Begins the next generation.
    pub fn next_generation(self, process: Process) -> Generation {
        Generation { history: self, process, files: Vec::new(), references: Vec::new() }
    }

    /// Returns the number of the next list. Lists that are not in the chain, such as those of an
    /// interrupted program, keep their numbers.
    fn next_number(&self) -> Result<u64, MhlError> {
        let mut last = self.chain.last().map_or(0, |link| link.number);
        let entries = fs::read_dir(&self.directory);
        for entry in entries.map_err(|error| MhlError::io(&self.directory, error))? {
            let entry = entry.map_err(|error| MhlError::io(&self.directory, error))?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let digits = name.split('_').next().unwrap_or_default();
            if let Some(number) = digits.parse().ok().filter(|_| is_list(&name)) {
                last = last.max(number);
            }
        }
        Ok(last.saturating_add(1))
    }
}

/// Returns the name of a directory, which may not exist yet.
fn root_name(root: &Path) -> Option<String> {
    let path = fs::canonicalize(root).or_else(|_| std::path::absolute(root)).ok()?;
    Some(path.file_name()?.to_str()?.to_owned())
}

fn is_list(name: &str) -> bool {
    name.ends_with(".mhl") && name.starts_with(|c: char| c.is_ascii_digit())
}

impl HashedFile {
    /// Creates a file with its path relative to the root, with `/`, its size and its checksum.
    pub fn new(path: impl Into<String>, size: u64, hash: HashValue) -> Self {
        let hashed = Timestamp::now();
        let (verified, previous_path) = (Vec::new(), None);
        Self { path: path.into(), size, modified: None, hash, hashed, verified, previous_path }
    }

    /// Creates a file from its local path below `root`. Returns `None` if it is not below the root or a
    /// name is not UTF-8.
    pub fn below(root: &Path, path: &Path, size: u64, hash: HashValue) -> Option<Self> {
        let path = of_local(path.strip_prefix(root).ok()?)?;
        Some(Self::new(path, size, hash))
    }

    /// Returns the path relative to the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Sets the modification time.
    #[must_use]
    pub fn modified(mut self, modified: Option<Timestamp>) -> Self {
        self.modified = modified;
        self
    }

    /// Sets the path that the file has in the history, from which it was renamed.
    #[must_use]
    pub fn renamed_from(mut self, path: impl Into<String>) -> Self {
        self.previous_path = Some(path.into());
        self
    }

    /// Adds checksums of other formats, computed because the history has the file only in these.
    #[must_use]
    pub fn verified(mut self, hashes: impl IntoIterator<Item = HashValue>) -> Self {
        self.verified.extend(hashes);
        self
    }
}

impl Generation {
    /// Returns the history that the generation continues.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// Returns whether neither a file nor a reference was added.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.references.is_empty()
    }

    /// Refers to a new list of a history in an inner directory, which has the files of that directory.
    /// Reads the list. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the list cannot be read or is not below the root.
    pub fn refer_to(&mut self, root: &Path, list: &Path) -> Result<(), MhlError> {
        let path = list.strip_prefix(root).ok().and_then(of_local).ok_or_else(|| {
            MhlError::new(MhlErrorKind::Path, "it is not below the root").in_file(list)
        })?;
        let bytes = read_file(list, &self.history.limits)?;
        let hash = HashValue::parse(HashFormat::C4, &c4::of(&bytes));
        let hash = hash.map_err(|reason| MhlError::new(MhlErrorKind::Syntax, reason))?;
        self.references.push((path, hash));
        Ok(())
    }

    /// Adds a file, and compares it with the first checksum of the same format in the history. A renamed
    /// file is compared with the checksum of its previous path.
    ///
    /// # Errors
    ///
    /// Fails if the path cannot be written.
    pub fn add(&mut self, file: HashedFile) -> Result<Action, MhlError> {
        for path in std::iter::once(&file.path).chain(&file.previous_path) {
            if let Some(reason) = refusal(path) {
                let reason = format!("{reason}: {path:?}");
                return Err(MhlError::new(MhlErrorKind::Path, reason));
            }
        }
        let known = file.previous_path.as_ref().unwrap_or(&file.path);
        let action = match self.history.expected(known) {
            None => Action::Original,
            Some(expected) => {
                let mut hashes = std::iter::once(&file.hash).chain(&file.verified);
                let differs = |hash: &HashValue| {
                    expected.of_format(hash.format()).is_some_and(|known| !known.matches(hash))
                };
                match (hashes.any(differs), &file.previous_path) {
                    (true, _) => Action::Failed,
                    (false, None) => Action::Verified,
                    // As the official tool, which looks for an original checksum of the new path.
                    (false, Some(_)) => Action::Original,
                }
            }
        };
        self.files.push((file, action));
        Ok(action)
    }

    /// Writes the list and adds it to the chain file. Returns the path of the list. Blocks.
    ///
    /// The list is synced before the chain file refers to it, and the chain file is replaced
    /// atomically. If another program added a generation since the history was opened, this one
    /// follows it.
    ///
    /// # Errors
    ///
    /// Fails if the directory cannot be written, or another program adds a generation right now.
    pub fn write(mut self, tool: &str, version: &str) -> Result<PathBuf, MhlError> {
        let directory = self.history.directory.clone();
        let failed = |error| MhlError::io(&directory, error);
        fs::create_dir_all(&directory).map_err(failed)?;
        let _lock = directory_lock::lock(&directory)?;
        // Another program may have added a generation.
        let mut current =
            History { chain: Vec::new(), files: HashMap::new(), ..self.history.clone() };
        current.load()?;
        self.history = current;
        let number = self.history.next_number()?;
        let now = Timestamp::now();
        let name = self.file_name(number, now);
        let text = self.format(now, tool, version);
        let path = directory.join(&name);
        write_new(&path, text.as_bytes()).map_err(|error| MhlError::io(&path, error))?;
        let hash = HashValue::parse(HashFormat::C4, &c4::of(text.as_bytes()));
        let hash = hash.map_err(|reason| MhlError::new(MhlErrorKind::Syntax, reason))?;
        self.history.chain.push(Link { number, file: name, hash });
        let chain = chain::format(&self.history.chain);
        let temporary = directory.join(format!(".{}.new", chain::FILE));
        drop(fs::remove_file(&temporary));
        let replaced = write_new(&temporary, chain.as_bytes())
            .and_then(|()| fs::rename(&temporary, directory.join(chain::FILE)));
        replaced.map_err(failed)?;
        sync_directory(&directory);
        Ok(path)
    }

    /// Returns the name of the list, such as `0001_A001_2026-11-29_025924Z.mhl`.
    fn file_name(&self, number: u64, now: Timestamp) -> String {
        let time = now.strftime("%Y-%m-%d_%H%M%SZ");
        let is_plain = |c: &char| !c.is_control() && !r#"/\:*?"<>|"#.contains(*c);
        let root: String = self.history.root_name.chars().filter(is_plain).take(80).collect();
        format!("{number:04}_{root}_{time}.mhl")
    }

    fn format(&self, now: Timestamp, tool: &str, version: &str) -> String {
        let attributes = [("version", "2.0"), ("xmlns", "urn:ASC:MHL:v2.0")];
        let mut page = Page::new("hashlist", &attributes);
        page.open("creatorinfo", &[]);
        page.leaf("creationdate", &[], &seconds(now));
        page.leaf("hostname", &[], &host_name());
        page.leaf("tool", &[("version", version)], tool);
        page.close("creatorinfo");
        page.open("processinfo", &[]);
        page.leaf("process", &[], self.process.name());
        page.open("ignore", &[]);
        let known = self.history.ignore.iter().map(String::as_str);
        let missing =
            IGNORED.into_iter().filter(|name| !self.history.ignore.iter().any(|at| at == name));
        known.chain(missing).for_each(|pattern| page.leaf("pattern", &[], pattern));
        page.close("ignore");
        page.close("processinfo");
        page.open("hashes", &[]);
        let mut files: Vec<_> = self.files.iter().collect();
        files.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        for (file, action) in files {
            self.file(&mut page, file, *action);
        }
        page.close("hashes");
        if !self.references.is_empty() {
            page.open("references", &[]);
            for (path, hash) in &self.references {
                page.open("hashlistreference", &[]);
                page.leaf("path", &[], path);
                page.leaf(hash.format().name(), &[], hash.as_str());
                page.close("hashlistreference");
            }
            page.close("references");
        }
        page.finish("hashlist")
    }

    fn file(&self, page: &mut Page, file: &HashedFile, action: Action) {
        page.open("hash", &[]);
        let size = file.size.to_string();
        let modified = file.modified.map(seconds).unwrap_or_default();
        let mut attributes = vec![("size", &*size)];
        if !modified.is_empty() {
            attributes.push(("lastmodificationdate", &modified));
        }
        page.leaf("path", &attributes, &file.path);
        let date = file.hashed.to_string();
        let mut hashes: Vec<_> = std::iter::once(&file.hash).chain(&file.verified).collect();
        hashes.sort_by_key(|hash| hash.format());
        for hash in hashes {
            let attributes = [("action", action.name()), ("hashdate", &date)];
            page.leaf(hash.format().name(), &attributes, hash.as_str());
        }
        if let Some(path) = &file.previous_path {
            page.leaf("previousPath", &[], path);
        }
        page.close("hash");
    }
}

/// Formats a time with seconds.
fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

fn host_name() -> String {
    let name = ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let name = name.or_else(|| fs::read_to_string("/proc/sys/kernel/hostname").ok());
    let name = name.unwrap_or_default();
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(255).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

/// Writes and syncs a file that does not exist.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Syncs a directory, where the system supports it.
fn sync_directory(directory: &Path) {
    if let Ok(directory) = File::open(directory) {
        drop(directory.sync_all());
    }
}

#[cfg(test)]
mod tests;
