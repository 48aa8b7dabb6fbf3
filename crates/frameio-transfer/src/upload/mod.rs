//! Sending files to Frame.io.

mod body;
pub(crate) mod buffers;
mod destination;
mod driver;
mod input;
mod lock_file;
mod manifest;
mod manifest_format;
mod parts;
mod remote;
mod send;
mod source;
mod spool;
mod tree;

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
use super::{Progress, TransferError, Transfers, WaitFor};

/// A file to upload: into a folder by [`Transfers::upload`], or to a comment by
/// [`Transfers::attach`], depending on the ids that it is made from.
///
/// | setting | default |
/// |---|---|
/// | name | that of the path |
/// | parts in flight | 4, and 8 from 1 GiB on |
/// | waits for | [`Uploaded`](WaitFor::Uploaded), at most 10 minutes |
/// | deadline | none |
/// | manifest | none: it cannot be resumed |
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
    /// Account and destination; `None` where the manifest names them.
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
}

/// Called with an error that does not end the upload.
pub(crate) type OnFailure = Arc<dyn Fn(TransferError) + Send + Sync>;

/// The manifest of an upload.
pub(crate) enum UploadManifest {
    At(PathBuf),
    /// Locked by the caller, who removes it when the upload is done. Where it cannot be written, the
    /// upload goes on without, and the reason is reported.
    Locked {
        manifest: Manifest,
        saved: Option<Box<Saved>>,
        on_failure: OnFailure,
    },
}

/// Result of an [`Upload`] into a folder, or of a [`RemoteUpload`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Uploaded {
    /// The file as the service last returned it; its `status` is up to date.
    pub file: File,
    /// Number of bytes sent, without those of failed attempts.
    pub bytes: u64,
    /// Incomplete file at the service that this one replaces, if an upload was started over.
    pub replaced: Option<FileId>,
}

/// Result of an [`Upload`] to a comment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attached {
    /// The attachment as it was when it was created.
    pub attachment: Attachment,
    /// Number of bytes sent, without those of failed attempts.
    pub bytes: u64,
    /// Incomplete attachment that this one replaces, if an upload was started over. It still counts
    /// for the limit of the comment.
    pub replaced: Option<AttachmentId>,
}

impl<To> Upload<To> {
    /// Uploads the file at `path` into a folder, or attaches it to a comment.
    ///
    /// It is read while it is sent, a few chunks at a time. The upload fails if the file is changed
    /// meanwhile. A named pipe is read to its end into a temporary file first, which needs a runtime
    /// with I/O enabled; devices and sockets are refused.
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

    /// Uploads the bytes of a reader, from its very beginning to its end.
    ///
    /// Parts are read by turns: the reader is sought for each chunk.
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

    /// Uploads the bytes of a stream, which have to be `size` bytes.
    ///
    /// A stream cannot be read again, so each part that is under way is kept in a temporary file.
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

    /// Resumes the upload that `manifest` is of: only missing parts are sent.
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

    /// Sets the name at Frame.io. Default: the name of the path.
    ///
    /// A resumed upload keeps its name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// Sets the media type of an attachment. Default: guessed from the name, else
    /// `application/octet-stream`.
    ///
    /// The service derives the media type of a file from its name, and refuses parts of another: for
    /// a file, this one is used only if the service returns none.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.options.media_type = Some(media_type.into());
        self
    }

    /// Sets the maximum number of parts in flight, within the limit of all transfers together.
    /// Default: 4, and 8 from 1 GiB on.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.options.parts_in_flight = Some(parts);
        self
    }

    /// Keeps what is needed to resume the upload in a file, which is removed when it is done.
    ///
    /// An existing manifest of this upload is resumed. One upload at a time can use a manifest. It
    /// holds the signed URLs, so that only this user can read it; a symbolic link, a hard link or a
    /// pipe is refused. Only a file with a path can have one.
    pub fn manifest(mut self, path: impl Into<PathBuf>) -> Self {
        self.manifest = Some(UploadManifest::At(path.into()));
        self
    }

    /// Starts over if the upload of the manifest cannot be resumed: the service accepts its parts for
    /// a day, and the source may have changed since. Default: that is an error.
    ///
    /// The incomplete object stays at the service; [`Uploaded::replaced`] or [`Attached::replaced`]
    /// names it.
    pub fn restart(mut self, restart: bool) -> Self {
        self.options.restart = restart;
        self
    }

    /// Limits the time of the whole upload; a manifest is kept. Default: none.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Calls `report` with the progress: at the start, about ten times a second while bytes flow,
    /// after each part, and at the end.
    ///
    /// It must not block. [`Progress::channel`] makes a stream of it.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.options.report = Some(Arc::new(report));
        self
    }
}

impl Upload {
    /// Sets what to wait for when all parts are sent. Default: [`WaitFor::Uploaded`].
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
    /// Uploads a file, and waits until the service has it.
    ///
    /// Dropping the future stops the upload and keeps its manifest.
    ///
    /// # Errors
    /// When the source is empty, cannot be read or changes; a call of the API fails; a signed URL
    /// cannot be used; the storage refuses a part or fails on every attempt; the manifest is of
    /// another upload, or cannot be resumed; the service could not put the parts together; or a time
    /// limit is reached.
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
            driver::run(inner, upload, span).await
        }
    }

    /// Attaches a file to a comment, which may have 6 attachments.
    ///
    /// The service does not report the state of an attachment: it is done when the storage has
    /// accepted all parts. Dropping the future stops the upload and keeps its manifest.
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
    /// Those of [`upload`](Self::upload), except for failures after the last part.
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
            driver::run(inner, upload, span).await
        }
    }

    /// Makes the service fetch a file of at most 50 GB from a URL, and waits until it has it.
    ///
    /// # Errors
    /// When a call of the API fails, the service could not fetch it, or a time limit is reached.
    pub fn remote_upload(
        &self,
        upload: RemoteUpload,
    ) -> impl Future<Output = Result<Uploaded, TransferError>> + Send + use<> {
        remote::run(self.inner.clone(), upload)
    }
}
