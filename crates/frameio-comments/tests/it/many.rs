//! A project with many comments.

use std::time::Duration;

use frameio::markers::{Format, Source, WriteOptions, write};
use frameio_sim::{Fault, Sim};
use serde_json::json;

use crate::reader;

/// Returns a simulator with quotas, and a project of `files` with `comments` each.
fn many(files: u32, comments: u32) -> Sim {
    let id = |file: u32| format!("00000000-0000-4000-8000-{file:012x}");
    let file = |n: u32| json!({"id": id(n), "name": format!("{n:03}.mov"), "file_size": 5});
    let comment = |n: u32| json!({"file_id": id(n / comments), "text": "Too dark", "timestamp": n % comments});
    let metadata: serde_json::Map<_, _> =
        (0..files).map(|n| (id(n), json!({"Frame Rate": 25, "Duration": 60}))).collect();
    let state = json!({
        "version": 1,
        "state": {
            "projects": [{"name": "Film"}],
            "files": (0..files).map(file).collect::<Vec<_>>(),
            "comments": (0..files * comments).map(comment).collect::<Vec<_>>(),
            "metadata": metadata,
        },
    });
    Sim::builder().state(state.to_string().parse().unwrap()).build()
}

/// 20,000 comments are 200 calls, of which the quota allows 100 a minute.
#[tokio::test(start_paused = true)]
async fn exports_many_comments_at_the_rate_of_the_quota() {
    let sim = many(200, 100);
    let start = tokio::time::Instant::now();
    let mut files = reader(&sim).read(Source::Project(sim.demo().project_id));
    let (mut media, mut comments) = (0, 0);
    while let Some(file) = files.next().await {
        let list = file.unwrap().list;
        let output = write(Format::ResolveEdl, &list, &WriteOptions::default()).unwrap();
        media += 1;
        comments += list.markers.len();
        assert_eq!(output.files.len(), 1);
    }
    assert_eq!((media, comments), (200, 20_000));
    let stats = sim.stats();
    assert_eq!(stats.by_status.get(&429), None, "{stats:?}");
    assert_eq!(stats.by_operation.get("comments.index"), Some(&200), "{stats:?}");
    assert!(stats.by_operation.values().sum::<u64>() <= 205, "{stats:?}");
    let fluid = Duration::from_secs(120);
    let took = start.elapsed();
    assert!(took <= fluid.mul_f64(1.02), "{took:?} of {fluid:?}");
    // The bucket is full at the start.
    assert!(took >= fluid - Duration::from_secs(62), "{took:?} of {fluid:?}");
}

#[tokio::test(start_paused = true)]
async fn reads_no_further_ahead_than_a_slow_caller_allows() {
    let sim = many(100, 1);
    let mut files = reader(&sim).files_in_flight(3).read(Source::Project(sim.demo().project_id));
    files.next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    // The one that was returned, and those in flight.
    let read = sim.stats().by_operation["comments.index"];
    assert!((1..=4).contains(&read), "{read} files were read");
}

/// The comments of at most three files are in memory, however many files there are: a slow file holds up those
/// after it, and every run has the same order.
#[tokio::test(start_paused = true)]
async fn holds_no_more_files_than_are_in_flight_behind_a_slow_one() {
    let sim = many(60, 1);
    let mut orders = Vec::new();
    for slow in [Duration::from_secs(3600), Duration::ZERO] {
        let calls = || sim.stats().by_operation.get("comments.index").copied().unwrap_or_default();
        let before = calls();
        sim.inject(Fault::delay(slow).on("comments.index"));
        let project = Source::Project(sim.demo().project_id);
        let mut files = reader(&sim).files_in_flight(3).read(project);
        let waited = tokio::time::timeout(Duration::from_secs(30), files.next()).await;
        assert_eq!(waited.is_err(), !slow.is_zero());
        let read = calls() - before;
        assert!((1..=4).contains(&read), "{read} files were read");
        let mut order: Vec<_> = waited.into_iter().flatten().map(|file| file.unwrap()).collect();
        while let Some(file) = files.next().await {
            order.push(file.unwrap());
        }
        orders.push(order.into_iter().map(|file| file.list.media.name).collect::<Vec<_>>());
    }
    assert_eq!(orders[0].len(), 60);
    assert_eq!(orders[0], orders[1]);
}
