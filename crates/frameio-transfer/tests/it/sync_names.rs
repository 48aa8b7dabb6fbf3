//! Runs in both directions with names that downloads change, and with files that become directories.

use frameio::assets::Asset;
use frameio::folders::ListFolderChildren;
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

/// Returns the names of the folders at the top.
async fn top_folders(pair: &Pair) -> Vec<String> {
    let (account, root) = place(&pair.sim);
    let client = pair.client();
    let mut items = client.items(ListFolderChildren::new(&account, &root).page_size(500));
    let mut names = Vec::new();
    while let Some(asset) = items.next().await {
        if let Asset::Folder(folder) = asset.unwrap() {
            names.push(folder.name);
        }
    }
    names
}

/// Returns two machines with the same files, of which the first one has replaced a directory by a file and a
/// file by a directory.
async fn swapped() -> (Pair, Pair) {
    let first = Pair::new();
    let second = Pair::of(first.sim.clone());
    for name in ["dir/in.mov", "file", "kept"] {
        first.write(name, name);
    }
    first.up().await;
    assert_eq!(second.down().await.transferred, 3);
    std::fs::remove_dir_all(first.path("dir")).unwrap();
    std::fs::remove_file(first.path("file")).unwrap();
    first.write("dir", "a file by now");
    first.write("file/x.mov", "in a directory by now");
    (first, second)
}

#[tokio::test(start_paused = true)]
async fn a_file_that_became_a_directory_is_deleted_and_replaced_on_both_sides() {
    let (first, second) = swapped().await;
    let up = up_deleting(&first).await;
    assert_eq!((up.deleted, up.kept, up.transferred), (2, 0, 2), "{up:?}");
    let names: Vec<_> = first.remote().await.into_keys().collect();
    assert_eq!(names, ["dir", "file/x.mov", "kept"]);
    assert_eq!(top_folders(&first).await, ["file"]);
    for _ in 0..2 {
        let (up, down) = (up_deleting(&first).await, first.down().await);
        assert_eq!((up.skipped, down.skipped, down.moved), (3, 3, 0), "{up:?} {down:?}");
    }
    let down = down_deleting(&second).await;
    assert_eq!((down.deleted, down.failed.len(), down.conflicts.len()), (2, 0, 1), "{down:?}");
    let down = down_deleting(&second).await;
    assert_eq!((down.transferred, down.conflicts.len()), (1, 0), "{down:?}");
    assert_eq!(second.local(), first.local());
    assert_eq!(std::fs::read_dir(second.directory.path()).unwrap().count(), 4, "with the trash");
    let (up, down) = (second.up().await, second.down().await);
    assert_eq!((up.skipped, down.skipped), (3, 3), "{up:?} {down:?}");
    let third = Pair::of(first.sim.clone());
    third.down().await;
    assert_eq!(third.local(), first.local());
}

#[tokio::test(start_paused = true)]
async fn a_file_and_a_folder_of_the_same_name_keep_their_local_names() {
    let (first, second) = swapped().await;
    assert_eq!(first.up().await.transferred, 2);
    for pair in [&first, &second] {
        let down = pair.down().await;
        assert_eq!((down.transferred, down.moved), (2, 0), "{down:?}");
        assert!(down.is_complete(), "{down:?}");
        assert_eq!(pair.local().len(), 5);
        for _ in 0..2 {
            let (up, down) = (pair.up().await, pair.down().await);
            assert_eq!((up.skipped, down.skipped), (5, 5), "{up:?} {down:?}");
        }
    }
    assert_eq!(first.read("dir"), b"a file by now");
    assert_eq!(first.read("file/x.mov"), b"in a directory by now");
    assert_eq!(
        (second.read("dir/in.mov"), second.read("file")),
        (b"dir/in.mov".into(), b"file".into())
    );
}

