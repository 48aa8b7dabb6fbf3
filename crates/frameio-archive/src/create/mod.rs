//! Writing of an archive.

mod comments;
mod finish;
mod items;
mod media;
mod project;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use frameio_api::projects::{ProjectInclude, ShowProject};
use frameio_client::{Client, Error};
use frameio_core::{AccountId, FileId, ProjectId};
use frameio_transfer::Transfers;
use jiff::Timestamp;

use crate::directory::Directory;
use crate::error::{ArchiveError, ArchiveErrorKind};
use crate::layout::{
    Counts, FORMAT, Head, LAYOUT_VERSION, Missing, PROJECT, ProjectFile, SUMMARY, SummaryFile,
};
use crate::tasks::blocking;
use crate::{TOOL, complete, scrub};

/// An archive to write, for [`Archiver::create`](crate::Archiver::create).
///
/// | setting | default |
/// |---|---|
/// | concurrent files | 4 |
/// | files of which comments are read concurrently | 4 |
/// | completes without files that fail | no |
///
/// The archive is a state of the project: the items are listed once, and a run that follows an
/// interrupted one saves the files of that list.
#[derive(Clone)]
#[must_use = "an archive is written by `Archiver::create`"]
pub struct CreateArchive {
    account: AccountId,
    project: ProjectId,
    directory: PathBuf,
    files_in_flight: usize,
    comments_in_flight: usize,
    allow_missing: bool,
    on_event: Option<OnEvent>,
}

type OnEvent = Arc<dyn Fn(CreateEvent<'_>) + Send + Sync>;

/// Step of a run that writes an archive.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum CreateEvent<'a> {
    /// The items of the project were listed, in this or an earlier run.
    Listed {
        /// Number of files.
        files: u64,
    },
    /// The original of a file was saved.
    FileSaved {
        /// Path in the archive.
        path: &'a str,
        /// Size in bytes.
        size: u64,
        /// Whether an earlier run has saved it.
        is_earlier: bool,
    },
    /// The comments of a file were saved.
    CommentsSaved {
        /// Number of comments, without replies.
        comments: u64,
    },
    /// Something cannot be saved.
    Missing(&'a Missing),
}

/// Result of a run that writes an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Created {
    /// Numbers of what the archive contains.
    pub counts: Counts,
    /// What the archive does not contain.
    pub missing: Vec<Missing>,
    /// Whether the archive has its hash list. If not, run again: files that failed are tried again.
    pub is_complete: bool,
    /// Whether an earlier run has completed the archive, so that this one changed nothing.
    pub was_complete: bool,
}

impl CreateArchive {
    /// Saves a project to `directory`, which is missing or empty, or has an incomplete archive of the
    /// project.
    pub fn new(
        account: impl Into<AccountId>,
        project: impl Into<ProjectId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self {
            account: account.into(),
            project: project.into(),
            directory: directory.into(),
            files_in_flight: 4,
            comments_in_flight: 4,
            allow_missing: false,
            on_event: None,
        }
    }

    /// Limits the number of files that are downloaded concurrently, at least 1. Default: 4.
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Limits the number of files whose comments are read concurrently, at least 1. Default: 4.
    pub fn comments_in_flight(mut self, files: usize) -> Self {
        self.comments_in_flight = files.max(1);
        self
    }

    /// Completes the archive even if files or comments failed; the summary lists them. Default: no.
    pub fn allow_missing(mut self, allow: bool) -> Self {
        self.allow_missing = allow;
        self
    }

    /// Calls `on_event` for each step.
    pub fn on_event(mut self, on_event: impl Fn(CreateEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(on_event));
        self
    }
}

impl fmt::Debug for CreateArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateArchive")
            .field("account", &self.account)
            .field("project", &self.project)
            .field("directory", &self.directory)
            .field("files_in_flight", &self.files_in_flight)
            .field("comments_in_flight", &self.comments_in_flight)
            .field("allow_missing", &self.allow_missing)
            .finish_non_exhaustive()
    }
}

/// A run that writes an archive.
struct Run {
    client: Client,
    transfers: Transfers,
    settings: CreateArchive,
    directory: Arc<Directory>,
    missing: Mutex<Vec<Missing>>,
}

pub(crate) async fn run(
    client: Client,
    transfers: Transfers,
    settings: CreateArchive,
) -> Result<Created, ArchiveError> {
    let show =
        ShowProject::new(&settings.account, &settings.project).include(ProjectInclude::Owner);
    let mut project = client.send(show).await.map_err(ArchiveError::call)?;
    scrub::project(&mut project);
    let head = Head {
        format: FORMAT.to_owned(),
        version: LAYOUT_VERSION,
        tool: TOOL.to_owned(),
        created_at: Timestamp::now(),
        account_id: settings.account.clone(),
        project_id: settings.project.clone(),
        project_name: project.name.clone(),
    };
    let root = settings.directory.clone();
    let opened = blocking(move || {
        let (directory, _) = Directory::open_or_create(&root, &head)?;
        let summary: Option<SummaryFile> = match complete::is_complete(&directory)? {
            true => Some(directory.read_json(SUMMARY)?),
            false => None,
        };
        Ok((directory, summary))
    });
    let (directory, complete) = opened.await?;
    if let Some(SummaryFile { counts, missing }) = complete {
        return Ok(Created { counts, missing, is_complete: true, was_complete: true });
    }
    let project = ProjectFile { account_id: settings.account.clone(), project };
    let directory = Arc::new(directory);
    let run = Run { client, transfers, settings, directory, missing: Mutex::default() };
    run.all(project).await
}

impl Run {
    async fn all(self, project: ProjectFile) -> Result<Created, ArchiveError> {
        self.write(PROJECT, project).await?;
        self.project_data().await?;
        self.list().await?;
        // Downloads and comments wait for different quotas.
        let both = futures_util::future::try_join(self.media(), self.comments());
        Box::pin(both).await?;
        self.finish().await
    }

    /// Replaces a JSON file.
    async fn write<T: serde::Serialize + Send + 'static>(
        &self,
        path: &'static str,
        value: T,
    ) -> Result<(), ArchiveError> {
        let directory = self.directory.clone();
        blocking(move || directory.write_json(path, &value)).await
    }

    fn event(&self, event: CreateEvent<'_>) {
        if let Some(on_event) = &self.settings.on_event {
            on_event(event);
        }
    }

    fn missing(&self, missing: Missing) {
        self.event(CreateEvent::Missing(&missing));
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).push(missing);
    }

    /// Notes content that cannot be saved. Fails if no further content can be saved either.
    fn failed(
        &self,
        path: &[String],
        id: &FileId,
        error: ArchiveError,
    ) -> Result<(), ArchiveError> {
        let is_fatal = match (error.kind(), error.api()) {
            (ArchiveErrorKind::Service, Some(api)) => is_fatal(api),
            (ArchiveErrorKind::Service, None) => false,
            _ => true,
        };
        if is_fatal {
            return Err(error);
        }
        self.missing(Missing {
            what: display(path),
            id: Some(id.as_str().to_owned()),
            reason: error.to_string(),
            is_failure: true,
        });
        Ok(())
    }
}

/// Returns whether other calls would fail in the same way.
fn is_fatal(error: &Error) -> bool {
    error.status().is_some_and(|status| status.as_u16() == 401)
        || error.kind() == frameio_client::ErrorKind::Auth
}

/// Formats names as a path of the project.
fn display(names: &[String]) -> String {
    frameio_transfer::RemotePath::new(names).to_string()
}
