//! Re-creation of an archived project.

mod comments;
mod files;
mod folders;
mod metadata;
mod project;
mod report;
mod shares;
mod stacks;
mod state;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use frameio_api::projects::Project;
use frameio_client::{Client, Error};
use frameio_core::{AccountId, FolderId, ProjectId, WorkspaceId};
use frameio_transfer::Transfers;

use self::report::Report;
pub use self::report::{NotRestored, Restored};
use self::state::{Kind, State};
use crate::complete::is_complete;
use crate::directory::Directory;
use crate::error::{ArchiveError, ArchiveErrorKind};
use crate::layout::{ITEMS, Item, PROJECT, ProjectFile};
use crate::lines::Batches;
use crate::tasks::blocking;

/// A restoration of an archive into a new project, for [`Archiver::restore`](crate::Archiver::restore).
///
/// | setting | default |
/// |---|---|
/// | concurrent files | 4 |
/// | shares | restored, without reviewers and without mail |
#[derive(Clone)]
#[must_use = "an archive is restored by `Archiver::restore`"]
pub struct RestoreArchive {
    directory: PathBuf,
    account: AccountId,
    workspace: WorkspaceId,
    name: String,
    files_in_flight: usize,
    shares: bool,
    on_event: Option<OnEvent>,
}

type OnEvent = Arc<dyn Fn(RestoreEvent<'_>) + Send + Sync>;

/// Step of a restoration.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum RestoreEvent<'a> {
    /// A file was uploaded, in this or an earlier run.
    FileRestored {
        /// Path in the archive.
        path: &'a str,
        /// Size in bytes.
        size: u64,
        /// Whether an earlier run has uploaded it.
        is_earlier: bool,
    },
    /// A comment was created.
    CommentRestored,
    /// Something failed, or cannot be created by the API.
    NotRestored(&'a NotRestored),
}

impl RestoreArchive {
    /// Restores the archive in `directory` to a new project `name` in a workspace.
    pub fn new(
        directory: impl Into<PathBuf>,
        account: impl Into<AccountId>,
        workspace: impl Into<WorkspaceId>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            directory: directory.into(),
            account: account.into(),
            workspace: workspace.into(),
            name: name.into(),
            files_in_flight: 4,
            shares: true,
            on_event: None,
        }
    }

    /// Limits the number of files that are uploaded concurrently, at least 1. Default: 4.
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Sets whether shares are restored. Default: yes.
    ///
    /// A public share has a new link, which opens it for everyone who knows it.
    pub fn shares(mut self, shares: bool) -> Self {
        self.shares = shares;
        self
    }

    /// Calls `on_event` for each step.
    pub fn on_event(mut self, on_event: impl Fn(RestoreEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(on_event));
        self
    }
}

impl fmt::Debug for RestoreArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestoreArchive")
            .field("directory", &self.directory)
            .field("account", &self.account)
            .field("workspace", &self.workspace)
            .field("name", &self.name)
            .field("files_in_flight", &self.files_in_flight)
            .field("shares", &self.shares)
            .finish_non_exhaustive()
    }
}

/// A run that restores an archive.
struct Run {
    client: Client,
    transfers: Transfers,
    settings: RestoreArchive,
    directory: Arc<Directory>,
    state: State,
    report: Report,
    /// Account of the archive.
    source: AccountId,
    /// The project of the archive, and the new one.
    old: Project,
    project: ProjectId,
    root: FolderId,
}

pub(crate) async fn run(
    client: Client,
    transfers: Transfers,
    settings: RestoreArchive,
) -> Result<Restored, ArchiveError> {
    let root = settings.directory.clone();
    let (directory, ProjectFile { account_id, project: old }) = blocking(move || {
        let (directory, _) = Directory::open_locked(&root)?;
        if !is_complete(&directory)? {
            let message = format!("the archive '{}' is incomplete", root.display());
            return Err(ArchiveError::new(ArchiveErrorKind::Damaged, message));
        }
        let project = directory.read_json(PROJECT)?;
        Ok((Arc::new(directory), project))
    })
    .await?;
    let (workspace, name) = (settings.workspace.as_str(), settings.name.as_str());
    let state = State::open(&directory, &[settings.account.as_str(), workspace, name]).await?;
    let new = project::create(&client, &settings, &old, &state).await?;
    let report = Report::new(settings.on_event.clone());
    let run = Run {
        client,
        transfers,
        settings,
        directory,
        state,
        report,
        source: account_id,
        old,
        project: new.id,
        root: new.root_folder_id,
    };
    run.all().await
}

impl Run {
    async fn all(self) -> Result<Restored, ArchiveError> {
        self.folders().await?;
        Box::pin(self.files()).await?;
        Box::pin(self.stacks()).await?;
        Box::pin(self.comments()).await?;
        Box::pin(self.metadata()).await?;
        if self.settings.shares {
            Box::pin(self.shares()).await?;
        }
        self.members().await?;
        Ok(self.report.finish(&self.project))
    }

    async fn items(&self) -> Result<Batches<Item>, ArchiveError> {
        Batches::open(self.directory.at(ITEMS)).await
    }

    /// Returns the new folder of an item; `None` if it could not be created.
    fn folder(&self, old: &FolderId) -> Option<FolderId> {
        if *old == self.old.root_folder_id {
            return Some(self.root.clone());
        }
        self.state.created(Kind::Folder, old.as_str()).map(FolderId::from)
    }

    /// Notes an item that failed. Fails if further calls would fail too.
    fn failed(&self, what: &str, error: ArchiveError) -> Result<(), ArchiveError> {
        let is_fatal = match (error.kind(), error.api()) {
            (ArchiveErrorKind::Service, Some(api)) => is_fatal(api),
            (ArchiveErrorKind::Service | ArchiveErrorKind::Damaged, _) => false,
            _ => true,
        };
        if is_fatal {
            return Err(error);
        }
        self.report.failed(what, error.to_string());
        Ok(())
    }
}

/// Returns whether other calls would fail in the same way.
fn is_fatal(error: &Error) -> bool {
    error.status().is_some_and(|status| status.as_u16() == 401)
        || error.kind() == frameio_client::ErrorKind::Auth
}
