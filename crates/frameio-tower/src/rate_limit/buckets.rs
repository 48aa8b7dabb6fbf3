//! All buckets of a layer, by whose calls of what they count.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use frameio_core::{Call, Quota, QuotaScope};

use super::bucket::Bucket;

/// Fewer buckets than this are not worth a look for those that can go.
const FEW: usize = 1024;

/// Whose calls of what. Made without allocating, so that a look-up is cheap.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    operation: &'static str,
    account: Option<Arc<str>>,
    credential: Option<Arc<str>>,
}

pub(super) struct Buckets(Mutex<Map>);

struct Map {
    buckets: HashMap<Key, Arc<Bucket>, RandomState>,
    sweep_at: usize,
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Map { buckets: HashMap::default(), sweep_at: FEW }))
    }

    /// The bucket of a call. `pinned` gives the quota that was set by hand for an operation.
    pub(super) fn get(
        &self,
        call: &Call,
        credential: Option<&Arc<str>>,
        pinned: impl FnOnce(&str) -> Option<Quota>,
    ) -> Arc<Bucket> {
        let key = Key {
            operation: call.operation.id,
            account: call.account.clone(),
            credential: match call.operation.scope {
                QuotaScope::Account => None,
                _ => credential.cloned(),
            },
        };
        let mut map = self.lock();
        if let Some(bucket) = map.buckets.get(&key) {
            return bucket.clone();
        }
        map.make_room();
        let bucket = Arc::new(Bucket::new(call.operation, pinned(call.operation.id)));
        map.buckets.insert(key, bucket.clone());
        bucket
    }

    pub(super) fn len(&self) -> usize {
        self.lock().buckets.len()
    }

    fn lock(&self) -> MutexGuard<'_, Map> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.buckets.retain(|_, bucket| Arc::strong_count(bucket) > 1 || !bucket.is_unused());
        self.sweep_at = (self.buckets.len() * 2).max(FEW);
        self.buckets.shrink_to(self.sweep_at);
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} buckets", self.len())
    }
}
