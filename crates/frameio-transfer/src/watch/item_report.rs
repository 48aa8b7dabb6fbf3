//! Results of the files of an upload, as the watcher needs them.

use std::path::PathBuf;

use frameio_core::FileId;

use crate::{Item, Outcome, RemotePath, TransferErrorKind, Verdict};

/// Result of one file.
pub(super) struct ItemReport {
    pub(super) local: PathBuf,
    pub(super) remote: RemotePath,
    pub(super) file_id: Option<FileId>,
    pub(super) result: FileResult,
}

pub(super) enum FileResult {
    Sent {
        bytes: u64,
    },
    /// The file was at the service already.
    Equal,
    Unverified,
    Changed,
    Conflict(String),
    /// The local file changed while it was uploaded.
    Outdated,
    Failed {
        error: String,
        is_final: bool,
    },
}

impl ItemReport {
    /// Returns the report of an item; `None` if it is not about the end of an upload.
    pub(super) fn new(item: &Item) -> Option<Self> {
        let verdict = item.compared.as_ref().map(|compared| compared.verdict);
        let result = match &item.outcome {
            Outcome::Transferred { bytes, .. } => FileResult::Sent { bytes: *bytes },
            Outcome::Skipped if verdict == Some(Verdict::Unverified) => FileResult::Unverified,
            Outcome::Skipped | Outcome::Moved { .. } => FileResult::Equal,
            Outcome::Changed => FileResult::Changed,
            Outcome::Conflict(error) => FileResult::Conflict(error.to_string()),
            Outcome::Failed(error) if error.kind() == TransferErrorKind::SourceChanged => {
                FileResult::Outdated
            }
            Outcome::Failed(error) => {
                // A refusal may be that of a proxy, or of a permission that is granted later.
                let is_final = matches!(
                    error.kind(),
                    TransferErrorKind::Invalid | TransferErrorKind::TooLarge
                );
                FileResult::Failed { error: error.to_string(), is_final }
            }
            _ => return None,
        };
        let (local, remote) = (item.local.clone(), item.remote.clone());
        Some(Self { local, remote, file_id: item.file_id.clone(), result })
    }
}
