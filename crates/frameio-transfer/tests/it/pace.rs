//! Order, bandwidth and totals of trees, in both directions.

use std::sync::{Arc, Mutex};

use frameio::transfer::{
    Bandwidth, Download, DownloadTree, Filter, Item, Order, Outcome, Totals, Transfers, Upload,
};
use tokio::time::Instant;

use crate::support::{builder, content, place, sim};
use crate::sync_support::Pair;

/// Records the names of transferred files in the order of their completion.
fn names(seen: &Arc<Mutex<Vec<String>>>) -> impl Fn(&Item) + Send + Sync + 'static {
    let seen = seen.clone();
    move |item| {
        if matches!(item.outcome, Outcome::Transferred { .. }) {
            seen.lock().unwrap().push(item.remote.to_string());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_applies_to_the_whole_tree_in_both_directions() {
    let pair = Pair::new();
    // Each file is later than the preceding one.
    let files = [("x/c", 9), ("b", 30), ("a/z", 12), ("a/b/y", 25), ("d", 3)];
    for (name, size) in files {
        pair.write(name, content(size));
    }
    for (order, expected) in [
        (Order::SmallFirst, ["/d", "/x/c", "/a/z", "/a/b/y", "/b"]),
        (Order::Name, ["/a/b/y", "/a/z", "/b", "/d", "/x/c"]),
        (Order::Newest, ["/d", "/a/b/y", "/a/z", "/b", "/x/c"]),
    ] {
        let (seen, sim) = (Arc::default(), sim());
        let (account, root) = place(&sim);
        let transfers = crate::support::transfers(&sim);
        let tree = frameio::transfer::UploadTree::new(&account, &root, pair.directory.path());
        let tree = tree.order(order).files_in_flight(1).on_item(names(&seen));
        assert!(transfers.upload_tree(tree).await.unwrap().is_complete());
        assert_eq!(*seen.lock().unwrap(), expected, "{order:?}");

        if order != Order::Newest {
            let (seen, to) = (Arc::default(), tempfile::tempdir().unwrap());
            let tree = DownloadTree::new(account, root, to.path());
            let tree = tree.order(order).files_in_flight(1).on_item(names(&seen));
            assert!(transfers.download_tree(tree).await.unwrap().is_complete());
            assert_eq!(*seen.lock().unwrap(), expected, "{order:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn totals_count_the_files_that_are_transferred() {
    let pair = Pair::new();
    for (name, size) in [("a", 10), ("b", 20), ("c.tmp", 40)] {
        pair.write(name, content(size));
    }
    pair.up().await;
    pair.write("Day 1/d", content(7));
    pair.write("e", content(8));
    let latest: Arc<Mutex<Vec<Totals>>> = Arc::default();
    let seen = latest.clone();
    let tree = pair.upload().filter(Filter::new().exclude("*.tmp"));
    let tree = tree.on_totals(move |totals| seen.lock().unwrap().push(totals));
    pair.transfers().upload_tree(tree).await.unwrap();
    let last = latest.lock().unwrap().pop().unwrap();
    assert_eq!((last.files, last.bytes, last.is_complete), (2, 15, true));
    assert!(latest.lock().unwrap().iter().all(|totals| !totals.is_complete));
}

/// Creates transfers with a limit in bytes per second.
fn limited(sim: &frameio_sim::Sim, limit: &Bandwidth) -> Transfers {
    builder(sim).bandwidth(limit.clone()).build()
}

#[tokio::test(start_paused = true)]
async fn one_limit_applies_to_all_transfers_and_parts() {
    let sim = frameio_sim::Sim::builder().part_size(100_000).quotas(false).build();
    let (account, root) = place(&sim);
    let limit = Bandwidth::new(Some(10_000), Some(20_000));
    // Two clients share the limit.
    let both = [limited(&sim, &limit), limited(&sim, &limit)];
    let start = Instant::now();
    let uploads = both.iter().enumerate().map(|(n, transfers)| {
        let upload = Upload::from_bytes(&account, &root, format!("{n}.mov"), content(300_000));
        transfers.upload(upload)
    });
    let done = futures_util::future::join_all(uploads).await;
    let seconds = start.elapsed().as_secs_f64();
    assert!((58.0..=63.0).contains(&seconds), "600 kB at 10 kB/s: {seconds}");
    let to = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let downloads = both.iter().zip(done).enumerate().map(|(n, (transfers, done))| {
        let id = done.unwrap().file.id;
        transfers.download(Download::new(&account, id, to.path().join(format!("{n}.mov"))))
    });
    for done in futures_util::future::join_all(downloads).await {
        assert_eq!(std::fs::read(done.unwrap().path).unwrap(), content(300_000));
    }
    let seconds = start.elapsed().as_secs_f64();
    assert!((25.0..=33.0).contains(&seconds), "600 kB at 20 kB/s: {seconds}");
}

#[tokio::test(start_paused = true)]
async fn a_limited_transfer_does_not_stall_and_a_dropped_one_leaves_no_trace() {
    let sim = sim();
    let (account, root) = place(&sim);
    let limit = Bandwidth::new(Some(1024), None);
    let transfers = builder(&sim)
        .bandwidth(limit)
        .stall_timeout(std::time::Duration::from_secs(5))
        .parts_in_flight(2)
        .build();
    let upload = |name: &str| Upload::from_bytes(&account, &root, name, content(2000));
    for _ in 0..8 {
        let dropped = std::time::Duration::from_millis(300);
        let _ = tokio::time::timeout(dropped, transfers.upload(upload("dropped"))).await;
    }
    // No permit is lost: all parts are sent, one after the other, and none of them stalls.
    let start = Instant::now();
    let files = (0..20).map(|n| transfers.upload(upload(&n.to_string())));
    for done in futures_util::future::join_all(files).await {
        assert!(done.is_ok(), "{done:?}");
    }
    let seconds = start.elapsed().as_secs_f64();
    assert!((37.0..=60.0).contains(&seconds), "40 kB at 1 KiB/s: {seconds}");
}
