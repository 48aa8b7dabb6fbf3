//! All buckets of a layer, by whose calls of what they count.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use frameio_core::{Call, Quota};

use super::bucket::Bucket;
use super::key::Key;
use super::limiter::QuotaLimiters;

/// Fewer buckets than this are not worth a look for those that can go.
const FEW: usize = 1024;

pub(super) struct Buckets {
    map: Mutex<Map>,
    limiters: Arc<QuotaLimiters>,
}

struct Map {
    buckets: HashSet<Keyed, RandomState>,
    sweep_at: usize,
}

/// A bucket, found by its key: a map would hold the key once more.
struct Keyed(Arc<Bucket>);

impl Borrow<Key> for Keyed {
    fn borrow(&self) -> &Key {
        self.0.key()
    }
}

impl PartialEq for Keyed {
    fn eq(&self, other: &Self) -> bool {
        self.0.key() == other.0.key()
    }
}

impl Eq for Keyed {}

impl Hash for Keyed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key().hash(state);
    }
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self {
            map: Mutex::new(Map { buckets: HashSet::default(), sweep_at: FEW }),
            limiters: Arc::default(),
        }
    }

    /// The bucket of a call. `pinned` gives the quota that was set by hand for an operation.
    pub(super) fn get(
        &self,
        call: &Call,
        credential: Option<&Arc<str>>,
        pinned: impl FnOnce(&str) -> Option<Quota>,
    ) -> Arc<Bucket> {
        let key = Key::new(call, credential);
        let mut map = self.lock();
        if let Some(Keyed(bucket)) = map.buckets.get(&key) {
            return bucket.clone();
        }
        map.make_room();
        let pinned = pinned(call.operation.id);
        let limiter = self.limiters.get(pinned.unwrap_or(call.operation.quota), pinned.is_some());
        let bucket = Arc::new(Bucket::new(key, limiter));
        map.buckets.insert(Keyed(bucket.clone()));
        bucket
    }

    pub(super) fn len(&self) -> usize {
        self.lock().buckets.len()
    }

    fn lock(&self) -> MutexGuard<'_, Map> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Map {
    /// Forgets the buckets that are as good as new ones, if there are twice as many as were needed
    /// the last time: so each new one costs a constant share of the work.
    fn make_room(&mut self) {
        if self.buckets.len() < self.sweep_at {
            return;
        }
        // Whoever waits, or is waiting for an answer, holds the bucket. Under the lock of the map
        // nobody else can come by it.
        self.buckets.retain(|Keyed(bucket)| Arc::strong_count(bucket) > 1 || !bucket.is_unused());
        self.sweep_at = (self.buckets.len() * 2).max(FEW);
        self.buckets.shrink_to(self.sweep_at);
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} buckets", self.len())
    }
}
