//! Tests of state files.

use std::time::{Duration, UNIX_EPOCH};

use super::*;

fn pair() -> Pair {
    let directory = Some("/media".into());
    Pair { account: "a".into(), folder: "f".into(), directory, is_deleting: false }
}

fn record(id: &str, size: u64) -> Record {
    let modified = Some(UNIX_EPOCH + Duration::new(1_700_000_000, 5));
    let stamp = Stamp { size, modified };
    Record { stamp, xxh64: Some(Xxh64(7)), file_id: id.into(), equal_at: 1 << 70 }
}

async fn open(directory: &Path, access: Access) -> Result<SyncState, TransferError> {
    SyncState::open(directory, pair(), access).await
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

#[test]
fn a_directory_on_another_file_system_keeps_the_records_of_its_files_only() {
    let directory = tempfile::tempdir().unwrap();
    let known = || Known { record: Some(record("1", 1)), ..Known::default() };
    let mut files: HashMap<Box<str>, Known> =
        ["a", "Day 1/b", "gone"].map(|key| (key.into(), known())).into();
    super::opening::forget_missing(directory.path(), &mut files);
    assert_eq!(files.len(), 3, "nothing is mounted");
    std::fs::create_dir(directory.path().join("Day 1")).unwrap();
    std::fs::write(directory.path().join("Day 1/b"), "b").unwrap();
    std::fs::write(directory.path().join("a"), "a").unwrap();
    super::opening::forget_missing(directory.path(), &mut files);
    let mut keys: Vec<_> = files.into_keys().collect();
    keys.sort();
    assert_eq!(keys, [Box::from("Day 1/b"), Box::from("a")]);
}

#[tokio::test]
async fn refuses_other_files_and_newer_versions() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path(), Access::Exclusive).await.unwrap());
    let path = file(directory.path());
    for (content, message) in
        [("hello\n", "not a state file"), ("{\"frameio_sync\":2}\n", "newer version")]
    {
        std::fs::write(&path, content).unwrap();
        let error = open(directory.path(), Access::Exclusive).await.err().unwrap();
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}
