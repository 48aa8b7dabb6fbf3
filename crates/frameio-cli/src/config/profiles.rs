//! The file of all profiles. It has no secrets: those are in files of their own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use frameio::endpoint::trim_byte_order_mark;
use frameio_private_file::{Reserved, open_lock};
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
            Ok(json) => serde_json::from_slice(trim_byte_order_mark(&json)).map_err(|error| {
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
        let (mut config, file) = LockedFile::open()?;
        let result = change(&mut config)?;
        file.write(&config)?;
        Ok(result)
    }

    /// Does `work` and then changes the file by its result, both under a lock.
    ///
    /// The space for the change is reserved first, so that a full disk stops the work, too.
    pub(crate) async fn update_after<T>(
        work: impl AsyncFnOnce() -> Result<T, Failure>,
        change: impl FnOnce(&mut Self, T),
    ) -> Result<(), Failure> {
        let (mut config, file) = LockedFile::open()?;
        let result = work().await?;
        change(&mut config, result);
        file.write(&config)
    }

    /// Returns the name of the profile to use, whether it exists or not.
    pub(crate) fn chosen<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        named.or(self.current.as_deref()).unwrap_or(DEFAULT)
    }

    /// Refuses the name of a missing profile.
    pub(crate) fn unknown(&self, name: &str) -> Failure {
        let advice = if self.profiles.is_empty() {
            format!("`frameio login --profile {name}` creates it")
        } else {
            "`frameio profile list` lists them".to_owned()
        };
        Failure::new(Status::Usage, format!("no profile '{name}': {advice}"))
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

/// The file under its lock, with space for a change.
struct LockedFile {
    path: PathBuf,
    space: Reserved,
    _lock: File,
}

impl LockedFile {
    /// Locks the file, and reads it.
    fn open() -> Result<(Config, Self), Failure> {
        /// A profile has some hundred bytes.
        const MARGIN: u64 = 16 << 10;

        let path = Config::file()?;
        let failed = |error| failure(&path, error);
        let lock = open_lock(&path).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let config = Config::load()?;
        let length = path.metadata().map_or(0, |metadata| metadata.len());
        let space = Reserved::new(&path, length + MARGIN).map_err(failed)?;
        Ok((config, Self { space, _lock: lock, path }))
    }

    fn write(self, config: &Config) -> Result<(), Failure> {
        let failed = |error| failure(&self.path, error);
        let mut json = serde_json::to_vec_pretty(config).map_err(|error| failed(error.into()))?;
        json.push(b'\n');
        self.space.commit(&json).map_err(failed)
    }
}

fn failure(path: &Path, error: std::io::Error) -> Failure {
    Failure::new(Status::Other, format!("{}: {error}", path.display()))
}
