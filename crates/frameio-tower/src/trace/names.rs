//! Names of spans, events and their fields.
//!
//! The names are part of the public API, so changing one is a breaking change.
//! [`rate_limit`](crate::rate_limit) and [`auth`](crate::auth) define the names of their events.
//!
//! Fields named `http.…`, `rpc.…`, `server.…`, `url.…`, `network.…` and `error.…` follow the semantic
//! conventions of OpenTelemetry. Exporters read `otel.…` as the name, kind and status of a span. All
//! other span fields start with `frameio.`.

pub use crate::metrics::CANCELLED;

/// Span of a call with all its attempts.
pub const CALL_SPAN: &str = "frameio.call";
/// Target of [`CALL_SPAN`].
pub const CALL_TARGET: &str = "frameio::call";
/// Span of one attempt.
pub const HTTP_SPAN: &str = "frameio.http";
/// Target of [`HTTP_SPAN`].
pub const HTTP_TARGET: &str = "frameio::http";

/// Event emitted before each retry and each resend with a refreshed token.
///
/// Fields: [`ATTEMPT`], [`DELAY_MS`] and [`REASON`].
pub const RETRY_SCHEDULED: &str = "retry.scheduled";
/// Target of [`RETRY_SCHEDULED`].
pub const RETRY_TARGET: &str = "frameio::retry";

/// Name shown by trace viewers: operation of a call, or method and path template of an attempt.
pub const OTEL_NAME: &str = "otel.name";
/// Kind of the span: `internal` for a call, `client` for an attempt.
pub const OTEL_KIND: &str = "otel.kind";
/// `ERROR` for a status of 400 or more, for failures without a response and for dropped futures;
/// otherwise absent.
pub const OTEL_STATUS_CODE: &str = "otel.status_code";
/// Status of 400 or more, a name returned by [`error_type`](crate::error_type), or [`CANCELLED`].
pub const ERROR_TYPE: &str = "error.type";

/// Name of the RPC system, which is always [`RPC_SYSTEM`].
pub const RPC_SYSTEM_NAME: &str = "rpc.system.name";
/// Value of [`RPC_SYSTEM_NAME`].
pub const RPC_SYSTEM: &str = "frameio";
/// Value of [`OTEL_NAME`] for the call of a plain request.
pub const PLAIN_REQUEST: &str = "request";
/// Id of the operation, such as `files.show`; absent for a plain request.
pub const RPC_METHOD: &str = "rpc.method";
/// Number of attempts of a call.
pub const ATTEMPTS: &str = "frameio.attempts";
/// Time in milliseconds that a call waited for the quota, summed over all attempts.
pub const QUOTA_WAIT_MS: &str = "frameio.quota_wait_ms";

/// Method of the request.
pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
/// Number of resends so far, including this one; absent for the first attempt.
pub const HTTP_REQUEST_RESEND_COUNT: &str = "http.request.resend_count";
/// Status of the response.
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
/// HTTP version of the response, `1.1` or `2`.
pub const NETWORK_PROTOCOL_VERSION: &str = "network.protocol.version";
/// Host of the request URI.
pub const SERVER_ADDRESS: &str = "server.address";
/// Port of the request URI, or the default port of its scheme.
pub const SERVER_PORT: &str = "server.port";
/// Path template of the operation; absent for a plain request.
pub const URL_TEMPLATE: &str = "url.template";

/// Number of the next attempt, from 1; field of [`RETRY_SCHEDULED`].
pub const ATTEMPT: &str = "attempt";
/// Delay before the next attempt in milliseconds; field of [`RETRY_SCHEDULED`].
pub const DELAY_MS: &str = "delay_ms";
/// Status, or name returned by [`error_type`](crate::error_type), that caused the retry; field of
/// [`RETRY_SCHEDULED`].
pub const REASON: &str = "reason";
