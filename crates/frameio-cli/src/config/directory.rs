//! The directory of profiles, tokens and transfer state.

use std::path::PathBuf;

use crate::exit::{Failure, Status};

/// Returns the directory of profiles and tokens.
pub(crate) fn directory() -> Result<PathBuf, Failure> {
    if let Some(directory) = std::env::var_os("FRAMEIO_CONFIG_DIR").filter(|it| !it.is_empty()) {
        return Ok(directory.into());
    }
    match etcetera::choose_base_strategy() {
        Ok(base) => Ok(etcetera::BaseStrategy::config_dir(&base).join("frameio")),
        Err(_) => Err(Failure::new(
            Status::Other,
            "no home directory: set FRAMEIO_CONFIG_DIR to a directory for profiles",
        )),
    }
}

/// Returns the directory of the manifests from which uploads resume.
pub(crate) fn uploads() -> Result<PathBuf, Failure> {
    Ok(directory()?.join("uploads"))
}

/// Returns the file of the checksums that earlier transfers saved.
pub(crate) fn checksums() -> Result<PathBuf, Failure> {
    Ok(directory()?.join("checksums"))
}

/// Returns the file in which a session keeps the tokens of a profile.
pub(crate) fn tokens(profile: &str) -> Result<PathBuf, Failure> {
    Ok(directory()?.join("tokens").join(format!("{profile}.json")))
}

/// Returns the file of the secrets of a profile.
pub(crate) fn secrets(profile: &str) -> Result<PathBuf, Failure> {
    Ok(directory()?.join("secrets").join(format!("{profile}.json")))
}
