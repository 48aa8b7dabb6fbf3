//! Tests of state files.

use std::time::{Duration, UNIX_EPOCH};

use super::*;

fn pair() -> Pair {
    pair_of("/media", "f")
}

fn pair_of(directory: &str, folder: &str) -> Pair {
    let (directory, root) = (directory.into(), directory.into());
    Pair { account: "a".into(), folder: folder.into(), directory, root, is_deleting: false }
}

fn record(id: &str, size: u64) -> Record {
    let modified = Some(UNIX_EPOCH + Duration::new(1_700_000_000, 5));
    let stamp = Stamp { size, modified };
    Record { stamp, xxh64: Some(Xxh64(7)), file_id: id.into(), equal_at: 1 << 70 }
}

async fn open(directory: &Path, access: Access) -> Result<SyncState, TransferError> {
    open_of(directory, pair(), access).await
}

async fn open_of(states: &Path, pair: Pair, access: Access) -> Result<SyncState, TransferError> {
    SyncState::open(states, pair, access, None).await
}

fn file(directory: &Path) -> PathBuf {
    let mut all = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    all.find(|path| path.extension().is_some_and(|end| end == "sync")).unwrap()
}

#[tokio::test]
async fn keeps_records_and_pending_versions_and_drops_superseded_lines() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let pending = Pending {
        folder: "f".into(),
        old: "1".into(),
        stack: Some("s".into()),
        new: Some(("2".into(), record("2", 5).stamp, None)),
    };
    {
        let state = open(at, Access::Exclusive).await.unwrap();
        for size in 0..50 {
            state.put("Day 1/Caf\u{e9} \"\n.mov", record("1", size)).await;
        }
        state.put("b", record("2", 3)).await;
        state.remove("b").await;
        state.put("c", record("1", 1)).await;
        state.put_pending("c", pending.clone()).await.unwrap();
    }
    let long = std::fs::metadata(file(at)).unwrap().len();
    for access in [Access::Read, Access::Shared, Access::Exclusive] {
        let state = open(at, access).await.unwrap();
        assert_eq!(state.record("Day 1/Caf\u{e9} \"\n.mov"), Some(record("1", 49)));
        assert_eq!((state.record("b"), state.records().len()), (None, 2));
        assert_eq!(state.record("c"), Some(record("1", 1)), "of the preceding version");
        assert_eq!(state.all_pending(), [("c".to_owned(), pending.clone())]);
    }
    assert!(std::fs::metadata(file(at)).unwrap().len() * 4 < long, "it was not compacted");
    let state = open(at, Access::Exclusive).await.unwrap();
    state.put("c", record("2", 5)).await;
    assert_eq!(state.pending("c"), None, "a record ends the new version");
}

