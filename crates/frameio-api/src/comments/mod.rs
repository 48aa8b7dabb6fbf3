//! Comments on files: their text, position, drawings and attachments.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::comments::{CommentInclude, ListComments};
//!
//! let list = ListComments::new("account", "file").include([CommentInclude::Owner]);
//! let mut comments = client.items(list);
//! while let Some(comment) = comments.next().await {
//!     let comment = comment?;
//!     let author = comment.owner.map_or_else(String::new, |owner| owner.email);
//!     println!("{author}: {}", comment.text);
//! }
//! # Ok(())
//! # }
//! ```

mod attachments;
mod text_review;
mod time;

use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, AttachmentId, CommentId, Cursor, EncodeError, Endpoint, Extra, FileId, Operation,
    Page, Patch, UserId, model, open_enum, response_types,
};
use jiff::Timestamp;

pub use self::attachments::{Attachment, AttachmentInput, CreatedAttachment};
pub use self::text_review::{
    TextReviewAnnotation, TextReviewAnnotationUpdate, TextReviewBounds, TextReviewType,
};
pub use self::time::MediaTime;
use crate::files::MediaType;
use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ListComments::OPERATION,
    ShowComment::OPERATION,
    CreateComment::OPERATION,
    UpdateComment::OPERATION,
    DeleteComment::OPERATION,
    CreateAttachment::OPERATION,
    DeleteAttachment::OPERATION,
];

/// Lists the comments on a file.
///
/// Returns pages of [`Comment`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/files/{file_id}/comments",
    id = "comments.index", response = Page<Comment>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListComments {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File whose comments are listed.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Whether timestamps in the response are timecodes (`HH:MM:SS:FF`) instead of frame numbers.
    /// Default: false.
    #[endpoint(query)]
    pub timestamp_as_timecode: Option<bool>,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<Vec<CommentInclude>>,
    /// Sort order. Sorting by owner requires [`CommentInclude::Owner`]. Default: chosen by the
    /// service.
    #[endpoint(query)]
    pub sort: Option<CommentSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Shows a comment.
///
/// Returns the [`Comment`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/comments/{comment_id}",
    id = "comments.show", response = Comment, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowComment {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Comment to show.
    #[endpoint(path)]
    pub comment_id: CommentId,
    /// Whether timestamps in the response are timecodes (`HH:MM:SS:FF`) instead of frame numbers.
    /// Default: false.
    #[endpoint(query)]
    pub timestamp_as_timecode: Option<bool>,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<Vec<CommentInclude>>,
}

/// Creates a comment on a file.
///
/// Returns the [`Comment`]. The API returns replies to comments, but cannot create them.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::comments::CreateComment;
///
/// let comment = CreateComment::new("account", "file", "Too dark").timestamp(48_u64).duration(24);
/// let comment = client.send(comment).await?;
/// println!("{}", comment.id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/files/{file_id}/comments",
    id = "comments.create", response = Comment, quota = "100/min",
)]
#[non_exhaustive]
pub struct CreateComment {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to comment on.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Whether the timestamp in the response is a timecode (`HH:MM:SS:FF`) instead of a frame
    /// number. Default: false.
    #[endpoint(query)]
    pub timestamp_as_timecode: Option<bool>,
    /// Text, 1 to 40 000 characters.
    #[endpoint(body, len = 1..=40_000)]
    pub text: String,
    /// Position in the media: a frame number or a timecode. Only for audio and video.
    #[endpoint(body)]
    pub timestamp: Option<MediaTime>,
    /// Duration in frames, at least 1. Requires a timestamp.
    #[endpoint(body, range = 1..)]
    pub duration: Option<u64>,
    /// Page of a document, starting at 1.
    #[endpoint(body, range = 1..)]
    pub page: Option<u32>,
    /// Position in the image.
    #[endpoint(body)]
    pub anchor: Option<Anchor>,
    /// Drawing in the JSON format of the web player, at most 200 000 characters.
    #[endpoint(body, len = ..=200_000)]
    pub annotation: Option<String>,
    /// Suggested change to the text of a document.
    #[endpoint(body)]
    pub text_review_annotation: Option<TextReviewAnnotation>,
    /// Links in the text.
    #[endpoint(body)]
    pub links: Option<Vec<LinkInput>>,
    /// Files to attach, at most 6. The response contains their upload URLs.
    #[endpoint(body, items = ..=6)]
    pub attachments: Option<Vec<AttachmentInput>>,
    /// Whether the comment is marked as completed.
    #[endpoint(body)]
    pub completed: Option<bool>,
}

