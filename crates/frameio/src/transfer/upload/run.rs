//! An upload from its beginning to its end.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use frameio_api::files::{CreateLocalUpload, File, FileStatus, UploadUrl};
use frameio_core::{AccountId, FileId, FolderId};
use http::StatusCode;
use tracing::field::{Empty, debug};
use tracing::{Instrument, Span};

use super::content::{Content, Opened, Origin, header, in_flight, invalid};
use super::manifest::{Manifest, Saved};
use super::parts::Parts;
use super::send::{self, Job};
use super::source::Stamp;
use super::{Target, Upload, Uploaded};
use crate::transfer::progress::{Progress, Report, Tracker};
use crate::transfer::{Inner, TransferError, TransferErrorKind, Until};

pub(super) async fn run(inner: Arc<Inner>, upload: Upload) -> Result<Uploaded, TransferError> {
    let span = tracing::info_span!(
        target: "frameio::transfer",
        "frameio.upload",
        frameio.file_id = Empty,
        size = Empty,
        parts = Empty,
        resumed = Empty,
        error.type = Empty,
    );
    let known = Known::default();
    let deadline = upload.deadline;
    let uploading = start(&inner, upload, &known).instrument(span.clone());
    let result = match deadline {
        None => uploading.await,
        Some(deadline) => tokio::time::timeout(deadline, uploading).await.unwrap_or_else(|_| {
            let message = format!("the deadline of {deadline:?} was reached");
            Err(TransferError::new(TransferErrorKind::Timeout, message))
        }),
    };
    result.map_err(|error| {
        span.record("error.type", debug(error.kind()));
        known.name(error)
    })
}

/// The file at the service, from when it is known: errors name it.
#[derive(Default)]
struct Known(Mutex<Option<FileId>>);

impl Known {
    fn set(&self, id: &FileId) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.clone());
    }

    fn name(self, error: TransferError) -> TransferError {
        match self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(id) => error.of_file(&id),
            None => error,
        }
    }
}

/// What is known of an upload before its file is created.
struct Plan<'a> {
    inner: &'a Arc<Inner>,
    known: &'a Known,
    account_id: AccountId,
    folder_id: FolderId,
    name: String,
    media_type: Option<String>,
    in_flight: usize,
    report: Option<Report>,
    until: Until,
    wait_timeout: Option<Duration>,
}

async fn start(
    inner: &Arc<Inner>,
    upload: Upload,
    known: &Known,
) -> Result<Uploaded, TransferError> {
    let Upload { target, manifest, restart, until, wait_timeout, .. } = upload;
    let (content, to) = match target {
        Target::New(account_id, folder_id, content) => (content, Some((account_id, folder_id))),
        Target::Resumed(content) => (content, None),
    };
    let name = content.file_name();
    let Content { origin, media_type, parts_in_flight, report, .. } = content;
    let plan = |account_id, folder_id, name, size| Plan {
        inner,
        known,
        account_id,
        folder_id,
        name,
        media_type,
        in_flight: in_flight(parts_in_flight, size),
        report,
        until,
        wait_timeout,
    };
    let Some(manifest) = manifest else {
        let (account_id, folder_id) = to.ok_or_else(|| invalid("there is no manifest"))?;
        let name = name?;
        let opened = origin.open().await?;
        let plan = plan(account_id, folder_id, name, opened.stamp.size);
        return plan.begin(opened, None).await;
    };
    let Some((account_id, folder_id)) = to else {
        let (manifest, saved) = Manifest::open(manifest, false).await?;
        let Some(saved) = saved else {
            let message = "nothing was begun by this manifest";
            return Err(TransferError::new(TransferErrorKind::Manifest, message));
        };
        let opened = Origin::Path(saved.path.clone()).open().await;
        let opened = opened.inspect_err(|_| known.set(&saved.file_id))?;
        let (account_id, folder_id) = (saved.account_id.clone(), saved.folder_id.clone());
        let (name, size) = (saved.name.clone(), opened.stamp.size);
        let plan = plan(account_id, folder_id, name, size);
        let path = saved.path.clone();
        return plan.go_on(opened, path, manifest, saved, restart).await;
    };
    let name = name?;
    let Origin::Path(path) = origin else {
        return Err(invalid("only what has a path can be resumed: it cannot have a manifest"));
    };
    let path = std::path::absolute(&path).map_err(|error| {
        let message = format!("{}: {error}", path.display());
        TransferError::new(TransferErrorKind::Source, message).because(error)
    })?;
    if path.to_str().is_none() {
        return Err(invalid("a manifest cannot name a path that is not UTF-8"));
    }
    // Before the manifest is made, which is not to be left behind for nothing.
    let opened = Origin::Path(path.clone()).open().await?;
    let (manifest, saved) = Manifest::open(manifest, true).await?;
    let plan = plan(account_id, folder_id, name, opened.stamp.size);
    match saved {
        Some(saved) => plan.go_on(opened, path, manifest, saved, restart).await,
        None => plan.begin(opened, Some((manifest, path))).await,
    }
}

