//! Slots, and the sending marker that spends them.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio_core::{BoxError, Call, Operation, Quota};
use http::{Method, Request, Response};
use tokio::sync::Semaphore;
use tokio::time::{Instant, advance, sleep};
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::{QuotaBucket, QuotaResponse, QuotaStore, RateLimitLayer, RateLimitMode, Reservation};
use crate::error::{QuotaExhausted, find};
use crate::record::CallRecord;

static SHOW: Operation = Operation::new("files.show", Method::GET, "/", ONE);

/// One call in 100 s.
const ONE: Quota = match Quota::new(1, Duration::from_secs(100)) {
    Some(quota) => quota,
    None => panic!("not a quota"),
};

const SECOND: Duration = Duration::from_secs(1);

type Inner = BoxCloneSyncService<Request<()>, Response<()>, BoxError>;

fn request() -> Request<()> {
    let mut request = Request::new(());
    request.extensions_mut().insert(Call::new(&SHOW));
    request
}

fn layer() -> RateLimitLayer {
    RateLimitLayer::new().spend_when_sent(true)
}

/// Waits one second for a token, marks the request as sent, and responds after another second.
fn service() -> Inner {
    BoxCloneSyncService::new(service_fn(async |request: Request<()>| {
        let record: CallRecord = request.extensions().get().cloned().ok_or("no record")?;
        sleep(SECOND).await;
        record.mark_sent();
        sleep(SECOND).await;
        Ok::<_, BoxError>(Response::new(()))
    }))
}

