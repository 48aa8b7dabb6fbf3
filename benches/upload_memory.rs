//! How much memory an upload takes: a sparse file into a simulator that counts, in another process.
//!
//! ```console
//! $ cargo bench -p frameio --bench upload_memory -- [GIBIBYTES]
//! ```
//!
//! Without a size it is 1 TiB, with four parts in flight and a manifest. What is printed is the most
//! that the process ever had resident, all of it: program, runtime and TLS included (Linux only).
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "support/storage.rs"]
mod storage;

use std::time::Instant;

use frameio::Client;
use frameio::transfer::{Transfers, Upload};
use frameio_sim::Sim;

fn main() {
    if storage::Simulator::be_it() {
        return;
    }
    let size =
        std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1024_u64) << 30;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(upload(size));
}

async fn upload(size: u64) {
    let simulator = storage::Simulator::start();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sparse.mov");
    std::fs::File::create(&path).unwrap().set_len(size).unwrap();
    let client = Client::builder().base_url(&*simulator.url).token(Sim::TOKEN).build().unwrap();
    let before = peak();
    let begun = Instant::now();
    let upload = Upload::from_path(&*simulator.account, &*simulator.folder, &path)
        .manifest(directory.path().join("manifest"))
        .parts_in_flight(4);
    let uploaded = Transfers::new(client).upload(upload).await.unwrap();
    let took = begun.elapsed();
    assert_eq!(uploaded.bytes, size);
    println!(
        "{} GiB in {took:.1?}, {:.0} MiB/s; at most {:.1} MiB resident, {:.1} MiB before",
        size >> 30,
        (size >> 20) as f64 / took.as_secs_f64(),
        peak(),
        before,
    );
}

/// The most that was resident so far, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kibibytes.map_or(f64::NAN, |kibibytes| kibibytes / 1024.0)
}
