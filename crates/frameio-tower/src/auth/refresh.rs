//! A single refresh for all calls whose token was rejected.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::BoxError;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::provider::ErasedProvider;
use super::token::Token;
use super::{REPLACE_FAILED, TARGET, TOKEN_REPLACED};

/// Time in which a token that could not be replaced is not reported again.
const PAUSE: Duration = Duration::from_secs(5);

/// Provider, and the outcome of the last refresh.
pub(super) struct Refresh {
    provider: Arc<dyn ErasedProvider>,
    /// Locked during a refresh, so that other calls wait and then read the outcome. If the
    /// refreshing call is dropped, the next waiter refreshes.
    last: Mutex<Option<Rejected>>,
}

struct Rejected {
    token: Token,
    ended: Instant,
    outcome: Outcome,
}

/// Outcome of a refresh. If it failed, contains the reason, unless the provider gave none.
pub(super) type Outcome = Result<(), Option<RefreshFailed>>;

impl Rejected {
    /// Returns whether the outcome also holds for later calls. A failed refresh is tried again after a
    /// pause, because the issuer may have been unavailable.
    fn is_current(&self) -> bool {
        self.outcome.is_ok() || self.ended.elapsed() < PAUSE
    }
}

impl Refresh {
    pub(super) fn new(provider: Arc<dyn ErasedProvider>) -> Self {
        Self { provider, last: Mutex::new(None) }
    }

    pub(super) fn provider(&self) -> &Arc<dyn ErasedProvider> {
        &self.provider
    }

    /// Reports a rejected token to the provider, unless another call has already done so. Succeeds if
    /// a different token is available now.
    pub(super) async fn replace(&self, rejected: Token) -> Outcome {
        let mut last = self.last.lock().await;
        let known = last.as_ref().filter(|known| known.token == rejected && known.is_current());
        if let Some(known) = known {
            return known.outcome.clone();
        }
        let outcome = self.refresh(&rejected).await;
        match &outcome {
            Ok(Refreshed::Before) => return Ok(()),
            Ok(Refreshed::Now) => {
                tracing::info!(name: TOKEN_REPLACED, target: TARGET, "{TOKEN_REPLACED}");
            }
            Err(Some(RefreshFailed(error))) => {
                tracing::warn!(name: REPLACE_FAILED, target: TARGET, %error, "{REPLACE_FAILED}");
            }
            Err(None) => {}
        }
        let outcome = outcome.map(drop);
        let ended = Instant::now();
        *last = Some(Rejected { token: rejected, ended, outcome: outcome.clone() });
        outcome
    }

    async fn refresh(&self, rejected: &Token) -> Result<Refreshed, Option<RefreshFailed>> {
        // The provider may have renewed the token since the request was sent.
        if let Ok(true) = self.has_other_than(rejected).await {
            return Ok(Refreshed::Before);
        }
        self.provider.clone().rejected(rejected.clone()).await.map_err(RefreshFailed::new)?;
        match self.has_other_than(rejected).await.map_err(RefreshFailed::new)? {
            true => Ok(Refreshed::Now),
            false => Err(None),
        }
    }

    async fn has_other_than(&self, token: &Token) -> Result<bool, BoxError> {
        let current = match self.provider.cached() {
            Some(current) => current,
            None => self.provider.clone().token().await?,
        };
        Ok(current != *token)
    }
}

enum Refreshed {
    /// The provider had another token already.
    Before,
    Now,
}

/// Response extension of a 401: the reason why its token could not be replaced.
///
/// Contains the error of the [`TokenProvider`](super::TokenProvider), as its source.
#[derive(Clone, Debug)]
pub struct RefreshFailed(Arc<dyn StdError + Send + Sync>);

impl RefreshFailed {
    fn new(error: BoxError) -> Option<Self> {
        Some(Self(error.into()))
    }
}

impl fmt::Display for RefreshFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token could not be replaced: {}", self.0)
    }
}

impl StdError for RefreshFailed {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
