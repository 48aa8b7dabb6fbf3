//! Writes to the disk. Tests replace them to simulate failures.

use std::fmt;
use std::fs::File;
use std::io;

use crate::positioned::write_all_at;

/// Writes received bytes to a file.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// Writes all of `bytes` at an offset.
    fn write_all_at(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()>;

    /// Waits until all written bytes are on the disk.
    fn sync_data(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    /// Waits until all written bytes and the metadata are on the disk.
    fn sync_all(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }
}

/// The disk of the operating system.
#[derive(Debug)]
pub(crate) struct SystemDisk;

impl Disk for SystemDisk {
    fn write_all_at(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
        write_all_at(file, bytes, at)
    }
}

/// Reserves disk space, so that a full disk is detected before the download.
#[cfg(any(target_os = "android", target_os = "linux"))]
pub(super) fn allocate(file: &File, size: u64) -> io::Result<()> {
    use rustix::fs::FallocateFlags;
    use rustix::io::Errno;
    if size == 0 {
        return Ok(());
    }
    match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, size) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error.into()),
        // Some file systems do not support it.
        _ => Ok(()),
    }
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
pub(super) fn allocate(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}
