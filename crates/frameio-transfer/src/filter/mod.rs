//! Selection of files by name, size, age and list, for transfers in both directions.

mod list;
mod patterns;
mod units;

use std::path::Path;
use std::time::{Duration, SystemTime};

use self::list::FileList;
use self::patterns::Patterns;
pub(crate) use self::patterns::{Bases, text_of};
pub use self::units::ByteSize;
pub(crate) use self::units::bytes as parse_bytes;
use crate::TransferError;
use crate::summary::Ignored;

/// Names that are excluded by default: files that operating systems add to directories, and the
/// histories of media hash lists, which describe the local copy.
const DEFAULT_EXCLUDES: [&str; 4] = ["._*", ".DS_Store", "Thumbs.db", "ascmhl"];

/// Selection of the files of a tree, for [`UploadTree`](crate::UploadTree) and
/// [`DownloadTree`](crate::DownloadTree).
///
/// A file is transferred if all of the conditions select it. Files that are not selected are reported
/// as [ignored](crate::Outcome::Ignored), and are never renamed or deleted. Folders without selected
/// files are not created.
///
/// | setting | default |
/// |---|---|
/// | patterns | none; all files are selected |
/// | names excluded by default | `._*`, `.DS_Store`, `Thumbs.db` and `ascmhl` |
/// | sizes and ages | any |
/// | list of files | none |
///
/// A pattern is a glob: `*` and `?` match within a name, `[a-z]` and `{mov,mp4}` are alternatives, and
/// `**` matches any number of folders. Case matters. A pattern without `/` matches names at any depth.
/// A pattern with `/` matches paths relative to the directory or folder of the tree (`./Cache`), to its
/// parent (`/rushes/Cache`), or to the directory that the given path is relative to
/// (`work/rushes/Cache`). A pattern that ends with `/` matches only folders. A pattern that matches a
/// folder matches its whole content. Exclusion has precedence over inclusion, regardless of their
/// order.
///
/// ```
/// use frameio::transfer::Filter;
///
/// let filter = Filter::new().include("*.mov").exclude("Cache/").min_size(1 << 20);
/// filter.check()?;
/// # Ok::<_, frameio::transfer::TransferError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Filter {
    include: Vec<String>,
    exclude: Vec<String>,
    min_size: Option<u64>,
    max_size: Option<u64>,
    min_age: Option<Age>,
    max_age: Option<Age>,
    files: Option<Vec<String>>,
    folder_name: Option<String>,
    has_no_default_excludes: bool,
}

/// Limit of the age of a file for [`Filter::min_age`] and [`Filter::max_age`]: a duration before the
/// start of the transfer, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Age {
    /// Duration before the start of the transfer.
    Ago(Duration),
    /// Time of the last modification.
    At(SystemTime),
}

impl Age {
    /// Returns the time of this age; `None` if it is before all times.
    fn time(self, now: SystemTime) -> Option<SystemTime> {
        match self {
            Self::Ago(age) => now.checked_sub(age),
            Self::At(time) => Some(time),
        }
    }
}

impl From<Duration> for Age {
    fn from(ago: Duration) -> Self {
        Self::Ago(ago)
    }
}

impl From<SystemTime> for Age {
    fn from(time: SystemTime) -> Self {
        Self::At(time)
    }
}

impl Filter {
    /// Creates a filter that only excludes the names that are excluded by default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pattern of files to select. Default: all files.
    ///
    /// A file given as a path that matches no pattern is an error.
    pub fn include(mut self, pattern: impl Into<String>) -> Self {
        self.include.push(pattern.into());
        self
    }

    /// Adds a pattern of files and folders to exclude, with precedence over
    /// [`include`](Self::include).
    pub fn exclude(mut self, pattern: impl Into<String>) -> Self {
        self.exclude.push(pattern.into());
        self
    }

    /// Selects files of at least this size in bytes.
    pub fn min_size(mut self, bytes: u64) -> Self {
        self.min_size = Some(bytes);
        self
    }

    /// Selects files of at most this size in bytes.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Selects files that are at least this old.
    ///
    /// The age of a local file is the time since its last modification, that of a remote file the time
    /// since its upload.
    pub fn min_age(mut self, age: impl Into<Age>) -> Self {
        self.min_age = Some(age.into());
        self
    }

    /// Selects files that are at most this old, see [`min_age`](Self::min_age).
    pub fn max_age(mut self, age: impl Into<Age>) -> Self {
        self.max_age = Some(age.into());
        self
    }

