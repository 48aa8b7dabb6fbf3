//! Adaptation to the quotas that the service reports or does not enforce.

use std::time::Duration;

use frameio::comments::CreateComment;
use frameio::files::CreateLocalUpload;
use frameio::{Client, Quota};
use frameio_sim::{Builder, Sim};
use futures_util::future::join_all;
use tokio::time::Instant;

/// Creates 230 comments, whose documented quota is 100 per minute, and returns the duration on the
/// paused clock.
async fn create_comments(sim: Builder, at_a_time: usize) -> Duration {
    let sim = sim.build();
    let demo = sim.demo();
    let client = Client::builder().token(Sim::TOKEN).transport(sim).build().unwrap();
    let upload = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, "a.mp4", 25);
    let file = client.send(upload).await.unwrap().id;
    let start = Instant::now();
    let numbers: Vec<_> = (0..230).collect();
    for numbers in numbers.chunks(at_a_time) {
        let comments = numbers.iter().map(|number| {
            client.send(CreateComment::new(&demo.account_id, &file, format!("Comment {number}")))
        });
        for comment in join_all(comments).await {
            comment.unwrap();
        }
    }
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn calls_do_not_wait_for_quotas_that_the_service_does_not_enforce() {
    for at_a_time in [1, 230] {
        let took = create_comments(Sim::builder().quotas(false), at_a_time).await;
        assert!(took < Duration::from_secs(1), "{at_a_time} at a time: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_wait_for_the_documented_quota_if_the_service_enforces_it() {
    let took = create_comments(Sim::builder(), 230).await;
    // 99 immediately, then one every 600 ms.
    assert_eq!(took.as_millis(), 131 * 600);
}

#[tokio::test(start_paused = true)]
async fn calls_use_a_higher_quota_of_the_service() {
    let higher = Sim::builder().quota("comments.create", Quota::per_minute(1000));
    let took = create_comments(higher, 230).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}
