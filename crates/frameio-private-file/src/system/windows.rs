//! Windows.

use std::fs::{self, DirBuilder, File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

use winapi_util::file::information;

use crate::NotRegular;
use crate::patience::retry;

const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
/// Needed to open a directory.
const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
const ERROR_ACCESS_DENIED: i32 = 5;
const ERROR_SHARING_VIOLATION: i32 = 32;

/// A new directory inherits the access rights of its parent.
pub(crate) fn exclude_from_directory(_: &mut DirBuilder) {}

/// A new file inherits the access rights of its directory.
pub(crate) fn exclude(_: &mut OpenOptions) {}

/// Does not follow a link.
pub(crate) fn no_follow(options: &mut OpenOptions) {
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
}

pub(crate) fn special(_: FileType) -> NotRegular {
    NotRegular::Other
}

/// Returns the number of names of a file, as far as its metadata has it.
pub(crate) fn names(_: &Metadata) -> Option<u64> {
    None
}

/// Returns the number of names of an open file.
pub(crate) fn names_of_open(file: &File, _: &Metadata) -> io::Result<u64> {
    Ok(information(file)?.number_of_links())
}

pub(crate) fn is_at(path: &Path, file: &File) -> io::Result<bool> {
    // No access right is needed, so that a file that another program has locked can be opened.
    let flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
    let at = File::options().access_mode(0).custom_flags(flags).open(path)?;
    let (at, opened) = (information(&at)?, information(file)?);
    let id = |it: &winapi_util::file::Information| (it.volume_serial_number(), it.file_index());
    Ok(id(&at) == id(&opened))
}

/// Renames a file. Waits for programs that have the target open for a moment, such as virus scanners.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let is_open = |error: &io::Error| {
        matches!(error.raw_os_error(), Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION))
    };
    retry(is_open, || fs::rename(from, to))
}

/// The file system logs renames.
pub(crate) fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
