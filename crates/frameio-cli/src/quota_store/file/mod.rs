//! Quotas that the processes of one machine share, in a file.
//!
//! A process books no slot ahead: the first waiter of each bucket takes a slot when it is free, and
//! the others wait behind it in memory. So a killed process loses no slot, and processes with waiting
//! calls take turns.

mod record;
mod table;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use frameio::layers::QuotaExhausted;
use frameio::layers::rate_limit::{
    LearnedQuota, QuotaBucket, QuotaResponse, QuotaStore, Reservation,
};
use frameio::{BoxError, Quota};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use self::record::{Record, Slot, micros};
use self::table::{Key, Table};
use super::{BucketState, QuotaStoreState};

/// Number of buckets in memory above which unused ones are dropped.
const SWEEP_AT: usize = 1024;

/// Longest time without a look at the file, in which another process may have returned a slot.
const MAX_SLEEP: Duration = Duration::from_secs(1);

/// Quotas in a file.
#[derive(Clone)]
pub(super) struct FileQuotas(Arc<Inner>);

struct Inner {
    table: Table,
    buckets: Mutex<HashMap<QuotaBucket, Arc<Bucket>>>,
}

/// State of a bucket in this process.
#[derive(Debug)]
struct Bucket {
    key: Key,
    operation: &'static str,
    documented: Quota,
    /// Held by the first waiter; the others are served in order.
    turn: tokio::sync::Mutex<()>,
    waiting: AtomicU32,
    seen: Mutex<Seen>,
}

/// Last state in the file, corrected by responses.
#[derive(Debug)]
struct Seen {
    quota: Quota,
    learned: LearnedQuota,
    runs_empty_at: Instant,
    tolerance: Duration,
    throttled: bool,
}

impl FileQuotas {
    /// Uses the file at `path`.
    ///
    /// # Errors
    /// Fails if the file cannot be created or written.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let inner = Inner { table: Table::open(path)?, buckets: Mutex::default() };
        Ok(Self(Arc::new(inner)))
    }

    /// Returns the buckets in use.
    pub(super) fn state(path: &Path) -> io::Result<QuotaStoreState> {
        let table = Table::open(path.to_owned())?;
        let (entries, now) = table.entries()?;
        let buckets = entries.into_iter().filter_map(|entry| {
            let (quota, used) = (entry.record.quota()?, entry.record.used(now));
            Some(BucketState { operation: entry.operation, used, quota })
        });
        let description = format!("shared by the processes of this machine in {}", path.display());
        Ok(QuotaStoreState { description, buckets: buckets.collect() })
    }

    fn bucket(&self, bucket: &QuotaBucket) -> Arc<Bucket> {
        let mut buckets = self.0.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = buckets.get(bucket) {
            return known.clone();
        }
        if buckets.len() >= SWEEP_AT {
            buckets.retain(|_, bucket| Arc::strong_count(bucket) > 1);
        }
        let new = Arc::new(Bucket::new(bucket));
        buckets.insert(bucket.clone(), new.clone());
        new
    }

    /// Changes the record of a bucket on a thread that may block.
    async fn update<T: Send + 'static>(
        &self,
        bucket: &Arc<Bucket>,
        change: impl FnOnce(&mut Record, u64) -> T + Send + 'static,
    ) -> Result<T, BoxError> {
        let (table, bucket) = (self.0.table.clone(), bucket.clone());
        let updated = tokio::task::spawn_blocking(move || bucket.update(&table, change)).await?;
        updated.map_err(|error| {
            let path = self.0.table.path().display();
            let reason = frameio_private_file::reason(&error);
            format!("cannot update the shared quotas in '{path}': {reason}").into()
        })
    }

    /// Takes a slot, after waiting for the earlier calls of this process.
    async fn take(
        self,
        bucket: Arc<Bucket>,
        latest: Option<Instant>,
    ) -> Result<TakenSlot, BoxError> {
        let is_late = |at: Instant| latest.is_some_and(|latest| at > latest);
        let (_waiting, ahead) = Waiting::new(&bucket.waiting);
        let expected = bucket.expected_wait(ahead);
        if ahead > 0 && is_late(Instant::now() + expected) {
            return Err(QuotaExhausted::new(expected).into());
        }
        let _turn = match latest {
            None => bucket.turn.lock().await,
            Some(latest) => timeout_at(latest, bucket.turn.lock())
                .await
                .map_err(|_| QuotaExhausted::new(bucket.expected_wait(ahead)))?,
        };
        loop {
            let (quotas, owner) = (self.clone(), bucket.clone());
            let taken = self.update(&bucket, move |record, now| {
                let slot = record.take(now)?;
                Ok(TakenSlot { quotas, bucket: owner, slot: Some(slot) })
            });
            match taken.await? {
                Ok(taken) => return Ok(taken),
                Err(wait) if is_late(Instant::now() + wait) => {
                    return Err(QuotaExhausted::new(wait).into());
                }
                Err(wait) => sleep(Duration::min(wait, MAX_SLEEP)).await,
            }
        }
    }

    /// Changes the record of a bucket in the background. Without a runtime, the process ends soon.
    fn update_later(
        &self,
        bucket: Arc<Bucket>,
        change: impl FnOnce(&mut Record, u64) + Send + 'static,
    ) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let table = self.0.table.clone();
            // A failure is reported by the next call that needs a slot.
            drop(runtime.spawn_blocking(move || bucket.update(&table, change)));
        }
    }
}

