//! Locks of directories against other programs that add a generation.

use std::fs::File;
use std::path::Path;

use crate::{MhlError, MhlErrorKind};

/// Locks a directory until the result is dropped. Returns `None` where locks are not supported, such as
/// on some network shares.
pub(crate) fn lock(directory: &Path) -> Result<Option<File>, MhlError> {
    match system::lock(directory) {
        Lock::Held(file) => Ok(Some(file)),
        Lock::InUse => {
            let reason = "another program adds a generation; try again";
            Err(MhlError::new(MhlErrorKind::Io, reason).in_file(directory))
        }
        Lock::Unsupported => Ok(None),
    }
}

enum Lock {
    Held(File),
    InUse,
    Unsupported,
}

#[cfg(not(windows))]
mod system {
    use std::fs::{File, TryLockError};
    use std::path::Path;

    use super::Lock;

    pub(super) fn lock(directory: &Path) -> Lock {
        let Ok(file) = File::open(directory) else { return Lock::Unsupported };
        match file.try_lock() {
            Ok(()) => Lock::Held(file),
            Err(TryLockError::WouldBlock) => Lock::InUse,
            Err(TryLockError::Error(_)) => Lock::Unsupported,
        }
    }
}

/// Directories cannot be locked, so a file that nobody else can open is the lock. The system removes it
/// when it is closed, even if the process is killed.
#[cfg(windows)]
mod system {
    use std::fs::File;
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::Path;

    use super::Lock;

    const NAME: &str = ".frameio.lock";
    const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
    const GENERIC_WRITE: u32 = 0x4000_0000;
    const DELETE: u32 = 0x0001_0000;
    const ERROR_SHARING_VIOLATION: i32 = 32;

    pub(super) fn lock(directory: &Path) -> Lock {
        let mut options = File::options();
        options.write(true).create(true).truncate(false).share_mode(0);
        options.access_mode(GENERIC_WRITE | DELETE).custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
        match options.open(directory.join(NAME)) {
            Ok(file) => Lock::Held(file),
            Err(error) => match error.raw_os_error() {
                Some(ERROR_SHARING_VIOLATION) => Lock::InUse,
                _ => Lock::Unsupported,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_is_released() {
        let dir = tempfile::tempdir().unwrap();
        let held = lock(dir.path()).unwrap();
        assert!(held.is_some());
        let error = lock(dir.path()).unwrap_err();
        assert!(error.to_string().contains("another program adds a generation"), "{error}");
        drop(held);
        assert!(lock(dir.path()).unwrap().is_some());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
