//! Uploads of files as they appear in a directory.

mod actions;
mod driver;
mod files;
mod folder;
mod item_report;
mod journal;
mod notifications;
mod open_files;
mod results;
mod root;
mod schedule;
mod settling;
mod start;
mod status;
mod sweep;
mod template;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use self::actions::Actions;
pub use self::actions::{AfterUpload, SentFile};
pub use self::folder::WatchFolder;
pub use self::status::{WatchActivity, WatchEvent, WatchReports, WatchStatus};
pub use self::template::FolderTemplate;
use crate::{TransferError, Transfers, UploadTree};

/// A watched directory, for [`Transfers::watch`].
///
/// | setting | default |
/// |---|---|
/// | time without changes after which a file is complete | 10 s; on a network share 60 s |
/// | interval between two looks at the whole directory | 30 s; without notifications or on a network share 10 s |
/// | notifications of the system | used, with the feature `notify` |
/// | destination | the folder of the [`UploadTree`], with the structure of the directory |
/// | local files after the upload | kept |
/// | end | none |
///
/// A file is uploaded when its size and modification time have not changed for some time and no
/// process has it open for writing. Linux reports open files of the same user on the same machine, and
/// Windows all of them; elsewhere only size and time are known. Empty files are ignored until they have
/// content.
///
/// The [`UploadTree`] decides which files are uploaded, and what to do if a file of the same name exists. It
/// needs a [state](UploadTree::state), which the watcher locks: no other run can use the same directory
/// and folder. Because of the state and the [manifests](UploadTree::manifests), a watcher that is
/// killed continues where it was: no file is uploaded twice, and incomplete uploads are resumed.
///
/// A file that was changed after its upload is treated like any other file that differs from an existing
/// one: by default it is reported and not sent. A file that was renamed is renamed at the service,
/// unless sent files are [moved](AfterUpload::Move). Nothing is deleted at the service.
///
/// If the directory becomes unavailable, such as a share that is unmounted, the watcher waits for it.
/// Files that fail are tried again after 30 s, doubled up to 10 min, unless a retry would fail too.
///
/// ```no_run
/// use frameio::transfer::{Transfers, UploadTree, Watch, WatchReports};
///
/// # async fn run(transfers: Transfers, account: frameio::AccountId, folder: frameio::FolderId) -> Result<(), Box<dyn std::error::Error>> {
/// let tree = UploadTree::new(account, folder, "rushes").state(".uploads");
/// let reports = WatchReports::new().on_event(|event| println!("{event}"));
/// let watch = Watch::new(tree).template("{date}".parse()?).reports(reports);
/// transfers.watch(watch).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a watcher does nothing until it is passed to `Transfers::watch`"]
pub struct Watch {
    tree: UploadTree,
    template: Option<FolderTemplate>,
    settle: Option<Duration>,
    poll: Option<Duration>,
    notifications: bool,
    once: bool,
    actions: Actions,
    reports: WatchReports,
}

impl Watch {
    /// Watches the directory of `tree`.
    pub fn new(tree: UploadTree) -> Self {
        Self {
            tree,
            template: None,
            settle: None,
            poll: None,
            notifications: true,
            once: false,
            actions: Actions::default(),
            reports: WatchReports::new(),
        }
    }

    /// Uploads each file to a folder below that of the [`UploadTree`], which is created if necessary.
    pub fn template(mut self, template: FolderTemplate) -> Self {
        self.template = Some(template);
        self
    }

    /// Sets the time without changes after which a file is complete. Default: 10 s, or 60 s on a network
    /// share.
    ///
    /// Programs on other machines may write to a share in bursts, and not every system reports a network
    /// share as such.
    pub fn settle(mut self, time: Duration) -> Self {
        self.settle = Some(time);
        self
    }

    /// Sets the interval between two looks at the whole directory, at least 1 s. Default: 30 s, or 10 s
    /// without notifications and on a network share.
    ///
    /// Looking at the directory takes at most about a tenth of the time, so the interval is longer for
    /// very large directories.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll = Some(interval.max(Duration::from_secs(1)));
        self
    }

    /// Sets whether changes are found by notifications of the system, in addition to polling. Default:
    /// yes.
    pub fn notifications(mut self, notifications: bool) -> Self {
        self.notifications = notifications;
        self
    }

    /// Ends when no file is incomplete or waits for its upload. Failed files are not tried again.
    /// Default: no.
    pub fn once(mut self, once: bool) -> Self {
        self.once = once;
        self
    }

    /// Sets what to do with a local file after its upload. Default: [`AfterUpload::Keep`].
    ///
    /// [`AfterUpload::Move`] also moves files that earlier runs have uploaded. A file that changed after
    /// its upload started is not moved.
    pub fn after(mut self, after: AfterUpload) -> Self {
        self.actions.after = after;
        self
    }

    /// Calls `on_sent` for each file that was uploaded, one file at a time, and before the file is moved.
    ///
    /// It is not called for files that existed at the service. If the watcher is killed before
    /// the callback has returned, the next run calls it again. A file whose callback fails is not
    /// moved; the next run calls the callback again.
    pub fn on_sent<F>(mut self, on_sent: impl Fn(SentFile) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.actions.on_sent = Some(Arc::new(move |file| Box::pin(on_sent(file))));
        self
    }

    /// Sets the callbacks of the watcher. [`UploadTree::on_item`] is called for files.
    pub fn reports(mut self, reports: WatchReports) -> Self {
        self.reports = reports;
        self
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("tree", &self.tree)
            .field("template", &self.template)
            .field("settle", &self.settle)
            .field("poll", &self.poll)
            .field("notifications", &self.notifications)
            .field("once", &self.once)
            .field("actions", &self.actions)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Uploads files as they appear in a directory. Returns only after a [single](Watch::once) pass or an
    /// error.
    ///
    /// Dropping the future stops the watcher. Incomplete uploads are resumed by the next one.
    ///
    /// # Errors
    ///
    /// Fails if the tree has no state, has several roots, deletes files or is a dry run, if the state is in
    /// use by another run, or if the remote folder cannot be listed at the start. A [single](Watch::once)
    /// pass also fails if the directory is unavailable.
    pub fn watch(
        &self,
        watch: Watch,
    ) -> impl Future<Output = Result<WatchStatus, TransferError>> + Send + use<> {
        let transfers = self.clone();
        async move {
            let stop = &transfers.inner.stop;
            stop.until(Box::pin(driver::run(transfers.clone(), watch))).await?
        }
    }
}
