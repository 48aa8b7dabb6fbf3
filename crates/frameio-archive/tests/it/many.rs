//! A project with many files.

use std::time::Duration;

use frameio_sim::Sim;
use serde_json::json;

use crate::support::{archiver, settings};

/// Returns a simulator with quotas, and a project of `files` with one comment each.
fn many(files: u32) -> Sim {
    let id = |file: u32| format!("00000000-0000-4000-8000-{file:012x}");
    let file = |n: u32| json!({"id": id(n), "name": format!("{n:03}.mov"), "file_size": 500});
    let comment = |n: u32| json!({"file_id": id(n), "text": "Too dark", "timestamp": n});
    let state = json!({
        "version": 1,
        "state": {
            "projects": [{"name": "Film"}],
            "files": (0..files).map(file).collect::<Vec<_>>(),
            "comments": (0..files).map(comment).collect::<Vec<_>>(),
        },
    });
    Sim::builder().state(state.to_string().parse().unwrap()).build()
}

/// The comments of 300 files are 300 calls, of which the quota allows 100 a minute.
#[tokio::test(start_paused = true)]
async fn saves_many_files_at_the_rate_of_the_quota() {
    let (sim, directory) = (many(300), tempfile::tempdir().unwrap());
    let start = tokio::time::Instant::now();
    let created = archiver(&sim).create(settings(&sim, directory.path())).await.unwrap();
    let took = start.elapsed();
    assert!(created.is_complete, "{created:?}");
    assert_eq!((created.counts.files, created.counts.comments), (300, 300));
    let stats = sim.stats();
    assert_eq!(stats.by_status.get(&429), None, "{stats:?}");
    assert_eq!(stats.by_operation.get("comments.index"), Some(&300), "{stats:?}");
    let fluid = Duration::from_secs(180);
    assert!(took <= fluid.mul_f64(1.02), "{took:?} of {fluid:?}: {stats:?}");
    // The bucket is full at the start.
    assert!(took >= fluid - Duration::from_secs(62), "{took:?} of {fluid:?}");
}
