//! Storage of the secrets and tokens of a profile: the system keyring, or files.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use frameio_core::{BoxError, Secret};
use frameio_private_file::Reserved;

use super::directory::ProfileDirectory;
use super::error::{ProfileError, ProfileErrorKind};
use super::keyring::Keyring;
use super::profiles::Storage;
use super::secrets::ProfileSecrets;
use crate::ims::Ims;
use crate::session::{Session, SessionBuilder};
use crate::store::{FileStore, TokenStore};
use crate::tokens::Tokens;

/// Storage of the secrets and tokens of one profile.
#[derive(Debug)]
pub struct Vault {
    profile: String,
    backend: Backend,
}

#[derive(Debug)]
enum Backend {
    Files { directory: PathBuf, store: FileStore, secrets: PathBuf },
    Keyring(Keyring),
}

impl Vault {
    /// Creates a vault, without reading or writing it.
    pub fn new(directory: &ProfileDirectory, storage: Storage, profile: &str) -> Self {
        let backend = match storage {
            Storage::File => Backend::Files {
                directory: directory.path().to_owned(),
                store: FileStore::new(directory.tokens(profile)),
                secrets: directory.secrets(profile),
            },
            Storage::Keyring => Backend::Keyring(Keyring::new(directory, profile)),
        };
        Self { profile: profile.to_owned(), backend }
    }

    /// Reads the secrets; `None` if none are saved. Blocks, also while the user unlocks the keyring.
    ///
    /// # Errors
    /// Fails if the secrets cannot be read or are damaged.
    pub fn secrets(&self) -> Result<Option<ProfileSecrets>, ProfileError> {
        let json = match &self.backend {
            Backend::Files { secrets, .. } => match fs::read_to_string(secrets) {
                Ok(json) => Some(Secret::from(json)),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(ProfileError::unreadable(secrets, &error)),
            },
            Backend::Keyring(keyring) => {
                keyring.secrets().load().map_err(|error| self.failed("read", &error))?
            }
        };
        let Some(json) = json else { return Ok(None) };
        match ProfileSecrets::from_json(json.expose().as_bytes()) {
            Some(secrets) => Ok(Some(secrets)),
            None => Err(self.failed("read", &"it is damaged; sign in again".into())),
        }
    }

    /// Returns the builder of a session that stores its tokens in the vault.
    pub fn session(&self, ims: Ims) -> SessionBuilder {
        match &self.backend {
            Backend::Files { store, .. } => Session::builder(ims).store(store.clone()),
            Backend::Keyring(keyring) => Session::builder(ims).store(keyring.tokens()),
        }
    }

    /// Replaces both the secrets and the tokens, or neither.
    ///
    /// # Errors
    /// Fails if they cannot be saved. The earlier ones are then restored, if possible.
    pub async fn save(
        &self,
        secrets: &ProfileSecrets,
        tokens: Option<&Tokens>,
    ) -> Result<(), BoxError> {
        let json = secrets.to_json()?;
        match &self.backend {
            Backend::Files { store, secrets, .. } => {
                save_files(secrets, &json, store, tokens).await
            }
            Backend::Keyring(keyring) => save_in_keyring(keyring, &json, tokens).await,
        }
    }

    /// Deletes the secrets and the tokens.
    ///
    /// # Errors
    /// Fails unless both are deleted.
    pub async fn clear(&self) -> Result<(), ProfileError> {
        let cleared = match &self.backend {
            Backend::Files { store, secrets, .. } => {
                let removed = match fs::remove_file(secrets) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        Err(format!("'{}': {error}", secrets.display()).into())
                    }
                    _ => Ok(()),
                };
                store.clear().await.and(removed)
            }
            Backend::Keyring(keyring) => {
                keyring.tokens().clear().await.and_then(|()| keyring.secrets().clear())
            }
        };
        cleared.map_err(|error| self.failed("delete", &error))
    }

    /// Returns a phrase that names the storage, for messages such as "the sign-in is saved …".
    pub fn description(&self) -> String {
        match &self.backend {
            Backend::Files { directory, .. } => {
                format!("in files that only you can read, in '{}'", directory.display())
            }
            Backend::Keyring(_) => "in the system keyring".to_owned(),
        }
    }

    fn failed(&self, what: &str, error: &BoxError) -> ProfileError {
        let message = format!("cannot {what} the sign-in of profile '{}': {error}", self.profile);
        ProfileError::new(ProfileErrorKind::Storage, message)
    }
}

/// Reserves all space before saving, so that a full disk changes nothing.
async fn save_files(
    file: &Path,
    json: &Secret,
    store: &FileStore,
    tokens: Option<&Tokens>,
) -> Result<(), BoxError> {
    let json = json.expose().as_bytes();
    let named = |error: std::io::Error| format!("'{}': {error}", file.display());
    let _lock = store.lock().await?;
    let secrets = Reserved::new(file, json.len() as u64).map_err(named)?;
    match tokens {
        Some(tokens) => {
            let _space = store.reserve().await?;
            secrets.commit(json).map_err(named)?;
            store.save(tokens).await
        }
        None => {
            secrets.commit(json).map_err(named)?;
            store.clear().await
        }
    }
}

/// Saves both, and restores the previous entries if one of them cannot be saved.
async fn save_in_keyring(
    keyring: &Keyring,
    json: &Secret,
    tokens: Option<&Tokens>,
) -> Result<(), BoxError> {
    let (entry, store) = (keyring.secrets(), keyring.tokens());
    let _lock = store.lock().await?;
    let before = (entry.load()?, store.load().await.ok().flatten());
    let saved = async {
        entry.save(json)?;
        match tokens {
            Some(tokens) => store.save(tokens).await,
            None => store.clear().await,
        }
    };
    let Err(error) = saved.await else { return Ok(()) };
    let restored = match &before.0 {
        Some(secrets) => entry.save(secrets),
        None => entry.clear(),
    };
    let tokens_restored = match &before.1 {
        Some(tokens) => store.save(tokens).await,
        None => store.clear().await,
    };
    match restored.and(tokens_restored) {
        Ok(()) => Err(error),
        Err(second) => Err(format!("{error}; the earlier sign-in is lost: {second}").into()),
    }
}