impl Bucket {
    fn new(bucket: &QuotaBucket) -> Self {
        Self {
            key: key(bucket),
            operation: bucket.operation,
            documented: bucket.quota,
            turn: tokio::sync::Mutex::default(),
            waiting: AtomicU32::new(0),
            seen: Mutex::new(Seen {
                quota: bucket.quota,
                learned: LearnedQuota::default(),
                runs_empty_at: Instant::now(),
                tolerance: Duration::ZERO,
                throttled: false,
            }),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update<T>(
        &self,
        table: &Table,
        change: impl FnOnce(&mut Record, u64) -> T,
    ) -> io::Result<T> {
        table.update(self.key, self.operation, |stored, now| {
            let mut record = match stored {
                Some(stored) => stored.refreshed(self.documented, now),
                None => Record::new(self.documented, now),
            };
            let result = change(&mut record, now);
            self.seen().update(&record, now);
            (record, result)
        })
    }

    /// Returns the expected wait of a call behind `ahead` others.
    fn expected_wait(&self, ahead: u32) -> Duration {
        let seen = self.seen();
        let level = seen.runs_empty_at.saturating_duration_since(Instant::now());
        let wait = level.saturating_add(seen.quota.interval().saturating_mul(ahead));
        wait.saturating_sub(seen.tolerance)
    }
}

impl Seen {
    /// Remembers the record, and the quota that another process learned.
    fn update(&mut self, record: &Record, now: u64) {
        if let Some(quota) = record.quota().filter(|quota| *quota != self.quota) {
            self.learned.adopt(self.quota, quota);
            self.quota = quota;
        }
        if record.throttled > 0 {
            self.learned.enforce();
        }
        self.throttled = record.throttled > 0;
        let level = Duration::from_micros(record.level.saturating_sub(now));
        self.runs_empty_at = Instant::now() + level;
        self.tolerance = Duration::from_micros(record.tolerance());
    }
}

/// Returns a hash of the identity of a bucket, whose parts are unambiguously separated.
fn key(bucket: &QuotaBucket) -> Key {
    let mut hash = Sha256::new();
    let parts = [Some(bucket.operation), bucket.account.as_deref(), bucket.credential.as_deref()];
    for part in parts {
        hash.update([u8::from(part.is_some())]);
        hash.update(part.map_or(0, str::len).to_le_bytes());
        hash.update(part.unwrap_or_default());
    }
    let mut key = Key::default();
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}

/// Counts a waiter until it is dropped.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    /// Returns the waiter and the number of those ahead of it.
    fn new(count: &'a AtomicU32) -> (Self, u32) {
        let ahead = count.fetch_add(1, Ordering::Relaxed);
        (Self(count), ahead)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Slot that is returned to the file if the call that waits for it is dropped.
struct TakenSlot {
    quotas: FileQuotas,
    bucket: Arc<Bucket>,
    slot: Option<Slot>,
}

impl TakenSlot {
    /// Returns the slot, which the caller returns from now on.
    fn keep(mut self) -> Option<Slot> {
        self.slot.take()
    }
}

impl Drop for TakenSlot {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.quotas.update_later(self.bucket.clone(), move |record, now| {
                record.give_back(slot, now);
            });
        }
    }
}

impl QuotaStore for FileQuotas {
    async fn reserve(
        &self,
        bucket: &QuotaBucket,
        max_wait: Option<Duration>,
    ) -> Result<Reservation, BoxError> {
        let latest = max_wait.and_then(|wait| Instant::now().checked_add(wait));
        // A caller may wait for one call and not poll another one that has its turn, so each is a task. It
        // ends when the call is dropped.
        let mut tasks = JoinSet::new();
        tasks.spawn(self.clone().take(self.bucket(bucket), latest));
        let taken = tasks.join_next().await.ok_or("the task that waits for a slot is missing")?;
        let Slot { level, epoch } = taken??.keep().ok_or("the slot was returned")?;
        Ok(Reservation::new(Instant::now()).id([level, epoch.into()]))
    }

