//! Paths in the configuration directory.

use std::path::PathBuf;

use frameio::auth::profile::ProfileDirectory;

use crate::exit::Failure;

/// Returns the configuration directory, see [`ProfileDirectory::locate`].
pub(crate) fn directory() -> Result<ProfileDirectory, Failure> {
    Ok(ProfileDirectory::locate(&|name| std::env::var_os(name))?)
}

/// Returns the directory of the manifests that interrupted uploads resume from.
pub(crate) fn uploads() -> Result<PathBuf, Failure> {
    Ok(directory()?.path().join("uploads"))
}

/// Returns the file of checksums that transfers with `--compare-checksums` save.
pub(crate) fn checksums() -> Result<PathBuf, Failure> {
    Ok(directory()?.path().join("checksums"))
}
