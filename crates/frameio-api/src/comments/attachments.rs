//! Attachments of comments.

use bytes::Bytes;
use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AttachmentId, DecodeError, Extra, FromResponse, SignedUrl, decode::decode_json, model,
};
use jiff::Timestamp;

model! {
    /// A file that is attached to a comment.
    pub struct Attachment {
        /// Id of the attachment.
        pub id: AttachmentId,
        /// Name of the file.
        pub name: String,
        /// Size in bytes.
        pub file_size: u64,
        /// Media type, such as `image/png`.
        pub media_type: Option<String>,
        /// URLs to upload the parts to, in the order of the content. Present only in the response
        /// to the creation. The service reports no sizes: all parts have the same size, except that
        /// the last one can be smaller.
        pub upload_urls: Option<Vec<SignedUrl>>,
        /// Creation time.
        pub created_at: Timestamp,
    }
}

model! {
    /// Result of [`CreateAttachment`](super::CreateAttachment).
    pub struct CreatedAttachment {
        /// The attachment with its upload URLs. The service does not guarantee to return it.
        pub attachment = "data": Option<Attachment>,
    }
}

impl FromResponse for CreatedAttachment {
    fn from_response(_: &http::response::Parts, body: Bytes) -> Result<Self, DecodeError> {
        decode_json(&body)
    }
}

model! {
    /// A file to attach to a new comment.
    pub struct AttachmentInput {
        /// Name, 1 to 255 characters.
        pub name: String,
        /// Size in bytes, 1 to 5 000 000 000 000.
        pub file_size: u64,
        /// Media type, such as `image/png`. 1 to 255 characters.
        pub media_type: String,
    }
}

impl AttachmentInput {
    /// Creates the description of a file with `file_size` bytes.
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
    fn decodes_upload_urls_without_sizes_and_hides_their_signatures() {
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
    fn accepts_responses_without_an_attachment() {
        for nothing in [r#"{"data":null}"#, "{}"] {
            assert_eq!(read(nothing).unwrap().attachment, None);
        }
        assert_eq!(read(r#"{"data":{"id":1}}"#).unwrap_err().path, "data.id");
    }
}
