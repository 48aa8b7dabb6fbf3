//! Range requests to the storage, with verification of the responses.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{Body, BoxError, model};
use http::header::{
    CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_RANGE,
    LAST_MODIFIED, RANGE,
};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use tokio::time::Instant;

use super::extension::extension;
use super::link::{Link, Links};
use crate::attempt_error::AttemptError;
use crate::signed_http::Activity;
use crate::{Inner, TransferError, TransferErrorKind};

/// Maximum number of consecutive new links without progress.
const MAX_REFRESHES: u32 = 2;

/// Number of bytes after which earlier failures no longer count. Any smaller progress does not reset
/// the count, because a storage that always fails after one byte would be retried forever.
const MIN_PROGRESS: u64 = 4 << 10;

/// Period of waiting for data over which the minimum rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(300);

model! {
    /// Properties that identify a version of the content.
    #[derive(Default)]
    pub struct Validators {
        pub size: Option<u64>,
        pub etag: Option<String>,
        pub last_modified: Option<String>,
    }
}

impl Validators {
    fn new(size: Option<u64>, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
        Self { size, etag: text(ETAG), last_modified: text(LAST_MODIFIED), ..Self::default() }
    }

    /// Returns the value of `If-Range`, which must not be a weak entity tag.
    fn if_range(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|etag| !etag.starts_with("W/"));
        strong.or(self.last_modified.as_deref())
    }

    /// Returns whether the same content can be recognized later.
    pub(crate) fn can_resume(&self) -> bool {
        self.size.is_some() && (self.etag.is_some() || self.last_modified.is_some())
    }
}

/// Error of an exchange with the storage.
pub(crate) enum ExchangeError {
    /// Another attempt may succeed.
    Retryable(AttemptError),
    /// No further attempt is made.
    Final(TransferError),
}

impl From<AttemptError> for ExchangeError {
    fn from(error: AttemptError) -> Self {
        Self::Retryable(error)
    }
}

impl From<TransferError> for ExchangeError {
    fn from(error: TransferError) -> Self {
        Self::Final(error)
    }
}

/// Creates the error of an unexpected response. It is retried, because a proxy may have caused it.
pub(crate) fn unexpected(message: impl Into<BoxError>) -> ExchangeError {
    ExchangeError::Retryable(AttemptError::Transport(message.into()))
}

pub(crate) fn changed() -> TransferError {
    let message = "the remote file changed during the download; start the download again";
    TransferError::new(TransferErrorKind::SourceChanged, message)
}

/// A verified response with an unread body.
pub(crate) struct ResponseHead {
    pub(crate) validators: Validators,
    /// Range of the body; `None` if it is the whole content.
    pub(crate) range: Option<Range<u64>>,
    /// File name extension of the content.
    extension: Option<String>,
    pub(crate) body: BodyReader,
}

/// A body with measurement of its rate.
pub(crate) struct BodyReader {
    body: Body,
    /// Time spent waiting in the current window, and bytes received in it.
    waited: Duration,
    bytes: u64,
}

/// Properties of the content reported by the storage.
pub(crate) struct Announced {
    pub(crate) size: Option<u64>,
    pub(crate) extension: Option<String>,
}

/// Requests the content of a file with its signed links.
pub(crate) struct RangeClient {
    pub(crate) inner: Arc<Inner>,
    pub(crate) links: Links,
}

impl RangeClient {
    /// Makes one attempt to request a range, or the whole content if `range` is `None`.
    ///
    /// An end of `u64::MAX` represents the end of the content. With `validators`, changed content is
    /// returned as a whole.
    pub(crate) async fn get(
        &self,
        link: &Link,
        range: Option<&Range<u64>>,
        validators: Option<&Validators>,
    ) -> Result<ResponseHead, ExchangeError> {
        let mut headers = HeaderMap::new();
        if let Some(range) = range {
            let last = match range.end {
                u64::MAX => String::new(),
                end => end.saturating_sub(1).to_string(),
            };
            headers.insert(RANGE, header(format!("bytes={}-{last}", range.start))?);
            if let Some(if_range) = validators.and_then(Validators::if_range) {
                headers.insert(IF_RANGE, header(if_range.to_owned())?);
            }
        }
        let request = |uri| {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = uri;
            request.headers_mut().clone_from(&headers);
            request
        };
        let activity = Activity::default();
        let sent = self.inner.storage.send(&link.uri, &activity, request);
        head(self.inner.stop.until(sent).await??, range, link)
    }

