//! Tower layers.

pub mod auth;
pub mod base_uri;
pub mod collect;
pub mod deadline;
pub mod error;
mod failure;
pub mod headers;
pub mod rate_limit;
pub mod record;
pub mod retry;
pub mod retry_after;
pub mod timeout;
pub mod trace;

pub use auth::{Auth, AuthLayer, StaticToken, Token, TokenProvider, TokenRefreshed};
pub use base_uri::{BaseUri, BaseUriLayer, InvalidBaseUri};
pub use collect::{Collect, CollectLayer};
pub use deadline::{Deadline, DeadlineAt, DeadlineLayer};
pub use error::{
    AttemptTimeout, AuthError, ConnectTimeout, DeadlineExceeded, HttpError, QuotaExhausted,
    ResponseTooLarge, TransportError, TransportStage,
};
pub use failure::error_type;
pub use headers::{Headers, HeadersLayer};
pub use rate_limit::{RateLimit, RateLimitLayer, RateLimitMode};
pub use record::{CallRecord, Phase};
pub use retry::{Attempt, Backoff, Retry, RetryLayer, RetryPolicy};
pub use retry_after::retry_after;
pub use timeout::{Timeout, TimeoutLayer};
pub use trace::{CallSpan, Trace, TraceLayer};
