//! Uploads and downloads of files of any size for the `frameio` SDK.
//!
//! [`Transfers`] uploads and downloads files and folder trees in parts: in parallel, with retries and
//! verification, with bounded memory, and resumable after an interruption.
//!
//! Most programs use it as `frameio::transfer`, with the feature `transfer`. Depend on this crate
//! directly in a library that takes a [`Client`] and does not want the features of the facade. The
//! feature `experimental` allows uploads to reorder the versions of a version stack.
//!
//! ```no_run
//! use frameio_client::Client;
//! use frameio_transfer::{Transfers, Upload};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let transfers = Transfers::new(Client::new("token")?);
//! let folder = transfers.resolve("/Studio/Film/Dailies".parse()?).await?;
//! let folder_id = folder.folder_id().ok_or("not a folder")?;
//! let upload = Upload::from_path(&folder.account_id, folder_id, "scene-4.mov");
//! println!("{}", transfers.upload(upload).await?.file.id);
//! # Ok(())
//! # }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod attempt_error;
mod backlog;
mod bandwidth;
mod checksums;
mod deletion;
mod digest;
mod directory_content;
mod download;
pub(crate) mod error;
mod existing;
mod file_system;
mod file_time;
mod filter;
mod hashing;
mod local_file;
mod lock_file;
mod match_name;
mod path;
mod poll;
mod positioned;
mod progress;
mod rename_new;
mod resolve;
mod resolved;
pub(crate) mod retry;
mod safe_name;
pub(crate) mod signed_http;
mod stop;
mod summary;
mod sync_state;
mod tasks;
mod tree_options;
mod upload;
mod versions;
mod walk;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_api::files::{File, ShowFile};
use frameio_core::{AccountId, FileId, is_loopback};
use frameio_tower::{Backoff, Transport};
use tokio::sync::Semaphore;

pub use self::backlog::{Order, Totals};
pub use self::bandwidth::Bandwidth;
pub use self::deletion::Deletion;
pub use self::digest::{Checksum, Digest};
use self::download::disk::{Disk, SystemDisk};
pub use self::download::{Download, DownloadTree, Downloaded, Open, Reader, Rendition};
pub use self::error::{TransferError, TransferErrorKind};
pub use self::existing::Existing;
pub use self::filter::{Age, ByteSize, FileMatcher, Filter};
pub use self::hashing::{HashedSide, Hashing};
pub use self::path::{Locator, RemotePath};
use self::poll::Poller;
pub use self::poll::WaitFor;
pub use self::progress::{Progress, ProgressStream};
pub use self::resolve::PlaceLookup;
pub use self::resolved::{ItemId, ItemLocation, Resolved, ResolvedItem};
use self::retry::Retries;
pub use self::safe_name::{SafeNames, safe_name};
use self::signed_http::Storage;
use self::stop::StopSignal;
pub use self::summary::{Ignored, Item, Outcome, Summary};
pub use self::sync_state::compare::{Compared, Remedy, Verdict};
use self::sync_state::waiting::ReadManifest;
use self::upload::buffers::Buffers;
use self::upload::tree::waiting::read_manifest;
pub use self::upload::{Attached, RemoteUpload, Upload, UploadTree, Uploaded};
pub use self::versions::stack::Stacked;
pub use self::versions::{
    IfExists, OnConflict, VersionChoice, VersionPattern, Versions, numbered_name,
};
pub use self::walk::{Entry, Walk, WalkError};
pub use self::watch::{
    AfterUpload, FolderTemplate, SentFile, Watch, WatchActivity, WatchEvent, WatchFolder,
    WatchReports, WatchStatus,
};
use frameio_client::Client;
use frameio_tower::HttpService;
use frameio_transport::HyperTransport;

/// Uploads and downloads files and folder trees.
///
/// Cloning is cheap; clones share the connections to the storage and the limit of concurrent parts.
#[derive(Clone)]
pub struct Transfers {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) client: Client,
    pub(crate) storage: Storage,
    pub(crate) retries: Retries,
    /// Minimum rate of a download in bytes per second; slower attempts fail.
    pub(crate) min_rate: u64,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) bandwidth: Bandwidth,
    /// A permit for each concurrent part of all transfers.
    pub(crate) parts: Arc<Semaphore>,
    pub(crate) buffers: Buffers,
    pub(crate) poller: Poller,
    pub(crate) stop: StopSignal,
    /// Lets downloads read the manifests of uploads.
    pub(crate) read_manifest: ReadManifest,
}

