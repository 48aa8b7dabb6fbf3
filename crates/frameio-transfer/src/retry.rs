//! What an exchange with the storage fails with, and whether it is worth another attempt.

use std::fmt;
use std::time::Duration;

use frameio_core::BoxError;
use frameio_tower::Backoff;
use http::StatusCode;

use super::error::TransferErrorKind;
use super::signed_http::{MAX_REDIRECTS, RedirectError, UrlError};

/// Why one attempt at a part failed.
#[derive(Debug)]
pub(crate) enum AttemptError {
    /// No complete answer came.
    Transport(BoxError),
    /// Nothing moved for so long.
    Stalled(Duration),
    /// The attempt took longer than it may.
    TimedOut(Duration),
    /// The storage answered, and not with a success.
    Answered(Answer),
    /// Nothing may be sent to the URL.
    Url(UrlError),
}

/// What is kept of an answer that is no success: no header or text that could hold a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The `<Code>` of S3.
    pub(crate) code: Option<Box<str>>,
    pub(crate) expired: bool,
    pub(crate) retry_after: Option<Duration>,
    /// Why the redirect that it is was not followed.
    pub(crate) redirect: Option<RedirectError>,
}

impl Answer {
    /// Reads the XML of an error of S3, as far as it came.
    pub(crate) fn new(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        let code = element(&body, "Code").filter(|code| {
            // What is shown is a word, whatever came.
            code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let message = element(&body, "Message").unwrap_or_default();
        let denied = matches!(code, Some("AccessDenied" | "InvalidArgument" | "ExpiredToken"));
        let expired = code == Some("ExpiredToken") || (denied && message.contains("expired"));
        let code = code.map(Into::into);
        Self { status, code, expired, retry_after, redirect: None }
    }

    /// Whether the same request may have a better answer later.
    fn is_transient(&self) -> bool {
        let status = self.status;
        status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            // S3 says 400 where others say 408, and where the body came broken on the way.
            || matches!(
                self.code.as_deref(),
                Some("RequestTimeout" | "IncompleteBody" | "BadDigest" | "SlowDown")
            )
    }

    /// What can be done about it.
    fn advice(&self) -> Option<&'static str> {
        match self.code.as_deref() {
            _ if self.expired => Some("the signed URL has expired"),
            Some("SignatureDoesNotMatch") => {
                Some("the request is not the one that was signed: is the media type the file's?")
            }
            Some("RequestTimeTooSkewed") => Some("the clock of this machine is wrong"),
            Some("EntityTooSmall" | "EntityTooLarge") => Some("the part has not the promised size"),
            Some("NoSuchUpload" | "NoSuchKey") => Some("it is not, or no longer, there"),
            _ if self.status.is_redirection() => Some("this redirect is not followed"),
            _ => None,
        }
    }
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(f, "it redirects more than {MAX_REDIRECTS} times"),
            Self::Url(error) => write!(f, "the URL that it redirects to {error}"),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the storage answered {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(redirect) = &self.redirect {
            return write!(f, ": {redirect}");
        }
        self.advice().map_or(Ok(()), |advice| write!(f, ": {advice}"))
    }
}

/// The text of the first element of that name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once('<')?.0.trim())
}

impl AttemptError {
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Answered(answer) => Some(answer.status),
            _ => None,
        }
    }

    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Answered(answer) => answer.code.as_deref(),
            _ => None,
        }
    }

    /// The kind of a transfer that ends in it.
    pub(crate) fn kind(&self) -> TransferErrorKind {
        match self {
            Self::Transport(_) => TransferErrorKind::Storage,
            Self::Stalled(_) | Self::TimedOut(_) => TransferErrorKind::Timeout,
            Self::Answered(answer) if answer.expired => TransferErrorKind::Expired,
            Self::Answered(answer) if answer.is_transient() => TransferErrorKind::Storage,
            Self::Answered(_) => TransferErrorKind::Refused,
            Self::Url(_) => TransferErrorKind::InvalidUrl,
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Url(_) => true,
            Self::Transport(_) | Self::Stalled(_) | Self::TimedOut(_) => false,
            Self::Answered(answer) => answer.expired || !answer.is_transient(),
        }
    }

    /// The name of the failure for spans and events.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Transport(error) => frameio_tower::error_type(&**error),
            Self::Stalled(_) => "stalled",
            Self::TimedOut(_) => "attempt_timeout",
            Self::Url(_) => "invalid_url",
            Self::Answered(answer) => {
                answer.code.as_deref().unwrap_or_else(|| answer.status.as_str())
            }
        }
    }
}

