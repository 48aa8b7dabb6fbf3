//! Checksum files, which record the checksums of transferred files for later runs.
//!
//! The file contains a line of JSON for each transferred file. Truncated lines are ignored; the last
//! of several lines for a file applies.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use frameio_core::FileId;
use frameio_private_file::open_regular;
use serde_json::{Value, json};

use super::digest::Hasher;
use super::hashing::{HashReports, hash_file};
use super::local_file::{reason, unopened};
use super::tasks::blocking;
use super::{Checksum, TransferError, TransferErrorKind};

const HEAD: &str = "{\"frameio_checksums\":1}\n";

/// Maximum length of a line.
const LINE: u64 = 4096;

/// An open checksum file.
#[derive(Clone)]
pub(crate) struct Checksums {
    path: Arc<Path>,
    /// Checksums in lower-case hexadecimal, by the id of the remote file.
    kept: Arc<Mutex<HashMap<String, Box<str>>>>,
    reports: HashReports,
}

impl Checksums {
    /// Reads the checksums at `path`. A missing file counts as empty.
    pub(crate) async fn open(path: PathBuf, reports: HashReports) -> Result<Self, TransferError> {
        let file = path.clone();
        let kept = blocking(move || read(&file)).await.map_err(|error| failed(&path, error))?;
        Ok(Self { path: path.into(), kept: Arc::new(Mutex::new(kept)), reports })
    }

    /// Returns whether the checksum of a local file differs from the recorded one of a remote file.
    /// Returns `false` if none is recorded.
    pub(crate) async fn differs(&self, id: &FileId, local: &Path) -> Result<bool, TransferError> {
        Ok(self.find([id.clone()], local).await?.is_none())
    }

    /// Returns the first of some remote files that does not [differ](Self::differs) from a local file,
    /// which is read at most once.
    pub(crate) async fn find(
        &self,
        ids: impl IntoIterator<Item = FileId>,
        local: &Path,
    ) -> Result<Option<FileId>, TransferError> {
        let mut checksum = None;
        for id in ids {
            let Some(kept) = self.of(&id) else { return Ok(Some(id)) };
            let now = match checksum.take() {
                Some(now) => now,
                None => self.hash(local).await.map_err(|error| unopened(local, error))?,
            };
            if now == kept {
                return Ok(Some(id));
            }
            checksum = Some(now);
        }
        Ok(None)
    }

    /// Returns whether a checksum of a remote file is recorded.
    pub(crate) fn has(&self, id: &FileId) -> bool {
        self.of(id).is_some()
    }

    fn of(&self, id: &FileId) -> Option<Box<str>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(id.as_str()).cloned()
    }

    /// Records the checksum of a transferred file. A failure is only logged; the next run then compares
    /// the size instead.
    pub(crate) async fn keep(&self, id: &FileId, checksum: &str) {
        let (path, line) = (self.path.clone(), json!({"file_id": id.as_str(), "xxh3": checksum}));
        let appended = blocking(move || append(&path, &format!("{line}\n"))).await;
        if let Err::<_, io::Error>(error) = appended {
            tracing::warn!(target: "frameio::transfer", %error, "checksum.not_recorded");
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(id.as_str().to_owned(), checksum.into());
    }
}

impl Checksums {
    /// Computes the checksum of a local file.
    pub(crate) async fn hash(&self, local: &Path) -> io::Result<Box<str>> {
        hash(local.to_owned(), &self.reports).await
    }

    /// Records the checksum of a local file that was just transferred, unless it cannot be read.
    pub(crate) async fn keep_hash_of(&self, id: &FileId, local: &Path) {
        if let Ok(checksum) = self.hash(local).await {
            self.keep(id, &checksum).await;
        }
    }
}

fn failed(path: &Path, error: io::Error) -> TransferError {
    let message = format!("cannot use the checksum file '{}': {}", path.display(), reason(&error));
    TransferError::new(TransferErrorKind::Manifest, message).because(error)
}

