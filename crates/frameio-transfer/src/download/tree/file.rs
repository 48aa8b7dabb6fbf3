//! The download of one file of a tree.

use std::path::PathBuf;

use frameio_core::FileId;
use tokio::time::Instant;

use super::decide::Decider;
use super::driver::{Target, TreeDownload};
use crate::backlog::Rank;
use crate::checksums::Checksums;
use crate::download::driver::{inspect, open, with_extension};
use crate::existing::{self, created};
use crate::sync_state::Record;
use crate::{
    Checksum, Compared, Download, Downloaded, Item, Outcome, RemotePath, Rendition, TransferError,
    Transfers,
};

/// The download of one file.
pub(super) struct FileDownload {
    pub(super) transfers: Transfers,
    pub(super) download: Download,
    pub(super) remote: RemotePath,
    pub(super) file_id: FileId,
    pub(super) view_url: String,
    pub(super) checksums: Option<Checksums>,
    /// Whether the checksum is reported, which records need too.
    pub(super) reports_checksum: bool,
    /// Records the file after the download.
    pub(super) decider: Option<Decider>,
    pub(super) compared: Option<Compared>,
    /// Record of the file next to which this one is downloaded.
    pub(super) acknowledged: Option<(String, Record)>,
}

impl FileDownload {
    pub(super) async fn run(self) -> Item {
        let is_original = self.download.source.rendition == Rendition::Original;
        let mut local = self.download.path.clone();
        let (started, mut size) = (Instant::now(), None);
        let outcome = match self.transfers.download(self.download).await {
            Ok(done) => {
                size = Some(done.size).filter(|size| *size > 0 || !done.skipped);
                if let Some((checksums, digest)) = self.checksums.zip(done.digest.as_ref())
                    && is_original
                {
                    match digest.checksum() {
                        Checksum::Xxh3 => checksums.keep(&self.file_id, digest.as_str()).await,
                        _ => checksums.keep_hash_of(&self.file_id, &done.path).await,
                    }
                }
                local = done.path.clone();
                if let Some(decider) = self.decider {
                    match (self.acknowledged, done.skipped) {
                        (Some((key, record)), _) => decider.acknowledge(&key, record).await,
                        (None, false) => decider.received(&local).await,
                        (None, true) => {}
                    }
                }
                let digest = done.digest.clone().filter(|_| self.reports_checksum);
                received(Downloaded { digest, ..done })
            }
            Err(error) => Outcome::of_error(error),
        };
        let item = Item::new(self.remote, local, outcome).of_file(Some(self.file_id));
        let item = item.linked(Some(self.view_url)).sized(size).took(started.elapsed());
        match self.compared {
            Some(compared) => item.compared(compared),
            None => item,
        }
    }
}

impl TreeDownload {
    /// Queues a download. Waits while too many files are waiting.
    pub(super) async fn enqueue(&mut self, target: &Target<'_>, job: FileDownload) {
        let (path, size) = (target.remote.clone(), target.file.file_size);
        let rank = Rank { path, size, time: created(target.file), needs_stack: false };
        self.queue.push(&[rank], job);
        self.start();
        while self.queue.is_full() {
            match self.downloads.join_next().await {
                Some(item) => self.joined(item),
                None => break,
            }
        }
    }

    /// Starts waiting downloads while the limit of concurrent files allows it.
    pub(super) fn start(&mut self) {
        while self.downloads.len() < self.tree.files_in_flight
            && !self.transfers.inner.stop.is_requested()
            && let Some(job) = self.queue.pop()
        {
            self.downloads.spawn(job.run());
        }
    }
}

fn received(done: Downloaded) -> Outcome {
    match done {
        Downloaded { skipped: true, .. } => Outcome::Skipped,
        Downloaded { received: bytes, digest, .. } => Outcome::Transferred { bytes, digest },
    }
}

/// Plans the download of a rendition, whose size only the storage reports.
pub(super) async fn plan(transfers: &Transfers, mut download: Download) -> (PathBuf, Outcome) {
    let announced = async {
        let opened = transfers.inner.stop.until(open(&transfers.inner, &download)).await?;
        let (client, mut remote, _) = opened?;
        let announced = client.announced().await?;
        remote.size = announced.size;
        Ok::<_, TransferError>((remote, announced.extension))
    };
    let (remote, extension) = match Box::pin(announced).await {
        Ok(announced) => announced,
        Err(error) => return (download.path, Outcome::of_error(error)),
    };
    download.path = with_extension(&download.path, extension.as_deref());
    let outcome = match inspect(&download.path, download.existing, remote).await {
        Ok(existing::Decision::Skip) => Outcome::Skipped,
        Ok(existing::Decision::Receive | existing::Decision::ReceiveAndCompare) => {
            Outcome::Planned { bytes: remote.size }
        }
        Err(error) => Outcome::of_error(error),
    };
    (download.path, outcome)
}
