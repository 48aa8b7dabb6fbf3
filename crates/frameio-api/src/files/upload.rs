//! What uploads answer with.

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
    /// Key of an object in connected storage.
    pub struct StorageKey;
}

model! {
    /// Where a part of a file is to be sent.
    pub struct UploadUrl {
        /// How many bytes the part has: the service's choice.
        pub size: u64,
        /// Where to `PUT` it; it expires after 24 hours.
        pub url: SignedUrl,
    }
}

model! {
    /// How far the upload of a file is.
    pub struct UploadStatus {
        /// The file's id.
        pub id: FileId,
        /// The file's media type.
        pub filetype: String,
        /// Whether all bytes are there.
        pub upload_complete: bool,
        /// Whether it failed for good.
        pub upload_failed: bool,
        /// When all bytes were there.
        pub upload_completed_at: Option<Timestamp>,
        /// When the file was ready to be used.
        pub uploaded_at: Option<Timestamp>,
    }
}
response_types! { UploadStatus: one }

model! {
    /// A file that the service is fetching.
    pub struct RemoteUpload {
        /// The file.
        pub file = "data": File,
        /// Where its status can be asked for: `status` is the route of [`ShowUploadStatus`].
        pub links: Extra,
    }
}

impl FromResponse for RemoteUpload {
    fn from_response(_: &http::response::Parts, body: Bytes) -> Result<Self, DecodeError> {
        decode_json(&body)
    }
}

id! {
    /// Names storage that is connected to the account: a UUID, or two joined by a hyphen.
    pub struct StorageLocation;
}

impl Check for StorageLocation {
    fn check(&self, limits: &mut Limits) {
        let text = self.as_str();
        let two =
            text.split_at_checked(36).and_then(|(one, rest)| Some((one, rest.strip_prefix('-')?)));
        if !is_uuid(text) && !two.is_some_and(|(one, other)| is_uuid(one) && is_uuid(other)) {
            let message = "is neither a UUID in lower case nor two joined by a hyphen";
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
