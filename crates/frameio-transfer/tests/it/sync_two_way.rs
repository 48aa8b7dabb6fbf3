//! Runs in both directions: conflicts, renames, and files that change during a run.

use std::sync::{Arc, Mutex};

use frameio::transfer::{IfExists, OnConflict, Outcome, Transfers, Verdict};

use crate::support::place;
use crate::sync_support::Pair;

const OLD: &[u8] = b"the old content";
const MINE: &[u8] = b"my change of it";
const THEIRS: &[u8] = b"their change!!!";

/// A directory and a folder with equal files.
async fn equal(names: &[&str]) -> Pair {
    let pair = Pair::new();
    names.iter().for_each(|name| pair.write(name, [OLD, name.as_bytes()].concat()));
    assert_eq!(pair.up().await.transferred, names.len() as u64);
    pair
}

async fn down_with(pair: &Pair, on_conflict: OnConflict) -> frameio::transfer::Summary {
    pair.transfers().download_tree(pair.download().on_conflict(on_conflict)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_new_head_replaces_an_unchanged_local_file() {
    let pair = equal(&["a.mov"]).await;
    assert_eq!(pair.down().await.skipped, 1);
    pair.put_version("a.mov", THEIRS).await;
    let dry = pair.transfers().download_tree(pair.download().dry_run(true)).await.unwrap();
    assert_eq!((dry.planned, pair.read("a.mov").len()), (1, 20));
    let summary = pair.down().await;
    assert_eq!((summary.transferred, summary.conflicts.len()), (1, 0), "{summary:?}");
    assert_eq!(pair.read("a.mov"), THEIRS);
    assert_eq!((pair.up().await.skipped, pair.down().await.skipped), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_last_copy_of_a_deleted_file_is_moved_to_the_trash() {
    let pair = equal(&["a.mov"]).await;
    let old = pair.read("a.mov");
    pair.delete(&pair.remote().await["a.mov"].head.id).await;
    pair.put(&place(&pair.sim).1, "a.mov", THEIRS).await;
    assert_eq!(pair.down().await.transferred, 1);
    assert_eq!(pair.read("a.mov"), THEIRS);
    assert_eq!(pair.trash().into_values().collect::<Vec<_>>(), [old]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_local_file_is_never_replaced_unless_requested() {
    for remote_changed in [false, true] {
        let pair = equal(&["a.mov"]).await;
        if remote_changed {
            pair.put_version("a.mov", THEIRS).await;
        }
        pair.write("a.mov", MINE);
        let summary = pair.down().await;
        assert_eq!((summary.transferred, summary.conflicts.len()), (0, 1), "{summary:?}");
        assert_eq!(pair.read("a.mov"), MINE);

        let both = down_with(&pair, OnConflict::KeepBoth).await;
        assert_eq!((both.transferred, both.conflicts.len()), (1, 0), "{both:?}");
        let again = down_with(&pair, OnConflict::KeepBoth).await;
        assert_eq!((again.transferred, again.conflicts.len()), (0, 0), "{again:?}");
        let local = pair.local();
        assert_eq!((local.len(), &local["a.mov"][..]), (2, MINE));
        // The local change can now be sent as a new version, without the copy of the remote file.
        let up = pair.up().await;
        assert_eq!((up.transferred, up.skipped, up.conflicts.len()), (1, 1, 0), "{up:?}");
        assert_eq!(pair.versions("a.mov").await.1.last().unwrap(), MINE);
        let copy = local.keys().find(|name| *name != "a.mov").unwrap();
        pair.write(copy, "an edit of the copy");
        assert_eq!(pair.up().await.transferred, 1);

        pair.write("a.mov", OLD);
        let replaced = down_with(&pair, OnConflict::Replace).await;
        assert_eq!((replaced.transferred, replaced.conflicts.len()), (1, 0), "{replaced:?}");
        assert_eq!(pair.read("a.mov"), MINE);
        assert_eq!(pair.trash().into_values().collect::<Vec<_>>(), [OLD]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_dry_run_lists_each_verdict_with_its_reason() {
    let pair = equal(&["changed", "conflict", "equal", "version"]).await;
    let (_, root) = place(&pair.sim);
    pair.put(&root, "unverified", OLD).await;
    pair.write("unverified", OLD);
    pair.write("new", MINE);
    pair.put_version("changed", THEIRS).await;
    pair.put_version("conflict", THEIRS).await;
    pair.write("conflict", MINE);
    pair.write("version", MINE);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let items = seen.clone();
    let tree = pair.upload().dry_run(true).on_item(move |item| {
        let compared = item.compared.clone().unwrap();
        items.lock().unwrap().push((item.remote.to_string(), compared));
    });
    pair.transfers().upload_tree(tree).await.unwrap();
    let mut seen = std::mem::take(&mut *seen.lock().unwrap());
    seen.sort_by(|a, b| a.0.cmp(&b.0));
    let seen: Vec<_> = seen.iter().map(|(path, it)| (&**path, it.verdict, &*it.reason)).collect();
    assert_eq!(
        seen,
        [
            (
                "/changed",
                Verdict::Conflict,
                "the remote file has changed since both sides were equal"
            ),
            ("/conflict", Verdict::Conflict, "both files have changed since both sides were equal"),
            ("/equal", Verdict::Equal, "unchanged since both sides were equal"),
            ("/new", Verdict::New, "no remote file has this name"),
            (
                "/unverified",
                Verdict::Unverified,
                "it has the same size as the remote file; the content is not verified"
            ),
            (
                "/version",
                Verdict::NewVersion,
                "the local file has changed since both sides were equal"
            ),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn keeps_a_file_that_changes_during_the_download() {
    let pair = equal(&["a.mov"]).await;
    pair.put_version("a.mov", &[7; 40]).await;
    // The progress is reported before the file is moved to its target.
    let path = pair.path("a.mov");
    let tree = pair.download().progress(move |_, _| std::fs::write(&path, MINE).unwrap());
    let summary = pair.transfers().download_tree(tree).await.unwrap();
    assert_eq!((summary.transferred, summary.conflicts.len()), (0, 1), "{summary:?}");
    let Outcome::Conflict(error) = &summary.conflicts[0].outcome else { panic!("{summary:?}") };
    assert!(error.to_string().contains("modified during the download"), "{error}");
    assert_eq!(pair.read("a.mov"), MINE);
}

#[tokio::test(start_paused = true)]
async fn recognizes_a_download_that_was_killed_before_it_was_recorded() {
    for (at, before) in (1..40).flat_map(|at| [(at, true), (at, false)]) {
        let pair = equal(&["a.mov"]).await;
        pair.put_version("a.mov", THEIRS).await;
        let run =
            async |transfers: Transfers| transfers.download_tree(pair.download()).await.unwrap();
        let finished = pair.killed(at, before, run).await.is_some();
        let summary = pair.down().await;
        assert!(summary.is_complete(), "{at}: {summary:?}");
        assert_eq!((pair.read("a.mov"), pair.local().len()), (THEIRS.to_vec(), 1));
        assert_eq!(pair.up().await.skipped, 1);
        if finished {
            return;
        }
    }
    panic!("the run never finished");
}

#[tokio::test(start_paused = true)]
async fn a_renamed_file_is_moved_instead_of_sent() {
    let pair = equal(&["a.mov", "b.mov", "copied.mov"]).await;
    let id = pair.remote().await["a.mov"].head.id.clone();
    std::fs::create_dir(pair.path("Day 1")).unwrap();
    std::fs::rename(pair.path("a.mov"), pair.path("Day 1/renamed.mov")).unwrap();
    // Two files have the content of the missing one, so neither is known to be the renamed one.
    for name in ["copy 1.mov", "copy 2.mov"] {
        std::fs::copy(pair.path("copied.mov"), pair.path(name)).unwrap();
    }
    std::fs::remove_file(pair.path("copied.mov")).unwrap();
    let dry = pair.transfers().upload_tree(pair.upload().dry_run(true)).await.unwrap();
    assert_eq!((dry.moved, dry.planned), (1, 2), "{dry:?}");
    let summary = pair.up().await;
    assert_eq!((summary.moved, summary.transferred, summary.skipped), (1, 2, 1), "{summary:?}");
    let remote = pair.remote().await;
    assert_eq!(remote["Day 1/renamed.mov"].head.id, id);
    assert!(!remote.contains_key("a.mov") && remote.contains_key("copied.mov"));
    assert_eq!(pair.up().await.skipped, 4);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_renamed_at_the_service_is_renamed_locally() {
    let pair = equal(&["a.mov", "b.mov"]).await;
    let remote = pair.remote().await;
    for (name, new) in [("a.mov", "A new.mov"), ("b.mov", "B new.mov")] {
        pair.rename(&remote[name].head.id, new).await;
    }
    pair.write("b.mov", MINE);
    let up = pair.up().await;
    let counts = (up.transferred, up.changed, up.conflicts.len());
    assert_eq!(counts, (0, 1, 1), "nothing is sent again: {up:?}");
    let down = pair.down().await;
    assert_eq!((down.moved, down.transferred, down.conflicts.len()), (1, 0, 1), "{down:?}");
    let local: Vec<_> = pair.local().into_keys().collect();
    assert_eq!(local, ["A new.mov", "b.mov"]);
    assert_eq!(pair.read("b.mov"), MINE);
    let up = pair.up().await;
    assert_eq!((up.skipped, up.conflicts.len()), (1, 1), "{up:?}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_renamed_locally_is_not_downloaded_under_its_old_name() {
    let pair = equal(&["a.mov", "b.mov", "deleted.mov"]).await;
    std::fs::create_dir(pair.path("Day 1")).unwrap();
    std::fs::rename(pair.path("a.mov"), pair.path("Day 1/renamed.mov")).unwrap();
    std::fs::rename(pair.path("b.mov"), pair.path("edited.mov")).unwrap();
    pair.write("edited.mov", MINE);
    std::fs::remove_file(pair.path("deleted.mov")).unwrap();
    let down = pair.down().await;
    assert_eq!((down.transferred, down.changed), (2, 1), "{down:?}");
    assert!(!pair.path("a.mov").exists());
    let up = pair.up().await;
    assert_eq!((up.moved, up.transferred), (1, 1), "{up:?}");
    let names: Vec<_> = pair.remote().await.into_keys().collect();
    assert_eq!(names, ["Day 1/renamed.mov", "b.mov", "deleted.mov", "edited.mov"]);
}

#[tokio::test(start_paused = true)]
async fn files_that_swapped_their_names_at_the_service_swap_them_locally() {
    let pair = equal(&["a", "b", "c", "d", "e"]).await;
    let (local, remote) = (pair.local(), pair.remote().await);
    let names = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "e"), ("e", "c")];
    for (from, to) in names.map(|(from, to)| (from, format!("{to} of them"))) {
        pair.rename(&remote[from].head.id, &to).await;
    }
    for (from, to) in names {
        pair.rename(&remote[from].head.id, to).await;
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let items = seen.clone();
    let tree = pair.download().on_item(move |item| {
        let (name, local) = (item.remote.to_string(), item.local.file_name().unwrap().to_owned());
        items.lock().unwrap().push((name, local.into_string().unwrap()));
    });
    let summary = pair.transfers().download_tree(tree).await.unwrap();
    assert_eq!((summary.moved, summary.transferred), (5, 0), "{summary:?}");
    let swapped = names.map(|(from, to)| (to.to_owned(), local[from].clone()));
    assert_eq!(pair.local(), swapped.into());
    for (name, local) in seen.lock().unwrap().iter() {
        assert_eq!(*name, format!("/{local}"));
    }
    assert_eq!((pair.down().await.skipped, pair.up().await.skipped), (5, 5));
}

#[tokio::test(start_paused = true)]
async fn a_downloaded_file_does_not_look_edited_to_a_run_without_a_state() {
    let pair = equal(&["a.mov"]).await;
    std::fs::remove_file(pair.path("a.mov")).unwrap();
    let states = tempfile::tempdir().unwrap();
    let down = pair.transfers().download_tree(pair.download().state(states.path())).await.unwrap();
    assert_eq!(down.transferred, 1);
    let created = pair.remote().await["a.mov"].head.created_at.as_second();
    let modified = std::fs::metadata(pair.path("a.mov")).unwrap().modified().unwrap();
    let modified = modified.duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(i64::try_from(modified.as_secs()).unwrap(), created);
    let states = tempfile::tempdir().unwrap();
    let up = pair.transfers().upload_tree(pair.upload().state(states.path())).await.unwrap();
    assert_eq!((up.unverified, up.transferred), (1, 0), "{up:?}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_renamed_at_the_service_and_changed_locally_is_resolved_by_a_policy() {
    for (is_up, on_conflict) in
        [(true, OnConflict::KeepBoth), (false, OnConflict::KeepBoth), (false, OnConflict::Replace)]
    {
        let pair = equal(&["a.mov"]).await;
        let old = pair.read("a.mov");
        pair.rename(&pair.remote().await["a.mov"].head.id, "b.mov").await;
        pair.write("a.mov", MINE);
        let down = pair.down().await;
        let reason = format!("{:?}", down.conflicts);
        assert!(down.conflicts.len() == 1 && !reason.contains("is not replaced"), "{reason}");
        if is_up {
            let tree = pair.upload().on_conflict(on_conflict);
            let up = pair.transfers().upload_tree(tree).await.unwrap();
            assert_eq!((up.transferred, up.conflicts.len()), (1, 0), "{up:?}");
        } else {
            let got = down_with(&pair, on_conflict).await;
            assert_eq!((got.transferred, got.conflicts.len()), (1, 0), "{got:?}");
        }
        let (up, down) = (pair.up().await, pair.down().await);
        assert!(up.is_complete() && down.is_complete(), "{up:?} {down:?}");
        let mut expected = vec![("b.mov".to_owned(), old)];
        if on_conflict == OnConflict::KeepBoth {
            expected.insert(0, ("a.mov".to_owned(), MINE.to_vec()));
        }
        assert_eq!(pair.local().into_iter().collect::<Vec<_>>(), expected);
        assert_eq!(pair.remote().await.len(), expected.len());
    }
}

#[tokio::test(start_paused = true)]
async fn checksums_find_a_change_that_kept_size_and_time() {
    let pair = equal(&["a.mov"]).await;
    let path = pair.path("a.mov");
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    let damaged = [THEIRS, b"a.mov"].concat();
    std::fs::write(&path, &damaged).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    assert_eq!((pair.up().await.skipped, pair.down().await.skipped), (1, 1));
    let saved = pair.states.path().join("checksums");
    let down = pair.transfers().download_tree(pair.download().checksums(&saved)).await.unwrap();
    assert_eq!((down.skipped, down.conflicts.len()), (0, 1), "{down:?}");
    let upload = pair.upload().checksums(&saved);
    let up = pair.transfers().upload_tree(upload.clone()).await.unwrap();
    assert_eq!((up.transferred, pair.versions("a.mov").await.1.len()), (1, 2), "{up:?}");
    assert_eq!(pair.transfers().upload_tree(upload).await.unwrap().skipped, 1);
}

#[tokio::test(start_paused = true)]
async fn files_that_are_read_to_compare_them_are_reported() {
    use frameio::transfer::{HashedSide, Hashing};

    let pair = equal(&["a.mov"]).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let report = || {
        let seen = seen.clone();
        move |hashing: &Hashing| {
            assert!(hashing.local.ends_with("a.mov") && hashing.total == 20);
            seen.lock().unwrap().push((hashing.side, hashing.bytes, hashing.is_ended));
        }
    };
    let take = || std::mem::take(&mut *seen.lock().unwrap());
    let of = |side| [(side, 0, false), (side, 20, false), (side, 20, true)];
    let upload = || pair.upload().on_hashing(report());
    pair.transfers().upload_tree(upload()).await.unwrap();
    assert_eq!(take(), [], "an unchanged file is not read");
    // The same content with another modification time.
    pair.write("a.mov", [OLD, b"a.mov"].concat());
    pair.transfers().upload_tree(upload()).await.unwrap();
    assert_eq!(take()[..3], of(HashedSide::Local));
    let is_verified = |events: Vec<_>| {
        // The response arrives in parts.
        let steps = events.iter().filter(|(_, bytes, _)| [0, 20].contains(bytes)).copied();
        let steps: Vec<_> = steps.collect();
        steps.starts_with(&[of(HashedSide::Local), of(HashedSide::Remote)].concat())
    };
    pair.transfers().upload_tree(upload().verify_remote(true)).await.unwrap();
    assert!(is_verified(take()));
    let download = pair.download().on_hashing(report()).verify_remote(true);
    pair.transfers().download_tree(download).await.unwrap();
    assert!(is_verified(take()));
}

#[tokio::test(start_paused = true)]
async fn a_local_file_is_never_stacked_on_an_unrelated_remote_one() {
    // Somebody else uploads a file, or renames a synced one, and a local file gets the same name.
    for is_renamed in [false, true] {
        let pair = Pair::new();
        pair.write("f.mov", "first");
        pair.write("k.mov", "kept");
        pair.up().await;
        let (_, root) = place(&pair.sim);
        let theirs = match is_renamed {
            true => pair.remote().await["f.mov"].head.id.clone(),
            false => pair.put(&root, "g.mov", b"theirs").await,
        };
        if is_renamed {
            pair.rename(&theirs, "g.mov").await;
        }
        pair.write("g.mov", "mine, which is longer");
        for _ in 0..2 {
            let up = pair.up().await;
            assert_eq!(up.conflicts.len(), 1, "{is_renamed} {up:?}");
            let reason = up.conflicts[0].compared.as_ref().unwrap().reason.clone();
            assert_eq!(reason, "both sides have a new file of this name, and they differ");
            assert_eq!(pair.remote().await["g.mov"].head.id, theirs);
        }
        let both = pair.upload().on_conflict(OnConflict::KeepBoth);
        assert_eq!(pair.transfers().upload_tree(both).await.unwrap().transferred, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_differed_in_the_first_run_can_still_become_a_version() {
    let pair = Pair::new();
    let (_, root) = place(&pair.sim);
    pair.put(&root, "a.mov", b"old").await;
    pair.write("a.mov", "a new export");
    pair.write("b.mov", "b");
    let skip = pair.upload().if_exists(IfExists::Skip);
    let first = pair.transfers().upload_tree(skip).await.unwrap();
    assert_eq!((first.transferred, first.changed), (1, 1), "{first:?}");
    let second = pair.up().await;
    assert_eq!((second.transferred, second.conflicts.len()), (1, 0), "{second:?}");
    assert_eq!(pair.versions("a.mov").await.1.len(), 2);
}