impl Plan<'_> {
    /// Sends what a manifest says is missing; or all anew, where that cannot be and is allowed.
    async fn go_on(
        &self,
        opened: Opened,
        path: PathBuf,
        manifest: Manifest,
        saved: Saved,
        restart: bool,
    ) -> Result<Uploaded, TransferError> {
        self.known.set(&saved.file_id);
        let file_id = saved.file_id.clone();
        let tried = match self.check(&saved, &path, opened.stamp) {
            Ok(()) => {
                Span::current().record("resumed", true);
                let media_type = saved.media_type.clone();
                let (parts, done) = (saved.parts, saved.done);
                self.deliver(
                    opened,
                    Some(manifest.clone()),
                    (parts, done),
                    &media_type,
                    Ok(saved.file_id),
                )
                .await
            }
            Err(error) => Err(error),
        };
        let is_stale = |error: &TransferError| {
            let gone = error.status().or_else(|| error.api()?.status());
            let kinds = [
                TransferErrorKind::Expired,
                TransferErrorKind::SourceChanged,
                TransferErrorKind::UploadFailed,
            ];
            kinds.contains(&error.kind()) || gone == Some(StatusCode::NOT_FOUND)
        };
        match tried {
            Err(error) if restart && is_stale(&error) => {
                tracing::warn!(
                    target: "frameio::transfer",
                    reason = ?error.kind(),
                    "upload.restarted",
                );
                let opened = Origin::Path(path.clone()).open().await?;
                let mut uploaded = self.begin(opened, Some((manifest, path))).await?;
                uploaded.replaced = Some(file_id);
                Ok(uploaded)
            }
            tried => tried,
        }
    }

    /// Whether the upload of a manifest is this one, and can still be gone on with.
    fn check(&self, saved: &Saved, path: &Path, stamp: Stamp) -> Result<(), TransferError> {
        if (&saved.account_id, &saved.folder_id) != (&self.account_id, &self.folder_id)
            || (&*saved.name, &*saved.path) != (&*self.name, path)
        {
            let message = "the manifest is of another upload: resume that one, or name another \
                           manifest";
            return Err(TransferError::new(TransferErrorKind::Manifest, message));
        }
        saved.stamp.check(stamp)?;
        if saved.is_expired() {
            let message = "the upload was begun more than a day ago, and its URLs have expired: \
                           allow a `restart`";
            return Err(TransferError::new(TransferErrorKind::Expired, message));
        }
        Ok(())
    }

    /// Creates the file, and sends all of it.
    async fn begin(
        &self,
        opened: Opened,
        manifest: Option<(Manifest, PathBuf)>,
    ) -> Result<Uploaded, TransferError> {
        let (account_id, folder_id) = (&self.account_id, &self.folder_id);
        let stamp = opened.stamp;
        let request = CreateLocalUpload::new(account_id, folder_id, &*self.name, stamp.size);
        let created = SystemTime::now();
        let mut file = match self.inner.client.send(request).await {
            Ok(file) => file,
            Err(error) => {
                if let Some((manifest, _)) = manifest {
                    manifest.remove().await?;
                }
                return Err(TransferError::call(error));
            }
        };
        self.known.set(&file.id);
        let parts = Arc::new(parts(file.upload_urls.take(), stamp.size)?);
        let media_type = [&file.media_type, &self.media_type].into_iter().flatten().next();
        let media_type = media_type.map_or("application/octet-stream", |given| given).to_owned();
        let manifest = match manifest {
            None => None,
            Some((manifest, path)) => {
                let saved = Saved {
                    account_id: account_id.clone(),
                    folder_id: folder_id.clone(),
                    file_id: file.id.clone(),
                    name: self.name.clone(),
                    media_type: media_type.clone(),
                    path,
                    stamp,
                    created,
                    parts: parts.clone(),
                    done: Vec::new(),
                };
                manifest.begin(saved).await?;
                Some(manifest)
            }
        };
        self.deliver(opened, manifest, (parts, Vec::new()), &media_type, Err(file)).await
    }

    /// Sends the parts, and waits until the service has put them together.
    async fn deliver(
        &self,
        opened: Opened,
        manifest: Option<Manifest>,
        (parts, done): (Arc<Parts>, Vec<bool>),
        media_type: &str,
        file: Result<FileId, File>,
    ) -> Result<Uploaded, TransferError> {
        let id = file.as_ref().map_or_else(|file| file.id.clone(), Clone::clone);
        let before = done.iter().enumerate().filter(|(_, done)| **done);
        let before: Vec<u64> = before.map(|(index, _)| parts.size_of(index)).collect();
        let start = Progress {
            bytes: before.iter().sum(),
            total: Some(parts.size()),
            parts: before.len() as u64,
            total_parts: parts.len() as u64,
            ..Progress::default()
        };
        let span = Span::current();
        span.record("frameio.file_id", id.as_str());
        span.record("size", parts.size());
        span.record("parts", parts.len());
        let tracker = Tracker::new(self.report.clone(), start);
        let mut job = Job {
            feed: opened.feed,
            parts,
            done,
            media_type: header(media_type)?,
            in_flight: self.in_flight,
            tracker: tracker.clone(),
            manifest: manifest.clone(),
        };
        send::send(self.inner, &mut job).await?;
        drop(job);
        tracker.finish();
        let bytes = tracker.now().bytes - start.bytes;

        let Inner { client, poller, .. } = &**self.inner;
        let ids = (&self.account_id, &id);
        let end = self.until.end(self.wait_timeout);
        if let Err(error) = poller.uploaded(client, ids, end).await {
            if let Some(manifest) = manifest.filter(|_| error.kind() == TransferErrorKind::Timeout)
            {
                // A part may have got lost, though the storage said that it was taken.
                manifest.forget().await?;
            }
            return Err(error);
        }
        let file = match (self.until, file) {
            (Until::Transcoded, _) => poller.transcoded(client, ids, end).await?,
            (Until::Uploaded, Err(mut file)) => {
                file.status = FileStatus::Uploaded;
                file
            }
            (Until::Uploaded, Ok(_)) => self.inner.show(ids).await?,
        };
        if let Some(manifest) = manifest {
            manifest.remove().await?;
        }
        Ok(Uploaded { file, bytes, replaced: None })
    }
}

/// The parts that the service asks for, if they make up the file.
fn parts(urls: Option<Vec<UploadUrl>>, size: u64) -> Result<Parts, TransferError> {
    let mut parts = Parts::default();
    let urls = urls.unwrap_or_default();
    let all = urls.iter().all(|part| parts.push(part.size, part.url.as_str()).is_some());
    if all && parts.size() == size {
        return Ok(parts);
    }
    let message = format!("the service asks for {parts:?} of a file of {size}");
    Err(TransferError::new(TransferErrorKind::Api, message))
}