impl fmt::Display for AttemptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => write!(f, "{error}"),
            Self::Stalled(after) => write!(f, "nothing moved for {after:?}"),
            Self::TimedOut(after) => write!(f, "not done after {after:?}"),
            Self::Answered(answer) => write!(f, "{answer}"),
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

/// How often a part is attempted, and how long is waited in between.
#[derive(Clone, Debug)]
pub(crate) struct Retries {
    pub(crate) most: u32,
    pub(crate) backoff: Backoff,
}

impl Default for Retries {
    fn default() -> Self {
        // With the backoff of 1 s to 60 s an outage of some minutes is outlasted.
        Self { most: 10, backoff: Backoff::default() }
    }
}

impl Retries {
    /// How long to wait before the next attempt, after `attempts` of which the last one failed with
    /// `error`; `None` where there is to be none.
    pub(crate) fn wait(&self, error: &AttemptError, attempts: u32) -> Option<Duration> {
        if error.is_final() || attempts > self.most {
            return None;
        }
        let wait = self.backoff.full_jitter(attempts.saturating_sub(1));
        let asked = match error {
            AttemptError::Answered(answer) => answer.retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let longest = Duration::from_secs(300);
        Some(wait.max(asked.min(longest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: &str, message: &str) -> AttemptError {
        let xml = format!(
            "<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        AttemptError::Answered(Answer::new(
            StatusCode::from_u16(status).unwrap(),
            None,
            xml.as_bytes(),
        ))
    }

    #[test]
    fn refusals_are_final_and_explained() {
        let retries = Retries::default();
        let expired = answer(403, "AccessDenied", "Request has expired");
        assert_eq!(expired.kind(), TransferErrorKind::Expired);
        assert!(expired.to_string().ends_with("the signed URL has expired"), "{expired}");
        for (error, advice) in [
            (answer(403, "SignatureDoesNotMatch", "X-Amz-Signature=secret"), "media type"),
            (answer(404, "NoSuchUpload", ""), "no longer"),
            (answer(400, "EntityTooLarge", ""), "promised size"),
            (answer(307, "TemporaryRedirect", ""), "redirect"),
            (answer(403, "AccessDenied", "Access Denied"), "AccessDenied"),
        ] {
            assert_eq!(retries.wait(&error, 1), None, "{error}");
            assert_eq!(error.kind(), TransferErrorKind::Refused, "{error}");
            assert!(error.to_string().contains(advice), "{error}");
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
    }

    #[test]
    fn what_may_pass_is_retried_so_many_times() {
        let retries = Retries { most: 2, ..Retries::default() };
        for error in [
            answer(500, "InternalError", ""),
            answer(503, "SlowDown", ""),
            answer(429, "", ""),
            answer(400, "RequestTimeout", ""),
            AttemptError::Stalled(Duration::from_secs(60)),
            AttemptError::Transport("reset".into()),
        ] {
            assert!(retries.wait(&error, 1).is_some() && retries.wait(&error, 2).is_some());
            assert_eq!(retries.wait(&error, 3), None, "{error}");
        }
        let asked =
            Answer::new(StatusCode::SERVICE_UNAVAILABLE, Some(Duration::from_secs(99)), b"");
        let wait = retries.wait(&AttemptError::Answered(asked), 1);
        assert_eq!(wait, Some(Duration::from_secs(99)));
    }

    #[test]
    fn a_code_is_a_word_or_not_shown() {
        for body in ["<Code>a b</Code>", "<Code>https://x?y</Code>", "<Code>", "no xml", ""] {
            let answer = Answer::new(StatusCode::FORBIDDEN, None, body.as_bytes());
            assert_eq!(answer.code, None, "{body}");
        }
    }
}
