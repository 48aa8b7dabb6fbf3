//! The directory of profiles, tokens and transfer state.

use std::path::PathBuf;

use frameio::auth::profile::ProfileDirectory;

use crate::exit::Failure;

/// Returns the directory of profiles and tokens.
pub(crate) fn directory() -> Result<ProfileDirectory, Failure> {
    Ok(ProfileDirectory::locate(&|name| std::env::var_os(name))?)
}

/// Returns the directory of the manifests from which uploads resume.
pub(crate) fn uploads() -> Result<PathBuf, Failure> {
    Ok(directory()?.path().join("uploads"))
}

/// Returns the file of the checksums that earlier transfers saved.
pub(crate) fn checksums() -> Result<PathBuf, Failure> {
    Ok(directory()?.path().join("checksums"))
}
