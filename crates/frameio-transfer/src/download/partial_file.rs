//! The partial file of a download and the record to resume it. All functions block.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use frameio_core::model;
use frameio_private_file::{NotRegular, check_regular, is_at, open_regular, rename};

use super::byte_ranges::ByteRanges;
use super::disk::{Disk, allocate};
use super::link::MediaRef;
use super::range_client::Validators;
use crate::digest::Hasher;
use crate::positioned::read_exact_at;
use crate::rename_new::rename_new;
use crate::safe_name::partial_base;
use crate::sync_state::stamp::Stamp;

/// Maximum size of a record.
const MAX_RECORD: u64 = 16 << 20;

/// Number of bytes hashed at a time, small enough not to delay the cancellation of a download.
const HASH_CHUNK: u64 = 64 << 20;

model! {
    /// Content of `NAME.part.json`, which identifies the content but contains no link.
    pub struct ResumeRecord {
        pub version: u32,
        pub account_id: String,
        pub file_id: String,
        pub rendition: String,
        pub validators: Validators,
        /// Synced ranges in order.
        pub finished: Vec<(u64, u64)>,
    }
}

/// A partial file, locked until it is dropped.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    disk: Arc<dyn Disk>,
    path: PathBuf,
    record: PathBuf,
    /// Temporary path of a new record.
    new_record: PathBuf,
    state: Mutex<PartState>,
}

#[derive(Debug, Default)]
struct PartState {
    /// Whether a download was resumed or started.
    is_active: bool,
    validators: Validators,
    finished: ByteRanges,
    /// Whether nothing was written since the last record.
    is_recorded: bool,
    /// Whether a sync has failed. The system then drops the bytes that it could not write and a second
    /// sync succeeds, so no received range can be relied on.
    sync_failed: bool,
    /// Whether nothing was written since a complete sync.
    is_synced: bool,
}

