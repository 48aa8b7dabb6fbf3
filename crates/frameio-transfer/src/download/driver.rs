//! The steps of a download: request the link, receive or resume, move the file to its target.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tracing::field::{Empty, debug};
use tracing::{Instrument, Span};

use super::link::{KnownLink, Links};
use super::partial_file::{PartialFile, remove_leftover};
use super::range_client::{RangeClient, ResponseHead, Validators};
use super::{Download, Downloaded, Existing};
use crate::existing::{Decision, LocalTarget, RemoteContent, conflict};
use crate::local_file::reason;
use crate::progress::Tracker;
use crate::tasks::blocking;
use crate::{Digest, Inner, Progress, TransferError, TransferErrorKind};

/// Maximum number of attempts to open a partial file in use. A dropped download may still be writing
/// its last bytes.
const OPEN_ATTEMPTS: u32 = 20;

/// Wait between attempts to open a partial file.
const OPEN_INTERVAL: Duration = Duration::from_millis(50);

/// Default limit for content of unknown size, unless the original is larger.
const MAX_UNANNOUNCED: u64 = 16 << 30;

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
    let running = inner.stop.running();
    let received = Box::pin(receive(inner.clone(), download)).instrument(span.clone()).await;
    drop(running);
    received.map_err(|error| {
        span.record("error.type", debug(error.kind()));
        error.of_file(&file)
    })
}

async fn receive(inner: Arc<Inner>, mut download: Download) -> Result<Downloaded, TransferError> {
    if download.existing == Existing::Refuse && !download.adds_extension {
        // This check needs no information about the remote file.
        inspect(&download.path, Existing::Refuse, RemoteContent::default()).await?;
    }
    let (client, mut remote, known) = inner.stop.until(open(&inner, &download)).await??;
    if download.adds_extension {
        let announced = client.announced().await?;
        remote.size = remote.size.or(announced.size);
        download.path = with_extension(&download.path, announced.extension.as_deref());
    }
    if let Some(skipped) = skip(&download, remote).await? {
        let path = skipped.path.clone();
        let removed = blocking(move || {
            remove_leftover(&path);
            Ok::<_, io::Error>(())
        });
        removed.await.map_err(|error| disk(&download.path, error, 0))?;
        return Ok(skipped);
    }
    let partial = Arc::new(lock(&download.path, &inner).await?);
    let job = ActiveDownload {
        promised: client.links.promised(&known),
        created: remote,
        max_unannounced: max_unannounced(&download, &known),
        client,
        partial,
        tracker: Tracker::new(download.report.clone(), Progress::default()),
        download: Arc::new(download),
    };
    let result = job.clone().locked(remote).await;
    if result.is_err() {
        // Report this error rather than a failure to save the record on a full disk.
        let _ = job.blocking(|job| job.partial.leave(&job.download.source)).await;
    }
    result
}

/// Requests the link and the known properties of the content.
pub(super) async fn open(
    inner: &Arc<Inner>,
    download: &Download,
) -> Result<(Arc<RangeClient>, RemoteContent, KnownLink), TransferError> {
    let (links, known) =
        Links::open(inner.clone(), download.source.clone(), download.known.clone()).await?;
    let remote = RemoteContent { size: links.promised(&known), created: known.created };
    Ok((Arc::new(RangeClient { inner: inner.clone(), links }), remote, known))
}

/// Appends an extension to a path.
pub(super) fn with_extension(path: &Path, extension: Option<&str>) -> PathBuf {
    let Some(extension) = extension else { return path.to_owned() };
    let mut path = OsString::from(path);
    path.push(".");
    path.push(extension);
    path.into()
}

fn max_unannounced(download: &Download, known: &KnownLink) -> u64 {
    let default = || MAX_UNANNOUNCED.max(known.original_size.saturating_mul(2));
    download.max_size.unwrap_or_else(default)
}

