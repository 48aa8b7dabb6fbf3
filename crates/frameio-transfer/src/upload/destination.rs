//! Destinations of uploads: a file in a folder, or an attachment of a comment.

use std::future::Future;

use frameio_api::comments::{Attachment, CreateAttachment};
use frameio_api::files::{CreateLocalUpload, File, FileStatus, MediaType, UploadUrl};
use frameio_core::{CommentId, FileId, FolderId};

use super::driver::Plan;
use super::manifest::{Manifest, SavedDestination};
use super::parts::Parts;
use super::{Attached, Uploaded};
use crate::{Digest, Inner, TransferError, TransferErrorKind, WaitFor};

/// Destination of an upload, which determines its first and last steps.
pub(super) trait Destination: Clone + PartialEq + Send + Sync + 'static {
    /// Object that the service creates for the upload.
    type Created: Send + Sync;
    /// Result of the upload.
    type Output: Send;

    /// Creates an object of `size` bytes at the service.
    fn create(
        plan: &Plan<'_, Self>,
        size: u64,
    ) -> impl Future<Output = Result<CreatedUpload<Self::Created>, TransferError>> + Send;

    /// Returns the folder of the file that is created, unless it is no file.
    fn folder(&self) -> Option<&FolderId>;

    /// Returns the data for a manifest.
    fn save(&self, created: &Self::Created) -> SavedDestination;

    /// Restores the data of a manifest, if it belongs to this type of destination.
    fn restore(saved: &SavedDestination) -> Option<(Self, Self::Created)>;

    fn file_id(created: &Self::Created) -> Option<&FileId>;

    /// Waits until the service has assembled the parts, if it reports that.
    fn finish(
        plan: &Plan<'_, Self>,
        created: Self::Created,
        bytes: u64,
        manifest: Option<&Manifest>,
    ) -> impl Future<Output = Result<Self::Output, TransferError>> + Send;

    /// Sets the checksum of the sent bytes.
    fn set_digest(output: &mut Self::Output, digest: Digest);

    /// Sets the incomplete object that this one replaces.
    fn set_replaced(output: &mut Self::Output, created: Self::Created, reason: String);
}

/// A created object, with the parts to send.
pub(super) struct CreatedUpload<C> {
    pub(super) created: C,
    pub(super) parts: Parts,
    pub(super) media_type: String,
}

/// A remote file that an upload sends.
pub(super) enum CreatedFile {
    New(Box<File>),
    /// From a manifest.
    Saved(FileId),
}

impl CreatedFile {
    const fn id(&self) -> &FileId {
        match self {
            Self::New(file) => &file.id,
            Self::Saved(id) => id,
        }
    }
}

impl Destination for FolderId {
    type Created = CreatedFile;
    type Output = Uploaded;

    async fn create(
        plan: &Plan<'_, Self>,
        size: u64,
    ) -> Result<CreatedUpload<CreatedFile>, TransferError> {
        let request = CreateLocalUpload::new(&plan.account_id, &plan.to, &*plan.name, size);
        let mut file = plan.inner.client.send(request).await.map_err(TransferError::call)?;
        plan.current_file.set(&file.id);
        let parts = parts(file.upload_urls.take(), size)?;
        let given = file.media_type.as_ref().or(plan.options.media_type.as_ref());
        let media_type = given.map_or("application/octet-stream", |given| given).to_owned();
        Ok(CreatedUpload { created: CreatedFile::New(Box::new(file)), parts, media_type })
    }

    fn folder(&self) -> Option<&FolderId> {
        Some(self)
    }

    fn save(&self, created: &CreatedFile) -> SavedDestination {
        SavedDestination::File(self.clone(), created.id().clone())
    }

    fn restore(saved: &SavedDestination) -> Option<(Self, CreatedFile)> {
        match saved {
            SavedDestination::File(folder, file) => {
                Some((folder.clone(), CreatedFile::Saved(file.clone())))
            }
            SavedDestination::Attachment(..) => None,
        }
    }

    fn file_id(created: &CreatedFile) -> Option<&FileId> {
        Some(created.id())
    }

