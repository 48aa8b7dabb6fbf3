//! Sessions, which refresh and save the tokens of a sign-in.

mod builder;
mod refresh;
mod state;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_core::BoxError;
use frameio_tower::{Token, TokenProvider};
use http::StatusCode;
use tokio::runtime::Handle;
use tokio::sync::watch;

pub use self::builder::SessionBuilder;
use self::refresh::{OnChange, OnUnsaved};
use self::state::{Freshness, Outcome, State};
use super::error::{Error, ErrorKind};
use super::ims::Ims;
use super::store::ErasedStore;
use super::tokens::Tokens;
use super::unauthorized::{UnauthorizedReason, explain};

/// Sign-in of a user or a server, which refreshes and saves its tokens. Pass it to
/// `frameio::ClientBuilder::token_provider`.
///
/// Clones share the tokens. A valid token is returned without waiting.
///
/// * From 60 s before the expiry, the next call starts a refresh in the background and continues with
///   the old token, as do all other calls.
/// * After the expiry, or after a 401 of the API, calls wait for a single refresh. All of them get its
///   token or its error.
/// * Each refresh is a task of its own. A call that is dropped does not cancel it, so that a used
///   refresh token is never lost. The session has no other tasks.
/// * New tokens are saved before they are used. Processes that share a store refresh one at a time and
///   use the tokens of each other.
/// * Tokens are used, refreshed and revoked only at the service that [issued](Tokens::issuer) them. If
///   the store has tokens of another service, calls fail with [`Issuer`](ErrorKind::Issuer).
/// * If a refresh token is refused and the store has no newer one, calls fail with an error that
///   [requires a sign-in](Error::requires_sign_in). The session sends no further requests until
///   [`import`](Self::import) provides new tokens.
///
/// Must be used within a Tokio runtime.
///
/// ```no_run
/// use frameio::Client;
/// use frameio::auth::{Credential, Ims, Session};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ims = Ims::new(Credential::server_to_server("client ID", "client secret"))?;
/// let client = Client::builder().token_provider(Session::new(ims)).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    ims: Ims,
    store: Arc<dyn ErasedStore>,
    refresh_before: Duration,
    on_change: Option<OnChange>,
    on_unsaved: Option<OnUnsaved>,
    /// Held while tokens are changed by a refresh, an import or a sign-out.
    work: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

impl Session {
    /// Creates a session that keeps its tokens in memory, with the defaults of [`SessionBuilder`].
    pub fn new(ims: Ims) -> Self {
        Self::builder(ims).build()
    }

    /// Returns a builder with default settings.
    pub fn builder(ims: Ims) -> SessionBuilder {
        SessionBuilder::new(ims)
    }

    /// Returns the client of the sign-in service.
    pub fn ims(&self) -> &Ims {
        &self.0.ims
    }

    /// Returns a valid access token, after a refresh if necessary. A server without a token requests
    /// one.
    ///
    /// # Errors
    /// [`SignInRequired`](ErrorKind::SignInRequired) if the user has to sign in again,
    /// [`Store`](ErrorKind::Store) or [`Issuer`](ErrorKind::Issuer) if the stored tokens cannot be used,
    /// and any kind of a failed request.
    pub async fn token(&self) -> Result<Token, Error> {
        match self.cached() {
            Some(token) => Ok(token),
            None => Ok(self.refreshed().await?.access_token),
        }
    }

    /// Refreshes the tokens now, even if they are valid.
    ///
    /// # Errors
    /// See [`token`](Self::token).
    pub async fn refresh(&self) -> Result<Tokens, Error> {
        self.0.state().force_refresh();
        self.refreshed().await
    }

    /// Saves and uses these tokens, which are from [`Ims::exchange`] or another source.
    ///
    /// # Errors
    /// [`Issuer`](ErrorKind::Issuer) if another service issued them, and [`Store`](ErrorKind::Store) if
    /// they cannot be saved. The session is then unchanged.
    pub async fn import(&self, tokens: Tokens) -> Result<(), Error> {
        self.0.import(tokens).await
    }

    /// Waits for a running refresh, and retries to save refreshed tokens that could not be saved. Does nothing
    /// else if all tokens are saved.
    ///
    /// Call it before the program ends. Otherwise its next run starts with a used refresh token, and the
    /// user has to sign in again. See [`SessionBuilder::on_unsaved`].
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) if they still cannot be saved.
    pub async fn save(&self) -> Result<(), Error> {
        self.0.save_unsaved().await
    }

    /// Loads the saved tokens, which may have expired; `None` without a sign-in.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) if they cannot be loaded, and [`Issuer`](ErrorKind::Issuer) if another
    /// service issued them.
    pub async fn export(&self) -> Result<Option<Tokens>, Error> {
        self.0.load().await
    }

    /// Signs out: revokes the access token and the refresh token, then deletes both from the store.
    ///
    /// A failed step does not skip the following ones.
    ///
    /// # Errors
    /// Returns the first failure. Tokens that could not be revoked remain valid until they expire.
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.0.sign_out().await
    }

    /// Explains why the API refused the current access token with 401; `None` for another status, and
    /// without a token.
    pub fn explain(&self, status: Option<StatusCode>) -> Option<UnauthorizedReason> {
        let state = self.0.state();
        let reason = explain(status, &state.access_token()?, self.0.ims.now())?;
        // The claims do not show that a sign-in was revoked.
        match state.has_ended() {
            true => Some(UnauthorizedReason::SignInEnded),
            false => Some(reason),
        }
    }

    /// Waits for the running refresh, or for a new one.
    async fn refreshed(&self) -> Result<Tokens, Error> {
        // A refresh has no outcome only if its runtime was shut down.
        for _ in 0..3 {
            let mut outcome = {
                let mut state = self.0.state();
                match Shared::running_refresh(&self.0, &mut state) {
                    Some(outcome) => outcome,
                    None => break,
                }
            };
            if let Ok(outcome) = outcome.wait_for(Option::is_some).await
                && let Some(outcome) = &*outcome
            {
                return outcome.clone();
            }
        }
        Err(Error::new(ErrorKind::Config, "a session must be used within a Tokio runtime"))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the running refresh, or starts one; `None` outside of a runtime.
    fn running_refresh(this: &Arc<Self>, state: &mut State) -> Option<watch::Receiver<Outcome>> {
        if let Some(running) = state.running() {
            return Some(running);
        }
        let runtime = Handle::try_current().ok()?;
        let (done, outcome) = watch::channel(None);
        state.started(outcome.clone());
        let shared = this.clone();
        runtime.spawn(async move {
            let result = shared.refresh().await;
            shared.state().ended(result.is_err().then(|| shared.ims.now()));
            done.send_replace(Some(result));
        });
        Some(outcome)
    }
}

impl TokenProvider for Session {
    async fn token(&self) -> Result<Token, BoxError> {
        Ok(Self::token(self).await?)
    }

    fn cached(&self) -> Option<Token> {
        let now = self.0.ims.now();
        let mut state = self.0.state();
        match state.freshness(now) {
            Freshness::Fresh(token) => Some(token),
            Freshness::ExpiresSoon(token) => {
                if state.may_try(now) {
                    Shared::running_refresh(&self.0, &mut state);
                }
                Some(token)
            }
            Freshness::Expired => None,
        }
    }

    async fn rejected(&self, token: &Token) -> Result<(), BoxError> {
        self.0.state().rejected(token, self.0.ims.now());
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("ims", &self.0.ims)
            .field("refresh_before", &self.0.refresh_before)
            .field("expires_at", &self.0.state().expires_at())
            .finish_non_exhaustive()
    }
}
