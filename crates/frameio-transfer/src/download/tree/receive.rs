//! What is done with a file of the walk: comparison, and download.

use super::decide::{Action, Decider, Decision};
use super::driver::{Target, TreeDownload};
use super::file::{FileDownload, plan};
use crate::download::driver::inspect;
use crate::download::link::KnownLink;
use crate::existing::{self, LocalTarget, RemoteContent, conflict};
use crate::sync_state::Record;
use crate::{
    Checksum, Compared, Download, Existing, Item, OnConflict, Outcome, RemotePath, Rendition,
    TransferError, TransferErrorKind, Verdict,
};

enum Planned {
    Skip,
    Receive(Existing),
}

impl TreeDownload {
    pub(super) async fn file(&mut self, target: Target<'_>) {
        let is_original = target.rendition == Rendition::Original;
        let size = is_original.then_some(target.file.file_size);
        self.tree.options.found(&target.remote, &target.local, size);
        if let Err(error) = self.create_above(&target.local).await {
            return self.failed(target.remote, target.local, error);
        }
        let Target { file, rendition: wanted, .. } = target;
        let known = target.url.clone().map(|url| KnownLink::new(file, url));
        let mut download = self.download(&target);
        download.known = known;
        if wanted == Rendition::Original && self.compares(target.is_copy) {
            return self.compared(target, download).await;
        }
        if wanted == Rendition::Original {
            match self.decide(&target).await {
                Ok(Planned::Receive(existing)) => download.existing = existing,
                Ok(Planned::Skip) => return self.outcome(target, Outcome::Skipped),
                Err(error) => return self.failed(target.remote, target.local, error),
            }
            if self.tree.options.dry_run {
                let bytes = Some(file.file_size);
                return self.outcome(target, Outcome::Planned { bytes });
            }
        }
        if target.is_copy {
            download.before_rename = Some(self.decider.before_copy(target.file));
        }
        self.spawn(target, download).await;
    }

    fn download(&self, target: &Target<'_>) -> Download {
        let mut download = Download::new(target.account, &target.file.id, &target.local)
            .rendition(target.rendition)
            .add_extension(target.rendition != Rendition::Original)
            .parts_in_flight(self.tree.parts_in_flight)
            .existing(self.tree.existing);
        download.max_size = self.tree.max_size;
        download.checksum =
            self.tree.options.checksum.or(self.checksums.is_some().then_some(Checksum::Xxh3));
        if self.decider.state.is_some() {
            download.checksum = download.checksum.or(Some(Checksum::Xxh64));
        }
        if let Some(report) = self.tree.options.report.clone() {
            let remote = target.remote.clone();
            download = download.progress(move |progress| report(&remote, progress));
        }
        download
    }

    /// Returns whether files are compared by more than the policy for existing files.
    const fn compares(&self, is_copy: bool) -> bool {
        (self.decider.state.is_some() && !is_copy)
            || self.decider.verify_remote
            || matches!(self.decider.on_conflict, OnConflict::KeepBoth)
    }