#[tokio::test(start_paused = true)]
async fn a_renamed_directory_renames_its_remote_folder() {
    for new in ["day", "Tag", "cards/Day"] {
        let first = Pair::new();
        let second = Pair::of(first.sim.clone());
        for name in ["Day/in.mov", "Day/A/clip.mov", "cards/kept.mov"] {
            first.write(name, name);
        }
        first.up().await;
        second.down().await;
        let ids = first.remote().await;
        std::fs::rename(first.path("Day"), first.path(new)).unwrap();
        first.write(&format!("{new}/new.mov"), "new");
        let dry = first.transfers().upload_tree(first.upload().dry_run(true)).await.unwrap();
        assert_eq!((dry.moved, dry.planned, dry.skipped), (2, 1, 1), "{new} {dry:?}");
        assert_eq!(top_folders(&first).await.len(), 2);
        let up = first.up().await;
        assert_eq!((up.moved, up.transferred, up.skipped), (2, 1, 1), "{new} {up:?}");
        let remote = first.remote().await;
        for name in ["in.mov", "A/clip.mov"] {
            let (old, new) = (format!("Day/{name}"), format!("{new}/{name}"));
            assert_eq!(remote[&new].head.id, ids[&old].head.id);
            assert_eq!(remote[&new].folder, ids[&old].folder, "the folder was renamed");
        }
        let mut folders = top_folders(&first).await;
        folders.retain(|name| name != "cards");
        assert_eq!(folders, Vec::from_iter((!new.contains('/')).then_some(new)), "no empty folder");
        assert_eq!((first.up().await.skipped, first.down().await.skipped), (4, 4));
        let down = second.down().await;
        assert_eq!((down.moved, down.transferred), (2, 1), "{new} {down:?}");
        assert_eq!(second.local(), first.local());
        assert!(!second.path("Day").exists(), "the emptied directory is removed");
        assert_eq!(second.up().await.skipped, 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_was_renamed_and_edited_leaves_no_empty_folder_with_deletions() {
    let pair = Pair::new();
    for name in ["Day/in.mov", "Day/edited.mov", "kept"] {
        pair.write(name, name);
    }
    pair.up().await;
    let (_, root) = place(&pair.sim);
    let empty = folder(&pair.sim, &root, "Empty").await;
    pair.down().await;
    std::fs::rename(pair.path("Day"), pair.path("day")).unwrap();
    pair.write("day/edited.mov", "edited, and of another size");
    std::fs::remove_dir(pair.path("Empty")).unwrap();
    let up = up_deleting(&pair).await;
    assert_eq!((up.moved, up.transferred, up.deleted), (1, 1, 1), "{up:?}");
    let mut folders = top_folders(&pair).await;
    folders.sort();
    assert_eq!(folders, ["Empty", "day"], "only emptied folders are deleted: {empty}");
}

#[tokio::test(start_paused = true)]
async fn a_rename_of_a_folder_is_completed_after_a_kill() {
    for (at, before) in (1..40).flat_map(|at| [(at, true), (at, false)]) {
        let pair = Pair::new();
        for name in ["Day/in.mov", "Day/A/clip.mov", "cards/kept.mov"] {
            pair.write(name, name);
        }
        pair.up().await;
        std::fs::rename(pair.path("Day"), pair.path("cards/day")).unwrap();
        let run = async |transfers: frameio::transfer::Transfers| {
            transfers.upload_tree(pair.upload()).await.unwrap()
        };
        let finished = pair.killed(at, before, run).await.is_some();
        let up = pair.up().await;
        assert!(up.is_complete() && up.transferred == 0, "{at} {before} {up:?}");
        let names: Vec<_> = pair.remote().await.into_keys().collect();
        assert_eq!(names, ["cards/day/A/clip.mov", "cards/day/in.mov", "cards/kept.mov"]);
        assert_eq!(top_folders(&pair).await, ["cards"]);
        assert_eq!((pair.up().await.skipped, pair.down().await.skipped), (3, 3));
        if finished {
            return;
        }
    }
    panic!("the run never finished");
}
