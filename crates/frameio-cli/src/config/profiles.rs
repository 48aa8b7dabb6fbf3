//! The file of all profiles. It has no secrets: those are in files of their own.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;

use frameio_private_file as private_file;
use serde::{Deserialize, Serialize};

use super::{Profile, directory};
use crate::exit::{Failure, Status};

/// Name of the profile that is used if none is chosen.
const DEFAULT: &str = "default";

/// All profiles.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Config {
    /// Profile to use if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

impl Config {
    fn file() -> Result<PathBuf, Failure> {
        Ok(directory()?.join("profiles.json"))
    }

    /// Reads the file; without a file, there are no profiles.
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

    /// Changes the file under a lock.
    pub(crate) fn update<T>(
        change: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let file = Self::file()?;
        let failed =
            |error: Error| Failure::new(Status::Other, format!("{}: {error}", file.display()));
        private_file::create_dir_all(private_file::parent(&file)).map_err(failed)?;
        let lock = private_file::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(file.with_extension("lock"))
            .map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut config = Self::load()?;
        let result = change(&mut config)?;
        let mut json = serde_json::to_vec_pretty(&config).map_err(|error| failed(error.into()))?;
        json.push(b'\n');
        private_file::write(&file, &json).map_err(failed)?;
        Ok(result)
    }

    /// Returns the name of the profile to use, whether it exists or not.
    pub(crate) fn chosen<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        named.or(self.current.as_deref()).unwrap_or(DEFAULT)
    }

    /// Refuses the name of a missing profile.
    pub(crate) fn unknown(name: &str) -> Failure {
        let message = format!("no profile '{name}': `frameio profile list` lists them");
        Failure::new(Status::Usage, message)
    }

    /// Validates the name of a new profile, which becomes part of file names.
    pub(crate) fn check_name(name: &str) -> Result<String, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(plain) {
            return Err("a name has 1 to 64 letters, digits, `-`, `_` or `.`".to_owned());
        }
        Ok(name.to_owned())
    }
}
