//! The steps of an upload: create or resume, send the parts, finish.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use frameio_core::{AccountId, FileId};
use http::StatusCode;
use tracing::field::debug;
use tracing::{Instrument, Span};

use super::destination::{CreatedUpload, Destination};
use super::input::{Input, in_flight, invalid, media_type_header};
use super::manifest::{Intention, Manifest, PartHash, Saved};
use super::parts::Parts;
use super::send::PartsToSend;
use super::sent_digest::SentDigest;
use super::source::{Fingerprint, Source};
use super::{Options, Upload, UploadManifest};
use crate::error::OnFailure;
use crate::local_file::unopened;
use crate::progress::{Progress, Tracker};
use crate::{Checksum, Inner, TransferError, TransferErrorKind};

/// Runs an upload and records its fields in `span`.
pub(super) async fn run<D: Destination>(
    inner: Arc<Inner>,
    upload: Upload<D>,
    span: Span,
) -> Result<D::Output, TransferError> {
    let current_file = CurrentFileId::default();
    let deadline = upload.deadline;
    let uploading = start(&inner, upload, &current_file).instrument(span.clone());
    let result = match deadline {
        None => uploading.await,
        Some(deadline) => tokio::time::timeout(deadline, uploading).await.unwrap_or_else(|_| {
            let message = format!("deadline of {deadline:?} reached");
            Err(TransferError::new(TransferErrorKind::Timeout, message))
        }),
    };
    result.map_err(|error| {
        span.record("error.type", debug(error.kind()));
        current_file.add_to(error)
    })
}

/// Id of the remote file, once it is known, for errors.
#[derive(Default)]
pub(super) struct CurrentFileId(Mutex<Option<FileId>>);

impl CurrentFileId {
    pub(super) fn set(&self, id: &FileId) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.clone());
    }

    fn add_to(self, error: TransferError) -> TransferError {
        match self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(id) => error.of_file(&id),
            None => error,
        }
    }
}

/// Parameters of an upload, before the service has created an object for it.
pub(super) struct Plan<'a, D> {
    pub(super) inner: &'a Arc<Inner>,
    pub(super) current_file: &'a CurrentFileId,
    pub(super) account_id: AccountId,
    pub(super) to: D,
    pub(super) name: String,
    pub(super) options: Options,
    /// Callback if the manifest cannot be written. Without one, the upload fails.
    on_manifest_failure: Option<OnFailure>,
    /// Incomplete files with the name of the upload.
    incomplete: Vec<FileId>,
}

impl<'a, D> Plan<'a, D> {
    fn new(
        inner: &'a Arc<Inner>,
        current_file: &'a CurrentFileId,
        (account_id, to, name): (AccountId, D, String),
        options: Options,
    ) -> Self {
        let (on_manifest_failure, incomplete) = (None, Vec::new());
        Self { inner, current_file, account_id, to, name, options, on_manifest_failure, incomplete }
    }
}

async fn start<D: Destination>(
    inner: &Arc<Inner>,
    upload: Upload<D>,
    current_file: &CurrentFileId,
) -> Result<D::Output, TransferError> {
    let Upload { destination, input, manifest, mut options, .. } = upload;
    let name = options.name.take();
    let Some((account_id, to)) = destination else {
        let Some(UploadManifest::At(path)) = manifest else {
            return Err(invalid("the upload has no manifest"));
        };
        return resume_saved::<D>(inner, path, options, current_file).await;
    };
    let name = input.file_name(name)?;
    let mut plan = Plan::new(inner, current_file, (account_id, to, name), options);
    let Some(manifest) = manifest else {
        let source = Source::open(input).await?;
        return plan.start_new(source, None, None).await;
    };
    let path = resumable(input)?;
    // Opened before the manifest is created, so that a failure leaves no manifest behind.
    let source = Source::open(Input::Path(path.clone())).await?;
    if !source.is_repeatable() {
        return Err(invalid(
            "an upload of a pipe cannot have a manifest, because a pipe cannot be read twice",
        ));
    }
    let (manifest, saved) = match manifest {
        UploadManifest::At(path) => Manifest::open(path, true).await?,
        UploadManifest::Locked { manifest, saved, on_failure, incomplete } => {
            plan.on_manifest_failure = Some(on_failure);
            plan.incomplete = incomplete;
            (manifest, saved.map(|saved| *saved))
        }
    };
    match saved {
        Some(saved) => plan.resume(source, path, manifest, saved).await,
        None => plan.start_new(source, Some((manifest, path)), None).await,
    }
}

