//! Comments on files.

mod attachments;
mod text_review;
mod time;

use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, AttachmentId, CommentId, EncodeError, Extra, FileId, Page, UserId, endpoints, model,
    open_enum, response_types,
};
use jiff::Timestamp;

pub use self::attachments::{Attachment, AttachmentInput, CreatedAttachment};
pub use self::text_review::{
    TextReviewAnnotation, TextReviewAnnotationUpdate, TextReviewBounds, TextReviewType,
};
pub use self::time::MediaTime;
use crate::users::User;

endpoints! {
    /// Lists the comments on a file.
    pub struct ListComments {
        path {
            /// Account that holds the file.
            account_id: AccountId,
            /// File that is commented on.
            file_id: FileId,
        }
        query {
            /// Whether times are answered as `HH:MM:SS:FF` in place of frames. Default: false.
            timestamp_as_timecode: bool,
            /// What the answer holds besides.
            include: Vec<CommentInclude>,
            /// The order of the list. By owner needs the owner to be included.
            sort: CommentSort,
        }
        page 1..=100;
    }
    "comments.index" = GET "/v4/accounts/{account_id}/files/{file_id}/comments" -> Page<Comment>, 100 per minute;

    /// Shows a comment.
    pub struct ShowComment {
        path {
            /// Account that holds the file.
            account_id: AccountId,
            /// Comment to show.
            comment_id: CommentId,
        }
        query {
            /// Whether times are answered as `HH:MM:SS:FF` in place of frames. Default: false.
            timestamp_as_timecode: bool,
            /// What the answer holds besides.
            include: Vec<CommentInclude>,
        }
    }
    "comments.show" = GET "/v4/accounts/{account_id}/comments/{comment_id}" -> Comment, 100 per minute;

    /// Comments on a file. Replies to comments can be read, but not created.
    pub struct CreateComment {
        path {
            /// Account that holds the file.
            account_id: AccountId,
            /// File to comment on.
            file_id: FileId,
        }
        query {
            /// Whether times are answered as `HH:MM:SS:FF` in place of frames. Default: false.
            timestamp_as_timecode: bool,
        }
        body {
            /// What is said. 1 to 40 000 characters.
            text: String in 1..=40_000,
        }
        optional {
            /// When in the media it is said. Only for audio and video.
            timestamp: MediaTime,
            /// For how many frames it holds. At least 1; needs a timestamp.
            duration: u64 in 1..=u64::MAX,
            /// On which page of a document it is said. From 1.
            page: u32 in 1..=u64::MAX,
            /// Where in the picture it is said.
            anchor: Anchor,
            /// A drawing, as the JSON text of the service's player. At most 200 000 characters.
            annotation: String in 0..=200_000,
            /// A change to the text of a document.
            text_review_annotation: TextReviewAnnotation,
            /// Links in the text.
            links: Vec<LinkInput>,
            /// Files to attach; the answer has the URLs to upload them to. At most 6.
            attachments: Vec<AttachmentInput> in 0..=6,
            /// Whether it is done with.
            completed: bool,
        }
    }
    "comments.create" = POST "/v4/accounts/{account_id}/files/{file_id}/comments" -> Comment, 100 per minute;

    /// Changes a comment.
    pub struct UpdateComment {
        path {
            /// Account that holds the file.
            account_id: AccountId,
            /// Comment to change.
            comment_id: CommentId,
        }
        query {
            /// Whether times are answered as `HH:MM:SS:FF` in place of frames. Default: false.
            timestamp_as_timecode: bool,
        }
        optional {
            /// What is said. 1 to 40 000 characters.
            text: String in 1..=40_000,
            /// A change to the text of a document; what is not given stays.
            text_review_annotation: TextReviewAnnotationUpdate,
            /// Links in the text.
            links: Vec<LinkInput>,
        }
        nullable {
            /// When in the media it is said. Only for audio and video.
            timestamp: MediaTime,
            /// For how many frames it holds. At least 1.
            duration: u64 in 1..=u64::MAX,
            /// On which page of a document it is said. From 1.
            page: u32 in 1..=u64::MAX,
            /// Where in the picture it is said.
            anchor: Anchor,
            /// A drawing, as the JSON text of the service's player. At most 200 000 characters.
            annotation: String in 0..=200_000,
            /// Whether it is done with.
            completed: bool,
        }
    }
    "comments.update" = PATCH "/v4/accounts/{account_id}/comments/{comment_id}" -> Comment, 10 per minute;

    /// Deletes a comment.
    pub struct DeleteComment {
        path {
            /// Account that holds the file.
            account_id: AccountId,
            /// Comment to delete.
            comment_id: CommentId,
        }
    }
    "comments.delete" = DELETE "/v4/accounts/{account_id}/comments/{comment_id}" -> (), 60 per minute;

    /// Attaches a file to a comment, which then has to be uploaded. A comment has at most 6.
    pub struct CreateAttachment {
        path {
            /// Account that holds the file.
            account_id: AccountId,
            /// Comment to attach it to.
            comment_id: CommentId,
        }
        body {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// How large it is, in bytes. 1 to 5 000 000 000 000.
            file_size: u64 in 1..=5_000_000_000_000,
            /// Its media type. 1 to 255 characters.
            media_type: String in 1..=255,
        }
    }
    "comments.create_attachment" = POST "/v4/accounts/{account_id}/comments/{comment_id}/attachments" -> CreatedAttachment, 60 per minute;

    /// Deletes an attachment of a comment.
    pub struct DeleteAttachment {
        path {
            /// Account that holds the file.
            account_id: AccountId,
            /// Comment that it is attached to.
            comment_id: CommentId,
            /// Attachment to delete.
            attachment_id: AttachmentId,
        }
    }
    "comments.delete_attachment" = DELETE "/v4/accounts/{account_id}/comments/{comment_id}/attachments/{attachment_id}" -> (), 60 per minute;
}

