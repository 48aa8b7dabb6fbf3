//! Where the secrets and tokens of a profile are kept: in the keyring of the system, or in files.

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

/// Place of the secrets and tokens of one profile.
#[derive(Debug)]
pub struct Vault {
    profile: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Files { directory: PathBuf, store: FileStore, secrets: PathBuf },
    Keyring(Keyring),
}

impl Vault {
    /// Names the place. Nothing is read or written yet.
    pub fn new(directory: &ProfileDirectory, storage: Storage, profile: &str) -> Self {
        let place = match storage {
            Storage::File => Place::Files {
                directory: directory.path().to_owned(),
                store: FileStore::new(directory.tokens(profile)),
                secrets: directory.secrets(profile),
            },
            Storage::Keyring => Place::Keyring(Keyring::new(directory, profile)),
        };
        Self { profile: profile.to_owned(), place }
    }

    /// Reads the secrets; `None` if there are none. Blocks for as long as the user takes to unlock the
    /// keyring.
    ///
    /// # Errors
    /// When they cannot be read or are damaged.
    pub fn secrets(&self) -> Result<Option<ProfileSecrets>, ProfileError> {
        let json = match &self.place {
            Place::Files { secrets, .. } => match fs::read_to_string(secrets) {
                Ok(json) => Some(Secret::from(json)),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(ProfileError::invalid(secrets.display(), error)),
            },
            Place::Keyring(keyring) => {
                keyring.secrets().load().map_err(|error| self.failed("read", &error))?
            }
        };
        let Some(json) = json else { return Ok(None) };
        match ProfileSecrets::from_json(json.expose().as_bytes()) {
            Some(secrets) => Ok(Some(secrets)),
            None => Err(self.failed("read", &"it is damaged: sign in again".into())),
        }
    }

    /// Prepares a session that keeps its tokens here.
    pub fn session(&self, ims: Ims) -> SessionBuilder {
        match &self.place {
            Place::Files { store, .. } => Session::builder(ims).store(store.clone()),
            Place::Keyring(keyring) => Session::builder(ims).store(keyring.tokens()),
        }
    }

    /// Replaces the secrets and the tokens, both or neither.
    ///
    /// # Errors
    /// When they cannot be saved; the earlier ones are then kept, if that is possible.
    pub async fn save(
        &self,
        secrets: &ProfileSecrets,
        tokens: Option<&Tokens>,
    ) -> Result<(), BoxError> {
        let json = secrets.to_json()?;
        match &self.place {
            Place::Files { store, secrets, .. } => save_files(secrets, &json, store, tokens).await,
            Place::Keyring(keyring) => save_in_keyring(keyring, &json, tokens).await,
        }
    }

    /// Deletes the secrets and the tokens.
    ///
    /// # Errors
    /// When it is not certain that they are deleted.
    pub async fn clear(&self) -> Result<(), ProfileError> {
        let cleared = match &self.place {
            Place::Files { store, secrets, .. } => {
                let removed = match fs::remove_file(secrets) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        Err(format!("{}: {error}", secrets.display()).into())
                    }
                    _ => Ok(()),
                };
                store.clear().await.and(removed)
            }
            Place::Keyring(keyring) => {
                keyring.tokens().clear().await.and_then(|()| keyring.secrets().clear())
            }
        };
        cleared.map_err(|error| self.failed("delete", &error))
    }

    /// Describes the place to its user.
    pub fn description(&self) -> String {
        match &self.place {
            Place::Files { directory, .. } => {
                format!("in files that only you can read, in {}", directory.display())
            }
            Place::Keyring(_) => "in the keyring of this system".to_owned(),
        }
    }

    fn failed(&self, what: &str, error: &BoxError) -> ProfileError {
        let message = format!("cannot {what} the sign-in of profile '{}': {error}", self.profile);
        ProfileError::new(ProfileErrorKind::Storage, message)
    }
}

/// Saves after all space has been reserved, so that a full disk changes nothing.
async fn save_files(
    file: &Path,
    json: &Secret,
    store: &FileStore,
    tokens: Option<&Tokens>,
) -> Result<(), BoxError> {
    let json = json.expose().as_bytes();
    let named = |error: std::io::Error| format!("{}: {error}", file.display());
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

/// Saves, and restores what was there before if one of the two cannot be saved.
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
