//! Tower layers for clients of HTTP APIs: deadline, retry, quota, authentication, timeout, tracing.
//!
//! The `frameio` client is built from these layers, and most programs configure them there. Use
//! this crate directly to write a layer or a transport for that client, or to put single layers
//! around a client of another API.
//!
//! Every layer is a [`tower::Layer`] for any `Service<http::Request<B>>`. Layers are independent of
//! each other, implement `Clone` and `Debug`, and spawn no tasks. They exchange data through
//! [request extensions](#request-extensions), all of which are optional, so a plain
//! [`http::Request`] passes through the same stack as the request of an operation.
//!
//! # Composing layers
//!
//! [`DefaultStack`] applies all layers in a fixed order and documents the reason for each position.
//! To build a different stack, apply the layers yourself:
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
//! # Deadlines and readiness
//!
//! The deadline covers every wait of a call, including the wait until the inner layers are ready. A
//! [`DefaultStack`] is therefore always ready, and waits in the future of the call instead.
//!
//! # Whether a request was sent
//!
//! The [sending marker](sending), directly around the transport, records whether a call
//! [may have been sent](CallRecord::may_have_been_sent) and spends the quota slot of the attempt. A
//! call that is dropped earlier returns its slot. A request that waits for its connection counts as
//! sent, unless the transport reports that it could not connect. A request that the service reports as not
//! processed does not count either.
//!
//! # Request extensions
//!
//! | extension | inserted by | read by |
//! |---|---|---|
//! | [`Call`](frameio_core::Call) | [`encode`](frameio_core::encode()) | retry, rate limit, trace, metrics |
//! | [`CallLimits`](frameio_core::CallLimits) | [`encode`](frameio_core::encode()) | deadline, retry, timeout |
//! | [`CallRecord`] | the caller, otherwise the first layer that needs it | all layers, which update it |
//! | [`DeadlineAt`] | deadline | retry, rate limit |
//! | [`Attempts`](frameio_core::Attempts) | trace, from the second attempt on | layers around each attempt |
//! | [`TokenRefreshed`], of a response | auth | retry |
//! | [`IncompleteBody`], of a response | collect, decompression | the client, for its error |
//! | [`RefreshFailed`](auth::RefreshFailed), of a response | auth | the client, for its error |
//!
//! # Errors
//!
//! A layer that can fail returns a [`BoxError`](frameio_core::BoxError) that contains one of the
//! structs in [`error`]; other layers pass on the error of the inner service. [`error::find`]
//! returns such a struct, and [`error_type`] its name for spans and metrics.
//!
//! # Features
//!
//! | feature | enables |
//! |---|---|
//! | `gzip` | [`DecompressLayer`], which [`DefaultStack`] then contains |
//! | `tower` | `RetryLayer::from_tower`, for policies of [`tower::retry`] |
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
pub mod base_uri;
mod build_error;
pub mod collect;
pub mod deadline;
#[cfg(feature = "gzip")]
pub mod decompress;
pub mod error;
pub mod headers;
mod http_service;
pub mod metrics;
pub mod rate_limit;
mod ready;
pub mod record;
mod redirect_guard;
pub mod retry;
pub mod retry_after;
pub mod sending;
pub mod stack;
pub mod timeout;
pub mod trace;

pub use auth::{Auth, AuthLayer, StaticToken, Token, TokenProvider, TokenRefreshed};
pub use base_uri::{BaseUri, BaseUriLayer, InvalidBaseUri};
pub use build_error::{BuildError, BuildErrorKind};
pub use collect::{Collect, CollectLayer, IncompleteBody};
pub use deadline::{Deadline, DeadlineAt, DeadlineLayer};
#[cfg(feature = "gzip")]
pub use decompress::{Decompress, DecompressLayer};
pub use error::{
    AttemptTimeout, AuthError, ConnectTimeout, DeadlineExceeded, FailureKind, HttpError,
    InvalidContent, QuotaExhausted, QuotaStoreError, ResponseTooLarge, TransportError,
    TransportStage, error_type,
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