impl Inner {
    /// Fetches the current state of a file.
    pub(crate) async fn show(
        &self,
        (account_id, file_id): (&AccountId, &FileId),
    ) -> Result<File, TransferError> {
        let show = ShowFile::new(account_id, file_id);
        self.client.send(show).await.map_err(TransferError::call)
    }
}

impl Transfers {
    /// Creates transfers that use `client`, with the defaults of [`TransfersBuilder`].
    pub fn new(client: Client) -> Self {
        Self::builder(client).build()
    }

    /// Returns the client that calls the API.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    /// Returns a builder with the default settings.
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
            bandwidth: Bandwidth::unlimited(),
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

/// Builder of [`Transfers`].
///
/// | setting | default |
/// |---|---|
/// | concurrent parts of all transfers | 32 |
/// | retries of a part | 10 |
/// | backoff | 1 s, doubled up to 60 s, with full jitter |
/// | stall timeout of an attempt | 60 s |
/// | timeout of an attempt | 6 h |
/// | bandwidth | unlimited |
/// | minimum rate of a download, averaged over 5 min of waiting | 100 bytes per second |
/// | poll interval for the state of a file | 500 ms, growing by half up to 15 s |
/// | transport to the storage | separate [`HyperTransport`] |
/// | signed URLs to loopback addresses | refused, unless the API is on a loopback address |
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
    bandwidth: Bandwidth,
}

impl TransfersBuilder {
    /// Sends requests to signed URLs through another service, such as a [`HyperTransport`] with other
    /// settings, a stack of layers, or the simulator.
    ///
    /// The service must not add a token.
    pub fn storage(mut self, service: impl Transport) -> Self {
        self.storage = Some(HttpService::new(service));
        self
    }

    /// Allows signed URLs to loopback addresses. Default: only if the base URL of the client is one.
    ///
    /// A client over a [custom service](Client::from_service) has no base URL, so a test with a mock
    /// and a local storage server has to allow it.
    pub fn allow_loopback(mut self, allow: bool) -> Self {
        self.allow_loopback = Some(allow);
        self
    }

    /// Limits the number of concurrent parts of all transfers, and with it memory and connections. At
    /// least 1. Default: 32.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Sets the maximum number of retries of a part. Default: 10.
    ///
    /// Refusals of the storage, such as an expired URL or a wrong media type, are not retried.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retries.most = retries;
        self
    }

    /// Sets the wait between attempts, with full jitter. Default: 1 s to 60 s.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.retries.backoff = backoff;
        self
    }

    /// Fails an attempt if no byte of the request or response is transferred for this long. Detection
    /// can take up to twice as long. Default: 60 s.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall_timeout = timeout;
        self
    }

    /// Limits the duration of an attempt. Default: 6 h.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets the wait between the first two polls of the state of a file, which grows up to 15 s.
    /// Default: 500 ms.
    ///
    /// All transfers together have at most four polls of each operation in flight. They wait for
    /// their quota like any other call. If preceding files were not complete at the first poll, the
    /// first poll is delayed by up to 2 s.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Fails an attempt of a download that receives fewer bytes per second, averaged over five minutes
    /// of waiting for data. 0 disables the limit. Default: 100.
    pub fn min_download_rate(mut self, bytes_per_second: u64) -> Self {
        self.min_rate = bytes_per_second;
        self
    }

    /// Limits the bytes per second of all transfers. Default: unlimited.
    ///
    /// Pass clones of one value to several `Transfers` to limit them together. Waiting for the limit
    /// counts neither as a stall nor towards the minimum rate.
    pub fn bandwidth(mut self, limit: Bandwidth) -> Self {
        self.bandwidth = limit;
        self
    }

    /// Writes received bytes to another disk, so that tests can simulate failures.
    #[cfg(test)]
    pub(crate) fn disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    /// Creates the transfers. Needs no runtime and opens no connection.
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
                bandwidth: self.bandwidth,
                parts: Arc::new(Semaphore::new(self.parts_in_flight)),
                buffers: Buffers::default(),
                poller: Poller::new(self.poll_interval),
                stop: StopSignal::default(),
                read_manifest,
            }),
        }
    }
}
