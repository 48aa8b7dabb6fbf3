//! Archives of Frame.io projects: the originals of all versions, comments, metadata, shares and members in a
//! directory that needs neither the service nor this crate.
//!
//! [`Archiver::create`] saves a project, and continues a run that was interrupted. [`Archiver::verify`]
//! compares an archive with its media hash list (MHL) and its layout, and [`Archiver::restore`] re-creates it in a
//! new project. `docs/archive.md` of the repository
//! describes the files of an archive, and what the service does not allow to save.
//!
//! ```no_run
//! use frameio_archive::{Archiver, CreateArchive};
//! use frameio_client::Client;
//! use frameio_transfer::Transfers;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new("token")?;
//! let archiver = Archiver::new(client.clone(), Transfers::new(client));
//! let created = archiver.create(CreateArchive::new("account", "project", "archive")).await?;
//! println!("{} files, {} bytes", created.counts.files, created.counts.bytes);
//! let verified = Archiver::verify("archive").await?;
//! assert!(verified.is_intact());
//! # Ok(())
//! # }
//! ```
//!
//! # Memory
//!
//! Originals are downloaded in parts, and JSON is written and read line by line. Memory grows only with the
//! number of files, by some hundred bytes for each: their checksums, the names in a folder, and the hash list.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod complete;
mod create;
mod directory;
mod error;
mod layout;
mod lines;
mod page;
mod restore;
mod scrub;
mod tasks;
mod verify;

use std::path::PathBuf;

use frameio_client::Client;
use frameio_transfer::Transfers;

pub use self::create::{CreateArchive, CreateEvent, Created};
pub use self::error::{ArchiveError, ArchiveErrorKind};
pub use self::layout::{Counts, LAYOUT_VERSION, Missing};
pub use self::restore::{NotRestored, RestoreArchive, RestoreEvent, Restored};
pub use self::verify::{Finding, FindingKind, Verified};

/// Name and version of the program, in the head of an archive.
const TOOL: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// Writes, verifies and restores archives.
#[derive(Clone, Debug)]
pub struct Archiver {
    client: Client,
    transfers: Transfers,
}

impl Archiver {
    /// Creates an archiver. `transfers` are those of the client.
    pub const fn new(client: Client, transfers: Transfers) -> Self {
        Self { client, transfers }
    }

    /// Writes an archive, or continues one that an earlier run did not complete.
    ///
    /// A file that fails does not stop the others: the archive then stays incomplete, and the next run tries
    /// the file again. Dropping the future keeps everything that was saved.
    ///
    /// # Errors
    ///
    /// Fails if the directory is neither empty nor an archive of the project, is in use or cannot be written,
    /// or if the project, its folders or its members cannot be read.
    pub fn create(
        &self,
        archive: CreateArchive,
    ) -> impl Future<Output = Result<Created, ArchiveError>> + Send + use<> {
        let (client, transfers) = (self.client.clone(), self.transfers.clone());
        async move { Box::pin(create::run(client, transfers, archive)).await }
    }

    /// Restores an archive into a new project, or continues an earlier run with the same destination.
    ///
    /// Folders, files, version stacks, comments, values of metadata fields and shares are created;
    /// [`Restored::not_restored`] lists what is not. Use a client with a conservative
    /// retry policy, which does not repeat a call that may have created something. The state of the run is in the directory of the archive.
    ///
    /// # Errors
    ///
    /// Fails if the archive is incomplete, damaged or in use, if a project of the name exists that no
    /// earlier run created, or if the project cannot be created.
    pub fn restore(
        &self,
        archive: RestoreArchive,
    ) -> impl Future<Output = Result<Restored, ArchiveError>> + Send + use<> {
        let (client, transfers) = (self.client.clone(), self.transfers.clone());
        async move { Box::pin(restore::run(client, transfers, archive)).await }
    }

    /// Verifies an archive without the service: every file by its size and checksum, and the layout of the
    /// JSON files.
    ///
    /// # Errors
    ///
    /// Fails if the directory is not an archive of this version, or cannot be read.
    pub async fn verify(directory: impl Into<PathBuf>) -> Result<Verified, ArchiveError> {
        Box::pin(verify::run(directory.into())).await
    }
}
