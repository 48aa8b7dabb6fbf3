//! Results of requests that create files, and the texts in their arguments.

use bytes::Bytes;
use frameio_core::limits::{Check, Limits};
use frameio_core::{
    DecodeError, EncodeError, Extra, FileId, FromResponse, SignedUrl, decode::decode_json, id,
    model, response_types,
};
use jiff::Timestamp;

use super::File;

use crate::text::text;

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
