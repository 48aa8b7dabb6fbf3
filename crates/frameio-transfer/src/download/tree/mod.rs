//! Folder trees, downloaded with their structure.

mod driver;
mod local_folder;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::{AccountId, FolderId, ProjectId};

use super::{Existing, Rendition};
use crate::summary::{OnItem, OnProgress};
use crate::{Checksum, Item, Progress, RemotePath, Resolved, Summary, TransferError, Transfers};

/// A download of folders, projects and files into a directory; run by
/// [`Transfers::download_tree`].
///
/// | setting | default |
/// |---|---|
/// | content | the originals |
/// | files in flight | 4 |
/// | existing files | skipped if they have the same size, else reported as conflicts and kept |
/// | checksums | none: sizes are compared |
/// | dry run | no |
///
/// Of a version stack, the newest version is received. Names are made [safe](crate::SafeNames), so
/// that nothing is written outside of the directory; symbolic links in it are not followed. An
/// existing file with the exact name of an item, or with the only name that looks the same, is
/// compared with that item even if the name is not safe elsewhere, so that a directory that was
/// uploaded is not downloaded again under other names.
///
/// Signed links are part of the lists of files, 500 to a call, so that the quota of `files.show`
/// is no limit; only an expired link is requested by itself.
///
/// Run again, it resumes: complete files are skipped, and partial ones continued.
#[derive(Clone)]
#[must_use = "a tree is not received until it is given to `Transfers::download_tree`"]
pub struct DownloadTree {
    root: Root,
    directory: PathBuf,
    rendition: Rendition,
    files_in_flight: usize,
    parts_in_flight: usize,
    max_size: Option<u64>,
    existing: Existing,
    checksum: Option<Checksum>,
    checksums: Option<PathBuf>,
    dry_run: bool,
    on_item: Option<OnItem>,
    report: Option<OnProgress>,
}

#[derive(Clone, Debug)]
enum Root {
    Folder(AccountId, FolderId),
    Project(AccountId, ProjectId),
    Items(Vec<Resolved>),
}

impl DownloadTree {
    /// Downloads the content of a folder into `directory`, which is created if it is missing.
    pub fn new(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(Root::Folder(account.into(), folder.into()), directory.into())
    }

    /// Downloads the content of a project into `directory`, which is created if it is missing.
    pub fn project(
        account: impl Into<AccountId>,
        project: impl Into<ProjectId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(Root::Project(account.into(), project.into()), directory.into())
    }

    /// Downloads files, folders and projects into `directory`, each under its own name. The paths
    /// in [`Item::remote`] begin with the workspace.
    pub fn items(items: impl IntoIterator<Item = Resolved>, directory: impl Into<PathBuf>) -> Self {
        Self::of(Root::Items(items.into_iter().collect()), directory.into())
    }

    fn of(root: Root, directory: PathBuf) -> Self {
        Self {
            root,
            directory,
            rendition: Rendition::Original,
            files_in_flight: 4,
            parts_in_flight: 4,
            max_size: None,
            existing: Existing::SkipSame,
            checksum: None,
            checksums: None,
            dry_run: false,
            on_item: None,
            report: None,
        }
    }

    /// Sets the rendition to download of each file. Default: the originals.
    ///
    /// A rendition of `a.mov` is named `a.mov.thumbnail.jpg`, by the rendition and the type that the
    /// storage announces, so that it never meets the original or another rendition.
    pub fn rendition(mut self, rendition: Rendition) -> Self {
        self.rendition = rendition;
        self
    }

    /// Sets how many files are received at a time. At least one. Default: 4.
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Sets how many parts of a file are received at a time. At least one. Default: 4.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.max(1);
        self
    }

    /// Fails for each file that is larger, as [`Download::max_size`](super::Download::max_size)
    /// does.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Sets what to do with existing files. Default: [`Existing::SkipSame`].
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Computes a checksum of each file that is received, for [`Outcome`](crate::Outcome). Default:
    /// none.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// Stores the checksums (XXH3) of received originals in the file at `path`, and compares an
    /// existing file of the same size by its stored checksum. Default: by size alone.
    ///
    /// This finds a file that was damaged or changed and kept its size, at the price of reading all
    /// existing files. One path serves all trees, also those that are
    /// [uploaded](crate::UploadTree::checksums): checksums are stored by the ids of files.
    pub fn checksums(mut self, path: impl Into<PathBuf>) -> Self {
        self.checksums = Some(path.into());
        self
    }

    /// Reports what would be received, and writes nothing. Default: no.
    ///
    /// Of renditions the storage is asked for the size.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Reports the outcome of each file, as soon as it is known.
    pub fn on_item(mut self, on_item: impl Fn(&Item) + Send + Sync + 'static) -> Self {
        self.on_item = Some(Arc::new(on_item));
        self
    }

    /// Reports the progress of each file in flight, by its path at the service, as
    /// [`Download::progress`](super::Download::progress) does.
    pub fn progress(
        mut self,
        report: impl Fn(&RemotePath, Progress) + Send + Sync + 'static,
    ) -> Self {
        self.report = Some(Arc::new(report));
        self
    }
}

impl fmt::Debug for DownloadTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadTree")
            .field("root", &self.root)
            .field("directory", &self.directory)
            .field("rendition", &self.rendition)
            .field("files_in_flight", &self.files_in_flight)
            .field("existing", &self.existing)
            .field("checksums", &self.checksums)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Downloads a tree. Failures of single files are in the summary, and stop nothing else.
    ///
    /// # Errors
    /// When the directory cannot be created, or the stored checksums cannot be read.
    pub fn download_tree(
        &self,
        tree: DownloadTree,
    ) -> impl Future<Output = Result<Summary, TransferError>> + Send + use<> {
        let transfers = self.clone();
        async move { Box::pin(driver::run(transfers, tree)).await }
    }
}
