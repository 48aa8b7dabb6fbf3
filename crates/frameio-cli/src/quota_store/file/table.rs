//! File with the records of all buckets, which processes change under a lock.
//!
//! A record has a fixed size and a checksum, and is written at once, so that a process that is killed
//! leaves either the old or the new record, or one that counts as missing. The number of records is
//! limited: a new bucket replaces an idle one.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use frameio_private_file::{open_lock, open_regular, options};

use super::record::{Record, micros};

/// Size of a record.
const SIZE: usize = 128;

/// Maximum number of records, for a file of 64 KiB.
const MAX_RECORDS: usize = 512;

/// Space for the name of the operation, the longest of which is shorter.
const NAME: usize = 56;

/// Time limit for the lock, which a stopped process may hold.
const LOCK_LIMIT: Duration = Duration::from_secs(2);

/// Identity of a bucket.
pub(super) type Key = [u8; 16];

/// File with records.
#[derive(Clone, Debug)]
pub(super) struct Table {
    path: PathBuf,
}

/// Record in use, with the operation that it belongs to.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) operation: String,
    pub(super) record: Record,
}

impl Table {
    /// Creates the table and its directory. Fails if they cannot be written.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let table = Self { path };
        drop(table.lock()?);
        Ok(table)
    }

    /// Changes a record under the lock. `change` gets the stored record, if there is one, and the time.
    /// Blocks for a short time.
    pub(super) fn update<T>(
        &self,
        key: Key,
        operation: &str,
        change: impl FnOnce(Option<Record>, u64) -> (Record, T),
    ) -> io::Result<T> {
        let (_lock, mut file, content) = self.lock()?;
        let now = now();
        let index = position(&content, &key, now);
        let stored = content.get(index).and_then(decode).filter(|it| it.0 == key);
        let (record, result) = change(stored.map(|(_, entry)| entry.record), now);
        file.seek(SeekFrom::Start((index * SIZE) as u64))?;
        file.write_all(&encode(key, operation, &record))?;
        Ok(result)
    }

    /// Returns all buckets that are in use, with the time.
    pub(super) fn entries(&self) -> io::Result<(Vec<Entry>, u64)> {
        let (_lock, _file, content) = self.lock()?;
        let now = now();
        let entries = content.iter().filter_map(decode).map(|(_, entry)| entry);
        Ok((entries.filter(|entry| !entry.record.is_idle(now)).collect(), now))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Locks the file and reads it.
    fn lock(&self) -> io::Result<(File, File, Vec<[u8; SIZE]>)> {
        let lock = open_lock(&self.path)?;
        let mut waited = Duration::ZERO;
        while let Err(error) = lock.try_lock() {
            let error = io::Error::from(error);
            if error.kind() != ErrorKind::WouldBlock {
                return Err(error);
            }
            if waited >= LOCK_LIMIT {
                return Err(io::Error::new(ErrorKind::TimedOut, "another process holds its lock"));
            }
            let pause = (waited / 4).clamp(Duration::from_micros(50), Duration::from_millis(5));
            sleep(pause);
            waited += pause;
        }
        let mut file = open_regular(
            &self.path,
            options().create(true).truncate(false).read(true).write(true),
        )?;
        let mut bytes = Vec::new();
        (&mut file).take((SIZE * MAX_RECORDS) as u64).read_to_end(&mut bytes)?;
        let records = bytes.chunks_exact(SIZE).filter_map(|bytes| bytes.try_into().ok()).collect();
        Ok((lock, file, records))
    }
}

/// Returns the index of the record with a key, or else that of a record to replace.
fn position(content: &[[u8; SIZE]], key: &Key, now: u64) -> usize {
    let records: Vec<_> = content.iter().map(decode).collect();
    let is_own = |it: &Option<(Key, Entry)>| it.as_ref().is_some_and(|(known, _)| known == key);
    let is_unused =
        |it: &Option<(Key, Entry)>| it.as_ref().is_none_or(|(_, it)| it.record.is_idle(now));
    if let Some(own) = records.iter().position(is_own) {
        return own;
    }
    if records.len() < MAX_RECORDS {
        return records.iter().position(Option::is_none).unwrap_or(records.len());
    }
    let earliest = || {
        let levels = records.iter().enumerate();
        levels.min_by_key(|(_, it)| it.as_ref().map(|(_, it)| it.record.level)).map(|it| it.0)
    };
    records.iter().position(is_unused).or_else(earliest).unwrap_or_default()
}

