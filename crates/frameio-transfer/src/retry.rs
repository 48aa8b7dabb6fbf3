//! Whether and when a part is attempted again.

use std::time::Duration;

use frameio_tower::Backoff;

use super::attempt_error::AttemptError;

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
            AttemptError::Responded(response) => response.retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let longest = Duration::from_secs(300);
        Some(wait.max(asked.min(longest)))
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::attempt_error::StorageResponse;
    use crate::error::TransferErrorKind;

    fn answer(status: u16, code: &str, message: &str) -> AttemptError {
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
        let asked = StorageResponse::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Some(Duration::from_secs(99)),
            b"",
        );
        let wait = retries.wait(&AttemptError::Responded(asked), 1);
        assert_eq!(wait, Some(Duration::from_secs(99)));
    }

    #[test]
    fn a_code_is_a_word_or_not_shown() {
        for body in ["<Code>a b</Code>", "<Code>https://x?y</Code>", "<Code>", "no xml", ""] {
            let answer = StorageResponse::new(StatusCode::FORBIDDEN, None, body.as_bytes());
            assert_eq!(answer.code, None, "{body}");
        }
    }
}
