//! Reading and changing the file of all profiles.

use std::fs::File;
use std::path::{Path, PathBuf};

use frameio::auth::profile::Profiles;
use frameio_private_file::{Reserved, open_lock};

use super::directory;
use crate::exit::{Failure, Status};

/// Reads the file; without a file, there are no profiles.
pub(crate) fn load() -> Result<Profiles, Failure> {
    Ok(Profiles::load(&directory()?)?)
}

/// Changes the file under a lock.
pub(crate) fn update<T>(
    change: impl FnOnce(&mut Profiles) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (mut profiles, file) = LockedFile::open()?;
    let result = change(&mut profiles)?;
    file.write(&profiles)?;
    Ok(result)
}

/// Does `work` and then changes the file by its result, both under a lock.
///
/// The space for the change is reserved first, so that a full disk stops the work, too.
pub(crate) async fn update_after<T>(
    work: impl AsyncFnOnce() -> Result<T, Failure>,
    change: impl FnOnce(&mut Profiles, T),
) -> Result<(), Failure> {
    let (mut profiles, file) = LockedFile::open()?;
    let result = work().await?;
    change(&mut profiles, result);
    file.write(&profiles)
}

/// The file under its lock, with space for a change.
struct LockedFile {
    path: PathBuf,
    space: Reserved,
    _lock: File,
}

impl LockedFile {
    /// Locks the file, and reads it.
    fn open() -> Result<(Profiles, Self), Failure> {
        /// A profile has some hundred bytes.
        const MARGIN: u64 = 16 << 10;

        let path = directory()?.profiles();
        let failed = |error| failure(&path, error);
        let lock = open_lock(&path).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let profiles = load()?;
        let length = path.metadata().map_or(0, |metadata| metadata.len());
        let space = Reserved::new(&path, length + MARGIN).map_err(failed)?;
        Ok((profiles, Self { space, _lock: lock, path }))
    }

    fn write(self, profiles: &Profiles) -> Result<(), Failure> {
        let failed = |error| failure(&self.path, error);
        let mut json = serde_json::to_vec_pretty(profiles).map_err(|error| failed(error.into()))?;
        json.push(b'\n');
        self.space.commit(&json).map_err(failed)
    }
}

fn failure(path: &Path, error: std::io::Error) -> Failure {
    Failure::new(Status::Other, format!("{}: {error}", path.display()))
}
