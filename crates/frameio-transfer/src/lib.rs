//! Files of any size, in and out.

mod attempt_error;
mod checksums;
mod digest;
mod download;
pub(crate) mod error;
mod existing;
mod local_file;
mod match_name;
mod path;
mod poll;
mod progress;
mod resolve;
pub(crate) mod retry;
mod safe_name;
pub(crate) mod signed_http;
mod summary;
mod tasks;
mod upload;
mod walk;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_api::files::{File, ShowFile};
use frameio_core::{AccountId, FileId, is_loopback};
use frameio_tower::{Backoff, Transport};
use tokio::sync::Semaphore;

pub use self::digest::{Checksum, Digest};
use self::download::disk::{Disk, SystemDisk};
pub use self::download::{Download, DownloadTree, Downloaded, Open, Reader, Rendition};
pub use self::error::{TransferError, TransferErrorKind};
pub use self::existing::Existing;
pub use self::path::{Locator, RemotePath};
use self::poll::Poller;
pub use self::poll::WaitFor;
pub use self::progress::{Progress, ProgressStream};
pub use self::resolve::{Resolved, ResolvedItem};
use self::retry::Retries;
pub use self::safe_name::{SafeNames, safe_name};
use self::signed_http::Storage;
pub use self::summary::{Ignored, Item, Outcome, Summary};
use self::upload::buffers::Buffers;
pub use self::upload::{Attached, RemoteUpload, Upload, UploadTree, Uploaded};
pub use self::walk::{Entry, Walk, WalkError};
use frameio_client::Client;
use frameio_tower::HttpService;
use frameio_transport::HyperTransport;

/// Sends files to Frame.io and fetches them.
///
/// It is a handle: clones are cheap, and share the connections to the storage and the limit of
/// parts that are under way at a time.
#[derive(Clone)]
pub struct Transfers {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) client: Client,
    pub(crate) storage: Storage,
    pub(crate) retries: Retries,
    /// Bytes a second below which a download is given up.
    pub(crate) min_rate: u64,
    pub(crate) disk: Arc<dyn Disk>,
    /// One for each part that may be under way, in all transfers together.
    pub(crate) parts: Arc<Semaphore>,
    pub(crate) buffers: Buffers,
    pub(crate) poller: Poller,
}

impl Inner {
    /// A file as it is now.
    pub(crate) async fn show(
        &self,
        (account_id, file_id): (&AccountId, &FileId),
    ) -> Result<File, TransferError> {
        let show = ShowFile::new(account_id, file_id);
        self.client.send(show).await.map_err(TransferError::call)
    }
}

impl Transfers {
    /// Transfers by the calls of `client`, with the defaults of [`TransfersBuilder`].
    pub fn new(client: Client) -> Self {
        Self::builder(client).build()
    }

    /// The settings of transfers, at their defaults.
    pub fn builder(client: Client) -> TransfersBuilder {
        TransfersBuilder {
            client,
            storage: None,
            allow_loopback: None,
            stall_timeout: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(6 * 3600),
            retries: Retries::default(),
            parts_in_flight: 32,
            poll_interval: Duration::from_millis(500),
            min_rate: 100,
            disk: Arc::new(SystemDisk),
        }
    }
}

impl fmt::Debug for Transfers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfers")
            .field("storage", &self.inner.storage)
            .field("retries", &self.inner.retries)
            .field("parts", &self.inner.parts)
            .finish_non_exhaustive()
    }
}

/// The settings of [`Transfers`].
///
/// | setting | default |
/// |---|---|
/// | parts under way at a time, in all transfers together | 32 |
/// | attempts at a part after the first | 10 |
/// | wait between attempts | 1 s, doubled up to 60 s, with full jitter |
/// | an attempt is given up when nothing moves for | 60 s |
/// | an attempt is given up after | 6 h |
/// | minimum rate of a download, averaged over 5 min of waiting | 100 bytes a second |
/// | wait between two questions for the state of a file | 500 ms, growing by half up to 15 s |
/// | transport to the storage | a separate [`HyperTransport`] |
/// | signed URLs that point to this machine | refused, unless the API is on this machine |
#[derive(Clone, Debug)]
#[must_use]
pub struct TransfersBuilder {
    client: Client,
    storage: Option<HttpService>,
    allow_loopback: Option<bool>,
    stall_timeout: Duration,
    attempt_timeout: Duration,
    retries: Retries,
    parts_in_flight: usize,
    poll_interval: Duration,
    min_rate: u64,
    disk: Arc<dyn Disk>,
}

impl TransfersBuilder {
    /// Sends requests to signed URLs through another service: a [`HyperTransport`] with other
    /// settings, a stack around one, or a simulator.
    ///
    /// It must not add a token.
    pub fn storage(mut self, service: impl Transport) -> Self {
        self.storage = Some(HttpService::new(service));
        self
    }

    /// Allows signed URLs that point to this machine. Default: only if the API of the client does.
    ///
    /// A client over a [custom service](Client::from_service) has no known address, so a test with a
    /// mock and a storage on this machine has to allow it.
    pub fn allow_loopback(mut self, allow: bool) -> Self {
        self.allow_loopback = Some(allow);
        self
    }

    /// Limits the parts that are under way at a time, in all transfers together, and so memory and
    /// connections. At least one. Default: 32.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Attempts a part so many times more after the first attempt failed. Default: 10.
    ///
    /// Refusals are final: an expired URL, a wrong media type.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retries.most = retries;
        self
    }

    /// Waits between attempts as `backoff` says, with full jitter. Default: 1 s to 60 s.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.retries.backoff = backoff;
        self
    }

    /// Gives an attempt up when nothing has moved for so long, the answer included; it may take up
    /// to twice as long to be found out. Default: 60 s.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall_timeout = timeout;
        self
    }

    /// Gives an attempt up after so long, however it goes. Default: 6 h.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Asks for the state of a file for the second time after so long, and then less and less often,
    /// down to every 15 s. Default: 500 ms.
    ///
    /// All transfers together have no more than four calls of each operation under way for it, which
    /// wait for their quota like any other. The first question waits a little too, up to 2 s, where
    /// the files before were not complete at once.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Gives an attempt to receive bytes up that gets less than so many a second, averaged over each
    /// five minutes of waiting for them. 0 turns it off. Default: 100.
    pub fn min_download_rate(mut self, bytes_per_second: u64) -> Self {
        self.min_rate = bytes_per_second;
        self
    }

    /// Writes received bytes to another disk, which a test has fail.
    #[cfg(test)]
    pub(crate) fn disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    /// Makes the transfers. Needs no runtime and opens no connection.
    pub fn build(self) -> Transfers {
        let is_local = |url: &http::Uri| url.host().is_some_and(is_loopback);
        let allow_loopback = self.allow_loopback;
        let allow_loopback =
            allow_loopback.unwrap_or_else(|| self.client.base_url().is_some_and(is_local));
        let http =
            self.storage.unwrap_or_else(|| HttpService::new(HyperTransport::builder().build()));
        Transfers {
            inner: Arc::new(Inner {
                client: self.client,
                storage: Storage {
                    http,
                    allow_loopback,
                    stall_timeout: self.stall_timeout,
                    attempt_timeout: self.attempt_timeout,
                },
                retries: self.retries,
                min_rate: self.min_rate,
                disk: self.disk,
                parts: Arc::new(Semaphore::new(self.parts_in_flight)),
                buffers: Buffers::default(),
                poller: Poller::new(self.poll_interval),
            }),
        }
    }
}