/// Computes the XXH3 checksum of a file, in hexadecimal.
async fn hash(path: PathBuf, reports: &HashReports) -> io::Result<Box<str>> {
    let hasher = hash_file(path, Hasher::new(Checksum::Xxh3), reports).await?;
    Ok(hasher.finish().as_str().into())
}

fn read(path: &Path) -> io::Result<HashMap<String, Box<str>>> {
    let mut kept = HashMap::new();
    let mut reader = match open_regular(path, File::options().read(true)) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(kept),
        Err(error) => return Err(error),
    };
    let mut line = Vec::new();
    for number in 0_u64.. {
        line.clear();
        if (&mut reader).take(LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if number == 0 && !HEAD.as_bytes().starts_with(&line) {
            let message = "it is not a checksum file; choose another path";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let Ok(entry) = serde_json::from_slice::<Value>(&line) else { continue };
        if let (Some(id), Some(checksum)) = (entry["file_id"].as_str(), entry["xxh3"].as_str()) {
            kept.insert(id.to_owned(), checksum.into());
        }
    }
    Ok(kept)
}

/// Appends a line with a single write, so that several processes can append concurrently.
fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut options = frameio_private_file::options();
    let mut file = open_regular(path, options.read(true).append(true).create(true))?;
    // Terminate a truncated line first. An empty line is harmless.
    let head = if file.metadata()?.len() < HEAD.len() as u64 {
        if file.metadata()?.len() > 0 {
            // Windows refuses to truncate a file through a handle that only appends.
            open_regular(path, options.append(false).write(true))?.set_len(0)?;
        }
        HEAD
    } else if ends_with_newline(&file)? {
        ""
    } else {
        "\n"
    };
    file.write_all(format!("{head}{line}").as_bytes())
}

/// Returns whether the last line is complete.
fn ends_with_newline(mut file: &File) -> io::Result<bool> {
    let mut last = [0];
    io::Seek::seek(&mut file, io::SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reads_recorded_checksums_after_any_truncation() {
        let directory = tempfile::tempdir().unwrap();
        let (path, local) = (directory.path().join("sums"), directory.path().join("a.mov"));
        std::fs::write(&local, "abc").unwrap();
        let ids = ["f", "g|2"].map(FileId::from);
        let sums = Checksums::open(path.clone(), HashReports::default()).await.unwrap();
        assert!(!sums.differs(&ids[0], &local).await.unwrap(), "none is recorded");
        for id in &ids {
            sums.keep(id, "78af5f94892f3950").await;
        }
        let whole = std::fs::read(&path).unwrap();
        // A line counts if only its newline is missing.
        let first = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
        std::fs::write(&local, "abd").unwrap();
        assert!(sums.differs(&ids[0], &local).await.unwrap());
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let again = Checksums::open(path.clone(), HashReports::default()).await.unwrap();
            again.keep(&ids[1], "0").await;
            let again = Checksums::open(path.clone(), HashReports::default()).await.unwrap();
            let kept = again.kept.lock().unwrap().clone();
            assert_eq!(kept.get("g|2").map(|sum| &**sum), Some("0"), "{length}");
            assert_eq!(kept.contains_key("f"), length >= first, "{length}");
        }
    }

    #[tokio::test]
    async fn refuses_other_files_and_keeps_them_unchanged() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sums");
        for content in ["hello\n", "{\"frameio_upload\":1}\n", "\0\0"] {
            std::fs::write(&path, content).unwrap();
            let error = Checksums::open(path.clone(), HashReports::default()).await.err().unwrap();
            assert!(error.to_string().contains("choose another"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
    }

    #[tokio::test]
    async fn hashes_a_file_to_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let bytes = vec![7; (crate::hashing::HASHED + 3) as usize];
        std::fs::write(&path, &bytes).unwrap();
        let whole = super::super::Digest::of(Checksum::Xxh3, &bytes);
        assert_eq!(*hash(path, &HashReports::default()).await.unwrap(), *whole.as_str());
    }
}
