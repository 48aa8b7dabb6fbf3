//! Sending files to Frame.io.

mod body;
pub(crate) mod buffers;
mod destination;
mod driver;
mod input;
pub(crate) mod local_file;
mod lock_file;
mod manifest;
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

/// A file to be uploaded: into a folder by [`Transfers::upload`], or to a comment by
/// [`Transfers::attach`].
///
/// | setting | default |
/// |---|---|
/// | name | that of the path |
/// | parts under way at a time | 4, and 8 from 1 GiB on |
/// | waits until | [`Uploaded`](WaitFor::Uploaded), for 10 minutes |
/// | deadline of the whole | none |
/// | manifest | none: it cannot be resumed |
///
/// Which of the two it is follows from the call that it is given to.
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
    /// The file as it was when it was last asked for; its `status` is up to date.
    pub file: File,
    /// How many bytes were sent, those of failed attempts left out.
    pub bytes: u64,
    /// The file at the service that was given up for this one, where an upload was begun anew.
    pub replaced: Option<FileId>,
}

/// Result of an [`Upload`] to a comment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attached {
    /// The attachment as it was when it was created.
    pub attachment: Attachment,
    /// How many bytes were sent, those of failed attempts left out.
    pub bytes: u64,
    /// The attachment that was given up for this one, where an upload was begun anew. It still is
    /// one of those that the comment may have.
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

    /// Calls it so at Frame.io. Default: the name of the path.
    ///
    /// An upload that is resumed keeps its name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// Says what it is. Default: what its name suggests, else `application/octet-stream`.
    ///
    /// Of an attachment. The service derives the media type of a file from its name itself, and
    /// refuses parts of another: this one counts only where it tells none.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.options.media_type = Some(media_type.into());
        self
    }

    /// Sends so many parts at a time, within what all transfers may have under way together.
    /// Default: 4, and 8 from 1 GiB on.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.options.parts_in_flight = Some(parts);
        self
    }

    /// Keeps what is needed to resume it in a file, which is removed when the upload is done.
    ///
    /// Where there is a manifest of this upload already, it is resumed. A manifest is for one
    /// upload at a time. It holds the signed URLs, so it can be read by this user only. Of what has
    /// a path only.
    pub fn manifest(mut self, path: impl Into<PathBuf>) -> Self {
        self.manifest = Some(UploadManifest::At(path.into()));
        self
    }

    /// Begins anew where the manifest's upload cannot be gone on with: the service takes its parts
    /// for a day only, and the source may have changed since. Default: that is an error.
    ///
    /// What is then given up at the service is left there; [`Uploaded::replaced`] or
    /// [`Attached::replaced`] names it.
    pub fn restart(mut self, restart: bool) -> Self {
        self.options.restart = restart;
        self
    }

    /// Gives the whole upload up after so long; a manifest stays. Default: never.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Tells `report` how far it is: at the beginning, about ten times a second while bytes flow,
    /// after each part, and in the end.
    ///
    /// It is called in the middle of things, so it should not wait for anything.
    /// [`Progress::channel`] makes a stream of it.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.options.report = Some(Arc::new(report));
        self
    }
}

impl Upload {
    /// Waits until the service is so far. Default: [`WaitFor::Uploaded`].
    pub fn wait(mut self, wait_for: WaitFor) -> Self {
        self.options.wait_for = wait_for;
        self
    }

    /// Waits no longer than this after the last part. Default: 10 minutes until it is uploaded, 6
    /// hours until it is transcoded.
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
    /// Uploads a file, and waits until the service has it. The future owns all it needs; dropped,
    /// it stops, and leaves the manifest, if there is one.
    ///
    /// # Errors
    /// When the source is empty, cannot be read or changes; a call of the API fails; the storage
    /// refuses a part or fails on every attempt; the manifest is another upload's, or cannot be
    /// gone on with; the service could not put the parts together; or a time limit is reached.
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

    /// Attaches a file to a comment, which may have 6. The future owns all it needs; dropped, it
    /// stops, and leaves the manifest, if there is one.
    ///
    /// The service tells nothing of the state of an attachment: it is done when the storage has taken
    /// all parts.
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
    /// As those of [`upload`](Self::upload), but for what the service does after the last part.
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

    /// Lets the service fetch a file from a URL, and waits until it has it. At most 50 GB.
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
