//! The hash list, which is written last: an archive that has one is complete.

use std::path::Path;

use frameio_mhl::{DIRECTORY, HashFormat, HashValue, HashedFile, History, Process, ReadLimits};

use crate::directory::Directory;
use crate::error::{ArchiveError, ArchiveErrorKind};
use crate::layout::{
    COMMENTS, FIELDS, FILES, HEAD, ITEMS, MEMBERS, PAGE, PROJECT, SHARES, SUMMARY, SavedFile,
};
use crate::lines::Lines;

/// Files of every archive.
pub(crate) const REQUIRED: [&str; 10] =
    [HEAD, PAGE, PROJECT, FIELDS, MEMBERS, SHARES, ITEMS, FILES, COMMENTS, SUMMARY];

/// Returns whether an archive has its hash list. Blocks.
pub(crate) fn is_complete(directory: &Directory) -> Result<bool, ArchiveError> {
    let chain = directory.root().join(DIRECTORY).join("ascmhl_chain.xml");
    chain.try_exists().map_err(|error| ArchiveError::disk(&chain, error))
}

/// Reads the hash lists. Blocks.
pub(crate) fn history(directory: &Directory) -> Result<History, ArchiveError> {
    History::open(directory.root(), &ReadLimits::default()).map_err(ArchiveError::hashes)
}

/// Writes the hash list of all files. Blocks.
pub(crate) fn complete(directory: &Directory) -> Result<(), ArchiveError> {
    let mut generation = history(directory)?.next_generation(Process::Transfer);
    for path in REQUIRED {
        let (size, hash) = hash(&directory.at(path))?;
        generation.add(HashedFile::new(path, size, hash)).map_err(ArchiveError::hashes)?;
    }
    for saved in Lines::<SavedFile>::open(&directory.at(FILES))? {
        let SavedFile { path, size, xxh64, .. } = saved?;
        let hash = HashValue::parse(HashFormat::Xxh64, &xxh64)
            .map_err(|reason| ArchiveError::new(ArchiveErrorKind::Damaged, reason))?;
        generation.add(HashedFile::new(path, size, hash)).map_err(ArchiveError::hashes)?;
    }
    let written = generation.write(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    written.map(drop).map_err(ArchiveError::hashes)
}

fn hash(path: &Path) -> Result<(u64, HashValue), ArchiveError> {
    let failed = |error| ArchiveError::disk(path, error);
    let size = std::fs::metadata(path).map_err(failed)?.len();
    Ok((size, HashFormat::Xxh64.hash_file(path).map_err(failed)?))
}
