//! Uploads that an earlier run has not finished: new versions that are not stacked, and files of its manifests.

use frameio_core::FileId;

use super::decide::{Action, Candidate, Decider, Decision, now_nanos};
use super::remote::RemoteFile;
use super::waiting::sent;
use crate::local_file::unopened;
use crate::sync_state::Record;
use crate::sync_state::stamp::Stamp;
use crate::versions::stack::Stacking;
use crate::{Compared, TransferError, TransferErrorKind, Verdict};

impl Decider {
    /// Handles a new version that an earlier run did not finish. Returns a decision if the file is
    /// still that version.
    pub(super) async fn finish_pending(
        &self,
        file: &mut Candidate,
        now: Stamp,
    ) -> Result<Option<Decision>, TransferError> {
        let Some(state) = file.state.clone() else { return Ok(None) };
        let Some(mut pending) = state.pending(&file.key) else { return Ok(None) };
        if pending.new.is_none()
            && let Some((id, stamp)) = self.leftover(file).await
        {
            pending.new = Some((id, stamp, None));
            state.put_pending(&file.key, pending.clone()).await?;
        }
        // Without a complete file, the version is compared and sent like any other.
        let Some((id, stamp, hash)) = pending.new.clone() else { return Ok(None) };
        let is_same = state.is_unchanged((stamp, hash), (&file.local, now)).await;
        let is_same = is_same.map_err(|error| unopened(&file.local, error))?;
        if is_same || self.dry_run {
            let reason = "it was sent by an earlier run, but is not stacked yet";
            let compared = Compared::new(Verdict::NewVersion, reason);
            return Ok(Some(Decision {
                action: Action::Stack(pending),
                compared,
                file_id: Some(id),
                recorded: None,
            }));
        }
        // The file has changed again. The preceding version has to be stacked first.
        let stack = match self.stacker.stack(&pending, &id).await? {
            Stacking::Done(_, stack) => stack,
            Stacking::Gone => {
                state.end_pending(&file.key).await;
                return Ok(None);
            }
            Stacking::Conflict(reason) => {
                let error = TransferError::new(TransferErrorKind::Conflict, reason);
                return Err(error.of_file(&id));
            }
        };
        let record = Record { stamp, xxh64: hash, file_id: id.clone(), equal_at: now_nanos() };
        state.put(&file.key, record).await;
        file.existing.retain(|other| other.id != id && other.id != pending.old);
        let stacked = RemoteFile { stack: Some(stack), ..RemoteFile::uploaded(id, stamp.size) };
        file.existing.push(stacked);
        Ok(None)
    }

    /// Returns the file that an earlier run has sent completely, according to its manifest, with the
    /// stamp of the content.
    pub(super) async fn leftover(&self, file: &Candidate) -> Option<(FileId, Stamp)> {
        let (_, path) = file.manifest.as_ref()?;
        let (id, stamp) = sent(path).await?;
        let is_complete = file.existing.iter().any(|it| it.id == id && it.is_complete);
        is_complete.then_some((id, stamp))
    }
}
