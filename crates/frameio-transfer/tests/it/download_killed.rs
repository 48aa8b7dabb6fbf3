//! Downloads whose process is killed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use frameio::Client;
use frameio::transfer::{Checksum, Digest, Download, Transfers};
use frameio_sim::{Fault, Sim};

use crate::download::{names, uploaded};
use crate::support::content;

const PATH: &str = "FRAMEIO_TEST_DOWNLOAD_PATH";
const URL: &str = "FRAMEIO_TEST_DOWNLOAD_URL";
const SIZE: usize = 1_000_000;
const PART: u64 = 10_000;

fn transfers(url: &str) -> Transfers {
    Transfers::new(Client::builder().base_url(url).token(Sim::TOKEN).build().unwrap())
}

fn download(account: &str, file: &str, path: &Path) -> Download {
    Download::new(account, file, path).part_size(PART).parts_in_flight(2).checksum(Checksum::Sha256)
}

/// Runs in the process that is killed. Does nothing in a normal test run.
#[tokio::test]
async fn killed_child() {
    let (Ok(path), Ok(url)) = (std::env::var(PATH), std::env::var(URL)) else { return };
    let (url, file) = url.split_once(' ').unwrap();
    let (account, file) = file.split_once(' ').unwrap();
    transfers(url).download(download(account, file, Path::new(&path))).await.unwrap();
}

/// Returns the number of received bytes according to a resume record.
fn recorded(note: &Path) -> u64 {
    let Ok(text) = std::fs::read(note) else { return 0 };
    let note: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let ranges = note["finished"].as_array().unwrap().iter();
    ranges.map(|range| range[1].as_u64().unwrap() - range[0].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn resumes_after_the_process_was_killed() {
    let sim = Sim::builder().quotas(false).build();
    let id = uploaded(&sim, "a.mov", SIZE).await;
    let server = sim.serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let account = &sim.demo().account_id;
    // Slow enough to be killed before the end: a hundred parts, two at a time.
    sim.inject(Fault::delay(Duration::from_millis(100)).on(Sim::DOWNLOAD).every(1));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["download_killed::killed_child", "--exact"])
        .env(PATH, &path)
        .env(URL, format!("{} {account} {id}", server.url()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let note = directory.path().join("a.mov.part.json");
    let start = Instant::now();
    while recorded(&note) < 20 * PART {
        assert!(start.elapsed() < Duration::from_secs(60), "the child makes no progress");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "the child finished before it was killed");
    sim.clear_faults();
    // The child may have saved a later record in the meantime.
    let kept = recorded(&note);
    assert!((20 * PART..SIZE as u64).contains(&kept) && !path.exists(), "{kept}");

    let gets = || sim.stats().by_operation[Sim::DOWNLOAD];
    let before = gets();
    let again = download(account.as_str(), id.as_str(), &path);
    let done = transfers(server.url()).download(again).await.unwrap();
    assert_eq!((done.received, done.size), (SIZE as u64 - kept, SIZE as u64));
    assert!(gets() - before <= 82, "{} requests", gets() - before);
    assert_eq!(done.digest, Some(Digest::of(Checksum::Sha256, &content(SIZE))));
    assert_eq!(std::fs::read(&path).unwrap(), content(SIZE));
    assert_eq!(names(directory.path()), ["a.mov"]);
}
