//! Uploads of many small files, which are limited by the quota.

use std::time::Duration;

use frameio::Body;
use frameio::transfer::Transfers;
use frameio_sim::Sim;
use http::{Request, Response};
use http_body_util::BodyExt;

use crate::support::{builder, content, transfers};
use crate::upload_tree::tree;

/// Uploads files of 10 kB, a hundred per folder. Verifies that this takes at most 2 % longer than the
/// quota of new files requires, plus the `lag` of the last file.
async fn small_files(files: u32, sim: &Sim, transfers: Transfers, lag: Duration) {
    let directory = tempfile::tempdir().unwrap();
    for n in 0..files {
        let folder = directory.path().join(format!("{}", n / 100));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{n}.mov")), content(10_000)).unwrap();
    }
    let start = tokio::time::Instant::now();
    let summary = transfers.upload_tree(tree(sim, &directory)).await.unwrap();
    assert!(summary.is_complete(), "{summary:?}");
    let files_sent = u64::from(files);
    assert_eq!((summary.transferred, summary.bytes), (files_sent, files_sent * 10_000));
    assert_eq!(sim.stats().by_status.get(&429), None, "{:?}", sim.stats());
    let fluid = Duration::from_secs_f64(f64::from(files) / 5.0);
    let took = start.elapsed();
    assert!(took <= fluid.mul_f64(1.02) + lag, "{took:?} of {fluid:?}: {:?}", sim.stats());
    // The bucket is full at the start.
    assert!(took >= fluid - Duration::from_secs(2), "{took:?} of {fluid:?}");
}

#[tokio::test(start_paused = true)]
async fn uploads_small_files_at_the_rate_of_the_quota() {
    let sim = Sim::new();
    small_files(300, &sim, transfers(&sim), Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn uploads_small_files_at_the_rate_of_the_quota_despite_lag() {
    for lag in [300, 1200, 2500].map(Duration::from_millis) {
        let sim = Sim::new();
        let inner = sim.clone();
        // Accepts a part and makes it available later.
        let late = tower::service_fn(move |request: Request<Body>| {
            let mut sim = inner.clone();
            async move {
                let (head, body) = request.into_parts();
                let bytes = body.collect().await.unwrap().to_bytes();
                tokio::spawn(async move {
                    tokio::time::sleep(lag).await;
                    let request = Request::from_parts(head, Body::from(bytes));
                    tower::Service::call(&mut sim, request).await.unwrap();
                });
                Ok::<_, std::convert::Infallible>(Response::new(Body::empty()))
            }
        });
        small_files(600, &sim, builder(&sim).storage(late).build(), lag).await;
    }
}
