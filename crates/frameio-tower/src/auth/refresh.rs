//! A single refresh for all calls whose token was rejected.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::provider::ErasedProvider;
use super::token::Token;
use super::{REFRESHED, TARGET};

/// Provider, and the outcome of the last refresh.
pub(super) struct Refresh {
    provider: Arc<dyn ErasedProvider>,
    /// Locked during a refresh, so that other calls wait and then read the outcome. If the
    /// refreshing call is dropped, the next waiter refreshes.
    last: Mutex<Option<Rejected>>,
}

struct Rejected {
    token: Token,
    replaced: bool,
}

impl Refresh {
    pub(super) fn new(provider: Arc<dyn ErasedProvider>) -> Self {
        Self { provider, last: Mutex::new(None) }
    }

    pub(super) fn provider(&self) -> &Arc<dyn ErasedProvider> {
        &self.provider
    }

    /// Reports a rejected token to the provider, unless another call has already done so. Returns
    /// whether a different token is available now.
    pub(super) async fn replace(&self, rejected: Token) -> bool {
        let mut last = self.last.lock().await;
        if let Some(known) = last.as_ref().filter(|known| known.token == rejected) {
            return known.replaced;
        }
        // The provider may have renewed the token since the request was sent.
        if self.has_other_than(&rejected).await {
            return true;
        }
        self.provider.clone().rejected(rejected.clone()).await;
        let replaced = self.has_other_than(&rejected).await;
        *last = Some(Rejected { token: rejected, replaced });
        if replaced {
            tracing::info!(name: REFRESHED, target: TARGET, "{REFRESHED}");
        }
        replaced
    }

    async fn has_other_than(&self, token: &Token) -> bool {
        match self.provider.cached() {
            Some(current) => current != *token,
            None => self.provider.clone().token().await.is_ok_and(|current| current != *token),
        }
    }
}