    fn release(&self, bucket: &QuotaBucket, reservation: Reservation) {
        let [level, epoch] = reservation.id;
        let Ok(epoch) = u32::try_from(epoch) else { return };
        self.update_later(self.bucket(bucket), move |record, now| {
            record.give_back(Slot { level, epoch }, now);
        });
    }

    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse) {
        let pinned = bucket.pinned;
        let bucket = self.bucket(bucket);
        let mut seen = bucket.seen();
        let (current, runs_empty_at) = (seen.quota, seen.runs_empty_at);
        let learned =
            (!pinned).then(|| seen.learned.record(&response, current, runs_empty_at)).flatten();
        if let Some(quota) = learned {
            seen.quota = quota;
        }
        // Calls of other programs that the service counted.
        let used = response.reported_quota(seen.quota).and_then(|_| {
            let remaining = response.counted_remaining()?;
            Some(seen.quota.calls().get().saturating_sub(remaining))
        });
        let interval = seen.quota.interval();
        let full_until = used.map(|used| response.sent + interval.saturating_mul(used));
        let more = full_until.filter(|until| *until >= runs_empty_at + interval);
        let ends_pauses = seen.throttled && !response.throttled;
        drop(seen);
        if learned.is_none() && more.is_none() && !response.throttled && !ends_pauses {
            return;
        }
        let received = Instant::now();
        self.update_later(bucket, move |record, now| {
            let ago = |at: Instant| now.saturating_sub(micros(received.duration_since(at)));
            if let Some(quota) = learned {
                record.change(quota, now);
            }
            if let Some(until) = more {
                record.raise(now + micros(until.saturating_duration_since(received)));
            }
            match response.throttled {
                true => record.throttle(ago(response.sent), response.retry_after, now),
                false => record.succeed(ago(response.sent)),
            }
        });
    }
}

