//! The file that is being received, and the note of what it has already. All here blocks.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use frameio_core::model;

use super::digest::Hasher;
use super::link::MediaRef;
use super::range_client::Validators;

/// The most that is read of a note.
const LONGEST_NOTE: u64 = 16 << 20;

/// How much is hashed at a time: short enough to be waited for when a download is dropped.
const HASHED: u64 = 64 << 20;

model! {
    /// What `NAME.part.json` holds: enough to know the content again, and no link.
    pub struct ResumeRecord {
        pub version: u32,
        pub account_id: String,
        pub file_id: String,
        pub rendition: String,
        pub validators: Validators,
        /// Where bytes are that are on the disk, in order.
        pub finished: Vec<(u64, u64)>,
    }
}

/// A partial file, locked for as long as this lives.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    path: PathBuf,
    note: PathBuf,
    /// Where a note is written before it replaces the last one.
    new: PathBuf,
    state: Mutex<PartState>,
    /// Where the disk is full.
    #[cfg(test)]
    pub(crate) full_at: std::sync::atomic::AtomicU64,
}

#[derive(Debug, Default)]
struct PartState {
    validators: Validators,
    finished: Ranges,
    is_noted: bool,
}

impl PartialFile {
    /// Opens the partial file of a target; `None` where another download has it.
    pub(crate) fn open(target: &Path) -> io::Result<Option<Self>> {
        let with = |ending: &str| {
            let mut path = OsString::from(target);
            path.push(ending);
            PathBuf::from(path)
        };
        let (path, note, new) = (with(".part"), with(".part.json"), with(".part.json.new"));
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A file system without locks: who uses one has to see to it.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Whoever had the lock may have moved the file to its target.
        if !is_at(&file, &path) {
            return Ok(None);
        }
        // Of a process that was killed while it wrote a note.
        remove(&new)?;
        Ok(Some(Self {
            file,
            path,
            note,
            new,
            state: Mutex::default(),
            #[cfg(test)]
            full_at: std::sync::atomic::AtomicU64::new(u64::MAX),
        }))
    }

    fn state(&self) -> MutexGuard<'_, PartState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up what an earlier download of the same left; what it had validators, if anything.
    pub(crate) fn resume(&self, source: &MediaRef) -> Option<Validators> {
        let mut text = Vec::new();
        File::open(&self.note).ok()?.take(LONGEST_NOTE).read_to_end(&mut text).ok()?;
        let note: ResumeRecord = serde_json::from_slice(&text).ok()?;
        let size = note.validators.size?;
        let is_same = note.version == 1
            && note.account_id == source.account.as_str()
            && note.file_id == source.file.as_str()
            && note.rendition == source.rendition.as_str()
            && note.validators.is_telling()
            && self.file.metadata().ok()?.len() == size;
        let finished = Ranges::new(note.finished, size)?;
        if !is_same {
            return None;
        }
        *self.state() = PartState { validators: note.validators.clone(), finished, is_noted: true };
        Some(note.validators)
    }

    /// Begins anew, with room for all where the size is known and the file system can tell.
    pub(crate) fn start_new(&self, validators: Validators) -> io::Result<()> {
        remove(&self.note)?;
        self.file.set_len(0)?;
        if let Some(size) = validators.size {
            self.file.set_len(size)?;
            if let Err(error) = allocate(&self.file, size) {
                self.file.set_len(0)?;
                return Err(error);
            }
        }
        *self.state() = PartState { validators, ..PartState::default() };
        Ok(())
    }

    /// Writes what came, and remembers that it state.
    pub(crate) fn write(&self, at: u64, chunks: &[Bytes]) -> io::Result<()> {
        let mut end = at;
        for chunk in chunks {
            #[cfg(test)]
            if end + chunk.len() as u64 > self.full_at.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            write_all_at(&self.file, chunk, end)?;
            end += chunk.len() as u64;
            let mut state = self.state();
            state.finished.insert(at..end);
            state.is_noted = false;
        }
        Ok(())
    }

    /// Whether something has been written since the last note.
    pub(crate) fn is_noted(&self) -> bool {
        self.state().is_noted
    }

    /// Notes what is on the disk; it is brought there before.
    pub(crate) fn note(&self, source: &MediaRef) -> io::Result<()> {
        let note = {
            let mut state = self.state();
            if state.is_noted || !state.validators.is_telling() {
                return Ok(());
            }
            state.is_noted = true;
            ResumeRecord {
                version: 1,
                account_id: source.account.as_str().to_owned(),
                file_id: source.file.as_str().to_owned(),
                rendition: source.rendition.as_str().to_owned(),
                validators: state.validators.clone(),
                finished: state.finished.0.clone(),
                extra: Default::default(),
            }
        };
        self.file.sync_data()?;
        let mut file = File::create(&self.new)?;
        file.write_all(&serde_json::to_vec(&note)?)?;
        file.sync_data()?;
        std::fs::rename(&self.new, &self.note)
    }

    /// What is still missing of so many bytes.
    pub(crate) fn missing(&self, size: u64) -> Vec<Range<u64>> {
        self.state().finished.missing(size)
    }

