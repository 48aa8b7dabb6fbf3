//! Directory of profiles and sign-ins.

use std::path::{Path, PathBuf};

use frameio_core::trim_text;

use super::error::{ProfileError, ProfileErrorKind};
use super::variables::Lookup;

/// Directory of the profiles, their secrets and their tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileDirectory(PathBuf);

impl ProfileDirectory {
    /// Uses this directory, without reading or creating it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns the directory in `FRAMEIO_CONFIG_DIR`, or else `frameio` in the configuration directory
    /// of the user.
    ///
    /// # Errors
    /// Fails if the variable is not set and the user has no home directory.
    pub fn locate(variables: &Lookup<'_>) -> Result<Self, ProfileError> {
        let is_set =
            |it: &std::ffi::OsString| it.to_str().is_none_or(|it| !trim_text(it).is_empty());
        if let Some(directory) = variables("FRAMEIO_CONFIG_DIR").filter(is_set) {
            return Ok(Self::new(directory));
        }
        match etcetera::choose_base_strategy() {
            Ok(base) => Ok(Self(etcetera::BaseStrategy::config_dir(&base).join("frameio"))),
            Err(_) => Err(ProfileError::new(
                ProfileErrorKind::Storage,
                "no home directory: set FRAMEIO_CONFIG_DIR to a directory for profiles",
            )),
        }
    }

    /// Returns the path of the directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the path of the file with all profiles, `profiles.json`.
    pub fn profiles(&self) -> PathBuf {
        self.0.join("profiles.json")
    }

    /// Returns the path of the file with the tokens of a profile.
    pub(super) fn tokens(&self, profile: &str) -> PathBuf {
        self.0.join("tokens").join(format!("{profile}.json"))
    }

    /// Returns the path of the file with the secrets of a profile.
    pub(super) fn secrets(&self, profile: &str) -> PathBuf {
        self.0.join("secrets").join(format!("{profile}.json"))
    }
}
