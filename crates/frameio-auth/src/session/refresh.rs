//! Refreshing, importing, saving and revoking tokens.

use std::sync::Arc;

use frameio_core::BoxError;
use frameio_tower::auth::TARGET;

use super::Shared;
use super::state::{Freshness, Unsaved};
use crate::error::{Error, ErrorKind};
use crate::store::StoreLock;
use crate::tokens::Tokens;
use crate::{REFRESH_FAILED, REFRESHED, SAVE_FAILED};

pub(super) type OnChange = Arc<dyn Fn(Option<&Tokens>) + Send + Sync>;
pub(super) type OnUnsaved = Arc<dyn Fn(&Error) + Send + Sync>;

impl Shared {
    /// Returns fresh tokens, from the store or the service.
    pub(super) async fn refresh(&self) -> Result<Tokens, Error> {
        let result = self.try_refresh().await;
        match &result {
            Ok(Refreshed { tokens, is_received: true }) => {
                tracing::debug!(
                    name: REFRESHED,
                    target: TARGET,
                    expires_at = %tokens.expires_at,
                    "{REFRESHED}"
                );
                self.changed(Some(tokens));
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(name: REFRESH_FAILED, target: TARGET, %error, "{REFRESH_FAILED}");
            }
        }
        result.map(|refreshed| refreshed.tokens)
    }

    async fn try_refresh(&self) -> Result<Refreshed, Error> {
        let _work = self.work.lock().await;
        // An import may have been faster.
        if let Some(tokens) = self.fresh_tokens() {
            return Ok(Refreshed { tokens, is_received: false });
        }
        match self.ims.credential().is_server() {
            true => self.refresh_server().await,
            false => self.refresh_user().await,
        }
    }

    /// Gets the tokens of a server. The store only saves a request, so its failures are ignored.
    async fn refresh_server(&self) -> Result<Refreshed, Error> {
        let lock = self.lock().await;
        let stored = match &lock {
            Ok(_) => self.load().await,
            Err(error) => Err(error.clone()),
        };
        match stored {
            Ok(Some(stored)) => {
                if let Some(tokens) = self.adopt(stored) {
                    return Ok(Refreshed { tokens, is_received: false });
                }
            }
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::Issuer => return Err(error),
            Err(error) => {
                tracing::warn!(name: SAVE_FAILED, target: TARGET, %error, "{SAVE_FAILED}")
            }
        }
        let tokens = self.ims.client_credentials().await?;
        if let Err(error) = self.save(&tokens).await {
            tracing::warn!(name: SAVE_FAILED, target: TARGET, %error, "{SAVE_FAILED}");
        }
        self.hold(tokens.clone(), None);
        Ok(Refreshed { tokens, is_received: true })
    }

    /// Refreshes the tokens of a user.
    async fn refresh_user(&self) -> Result<Refreshed, Error> {
        let _lock = self.lock().await?;
        let mut stored = self.newest().await?;
        // The second pass uses tokens that another process has saved in the meantime.
        for is_last in [false, true] {
            if let Some(tokens) = self.adopt(stored.clone()) {
                return Ok(Refreshed { tokens, is_received: false });
            }
            let used = stored.refresh_token.ok_or_else(|| {
                let reason = "the access token has expired, and there is no refresh token";
                Error::new(ErrorKind::SignInRequired, reason)
            })?;
            if self.state().is_refused(&used) {
                let reason = "the refresh token was refused earlier";
                return Err(Error::new(ErrorKind::SignInRequired, reason));
            }
            // The request uses up the saved refresh token, so saving its result must be possible.
            let _space = self.store.reserve().await.map_err(|error| failed("save", error))?;
            match self.ims.refresh(&used).await {
                Ok(tokens) => {
                    let unsaved = self.save(&tokens).await.err().map(|error| {
                        // The saved tokens are used up, so the session continues with unsaved ones.
                        tracing::warn!(name: SAVE_FAILED, target: TARGET, %error, "{SAVE_FAILED}");
                        if let Some(on_unsaved) = &self.on_unsaved {
                            on_unsaved(&error);
                        }
                        Unsaved(Some(used))
                    });
                    self.hold(tokens.clone(), unsaved);
                    return Ok(Refreshed { tokens, is_received: true });
                }
                Err(error) if error.requires_sign_in() => {
                    let now_stored = self.newest().await?;
                    if is_last || now_stored.refresh_token.as_ref() == Some(&used) {
                        self.state().refuse(used);
                        return Err(error);
                    }
                    stored = now_stored;
                }
                Err(error) => return Err(error),
            }
        }
        let reason = "other processes use up the refresh tokens of this store";
        Err(Error::new(ErrorKind::SignInRequired, reason))
    }

