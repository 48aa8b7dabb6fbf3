//! Downloads to a disk that becomes full or fails.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use frameio_client::Client;
use frameio_core::FileId;
use frameio_sim::Sim;

use super::disk::{Disk, SystemDisk};
use super::partial_file::PartialFile;
use crate::{Download, TransferErrorKind, Transfers, Upload};

/// A disk with a limited capacity in bytes.
#[derive(Debug)]
struct SmallDisk {
    capacity: AtomicU64,
}

impl Disk for SmallDisk {
    fn write_all_at(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
        if at + bytes.len() as u64 > self.capacity.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        SystemDisk.write_all_at(file, bytes, at)
    }
}

/// A disk that drops written bytes: the next sync fails, and those after it succeed.
#[derive(Debug)]
struct FailingDisk {
    fails: AtomicBool,
}

impl Disk for FailingDisk {
    fn write_all_at(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
        SystemDisk.write_all_at(file, bytes, at)
    }

    fn sync_all(&self, file: &File) -> io::Result<()> {
        match self.fails.swap(false, Ordering::Relaxed) {
            true => Err(io::Error::other("input/output error")),
            false => SystemDisk.sync_all(file),
        }
    }
}

async fn uploaded(sim: &Sim, bytes: Vec<u8>, disk: Arc<dyn Disk>) -> (Transfers, FileId) {
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let transfers = Transfers::builder(client).storage(sim.clone()).disk(disk).build();
    let demo = sim.demo();
    let upload = Upload::from_bytes(&demo.account_id, &demo.root_folder_id, "a.mov", bytes);
    let file = transfers.upload(upload).await.unwrap().file;
    (transfers, file.id)
}

#[tokio::test(start_paused = true)]
async fn keeps_bytes_received_before_the_disk_was_full() {
    let sim = Sim::builder().quotas(false).build();
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let disk = Arc::new(SmallDisk { capacity: AtomicU64::new(50_000) });
    let (transfers, id) = uploaded(&sim, bytes.clone(), disk.clone()).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let download = Download::new(&sim.demo().account_id, &id, &path).part_size(10_000);
    let error = transfers.download(download.clone()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Disk, "{error}");
    assert!(error.to_string().contains("download it again to resume after"), "{error}");
    assert!(!path.exists());

    disk.capacity.store(u64::MAX, Ordering::Relaxed);
    let done = transfers.download(download).await.unwrap();
    assert!(done.received > 0 && done.received < 100_000, "{done:?}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[tokio::test(start_paused = true)]
async fn receives_again_what_a_failed_sync_may_have_dropped() {
    let sim = Sim::builder().quotas(false).build();
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let disk = Arc::new(FailingDisk { fails: AtomicBool::new(true) });
    let (transfers, id) = uploaded(&sim, bytes.clone(), disk).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let download = Download::new(&sim.demo().account_id, &id, &path);
    let error = transfers.download(download.clone()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Disk, "{error}");
    assert!(!path.exists());

    let done = transfers.download(download).await.unwrap();
    assert_eq!(done.received, 100_000);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_file_whose_stamp_could_not_be_synced_is_not_moved_to_its_target() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("a.mov");
    let disk = Arc::new(FailingDisk { fails: AtomicBool::new(true) });
    let partial = PartialFile::open(&target, disk).unwrap().unwrap();
    partial.write(0, &["content".into()]).unwrap();
    partial.stamp().unwrap_err();
    partial.finish(&target, false).unwrap_err();
    assert!(!target.exists());
}
