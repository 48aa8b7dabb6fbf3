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
/// ```no_run
/// # async fn save() -> Result<(), frameio::BoxError> {
/// use frameio::Secret;
/// use frameio::auth::KeyringEntry;
///
/// let entry = KeyringEntry::new("my-app", "client secret");
/// entry.save(&Secret::from("s3cret")).await?;
/// assert_eq!(entry.load().await?, Some(Secret::from("s3cret")));
/// # Ok(())
/// # }
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
    pub async fn load(&self) -> Result<Option<Secret>, BoxError> {
        let Some(bytes) = self.with(|entry| found(entry.get_secret())).await? else {
            return Ok(None);
        };
        let text = Zeroizing::new(bytes);
        let text = std::str::from_utf8(&text).map_err(|_| NOT_OURS)?;
        Ok(Some(Secret::from(text)))
    }

    /// Replaces the secret.
    ///
    /// # Errors
    /// When there is no keyring, it is locked, full or fails. Windows takes at most 2560 bytes.
    pub async fn save(&self, secret: &Secret) -> Result<(), BoxError> {
        let secret = secret.clone();
        self.with(move |entry| entry.set_secret(secret.expose().as_bytes())).await
    }

    /// Deletes the secret, if there is one.
    ///
    /// # Errors
    /// When there is no keyring, it is locked or fails.
    pub async fn clear(&self) -> Result<(), BoxError> {
        self.with(|entry| found(entry.delete_credential()).map(drop)).await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Entry) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, BoxError> {
        let Self { service, user } = self.clone();
        // The error may quote what was read, so only its kind is reported.
        blocking(move || {
            let result = entry(&service, &user).and_then(|entry| work(&entry));
            result.map_err(|error| describe(&error).into())
        })
        .await
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
        let Some(access) = self.access.load().await? else { return Ok(None) };
        let access: Access = serde_json::from_str(access.expose()).map_err(|_| NOT_OURS)?;
        Ok(Some(Tokens {
            access_token: Token::from(access.access_token),
            refresh_token: self.refresh.load().await?,
            expires_at: access.expires_at,
            issuer: access.issuer,
        }))
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        let access = serde_json::to_string(&Access {
            access_token: tokens.access_token.expose().to_owned(),
            expires_at: tokens.expires_at,
            issuer: tokens.issuer.clone(),
        })?;
        // The refresh token first: it cannot be had again.
        match &tokens.refresh_token {
            Some(token) => self.refresh.save(token).await?,
            None => self.refresh.clear().await?,
        }
        self.access.save(&Secret::from(access)).await
    }

    async fn clear(&self) -> Result<(), BoxError> {
        self.access.clear().await?;
        self.refresh.clear().await
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
            "no keyring is available: use a file instead, or start one".to_owned()
        }
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

        store.access.save(&Secret::from("c4n4ry")).await.unwrap();
        let error = store.load().await.unwrap_err().to_string();
        assert!(error.contains("sign in again") && !error.contains("c4n4ry"), "{error}");
        let _held = store.lock().await.unwrap();

        let entry = KeyringEntry::new("frameio-test", "secret");
        assert_eq!(entry.load().await.unwrap(), None);
        entry.save(&Secret::from("s3cret")).await.unwrap();
        assert_eq!(entry.load().await.unwrap(), Some(Secret::from("s3cret")));
        entry.clear().await.unwrap();
        entry.clear().await.unwrap();
        assert_eq!(entry.load().await.unwrap(), None);
    }
}
