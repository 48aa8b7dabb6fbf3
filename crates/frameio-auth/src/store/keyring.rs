//! Tokens and other secrets in the keyring of the system.

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

/// One secret in the keyring of the system: the keychain of macOS, the Credential Manager of Windows,
/// or a Secret Service such as GNOME Keyring.
///
/// A program that has set a default store of the crate `keyring-core` keeps its secrets there. Where
/// there is no keyring, as on most servers, each use fails with a message that says so.
///
/// The methods block, for as long as the user takes to unlock the keyring. In async code, call them
/// on a thread for blocking work.
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
    /// Names an entry by an application and a user or a purpose. Nothing is read or written yet.
    pub fn new(service: impl Into<String>, user: impl Into<String>) -> Self {
        Self { service: Arc::from(service.into()), user: Arc::from(user.into()) }
    }

    /// Reads the secret; `None` if none was saved.
    ///
    /// # Errors
    /// When there is no keyring, it is locked or fails, or the entry is not text.
    pub fn load(&self) -> Result<Option<Secret>, BoxError> {
        let Some(bytes) = found(self.entry()?.get_secret())? else { return Ok(None) };
        let text = Zeroizing::new(bytes);
        let text = std::str::from_utf8(&text).map_err(|_| NOT_OURS)?;
        Ok(Some(Secret::from(text)))
    }

    /// Replaces the secret.
    ///
    /// # Errors
    /// When there is no keyring, it is locked, full or fails. Windows takes at most 2560 bytes.
    pub fn save(&self, secret: &Secret) -> Result<(), BoxError> {
        let saved = self.entry()?.set_secret(secret.expose().as_bytes());
        saved.map_err(|error| described(&error))
    }

    /// Deletes the secret, if there is one.
    ///
    /// # Errors
    /// When there is no keyring, it is locked or fails.
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
    "the keyring's entry is not one of this program: delete it and sign in again";

/// Keeps tokens in the keyring of the system, as [`KeyringEntry`] describes it.
///
/// The two tokens have entries of their own, since Windows takes at most 2560 bytes for one.
/// Processes of a user that share them refresh one after the other, by a lock on a file in
/// `$XDG_RUNTIME_DIR`, or else in the directory for temporary files.
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
    /// Keeps tokens under the name of an application and of a user or profile of it.
    pub fn new(service: impl Into<String>, user: impl Into<String>) -> Self {
        let access = KeyringEntry::new(service, user);
        let refresh = KeyringEntry::new(&*access.service, format!("{}/refresh", access.user));
        Self { access, refresh }
    }

    /// The path whose `.lock` file guards the tokens.
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
            // The refresh token first: it cannot be had again.
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

/// The kind of an error: its text may quote what was read.
fn described(error: &KeyringError) -> BoxError {
    describe(error).into()
}

fn describe(error: &KeyringError) -> String {
    match error {
        KeyringError::NoDefaultStore => "no keyring is available".to_owned(),
        KeyringError::NoStorageAccess(cause) => format!("the keyring is locked: {cause}"),
        KeyringError::PlatformFailure(cause) => format!("the keyring failed: {cause}"),
        KeyringError::TooLong(what, most) => {
            format!("the keyring takes no {what} of more than {most} bytes")
        }
        KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..) => NOT_OURS.to_owned(),
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
