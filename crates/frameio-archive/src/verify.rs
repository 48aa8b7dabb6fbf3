//! Verification of an archive.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::FileId;
use frameio_mhl::{DIRECTORY, History, Verdict};
use futures_util::stream::{self, StreamExt};
use serde::de::DeserializeOwned;
use walkdir::WalkDir;

use crate::complete::{REQUIRED, history, is_complete};
use crate::directory::Directory;
use crate::error::ArchiveError;
use crate::layout::{
    COMMENTS, FIELDS, FILES, FieldsFile, ITEMS, Item, MEMBERS, MembersFile, PROJECT, ProjectFile,
    SHARES, STATE, SUMMARY, SavedComments, SavedFile, SharesFile, SummaryFile,
};
use crate::lines::Lines;
use crate::tasks::blocking;

/// Number of files that are read at the same time.
const READERS: usize = 4;

/// Names that systems add to directories, which are not reported.
const OF_SYSTEMS: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// Result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Number of files that equal the hash list.
    pub files: u64,
    /// Differences, by path.
    pub findings: Vec<Finding>,
}

/// A difference between an archive and its hash list or its layout.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Kind of the difference.
    pub kind: FindingKind,
    /// Path in the archive.
    pub path: String,
    /// Description of the difference.
    pub reason: String,
}

/// Kind of a [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// The archive has no hash list, because no run has completed it.
    Incomplete,
    /// A file is missing.
    Missing,
    /// The size or checksum of a file differs.
    Changed,
    /// The content of a file does not follow its format.
    Damaged,
    /// A file does not belong to the archive.
    Extra,
}

impl FindingKind {
    /// Returns the name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Damaged => "damaged",
            Self::Extra => "extra",
        }
    }
}

impl Verified {
    /// Returns whether the archive is complete and undamaged. Extra files do no harm.
    pub fn is_intact(&self) -> bool {
        self.findings.iter().all(|finding| finding.kind == FindingKind::Extra)
    }
}

pub(crate) async fn run(root: PathBuf) -> Result<Verified, ArchiveError> {
    let opened = blocking(move || {
        let (directory, _) = Directory::open(&root)?;
        let mut findings = Vec::new();
        let history = match is_complete(&directory)? {
            true => history(&directory).map_err(|error| error.to_string()),
            false => Err(String::new()),
        };
        match &history {
            Ok(_) => {}
            Err(reason) if reason.is_empty() => {
                let reason = "no run has completed the archive";
                findings.push(finding(FindingKind::Incomplete, DIRECTORY, reason));
            }
            Err(reason) => findings.push(finding(FindingKind::Damaged, DIRECTORY, reason)),
        }
        Ok((Arc::new(directory), history.ok().map(Arc::new), findings))
    });
    let (directory, history, mut findings) = opened.await?;
    let mut verified = Verified::default();
    if let Some(history) = history.clone() {
        let (equal, differences) = contents(&directory, history).await?;
        verified.files = equal;
        findings.extend(differences);
    }
    let rest = blocking(move || {
        let history = history.as_deref();
        let mut findings = Layout { directory: &directory, history, findings: Vec::new() }.check();
        findings.extend(extra(&directory, history));
        Ok(findings)
    });
    findings.extend(rest.await?);
    findings.sort_by(|a, b| (&a.path, a.kind as u8).cmp(&(&b.path, b.kind as u8)));
    // A file that the list names and the layout requires is missing once.
    findings.dedup_by(|a, b| a.kind == b.kind && a.path == b.path);
    verified.findings = findings;
    Ok(verified)
}

fn finding(kind: FindingKind, path: &str, reason: impl Into<String>) -> Finding {
    Finding { kind, path: path.to_owned(), reason: reason.into() }
}

/// Compares the files of the hash list. Returns the number of equal ones.
async fn contents(
    directory: &Arc<Directory>,
    history: Arc<History>,
) -> Result<(u64, Vec<Finding>), ArchiveError> {
    let paths: Vec<String> = history.paths().map(str::to_owned).collect();
    let checks = stream::iter(paths).map(|path| {
        let (directory, history) = (directory.clone(), history.clone());
        blocking(move || Ok(content(&directory, &history, &path)))
    });
    let mut checks = checks.buffer_unordered(READERS);
    let (mut equal, mut findings) = (0, Vec::new());
    while let Some(found) = checks.next().await.transpose()? {
        match found {
            None => equal += 1,
            Some(found) => findings.push(found),
        }
    }
    Ok((equal, findings))
}