    /// Selects files by their paths, which are relative to the same directories as the paths of
    /// [patterns](Self). The path of a folder selects its whole content.
    ///
    /// A listed file that is not found, or that is excluded, is reported as failed.
    pub fn files(mut self, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.files.get_or_insert_default().extend(paths.into_iter().map(Into::into));
        self
    }

    /// Sets the name of the remote folder of a tree whose directory may have another name. Paths can begin
    /// with either. Default: none.
    pub fn folder_name(mut self, name: impl Into<String>) -> Self {
        self.folder_name = Some(name.into());
        self
    }

    /// Sets whether `._*`, `.DS_Store`, `Thumbs.db` and directories named `ascmhl` are excluded.
    /// Default: yes. A file or directory given as a path is not affected. Uploads leave out directories
    /// named `ascmhl` in any case.
    pub fn default_excludes(mut self, exclude: bool) -> Self {
        self.has_no_default_excludes = !exclude;
        self
    }

    /// Verifies the patterns, without a transfer.
    ///
    /// # Errors
    ///
    /// Fails if a pattern is invalid.
    pub fn check(&self) -> Result<(), TransferError> {
        self.matcher().map(drop)
    }

    /// Compiles the filter for checks of single files. Ages are relative to the time of this call.
    ///
    /// # Errors
    ///
    /// Fails if a pattern is invalid.
    pub fn matcher(&self) -> Result<FileMatcher, TransferError> {
        let now = SystemTime::now();
        let defaults: Vec<_> = match self.has_no_default_excludes {
            true => Vec::new(),
            false => DEFAULT_EXCLUDES.map(str::to_owned).into(),
        };
        // An age before all times excludes nothing as a maximum, and everything as a minimum.
        let not_after = self.min_age.map(|age| age.time(now).unwrap_or(SystemTime::UNIX_EPOCH));
        let not_before = self.max_age.and_then(|age| age.time(now));
        Ok(FileMatcher {
            patterns: Patterns::new(&self.include, &self.exclude)?,
            defaults: Patterns::new(&[], &defaults)?,
            files: self.files.as_deref().map(FileList::new),
            folder_name: self.folder_name.clone(),
            sizes: (self.min_size.unwrap_or(0), self.max_size.unwrap_or(u64::MAX)),
            not_before,
            not_after,
            hidden: true,
        })
    }
}

/// A compiled [`Filter`].
#[derive(Clone, Debug)]
pub struct FileMatcher {
    patterns: Patterns,
    defaults: Patterns,
    files: Option<FileList>,
    /// Name of the remote folder.
    folder_name: Option<String>,
    /// Least and greatest size.
    sizes: (u64, u64),
    not_before: Option<SystemTime>,
    not_after: Option<SystemTime>,
    /// Whether hidden files are selected.
    hidden: bool,
}

impl FileMatcher {
    /// Returns whether the filter selects a file. `path` is relative to the directory.
    ///
    /// For a file without a known modification time, ages are not compared.
    pub fn selects(&self, path: impl AsRef<Path>, size: u64, modified: Option<SystemTime>) -> bool {
        let below = text_of(path.as_ref());
        self.selects_name(&Bases::default(), &below) && self.selects_content(size, modified)
    }

    /// Sets whether hidden files are selected.
    pub(crate) const fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Returns the directories that paths below a directory of a tree can be relative to.
    pub(crate) fn bases(&self, directory: &Path) -> Bases {
        Bases::new(None, directory).or_below(self.folder_name.as_deref())
    }

    /// Returns whether only files are selected that match a condition, so that folders without such
    /// files are not created.
    pub(crate) fn is_selective(&self) -> bool {
        self.patterns.has_include()
            || self.files.is_some()
            || self.sizes != (0, u64::MAX)
            || self.not_before.is_some()
            || self.not_after.is_some()
    }

    /// Returns whether the user has excluded anything.
    pub(crate) fn has_excludes(&self) -> bool {
        self.patterns.has_exclude()
    }

    /// Returns the reason why a file, or a folder with its content, is excluded. `below` is the path
    /// within the directory, which is empty for a given file or directory.
    pub(crate) fn exclude(&self, bases: &Bases, below: &str, is_folder: bool) -> Option<Ignored> {
        if !below.is_empty() && self.defaults.exclude(bases, below, is_folder) {
            return Some(Ignored::ExcludedByDefault);
        }
        let is_listed =
            self.files.as_ref().is_none_or(|files| !is_folder || files.has_folder(bases, below));
        (!is_listed || self.patterns.exclude(bases, below, is_folder)).then_some(Ignored::Excluded)
    }

