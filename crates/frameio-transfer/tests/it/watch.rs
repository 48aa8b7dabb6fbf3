//! Watched directories: when a file is complete, and what happens to it.

#[cfg(target_os = "linux")]
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio::folders::CopyFolder;
use frameio::transfer::{AfterUpload, Deletion, IfExists, TransferErrorKind, Watch, WatchActivity};
use frameio_sim::{Fault, Sim};

use crate::support::place;
use crate::sync_support::Pair;
use crate::walk::folder;
use crate::watch_support::{Running, seconds, watch};

#[tokio::test(start_paused = true)]
async fn sends_a_growing_file_when_it_has_not_changed_for_ten_seconds() {
    let pair = Pair::new();
    let running = Running::start(&pair.transfers(), watch(&pair));
    let mut content = Vec::new();
    for part in 0..20 {
        content.extend_from_slice(format!("part {part}").as_bytes());
        std::fs::write(pair.path("slow copy.mov"), &content).unwrap();
        seconds(7).await;
        assert_eq!(running.status().transferred, 0, "part {part}");
    }
    let status = running.until(|status| status.transferred == 1).await;
    assert_eq!(pair.remote_contents().await, pair.local());
    assert_eq!((status.bytes, status.failed), (content.len() as u64, 0));
    // Nothing is sent twice.
    seconds(600).await;
    assert_eq!(running.status().activity, WatchActivity::Idle);
    assert_eq!((running.status().transferred, pair.remote().await.len()), (1, 1));
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn waits_for_a_file_that_is_open_for_writing() {
    let pair = Pair::new();
    let running = Running::start(&pair.transfers(), watch(&pair));
    let mut file = std::fs::File::create(pair.path("a.mov")).unwrap();
    file.write_all(b"preallocated").unwrap();
    seconds(300).await;
    assert_eq!((running.status().transferred, running.status().settling), (0, 1));
    drop(file);
    running.until(|status| status.transferred == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_file_renamed_while_it_is_written_is_sent_once_under_its_last_name() {
    let pair = Pair::new();
    let running = Running::start(&pair.transfers(), watch(&pair));
    for part in 1..=5 {
        std::fs::write(pair.path("a.mov.tmp"), "x".repeat(part)).unwrap();
        seconds(6).await;
    }
    std::fs::rename(pair.path("a.mov.tmp"), pair.path("a.mov")).unwrap();
    running.until(|status| status.transferred == 1).await;
    assert_eq!(pair.remote_contents().await, pair.local());
    // Renamed after it was sent: the remote file is renamed too.
    let id = pair.remote().await["a.mov"].head.id.clone();
    std::fs::create_dir(pair.path("Day 1")).unwrap();
    std::fs::rename(pair.path("a.mov"), pair.path("Day 1/b.mov")).unwrap();
    running.until(|status| status.skipped == 1).await;
    let remote = pair.remote().await;
    assert_eq!(remote.keys().collect::<Vec<_>>(), ["Day 1/b.mov"]);
    assert_eq!(remote["Day 1/b.mov"].head.id, id);
}

#[tokio::test(start_paused = true)]
async fn waits_for_a_directory_that_vanishes_and_deletes_nothing() {
    let pair = Pair::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let away = elsewhere.path().join("away");
    pair.write("Day 1/a.mov", "a");
    let running = Running::start(&pair.transfers(), watch(&pair));
    running.until(|status| status.transferred == 1).await;
    for round in 2..5 {
        std::fs::rename(pair.directory.path(), &away).unwrap();
        running.until(|status| status.activity == WatchActivity::Unavailable).await;
        seconds(600).await;
        assert_eq!(pair.remote().await.len(), round - 1);
        std::fs::write(away.join(format!("{round}.mov")), format!("{round}")).unwrap();
        std::fs::rename(&away, pair.directory.path()).unwrap();
        running.until(|status| status.transferred == round as u64).await;
        assert_eq!(pair.remote_contents().await, pair.local());
    }
    let events = running.events();
    assert_eq!(events.iter().filter(|event| event.starts_with("waiting for '")).count(), 3);
    assert_eq!(events.iter().filter(|event| event.ends_with("available again")).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn waits_for_a_directory_that_does_not_exist_yet() {
    let pair = Pair::new();
    let missing = pair.path("share");
    let tree = || {
        let (account, root) = place(&pair.sim);
        frameio::transfer::UploadTree::new(account, root, &missing).state(pair.states.path())
    };
    let error = pair.transfers().watch(Watch::new(tree()).once(true)).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Source);
    let running = Running::start(&pair.transfers(), Watch::new(tree()).notifications(false));
    running.until(|status| status.activity == WatchActivity::Unavailable).await;
    pair.write("share/a.mov", "a");
    running.until(|status| status.transferred == 1).await;
    assert_eq!(pair.remote().await.into_keys().collect::<Vec<_>>(), ["a.mov"]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_file_is_reported_and_only_sent_if_the_policy_allows_it() {
    let pair = Pair::new();
    pair.write("a.mov", "first");
    let running = Running::start(&pair.transfers(), watch(&pair));
    running.until(|status| status.transferred == 1).await;
    pair.write("a.mov", "second");
    running.until(|status| status.changed == 1).await;
    seconds(600).await;
    assert_eq!(running.status().changed, 1, "it is reported once");
    assert_eq!(pair.remote_contents().await["a.mov"], b"first");
    drop(running);
    seconds(5).await;
    let versions = Watch::new(pair.upload().if_exists(IfExists::Version)).notifications(false);
    let running = Running::start(&pair.transfers(), versions);
    running.until(|status| status.transferred == 1).await;
    let (_, contents) = pair.versions("a.mov").await;
    assert_eq!(contents.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_template_sorts_files_into_folders() {
    let pair = Pair::new();
    for name in ["Day 1/A/1.mov", "Day 2/A/1.mov", "Day 1/B/2.mov", "3.mov"] {
        pair.write(name, name);
    }
    let template = "in/{parent}".parse().unwrap();
    let watch = watch(&pair).template(template).once(true);
    let status = pair.transfers().watch(watch).await.unwrap();
    // Two files have the same destination, and nothing is replaced.
    assert_eq!((status.transferred, status.changed), (3, 1), "{status:?}");
    let root = pair.directory.path().file_name().unwrap().to_str().unwrap();
    let mut expected =
        ["in/A/1.mov".to_owned(), "in/B/2.mov".to_owned(), format!("in/{root}/3.mov")];
    expected.sort();
    assert_eq!(pair.remote().await.into_keys().collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_changed_file_with_another_destination_is_a_new_file_there() {
    let pair = Pair::new();
    let day = std::time::Duration::from_secs(24 * 3600);
    for (days, content) in [(3, "first"), (2, "the next day")] {
        pair.write("a.mov", content);
        let file = std::fs::File::options().write(true).open(pair.path("a.mov")).unwrap();
        file.set_modified(std::time::SystemTime::now() - days * day).unwrap();
        drop(file);
        let watch = watch(&pair).template("{date}".parse().unwrap()).once(true);
        let status = pair.transfers().watch(watch).await.unwrap();
        assert_eq!((status.transferred, status.changed), (1, 0), "{status:?}");
    }
    let contents: Vec<_> = pair.remote_contents().await.into_values().collect();
    assert_eq!(contents, [&b"first"[..], b"the next day"]);
}

#[tokio::test(start_paused = true)]
async fn sent_files_are_moved_after_the_callback() {
    let pair = Pair::new();
    for name in ["a.mov", "Day 1/b.mov", "bad.mov"] {
        pair.write(name, name);
    }
    let calls = Arc::new(Mutex::new(Vec::new()));
    let with = |fails: bool| {
        let (calls, sent) = (calls.clone(), pair.path("sent"));
        watch(&pair).once(true).after(AfterUpload::Move(sent)).on_sent(move |file| {
            assert!(file.local.exists());
            calls.lock().unwrap().push((file.remote.to_string(), file.file_id));
            let fails = fails && file.remote.names() == ["bad.mov"];
            std::future::ready(if fails { Err("exit status 1".to_owned()) } else { Ok(()) })
        })
    };
    let status = pair.transfers().watch(with(true)).await.unwrap();
    assert_eq!((status.transferred, status.failed_actions, status.failed), (3, 1, 0));
    assert!(status.last_error.unwrap().ends_with("bad.mov: exit status 1"));
    let local: Vec<_> = pair.local().into_keys().collect();
    assert_eq!(local, ["bad.mov", "sent/Day 1/b.mov", "sent/a.mov"]);
    // The next run calls it again.
    let status = pair.transfers().watch(with(false)).await.unwrap();
    assert_eq!((status.transferred, status.skipped, status.failed_actions), (0, 1, 0));
    let local: Vec<_> = pair.local().into_keys().collect();
    assert_eq!(local, ["sent/Day 1/b.mov", "sent/a.mov", "sent/bad.mov"]);
    let calls = calls.lock().unwrap().clone();
    let remote = pair.remote().await;
    for (path, times) in [("a.mov", 1), ("Day 1/b.mov", 1), ("bad.mov", 2)] {
        let call = (format!("/{path}"), remote[path].head.id.clone());
        assert_eq!(calls.iter().filter(|it| **it == call).count(), times, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_is_killed_is_called_again() {
    let pair = Pair::new();
    pair.write("a.mov", "a");
    let calls = Arc::new(Mutex::new(0));
    let counted = calls.clone();
    let stuck = watch(&pair).on_sent(move |_| {
        *counted.lock().unwrap() += 1;
        std::future::pending()
    });
    let running = Running::start(&pair.transfers(), stuck);
    running.until(|status| status.pending_actions == 1).await;
    drop(running);
    seconds(5).await;
    let counted = calls.clone();
    let once = watch(&pair).once(true).on_sent(move |_| {
        *counted.lock().unwrap() += 1;
        std::future::ready(Ok(()))
    });
    for _ in 0..2 {
        pair.transfers().watch(once.clone()).await.unwrap();
        assert_eq!(*calls.lock().unwrap(), 2);
    }
    assert_eq!(pair.remote().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn failures_are_tried_again() {
    let pair = Pair::new();
    let running = Running::start(&pair.transfers(), watch(&pair));
    running.until(|status| status.activity == WatchActivity::Idle).await;
    for operation in ["folders.index", "files.create_local_upload", Sim::UPLOAD_PART] {
        let before = running.status().transferred;
        let fault = Fault::status(http::StatusCode::FORBIDDEN).on(operation);
        pair.sim.inject(fault);
        pair.write(&format!("{operation}.mov"), operation);
        let error = running.until(|status| status.last_error.is_some()).await;
        assert_eq!(error.transferred, before, "{operation}");
        seconds(400).await;
        pair.sim.clear_faults();
        running.until(|status| status.transferred > before).await;
    }
    assert_eq!(pair.remote_contents().await, pair.local());
}

#[tokio::test(start_paused = true)]
async fn only_one_watcher_uses_a_directory_and_a_folder() {
    let pair = Pair::new();
    let running = Running::start(&pair.transfers(), watch(&pair));
    running.until(|status| status.activity == WatchActivity::Idle).await;
    let error = pair.transfers().watch(watch(&pair).once(true)).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::State);
    assert!(error.to_string().contains("another run uses the same directory"), "{error}");
    drop(running);
    seconds(5).await;
    pair.transfers().watch(watch(&pair).once(true)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn empty_files_wait_for_content() {
    let pair = Pair::new();
    pair.write("a.mov", "");
    let running = Running::start(&pair.transfers(), watch(&pair));
    seconds(600).await;
    let status = running.status();
    assert_eq!((status.activity, status.failed), (WatchActivity::Idle, 0));
    pair.write("a.mov", "a");
    running.until(|status| status.transferred == 1).await;
    drop(running);
    seconds(5).await;
    pair.write("b.mov", "");
    let status = pair.transfers().watch(watch(&pair).once(true)).await.unwrap();
    assert_eq!((status.transferred, status.failed), (0, 1), "a single pass reports them");
}

/// Polls once an hour, so that only notifications can find the files in time.
#[tokio::test]
async fn notifications_find_new_files() {
    let pair = Pair::new();
    let watch = watch(&pair)
        .notifications(true)
        .settle(Duration::from_millis(50))
        .poll_interval(Duration::from_secs(3600));
    let running = Running::start(&pair.transfers(), watch);
    let sent = async {
        running.until(|status| status.activity == WatchActivity::Idle).await;
        pair.write("a.mov", "a");
        running.until(|status| status.transferred == 1).await;
        pair.write("Day 1/A/b.mov", "b");
        running.until(|status| status.transferred == 2).await;
    };
    tokio::time::timeout(Duration::from_secs(60), sent).await.unwrap();
    assert_eq!(pair.remote_contents().await, pair.local());
}

/// Most files are copied at the service, because sending all of them would take a minute.
#[tokio::test(start_paused = true)]
async fn handles_five_thousand_files() {
    let pair = Pair::new();
    let (account, root) = place(&pair.sim);
    let write = |folder: &str, files: u32| {
        (0..files).for_each(|n| pair.write(&format!("{folder}/{n}.mov"), format!("{n}")));
    };
    let pass = async || {
        let before = pair.sim.stats().requests;
        let status = pair.transfers().watch(watch(&pair).once(true)).await.unwrap();
        assert_eq!((status.failed, status.changed, status.queued), (0, 0, 0), "{status:?}");
        (status.transferred, status.skipped, pair.sim.stats().requests - before)
    };
    write("A", 250);
    assert_eq!(pass().await.0, 250);
    let first = pair.remote().await["A/0.mov"].folder.clone();
    for n in 1..20 {
        let folder = folder(&pair.sim, &root, &n.to_string()).await;
        pair.client().send(CopyFolder::new(&account, &first).parent_id(folder)).await.unwrap();
        write(&format!("{n}/A"), 250);
    }
    write("B", 50);
    let (sent, skipped, _) = pass().await;
    assert_eq!((sent, skipped), (50, 19 * 250));
    assert_eq!(pair.remote().await.len(), 5050);
    // The next pass sends nothing, and lists each folder at most once.
    let (sent, skipped, requests) = pass().await;
    assert_eq!((sent, skipped), (0, 19 * 250));
    assert!(requests < 60, "{requests}");
}

#[tokio::test(start_paused = true)]
async fn moved_files_are_neither_deleted_nor_downloaded_by_a_sync() {
    let (pair, sent) = (Pair::new(), tempfile::tempdir().unwrap());
    pair.write("a.mov", "a");
    pair.write("Day 1/b.mov", "b");
    let moving = || watch(&pair).once(true).after(AfterUpload::Move(sent.path().to_owned()));
    assert_eq!(pair.transfers().watch(moving()).await.unwrap().transferred, 2);
    assert!(pair.local().is_empty());
    pair.write("c.mov", "c");
    let tree = pair.upload().delete(Deletion::new());
    let up = pair.transfers().upload_tree(tree).await.unwrap();
    assert_eq!((up.transferred, up.deleted, up.kept), (1, 0, 0), "{up:?}");
    let down = pair.transfers().download_tree(pair.download()).await.unwrap();
    assert_eq!((down.transferred, down.skipped), (0, 3), "{down:?}");
    // The next file of the name is compared with the one that was sent.
    pair.write("a.mov", "another");
    let status = pair.transfers().watch(moving()).await.unwrap();
    assert_eq!((status.transferred, status.changed), (0, 1), "{status:?}");
    // A file that was sent again and not moved is treated like any other.
    let version = pair.up().await;
    assert_eq!(version.transferred, 1, "{version:?}");
    std::fs::remove_file(pair.path("a.mov")).unwrap();
    pair.write("d.mov", "d");
    let tree = pair.upload().delete(Deletion::new());
    let up = pair.transfers().upload_tree(tree).await.unwrap();
    assert_eq!((up.deleted, up.kept), (0, 1), "it is a version stack: {up:?}");
}
