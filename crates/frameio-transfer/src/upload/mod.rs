//! Uploads.

mod body;
pub(crate) mod buffers;
mod destination;
mod driver;
mod input;
mod manifest;
mod manifest_format;
mod parts;
mod remote;
mod send;
mod sent_digest;
mod source;
mod spool;
pub(crate) mod tree;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frameio_api::comments::Attachment;
use frameio_api::files::File;
use frameio_core::{AccountId, AttachmentId, BoxError, CommentId, FileId, FolderId};
use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncSeek};
use tracing::field::Empty;

use self::input::Input;
use self::manifest::{Manifest, Saved};
pub use self::remote::RemoteUpload;
pub use self::tree::UploadTree;
use super::progress::Report;
use super::{Checksum, Digest, Progress, TransferError, Transfers, WaitFor};
use crate::error::OnFailure;

/// An upload of a file.
///
/// The destination is a folder for [`Transfers::upload`], or a comment for [`Transfers::attach`].
///
/// | setting | default |
/// |---|---|
/// | name | file name of the path |
/// | concurrent parts | 4, or 8 for a file of 1 GiB or more |
/// | final state | [`Uploaded`](WaitFor::Uploaded), within 10 minutes |
/// | deadline | none |
/// | manifest | none; the upload cannot be resumed |
/// | checksum | none |
///
/// ```no_run
/// use frameio::transfer::{Transfers, Upload};
///
/// # async fn run(client: frameio::Client, account: frameio::AccountId, folder: frameio::FolderId) -> Result<(), Box<dyn std::error::Error>> {
/// let transfers = Transfers::new(client);
/// let upload = Upload::from_path(account, folder, "rushes/a001.mov")
///     .manifest("rushes/a001.mov.upload")
///     .progress(|progress| eprintln!("{} bytes", progress.bytes));
/// let uploaded = transfers.upload(upload).await?;
/// println!("{} is {}", uploaded.file.name, uploaded.file.id);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Upload<To = FolderId> {
    /// Account and destination; `None` if the manifest contains them.
    destination: Option<(AccountId, To)>,
    input: Input,
    manifest: Option<UploadManifest>,
    deadline: Option<Duration>,
    options: Options,
}

/// Settings of an upload that do not depend on its destination.
#[derive(Default)]
struct Options {
    name: Option<String>,
    media_type: Option<String>,
    parts_in_flight: Option<usize>,
    report: Option<Report>,
    restart: bool,
    wait_for: WaitFor,
    wait_timeout: Option<Duration>,
    checksum: Option<Checksum>,
}

/// The manifest of an upload.
pub(crate) enum UploadManifest {
    At(PathBuf),
    /// Locked by the caller, who removes it after the upload. If it cannot be written, the upload
    /// continues without it and the error is reported.
    Locked {
        manifest: Manifest,
        saved: Option<Box<Saved>>,
        on_failure: OnFailure,
        /// Incomplete files with the name of the upload.
        incomplete: Vec<FileId>,
    },
}

/// Result of an [`Upload`] into a folder, or of a [`RemoteUpload`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Uploaded {
    /// Last response of the service for this file; its `status` is up to date.
    pub file: File,
    /// Number of bytes sent, without those of failed attempts.
    pub bytes: u64,
    /// Checksum of the sent bytes, if the upload was configured to compute one.
    pub digest: Option<Digest>,
    /// Incomplete remote file that this one replaces, if the upload was restarted.
    pub replaced: Option<FileId>,
    /// Reason why an earlier upload was not resumed, if the upload was restarted.
    pub restarted: Option<String>,
}

/// Result of an [`Upload`] to a comment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attached {
    /// Attachment, as the service returned it on creation.
    pub attachment: Attachment,
    /// Number of bytes sent, without those of failed attempts.
    pub bytes: u64,
    /// Checksum of the sent bytes, if the upload was configured to compute one.
    pub digest: Option<Digest>,
    /// Incomplete attachment that this one replaces, if the upload was restarted. It still counts
    /// towards the limit of the comment.
    pub replaced: Option<AttachmentId>,
    /// Reason why an earlier upload was not resumed, if the upload was restarted.
    pub restarted: Option<String>,
}

