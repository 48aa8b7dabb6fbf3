//! Exchanges with the storage: ranges asked for, and answers held against what was asked.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use frameio_core::{Body, BoxError, model};
use http::header::{
    CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_RANGE,
    LAST_MODIFIED, RANGE,
};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;

use super::super::retry::AttemptError;
use super::super::signed_http::Activity;
use super::super::{Inner, TransferError, TransferErrorKind};
use super::link::{Link, Links};

/// How often in a row a link is asked for anew without a byte that comes by it.
const REFRESHES: u32 = 2;

model! {
    /// What tells one content from another.
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

    /// What a range is to be conditional on: a weak tag is not fit for that.
    fn if_range(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|etag| !etag.starts_with("W/"));
        strong.or(self.last_modified.as_deref())
    }

    /// Whether it may be told at all that the content is the same later.
    pub(crate) fn is_telling(&self) -> bool {
        self.size.is_some() && (self.etag.is_some() || self.last_modified.is_some())
    }
}

/// Why an exchange failed.
pub(crate) enum ExchangeError {
    /// Another attempt may be better.
    Retryable(AttemptError),
    /// It is over.
    Final(TransferError),
}

impl From<AttemptError> for ExchangeError {
    fn from(error: AttemptError) -> Self {
        Self::Retryable(error)
    }
}

/// An answer that is not as it should be, which may be a proxy's fault and pass.
pub(crate) fn wrong(message: impl Into<BoxError>) -> ExchangeError {
    ExchangeError::Retryable(AttemptError::Transport(message.into()))
}

pub(crate) fn changed() -> TransferError {
    let message = "the file at the service is not what it was when the download began; \
                   begin it again";
    TransferError::new(TransferErrorKind::SourceChanged, message)
}

/// The head of an answer, its body yet to be read.
pub(crate) struct ResponseHead {
    pub(crate) validators: Validators,
    /// Where the body begins and ends; `None` where it is the whole content.
    pub(crate) range: Option<Range<u64>>,
    pub(crate) body: Body,
}

/// What is received, and by what links.
pub(crate) struct RangeClient {
    pub(crate) inner: Arc<Inner>,
    pub(crate) links: Links,
}

impl RangeClient {
    /// One attempt to get a range, to the end where it has none, or all there is; `validators` voids the range if it is not that.
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
        let response = self.inner.storage.send(&link.uri, &Activity::default(), request).await?;
        head(response, range)
    }

    /// The head of an answer, after as many attempts as it takes.
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
                // Nothing is so long: the whole will tell how long it is.
                Err(ExchangeError::Retryable(AttemptError::Answered(answer)))
                    if range.is_some() && answer.status == StatusCode::RANGE_NOT_SATISFIABLE =>
                {
                    range = None;
                }
                Err(failure) => budget.failed(failure, &link).await?,
            }
        }
    }

    /// The next bytes of a body, or `None` at its end.
    pub(crate) async fn chunk(&self, body: &mut Body) -> Result<Option<Bytes>, ExchangeError> {
        loop {
            match self.inner.storage.watch(body.frame(), &Activity::default()).await? {
                None => return Ok(None),
                Some(Err(error)) => return Err(wrong(error)),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Ok(Some(data)),
                    _ => {}
                },
            }
        }
    }
}

fn header(value: String) -> Result<HeaderValue, ExchangeError> {
    HeaderValue::try_from(value).map_err(|error| wrong(error.to_string()))
}

fn head(
    response: Response<Body>,
    asked: Option<&Range<u64>>,
) -> Result<ResponseHead, ExchangeError> {
    let (parts, body) = response.into_parts();
    if parts.status != StatusCode::PARTIAL_CONTENT || asked.is_none() {
        if parts.status != StatusCode::OK {
            let status = parts.status;
            return Err(wrong(format!("the storage answered {status}, which was not asked for")));
        }
        let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let size = length.and_then(|length| length.parse().ok());
        return Ok(ResponseHead {
            validators: Validators::new(size, &parts.headers),
            range: None,
            body,
        });
    }
    let told = parts.headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let told = told.unwrap_or_default();
    let (range, size) = content_range(told)
        .ok_or_else(|| wrong(format!("the storage answered the Content-Range {told:?}")))?;
    let end = asked.map(|asked| size.map_or(asked.end, |size| asked.end.min(size)));
    if asked.map(|asked| asked.start) != Some(range.start) || end != Some(range.end) {
        return Err(wrong(format!("the storage answered with another range, {told:?}")));
    }
    Ok(ResponseHead { validators: Validators::new(size, &parts.headers), range: Some(range), body })
}

/// Reads `bytes 0-3/10`, in which the 10 may be `*`.
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

/// How much more is put up with.
pub(crate) struct RetryBudget {
    remote: Arc<RangeClient>,
    attempts: u32,
    refreshes: u32,
}

impl RetryBudget {
    pub(crate) fn new(remote: &Arc<RangeClient>) -> Self {
        Self { remote: remote.clone(), attempts: 0, refreshes: 0 }
    }

    /// Something came: what failed before does not count any more.
    pub(crate) fn progressed(&mut self) {
        self.attempts = 0;
        self.refreshes = 0;
    }

    /// Waits until another attempt is due, with a new link where this one was refused.
    pub(crate) async fn failed(
        &mut self,
        failure: ExchangeError,
        link: &Link,
    ) -> Result<(), TransferError> {
        let error = match failure {
            ExchangeError::Retryable(error) => error,
            ExchangeError::Final(error) => return Err(error),
        };
        // Not every storage says that it is the time which has run out.
        let refused = matches!(
            error.status(),
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::GONE)
        );
        if refused || error.kind() == TransferErrorKind::Expired {
            if self.refreshes < REFRESHES {
                self.refreshes += 1;
                tracing::debug!(
                    target: "frameio::transfer",
                    reason = error.reason(),
                    "a link was refused, and is asked for anew",
                );
                return self.remote.links.refresh(link).await;
            }
            return Err(TransferError::storage(error, self.refreshes + 1));
        }
        self.attempts += 1;
        let Some(wait) = self.remote.inner.retries.wait(&error, self.attempts) else {
            return Err(TransferError::storage(error, self.attempts));
        };
        tracing::debug!(
            target: "frameio::transfer",
            reason = error.reason(),
            attempts = self.attempts,
            wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            "a download is retried",
        );
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_or_refused() {
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
    fn a_range_is_conditional_on_what_is_strong() {
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
