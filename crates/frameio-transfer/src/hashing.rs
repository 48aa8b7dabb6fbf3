//! Checksums of files that are compared, and the progress of reading them.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::digest::Hasher;
use crate::local_file::LocalFile;
use crate::tasks::blocking;

/// Number of bytes hashed at a time, small enough not to delay the cancellation of a transfer.
pub(crate) const HASHED: u64 = 16 << 20;

/// Number of bytes that are read at a time.
const BUFFER: usize = 256 << 10;

/// Progress of a file that is read to compare its content, apart from its transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hashing {
    /// Local path of the file.
    pub local: PathBuf,
    /// Side that is read.
    pub side: HashedSide,
    /// Number of bytes read.
    pub bytes: u64,
    /// Size of the file.
    pub total: u64,
    /// Whether the reading has ended, also because of a failure.
    pub is_ended: bool,
}

/// Side of a file that is read to compare its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HashedSide {
    /// The local file.
    Local,
    /// The remote file, which is downloaded and not stored.
    Remote,
}

/// Callback for files that are read to compare their content.
pub(crate) type OnHashing = Arc<dyn Fn(&Hashing) + Send + Sync>;

/// Reports files that are read to compare their content.
#[derive(Clone, Default)]
pub(crate) struct HashReports(Option<OnHashing>);

impl HashReports {
    pub(crate) fn new(on_hashing: Option<OnHashing>) -> Self {
        Self(on_hashing)
    }

    /// Reports the beginning of a file. The end is reported when the result is dropped.
    pub(crate) fn begin(&self, local: &Path, side: HashedSide, total: u64) -> Running {
        let hashing = Hashing { local: local.to_owned(), side, bytes: 0, total, is_ended: false };
        let running = Running { on_hashing: self.0.clone(), hashing };
        running.report();
        running
    }
}

impl fmt::Debug for HashReports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HashReports").field(&self.0.is_some()).finish()
    }
}

/// A file that is being read.
pub(crate) struct Running {
    on_hashing: Option<OnHashing>,
    hashing: Hashing,
}

impl Running {
    /// Adds bytes that were read.
    pub(crate) fn add(&mut self, bytes: u64) {
        self.hashing.bytes += bytes;
        self.report();
    }

    fn report(&self) {
        if let Some(on_hashing) = &self.on_hashing {
            on_hashing(&self.hashing);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.hashing.is_ended = true;
        self.report();
    }
}

/// Computes a checksum step by step.
pub(crate) trait Update: Send + 'static {
    fn update(&mut self, bytes: &[u8]);
}

impl Update for Hasher {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }
}

/// Passes the content of a regular file to a hasher, on threads for blocking work.
pub(crate) async fn hash_file<H: Update>(
    path: PathBuf,
    mut hasher: H,
    reports: &HashReports,
) -> io::Result<H> {
    let local = path.clone();
    let (mut file, size) = blocking(move || match LocalFile::open(&path)? {
        (file, LocalFile::Regular(metadata)) => Ok((file, metadata.len())),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    })
    .await?;
    let mut running = reports.begin(&local, HashedSide::Local, size);
    loop {
        let read;
        (file, hasher, read) = blocking(move || {
            let mut buffer = vec![0; BUFFER];
            let mut limited = (&mut file).take(HASHED);
            loop {
                let read = limited.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                hasher.update(buffer.get(..read).unwrap_or_default());
            }
            let read = HASHED - limited.limit();
            Ok::<_, io::Error>((file, hasher, read))
        })
        .await?;
        running.add(read);
        if read < HASHED {
            return Ok(hasher);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{Checksum, Digest};

    #[tokio::test]
    async fn hashes_a_file_to_its_end_and_reports_the_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let bytes = vec![7; (HASHED + 3) as usize];
        std::fs::write(&path, &bytes).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let add = seen.clone();
        let reports = HashReports::new(Some(Arc::new(move |hashing: &Hashing| {
            assert_eq!((hashing.total, hashing.side), (HASHED + 3, HashedSide::Local));
            add.lock().unwrap().push((hashing.bytes, hashing.is_ended));
        })));
        for checksum in [Checksum::Xxh3, Checksum::Xxh64] {
            let hashed = hash_file(path.clone(), Hasher::new(checksum), &reports).await.unwrap();
            assert_eq!(hashed.finish(), Digest::of(checksum, &bytes));
            let end = HASHED + 3;
            let expected = [(0, false), (HASHED, false), (end, false), (end, true)];
            assert_eq!(*std::mem::take(&mut *seen.lock().unwrap()), expected);
        }
        hash_file(directory.path().join("none"), Hasher::new(Checksum::Xxh3), &reports)
            .await
            .err()
            .unwrap();
        assert_eq!(*seen.lock().unwrap(), [], "a file that cannot be opened is not reported");
    }
}
