//! A comment after a change, as `frameio comments list` shows it.

use frameio::comments::{Comment, CommentInclude, ShowComment};
use frameio::markers::{CommentReader, marker_of};
use frameio::{AccountId, Client};
use serde_json::Value;

use super::row::comment_json;
use crate::report::Record;

/// A changed comment: a line for people, and all of its fields for programs.
pub(super) struct ChangedComment {
    line: String,
    json: Value,
}

impl ChangedComment {
    /// Creates the record of a comment. For JSON, requests what the response to a change lacks: the author,
    /// the replies, and the frame rate of the file. It fails no change, so missing values stay empty.
    pub(super) async fn read(
        client: &Client,
        account: &AccountId,
        comment: Comment,
        line: String,
        is_json: bool,
    ) -> Self {
        if !is_json {
            return Self { line, json: Value::Null };
        }
        let comment = match &comment.owner {
            Some(_) => comment,
            None => {
                let show = ShowComment::new(account, &comment.id)
                    .include([CommentInclude::Owner, CommentInclude::Replies]);
                client.send(show).await.unwrap_or(comment)
            }
        };
        let media = match comment.timestamp {
            Some(_) => {
                CommentReader::new(client.clone(), account).media(&comment.file_id).await.ok()
            }
            None => None,
        };
        let file = comment.file_id.clone();
        let marker = marker_of(comment, media.as_ref());
        Self { line, json: comment_json(&marker, media.as_ref(), file.as_str()) }
    }
}

impl Record for ChangedComment {
    fn lines(&self) -> Vec<String> {
        vec![self.line.clone()]
    }

    fn json(&self) -> Value {
        self.json.clone()
    }
}
