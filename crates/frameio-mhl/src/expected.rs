//! Comparison of files with the checksums of a list.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::hash::{HashFormat, HashValue};
use crate::list::{Action, FileEntry, HashEntry};

/// Checksums that a list or history has of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expected {
    /// Size in bytes.
    pub size: Option<u64>,
    /// The first checksum of each format, and checksums of legacy lists that contradict it.
    pub hashes: Vec<HashEntry>,
}

/// Result of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Every checksum of a supported format is equal.
    Match,
    /// The size differs.
    Size {
        /// Size in the list.
        expected: u64,
        /// Size of the file.
        found: u64,
    },
    /// A checksum differs.
    Hash {
        /// Checksum in the list.
        expected: HashValue,
        /// Checksum of the file.
        found: HashValue,
    },
    /// The list has no checksum of a supported format.
    Unsupported,
}

impl Verdict {
    /// Returns whether the file equals the one of the list.
    pub const fn is_match(&self) -> bool {
        matches!(self, Self::Match)
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Match => f.write_str("it equals the hash list"),
            Self::Size { expected, found } => {
                write!(f, "it has {found} bytes, but the hash list has {expected}")
            }
            Self::Hash { expected, found } => {
                let format = expected.format();
                write!(f, "its {format} is {found}, but the hash list has {expected}")
            }
            Self::Unsupported => f.write_str("the hash list has no checksum that can be verified"),
        }
    }
}

impl Expected {
    /// Returns the checksums of an entry of a list.
    pub fn of(entry: &FileEntry) -> Self {
        let mut this = Self { size: None, hashes: Vec::new() };
        this.add(entry);
        this
    }

    /// Adds the checksums of formats that are not known yet. Failed verifications do not count. Legacy lists
    /// have no order, so a checksum that contradicts a known one is added too, and no file equals both.
    pub(crate) fn add(&mut self, entry: &FileEntry) {
        for hash in &entry.hashes {
            let mut known = self.hashes.iter().filter(|known| known.format() == hash.format());
            let is_known = match hash.action {
                None => known.any(|it| it.matches(&hash.value) || hash.matches(&it.value)),
                Some(Action::Failed) => true,
                Some(Action::Original | Action::Verified) => known.next().is_some(),
            };
            if is_known {
                continue;
            }
            if self.hashes.is_empty() {
                self.size = entry.size;
            }
            self.hashes.push(hash.clone());
        }
    }

    /// Returns the checksum of a format.
    pub fn of_format(&self, format: HashFormat) -> Option<&HashEntry> {
        self.hashes.iter().find(|hash| hash.format() == format)
    }

    /// Reads a file once and compares its size and all checksums. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub fn check(&self, path: &Path) -> io::Result<Verdict> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        self.check_reader(size, file)
    }

    /// Compares the size and all checksums of a file of `size` bytes, as [`check`](Self::check) does. Reads
    /// nothing if the size differs. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the reader fails.
    pub fn check_reader(&self, size: u64, reader: impl Read) -> io::Result<Verdict> {
        if let Some(expected) = self.size.filter(|expected| *expected != size) {
            return Ok(Verdict::Size { expected, found: size });
        }
        let mut formats: Vec<_> = self.hashes.iter().map(HashEntry::format).collect();
        formats.dedup();
        if formats.is_empty() {
            return Ok(Verdict::Unsupported);
        }
        let (_, found) = HashFormat::hash_all(&formats, reader)?;
        Ok(self.compare(&found))
    }

    /// Compares computed checksums with those of the same format. Other formats are not compared.
    pub fn compare(&self, found: &[HashValue]) -> Verdict {
        let mut is_compared = false;
        for expected in &self.hashes {
            let same_format = found.iter().find(|found| found.format() == expected.format());
            let Some(found) = same_format else { continue };
            if !expected.matches(found) {
                return Verdict::Hash { expected: expected.value.clone(), found: found.clone() };
            }
            is_compared = true;
        }
        if is_compared { Verdict::Match } else { Verdict::Unsupported }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn reports_a_flipped_byte_and_another_size() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.mov");
        fs::write(&path, "abc").unwrap();
        let hash = |format: HashFormat| HashEntry {
            value: format.hash(b"abc"),
            action: None,
            any_byte_order: false,
        };
        for format in HashFormat::ALL {
            let expected = Expected { size: Some(3), hashes: vec![hash(format)] };
            assert_eq!(expected.check(&path).unwrap(), Verdict::Match);
            fs::write(&path, "abd").unwrap();
            let verdict = expected.check(&path).unwrap();
            assert!(matches!(verdict, Verdict::Hash { .. }), "{verdict}");
            fs::write(&path, "abcd").unwrap();
            assert_eq!(expected.check(&path).unwrap(), Verdict::Size { expected: 3, found: 4 });
            fs::write(&path, "abc").unwrap();
        }
        let both =
            Expected { size: None, hashes: vec![hash(HashFormat::Md5), hash(HashFormat::Xxh64)] };
        let computed = |bytes: &[u8]| [HashFormat::Sha1.hash(b""), HashFormat::Xxh64.hash(bytes)];
        assert_eq!(both.compare(&computed(b"abc")), Verdict::Match);
        assert!(matches!(both.compare(&computed(b"abd")), Verdict::Hash { .. }));
        assert_eq!(both.compare(&[HashFormat::C4.hash(b"abc")]), Verdict::Unsupported);
        let none = Expected { size: Some(3), hashes: Vec::new() };
        assert_eq!(none.check(&path).unwrap(), Verdict::Unsupported);
    }
}
