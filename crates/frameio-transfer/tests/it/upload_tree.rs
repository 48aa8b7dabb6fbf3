//! Uploads of trees.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use frameio::transfer::{
    DownloadTree, Filter, IfExists, Ignored, OnConflict, Outcome, RemotePath, Summary,
    TransferErrorKind, UploadTree,
};
use frameio_sim::{Fault, Sim};
use http::StatusCode;
use tempfile::TempDir;

use crate::support::{arrived, builder, content, place, puts, sim, transfers};
use crate::walk::{file, folder};

/// Creates a directory with files of these sizes.
pub(crate) fn local(files: &[(&str, usize)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), files);
    directory
}

fn write(directory: &Path, files: &[(&str, usize)]) {
    for (path, length) in files {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content(*length)).unwrap();
    }
}

pub(crate) fn tree(sim: &Sim, directory: impl AsRef<Path>) -> UploadTree {
    let (account, root) = place(sim);
    UploadTree::new(account, root, directory.as_ref())
}

/// Returns the paths below the root folder, with the sizes of all files of a path.
pub(crate) async fn remote(sim: &Sim) -> BTreeMap<String, Vec<u64>> {
    let (account, root) = place(sim);
    let mut walk = transfers(sim).walk(account, root);
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    while let Some(entry) = walk.next().await {
        let entry = entry.unwrap();
        let size = entry.file().map_or(0, |file| file.file_size);
        all.entry(entry.path.to_string()).or_default().push(size);
    }
    all
}

async fn paths(sim: &Sim) -> Vec<String> {
    remote(sim).await.into_keys().collect()
}

fn calls(sim: &Sim, operation: &str) -> u64 {
    sim.stats().by_operation.get(operation).copied().unwrap_or_default()
}

fn failures(summary: &Summary) -> Vec<(String, String)> {
    let describe = |item: &frameio::transfer::Item| match &item.outcome {
        Outcome::Failed(error) => (item.remote.to_string(), error.to_string()),
        other => panic!("{other:?}"),
    };
    summary.failed.iter().map(describe).collect()
}

const FILES: [(&str, usize); 4] =
    [("a.mov", 10), ("Day 1/b.mov", 20), ("Day 1/Cam A/c.mov", 31), ("Day 2/d.mov", 4)];

#[tokio::test(start_paused = true)]
async fn uploads_folders_and_skips_existing_files() {
    let (sim, directory) = (sim(), local(&FILES));
    std::fs::create_dir(directory.path().join("Empty")).unwrap();
    let dry = transfers(&sim).upload_tree(tree(&sim, &directory).dry_run(true)).await.unwrap();
    assert_eq!(dry.to_string(), "0 transferred (0 bytes), 4 planned");
    assert_eq!((paths(&sim).await.len(), calls(&sim, "folders.create")), (0, 0));

    let summary = transfers(&sim).upload_tree(tree(&sim, &directory)).await.unwrap();
    assert_eq!(summary.to_string(), "4 transferred (65 bytes)");
    let all = [
        "/Day 1",
        "/Day 1/Cam A",
        "/Day 1/Cam A/c.mov",
        "/Day 1/b.mov",
        "/Day 2",
        "/Day 2/d.mov",
        "/Empty",
        "/a.mov",
    ];
    assert_eq!(paths(&sim).await, all);

    write(directory.path(), &[("Day 1/b.mov", 21), ("Day 2/new.mov", 1)]);
    let both = || tree(&sim, &directory).if_exists(IfExists::KeepBoth);
    let dry = transfers(&sim).upload_tree(both().dry_run(true)).await.unwrap();
    assert_eq!((dry.planned, dry.skipped), (2, 3));
    let again = transfers(&sim).upload_tree(both()).await.unwrap();
    assert_eq!(again.to_string(), "2 transferred (22 bytes), 3 skipped, 3 unverified");
    assert_eq!(calls(&sim, "folders.create"), 4, "a folder was created twice");
    let remote = remote(&sim).await;
    let mut sizes = remote["/Day 1/b.mov"].clone();
    sizes.sort_unstable();
    assert_eq!(sizes, [20, 21], "the existing file was replaced");
    let last = transfers(&sim).upload_tree(tree(&sim, &directory)).await.unwrap();
    assert_eq!((last.transferred, last.skipped), (0, 5), "one of the two files is equal");
}

