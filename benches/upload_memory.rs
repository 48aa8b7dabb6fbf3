//! Measures the memory of an upload of a sparse file to a simulator in another process, which
//! counts the bytes, and of downloads of up to 4 GiB.
//!
//! ```console
//! $ cargo bench -p frameio --bench upload_memory -- [GIBIBYTES]
//! ```
//!
//! Default size: 1 TiB, with four parts in flight and a manifest. Prints the peak of the resident
//! memory of the whole process, with program, runtime and TLS (Linux only).
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "support/storage.rs"]
mod storage;

use std::time::Instant;

use frameio::Client;
use frameio::transfer::{Checksum, Download, Transfers, Upload};
use frameio_sim::Sim;

fn main() {
    if storage::Simulator::run_if_child() {
        return;
    }
    let size =
        std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1024_u64) << 30;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(transfer(size));
}

async fn transfer(size: u64) {
    let simulator = storage::Simulator::start(None);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sparse.mov");
    std::fs::File::create(&path).unwrap().set_len(size).unwrap();
    let client = Client::builder().base_url(&*simulator.url).token(Sim::TOKEN).build().unwrap();
    let transfers = Transfers::new(client);

    let measured = Measured::begin();
    let upload = Upload::from_path(&*simulator.account, &*simulator.folder, &path)
        .manifest(directory.path().join("manifest"))
        .parts_in_flight(4);
    assert_eq!(transfers.upload(upload).await.unwrap().bytes, size);
    measured.end("up", size);

    let size = size.min(4 << 30);
    std::fs::File::create(&path).unwrap().set_len(size).unwrap();
    let upload = Upload::from_path(&*simulator.account, &*simulator.folder, &path);
    let id = transfers.upload(upload).await.unwrap().file.id;
    for parts in [1, 4, 8] {
        let to = directory.path().join("received.mov");
        let measured = Measured::begin();
        let download = Download::new(&*simulator.account, &id, &to)
            .checksum(Checksum::Xxh3)
            .parts_in_flight(parts);
        assert_eq!(transfers.download(download).await.unwrap().received, size);
        measured.end(&format!("down, {parts} parts in flight"), size);
        std::fs::remove_file(to).unwrap();
    }
}

struct Measured {
    begun: Instant,
    before: f64,
}

impl Measured {
    fn begin() -> Self {
        // Restarts the measurement of the peak.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self { begun: Instant::now(), before: peak() }
    }

    fn end(self, what: &str, size: u64) {
        let took = self.begun.elapsed();
        println!(
            "{what}: {} GiB in {took:.1?}, {:.0} MiB/s; at most {:.1} MiB resident, {:.1} MiB before",
            size >> 30,
            (size >> 20) as f64 / took.as_secs_f64(),
            peak(),
            self.before,
        );
    }
}

/// Returns the peak of the resident memory, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kibibytes.map_or(f64::NAN, |kibibytes| kibibytes / 1024.0)
}
