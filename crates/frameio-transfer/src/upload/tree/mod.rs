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
use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::{AccountId, FolderId};

use crate::summary::{OnItem, OnProgress};
use crate::{Existing, Item, Progress, RemotePath, Summary, TransferError, Transfers};

/// A directory to be sent into a folder; done by [`Transfers::upload_tree`].
///
/// | setting | default |
/// |---|---|
/// | files under way at a time | 16 |
/// | files that are there with the same name and size | skipped |
/// | symbolic links | not followed, and told |
/// | hidden files and directories | left out, and counted |
/// | patterns | none: all files |
/// | checksums | none: size alone is compared |
/// | manifests | none: a file that was sent in part is sent again |
/// | dry run | no |
///
/// Existing folders are used, others are created; nothing at the service is ever replaced or
/// deleted. The service keeps no checksum of a file and allows several of one name, so files are
/// compared by name and size, a version stack by its newest version; and by the
/// [checksums](Self::checksums) that are kept here, if there are any. A file of another size or
/// checksum is sent beside the one that is there. What it does not take is in the summary: empty
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
    /// Sends what is in `directory` into a folder.
    pub fn new(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(account.into(), folder.into(), Roots::Within(directory.into()))
    }

    /// Sends files and directories into a folder, each by its own name.
    pub fn paths(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        paths: impl IntoIterator<Item = impl Into<PathBuf>>,
    ) -> Self {
        let paths = paths.into_iter().map(Into::into).collect();
        Self::of(account.into(), folder.into(), Roots::Paths(paths))
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

    /// Sends so many files at a time. At least one. Default: 16.
    ///
    /// Small files wait for the service most of the time, and for its quota of five new files a
    /// second; the parts of all files together are limited by the [`Transfers`].
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Sends so many parts of a file at a time. At least one. Default: as of an
    /// [`Upload`](crate::Upload).
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = Some(parts);
        self
    }

    /// Decides what is done with files whose name is taken. Default: [`Existing::SkipSame`].
    ///
    /// With [`Existing::Refuse`] they fail. [`Existing::Overwrite`] is refused before anything is
    /// sent: the service replaces no files.
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Follows symbolic links, those that lead out of the directory too; one that leads back to a
    /// folder it is in fails. Default: no.
    pub fn follow_links(mut self, follow: bool) -> Self {
        self.follow_links = follow;
        self
    }

    /// Sends hidden files and directories too: those whose name begins with a dot, and on Windows
    /// those that are marked so. Default: no.
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Sends only files that match; called again, those that match either. Default: all.
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

    /// Keeps the checksums (XXH3) of the files that are sent in the file at `path`, and compares a
    /// file of the same size by the one that is kept of it. Default: by size alone.
    ///
    /// So a file is found out that was changed and kept its size, for the price of reading all files
    /// that are there once more. One path will do for all trees, up and
    /// [down](crate::DownloadTree::checksums): checksums are kept by the ids of files.
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

    /// Only tells what would be sent, and creates nothing. Default: no.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Tells what became of each file, as soon as it is known.
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

    /// Tells how far each file under way is, by its path at the service, as
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
    /// Sends a tree. What fails is in the summary, and holds up nothing else. Dropped, the future
    /// stops, and leaves the manifests.
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
