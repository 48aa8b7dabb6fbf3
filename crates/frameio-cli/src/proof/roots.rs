//! Directories that hash lists describe.

use std::path::{Path, PathBuf};

use frameio::transfer::safe_name;

/// The directories of a run that hash lists describe.
#[derive(Clone, Debug)]
pub(crate) enum Roots {
    /// The content of a directory.
    Directory(PathBuf),
    /// Files and directories that are uploaded with their names: each directory, and the parents of
    /// files.
    Uploaded(Vec<GivenPath>),
    /// Files and folders that are downloaded to a directory: the directory of each folder, and the
    /// directory itself for files.
    Downloaded {
        directory: PathBuf,
        /// Directories of the folders, unless a name is changed.
        folders: Vec<PathBuf>,
    },
}

/// A file or directory given as an argument.
#[derive(Clone, Debug)]
pub(crate) struct GivenPath {
    path: PathBuf,
    is_directory: bool,
}

/// A file below a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Located {
    pub(super) root: PathBuf,
    /// Path relative to the root, with `/`.
    pub(super) path: String,
}

impl Roots {
    /// Returns the roots of paths to upload.
    pub(crate) fn uploaded(paths: &[PathBuf]) -> Self {
        let given =
            paths.iter().map(|path| GivenPath { is_directory: path.is_dir(), path: path.clone() });
        Self::Uploaded(given.collect())
    }

    /// Returns the roots of files and of folders with these names, downloaded to a directory.
    pub(crate) fn downloaded<'a>(directory: &Path, folders: impl Iterator<Item = &'a str>) -> Self {
        let folders = folders.map(|name| directory.join(safe_name(name))).collect();
        Self::Downloaded { directory: directory.to_owned(), folders }
    }

    /// Returns the roots that are known before the transfer, each with whether all of its content is
    /// transferred.
    pub(super) fn known(&self) -> Vec<(PathBuf, bool)> {
        let mut known: Vec<(PathBuf, bool)> = Vec::new();
        match self {
            Self::Directory(directory) => known.push((directory.clone(), true)),
            Self::Uploaded(given) => {
                for given in given {
                    let (root, is_whole) = (given.root(), given.is_directory);
                    match known.iter_mut().find(|(other, _)| *other == root) {
                        Some((_, other)) => *other |= is_whole,
                        None => known.push((root, is_whole)),
                    }
                }
            }
            Self::Downloaded { folders, .. } => {
                known.extend(folders.iter().map(|folder| (folder.clone(), true)));
            }
        }
        known
    }

    /// Returns the known root that contains a path and whose whole content is transferred.
    pub(crate) fn whole_above(&self, path: &Path) -> Option<PathBuf> {
        let canonical = |path: &Path| path.canonicalize().ok();
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => canonical(parent)?,
            _ => canonical(Path::new("."))?,
        };
        let mut whole = self.known().into_iter().filter(|(_, is_whole)| *is_whole);
        let is_above =
            |root: &Path| canonical(root).is_some_and(|root| directory.starts_with(root));
        whole.find(|(root, _)| is_above(root)).map(|(root, _)| root)
    }

    /// Returns the root of a local file and its path below it; `None` for a file in no root, or a path
    /// that is not UTF-8.
    pub(super) fn locate(&self, local: &Path) -> Option<Located> {
        let (root, below) = match self {
            Self::Directory(directory) => (directory.clone(), local.strip_prefix(directory).ok()?),
            Self::Uploaded(given) => {
                let above =
                    given.iter().filter_map(|given| given.below(local).map(|it| (given, it)));
                let (given, below) = above.min_by_key(|(_, below)| below.as_os_str().len())?;
                (given.root(), below)
            }
            Self::Downloaded { directory, .. } => {
                let below = local.strip_prefix(directory).ok()?;
                let mut parts = below.components();
                let first = parts.next()?;
                match parts.as_path() {
                    rest if rest.as_os_str().is_empty() => (directory.clone(), below),
                    rest => (directory.join(first), rest),
                }
            }
        };
        let names = below.components().map(|part| part.as_os_str().to_str());
        let path = names.collect::<Option<Vec<_>>>()?.join("/");
        (!path.is_empty()).then_some(Located { root, path })
    }
}

impl GivenPath {
    fn root(&self) -> PathBuf {
        match self.path.parent() {
            _ if self.is_directory => self.path.clone(),
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        }
    }

    /// Returns the path of a file below the root.
    fn below<'a>(&self, local: &'a Path) -> Option<&'a Path> {
        match self.is_directory {
            true => local.strip_prefix(&self.path).ok(),
            false => local.file_name().filter(|_| local == self.path).map(Path::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(roots: &Roots, local: &str) -> Option<(PathBuf, String)> {
        let found = roots.locate(Path::new(local))?;
        Some((found.root, found.path))
    }

    fn pair(root: &str, path: &str) -> Option<(PathBuf, String)> {
        Some((root.into(), path.to_owned()))
    }

    #[test]
    fn the_root_of_a_file_is_the_directory_that_is_transferred() {
        let uploaded = Roots::Uploaded(
            [("rushes", true), ("rushes/A001", true), ("a.mov", false), ("x/b.mov", false)]
                .map(|(path, is_directory)| GivenPath { path: path.into(), is_directory })
                .into(),
        );
        assert_eq!(located(&uploaded, "rushes/B001/c.mov"), pair("rushes", "B001/c.mov"));
        assert_eq!(located(&uploaded, "rushes/A001/c.mov"), pair("rushes/A001", "c.mov"));
        assert_eq!(located(&uploaded, "a.mov"), pair(".", "a.mov"));
        assert_eq!(located(&uploaded, "x/b.mov"), pair("x", "b.mov"));
        assert_eq!(located(&uploaded, "x/c.mov"), None);
        let downloaded = Roots::downloaded(Path::new("out"), ["Day"].into_iter());
        assert_eq!(downloaded.known(), [(PathBuf::from("out/Day"), true)]);
        assert_eq!(located(&downloaded, "out/a.mov"), pair("out", "a.mov"));
        assert_eq!(located(&downloaded, "out/Day/A/a.mov"), pair("out/Day", "A/a.mov"));
        assert_eq!(located(&downloaded, "elsewhere/a.mov"), None);
        let synced = Roots::Directory("dir".into());
        assert_eq!(located(&synced, "dir/A/a.mov"), pair("dir", "A/a.mov"));
        assert_eq!(located(&synced, "dir"), None);
        assert_eq!(
            uploaded.known(),
            [("rushes", true), ("rushes/A001", true), (".", false), ("x", false)]
                .map(|(root, is_whole)| (PathBuf::from(root), is_whole))
        );
    }
}
