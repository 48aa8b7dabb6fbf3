//! Positioned reads and writes. Tests replace them to simulate failures.

use std::fmt;
use std::fs::File;
use std::io;

/// Writes received bytes to a file.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// Writes all of `bytes` at an offset.
    fn write_all_at(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()>;

    /// Waits until all written bytes are on the disk.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }
}

/// The disk of the operating system.
#[derive(Debug)]
pub(crate) struct SystemDisk;

impl Disk for SystemDisk {
    #[cfg(unix)]
    fn write_all_at(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
    }

    #[cfg(windows)]
    fn write_all_at(&self, file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match std::os::windows::fs::FileExt::seek_write(file, bytes, at)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => {
                    bytes = bytes.get(written..).unwrap_or_default();
                    at += written as u64;
                }
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
pub(super) fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
pub(super) fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = bytes.get_mut(read..).unwrap_or_default();
                at += read as u64;
            }
        }
    }
    Ok(())
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

/// Returns whether `path` still refers to the open file.
#[cfg(unix)]
pub(super) fn names(path: &std::path::Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let ids = |metadata: io::Result<std::fs::Metadata>| {
        metadata.ok().map(|metadata| (metadata.dev(), metadata.ino()))
    };
    ids(file.metadata()) == ids(std::fs::symlink_metadata(path))
}

/// Returns `true`, because an open file cannot be moved on this system.
#[cfg(not(unix))]
pub(super) fn names(_: &std::path::Path, _: &File) -> bool {
    true
}