/// Resumes the upload of a manifest.
async fn resume_saved<D: Destination>(
    inner: &Arc<Inner>,
    manifest: PathBuf,
    options: Options,
    current_file: &CurrentFileId,
) -> Result<D::Output, TransferError> {
    let (manifest, saved) = Manifest::open(manifest, false).await?;
    let Some(saved) = saved else {
        let message = "the manifest contains no upload";
        return Err(TransferError::new(TransferErrorKind::Manifest, message));
    };
    let (to, created) = D::restore(&saved.destination).ok_or_else(another)?;
    let source = Source::open(Input::Path(saved.path.clone())).await;
    let source = source.inspect_err(|_| {
        if let Some(id) = D::file_id(&created) {
            current_file.set(id);
        }
    })?;
    let (account_id, name) = (saved.account_id.clone(), saved.name.clone());
    let plan = Plan::new(inner, current_file, (account_id, to, name), options);
    let path = saved.path.clone();
    plan.resume(source, path, manifest, saved).await
}

/// Returns the absolute path of the source for a manifest.
fn resumable(input: Input) -> Result<PathBuf, TransferError> {
    let Input::Path(path) = input else {
        return Err(invalid("only an upload from a path can have a manifest"));
    };
    let path = std::path::absolute(&path).map_err(|error| unopened(&path, error))?;
    if path.to_str().is_none() {
        return Err(invalid("an upload with a manifest needs a path in UTF-8"));
    }
    Ok(path)
}

/// Creates the error of a manifest that belongs to another upload.
fn another() -> TransferError {
    let message =
        "the manifest belongs to another upload; resume that one, or choose another manifest";
    TransferError::new(TransferErrorKind::Manifest, message)
}

/// Forgets an object that the service has not created, and removes a manifest without any other.
async fn not_created(manifest: &Manifest, error: &TransferError) {
    // The response to a creation may have an unreadable body.
    let is_unknown = error.api().is_some_and(|error| {
        error.may_have_been_sent()
            && error.status().is_none_or(|it| it.is_server_error() || it.is_success())
    });
    if !is_unknown {
        manifest.retract().await;
    }
    if !manifest.is_needed() {
        manifest.remove().await;
    }
}

/// Returns whether an upload can only be restarted.
fn is_stale(error: &TransferError) -> bool {
    let status = error.status().or_else(|| error.api()?.status());
    let kinds = [
        TransferErrorKind::Expired,
        TransferErrorKind::SourceChanged,
        TransferErrorKind::UploadFailed,
    ];
    kinds.contains(&error.kind()) || status == Some(StatusCode::NOT_FOUND)
}

