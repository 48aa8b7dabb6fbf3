//! Concurrent uploads of the same files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use frameio::transfer::{IfExists, Outcome, Summary, UploadTree};
use frameio::{AccountId, Client, FolderId};
use frameio_sim::{Fault, Sim};
use futures_util::future::join_all;
use tempfile::TempDir;

use crate::support::{content, place, puts, sim, transfers};
use crate::upload_tree::{local, remote};

const FILES: [(&str, usize); 8] = [
    ("a.mov", 95),
    ("b.mov", 10),
    ("c.mov", 95),
    ("Day 1/a.mov", 31),
    ("Day 1/b.mov", 4),
    ("Day 1/Cam A/c.mov", 20),
    ("Day 2/d.mov", 44),
    ("e.mov", 1),
];

/// Creates a directory with files and one for the state of uploads.
struct Place {
    directory: TempDir,
    state: PathBuf,
    _kept: TempDir,
}

fn directory() -> Place {
    let kept = tempfile::tempdir().unwrap();
    let state = kept.path().join("uploads");
    Place { directory: local(&FILES), state, _kept: kept }
}

impl Place {
    /// Creates an upload of the directory with its name.
    fn tree(&self, (account, folder): (AccountId, FolderId)) -> UploadTree {
        UploadTree::paths(account, folder, [self.directory.path()]).manifests(&self.state)
    }

    fn is_clean(&self) -> bool {
        std::fs::read_dir(&self.state).unwrap().next().is_none()
    }
}

/// Verifies that each file and each folder exists once.
async fn assert_once(sim: &Sim) {
    let all = remote(sim).await;
    assert!(all.values().all(|sizes| sizes.len() == 1), "{all:?}");
    // The directory, three folders in it, and the files.
    assert_eq!(all.len(), FILES.len() + 4, "{all:?}");
}

fn assert_complete(summaries: &[Summary]) {
    let files = FILES.len() as u64;
    for summary in summaries {
        assert!(summary.is_complete() && summary.unfinished.is_empty(), "{summary:?}");
        assert_eq!(summary.transferred + summary.skipped, files, "{summary}");
    }
    let transferred: u64 = summaries.iter().map(|summary| summary.transferred).sum();
    assert_eq!(transferred, files);
}

#[tokio::test(start_paused = true)]
async fn concurrent_runs_upload_each_file_once() {
    for (delay, operation) in [
        (0, Sim::UPLOAD_PART),
        (300, Sim::UPLOAD_PART),
        (300, "folders.index"),
        (300, "folders.create"),
        (300, "files.create_local_upload"),
    ] {
        let (sim, place) = (sim(), directory());
        let delayed = Duration::from_millis(delay);
        sim.inject(Fault::delay(delayed).on(operation).every(2));
        let transfers = transfers(&sim);
        let runs = (0..3).map(|_| transfers.upload_tree(place.tree(crate::support::place(&sim))));
        let summaries: Vec<_> = join_all(runs).await.into_iter().map(Result::unwrap).collect();
        assert_complete(&summaries);
        assert_once(&sim).await;
        assert!(place.is_clean(), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_run_skips_files_uploaded_by_a_fast_one() {
    let (sim, place) = (sim(), directory());
    let at = crate::support::place(&sim);
    let slow = transfers(&sim);
    let slow = slow.upload_tree(place.tree(at.clone()).files_in_flight(1).parts_in_flight(1));
    let fast = transfers(&sim);
    let fast = fast.upload_tree(place.tree(at));
    let (slow, fast) = tokio::join!(slow, fast);
    assert_complete(&[slow.unwrap(), fast.unwrap()]);
    assert_once(&sim).await;
    assert!(place.is_clean());
}

#[tokio::test(start_paused = true)]
async fn refuses_existing_files_of_another_run() {
    let (sim, place) = (sim(), directory());
    let transfers = transfers(&sim);
    let runs = (0..2).map(|_| {
        let tree = place.tree(crate::support::place(&sim)).if_exists(IfExists::Fail);
        transfers.upload_tree(tree)
    });
    let summaries: Vec<_> = join_all(runs).await.into_iter().map(Result::unwrap).collect();
    let conflicts: Vec<_> = summaries.iter().flat_map(|summary| &summary.conflicts).collect();
    assert_eq!(conflicts.len(), FILES.len());
    for item in conflicts {
        let Outcome::Conflict(error) = &item.outcome else { panic!("{item:?}") };
        assert!(error.to_string().contains("a file of this name already exists"), "{error}");
    }
    assert_once(&sim).await;
}

#[tokio::test(start_paused = true)]
async fn resumes_the_uploads_of_an_interrupted_run() {
    let (sim, place) = (sim(), directory());
    sim.inject(Fault::delay(Duration::from_secs(1)).on(Sim::UPLOAD_PART).every(1));
    let transfers = transfers(&sim);
    let at = crate::support::place(&sim);
    let first = transfers.upload_tree(place.tree(at.clone()));
    let second = transfers.upload_tree(place.tree(at));
    let first = tokio::time::timeout(Duration::from_millis(2500), first);
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_err(), "the first run was not interrupted");
    let second = second.unwrap();
    assert!(second.is_complete() && second.unfinished.is_empty(), "{second:?}");
    assert_once(&sim).await;
    let parts: usize = FILES.iter().map(|(_, size)| size.div_ceil(10)).sum();
    // Parts in flight at the interruption of the first run are sent again.
    assert!(puts(&sim) < 2 * parts as u64, "{} of {parts}", puts(&sim));
}

const DIRECTORY: &str = "FRAMEIO_TEST_TOGETHER";

/// Runs in each of several processes. Does nothing in a normal test run.
#[tokio::test]
async fn child() {
    let Ok(text) = std::env::var(DIRECTORY) else { return };
    let [url, account, folder, path, state]: [&str; 5] =
        text.split('\n').collect::<Vec<_>>().try_into().unwrap();
    let client = Client::builder().base_url(url).token(Sim::TOKEN).build().unwrap();
    let tree = UploadTree::paths(account, folder, [Path::new(path)]).manifests(state);
    let summary = frameio::transfer::Transfers::new(client).upload_tree(tree).await.unwrap();
    assert!(summary.is_complete() && summary.unfinished.is_empty(), "{summary:?}");
    assert_eq!(summary.transferred + summary.skipped, FILES.len() as u64);
}

#[tokio::test]
async fn concurrent_processes_upload_each_file_once() {
    let sim = Sim::builder().part_size(10).quotas(false).build();
    let server = sim.serve().await.unwrap();
    sim.inject(Fault::delay(Duration::from_millis(10)).every(1));
    let at = directory();
    let (account, folder) = place(&sim);
    let (path, state) = (at.directory.path().display(), at.state.display());
    let text = format!("{}\n{account}\n{folder}\n{path}\n{state}", server.url());
    let children: Vec<_> = (0..3)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["upload_together::child", "--exact"])
                .env(DIRECTORY, &text)
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
        assert!(status.success());
    }
    sim.clear_faults();
    assert_once(&sim).await;
    assert_eq!(sim.stats().by_operation["files.create_local_upload"], FILES.len() as u64);
    assert!(at.is_clean());
    // All files are complete.
    let summary = transfers(&sim).upload_tree(at.tree((account, folder))).await.unwrap();
    assert_eq!(summary.skipped, FILES.len() as u64);
    assert_eq!(content(1).len(), 1);
}
