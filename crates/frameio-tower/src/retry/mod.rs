//! Retries of failed attempts: the layer, its policies, backoff and budget.

mod backoff;
mod budget;
mod future;
mod policy;
mod replayable_request;
mod retry_state;
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
use self::retry_state::RetryState;
pub use self::retry_state::emit_scheduled;
pub use self::standard::StandardPolicy;
#[cfg(feature = "tower")]
pub use self::tower_policy::{TowerRetry, TowerRetryFuture, TowerRetryLayer};

/// Repeats failed attempts for which a [`RetryPolicy`] returns a delay.
///
/// | setting | default |
/// |---|---|
/// | policy | [`StandardPolicy::documented`]: 408, 429, 5xx and failures before sending |
/// | maximum number of retries | 2 |
/// | budget | [`RetryBudget::default`] |
///
/// * Method, URI, headers, body and extensions of the request are the same in each attempt.
/// * The last outcome is returned immediately if the body cannot be cloned, or if the delay would
///   end after [`DeadlineAt`](crate::DeadlineAt).
/// * Each retry is charged to the budget, except after a 429, which comes from a service that works.
/// * After a 401 with a new token ([`TokenRefreshed`](crate::TokenRefreshed)), the request is resent
///   once without delay. This resend does not involve the policy or the maximum number of retries.
/// * Every retry emits the event [`retry.scheduled`](crate::trace::names::RETRY_SCHEDULED).
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
    /// If false, each call has one attempt, unless it sets a number of retries itself.
    enabled: bool,
}

impl RetryLayer {
    /// Creates a layer with `policy`, at most 2 retries and the default budget.
    pub fn new(policy: impl RetryPolicy) -> Self {
        Self {
            settings: Arc::new(Settings {
                policy: Arc::new(policy),
                max_retries: 2,
                budget: Some(RetryBudget::default()),
                enabled: true,
            }),
        }
    }

    /// Sets whether calls are resent at all, also with a refreshed token. A call that sets a number of retries
    /// itself is resent in any case.
    pub(crate) fn enabled(mut self, enabled: bool) -> Self {
        Arc::make_mut(&mut self.settings).enabled = enabled;
        self
    }

    /// Replaces the policy, and keeps the maximum number of retries and the budget.
    pub(crate) fn policy(mut self, policy: impl RetryPolicy) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        settings.policy = Arc::new(policy);
        self
    }

    /// Sets the maximum number of retries after the first attempt. Default: 2.
    ///
    /// [`CallOptions`](frameio_core::CallOptions) overrides it for one call.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        Arc::make_mut(&mut self.settings).max_retries = max_retries;
        self
    }

    /// Sets the budget that limits the share of retries; `None` removes it. Default:
    /// [`RetryBudget::default`].
    pub fn budget(mut self, budget: impl Into<Option<RetryBudget>>) -> Self {
        Arc::make_mut(&mut self.settings).budget = budget.into();
        self
    }

    /// Creates a layer with a [`tower::retry::Policy`], which copies the whole request for each
    /// attempt.
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

/// Service of a [`RetryLayer`].
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
        let state = RetryState::new(self.settings.clone());
        RetryFuture::new(&mut self.inner, service, state, request)
    }
}
