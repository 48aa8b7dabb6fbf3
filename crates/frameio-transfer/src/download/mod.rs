//! Files and their renditions, received.

mod digest;
mod driver;
#[cfg(test)]
mod full_disk_tests;
mod link;
mod partial_file;
mod range_client;
mod reader;
mod receive;
pub(crate) mod tree;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::{AccountId, FileId};

pub(crate) use self::digest::Hasher;
pub use self::digest::{Checksum, Digest};
pub(crate) use self::link::MediaRef;
pub use self::link::Rendition;
pub use self::reader::{Open, Reader};
pub use self::tree::DownloadTree;
use super::progress::Report;
use super::{Progress, TransferError, Transfers};

/// What one part is unless told otherwise, in bytes.
const PART_SIZE: u64 = 16 << 20;

/// A file to be received into a path; done by [`Transfers::download`].
///
/// | setting | default |
/// |---|---|
/// | what is received | the original |
/// | parts under way at a time | 4 |
/// | part size | 16 MiB |
/// | checksum | none |
/// | where there is a file already | an error |
///
/// What comes is kept beside the target, in `NAME.part`, until all is there; `NAME.part.json` tells
/// which bytes are, and holds nothing secret. The same download done again goes on from there, if
/// the file at the service is still the same by its size, entity tag and time, and begins anew if
/// not. It does so too after the program was killed or the machine lost power: bytes count only
/// once they are on the disk.
///
/// Memory stays under about 4 MiB a part under way, whatever the size.
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
    pub(crate) source: MediaRef,
    pub(crate) path: PathBuf,
    pub(crate) parts_in_flight: usize,
    pub(crate) part_size: u64,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) existing: Existing,
    pub(crate) report: Option<Report>,
    /// A link that is known already, with the size of the original.
    pub(crate) known: Option<(frameio_core::SignedUrl, u64)>,
}

/// What is done where the target of a download exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Existing {
    /// It is an error, and the file stays.
    #[default]
    Refuse,
    /// It is replaced, once all has been received.
    Overwrite,
    /// It stays if it has the size of what would be received, and is replaced if not.
    SkipSame,
}

impl Download {
    /// Receives the original of a file into `path`, which names the file, not its folder.
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
            checksum: None,
            existing: Existing::default(),
            report: None,
            known: None,
        }
    }

    /// Receives a rendition, or the original. Default: the original.
    pub fn rendition(mut self, rendition: Rendition) -> Self {
        self.source.rendition = rendition;
        self
    }

    /// Receives so many parts at a time, within the limit of the [`Transfers`]. At least one.
    /// Default: 4.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.max(1);
        self
    }

    /// Asks for so many bytes at a time. At least one. Default: 16 MiB.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = bytes.max(1);
        self
    }

    /// Computes a checksum of what is received, while it is. Default: none.
    ///
    /// It is read back from the disk's cache right behind the parts; a resumed download reads what
    /// was there before too.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// Decides what is done where the target exists. Default: an error.
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Tells how far it is, at most ten times a second. It is called in the middle of the transfer
    /// and should not take long; [`Progress::channel`] makes a stream of it.
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

/// What was received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// Where it is.
    pub path: PathBuf,
    /// How large it is, in bytes.
    pub size: u64,
    /// How many bytes were received now: less than the size where a download was resumed, 0 where
    /// it was skipped.
    pub received: u64,
    /// Its checksum, if it was asked for and the file was not skipped.
    pub digest: Option<Digest>,
    /// Whether it was there already, and [`Existing::SkipSame`] kept it.
    pub skipped: bool,
}

impl Transfers {
    /// Receives a file, or goes on where an earlier attempt ended.
    ///
    /// The future owns all it needs. Dropped, it leaves what it has for the next time, and no task.
    ///
    /// # Errors
    /// When the file or its link cannot be had, the storage fails for good, what comes is not what
    /// was promised, or it cannot be written; what has been received is kept.
    pub fn download(
        &self,
        download: Download,
    ) -> impl Future<Output = Result<Downloaded, TransferError>> + Send + use<> {
        driver::run(self.inner.clone(), download)
    }
}