/// Updates a comment.
///
/// Returns the updated [`Comment`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/comments/{comment_id}",
    id = "comments.update", response = Comment, quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateComment {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Comment to change.
    #[endpoint(path)]
    pub comment_id: CommentId,
    /// Whether the timestamp in the response is a timecode (`HH:MM:SS:FF`) instead of a frame
    /// number. Default: false.
    #[endpoint(query)]
    pub timestamp_as_timecode: Option<bool>,
    /// Text, 1 to 40 000 characters.
    #[endpoint(body, len = 1..=40_000)]
    pub text: Option<String>,
    /// Changes to the suggested change to the text of a document.
    #[endpoint(body)]
    pub text_review_annotation: Option<TextReviewAnnotationUpdate>,
    /// Links in the text, replacing the existing ones.
    #[endpoint(body)]
    pub links: Option<Vec<LinkInput>>,
    /// Position in the media: a frame number or a timecode. Only for audio and video.
    #[endpoint(body)]
    pub timestamp: Patch<MediaTime>,
    /// Duration in frames, at least 1. Requires a timestamp.
    #[endpoint(body, range = 1..)]
    pub duration: Patch<u64>,
    /// Page of a document, starting at 1.
    #[endpoint(body, range = 1..)]
    pub page: Patch<u32>,
    /// Position in the image.
    #[endpoint(body)]
    pub anchor: Patch<Anchor>,
    /// Drawing in the JSON format of the web player, at most 200 000 characters.
    #[endpoint(body, len = ..=200_000)]
    pub annotation: Patch<String>,
    /// Whether the comment is marked as completed.
    #[endpoint(body)]
    pub completed: Patch<bool>,
}

/// Deletes a comment.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/comments/{comment_id}",
    id = "comments.delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteComment {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Comment to delete.
    #[endpoint(path)]
    pub comment_id: CommentId,
}

/// Attaches a file to a comment. The content is uploaded afterwards.
///
/// Returns the [`CreatedAttachment`] with the upload URLs. A comment has at most 6 attachments.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/comments/{comment_id}/attachments",
    id = "comments.create_attachment", response = CreatedAttachment, quota = "60/min",
)]
#[non_exhaustive]
pub struct CreateAttachment {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Comment that receives the attachment.
    #[endpoint(path)]
    pub comment_id: CommentId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// Size in bytes, 1 to 5 000 000 000 000.
    #[endpoint(body, range = 1..=5_000_000_000_000)]
    pub file_size: u64,
    /// Media type, such as `image/png`. 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub media_type: MediaType,
}

/// Deletes an attachment of a comment.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/comments/{comment_id}/attachments/{attachment_id}",
    id = "comments.delete_attachment", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteAttachment {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Comment with the attachment.
    #[endpoint(path)]
    pub comment_id: CommentId,
    /// Attachment to delete.
    #[endpoint(path)]
    pub attachment_id: AttachmentId,
}

open_enum! {
    /// Related resources to include in responses about comments.
    pub enum CommentInclude {
        /// User who wrote the comment.
        Owner = "owner",
        /// Replies to the comment.
        Replies = "replies",
    }
}

