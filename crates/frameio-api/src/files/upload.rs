//! Uploads: their requests and results, and the texts in requests that create files.

use bytes::Bytes;
use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, DecodeError, EncodeError, Endpoint, Extra, FileId, FolderId, FromResponse,
    SignedUrl, decode::decode_json, id, model, response_types,
};
use jiff::Timestamp;

use super::File;
use crate::text::text;

/// Creates a file and returns the URLs to upload its content to.
///
/// Returns the [`File`] with [`upload_urls`](File::upload_urls), one for each part. Send each part
/// with `PUT` within 24 hours, without a token: exactly `size` bytes, with the headers
/// `x-amz-acl: private` and `Content-Type` equal to the `media_type` of the file. Parts can be sent
/// in parallel and in any order. The upload is complete when the service has all of them. The
/// feature `transfer` of `frameio` does all this.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::files::CreateLocalUpload;
///
/// let file = client.send(CreateLocalUpload::new("account", "folder", "cut.mov", 50_645_990)).await?;
/// for part in file.upload_urls.unwrap_or_default() {
///     println!("PUT {} bytes", part.size);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/files/local_upload",
    id = "files.create_local_upload", response = File, quota = "5/s",
)]
#[non_exhaustive]
pub struct CreateLocalUpload {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder in which to create the file.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// Size in bytes, 1 to 5 000 000 000 000.
    #[endpoint(body, range = 1..=5_000_000_000_000)]
    pub file_size: u64,
}

/// Creates a file whose content the service downloads from a URL.
///
/// Returns the [`RemoteUpload`] before the download is complete. [`ShowUploadStatus`] reports the
/// progress. The service downloads at most 50 GB.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/files/remote_upload",
    id = "files.create_remote_upload", response = RemoteUpload, quota = "5/s",
)]
#[non_exhaustive]
pub struct CreateRemoteUpload {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder in which to create the file.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// URL from which the service downloads the content. It has to be reachable from the internet.
    #[endpoint(body)]
    pub source_url: SignedUrl,
}

/// Shows the progress of an upload.
///
/// Returns the [`UploadStatus`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/files/{file_id}/status",
    id = "files.show_file_upload_status", response = UploadStatus, quota = "5/s",
)]
#[non_exhaustive]
pub struct ShowUploadStatus {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File that is being uploaded.
    #[endpoint(path)]
    pub file_id: FileId,
}

text! {
    /// Media type of a file, such as `video/mp4`.
    pub struct MediaType;
}

text! {
    /// Key of an object in storage that is connected to the account.
    pub struct StorageKey;
}

model! {
    /// Upload URL of a part.
    pub struct UploadUrl {
        /// Size of the part in bytes, chosen by the service. The request has to contain exactly
        /// that many.
        pub size: u64,
        /// Signed URL for a `PUT` request. Expires after 24 hours and cannot be renewed.
        pub url: SignedUrl,
    }
}

model! {
    /// Progress of an upload.
    pub struct UploadStatus {
        /// Id of the file.
        pub id: FileId,
        /// Media type of the file, such as `video/mp4`.
        pub filetype: String,
        /// Whether all content is uploaded.
        pub upload_complete: bool,
        /// Whether the upload failed permanently.
        pub upload_failed: bool,
        /// Time at which the last content was uploaded. Absent while the upload is incomplete.
        pub upload_completed_at: Option<Timestamp>,
        /// Time at which the file became available. Absent until then.
        pub uploaded_at: Option<Timestamp>,
    }
}
response_types! { UploadStatus: one }

model! {
    /// A file whose content the service is downloading.
    pub struct RemoteUpload {
        /// The file. Its content is not available yet.
        pub file = "data": File,
        /// Links to related operations: `status` is the route of
        /// [`ShowUploadStatus`](super::ShowUploadStatus).
        pub links: Extra,
    }
}

impl FromResponse for RemoteUpload {
    fn from_response(_: &http::response::Parts, body: Bytes) -> Result<Self, DecodeError> {
        decode_json(&body)
    }
}

id! {
    /// Id of storage that is connected to the account: a UUID in lower case, or two joined by a
    /// hyphen.
    pub struct StorageLocation;
}

impl Check for StorageLocation {
    fn check(&self, limits: &mut Limits) {
        let text = self.as_str();
        let two =
            text.split_at_checked(36).and_then(|(one, rest)| Some((one, rest.strip_prefix('-')?)));
        if !is_uuid(text) && !two.is_some_and(|(one, other)| is_uuid(one) && is_uuid(other)) {
            let message = "must be a UUID in lower case, or two joined by a hyphen";
            limits.push(EncodeError::new("", message));
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let fits = |(i, byte)| match i {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}
