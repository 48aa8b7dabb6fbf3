//! Uploads of local directories with their structure.

mod abandoned;
mod decide;
mod deletions;
mod driver;
mod duplicates;
mod emptied_folders;
mod file;
mod folder_log;
mod identify;
mod leftovers;
mod levels;
pub(crate) mod listing;
mod local;
mod pending;
mod prepare;
mod queue;
mod remote;
mod renamed_folders;
mod renames;
mod roots;
pub(crate) mod selection;
mod start;
mod state;
mod versions;
pub(crate) mod waiting;

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use frameio_core::{AccountId, FolderId};

use self::selection::Selection;
use crate::tree_options::TreeOptions;
use crate::{
    Checksum, Deletion, Filter, Hashing, IfExists, Item, OnConflict, Order, Progress, RemotePath,
    Summary, Totals, TransferError, Transfers, VersionPattern,
};

/// An upload of files and directories, for [`Transfers::upload_tree`].
///
/// | setting | default |
/// |---|---|
/// | order | that in which files are found |
/// | concurrent files | 16 |
/// | existing files of the same name that differ | files given as paths become new versions; files in directories are reported and not sent |
/// | new versions in a run | at most 50 |
/// | state | none; files are compared by size and time |
/// | symbolic links | ignored and reported |
/// | hidden files and directories | ignored and reported |
/// | filter | all files but `._*`, `.DS_Store`, `Thumbs.db` and `ascmhl` |
/// | checksums | none; only sizes are compared |
/// | manifests | none; an interrupted upload of a file is restarted |
/// | dry run | no |
///
/// Directories named `ascmhl`, the media hash lists of local files, are ignored. Missing folders are created. Nothing at the service is replaced or deleted, unless
/// [`delete`](Self::delete) allows it.
///
/// The service stores no checksums and allows several files with the same name. Therefore files are
/// compared with what earlier runs have recorded in a [state](Self::state): size, modification time
/// and checksum of the local file, and the remote file, which is the head of a version stack. Without
/// a record, a file of another size has changed, and a file of the same size is unverified and
/// skipped, or has changed if it was modified after the remote file was created. An incomplete remote
/// file never counts as equal. [`IfExists`] has the policies for files that have changed. Files that the
/// service does not accept fail: empty files, and names that are longer than 255 characters or not
/// UTF-8.
///
/// A pipe given as a path, such as `/dev/stdin`, is read to its end and uploaded. A pipe in a directory
/// is ignored.
///
/// Running the same upload again skips complete files and resumes files with a manifest. Concurrent
/// runs that share a directory of [`manifests`](Self::manifests) upload each file once; each run waits
/// for files that another one is uploading.
///
/// ```no_run
/// use frameio::transfer::{Filter, Transfers, UploadTree};
///
/// # async fn run(transfers: Transfers, account: frameio::AccountId, folder: frameio::FolderId) -> Result<(), Box<dyn std::error::Error>> {
/// let filter = Filter::new().exclude("*.tmp");
/// let tree = UploadTree::new(account, folder, "rushes").filter(filter).manifests(".uploads");
/// let summary = transfers.upload_tree(tree).await?;
/// println!("{summary}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "an upload does nothing until it is passed to `Transfers::upload_tree`"]
pub struct UploadTree {
    account: AccountId,
    folder: FolderId,
    roots: Roots,
    files_in_flight: usize,
    parts_in_flight: Option<usize>,
    if_exists: Option<IfExists>,
    max_new_versions: u64,
    version_pattern: Option<VersionPattern>,
    reorder: bool,
    /// Files to upload; `None` uploads all files of the roots.
    selection: Option<Arc<Selection>>,
    follow_links: bool,
    hidden: bool,
    manifests: Option<PathBuf>,
    check: Option<Check>,
    pub(crate) options: TreeOptions,
}

/// Callback that returns why a local file is not uploaded.
type Check =
    Arc<dyn Fn(&Path) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Paths to upload.
#[derive(Clone, Debug)]
enum Roots {
    /// Content of a directory.
    Within(PathBuf),
    /// Files and directories with their names.
    Paths(Vec<PathBuf>),
}

impl UploadTree {
    /// Uploads the content of `directory` to a folder.
    pub fn new(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(account.into(), folder.into(), Roots::Within(directory.into()))
    }

