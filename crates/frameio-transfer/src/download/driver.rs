//! A download from its first request to the file in its place.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tracing::field::{Empty, debug};
use tracing::{Instrument, Span};

use super::super::progress::Tracker;
use super::super::tasks::blocking;
use super::super::{Inner, Progress, TransferError, TransferErrorKind};
use super::link::Links;
use super::partial_file::PartialFile;
use super::range_client::{RangeClient, ResponseHead, Validators};
use super::{Download, Downloaded, Existing};

/// How often a partial file that is in use is tried again: what was dropped just now may still be
/// writing its last bytes.
const TRIES: u32 = 20;

pub(crate) async fn run(
    inner: Arc<Inner>,
    download: Download,
) -> Result<Downloaded, TransferError> {
    let file = download.source.file.clone();
    let span = tracing::info_span!(
        target: "frameio::transfer",
        "frameio.download",
        frameio.file_id = file.as_str(),
        size = Empty,
        resumed = Empty,
        error.type = Empty,
    );
    let received = Box::pin(receive(inner, download)).instrument(span.clone()).await;
    received.map_err(|error| {
        span.record("error.type", debug(error.kind()));
        error.of_file(&file)
    })
}

async fn receive(inner: Arc<Inner>, download: Download) -> Result<Downloaded, TransferError> {
    let there = size_of(&download.path).await?;
    if there.is_some() && download.existing == Existing::Refuse {
        return Err(exists(&download.path));
    }
    let client = inner.client.clone();
    let (links, promised) =
        Links::open(client, download.source.clone(), download.known.clone()).await?;
    if promised.is_some() && there == promised && download.existing == Existing::SkipSame {
        return Ok(skipped(&download, there));
    }
    let part = Arc::new(open(&download.path).await?);
    #[cfg(test)]
    part.full_at.store(super::full_disk_tests::FULL_AT.get(), std::sync::atomic::Ordering::Relaxed);
    let job = ActiveDownload {
        remote: Arc::new(RangeClient { inner, links }),
        part,
        tracker: Tracker::new(download.report.clone(), Progress::default()),
        download: Arc::new(download),
    };
    let result = job.clone().start(there, promised).await;
    if result.is_err() {
        // The error counts, not that of a note that cannot be written on a full disk.
        let _ = job.blocking(|job| job.part.leave(&job.download.source)).await;
    }
    result
}

fn exists(path: &Path) -> TransferError {
    let message =
        format!("{} exists: overwrite it, skip it, or name another target", path.display());
    TransferError::new(TransferErrorKind::Invalid, message)
}

fn skipped(download: &Download, size: Option<u64>) -> Downloaded {
    Downloaded {
        path: download.path.clone(),
        size: size.unwrap_or_default(),
        received: 0,
        digest: None,
        skipped: true,
    }
}

async fn size_of(path: &Path) -> Result<Option<u64>, TransferError> {
    let path = path.to_owned();
    let named = path.display().to_string();
    blocking(move || match std::fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    })
    .await
    .map_err(|error| disk(&named, error, 0))
}

async fn open(target: &Path) -> Result<PartialFile, TransferError> {
    for _ in 0..TRIES {
        let path = target.to_owned();
        let opened = blocking(move || PartialFile::open(&path)).await;
        let opened = opened.map_err(|error| disk(&target.display().to_string(), error, 0))?;
        if let Some(part) = opened {
            return Ok(part);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let message = format!("another download is receiving {}", target.display());
    Err(TransferError::new(TransferErrorKind::Manifest, message))
}

/// Why something could not be written, and what is left of it.
fn disk(path: &str, error: io::Error, received: u64) -> TransferError {
    let message = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            let kept = match received {
                0 => String::new(),
                received => format!("{received} bytes of it are kept, so "),
            };
            format!("no room for {path}: {error}; {kept}make room and download it again")
        }
        io::ErrorKind::FileTooLarge => {
            format!(
                "{path} gets larger than the file system or the limit of the process allows: {error}"
            )
        }
        io::ErrorKind::AlreadyExists => format!("{path} was created in the meantime"),
        io::ErrorKind::NotFound => format!("the folder of {path} does not exist"),
        _ => format!("{path} cannot be written: {error}"),
    };
    TransferError::new(TransferErrorKind::Disk, message).because(error)
}

/// A download that is under way.
#[derive(Clone)]
pub(super) struct ActiveDownload {
    pub(super) remote: Arc<RangeClient>,
    pub(super) part: Arc<PartialFile>,
    pub(super) tracker: Tracker,
    pub(super) download: Arc<Download>,
}

impl ActiveDownload {
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> Result<T, TransferError> {
        let job = self.clone();
        blocking(move || work(&job)).await.map_err(|error| self.disk(error))
    }

    pub(super) fn disk(&self, error: io::Error) -> TransferError {
        disk(&self.download.path.display().to_string(), error, self.part.received())
    }

    async fn start(
        self,
        there: Option<u64>,
        promised: Option<u64>,
    ) -> Result<Downloaded, TransferError> {
        let source = self.download.source.clone();
        let mut resumed = self.blocking(move |job| Ok(job.part.resume(&source))).await?;
        let mut head = self.probe(resumed.as_ref(), promised).await?;
        if let Some(validators) = &resumed
            && (head.range.is_none() || head.validators != *validators)
        {
            // It is another content, or may be.
            resumed = None;
            head = self.probe(None, promised).await?;
        }
        let size = head.validators.size;
        if let (Some(promised), Some(size)) = (promised, size)
            && promised != size
        {
            let message = format!(
                "the service says that the file has {promised} bytes, but the storage has {size}"
            );
            return Err(TransferError::new(TransferErrorKind::Mismatch, message));
        }
        if size.is_some() && there == size && self.download.existing == Existing::SkipSame {
            self.blocking(|job| job.part.discard()).await?;
            return Ok(skipped(&self.download, size));
        }
        if resumed.is_none() {
            let validators = Validators { size: size.or(promised), ..head.validators.clone() };
            self.blocking(move |job| job.part.start_new(validators)).await?;
        }
        let before = self.part.received();
        let span = Span::current();
        if let Some(size) = size.or(promised) {
            span.record("size", size);
        }
        if resumed.is_some() {
            span.record("resumed", true);
        }
        self.tracker.update(true, |progress| {
            progress.bytes = before;
            progress.total = size.or(promised);
        });
        let (size, digest) = match (size, head.range.is_some()) {
            (Some(size), true) => self.parallel(head, size).await?,
            _ => self.sequential(head, promised).await?,
        };
        let replace = self.download.existing != Existing::Refuse;
        self.blocking(move |job| job.part.finish(&job.download.path, replace)).await?;
        self.tracker.finish();
        Ok(Downloaded {
            path: self.download.path.clone(),
            size,
            received: size.saturating_sub(before),
            digest,
            skipped: false,
        })
    }

    /// Asks for the first part that is missing, which tells the rest.
    async fn probe(
        &self,
        resumed: Option<&Validators>,
        promised: Option<u64>,
    ) -> Result<ResponseHead, TransferError> {
        let missing = match resumed {
            Some(Validators { size: Some(size), .. }) => {
                self.part.missing(*size).into_iter().next()
            }
            _ => None,
        };
        let part_size = self.download.part_size;
        let range = match (missing, resumed) {
            (Some(missing), _) => missing.start..missing.end.min(missing.start + part_size),
            // All is there; is it still the same?
            (None, Some(_)) => 0..1,
            (None, None) => 0..part_size.min(promised.unwrap_or(part_size)),
        };
        let range = (!range.is_empty()).then_some(range);
        self.remote.probe(range, resumed).await
    }
}
