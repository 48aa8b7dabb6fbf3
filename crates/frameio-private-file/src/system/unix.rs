//! Unix.

use std::fs::{self, DirBuilder, File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use crate::NotRegular;

/// Sets a mode that excludes others from a new directory.
pub(crate) fn exclude_from_directory(builder: &mut DirBuilder) {
    builder.mode(0o700);
}

/// Sets a mode that excludes others from a new file.
pub(crate) fn exclude(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Neither follows a link, nor waits for the other end of a pipe.
pub(crate) fn no_follow(options: &mut OpenOptions) {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed());
}

pub(crate) fn special(kind: FileType) -> NotRegular {
    if kind.is_fifo() {
        NotRegular::NamedPipe
    } else if kind.is_socket() {
        NotRegular::Socket
    } else if kind.is_block_device() || kind.is_char_device() {
        NotRegular::Device
    } else {
        NotRegular::Other
    }
}

/// Returns the number of names of a file, as far as its metadata has it.
pub(crate) fn names(metadata: &Metadata) -> Option<u64> {
    Some(metadata.nlink())
}

/// Returns the number of names of an open file.
pub(crate) fn names_of_open(_: &File, metadata: &Metadata) -> io::Result<u64> {
    Ok(metadata.nlink())
}

pub(crate) fn is_at(path: &Path, file: &File) -> io::Result<bool> {
    let (at, opened) = (fs::symlink_metadata(path)?, file.metadata()?);
    Ok((at.dev(), at.ino()) == (opened.dev(), opened.ino()))
}

pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Syncs a directory, so that a rename within it survives a crash.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
