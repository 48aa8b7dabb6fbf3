//! Files that are attached to comments.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use frameio_api::comments::{Attachment, CreateAttachment};
use frameio_core::{AccountId, BoxError, CommentId};
use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncSeek};
use tracing::field::{Empty, debug};
use tracing::{Instrument, Span};

use super::content::{Content, header};
use super::parts::Parts;
use super::send::{self, Job};
use crate::transfer::progress::Tracker;
use crate::transfer::{Inner, Progress, TransferError, TransferErrorKind};

/// A file to be attached to a comment: a value for
/// [`Transfers::attach`](crate::transfer::Transfers::attach).
///
/// A comment has at most 6 attachments. The service tells nothing of the state of an attachment:
/// it is done when the storage has taken all parts.
///
/// ```no_run
/// use frameio::transfer::{AttachmentUpload, Transfers};
///
/// # async fn run(client: frameio::Client, account: frameio::AccountId, comment: frameio::CommentId) -> Result<(), frameio::transfer::TransferError> {
/// let upload = AttachmentUpload::from_path(account, comment, "notes.pdf");
/// let attachment = Transfers::new(client).attach(upload).await?;
/// println!("{}", attachment.name);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct AttachmentUpload {
    account_id: AccountId,
    comment_id: CommentId,
    content: Content,
}

impl AttachmentUpload {
    /// The file at `path`.
    pub fn from_path(
        account_id: impl Into<AccountId>,
        comment_id: impl Into<CommentId>,
        path: impl Into<PathBuf>,
    ) -> Self {
        Self::new(account_id.into(), comment_id.into(), Content::path(path.into()))
    }

    /// Bytes in memory.
    pub fn from_bytes(
        account_id: impl Into<AccountId>,
        comment_id: impl Into<CommentId>,
        name: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        let content = Content::bytes(name.into(), bytes.into());
        Self::new(account_id.into(), comment_id.into(), content)
    }

    /// What a reader gives, from its very beginning to its end.
    pub fn from_reader<R>(
        account_id: impl Into<AccountId>,
        comment_id: impl Into<CommentId>,
        name: impl Into<String>,
        reader: R,
    ) -> Self
    where
        R: AsyncRead + AsyncSeek + Send + 'static,
    {
        Self::new(account_id.into(), comment_id.into(), Content::reader(name.into(), reader))
    }

    /// What a stream gives, which has to be `size` bytes.
    pub fn from_stream<S, E>(
        account_id: impl Into<AccountId>,
        comment_id: impl Into<CommentId>,
        name: impl Into<String>,
        size: u64,
        stream: S,
    ) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::new(account_id.into(), comment_id.into(), Content::stream(name.into(), size, stream))
    }

    const fn new(account_id: AccountId, comment_id: CommentId, content: Content) -> Self {
        Self { account_id, comment_id, content }
    }

    /// Calls it so at Frame.io. Default: the name of the path.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.content.name = Some(name.into());
        self
    }

    /// Says what it is. Default: what its name suggests, else `application/octet-stream`.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.content.media_type = Some(media_type.into());
        self
    }

    /// Sends so many parts at a time, within what all transfers may have under way together.
    /// Default: 4, and 8 from 1 GiB on.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.content.parts_in_flight = Some(parts);
        self
    }

    /// Tells `report` how far it is, as [`Upload::progress`](super::Upload::progress) does.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.content.report(report);
        self
    }
}

impl fmt::Debug for AttachmentUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttachmentUpload")
            .field("comment_id", &self.comment_id)
            .finish_non_exhaustive()
    }
}

pub(super) async fn run(
    inner: Arc<Inner>,
    upload: AttachmentUpload,
) -> Result<Attachment, TransferError> {
    let span = tracing::info_span!(
        target: "frameio::transfer",
        "frameio.attach",
        size = Empty,
        parts = Empty,
        error.type = Empty,
    );
    let attached = attach(&inner, upload).instrument(span.clone()).await;
    attached.inspect_err(|error| {
        span.record("error.type", debug(error.kind()));
    })
}

async fn attach(inner: &Arc<Inner>, upload: AttachmentUpload) -> Result<Attachment, TransferError> {
    let AttachmentUpload { account_id, comment_id, content } = upload;
    let name = content.file_name()?;
    let media_type = content.media_type.clone().unwrap_or_else(|| {
        mime_guess::from_path(&name).first_or_octet_stream().essence_str().to_owned()
    });
    let header = header(&media_type)?;
    let (report, parts_in_flight) = (content.report.clone(), content.parts_in_flight);
    let opened = content.origin.open().await?;
    let size = opened.stamp.size;
    let request = CreateAttachment::new(account_id, comment_id, name, size, media_type);
    let created = inner.client.send(request).await.map_err(TransferError::call)?;
    let none = || {
        let message = "the service gave no URLs to send the attachment to";
        TransferError::new(TransferErrorKind::Api, message)
    };
    let mut attachment = created.attachment.ok_or_else(none)?;
    let urls = attachment.upload_urls.take().unwrap_or_default();
    let parts = Arc::new(Parts::even(size, &urls).ok_or_else(none)?);
    drop(urls);
    let span = Span::current();
    span.record("size", size);
    span.record("parts", parts.len());
    let start =
        Progress { total: Some(size), total_parts: parts.len() as u64, ..Progress::default() };
    let tracker = Tracker::new(report, start);
    let mut job = Job {
        feed: opened.feed,
        parts,
        done: Vec::new(),
        media_type: header,
        in_flight: super::content::in_flight(parts_in_flight, size),
        tracker: tracker.clone(),
        manifest: None,
    };
    send::send(inner, &mut job).await?;
    tracker.finish();
    Ok(attachment)
}
