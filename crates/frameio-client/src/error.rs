//! The error of a failed call.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{ApiError, DecodeError, EncodeError, Operation, describe_body, describe_text};
use frameio_tower::auth::RefreshFailed;
use frameio_tower::error::{QuotaExhausted, TransportStage, find};
use frameio_tower::{CallRecord, FailureKind, HttpError, IncompleteBody, retry_after};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderMap, StatusCode, response};

type Source = Box<dyn StdError + Send + Sync>;

/// Maximum number of errors of the service in the message.
const SHOWN_ERRORS: usize = 5;

/// Error of a failed call.
///
/// [`Display`](fmt::Display) prints one line with the operation, the cause and the number of
/// attempts; the accessors return the details. The line contains the first errors that the service
/// reported, or else the beginning of a plain-text body, without control characters. Tokens of Adobe
/// and of the legacy API, and user names, queries and fragments of URLs are masked.
///
/// The line includes the innermost cause, so the [`source`](StdError::source)s need not be printed too.
///
/// ```
/// # async fn show(client: frameio::Client, request: frameio::files::ShowFile) -> Result<(), frameio::Error> {
/// match client.send(request).await {
///     Ok(file) => println!("{}", file.name),
///     Err(error) if error.is_not_found() => println!("no such file"),
///     Err(error) if error.is_rate_limited() => println!("retry in {:?}", error.retry_after()),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    /// Why there is no response; the kind is derived from it.
    failure: Option<FailureKind>,
    operation: Option<&'static str>,
    response: Option<ErrorResponse>,
    /// Status of a response that has no usable body.
    failed_status: Option<StatusCode>,
    attempts: u32,
    elapsed: Duration,
    may_have_been_sent: bool,
    retry_after: Option<Duration>,
    source: Option<Source>,
}

/// Response of the service that became an error.
struct ErrorResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    errors: Vec<ApiError>,
}

/// Category of an [`Error`]. Each one calls for a different reaction.
///
/// If no response arrived, the category is derived from the more detailed [`FailureKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be encoded; nothing was sent.
    Encode,
    /// No token is available.
    Auth,
    /// The quota is exhausted, either locally or according to a 429 response.
    RateLimited,
    /// The store of shared quotas is unavailable.
    QuotaStore,
    /// A time limit was reached: connect, attempt, deadline, or that of a custom timeout layer of tower.
    Timeout,
    /// A load-shedding layer refused the request; nothing was sent.
    LoadShed,
    /// The connection could not be established.
    Connect,
    /// The connection failed before a response arrived, or the transport cannot send such a request.
    Transport,
    /// The response body ended early, exceeds the size limit, or cannot be decompressed.
    Body,
    /// The response has a success status but not the documented shape.
    Decode,
    /// The service responded with an error.
    Api,
    /// A custom layer failed.
    Middleware,
    /// The client was used incorrectly, such as a blocking call inside an async runtime.
    Misuse,
}

impl From<FailureKind> for ErrorKind {
    fn from(failure: FailureKind) -> Self {
        match failure {
            FailureKind::Auth => Self::Auth,
            FailureKind::QuotaExhausted => Self::RateLimited,
            FailureKind::QuotaStore => Self::QuotaStore,
            FailureKind::Deadline
            | FailureKind::AttemptTimeout
            | FailureKind::ConnectTimeout
            | FailureKind::LayerTimeout => Self::Timeout,
            FailureKind::LoadShed => Self::LoadShed,
            FailureKind::Transport(TransportStage::Connect) => Self::Connect,
            FailureKind::Transport(TransportStage::Body)
            | FailureKind::ResponseTooLarge
            | FailureKind::InvalidContent => Self::Body,
            FailureKind::Transport(_) => Self::Transport,
            _ => Self::Middleware,
        }
    }
}

/// Facts about a call that its errors report.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) record: Option<&'a CallRecord>,
    pub(crate) elapsed: Duration,
}