impl<To> Upload<To> {
    /// Uploads the file at `path` to a folder or a comment.
    ///
    /// The file is read in chunks while it is sent. The upload fails if the file is modified in the
    /// meantime. A named pipe is first copied to a temporary file, which requires a runtime with I/O
    /// enabled. Devices and sockets are refused.
    pub fn from_path(
        account_id: impl Into<AccountId>,
        to: impl Into<To>,
        path: impl Into<PathBuf>,
    ) -> Self {
        Self::new(account_id.into(), to.into(), Input::Path(path.into()))
    }

    /// Uploads bytes in memory.
    pub fn from_bytes(
        account_id: impl Into<AccountId>,
        to: impl Into<To>,
        name: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        Self::new(account_id.into(), to.into(), Input::Bytes(bytes.into())).name(name)
    }

    /// Uploads the content of a reader, from its beginning to its end.
    ///
    /// The reader is repositioned for each chunk, because several parts are read concurrently.
    pub fn from_reader<R>(
        account_id: impl Into<AccountId>,
        to: impl Into<To>,
        name: impl Into<String>,
        reader: R,
    ) -> Self
    where
        R: AsyncRead + AsyncSeek + Send + 'static,
    {
        Self::new(account_id.into(), to.into(), Input::Reader(Box::pin(reader))).name(name)
    }

    /// Uploads the content of a stream, which must be exactly `size` bytes.
    ///
    /// Each part in flight is kept in a temporary file, because a stream cannot be read twice.
    pub fn from_stream<S, E>(
        account_id: impl Into<AccountId>,
        to: impl Into<To>,
        name: impl Into<String>,
        size: u64,
        stream: S,
    ) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::new(account_id.into(), to.into(), Input::Stream(size, Box::pin(stream))).name(name)
    }

    /// Resumes the upload of a manifest. Only missing parts are sent.
    pub fn resume(manifest: impl Into<PathBuf>) -> Self {
        Self {
            manifest: Some(UploadManifest::At(manifest.into())),
            ..Self::of(None, Input::Manifest)
        }
    }

    fn new(account_id: AccountId, to: To, input: Input) -> Self {
        Self::of(Some((account_id, to)), input)
    }

    fn of(destination: Option<(AccountId, To)>, input: Input) -> Self {
        let options = Options::default();
        Self { destination, input, manifest: None, deadline: None, options }
    }

    /// Sets the name of the remote file. Default: the file name of the path.
    ///
    /// Has no effect on a resumed upload.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// Sets the media type of an attachment. Default: guessed from the name, or
    /// `application/octet-stream`.
    ///
    /// The service derives the media type of a file in a folder from its name and refuses parts with
    /// another one. For such a file, this setting applies only if the service returns no media type.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.options.media_type = Some(media_type.into());
        self
    }

    /// Limits the number of concurrent parts, within the limit of all transfers. Default: 4, or 8 for
    /// a file of 1 GiB or more.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.options.parts_in_flight = Some(parts);
        self
    }

    /// Saves the state of the upload in a manifest, which is removed after the upload.
    ///
    /// An existing manifest of this upload is resumed. Only one upload at a time can use a manifest.
    /// It contains signed URLs, so only the owner can read it; a symbolic link, a hard link or a pipe
    /// is refused. Only uploads [from a path](Self::from_path) can have a manifest.
    pub fn manifest(mut self, path: impl Into<PathBuf>) -> Self {
        self.manifest = Some(UploadManifest::At(path.into()));
        self
    }

    /// Restarts the upload if its manifest cannot be resumed, because it is older than a day or the
    /// source has changed. Default: fail.
    ///
    /// The incomplete remote file remains; [`Uploaded::replaced`] or [`Attached::replaced`] contains
    /// its id.
    pub fn restart(mut self, restart: bool) -> Self {
        self.options.restart = restart;
        self
    }

    /// Limits the duration of the whole upload. A manifest is kept. Default: none.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Computes a checksum of the bytes that are sent. Default: none.
    ///
    /// Bytes are hashed when they are read to be sent. Parts that are sent out of order are read back,
    /// usually from the disk cache, and compared with the bytes that were sent; parts that an earlier
    /// run has sent are read again, and compared with their hashes in the manifest before the last part is
    /// sent. If they differ, the upload fails or [restarts](Self::restart). The checksum proves what was read and sent. It does not prove what
    /// the service has stored, because the service reports no checksums.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.options.checksum = Some(checksum);
        self
    }

    /// Calls `report` with the progress at the start, about ten times per second, after each part, and
    /// at the end.
    ///
    /// The callback must not block. [`Progress::channel`] provides a stream instead.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.options.report = Some(Arc::new(report));
        self
    }
}

