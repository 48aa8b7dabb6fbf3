//! Tower layers for clients of HTTP APIs: deadline, retry, quota, authentication, timeout, tracing.
//!
//! Each is a [`tower::Layer`] of its own over any `Service<http::Request<B>>`, made without the
//! others, `Clone` and `Debug`, and starts no task. What they tell each other travels in the
//! extensions of the request; each does without what is missing, so that a plain
//! [`http::Request`] goes through the same stack as a call of an operation.
//!
//! # The order
//!
//! [`DefaultStack`] is the order of the layers, with the reason for the position of each. To compose
//! another stack, apply the layers by hand:
//!
//! ```
//! use std::time::Duration;
//!
//! use frameio_core::{Body, BoxError};
//! use frameio_tower::{CollectLayer, DeadlineLayer, RetryLayer, TimeoutLayer};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let transport = service_fn(async |request: http::Request<Body>| {
//!     Ok::<_, BoxError>(http::Response::new(Body::from("{}")))
//! });
//! let stack = ServiceBuilder::new()
//!     .layer(DeadlineLayer::new(Duration::from_secs(300)))
//!     .layer(RetryLayer::default())
//!     .layer(TimeoutLayer::new(Duration::from_secs(60)))
//!     .layer(CollectLayer::new(64 << 20))
//!     .service(transport);
//!
//! let request = http::Request::get("https://api.example/").body(Body::empty())?;
//! assert_eq!(stack.oneshot(request).await?.body().as_bytes(), Some(&b"{}"[..]));
//! # Ok(())
//! # }
//! ```
//!
//! # Time, and what was sent
//!
//! The deadline bounds everything that a call may wait for, including the readiness of the layers
//! inside of it. A [`DefaultStack`] is therefore always ready: it waits in the future of the call.
//! Only the [sending marker](sending), directly around the transport, decides whether a call
//! [may have been sent](CallRecord::may_have_been_sent), and spends the quota of the attempt; a call
//! that is dropped before that gives its slot back. A request that is being connected counts as
//! sent, unless the transport reports that it could not connect.
//!
//! # What travels
//!
//! | extension | put there by | read by |
//! |---|---|---|
//! | [`Call`](frameio_core::Call) | the encoding of a request | retry, rate limit, trace |
//! | [`CallLimits`](frameio_core::CallLimits) | the encoding of a request | deadline, retry, timeout |
//! | [`CallRecord`] | the caller, else the first layer that needs it | all, to write to it |
//! | [`DeadlineAt`] | deadline | retry, rate limit |
//! | [`Attempts`](frameio_core::Attempts) | retry | trace |
//! | [`TokenRefreshed`], of a response | auth | retry |
//!
//! # Errors
//!
//! A layer that can fail has the error [`BoxError`](frameio_core::BoxError), and puts a struct of
//! [`error`] into it; one that cannot keeps that of the service inside. [`error::find`] looks for
//! such a struct, [`error_type`] names it.

pub mod auth;
pub mod base_uri;
mod build_error;
pub mod collect;
pub mod deadline;
#[cfg(feature = "gzip")]
mod decompress;
pub mod error;
pub mod headers;
mod http_service;
pub mod metrics;
pub mod rate_limit;
mod ready;
pub mod record;
pub mod retry;
pub mod retry_after;
pub mod sending;
pub mod stack;
pub mod timeout;
pub mod trace;

pub use auth::{Auth, AuthLayer, StaticToken, Token, TokenProvider, TokenRefreshed};
pub use base_uri::{BaseUri, BaseUriLayer, InvalidBaseUri};
pub use build_error::{BuildError, BuildErrorKind};
pub use collect::{Collect, CollectLayer};
pub use deadline::{Deadline, DeadlineAt, DeadlineLayer};
pub use error::{
    AttemptTimeout, AuthError, ConnectTimeout, DeadlineExceeded, FailureKind, HttpError,
    QuotaExhausted, QuotaStoreError, ResponseTooLarge, TransportError, TransportStage, error_type,
};
pub use headers::{Headers, HeadersLayer};
pub use http_service::{HttpFuture, HttpService, Transport};
pub use metrics::{Metrics, MetricsLayer};
pub use rate_limit::{RateLimit, RateLimitLayer, RateLimitMode};
pub use record::{CallRecord, Phase};
pub use retry::{Backoff, Retry, RetryBudget, RetryLayer, RetryPolicy, StandardPolicy};
pub use retry_after::retry_after;
pub use sending::{Sending, SendingLayer};
pub use stack::DefaultStack;
pub use timeout::{Timeout, TimeoutLayer};
pub use trace::{CallSpan, Trace, TraceLayer};
