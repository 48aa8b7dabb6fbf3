//! Uploads of old clients: they cut a file into even parts and send a content type of their own,
//! while V4 wants parts of its own sizes with its content type.
//!
//! The façade hands out its own URLs, collects the parts in a temporary file, and sends each V4 part
//! as soon as all of its bytes have arrived.

mod cut;
mod send;
mod spool;

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use frameio_api::files::File;
use frameio_core::{Body, BoxError, is_loopback};
use frameio_tower::HttpService;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Method, Response, StatusCode, Uri, request};

use self::cut::Cut;
use self::spool::Spool;
use crate::bounded::Bounded;
use crate::refusal::Refusal;
use crate::response;
use crate::translate::asset::media_type;

/// Path of the parts.
const PARTS: &str = "/v2/_parts/";
/// Maximum number of uploads at a time; the oldest make room.
const UPLOADS: usize = 10_000;
/// The URLs of V4 expire after 24 hours.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// All uploads that are under way.
pub(crate) struct Uploads {
    storage: HttpService,
    entries: Bounded<String, Arc<Upload>>,
}

/// One upload.
struct Upload {
    cut: Cut,
    media_type: String,
    targets: Vec<Target>,
    spool: Spool,
    progress: Mutex<Progress>,
}

/// Where the bytes of a V4 part go.
struct Target {
    url: Uri,
    start: u64,
    size: u64,
}

struct Progress {
    received: spool::Ranges,
    /// Of each V4 part.
    parts: Vec<PartState>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartState {
    Missing,
    Sending,
    Sent,
}

/// Names a part of an upload.
pub(crate) struct PartName {
    upload: String,
    /// From 0.
    index: u64,
}

impl Uploads {
    pub(crate) fn new(storage: HttpService) -> Self {
        Self { storage, entries: Bounded::new(UPLOADS) }
    }

    /// Prepares to receive the parts of a new file, and returns their URLs. `local_api` says whether
    /// V4 is on this machine, and its storage may be, too.
    pub(crate) fn register(
        &self,
        file: &File,
        size: u64,
        base_url: &str,
        local_api: bool,
    ) -> Result<Vec<String>, Refusal> {
        let targets = targets(file, size, local_api)?;
        let cut = Cut::new(size, targets.len() as u64);
        let spool = Spool::create().map_err(|error| {
            let detail = format!("cannot create a temporary file: {error}");
            Refusal::with_status(StatusCode::INSUFFICIENT_STORAGE, detail)
        })?;
        let parts = vec![PartState::Missing; targets.len()];
        let progress = Mutex::new(Progress { received: spool::Ranges::default(), parts });
        let upload = Upload { cut, media_type: media_type(file), targets, spool, progress };
        let id = random_id()?;
        let url = |index| format!("{base_url}{PARTS}{id}/{}", index + 1);
        let urls = (0..upload.cut.parts()).map(url).collect();
        self.entries.insert(id, Arc::new(upload), LIFE);
        Ok(urls)
    }

    /// Returns the part that a path names.
    pub(crate) fn part(&self, path: &str) -> Option<PartName> {
        let (upload, number) = path.strip_prefix(PARTS)?.split_once('/')?;
        let index = number.parse::<u64>().ok()?.checked_sub(1)?;
        Some(PartName { upload: upload.to_owned(), index })
    }

    /// Receives a part. The URL is the secret: clients send no token with it.
    pub(crate) async fn receive<B>(
        &self,
        parts: &request::Parts,
        part: PartName,
        body: B,
    ) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let result = self.receive_part(&parts.method, &parts.headers, &part, body).await;
        let status = result.as_ref().map_or_else(|it| it.status, |()| StatusCode::OK);
        let number = part.index + 1;
        tracing::debug!(target: "frameio::legacy", number, status = status.as_u16(), "legacy.part");
        match result {
            Ok(()) => Response::new(Body::empty()),
            Err(refusal) => response::refused(&refusal),
        }
    }

    async fn receive_part<B>(
        &self,
        method: &Method,
        headers: &HeaderMap,
        part: &PartName,
        body: B,
    ) -> Result<(), Refusal>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if *method != Method::PUT {
            return Err(Refusal::not_found("parts are sent with PUT"));
        }
        let upload = self.entries.get(&part.upload).ok_or_else(|| {
            Refusal::not_found(
                "no such upload: its URLs are valid for 24 hours, and while the façade runs",
            )
        })?;
        let length = headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
        let length: u64 = length.ok_or_else(|| {
            Refusal::with_status(StatusCode::LENGTH_REQUIRED, "a part needs a content-length")
        })?;
        let start = upload.cut.start(part.index, length)?;
        if !upload.is_complete() {
            upload.spool.write(start, length, body).await?;
            upload.progress().received.add(start, start + length);
        }
        upload.send_ready(&self.storage).await
    }
}

impl Upload {
    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_complete(&self) -> bool {
        self.progress().parts.iter().all(|state| *state == PartState::Sent)
    }

    /// Takes a V4 part whose bytes are all there and that nobody sends.
    fn take_ready(&self) -> Option<usize> {
        let mut progress = self.progress();
        let Progress { received, parts } = &mut *progress;
        let ready = self.targets.iter().zip(parts.iter()).position(|(target, state)| {
            *state == PartState::Missing
                && received.covers(target.start, target.start + target.size)
        })?;
        parts[ready] = PartState::Sending;
        Some(ready)
    }

    /// Sends the V4 parts that are ready.
    async fn send_ready(&self, storage: &HttpService) -> Result<(), Refusal> {
        while let Some(index) = self.take_ready() {
            // A client that gives up must not leave the part marked as being sent.
            let mut guard = Unsent { upload: self, index, sent: false };
            let target = &self.targets[index];
            send::put(storage, &self.spool, target, &self.media_type).await?;
            guard.sent = true;
            drop(guard);
        }
        if self.is_complete() {
            self.spool.clear();
        }
        Ok(())
    }
}

/// Puts a part back if it was not sent.
struct Unsent<'a> {
    upload: &'a Upload,
    index: usize,
    sent: bool,
}

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        let state = if self.sent { PartState::Sent } else { PartState::Missing };
        self.upload.progress().parts[self.index] = state;
    }
}

fn targets(file: &File, size: u64, local_api: bool) -> Result<Vec<Target>, Refusal> {
    let urls = file.upload_urls.as_deref().unwrap_or_default();
    let (mut targets, mut start) = (Vec::with_capacity(urls.len()), 0_u64);
    for part in urls {
        let url: Option<Uri> = part.url.as_str().parse().ok();
        let url = url.filter(|url| {
            // A URL of the service must not reach into this machine.
            url.host().is_some_and(|host| local_api || !is_loopback(host))
        });
        let url = url.ok_or_else(|| Refusal::bad_gateway("V4 returned an unusable upload URL"))?;
        targets.push(Target { url, start, size: part.size });
        start = start.saturating_add(part.size);
    }
    match targets.is_empty() || start != size {
        true => Err(Refusal::bad_gateway("the parts of V4 do not add up to the file")),
        false => Ok(targets),
    }
}

/// Returns an id that cannot be guessed.
pub(crate) fn random_id() -> Result<String, Refusal> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Refusal::bad_gateway(format!("no random numbers: {error}")))?;
    Ok(bytes.iter().fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    }))
}
