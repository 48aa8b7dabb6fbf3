//! Errors of attempts to transfer a part.

use std::fmt;
use std::time::Duration;

use frameio_core::BoxError;
use http::StatusCode;

/// Maximum number of redirects followed in one attempt.
pub(crate) const MAX_REDIRECTS: u32 = 3;

/// Error of one attempt to transfer a part.
#[derive(Debug)]
pub(crate) enum AttemptError {
    /// No complete response was received.
    Transport(BoxError),
    /// No byte was transferred for this long.
    Stalled(Duration),
    /// The attempt took longer than its limit.
    TimedOut(Duration),
    /// The storage responded with an error or a redirect.
    Responded(StorageResponse),
    /// Nothing may be sent to the URL.
    Url(UrlError),
}

/// Kept data of an error response: no header, and no text that could contain a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StorageResponse {
    pub(crate) status: StatusCode,
    /// The `<Code>` of S3.
    pub(crate) code: Option<Box<str>>,
    pub(crate) expired: bool,
    pub(crate) retry_after: Option<Duration>,
    /// Why this redirect was not followed.
    pub(crate) redirect: Option<RedirectError>,
}

impl StorageResponse {
    /// Reads the XML error of S3, as far as it was received.
    pub(crate) fn new(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        let code = element(&body, "Code").filter(|code| {
            // Only a single word is shown.
            code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let message = element(&body, "Message").unwrap_or_default();
        let denied = matches!(code, Some("AccessDenied" | "InvalidArgument" | "ExpiredToken"));
        let expired = code == Some("ExpiredToken") || (denied && message.contains("expired"));
        let code = code.map(Into::into);
        Self { status, code, expired, retry_after, redirect: None }
    }

    /// Returns whether the same request may succeed later.
    pub(crate) fn is_transient(&self) -> bool {
        let status = self.status;
        status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            // S3 responds with 400 to a timeout and to a body that was damaged in transit.
            || matches!(
                self.code.as_deref(),
                Some("RequestTimeout" | "IncompleteBody" | "BadDigest" | "SlowDown")
            )
    }

    /// Returns an explanation for the user.
    fn advice(&self) -> Option<&'static str> {
        match self.code.as_deref() {
            _ if self.expired => Some("the signed URL has expired"),
            Some("SignatureDoesNotMatch") => {
                Some("the request differs from the signed one; check the media type of the file")
            }
            Some("RequestTimeTooSkewed") => Some("the clock of this machine is wrong"),
            Some("EntityTooSmall" | "EntityTooLarge") => Some("the part has the wrong size"),
            Some("NoSuchUpload" | "NoSuchKey") => Some("the upload or file does not exist"),
            _ if self.status.is_redirection() => Some("unexpected redirect"),
            _ => None,
        }
    }
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(f, "more than {MAX_REDIRECTS} redirects"),
            Self::Url(error) => write!(f, "the redirect URL {error}"),
        }
    }
}

impl fmt::Display for StorageResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the storage returned {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(redirect) = &self.redirect {
            return write!(f, ": {redirect}");
        }
        self.advice().map_or(Ok(()), |advice| write!(f, ": {advice}"))
    }
}

/// Returns the text of the first element with this name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once('<')?.0.trim())
}

impl AttemptError {
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Responded(response) => Some(response.status),
            _ => None,
        }
    }

    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Responded(response) => response.code.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Url(_) => true,
            Self::Transport(_) | Self::Stalled(_) | Self::TimedOut(_) => false,
            Self::Responded(response) => response.expired || !response.is_transient(),
        }
    }

    /// Returns the name of the failure in spans and events.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Transport(error) => frameio_tower::error_type(&**error),
            Self::Stalled(_) => "stalled",
            Self::TimedOut(_) => "attempt_timeout",
            Self::Url(_) => "invalid_url",
            Self::Responded(response) => {
                response.code.as_deref().unwrap_or_else(|| response.status.as_str())
            }
        }
    }
}

impl fmt::Display for AttemptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => write!(f, "{error}"),
            Self::Stalled(after) => write!(f, "no data transferred for {after:?}"),
            Self::TimedOut(after) => write!(f, "the attempt took longer than {after:?}"),
            Self::Responded(response) => write!(f, "{response}"),
            Self::Url(error) => write!(f, "the signed URL {error}"),
        }
    }
}

impl std::error::Error for AttemptError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => Some(&**error),
            _ => None,
        }
    }
}

/// Reason why a signed URL is refused. Contains no text of the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UrlError {
    Malformed,
    Relative,
    Scheme,
    Port,
    Loopback,
    Insecure,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "is malformed",
            Self::Relative => "has no scheme and host",
            Self::Scheme => "does not start with https:// or http://",
            Self::Port => "has an invalid port",
            Self::Loopback => "points to a loopback address, but the API is on another host",
            Self::Insecure => "is http://, which is only allowed for the local machine",
        })
    }
}

/// Reason why a redirect was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectError {
    TooMany,
    Url(UrlError),
}