/// Returns whether the quota has a free slot.
async fn has_slot(layer: &RateLimitLayer) -> bool {
    let inner = service_fn(async |_: Request<()>| Err::<Response<()>, BoxError>("unsent".into()));
    let mut probe = layer.clone().mode(RateLimitMode::FailFast).layer(inner);
    let error = probe.call(request()).await.unwrap_err();
    find::<QuotaExhausted>(&*error).is_none()
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_before_it_is_sent_returns_its_slot() {
    // Polled at 0 s; the token arrives at 1 s, the response at 2 s.
    for (seconds, sent) in [(0.0, false), (0.9, false), (1.0, true), (1.9, true), (2.0, true)] {
        let layer = layer();
        let mut call = spawn(layer.layer(service()).oneshot(request()));
        assert_pending!(call.poll());
        assert!(!has_slot(&layer).await, "taken while the call is in flight");
        advance(Duration::from_secs_f64(seconds).min(SECOND)).await;
        let _ = call.poll();
        advance(Duration::from_secs_f64(seconds).saturating_sub(SECOND)).await;
        let _ = call.poll();
        drop(call);
        assert_eq!(has_slot(&layer).await, !sent, "dropped after {seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_in_the_queue_or_without_a_permit_returns_its_slot() {
    let layer = layer();
    let permits = Arc::new(Semaphore::new(0));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(permits.clone());
    let mut stuck = spawn(layer.layer(limit.layer(service())).oneshot(request()));
    assert_pending!(stuck.poll());
    let mut queued = spawn(layer.layer(service()).oneshot(request()));
    assert_pending!(queued.poll());
    drop(queued);
    assert!(!has_slot(&layer).await);
    drop(stuck);
    assert!(has_slot(&layer).await);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_before_it_is_sent_returns_its_slot() {
    let layer = layer();
    assert!(has_slot(&layer).await);
    assert!(has_slot(&layer).await, "the probe itself fails before it is sent");

    let fails = service_fn(async |request: Request<()>| {
        request.extensions().get::<CallRecord>().unwrap().mark_sent();
        Err::<Response<()>, BoxError>("reset".into())
    });
    layer.layer(fails).oneshot(request()).await.unwrap_err();
    assert!(!has_slot(&layer).await, "the service may have counted it");
}

#[tokio::test(start_paused = true)]
async fn a_returned_slot_goes_to_the_next_waiter() {
    let layer = layer();
    let start = Instant::now();
    let mut dropped = spawn(layer.layer(service()).oneshot(request()));
    assert_pending!(dropped.poll());
    let next = tokio::spawn(layer.layer(service()).oneshot(request()));
    sleep(SECOND / 2).await;
    drop(dropped);
    next.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), SECOND / 2 + 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn only_a_send_after_the_slot_was_taken_spends_it() {
    let layer = layer();
    let record = CallRecord::new();
    // Marks an earlier attempt.
    record.mark_sent();
    let mut request = request();
    request.extensions_mut().insert(record.clone());
    let mut call = spawn(layer.layer(service()).oneshot(request));
    assert_pending!(call.poll());
    drop(call);
    assert_eq!(record.sends(), 1);
    assert!(has_slot(&layer).await);
}

#[tokio::test(start_paused = true)]
async fn the_response_to_an_unsent_request_is_ignored() {
    let layer = layer();
    let cache = service_fn(async |_: Request<()>| {
        let response = Response::builder().status(429).header("x-ratelimit-limit", "7");
        Ok::<_, BoxError>(response.body(()).unwrap())
    });
    let mut call = spawn(layer.layer(cache).oneshot(request()));
    assert_eq!(assert_ready!(call.poll()).unwrap().status(), 429);
    drop(call);
    assert!(has_slot(&layer).await, "neither spent nor paused");
}

#[tokio::test(start_paused = true)]
async fn a_completed_future_releases_its_slot_before_it_is_dropped() {
    let layer = layer();
    let fails = service_fn(async |_: Request<()>| Err::<Response<()>, BoxError>("no".into()));
    let mut call = spawn(layer.layer(fails).call(request()));
    assert!(assert_ready!(call.poll()).is_err());
    assert!(has_slot(&layer).await);
}

#[tokio::test(start_paused = true)]
async fn without_the_marker_the_call_of_the_inner_service_spends_the_slot() {
    let layer = layer().spend_when_sent(false);
    let never = service_fn(async |_: Request<()>| {
        std::future::pending::<()>().await;
        Ok::<_, BoxError>(Response::new(()))
    });
    let mut call = spawn(layer.layer(never).oneshot(request()));
    assert_pending!(call.poll());
    drop(call);
    assert!(!has_slot(&layer).await);
}

/// Counts reserved and released slots, and keeps the times at which calls were sent.
#[derive(Clone, Default)]
struct Store {
    held: Arc<AtomicU32>,
    responses: Arc<Mutex<Vec<Instant>>>,
}

impl QuotaStore for Store {
    async fn reserve(&self, _: &QuotaBucket, _: Option<Duration>) -> Result<Reservation, BoxError> {
        self.held.fetch_add(1, Relaxed);
        Ok(Reservation::new(Instant::now()))
    }

    fn release(&self, _: &QuotaBucket, _: Reservation) {
        self.held.fetch_sub(1, Relaxed);
    }

    fn record_response(&self, _: &QuotaBucket, response: QuotaResponse) {
        self.responses.lock().unwrap().push(response.sent);
    }
}

#[tokio::test(start_paused = true)]
async fn the_marker_spends_slots_of_a_store_too() {
    let store = Store::default();
    let layer = layer().store(store.clone());
    let start = Instant::now();
    for (seconds, held) in [(0, 0), (1, 1), (2, 2)] {
        let mut call = spawn(layer.layer(service()).oneshot(request()));
        assert_pending!(call.poll());
        for _ in 0..seconds {
            advance(SECOND).await;
            let _ = call.poll();
        }
        drop(call);
        assert_eq!(store.held.load(Relaxed), held, "dropped after {seconds} s");
    }
    assert_eq!(*store.responses.lock().unwrap(), [start + SECOND]);

    let fails = service_fn(async |_: Request<()>| Err::<Response<()>, BoxError>("no".into()));
    layer.layer(fails).oneshot(request()).await.unwrap_err();
    let cached = service_fn(async |_: Request<()>| Ok::<_, BoxError>(Response::new(())));
    layer.layer(cached).oneshot(request()).await.unwrap();
    assert_eq!((store.held.load(Relaxed), store.responses.lock().unwrap().len()), (2, 1));
}
