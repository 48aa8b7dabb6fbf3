//! The layer and its settings.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use frameio_core::Quota;
use tower::Layer;

use super::RateLimit;
use super::buckets::Buckets;

/// Spends the documented quota of each operation, and waits when it is spent.
///
/// | setting | default |
/// |---|---|
/// | quotas | those of the operations, [`Operation::quota`](frameio_core::Operation::quota) |
/// | mode | [`RateLimitMode::Wait`] |
/// | credential | one for all requests |
///
/// There is a leaky bucket for each user, account and operation, as the service has them. Clones of
/// a layer, and all services made of it, share the buckets: give one layer to all clients that act
/// as the same user. Those who wait for one bucket are served in the order of their coming.
///
/// The answers correct the buckets: `x-ratelimit-limit` and `x-ratelimit-window` replace the
/// figures, a smaller `x-ratelimit-remaining` than expected means that another program spends the
/// same quota, and a 429 pauses the bucket for everyone, for as long as `Retry-After` says (at most
/// 60 s) or for 1 s, 2 s, 4 s….
///
/// A call whose turn cannot come before its [`DeadlineAt`](crate::DeadlineAt) fails at once with
/// [`QuotaExhausted`](crate::QuotaExhausted), which tells how long it would have been. Requests
/// without a [`Call`](frameio_core::Call) pass.
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
#[derive(Clone)]
pub struct RateLimitLayer {
    buckets: Arc<Buckets>,
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) mode: RateLimitMode,
    pub(super) quotas: HashMap<Cow<'static, str>, Quota>,
    pub(super) credential: Arc<str>,
}

/// What a call does when its quota is spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateLimitMode {
    /// Waits for its turn.
    #[default]
    Wait,
    /// Fails at once.
    FailFast,
    /// Goes on. The buckets are kept, and events tell what they hold.
    Observe,
    /// Goes on. No bucket is kept.
    Off,
}

impl RateLimitLayer {
    /// The documented quotas, and waiting.
    pub fn new() -> Self {
        let config = Config {
            mode: RateLimitMode::default(),
            quotas: HashMap::new(),
            credential: Arc::from(""),
        };
        Self { buckets: Arc::new(Buckets::new()), config: Arc::new(config) }
    }

    /// Sets what a call does when its quota is spent.
    #[must_use]
    pub fn mode(self, mode: RateLimitMode) -> Self {
        self.change(|config| config.mode = mode)
    }

    /// Sets the quota of an operation, whatever the service documents or answers.
    #[must_use]
    pub fn quota(self, operation: impl Into<Cow<'static, str>>, quota: Quota) -> Self {
        self.change(|config| {
            config.quotas.insert(operation.into(), quota);
        })
    }

    /// Names the user whose quotas are spent; any text that tells one credential from another, but
    /// no secret. The buckets stay shared with the layers that this one was cloned from.
    #[must_use]
    pub fn credential(self, name: impl Into<Arc<str>>) -> Self {
        self.change(|config| config.credential = name.into())
    }

    /// How many buckets are kept at the moment.
    pub fn buckets(&self) -> usize {
        self.buckets.len()
    }

    fn change(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }
}

impl Default for RateLimitLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RateLimitLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimitLayer")
            .field("mode", &self.config.mode)
            .field("quotas", &self.config.quotas)
            .field("buckets", &self.buckets.len())
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimit<S>;

    fn layer(&self, inner: S) -> RateLimit<S> {
        RateLimit::new(inner, self.buckets.clone(), self.config.clone())
    }
}
