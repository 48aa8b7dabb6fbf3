//! Sending a request again when that is safe and worth while.

mod backoff;
mod future;
mod policy;
mod replayable_request;
mod session;

use std::error::Error as StdError;
use std::sync::Arc;
use std::task::{Context, Poll};

use frameio_core::Body;
use http::{Request, Response};
use tower::{Layer, Service};

pub use self::backoff::Backoff;
pub use self::future::RetryFuture;
pub use self::policy::RetryPolicy;
use self::session::Session;

/// Sends a request again when that is safe and worth while, as a [`RetryPolicy`] says.
///
/// It counts attempts: in the [`CallRecord`] of the call, and from the second attempt on as the
/// extension [`Attempts`] of the request. Method, URI, headers, other extensions and body are the
/// same in every attempt. Before each wait there is an event
/// [`retry.scheduled`](crate::trace::names::RETRY_SCHEDULED).
///
/// [`Attempts`]: frameio_core::Attempts
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
        Retry { inner, policy: self.policy.clone() }
    }
}

/// The service of a [`RetryLayer`].
#[derive(Clone, Debug)]
pub struct Retry<S> {
    inner: S,
    policy: Arc<RetryPolicy>,
}

impl<S, R> Service<Request<Body>> for Retry<S>
where
    S: Service<Request<Body>, Response = Response<R>> + Clone,
    S::Error: AsRef<dyn StdError + Send + Sync>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = RetryFuture<S>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> RetryFuture<S> {
        let service = self.inner.clone();
        RetryFuture::new(&mut self.inner, service, Session::new(self.policy.clone()), request)
    }
}
