//! The names of spans, events and their fields. They are part of the public API: a change of one
//! is a breaking change. The events of quotas and tokens are named in
//! [`rate_limit`](crate::rate_limit) and [`auth`](crate::auth).
//!
//! Names that the semantic conventions of OpenTelemetry define mean what they say; `otel.…` is what
//! exporters read as name, kind and status of a span; the others begin with `frameio.`.

/// The span of a call, of whatever number of attempts.
pub const CALL_SPAN: &str = "frameio.call";
/// The target of [`CALL_SPAN`].
pub const CALL_TARGET: &str = "frameio::call";
/// The span of one attempt.
pub const HTTP_SPAN: &str = "frameio.http";
/// The target of [`HTTP_SPAN`].
pub const HTTP_TARGET: &str = "frameio::http";

/// Another attempt will be made, after a wait.
pub const RETRY_SCHEDULED: &str = "retry.scheduled";
/// The target of [`RETRY_SCHEDULED`].
pub const RETRY_TARGET: &str = "frameio::retry";

/// The name that a trace viewer shows: the operation of a call, method and route of an attempt.
pub const OTEL_NAME: &str = "otel.name";
/// `internal` for a call, `client` for an attempt.
pub const OTEL_KIND: &str = "otel.kind";
/// `ERROR` for a status of 400 or more, and for what brought no answer; else absent.
pub const OTEL_STATUS_CODE: &str = "otel.status_code";
/// The status, if it is 400 or more, or a name of [`error_type`](crate::error_type).
pub const ERROR_TYPE: &str = "error.type";

/// [`RPC_SYSTEM`], always.
pub const RPC_SYSTEM_NAME: &str = "rpc.system.name";
/// The value of [`RPC_SYSTEM_NAME`].
pub const RPC_SYSTEM: &str = "frameio";
/// Value of [`OTEL_NAME`] for the call of a plain request.
pub const PLAIN_REQUEST: &str = "request";
/// The operation, `files.show`; absent for a plain request.
pub const RPC_METHOD: &str = "rpc.method";
/// How many attempts a call has begun.
pub const ATTEMPTS: &str = "frameio.attempts";
/// How long a call has waited for its quota, in milliseconds, all attempts together.
pub const QUOTA_WAIT_MS: &str = "frameio.quota_wait_ms";

/// The method of the request.
pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
/// Which resend of its call an attempt is; absent for the first attempt.
pub const HTTP_REQUEST_RESEND_COUNT: &str = "http.request.resend_count";
/// The status of the answer.
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
/// The version of HTTP that the answer came in: `1.1` or `2`.
pub const NETWORK_PROTOCOL_VERSION: &str = "network.protocol.version";
/// The host of the request.
pub const SERVER_ADDRESS: &str = "server.address";
/// The port of the request.
pub const SERVER_PORT: &str = "server.port";
/// The path template of the operation; absent for a plain request.
pub const URL_TEMPLATE: &str = "url.template";

/// The number of the attempt that an event tells of, from 1.
pub const ATTEMPT: &str = "attempt";
/// A wait in milliseconds.
pub const DELAY_MS: &str = "delay_ms";
/// Why: a status, or a name of [`error_type`](crate::error_type).
pub const REASON: &str = "reason";