impl<D: Destination> Plan<'_, D> {
    /// Sends the missing parts of a manifest, or restarts the upload if necessary and allowed.
    async fn resume(
        &self,
        source: Source,
        path: PathBuf,
        manifest: Manifest,
        saved: Saved,
    ) -> Result<D::Output, TransferError> {
        let (to, created) = D::restore(&saved.destination).ok_or_else(another)?;
        if let Some(id) = D::file_id(&created) {
            self.current_file.set(id);
        }
        let abandoned = saved.abandoned();
        let resumed = match self.check(&saved, &to, &path, source.fingerprint) {
            Ok(()) => {
                Span::current().record("resumed", true);
                // Without a checksum, the parts that were sent are read only if the file may be another.
                let is_verified = saved.identity != source.identity;
                let parts = PartsAndDone { parts: saved.parts, done: saved.done, is_verified };
                let manifest = Some(manifest.clone());
                self.send_and_finish(source, manifest, parts, &saved.media_type, created).await
            }
            Err(error) => Err(error),
        };
        match resumed {
            Err(error) if self.options.restart && is_stale(&error) => {
                tracing::warn!(
                    target: "frameio::transfer",
                    reason = ?error.kind(),
                    "upload.restarted",
                );
                let source = Source::open(Input::Path(path.clone())).await?;
                let manifest = Some((manifest, path));
                let mut output = self.start_new(source, manifest, abandoned).await?;
                if let Some((_, created)) = D::restore(&saved.destination) {
                    D::set_replaced(&mut output, created, error.to_string());
                }
                Ok(output)
            }
            resumed => resumed,
        }
    }

    /// Verifies that the upload of a manifest is this one and can still be resumed.
    fn check(
        &self,
        saved: &Saved,
        to: &D,
        path: &Path,
        fingerprint: Fingerprint,
    ) -> Result<(), TransferError> {
        if (&saved.account_id, to) != (&self.account_id, &self.to)
            || (&*saved.name, &*saved.path) != (&*self.name, path)
        {
            return Err(another());
        }
        saved.fingerprint.check(fingerprint)?;
        if saved.is_expired() {
            let message = "the upload is more than a day old and its URLs have expired; allow a \
                           restart with `restart()`";
            return Err(TransferError::new(TransferErrorKind::Expired, message));
        }
        Ok(())
    }

    /// Records that the object is about to be created, so that its file is recognized if this run is
    /// killed before it reads the response.
    async fn intend(
        &self,
        (manifest, path): &(Manifest, PathBuf),
        abandoned: Option<Intention>,
        size: u64,
    ) -> Result<(), TransferError> {
        let Some(folder_id) = self.to.folder() else { return Ok(()) };
        let intention = Intention {
            account_id: self.account_id.clone(),
            folder_id: folder_id.clone(),
            name: self.name.clone(),
            size,
            path: path.clone(),
            at: SystemTime::now(),
            file_id: None,
            known: self.incomplete.clone(),
        };
        match (manifest.intend(abandoned, intention).await, &self.on_manifest_failure) {
            (Err(error), Some(report)) => {
                report(&error);
                Ok(())
            }
            (intended, _) => intended,
        }
    }

    /// Creates the object at the service and sends all parts. `abandoned` is the file of an upload that is
    /// restarted.
    async fn start_new(
        &self,
        source: Source,
        manifest: Option<(Manifest, PathBuf)>,
        abandoned: Option<Intention>,
    ) -> Result<D::Output, TransferError> {
        let fingerprint = source.fingerprint;
        let created_at = SystemTime::now();
        if let Some(manifest) = &manifest {
            self.intend(manifest, abandoned, fingerprint.size).await?;
        }
        let CreatedUpload { created, parts, media_type } =
            match D::create(self, fingerprint.size).await {
                Ok(created) => created,
                Err(error) => {
                    if let Some((manifest, _)) = manifest {
                        not_created(&manifest, &error).await;
                    }
                    return Err(error);
                }
            };
        let parts = Arc::new(parts);
        let manifest = match manifest {
            None => None,
            Some((manifest, path)) => {
                let saved = Saved {
                    account_id: self.account_id.clone(),
                    destination: self.to.save(&created),
                    name: self.name.clone(),
                    media_type: media_type.clone(),
                    path,
                    fingerprint,
                    identity: source.identity,
                    created: created_at,
                    parts: parts.clone(),
                    done: Vec::new(),
                };
                match (manifest.begin(saved).await, &self.on_manifest_failure) {
                    (Ok(()), _) => Some(manifest),
                    (Err(error), Some(report)) => {
                        report(&error);
                        None
                    }
                    (Err(error), None) => return Err(error),
                }
            }
        };
        let parts = PartsAndDone { parts, done: Vec::new(), is_verified: false };
        self.send_and_finish(source, manifest, parts, &media_type, created).await
    }

    /// Sends the parts, and waits until the service has assembled them.
    async fn send_and_finish(
        &self,
        source: Source,
        manifest: Option<Manifest>,
        PartsAndDone { parts, done, is_verified }: PartsAndDone,
        media_type: &str,
        created: D::Created,
    ) -> Result<D::Output, TransferError> {
        if let Some(id) = D::file_id(&created) {
            Span::current().record("frameio.file_id", id.as_str());
        }
        let start = resumed_at(&parts, &done);
        let tracker = Tracker::new(self.options.report.clone(), start);
        let checksum = self.options.checksum.or(is_verified.then_some(Checksum::Xxh3));
        let digest = checksum.map(|checksum| SentDigest::new(checksum, parts.clone(), &done));
        let parts = PartsToSend {
            digest: digest.clone(),
            in_flight: in_flight(self.options.parts_in_flight, parts.size()),
            source,
            parts,
            done,
            media_type: media_type_header(media_type)?,
            tracker: tracker.clone(),
            manifest: manifest.clone(),
        };
        parts.send(self.inner).await?;
        let digest = digest.map(|digest| digest.finish()).transpose()?;
        tracker.finish();
        let bytes = tracker.now().bytes - start.bytes;
        let mut output = D::finish(self, created, bytes, manifest.as_ref()).await?;
        if let Some(digest) = digest.filter(|_| self.options.checksum.is_some()) {
            D::set_digest(&mut output, digest);
        }
        // A manifest that the caller has locked is removed by the caller.
        if let Some(manifest) = manifest.filter(|_| self.on_manifest_failure.is_none()) {
            manifest.remove().await;
        }
        Ok(output)
    }
}

/// Parts of an upload.
struct PartsAndDone {
    parts: Arc<Parts>,
    /// For each part that an earlier run has sent, its hash.
    done: Vec<Option<PartHash>>,
    /// Whether these parts are compared with the source even if no checksum is computed.
    is_verified: bool,
}

/// Returns the progress of an earlier run, and records the size and the number of parts.
fn resumed_at(parts: &Parts, done: &[Option<PartHash>]) -> Progress {
    let done = done.iter().enumerate().filter(|(_, done)| done.is_some());
    let done: Vec<u64> = done.map(|(index, _)| parts.size_of(index)).collect();
    let span = Span::current();
    span.record("size", parts.size());
    span.record("parts", parts.len());
    Progress {
        bytes: done.iter().sum(),
        total: Some(parts.size()),
        parts: done.len() as u64,
        total_parts: parts.len() as u64,
        ..Progress::default()
    }
}