#[tokio::test(start_paused = true)]
async fn uploads_the_content_and_reports_items_and_progress() {
    let (sim, directory) = (sim(), local(&FILES));
    let (items, reports) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let (seen, reported) = (items.clone(), reports.clone());
    let tree = tree(&sim, &directory)
        .on_item(move |item| {
            assert!(matches!(item.outcome, Outcome::Transferred { .. }), "{item:?}");
            seen.lock().unwrap().push((item.local.clone(), item.file_id.clone().unwrap()));
        })
        .progress(move |path: &RemotePath, progress| {
            reported.lock().unwrap().push((path.to_string(), progress.bytes, progress.total));
        });
    transfers(&sim).upload_tree(tree).await.unwrap();
    let items = items.lock().unwrap().clone();
    assert_eq!(items.len(), 4);
    for (path, id) in items {
        let sent = std::fs::read(path).unwrap();
        assert_eq!(arrived(&sim, id.as_str()).await.unwrap(), sent);
    }
    assert!(reports.lock().unwrap().contains(&("/Day 1/Cam A/c.mov".into(), 31, Some(31))));
}

#[tokio::test(start_paused = true)]
async fn uploads_paths_with_their_names() {
    let (sim, directory) = (sim(), local(&FILES));
    let (account, root) = place(&sim);
    let at = |path: &str| directory.path().join(path);
    let tree = |paths: &[&str]| {
        UploadTree::paths(&account, &root, paths.iter().map(|path| at(path)))
            .if_exists(IfExists::Fail)
    };
    let transfers = transfers(&sim);
    for (paths, message) in [
        (["Day 1/b.mov", "nowhere"], "nowhere': "),
        (["Day 1/b.mov", "Day 2/../Day 1/b.mov"], "another path has the same file name"),
    ] {
        let error = transfers.upload_tree(tree(&paths)).await.unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    let summary = transfers.upload_tree(tree(&["a.mov", "Day 2/../Day 1"])).await.unwrap();
    assert!(summary.is_complete() && summary.transferred == 3, "{summary:?}");
    let all = ["/Day 1", "/Day 1/Cam A", "/Day 1/Cam A/c.mov", "/Day 1/b.mov", "/a.mov"];
    assert_eq!(paths(&sim).await, all);
    let summary = transfers.upload_tree(tree(&["a.mov", "Day 2/."])).await.unwrap();
    assert_eq!((summary.transferred, summary.conflicts.len()), (1, 1));
    let Outcome::Conflict(error) = &summary.conflicts[0].outcome else { panic!("{summary:?}") };
    assert!(error.to_string().ends_with("a file of this name already exists"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn refuses_an_invalid_tree_before_any_upload() {
    let (sim, directory) = (sim(), local(&FILES));
    let tree = || tree(&sim, &directory);
    for (tree, message) in [
        (tree().on_conflict(OnConflict::Replace), "the service cannot replace files"),
        (tree().filter(Filter::new().exclude("a[")), "invalid pattern 'a[': "),
        (self::tree(&sim, directory.path().join("a.mov")), "it is not a directory"),
        (self::tree(&sim, directory.path().join("none")), "none': no such file or directory"),
        (
            UploadTree::new(&sim.demo().account_id, "nowhere", directory.path()),
            "folders.index: 404",
        ),
    ] {
        let error = transfers(&sim).upload_tree(tree).await.unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    assert_eq!(paths(&sim).await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_failed_file_does_not_stop_others_and_is_retried_by_the_next_run() {
    let (sim, directory) = (sim(), local(&FILES));
    let manifests = tempfile::tempdir().unwrap();
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("folders.create").next(1));
    sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).on(Sim::UPLOAD_PART).next(1));
    let transfers = builder(&sim).max_retries(0).build();
    let tree = tree(&sim, &directory).files_in_flight(1).manifests(manifests.path());
    let summary = transfers.upload_tree(tree.clone()).await.unwrap();
    let failed = failures(&summary);
    let names: Vec<_> = failed.iter().map(|(path, _)| &**path).collect();
    assert_eq!(names, ["/Day 1", "/Day 1/Cam A/c.mov", "/Day 1/b.mov", "/Day 2/d.mov"]);
    assert!(failed[1].1.contains("cannot find or create its folder"), "{failed:?}");
    assert_eq!(std::fs::read_dir(manifests.path()).unwrap().count(), 1);
    let again = transfers.upload_tree(tree).await.unwrap();
    assert_eq!((again.transferred, again.skipped, again.is_complete()), (3, 1, true));
    assert!(again.unfinished.is_empty(), "the failed file was not resumed: {again:?}");
    assert!(remote(&sim).await.values().all(|sizes| sizes.len() == 1));
    assert_eq!(std::fs::read_dir(manifests.path()).unwrap().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn resumes_or_reports_unfinished_files() {
    for with_manifests in [true, false] {
        let (sim, directory) = (sim(), local(&[("a.mov", 95)]));
        let manifests = tempfile::tempdir().unwrap();
        let mut tree = tree(&sim, &directory).parts_in_flight(1);
        if with_manifests {
            tree = tree.manifests(manifests.path());
        }
        sim.inject(Fault::status(StatusCode::FORBIDDEN).on(Sim::UPLOAD_PART).every(5));
        let stopped = transfers(&sim).upload_tree(tree.clone()).await.unwrap();
        assert_eq!(stopped.failed.len(), 1);
        let first = stopped.failed[0].file_id.clone().unwrap();
        sim.clear_faults();
        let before = puts(&sim);
        let again = transfers(&sim).upload_tree(tree).await.unwrap();
        assert_eq!(again.transferred, 1);
        if with_manifests {
            assert_eq!((puts(&sim) - before, again.unfinished.len()), (6, 0));
            assert_eq!(remote(&sim).await["/a.mov"].len(), 1);
        } else {
            assert_eq!(puts(&sim) - before, 10);
            let left: Vec<_> = again.unfinished.iter().map(|item| item.file_id.clone()).collect();
            assert_eq!(left, [Some(first)], "the other unfinished file is reported");
            assert!(again.to_string().ends_with("1 unfinished"), "{again}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn restarts_the_upload_of_a_changed_file_and_removes_its_incomplete_file() {
    let (sim, directory) = (sim(), local(&[("a.mov", 95)]));
    let manifests = tempfile::tempdir().unwrap();
    let tree = tree(&sim, &directory).parts_in_flight(1).manifests(manifests.path());
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on(Sim::UPLOAD_PART).every(5));
    let stopped = transfers(&sim).upload_tree(tree.clone()).await.unwrap();
    sim.clear_faults();
    write(directory.path(), &[("a.mov", 90)]);
    let again = transfers(&sim).upload_tree(tree).await.unwrap();
    assert_eq!((again.transferred, again.unfinished.len()), (1, 0), "{again:?}");
    let old = stopped.failed[0].file_id.clone().unwrap();
    assert!(arrived(&sim, old.as_str()).await.is_none(), "the incomplete file was kept");
}

#[tokio::test(start_paused = true)]
async fn removes_the_manifest_of_a_complete_upload() {
    let (sim, directory) = (sim(), local(&[("a.mov", 95)]));
    let manifests = tempfile::tempdir().unwrap();
    let tree = tree(&sim, &directory).manifests(manifests.path());
    // All parts are complete, but the status cannot be requested.
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("files.show_file_upload_status").next(1));
    let stopped = transfers(&sim).upload_tree(tree.clone()).await.unwrap();
    assert_eq!(stopped.failed.len(), 1, "{stopped:?}");
    assert_eq!(std::fs::read_dir(manifests.path()).unwrap().count(), 1);
    let again = transfers(&sim).upload_tree(tree).await.unwrap();
    assert_eq!((again.transferred, again.skipped), (0, 1), "{again:?}");
    assert_eq!(std::fs::read_dir(manifests.path()).unwrap().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn detects_a_change_of_the_same_size_by_checksum() {
    let (sim, directory) = (sim(), local(&FILES));
    let kept = tempfile::tempdir().unwrap();
    let sums = kept.path().join("checksums");
    let plain = || tree(&sim, &directory).if_exists(IfExists::KeepBoth);
    let send = |tree: UploadTree| transfers(&sim).upload_tree(tree.checksums(&sums));
    let dry = send(plain().dry_run(true)).await.unwrap();
    assert_eq!((dry.planned, sums.exists()), (4, false));
    assert_eq!(send(plain()).await.unwrap().transferred, 4);
    assert_eq!(send(plain()).await.unwrap().skipped, 4);

    let changed = directory.path().join("Day 1/b.mov");
    let mut bytes = std::fs::read(&changed).unwrap();
    bytes[7] ^= 1;
    std::fs::write(&changed, &bytes).unwrap();
    let by_size = transfers(&sim).upload_tree(plain().dry_run(true)).await.unwrap();
    assert_eq!((by_size.planned, by_size.skipped), (0, 4));
    assert_eq!(send(plain().dry_run(true)).await.unwrap().planned, 1);
    assert_eq!(send(plain()).await.unwrap().transferred, 1);
    assert_eq!(remote(&sim).await["/Day 1/b.mov"], [20, 20], "a file was replaced");
    assert_eq!(send(plain()).await.unwrap().skipped, 4, "the new file is equal");

    // A download fetches files whose checksum differs.
    let (account, root) = place(&sim);
    let to = kept.path().join("down");
    let down = || DownloadTree::new(&account, &root, &to);
    let receive = |tree: DownloadTree| transfers(&sim).download_tree(tree.checksums(&sums));
    assert_eq!(receive(down()).await.unwrap().transferred, 5);
    std::fs::write(to.join("a.mov"), [9; 10]).unwrap();
    let by_size = transfers(&sim).download_tree(down()).await.unwrap();
    assert_eq!((by_size.transferred, by_size.skipped), (0, 5));
    let dry = receive(down().dry_run(true)).await.unwrap();
    assert_eq!((dry.planned, dry.skipped, dry.conflicts.len()), (0, 4, 1));
    let kept = receive(down()).await.unwrap();
    assert_eq!((kept.transferred, kept.skipped, kept.conflicts.len()), (0, 4, 1));
    assert_eq!(std::fs::read(to.join("a.mov")).unwrap(), [9; 10]);
    let replace = || down().existing(frameio::transfer::Existing::ReplaceDifferent);
    let dry = receive(replace().dry_run(true)).await.unwrap();
    assert_eq!((dry.planned, dry.skipped), (1, 4));
    let again = receive(replace()).await.unwrap();
    assert_eq!((again.transferred, again.skipped), (1, 4));
    assert_eq!(std::fs::read(to.join("a.mov")).unwrap(), content(10));
    std::fs::write(&sums, "no checksums").unwrap();
    let error = receive(down()).await.unwrap_err();
    assert!(error.to_string().contains("choose another path"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn does_not_upload_downloaded_files_with_safe_names_again() {
    let sim = sim();
    let (account, root) = place(&sim);
    let day = folder(&sim, &root, "Day 1/2").await;
    for (name, length) in [("a?.mov", 1), ("A_.mov", 2), ("con", 3), ("b.mov", 4)] {
        file(&sim, &day, name, length).await;
    }
    let to = tempfile::tempdir().unwrap();
    let down = DownloadTree::new(&account, &root, to.path());
    assert_eq!(transfers(&sim).download_tree(down.clone()).await.unwrap().transferred, 4);
    assert!(to.path().join("Day 1_2/_con").is_file());
    write(to.path(), &[("Day 1_2/_con", 5), ("Day 1_2/new.mov", 6)]);
    let both = tree(&sim, &to).if_exists(IfExists::KeepBoth);
    let up = transfers(&sim).upload_tree(both).await.unwrap();
    assert_eq!((up.transferred, up.skipped), (2, 3), "{up:?}");
    let names = ["/Day 1\\/2", "A_.mov", "_con", "a?.mov", "b.mov", "con", "new.mov"];
    let names = names.map(|name| {
        if name.starts_with('/') { name.to_owned() } else { format!("/Day 1\\/2/{name}") }
    });
    assert_eq!(paths(&sim).await, names);
}

#[tokio::test(start_paused = true)]
async fn hidden_and_excluded_files_are_counted() {
    let sim = sim();
    let directory = local(&FILES);
    write(
        directory.path(),
        &[(".DS_Store", 1), (".git/config", 1), ("x.tmp", 1), ("Day 1/y.mov.part", 1)],
    );
    write(directory.path(), &[("Day 1/y.mov.part.json", 1), ("z.part", 1)]);
    let reasons = Arc::new(Mutex::new(BTreeMap::new()));
    let counted = reasons.clone();
    let tree = |directory: &TempDir| tree(&sim, directory).dry_run(true);
    let counting = tree(&directory)
        .filter(Filter::new().exclude("*.tmp").exclude("Day 2"))
        .on_item(move |item| {
            if let Outcome::Ignored(reason) = item.outcome {
                *counted.lock().unwrap().entry(reason.to_string()).or_insert(0) += 1;
            }
        });
    let summary = transfers(&sim).upload_tree(counting).await.unwrap();
    assert_eq!((summary.planned, summary.ignored), (4, 6), "{summary:?}");
    let reasons = reasons.lock().unwrap().clone();
    let count = |reason: Ignored| reasons.get(&reason.to_string()).copied().unwrap_or_default();
    let counts = [Ignored::Hidden, Ignored::Excluded, Ignored::Partial].map(count);
    assert_eq!(counts, [2, 2, 2], "{reasons:?}");
    let all = transfers(&sim).upload_tree(tree(&directory).hidden(true)).await.unwrap();
    assert_eq!((all.planned, all.ignored), (7, 3), ".DS_Store is excluded by default");
    let every = tree(&directory).hidden(true).filter(Filter::new().default_excludes(false));
    let every = transfers(&sim).upload_tree(every).await.unwrap();
    assert_eq!((every.planned, every.ignored), (8, 2));
    let some = tree(&directory)
        .filter(Filter::new().include("Day 1/*.mov").include("*.tmp"))
        .dry_run(false);
    let some = transfers(&sim).upload_tree(some).await.unwrap();
    assert_eq!(some.transferred, 2);
    let expected = ["/Day 1", "/Day 1/b.mov", "/x.tmp"];
    assert_eq!(paths(&sim).await, expected, "empty folders were created");
}

#[tokio::test(start_paused = true)]
async fn does_not_create_folders_that_patterns_leave_empty() {
    let directory = tempfile::tempdir().unwrap();
    let rushes = directory.path().join("rushes");
    write(&rushes, &FILES);
    std::fs::create_dir_all(rushes.join("Day 3/Empty")).unwrap();
    write(&rushes, &[("Day 4/.DS_Store", 1), ("Day 1/Cam B/c.tmp", 1)]);
    let path = rushes.to_str().unwrap();
    for (patterns, remaining) in [
        (&["*"][..], &[][..]),
        (&["*.*"], &["", "/Day 3", "/Day 3/Empty", "/Day 4"]),
        (
            &["*.tmp", "Day 2/d.mov", "Empty"],
            &[
                "",
                "/Day 1",
                "/Day 1/Cam A",
                "/Day 1/Cam A/c.mov",
                "/Day 1/b.mov",
                "/Day 4",
                "/a.mov",
            ],
        ),
        (&["./Day 1", "/Day 2/", "rushes/Day 3", "{path}/Day 4"], &["", "/a.mov"]),
    ] {
        let sim = sim();
        let (account, root) = place(&sim);
        let mut tree = UploadTree::paths(account, root, [&rushes]);
        let mut filter = Filter::new();
        for pattern in patterns {
            filter = filter.exclude(pattern.replace("{path}", path));
        }
        tree = tree.filter(filter);
        let summary = transfers(&sim).upload_tree(tree).await.unwrap();
        assert!(summary.is_complete(), "{summary:?}");
        let expected: Vec<_> = remaining.iter().map(|path| format!("/rushes{path}")).collect();
        assert_eq!(paths(&sim).await, expected, "{patterns:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn reports_files_that_the_service_does_not_accept() {
    let (sim, directory) = (sim(), local(&[("a.mov", 10), ("empty.mov", 0)]));
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;

        let odd = std::ffi::OsStr::from_bytes(b"b\xff");
        std::fs::create_dir(directory.path().join(odd)).unwrap();
        std::fs::write(directory.path().join(odd).join("c.mov"), "c").unwrap();
        std::fs::write(directory.path().join(std::ffi::OsStr::from_bytes(b"\xfe.mov")), "d")
            .unwrap();
        let _socket =
            std::os::unix::net::UnixListener::bind(directory.path().join("socket")).unwrap();
    }
    let summary = transfers(&sim).upload_tree(tree(&sim, &directory)).await.unwrap();
    assert_eq!(summary.transferred, 1);
    let failed = failures(&summary);
    assert!(failed[0].1.contains("no empty files") || failed.len() > 1, "{failed:?}");
    if cfg!(target_os = "linux") {
        let names: Vec<_> = failed.iter().map(|(path, _)| &**path).collect();
        assert_eq!(names, ["/b\u{fffd}", "/empty.mov", "/\u{fffd}.mov"], "{failed:?}");
        assert_eq!(summary.ignored, 1, "the socket is not ignored");
    }
    assert_eq!(paths(&sim).await, ["/a.mov"]);
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn follows_links_only_if_enabled_and_never_in_a_cycle() {
    use std::os::unix::fs::symlink;

    let (sim, directory) = (sim(), local(&[("in/a.mov", 10)]));
    let elsewhere = local(&[("b.mov", 20)]);
    let at = |path: &str| directory.path().join(path);
    symlink(elsewhere.path(), at("in/out")).unwrap();
    symlink(at("in"), at("in/round")).unwrap();
    symlink(at("in/a.mov"), at("in/file.mov")).unwrap();
    symlink(at("nowhere"), at("in/broken")).unwrap();
    symlink(at("in"), at("named")).unwrap();
    let transfers = transfers(&sim);
    let summary = transfers.upload_tree(tree(&sim, at("named"))).await.unwrap();
    assert_eq!((summary.transferred, summary.ignored), (1, 4), "{summary:?}");
    assert_eq!(paths(&sim).await, ["/a.mov"]);
    let summary = transfers.upload_tree(tree(&sim, at("in")).follow_links(true)).await.unwrap();
    assert_eq!((summary.transferred, summary.skipped), (2, 1), "{summary:?}");
    let names: Vec<_> = failures(&summary).into_iter().map(|(path, _)| path).collect();
    assert_eq!(names, ["/broken", "/round"]);
    let failed = failures(&summary);
    assert!(failed[1].1.contains("a symbolic link to one of its parent directories"), "{failed:?}");
    assert!(!failed[0].1.contains("broken"), "the path is repeated: {failed:?}");
    assert_eq!(paths(&sim).await, ["/a.mov", "/file.mov", "/out", "/out/b.mov"]);
}

#[tokio::test(start_paused = true)]
async fn reports_ambiguous_names() {
    let sim = sim();
    let (_, root) = place(&sim);
    for _ in 0..2 {
        folder(&sim, &root, "Day 1").await;
        file(&sim, &root, "a.mov", 10).await;
    }
    folder(&sim, &root, "a.mov").await;
    file(&sim, &root, "Cafe\u{301}.mov", 7).await;
    let directory = local(&[("a.mov", 10), ("Day 1/b.mov", 20), ("Caf\u{e9}.mov", 7)]);
    let summary = transfers(&sim).upload_tree(tree(&sim, &directory)).await.unwrap();
    assert_eq!((summary.skipped, summary.transferred), (2, 0), "{summary:?}");
    let Outcome::Failed(error) = &summary.failed[0].outcome else { panic!() };
    assert_eq!(error.kind(), TransferErrorKind::Ambiguous);
    assert!(error.to_string().contains("2 folders have this name"), "{error}");
}
