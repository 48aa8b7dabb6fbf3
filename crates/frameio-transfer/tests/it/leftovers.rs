//! What killed uploads leave at the service and on disk, and what the next run does with it.

use frameio::files::{CreateLocalUpload, FileStatus};
use frameio::transfer::{Summary, Transfers};
use frameio::{Client, FileId};
use frameio_sim::{Sim, User};

use crate::support::place;
use crate::sync_support::Pair;
use crate::watch_support::watch;

const NAMES: [&str; 3] = ["a.mov", "b.mov", "Day 1/c.mov"];

fn pair() -> Pair {
    let pair = Pair::new();
    // The last one has several parts.
    NAMES.iter().zip(1..).for_each(|(name, size)| pair.write(name, "x".repeat(10 * size - 5)));
    pair
}

/// Returns the incomplete remote files by their names.
async fn incomplete(pair: &Pair) -> Vec<(String, FileId)> {
    let (account, root) = place(&pair.sim);
    let mut walk = pair.transfers().walk(&account, &root);
    let mut found = Vec::new();
    while let Some(entry) = walk.next().await {
        if let Some(file) = entry.unwrap().file().filter(|it| it.status == FileStatus::Created) {
            found.push((file.name.clone(), file.id.clone()));
        }
    }
    found
}

fn manifests(pair: &Pair) -> usize {
    let names = std::fs::read_dir(pair.states.path()).unwrap().map(|it| it.unwrap().path());
    names.filter(|path| path.extension().is_some_and(|it| it == "upload")).count()
}

#[allow(clippy::future_not_send, reason = "the tests run on one thread")]
/// Kills a run at each of its requests, and verifies what remains after `finish`.
async fn check_kills(run: impl AsyncFn(&Pair, Transfers), finish: impl AsyncFn(&Pair)) {
    for before in [true, false] {
        for at in 1.. {
            let pair = pair();
            let context = format!("killed at request {at}, before: {before}");
            let ended = pair.killed(at, before, async |transfers| run(&pair, transfers).await);
            let is_complete = ended.await.is_some();
            finish(&pair).await;
            assert_eq!(incomplete(&pair).await, [], "{context}");
            assert_eq!(manifests(&pair), 0, "{context}");
            let names: Vec<_> = pair.remote().await.into_keys().collect();
            assert_eq!(names, ["Day 1/c.mov", "a.mov", "b.mov"], "{context}");
            if is_complete {
                assert!(at > 10, "the run has too few requests");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_run_after_a_kill_removes_what_the_killed_one_has_left() {
    let run = async |pair: &Pair, transfers: Transfers| {
        transfers.upload_tree(pair.upload()).await.unwrap();
    };
    let finish = async |pair: &Pair| {
        let summary = pair.up().await;
        assert!(summary.is_complete() && summary.unfinished.is_empty(), "{summary:?}");
    };
    check_kills(run, finish).await;
}

#[tokio::test(start_paused = true)]
async fn the_watcher_after_a_kill_removes_what_the_killed_one_has_left() {
    let run = async |pair: &Pair, transfers: Transfers| {
        transfers.watch(watch(pair).once(true)).await.unwrap();
    };
    let finish = async |pair: &Pair| {
        let status = pair.transfers().watch(watch(pair).once(true)).await.unwrap();
        assert_eq!(status.failed, 0, "{status:?}");
    };
    check_kills(run, finish).await;
}

/// Runs an upload of one file that is killed before it reads the response to the creation.
async fn killed_at_creation(pair: &Pair) -> FileId {
    for at in 1.. {
        let run = async |transfers: Transfers| transfers.upload_tree(pair.upload()).await.unwrap();
        assert!(pair.killed(at, false, run).await.is_none(), "the file was never created");
        if let [(_, id)] = &*incomplete(pair).await {
            return id.clone();
        }
    }
    unreachable!()
}

/// Creates an incomplete file.
async fn create(pair: &Pair, token: &str, size: u64) -> FileId {
    let client = Client::builder().token(token).transport(pair.sim.clone()).build().unwrap();
    let (account, root) = place(&pair.sim);
    client.send(CreateLocalUpload::new(account, root, "a.mov", size)).await.unwrap().id
}

fn unfinished(summary: &Summary) -> Vec<FileId> {
    let ids = summary.unfinished.iter().filter_map(|item| item.file_id.clone());
    ids.collect()
}

#[tokio::test(start_paused = true)]
async fn keeps_and_reports_incomplete_files_that_may_be_of_others() {
    let pair = Pair::new();
    pair.write("a.mov", "12345");
    let editor = pair.sim.add_user(User::admin("Editor", "editor@example.com"));
    let earlier = create(&pair, Sim::TOKEN, 5).await;
    let (account, _) = place(&pair.sim);
    let of_killed = {
        pair.delete(&earlier).await;
        killed_at_creation(&pair).await
    };
    let of_editor = create(&pair, &pair.sim.token_of(&editor).unwrap(), 5).await;
    let of_other_size = create(&pair, Sim::TOKEN, 6).await;
    let summary = pair.up().await;
    assert_eq!(summary.transferred, 1, "{account}: {summary:?}");
    let mut kept = [of_editor, of_other_size];
    kept.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    let mut reported = unfinished(&summary);
    reported.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    assert_eq!(reported, kept);
    let mut all: Vec<_> = incomplete(&pair).await.into_iter().map(|(_, id)| id).collect();
    all.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    assert_eq!(all, kept);
    assert!(!all.contains(&of_killed));
}

#[tokio::test(start_paused = true)]
async fn removes_none_of_more_files_of_the_user_than_there_were_attempts() {
    let pair = Pair::new();
    pair.write("a.mov", "12345");
    let of_killed = killed_at_creation(&pair).await;
    // As another computer of the same user would.
    let other = create(&pair, Sim::TOKEN, 5).await;
    let summary = pair.up().await;
    let mut reported = unfinished(&summary);
    reported.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    let mut both = [of_killed, other];
    both.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    assert_eq!((summary.transferred, reported), (1, both.to_vec()));
    assert_eq!(incomplete(&pair).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn removes_the_incomplete_file_of_a_local_file_that_no_longer_exists() {
    for is_known in [false, true] {
        let pair = Pair::new();
        pair.write("a.mov", "x".repeat(25));
        if is_known {
            // Killed at the last part.
            let run = async |transfers: Transfers| {
                transfers.upload_tree(pair.upload().parts_in_flight(1)).await.unwrap()
            };
            assert!(pair.killed(5, true, run).await.is_none());
            assert_eq!(incomplete(&pair).await.len(), 1);
        } else {
            killed_at_creation(&pair).await;
        }
        std::fs::remove_file(pair.path("a.mov")).unwrap();
        pair.write("b.mov", "1");
        pair.up().await;
        assert_eq!((incomplete(&pair).await.len(), manifests(&pair)), (0, 0), "{is_known}");
    }
}
