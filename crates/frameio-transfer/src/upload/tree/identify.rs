//! What is known of a local file and the remote files of its name: records, checksums, contents and moves.

use frameio_api::files::File;
use frameio_core::{AssetId, VersionStackId};

use super::decide::{Action, Candidate, Decider, Decision};
use super::remote::RemoteFile;
use crate::download::same_content::has_same_content;
use crate::hashing::{HashReports, HashedSide};
use crate::local_file::unopened;
use crate::sync_state::compare::{Facts, Reason, RemoteFacts, compare};
use crate::sync_state::stamp::{Stamp, Xxh64};
use crate::sync_state::{Record, Recorded, normalized};
use crate::{Compared, TransferError, Verdict};

impl Decider {
    /// Returns the record of a file, from the state or from the manifest of a run that was killed
    /// after sending the file.
    pub(super) async fn known(
        &self,
        file: &Candidate,
        now: Stamp,
    ) -> Result<Recorded, TransferError> {
        let Some(state) = &file.state else { return Ok(Recorded::default()) };
        state.find_form(&file.key).await;
        let failed = |error| unopened(&file.local, error);
        if let Some((id, stamp)) = self.leftover(file).await
            && state.record(&file.key).is_none_or(|record| record.file_id != id)
        {
            let is_same = stamp == now;
            let record = Record { stamp, xxh64: None, file_id: id, equal_at: i128::MIN };
            let record = Some(record);
            return Ok(Recorded { record, is_same, is_outdated: true, ..Recorded::default() });
        }
        let recorded = state.recorded(&file.key, &file.local, now).await.map_err(failed)?;
        if recorded.record.is_some() {
            return Ok(recorded);
        }
        // A file that was moved on both sides has its record at the old path.
        for id in file.existing.iter().map(|remote| &remote.id) {
            if let Some((_, record)) = state.record_of(id, &file.key, |_| true) {
                let compared = state.compare(&record, &file.local, now).await;
                let (is_same, _) = compared.map_err(failed)?;
                let (record, is_of_other_path) = (Some(record), true);
                return Ok(Recorded { record, is_same, is_outdated: true, is_of_other_path });
            }
        }
        Ok(recorded)
    }

    /// Compares the file with the checksums that earlier runs have recorded by id.
    pub(super) async fn same_checksum(
        &self,
        file: &Candidate,
        known: &Recorded,
        size: u64,
        remote: &mut Option<RemoteFile>,
    ) -> Result<Option<bool>, TransferError> {
        let Some(checksums) = self.checksums.as_ref().filter(|_| known.record.is_none()) else {
            return Ok(None);
        };
        let alike = file.existing.iter().filter(|it| it.is_complete && it.size == size);
        let ids: Vec<_> = alike.map(|it| it.id.clone()).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        match checksums.find(ids, &file.local).await? {
            Some(id) => {
                let is_recorded = checksums.has(&id);
                *remote = file.existing.iter().find(|it| it.id == id).cloned();
                Ok(is_recorded.then_some(true))
            }
            None => Ok(Some(false)),
        }
    }

    /// Compares the content of the local file with that of the remote file, which is downloaded.
    pub(super) async fn verify(
        &self,
        file: &Candidate,
        remote: &RemoteFile,
    ) -> Result<bool, TransferError> {
        let local = hash_of(file, &self.hash_reports).await?;
        let running = self.hash_reports.begin(&file.local, HashedSide::Remote, remote.size);
        let remote = (&self.stacker.account, &remote.id);
        has_same_content(&self.transfers, remote, local, running).await
    }

    /// Looks for a recorded file that no longer has its name, so that it is not sent again.
    pub(super) async fn find_moved(
        &self,
        facts: &Facts<'_>,
        record: &Record,
        file: &Candidate,
    ) -> Result<(Verdict, Reason), TransferError> {
        let Some(remote) = self.stacker.show(&record.file_id).await? else {
            return Ok(compare(facts));
        };
        let is_recorded = facts.local.is_some_and(|local| local.is_recorded);
        let is_version = parent(&remote)
            .is_some_and(|id| file.stacks.iter().any(|stack| stack.as_str() == id.as_str()));
        if is_version && is_recorded {
            return Ok((Verdict::Equal, Reason::Version));
        }
        // The record is the old name of a file that an earlier run has renamed.
        if let (Some(state), false) = (&file.state, is_recorded)
            && state.record_of(&record.file_id, &file.key, |key| state.has_file(key)).is_some()
        {
            state.remove(&file.key).await;
            return Ok((Verdict::New, Reason::NoRemote));
        }
        if is_version {
            return Ok((Verdict::Conflict, Reason::VersionChanged));
        }
        Ok(compare(&Facts { remote: RemoteFacts::Moved, ..*facts }))
    }

    /// Returns the decision to skip a file that is an earlier version in a stack.
    pub(super) async fn find_version(
        &self,
        stack: &VersionStackId,
        file: &Candidate,
    ) -> Result<Option<Decision>, TransferError> {
        let versions = self.transfers.versions(&self.stacker.account, stack).await?;
        let name = file.local.file_name().map(|name| name.to_string_lossy().into_owned());
        let same = versions.files.iter().find(|version| {
            Some(version.file_size) == file.size
                && Some(normalized(&version.name)) == name.as_deref().map(normalized)
        });
        Ok(same.map(|version| Decision {
            action: Action::Skip,
            compared: Compared::new(
                Verdict::Unverified,
                "a version in the stack has the same name and size",
            ),
            file_id: Some(version.id.clone()),
            recorded: None,
        }))
    }
}

pub(super) async fn hash_of(
    file: &Candidate,
    reports: &HashReports,
) -> Result<Xxh64, TransferError> {
    let hashed = match &file.state {
        Some(state) => state.hash(&file.local).await,
        None => crate::sync_state::stamp::hash(file.local.clone(), reports).await,
    };
    hashed.map_err(|error| unopened(&file.local, error))
}

fn parent(file: &File) -> Option<&AssetId> {
    file.parent_id.as_ref()
}
