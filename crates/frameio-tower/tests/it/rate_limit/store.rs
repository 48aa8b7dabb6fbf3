//! Buckets in a store instead of in memory.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use frameio_tower::rate_limit::{
    OnUnavailable, QuotaBucket, QuotaResponse, QuotaStore, RateLimitLayer, RateLimitMode,
    Reservation,
};
use frameio_tower::{CallRecord, DeadlineAt, Phase, QuotaStoreError};
use tokio::sync::Notify;
use tokio::time::{Instant, advance};
use tokio_test::assert_pending;
use tokio_test::task::spawn;

use super::*;
use crate::support::script::status;

/// Provides one slot each second, and records its calls.
#[derive(Clone, Default)]
struct Store(Arc<Inner>);

#[derive(Default)]
struct Inner {
    unavailable: AtomicBool,
    invalid: AtomicBool,
    changed: Notify,
    next: Mutex<Option<Instant>>,
    calls: Mutex<Vec<String>>,
}

impl Store {
    fn record(&self, what: impl Into<String>) {
        self.0.calls.lock().unwrap().push(what.into());
    }

    fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.calls.lock().unwrap())
    }
}

impl QuotaStore for Store {
    async fn reserve(
        &self,
        bucket: &QuotaBucket,
        max_wait: Option<Duration>,
    ) -> Result<Reservation, BoxError> {
        if self.0.unavailable.load(Relaxed) {
            return Err("unavailable".into());
        }
        let now = Instant::now();
        let mut next = self.0.next.lock().unwrap();
        let turn = next.unwrap_or(now).max(now);
        if max_wait.is_some_and(|max_wait| turn - now > max_wait) {
            return Err(QuotaExhausted::new(turn - now).into());
        }
        *next = Some(turn + ms(1000));
        let who = [bucket.account.as_deref(), bucket.credential.as_deref()];
        self.record(format!("{} {who:?} {} {}", bucket.operation, bucket.quota, bucket.pinned));
        Ok(Reservation::new(turn).id([7, 8]))
    }

    fn is_valid(&self, _: &QuotaBucket, reservation: &Reservation) -> bool {
        assert_eq!(reservation.id, [7, 8]);
        !self.0.invalid.swap(false, Relaxed)
    }

    async fn invalidated(&self, _: &QuotaBucket) {
        self.0.changed.notified().await;
    }

    fn release(&self, _: &QuotaBucket, reservation: Reservation) {
        assert_eq!(reservation.id, [7, 8]);
        self.record("released");
    }

    fn record_response(&self, _: &QuotaBucket, response: QuotaResponse) {
        let limit = response.rate_limit.map(|info| info.limit);
        self.record(format!("{} {:?} {limit:?}", response.throttled, response.retry_after));
    }
}

fn store() -> (Store, RateLimitLayer) {
    let store = Store::default();
    (store.clone(), RateLimitLayer::new().store(store))
}