impl PartialFile {
    /// Opens the partial file of a target. Returns `None` if another download uses it.
    ///
    /// The partial file and its record must be missing, or regular files with a single name. A
    /// nonempty file without a record is not a partial download and is not touched.
    pub(crate) fn open(target: &Path, disk: Arc<dyn Disk>) -> io::Result<Option<Self>> {
        let [path, record, new_record] = paths(target);
        let has_record = check_regular(&record).map_err(|error| unusable(&record, error))?;
        check_regular(&new_record).map_err(|error| unusable(&new_record, error))?;
        let mut options = OpenOptions::new();
        let file = match open_regular(&path, options.read(true).write(true).create(true)) {
            Ok(file) => file,
            Err(error) if is_interrupted_finish(&error, &path, target) => {
                remove(&path)?;
                return Ok(None);
            }
            Err(error) => return Err(unusable(&path, error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            // On a file system without locks, the user has to avoid concurrent downloads.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The last owner of the lock may have moved the file to its target.
        if !is_at(&path, &file)? {
            return Ok(None);
        }
        if !has_record && !check_regular(&record)? && file.metadata()?.len() > 0 {
            let message = format!(
                "'{}' is not a partial download, because its '.json' file is missing; move it away",
                path.display()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        // The leftover of a process that was killed while writing a record.
        remove(&new_record)?;
        Ok(Some(Self { file, disk, path, record, new_record, state: Mutex::default() }))
    }

    fn state(&self) -> MutexGuard<'_, PartState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resumes an earlier download of the same content. Returns its validators.
    pub(crate) fn resume(&self, source: &MediaRef) -> Option<Validators> {
        let mut text = Vec::new();
        let file = open_regular(&self.record, OpenOptions::new().read(true)).ok()?;
        file.take(MAX_RECORD).read_to_end(&mut text).ok()?;
        let record: ResumeRecord = serde_json::from_slice(&text).ok()?;
        let size = record.validators.size?;
        let is_same = record.version == 1
            && record.account_id == source.account.as_str()
            && record.file_id == source.file.as_str()
            && record.rendition == source.rendition.as_str()
            && record.validators.can_resume()
            && self.file.metadata().ok()?.len() == size;
        let finished = ByteRanges::new(record.finished, size)?;
        if !is_same {
            return None;
        }
        let validators = record.validators;
        *self.state() = PartState {
            is_active: true,
            validators: validators.clone(),
            finished,
            is_recorded: true,
            ..PartState::default()
        };
        Some(validators)
    }

    /// Restarts the download. Reserves disk space if the size is known and the file system supports
    /// it.
    pub(crate) fn start_new(&self, source: &MediaRef, validators: Validators) -> io::Result<()> {
        self.file.set_len(0)?;
        let size = validators.size;
        *self.state() = PartState { is_active: true, validators, ..PartState::default() };
        // Written before the content, so that a nonempty file always has a record.
        self.write_record(source)?;
        if let Some(size) = size {
            self.file.set_len(size)?;
            if let Err(error) = allocate(&self.file, size) {
                self.file.set_len(0)?;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes received bytes and marks their range as finished.
    pub(crate) fn write(&self, at: u64, chunks: &[Bytes]) -> io::Result<()> {
        let mut end = at;
        for chunk in chunks {
            self.disk.write_all_at(&self.file, chunk, end)?;
            end += chunk.len() as u64;
            let mut state = self.state();
            state.finished.insert(at..end);
            state.is_recorded = false;
            state.is_synced = false;
        }
        Ok(())
    }

    /// Waits until everything written is on the disk.
    fn sync(&self, sync: impl FnOnce(&dyn Disk, &File) -> io::Result<()>) -> io::Result<()> {
        if self.state().sync_failed {
            return Err(io::Error::other("an earlier sync failed"));
        }
        let synced = sync(&*self.disk, &self.file);
        self.state().sync_failed |= synced.is_err();
        synced
    }

    /// Waits until everything written and the metadata are on the disk, unless they are.
    fn sync_all(&self) -> io::Result<()> {
        if !self.state().is_synced {
            self.sync(|disk, file| disk.sync_all(file))?;
            self.state().is_synced = true;
        }
        Ok(())
    }

    /// Returns whether nothing was written since the last record.
    pub(crate) fn is_recorded(&self) -> bool {
        self.state().is_recorded
    }

    /// Fails if another program has moved, removed or replaced the file: its name and its record then
    /// belong to that program, such as a second download after the file was removed.
    fn check_place(&self) -> io::Result<()> {
        match is_at(&self.path, &self.file)? {
            true => Ok(()),
            false => Err(io::Error::other("its '.part' file was moved, removed or replaced")),
        }
    }

    /// Syncs the file, then records the received ranges.
    pub(crate) fn save_record(&self, source: &MediaRef) -> io::Result<()> {
        let finished = {
            let mut state = self.state();
            if state.is_recorded || !state.validators.can_resume() {
                return Ok(());
            }
            state.is_recorded = true;
            state.finished.clone()
        };
        self.sync(|disk, file| disk.sync_data(file))?;
        self.check_place()?;
        self.replace_record(source, &finished, true)
    }

    /// Writes an empty record.
    fn write_record(&self, source: &MediaRef) -> io::Result<()> {
        self.replace_record(source, &ByteRanges::default(), false)
    }

    fn replace_record(
        &self,
        source: &MediaRef,
        finished: &ByteRanges,
        sync: bool,
    ) -> io::Result<()> {
        let record = ResumeRecord {
            version: 1,
            account_id: source.account.as_str().to_owned(),
            file_id: source.file.as_str().to_owned(),
            rendition: source.rendition.as_str().to_owned(),
            validators: self.state().validators.clone(),
            finished: finished.to_vec(),
            extra: Default::default(),
        };
        let mut options = OpenOptions::new();
        let mut file = open_regular(&self.new_record, options.write(true).create(true))?;
        file.set_len(0)?;
        file.write_all(&serde_json::to_vec(&record)?)?;
        if sync {
            file.sync_data()?;
        }
        rename(&self.new_record, &self.record)
    }

    /// Returns the missing ranges of `size` bytes.
    pub(crate) fn missing(&self, size: u64) -> Vec<Range<u64>> {
        self.state().finished.missing(size)
    }

    /// Returns the number of bytes received in this run and earlier ones.
    pub(crate) fn received(&self) -> u64 {
        self.state().finished.total()
    }

    /// Returns the offset of the first missing byte.
    pub(crate) fn frontier(&self) -> u64 {
        self.state().finished.frontier()
    }

    /// Hashes a limited number of received bytes from `from` on. Returns the end offset.
    pub(crate) fn hash(&self, hasher: &mut Hasher, from: u64, to: u64) -> io::Result<u64> {
        let to = to.min(from.saturating_add(HASH_CHUNK));
        let mut buffer = vec![0; 256 << 10];
        let mut at = from;
        while at < to {
            let wanted = usize::try_from(to - at).unwrap_or(usize::MAX).min(buffer.len());
            let Some(buffer) = buffer.get_mut(..wanted) else { break };
            read_exact_at(&self.file, buffer, at)?;
            hasher.update(buffer);
            at += wanted as u64;
        }
        Ok(at)
    }

    /// Moves the synced file to the target.
    ///
    /// # Errors
    ///
    /// Fails with `AlreadyExists` if the target exists and `replace` is false.
    pub(crate) fn finish(&self, target: &Path, replace: bool) -> io::Result<()> {
        self.sync_all()?;
        self.check_place()?;
        if replace {
            rename(&self.path, target)?;
        } else {
            rename_new(&self.path, target)?;
        }
        sync_folder(target);
        remove(&self.record)
    }

    /// Keeps a download that can be resumed, and removes any other.
    pub(crate) fn leave(&self, source: &MediaRef) -> io::Result<()> {
        if self.file.metadata()?.len() == 0 {
            return self.discard();
        }
        let (is_active, can_resume) = {
            let state = self.state();
            (state.is_active, state.validators.can_resume())
        };
        match (is_active, can_resume) {
            (true, true) => self.save_record(source),
            (true, false) => self.discard(),
            // The download failed before it was known whether the content is unchanged.
            (false, _) => Ok(()),
        }
    }

    /// Sets the modification time of the complete file.
    pub(crate) fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        self.state().is_synced = false;
        self.file.set_modified(time)
    }

    /// Syncs the file and returns its stamp, which a move to the target does not change.
    pub(crate) fn stamp(&self) -> io::Result<Stamp> {
        // Windows updates the time when the file is synced or closed.
        self.sync_all()?;
        Ok(Stamp::of(&self.file.metadata()?))
    }

    /// Removes the partial file and its record.
    pub(crate) fn discard(&self) -> io::Result<()> {
        self.check_place()?;
        remove(&self.path)?;
        remove(&self.record)
    }
}

/// Returns the paths of the partial file of a target, its record, and a new record.
fn paths(target: &Path) -> [PathBuf; 3] {
    let base = partial_base(target);
    [".part", ".part.json", ".part.json.new"].map(|ending| {
        let mut path = OsString::from(&base);
        path.push(ending);
        path.into()
    })
}

/// Removes the record of a run that was killed after it had moved its partial file to the target.
pub(crate) fn remove_leftover(target: &Path) {
    let [part, record, _] = paths(target);
    let is_missing = |path: &Path| {
        std::fs::symlink_metadata(path).is_err_and(|it| it.kind() == io::ErrorKind::NotFound)
    };
    if is_missing(&record) || !is_missing(&part) {
        return;
    }
    let mut text = Vec::new();
    let file = open_regular(&record, OpenOptions::new().read(true));
    let read = file.and_then(|file| file.take(MAX_RECORD).read_to_end(&mut text));
    // Another file may have the name.
    if read.is_ok() && serde_json::from_slice::<ResumeRecord>(&text).is_ok() {
        let _ = remove(&record);
    }
}

/// Adds the path and a remedy to the error of a file that cannot be used.
fn unusable(path: &Path, error: io::Error) -> io::Error {
    let is_irregular = error.get_ref().is_some_and(|inner| inner.is::<NotRegular>());
    let advice = if is_irregular { "; move it away" } else { "" };
    let message = format!("'{}' is {error}{advice}", path.display());
    match is_irregular {
        true => io::Error::new(error.kind(), message),
        false => error,
    }
}

/// Returns whether a process ended after linking the partial file to its target and before unlinking
/// it.
fn is_interrupted_finish(error: &io::Error, path: &Path, target: &Path) -> bool {
    let kind = error.get_ref().and_then(|inner| inner.downcast_ref::<NotRegular>());
    matches!(kind, Some(NotRegular::HardLinks(2)))
        && File::open(path).is_ok_and(|file| is_at(target, &file).unwrap_or(false))
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Syncs the directory of a rename, if the system supports it.
fn sync_folder(target: &Path) {
    if let Ok(folder) = File::open(frameio_private_file::parent(target)) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::super::disk::SystemDisk;
    use super::*;

    fn open(target: &Path) -> io::Result<Option<PartialFile>> {
        PartialFile::open(target, Arc::new(SystemDisk))
    }

    fn source() -> MediaRef {
        let account = frameio_core::AccountId::from("a");
        MediaRef { account, file: "f".into(), rendition: crate::Rendition::Original }
    }

    #[cfg(unix)]
    #[test]
    fn completes_an_interrupted_move_to_the_target() {
        let dir = tempfile::tempdir().unwrap();
        let (target, part) = (dir.path().join("a.mov"), dir.path().join("a.mov.part"));
        std::fs::write(&part, "whole").unwrap();
        std::fs::hard_link(&part, &target).unwrap();
        assert!(open(&target).unwrap().is_none());
        assert!(!part.exists());
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "whole");
    }

    #[test]
    fn leaves_a_file_that_another_program_has_put_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let (target, part) = (dir.path().join("a.mov"), dir.path().join("a.mov.part"));
        let record = dir.path().join("a.mov.part.json");
        let partial = open(&target).unwrap().unwrap();
        let etag = Some("e".into());
        let validators = Validators { size: Some(3), etag, ..Validators::default() };
        partial.start_new(&source(), validators).unwrap();
        partial.write(0, &[Bytes::from_static(b"new")]).unwrap();
        let before = std::fs::read(&record).unwrap();
        std::fs::remove_file(&part).unwrap();
        std::fs::write(&part, "theirs").unwrap();
        let failed = [partial.leave(&source()), partial.finish(&target, true), partial.discard()];
        for error in failed.map(Result::unwrap_err) {
            assert!(error.to_string().contains("was moved, removed or replaced"), "{error}");
        }
        assert_eq!(std::fs::read_to_string(&part).unwrap(), "theirs");
        assert_eq!((std::fs::read(&record).unwrap(), target.exists()), (before, false));
    }

    #[test]
    fn removes_the_record_of_a_file_that_was_moved_to_its_target() {
        let dir = tempfile::tempdir().unwrap();
        let (target, record) = (dir.path().join("a.mov"), dir.path().join("a.mov.part.json"));
        let partial = open(&target).unwrap().unwrap();
        partial.start_new(&source(), Validators::default()).unwrap();
        remove_leftover(&target);
        assert!(record.exists(), "the download is not complete");
        std::fs::rename(dir.path().join("a.mov.part"), &target).unwrap();
        remove_leftover(&target);
        assert!(!record.exists());
        std::fs::write(&record, "{}").unwrap();
        remove_leftover(&target);
        assert!(record.exists(), "it is no record");
    }

    #[test]
    fn refuses_a_file_without_a_record() {
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("notes.part");
        std::fs::write(&part, "precious").unwrap();
        let error = open(&dir.path().join("notes")).unwrap_err().to_string();
        assert!(error.contains("notes.part' is not a partial download"), "{error}");
        assert_eq!(std::fs::read_to_string(&part).unwrap(), "precious");
    }

    #[test]
    fn shortens_the_name_of_the_partial_file_of_a_long_name() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("x".repeat(250) + ".mov");
        drop(open(&target).unwrap().unwrap());
    }
}
