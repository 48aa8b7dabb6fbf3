//! Uploads that the service fetches from a URL.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_api::files::CreateRemoteUpload;
use frameio_core::{AccountId, FolderId, SignedUrl};

use super::Uploaded;
use crate::{Inner, TransferError, WaitFor};

/// An upload that the service fetches from a URL, for
/// [`Transfers::remote_upload`](crate::Transfers::remote_upload).
///
/// ```no_run
/// use frameio::transfer::{RemoteUpload, Transfers};
///
/// # async fn run(client: frameio::Client, account: frameio::AccountId, folder: frameio::FolderId) -> Result<(), frameio::transfer::TransferError> {
/// let url = "https://media.example/a001.mov?signature=…";
/// let upload = RemoteUpload::new(account, folder, "a001.mov", url);
/// let uploaded = Transfers::new(client).remote_upload(upload).await?;
/// println!("{} bytes", uploaded.file.file_size);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct RemoteUpload {
    account_id: AccountId,
    folder_id: FolderId,
    name: String,
    source_url: SignedUrl,
    wait_for: WaitFor,
    wait_timeout: Option<Duration>,
}

impl RemoteUpload {
    /// Uploads the content of `source_url` to a folder. The service must be able to reach the URL.
    pub fn new(
        account_id: impl Into<AccountId>,
        folder_id: impl Into<FolderId>,
        name: impl Into<String>,
        source_url: impl Into<SignedUrl>,
    ) -> Self {
        Self {
            account_id: account_id.into(),
            folder_id: folder_id.into(),
            name: name.into(),
            source_url: source_url.into(),
            wait_for: WaitFor::Uploaded,
            wait_timeout: None,
        }
    }

    /// Sets the state to wait for. Default: [`WaitFor::Uploaded`].
    pub const fn wait(mut self, wait_for: WaitFor) -> Self {
        self.wait_for = wait_for;
        self
    }

    /// Limits the wait. Default: 6 hours, because the service has to fetch the file first.
    pub const fn wait_timeout(mut self, timeout: Duration) -> Self {
        self.wait_timeout = Some(timeout);
        self
    }
}

impl fmt::Debug for RemoteUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteUpload")
            .field("name", &self.name)
            .field("source_url", &self.source_url)
            .field("wait_for", &self.wait_for)
            .finish_non_exhaustive()
    }
}

pub(super) async fn run(
    inner: Arc<Inner>,
    upload: RemoteUpload,
) -> Result<Uploaded, TransferError> {
    let RemoteUpload { account_id, folder_id, name, source_url, wait_for, wait_timeout } = upload;
    let request = CreateRemoteUpload::new(&account_id, &folder_id, name, source_url);
    let created = inner.client.send(request).await.map_err(TransferError::call)?;
    let id = created.file.id;
    // Fetching can take as long as transcoding.
    let end = WaitFor::Transcoded.end(wait_timeout);
    let finished = async {
        let ids = (&account_id, &id);
        inner.poller.fetched(&inner.client, ids, end).await?;
        let file = match wait_for {
            // Size and media type are known only after fetching.
            WaitFor::Uploaded => inner.show(ids).await?,
            WaitFor::Transcoded => inner.poller.transcoded(&inner.client, ids, end).await?,
        };
        Ok(Uploaded { file, bytes: 0, digest: None, replaced: None, restarted: None })
    };
    finished.await.map_err(|error: TransferError| error.of_file(&id))
}
