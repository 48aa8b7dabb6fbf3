//! The generations that a run adds to the histories of its directories.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use frameio::transfer::{Checksum, Item, Outcome};
use frameio_mhl::{
    Action, DIRECTORY, Generation, HashFormat, HashValue, HashedFile, History, MhlError, Process,
    ReadLimits,
};

use super::reading::read_file;
use super::roots::{Located, Roots};
use crate::exit::{Failure, Status, io_reason};
use crate::report::{Phase, TransferReport};

/// Collects the checksums of a run, and writes them as the next generation of each history.
pub(super) struct Histories {
    roots: Roots,
    process: Process,
    /// Directory of the only history, if it is not in its root.
    directory: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By root; `None` if the history cannot be used.
    open: BTreeMap<PathBuf, Option<Open>>,
    /// Whether directories below the roots have histories.
    inner: HashMap<PathBuf, bool>,
    /// Files that have to be read.
    unread: Vec<Unread>,
    problems: Vec<Problem>,
    /// New versions, which differ from the history on purpose.
    new_versions: Vec<Problem>,
}

struct Open {
    generation: Generation,
    added: HashSet<String>,
}

/// A file that is read before it is added.
struct Unread {
    local: PathBuf,
    located: Located,
    /// Checksum of the transferred bytes.
    transferred: Option<HashValue>,
    /// Whether it is a new version, which differs from the history on purpose.
    is_version: bool,
    /// Path that the file has in the history.
    previous: Option<String>,
}

/// A file or history that is not as it should be.
pub(super) struct Problem {
    pub(super) local: PathBuf,
    pub(super) reason: String,
}

