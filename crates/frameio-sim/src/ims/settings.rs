//! Settings of the sign-in.

use frameio_core::Secret;
use std::time::Duration;

use super::SavedIms;
use super::credential::Credential;

/// Lifetime that apps observe at the service.
const ACCESS_TOKEN_LIFE: Duration = Duration::from_secs(86_399);

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    credentials: Vec<Credential>,
    pub(crate) login_page: bool,
    pub(crate) access_token_life: Duration,
    pub(crate) legacy_tokens: Vec<Secret>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            credentials: Vec::new(),
            login_page: false,
            access_token_life: ACCESS_TOKEN_LIFE,
            legacy_tokens: Vec::new(),
        }
    }
}

impl Settings {
    /// Registers a credential, and replaces one with the same id.
    pub(crate) fn register(&mut self, credential: Credential) {
        self.credentials.retain(|known| known.client_id() != credential.client_id());
        self.credentials.push(credential);
    }

    /// Returns the credentials of the builder, the saved ones, or the demo's, in this order of
    /// precedence.
    pub(super) fn credentials(&self, saved: &SavedIms) -> Vec<Credential> {
        if !self.credentials.is_empty() {
            self.credentials.clone()
        } else if let Some(saved) = saved.credentials() {
            saved
        } else {
            Credential::demo()
        }
    }
}
