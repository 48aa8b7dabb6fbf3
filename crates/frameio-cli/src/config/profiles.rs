//! Reads and changes `profiles.json`.

use std::fs::File;
use std::path::{Path, PathBuf};

use frameio::auth::profile::Profiles;
use frameio_private_file::{Reserved, open_lock};

use super::directory;
use crate::exit::{Failure, Status, io_reason};

/// Reads the profiles; none if the file is missing.
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

/// Runs `work` and saves its result in the file, both under a lock.
///
/// Disk space for the change is reserved before `work` starts, so that a full disk fails early.
pub(crate) async fn update_after<T>(
    work: impl AsyncFnOnce() -> Result<T, Failure>,
    change: impl FnOnce(&mut Profiles, T),
) -> Result<(), Failure> {
    let (mut profiles, file) = LockedFile::open()?;
    let result = work().await?;
    change(&mut profiles, result);
    file.write(&profiles)
}

/// The locked file, with disk space reserved for a change.
struct LockedFile {
    path: PathBuf,
    space: Reserved,
    _lock: File,
}

impl LockedFile {
    /// Locks and reads the file.
    fn open() -> Result<(Profiles, Self), Failure> {
        /// Space for a change; a profile takes a few hundred bytes.
        const MARGIN: u64 = 16 << 10;

        let path = directory()?.profiles();
        let failed = |error| failure(&path, &error);
        let lock = open_lock(&path).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let profiles = load()?;
        let length = path.metadata().map_or(0, |metadata| metadata.len());
        let space = Reserved::new(&path, length + MARGIN).map_err(failed)?;
        Ok((profiles, Self { space, _lock: lock, path }))
    }

    fn write(self, profiles: &Profiles) -> Result<(), Failure> {
        let failed = |error| failure(&self.path, &error);
        let mut json = serde_json::to_vec_pretty(profiles).map_err(|error| failed(error.into()))?;
        json.push(b'\n');
        self.space.commit(&json).map_err(failed)
    }
}

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("cannot save '{}': {}", path.display(), io_reason(error));
    Failure::new(Status::Other, message)
}