impl Histories {
    /// Opens the histories of the known roots.
    ///
    /// # Errors
    ///
    /// Fails if a history was modified, or its directory cannot be written.
    pub(super) fn open(
        roots: Roots,
        process: Process,
        directory: Option<&Path>,
    ) -> Result<Self, Failure> {
        let known = roots.known();
        if let (Some(_), [_, other, ..]) = (directory, &*known) {
            let reason = format!("it has one history, but '{}' is another root", other.0.display());
            let directory = directory.unwrap_or(Path::new("")).display();
            return Err(Failure::value("--mhl-dir", directory, reason));
        }
        let directory = directory.map(Path::to_owned);
        let this = Self { roots, process, directory, state: Mutex::default() };
        for (root, _) in known {
            let open = this.generation(&root).map_err(|error| failure(&error))?;
            this.state().open.insert(root.clone(), Some(open));
            match &this.directory {
                Some(directory) => check_writable(directory, "another directory in")?,
                None => check_writable(&root, "a directory on another disk with")?,
            }
        }
        Ok(this)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn generation(&self, root: &Path) -> Result<Open, MhlError> {
        let directory = self.directory.as_deref().unwrap_or(root);
        let mut history = History::open(directory, &ReadLimits::default())?;
        let name = fs::canonicalize(root).or_else(|_| std::path::absolute(root)).ok();
        if let Some(name) = name.as_deref().and_then(Path::file_name).and_then(|name| name.to_str())
        {
            history = history.with_root_name(name);
        }
        let generation = history.next_generation(self.process);
        Ok(Open { generation, added: HashSet::new() })
    }

    /// Adds a transferred file, and notes an existing file that the history lacks.
    pub(super) fn note(&self, item: &Item) {
        let transferred = match &item.outcome {
            Outcome::Transferred { digest, .. } => digest.as_ref().zip(item.size),
            Outcome::Skipped | Outcome::Moved { .. } => None,
            _ => return,
        };
        let Some(located) = self.roots.locate(&item.local) else { return };
        let state = &mut *self.state();
        let previous = previous_path(item);
        let whole = located.path.clone();
        let located = self.innermost(state, located);
        // The path in an inner history is relative to its directory.
        let above = whole.len().saturating_sub(located.path.len());
        let previous =
            previous.and_then(|path| Some(path.strip_prefix(whole.get(..above)?)?.to_owned()));
        let Some(open) = self.open_root(state, &located.root) else { return };
        let history = open.generation.history();
        let previous = previous.filter(|path| history.expected(path).is_some());
        let expected = history.expected(&located.path);
        // Whether the history has the file, and whether in XXH64.
        let known = expected.map(|known| known.of_format(HashFormat::Xxh64).is_some());
        let local = item.local.clone();
        let sent = transferred.filter(|(digest, _)| digest.checksum() == Checksum::Xxh64).and_then(
            |(digest, size)| {
                Some((HashValue::parse(HashFormat::Xxh64, digest.as_str()).ok()?, size))
            },
        );
        let is_version = item.stacked.is_some() || item.is_version;
        // A version that a run without a hash list has sent.
        let unlisted = || {
            let recorded = item.recorded.as_ref().filter(|_| is_version)?;
            let hash = HashValue::parse(HashFormat::Xxh64, recorded.as_str()).ok()?;
            let known = expected?.of_format(HashFormat::Xxh64)?;
            (!known.matches(&hash)).then_some(hash)
        };
        let unlisted = unlisted().zip(item.size);
        match (sent, known) {
            (None, Some(_)) => {
                if let Some((hash, size)) = unlisted {
                    state.add((&local, true), (&located, None), size, vec![hash]);
                }
            }
            (None, None) => {
                let transferred = None;
                state.unread.push(Unread { local, located, transferred, is_version, previous });
            }
            (Some((hash, _)), Some(false)) => {
                let transferred = Some(hash);
                let previous = None;
                state.unread.push(Unread { local, located, transferred, is_version, previous });
            }
            (Some((hash, size)), _) => {
                state.add((&local, is_version), (&located, None), size, vec![hash]);
            }
        }
    }

    /// Returns the position of a file in the innermost history above it. Opens the histories above that
    /// one, whose next generations refer to it.
    fn innermost(&self, state: &mut State, located: Located) -> Located {
        if self.directory.is_some() {
            return located;
        }
        let mut innermost = None;
        for (at, _) in located.path.match_indices('/') {
            let (above, below) = located.path.split_at(at);
            let root = located.root.join(above);
            let is_history =
                *state.inner.entry(root.clone()).or_insert_with_key(|root| History::exists(root));
            if is_history {
                self.open_root(
                    state,
                    &innermost.map_or(located.root.clone(), |it: Located| it.root),
                );
                let path = below.trim_start_matches('/').to_owned();
                innermost = Some(Located { root, path });
            }
        }
        innermost.unwrap_or(located)
    }

    /// Returns the generation of a root, which a download opens when it has the first file of it.
    fn open_root<'a>(&self, state: &'a mut State, root: &Path) -> Option<&'a Open> {
        if !state.open.contains_key(root) {
            let open = match self.generation(root) {
                Ok(open) => Some(open),
                Err(error) => {
                    let reason = format!("no hash list is written: {error}");
                    state.problems.push(Problem { local: root.to_owned(), reason });
                    None
                }
            };
            state.open.insert(root.to_owned(), open);
        }
        state.open.get(root)?.as_ref()
    }

    /// Reads the files that the histories lack, and those that they have in other formats only.
    pub(super) async fn read(&self, report: &Arc<TransferReport>) {
        let paths: Vec<_> = self.state().unread.iter().map(|file| file.local.clone()).collect();
        let sizes = paths.iter().filter_map(|path| fs::metadata(path).ok()).map(|it| it.len());
        report.plan_reading(Phase::Hashing, sizes.sum());
        loop {
            let Some(unread) = self.state().unread.pop() else { return };
            let Unread { local, located, transferred, is_version, previous } = unread;
            let formats = self.formats(&located.root, previous.as_ref().unwrap_or(&located.path));
            let progress = Some((report.clone(), Phase::Hashing));
            let hash = move |_, file| HashFormat::hash_all(&formats, file);
            let hashed = read_file(local.clone(), progress, hash).await;
            let state = &mut *self.state();
            match hashed {
                Ok((size, hashes)) => match transferred {
                    Some(sent) if !hashes.contains(&sent) => {
                        let reason =
                            "not in the hash list: it has changed since its transfer".to_owned();
                        state.problems.push(Problem { local, reason });
                    }
                    _ => state.add((&local, is_version), (&located, previous), size, hashes),
                },
                Err(error) => {
                    let reason =
                        format!("not in the hash list: cannot read it: {}", io_reason(&error));
                    state.problems.push(Problem { local, reason });
                }
            }
        }
    }

    /// Returns XXH64 and the formats in which the history has a file.
    fn formats(&self, root: &Path, path: &str) -> Vec<HashFormat> {
        let mut formats = vec![HashFormat::Xxh64];
        let state = self.state();
        let open = state.open.get(root).and_then(Option::as_ref);
        let expected = open.and_then(|it| it.generation.history().expected(path));
        let known = expected.into_iter().flat_map(|it| &it.hashes).map(|hash| hash.format());
        formats.extend(known.filter(|format| *format != HashFormat::Xxh64));
        formats
    }

    /// Writes the generations that have files. Blocks. Returns the paths of the lists, problems, and new
    /// versions that differ from the histories.
    pub(super) fn write(&self) -> (Vec<PathBuf>, Vec<Problem>, Vec<Problem>) {
        let State { open, mut problems, new_versions, .. } = std::mem::take(&mut *self.state());
        let mut lists = Vec::new();
        // Lists of inner histories, to which those above refer. They follow their parents in the map.
        let mut inner: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (root, open) in open.into_iter().rev() {
            let Some(mut generation) = open.map(|it| it.generation) else { continue };
            let mut problem = |error: MhlError| {
                problems.push(Problem { local: root.clone(), reason: error.to_string() })
            };
            if self.directory.is_none() {
                let (below, others) = inner.into_iter().partition(|(it, _)| it.starts_with(&root));
                inner = others;
                for (_, list) in below {
                    generation.refer_to(&root, &list).unwrap_or_else(&mut problem);
                }
            }
            if generation.is_empty() {
                continue;
            }
            match generation.write("frameio", env!("CARGO_PKG_VERSION")) {
                Ok(list) => {
                    inner.push((root, list.clone()));
                    lists.push(list);
                }
                Err(error) => problem(error),
            }
        }
        lists.reverse();
        (lists, problems, new_versions)
    }
}

