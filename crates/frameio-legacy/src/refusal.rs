//! Refusals: errors in the shape of the legacy API.

use std::fmt;
use std::time::Duration;

use frameio_client::{Error, ErrorKind};
use http::StatusCode;
use serde_json::{Value, json};

/// A request that is refused with an error.
///
/// The old clients retry 400, 500 and 503 for hours, so none of these statuses is ever used.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    /// The V4 operation that does the same, or the next best.
    pub(crate) replacement: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    /// Status of the V4 response that caused the refusal.
    pub(crate) upstream: Option<StatusCode>,
}

impl Refusal {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, detail, replacement: None, retry_after: None, upstream: None }
    }

    /// 404: no such route or resource.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 422: a value that is invalid or has no place in V4.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// 410: an operation without a counterpart in V4.
    pub(crate) fn gone(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, detail)
    }

    /// 401: no token, or one that is not accepted.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// 403: a host name that is not accepted.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 502: V4 failed, or could not be reached.
    pub(crate) fn bad_gateway(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, detail)
    }

    /// Any other status.
    pub(crate) fn with_status(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::new(status, detail)
    }

    /// Names the V4 operation to use instead.
    pub(crate) fn instead(mut self, operation: impl Into<String>) -> Self {
        self.replacement = Some(operation.into());
        self
    }

    /// Returns whether V4 responded with 404.
    pub(crate) fn is_not_found(&self) -> bool {
        self.upstream == Some(StatusCode::NOT_FOUND)
    }

    /// Returns whether V4 responded with 403.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.upstream == Some(StatusCode::FORBIDDEN)
    }

    /// Returns the body: the error object of the legacy API.
    pub(crate) fn body(&self) -> Value {
        let code = self.status.as_u16();
        let title = self.status.canonical_reason().unwrap_or("Error");
        let mut error = json!({
            "code": code, "status": code, "title": title, "detail": self.detail,
        });
        if let Some(replacement) = &self.replacement {
            error["replacement"] = replacement.as_str().into();
        }
        json!({"code": code, "message": title, "errors": [error]})
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.detail)
    }
}

/// Statuses of V4 as old clients can bear them: 400 becomes 422, and 5xx becomes 502.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match (error.kind(), error.status().map_or(0, |status| status.as_u16())) {
            (ErrorKind::RateLimited, _) => StatusCode::TOO_MANY_REQUESTS,
            (ErrorKind::Encode, _) | (ErrorKind::Api, 400 | 405 | 406 | 410..=428) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            (ErrorKind::Auth, _) => StatusCode::UNAUTHORIZED,
            (ErrorKind::Api, 401..=409) => error.status().unwrap_or(StatusCode::BAD_GATEWAY),
            _ => StatusCode::BAD_GATEWAY,
        };
        let mut refusal = Self::new(status, format!("V4 refused the request: {error}"));
        if !matches!(error.kind(), ErrorKind::Api | ErrorKind::Encode) {
            refusal.detail = error.to_string();
        }
        refusal.upstream = error.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            refusal.retry_after = Some(error.retry_after().unwrap_or(Duration::from_secs(1)));
        }
        refusal
    }
}
