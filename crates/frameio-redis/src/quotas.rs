//! [`RedisQuotas`]: buckets in Redis with their local state.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use foldhash::fast::RandomState;
use frameio_core::BoxError;
use frameio_tower::rate_limit::{QuotaBucket, QuotaResponse, QuotaStore, Reservation};
use tokio::time::sleep;
use zeroize::Zeroizing;

use crate::bucket::{Booked, Bucket, Entry};
use crate::bucket_task;
use crate::connect::Redis;
use crate::key::Names;

/// Interval at which a flush looks for tasks that are running.
const FLUSH_POLL: Duration = Duration::from_millis(2);

/// Number of buckets below which none are dropped.
const MIN_SWEEP: usize = 1024;

/// Quotas shared by all processes that use the same Redis and the same secret.
///
/// | setting | default |
/// |---|---|
/// | slots that a process books ahead, for each bucket | 16 |
///
/// * **Buckets**: A bucket is one key in Redis. It makes the same decisions as a bucket in memory, with
///   the same quotas and the clock of Redis; the clocks of the processes are irrelevant. If the clock
///   of Redis is set back, the time of a bucket continues from its last value. The name of the key is
///   a keyed hash. The key expires a minute after its bucket has run empty. A foreign value under the
///   key is replaced.
/// * **Booking**: Concurrent calls are booked together, in one round trip. Waiting calls are booked a few
///   at a time, so no process can book the quota for minutes while others starve: processes with waiting
///   calls get equal shares. A process with frequent calls takes some free slots in advance, and returns
///   slots that it does not use within half the interval of a slot, at most 50 ms.
/// * **Corrections**: Responses of the service correct the bucket for all processes, [as in
///   memory][quotas]: a different quota and a 429 immediately, and calls of other programs with the next
///   booking. Each process counts responses without a sign of a quota by itself. After a 429 all booked
///   slots become invalid and are booked again after the pause. A process with waiting calls notices
///   that within half the interval of a slot, 50 to 250 ms.
/// * **Failures**: A bucket that Redis has lost starts at the level that the first process remembers.
///   After Redis was unavailable, all booked slots become invalid, no call passes for 750 ms, because
///   other processes can still spend their shares, and then calls pass one by one instead of in a burst.
///
/// [quotas]: frameio_tower::RateLimitLayer#learning-from-responses
#[derive(Clone)]
#[must_use]
pub struct RedisQuotas(Arc<Inner>);

struct Inner {
    redis: Redis,
    names: Names,
    max_ahead: usize,
    buckets: Mutex<BucketMap>,
}

struct BucketMap {
    buckets: HashMap<QuotaBucket, Arc<Bucket>, RandomState>,
    sweep_at: usize,
}

impl RedisQuotas {
    /// Creates quotas on `redis`.
    ///
    /// Names of accounts and credentials are hashed with `secret`, which must be the same in all processes
    /// and should have at least 32 random bytes.
    pub fn new(redis: &Redis, secret: impl AsRef<[u8]>) -> Self {
        let secret: Zeroizing<Vec<u8>> = secret.as_ref().to_vec().into();
        Self::with(redis.clone(), Names::new(secret), 16)
    }

    /// Sets the number of slots that a process books ahead for each bucket, from 1 to 128. Default: 16.
    ///
    /// A higher number saves round trips. It is also the maximum number of slots that are lost when a
    /// process is killed, and by which a process with waiting calls can be ahead of other processes.
    pub fn slots_ahead(self, slots: usize) -> Self {
        Self::with(self.0.redis.clone(), self.0.names.clone(), slots.clamp(1, 128))
    }

    fn with(redis: Redis, names: Names, max_ahead: usize) -> Self {
        let buckets = Mutex::new(BucketMap { buckets: HashMap::default(), sweep_at: MIN_SWEEP });
        Self(Arc::new(Inner { redis, names, max_ahead, buckets }))
    }

