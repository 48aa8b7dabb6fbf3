//! One refresh for all calls whose token was rejected.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::provider::ErasedProvider;
use super::token::Token;
use super::{REFRESHED, TARGET};

/// A provider, and what came of the last token that the service rejected.
pub(super) struct Refresh {
    provider: Arc<dyn ErasedProvider>,
    /// Held while the provider is told: the others wait, and then read what came of it. If the
    /// call that tells it is dropped, the next one does it.
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

    /// Whether there is another token than the one that the service rejected; the provider is told
    /// if that has not happened yet.
    pub(super) async fn replaced(&self, rejected: Token) -> bool {
        let mut last = self.last.lock().await;
        if let Some(known) = last.as_ref().filter(|known| known.token == rejected) {
            return known.replaced;
        }
        // By itself the provider may have gone on to another one since the request was sent.
        if self.gives_other_than(&rejected).await {
            return true;
        }
        self.provider.clone().rejected(rejected.clone()).await;
        let replaced = self.gives_other_than(&rejected).await;
        *last = Some(Rejected { token: rejected, replaced });
        if replaced {
            tracing::info!(name: REFRESHED, target: TARGET, "{REFRESHED}");
        }
        replaced
    }

    async fn gives_other_than(&self, token: &Token) -> bool {
        match self.provider.cached() {
            Some(given) => given != *token,
            None => self.provider.clone().token().await.is_ok_and(|given| given != *token),
        }
    }
}
