//! Versions of files: what an upload does about existing files, and version stacks.

pub(crate) mod pattern;
pub(crate) mod stack;

use frameio_api::assets::Asset;
use frameio_api::files::{File, FileInclude};
use frameio_api::version_stacks::{ListVersions, ShowVersionStack};
use frameio_core::{AccountId, FileId, VersionStackId};

pub use self::pattern::VersionPattern;
use crate::{Inner, TransferError, Transfers};

/// Maximum number of versions of a stack that are listed.
const MAX_VERSIONS: usize = 10_000;

/// Policy of an upload for existing remote files of the same name that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IfExists {
    /// Add the file to a version stack with the existing file. Comments stay on the existing file.
    Version,
    /// Do not upload the file, and report it as [changed](crate::Outcome::Changed).
    Skip,
    /// Upload the file next to the existing one, under the same name.
    KeepBoth,
    /// Report the file as a [conflict](crate::Outcome::Conflict), even if the existing file is equal.
    Fail,
}

/// Policy for files that have changed on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnConflict {
    /// Transfer nothing, and report the conflict.
    #[default]
    Skip,
    /// Transfer the file next to the existing one. A download adds the id of the remote file to the
    /// name.
    KeepBoth,
    /// Replace the existing file. Only for downloads, because the service cannot replace files.
    Replace,
}

/// Versions of a version stack to download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionChoice {
    /// The head.
    #[default]
    Head,
    /// The version with this number; the oldest has the number 1.
    Number(usize),
    /// All versions, with their numbers in the file names.
    All,
}

/// Versions of a version stack.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Versions {
    /// Version that the web app shows.
    pub head: Option<FileId>,
    /// All versions: from the oldest to the head if [`is_ordered`](Self::is_ordered), otherwise in
    /// the order of the service.
    pub files: Vec<File>,
    /// Whether the order is known.
    ///
    /// The service documents no order of its list. The order is taken from the list if the head is its
    /// first or its last version.
    pub is_ordered: bool,
}

impl Versions {
    fn new(mut files: Vec<File>, head: Option<FileId>) -> Self {
        let is_head =
            |file: Option<&File>| file.is_some_and(|file| Some(&file.id) == head.as_ref());
        let (is_first, is_last) = (is_head(files.first()), is_head(files.last()));
        if is_first {
            files.reverse();
        }
        Self { head, files, is_ordered: is_first || is_last }
    }

    /// Returns the number of a version, of which the oldest has the number 1; `None` if the order
    /// is unknown.
    pub fn number(&self, file: &FileId) -> Option<usize> {
        let at = self.files.iter().position(|version| version.id == *file)?;
        self.is_ordered.then_some(at + 1)
    }
}

impl Transfers {
    /// Lists the versions of a version stack.
    ///
    /// # Errors
    ///
    /// Fails if a call of the API fails.
    pub async fn versions(
        &self,
        account: &AccountId,
        stack: &VersionStackId,
    ) -> Result<Versions, TransferError> {
        self.inner.versions(account, stack, |list| list).await
    }

    /// Lists the versions of a version stack with related resources of each version.
    ///
    /// # Errors
    ///
    /// Fails if a call of the API fails.
    pub async fn versions_with(
        &self,
        account: &AccountId,
        stack: &VersionStackId,
        include: impl IntoIterator<Item = FileInclude>,
    ) -> Result<Versions, TransferError> {
        let include: Vec<FileInclude> = include.into_iter().collect();
        self.inner.versions(account, stack, |list| list.include(include)).await
    }
}

/// Adds the number of a version to a file name, as downloads of all versions do.
///
/// ```
/// assert_eq!(frameio::transfer::numbered_name("take.mov", 2), "take.v2.mov");
/// ```
pub fn numbered_name(name: &str, number: usize) -> String {
    let (stem, extension) = pattern::split(name);
    let dot = if extension.is_empty() { "" } else { "." };
    format!("{stem}.v{number}{dot}{extension}")
}

impl Inner {
    /// Lists the versions of a stack with settings of the list.
    pub(crate) async fn versions(
        &self,
        account: &AccountId,
        stack: &VersionStackId,
        settings: impl FnOnce(ListVersions) -> ListVersions,
    ) -> Result<Versions, TransferError> {
        let show = ShowVersionStack::new(account, stack);
        let shown = self.client.send(show).await.map_err(TransferError::call)?;
        let list = settings(ListVersions::new(account, stack).page_size(100));
        let mut items = self.client.items(list).strict(true);
        let mut files = Vec::new();
        while let Some(item) = items.next().await {
            if let Asset::File(file) = item.map_err(TransferError::call)? {
                files.push(*file);
            }
            if files.len() >= MAX_VERSIONS {
                break;
            }
        }
        Ok(Versions::new(files, shown.head_version.map(|head| head.id)))
    }
}
