//! Folders of this machine, sent with their structure.

mod driver;
mod file;
mod folder_log;
mod local;
mod patterns;
mod remote;
mod roots;
mod state;

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use frameio_core::{AccountId, FolderId};

use crate::summary::{OnItem, OnProgress};
use crate::{Existing, Item, Progress, RemotePath, Summary, TransferError, Transfers};

/// Files and directories to upload into a folder with [`Transfers::upload_tree`].
///
/// | setting | default |
/// |---|---|
/// | files in flight | 16 |
/// | existing files of the same name and size | skipped |
/// | symbolic links | not followed, but reported |
/// | hidden files and directories | left out and counted |
/// | patterns | none: all files |
/// | checksums | none: only sizes are compared |
/// | manifests | none: a file that was sent in part is sent again |
/// | dry run | no |
///
/// Existing folders are used, others are created; nothing at the service is ever replaced or
/// deleted. The service keeps no checksum of a file and allows several of one name, so files are
/// compared by name and size, a version stack by its newest version; and by the
/// [checksums](Self::checksums) of earlier runs, if there are any. A file of another size or checksum
/// is uploaded next to the existing one. The summary lists what the service does not accept: empty
/// files, and names that are longer than 255 characters or not UTF-8.
///
/// A pipe that is named itself, such as `/dev/stdin`, is read to its end and sent; one in a directory
/// is left out.
///
/// Run again, it skips what is complete, and resumes what is not if there is a manifest of it. Several
/// runs at once that share a directory of [`manifests`](Self::manifests) send each file once: each
/// waits for the files that another is sending.
///
/// ```no_run
/// use frameio::transfer::{Transfers, UploadTree};
///
/// # async fn run(transfers: Transfers, account: frameio::AccountId, folder: frameio::FolderId) -> Result<(), Box<dyn std::error::Error>> {
/// let tree = UploadTree::new(account, folder, "rushes").exclude("*.tmp").manifests(".uploads");
/// let summary = transfers.upload_tree(tree).await?;
/// println!("{summary}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a tree is not sent until it is given to `Transfers::upload_tree`"]
pub struct UploadTree {
    account: AccountId,
    folder: FolderId,
    roots: Roots,
    files_in_flight: usize,
    parts_in_flight: Option<usize>,
    existing: Existing,
    follow_links: bool,
    hidden: bool,
    include: Vec<String>,
    exclude: Vec<String>,
    checksums: Option<PathBuf>,
    manifests: Option<PathBuf>,
    dry_run: bool,
    on_item: Option<OnItem>,
    on_warning: Option<OnWarning>,
    report: Option<OnProgress>,
}

/// Called with what does not fail a tree.
type OnWarning = Arc<dyn Fn(&TransferError) + Send + Sync>;

/// What is sent.
#[derive(Clone, Debug)]
enum Roots {
    /// What is in a directory.
    Within(PathBuf),
    /// These, by their names.
    Paths(Vec<PathBuf>),
}

impl UploadTree {
    /// Uploads the content of `directory` into a folder.
    pub fn new(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(account.into(), folder.into(), Roots::Within(directory.into()))
    }

