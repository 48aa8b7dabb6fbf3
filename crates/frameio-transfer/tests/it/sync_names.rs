//! Runs in both directions with names that downloads change, and with files that become directories.

use frameio::transfer::{Deletion, Summary};

use crate::support::place;
use crate::sync_support::Pair;
use crate::walk::folder;

async fn up_deleting(pair: &Pair) -> Summary {
    pair.transfers().upload_tree(pair.upload().delete(Deletion::new())).await.unwrap()
}

async fn down_deleting(pair: &Pair) -> Summary {
    pair.transfers().download_tree(pair.download().delete(Deletion::new())).await.unwrap()
}

/// Returns the name of the only local file with a hash.
fn hashed(pair: &Pair) -> String {
    let names: Vec<_> = pair.local().into_keys().filter(|name| name.contains('~')).collect();
    assert_eq!(names.len(), 1, "{:?}", pair.local().keys());
    names[0].clone()
}

#[tokio::test(start_paused = true)]
async fn a_name_that_needs_no_change_keeps_it_and_a_changed_one_gets_a_hash() {
    for names in [["a/b.mov", "a_b.mov"], ["a_b.mov", "a/b.mov"]] {
        let pair = Pair::new();
        let (_, root) = place(&pair.sim);
        for name in names {
            pair.put(&root, name, name.as_bytes()).await;
        }
        assert_eq!(pair.down().await.transferred, 2);
        let other = hashed(&pair);
        assert_eq!(
            (pair.read("a_b.mov"), pair.read(&other)),
            (b"a_b.mov".into(), b"a/b.mov".into())
        );
        // Another machine, or a lost state.
        let states = tempfile::tempdir().unwrap();
        let up = pair.transfers().upload_tree(pair.upload().state(states.path())).await.unwrap();
        assert_eq!((up.unverified, up.transferred, up.conflicts.len()), (2, 0, 0), "{up:?}");
        assert_eq!((pair.up().await.skipped, pair.down().await.skipped), (2, 2));
        // Both can be edited.
        let (exact, changed) = ("an edit", "another edit");
        pair.write("a_b.mov", exact);
        pair.write(&other, changed);
        let up = pair.up().await;
        assert_eq!((up.transferred, up.conflicts.len()), (2, 0), "{up:?}");
        assert_eq!((pair.up().await.skipped, pair.down().await.skipped), (2, 2));
        let mut heads = Vec::new();
        for (_, item) in pair.remote_items().await {
            heads.push(pair.content(&item.head.id).await);
        }
        heads.sort();
        assert_eq!(heads, [exact.as_bytes(), changed.as_bytes()]);
        assert_eq!(pair.local().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_recorded_file_keeps_its_changed_name_when_another_file_gets_it() {
    let pair = Pair::new();
    let (_, root) = place(&pair.sim);
    pair.put(&root, "a/b.mov", b"first").await;
    let days = folder(&pair.sim, &root, "D:1").await;
    pair.put(&days, "in.mov", b"in").await;
    assert_eq!(pair.down().await.transferred, 2);
    pair.put(&root, "a_b.mov", b"second file").await;
    let other = folder(&pair.sim, &root, "D_1").await;
    pair.put(&other, "other.mov", b"other").await;
    for is_first in [true, false] {
        let down = pair.down().await;
        assert_eq!((down.transferred, down.moved), (if is_first { 2 } else { 0 }, 0), "{down:?}");
        let up = pair.up().await;
        assert_eq!((up.skipped, up.transferred, up.conflicts.len()), (4, 0, 0), "{up:?}");
    }
    assert_eq!((pair.read("a_b.mov"), pair.read("D_1/in.mov")), (b"first".into(), b"in".into()));
    pair.write("a_b.mov", "an edit of the first one");
    pair.write("D_1/new.mov", "new");
    let up = pair.up().await;
    assert_eq!((up.transferred, up.conflicts.len()), (2, 0), "{up:?}");
    let theirs = pair.remote_items().await.into_iter().find(|(_, it)| it.head.file_size == 11);
    assert_eq!(theirs.unwrap().0, "a_b.mov", "not stacked");
    assert!(pair.remote_items().await.iter().any(|(path, _)| path == "D:1/new.mov"));
}

#[tokio::test(start_paused = true)]
async fn files_with_changed_names_are_deleted_and_renamed_like_others() {
    let pair = Pair::new();
    let (_, root) = place(&pair.sim);
    let days = folder(&pair.sim, &root, "D:1").await;
    for name in ["a:b.mov", "trail.", "c?.mov", "d|.mov", "kept"] {
        pair.put(&root, name, name.as_bytes()).await;
    }
    pair.put(&days, "in.mov", b"in").await;
    assert_eq!(pair.down().await.transferred, 6);
    for name in ["a_b.mov", "trail_", "D_1/in.mov"] {
        std::fs::remove_file(pair.path(name)).unwrap();
    }
    std::fs::rename(pair.path("c_.mov"), pair.path("c2.mov")).unwrap();
    // Renamed on both sides: it is no longer the recorded file.
    let theirs = pair.remote().await["d|.mov"].head.id.clone();
    pair.rename(&theirs, "theirs.mov").await;
    std::fs::remove_file(pair.path("d_.mov")).unwrap();
    let up = up_deleting(&pair).await;
    assert_eq!((up.deleted, up.moved, up.kept, up.transferred), (3, 1, 1, 0), "{up:?}");
    let names: Vec<_> = pair.remote().await.into_keys().collect();
    assert_eq!(names, ["c2.mov", "kept", "theirs.mov"]);
    let down = pair.down().await;
    assert_eq!((down.transferred, down.skipped), (1, 2), "{down:?}");
}

#[tokio::test(start_paused = true)]
async fn a_download_leaves_a_file_that_waits_to_be_stacked() {
    let mut waiting = 0;
    for (at, before) in (1..14).flat_map(|at| [(at, true), (at, false)]) {
        let pair = Pair::new();
        pair.write("a.mov", "the old content");
        pair.up().await;
        pair.write("a.mov", "the new content, longer");
        let run = async |transfers: frameio::transfer::Transfers| {
            transfers.upload_tree(pair.upload()).await.unwrap()
        };
        if pair.killed(at, before, run).await.is_some() {
            break;
        }
        let down = pair.down().await;
        assert_eq!((down.transferred, down.failed.len()), (0, 0), "{at} {before} {down:?}");
        let (changed, conflicts) = (down.changed, down.conflicts.len() as u64);
        assert!(changed + conflicts + down.skipped >= 1, "{at} {before} {down:?}");
        waiting += changed;
        assert_eq!(pair.local().len(), 1, "{at} {before}");
        let up = pair.up().await;
        assert!(up.is_complete(), "{at} {before} {up:?}");
        let (versions, contents) = pair.versions("a.mov").await;
        assert!(versions.is_ordered && contents.len() == 2, "{at} {before} {contents:?}");
        assert_eq!((pair.up().await.skipped, pair.down().await.skipped), (1, 1));
    }
    assert!(waiting > 2, "{waiting}");
}

#[tokio::test(start_paused = true)]
async fn the_dry_run_lists_the_files_of_a_renamed_directory_as_moved() {
    let pair = Pair::new();
    for name in ["cards/day/in.mov", "cards/day/in2.mov", "cards/kept.mov"] {
        pair.write(name, name);
    }
    pair.up().await;
    std::fs::rename(pair.path("cards/day"), pair.path("cards/Tag")).unwrap();
    pair.write("cards/Tag/new.mov", "new");
    let dry = pair.transfers().upload_tree(pair.upload().dry_run(true)).await.unwrap();
    assert_eq!((dry.moved, dry.planned, dry.skipped), (2, 1, 1), "{dry:?}");
    let up = pair.up().await;
    assert_eq!((up.moved, up.transferred, up.skipped), (2, 1, 1), "{up:?}");
}
