//! Span of a call.

use frameio_core::Operation;
use http::StatusCode;
use tracing::field::Empty;
use tracing::{Level, Span};

use super::names;
use crate::record::CallRecord;

/// Span of a call, [`frameio.call`](names::CALL_SPAN).
///
/// Instrument the call with it, so that the spans of attempts become its children. The span closes
/// when all clones are dropped.
///
/// ```
/// use frameio_core::{Operation, Quota};
/// use frameio_tower::{CallRecord, CallSpan};
/// use tracing::Instrument;
///
/// # tokio_test::block_on(async {
/// static SHOW_ME: Operation =
///     Operation::new("users.show", http::Method::GET, "/v4/me", Quota::per_minute(100));
///
/// let record = CallRecord::new();
/// let span = CallSpan::new(Some(&SHOW_ME));
/// let status = async { http::StatusCode::OK }.instrument(span.span().clone()).await;
/// span.finish(&record, Ok(status));
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct CallSpan(Span);

impl CallSpan {
    /// Opens a span as a child of the current one. `None` means a plain request.
    pub fn new(operation: Option<&'static Operation>) -> Self {
        let id = operation.map(|operation| operation.id);
        Self(tracing::span!(
            target: names::CALL_TARGET,
            Level::INFO,
            names::CALL_SPAN,
            { names::OTEL_NAME } = id.unwrap_or(names::PLAIN_REQUEST),
            { names::OTEL_KIND } = "internal",
            { names::OTEL_STATUS_CODE } = Empty,
            { names::RPC_SYSTEM_NAME } = names::RPC_SYSTEM,
            { names::RPC_METHOD } = id,
            { names::ATTEMPTS } = Empty,
            { names::QUOTA_WAIT_MS } = Empty,
            { names::ERROR_TYPE } = Empty,
        ))
    }

    /// Returns the span, for [`Instrument`](tracing::Instrument).
    pub const fn span(&self) -> &Span {
        &self.0
    }

    /// Records attempts, wait for the quota and outcome of the call: a status, a name returned by
    /// [`error_type`](crate::error_type), or [`CANCELLED`](names::CANCELLED).
    pub fn finish(&self, record: &CallRecord, outcome: Result<StatusCode, &str>) {
        let Self(span) = self;
        if span.is_disabled() {
            return;
        }
        span.record(names::ATTEMPTS, i64::from(record.attempts()));
        let wait = i64::try_from(record.quota_wait().as_millis()).unwrap_or(i64::MAX);
        span.record(names::QUOTA_WAIT_MS, wait);
        match &outcome {
            Ok(status) => record_status(span, *status),
            Err(error_type) => record_error(span, error_type),
        }
    }
}

/// Records a status of 400 or more as an error, and no other status.
pub(super) fn record_status(span: &Span, status: StatusCode) {
    if status.is_client_error() || status.is_server_error() {
        record_error(span, status.as_str());
    }
}

pub(super) fn record_error(span: &Span, error_type: &str) {
    span.record(names::ERROR_TYPE, error_type);
    span.record(names::OTEL_STATUS_CODE, "ERROR");
}