    /// Returns whether the patterns and the list select a file.
    pub(crate) fn include(&self, bases: &Bases, below: &str) -> bool {
        let is_listed = self.files.as_ref().is_none_or(|files| files.has(bases, below));
        is_listed && self.patterns.include(bases, below)
    }

    /// Returns whether the sizes and ages select a file.
    pub(crate) fn selects_content(&self, size: u64, modified: Option<SystemTime>) -> bool {
        let (least, greatest) = self.sizes;
        let is_after = |limit: SystemTime| modified.is_none_or(|time| time >= limit);
        let is_before = |limit: SystemTime| modified.is_none_or(|time| time <= limit);
        (least..=greatest).contains(&size)
            && self.not_before.is_none_or(is_after)
            && self.not_after.is_none_or(is_before)
    }

    /// Returns whether the patterns and the list select a file, and none of its folders is excluded.
    fn selects_name(&self, bases: &Bases, below: &str) -> bool {
        let mut folders = below.match_indices('/').filter_map(|(at, _)| below.get(..at));
        let is_hidden = |name: &str| !self.hidden && name.starts_with('.');
        !folders.any(|folder| self.exclude(bases, folder, true).is_some())
            && self.exclude(bases, below, false).is_none()
            && self.include(bases, below)
            && !below.split('/').any(is_hidden)
    }

    /// Returns whether the filter selects a file that was recorded, so that it may be renamed or
    /// deleted.
    pub(crate) fn selects_recorded(
        &self,
        bases: &Bases,
        below: &str,
        (size, modified): (u64, Option<SystemTime>),
    ) -> bool {
        self.selects_name(bases, below) && self.selects_content(size, modified)
    }

    /// Returns the listed paths that were not found, in their order.
    pub(crate) fn missing(&self) -> Vec<String> {
        self.files.as_ref().map(FileList::missing).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn selects(filter: &Filter, path: &str) -> bool {
        filter.matcher().unwrap().selects(path, 100, Some(at(1000)))
    }

    #[test]
    fn system_files_and_hash_lists_are_excluded_by_default() {
        let all = Filter::new().default_excludes(false);
        for path in ["._a.mov", "x/.DS_Store", "x/Thumbs.db", "x/ascmhl/0001.mhl", "ascmhl"] {
            assert!(!selects(&Filter::new(), path) && selects(&all, path), "{path}");
        }
        for path in ["a.mov", "x._y", "thumbs.dbx", "x/my ascmhl", ".hidden"] {
            assert!(selects(&Filter::new(), path), "{path}");
        }
    }

    #[test]
    fn all_conditions_must_select_a_file() {
        let filter = Filter::new().include("*.mov").exclude("Cache/").max_size(100);
        assert!(selects(&filter, "a.mov") && selects(&filter, "x/a.mov"));
        for path in ["a.mp4", "Cache/a.mov", "x/Cache/a.mov"] {
            assert!(!selects(&filter, path), "{path}");
        }
        assert!(!selects(&filter.clone().max_size(99), "a.mov"));
        assert!(selects(&filter.clone().files(["a.mov"]), "a.mov"));
        assert!(!selects(&filter.files(["b.mov"]), "a.mov"));
    }

    #[test]
    fn paths_begin_with_the_name_of_the_directory_or_of_the_folder() {
        let filter = Filter::new().exclude("Dailies/Day 1").files(["rushes/a.mov"]);
        let matcher = filter.folder_name("Dailies").matcher().unwrap();
        let bases = matcher.bases(Path::new("./rushes"));
        assert!(matcher.exclude(&bases, "Day 1", true).is_some());
        assert!(matcher.include(&bases, "a.mov") && !matcher.include(&bases, "b.mov"));
    }

    #[test]
    fn sizes_and_ages_include_their_limits() {
        for (filter, expected) in [
            (Filter::new().min_size(100).max_size(100), true),
            (Filter::new().min_size(101), false),
            (Filter::new().max_size(99), false),
            (Filter::new().max_age(at(1000)).min_age(at(1000)), true),
            (Filter::new().max_age(at(1001)), false),
            (Filter::new().min_age(at(999)), false),
            (Filter::new().min_age(Duration::from_secs(3600)), true),
            (Filter::new().max_age(Duration::from_secs(3600)), false),
            (Filter::new().max_age(Duration::MAX), true),
            (Filter::new().min_age(Duration::MAX), false),
        ] {
            assert_eq!(selects(&filter, "a.mov"), expected, "{filter:?}");
        }
        let unknown = Filter::new().max_age(Duration::ZERO).matcher().unwrap();
        assert!(unknown.selects("a.mov", 1, None));
    }
}