impl State {
    /// Adds a file with its checksums, of which the first is XXH64.
    fn add(
        &mut self,
        (local, is_version): (&Path, bool),
        (located, previous): (&Located, Option<String>),
        size: u64,
        hashes: Vec<HashValue>,
    ) {
        let Some(Some(open)) = self.open.get_mut(&located.root) else { return };
        if !open.added.insert(located.path.clone()) {
            return;
        }
        let known = previous.as_ref().unwrap_or(&located.path);
        let expected = open.generation.history().expected(known);
        let verdict = expected.map(|expected| expected.compare(&hashes).to_string());
        let mut hashes = hashes.into_iter();
        let Some(hash) = hashes.next() else { return };
        let metadata = fs::metadata(local).ok().filter(|metadata| metadata.len() == size);
        let modified = metadata.and_then(|it| it.modified().ok()).and_then(|it| it.try_into().ok());
        let file = HashedFile::new(&*located.path, size, hash).verified(hashes).modified(modified);
        let file = match previous {
            Some(previous) => file.renamed_from(previous),
            None => file,
        };
        let (reason, is_problem) = match open.generation.add(file) {
            Ok(Action::Failed) => (verdict.unwrap_or_default(), !is_version),
            Ok(_) => return,
            Err(error) => (error.to_string(), true),
        };
        let problem = Problem { local: local.to_owned(), reason };
        match is_problem {
            true => self.problems.push(problem),
            false => self.new_versions.push(problem),
        }
    }
}

/// Returns the path that a renamed file had, relative to the root.
fn previous_path(item: &Item) -> Option<String> {
    match &item.outcome {
        Outcome::Moved { from } => Some(from.names().join("/")),
        _ => None,
    }
}

pub(super) fn failure(error: &MhlError) -> Failure {
    Failure::new(Status::Other, error.to_string())
}

/// Verifies that a history can be written, before anything is transferred.
fn check_writable(directory: &Path, remedy: &str) -> Result<(), Failure> {
    let lists = directory.join(DIRECTORY);
    let existing = if lists.is_dir() { &lists } else { directory };
    if !existing.exists() {
        // It is created with its parents.
        return Ok(());
    }
    tempfile::tempfile_in(existing).map(drop).map_err(|error| {
        let (lists, reason) = (lists.display(), io_reason(&error));
        Failure::usage(format!("cannot write '{lists}': {reason}; pass {remedy} '--mhl-dir'"))
    })
}
