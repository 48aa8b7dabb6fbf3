//! Store in the system keyring.

use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::{BoxError, Secret};
use frameio_tower::Token;
use jiff::Timestamp;
use keyring_core::{Entry, Error as KeyringError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{StoreLock, TokenStore, blocking, file};
use crate::tokens::Tokens;

/// Entry of the system keyring with one secret.
///
/// The keyring is the keychain of macOS, the Credential Manager of Windows, or a Secret Service such as
/// GNOME Keyring. If the program has set a default store of the crate `keyring-core`, that store is used
/// instead. Without a keyring, as on most servers, all methods fail.
///
/// The methods block, also while the user unlocks the keyring. In async code, call them with
/// `spawn_blocking`.
///
/// ```no_run
/// use frameio::Secret;
/// use frameio::auth::KeyringEntry;
///
/// let entry = KeyringEntry::new("my-app", "client secret");
/// entry.save(&Secret::from("s3cret"))?;
/// assert_eq!(entry.load()?, Some(Secret::from("s3cret")));
/// # Ok::<_, frameio::BoxError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeyringEntry {
    service: Arc<str>,
    user: Arc<str>,
}

impl KeyringEntry {
    /// Names an entry by an application and by a user or a purpose, without reading or writing it.
    pub fn new(service: impl Into<String>, user: impl Into<String>) -> Self {
        Self { service: Arc::from(service.into()), user: Arc::from(user.into()) }
    }

    /// Reads the secret; `None` if the entry does not exist.
    ///
    /// # Errors
    /// Fails if the keyring is missing, locked or fails, or if the entry is not text.
    pub fn load(&self) -> Result<Option<Secret>, BoxError> {
        let Some(bytes) = found(self.entry()?.get_secret())? else { return Ok(None) };
        let text = Zeroizing::new(bytes);
        let text = std::str::from_utf8(&text).map_err(|_| NOT_OURS)?;
        Ok(Some(Secret::from(text)))
    }

    /// Creates or replaces the secret.
    ///
    /// # Errors
    /// Fails if the keyring is missing, locked, full or fails. On Windows, a secret has at most 2560
    /// bytes.
    pub fn save(&self, secret: &Secret) -> Result<(), BoxError> {
        let saved = self.entry()?.set_secret(secret.expose().as_bytes());
        saved.map_err(|error| described(&error))
    }

    /// Deletes the entry. Does nothing if it does not exist.
    ///
    /// # Errors
    /// Fails if the keyring is missing, locked or fails.
    pub fn clear(&self) -> Result<(), BoxError> {
        found(self.entry()?.delete_credential()).map(drop)
    }

    fn entry(&self) -> Result<Entry, BoxError> {
        if keyring_core::get_default_store().is_none()
            && keyring::v1::Entry::store_status().is_err()
        {
            return Err(described(&KeyringError::NoDefaultStore));
        }
        Entry::new(&self.service, &self.user).map_err(|error| described(&error))
    }
}

const NOT_OURS: &str =
    "the entry in the keyring is not from this program; delete it and sign in again";

/// Stores tokens in the system keyring, see [`KeyringEntry`].
///
/// Access token and refresh token have separate entries, because an entry on Windows has at most 2560
/// bytes. Processes that share the tokens refresh one at a time, by a lock on a file in
/// `$XDG_RUNTIME_DIR` or else in the directory for temporary files.
#[derive(Clone, Debug)]
pub struct KeyringStore {
    access: KeyringEntry,
    refresh: KeyringEntry,
}

/// Content of the entry of the access token.
#[derive(Serialize, Deserialize)]
struct Access {
    access_token: String,
    expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
}

impl KeyringStore {
    /// Creates a store for an application and one of its users or profiles, without reading or writing.
    pub fn new(service: impl Into<String>, user: impl Into<String>) -> Self {
        let access = KeyringEntry::new(service, user);
        let refresh = KeyringEntry::new(&*access.service, format!("{}/refresh", access.user));
        Self { access, refresh }
    }

    /// Returns the path whose `.lock` file is locked.
    fn lock_path(&self) -> PathBuf {
        let directory = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty());
        let directory = directory.map_or_else(std::env::temp_dir, PathBuf::from);
        let names = format!("{}\n{}", self.access.service, self.access.user);
        directory.join(format!("frameio-{}", crate::pkce::challenge(&names)))
    }
}

impl TokenStore for KeyringStore {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        let Self { access, refresh } = self.clone();
        blocking(move || {
            let Some(access) = access.load()? else { return Ok(None) };
            let access: Access = serde_json::from_str(access.expose()).map_err(|_| NOT_OURS)?;
            Ok(Some(Tokens {
                access_token: Token::from(access.access_token),
                refresh_token: refresh.load()?,
                expires_at: access.expires_at,
                issuer: access.issuer,
            }))
        })
        .await
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        let (Self { access, refresh }, tokens) = (self.clone(), tokens.clone());
        blocking(move || {
            // The refresh token comes first, because it cannot be requested again.
            match &tokens.refresh_token {
                Some(token) => refresh.save(token)?,
                None => refresh.clear()?,
            }
            let json = serde_json::to_string(&Access {
                access_token: tokens.access_token.expose().to_owned(),
                expires_at: tokens.expires_at,
                issuer: tokens.issuer,
            })?;
            access.save(&Secret::from(json))
        })
        .await
    }

    async fn clear(&self) -> Result<(), BoxError> {
        let Self { access, refresh } = self.clone();
        blocking(move || {
            access.clear()?;
            refresh.clear()
        })
        .await
    }

    async fn lock(&self) -> Result<StoreLock, BoxError> {
        file::lock(self.lock_path()).await
    }
}

fn found<T>(result: Result<T, KeyringError>) -> Result<Option<T>, BoxError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(KeyringError::NoEntry) => Ok(None),
        Err(error) => Err(described(&error)),
    }
}

/// Describes an error by its kind only, because its message could quote a secret.
fn described(error: &KeyringError) -> BoxError {
    describe(error).into()
}

fn describe(error: &KeyringError) -> String {
    match error {
        KeyringError::NoDefaultStore => "no keyring is available".to_owned(),
        KeyringError::NoStorageAccess(cause) => format!("the keyring is locked: {cause}"),
        KeyringError::PlatformFailure(cause) => format!("the keyring failed: {cause}"),
        KeyringError::TooLong(what, most) => {
            format!("the keyring supports at most {most} bytes of {what}")
        }
        KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..) => NOT_OURS.to_owned(),
        KeyringError::Ambiguous(_) => "the keyring has several entries with this name".to_owned(),
        KeyringError::Invalid(..) => "the keyring refused the name of the entry".to_owned(),
        KeyringError::NotSupportedByStore(_) => {
            "the keyring does not support this operation".to_owned()
        }
        _ => "the keyring failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn saves_replaces_and_deletes_tokens() {
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

        store.access.save(&Secret::from("c4n4ry")).unwrap();
        let error = store.load().await.unwrap_err().to_string();
        assert!(error.contains("sign in again") && !error.contains("c4n4ry"), "{error}");
        let _held = store.lock().await.unwrap();

        let entry = KeyringEntry::new("frameio-test", "secret");
        assert_eq!(entry.load().unwrap(), None);
        entry.save(&Secret::from("s3cret")).unwrap();
        assert_eq!(entry.load().unwrap(), Some(Secret::from("s3cret")));
        entry.clear().unwrap();
        entry.clear().unwrap();
        assert_eq!(entry.load().unwrap(), None);
    }
}
