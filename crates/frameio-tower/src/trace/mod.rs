//! Spans of calls and of attempts.
//!
//! | span | level | kind | what it covers |
//! |---|---|---|---|
//! | [`frameio.call`](names::CALL_SPAN) | INFO | internal | a call, with its waits and attempts: [`CallSpan`] |
//! | [`frameio.http`](names::HTTP_SPAN) | DEBUG, by default | client | an attempt: [`TraceLayer`] |
//!
//! Neither carries what may be secret: no query, no body, no header, and of the path only the
//! template. Numbers are recorded as `i64`, since OpenTelemetry has no unsigned ones. Where nobody
//! listens, they cost a check and no string is made. All names are in [`names`].

mod attempt;
mod call;
pub mod names;

pub use self::attempt::{Trace, TraceFuture, TraceLayer};
pub use self::call::CallSpan;