    /// Uploads files and directories to a folder, each with its name.
    pub fn paths(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        paths: impl IntoIterator<Item = impl Into<PathBuf>>,
    ) -> Self {
        let paths = paths.into_iter().map(Into::into).collect();
        Self::of(account.into(), folder.into(), Roots::Paths(paths))
    }

    /// Verifies that files and directories exist and can be uploaded, without calling the service.
    ///
    /// [`Transfers::upload_tree`] verifies this as well. Use this function to fail early, before
    /// other calls.
    ///
    /// # Errors
    ///
    /// Fails if a path cannot be looked up, or is a device or a socket.
    pub fn check_paths(
        paths: impl IntoIterator<Item = impl AsRef<Path>>,
    ) -> Result<(), TransferError> {
        paths.into_iter().try_for_each(|path| roots::check(path.as_ref()))
    }

    fn of(account: AccountId, folder: FolderId, roots: Roots) -> Self {
        Self {
            account,
            folder,
            roots,
            files_in_flight: 16,
            parts_in_flight: None,
            if_exists: None,
            max_new_versions: 50,
            version_pattern: None,
            reorder: false,
            selection: None,
            follow_links: false,
            hidden: false,
            manifests: None,
            check: None,
            options: TreeOptions::new(),
        }
    }

    /// Limits the number of files that are uploaded concurrently, at least 1. Default: 16.
    ///
    /// The upload of a small file mostly waits for the service and for its quota of five new files
    /// per second. The total number of concurrent parts is limited by
    /// [`TransfersBuilder::parts_in_flight`](crate::TransfersBuilder::parts_in_flight).
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Limits the number of concurrent parts of each file, at least 1. Default: like
    /// [`Upload`](crate::Upload).
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = Some(parts);
        self
    }

    /// Sets the policy for existing files of the same name that differ. Default:
    /// [`IfExists::Version`] for files given as paths, [`IfExists::Skip`] for files in directories.
    pub fn if_exists(mut self, if_exists: IfExists) -> Self {
        self.if_exists = Some(if_exists);
        self
    }

    /// Sets the policy for files that have changed on both sides since they were equal. Default:
    /// [`OnConflict::Skip`]. [`OnConflict::Replace`] is an error, because the service cannot replace
    /// files.
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.options.on_conflict = on_conflict;
        self
    }

    /// Limits the number of new versions in a run. Further ones fail. Default: 50.
    ///
    /// Viewers of a share may see a new head at once.
    pub fn max_new_versions(mut self, versions: u64) -> Self {
        self.max_new_versions = versions;
        self
    }

    /// Recognizes versions by a number in the file name, and stacks a file with a higher number on
    /// the existing file with the highest one. Default: none.
    ///
    /// A file with a lower number is uploaded next to the stack.
    pub fn version_pattern(mut self, pattern: VersionPattern) -> Self {
        self.version_pattern = Some(pattern);
        self
    }

    /// Makes a new version the head of its version stack, if the service does not do so, by an
    /// operation that is experimental. Default: no; see [`Summary::not_head`].
    #[cfg(feature = "experimental")]
    pub fn reorder(mut self, reorder: bool) -> Self {
        self.reorder = reorder;
        self
    }

    /// Downloads existing files of the same size to compare their content. Default: no.
    pub fn verify_remote(mut self, verify: bool) -> Self {
        self.options.verify_remote = verify;
        self
    }

    /// Records equal files in a state file in `directory`, which is created if necessary. Default:
    /// none.
    ///
    /// There is one state file for each pair of local directory and folder, for all commands: a file that
    /// is given as a path has that of its directory and the folder, a directory that of itself and the
    /// folder with its name. Only one run at a time can sync the content of a directory.
    /// [Manifests](Self::manifests) are needed to recognize files that were uploaded by a run that
    /// was killed; without another directory, they are saved in `directory` too.
    pub fn state(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.states = Some(directory.into());
        self
    }

    /// Deletes remote files whose local files no longer exist. Requires a [state](Self::state) and the
    /// content of a single directory. Default: no.
    pub fn delete(mut self, deletion: Deletion) -> Self {
        self.options.deletion = Some(deletion);
        self
    }

    /// Follows symbolic links, even out of the directory. A link to one of its parent directories
    /// fails. Default: no.
    pub fn follow_links(mut self, follow: bool) -> Self {
        self.follow_links = follow;
        self
    }

    /// Uploads hidden files and directories too: names that start with a dot, and on Windows the
    /// hidden attribute. Default: no.
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Sets the files to upload. Default: all files but those that are excluded by default.
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

    /// Computes a checksum of each uploaded file, which [`Outcome`](crate::Outcome) contains, like
    /// [`Upload::checksum`](crate::Upload::checksum). Default: none.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.options.checksum = Some(checksum);
        self
    }

    /// Records checksums (XXH3) of uploaded files in the file at `path`, and compares existing files
    /// of the same size by checksum. Default: by size only.
    ///
    /// This detects files that changed without changing their size, but has to read all existing
    /// files. With a [state](Self::state), they are compared with the checksums in it too, which finds
    /// changes that kept size and time. The same path can be used for all uploads and
    /// [downloads](crate::DownloadTree::checksums), because checksums are stored by file id.
    pub fn checksums(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.checksums = Some(path.into());
        self
    }

    /// Saves manifests of running uploads in a directory, so that they can be resumed. The directory
    /// is created if necessary. Share it between all uploads of a user to coordinate them.
    ///
    /// An upload that cannot be resumed is restarted, and its incomplete remote file is reported in
    /// [`Summary::unfinished`]. If the directory cannot be written, files are uploaded without
    /// manifests and [`on_warning`](Self::on_warning) is called.
    pub fn manifests(mut self, directory: impl Into<PathBuf>) -> Self {
        self.manifests = Some(directory.into());
        self
    }

    /// Reports which files would be uploaded, without creating anything. Default: no.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.options.dry_run = dry_run;
        self
    }

    /// Calls `check` with each local file before it is compared with the service, also in a dry run. A
    /// file for which it returns an error is not uploaded and [fails](crate::Outcome::Failed) with this
    /// reason. Default: none.
    ///
    /// The next file waits for the check, but files that are being uploaded do not. Pipes are not checked.
    pub fn check_files<F>(mut self, check: impl Fn(&Path) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.check = Some(Arc::new(move |path| Box::pin(check(path))));
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

    /// Calls `on_warning` with the first [`Manifest`](crate::TransferErrorKind::Manifest) error, after which
    /// uploads cannot be resumed, and the first [`State`](crate::TransferErrorKind::State) error, after which
    /// the next run does not know which files are equal.
    pub fn on_warning(
        mut self,
        on_warning: impl Fn(&TransferError) + Send + Sync + 'static,
    ) -> Self {
        self.options.on_warning = Some(Arc::new(on_warning));
        self
    }

    /// Calls `report` with the remote path and the progress of each file, as often as
    /// [`Upload::progress`](crate::Upload::progress).
    pub fn progress(
        mut self,
        report: impl Fn(&RemotePath, Progress) + Send + Sync + 'static,
    ) -> Self {
        self.options.report = Some(Arc::new(report));
        self
    }
}