#[tokio::test(start_paused = true)]
async fn reserves_a_slot_and_records_the_response() {
    let (store, layer) = store();
    let refused = Response::builder().status(429).header("retry-after", "3").body(Body::empty());
    let steps = [with_quota(5, 4, ms(1000)), respond(refused.unwrap())];
    let client =
        Client::new(&layer.credential("me").quota("files.list", Quota::per_second(2)), steps);
    client.call(request_of(Call::new(&SHOW).account("a"))).await.unwrap();
    client.call(request(&LIST)).await.unwrap();
    assert_eq!(client.times(), [0, 1000]);
    let expected = [
        r#"files.show [Some("a"), Some("me")] 10 per 1s false"#,
        "false None Some(5)",
        r#"files.list [None, Some("me")] 2 per 1s true"#,
        "true Some(3s) None",
    ];
    assert_eq!(store.take_calls(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_slot_is_recorded() {
    let (_, layer) = store();
    let client = Client::new(&layer, []);
    let recorded = |record: &CallRecord| {
        let mut request = request(&SHOW);
        request.extensions_mut().insert(record.clone());
        spawn(client.call(request))
    };
    let (first, second) = (CallRecord::new(), CallRecord::new());
    recorded(&first).await.unwrap();
    assert_eq!((first.phase(), first.quota_wait()), (Phase::Start, ms(0)));

    let mut waiting = recorded(&second);
    assert_pending!(waiting.poll());
    assert_eq!(second.phase(), Phase::Quota);
    waiting.await.unwrap();
    assert_eq!((second.phase(), second.quota_wait()), (Phase::Attempt, ms(1000)));
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_before_it_is_sent_releases_its_slot() {
    let (store, layer) = store();
    let client = Client::new(&layer, []);
    client.all(&SHOW, 1).await;
    store.take_calls();
    let mut waiting = spawn(client.call(request(&SHOW)));
    assert_pending!(waiting.poll());
    drop(waiting);
    assert_eq!(store.take_calls()[1..], ["released"]);
}

#[tokio::test(start_paused = true)]
async fn releases_an_invalid_slot_and_reserves_another() {
    let (store, layer) = store();
    let client = Client::new(&layer, []);
    client.all(&SHOW, 1).await;
    let mut waiting = spawn(client.call(request(&SHOW)));
    assert_pending!(waiting.poll());
    store.0.invalid.store(true, Relaxed);
    store.take_calls();
    waiting.await.unwrap();
    assert_eq!(client.times(), [0, 2000]);
    assert_eq!(store.take_calls().iter().filter(|call| *call == "released").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_call_reacts_immediately_to_an_invalid_slot() {
    for invalid in [false, true] {
        let (store, layer) = store();
        let client = Client::new(&layer, []);
        client.all(&SHOW, 1).await;
        let waiting = client.spawn(&SHOW);
        tokio::time::sleep(ms(300)).await;
        // The quota was raised, so the next slot is free immediately.
        *store.0.next.lock().unwrap() = None;
        store.0.invalid.store(invalid, Relaxed);
        store.0.changed.notify_one();
        waiting.await.unwrap().unwrap();
        assert_eq!(client.times(), if invalid { [0, 300] } else { [0, 1000] });
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_fails_immediately() {
    let (_, layer) = store();
    let client = Client::new(&layer, []);
    client.all(&SHOW, 1).await;
    let mut late = request(&SHOW);
    late.extensions_mut().insert(DeadlineAt(Instant::now() + ms(999)));
    let error = client.call(late).await.unwrap_err();
    assert!(find::<QuotaStoreError>(&*error).is_none(), "the store is available");
    assert_eq!(wait_of(Err(error)), ms(1000));
    // The store is available, so the share for its absence is not used.
    let open = layer.on_unavailable(OnUnavailable::FailOpen { share: 0.5 });
    let fast = Client::new(&open.mode(RateLimitMode::FailFast), []);
    assert_eq!(wait_of(fast.call(request(&SHOW)).await), ms(1000));
}

#[tokio::test(start_paused = true)]
async fn calls_fail_or_proceed_with_a_share_while_the_store_is_unavailable() {
    let (store, layer) = store();
    let closed = Client::new(&layer, []);
    let open = layer.clone().on_unavailable(OnUnavailable::FailOpen { share: 0.5 });
    let open = Client::new(&open, [status(204)]);
    closed.all(&SHOW, 1).await;
    store.0.unavailable.store(true, Relaxed);
    let error = closed.call(request(&SHOW)).await.unwrap_err();
    assert!(find::<QuotaStoreError>(&*error).is_some(), "{error}");
    // Five per second, one by one, the first after the last slot of the store.
    open.all(&SHOW, 3).await;
    assert_eq!(open.times(), [200, 400, 600]);
    store.0.unavailable.store(false, Relaxed);
    advance(ms(1000)).await;
    closed.all(&SHOW, 1).await;
}

#[tokio::test(start_paused = true)]
async fn observe_does_not_use_the_store() {
    let (store, layer) = store();
    let client = Client::new(&layer.mode(RateLimitMode::Observe), []);
    client.all(&SHOW, 30).await;
    assert_eq!((client.times(), store.take_calls().len()), (vec![0; 30], 0));
}
