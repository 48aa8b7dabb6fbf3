//! Filters, in both directions.

use std::time::{Duration, SystemTime};

use frameio::transfer::{
    Deletion, DownloadTree, Filter, Ignored, Item, Outcome, Summary, TransferErrorKind,
};

use crate::support::place;
use crate::sync_support::Pair;

const ALL: [&str; 7] =
    ["Cache/c.tmp", "Cache/d.mov", "Day 1/b.mov", "Day 1/b.wav", "a.mov", "big.mov", "x.tmp"];

/// Creates a directory; the content of each file is its name, or 1000 bytes of `big.mov`.
fn pair() -> Pair {
    let pair = Pair::new();
    for name in ALL {
        let content = if name == "big.mov" { "#".repeat(1000) } else { name.to_owned() };
        pair.write(name, content);
    }
    pair
}

async fn up(pair: &Pair, filter: &Filter) -> Summary {
    let tree = pair.upload().filter(filter.clone());
    pair.transfers().upload_tree(tree).await.unwrap()
}

async fn down(pair: &Pair, filter: &Filter, directory: &std::path::Path) -> Summary {
    let (account, root) = place(&pair.sim);
    let tree = DownloadTree::new(account, root, directory).filter(filter.clone());
    pair.transfers().download_tree(tree).await.unwrap()
}

/// Returns the files and empty directories below a directory.
fn tree_of(directory: &std::path::Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            let below = tree_of(&entry.path());
            all.extend(below.iter().map(|path| format!("{name}/{path}")));
            if below.is_empty() {
                all.push(format!("{name}/"));
            }
        } else {
            all.push(name);
        }
    }
    all.sort();
    all
}