    /// Waits until corrections and returned slots are sent, for a program that is about to end.
    ///
    /// Returns immediately if everything is sent. Limit the wait: calls in progress prolong it.
    pub async fn flush(&self) {
        while self.lock().buckets.values().any(|bucket| bucket.is_busy()) {
            sleep(FLUSH_POLL).await;
        }
    }

    fn bucket(&self, bucket: &QuotaBucket) -> Arc<Bucket> {
        let mut map = self.lock();
        if let Some(known) = map.buckets.get(bucket) {
            return known.clone();
        }
        map.make_room();
        let new = Arc::new(Bucket::new(self.0.names.bucket(bucket), bucket));
        map.buckets.insert(bucket.clone(), new.clone());
        new
    }

    fn lock(&self) -> MutexGuard<'_, BucketMap> {
        self.0.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the task of a bucket unless it is running.
    fn start_task(&self, bucket: &Arc<Bucket>) {
        if bucket.start_task() {
            let Inner { redis, max_ahead, .. } = &*self.0;
            tokio::spawn(bucket_task::run(redis.clone(), bucket.clone(), *max_ahead));
        }
    }
}

impl BucketMap {
    /// Drops unused buckets when their number has doubled since the last time.
    fn make_room(&mut self) {
        if self.buckets.len() < self.sweep_at {
            return;
        }
        self.buckets.retain(|_, bucket| Arc::strong_count(bucket) > 1 || !bucket.is_unused());
        self.sweep_at = (self.buckets.len() * 2).max(MIN_SWEEP);
        self.buckets.shrink_to(self.sweep_at);
    }
}

impl QuotaStore for RedisQuotas {
    async fn reserve(
        &self,
        bucket: &QuotaBucket,
        max_wait: Option<Duration>,
    ) -> Result<Reservation, BoxError> {
        let bucket = self.bucket(bucket);
        if let Some(error) = self.0.redis.unavailable() {
            bucket.bypass();
            return Err(error.into());
        }
        match bucket.enter(max_wait, self.0.max_ahead)? {
            Entry::Slot(reservation) => Ok(reservation),
            Entry::Queue(booked) => {
                self.start_task(&bucket);
                let mut call = QueuedCall { booked, quotas: self, bucket: &bucket };
                (&mut call.booked).await.map_err(|_| "the task of the quota bucket has ended")?
            }
        }
    }

    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        self.bucket(bucket).is_valid(reservation)
    }

    async fn invalidated(&self, bucket: &QuotaBucket) {
        self.bucket(bucket).invalidated.notified().await;
    }

    fn release(&self, bucket: &QuotaBucket, reservation: Reservation) {
        let bucket = self.bucket(bucket);
        self.give_back(&bucket, reservation);
    }

    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse) {
        let bucket = self.bucket(bucket);
        if bucket.record_response(&response) {
            self.start_task(&bucket);
        }
    }
}

impl RedisQuotas {
    fn give_back(&self, bucket: &Arc<Bucket>, reservation: Reservation) {
        // Without a runtime no task can return the slot, which then leaks away unused.
        if bucket.give_back(&reservation) && tokio::runtime::Handle::try_current().is_ok() {
            self.start_task(bucket);
        }
    }
}

impl fmt::Debug for RedisQuotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisQuotas")
            .field("redis", &self.0.redis)
            .field("slots_ahead", &self.0.max_ahead)
            .finish_non_exhaustive()
    }
}

/// Call that waits to be booked. Dropping it returns a slot that was booked in the meantime.
struct QueuedCall<'a> {
    booked: Booked,
    quotas: &'a RedisQuotas,
    bucket: &'a Arc<Bucket>,
}

impl Drop for QueuedCall<'_> {
    fn drop(&mut self) {
        self.booked.close();
        if let Ok(Ok(reservation)) = self.booked.try_recv() {
            self.quotas.give_back(self.bucket, reservation);
        }
    }
}
