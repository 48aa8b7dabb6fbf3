//! Folder trees, received with their structure.

mod driver;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::{AccountId, FolderId, ProjectId};

use super::super::summary::{OnItem, OnProgress};
use super::super::{Item, Progress, RemotePath, Summary, TransferError, Transfers};
use super::Existing;

/// A folder or a project to be received into a directory; done by [`Transfers::download_tree`].
///
/// | setting | default |
/// |---|---|
/// | files under way at a time | 4 |
/// | files that are there with the same size | skipped |
/// | checksums | none: size alone is compared |
/// | dry run | no |
///
/// What is received is the originals; of a version stack, its newest version. Names are made
/// [safe](super::super::SafeNames), so nothing is ever written outside of the directory; symbolic
/// links in it are not followed. The links come with the lists of files, 500 in a call, so that the
/// quota of `files.show` is no limit; only where one has expired it is asked for by itself.
///
/// Rerun, it goes on where it was: what is complete is skipped, what is not is resumed.
#[derive(Clone)]
#[must_use = "a tree is not received until it is given to `Transfers::download_tree`"]
pub struct DownloadTree {
    account: AccountId,
    root: Root,
    directory: PathBuf,
    files_in_flight: usize,
    parts_in_flight: usize,
    existing: Existing,
    checksums: Option<PathBuf>,
    dry_run: bool,
    on_item: Option<OnItem>,
    report: Option<OnProgress>,
}

#[derive(Clone, Debug)]
enum Root {
    Folder(FolderId),
    Project(ProjectId),
}

impl DownloadTree {
    /// Receives what is in a folder into `directory`, which is made if it is not there.
    pub fn new(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(account.into(), Root::Folder(folder.into()), directory.into())
    }

    /// Receives what is in a project into `directory`, which is made if it is not there.
    pub fn project(
        account: impl Into<AccountId>,
        project: impl Into<ProjectId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(account.into(), Root::Project(project.into()), directory.into())
    }

    fn of(account: AccountId, root: Root, directory: PathBuf) -> Self {
        Self {
            account,
            root,
            directory,
            files_in_flight: 4,
            parts_in_flight: 4,
            existing: Existing::SkipSame,
            checksums: None,
            dry_run: false,
            on_item: None,
            report: None,
        }
    }

    /// Receives so many files at a time. At least one. Default: 4.
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Receives so many parts of a file at a time. At least one. Default: 4.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.max(1);
        self
    }

    /// Decides what is done with files that are there. Default: [`Existing::SkipSame`].
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Keeps the checksums (XXH3) of the files that are received in the file at `path`, and compares
    /// a file of the same size by the one that is kept of it. Default: by size alone.
    ///
    /// So a file is found out that was damaged or changed and kept its size, for the price of reading
    /// all files that are there once more. One path will do for all trees, down and
    /// [up](super::super::UploadTree::checksums): checksums are kept by the ids of files.
    pub fn checksums(mut self, path: impl Into<PathBuf>) -> Self {
        self.checksums = Some(path.into());
        self
    }

    /// Only tells what would be received, and writes nothing. Default: no.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Tells what became of each file, as soon as it is known.
    pub fn on_item(mut self, on_item: impl Fn(&Item) + Send + Sync + 'static) -> Self {
        self.on_item = Some(Arc::new(on_item));
        self
    }

    /// Tells how far each file under way is, by its path at the service, as
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
            .field("account", &self.account)
            .field("root", &self.root)
            .field("directory", &self.directory)
            .field("files_in_flight", &self.files_in_flight)
            .field("existing", &self.existing)
            .field("checksums", &self.checksums)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Receives a tree. What fails is in the summary, and holds up nothing else.
    ///
    /// # Errors
    /// When the directory cannot be made, or the checksums cannot be read.
    pub fn download_tree(
        &self,
        tree: DownloadTree,
    ) -> impl Future<Output = Result<Summary, TransferError>> + Send + use<> {
        let transfers = self.clone();
        async move { Box::pin(driver::run(transfers, tree)).await }
    }
}
