//! The outcome of one file, in a line.

use std::path::Path;

use frameio::FileId;
use frameio::transfer::{Digest, Ignored, Outcome, RemotePath, TransferError};
use indicatif::HumanBytes;
use serde_json::{Map, Value, json};

use super::{Record, printable};
use crate::exit::Status;

/// Outcome of one file, or of a folder that failed.
pub(super) struct FileRecord<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) remote: &'a str,
    pub(super) local: &'a Path,
    pub(super) file_id: Option<&'a FileId>,
}

impl FileRecord<'_> {
    /// Returns whether the file needs attention.
    pub(super) const fn is_wrong(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_) | Outcome::Conflict(_) | Outcome::Unfinished)
    }

    /// Returns whether the file was ignored.
    pub(super) const fn is_ignored(&self) -> bool {
        matches!(self.outcome, Outcome::Ignored(_))
    }

    /// Returns whether the file was ignored although nobody asked for that.
    pub(super) const fn is_ignored_unasked(&self) -> bool {
        match self.outcome {
            Outcome::Ignored(why) => !matches!(why, Ignored::Hidden | Ignored::Excluded),
            _ => false,
        }
    }

    const fn name(&self) -> &'static str {
        match self.outcome {
            Outcome::Transferred { .. } => "transferred",
            Outcome::Skipped => "skipped",
            Outcome::Planned { .. } => "planned",
            Outcome::Ignored(_) => "ignored",
            Outcome::Conflict(_) => "conflict",
            Outcome::Unfinished => "unfinished",
            Outcome::Failed(_) => "failed",
            _ => "unknown",
        }
    }

    const fn bytes(&self) -> Option<u64> {
        match self.outcome {
            Outcome::Transferred { bytes, .. } => Some(*bytes),
            Outcome::Planned { bytes } => *bytes,
            _ => None,
        }
    }

    fn reason(&self) -> Option<String> {
        match self.outcome {
            Outcome::Ignored(why) => Some(why.to_string()),
            Outcome::Unfinished => {
                Some("a file of this name at the service is incomplete, and stays there".to_owned())
            }
            _ => None,
        }
    }

    /// Returns the name on the disk of a file that is received under another name.
    fn changed_name(&self) -> Option<String> {
        let is_written = matches!(
            self.outcome,
            Outcome::Transferred { .. } | Outcome::Planned { .. } | Outcome::Conflict(_)
        );
        let name = self.local.file_name()?.to_str()?;
        let remote = self.remote.parse::<RemotePath>().ok()?;
        let is_changed = remote.names().last().is_some_and(|remote| remote != name);
        (is_written && is_changed).then(|| name.to_owned())
    }

    const fn digest(&self) -> Option<&Digest> {
        match self.outcome {
            Outcome::Transferred { digest, .. } => digest.as_ref(),
            _ => None,
        }
    }

    const fn error(&self) -> Option<&TransferError> {
        match self.outcome {
            Outcome::Failed(error) | Outcome::Conflict(error) => Some(error),
            _ => None,
        }
    }
}

impl Record for FileRecord<'_> {
    fn text(&self) -> String {
        let mut text = format!("{:11} {}", self.name(), self.remote);
        match (self.outcome, self.bytes()) {
            (_, Some(bytes)) => text += &format!(" ({})", HumanBytes(bytes)),
            (Outcome::Planned { .. }, None) => text += " (size unknown)",
            _ => {}
        }
        if let Some(name) = self.changed_name() {
            text += &format!(" as '{name}'");
        }
        if let Some(digest) = self.digest() {
            text += &format!(" {digest}");
        }
        if let (Outcome::Unfinished, Some(id)) = (self.outcome, self.file_id) {
            text += &format!(" {}", id.as_str());
        }
        if let Some(reason) = self.reason() {
            text += &format!(": {reason}");
        }
        if let Some(error) = self.error() {
            text += &format!(": {error}");
        }
        printable(&text)
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                object.insert(name.to_owned(), value);
            }
        };
        put("outcome", self.name().into());
        put("remote", self.remote.into());
        let local = self.local.to_string_lossy();
        put("local", if local.is_empty() { Value::Null } else { local.into() });
        put("file_id", self.file_id.map(FileId::as_str).into());
        put("bytes", self.bytes().into());
        put("checksum", self.digest().map(Digest::as_str).into());
        put("reason", self.reason().into());
        let error = |error: &TransferError| {
            let kind = Status::of_transfer(error).name();
            json!({"kind": kind, "message": error.to_string()})
        };
        put("error", self.error().map(error).into());
        Value::Object(object)
    }
}
