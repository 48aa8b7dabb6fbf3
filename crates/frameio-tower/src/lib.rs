//! Tower layers for clients of HTTP APIs: deadline, retry, quota, authentication, timeout, tracing.
//!
//! Each is a [`tower::Layer`] of its own over any `Service<http::Request<B>>`, made without the
//! others, `Clone` and `Debug`, and starts no task. What they tell each other travels in the
//! extensions of the request; each does without what is missing, so that a plain
//! [`http::Request`] goes through the same stack as a call of an operation.
//!
//! # The order
//!
//! Outermost first, and why each is where it is:
//!
//! | | layer | here because |
//! |---|---|---|
//! | 1 | layers of a call: a cache, a concurrency limit | they see one call, however many attempts it takes |
//! | 2 | [`DeadlineLayer`] | it covers all that a call waits for: queue, backoff, attempts |
//! | 3 | [`RetryLayer`] | all below is done again for each attempt |
//! | 4 | [`BaseUriLayer`], [`HeadersLayer`] | inside of the retries, which then keep less of a request; what is inside needs the authority |
//! | 5 | [`RateLimitLayer`] | inside of the retries, since an attempt costs quota as a call does |
//! | 6 | [`AuthLayer`] | behind the queue, or a token could expire in it; a token for each attempt |
//! | 7 | [`TraceLayer`] | its span is that of the exchange, without waits before it |
//! | 8 | [`TimeoutLayer`] | it covers what is left: connecting, sending, the answer with its body |
//! | 9 | layers of an attempt: trace propagation, signing | they see what is sent, inside of its span |
//! | 10 | [`CollectLayer`] | a body that breaks off is a failed attempt, which timeout and retries know of |
//! | 11 | the transport | |
//!
//! ```
//! use std::time::Duration;
//!
//! use frameio_core::{Body, BoxError};
//! use frameio_tower::{
//!     AuthLayer, BaseUriLayer, CollectLayer, DeadlineLayer, RateLimitLayer, RetryLayer,
//!     StaticToken, TimeoutLayer, TraceLayer,
//! };
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! // Whatever sends a request and gives the head and the body of the answer.
//! let transport = service_fn(async |request: http::Request<Body>| {
//!     assert_eq!(request.uri(), "https://api.frame.io/v4/me");
//!     assert!(request.headers()["authorization"].is_sensitive());
//!     Ok::<_, BoxError>(http::Response::new(Body::from("{}")))
//! });
//! let base = http::Uri::from_static("https://api.frame.io");
//! let stack = ServiceBuilder::new()
//!     .layer(DeadlineLayer::new(Duration::from_secs(300)))
//!     .layer(RetryLayer::default())
//!     .layer(BaseUriLayer::new(base.clone())?)
//!     .layer(RateLimitLayer::new())
//!     .layer(AuthLayer::new(StaticToken::new("token"), &base))
//!     .layer(TraceLayer::new())
//!     .layer(TimeoutLayer::new(Duration::from_secs(60)))
//!     .layer(CollectLayer::new(64 << 20))
//!     .service(transport);
//!
//! let request = http::Request::get("/v4/me").body(Body::empty())?;
//! let response = stack.oneshot(request).await?;
//! assert_eq!(response.body().as_bytes(), Some(&b"{}"[..]));
//! # Ok(())
//! # }
//! ```
//!
//! # What travels
//!
//! | extension | put there by | read by |
//! |---|---|---|
//! | [`Call`](frameio_core::Call) | the encoding of a request | retry, rate limit, trace |
//! | [`CallLimits`](frameio_core::CallLimits) | the encoding of a request | deadline, retry, timeout |
//! | [`CallRecord`] | who wants to read it, else deadline or retry | all, to write to it |
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
pub mod error;
pub mod headers;
mod http_service;
pub mod rate_limit;
pub mod record;
pub mod retry;
pub mod retry_after;
pub mod timeout;
pub mod trace;

pub use auth::{Auth, AuthLayer, StaticToken, Token, TokenProvider, TokenRefreshed};
pub use base_uri::{BaseUri, BaseUriLayer, InvalidBaseUri};
pub use build_error::BuildError;
pub use collect::{Collect, CollectLayer};
pub use deadline::{Deadline, DeadlineAt, DeadlineLayer};
pub use error::{
    AttemptTimeout, AuthError, ConnectTimeout, DeadlineExceeded, FailureKind, HttpError,
    QuotaExhausted, QuotaStoreError, ResponseTooLarge, TransportError, TransportStage, error_type,
};
pub use headers::{Headers, HeadersLayer};
pub use http_service::HttpService;
pub use rate_limit::{RateLimit, RateLimitLayer, RateLimitMode};
pub use record::{CallRecord, Phase};
pub use retry::{Backoff, Retry, RetryLayer, RetryPolicy};
pub use retry_after::retry_after;
pub use timeout::{Timeout, TimeoutLayer};
pub use trace::{CallSpan, Trace, TraceLayer};