    /// Returns the newest tokens. Saves unsaved tokens first, unless the store has newer ones.
    async fn newest(&self) -> Result<Tokens, Error> {
        let stored = self.load().await?;
        let unsaved = {
            let state = self.state();
            let held = state.held().cloned();
            held.and_then(|held| Some((held.tokens, held.unsaved?)))
        };
        if let Some((tokens, Unsaved(before))) = unsaved {
            let untouched = stored.as_ref().is_none_or(|stored| stored.refresh_token == before);
            if untouched {
                self.save(&tokens).await?;
            }
            self.state().saved();
            if untouched {
                return Ok(tokens);
            }
        }
        stored.ok_or_else(|| Error::new(ErrorKind::SignInRequired, "no tokens are stored"))
    }

    /// Returns the tokens of the session if they need no refresh.
    fn fresh_tokens(&self) -> Option<Tokens> {
        let state = self.state();
        match state.freshness(self.ims.now()) {
            Freshness::Fresh(_) => Some(state.held()?.tokens.clone()),
            Freshness::ExpiresSoon(_) | Freshness::Expired => None,
        }
    }

    /// Uses stored tokens if they are new to the session and need no refresh.
    fn adopt(&self, stored: Tokens) -> Option<Tokens> {
        let now = self.ims.now();
        let is_new = self.state().is_new(&stored);
        if !is_new || stored.remaining(now) <= self.refresh_before {
            return None;
        }
        self.hold(stored, None);
        self.fresh_tokens()
    }

    fn hold(&self, tokens: Tokens, unsaved: Option<Unsaved>) {
        let can_refresh = self.ims.credential().is_server() || tokens.refresh_token.is_some();
        let before = can_refresh.then_some(self.refresh_before);
        self.state().hold(tokens, before, unsaved, self.ims.now());
    }

    /// Saves tokens that could not be saved earlier.
    pub(super) async fn save_unsaved(&self) -> Result<(), Error> {
        let _work = self.work.lock().await;
        if self.state().held().is_none_or(|held| held.unsaved.is_none()) {
            return Ok(());
        }
        let _lock = self.lock().await?;
        self.newest().await.map(drop)
    }

    pub(super) async fn import(&self, mut tokens: Tokens) -> Result<(), Error> {
        self.ims.check_issuer(&tokens)?;
        tokens.issuer.get_or_insert_with(|| self.ims.base().to_owned());
        let _work = self.work.lock().await;
        let _lock = self.lock().await?;
        self.save(&tokens).await?;
        self.hold(tokens.clone(), None);
        self.changed(Some(&tokens));
        Ok(())
    }

    pub(super) async fn sign_out(&self) -> Result<(), Error> {
        let _work = self.work.lock().await;
        let lock = self.lock().await;
        let loaded = match &lock {
            Ok(_) => self.load().await,
            Err(error) => Err(error.clone()),
        };
        if let Err(error) = &loaded
            && error.kind() == ErrorKind::Issuer
        {
            return Err(error.clone());
        }
        let held = self.state().held().map(|held| (held.tokens.clone(), held.unsaved.is_some()));
        let (tokens, mut result) = match (loaded, held) {
            (Ok(_), Some((held, true))) => (Some(held), Ok(())),
            (Ok(stored), _) => (stored, Ok(())),
            (Err(error), held) => (held.map(|(held, _)| held), Err(error)),
        };
        if let Some(tokens) = &tokens {
            result = self.ims.revoke(tokens.access_token.expose()).await.and(result);
            if let Some(refresh_token) = tokens.refresh_token() {
                result = result.and(self.ims.revoke(refresh_token).await);
            }
        }
        let cleared = self.store.clear().await.map_err(|error| failed("delete", error));
        self.state().clear();
        self.changed(None);
        result.and(cleared)
    }

    fn changed(&self, tokens: Option<&Tokens>) {
        if let Some(on_change) = &self.on_change {
            on_change(tokens);
        }
    }

    async fn lock(&self) -> Result<StoreLock, Error> {
        self.store.lock().await.map_err(|error| failed("lock", error))
    }

    pub(super) async fn load(&self) -> Result<Option<Tokens>, Error> {
        let tokens = self.store.load().await.map_err(|error| failed("load", error))?;
        if let Some(tokens) = &tokens {
            self.ims.check_issuer(tokens)?;
        }
        Ok(tokens)
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), Error> {
        self.store.save(tokens).await.map_err(|error| failed("save", error))
    }
}

struct Refreshed {
    tokens: Tokens,
    /// Whether this session received them from the service.
    is_received: bool,
}

fn failed(what: &str, error: BoxError) -> Error {
    let message = format!("cannot {what} the tokens: {error}");
    Error::because(ErrorKind::Store, &crate::redact::redact(&message, &[]), error)
}