#[tokio::test]
async fn reads_the_state_after_any_truncation() {
    let directory = tempfile::tempdir().unwrap();
    let state = open(directory.path(), Access::Shared).await.unwrap();
    state.put("a", record("1", 1)).await;
    state.put("b", record("2", 2)).await;
    drop(state);
    let path = file(directory.path());
    let whole = std::fs::read(&path).unwrap();
    for length in 0..=whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let state = open(directory.path(), Access::Shared).await.unwrap();
        state.put("c", record("3", 3)).await;
        drop(state);
        let state = open(directory.path(), Access::Read).await.unwrap();
        assert_eq!(state.record("c"), Some(record("3", 3)), "{length}");
        assert!(state.record("a").is_none_or(|a| a == record("1", 1)), "{length}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_use_excludes_others() {
    let directory = tempfile::tempdir().unwrap();
    let held = open(directory.path(), Access::Exclusive).await.unwrap();
    for access in [Access::Exclusive, Access::Shared] {
        let error = open(directory.path(), access).await.err().unwrap();
        assert!(error.to_string().contains("another run uses the same"), "{error}");
    }
    open(directory.path(), Access::Read).await.unwrap();
    drop(held);
    let _first = open(directory.path(), Access::Shared).await.unwrap();
    open(directory.path(), Access::Shared).await.unwrap();
}

#[tokio::test]
async fn refuses_other_files_and_newer_versions() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path(), Access::Exclusive).await.unwrap());
    let path = file(directory.path());
    for (content, message) in [
        ("hello\n", "not a state file"),
        ("{\"frameio_sync\":3}\n", "newer version"),
        ("{\"frameio_sync\":1}\n", "older version"),
        (
            "{\"frameio_sync\":2,\"account\":\"a\",\"folder\":\"f\",\"directory\":\"/other\"}\n",
            "belongs to another directory or folder",
        ),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = open(directory.path(), Access::Exclusive).await.err().unwrap();
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[tokio::test(start_paused = true)]
async fn a_directory_below_uses_the_state_above_whichever_was_used_first() {
    for is_outer_first in [true, false] {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let inner = || open_of(at, pair_of("/media/Day 1", "d"), Access::Shared);
        if is_outer_first {
            let outer = open(at, Access::Exclusive).await.unwrap();
            outer.adopt("Day 1", &"d".into()).await.unwrap();
            outer.put("Day 1/a", record("1", 1)).await;
        } else {
            let state = inner().await.unwrap();
            state.put("a", record("1", 1)).await;
            state.adopt("A", &"da".into()).await.unwrap();
        }
        if !is_outer_first {
            let outer = open(at, Access::Exclusive).await.unwrap();
            assert_eq!(outer.records(), []);
            outer.adopt("Day 1", &"d".into()).await.unwrap();
            assert_eq!(outer.record("Day 1/a"), Some(record("1", 1)));
            assert_eq!(outer.record_of(&"1".into(), "b", |_| true).unwrap().0, "Day 1/a");
        }
        let names = || {
            let all = std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path());
            all.filter(|path| path.extension().is_some_and(|end| end == "sync")).count()
        };
        assert_eq!(names(), 1, "one state file for both");
        let state = inner().await.unwrap();
        assert_eq!(state.records(), [("a".to_owned(), record("1", 1))]);
        assert_eq!(state.key(Path::new("/media/Day 1/a")), "a");
        state.put("b", record("2", 2)).await;
        let error = open(at, Access::Exclusive).await.err().unwrap();
        assert!(error.to_string().contains("another run uses the same"), "{error}");
        drop(state);
        let outer = open(at, Access::Exclusive).await.unwrap();
        assert_eq!(outer.record("Day 1/b"), Some(record("2", 2)));
        inner().await.err().expect("a run above has the state");
        drop(outer);
        // Another folder is another pair.
        let other = open_of(at, pair_of("/media/Day 1", "e"), Access::Shared).await.unwrap();
        assert_eq!(other.records(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_in_use_is_not_taken_over_before_its_run_ends() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let inner = open_of(at, pair_of("/media/Day 1", "d"), Access::Exclusive).await.unwrap();
    inner.put("a", record("1", 1)).await;
    let outer = open(at, Access::Exclusive).await.unwrap();
    let error = outer.adopt("Day 1", &"d".into()).await.unwrap_err();
    assert!(error.to_string().contains("another run uses the same"), "{error}");
    inner.put("b", record("2", 2)).await;
    drop((inner, outer));
    let inner = open_of(at, pair_of("/media/Day 1", "d"), Access::Exclusive).await.unwrap();
    assert_eq!(inner.records().len(), 2, "the state above has the records");
    drop(inner);
    assert_eq!(open(at, Access::Read).await.unwrap().records().len(), 2);
}

#[tokio::test]
async fn the_later_of_two_records_remains() {
    for (outer, inner, latest) in [(1, 2, "inner"), (2, 1, "outer")] {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let of = |id: &str, equal_at| Record { equal_at, ..record(id, 1) };
        open(at, Access::Exclusive).await.unwrap().put("Day 1/a", of("outer", outer)).await;
        let state = open_of(at, pair_of("/media/Day 1", "d"), Access::Shared).await.unwrap();
        state.put("a", of("inner", inner)).await;
        drop(state);
        let state = open(at, Access::Shared).await.unwrap();
        state.adopt("Day 1", &"d".into()).await.unwrap();
        assert_eq!(state.record("Day 1/a").unwrap().file_id.as_str(), latest);
    }
}

#[tokio::test]
async fn a_name_in_another_normalization_is_the_same_file_unless_both_are_listed() {
    let (states, local) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pair = || {
        let directory = local.path().to_owned();
        let root = directory.clone();
        Pair { directory, root, ..pair() }
    };
    let (nfc, nfd) = ("Day 1/Caf\u{e9}", "Day 1/Cafe\u{301}");
    let state = open_of(states.path(), pair(), Access::Exclusive).await.unwrap();
    state.put(nfc, record("1", 1)).await;
    std::fs::create_dir(local.path().join("Day 1")).unwrap();
    std::fs::write(local.path().join(nfc), "x").unwrap();
    state.find_form(nfd).await;
    assert_eq!((state.record(nfc), state.record(nfd)), (Some(record("1", 1)), None));
    std::fs::remove_file(local.path().join(nfc)).unwrap();
    state.find_form(nfd).await;
    drop(state);
    let state = open_of(states.path(), pair(), Access::Exclusive).await.unwrap();
    assert_eq!((state.record(nfc), state.record(nfd)), (None, Some(record("1", 1))));
}

#[tokio::test]
async fn reports_the_first_record_that_is_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = reports.clone();
    let on_failure: OnFailure =
        Arc::new(move |error| seen.lock().unwrap().push((error.kind(), error.to_string())));
    let opened = SyncState::open(directory.path(), pair(), Access::Exclusive, Some(on_failure));
    let state = opened.await.unwrap();
    let path = file(directory.path());
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    state.put("a", record("1", 1)).await;
    state.put("b", record("2", 2)).await;
    let reports = reports.lock().unwrap();
    let [(TransferErrorKind::State, message)] = &**reports else { panic!("{reports:?}") };
    assert!(message.contains(&path.display().to_string()), "{message}");
}

#[test]
fn the_path_of_a_missing_directory_is_the_same_after_it_was_created() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b");
    let before = opening::canonical(&path).unwrap();
    std::fs::create_dir_all(&path).unwrap();
    assert_eq!(opening::canonical(&path).unwrap(), before);
    assert_eq!(path.canonicalize().unwrap(), before);
}
