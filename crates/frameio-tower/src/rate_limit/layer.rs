//! The layer and its settings.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use frameio_core::{Call, Quota};
use tower::Layer;

use super::bucket::Bucket;
use super::buckets::Buckets;
use super::service::RateLimit;

/// Spends the documented quota of each operation, and waits while it is spent.
///
/// | setting | default |
/// |---|---|
/// | quotas | those of the operations, [`Operation::quota`](frameio_core::Operation::quota) |
/// | mode | [`RateLimitMode::Wait`] |
/// | credential | none: all calls are one user's |
///
/// There is a leaky bucket for each credential, account and operation, as the service has them.
/// **Clones of a layer, and all services made with them, share the buckets**: give clones of one
/// layer to all clients that spend the same quota. Buckets that have run empty are forgotten in
/// time, so that accounts may come and go.
///
/// * Those who wait for a bucket are served in the order of their coming, as fast as the quota
///   allows. Each costs a few wake-ups, however many there are, and a future that is kept without
///   being polled holds up none of the others.
/// * A call whose turn cannot come before its [`DeadlineAt`](crate::DeadlineAt) fails at once with
///   [`QuotaExhausted`](crate::QuotaExhausted), which tells how long it would have been.
/// * Answers correct the bucket: `x-ratelimit-limit` and `x-ratelimit-window` are its new figures,
///   and a smaller `x-ratelimit-remaining` than expected means that another program spends the
///   same quota. What cannot be true is ignored: a limit or a window of zero, a window of more
///   than an hour.
/// * A 429 pauses the bucket for all calls, as long as `Retry-After` says, else for 1 s, doubling
///   with each one in a row; at most 60 s. After it they pass one by one, and not in a burst.
/// * A call that is dropped before it is sent gives its slot back.
///
/// The layer belongs inside of retry, so that what is sent again is counted again. Requests that
/// carry no [`Call`] have no quota and pass.
///
/// ```
/// use frameio_core::Quota;
/// use frameio_tower::{RateLimitLayer, RateLimitMode};
///
/// let layer = RateLimitLayer::new()
///     .mode(RateLimitMode::FailFast)
///     .quota("files.show", Quota::per_second(5));
/// # let _ = layer;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RateLimitLayer(Arc<Settings>);

#[derive(Clone, Debug)]
struct Settings {
    mode: RateLimitMode,
    credential: Option<Arc<str>>,
    quotas: HashMap<Cow<'static, str>, Quota>,
    buckets: Arc<Buckets>,
}

/// What becomes of a call whose quota is spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateLimitMode {
    /// It waits for its turn.
    #[default]
    Wait,
    /// It fails at once.
    FailFast,
    /// It goes on. Buckets are kept and corrected, and events tell what would have been.
    Observe,
    /// It goes on. There are no buckets.
    Off,
}

impl RateLimitLayer {
    /// A layer with the defaults, and buckets of its own.
    pub fn new() -> Self {
        Self(Arc::new(Settings {
            mode: RateLimitMode::default(),
            credential: None,
            quotas: HashMap::new(),
            buckets: Arc::new(Buckets::new()),
        }))
    }

    /// Sets what becomes of a call whose quota is spent.
    pub fn mode(mut self, mode: RateLimitMode) -> Self {
        Arc::make_mut(&mut self.0).mode = mode;
        self
    }

    /// Sets the quota of an operation, by its id, whatever the service documents or answers: for a
    /// share of a quota that others spend too. Buckets that are in use already keep their figures.
    ///
    /// A 429 and a small `x-ratelimit-remaining` still count.
    pub fn quota(mut self, operation: impl Into<Cow<'static, str>>, quota: Quota) -> Self {
        Arc::make_mut(&mut self.0).quotas.insert(operation.into(), quota);
        self
    }

    /// Names whose calls these are: any text that tells one credential from another, but no
    /// secret; an empty one is none. The buckets stay shared with the layers that this was cloned
    /// from, so that calls of the same credential count together.
    ///
    /// Quotas that count an account as a whole leave the name aside.
    pub fn credential(mut self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        Arc::make_mut(&mut self.0).credential = (!name.is_empty()).then_some(name);
        self
    }

    /// How many buckets there are at the moment, for metrics.
    pub fn buckets(&self) -> usize {
        self.0.buckets.len()
    }

    pub(super) fn current_mode(&self) -> RateLimitMode {
        self.0.mode
    }

    /// The bucket that a call is counted in.
    pub(super) fn bucket(&self, call: &Call) -> Arc<Bucket> {
        let Settings { credential, quotas, buckets, .. } = &*self.0;
        buckets.get(call, credential.as_ref(), |operation| quotas.get(operation).copied())
    }
}

impl Default for RateLimitLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimit<S>;

    fn layer(&self, inner: S) -> RateLimit<S> {
        RateLimit::new(inner, self.clone())
    }
}