open_enum! {
    /// Sort order of comments.
    pub enum CommentSort {
        /// By owner, A to Z.
        OwnerAsc = "owner_asc",
        /// By owner, Z to A.
        OwnerDesc = "owner_desc",
        /// By completion time, oldest first.
        CompletedAtAsc = "completed_at_asc",
        /// By completion time, newest first.
        CompletedAtDesc = "completed_at_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

model! {
    /// A comment on a file.
    pub struct Comment {
        /// Id of the comment.
        pub id: CommentId,
        /// File with the comment.
        pub file_id: FileId,
        /// Text, 1 to 40 000 characters.
        pub text: String,
        /// Position in the media: a frame number, or a timecode if `timestamp_as_timecode` is
        /// requested. Absent for comments without a position.
        pub timestamp: Option<MediaTime>,
        /// Duration in frames, at least 1, starting at `timestamp`. Absent for comments without a
        /// duration.
        pub duration: Option<u64>,
        /// Page of a document, starting at 1. Absent for other media.
        pub page: Option<u32>,
        /// Position in the image, if the comment has one.
        pub anchor: Option<Anchor>,
        /// Drawing in the JSON format of the web player, if the comment has one.
        pub annotation: Option<String>,
        /// Suggested change to the text of a document, if the comment has one.
        pub text_review_annotation: Option<TextReviewAnnotation>,
        /// Links in the text.
        pub links: Vec<Link>,
        /// Mentions of users in the text.
        pub mentions: Vec<Mention>,
        /// Attached files. Absent if the comment has no attachments.
        pub attachments: Option<Vec<Attachment>>,
        /// User who wrote the comment. Present only if [`CommentInclude::Owner`] is requested.
        pub owner: Option<User>,
        /// Replies to the comment. Present only if [`CommentInclude::Replies`] is requested.
        pub replies: Option<Vec<Comment>>,
        /// Time at which the comment was marked as completed. Absent if it is not.
        pub completed_at: Option<Timestamp>,
        /// User who marked the comment as completed. Absent if nobody did.
        pub completer_id: Option<UserId>,
        /// Time of the last change to the text. Absent if it was never edited.
        pub text_edited_at: Option<Timestamp>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { Comment: one, page }

model! {
    /// A point of an image, in fractions of its width and height from the top left corner.
    pub struct Anchor {
        /// Distance from the left, 0 to 1.
        pub x: f64,
        /// Distance from the top, 0 to 1.
        pub y: f64,
    }
}

impl Anchor {
    /// Creates a point from its distances from the left and from the top, each 0 to 1.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, extra: Extra::new() }
    }
}

impl Check for Anchor {
    fn check(&self, limits: &mut Limits) {
        for (field, value) in [("x", self.x), ("y", self.y)] {
            limits.finite(field, value);
            if value.is_finite() && !(0.0..=1.0).contains(&value) {
                limits.push(EncodeError::new(field, format!("is {value}, expected 0 to 1")));
            }
        }
    }
}

model! {
    /// A link in the text of a comment.
    pub struct Link {
        /// Index of the first character, starting at 0.
        pub start_index: u32,
        /// Index of the character after the last one.
        pub end_index: u32,
        /// Text of the link.
        pub text: String,
        /// Destination.
        pub url: String,
    }
}

model! {
    /// A link in the text of a comment to create or update.
    pub struct LinkInput {
        /// Index of the first character, starting at 0.
        pub start_index: u32,
        /// Index of the character after the last one. At least 1.
        pub end_index: u32,
        /// Destination.
        pub url: String,
    }
}

impl LinkInput {
    /// Creates a link from the characters `range` of the text to `url`.
    pub fn new(range: std::ops::Range<u32>, url: impl Into<String>) -> Self {
        Self {
            start_index: range.start,
            end_index: range.end,
            url: url.into(),
            extra: Extra::new(),
        }
    }
}

impl Check for LinkInput {
    fn check(&self, limits: &mut Limits) {
        limits.check("end_index", &self.end_index, 1..=u64::MAX);
    }
}

model! {
    /// A mention of a user in the text of a comment.
    pub struct Mention {
        /// Index of the first character, starting at 0.
        pub start_index: u32,
        /// Index of the character after the last one.
        pub end_index: u32,
        /// Text of the mention.
        pub text: String,
        /// User who is mentioned.
        pub user_id: UserId,
    }
}