#[tokio::test(start_paused = true)]
async fn a_filter_selects_the_same_files_in_both_directions() {
    let complete = pair();
    up(&complete, &Filter::new()).await;
    for (filter, expected) in [
        (Filter::new(), &ALL[..]),
        (Filter::new().include("*.mov"), &["Cache/d.mov", "Day 1/b.mov", "a.mov", "big.mov"]),
        (Filter::new().include("*.mov").exclude("Cache/"), &["Day 1/b.mov", "a.mov", "big.mov"]),
        (Filter::new().include("/Day 1"), &["Day 1/b.mov", "Day 1/b.wav"]),
        (Filter::new().exclude("*.mov").exclude("*.wav"), &["Cache/c.tmp", "x.tmp"]),
        (Filter::new().min_size(1000), &["big.mov"]),
        (Filter::new().max_size(5).exclude("*.tmp"), &["a.mov"]),
        (Filter::new().files(["x.tmp", "Day 1"]), &["Day 1/b.mov", "Day 1/b.wav", "x.tmp"]),
    ] {
        let pair = pair();
        let sent = up(&pair, &filter).await;
        assert!(sent.is_complete(), "{filter:?}: {sent:?}");
        assert_eq!(pair.remote().await.into_keys().collect::<Vec<_>>(), expected, "{filter:?}");
        let directory = tempfile::tempdir().unwrap();
        let received = down(&complete, &filter, directory.path()).await;
        assert!(received.is_complete(), "{filter:?}: {received:?}");
        assert_eq!(tree_of(directory.path()), expected, "{filter:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn ages_are_those_of_the_change_and_of_the_upload() {
    let pair = pair();
    let hour_ago = Filter::new().max_age(Duration::from_secs(600));
    // The files were modified an hour ago.
    assert_eq!(up(&pair, &hour_ago).await.transferred, 0);
    let old = Filter::new().min_age(SystemTime::now());
    assert_eq!(up(&pair, &old).await.transferred, ALL.len() as u64);
    let directory = tempfile::tempdir().unwrap();
    let never = Filter::new().max_age(SystemTime::now() + Duration::from_secs(400 * 86_400));
    assert_eq!(down(&pair, &never, directory.path()).await.transferred, 0);
    assert!(tree_of(directory.path()).is_empty(), "no directory is created for nothing");
}

#[tokio::test(start_paused = true)]
async fn excluded_folders_are_not_listed() {
    let pair = pair();
    up(&pair, &Filter::new()).await;
    let lists = || pair.sim.stats().by_operation.get("folders.index").copied().unwrap_or_default();
    let directory = tempfile::tempdir().unwrap();
    for (filter, expected) in [
        (Filter::new(), 3),
        (Filter::new().exclude("Cache/"), 2),
        (Filter::new().files(["Day 1/b.mov"]), 2),
        (Filter::new().files(["a.mov"]), 1),
    ] {
        let before = lists();
        down(&pair, &filter, directory.path()).await;
        assert_eq!(lists() - before, expected, "{filter:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn listed_files_that_do_not_exist_fail() {
    let pair = pair();
    let filter = Filter::new().files(["a.mov", "Day 1/gone.mov", "x.tmp"]).exclude("*.tmp");
    let gone = |failed: &[Item]| {
        let failed = failed.iter().map(|item| {
            let Outcome::Failed(error) = &item.outcome else { panic!("{item:?}") };
            assert_eq!(error.kind(), TransferErrorKind::NotFound);
            item.remote.to_string()
        });
        failed.collect::<Vec<_>>()
    };
    let sent = up(&pair, &filter).await;
    assert_eq!(
        (sent.transferred, gone(&sent.failed)),
        (1, vec!["/Day 1/gone.mov".into(), "/x.tmp".into()])
    );
    let directory = tempfile::tempdir().unwrap();
    let received = down(&pair, &filter, directory.path()).await;
    assert_eq!((received.transferred, gone(&received.failed).len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn filtered_files_are_never_deleted_or_renamed() {
    let filters = [
        Filter::new().exclude("*.tmp"),
        Filter::new().exclude("/Cache/").exclude("/x.*"),
        Filter::new().include("*.mov").exclude("Cache"),
        Filter::new().files(["Day 1"]),
        Filter::new().min_size(12),
        Filter::new().max_age(Duration::from_secs(60)),
    ];
    for filter in filters {
        for is_up in [true, false] {
            let pair = pair();
            assert_eq!(up(&pair, &Filter::new()).await.transferred, ALL.len() as u64);
            let remote = pair.remote().await;
            let summary = if is_up {
                for name in ["x.tmp", "Cache/c.tmp"] {
                    std::fs::remove_file(pair.path(name)).unwrap();
                }
                let tree = pair.upload().filter(filter.clone()).delete(Deletion::new());
                pair.transfers().upload_tree(tree).await.unwrap()
            } else {
                for name in ["x.tmp", "Cache/c.tmp"] {
                    pair.delete(&remote[name].head.id).await;
                }
                let tree = pair.download().filter(filter.clone()).delete(Deletion::new());
                pair.transfers().download_tree(tree).await.unwrap()
            };
            assert!(summary.is_complete(), "{filter:?}: {summary:?}");
            assert_eq!((summary.deleted, summary.moved), (0, 0), "{filter:?} {is_up}");
            let all: Vec<_> = match is_up {
                true => pair.remote().await.into_keys().collect(),
                false => pair.local().into_keys().collect(),
            };
            assert_eq!(all, ALL, "{filter:?} {is_up}");
        }
    }
    // Without a filter, both are deleted.
    let pair = pair();
    up(&pair, &Filter::new()).await;
    for name in ["x.tmp", "Cache/c.tmp"] {
        std::fs::remove_file(pair.path(name)).unwrap();
    }
    let tree = pair.upload().delete(Deletion::new());
    assert_eq!(pair.transfers().upload_tree(tree).await.unwrap().deleted, 2);
}

#[tokio::test(start_paused = true)]
async fn an_excluded_name_is_not_renamed_to_a_selected_one() {
    let pair = pair();
    up(&pair, &Filter::new()).await;
    std::fs::rename(pair.path("x.tmp"), pair.path("x.mov")).unwrap();
    let summary = up(&pair, &Filter::new().exclude("*.tmp")).await;
    assert_eq!((summary.transferred, summary.moved), (1, 0), "{summary:?}");
    assert!(pair.remote().await.contains_key("x.tmp"));
}

#[tokio::test(start_paused = true)]
async fn files_that_systems_create_are_excluded_in_both_directions() {
    let pair = Pair::new();
    let system = ["Thumbs.db", "ascmhl/0001.mhl", "x/Thumbs.db"];
    system.iter().chain(&["a.mov"]).for_each(|name| pair.write(name, name));
    let ignored = |summary: &Summary| (summary.transferred, summary.ignored);
    assert_eq!(ignored(&up(&pair, &Filter::new()).await), (1, 3));
    let all = Filter::new().default_excludes(false);
    assert_eq!(ignored(&up(&pair, &all).await), (2, 1), "hash lists are never uploaded");
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(ignored(&down(&pair, &Filter::new(), directory.path()).await), (1, 2));
    assert_eq!(down(&pair, &all, directory.path()).await.transferred, 2);
    assert_eq!(Ignored::ExcludedByDefault.to_string(), "excluded by default");
}
