//! Getting other tokens, and keeping them.

use std::sync::Arc;

use frameio_core::BoxError;
use frameio_tower::auth::TARGET;

use super::Shared;
use super::state::{Freshness, Unsaved};
use crate::error::{Error, ErrorKind};
use crate::store::StoreLock;
use crate::tokens::Tokens;
use crate::{RENEW_FAILED, RENEWED, UNSAVED};

pub(super) type OnChange = Arc<dyn Fn(Option<&Tokens>) + Send + Sync>;
pub(super) type OnUnsaved = Arc<dyn Fn(&Error) + Send + Sync>;

impl Shared {
    /// Other tokens than those that are aging, expired or to be replaced.
    pub(super) async fn renew(&self) -> Result<Tokens, Error> {
        let result = self.try_renew().await;
        match &result {
            Ok(Renewed { tokens, here: true }) => {
                tracing::debug!(
                    name: RENEWED,
                    target: TARGET,
                    expires_at = %tokens.expires_at,
                    "{RENEWED}"
                );
                self.changed(Some(tokens));
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(name: RENEW_FAILED, target: TARGET, %error, "{RENEW_FAILED}");
            }
        }
        result.map(|renewed| renewed.tokens)
    }

    async fn try_renew(&self) -> Result<Renewed, Error> {
        let _work = self.work.lock().await;
        // An import may have come first.
        if let Some(tokens) = self.good() {
            return Ok(Renewed { tokens, here: false });
        }
        if self.ims.credential().is_server() { self.ask().await } else { self.refresh().await }
    }

    /// Asks for the tokens of a server. What the store has only spares a request, so where it
    /// fails the work goes on without it.
    async fn ask(&self) -> Result<Renewed, Error> {
        let lock = self.lock().await;
        let stored = match &lock {
            Ok(_) => self.load().await,
            Err(error) => Err(error.clone()),
        };
        match stored {
            Ok(Some(stored)) => {
                if let Some(tokens) = self.adopt(stored) {
                    return Ok(Renewed { tokens, here: false });
                }
            }
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::Issuer => return Err(error),
            Err(error) => tracing::warn!(name: UNSAVED, target: TARGET, %error, "{UNSAVED}"),
        }
        let tokens = self.ims.client_credentials().await?;
        if let Err(error) = self.save(&tokens).await {
            tracing::warn!(name: UNSAVED, target: TARGET, %error, "{UNSAVED}");
        }
        self.hold(tokens.clone(), None);
        Ok(Renewed { tokens, here: true })
    }

    /// Refreshes the tokens of a user.
    async fn refresh(&self) -> Result<Renewed, Error> {
        let _lock = self.lock().await?;
        let mut stored = self.newest().await?;
        // Twice at most: with what is there, and with what another process has put there since.
        for last in [false, true] {
            if let Some(tokens) = self.adopt(stored.clone()) {
                return Ok(Renewed { tokens, here: false });
            }
            let used = stored.refresh_token.ok_or_else(|| {
                let why = "the access token has ended, and there is no refresh token";
                Error::new(ErrorKind::SignInAgain, why)
            })?;
            if self.state().is_refused(&used) {
                let why = "the refresh token was refused before";
                return Err(Error::new(ErrorKind::SignInAgain, why));
            }
            // What cannot be saved must not be asked for: it would end the saved tokens.
            let _space = self.store.reserve().await.map_err(|error| failed("save", error))?;
            match self.ims.refresh(&used).await {
                Ok(tokens) => {
                    let unsaved = self.save(&tokens).await.err().map(|error| {
                        // The old ones are used up: these are better than none.
                        tracing::warn!(name: UNSAVED, target: TARGET, %error, "{UNSAVED}");
                        if let Some(on_unsaved) = &self.on_unsaved {
                            on_unsaved(&error);
                        }
                        Unsaved(Some(used))
                    });
                    self.hold(tokens.clone(), unsaved);
                    return Ok(Renewed { tokens, here: true });
                }
                Err(error) if error.is_sign_in_again() => {
                    let now_stored = self.newest().await?;
                    if last || now_stored.refresh_token.as_ref() == Some(&used) {
                        self.state().refuse(used);
                        return Err(error);
                    }
                    stored = now_stored;
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(ErrorKind::SignInAgain, "another process takes its refresh tokens away"))
    }

    /// What the store has; first what could not be saved is saved, unless the store has gone on.
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
        stored.ok_or_else(|| Error::new(ErrorKind::SignInAgain, "nobody is signed in"))
    }

    /// The tokens that are held, if they are good for a while yet.
    fn good(&self) -> Option<Tokens> {
        let state = self.state();
        match state.freshness(self.ims.now()) {
            Freshness::Fresh(_) => Some(state.held()?.tokens.clone()),
            Freshness::ExpiresSoon(_) | Freshness::Expired => None,
        }
    }

    /// Takes tokens from the store, if they are others, and good for a while yet.
    fn adopt(&self, stored: Tokens) -> Option<Tokens> {
        let now = self.ims.now();
        let is_news = self.state().is_news(&stored);
        if !is_news || stored.remaining(now) <= self.refresh_before {
            return None;
        }
        self.hold(stored, None);
        self.good()
    }

    fn hold(&self, tokens: Tokens, unsaved: Option<Unsaved>) {
        let renewable = self.ims.credential().is_server() || tokens.refresh_token.is_some();
        let before = renewable.then_some(self.refresh_before);
        self.state().hold(tokens, before, unsaved, self.ims.now());
    }

    /// Saves the tokens that could not be saved before, if there are any.
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

struct Renewed {
    tokens: Tokens,
    /// Whether it was this session that got them.
    here: bool,
}

fn failed(what: &str, error: BoxError) -> Error {
    let message = format!("cannot {what} the tokens: {error}");
    Error::because(ErrorKind::Store, &crate::redact::redact(&message, &[]), error)
}
