//! The one error of the client.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{ApiError, DecodeError, EncodeError, Operation, describe_body, describe_text};
use frameio_tower::error::{QuotaExhausted, TransportStage, find};
use frameio_tower::{CallRecord, FailureKind, HttpError, retry_after};
use http::header::{CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderMap, StatusCode, response};

type Source = Box<dyn StdError + Send + Sync>;

/// Why a call has no answer.
///
/// One line of [`Display`](fmt::Display) says what happened to which operation after how many
/// attempts; the accessors have all that came with it. It shows the errors
/// that the service reports, or the beginning of a text in place of them, and never a token, a query
/// of a URL or other content of a body.
///
/// ```
/// # async fn show(client: frameio::Client, request: frameio::files::ShowFile) -> Result<(), frameio::Error> {
/// match client.send(request).await {
///     Ok(file) => println!("{}", file.name),
///     Err(error) if error.is_not_found() => println!("no such file"),
///     Err(error) if error.is_rate_limited() => println!("again in {:?}", error.retry_after()),
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
    answer: Option<Answer>,
    attempts: u32,
    elapsed: Duration,
    may_have_been_sent: bool,
    retry_after: Option<Duration>,
    source: Option<Source>,
}

/// What the service answered with, if it did.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    errors: Vec<ApiError>,
}

/// What went wrong, in groups that call for different reactions.
///
/// Without a response it is derived from the [`FailureKind`], which is finer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be encoded; nothing was sent.
    Encode,
    /// No token is available to send it with.
    Auth,
    /// The quota is exhausted: here, or by a response of 429.
    RateLimited,
    /// The store of shared quotas is unavailable.
    QuotaStore,
    /// A time limit was reached: connect, attempt or deadline.
    Timeout,
    /// The connection could not be established.
    Connect,
    /// The connection failed before a response arrived.
    Transport,
    /// The response ended in the middle of its body, or is larger than the limit.
    Body,
    /// The response is a success without the documented shape.
    Decode,
    /// The service responded with an error.
    Api,
    /// A custom layer failed, or the client was used where it cannot be.
    Middleware,
}

impl From<FailureKind> for ErrorKind {
    fn from(failure: FailureKind) -> Self {
        match failure {
            FailureKind::Auth => Self::Auth,
            FailureKind::QuotaExhausted => Self::RateLimited,
            FailureKind::QuotaStore => Self::QuotaStore,
            FailureKind::Deadline | FailureKind::AttemptTimeout | FailureKind::ConnectTimeout => {
                Self::Timeout
            }
            FailureKind::Transport(TransportStage::Connect) => Self::Connect,
            FailureKind::Transport(TransportStage::Body) | FailureKind::ResponseTooLarge => {
                Self::Body
            }
            FailureKind::Transport(_) => Self::Transport,
            _ => Self::Middleware,
        }
    }
}

/// What a call was, for the errors that it may end in.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) record: Option<&'a CallRecord>,
    pub(crate) elapsed: Duration,
}

impl Context<'_> {
    fn error(self, kind: ErrorKind, answer: Option<Answer>, source: Option<Source>) -> Error {
        Error(Box::new(Inner {
            kind,
            failure: None,
            operation: self.operation.map(|operation| operation.id),
            retry_after: answer
                .as_ref()
                .and_then(|answer| retry_after(&answer.headers, std::time::SystemTime::now())),
            may_have_been_sent: answer.is_some()
                || self.record.is_some_and(CallRecord::may_have_been_sent),
            answer,
            attempts: self.record.map_or(0, CallRecord::attempts),
            elapsed: self.elapsed,
            source,
        }))
    }

    pub(crate) fn encode(self, error: EncodeError) -> Error {
        self.error(ErrorKind::Encode, None, Some(error.into()))
    }

    /// An answer whose status is not a success.
    pub(crate) fn api(self, parts: response::Parts, body: Bytes) -> Error {
        let kind = match parts.status {
            StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
            _ => ErrorKind::Api,
        };
        self.error(kind, Some(Answer::new(parts, body)), None)
    }

    pub(crate) fn decode(self, error: DecodeError, parts: response::Parts, body: Bytes) -> Error {
        self.error(ErrorKind::Decode, Some(Answer::new(parts, body)), Some(error.into()))
    }

    /// A failure of the stack.
    pub(crate) fn stack(self, error: HttpError) -> Error {
        let failure = FailureKind::of(&error);
        let retry_after = match failure {
            FailureKind::QuotaExhausted => error.find::<QuotaExhausted>().map(|quota| quota.wait),
            _ => None,
        };
        // Without a marker of what is sent, the kind of the failure decides.
        let tracked = self.record.is_some_and(CallRecord::tracks_sending);
        let mut error = self.error(failure.into(), None, Some(error.into_inner()));
        error.0.failure = Some(failure);
        error.0.retry_after = retry_after;
        error.0.may_have_been_sent |= !tracked && failure.may_have_been_sent();
        error
    }
}

