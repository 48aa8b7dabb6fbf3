//! What becomes of what is sent: a file in a folder, or an attachment of a comment.

use std::future::Future;

use frameio_api::comments::{Attachment, CreateAttachment};
use frameio_api::files::{CreateLocalUpload, File, FileStatus, UploadUrl};
use frameio_core::{CommentId, FileId, FolderId};

use super::manifest::{Manifest, Place};
use super::parts::Parts;
use super::run::Plan;
use super::{Attached, Uploaded};
use crate::{Inner, TransferError, TransferErrorKind, Until};

/// What an upload goes to, which decides how it begins and ends.
pub(super) trait Kind: Clone + PartialEq + Send + Sync + 'static {
    /// What the service has made for it.
    type Made: Send + Sync;
    /// What comes of it.
    type Done: Send;

    /// Asks the service to make something of `size` bytes.
    fn create(
        plan: &Plan<'_, Self>,
        size: u64,
    ) -> impl Future<Output = Result<Begun<Self::Made>, TransferError>> + Send;

    /// What a manifest keeps of it.
    fn place(&self, made: &Self::Made) -> Place;

    /// What a manifest has kept, if it is of this kind.
    fn of(place: &Place) -> Option<(Self, Self::Made)>;

    fn file_id(made: &Self::Made) -> Option<&FileId>;

    /// Waits until the service has put the parts together, as far as it tells.
    fn finish(
        plan: &Plan<'_, Self>,
        made: Self::Made,
        bytes: u64,
        manifest: Option<&Manifest>,
    ) -> impl Future<Output = Result<Self::Done, TransferError>> + Send;

    /// Notes what was given up for it.
    fn replaces(done: &mut Self::Done, made: Self::Made);
}

/// What the service has made, and how it is to be sent.
pub(super) struct Begun<M> {
    pub(super) made: M,
    pub(super) parts: Parts,
    pub(super) media_type: String,
}

/// A file at the service.
pub(super) enum MadeFile {
    New(Box<File>),
    /// From a manifest.
    Known(FileId),
}

impl MadeFile {
    const fn id(&self) -> &FileId {
        match self {
            Self::New(file) => &file.id,
            Self::Known(id) => id,
        }
    }
}

impl Kind for FolderId {
    type Made = MadeFile;
    type Done = Uploaded;

    async fn create(plan: &Plan<'_, Self>, size: u64) -> Result<Begun<MadeFile>, TransferError> {
        let request = CreateLocalUpload::new(&plan.account_id, &plan.to, &*plan.name, size);
        let mut file = plan.inner.client.send(request).await.map_err(TransferError::call)?;
        plan.known.set(&file.id);
        let parts = parts(file.upload_urls.take(), size)?;
        let given = file.media_type.as_ref().or(plan.media_type.as_ref());
        let media_type = given.map_or("application/octet-stream", |given| given).to_owned();
        Ok(Begun { made: MadeFile::New(Box::new(file)), parts, media_type })
    }

    fn place(&self, made: &MadeFile) -> Place {
        Place::File(self.clone(), made.id().clone())
    }

    fn of(place: &Place) -> Option<(Self, MadeFile)> {
        match place {
            Place::File(folder, file) => Some((folder.clone(), MadeFile::Known(file.clone()))),
            Place::Attachment(..) => None,
        }
    }

    fn file_id(made: &MadeFile) -> Option<&FileId> {
        Some(made.id())
    }

    async fn finish(
        plan: &Plan<'_, Self>,
        made: MadeFile,
        bytes: u64,
        manifest: Option<&Manifest>,
    ) -> Result<Uploaded, TransferError> {
        let Inner { client, poller, .. } = &**plan.inner;
        let ids = (&plan.account_id, made.id());
        let end = plan.until.end(plan.wait_timeout);
        if let Err(error) = poller.uploaded(client, ids, end).await {
            if let Some(manifest) = manifest.filter(|_| error.kind() == TransferErrorKind::Timeout)
            {
                // A part may have got lost, though the storage said that it was taken.
                manifest.forget().await?;
            }
            return Err(error);
        }
        let file = match (plan.until, made) {
            (Until::Transcoded, made) => {
                let ids = (&plan.account_id, made.id());
                poller.transcoded(client, ids, end).await?
            }
            (Until::Uploaded, MadeFile::New(mut file)) => {
                file.status = FileStatus::Uploaded;
                *file
            }
            (Until::Uploaded, MadeFile::Known(id)) => {
                plan.inner.show((&plan.account_id, &id)).await?
            }
        };
        Ok(Uploaded { file, bytes, replaced: None })
    }

    fn replaces(done: &mut Uploaded, made: MadeFile) {
        done.replaced = Some(made.id().clone());
    }
}

impl Kind for CommentId {
    type Made = Box<Attachment>;
    type Done = Attached;

    async fn create(
        plan: &Plan<'_, Self>,
        size: u64,
    ) -> Result<Begun<Box<Attachment>>, TransferError> {
        let media_type = plan.media_type.clone().unwrap_or_else(|| {
            mime_guess::from_path(&plan.name).first_or_octet_stream().essence_str().to_owned()
        });
        let (account_id, name) = (&plan.account_id, &*plan.name);
        let request = CreateAttachment::new(account_id, &plan.to, name, size, &*media_type);
        let created = plan.inner.client.send(request).await.map_err(TransferError::call)?;
        let none = || {
            let message = "the service gave no URLs to send the attachment to";
            TransferError::new(TransferErrorKind::Api, message)
        };
        let mut attachment = created.attachment.ok_or_else(none)?;
        let urls = attachment.upload_urls.take().unwrap_or_default();
        let parts = Parts::even(size, &urls).ok_or_else(none)?;
        Ok(Begun { made: Box::new(attachment), parts, media_type })
    }

    fn place(&self, made: &Box<Attachment>) -> Place {
        Place::Attachment(self.clone(), made.clone())
    }

    fn of(place: &Place) -> Option<(Self, Box<Attachment>)> {
        match place {
            Place::Attachment(comment, attachment) => Some((comment.clone(), attachment.clone())),
            Place::File(..) => None,
        }
    }

    fn file_id(_: &Box<Attachment>) -> Option<&FileId> {
        None
    }

    /// The service tells nothing of the state of an attachment.
    async fn finish(
        _: &Plan<'_, Self>,
        made: Box<Attachment>,
        bytes: u64,
        _: Option<&Manifest>,
    ) -> Result<Attached, TransferError> {
        Ok(Attached { attachment: *made, bytes, replaced: None })
    }

    fn replaces(done: &mut Attached, made: Box<Attachment>) {
        done.replaced = Some(made.id);
    }
}

/// The parts that the service asks for, if they make up the file.
fn parts(urls: Option<Vec<UploadUrl>>, size: u64) -> Result<Parts, TransferError> {
    let mut parts = Parts::default();
    let urls = urls.unwrap_or_default();
    let all = urls.iter().all(|part| parts.push(part.size, part.url.as_str()).is_some());
    if all && parts.size() == size {
        return Ok(parts);
    }
    let message = format!("the service asks for {parts:?} of a file of {size}");
    Err(TransferError::new(TransferErrorKind::Api, message))
}