    /// Uploads files and directories into a folder, each under its own name.
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
    /// [`Transfers::upload_tree`] does so too, before it sends anything; this is for a program that
    /// has other calls to make first.
    ///
    /// # Errors
    /// When a path cannot be looked up, or leads to a device or a socket.
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
            existing: Existing::SkipSame,
            follow_links: false,
            hidden: false,
            include: Vec::new(),
            exclude: Vec::new(),
            checksums: None,
            manifests: None,
            dry_run: false,
            on_item: None,
            on_warning: None,
            report: None,
        }
    }

    /// Sets the maximum number of files in flight, at least one. Default: 16.
    ///
    /// Small files wait for the service most of the time, and for its quota of five new files a
    /// second; the parts of all files together are limited by the [`Transfers`].
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Sets the maximum number of parts of a file in flight, at least one. Default: that of an
    /// [`Upload`](crate::Upload).
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = Some(parts);
        self
    }

    /// Sets what to do with files whose name is taken. Default: [`Existing::SkipSame`].
    ///
    /// With [`Existing::Refuse`] they fail. [`Existing::Overwrite`] and
    /// [`Existing::ReplaceDifferent`] are refused before anything is sent: the service replaces no
    /// files.
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Follows symbolic links, including those that lead out of the directory; one that leads to a
    /// directory above it fails. Default: no.
    pub fn follow_links(mut self, follow: bool) -> Self {
        self.follow_links = follow;
        self
    }

    /// Also uploads hidden files and directories: those whose name begins with a dot, and on Windows
    /// those with the hidden attribute. Default: no.
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Uploads only files that match; called again, those that match either. Default: all.
    ///
    /// A pattern is a glob: `*` and `?` match within a name, `[a-z]` and `{mov,mp4}` choose, and `**`
    /// matches any number of folders. Without a `/` in it, it matches a name anywhere. With one, it
    /// matches a path, which can be written from the directory (`./Cache`), with its name at the
    /// service (`/rushes/Cache`), or as the directory was given (`work/rushes/Cache`). One that
    /// matches a directory matches all in it.
    ///
    /// Directories in which nothing matches are not created. A file that is named itself and matches
    /// nothing is an error.
    pub fn include(mut self, pattern: impl Into<String>) -> Self {
        self.include.push(pattern.into());
        self
    }

    /// Leaves out files and directories that match, and counts them; called again, those that match
    /// either. It takes precedence over [`include`](Self::include), whose patterns it shares.
    /// Directories of which nothing remains are not created.
    pub fn exclude(mut self, pattern: impl Into<String>) -> Self {
        self.exclude.push(pattern.into());
        self
    }

    /// Keeps the checksums (XXH3) of uploaded files in the file at `path`, and compares existing files
    /// of the same size by them. Default: by size alone.
    ///
    /// This finds files that changed and kept their size, at the cost of reading all existing files
    /// again. One path serves all trees, up and [down](crate::DownloadTree::checksums): checksums are
    /// kept by file id.
    pub fn checksums(mut self, path: impl Into<PathBuf>) -> Self {
        self.checksums = Some(path.into());
        self
    }

    /// Keeps in a directory what is needed to resume files, one manifest for each file under way. It
    /// is created if it is missing, and can be shared by all uploads of this user, which so see each
    /// other.
    ///
    /// An upload that cannot be resumed is started over, and what it left at the service is reported
    /// in [`Summary::unfinished`]. Where the directory cannot be written, files are sent without
    /// manifests, and [`on_warning`](Self::on_warning) is called.
    pub fn manifests(mut self, directory: impl Into<PathBuf>) -> Self {
        self.manifests = Some(directory.into());
        self
    }

    /// Reports what would be uploaded, and creates nothing. Default: no.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Calls `on_item` with the result of each file, as soon as it is known.
    pub fn on_item(mut self, on_item: impl Fn(&Item) + Send + Sync + 'static) -> Self {
        self.on_item = Some(Arc::new(on_item));
        self
    }

    /// Calls `on_warning` with what does not fail the tree, each reason once: that the directory of
    /// [`manifests`](Self::manifests) cannot be written, so that nothing can be resumed.
    pub fn on_warning(
        mut self,
        on_warning: impl Fn(&TransferError) + Send + Sync + 'static,
    ) -> Self {
        self.on_warning = Some(Arc::new(on_warning));
        self
    }

    /// Calls `report` with the progress of each file, by its path at the service, as
    /// [`Upload::progress`](crate::Upload::progress) does.
    pub fn progress(
        mut self,
        report: impl Fn(&RemotePath, Progress) + Send + Sync + 'static,
    ) -> Self {
        self.report = Some(Arc::new(report));
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
            .field("existing", &self.existing)
            .field("follow_links", &self.follow_links)
            .field("hidden", &self.hidden)
            .field("include", &self.include)
            .field("exclude", &self.exclude)
            .field("checksums", &self.checksums)
            .field("manifests", &self.manifests)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Uploads a tree. A file that fails is in the summary and does not stop the others. Dropping the
    /// future stops the uploads and keeps their manifests.
    ///
    /// # Errors
    /// When a path is missing, cannot be sent or has no name, a pattern is invalid, the folder of the
    /// service cannot be listed, or the checksums cannot be read.
    pub fn upload_tree(
        &self,
        tree: UploadTree,
    ) -> impl Future<Output = Result<Summary, TransferError>> + Send + use<> {
        let transfers = self.clone();
        async move { Box::pin(driver::run(transfers, tree)).await }
    }
}
