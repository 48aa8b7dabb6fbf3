//! Retries of a part.

use std::time::Duration;

use frameio_tower::Backoff;

use super::attempt_error::AttemptError;

/// Maximum number of retries of a part, and the wait between attempts.
#[derive(Clone, Debug)]
pub(crate) struct Retries {
    pub(crate) most: u32,
    pub(crate) backoff: Backoff,
}

impl Default for Retries {
    fn default() -> Self {
        // With a backoff of 1 s to 60 s, these retries bridge an outage of some minutes.
        Self { most: 10, backoff: Backoff::default() }
    }
}

impl Retries {
    /// Returns the wait before the next attempt, after the last of `attempts` failed with `error`, or
    /// `None` if the part is not retried.
    pub(crate) fn wait(&self, error: &AttemptError, attempts: u32) -> Option<Duration> {
        if error.is_final() || attempts > self.most {
            return None;
        }
        let wait = self.backoff.full_jitter(attempts.saturating_sub(1));
        let retry_after = match error {
            AttemptError::Responded(response) => response.retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let longest = Duration::from_secs(300);
        Some(wait.max(retry_after.min(longest)))
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::attempt_error::StorageResponse;
    use crate::error::TransferErrorKind;

    fn response(status: u16, code: &str, message: &str) -> AttemptError {
        let xml = format!(
            "<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        AttemptError::Responded(StorageResponse::new(
            StatusCode::from_u16(status).unwrap(),
            None,
            xml.as_bytes(),
        ))
    }

    #[test]
    fn refusals_are_final_and_explained() {
        let retries = Retries::default();
        let expired = response(403, "AccessDenied", "Request has expired");
        assert_eq!(expired.kind(), TransferErrorKind::Expired);
        assert!(expired.to_string().ends_with("the signed URL has expired"), "{expired}");
        for (error, advice) in [
            (response(403, "SignatureDoesNotMatch", "X-Amz-Signature=secret"), "media type"),
            (response(404, "NoSuchUpload", ""), "does not exist"),
            (response(400, "EntityTooLarge", ""), "wrong size"),
            (response(307, "TemporaryRedirect", ""), "redirect"),
            (response(403, "AccessDenied", "Access Denied"), "AccessDenied"),
        ] {
            assert_eq!(retries.wait(&error, 1), None, "{error}");
            assert_eq!(error.kind(), TransferErrorKind::Refused, "{error}");
            assert!(error.to_string().contains(advice), "{error}");
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
    }

    #[test]
    fn retries_transient_errors_up_to_the_maximum() {
        let retries = Retries { most: 2, ..Retries::default() };
        for error in [
            response(500, "InternalError", ""),
            response(503, "SlowDown", ""),
            response(429, "", ""),
            response(400, "RequestTimeout", ""),
            AttemptError::Stalled(Duration::from_secs(60)),
            AttemptError::Transport("reset".into()),
        ] {
            assert!(retries.wait(&error, 1).is_some() && retries.wait(&error, 2).is_some());
            assert_eq!(retries.wait(&error, 3), None, "{error}");
        }
        let unavailable = StorageResponse::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Some(Duration::from_secs(99)),
            b"",
        );
        let wait = retries.wait(&AttemptError::Responded(unavailable), 1);
        assert_eq!(wait, Some(Duration::from_secs(99)));
    }

    #[test]
    fn shows_a_code_only_if_it_is_a_single_word() {
        for body in ["<Code>a b</Code>", "<Code>https://x?y</Code>", "<Code>", "no xml", ""] {
            let response = StorageResponse::new(StatusCode::FORBIDDEN, None, body.as_bytes());
            assert_eq!(response.code, None, "{body}");
        }
    }
}
