//! The store: buckets in Redis, and what this process knows of each.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use foldhash::fast::RandomState;
use frameio_core::BoxError;
use frameio_tower::rate_limit::{QuotaBucket, QuotaResponse, QuotaStore, Reservation};
use secrecy::SecretSlice;

use crate::bucket::{Booked, Bucket, Entry};
use crate::bucket_task;
use crate::connect::Redis;
use crate::key::Names;

/// Fewer buckets than this are not worth a look for those that can go.
const FEW: usize = 1024;

/// Quotas that all processes spend together that use the same Redis and the same secret.
///
/// | setting | default |
/// |---|---|
/// | slots that a process books ahead, for each bucket | 16 |
///
/// * A bucket is one key in Redis. It decides as the buckets in memory do, with the same figures,
///   by the clock of Redis: the clocks of the processes do not matter. A key is named by a keyed
///   hash and expires a minute after its bucket has run empty.
/// * Calls that come together are booked together, in one round trip. Those that wait are booked a
///   few at a time, so that no process books the quota for minutes while others starve: where all
///   have calls waiting, each gets the same share. A process that calls often takes some slots in
///   advance, of those that are free; what it does not use within half the time of a slot, at most
///   50 ms, it gives back.
/// * Answers correct the bucket for all: other figures and a 429 at once, what others spend with
///   the next booking. After a 429 all slots that were booked are void, and are booked again behind
///   the pause; a process that waits learns of it within half the time of a slot, 50 to 250 ms.
/// * A bucket that Redis has lost begins as full as the process knows that comes first. After Redis
///   was away, what was booked is void, nothing passes for 750 ms, since others may still spend
///   their shares, and then calls pass one by one and not in a burst.
#[derive(Clone)]
#[must_use]
pub struct RedisQuotas(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) redis: Redis,
    names: Names,
    pub(crate) ahead: usize,
    buckets: Mutex<Map>,
}

struct Map {
    buckets: HashMap<QuotaBucket, Arc<Bucket>, RandomState>,
    sweep_at: usize,
}

impl RedisQuotas {
    /// Quotas on `redis`. `secret` is what the names of accounts and credentials are hashed with:
    /// the same in all processes, and best 32 random bytes or more.
    pub fn new(redis: &Redis, secret: impl AsRef<[u8]>) -> Self {
        let secret: SecretSlice<u8> = secret.as_ref().to_vec().into();
        Self::with(redis.clone(), Names::new(secret), 16)
    }

    /// Sets how many slots a process books ahead for each bucket, 1 to 128. Default: 16.
    ///
    /// More means fewer round trips. It is also how many slots may be lost when a process is
    /// killed, and how many may be before the call of another process for each process that has
    /// calls waiting.
    pub fn ahead(self, slots: usize) -> Self {
        Self::with(self.0.redis.clone(), self.0.names.clone(), slots.clamp(1, 128))
    }

    fn with(redis: Redis, names: Names, ahead: usize) -> Self {
        let buckets = Mutex::new(Map { buckets: HashMap::default(), sweep_at: FEW });
        Self(Arc::new(Shared { redis, names, ahead, buckets }))
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

    fn lock(&self) -> MutexGuard<'_, Map> {
        self.0.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the task of a bucket, unless it runs, since there is something to tell Redis.
    fn drive(&self, bucket: &Arc<Bucket>) {
        if bucket.begin() {
            tokio::spawn(bucket_task::run(self.0.clone(), bucket.clone()));
        }
    }
}

impl Map {
    /// Forgets the buckets that nobody uses, if there are twice as many as the last time.
    fn make_room(&mut self) {
        if self.buckets.len() < self.sweep_at {
            return;
        }
        self.buckets.retain(|_, bucket| Arc::strong_count(bucket) > 1 || !bucket.is_unused());
        self.sweep_at = (self.buckets.len() * 2).max(FEW);
        self.buckets.shrink_to(self.sweep_at);
    }
}

impl QuotaStore for RedisQuotas {
    async fn reserve(
        &self,
        bucket: &QuotaBucket,
        longest: Option<Duration>,
    ) -> Result<Reservation, BoxError> {
        let bucket = self.bucket(bucket);
        if let Some(away) = self.0.redis.away() {
            bucket.missed();
            return Err(away.into());
        }
        match bucket.enter(longest, self.0.ahead)? {
            Entry::Slot(reservation) => Ok(reservation),
            Entry::Queue(booked) => {
                self.drive(&bucket);
                let mut place = Place { booked, quotas: self, bucket: &bucket };
                (&mut place.booked).await.map_err(|_| "the task of the bucket has ended")?
            }
        }
    }

    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        self.bucket(bucket).is_valid(reservation)
    }

    fn release(&self, bucket: &QuotaBucket, reservation: Reservation) {
        let bucket = self.bucket(bucket);
        self.give_back(&bucket, reservation);
    }

    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse) {
        let bucket = self.bucket(bucket);
        if bucket.record_response(&response) {
            self.drive(&bucket);
        }
    }
}

impl RedisQuotas {
    fn give_back(&self, bucket: &Arc<Bucket>, reservation: Reservation) {
        // Outside of a runtime there is nobody to tell; the slot leaks away.
        if bucket.give_back(&reservation) && tokio::runtime::Handle::try_current().is_ok() {
            self.drive(bucket);
        }
    }
}

impl fmt::Debug for RedisQuotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisQuotas")
            .field("redis", &self.0.redis)
            .field("ahead", &self.0.ahead)
            .finish_non_exhaustive()
    }
}

/// A call that waits to be booked. What was booked for one that is dropped before it knows goes
/// back to Redis.
struct Place<'a> {
    booked: Booked,
    quotas: &'a RedisQuotas,
    bucket: &'a Arc<Bucket>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.booked.close();
        if let Ok(Ok(reservation)) = self.booked.try_recv() {
            self.quotas.give_back(self.bucket, reservation);
        }
    }
}