impl fmt::Debug for FileQuotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileQuotas").field("path", &self.0.table.path()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use frameio::Operation;
    use frameio::endpoint::QuotaScope;
    use http::{HeaderMap, Method, StatusCode};

    use super::*;

    /// Allows one call, and the next one after five seconds.
    static TWO: Operation = Operation::new(
        "files.show",
        Method::GET,
        "/",
        match Quota::new(2, Duration::from_secs(10)) {
            Some(quota) => quota,
            None => panic!("no quota"),
        },
    )
    .scope(QuotaScope::AccountUser);

    /// Two processes with the same file.
    fn processes(dir: &tempfile::TempDir) -> [FileQuotas; 2] {
        let open = || FileQuotas::open(dir.path().join("quotas")).unwrap();
        [open(), open()]
    }

    /// Takes a slot that is free now; returns the wait otherwise.
    async fn take(quotas: &FileQuotas, bucket: &QuotaBucket) -> Result<Reservation, Duration> {
        let reserved = quotas.reserve(bucket, Some(Duration::ZERO)).await;
        reserved.map_err(|error| error.downcast_ref::<QuotaExhausted>().unwrap().wait)
    }

    /// Waits for work in the background.
    async fn eventually<T, E>(mut attempt: impl AsyncFnMut() -> Result<T, E>) -> T {
        for _ in 0..1000 {
            if let Ok(result) = attempt().await {
                return result;
            }
            sleep(Duration::from_millis(2)).await;
        }
        panic!("it did not happen");
    }

    #[tokio::test]
    async fn processes_share_slots_and_return_unused_ones() {
        let dir = tempfile::tempdir().unwrap();
        let [one, two] = processes(&dir);
        let bucket = QuotaBucket::new(&TWO);
        let slot = take(&one, &bucket).await.unwrap();
        assert!(take(&two, &bucket).await.unwrap_err() <= Duration::from_secs(5));
        let mut other = bucket.clone();
        other.account = Some("another".into());
        assert!(take(&two, &other).await.is_ok());
        one.release(&bucket, slot);
        eventually(async || take(&two, &bucket).await).await;
    }

    #[tokio::test]
    async fn a_call_that_is_dropped_while_it_waits_takes_no_slot() {
        let dir = tempfile::tempdir().unwrap();
        let [one, two] = processes(&dir);
        let bucket = QuotaBucket::new(&TWO);
        let slot = take(&one, &bucket).await.unwrap();
        let limit = Duration::from_millis(30);
        assert!(tokio::time::timeout(limit, two.reserve(&bucket, None)).await.is_err());
        one.release(&bucket, slot);
        eventually(async || take(&one, &bucket).await).await;
        assert!(take(&two, &bucket).await.is_err(), "the slot is taken once");
    }

    #[tokio::test]
    async fn a_call_that_is_not_polled_holds_up_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let [quotas, _] = processes(&dir);
        let mut bucket = QuotaBucket::new(&TWO);
        bucket.quota = Quota::new(100, Duration::from_secs(1)).unwrap();
        let mut calls = [0; 3].map(|_| Box::pin(quotas.reserve(&bucket, None)));
        let are_pending = poll_fn(|cx| {
            let mut polled = calls.iter_mut().map(|call| call.as_mut().poll(cx));
            Poll::Ready(polled.all(|polled| polled.is_pending()))
        });
        assert!(are_pending.await);
        let limit = Duration::from_secs(60);
        assert!(tokio::time::timeout(limit, quotas.reserve(&bucket, None)).await.is_ok());
    }

    #[tokio::test]
    async fn responses_correct_the_quota_of_all_processes() {
        let dir = tempfile::tempdir().unwrap();
        let [one, two] = processes(&dir);
        let bucket = QuotaBucket::new(&TWO);
        let slot = take(&one, &bucket).await.unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in [("limit", 100), ("remaining", 99), ("window", 10_000)] {
            let name = http::HeaderName::try_from(format!("x-ratelimit-{name}")).unwrap();
            headers.insert(name, value.into());
        }
        one.record_response(&bucket, QuotaResponse::new(slot.turn, StatusCode::OK, &headers));
        eventually(async || take(&two, &bucket).await).await;

        let slot = take(&two, &bucket).await.unwrap();
        let refused =
            QuotaResponse::new(slot.turn, StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new());
        two.record_response(&bucket, refused);
        let paused = async || match take(&one, &bucket).await {
            // Without a pause, a slot is free each 100 ms.
            Err(wait) if wait > Duration::from_millis(100) => Ok(()),
            _ => Err(()),
        };
        eventually(paused).await;
    }
}