impl fmt::Debug for UploadTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadTree")
            .field("account", &self.account)
            .field("folder", &self.folder)
            .field("roots", &self.roots)
            .field("files_in_flight", &self.files_in_flight)
            .field("if_exists", &self.if_exists)
            .field("on_conflict", &self.options.on_conflict)
            .field("states", &self.options.states)
            .field("follow_links", &self.follow_links)
            .field("hidden", &self.hidden)
            .field("filter", &self.options.filter)
            .field("order", &self.options.order)
            .field("checksums", &self.options.checksums)
            .field("manifests", &self.manifests)
            .field("dry_run", &self.options.dry_run)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Uploads a tree.
    ///
    /// A file that fails is reported in the summary and does not stop the others. Dropping the future
    /// stops the uploads and keeps their manifests.
    ///
    /// # Errors
    ///
    /// Fails if a path is missing or cannot be uploaded, a pattern is invalid, the remote folder
    /// cannot be listed, the checksum file cannot be read, or the state is in use by another run.
    pub fn upload_tree(
        &self,
        tree: UploadTree,
    ) -> impl Future<Output = Result<Summary, TransferError>> + Send + use<> {
        let transfers = self.clone();
        async move {
            let stop = &transfers.inner.stop;
            stop.until(Box::pin(start::run(transfers.clone(), tree))).await?
        }
    }
}