impl Answer {
    fn new(parts: response::Parts, body: Bytes) -> Self {
        let errors = ApiError::parse(&body);
        Self { status: parts.status, headers: parts.headers, body, errors }
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Error {
    /// The client was used where it cannot be, for the reason in `message`.
    #[cfg(any(feature = "blocking", feature = "dynamic"))]
    pub(crate) fn misuse(message: &'static str) -> Self {
        let context = Context { operation: None, record: None, elapsed: Duration::ZERO };
        context.error(ErrorKind::Middleware, None, Some(message.into()))
    }

    /// A page that the list cannot be gone on from.
    pub(crate) fn page(operation: &'static Operation, error: DecodeError) -> Self {
        let context = Context { operation: Some(operation), record: None, elapsed: Duration::ZERO };
        context.error(ErrorKind::Decode, None, Some(error.into()))
    }

    /// Returns what went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns why no response arrived; `None` if one did, or if the request was not encoded.
    pub fn failure_kind(&self) -> Option<FailureKind> {
        self.0.failure
    }

    /// The documented name of the operation, `files.show`; `None` for a plain request.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The status of the answer, if one came.
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.0.answer.as_ref()?.status)
    }

    /// The headers of the answer, if one came.
    pub fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.0.answer.as_ref()?.headers)
    }

    /// The body of the answer as it came, JSON or not; empty if no answer came.
    pub fn body(&self) -> &[u8] {
        self.0.answer.as_ref().map_or(&[], |answer| &answer.body)
    }

    /// The errors that the service told of in the body, with pointers into the request.
    pub fn api_errors(&self) -> &[ApiError] {
        self.0.answer.as_ref().map_or(&[], |answer| &answer.errors)
    }

    /// What the service, or the edge before it, calls the request in its logs.
    ///
    /// The service documents none; `x-request-id` and `cf-ray` are looked for.
    pub fn request_id(&self) -> Option<&str> {
        let headers = self.headers()?;
        ["x-request-id", "cf-ray"].iter().find_map(|name| headers.get(*name)?.to_str().ok())
    }

    /// How many attempts were begun. 0 if the request was not even encoded.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took, waits included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// When it is worth trying again: what `Retry-After` says, or when the quota has room.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the service may have got the request, and so may have done what it asked for.
    pub fn may_have_been_sent(&self) -> bool {
        self.0.may_have_been_sent
    }

    /// Whether a time limit was reached: connect, attempt or deadline.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether no connection was made, in time or at all.
    pub fn is_connect(&self) -> bool {
        matches!(
            self.0.failure,
            Some(FailureKind::ConnectTimeout | FailureKind::Transport(TransportStage::Connect))
        )
    }

    /// Whether the quota is spent: here, or by an answer of 429.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// Whether the answer is 400 or 422: the request has to change.
    pub fn is_bad_request(&self) -> bool {
        matches!(self.status_u16(), Some(400 | 422))
    }

    /// Whether the answer is 401: the token is missing, wrong or expired.
    pub fn is_unauthorized(&self) -> bool {
        self.status_u16() == Some(401)
    }

    /// Whether the answer is 403: the user may not do this.
    pub fn is_forbidden(&self) -> bool {
        self.status_u16() == Some(403)
    }

    /// Whether the answer is 404: there is no such thing, or the user may not see it.
    pub fn is_not_found(&self) -> bool {
        self.status_u16() == Some(404)
    }

    /// Whether the answer is 409: it is in conflict with what is there.
    pub fn is_conflict(&self) -> bool {
        self.status_u16() == Some(409)
    }

    /// Whether the answer is 5xx: the fault is the service's.
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// The first error of the type `T` behind this one, such as a layer's.
    pub fn find<T: StdError + 'static>(&self) -> Option<&T> {
        find(self.cause()?)
    }

    /// The name of the error for spans and metrics: the status, or one of a fixed set.
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
        if let Some(answer) = &self.0.answer {
            write!(f, "{}", answer.status)?;
            if self.0.kind != ErrorKind::Decode {
                match answer.errors.as_slice() {
                    [] => {
                        match answer.header(LOCATION).filter(|_| answer.status.is_redirection()) {
                            Some(target) => write!(f, ": redirect to {}", describe_text(target))?,
                            None => {
                                let body = describe_body(answer.header(CONTENT_TYPE), &answer.body);
                                write!(f, ": {body}")?;
                            }
                        }
                    }
                    errors => {
                        for (i, error) in errors.iter().enumerate() {
                            write!(f, "{}{error}", if i == 0 { ": " } else { "; " })?;
                        }
                    }
                }
            }
        }
        if let Some(cause) = self.cause() {
            let what = match self.0.kind {
                ErrorKind::Encode => "not sent: ",
                ErrorKind::Decode if self.0.answer.is_some() => ": unexpected response: ",
                ErrorKind::Decode => "unexpected response: ",
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
    /// What is behind the failure; the failure itself stands in the message already.
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
