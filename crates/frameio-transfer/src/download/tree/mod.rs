//! Downloads of remote folders with their structure.

mod decide;
mod deletions;
mod driver;
mod file;
mod filtered;
mod local_folder;
mod local_renames;
mod receive;
mod renditions;
mod roots;
mod siblings;
mod start;
mod versions;

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use frameio_core::{AccountId, FolderId, ProjectId};

use super::{Existing, Rendition};
use crate::tree_options::TreeOptions;
use crate::{
    Checksum, Deletion, Filter, Hashing, Item, OnConflict, Order, Progress, RemotePath, Resolved,
    Summary, Totals, TransferError, Transfers, VersionChoice,
};

/// A download of folders, projects and files to a directory, for [`Transfers::download_tree`].
///
/// | setting | default |
/// |---|---|
/// | content | originals |
/// | filter | all files but `._*`, `.DS_Store`, `Thumbs.db` and `ascmhl` |
/// | order | that in which files are found |
/// | concurrent files | 4 |
/// | existing files | skipped if they have the same size, otherwise kept and reported as conflicts |
/// | state | none; files are compared by size |
/// | version stacks | their heads |
/// | checksums | none; only sizes are compared |
/// | dry run | no |
///
/// With a [state](Self::state), a file that is unchanged since both sides were equal is replaced by a new
/// head and renamed like the remote file. A local file that has changed is never replaced: it is a
/// conflict, see [`on_conflict`](Self::on_conflict).
///
/// Item names are converted to [safe](crate::SafeNames)
/// names and symbolic links in the directory are not followed, so nothing is written outside the
/// directory. An existing file with the exact name of an item, or with the only name that is equal
/// after Unicode normalization, is compared with that item even if the name is not safe, so an uploaded
/// directory is not downloaded again under other names.
///
/// Signed links are included in the lists of files, 500 per call, so the quota of `files.show` is not
/// a bottleneck. Only expired links are requested individually.
///
/// Running the same download again skips complete files and resumes partial ones.
#[derive(Clone)]
#[must_use = "a download does nothing until it is passed to `Transfers::download_tree`"]
pub struct DownloadTree {
    root: Root,
    directory: PathBuf,
    renditions: Vec<Rendition>,
    files_in_flight: usize,
    parts_in_flight: usize,
    max_size: Option<u64>,
    existing: Existing,
    versions: VersionChoice,
    manifests: Option<PathBuf>,
    pub(crate) options: TreeOptions,
}

#[derive(Clone, Debug)]
enum Root {
    Folder(AccountId, FolderId),
    Project(AccountId, ProjectId),
    Items(Vec<Resolved>),
}

impl DownloadTree {
    /// Downloads the content of a folder to `directory`, which is created if necessary.
    pub fn new(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(Root::Folder(account.into(), folder.into()), directory.into())
    }

    /// Downloads the content of a project to `directory`, which is created if necessary.
    pub fn project(
        account: impl Into<AccountId>,
        project: impl Into<ProjectId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(Root::Project(account.into(), project.into()), directory.into())
    }

    /// Downloads files, folders and projects to `directory`, each with its name, and once if it is given
    /// several times. The paths in [`Item::remote`] start with the workspace.
    pub fn items(items: impl IntoIterator<Item = Resolved>, directory: impl Into<PathBuf>) -> Self {
        Self::of(Root::Items(items.into_iter().collect()), directory.into())
    }

    fn of(root: Root, directory: PathBuf) -> Self {
        Self {
            root,
            directory,
            renditions: vec![Rendition::Original],
            files_in_flight: 4,
            parts_in_flight: 4,
            max_size: None,
            existing: Existing::SkipSame,
            versions: VersionChoice::Head,
            manifests: None,
            options: TreeOptions::new(),
        }
    }