    /// Compares an original with the local file, and carries out the decision.
    async fn compared(&mut self, mut target: Target<'_>, mut download: Download) {
        // A copy has no record of its own, because no remote file has its name.
        let state = self.decider.state.clone().filter(|_| !target.is_copy);
        let decider = Decider { state, ..self.decider.clone() };
        let decided = decider.decide(target.account, target.file, &target.local).await;
        let Decision { action, compared } = match decided {
            Ok(decision) => decision,
            Err(error) => return self.failed(target.remote, target.local, error),
        };
        let outcome = match action {
            Action::Skip => match compared.verdict {
                Verdict::Changed => Outcome::Changed,
                _ => Outcome::Skipped,
            },
            Action::Conflict => Outcome::Conflict(conflict(&target.local, &compared.reason)),
            Action::ConflictElsewhere => {
                let reason = compared.reason.clone();
                Outcome::Conflict(TransferError::new(TransferErrorKind::Conflict, reason))
            }
            Action::Rename { from, record } => {
                match decider.rename(&from, record, &target.local).await {
                    Ok(()) => {
                        let moved = RemotePath::new(from.split('/'));
                        self.found.removed.push(from);
                        Outcome::Moved { from: moved }
                    }
                    Err(error) => Outcome::of_error(error),
                }
            }
            Action::Receive { .. } | Action::Beside(..) if self.tree.options.dry_run => {
                Outcome::Planned { bytes: Some(target.file.file_size) }
            }
            Action::Receive { expected, is_last_copy } => {
                download.existing = match expected {
                    LocalTarget::Missing => Existing::SkipSame,
                    _ => Existing::Overwrite,
                };
                let expected = (expected, is_last_copy);
                let before = decider.before_rename(target.file, expected);
                download.before_rename = Some(before);
                return self.spawn_compared(target, download, compared, None).await;
            }
            Action::Beside(path, acknowledged) => {
                let key = decider.key(&target.local);
                download.existing = Existing::SkipSame;
                download.path.clone_from(&path);
                download.before_rename = Some(self.decider.before_copy(target.file));
                target.local = path;
                let record = Some((key, acknowledged));
                return self.spawn_compared(target, download, compared, record).await;
            }
        };
        let Target { file, remote, local, .. } = target;
        let item = Item::new(remote, local, outcome).of_file(Some(file.id.clone()));
        let item = item.linked(Some(file.view_url.clone())).sized(Some(file.file_size));
        self.done(item.compared(compared));
    }

    /// Applies the policy for existing files to an original.
    async fn decide(&self, target: &Target<'_>) -> Result<Planned, TransferError> {
        let existing = self.tree.existing;
        let (path, file) = (&target.local, target.file);
        let decision = inspect(path, existing, RemoteContent::of(file)).await?;
        match (decision, &self.checksums) {
            (existing::Decision::Skip, Some(checksums))
                if checksums.differs(&file.id, path).await? =>
            {
                if existing == Existing::ReplaceDifferent {
                    return Ok(Planned::Receive(Existing::Overwrite));
                }
                let reason = "its checksum differs from the recorded one of the remote file";
                Err(conflict(path, reason))
            }
            (existing::Decision::Skip, _) => Ok(Planned::Skip),
            _ => Ok(Planned::Receive(existing)),
        }
    }

    /// Downloads a file in a new task. A dry run only requests its size.
    async fn spawn(&mut self, target: Target<'_>, download: Download) {
        if self.tree.options.dry_run {
            self.wait_for_turn().await;
            let (file_id, remote) = (target.file.id.clone(), target.remote);
            let view_url = Some(target.file.view_url.clone());
            let transfers = self.transfers.clone();
            self.downloads.spawn(async move {
                let (local, outcome) = plan(&transfers, download).await;
                Item::new(remote, local, outcome).of_file(Some(file_id)).linked(view_url)
            });
            return;
        }
        let job = self.job(&target, download);
        self.enqueue(&target, job).await;
    }

    /// Downloads a file that was compared. `acknowledged` is the record of a file next to which it is
    /// downloaded.
    async fn spawn_compared(
        &mut self,
        target: Target<'_>,
        download: Download,
        compared: Compared,
        acknowledged: Option<(String, Record)>,
    ) {
        let mut job = self.job(&target, download);
        job.decider = Some(self.decider.clone());
        job.compared = Some(compared);
        job.acknowledged = acknowledged;
        self.enqueue(&target, job).await;
    }

    fn job(&self, target: &Target<'_>, download: Download) -> FileDownload {
        FileDownload {
            transfers: self.transfers.clone(),
            download,
            remote: target.remote.clone(),
            file_id: target.file.id.clone(),
            view_url: target.file.view_url.clone(),
            checksums: self.checksums.clone(),
            reports_checksum: self.tree.options.checksum.is_some(),
            decider: None,
            compared: None,
            acknowledged: None,
        }
    }

    async fn wait_for_turn(&mut self) {
        while self.downloads.len() >= self.tree.files_in_flight {
            match self.downloads.join_next().await {
                Some(item) => self.joined(item),
                None => break,
            }
        }
    }

    fn outcome(&mut self, target: Target<'_>, outcome: Outcome) {
        let Target { file, remote, local, .. } = target;
        let item = Item::new(remote, local, outcome).of_file(Some(file.id.clone()));
        self.done(item.linked(Some(file.view_url.clone())).sized(Some(file.file_size)));
    }
}
