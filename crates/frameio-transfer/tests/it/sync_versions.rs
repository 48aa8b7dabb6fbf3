//! New versions: stacking after kills, limits, conflicts, and version numbers.

use std::time::Duration;

use frameio::transfer::{
    DownloadTree, IfExists, OnConflict, Outcome, Remedy, Stacked, TransferErrorKind, UploadTree,
    Verdict, VersionChoice, VersionPattern,
};
use frameio_sim::Sim;

use crate::support::place;
use crate::sync_support::Pair;

const FIRST: &[u8] = b"the first ";
const SECOND: &[u8] = b"the second version of it";
const THIRD: &[u8] = b"the third version";

/// A directory with one uploaded file, which is a version stack if `stacked`.
async fn uploaded(stacked: bool) -> Pair {
    let pair = Pair::new();
    pair.write("a.mov", FIRST);
    assert_eq!(pair.up().await.transferred, 1);
    if stacked {
        pair.write("a.mov", SECOND);
        let summary = pair.up().await;
        assert_eq!((summary.transferred, summary.not_head), (1, 0), "{summary:?}");
    }
    pair
}

#[tokio::test(start_paused = true)]
async fn a_changed_file_becomes_a_new_version_once() {
    let pair = uploaded(true).await;
    let (versions, contents) = pair.versions("a.mov").await;
    assert_eq!(contents, [FIRST, SECOND]);
    assert!(versions.is_ordered);
    assert_eq!(versions.number(versions.head.as_ref().unwrap()), Some(2));
    let again = pair.up().await;
    assert_eq!((again.transferred, again.skipped, again.unverified), (0, 1, 0), "{again:?}");
    // A new modification time alone is no change.
    pair.write("a.mov", SECOND);
    assert_eq!(pair.up().await.skipped, 1);
    assert_eq!(pair.versions("a.mov").await.1.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn stacks_once_after_a_kill_at_each_step() {
    for (stacked, before) in [(false, true), (false, false), (true, true), (true, false)] {
        let mut killed = 0;
        for at in 1..100 {
            let pair = uploaded(stacked).await;
            pair.write("a.mov", THIRD);
            let run = async |transfers: frameio::transfer::Transfers| {
                transfers.upload_tree(pair.upload()).await.unwrap()
            };
            let finished = pair.killed(at, before, run).await.is_some();
            let summary = pair.up().await;
            assert!(summary.is_complete(), "{stacked} {before} {at}: {summary:?}");
            let remote = pair.remote().await;
            assert_eq!(remote.len(), 1, "{stacked} {before} {at}: {remote:?}");
            let (versions, contents) = pair.versions("a.mov").await;
            let all = if stacked { vec![FIRST, SECOND, THIRD] } else { vec![FIRST, THIRD] };
            assert_eq!(contents, all, "{stacked} {before} {at}");
            assert_eq!(versions.number(versions.head.as_ref().unwrap()), Some(all.len()));
            assert_eq!(pair.up().await.skipped, 1);
            if finished {
                break;
            }
            killed += 1;
        }
        assert!((8..98).contains(&killed), "{stacked} {before}: {killed} steps");
    }
}

#[tokio::test(start_paused = true)]
async fn stacks_in_order_if_the_file_changes_again_or_is_gone_after_a_kill() {
    for is_gone in [false, true] {
        for at in 1..100 {
            let pair = uploaded(false).await;
            pair.write("a.mov", SECOND);
            let run = async |transfers: frameio::transfer::Transfers| {
                transfers.upload_tree(pair.upload()).await.unwrap()
            };
            let finished = pair.killed(at, false, run).await.is_some();
            match is_gone {
                true => std::fs::remove_file(pair.path("a.mov")).unwrap(),
                false => pair.write("a.mov", THIRD),
            }
            let summary = pair.up().await;
            assert!(summary.is_complete(), "{at}: {summary:?}");
            // A version that was not complete before the kill is superseded.
            let contents = match pair.remote().await["a.mov"].asset {
                frameio::assets::Asset::File(_) => vec![FIRST.to_vec()],
                _ => pair.versions("a.mov").await.1,
            };
            let (all, some): (&[&[u8]], &[&[u8]]) = match is_gone {
                true => (&[FIRST, SECOND], &[FIRST]),
                false => (&[FIRST, SECOND, THIRD], &[FIRST, THIRD]),
            };
            assert!(contents == all || contents == some, "{at}: {contents:?}");
            if finished {
                assert_eq!(contents, all);
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn stacks_two_hundred_files_within_the_quota_while_uploads_continue() {
    let pair = Pair::of(Sim::builder().part_size(100).build());
    let name = |n: usize| format!("{n:03}.mov");
    (0..200).for_each(|n| pair.write(&name(n), format!("{n}")));
    assert_eq!(pair.up().await.transferred, 200);
    (0..200).for_each(|n| pair.write(&name(n), format!("{n} changed")));
    let kept = pair.upload().if_exists(IfExists::Skip);
    let kept = pair.transfers().upload_tree(kept).await.unwrap();
    assert_eq!((kept.changed, kept.transferred), (200, 0));

    let limited = pair.up().await;
    assert_eq!((limited.transferred, limited.failed.len()), (50, 150));
    let Outcome::Failed(error) = &limited.failed[0].outcome else { panic!("{limited:?}") };
    assert!(error.to_string().contains("already has 50 new versions"), "{error}");

    pair.sim.clear_requests();
    let start = pair.sim.clock().elapsed();
    let tree = pair.upload().max_new_versions(200);
    let all = pair.transfers().upload_tree(tree).await.unwrap();
    assert_eq!((all.transferred, all.skipped, all.not_head), (150, 50, 0), "{all:?}");
    let took = pair.sim.clock().elapsed() - start;
    assert!(took < Duration::from_secs(1000), "{took:?}");
    let requests = pair.sim.requests();
    let position = |operation: &str| {
        let is = |request: &frameio_sim::RecordedRequest| request.operation == Some(operation);
        requests.iter().rposition(is).unwrap()
    };
    let stacked = requests[..position("files.create_local_upload")]
        .iter()
        .filter(|request| request.operation == Some("version_stacks.create"))
        .count();
    assert!(stacked < 50, "uploads waited for {stacked} stacks");
    for n in [0, 199] {
        let contents = pair.versions(&name(n)).await.1;
        assert_eq!(contents, [format!("{n}").into_bytes(), format!("{n} changed").into_bytes()]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_somebody_else_has_changed_is_a_conflict() {
    for stacked in [false, true] {
        let pair = uploaded(stacked).await;
        let theirs = pair.put_version("a.mov", THIRD).await;
        for on_conflict in [OnConflict::Skip, OnConflict::KeepBoth] {
            // The local file is an earlier version of theirs, so it is never sent.
            let same = pair.upload().on_conflict(on_conflict);
            let same = pair.transfers().upload_tree(same).await.unwrap();
            assert_eq!((same.conflicts.len(), same.transferred), (1, 0), "{same:?}");
            let compared = same.conflicts[0].compared.clone().unwrap();
            assert_eq!(compared.remedy, Some(Remedy::Download), "{compared:?}");
        }
        pair.write("a.mov", b"my own change");
        let summary = pair.up().await;
        assert_eq!((summary.transferred, summary.conflicts.len()), (0, 1), "{summary:?}");
        let compared = summary.conflicts[0].compared.clone().unwrap();
        assert_eq!(compared.verdict, Verdict::Conflict);
        assert!(compared.reason.contains("both files have changed"), "{compared:?}");
        assert_eq!(compared.remedy, Some(Remedy::OnConflict));
        assert_eq!(pair.remote().await["a.mov"].head.id, theirs);

        let both = pair.upload().on_conflict(OnConflict::KeepBoth);
        let both = pair.transfers().upload_tree(both).await.unwrap();
        assert_eq!((both.transferred, both.conflicts.len()), (1, 0), "{both:?}");
        assert_eq!(pair.remote_items().await.len(), 2);
        assert_eq!(pair.up().await.skipped, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_changes_during_the_upload_is_a_conflict() {
    for stacked in [false, true] {
        let pair = uploaded(stacked).await;
        pair.write("a.mov", b"my own change");
        // Stopped before the first call that stacks, after the upload and the lookup of the new file.
        let old = pair.remote().await["a.mov"].clone();
        for at in 1.. {
            let run = async |transfers: frameio::transfer::Transfers| {
                transfers.upload_tree(pair.upload()).await.unwrap()
            };
            assert!(pair.killed(at, true, run).await.is_none(), "it was stacked");
            if pair.remote_items().await.len() == 2 {
                break;
            }
        }
        let theirs = pair.stack_on(&old, "a.mov", THIRD).await;
        for _ in 0..2 {
            let summary = pair.up().await;
            assert_eq!((summary.transferred, summary.conflicts.len()), (0, 1), "{summary:?}");
            let text = format!("{:?}", summary.conflicts[0].outcome);
            assert!(text.contains("uploaded next to it"), "{text}");
        }
        let remote = pair.remote_items().await;
        assert_eq!(remote.len(), 2, "nothing is lost");
        assert!(remote.iter().any(|(_, item)| item.head.id == theirs));
    }
}

#[tokio::test(start_paused = true)]
async fn reports_a_version_that_is_not_head_and_reorders_it_if_enabled() {
    for reorder in [false, true] {
        let sim = Sim::builder().quotas(false).part_size(10).keep_version_heads(true).build();
        let pair = Pair::of(sim);
        pair.write("a.mov", FIRST);
        pair.up().await;
        pair.write("a.mov", SECOND);
        let items = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = items.clone();
        let tree = pair.upload().reorder(reorder);
        let tree = tree.on_item(move |item| seen.lock().unwrap().push(item.stacked));
        let summary = pair.transfers().upload_tree(tree).await.unwrap();
        let stacked = if reorder { Stacked::Head } else { Stacked::NotHead };
        assert_eq!(*items.lock().unwrap(), [Some(stacked)]);
        assert_eq!(summary.not_head, u64::from(!reorder), "{summary}");
        let head = pair.remote().await["a.mov"].head.id.clone();
        assert_eq!(pair.content(&head).await == SECOND, reorder);
    }
}

#[tokio::test(start_paused = true)]
async fn the_defaults_send_versions_of_named_files_only() {
    let pair = Pair::new();
    let (account, root) = place(&pair.sim);
    let paths = || [pair.path("a.mov"), pair.path("Day 1")];
    let tree = || UploadTree::paths(&account, &root, paths()).state(pair.states.path());
    pair.write("a.mov", FIRST);
    pair.write("Day 1/b.mov", FIRST);
    assert_eq!(pair.transfers().upload_tree(tree()).await.unwrap().transferred, 2);
    pair.write("a.mov", SECOND);
    pair.write("Day 1/b.mov", SECOND);
    let dry = pair.transfers().upload_tree(tree().dry_run(true)).await.unwrap();
    assert_eq!((dry.planned, dry.changed), (1, 1));
    let summary = pair.transfers().upload_tree(tree()).await.unwrap();
    assert_eq!((summary.transferred, summary.changed), (1, 1), "{summary:?}");
    assert_eq!(pair.versions("a.mov").await.1, [FIRST, SECOND]);
    assert_eq!(pair.content(&pair.remote().await["Day 1/b.mov"].head.id).await, FIRST);
    let fail = pair.transfers().upload_tree(tree().if_exists(IfExists::Fail)).await.unwrap();
    assert_eq!(fail.conflicts.len(), 2, "{fail:?}");
}

#[tokio::test(start_paused = true)]
async fn version_numbers_in_names_are_stacked_in_their_order() {
    let pattern = || VersionPattern::new("^(?<base>.+)_v(?<version>[0-9]+)$").unwrap();
    let pair = Pair::new();
    for (name, content) in [("s_v10.mov", "ten"), ("s_v2.mov", "two two"), ("s_v9.mov", "9")] {
        pair.write(name, content);
    }
    pair.write("s_v2.mp4", "another extension");
    let up = async || {
        let tree = pair.upload().version_pattern(pattern());
        pair.transfers().upload_tree(tree).await.unwrap()
    };
    let summary = up().await;
    assert_eq!(summary.transferred, 4, "{summary:?}");
    assert_eq!(pair.remote().await.keys().collect::<Vec<_>>(), ["s_v10.mov", "s_v2.mp4"]);
    assert_eq!(pair.versions("s_v10.mov").await.1, [&b"two two"[..], b"9", b"ten"]);
    let again = up().await;
    assert_eq!((again.transferred, again.skipped, again.unverified), (0, 4, 0), "{again:?}");

    pair.write("s_v011.mov", "eleven");
    pair.write("s_v3.mov", "a late three");
    let summary = up().await;
    assert_eq!(summary.transferred, 2, "{summary:?}");
    let remote = pair.remote().await;
    assert_eq!(remote.keys().collect::<Vec<_>>(), ["s_v011.mov", "s_v2.mp4", "s_v3.mov"]);
    assert_eq!(pair.versions("s_v011.mov").await.1.len(), 4);

    // Without a state, earlier versions are recognized in the stack.
    let (account, root) = place(&pair.sim);
    let tree = UploadTree::new(account, root, pair.directory.path()).version_pattern(pattern());
    let again = pair.transfers().upload_tree(tree).await.unwrap();
    assert_eq!((again.transferred, again.skipped), (0, 6), "{again:?}");

    pair.write("s_v9.mov", "an edit of an earlier version");
    let summary = up().await;
    assert_eq!((summary.transferred, summary.conflicts.len()), (0, 1), "{summary:?}");
    let reason = &summary.conflicts[0].compared.as_ref().unwrap().reason;
    assert!(reason.starts_with("the remote file is an earlier version"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn downloads_a_version_by_its_number_or_all_of_them() {
    let pair = uploaded(true).await;
    pair.put(&place(&pair.sim).1, "b.mov", THIRD).await;
    let to = tempfile::tempdir().unwrap();
    let (account, root) = place(&pair.sim);
    let get = async |choice| {
        let tree = DownloadTree::new(&account, &root, to.path()).versions(choice);
        pair.transfers().download_tree(tree).await.unwrap()
    };
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(to.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(get(VersionChoice::Number(1)).await.transferred, 2);
    assert_eq!(names(), ["a.v1.mov", "b.mov"]);
    let missing = get(VersionChoice::Number(3)).await;
    let text = format!("{missing:?}");
    assert!(text.contains("it has 2 versions, but no version 3"), "{text}");
    let all = get(VersionChoice::All).await;
    assert_eq!((all.transferred, all.skipped), (1, 2), "{all:?}");
    assert_eq!(names(), ["a.v1.mov", "a.v2.mov", "b.mov"]);
    assert_eq!(std::fs::read(to.path().join("a.v1.mov")).unwrap(), FIRST);
    assert_eq!(std::fs::read(to.path().join("a.v2.mov")).unwrap(), SECOND);
    assert_eq!(get(VersionChoice::Head).await.transferred, 1);
    assert_eq!(std::fs::read(to.path().join("a.mov")).unwrap(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn downloaded_versions_are_not_uploaded_as_new_files() {
    let pair = uploaded(true).await;
    std::fs::remove_file(pair.path("a.mov")).unwrap();
    for choice in [VersionChoice::Number(1), VersionChoice::All, VersionChoice::Head] {
        let down = pair.transfers().download_tree(pair.download().versions(choice)).await.unwrap();
        assert_eq!(down.transferred, 1, "{choice:?}: {down:?}");
    }
    assert_eq!(pair.local().into_keys().collect::<Vec<_>>(), ["a.mov", "a.v1.mov", "a.v2.mov"]);
    let up = pair.up().await;
    assert_eq!((up.skipped, up.transferred), (3, 0), "{up:?}");
    pair.write("a.v1.mov", "an edit of the copy");
    assert_eq!(pair.up().await.transferred, 1);
}

#[tokio::test(start_paused = true)]
async fn compares_the_content_if_that_is_requested() {
    let pair = Pair::new();
    let (_, root) = place(&pair.sim);
    pair.put(&root, "same.mov", FIRST).await;
    pair.put(&root, "other.mov", FIRST).await;
    pair.write("same.mov", FIRST);
    pair.write("other.mov", b"not first!");
    let plain = pair.up().await;
    assert_eq!((plain.skipped, plain.unverified), (2, 2), "{plain:?}");
    let verified = pair.transfers().upload_tree(pair.upload().verify_remote(true)).await.unwrap();
    assert_eq!((verified.skipped, verified.unverified, verified.transferred), (1, 0, 1));
    assert_eq!(pair.versions("other.mov").await.1, [FIRST, b"not first!"]);
    let again = pair.up().await;
    assert_eq!((again.skipped, again.unverified), (2, 0), "it was recorded: {again:?}");
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_upload_is_never_equal() {
    let pair = Pair::new();
    let (account, root) = place(&pair.sim);
    let create =
        frameio::files::CreateLocalUpload::new(&account, &root, "a.mov", FIRST.len() as u64);
    pair.client().send(create).await.unwrap();
    pair.write("a.mov", FIRST);
    let summary = pair.up().await;
    assert_eq!((summary.transferred, summary.unfinished.len()), (1, 1), "{summary:?}");
    let error = pair.upload().on_conflict(OnConflict::Replace);
    let error = pair.transfers().upload_tree(error).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Invalid);
}
