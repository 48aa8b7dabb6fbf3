//! File systems of directories: which one it is, and whether it is on another machine. Both block.

use std::path::Path;

/// Returns a number that identifies the file system of a directory, also after a restart; `None` if it
/// cannot be found out.
pub(crate) fn id(directory: &Path) -> Option<u64> {
    system::id(directory)
}

/// Returns whether a directory is on a network share, as far as the system reports it.
pub(crate) fn is_network(directory: &Path) -> bool {
    system::is_network(directory)
}

#[cfg(any(target_os = "android", target_os = "linux"))]
mod system {
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    /// Types of file systems of other machines, and of FUSE, which often are. The numbers are those of
    /// `statfs`.
    const NETWORK: [u32; 16] = [
        0x6969,      // NFS
        0x517b,      // SMB
        0xff53_4d42, // CIFS
        0xfe53_4d42, // SMB 2
        0x6573_5546, // FUSE, virtiofs
        0x5346_414f, // AFS
        0x7375_7245, // Coda
        0x564c,      // NCP
        0x0102_1997, // 9P
        0x00c3_6400, // Ceph
        0x0bd0_0bd0, // Lustre
        0x4750_4653, // GPFS
        0x1983_0326, // BeeGFS
        0xaad7_aaea, // PanFS
        0xbacb_acbc, // shared folders of VMware
        0x786f_4256, // shared folders of VirtualBox
    ];

    pub(super) fn id(directory: &Path) -> Option<u64> {
        // Unlike the number of the device, the id of the file system survives a restart.
        match rustix::fs::statvfs(directory).ok()?.f_fsid {
            0 => Some(std::fs::metadata(directory).ok()?.dev()),
            id => Some(id),
        }
    }

    pub(super) fn is_network(directory: &Path) -> bool {
        // The type has 32 bits, which some platforms extend by the sign.
        rustix::fs::statfs(directory).is_ok_and(|found| NETWORK.contains(&(found.f_type as u32)))
    }
}

#[cfg(target_os = "macos")]
mod system {
    use std::path::Path;

    /// The id in `statfs` is the number of the device, which depends on the order in which disks are
    /// found.
    pub(super) fn id(directory: &Path) -> Option<u64> {
        super::mount_id(directory)
    }

    pub(super) fn is_network(directory: &Path) -> bool {
        /// `MNT_LOCAL`: the file system is stored locally.
        const LOCAL: u32 = 0x1000;
        rustix::fs::statfs(directory).is_ok_and(|found| found.f_flags & LOCAL == 0)
    }
}

#[cfg(windows)]
mod system {
    use std::fs::File;
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::{Component, Path, Prefix};

    /// Needed to open a directory.
    const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;

    /// Returns the serial number of the volume. Cards in the same drive have different ones.
    pub(super) fn id(directory: &Path) -> Option<u64> {
        let mut options = File::options();
        let options = options.access_mode(0).custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
        let found = winapi_util::file::information(&options.open(directory).ok()?).ok()?;
        Some(found.volume_serial_number())
    }

    /// The canonical path of a mapped drive names the server.
    pub(super) fn is_network(directory: &Path) -> bool {
        let Ok(path) = directory.canonicalize() else { return false };
        matches!(
            path.components().next(),
            Some(Component::Prefix(prefix))
                if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
        )
    }
}

#[cfg(all(unix, not(any(target_os = "android", target_os = "linux", target_os = "macos"))))]
mod system {
    use std::path::Path;

    pub(super) fn id(directory: &Path) -> Option<u64> {
        super::mount_id(directory)
    }

    pub(super) fn is_network(_: &Path) -> bool {
        false
    }
}

/// Returns a number for the file system of a directory, from the directory at which it is mounted: its
/// inode and the time of its creation, which is the time at which a disk was formatted.
#[cfg(all(unix, any(test, not(any(target_os = "android", target_os = "linux")))))]
fn mount_id(directory: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    use std::time::UNIX_EPOCH;

    let canonical = directory.canonicalize().ok()?;
    let mut mounted = std::fs::metadata(&canonical).ok()?;
    for above in canonical.ancestors().skip(1) {
        match std::fs::metadata(above) {
            Ok(metadata) if metadata.dev() == mounted.dev() => mounted = metadata,
            _ => break,
        }
    }
    let created = mounted.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let created = created.unwrap_or_default().as_nanos();
    let identity = format!("{} {created}", mounted.ino());
    Some(twox_hash::XxHash3_64::oneshot(identity.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_one_file_system_have_the_same_id() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("a/b");
        assert_eq!(id(&below), None, "it does not exist");
        std::fs::create_dir_all(&below).unwrap();
        assert_eq!(id(&below), id(directory.path()));
        assert!(id(&below).is_some());
        assert!(!is_network(&below));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_id_of_a_mount_is_that_of_its_root() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        assert_eq!(mount_id(&below), mount_id(directory.path()));
        assert_ne!(mount_id(&below), mount_id(Path::new("/proc/self")));
        assert_eq!(mount_id(Path::new("/proc/self")), mount_id(Path::new("/proc")));
    }
}
