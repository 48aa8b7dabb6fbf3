//! Replaces private files atomically.

use std::io::{self, Write};
use std::path::Path;

/// Replaces a file as a whole or not at all; only its owner can read it.
pub(crate) fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut new = tempfile::NamedTempFile::new_in(directory)?;
    new.write_all(content)?;
    new.write_all(b"\n")?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}
