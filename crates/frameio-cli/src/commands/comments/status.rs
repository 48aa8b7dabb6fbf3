//! Failures of reading comments.

use frameio::markers::{CommentsError, CommentsErrorKind};

use crate::exit::{Failure, Status};

/// Returns the status for a file or folder that could not be read.
pub(super) fn of(error: &CommentsError) -> Status {
    match &error.kind {
        CommentsErrorKind::Call(error) => Status::of_call(error),
        CommentsErrorKind::Folder(error) => Status::of_file(error),
        CommentsErrorKind::Item(_) => Status::Unexpected,
        // Of the arguments: nothing was changed.
        CommentsErrorKind::Timecode(_) => Status::Usage,
        _ => Status::Other,
    }
}

/// Returns the error in one line, with the option that helps.
pub(super) fn message(error: &CommentsError) -> String {
    match error.kind {
        CommentsErrorKind::UnknownRate | CommentsErrorKind::Rate(_) => format!("{error} ('--fps')"),
        CommentsErrorKind::Timecode(_) => format!("{error} ('--start-tc')"),
        _ => error.to_string(),
    }
}

/// Returns the failure of a command that reads one file.
pub(super) fn failure(error: CommentsError) -> Failure {
    let (status, message) = (of(&error), message(&error));
    match error.kind {
        CommentsErrorKind::Call(error) => error.into(),
        _ => Failure::new(status, message),
    }
}
