//! The file that profiles are in. It has no secrets: those are beside it, a file for each profile.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::directory;
use crate::exit::{Failure, Status};

/// All profiles.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Config {
    /// The profile to use where nobody names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// What is known of a user, a service, and where in it they work.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Profile {
    /// Where to call, where it is not the public service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    /// Where to sign in, where it is not the public service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ims_url: Option<String>,
    /// How its user has signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in: Option<SignIn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workspace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) project_id: Option<String>,
}

/// How somebody has signed in. The secrets are elsewhere.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum SignIn {
    Token,
    ServerToServer { client_id: String },
    Web { client_id: String, redirect_uri: String },
    Native { client_id: String, redirect_uri: String },
}

impl SignIn {
    /// What it is called to people.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ServerToServer { .. } => "server-to-server",
            Self::Web { .. } => "web app",
            Self::Native { .. } => "native app",
        }
    }
}

impl Config {
    fn file() -> Result<PathBuf, Failure> {
        Ok(directory()?.join("profiles.json"))
    }

    /// What is in the file; nothing if there is none.
    pub(crate) fn load() -> Result<Self, Failure> {
        let file = Self::file()?;
        match std::fs::read(&file) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| {
                Failure::usage(file.display(), format!("is not a list of profiles: {error}"))
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::usage(file.display(), error)),
        }
    }

    /// Changes what is in the file, while nobody else does.
    pub(crate) fn update<T>(
        change: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let file = Self::file()?;
        let failed = |error: std::io::Error| {
            Failure::new(Status::Other, format!("{}: {error}", file.display()))
        };
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        let lock = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(file.with_extension("lock"))
            .map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut config = Self::load()?;
        let result = change(&mut config)?;
        let json = serde_json::to_vec_pretty(&config).map_err(|error| failed(error.into()))?;
        replace(&file, &json).map_err(failed)?;
        Ok(result)
    }
}

/// Replaces a file as a whole, or not at all; only its owner can read it.
pub(crate) fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut new = tempfile::NamedTempFile::new_in(directory)?;
    new.write_all(content)?;
    new.write_all(b"\n")?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}
