//! Sending a request again when that is safe and worth while.

mod attempts;
mod backoff;
mod policy;
mod session;

use std::error::Error as StdError;
use std::sync::Arc;
use std::task::{Context, Poll};

use frameio_core::Body;
use http::{Request, Response};
use tower::{Layer, Service};

pub use self::attempts::Attempt;
use self::attempts::Counted;
pub use self::backoff::Backoff;
pub use self::policy::RetryPolicy;
use self::session::Session;
use crate::record::record;

/// Sends a request again when that is safe and worth while, as a [`RetryPolicy`] says.
///
/// It is [`tower::retry`] with that policy, and counts attempts: in the [`CallRecord`] of the call,
/// and as the extension [`Attempt`] of each request. All else of a request is the same every time:
/// method, URI, headers, extensions and body. Before each wait there is an event
/// [`retry.scheduled`](crate::trace::names::RETRY_SCHEDULED).
///
/// [`CallRecord`]: crate::CallRecord
#[derive(Clone, Debug)]
pub struct RetryLayer {
    policy: Arc<RetryPolicy>,
}

impl RetryLayer {
    /// A layer that follows this policy.
    pub fn new(policy: RetryPolicy) -> Self {
        Self { policy: Arc::new(policy) }
    }
}

impl Default for RetryLayer {
    fn default() -> Self {
        Self::new(RetryPolicy::default())
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Retry<S> {
        let session = Session::new(self.policy.clone());
        Retry { inner: tower::retry::Retry::new(session, Counted::new(inner)) }
    }
}

/// The service of a [`RetryLayer`].
#[derive(Clone, Debug)]
pub struct Retry<S> {
    inner: tower::retry::Retry<Session, Counted<S>>,
}

impl<S, R> Service<Request<Body>> for Retry<S>
where
    S: Service<Request<Body>, Response = Response<R>> + Clone,
    S::Error: AsRef<dyn StdError + Send + Sync>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = tower::retry::future::ResponseFuture<Session, Counted<S>, Request<Body>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // Before the request is copied: all attempts write to one record.
        record(request.extensions_mut());
        self.inner.call(request)
    }
}
