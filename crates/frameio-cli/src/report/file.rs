//! Formats the outcome of a file.

use std::path::{Path, PathBuf};

use frameio::FileId;
use frameio::transfer::{
    Compared, Digest, Ignored, Item, Outcome, RemotePath, Stacked, TransferError, Verdict,
};
use indicatif::HumanBytes;
use serde_json::{Map, Value, json};

use super::Record;
use super::run_file::ReportRow;
use crate::exit::Status;

/// Outcome of one file, or of a folder that failed.
pub(super) struct FileRecord<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) remote: &'a str,
    pub(super) local: &'a Path,
    /// Directory that files are downloaded to.
    pub(super) directory: Option<&'a Path>,
    pub(super) file_id: Option<&'a FileId>,
    pub(super) compared: Option<&'a Compared>,
    pub(super) stacked: Option<Stacked>,
    /// Reason why an upload was restarted.
    pub(super) restarted: Option<&'a str>,
    pub(super) is_dry_run: bool,
}

impl FileRecord<'_> {
    /// Returns whether the file needs attention.
    pub(super) const fn is_wrong(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_) | Outcome::Conflict(_) | Outcome::Unfinished)
    }

    /// Returns whether the file is printed even where progress bars show the others.
    pub(super) fn needs_attention(&self) -> bool {
        self.has_notable_reason() || self.restarted.is_some()
    }

    /// Returns whether the reason of the result is printed.
    fn has_notable_reason(&self) -> bool {
        self.is_ignored_unexpectedly()
            || self.is_not_head()
            || self.verdict() == Some(Verdict::LowerVersion)
            || self.is_resolved_conflict()
            || matches!(self.outcome, Outcome::Changed | Outcome::Kept)
    }

    /// Returns whether only the size of a skipped file is known to be equal.
    pub(super) fn is_unverified(&self) -> bool {
        matches!(self.outcome, Outcome::Skipped) && self.verdict() == Some(Verdict::Unverified)
    }

    /// Returns whether the file was stacked, but is not the head.
    pub(super) fn is_not_head(&self) -> bool {
        self.stacked == Some(Stacked::NotHead)
    }

    /// Returns whether the file was transferred although both sides differ. The reason says what happened to the
    /// other file.
    fn is_resolved_conflict(&self) -> bool {
        matches!(self.outcome, Outcome::Transferred { .. })
            && self.verdict() == Some(Verdict::Conflict)
    }

    fn verdict(&self) -> Option<Verdict> {
        self.compared.map(|compared| compared.verdict)
    }

    /// Returns whether the file was ignored.
    pub(super) const fn is_ignored(&self) -> bool {
        matches!(self.outcome, Outcome::Ignored(_))
    }

    /// Returns whether the file was ignored for another reason than the user's options.
    pub(super) const fn is_ignored_unexpectedly(&self) -> bool {
        match self.outcome {
            Outcome::Ignored(why) => {
                use Ignored::{Excluded, ExcludedByDefault, HashLists, Hidden};
                !matches!(why, Hidden | Excluded | ExcludedByDefault | HashLists)
            }
            _ => false,
        }
    }

    /// Returns the row of a report. `moved` is the number of bytes that were transferred in this run, if
    /// the transfer was started.
    pub(super) fn row(&self, item: &Item, moved: Option<u64>) -> ReportRow {
        let error = self.error().map(ToString::to_string);
        let local = self.local.to_string_lossy();
        ReportRow {
            state: if self.is_unverified() { Verdict::Unverified.as_str() } else { self.name() },
            path: self.remote.to_owned(),
            local: Some(local.into_owned()).filter(|local| !local.is_empty()),
            size: item.size,
            bytes: moved.or_else(|| self.error().map(|_| 0)),
            checksum: self.digest().or(item.recorded.as_ref()).map(ToString::to_string),
            id: self.file_id.map(|id| id.as_str().to_owned()),
            link: item.view_url.clone(),
            seconds: item.elapsed.map(|elapsed| (elapsed.as_secs_f64() * 1e3).round() / 1e3),
            reason: error
                .or_else(|| self.compared.map(|it| it.reason.clone()))
                .or_else(|| self.reason()),
        }
    }

    /// Returns the name of the outcome in text: in a dry run, that of the verdict.
    fn shown_name(&self) -> &'static str {
        match (self.outcome, self.verdict()) {
            (Outcome::Planned { .. } | Outcome::Skipped, Some(verdict)) if self.is_dry_run => {
                verdict.as_str()
            }
            (Outcome::Skipped, Some(Verdict::Unverified)) => Verdict::Unverified.as_str(),
            (Outcome::Deleted, _) if self.is_dry_run => "delete",
            (Outcome::Moved { .. }, _) if self.is_dry_run => "move",
            _ => self.name(),
        }
    }

    const fn name(&self) -> &'static str {
        match self.outcome {
            Outcome::Transferred { .. } => "transferred",
            Outcome::Skipped => "skipped",
            Outcome::Changed => "changed",
            Outcome::Moved { .. } => "moved",
            Outcome::Deleted => "deleted",
            Outcome::Kept => "not deleted",
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
                Some("an incomplete file with this name exists at the service".to_owned())
            }
            // The error of the outcome has the reason.
            Outcome::Failed(_) | Outcome::Conflict(_) => None,
            Outcome::Transferred { .. } if self.stacked == Some(Stacked::Head) => {
                Some("a new version, the head of its version stack".to_owned())
            }
            Outcome::Transferred { .. } | Outcome::Skipped
                if !self.is_dry_run && !self.has_notable_reason() && !self.is_unverified() =>
            {
                None
            }
            _ => self.compared.map(|compared| compared.reason.clone()),
        }
    }

    /// Returns the local path of a file that has another name than the remote one, from the first component
    /// that differs.
    fn changed_name(&self) -> Option<PathBuf> {
        let is_shown = matches!(
            self.outcome,
            Outcome::Transferred { .. }
                | Outcome::Planned { .. }
                | Outcome::Skipped
                | Outcome::Conflict(_)
        );
        let local = self.local.strip_prefix(self.directory?).ok()?;
        let remote: RemotePath = self.remote.parse().ok()?;
        // The first remote names have no counterpart below the directory.
        let above = remote.names().len().checked_sub(local.components().count())?;
        let same = local.components().zip(remote.names().get(above..)?);
        let same = same.take_while(|(local, remote)| local.as_os_str() == remote.as_str()).count();
        let changed: PathBuf = local.components().skip(same).collect();
        (is_shown && changed != Path::new("")).then_some(changed)
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
    fn lines(&self) -> Vec<String> {
        let mut text = format!("{:11} {}", self.shown_name(), self.remote);
        match (self.outcome, self.bytes()) {
            (_, Some(bytes)) => text += &format!(" ({})", HumanBytes(bytes)),
            (Outcome::Planned { .. }, None) => text += " (size unknown)",
            _ => {}
        }
        if let Some(name) = self.changed_name() {
            text += &format!(" as '{}'", name.display());
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
        if let Some(reason) = self.restarted {
            text += &format!("; sent from the beginning: {reason}");
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
        put("checksum", self.digest().map(Digest::as_str).into());
        put("verdict", self.verdict().map(Verdict::as_str).into());
        let stacked = |stacked: Stacked| match stacked {
            Stacked::Head => "head",
            _ => "not_head",
        };
        put("stacked", self.stacked.map(stacked).into());
        let compared = self.compared.map(|compared| compared.reason.clone());
        put("reason", compared.or_else(|| self.reason()).into());
        put("restarted", self.restarted.into());
        let error = |error: &TransferError| {
            let kind = Status::of_file(error).name();
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
    fn text_shows_the_names_that_a_download_changes() {
        let transferred = Outcome::Transferred { bytes: 34, digest: None };
        let line = |outcome: &Outcome, remote: &str, local: &str, into: &str| {
            let (local, directory) = (Path::new(local), Some(Path::new(into)));
            let (file_id, compared, is_dry_run) = (None, None, false);
            let (stacked, restarted) = (None, None);
            let record = FileRecord {
                outcome,
                remote,
                local,
                directory,
                file_id,
                compared,
                stacked,
                restarted,
                is_dry_run,
            };
            record.lines().concat()
        };
        for (remote, local, into, shown) in [
            ("/W/P/CON.txt", "out/_CON.txt", "out", " as '_CON.txt'"),
            ("/W/P/CON.txt", "out/P/_CON.txt", "out", " as '_CON.txt'"),
            ("/W/P/A\\/B/x.mov", "./P/A_B/x.mov", ".", " as 'A_B/x.mov'"),
            ("/A\\/B/x.mov", "/d/A_B/x.mov", "/d", " as 'A_B/x.mov'"),
            ("/W/P/A/x.mov", "out/P/A/x.mov", "out", ""),
            ("/W/P/A/x.mov", "./x.mov", ".", ""),
            ("/x.mov", "out/x.mov", "out", ""),
        ] {
            let shown = shown.replace('/', std::path::MAIN_SEPARATOR_STR);
            let line = |outcome| line(outcome, remote, local, into);
            assert_eq!(line(&transferred), format!("transferred {remote} (34 B){shown}"));
            assert_eq!(line(&Outcome::Skipped), format!("skipped     {remote}{shown}"));
        }
    }
}
