//! Downloads of files and their renditions.

mod byte_ranges;
pub(crate) mod disk;
mod driver;
mod extension;
#[cfg(test)]
mod full_disk_tests;
mod link;
mod parallel;
mod partial_file;
mod range_client;
mod reader;
mod receive_part;
pub(crate) mod tree;
mod writer;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::{AccountId, FileId};

pub use self::link::Rendition;
use self::link::{KnownLink, MediaRef};
pub use self::reader::{Open, Reader};
pub use self::tree::DownloadTree;
use crate::existing::Existing;
use crate::progress::Report;
use crate::{Checksum, Digest, Progress, TransferError, Transfers};

/// Default size of a part, in bytes.
const PART_SIZE: u64 = 16 << 20;

/// Maximum size of a part, in bytes.
const MAX_PART_SIZE: u64 = 1 << 40;

/// A download of a file to a path; run by [`Transfers::download`].
///
/// | setting | default |
/// |---|---|
/// | content | the original |
/// | parts in flight | 4 |
/// | part size | 16 MiB |
/// | checksum | none |
/// | where the target exists | fail |
/// | maximum size | none; where the size is not announced 16 GiB, or twice the size of the original |
///
/// Received bytes are kept next to the target in `NAME.part` until all have arrived;
/// `NAME.part.json` records which have, and holds nothing secret. The same download run again
/// resumes from there if the file at the service still has the same size, entity tag and time, and
/// starts over if not. This also works after the process was killed or the machine lost power:
/// bytes count only once they are on the disk.
///
/// A `.part` file that is a symbolic or hard link, or that has no record, belongs to somebody else:
/// the download fails, and leaves it alone.
///
/// Memory stays under about 4 MiB for each part in flight, whatever the size.
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
#[must_use = "a download does nothing until it is given to `Transfers::download`"]
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
}

impl Download {
    /// Creates a download of the original to `path`, which names the file and not its directory.
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
        }
    }

    /// Sets the rendition to download. Default: the original.
    ///
    /// Give each rendition a path of its own: one of the original, with a policy that replaces
    /// files, would be replaced.
    pub fn rendition(mut self, rendition: Rendition) -> Self {
        self.source.rendition = rendition;
        self
    }

    /// Appends the extension of the content to the path, as the storage announces it.
    /// [`Downloaded::path`] is the result. Default: no.
    pub fn add_extension(mut self, add: bool) -> Self {
        self.adds_extension = add;
        self
    }

    /// Sets how many parts are received at a time, within the limit of the [`Transfers`]. At least
    /// one. Default: 4.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.max(1);
        self
    }

    /// Sets how many bytes are requested at a time, 1 byte to 1 TiB. Default: 16 MiB.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = bytes.clamp(1, MAX_PART_SIZE);
        self
    }

    /// Fails where the content is larger. Default: no limit, but for content whose size neither the
    /// service nor the storage announces: 16 GiB, or twice the size of the original if that is more.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Computes a checksum while the content is received. Default: none.
    ///
    /// The bytes are read back from the disk's cache; a resumed download also reads those that an
    /// earlier run has received.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// Sets what to do where the target exists. Default: [`Existing::Refuse`].
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Reports the progress, at most ten times a second. The callback runs in the middle of the
    /// transfer and should be quick; [`Progress::channel`] turns it into a stream.
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
    /// Path of the file.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// Bytes received in this run: less than the size where a download was resumed.
    pub received: u64,
    /// Checksum, if one was asked for and the file was not skipped.
    pub digest: Option<Digest>,
    /// Whether the file existed with the same size and was kept.
    pub skipped: bool,
}

impl Transfers {
    /// Downloads a file, or resumes where an earlier attempt ended.
    ///
    /// The future owns what it needs. When it is dropped, received bytes are kept for the next
    /// time, and no task is left running.
    ///
    /// # Errors
    /// When the file or its link is unavailable, the target [exists](Existing), the storage fails
    /// on every attempt, the content is not what was promised, or it cannot be written. Received
    /// bytes are kept.
    pub fn download(
        &self,
        download: Download,
    ) -> impl Future<Output = Result<Downloaded, TransferError>> + Send + use<> {
        driver::run(self.inner.clone(), download)
    }
}
