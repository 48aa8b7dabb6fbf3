//! Files that an export writes, below one directory.

use std::collections::{HashMap, HashSet};
use std::fs::DirBuilder;
use std::io::Write;
use std::path::{Path, PathBuf};

use frameio::markers::{Format, Output};
use frameio::transfer::SafeNames;
use frameio_private_file::Replacement;

use crate::exit::{Failure, Status, io_reason};

/// Suffix of the file of comments without a frame, which is the same for every format.
const UNTIMED: &str = "_untimed";

/// Writes files below a directory, under names that are safe and distinct.
pub(super) struct OutputFiles {
    root: PathBuf,
    /// Names that are taken, by directory.
    names: HashMap<PathBuf, SafeNames>,
    /// Local directories, by the one above and the name at the service.
    directories: HashMap<(PathBuf, String), PathBuf>,
    /// Extensions that several of the formats have.
    ambiguous: HashSet<&'static str>,
}

/// A media file whose comments are written.
#[derive(Clone, Copy)]
pub(super) struct MediaFile<'a> {
    /// Names of the folders that contain it.
    pub(super) folders: &'a [String],
    /// Name without extension.
    pub(super) stem: &'a str,
    pub(super) id: &'a str,
}

impl OutputFiles {
    pub(super) fn new(root: &Path, formats: &[Format]) -> Self {
        let (mut seen, mut ambiguous) = (HashSet::new(), HashSet::new());
        for format in formats {
            if !seen.insert(format.extension()) {
                ambiguous.insert(format.extension());
            }
        }
        let (names, directories) = (HashMap::new(), HashMap::new());
        Self { root: root.to_owned(), names, directories, ambiguous }
    }

    /// Writes the files of one format. `untimed` is whether the comments without a frame are written
    /// already.
    pub(super) fn write(
        &mut self,
        media: MediaFile<'_>,
        format: Format,
        output: &Output,
        untimed: &mut bool,
    ) -> Result<Vec<PathBuf>, Failure> {
        let mut written = Vec::new();
        for file in &output.files {
            let is_untimed = file.suffix == UNTIMED;
            if is_untimed && std::mem::replace(untimed, true) {
                continue;
            }
            let name = match self.ambiguous.contains(file.extension) && !is_untimed {
                true => file.name(&format!("{}_{format}", media.stem)),
                false => file.name(media.stem),
            };
            let directory = self.directory(media.folders);
            // The id makes names that collide distinct in the same way in every run.
            let id = format!("{}{format}{}", media.id, file.suffix);
            let name = self.names.entry(directory.clone()).or_default().name(&name, &id);
            let path = directory.join(name);
            write(&directory, &path, &file.data).map_err(|error| {
                let message = format!("cannot write '{}': {}", path.display(), io_reason(&error));
                Failure::new(Status::Other, message)
            })?;
            written.push(path);
        }
        Ok(written)
    }

    /// Returns the local directory of a folder.
    fn directory(&mut self, folders: &[String]) -> PathBuf {
        let mut directory = self.root.clone();
        for name in folders {
            let key = (directory.clone(), name.clone());
            let names = self.names.entry(directory.clone()).or_default();
            let local = self
                .directories
                .entry(key)
                .or_insert_with(|| directory.join(names.name(name, name)));
            directory = local.clone();
        }
        directory
    }
}

/// Replaces a file as a whole: an editor never reads half of it, and a link is not followed.
fn write(directory: &Path, path: &Path, data: &[u8]) -> std::io::Result<()> {
    // The parent of a bare name is empty.
    let directory = match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    };
    DirBuilder::new().recursive(true).create(directory)?;
    let mut file = Replacement::readable(path)?;
    file.write_all(data)?;
    file.finish()
}