impl Upload {
    /// Sets the state to wait for after all parts are sent. Default: [`WaitFor::Uploaded`].
    pub fn wait(mut self, wait_for: WaitFor) -> Self {
        self.options.wait_for = wait_for;
        self
    }

    /// Limits the wait after the last part. Default: 10 minutes for [`WaitFor::Uploaded`], 6 hours
    /// for [`WaitFor::Transcoded`].
    pub fn wait_timeout(mut self, timeout: Duration) -> Self {
        self.options.wait_timeout = Some(timeout);
        self
    }
}

impl<To> fmt::Debug for Upload<To> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("name", &self.options.name)
            .field("restart", &self.options.restart)
            .field("wait_for", &self.options.wait_for)
            .field("wait_timeout", &self.options.wait_timeout)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Uploads a file to a folder, and waits until the service has assembled it.
    ///
    /// Dropping the future stops the upload and keeps its manifest.
    ///
    /// # Errors
    ///
    /// Fails if
    /// - the source is empty, cannot be read or changes,
    /// - a call of the API fails, or a signed URL is invalid,
    /// - the storage refuses a part or fails on every attempt,
    /// - the manifest belongs to another upload or cannot be resumed,
    /// - the service cannot assemble the parts,
    /// - a time limit is reached.
    pub fn upload(
        &self,
        upload: Upload,
    ) -> impl Future<Output = Result<Uploaded, TransferError>> + Send + use<> {
        let inner = self.inner.clone();
        async move {
            let span = tracing::info_span!(
                target: "frameio::transfer",
                "frameio.upload",
                frameio.file_id = Empty,
                size = Empty,
                parts = Empty,
                resumed = Empty,
                error.type = Empty,
            );
            inner.stop.until(driver::run(inner.clone(), upload, span)).await?
        }
    }

    /// Attaches a file to a comment, which can have up to 6 attachments.
    ///
    /// The upload ends when the storage has accepted all parts, because the service does not report
    /// the state of an attachment. Dropping the future stops the upload and keeps its manifest.
    ///
    /// ```no_run
    /// use frameio::transfer::{Transfers, Upload};
    ///
    /// # async fn run(client: frameio::Client, account: frameio::AccountId, comment: frameio::CommentId) -> Result<(), frameio::transfer::TransferError> {
    /// let upload = Upload::from_path(account, comment, "notes.pdf");
    /// let attached = Transfers::new(client).attach(upload).await?;
    /// println!("{}", attached.attachment.name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails like [`upload`](Self::upload), except for failures after the last part.
    pub fn attach(
        &self,
        upload: Upload<CommentId>,
    ) -> impl Future<Output = Result<Attached, TransferError>> + Send + use<> {
        let inner = self.inner.clone();
        async move {
            let span = tracing::info_span!(
                target: "frameio::transfer",
                "frameio.attach",
                size = Empty,
                parts = Empty,
                resumed = Empty,
                error.type = Empty,
            );
            inner.stop.until(driver::run(inner.clone(), upload, span)).await?
        }
    }

    /// Makes the service fetch a file of at most 50 GB from a URL, and waits until it has done so.
    ///
    /// # Errors
    ///
    /// Fails if a call of the API fails, the service cannot fetch the file, or a time limit is
    /// reached.
    pub fn remote_upload(
        &self,
        upload: RemoteUpload,
    ) -> impl Future<Output = Result<Uploaded, TransferError>> + Send + use<> {
        let inner = self.inner.clone();
        async move { inner.stop.until(remote::run(inner.clone(), upload)).await? }
    }
}
