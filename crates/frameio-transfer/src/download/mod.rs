//! Downloads.

mod byte_ranges;
pub(crate) mod disk;
mod driver;
mod extension;
#[cfg(test)]
mod full_disk_tests;
mod link;
mod parallel;
pub(crate) mod partial_file;
mod range_client;
mod reader;
mod receive_part;
pub(crate) mod same_content;
pub(crate) mod tree;
mod writer;

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use frameio_core::{AccountId, FileId};

pub use self::link::Rendition;
use self::link::{KnownLink, MediaRef};
pub use self::reader::{Open, Reader};
pub use self::tree::DownloadTree;
use crate::existing::Existing;
use crate::progress::Report;
use crate::sync_state::stamp::Stamp;
use crate::{Checksum, Digest, Progress, TransferError, Transfers};

/// Default size of a part, in bytes.
const PART_SIZE: u64 = 16 << 20;

/// Maximum size of a part, in bytes.
const MAX_PART_SIZE: u64 = 1 << 40;

/// A download of a file to a path, for [`Transfers::download`].
///
/// | setting | default |
/// |---|---|
/// | content | original |
/// | concurrent parts | 4 |
/// | part size | 16 MiB |
/// | checksum | none |
/// | existing target | fail |
/// | maximum size | none; for content of unknown size, 16 GiB or twice the size of the original |
///
/// The modification time of the downloaded file is the time of its upload, in whole seconds.
///
/// Received bytes are stored next to the target in `NAME.part` until the download is complete. The
/// record `NAME.part.json` lists the received ranges and contains no secrets. Running the same download
/// again resumes it if the remote file still has the same size, entity tag and modification time, and
/// otherwise restarts it. This also works after a kill or a power failure, because the record lists
/// only synced bytes.
///
/// If the `.part` file is a symbolic or hard link, or has no record, it does not belong to a download:
/// the download fails and does not touch the file.
///
/// A download uses at most about 4 MiB of memory for each concurrent part, regardless of the file size.
///
/// ```no_run
/// use frameio::transfer::{Checksum, Download, Transfers};
///
/// # async fn run(client: frameio::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let transfers = Transfers::new(client);
/// let download = Download::new("account", "file", "sea.mov").checksum(Checksum::Xxh3);
/// let done = transfers.download(download).await?;
/// println!("{}: {} bytes, {:?}", done.path.display(), done.size, done.digest);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a download does nothing until it is passed to `Transfers::download`"]
pub struct Download {
    source: MediaRef,
    path: PathBuf,
    parts_in_flight: usize,
    part_size: u64,
    max_size: Option<u64>,
    checksum: Option<Checksum>,
    existing: Existing,
    adds_extension: bool,
    report: Option<Report>,
    known: Option<KnownLink>,
    before_rename: Option<BeforeRename>,
}

/// Callback before the complete file is moved to its target, with the target, the checksum and the stamp. An
/// error keeps the target.
pub(crate) type BeforeRename = Arc<
    dyn Fn(
            &Path,
            Option<Digest>,
            Option<Stamp>,
        ) -> Pin<Box<dyn Future<Output = Result<(), TransferError>> + Send>>
        + Send
        + Sync,
>;

impl Download {
    /// Creates a download of the original to `path`, which includes the file name.
    pub fn new(
        account: impl Into<AccountId>,
        file: impl Into<FileId>,
        path: impl Into<PathBuf>,
    ) -> Self {
        Self {
            source: MediaRef::new(account.into(), file.into()),
            path: path.into(),
            parts_in_flight: 4,
            part_size: PART_SIZE,
            max_size: None,
            checksum: None,
            existing: Existing::default(),
            adds_extension: false,
            report: None,
            known: None,
            before_rename: None,
        }
    }

    /// Sets the rendition to download. Default: the original.
    ///
    /// Use a different path for each rendition. Otherwise a policy that replaces files would replace
    /// one rendition by another.
    pub fn rendition(mut self, rendition: Rendition) -> Self {
        self.source.rendition = rendition;
        self
    }

    /// Appends the extension of the content to the path, as reported by the storage. The result is
    /// [`Downloaded::path`]. Default: no.
    pub fn add_extension(mut self, add: bool) -> Self {
        self.adds_extension = add;
        self
    }

    /// Limits the number of concurrent parts, within the limit of all transfers. At least 1.
    /// Default: 4.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.max(1);
        self
    }

    /// Sets the size of a part in bytes, from 1 byte to 1 TiB. Default: 16 MiB.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = bytes.clamp(1, MAX_PART_SIZE);
        self
    }

    /// Limits the size of the content in bytes. Default: no limit, except for content whose size
    /// neither the service nor the storage reports: 16 GiB, or twice the size of the original if that
    /// is more.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Computes a checksum during the download. Default: none.
    ///
    /// The bytes are read back from the file, usually from the disk cache. A resumed download also
    /// reads the bytes of earlier runs.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// Sets the policy for an existing target. Default: [`Existing::Refuse`].
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Calls `report` with the progress, at most ten times per second.
    ///
    /// The callback must not block. [`Progress::channel`] provides a stream instead.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.report = Some(Arc::new(report));
        self
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("source", &self.source)
            .field("path", &self.path)
            .field("parts_in_flight", &self.parts_in_flight)
            .field("part_size", &self.part_size)
            .field("checksum", &self.checksum)
            .field("existing", &self.existing)
            .finish_non_exhaustive()
    }
}

/// Result of a download.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// Path of the downloaded file, including an added extension.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// Number of bytes received in this run, which is less than the size of a resumed download.
    pub received: u64,
    /// Checksum, if the download was configured to compute one and the file was not skipped.
    pub digest: Option<Digest>,
    /// Whether a file of the same size already existed and was kept.
    pub skipped: bool,
}

impl Transfers {
    /// Downloads a file, or resumes an earlier download.
    ///
    /// The future is `'static`. Dropping it stops all tasks. The next run resumes at the last record, which is
    /// written every 5 seconds or more often, and by [`stop`](Self::stop).
    ///
    /// # Errors
    ///
    /// Fails if the file or its link is unavailable, the target [exists](Existing), the storage fails
    /// on every attempt, or the content has the wrong size or cannot be written. Received bytes are
    /// kept.
    pub fn download(
        &self,
        download: Download,
    ) -> impl Future<Output = Result<Downloaded, TransferError>> + Send + use<> {
        driver::run(self.inner.clone(), download)
    }
}
