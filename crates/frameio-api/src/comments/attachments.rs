//! Files that are attached to comments.

use bytes::Bytes;
use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AttachmentId, DecodeError, Extra, FromResponse, SignedUrl, decode::decode_json, model,
};
use jiff::Timestamp;

model! {
    /// A file that is attached to a comment.
    pub struct Attachment {
        /// The attachment's id.
        pub id: AttachmentId,
        /// What it is called.
        pub name: String,
        /// How large it is, in bytes.
        pub file_size: u64,
        /// Its media type.
        pub media_type: Option<String>,
        /// Where its parts are to be sent, in order: only in the answer to its creation. No sizes
        /// come with them: all parts are of one size but the last, which may be smaller.
        pub upload_urls: Option<Vec<SignedUrl>>,
        /// When it was created.
        pub created_at: Timestamp,
    }
}

model! {
    /// What [`CreateAttachment`](super::CreateAttachment) is answered with.
    pub struct CreatedAttachment {
        /// The attachment, with the URLs to upload it to; the service promises none.
        pub attachment = "data": Option<Attachment>,
    }
}

impl FromResponse for CreatedAttachment {
    fn from_response(_: &http::response::Parts, body: Bytes) -> Result<Self, DecodeError> {
        decode_json(&body)
    }
}

model! {
    /// A file to attach to a comment.
    pub struct AttachmentInput {
        /// What it is called. 1 to 255 characters.
        pub name: String,
        /// How large it is, in bytes. 1 to 5 000 000 000 000.
        pub file_size: u64,
        /// Its media type. 1 to 255 characters.
        pub media_type: String,
    }
}

impl AttachmentInput {
    /// A file of `file_size` bytes.
    pub fn new(name: impl Into<String>, file_size: u64, media_type: impl Into<String>) -> Self {
        Self { name: name.into(), file_size, media_type: media_type.into(), extra: Extra::new() }
    }
}

impl Check for AttachmentInput {
    fn check(&self, limits: &mut Limits) {
        limits.check("name", &self.name, 1..=255);
        limits.check("file_size", &self.file_size, 1..=5_000_000_000_000);
        limits.check("media_type", &self.media_type, 1..=255);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn read(response: &'static str) -> Result<CreatedAttachment, DecodeError> {
        let (parts, ()) = http::Response::new(()).into_parts();
        CreatedAttachment::from_response(&parts, Bytes::from(response))
    }

    #[test]
    fn the_urls_to_upload_to_come_without_sizes() {
        let response = r#"{"data":{"id":"1","name":"a.png","file_size":6,"upload_urls":
            ["https://s3.example/1?X-Amz-Signature=canary","https://s3.example/2?b"],
            "created_at":"2026-03-22T10:11:12Z"}}"#;
        let created = read(response).unwrap();
        let shown = format!("{created:?}");
        assert!(!shown.contains("canary"), "{shown}");
        let urls = created.attachment.unwrap().upload_urls.unwrap();
        assert_eq!(urls[1].as_str(), "https://s3.example/2?b");
    }

    #[test]
    fn a_response_may_hold_no_attachment() {
        for nothing in [r#"{"data":null}"#, "{}"] {
            assert_eq!(read(nothing).unwrap().attachment, None);
        }
        assert_eq!(read(r#"{"data":{"id":1}}"#).unwrap_err().path, "data.id");
    }
}
