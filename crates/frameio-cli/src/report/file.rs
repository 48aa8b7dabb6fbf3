//! The outcome of one file, in a line.

use std::path::{Component, Path};

use frameio::FileId;
use frameio::transfer::{Digest, Ignored, Outcome, TransferError};
use indicatif::HumanBytes;
use serde_json::{Map, Value, json};

use super::Record;
use crate::exit::Status;

/// Outcome of one file, or of a folder that failed.
pub(super) struct FileRecord<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) remote: &'a str,
    /// Names at the service of the last components of `local`.
    pub(super) names: &'a [String],
    pub(super) local: &'a Path,
    pub(super) file_id: Option<&'a FileId>,
    pub(super) digest: Option<&'a Digest>,
}

impl FileRecord<'_> {
    /// Returns whether the file needs attention.
    pub(super) const fn is_wrong(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_) | Outcome::Unfinished)
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
            Outcome::Unfinished => "unfinished",
            Outcome::Failed(_) => "failed",
            _ => "unknown",
        }
    }

    const fn bytes(&self) -> Option<u64> {
        match self.outcome {
            Outcome::Transferred { bytes } | Outcome::Planned { bytes } => Some(*bytes),
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

    /// Returns whether the local path has other names than the service has.
    fn is_renamed(&self) -> bool {
        let local = self.local.components().rev().map_while(|component| match component {
            Component::Normal(name) => Some(name),
            _ => None,
        });
        local.zip(self.names.iter().rev()).any(|(local, name)| local != name.as_str())
    }

    const fn error(&self) -> Option<&TransferError> {
        match self.outcome {
            Outcome::Failed(error) => Some(error),
            _ => None,
        }
    }
}

impl Record for FileRecord<'_> {
    fn lines(&self) -> Vec<String> {
        let mut text = format!("{:11} {}", self.name(), self.remote);
        if let Some(bytes) = self.bytes() {
            text += &format!(" ({})", HumanBytes(bytes));
        }
        if self.is_renamed() {
            text += &format!(" as {}", self.local.display());
        }
        if let Some(digest) = self.digest {
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
        vec![text]
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
        put("checksum", self.digest.map(Digest::as_str).into());
        put("reason", self.reason().into());
        let error = |error: &TransferError| {
            let kind = Status::of_transfer(error).name();
            json!({"kind": kind, "message": error.to_string()})
        };
        put("error", self.error().map(error).into());
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_shows_the_local_path_where_a_name_was_changed() {
        let names = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
        let line = |remote: &str, local: &str| {
            let (outcome, local) = (&Outcome::Transferred { bytes: 34 }, Path::new(local));
            let (path, names) = (format!("/P/{remote}"), names(remote));
            FileRecord { outcome, remote: &path, names: &names, local, file_id: None, digest: None }
                .lines()
                .concat()
        };
        assert_eq!(
            line("CON.txt", "out/_CON.txt"),
            "transferred /P/CON.txt (34 B) as out/_CON.txt"
        );
        assert_eq!(line("a:b/x.mov", "a_b/x.mov"), "transferred /P/a:b/x.mov (34 B) as a_b/x.mov");
        for same in ["out/Day 1/x.mov", "Day 1/x.mov", "./Day 1/x.mov", "x.mov", "./x.mov", ""] {
            assert_eq!(line("Day 1/x.mov", same), "transferred /P/Day 1/x.mov (34 B)");
        }
    }
}