    /// How many bytes there are.
    pub(crate) fn received(&self) -> u64 {
        self.state().finished.0.iter().map(|(start, end)| end - start).sum()
    }

    /// Up to where nothing is missing.
    pub(crate) fn frontier(&self) -> u64 {
        self.state().finished.0.first().filter(|first| first.0 == 0).map_or(0, |first| first.1)
    }

    /// Hashes from `from` on what is there, but not too much; gives where it ended.
    pub(crate) fn hash(&self, hasher: &mut Hasher, from: u64, to: u64) -> io::Result<u64> {
        let to = to.min(from + HASHED);
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

    /// Makes the file the target, all of it on the disk.
    pub(crate) fn finish(&self, target: &Path, replace: bool) -> io::Result<()> {
        self.file.sync_all()?;
        if replace {
            std::fs::rename(&self.path, target)?;
        } else {
            match std::fs::hard_link(&self.path, target) {
                Ok(()) => std::fs::remove_file(&self.path)?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
                // A file system without links.
                Err(_) => std::fs::rename(&self.path, target)?,
            }
        }
        sync_folder(target);
        remove(&self.note)
    }

    /// Notes what there is for the next time, or leaves nothing behind where there is nothing.
    pub(crate) fn leave(&self, source: &MediaRef) -> io::Result<()> {
        if self.file.metadata()?.len() == 0 {
            return self.discard();
        }
        self.note(source)
    }

    /// Removes the partial file.
    pub(crate) fn discard(&self) -> io::Result<()> {
        remove(&self.note)?;
        remove(&self.path)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Where a folder cannot be brought to the disk by itself, the file system sees to it.
fn sync_folder(target: &Path) {
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Ok(folder) = File::open(parent.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let ids = |metadata: io::Result<std::fs::Metadata>| {
        metadata.ok().map(|metadata| (metadata.dev(), metadata.ino()))
    };
    ids(file.metadata()) == ids(std::fs::symlink_metadata(path))
}

/// What is open cannot be moved away.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Takes the room on the disk at once, so that a full one is told before anything is received.
#[cfg(any(target_os = "android", target_os = "linux"))]
fn allocate(file: &File, size: u64) -> io::Result<()> {
    use rustix::fs::FallocateFlags;
    use rustix::io::Errno;
    if size == 0 {
        return Ok(());
    }
    match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, size) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error.into()),
        // Not every file system can.
        _ => Ok(()),
    }
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn allocate(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, at)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => {
                bytes = bytes.get(written..).unwrap_or_default();
                at += written as u64;
            }
        }
    }
    Ok(())
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = bytes.get_mut(read..).unwrap_or_default();
                at += read as u64;
            }
        }
    }
    Ok(())
}

/// Ranges of bytes, in order, none empty, none touching another.
#[derive(Debug, Default, PartialEq)]
struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// `None` where they are not such ranges within `size`.
    fn new(ranges: Vec<(u64, u64)>, size: u64) -> Option<Self> {
        let mut least = 0;
        for (n, (start, end)) in ranges.iter().enumerate() {
            if start >= end || *end > size || (n > 0 && *start <= least) {
                return None;
            }
            least = *end;
        }
        Some(Self(ranges))
    }

    fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let from = self.0.partition_point(|(_, end)| *end < range.start);
        let to = self.0.partition_point(|(start, _)| *start <= range.end);
        let touched = self.0.get(from..to).unwrap_or_default();
        let start = touched.first().map_or(range.start, |first| first.0.min(range.start));
        let end = touched.last().map_or(range.end, |last| last.1.max(range.end));
        self.0.splice(from..to, [(start, end)]);
    }

    fn missing(&self, size: u64) -> Vec<Range<u64>> {
        let mut at = 0;
        let mut missing = Vec::new();
        for (start, end) in self.0.iter().copied().chain([(size, size)]) {
            if at < start {
                missing.push(at..start);
            }
            at = end;
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_are_what_a_set_of_bytes_would_be(inserted in vec((0_u64..60, 0_u64..12), 0..12)) {
            let mut ranges = Ranges::default();
            let mut bytes = [false; 80];
            for (start, length) in inserted {
                ranges.insert(start..start + length);
                bytes[start as usize..(start + length) as usize].fill(true);
            }
            let missing = ranges.missing(80);
            for (at, has) in bytes.iter().enumerate() {
                let at = at as u64;
                prop_assert_eq!(*has, ranges.0.iter().any(|(start, end)| (*start..*end).contains(&at)));
                prop_assert_eq!(!has, missing.iter().any(|range| range.contains(&at)));
            }
            let copy = Ranges::new(ranges.0.clone(), 80);
            prop_assert_eq!(copy, Some(ranges), "in order and apart");
        }
    }

    #[test]
    fn a_note_that_cannot_be_is_none() {
        for wrong in [vec![(3, 3)], vec![(0, 9)], vec![(4, 5), (0, 1)], vec![(0, 2), (2, 4)]] {
            assert_eq!(Ranges::new(wrong.clone(), 8), None, "{wrong:?}");
        }
    }
}
