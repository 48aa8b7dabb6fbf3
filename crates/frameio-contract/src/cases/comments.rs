use frameio_api::comments::{
    CreateAttachment, CreateComment, DeleteAttachment, DeleteComment, ListComments, ShowComment,
    TextReviewType, UpdateComment,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListComments>(),
            case::<ShowComment>(),
            case::<CreateComment>(),
            case::<UpdateComment>(),
            case::<DeleteComment>(),
            case::<CreateAttachment>(),
            case::<DeleteAttachment>(),
        ],
        enums: known![TextReviewType],
        tolerated: vec![
            ("Comment", "timestamp", "null for media without a timeline"),
            ("CommentWithIncludes", "timestamp", "null for media without a timeline"),
        ],
    }
}
