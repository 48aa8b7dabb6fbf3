//! Effects of advancing the clock.

use std::time::Duration;

use frameio_core::Body;
use frameio_sim::{Fault, Sim};
use http::{Request, StatusCode};

use crate::api::{Api, put, send};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn an_advance_refills_quotas_and_expires_urls() {
    let api = Api::of(Sim::new());
    let clock = api.sim.clock();
    let file = api.make_file(&api.root(), "notes.txt", 4).await;
    while api.get("/v4/me").await.status == StatusCode::OK {}
    clock.advance(Duration::from_secs(60));
    assert_eq!(api.get("/v4/me").await.headers["x-ratelimit-remaining"], "99");
    let url = file["upload_urls"][0]["url"].as_str().unwrap();
    clock.advance(DAY);
    assert_eq!(put(&api.sim, url, "text/plain", "abcd").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_advance_completes_transcoding() {
    let api = Api::of(Sim::builder().quotas(false).transcode_after(DAY).build());
    let path = api.upload("notes.txt", "abcd").await;
    let before = api.get(&path).await.data();
    assert_eq!(before["status"], "uploaded");
    api.sim.clock().advance(DAY);
    assert_eq!(api.get(&path).await.data()["status"], "transcoded");
    let renamed = api.patch(&path, serde_json::json!({"name": "later.txt"})).await.data();
    let [created, updated] = ["created_at", "updated_at"]
        .map(|at| renamed[at].as_str().unwrap().parse::<jiff::Timestamp>().unwrap());
    assert!(updated.duration_since(created) >= DAY.try_into().unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_advance_ends_the_delay_of_a_fault() {
    let sim = Sim::new();
    let start = tokio::time::Instant::now();
    sim.inject(Fault::delay(DAY));
    let request = {
        let sim = sim.clone();
        tokio::spawn(async move { send(&sim, Request::new(Body::empty())).await.status() })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!request.is_finished());
    sim.clock().advance(DAY);
    assert_eq!(request.await.unwrap(), StatusCode::NOT_FOUND);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}
