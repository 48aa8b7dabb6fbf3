//! A store in place of the buckets in memory.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use frameio_tower::rate_limit::{
    QuotaAnswer, QuotaBucket, QuotaStore, RateLimitLayer, RateLimitMode, Reservation, WhenAway,
};
use frameio_tower::{DeadlineAt, QuotaStoreError};
use tokio::time::{Instant, advance};
use tokio_test::assert_pending;
use tokio_test::task::spawn;

use super::support::script::status;
use super::*;

/// Gives a slot each second, and tells what it was told.
#[derive(Clone, Default)]
struct Store(Arc<Inner>);

#[derive(Default)]
struct Inner {
    away: AtomicBool,
    void: AtomicBool,
    next: Mutex<Option<Instant>>,
    told: Mutex<Vec<String>>,
}

impl Store {
    fn tell(&self, what: impl Into<String>) {
        self.0.told.lock().unwrap().push(what.into());
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.0.told.lock().unwrap())
    }
}

impl QuotaStore for Store {
    async fn reserve(
        &self,
        bucket: &QuotaBucket,
        longest: Option<Duration>,
    ) -> Result<Reservation, BoxError> {
        if self.0.away.load(Relaxed) {
            return Err("away".into());
        }
        let now = Instant::now();
        let mut next = self.0.next.lock().unwrap();
        let turn = next.unwrap_or(now).max(now);
        if longest.is_some_and(|longest| turn - now > longest) {
            return Err(QuotaExhausted::new(turn - now).into());
        }
        *next = Some(turn + ms(1000));
        let who = [bucket.account.as_deref(), bucket.credential.as_deref()];
        self.tell(format!("{} {who:?} {} {}", bucket.operation, bucket.quota, bucket.pinned));
        Ok(Reservation::new(turn).stamp([7, 8]))
    }

    fn holds(&self, _: &QuotaBucket, reservation: &Reservation) -> bool {
        assert_eq!(reservation.stamp, [7, 8]);
        !self.0.void.swap(false, Relaxed)
    }

    fn release(&self, _: &QuotaBucket, reservation: Reservation) {
        assert_eq!(reservation.stamp, [7, 8]);
        self.tell("released");
    }

    fn answered(&self, _: &QuotaBucket, answer: QuotaAnswer) {
        let limit = answer.told.map(|told| told.limit);
        self.tell(format!("{} {:?} {limit:?}", answer.refused, answer.retry_after));
    }
}

fn store() -> (Store, RateLimitLayer) {
    let store = Store::default();
    (store.clone(), RateLimitLayer::new().store(store))
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_for_a_slot_and_told_the_answer() {
    let (store, layer) = store();
    let refused = Response::builder().status(429).header("retry-after", "3").body(Body::empty());
    let steps = [told(5, 4, ms(1000)), answer(refused.unwrap())];
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
    assert_eq!(store.told(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_before_it_is_sent_gives_its_slot_back() {
    let (store, layer) = store();
    let client = Client::new(&layer, []);
    client.all(&SHOW, 1).await;
    store.told();
    let mut waiting = spawn(client.call(request(&SHOW)));
    assert_pending!(waiting.poll());
    drop(waiting);
    assert_eq!(store.told()[1..], ["released"]);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_has_become_void_is_given_back_and_another_reserved() {
    let (store, layer) = store();
    let client = Client::new(&layer, []);
    client.all(&SHOW, 1).await;
    let mut waiting = spawn(client.call(request(&SHOW)));
    assert_pending!(waiting.poll());
    store.0.void.store(true, Relaxed);
    store.told();
    waiting.await.unwrap();
    assert_eq!(client.times(), [0, 2000]);
    assert_eq!(store.told().iter().filter(|told| *told == "released").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_fails_at_once() {
    let (_, layer) = store();
    let client = Client::new(&layer, []);
    client.all(&SHOW, 1).await;
    let mut late = request(&SHOW);
    late.extensions_mut().insert(DeadlineAt(Instant::now() + ms(999)));
    assert_eq!(wait_of(client.call(late).await), ms(1000));
    let fast = Client::new(&layer.mode(RateLimitMode::FailFast), []);
    assert_eq!(wait_of(fast.call(request(&SHOW)).await), ms(1000));
}

#[tokio::test(start_paused = true)]
async fn while_it_is_away_calls_fail_or_go_on_with_a_share() {
    let (store, layer) = store();
    let closed = Client::new(&layer, []);
    let open = layer.clone().when_away(WhenAway::FailOpen { share: 0.5 });
    let open = Client::new(&open, [status(200)]);
    closed.all(&SHOW, 1).await;
    store.0.away.store(true, Relaxed);
    let error = closed.call(request(&SHOW)).await.unwrap_err();
    assert!(find::<QuotaStoreError>(&*error).is_some(), "{error}");
    // Five a second, one by one, the first of them after what the store gave last.
    open.all(&SHOW, 3).await;
    assert_eq!(open.times(), [200, 400, 600]);
    store.0.away.store(false, Relaxed);
    advance(ms(1000)).await;
    closed.all(&SHOW, 1).await;
}

#[tokio::test(start_paused = true)]
async fn an_observer_leaves_it_alone() {
    let (store, layer) = store();
    let client = Client::new(&layer.mode(RateLimitMode::Observe), []);
    client.all(&SHOW, 30).await;
    assert_eq!((client.times(), store.told().len()), (vec![0; 30], 0));
}
