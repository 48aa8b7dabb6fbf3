//! Sending files to Frame.io.

mod body;
pub(crate) mod buffers;
mod content;
mod kind;
mod manifest;
mod parts;
mod remote;
mod run;
mod send;
mod source;
mod spool;
mod tree;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use frameio_api::comments::Attachment;
use frameio_api::files::File;
use frameio_core::{AccountId, AttachmentId, BoxError, CommentId, FileId, FolderId};
use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncSeek};
use tracing::field::Empty;

use self::content::Content;
pub use self::remote::RemoteUpload;
pub use self::tree::UploadTree;
use super::{Progress, TransferError, Transfers, Until};

/// A file to be uploaded: into a folder by [`Transfers::upload`], or to a comment by
/// [`Transfers::attach`].
///
/// | setting | default |
/// |---|---|
/// | name | that of the path |
/// | parts under way at a time | 4, and 8 from 1 GiB on |
/// | waits until | [`Uploaded`](Until::Uploaded), for 10 minutes |
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
    target: Target<To>,
    manifest: Option<PathBuf>,
    restart: bool,
    until: Until,
    wait_timeout: Option<Duration>,
    deadline: Option<Duration>,
}

/// What is to be uploaded to where.
enum Target<To> {
    New(AccountId, To, Content),
    /// What the manifest says; the path in the content is the manifest's.
    Resumed(Content),
}

/// What came of an [`Upload`] into a folder, or of a [`RemoteUpload`].
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

/// What came of an [`Upload`] to a comment.
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
    /// The file at `path`, to be put into a folder, or to be attached to a comment.
    ///
    /// It is read while it is sent, a few chunks at a time. Whoever changes it meanwhile makes the
    /// upload fail.
    pub fn from_path(
        account_id: impl Into<AccountId>,
        to: impl Into<To>,
        path: impl Into<PathBuf>,
    ) -> Self {
        Self::new(account_id.into(), to.into(), Content::path(path.into()))
    }

    /// Bytes in memory.
    pub fn from_bytes(
        account_id: impl Into<AccountId>,
        to: impl Into<To>,
        name: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        Self::new(account_id.into(), to.into(), Content::bytes(name.into(), bytes.into()))
    }

    /// What a reader gives, from its very beginning to its end.
    ///
    /// Parts are read by turns: it is sought for each chunk.
    pub fn from_reader<R>(
        account_id: impl Into<AccountId>,
        to: impl Into<To>,
        name: impl Into<String>,
        reader: R,
    ) -> Self
    where
        R: AsyncRead + AsyncSeek + Send + 'static,
    {
        Self::new(account_id.into(), to.into(), Content::reader(name.into(), reader))
    }

    /// What a stream gives, which has to be `size` bytes.
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
        Self::new(account_id.into(), to.into(), Content::stream(name.into(), size, stream))
    }

    /// The upload that `manifest` is of: what is not there yet is sent.
    pub fn resume(manifest: impl Into<PathBuf>) -> Self {
        let path = manifest.into();
        let target = Target::Resumed(Content::path(path.clone()));
        Self { manifest: Some(path), ..Self::of(target) }
    }

    fn new(account_id: AccountId, to: To, content: Content) -> Self {
        Self::of(Target::New(account_id, to, content))
    }

    const fn of(target: Target<To>) -> Self {
        Self {
            target,
            manifest: None,
            restart: false,
            until: Until::Uploaded,
            wait_timeout: None,
            deadline: None,
        }
    }

    fn content(&mut self) -> &mut Content {
        match &mut self.target {
            Target::New(_, _, content) | Target::Resumed(content) => content,
        }
    }

    /// Calls it so at Frame.io. Default: the name of the path.
    ///
    /// An upload that is resumed keeps its name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.content().name = Some(name.into());
        self
    }

    /// Says what it is. Default: what its name suggests, else `application/octet-stream`.
    ///
    /// Of an attachment. The service derives the media type of a file from its name itself, and
    /// refuses parts of another: this one counts only where it tells none.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.content().media_type = Some(media_type.into());
        self
    }

    /// Sends so many parts at a time, within what all transfers may have under way together.
    /// Default: 4, and 8 from 1 GiB on.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.content().parts_in_flight = Some(parts);
        self
    }

    /// Keeps what is needed to resume it in a file, which is removed when the upload is done.
    ///
    /// Where there is a manifest of this upload already, it is resumed. A manifest is for one
    /// upload at a time. It holds the signed URLs, so it can be read by this user only. Of what has
    /// a path only.
    pub fn manifest(mut self, path: impl Into<PathBuf>) -> Self {
        self.manifest = Some(path.into());
        self
    }

    /// Begins anew where the manifest's upload cannot be gone on with: the service takes its parts
    /// for a day only, and the source may have changed since. Default: that is an error.
    ///
    /// What is then given up at the service is left there; [`Uploaded::replaced`] or
    /// [`Attached::replaced`] names it.
    pub const fn restart(mut self, restart: bool) -> Self {
        self.restart = restart;
        self
    }

    /// Gives the whole upload up after so long; a manifest stays. Default: never.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Tells `report` how far it is: at the beginning, about ten times a second while bytes flow,
    /// after each part, and in the end.
    ///
    /// It is called in the middle of things, so it should not wait for anything.
    /// [`Progress::channel`] makes a stream of it.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.content().report(report);
        self
    }
}

impl Upload {
    /// Waits until the service is so far. Default: [`Until::Uploaded`].
    pub const fn wait(mut self, until: Until) -> Self {
        self.until = until;
        self
    }

    /// Waits no longer than this after the last part. Default: 10 minutes until it is uploaded, 6
    /// hours until it is transcoded.
    pub const fn wait_timeout(mut self, timeout: Duration) -> Self {
        self.wait_timeout = Some(timeout);
        self
    }
}

impl<To> fmt::Debug for Upload<To> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("manifest", &self.manifest)
            .field("restart", &self.restart)
            .field("until", &self.until)
            .field("wait_timeout", &self.wait_timeout)
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
            run::run(inner, upload, span).await
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
            run::run(inner, upload, span).await
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