// Out of line, so that the code of successful calls is dense.
impl Context<'_> {
    fn error(
        self,
        kind: ErrorKind,
        response: Option<ErrorResponse>,
        source: Option<Source>,
    ) -> Error {
        Error(Box::new(Inner {
            kind,
            failure: None,
            operation: self.operation.map(|operation| operation.id),
            retry_after: response
                .as_ref()
                .and_then(|response| retry_after(&response.headers, std::time::SystemTime::now())),
            may_have_been_sent: response.is_some()
                || self.record.is_some_and(CallRecord::may_have_been_sent),
            response,
            failed_status: None,
            attempts: self.record.map_or(0, CallRecord::attempts),
            elapsed: self.elapsed,
            source,
        }))
    }

    #[cold]
    pub(crate) fn encode(self, error: EncodeError) -> Error {
        self.error(ErrorKind::Encode, None, Some(error.into()))
    }

    /// Creates the error of a response whose status is not a success. Its source is the reason why the
    /// response or the token is incomplete.
    #[cold]
    pub(crate) fn api(self, mut parts: response::Parts, body: Bytes) -> Error {
        let kind = match parts.status {
            StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
            _ => ErrorKind::Api,
        };
        let refresh = parts.extensions.remove::<RefreshFailed>().map(Source::from);
        let body_fault = parts.extensions.remove::<IncompleteBody>().map(Source::from);
        self.error(kind, Some(ErrorResponse::new(parts, body)), refresh.or(body_fault))
    }

    #[cold]
    pub(crate) fn decode(
        self,
        mut error: DecodeError,
        parts: response::Parts,
        body: Bytes,
    ) -> Error {
        if let Some(coding) = unknown_encoding(&parts.headers, &body) {
            error = DecodeError::new(".", format!("the encoding '{coding}' is not supported"));
        }
        self.error(ErrorKind::Decode, Some(ErrorResponse::new(parts, body)), Some(error.into()))
    }

    /// Creates the error of a call that failed in the stack.
    #[cold]
    pub(crate) fn stack(self, error: HttpError) -> Error {
        let failure = FailureKind::of(&error);
        let retry_after = match failure {
            FailureKind::QuotaExhausted => error.find::<QuotaExhausted>().map(|quota| quota.wait),
            _ => None,
        };
        // Without a sending marker in the stack, the kind of the failure decides.
        let tracked = self.record.is_some_and(CallRecord::tracks_sending);
        let status = error.status();
        let mut error = self.error(failure.into(), None, Some(error.into_inner()));
        error.0.failure = Some(failure);
        error.0.failed_status = status;
        error.0.retry_after = retry_after;
        error.0.may_have_been_sent |= !tracked && failure.may_have_been_sent();
        error
    }
}

impl ErrorResponse {
    fn new(parts: response::Parts, body: Bytes) -> Self {
        let errors = ApiError::parse(&body);
        Self { status: parts.status, headers: parts.headers, body, errors }
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn describe_body(&self) -> String {
        match unknown_encoding(&self.headers, &self.body) {
            Some(coding) => format!("{} bytes with the encoding '{coding}'", self.body.len()),
            None => describe_body(self.header(CONTENT_TYPE), &self.body),
        }
    }
}

/// Returns the content encoding that the stack did not decode, in a form that is safe to print.
fn unknown_encoding(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let coding = headers.get(CONTENT_ENCODING)?.as_bytes();
    let plain = body.is_empty() || coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    (!plain).then(|| describe_text(&String::from_utf8_lossy(coding)))
}

impl Error {
    /// Creates the error of a client that is used incorrectly.
    #[cfg(any(feature = "blocking", feature = "dynamic"))]
    pub(crate) fn misuse(message: &'static str) -> Self {
        let context = Context { operation: None, record: None, elapsed: Duration::ZERO };
        context.error(ErrorKind::Misuse, None, Some(message.into()))
    }

    /// Creates the error of a page whose link to the next page cannot be followed.
    pub(crate) fn page(operation: &'static Operation, error: DecodeError) -> Self {
        let context = Context { operation: Some(operation), record: None, elapsed: Duration::ZERO };
        context.error(ErrorKind::Decode, None, Some(error.into()))
    }

    /// Returns the category of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns why no response arrived, or `None` if one did or the request could not be encoded.
    pub fn failure_kind(&self) -> Option<FailureKind> {
        self.0.failure
    }

    /// Returns the documented name of the operation, such as `files.show`, or `None` for a plain
    /// request.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Returns the status of the response, if one arrived.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.response.as_ref().map(|response| response.status).or(self.0.failed_status)
    }

