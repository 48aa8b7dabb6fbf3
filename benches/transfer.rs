//! Compares uploads and downloads of 1 GiB by [`Transfers`] with plain hyper.
//!
//! ```console
//! $ cargo bench -p frameio --bench transfer -- [ROUNDS [RATE]]
//! ```
//!
//! With a rate in MiB/s, only downloads are compared, from a server that sends no faster than that.
//!
//! All send and receive the same file, in parts of the same size, four at a time, to and from a
//! simulator in another process that counts the bytes and discards them. They take turns, so that
//! other load of the machine affects all; the medians are compared. The files are in `TMPDIR`:
//! `/dev/shm` excludes the disk. Our downloads are synced to the disk; plain hyper is measured with
//! and without that.
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "support/plain.rs"]
mod plain;
#[path = "support/storage.rs"]
mod storage;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use frameio::transfer::{Checksum, Download, Existing, Transfers, Upload};
use frameio::{Client, FileId};
use frameio_sim::Sim;
use plain::Plain;
use storage::Simulator;

const SIZE: u64 = 1 << 30;
const IN_FLIGHT: usize = 4;

fn main() {
    if Simulator::run_if_child() {
        return;
    }
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<u64>().ok());
    let (rounds, rate) = (numbers.next().unwrap_or(9).max(1), numbers.next());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(compare(rounds, rate));
}

async fn compare(rounds: u64, rate: Option<u64>) {
    let simulator = Simulator::start(rate.map(|rate| rate << 20));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bench.mov");
    let mut file = std::fs::File::create(&path).unwrap();
    let block: Vec<u8> = (0..1 << 20).map(|n: u32| (n % 251) as u8).collect();
    for _ in 0..SIZE >> 20 {
        file.write_all(&block).unwrap();
    }
    let client = Client::builder().base_url(&*simulator.url).token(Sim::TOKEN).build().unwrap();
    let transfers = Transfers::new(client.clone());
    let plain = Plain::new(client);

    let mut times = Times::default();
    let mut id = upload(&transfers, &simulator, &path).await;
    // One additional round, to warm up.
    for round in 0..=rounds {
        times.keep = round > 0;
        if rate.is_none() {
            times.of("up, plain hyper", plain.upload(&simulator, &path)).await;
            id = times.of("up, transfers", upload(&transfers, &simulator, &path)).await;
        }
        let to = directory.path().join("received.mov");
        for sync in [false, true] {
            let name = if sync { "down, plain hyper, synced" } else { "down, plain hyper" };
            let (account, id) = (&*simulator.account, id.as_str());
            times.of(name, plain.download(account, id, &to, sync)).await;
            std::fs::remove_file(&to).unwrap();
        }
        for (name, checksum) in [
            ("down, transfers", None),
            ("down, transfers, XXH3", Some(Checksum::Xxh3)),
            ("down, transfers, SHA-256", Some(Checksum::Sha256)),
        ] {
            times.of(name, download(&transfers, &simulator, &id, &to, checksum)).await;
            std::fs::remove_file(&to).unwrap();
        }
    }
    println!("1 GiB, median of {rounds}:");
    for (name, mut times) in times.all {
        times.sort_unstable();
        let time = times[times.len() / 2];
        println!("{name:28} {:6.0} MiB/s", (SIZE >> 20) as f64 / time.as_secs_f64());
    }
}

#[derive(Default)]
struct Times {
    keep: bool,
    all: Vec<(&'static str, Vec<Duration>)>,
}

impl Times {
    async fn of<T>(&mut self, name: &'static str, run: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let output = run.await;
        let took = begun.elapsed();
        if self.keep {
            match self.all.iter_mut().find(|(known, _)| *known == name) {
                Some((_, times)) => times.push(took),
                None => self.all.push((name, vec![took])),
            }
        }
        output
    }
}

async fn upload(transfers: &Transfers, simulator: &Simulator, path: &Path) -> FileId {
    let upload =
        Upload::from_path(&*simulator.account, &*simulator.folder, path).parts_in_flight(IN_FLIGHT);
    let uploaded = transfers.upload(upload).await.unwrap();
    assert_eq!(uploaded.bytes, SIZE);
    uploaded.file.id
}

async fn download(
    transfers: &Transfers,
    simulator: &Simulator,
    id: &FileId,
    to: &Path,
    checksum: Option<Checksum>,
) {
    let mut download = Download::new(&*simulator.account, id, to)
        .parts_in_flight(IN_FLIGHT)
        .existing(Existing::Overwrite);
    if let Some(checksum) = checksum {
        download = download.checksum(checksum);
    }
    assert_eq!(transfers.download(download).await.unwrap().received, SIZE);
}