    /// Sets the rendition to download of each file. Default: the original.
    ///
    /// The local name of a rendition contains its type and the extension reported by the storage, as
    /// in `a.mov.thumbnail.jpg`, so it never collides with the original or another rendition.
    pub fn rendition(self, rendition: Rendition) -> Self {
        self.renditions([rendition])
    }

    /// Downloads the first of these renditions that exists, for each file. Default: the original.
    ///
    /// A file that has none of them fails. The names are those of [`rendition`](Self::rendition). If a
    /// folder cannot be listed with the links of originals, because the user may not download them, it
    /// is listed without them.
    pub fn renditions(mut self, renditions: impl IntoIterator<Item = Rendition>) -> Self {
        self.renditions = renditions.into_iter().collect();
        self
    }

    /// Sets the files to download, by the names, sizes and upload times of their originals. Default: all
    /// files but those that are excluded by default.
    ///
    /// `/` in the name of an item is `_` in the paths of the filter.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.options.filter = filter;
        self
    }

    /// Sets the order of the transfers. Default: the order in which files are found.
    pub fn order(mut self, order: Order) -> Self {
        self.options.order = Some(order);
        self
    }

    /// Calls `on_found` with each file before it is compared: its remote path, its local path, and its size
    /// if that is known. Each of them has an item at the end, unless the run is stopped or fails.
    pub fn on_found(
        mut self,
        on_found: impl Fn(&RemotePath, &Path, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.options.on_found = Some(Arc::new(on_found));
        self
    }

    /// Calls `on_totals` with the number and size of the files to transfer, whenever more of them have
    /// been found.
    pub fn on_totals(mut self, on_totals: impl Fn(Totals) + Send + Sync + 'static) -> Self {
        self.options.on_totals = Some(Arc::new(on_totals));
        self
    }

    /// Limits the number of files that are downloaded concurrently, at least 1. Default: 4.
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Limits the number of concurrent parts of each file, at least 1. Default: 4.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.max(1);
        self
    }

    /// Limits the size of each file in bytes, like
    /// [`Download::max_size`](super::Download::max_size).
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Sets the policy for local files that have changed since both sides were equal, or, without a
    /// state, that differ. Default: [`OnConflict::Skip`].
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.options.on_conflict = on_conflict;
        self.existing = match on_conflict {
            OnConflict::Replace => Existing::ReplaceDifferent,
            OnConflict::Skip | OnConflict::KeepBoth => Existing::SkipSame,
        };
        self
    }

    /// Downloads remote files of the same size to compare their content, without storing them.
    /// Default: no.
    pub fn verify_remote(mut self, verify: bool) -> Self {
        self.options.verify_remote = verify;
        self
    }

    /// Records equal files in a state file in `directory`, which is created if necessary, and compares
    /// files with it. Default: none.
    ///
    /// Only for the originals of heads. There is a state for each pair of local directory and folder, the
    /// same as in an [upload](crate::UploadTree::state) of the directory to the folder.
    ///
    /// A download of [items](Self::items) renames no local files, and continues without records if the
    /// directory cannot be written; see [`on_warning`](Self::on_warning).
    pub fn state(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.states = Some(directory.into());
        self
    }

    /// Sets the directory of [manifests](crate::UploadTree::manifests) of uploads, to recognize new versions
    /// that an upload was killed right after sending. Default: the directory of the [state](Self::state).
    pub fn manifests(mut self, directory: impl Into<PathBuf>) -> Self {
        self.manifests = Some(directory.into());
        self
    }

    /// Moves local files whose remote files no longer exist to the directory `.frameio-trash` in the
    /// directory. Requires a [state](Self::state). Default: no.
    pub fn delete(mut self, deletion: Deletion) -> Self {
        self.options.deletion = Some(deletion);
        self
    }

    /// Sets the versions of version stacks to download. Default: [`VersionChoice::Head`].
    ///
    /// Other choices add the number of the version to the name, as in `a.v1.mov`.
    pub fn versions(mut self, versions: VersionChoice) -> Self {
        self.versions = versions;
        self
    }

    /// Sets the policy for existing files. Default: [`Existing::SkipSame`].
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Computes a checksum of each downloaded file, which [`Outcome`](crate::Outcome) contains.
    /// Default: none.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.options.checksum = Some(checksum);
        self
    }

    /// Records checksums (XXH3) of downloaded originals in the file at `path`, and compares existing
    /// files of the same size by checksum. Default: by size only.
    ///
    /// This detects files that were damaged or changed without changing their size, but has to read
    /// all existing files. The same path can be used for all downloads and
    /// [uploads](crate::UploadTree::checksums), because checksums are stored by file id.
    pub fn checksums(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.checksums = Some(path.into());
        self
    }

    /// Reports which files would be downloaded, without writing anything. Default: no.
    ///
    /// The sizes of renditions are requested from the storage.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.options.dry_run = dry_run;
        self
    }

    /// Calls `on_hashing` with the progress of each file that is read to compare its content, apart from
    /// its transfer: local files that may have changed, and remote files for
    /// [`verify_remote`](Self::verify_remote).
    pub fn on_hashing(mut self, on_hashing: impl Fn(&Hashing) + Send + Sync + 'static) -> Self {
        self.options.on_hashing = Some(Arc::new(on_hashing));
        self
    }

    /// Calls `on_item` with the result of each file as soon as it is available.
    pub fn on_item(mut self, on_item: impl Fn(&Item) + Send + Sync + 'static) -> Self {
        self.options.on_item = Some(Arc::new(on_item));
        self
    }

    /// Calls `on_warning` with the first error of a state that cannot be written, after which the next run
    /// does not know which files are equal.
    pub fn on_warning(
        mut self,
        on_warning: impl Fn(&TransferError) + Send + Sync + 'static,
    ) -> Self {
        self.options.on_warning = Some(Arc::new(on_warning));
        self
    }

    /// Calls `report` with the remote path and the progress of each file, as often as
    /// [`Download::progress`](super::Download::progress).
    pub fn progress(
        mut self,
        report: impl Fn(&RemotePath, Progress) + Send + Sync + 'static,
    ) -> Self {
        self.options.report = Some(Arc::new(report));
        self
    }
}

