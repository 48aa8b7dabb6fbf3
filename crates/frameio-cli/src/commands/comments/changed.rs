//! A comment after a change, as the service reports it.

use frameio::comments::Comment;
use serde_json::Value;

use crate::exit::Failure;
use crate::report::{self, Record};

/// A changed comment: a line for people, and all of its fields for programs.
pub(super) struct ChangedComment {
    line: String,
    json: Value,
}

impl ChangedComment {
    pub(super) fn new(line: String, comment: &Comment) -> Result<Self, Failure> {
        Ok(Self { line, json: report::json(comment)? })
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