/// Applies a policy to the current state of the target.
pub(super) async fn inspect(
    path: &Path,
    existing: Existing,
    remote: RemoteContent,
) -> Result<Decision, TransferError> {
    let target = LocalTarget::inspect(path).await;
    let target = target.map_err(|error| disk(path, error, 0))?;
    target.decide(existing, path, remote)
}

async fn skip(
    download: &Download,
    remote: RemoteContent,
) -> Result<Option<Downloaded>, TransferError> {
    let decision = inspect(&download.path, download.existing, remote).await?;
    Ok(matches!(decision, Decision::Skip).then(|| Downloaded {
        path: download.path.clone(),
        size: remote.size.unwrap_or_default(),
        received: 0,
        digest: None,
        skipped: true,
    }))
}

/// Opens and locks the partial file.
async fn lock(target: &Path, inner: &Inner) -> Result<PartialFile, TransferError> {
    for _ in 0..OPEN_ATTEMPTS {
        let (path, device) = (target.to_owned(), inner.disk.clone());
        let opened = blocking(move || PartialFile::open(&path, device)).await;
        if let Some(partial) = opened.map_err(|error| disk(target, error, 0))? {
            return Ok(partial);
        }
        tokio::time::sleep(OPEN_INTERVAL).await;
    }
    let message = format!("'{}' is in use by another download", target.display());
    Err(TransferError::new(TransferErrorKind::Manifest, message))
}

/// Creates the error of a file that cannot be written.
fn disk(path: &Path, error: io::Error, received: u64) -> TransferError {
    let (path, reason) = (path.display(), reason(&error));
    let message = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            let kept = match received {
                0 => String::new(),
                received => format!(" to resume after {received} bytes"),
            };
            format!("cannot write '{path}': {reason}; free disk space and download it again{kept}")
        }
        io::ErrorKind::FileTooLarge => {
            format!(
                "cannot write '{path}': it exceeds the limit of the file system or process: {reason}"
            )
        }
        io::ErrorKind::AlreadyExists => format!("'{path}' was created in the meantime"),
        io::ErrorKind::NotFound => format!("cannot write '{path}': its directory does not exist"),
        _ => format!("cannot write '{path}': {reason}"),
    };
    TransferError::new(TransferErrorKind::Disk, message).because(error)
}

