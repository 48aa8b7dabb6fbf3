//! Measures the upload of a tree of many small files, whose time depends on the quota.
//!
//! ```console
//! $ cargo bench -p frameio --bench upload_tree -- [FILES]
//! ```
//!
//! Default: 10,000 files of 10 kB, 100 in each folder. tokio's clock is paused and jumps to the end
//! of each wait, so that half an hour takes seconds. The simulator runs in process and enforces its
//! quotas: five new files a second, the fluid limit that the time is compared with.
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::time::{Duration, Instant};

use frameio::Client;
use frameio::transfer::{Transfers, UploadTree};
use frameio_sim::{Sim, Storage};

fn main() {
    let files = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000_u32);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().unwrap();
    runtime.block_on(upload(files.max(1)));
}

async fn upload(files: u32) {
    let directory = tempfile::tempdir().unwrap();
    for n in 0..files {
        let folder = directory.path().join(format!("{:03}", n / 100));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{n}.mov")), vec![7; 10_000]).unwrap();
    }
    let sim = Sim::builder().storage(Storage::Count).build();
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let transfers = Transfers::builder(client).storage(sim.clone()).build();
    let (account, folder) = (&sim.demo().account_id, &sim.demo().root_folder_id);

    let (real, begun) = (Instant::now(), tokio::time::Instant::now());
    let summary = transfers.upload_tree(UploadTree::new(account, folder, directory.path()));
    let summary = summary.await.unwrap();
    let took = begun.elapsed();
    assert!(summary.is_complete(), "{summary}");
    assert_eq!(summary.transferred, u64::from(files));
    let fluid = Duration::from_secs_f64(f64::from(files) / 5.0);
    let stats = sim.stats();
    let refused = stats.by_status.get(&429).copied().unwrap_or_default();
    let calls = |operation: &str| stats.by_operation.get(operation).copied().unwrap_or_default();
    println!(
        "{files} files in {took:.1?} of the clock ({:.1?} real time), fluid limit {fluid:.1?}, ratio \
         {:.4}; {} calls for the upload status, {refused} responses 429",
        real.elapsed(),
        took.as_secs_f64() / fluid.as_secs_f64(),
        calls("files.show_file_upload_status"),
    );
}