/// Access for watchers.
impl DownloadTree {
    /// Returns the local directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns the account and the folder, if the content of one folder is downloaded.
    pub(crate) const fn place(&self) -> Option<(&AccountId, &FolderId)> {
        match &self.root {
            Root::Folder(account, folder) => Some((account, folder)),
            Root::Project(..) | Root::Items(_) => None,
        }
    }
}

impl fmt::Debug for DownloadTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadTree")
            .field("root", &self.root)
            .field("directory", &self.directory)
            .field("renditions", &self.renditions)
            .field("filter", &self.options.filter)
            .field("order", &self.options.order)
            .field("files_in_flight", &self.files_in_flight)
            .field("existing", &self.existing)
            .field("on_conflict", &self.options.on_conflict)
            .field("states", &self.options.states)
            .field("versions", &self.versions)
            .field("checksums", &self.options.checksums)
            .field("dry_run", &self.options.dry_run)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Downloads a tree.
    ///
    /// A file that fails is reported in the summary and does not stop the others. Dropping the future
    /// stops the downloads, which the next run resumes like a [download](Transfers::download) of one file.
    ///
    /// # Errors
    ///
    /// Fails if the filter is invalid, the list of renditions is empty, the directory cannot be created, the checksum file cannot be read, or the state is in
    /// use by another run.
    pub fn download_tree(
        &self,
        tree: DownloadTree,
    ) -> impl Future<Output = Result<Summary, TransferError>> + Send + use<> {
        let transfers = self.clone();
        async move {
            let _running = transfers.inner.stop.running();
            Box::pin(start::run(transfers.clone(), tree)).await
        }
    }
}