    /// Requests the size and the extension of the content.
    pub(crate) async fn announced(self: &Arc<Self>) -> Result<Announced, TransferError> {
        let head = self.probe(Some(0..1), None).await?;
        Ok(Announced { size: head.validators.size, extension: head.extension })
    }

    /// Requests a range, with retries.
    pub(crate) async fn probe(
        self: &Arc<Self>,
        range: Option<Range<u64>>,
        validators: Option<&Validators>,
    ) -> Result<ResponseHead, TransferError> {
        let mut budget = RetryBudget::new(self);
        let mut range = range;
        loop {
            let link = self.links.current().await;
            match self.get(&link, range.as_ref(), validators).await {
                Ok(head) => return Ok(head),
                // The content is empty, or shorter than the range.
                Err(ExchangeError::Retryable(AttemptError::Responded(response)))
                    if range.is_some() && response.status == StatusCode::RANGE_NOT_SATISFIABLE =>
                {
                    range = None;
                }
                Err(failure) => budget.failed(failure, &link).await?,
            }
        }
    }

    /// Returns the next bytes of a body, or `None` at its end.
    pub(crate) async fn chunk(
        &self,
        body: &mut BodyReader,
    ) -> Result<Option<Bytes>, ExchangeError> {
        loop {
            let limit = &self.inner.bandwidth.down;
            // The size of the next bytes is unknown, so they are counted when they have arrived.
            self.inner.stop.until(limit.take(0)).await?;
            let (start, activity) = (Instant::now(), Activity::default());
            let frame = self.inner.storage.watch(body.body.frame(), &activity);
            let frame = self.inner.stop.until(frame).await??;
            body.waited = body.waited.saturating_add(start.elapsed());
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(unexpected(error)),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => {
                        limit.charge(data.len());
                        body.count(data.len() as u64, self.inner.min_rate)?;
                        return Ok(Some(data));
                    }
                    _ => body.count(0, self.inner.min_rate)?,
                },
            }
        }
    }
}

impl BodyReader {
    const fn new(body: Body) -> Self {
        Self { body, waited: Duration::ZERO, bytes: 0 }
    }

    /// Counts received bytes. Fails if the rate is below the minimum.
    fn count(&mut self, bytes: u64, min_rate: u64) -> Result<(), ExchangeError> {
        self.bytes += bytes;
        if self.waited < RATE_WINDOW {
            return Ok(());
        }
        let seconds = self.waited.as_secs();
        let received = self.bytes;
        (self.waited, self.bytes) = (Duration::ZERO, 0);
        if received < min_rate.saturating_mul(seconds) {
            return Err(unexpected(format!("only {received} bytes received in {seconds} s")));
        }
        Ok(())
    }
}

fn header(value: String) -> Result<HeaderValue, ExchangeError> {
    HeaderValue::try_from(value).map_err(|error| unexpected(error.to_string()))
}

fn head(
    response: Response<Body>,
    requested: Option<&Range<u64>>,
    link: &Link,
) -> Result<ResponseHead, ExchangeError> {
    let (parts, body) = response.into_parts();
    let body = BodyReader::new(body);
    let extension = extension(&parts.headers, &link.uri);
    if parts.status != StatusCode::PARTIAL_CONTENT || requested.is_none() {
        if parts.status != StatusCode::OK {
            let status = parts.status;
            return Err(unexpected(format!("the storage returned an unexpected {status}")));
        }
        let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let size = length.and_then(|length| length.parse().ok());
        return Ok(ResponseHead {
            validators: Validators::new(size, &parts.headers),
            range: None,
            extension,
            body,
        });
    }
    let header = parts.headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let header = header.unwrap_or_default();
    let (range, size) = content_range(header).ok_or_else(|| {
        unexpected(format!("the storage returned an invalid Content-Range '{header}'"))
    })?;
    let is_requested = requested.is_some_and(|requested| {
        let end = size.map_or(requested.end, |size| requested.end.min(size));
        // If the size is unknown, the end cannot be verified.
        range.start == requested.start && (range.end == end || (size.is_none() && end == u64::MAX))
    });
    if !is_requested {
        return Err(unexpected(format!(
            "the storage returned a range that was not requested: '{header}'"
        )));
    }
    let validators = Validators::new(size, &parts.headers);
    Ok(ResponseHead { validators, range: Some(range), extension, body })
}

