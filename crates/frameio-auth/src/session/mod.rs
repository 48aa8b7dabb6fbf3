//! A sign-in that looks after its tokens.

mod builder;
mod renew;
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
use self::renew::{OnChange, OnUnsaved};
use self::state::{Freshness, Outcome, State};
use super::error::{Error, ErrorKind};
use super::ims::Ims;
use super::store::ErasedStore;
use super::tokens::Tokens;
use super::unauthorized::{WhyUnauthorized, explain};

/// A sign-in of a user, or of a server, that looks after its tokens: what a client is given as
/// `frameio::ClientBuilder::token_provider`.
///
/// It is a handle: clones share the tokens. A token that is good costs a call nothing.
///
/// * 60 s before a token expires, the first call that comes starts to refresh it, and goes on with
///   the old one, as all others do.
/// * Once it has expired, or the API has answered 401 to it, calls wait for the one refresh, and
///   get the same token or the same error.
/// * A refresh is a task of its own, which ends with it: a call that is dropped takes no refresh
///   token with it that was used up already. There is no other task.
/// * New tokens are saved before they are used. Processes that share a store refresh one after the
///   other, and take what another has got.
/// * Tokens are used, refreshed and revoked only at the service that [issued](Tokens::issuer) them:
///   a store that has tokens of another one is an error, [`Issuer`](ErrorKind::Issuer).
/// * When a refresh token is refused, and no other process has a better one, the error says so:
///   [`is_sign_in_again`](Error::is_sign_in_again). The service is not asked again until somebody
///   has signed in.
///
/// It works inside of a Tokio runtime.
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
    /// Held by whoever changes the tokens: a refresh, an import, a sign-out.
    work: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

impl Session {
    /// A session that keeps its tokens in memory, with the defaults of [`SessionBuilder`].
    pub fn new(ims: Ims) -> Self {
        Self::builder(ims).build()
    }

    /// The settings of a session, at their defaults.
    pub fn builder(ims: Ims) -> SessionBuilder {
        SessionBuilder::new(ims)
    }

    /// The app, and the service that it signs in at.
    pub fn ims(&self) -> &Ims {
        &self.0.ims
    }

    /// A token that is good now; refreshed, or got anew for a server, where that is needed.
    ///
    /// # Errors
    /// [`SignInAgain`](ErrorKind::SignInAgain) where only the user can help, and whatever else can
    /// go wrong on the way.
    pub async fn token(&self) -> Result<Token, Error> {
        match self.cached() {
            Some(token) => Ok(token),
            None => Ok(self.renewed().await?.access_token),
        }
    }

    /// Gets other tokens now, however long the present ones are good for.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub async fn refresh(&self) -> Result<Tokens, Error> {
        self.0.state().force_refresh();
        self.renewed().await
    }

    /// Takes tokens that were got by [`Ims::exchange`] or come from elsewhere, and saves them.
    ///
    /// # Errors
    /// [`Issuer`](ErrorKind::Issuer) where another sign-in service issued them, and when they cannot be
    /// saved; the session is then as it was.
    pub async fn import(&self, tokens: Tokens) -> Result<(), Error> {
        self.0.import(tokens).await
    }

    /// Tries once more to save refreshed tokens that could not be saved. Does nothing if all tokens are
    /// saved.
    ///
    /// Call it before a program ends: the next one would otherwise start with a refresh token that is
    /// spent, and its user would have to sign in again. See [`SessionBuilder::on_unsaved`].
    ///
    /// # Errors
    /// When they still cannot be saved.
    pub async fn save(&self) -> Result<(), Error> {
        self.0.save_unsaved().await
    }

    /// The tokens as they are saved, refreshed or not; `None` where nobody is signed in.
    ///
    /// # Errors
    /// When they cannot be loaded.
    pub async fn export(&self) -> Result<Option<Tokens>, Error> {
        self.0.load().await
    }

    /// Signs out: revokes the access token, then the refresh token, and forgets both.
    ///
    /// All three are tried, whatever becomes of the others.
    ///
    /// # Errors
    /// The first of the three failures. The tokens are forgotten here, unless it was the store that
    /// failed; those that could not be revoked are good until they expire.
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.0.sign_out().await
    }

    /// Explains why the API refused the current access token with 401.
    ///
    /// `None` for any other status, and where there is no token.
    pub fn explain(&self, status: Option<StatusCode>) -> Option<WhyUnauthorized> {
        explain(status, &self.0.state().access_token()?, self.0.ims.now())
    }

    /// Waits for the refresh that is under way, or for one that is started now.
    async fn renewed(&self) -> Result<Tokens, Error> {
        // A refresh ends without an outcome only where the runtime that drove it is gone.
        for _ in 0..3 {
            let mut outcome = {
                let mut state = self.0.state();
                match Shared::renewal(&self.0, &mut state) {
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
        Err(Error::new(ErrorKind::Config, "a session works inside of a Tokio runtime"))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The refresh that is under way, or one that is started now; `None` outside of a runtime.
    fn renewal(this: &Arc<Self>, state: &mut State) -> Option<watch::Receiver<Outcome>> {
        if let Some(running) = state.running() {
            return Some(running);
        }
        let runtime = Handle::try_current().ok()?;
        let (done, outcome) = watch::channel(None);
        state.started(outcome.clone());
        let shared = this.clone();
        runtime.spawn(async move {
            let result = shared.renew().await;
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
                    Shared::renewal(&self.0, &mut state);
                }
                Some(token)
            }
            Freshness::Expired => None,
        }
    }

    async fn rejected(&self, token: &Token) {
        self.0.state().rejected(token, self.0.ims.now());
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
