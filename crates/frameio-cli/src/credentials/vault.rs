//! Where the secrets and tokens of a profile are kept: in the keyring of the system, or in files.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use frameio::auth::{FileStore, Ims, Session, SessionBuilder, TokenStore, Tokens};
use frameio::{BoxError, Secret};
use frameio_private_file::Reserved;

use super::ProfileSecrets;
use super::keyring::Keyring;
use crate::config::{self, Storage};
use crate::exit::{Failure, Status};

/// The secrets of one profile.
pub(crate) struct Vault {
    profile: String,
    place: Place,
}

enum Place {
    Files { store: FileStore, secrets: PathBuf },
    Keyring(Keyring),
}

impl Vault {
    pub(crate) fn new(storage: Storage, profile: &str) -> Result<Self, Failure> {
        let place = match storage {
            Storage::File => Place::Files {
                store: FileStore::new(config::tokens(profile)?),
                secrets: config::secrets(profile)?,
            },
            Storage::Keyring => Place::Keyring(Keyring::new(profile)?),
        };
        Ok(Self { profile: profile.to_owned(), place })
    }

    /// Reads the secrets; `None` if there are none.
    pub(crate) fn secrets(&self) -> Result<Option<ProfileSecrets>, Failure> {
        let json = match &self.place {
            Place::Files { secrets, .. } => match fs::read_to_string(secrets) {
                Ok(json) => Some(Secret::from(json)),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(Failure::usage(secrets.display(), error)),
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
    pub(crate) fn session(&self, ims: Ims) -> SessionBuilder {
        match &self.place {
            Place::Files { store, .. } => Session::builder(ims).store(store.clone()),
            Place::Keyring(keyring) => Session::builder(ims).store(keyring.tokens()),
        }
    }

    /// Replaces the secrets and the tokens, both or neither.
    pub(crate) async fn save(
        &self,
        secrets: &ProfileSecrets,
        tokens: Option<&Tokens>,
    ) -> Result<(), BoxError> {
        let json = secrets.to_json()?;
        match &self.place {
            Place::Files { store, secrets } => save_files(secrets, &json, store, tokens).await,
            Place::Keyring(keyring) => save_in_keyring(keyring, &json, tokens).await,
        }
    }

    /// Deletes the secrets and the tokens.
    pub(crate) async fn clear(&self) -> Result<(), Failure> {
        let cleared = match &self.place {
            Place::Files { store, secrets } => {
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
    pub(crate) fn description(&self) -> Result<String, Failure> {
        Ok(match &self.place {
            Place::Files { .. } => {
                format!("in files that only you can read, in {}", config::directory()?.display())
            }
            Place::Keyring(_) => "in the keyring of this system".to_owned(),
        })
    }

    fn failed(&self, what: &str, error: &BoxError) -> Failure {
        let message = format!("cannot {what} the sign-in of profile '{}': {error}", self.profile);
        Failure::new(Status::Other, message)
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