/// A download whose partial file is locked.
#[derive(Clone)]
pub(super) struct ActiveDownload {
    pub(super) client: Arc<RangeClient>,
    pub(super) partial: Arc<PartialFile>,
    pub(super) tracker: Tracker,
    pub(super) download: Arc<Download>,
    /// Size reported by the service.
    promised: Option<u64>,
    /// Properties of the content that were known before the first response of the storage.
    created: RemoteContent,
    /// Limit for content of unknown size.
    pub(super) max_unannounced: u64,
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
        disk(&self.download.path, error, self.partial.received())
    }

    pub(super) fn too_large(&self, size: Option<u64>) -> TransferError {
        let (limit, size) = match size {
            Some(size) => (self.download.max_size.unwrap_or(size), format!("{size} bytes")),
            None => (self.max_unannounced, "of unknown size".to_owned()),
        };
        let message = format!("content of {size} exceeds the limit of {limit} bytes");
        TransferError::new(TransferErrorKind::TooLarge, message)
    }

    pub(super) async fn start_new(&self, validators: Validators) -> Result<(), TransferError> {
        self.blocking(move |job| job.partial.start_new(&job.download.source, validators)).await
    }

    async fn locked(self, remote: RemoteContent) -> Result<Downloaded, TransferError> {
        // Another process may have finished the download while this one waited for the lock.
        if let Some(skipped) = skip(&self.download, remote).await? {
            self.blocking(|job| job.partial.discard()).await?;
            return Ok(skipped);
        }
        let source = self.download.source.clone();
        let resumed = self.blocking(move |job| Ok(job.partial.resume(&source))).await?;
        let (head, is_resumed) = self.first_response(resumed).await?;
        let size = head.validators.size.or(self.promised);
        self.check_size(head.validators.size)?;
        let remote = RemoteContent { size, ..self.created };
        if let Some(skipped) = skip(&self.download, remote).await? {
            self.blocking(|job| job.partial.discard()).await?;
            return Ok(skipped);
        }
        if !is_resumed {
            self.start_new(Validators { size, ..head.validators.clone() }).await?;
        }
        let before = self.partial.received();
        let span = Span::current();
        if let Some(size) = size {
            span.record("size", size);
        }
        if is_resumed {
            span.record("resumed", true);
        }
        self.tracker.resume_at(before, size);
        let (size, digest) = match (head.validators.size, head.range.is_some()) {
            (Some(size), true) => self.receive_parallel(head, size).await?,
            _ => self.receive_whole(head, self.promised).await?,
        };
        self.finish(size, before, digest).await
    }

    /// Requests the first missing part. The response shows whether the download can be resumed.
    async fn first_response(
        &self,
        resumed: Option<Validators>,
    ) -> Result<(ResponseHead, bool), TransferError> {
        if let Some(validators) = resumed {
            let head = self.probe(Some(&validators)).await?;
            if head.range.is_some() && head.validators == validators {
                return Ok((head, true));
            }
            // The content has changed, or may have changed.
        }
        Ok((self.probe(None).await?, false))
    }

    async fn probe(&self, resumed: Option<&Validators>) -> Result<ResponseHead, TransferError> {
        let missing = match resumed {
            Some(Validators { size: Some(size), .. }) => {
                self.partial.missing(*size).into_iter().next()
            }
            _ => None,
        };
        let part_size = self.download.part_size;
        let range = match (missing, resumed) {
            (Some(missing), _) => {
                missing.start..missing.end.min(missing.start.saturating_add(part_size))
            }
            // Nothing is missing; the response shows whether the content is unchanged.
            (None, Some(_)) => 0..1,
            (None, None) => 0..part_size.min(self.promised.unwrap_or(part_size)),
        };
        let range = (!range.is_empty()).then_some(range);
        self.client.probe(range, resumed).await
    }

    /// Verifies the size reported by the storage against the service and the limit.
    fn check_size(&self, announced: Option<u64>) -> Result<(), TransferError> {
        if let (Some(promised), Some(size)) = (self.promised, announced)
            && promised != size
        {
            let message = format!(
                "the service reports a size of {promised} bytes, but the storage has {size}"
            );
            return Err(TransferError::new(TransferErrorKind::Mismatch, message));
        }
        match (announced.or(self.promised), self.download.max_size) {
            (Some(size), Some(limit)) if size > limit => Err(self.too_large(Some(size))),
            _ => Ok(()),
        }
    }

    /// Moves the complete file to its target.
    async fn finish(
        self,
        size: u64,
        before: u64,
        digest: Option<Digest>,
    ) -> Result<Downloaded, TransferError> {
        let received = size.saturating_sub(before);
        let remote = RemoteContent { size: Some(size), ..self.created };
        // The target may have been created since, or the size was unknown before.
        if let Some(skipped) = skip(&self.download, remote).await? {
            self.blocking(|job| job.partial.discard()).await?;
            return Ok(Downloaded { received, ..skipped });
        }
        // A later comparison without a record must not take the file for one that was edited after its
        // upload. Some file systems have no modification times.
        if let Some(created) = self.created.created {
            let _ = self.blocking(move |job| job.partial.set_modified(created)).await;
        }
        if let Some(before_rename) = &self.download.before_rename {
            let stamp = self.blocking(|job| job.partial.stamp()).await.ok();
            before_rename(&self.download.path, digest.clone(), stamp).await?;
        }
        let existing = self.download.existing;
        let replace = matches!(existing, Existing::Overwrite | Existing::ReplaceDifferent);
        let job = self.clone();
        let moved = blocking(move || job.partial.finish(&job.download.path, replace)).await;
        moved.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists if existing == Existing::SkipSame => {
                conflict(&self.download.path, "it was created in the meantime")
            }
            _ => self.disk(error),
        })?;
        self.tracker.finish();
        let path = self.download.path.clone();
        Ok(Downloaded { path, size, received, digest, skipped: false })
    }
}
