//! Size, modification time and checksum of local files.

use std::fmt;
use std::fs::Metadata;
use std::hash::Hasher as _;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use twox_hash::XxHash64;

use crate::hashing::{HashReports, Update, hash_file};
use crate::tasks::blocking;
use crate::{Checksum, Digest};

/// Size and modification time of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    pub(crate) modified: Option<SystemTime>,
}

/// An XXH64 checksum with the seed 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Xxh64(pub(crate) u64);

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok() }
    }

    /// Reads the stamp of a file; `None` if it cannot be read.
    pub(crate) async fn read(path: PathBuf) -> Option<Self> {
        let read = blocking(move || std::fs::metadata(path).map(|metadata| Self::of(&metadata)));
        read.await.ok()
    }

    /// Returns whether a file with this stamp may have been modified after the time `at`, in
    /// nanoseconds since 1970, without a visible change of its modification time.
    ///
    /// File systems that store whole seconds may round by two of them.
    pub(crate) fn may_hide_a_change_after(&self, at: i128) -> bool {
        let Some(modified) = self.modified else { return true };
        let modified = nanos(modified);
        let resolution = match modified.rem_euclid(1_000_000_000) {
            0 => Duration::from_secs(2),
            _ => Duration::from_millis(20),
        };
        modified + i128::try_from(resolution.as_nanos()).unwrap_or_default() >= at
    }
}

impl Xxh64 {
    /// Returns the checksum of a digest, if it was computed by this algorithm.
    pub(crate) fn of(digest: &Digest) -> Option<Self> {
        (digest.checksum() == Checksum::Xxh64).then(|| Self::parse(digest.as_str())).flatten()
    }

    /// Returns the checksum as a digest.
    pub(crate) fn digest(self) -> Digest {
        Digest::of_hex(Checksum::Xxh64, self.to_string())
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        u64::from_str_radix(text, 16).ok().map(Self)
    }
}

impl fmt::Display for Xxh64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Computes a checksum step by step.
#[derive(Default)]
pub(crate) struct Xxh64Hasher(XxHash64);

impl Update for Xxh64Hasher {
    fn update(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }
}

impl Xxh64Hasher {
    pub(crate) fn finish(&self) -> Xxh64 {
        Xxh64(self.0.finish())
    }
}

/// Returns a time in nanoseconds since 1970.
pub(crate) fn nanos(time: SystemTime) -> i128 {
    let signed = |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => signed(since),
        Err(error) => -signed(error.duration()),
    }
}

/// Computes the checksum of a file, on threads for blocking work.
pub(crate) async fn hash(path: PathBuf, reports: &HashReports) -> io::Result<Xxh64> {
    let hasher = hash_file(path, Xxh64Hasher::default(), reports).await?;
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_a_file_to_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        // Checksums of the reference implementation.
        for (content, hash) in [("", "ef46db3751d8e999"), ("abc", "44bc2cf5ad770999")] {
            std::fs::write(&path, content).unwrap();
            let hashed = super::hash(path.clone(), &HashReports::default()).await.unwrap();
            assert_eq!(hashed.to_string(), hash);
        }
        let bytes = vec![7; (crate::hashing::HASHED + 3) as usize];
        std::fs::write(&path, &bytes).unwrap();
        let mut whole = Xxh64Hasher::default();
        whole.update(&bytes);
        let hashed = super::hash(path, &HashReports::default()).await.unwrap();
        assert_eq!(hashed, whole.finish());
    }

    #[test]
    fn a_stamp_close_to_the_comparison_may_hide_a_change() {
        let second = Duration::from_secs(1);
        let at = UNIX_EPOCH + 1_000_000 * second;
        let hides = |modified: SystemTime| {
            let stamp = Stamp { size: 1, modified: Some(modified) };
            stamp.may_hide_a_change_after(nanos(at))
        };
        assert!(hides(at) && hides(at - second), "whole seconds may be rounded");
        assert!(!hides(at - 3 * second) && !hides(at - Duration::from_millis(1_001)));
        assert!(hides(at - Duration::from_millis(7)) && hides(at + Duration::from_millis(7)));
        assert!(Stamp { size: 1, modified: None }.may_hide_a_change_after(0));
    }
}
