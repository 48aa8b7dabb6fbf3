//! Tracing spans of calls and attempts.
//!
//! | span | created by | level | kind | covers |
//! |---|---|---|---|---|
//! | [`frameio.call`](names::CALL_SPAN) | [`CallSpan`] | INFO | internal | a call, with its waits and attempts |
//! | [`frameio.http`](names::HTTP_SPAN) | [`TraceLayer`] | DEBUG by default | client | an attempt |
//!
//! Spans contain no secrets: no headers, bodies or query parameters, and only the template of the
//! path. Numbers are recorded as `i64`, because OpenTelemetry has no unsigned integers. A disabled
//! span costs one check and no allocation. [`names`] lists all names of spans, events and fields.

mod attempt;
mod call;
pub mod names;

pub use self::attempt::{Trace, TraceFuture, TraceLayer};
pub use self::call::CallSpan;