    /// Returns the headers of the response, if one arrived whose body could be read.
    pub fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.0.response.as_ref()?.headers)
    }

    /// Returns the unchanged body of the response, which may not be JSON. It is empty if no response
    /// arrived, and the part that arrived if [`find`](Self::find) returns an
    /// [`IncompleteBody`].
    pub fn body(&self) -> &[u8] {
        self.0.response.as_ref().map_or(&[], |response| &response.body)
    }

    /// Returns the errors that the service reports in the body, with pointers into the request.
    pub fn api_errors(&self) -> &[ApiError] {
        self.0.response.as_ref().map_or(&[], |response| &response.errors)
    }

    /// Returns the id of the request in the logs of the service or of its CDN, for support requests.
    ///
    /// The service documents no such header; this reads `x-request-id`, then `cf-ray`.
    pub fn request_id(&self) -> Option<&str> {
        let headers = self.headers()?;
        ["x-request-id", "cf-ray"].iter().find_map(|name| headers.get(*name)?.to_str().ok())
    }

    /// Returns the number of attempts that were started; 0 if the call failed before, for example because
    /// the request cannot be encoded, its quota is exhausted, or no token is available.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the duration of the call, including waits.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Returns how long to wait before trying again: the value of `Retry-After`, or the time until
    /// the local quota allows another request.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns whether the request may have reached the service and taken effect. `false` also for a
    /// request over HTTP/2 that the service reports as not processed.
    pub fn may_have_been_sent(&self) -> bool {
        self.0.may_have_been_sent
    }

    /// Returns whether a time limit was reached: connect, attempt, deadline, or that of a custom timeout
    /// layer of tower.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Returns whether the connection could not be established, including a connect timeout.
    pub fn is_connect(&self) -> bool {
        matches!(
            self.0.failure,
            Some(FailureKind::ConnectTimeout | FailureKind::Transport(TransportStage::Connect))
        )
    }

    /// Returns whether the quota is exhausted, either locally or according to a 429 response.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// Returns whether the response is 400 or 422: the request is invalid.
    pub fn is_bad_request(&self) -> bool {
        matches!(self.status_u16(), Some(400 | 422))
    }

    /// Returns whether the response is 401: the token is missing, invalid or expired.
    pub fn is_unauthorized(&self) -> bool {
        self.status_u16() == Some(401)
    }

    /// Returns whether the response is 403: the user lacks the permission.
    pub fn is_forbidden(&self) -> bool {
        self.status_u16() == Some(403)
    }

    /// Returns whether the response is 404: the resource does not exist, or the user may not see it.
    pub fn is_not_found(&self) -> bool {
        self.status_u16() == Some(404)
    }

    /// Returns whether the response is 409: the request conflicts with an existing resource.
    pub fn is_conflict(&self) -> bool {
        self.status_u16() == Some(409)
    }

    /// Returns whether the response is 5xx: the service failed.
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// Returns the first error of type `T` in the chain of sources, such as the error of a layer.
    pub fn find<T: StdError + 'static>(&self) -> Option<&T> {
        find(self.cause()?)
    }

    /// Returns the value of `error.type` in spans and metrics, one of a fixed set.
    pub(crate) fn error_type(&self) -> &'static str {
        match self.0.kind {
            ErrorKind::Encode => "encode",
            ErrorKind::Decode => "decode",
            _ => self.0.failure.map_or("_OTHER", FailureKind::name),
        }
    }

    fn status_u16(&self) -> Option<u16> {
        self.status().map(|status| status.as_u16())
    }

    fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&**self.0.source.as_ref()?)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{operation}: ")?;
        }
        if let Some(response) = &self.0.response {
            write!(f, "{}", response.status)?;
            if self.0.kind != ErrorKind::Decode {
                match response.errors.as_slice() {
                    [] => {
                        match response.header(LOCATION).filter(|_| response.status.is_redirection())
                        {
                            Some(target) => write!(f, ": redirect to {}", describe_text(target))?,
                            None => write!(f, ": {}", response.describe_body())?,
                        }
                    }
                    errors => {
                        for (i, error) in errors.iter().take(SHOWN_ERRORS).enumerate() {
                            write!(f, "{}{error}", if i == 0 { ": " } else { "; " })?;
                        }
                        if let more @ 1.. = errors.len().saturating_sub(SHOWN_ERRORS) {
                            write!(f, "; and {more} more")?;
                        }
                    }
                }
            }
        }
        if let Some(status) = self.0.failed_status {
            write!(f, "{status}: ")?;
        }
        if let Some(cause) = self.cause() {
            let what = match self.0.kind {
                ErrorKind::Encode => "not sent: ",
                ErrorKind::Api | ErrorKind::RateLimited if self.0.response.is_some() => "; ",
                ErrorKind::Decode if self.0.response.is_some() => ": unexpected response: ",
                ErrorKind::Decode => "unexpected response: ",
                ErrorKind::LoadShed => "refused by a load-shedding layer: ",
                _ => "",
            };
            write!(f, "{what}{cause}")?;
        }
        match (self.request_id(), self.attempts()) {
            (None, 0) => Ok(()),
            (Some(id), 0) => write!(f, " (request {id})"),
            (None, attempts) => write!(f, " ({})", Attempts(attempts)),
            (Some(id), attempts) => write!(f, " (request {id}, {})", Attempts(attempts)),
        }
    }
}

struct Attempts(u32);

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} attempt{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("message", &self.to_string())
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("status", &self.status())
            .field("api_errors", &self.api_errors())
            .field("body_bytes", &self.body().len())
            .field("attempts", &self.0.attempts)
            .field("elapsed", &self.0.elapsed)
            .field("may_have_been_sent", &self.0.may_have_been_sent)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    /// Returns the cause of the failure. The failure itself is part of the message already.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause()?.source()
    }
}

#[cfg(test)]
const _: () = {
    assert!(size_of::<Error>() <= 8);
    const fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Error>();
};