    async fn finish(
        plan: &Plan<'_, Self>,
        created: CreatedFile,
        bytes: u64,
        manifest: Option<&Manifest>,
    ) -> Result<Uploaded, TransferError> {
        let Inner { client, poller, .. } = &**plan.inner;
        let ids = (&plan.account_id, created.id());
        let end = plan.options.wait_for.end(plan.options.wait_timeout);
        if let Err(error) = poller.uploaded(client, ids, end).await {
            if let Some(manifest) = manifest.filter(|_| error.kind() == TransferErrorKind::Timeout)
            {
                // A part may have been lost although the storage accepted it.
                manifest.forget().await?;
            }
            return Err(error);
        }
        let file = match (plan.options.wait_for, created) {
            (WaitFor::Transcoded, created) => {
                let ids = (&plan.account_id, created.id());
                poller.transcoded(client, ids, end).await?
            }
            (WaitFor::Uploaded, CreatedFile::New(mut file)) => {
                file.status = FileStatus::Uploaded;
                *file
            }
            (WaitFor::Uploaded, CreatedFile::Saved(id)) => {
                plan.inner.show((&plan.account_id, &id)).await?
            }
        };
        Ok(Uploaded { file, bytes, digest: None, replaced: None, restarted: None })
    }

    fn set_digest(output: &mut Uploaded, digest: Digest) {
        output.digest = Some(digest);
    }

    fn set_replaced(output: &mut Uploaded, created: CreatedFile, reason: String) {
        output.replaced = Some(created.id().clone());
        output.restarted = Some(reason);
    }
}

impl Destination for CommentId {
    type Created = Box<Attachment>;
    type Output = Attached;

    async fn create(
        plan: &Plan<'_, Self>,
        size: u64,
    ) -> Result<CreatedUpload<Box<Attachment>>, TransferError> {
        let media_type = plan.options.media_type.clone().unwrap_or_else(|| {
            mime_guess::from_path(&plan.name).first_or_octet_stream().essence_str().to_owned()
        });
        let (account_id, name) = (&plan.account_id, &*plan.name);
        let sent = MediaType::new(&*media_type);
        let request = CreateAttachment::new(account_id, &plan.to, name, size, sent);
        let created = plan.inner.client.send(request).await.map_err(TransferError::call)?;
        let none = || {
            let message = "the service returned no upload URLs for the attachment";
            TransferError::new(TransferErrorKind::Api, message)
        };
        let mut attachment = created.attachment.ok_or_else(none)?;
        let urls = attachment.upload_urls.take().unwrap_or_default();
        let parts = Parts::even(size, &urls).ok_or_else(none)?;
        Ok(CreatedUpload { created: Box::new(attachment), parts, media_type })
    }

    fn folder(&self) -> Option<&FolderId> {
        None
    }

    fn save(&self, created: &Box<Attachment>) -> SavedDestination {
        SavedDestination::Attachment(self.clone(), created.clone())
    }

    fn restore(saved: &SavedDestination) -> Option<(Self, Box<Attachment>)> {
        match saved {
            SavedDestination::Attachment(comment, attachment) => {
                Some((comment.clone(), attachment.clone()))
            }
            SavedDestination::File(..) => None,
        }
    }

    fn file_id(_: &Box<Attachment>) -> Option<&FileId> {
        None
    }

    /// The service does not report the state of an attachment.
    async fn finish(
        _: &Plan<'_, Self>,
        created: Box<Attachment>,
        bytes: u64,
        _: Option<&Manifest>,
    ) -> Result<Attached, TransferError> {
        let attachment = *created;
        Ok(Attached { attachment, bytes, digest: None, replaced: None, restarted: None })
    }

    fn set_digest(output: &mut Attached, digest: Digest) {
        output.digest = Some(digest);
    }

    fn set_replaced(output: &mut Attached, created: Box<Attachment>, reason: String) {
        output.replaced = Some(created.id);
        output.restarted = Some(reason);
    }
}

/// Returns the parts requested by the service, after verifying their total size.
fn parts(urls: Option<Vec<UploadUrl>>, size: u64) -> Result<Parts, TransferError> {
    let mut parts = Parts::default();
    let urls = urls.unwrap_or_default();
    let all = urls.iter().all(|part| parts.push(part.size, part.url.as_str()).is_some());
    if all && parts.size() == size {
        return Ok(parts);
    }
    let message = format!("the service requested {parts:?} for a file of {size} bytes");
    Err(TransferError::new(TransferErrorKind::Api, message))
}