/// Parses `bytes 0-3/10`, where the size may be `*`.
fn content_range(text: &str) -> Option<(Range<u64>, Option<u64>)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let size = match size.trim() {
        "*" => None,
        size => Some(size.parse().ok()?),
    };
    let fits = first <= last && size.is_none_or(|size| last < size);
    fits.then_some((first..last.checked_add(1)?, size))
}

/// Counts failures and waits between attempts.
pub(crate) struct RetryBudget {
    client: Arc<RangeClient>,
    attempts: u32,
    refreshes: u32,
    /// Number of bytes received since the last reset.
    progress: u64,
}

impl RetryBudget {
    pub(crate) fn new(client: &Arc<RangeClient>) -> Self {
        Self { client: client.clone(), attempts: 0, refreshes: 0, progress: 0 }
    }

    /// Resets the count of failures after enough progress.
    pub(crate) fn progressed(&mut self, bytes: u64) {
        self.progress = self.progress.saturating_add(bytes);
        if self.progress >= MIN_PROGRESS {
            (self.attempts, self.refreshes, self.progress) = (0, 0, 0);
        }
    }

    /// Waits before the next attempt, or requests a new link if this one was refused.
    ///
    /// # Errors
    ///
    /// Returns the error of the transfer if no further attempt is allowed.
    pub(crate) async fn failed(
        &mut self,
        failure: ExchangeError,
        link: &Link,
    ) -> Result<(), TransferError> {
        let error = match failure {
            ExchangeError::Retryable(error) => error,
            ExchangeError::Final(error) => return Err(error),
        };
        // Some storages do not report that a link has expired.
        let refused = matches!(
            error.status(),
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::GONE)
        );
        if refused || error.kind() == TransferErrorKind::Expired {
            if self.refreshes < MAX_REFRESHES {
                self.refreshes += 1;
                tracing::debug!(
                    target: "frameio::transfer",
                    reason = error.reason(),
                    "link.refused",
                );
                return self.client.inner.stop.until(self.client.links.refresh(link)).await?;
            }
            return Err(TransferError::storage(error, self.refreshes + 1));
        }
        self.attempts += 1;
        let Some(wait) = self.client.inner.retries.wait(&error, self.attempts) else {
            return Err(TransferError::storage(error, self.attempts));
        };
        tracing::debug!(
            target: "frameio::transfer",
            reason = error.reason(),
            attempts = self.attempts,
            wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            "retry.scheduled",
        );
        self.client.inner.stop.until(tokio::time::sleep(wait)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_or_refuses_a_content_range() {
        assert_eq!(content_range("bytes 0-3/10"), Some((0..4, Some(10))));
        assert_eq!(content_range("bytes 9-9/10"), Some((9..10, Some(10))));
        assert_eq!(content_range("bytes 5-7/*"), Some((5..8, None)));
        for wrong in [
            "",
            "bytes */10",
            "bytes 3-2/10",
            "bytes 0-10/10",
            "bytes 0-18446744073709551615/*",
            "items 0-3/10",
            "bytes 0-3",
            "bytes -1-3/10",
        ] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn conditional_ranges_use_strong_validators() {
        let validators = |etag: Option<&str>, modified: Option<&str>| {
            let validators = Validators {
                size: Some(1),
                etag: etag.map(Into::into),
                last_modified: modified.map(Into::into),
                ..Validators::default()
            };
            validators.if_range().map(str::to_owned)
        };
        assert_eq!(validators(Some("\"a\""), Some("then")).as_deref(), Some("\"a\""));
        assert_eq!(validators(Some("W/\"a\""), Some("then")).as_deref(), Some("then"));
        assert_eq!(validators(Some("W/\"a\""), None), None);
    }
}
