//! Repeats attempts that failed.

mod backoff;
mod budget;
mod future;
mod policy;
mod replayable_request;
mod session;
mod standard;
#[cfg(feature = "tower")]
mod tower_policy;

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use frameio_core::{BoxError, CloneBody};

use http::{Request, Response};
use tower::{Layer, Service};

pub use self::backoff::Backoff;
pub use self::budget::RetryBudget;
pub use self::future::RetryFuture;
pub use self::policy::{AttemptOutcome, RetryPolicy};
use self::session::Session;
pub use self::standard::StandardPolicy;
#[cfg(feature = "tower")]
pub use self::tower_policy::{TowerRetry, TowerRetryFuture, TowerRetryLayer};

/// Repeats attempts that failed, as a [`RetryPolicy`] decides.
///
/// | setting | default |
/// |---|---|
/// | policy | [`StandardPolicy::documented`]: 408, 429, 5xx and failures before sending |
/// | maximum number of retries | 2 |
/// | budget | [`RetryBudget::default`] |
///
/// * It counts the attempts in the [`CallRecord`], and from the second on in the extension
///   [`Attempts`] of the request. Method, URI, headers, other extensions and body are the same in
///   every attempt.
/// * A body that can be sent only once is not sent again, and a delay that does not end before
///   [`DeadlineAt`](crate::DeadlineAt) is not begun; the last outcome is returned at once.
/// * Retries are paid from the budget, except after a 429: the service works, and has said when to
///   come back.
/// * A 401 after which there is a new token ([`TokenRefreshed`](crate::TokenRefreshed)) is sent once
///   more at once, in addition to the retries and whatever the policy says.
/// * Before each delay it emits an event
///   [`retry.scheduled`](crate::trace::names::RETRY_SCHEDULED).
///
/// [`Attempts`]: frameio_core::Attempts
/// [`CallRecord`]: crate::CallRecord
#[derive(Clone)]
#[must_use]
pub struct RetryLayer {
    settings: Arc<Settings>,
}

#[derive(Clone)]
pub(super) struct Settings {
    policy: Arc<dyn RetryPolicy>,
    max_retries: u32,
    budget: Option<RetryBudget>,
    /// Whether anything is sent again; otherwise attempts are only counted.
    resends: bool,
}

impl RetryLayer {
    /// Creates a layer with a policy.
    pub fn new(policy: impl RetryPolicy) -> Self {
        Self {
            settings: Arc::new(Settings {
                policy: Arc::new(policy),
                max_retries: 2,
                budget: Some(RetryBudget::default()),
                resends: true,
            }),
        }
    }

    /// Creates a layer that counts attempts and resends nothing, not even after a refreshed token.
    pub(crate) fn never() -> Self {
        let mut layer = Self::new(|_: &AttemptOutcome<'_>| None);
        Arc::make_mut(&mut layer.settings).resends = false;
        layer
    }

    /// Replaces the policy. The number of retries and the budget stay.
    pub(crate) fn policy(mut self, policy: impl RetryPolicy) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        settings.policy = Arc::new(policy);
        settings.resends = true;
        self
    }

    /// Sets how many attempts may follow the first; 0 for none. Default: 2.
    ///
    /// A call overrides it with [`CallOptions`](frameio_core::CallOptions).
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        Arc::make_mut(&mut self.settings).max_retries = max_retries;
        self
    }

    /// Sets the budget; `None` retries whatever the share of failures.
    pub fn budget(mut self, budget: impl Into<Option<RetryBudget>>) -> Self {
        Arc::make_mut(&mut self.settings).budget = budget.into();
        self
    }

    /// Adapts a policy of `tower`, which keeps a copy of the whole request for each attempt.
    #[cfg(feature = "tower")]
    pub const fn from_tower<P>(policy: P) -> TowerRetryLayer<P> {
        TowerRetryLayer::new(policy)
    }
}

impl Default for RetryLayer {
    fn default() -> Self {
        Self::new(StandardPolicy::default())
    }
}

impl fmt::Debug for RetryLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryLayer")
            .field("max_retries", &self.settings.max_retries)
            .field("budget", &self.settings.budget)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Retry<S> {
        Retry { inner, settings: self.settings.clone() }
    }
}

/// The service of a [`RetryLayer`].
#[derive(Clone)]
pub struct Retry<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S: fmt::Debug> fmt::Debug for Retry<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for Retry<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
    B: CloneBody,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = RetryFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> RetryFuture<S, B> {
        let service = self.inner.clone();
        RetryFuture::new(&mut self.inner, service, Session::new(self.settings.clone()), request)
    }
}
