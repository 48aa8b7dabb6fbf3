//! Deletion of files that exist only at the target.

use std::sync::{Arc, Mutex};

use frameio::comments::CreateComment;
use frameio::transfer::{Deletion, Outcome, Summary};
use frameio::{Client, FileId};
use frameio_sim::User;

use crate::support::place;
use crate::sync_support::Pair;

async fn equal(names: &[&str]) -> Pair {
    let pair = Pair::new();
    names.iter().for_each(|name| pair.write(name, name));
    assert_eq!(pair.up().await.transferred, names.len() as u64);
    pair
}

fn remove(pair: &Pair, names: &[&str]) {
    names.iter().for_each(|name| std::fs::remove_file(pair.path(name)).unwrap());
}

async fn up(pair: &Pair, deletion: Deletion) -> Summary {
    pair.transfers().upload_tree(pair.upload().delete(deletion)).await.unwrap()
}

async fn down(pair: &Pair, deletion: Deletion) -> Summary {
    pair.transfers().download_tree(pair.download().delete(deletion)).await.unwrap()
}

async fn names(pair: &Pair) -> Vec<String> {
    pair.remote().await.into_keys().collect()
}

async fn comment(pair: &Pair, id: &FileId) {
    let (account, _) = place(&pair.sim);
    pair.client().send(CreateComment::new(account, id, "Trim this")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn deletes_only_own_unchanged_remote_files_that_were_equal() {
    let all = ["Day 1/gone", "commented", "kept", "changed", "renamed", "stacked", "theirs"];
    let pair = equal(&all).await;
    let remote = pair.remote().await;
    let (_, root) = place(&pair.sim);
    pair.put(&root, "unknown", b"never downloaded").await;
    comment(&pair, &remote["commented"].head.id).await;
    pair.put_version("stacked", b"a version").await;
    pair.down().await;
    pair.put_version("changed", b"a later version").await;
    pair.rename(&remote["renamed"].head.id, "renamed by them").await;
    let editor = pair.sim.add_user(User::admin("Editor", "editor@example.com"));
    let token = pair.sim.token_of(&editor).unwrap();
    let client = Client::builder().token(token).transport(pair.sim.clone()).build().unwrap();
    let upload = frameio::transfer::Upload::from_bytes(
        &place(&pair.sim).0,
        &root,
        "of the editor",
        &b"theirs"[..],
    );
    let transfers = frameio::transfer::Transfers::builder(client).storage(pair.sim.clone()).build();
    transfers.upload(upload).await.unwrap();
    pair.down().await;
    remove(&pair, &["Day 1/gone", "commented", "changed", "of the editor", "stacked", "unknown"]);

    let tree = pair.upload().delete(Deletion::new()).dry_run(true);
    let dry = pair.transfers().upload_tree(tree).await.unwrap();
    assert_eq!((dry.deleted, pair.remote_items().await.len()), (2, 9), "{dry:?}");
    let summary = up(&pair, Deletion::new()).await;
    // The files with comments, of the editor, and the two stacks.
    assert_eq!((summary.deleted, summary.kept), (2, 4), "{summary:?}");
    let left =
        ["changed", "commented", "kept", "of the editor", "renamed by them", "stacked", "theirs"];
    assert_eq!(names(&pair).await, left);
    let summary = up(&pair, Deletion::new().reviewed(true)).await;
    assert_eq!((summary.deleted, summary.kept), (1, 3), "{summary:?}");
}

#[tokio::test(start_paused = true)]
async fn asks_and_limits_before_the_first_deletion() {
    for is_up in [true, false] {
        let pair = equal(&["a", "b", "c"]).await;
        let remote = pair.remote().await;
        if is_up {
            remove(&pair, &["a", "b"]);
        } else {
            pair.delete(&remote["a"].head.id).await;
            pair.delete(&remote["b"].head.id).await;
        }
        let run = async |deletion| match is_up {
            true => up(&pair, deletion).await,
            false => down(&pair, deletion).await,
        };
        let limited = run(Deletion::new().max(1)).await;
        let text = format!("{limited:?}");
        assert!(text.contains("2 files would be deleted, but the maximum is 1"), "{text}");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let paths = asked.clone();
        let refused = run(Deletion::new().confirm(move |files| {
            paths.lock().unwrap().extend(files.iter().map(ToString::to_string));
            false
        }))
        .await;
        assert_eq!((refused.deleted, refused.kept), (0, 2), "{refused:?}");
        assert_eq!(*asked.lock().unwrap(), ["/a", "/b"]);
        let summary = run(Deletion::new().confirm(|_| true)).await;
        assert_eq!((summary.deleted, summary.failed.len()), (2, 0), "{summary:?}");
        assert_eq!((names(&pair).await, pair.local().len()), (vec!["c".to_owned()], 1));
    }
}

#[tokio::test(start_paused = true)]
async fn moves_local_files_to_the_trash_if_they_are_unchanged() {
    let pair = equal(&["Day 1/gone", "changed", "kept", "old version"]).await;
    let remote = pair.remote().await;
    pair.put_version("old version", b"a later version").await;
    for name in ["Day 1/gone", "changed"] {
        pair.delete(&remote[name].head.id).await;
    }
    pair.write("changed", "my work");
    pair.write("never uploaded", "my work");
    let summary = down(&pair, Deletion::new()).await;
    assert_eq!((summary.deleted, summary.kept), (1, 1), "{summary:?}");
    let local: Vec<_> = pair.local().into_keys().collect();
    assert_eq!(local, ["changed", "kept", "never uploaded", "old version"]);
    let trash: Vec<_> = std::fs::read_dir(pair.path(".frameio-trash"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("Day 1/gone"))
        .collect();
    assert_eq!(std::fs::read(&trash[0]).unwrap(), b"Day 1/gone");
    // The trash is never uploaded.
    let tree = pair.upload().hidden(true);
    let up = pair.transfers().upload_tree(tree).await.unwrap();
    assert_eq!((up.transferred, up.ignored), (2, 1), "{up:?}");
}

#[tokio::test(start_paused = true)]
async fn a_directory_without_files_to_transfer_counts_as_empty() {
    for is_up in [true, false] {
        let pair = equal(&["a", "b"]).await;
        remove(&pair, &["a", "b"]);
        std::fs::create_dir(pair.path("lost+found")).unwrap();
        for name in [".DS_Store", "._a", ".hidden", "Day 1/Thumbs.db", "ascmhl/0001.mhl"] {
            pair.write(name, "x");
        }
        for dry_run in [true, false] {
            let upload = pair.upload().delete(Deletion::new()).dry_run(dry_run);
            let download = pair.download().delete(Deletion::new()).dry_run(dry_run);
            let error = match is_up {
                true => pair.transfers().upload_tree(upload).await.unwrap_err(),
                false => pair.transfers().download_tree(download).await.unwrap_err(),
            };
            assert!(error.to_string().contains("contains no files"), "{error}");
        }
        assert_eq!(names(&pair).await, ["a", "b"]);
        // A hidden file counts if hidden files are uploaded.
        let hidden = pair.upload().hidden(true).delete(Deletion::new());
        assert_eq!(pair.transfers().upload_tree(hidden).await.unwrap().deleted, 2);
    }
}

/// Changes the file system of everything in the state, as if another disk had been mounted since.
#[cfg(unix)]
fn mount_another_disk(pair: &Pair) {
    let is_state = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "sync");
    let mut files =
        std::fs::read_dir(pair.states.path()).unwrap().map(|entry| entry.unwrap().path());
    let path = files.find(is_state).unwrap();
    let state = std::fs::read_to_string(&path).unwrap();
    let device =
        state.split("\"device\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let other = u64::from_str_radix(device, 16).unwrap() ^ 1;
    std::fs::write(path, state.replace(device, &format!("{other:x}"))).unwrap();
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn keeps_the_files_of_a_disk_that_is_not_mounted() {
    let pair = equal(&["both", "first", "renamed"]).await;
    mount_another_disk(&pair);
    remove(&pair, &["first", "renamed"]);
    pair.write("second", "second");
    pair.write("the same content", "renamed");
    let tree = pair.upload().delete(Deletion::new());
    let error = pair.transfers().upload_tree(tree).await.unwrap_err();
    assert!(error.to_string().contains("is on another file system"), "{error}");
    let run = pair.up().await;
    assert_eq!((run.transferred, run.moved), (2, 0), "{run:?}");
    let summary = up(&pair, Deletion::new()).await;
    assert_eq!((summary.deleted, summary.kept), (0, 2), "{summary:?}");
    // Files that are on both disks, or on the second one only, are deleted as usual.
    remove(&pair, &["both"]);
    let summary = up(&pair, Deletion::new()).await;
    assert_eq!((summary.deleted, summary.kept), (1, 2), "{summary:?}");
    assert_eq!(names(&pair).await, ["first", "renamed", "second", "the same content"]);
}

#[tokio::test(start_paused = true)]
async fn refuses_to_delete_if_the_directory_is_empty_or_a_list_is_incomplete() {
    let pair = equal(&["a", "b"]).await;
    remove(&pair, &["a", "b"]);
    for is_up in [true, false] {
        let (upload, download) =
            (pair.upload().delete(Deletion::new()), pair.download().delete(Deletion::new()));
        let error = match is_up {
            true => pair.transfers().upload_tree(upload).await.unwrap_err(),
            false => pair.transfers().download_tree(download).await.unwrap_err(),
        };
        assert!(error.to_string().contains("contains no files; was it mounted?"), "{error}");
    }
    pair.write("c", "c");
    let fault = frameio_sim::Fault::status(http::StatusCode::FORBIDDEN).on("folders.index");
    // The first list is that of the upload.
    pair.sim.inject(fault.every(2));
    let summary = up(&pair, Deletion::new()).await;
    let text = format!("{summary:?}");
    assert!(text.contains("a remote folder could not be listed"), "{text}");
    pair.sim.clear_faults();
    assert_eq!(names(&pair).await, ["a", "b", "c"]);
    let remote = pair.remote().await;
    pair.down().await;
    pair.delete(&remote["a"].head.id).await;
    pair.sim.inject(
        frameio_sim::Fault::status(http::StatusCode::FORBIDDEN).on("folders.index").next(1),
    );
    let summary = down(&pair, Deletion::new()).await;
    assert_eq!((summary.deleted, pair.local().len()), (0, 3), "{summary:?}");
    assert_eq!(down(&pair, Deletion::new()).await.deleted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_may_be_incomplete_deletes_and_doubles_nothing() {
    for body in [r#"{"data":null,"links":{"next":null}}"#, r#"{"data":[]}"#] {
        let pair = equal(&["a", "b"]).await;
        let odd = || {
            let fault = frameio_sim::Fault::body(http::StatusCode::OK, "application/json", body);
            pair.sim.inject(fault.on("folders.index").next(1));
        };
        odd();
        let summary = down(&pair, Deletion::new()).await;
        assert_eq!((summary.deleted, pair.local().len()), (0, 2), "{body}: {summary:?}");
        let text = format!("{summary:?}");
        assert!(text.contains("a folder could not be listed"), "{body}: {text}");
        odd();
        let up = pair.transfers().upload_tree(pair.upload()).await;
        let sent = up.as_ref().map_or(0, |summary| summary.transferred);
        assert_eq!((sent, pair.remote_items().await.len()), (0, 2), "{body}: {up:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn lists_remote_files_that_have_changed_or_were_moved_since_they_were_equal() {
    for dry_run in [true, false] {
        let pair = equal(&["kept", "gone", "new version", "renamed", "replaced"]).await;
        let remote = pair.remote().await;
        pair.put_version("new version", b"a version of somebody else").await;
        pair.rename(&remote["renamed"].head.id, "renamed by them").await;
        pair.delete(&remote["replaced"].head.id).await;
        pair.put(&place(&pair.sim).1, "replaced", b"another file").await;
        remove(&pair, &["gone", "new version", "renamed", "replaced"]);
        let kept = Arc::new(Mutex::new(Vec::new()));
        let seen = kept.clone();
        let tree = pair.upload().delete(Deletion::new()).dry_run(dry_run).on_item(move |item| {
            if let Outcome::Kept = item.outcome {
                seen.lock().unwrap().push(item.remote.to_string());
            }
        });
        let summary = pair.transfers().upload_tree(tree).await.unwrap();
        assert_eq!((summary.deleted, summary.kept), (1, 3), "{summary:?}");
        kept.lock().unwrap().sort();
        assert_eq!(*kept.lock().unwrap(), ["/new version", "/renamed", "/replaced"]);
        assert_eq!(names(&pair).await.contains(&"gone".to_owned()), dry_run);
    }
}