fn content(directory: &Directory, history: &History, path: &str) -> Option<Finding> {
    let expected = history.expected(path)?;
    let local = directory.at(path);
    match std::fs::symlink_metadata(&local) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Some(finding(FindingKind::Changed, path, "it is not a regular file")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Some(finding(FindingKind::Missing, path, "the file is missing"));
        }
        Err(error) => {
            let reason = ArchiveError::disk(&local, error).to_string();
            return Some(finding(FindingKind::Changed, path, reason));
        }
    }
    match expected.check(&local) {
        Ok(Verdict::Match) => None,
        Ok(verdict) => Some(finding(FindingKind::Changed, path, verdict.to_string())),
        Err(error) => {
            let reason = ArchiveError::disk(&local, error).to_string();
            Some(finding(FindingKind::Changed, path, reason))
        }
    }
}

/// Checks the JSON files and what they refer to.
struct Layout<'a> {
    directory: &'a Directory,
    history: Option<&'a History>,
    findings: Vec<Finding>,
}

impl Layout<'_> {
    fn check(mut self) -> Vec<Finding> {
        for path in REQUIRED {
            if self.history.is_some_and(|history| history.expected(path).is_none()) {
                self.damaged(DIRECTORY, &format!("the hash list does not name '{path}'"));
            }
        }
        self.json::<ProjectFile>(PROJECT);
        self.json::<FieldsFile>(FIELDS);
        self.json::<MembersFile>(MEMBERS);
        self.json::<SharesFile>(SHARES);
        self.json::<SummaryFile>(SUMMARY);
        let mut ids: HashSet<FileId> = HashSet::new();
        self.lines::<Item>(ITEMS, |_, item| {
            ids.extend(item.files().map(|(file, _)| file.id.clone()));
        });
        self.lines::<SavedFile>(FILES, |this, saved| {
            if !ids.contains(&saved.file_id) {
                let id = saved.file_id.as_str();
                this.damaged(FILES, &format!("the file {id} is not in '{ITEMS}'"));
            }
            if this.history.is_some_and(|history| history.expected(&saved.path).is_none()) {
                this.damaged(DIRECTORY, &format!("the hash list does not name '{}'", saved.path));
            }
        });
        self.lines::<SavedComments>(COMMENTS, |this, of_file| {
            if !ids.contains(&of_file.file_id) {
                let id = of_file.file_id.as_str();
                this.damaged(COMMENTS, &format!("the file {id} is not in '{ITEMS}'"));
            }
        });
        self.findings
    }

    fn damaged(&mut self, path: &str, reason: &str) {
        self.findings.push(finding(FindingKind::Damaged, path, reason));
    }

    /// Returns whether a file exists. Notes a missing one, unless the archive is incomplete.
    fn exists(&mut self, path: &str) -> bool {
        let exists = self.directory.at(path).exists();
        if !exists && self.history.is_some() {
            self.findings.push(finding(FindingKind::Missing, path, "the file is missing"));
        }
        exists
    }

    fn json<T: DeserializeOwned>(&mut self, path: &str) {
        if self.exists(path)
            && let Err(error) = self.directory.read_json::<T>(path)
        {
            self.damaged(path, &error.to_string());
        }
    }

    fn lines<T: DeserializeOwned>(&mut self, path: &str, mut each: impl FnMut(&mut Self, T)) {
        if !self.exists(path) {
            return;
        }
        let lines = match Lines::<T>::open(&self.directory.at(path)) {
            Ok(lines) => lines,
            Err(error) => return self.damaged(path, &error.to_string()),
        };
        for line in lines {
            match line {
                Ok(line) => each(self, line),
                // One line is enough to know that the file is damaged.
                Err(error) => return self.damaged(path, &error.to_string()),
            }
        }
    }
}

/// Finds files that do not belong to the archive.
fn extra(directory: &Directory, history: Option<&History>) -> Vec<Finding> {
    let Some(history) = history else { return Vec::new() };
    let mut findings = Vec::new();
    let is_outside = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_str();
        entry.depth() == 1 && name.is_some_and(|name| [STATE, DIRECTORY].contains(&name))
    };
    let entries = WalkDir::new(directory.root()).min_depth(1).into_iter();
    for entry in entries.filter_entry(|entry| !is_outside(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(directory.root()).display().to_string();
                findings.push(finding(FindingKind::Damaged, &path, error.to_string()));
                continue;
            }
        };
        let name = entry.file_name().to_string_lossy();
        if entry.file_type().is_dir() || OF_SYSTEMS.contains(&&*name) || name.starts_with("._") {
            continue;
        }
        let below = entry.path().strip_prefix(directory.root()).unwrap_or(entry.path());
        let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
        let path = names.join("/");
        if history.expected(&path).is_none() {
            findings.push(finding(FindingKind::Extra, &path, "the file is not in the hash list"));
        }
    }
    findings
}
