//! An upload from its beginning to its end.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use frameio_core::{AccountId, FileId};
use http::StatusCode;
use tracing::field::debug;
use tracing::{Instrument, Span};

use super::content::{Content, Opened, Origin, header, in_flight, invalid};
use super::kind::{Begun, Kind};
use super::manifest::{Manifest, Saved};
use super::parts::Parts;
use super::send::{self, Job};
use super::source::Stamp;
use super::{Target, Upload};
use crate::progress::{Progress, Report, Tracker};
use crate::{Inner, TransferError, TransferErrorKind, Until};

/// Runs an upload within its span, which has the fields that are recorded here.
pub(super) async fn run<K: Kind>(
    inner: Arc<Inner>,
    upload: Upload<K>,
    span: Span,
) -> Result<K::Done, TransferError> {
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
pub(super) struct Known(Mutex<Option<FileId>>);

impl Known {
    pub(super) fn set(&self, id: &FileId) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.clone());
    }

    fn name(self, error: TransferError) -> TransferError {
        match self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(id) => error.of_file(&id),
            None => error,
        }
    }
}

/// What is known of an upload before the service has made anything of it.
pub(super) struct Plan<'a, K> {
    pub(super) inner: &'a Arc<Inner>,
    pub(super) known: &'a Known,
    pub(super) account_id: AccountId,
    pub(super) to: K,
    pub(super) name: String,
    pub(super) media_type: Option<String>,
    in_flight: usize,
    report: Option<Report>,
    pub(super) until: Until,
    pub(super) wait_timeout: Option<Duration>,
}

async fn start<K: Kind>(
    inner: &Arc<Inner>,
    upload: Upload<K>,
    known: &Known,
) -> Result<K::Done, TransferError> {
    let Upload { target, manifest, restart, until, wait_timeout, .. } = upload;
    let (content, to) = match target {
        Target::New(account_id, to, content) => (content, Some((account_id, to))),
        Target::Resumed(content) => (content, None),
    };
    let name = content.file_name();
    let Content { origin, media_type, parts_in_flight, report, .. } = content;
    let plan = |account_id, to, name, size| Plan {
        inner,
        known,
        account_id,
        to,
        name,
        media_type,
        in_flight: in_flight(parts_in_flight, size),
        report,
        until,
        wait_timeout,
    };
    let Some(manifest) = manifest else {
        let (account_id, to) = to.ok_or_else(|| invalid("there is no manifest"))?;
        let name = name?;
        let opened = origin.open().await?;
        let plan = plan(account_id, to, name, opened.stamp.size);
        return plan.begin(opened, None).await;
    };
    let Some((account_id, to)) = to else {
        let (manifest, saved) = Manifest::open(manifest, false).await?;
        let Some(saved) = saved else {
            let message = "nothing was begun by this manifest";
            return Err(TransferError::new(TransferErrorKind::Manifest, message));
        };
        let (to, made) = K::of(&saved.place).ok_or_else(another)?;
        let opened = Origin::Path(saved.path.clone()).open().await;
        let opened = opened.inspect_err(|_| {
            if let Some(id) = K::file_id(&made) {
                known.set(id);
            }
        })?;
        let (account_id, name) = (saved.account_id.clone(), saved.name.clone());
        let plan = plan(account_id, to, name, opened.stamp.size);
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
    let plan = plan(account_id, to, name, opened.stamp.size);
    match saved {
        Some(saved) => plan.go_on(opened, path, manifest, saved, restart).await,
        None => plan.begin(opened, Some((manifest, path))).await,
    }
}

/// The error of a manifest that another upload has.
fn another() -> TransferError {
    let message = "the manifest is of another upload: resume that one, or name another manifest";
    TransferError::new(TransferErrorKind::Manifest, message)
}

impl<K: Kind> Plan<'_, K> {
    /// Sends what a manifest says is missing; or all anew, where that cannot be and is allowed.
    async fn go_on(
        &self,
        opened: Opened,
        path: PathBuf,
        manifest: Manifest,
        saved: Saved,
        restart: bool,
    ) -> Result<K::Done, TransferError> {
        let (to, made) = K::of(&saved.place).ok_or_else(another)?;
        if let Some(id) = K::file_id(&made) {
            self.known.set(id);
        }
        let tried = match self.check(&saved, &to, &path, opened.stamp) {
            Ok(()) => {
                Span::current().record("resumed", true);
                let parts = (saved.parts, saved.done);
                self.deliver(opened, Some(manifest.clone()), parts, &saved.media_type, made).await
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
                let mut done = self.begin(opened, Some((manifest, path))).await?;
                if let Some((_, made)) = K::of(&saved.place) {
                    K::replaces(&mut done, made);
                }
                Ok(done)
            }
            tried => tried,
        }
    }

    /// Whether the upload of a manifest is this one, and can still be gone on with.
    fn check(&self, saved: &Saved, to: &K, path: &Path, stamp: Stamp) -> Result<(), TransferError> {
        if (&saved.account_id, to) != (&self.account_id, &self.to)
            || (&*saved.name, &*saved.path) != (&*self.name, path)
        {
            return Err(another());
        }
        saved.stamp.check(stamp)?;
        if saved.is_expired() {
            let message = "the upload was begun more than a day ago, and its URLs have expired: \
                           allow a `restart`";
            return Err(TransferError::new(TransferErrorKind::Expired, message));
        }
        Ok(())
    }

    /// Lets the service make room for all of it, and sends it.
    async fn begin(
        &self,
        opened: Opened,
        manifest: Option<(Manifest, PathBuf)>,
    ) -> Result<K::Done, TransferError> {
        let stamp = opened.stamp;
        let created = SystemTime::now();
        let Begun { made, parts, media_type } = match K::create(self, stamp.size).await {
            Ok(begun) => begun,
            Err(error) => {
                if let Some((manifest, _)) = manifest {
                    manifest.remove().await?;
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
                    place: self.to.place(&made),
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
        self.deliver(opened, manifest, (parts, Vec::new()), &media_type, made).await
    }

    /// Sends the parts, and waits until the service has put them together.
    async fn deliver(
        &self,
        opened: Opened,
        manifest: Option<Manifest>,
        (parts, done): (Arc<Parts>, Vec<bool>),
        media_type: &str,
        made: K::Made,
    ) -> Result<K::Done, TransferError> {
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
        if let Some(id) = K::file_id(&made) {
            span.record("frameio.file_id", id.as_str());
        }
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
        let done = K::finish(self, made, bytes, manifest.as_ref()).await?;
        if let Some(manifest) = manifest {
            manifest.remove().await?;
        }
        Ok(done)
    }
}
