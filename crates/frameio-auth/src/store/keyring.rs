//! Tokens in the keyring of the system.

use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::BoxError;
use frameio_tower::Token;
use jiff::Timestamp;
use keyring_core::{Entry, Error as KeyringError};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{StoreLock, TokenStore, blocking, file};
use crate::tokens::Tokens;

/// Keeps tokens in the keyring of the system: the keychain of macOS, the Credential Manager of
/// Windows, or a Secret Service such as GNOME Keyring.
///
/// The two tokens are entries of their own, since Windows takes no more than 2560 bytes for one.
/// Processes of a user that share them refresh one after the other, by a lock on a file in
/// `$XDG_RUNTIME_DIR`, or else in the directory for temporary files.
///
/// A program that has set a default store of the crate `keyring-core` keeps its tokens there. Where
/// there is no keyring, as on most servers, each use fails with a message that says so.
#[derive(Clone, Debug)]
pub struct KeyringStore {
    service: Arc<str>,
    user: Arc<str>,
}

/// What the entry of the access token holds.
#[derive(Serialize, Deserialize)]
struct Access {
    access_token: String,
    expires_at: Timestamp,
}

impl KeyringStore {
    /// Keeps tokens under the name of an application and of a user or profile of it.
    pub fn new(service: impl Into<String>, user: impl Into<String>) -> Self {
        Self { service: Arc::from(service.into()), user: Arc::from(user.into()) }
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, BoxError> {
        let store = self.clone();
        // What the keyring says may hold what was read, so only its kind is told.
        blocking(move || work(&store).map_err(|error| describe(&error).into())).await
    }

    fn access(&self) -> Result<Entry, KeyringError> {
        entry(&self.service, &self.user)
    }

    fn refresh(&self) -> Result<Entry, KeyringError> {
        entry(&self.service, &format!("{}/refresh", self.user))
    }

    fn lock_path(&self) -> PathBuf {
        let directory = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty());
        let directory = directory.map_or_else(std::env::temp_dir, PathBuf::from);
        let name = crate::pkce::challenge(&format!("{}\n{}", self.service, self.user));
        directory.join(format!("frameio-{name}.lock"))
    }
}

impl TokenStore for KeyringStore {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        let loaded = self.with(|store| {
            let Some(access) = found(store.access()?.get_secret())? else { return Ok(None) };
            Ok(Some((access, found(store.refresh()?.get_password())?)))
        });
        let Some((access, refresh)) = loaded.await? else { return Ok(None) };
        let access: Access = serde_json::from_slice(&access)
            .map_err(|_| "the keyring's entry holds no tokens: delete it and sign in again")?;
        Ok(Some(Tokens {
            access_token: Token::from(access.access_token),
            refresh_token: refresh.map(SecretString::from),
            expires_at: access.expires_at,
        }))
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        let access = Access {
            access_token: tokens.access_token.expose().to_owned(),
            expires_at: tokens.expires_at,
        };
        let access = serde_json::to_vec(&access)?;
        let refresh = tokens.refresh_token.clone();
        self.with(move |store| {
            // First what cannot be had again.
            match refresh {
                Some(token) => store.refresh()?.set_password(token.expose_secret())?,
                None => drop(found(store.refresh()?.delete_credential())?),
            }
            store.access()?.set_secret(&access)
        })
        .await
    }

    async fn clear(&self) -> Result<(), BoxError> {
        self.with(|store| {
            found(store.access()?.delete_credential())?;
            found(store.refresh()?.delete_credential())?;
            Ok(())
        })
        .await
    }

    async fn lock(&self) -> Result<StoreLock, BoxError> {
        file::lock(self.lock_path()).await
    }
}

fn entry(service: &str, user: &str) -> Result<Entry, KeyringError> {
    if keyring_core::get_default_store().is_none() && keyring::v1::Entry::store_status().is_err() {
        return Err(KeyringError::NoDefaultStore);
    }
    Entry::new(service, user)
}

fn found<T>(result: Result<T, KeyringError>) -> Result<Option<T>, KeyringError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(KeyringError::NoEntry) => Ok(None),
        Err(error) => Err(error),
    }
}

fn describe(error: &KeyringError) -> String {
    match error {
        KeyringError::NoDefaultStore => {
            "there is no keyring here: keep the tokens in a file, or start one".to_owned()
        }
        KeyringError::NoStorageAccess(cause) => format!("the keyring is locked: {cause}"),
        KeyringError::PlatformFailure(cause) => format!("the keyring failed: {cause}"),
        KeyringError::TooLong(what, most) => {
            format!("the keyring takes no {what} of more than {most} bytes")
        }
        KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..) => {
            "the keyring's entry holds no tokens: delete it and sign in again".to_owned()
        }
        other => format!("the keyring refused: {}", name(other)),
    }
}

const fn name(error: &KeyringError) -> &'static str {
    match error {
        KeyringError::Ambiguous(_) => "there are several entries of that name",
        KeyringError::Invalid(..) => "the name of the entry is not taken",
        KeyringError::NotSupportedByStore(_) => "it does not support this",
        _ => "for another reason",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tokens_are_kept_replaced_and_forgotten() {
        keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
        let store = KeyringStore::new("frameio-test", "kim");
        let other = KeyringStore::new("frameio-test", "robin");
        assert!(store.load().await.unwrap().is_none());
        store.clear().await.unwrap();

        let at = Timestamp::UNIX_EPOCH;
        let tokens = Tokens::new("access", Some("refresh".into()), at);
        store.save(&tokens).await.unwrap();
        let kept = store.load().await.unwrap().unwrap();
        assert_eq!((kept.access_token.expose(), kept.expires_at), ("access", at));
        assert_eq!(kept.refresh_token(), Some("refresh"));
        assert!(other.load().await.unwrap().is_none());

        store.save(&Tokens::new("other", None, at)).await.unwrap();
        let kept = store.load().await.unwrap().unwrap();
        assert_eq!((kept.access_token.expose(), kept.refresh_token()), ("other", None));
        store.clear().await.unwrap();
        assert!(store.load().await.unwrap().is_none());
        assert!(!format!("{kept:?} {store:?}").contains("other"));

        store.access().unwrap().set_password("c4n4ry").unwrap();
        let error = store.load().await.unwrap_err().to_string();
        assert!(error.contains("sign in again") && !error.contains("c4n4ry"), "{error}");
        let _held = store.lock().await.unwrap();
    }
}
