//! The settings of sign-in.

use std::time::Duration;

use secrecy::SecretString;

use super::SavedIms;
use super::credential::Credential;
use crate::builder::Builder;

/// What apps have seen of the service.
const ACCESS_TOKEN_LIFE: Duration = Duration::from_secs(86_399);

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    credentials: Vec<Credential>,
    pub(super) login_page: bool,
    pub(super) access_token_life: Duration,
    pub(crate) legacy_tokens: Vec<SecretString>,
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
    /// Those of the builder, else those that were saved, else the demo's.
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

impl Builder {
    /// Lets this app sign in; called again, this one too, in place of an earlier one of the same
    /// id. Default: one of each kind, [`Credential::DEMO_WEB`] and its like, redirected to
    /// `http://127.0.0.1/callback`, `http://localhost/callback` or `http://[::1]/callback` on any
    /// port.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        let credentials = &mut self.ims.credentials;
        credentials.retain(|known| known.client_id() != credential.client_id());
        credentials.push(credential);
        self
    }

    /// Whether a page with a button for each user, and one to deny, is shown at sign-in.
    /// Default: no; the demo user approves at once.
    #[must_use]
    pub const fn login_page(mut self, shown: bool) -> Self {
        self.ims.login_page = shown;
        self
    }

    /// How long an access token is good for; told in whole seconds. Default: 86,399 seconds.
    #[must_use]
    pub const fn access_token_life(mut self, life: Duration) -> Self {
        self.ims.access_token_life = life;
        self
    }

    /// Takes this legacy developer token, a `fio-u-…`, but only beside the header
    /// `x-frameio-legacy-token-auth: true`; called again, this one too. Default: none.
    #[must_use]
    pub fn legacy_token(mut self, token: impl Into<String>) -> Self {
        self.ims.legacy_tokens.push(token.into().into());
        self
    }
}