open_enum! {
    /// What an answer about comments holds besides.
    pub enum CommentInclude {
        /// Who wrote it.
        Owner = "owner",
        /// The replies to it.
        Replies = "replies",
    }
}

open_enum! {
    /// The order of comments.
    pub enum CommentSort {
        /// By owner, A first.
        OwnerAsc = "owner_asc",
        /// By owner, Z first.
        OwnerDesc = "owner_desc",
        /// By time of completion, oldest first.
        CompletedAtAsc = "completed_at_asc",
        /// By time of completion, newest first.
        CompletedAtDesc = "completed_at_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

model! {
    /// A comment on a file.
    pub struct Comment {
        /// The comment's id.
        pub id: CommentId,
        /// The file that is commented on.
        pub file_id: FileId,
        /// What is said.
        pub text: String,
        /// When in the media it is said: a frame, or a timecode if that was asked for.
        pub timestamp: Option<MediaTime>,
        /// For how many frames it holds.
        pub duration: Option<u64>,
        /// On which page of a document it is said.
        pub page: Option<u32>,
        /// Where in the picture it is said.
        pub anchor: Option<Anchor>,
        /// A drawing, as the JSON text of the service's player.
        pub annotation: Option<String>,
        /// A change to the text of a document.
        pub text_review_annotation: Option<TextReviewAnnotation>,
        /// Links in the text.
        pub links: Vec<Link>,
        /// Users who are named in the text.
        pub mentions: Vec<Mention>,
        /// Files that are attached.
        pub attachments: Option<Vec<Attachment>>,
        /// Who wrote it, if included.
        pub owner: Option<User>,
        /// The replies to it, if included.
        pub replies: Option<Vec<Comment>>,
        /// When it was done with.
        pub completed_at: Option<Timestamp>,
        /// Who was done with it.
        pub completer_id: Option<UserId>,
        /// When its text was last changed.
        pub text_edited_at: Option<Timestamp>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Comment: one, page }

model! {
    /// A point of the picture, as fractions of its width and height from the top left.
    pub struct Anchor {
        /// From the left, 0 to 1.
        pub x: f64,
        /// From the top, 0 to 1.
        pub y: f64,
    }
}

impl Anchor {
    /// The point `x` of the width and `y` of the height, each from 0 to 1.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, extra: Extra::new() }
    }
}

impl Check for Anchor {
    fn check(&self, limits: &mut Limits) {
        for (field, value) in [("x", self.x), ("y", self.y)] {
            limits.finite(field, value);
            if value.is_finite() && !(0.0..=1.0).contains(&value) {
                limits.push(EncodeError::new(field, format!("is {value}, allowed are 0 to 1")));
            }
        }
    }
}

model! {
    /// A link in the text of a comment.
    pub struct Link {
        /// The first character of it.
        pub start_index: u32,
        /// The character after the last one.
        pub end_index: u32,
        /// What it says.
        pub text: String,
        /// Where it leads.
        pub url: String,
    }
}

model! {
    /// A link to put into the text of a comment.
    pub struct LinkInput {
        /// The first character of it.
        pub start_index: u32,
        /// The character after the last one. At least 1.
        pub end_index: u32,
        /// Where it leads.
        pub url: String,
    }
}

impl LinkInput {
    /// Makes the characters `range` of the text a link to `url`.
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
    /// A user who is named in the text of a comment.
    pub struct Mention {
        /// The first character of the name.
        pub start_index: u32,
        /// The character after the last one.
        pub end_index: u32,
        /// What is said.
        pub text: String,
        /// Who is meant.
        pub user_id: UserId,
    }
}
