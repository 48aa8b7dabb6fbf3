//! Paths in the configuration directory.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use frameio::auth::profile::ProfileDirectory;

use crate::exit::Failure;

/// Returns the configuration directory, see [`ProfileDirectory::locate`].
pub(crate) fn directory() -> Result<ProfileDirectory, Failure> {
    Ok(ProfileDirectory::locate(&|name| std::env::var_os(name))?)
}

/// Returns the directory of state that is not configuration: shared quotas, manifests of uploads, and
/// records of files.
///
/// With `FRAMEIO_CONFIG_DIR` it is `state` in that directory.
pub(crate) fn state() -> Result<PathBuf, Failure> {
    under("state", |base| base.state_dir().unwrap_or_else(|| base.data_dir()))
}

/// Returns the directory of data that can be read again from the service.
///
/// With `FRAMEIO_CONFIG_DIR` it is `cache` in that directory.
pub(crate) fn cache() -> Result<PathBuf, Failure> {
    under("cache", |base| base.cache_dir())
}

/// Returns `name` in the directory of the variable, or else `frameio` in a directory of the user.
fn under(
    name: &str,
    of_user: impl FnOnce(&dyn BaseStrategy) -> PathBuf,
) -> Result<PathBuf, Failure> {
    let own = directory()?.path().to_owned();
    if std::env::var_os("FRAMEIO_CONFIG_DIR").is_some_and(|given| own == Path::new(&given)) {
        return Ok(own.join(name));
    }
    // Without a home directory, `directory` has failed.
    Ok(match etcetera::choose_base_strategy() {
        Ok(base) => of_user(&base).join("frameio"),
        Err(_) => own.join(name),
    })
}

/// Returns the directory of the manifests that interrupted uploads resume from.
pub(crate) fn uploads() -> Result<PathBuf, Failure> {
    Ok(state()?.join("uploads"))
}

/// Returns the file of checksums that transfers with `--compare-checksums` save.
pub(crate) fn checksums() -> Result<PathBuf, Failure> {
    Ok(state()?.join("checksums"))
}

/// Returns the directory of the records of uploaded, downloaded and synced files.
pub(crate) fn sync_states() -> Result<PathBuf, Failure> {
    Ok(state()?.join("sync"))
}