/// Returns the current time in microseconds since 1970.
pub(super) fn now() -> u64 {
    micros(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn encode(key: Key, operation: &str, record: &Record) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    let mut name = operation.as_bytes().to_vec();
    name.resize(NAME, 0);
    let parts: [&[u8]; 10] = [
        &key,
        &name,
        &record.level.to_le_bytes(),
        &record.window.to_le_bytes(),
        &record.pause.to_le_bytes(),
        &record.pause_began.to_le_bytes(),
        &record.used_at.to_le_bytes(),
        &record.calls.to_le_bytes(),
        &record.epoch.to_le_bytes(),
        &record.throttled.to_le_bytes(),
    ];
    let content = parts.concat();
    let (content, end) = (content.as_slice(), SIZE - 4);
    bytes[..end].copy_from_slice(content);
    bytes[end..].copy_from_slice(&checksum(content).to_le_bytes());
    bytes
}

/// Returns the record, unless it is damaged.
fn decode(bytes: &[u8; SIZE]) -> Option<(Key, Entry)> {
    let (content, sum) = bytes.split_last_chunk::<4>()?;
    if u32::from_le_bytes(*sum) != checksum(content) {
        return None;
    }
    let (key, rest) = content.split_first_chunk::<16>()?;
    let (name, mut rest) = rest.split_at_checked(NAME)?;
    let mut long = || {
        let (head, tail) = rest.split_first_chunk::<8>()?;
        rest = tail;
        Some(u64::from_le_bytes(*head))
    };
    let (level, window, pause) = (long()?, long()?, long()?);
    let (pause_began, used_at) = (long()?, long()?);
    let mut short = || {
        let (head, tail) = rest.split_first_chunk::<4>()?;
        rest = tail;
        Some(u32::from_le_bytes(*head))
    };
    let (calls, epoch, throttled) = (short()?, short()?, short()?);
    let operation = String::from_utf8(name.iter().copied().take_while(|it| *it != 0).collect());
    let record = Record { level, calls, window, epoch, pause, pause_began, throttled, used_at };
    record.quota()?;
    Some((*key, Entry { operation: operation.ok()?, record }))
}

/// Returns the FNV-1a hash, which detects torn writes.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use frameio::{Catalog, Quota};

    use super::*;

    fn key(number: usize) -> Key {
        let mut key = [7; 16];
        key[..8].copy_from_slice(&number.to_le_bytes());
        key
    }

    fn take(table: &Table, number: usize) {
        let change = |stored: Option<Record>, now| {
            let mut record = stored.unwrap_or_else(|| Record::new(Quota::per_minute(10), now));
            record.take(now).unwrap();
            (record, ())
        };
        table.update(key(number), "files.show", change).unwrap();
    }

    #[test]
    fn records_survive_and_the_size_is_limited() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/quotas");
        let table = Table::open(path.clone()).unwrap();
        take(&table, 0);
        take(&Table::open(path.clone()).unwrap(), 0);
        let (entries, now) = table.entries().unwrap();
        assert_eq!((entries.len(), entries[0].record.used(now)), (1, 2));
        assert_eq!(entries[0].operation, "files.show");
        for number in 1..MAX_RECORDS + 20 {
            take(&table, number);
        }
        assert_eq!(path.metadata().unwrap().len(), (MAX_RECORDS * SIZE) as u64);
        assert_eq!(table.entries().unwrap().0.len(), MAX_RECORDS);
    }

    #[test]
    fn a_torn_or_foreign_record_counts_as_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("quotas");
        let table = Table::open(path.clone()).unwrap();
        take(&table, 0);
        take(&table, 1);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        assert!(table.entries().unwrap().0.is_empty());
        take(&table, 2);
        assert_eq!(table.entries().unwrap().0.len(), 1);
        std::fs::write(&path, [b'x'; 1000]).unwrap();
        assert!(table.entries().unwrap().0.is_empty());
        take(&table, 3);
        assert_eq!(table.entries().unwrap().0.len(), 1);
    }

    #[test]
    fn the_names_of_all_operations_fit() {
        let longest = frameio::Operation::all().map(|it| it.id.len()).max();
        assert!(longest < Some(NAME), "{longest:?}");
    }
}
