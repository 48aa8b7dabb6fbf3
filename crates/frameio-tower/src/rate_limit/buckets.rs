//! Buckets of a layer, by credential, account and operation.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use frameio_core::{Call, Operation, Quota, QuotaScope};

use super::bucket::Bucket;
use super::gcra::QuotaLimiters;

/// Number of buckets below which none are dropped.
const FEW: usize = 1024;

/// Identity of a bucket, which is created without an allocation.
#[derive(Debug)]
pub(super) struct Key {
    operation: &'static Operation,
    account: Option<Arc<str>>,
    credential: Option<Arc<str>>,
}

impl Key {
    /// Returns the key of the bucket of a call.
    pub(super) fn new(call: &Call, credential: Option<&Arc<str>>) -> Self {
        Self {
            operation: call.operation,
            account: call.account.clone(),
            credential: credential_of(call, credential),
        }
    }

    /// Returns the id of the operation.
    pub(super) const fn operation(&self) -> &'static str {
        self.operation.id
    }
}

/// Returns the credential that identifies the bucket of a call. All users of an account may share one.
pub(super) fn credential_of(call: &Call, credential: Option<&Arc<str>>) -> Option<Arc<str>> {
    match call.operation.scope {
        QuotaScope::Account => None,
        _ => credential.cloned(),
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.operation.id == other.operation.id
            && self.account == other.account
            && self.credential == other.credential
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.operation.id.hash(state);
        self.account.hash(state);
        self.credential.hash(state);
    }
}

/// Buckets that clones of a layer share.
pub(super) struct Buckets {
    map: Mutex<Map>,
    limiters: Arc<QuotaLimiters>,
}

struct Map {
    buckets: HashSet<Keyed, RandomState>,
    sweep_at: usize,
}

/// Bucket in a set, looked up by its key. A map would store the key twice.
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

    /// Returns the bucket of a call, after creating it if necessary. `pinned` returns the quota that
    /// the user set for an operation.
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
    /// Drops unused buckets whenever the number of buckets has doubled, so that the cost of each new
    /// bucket is constant on average.
    fn make_room(&mut self) {
        if self.buckets.len() < self.sweep_at {
            return;
        }
        // Waiting calls and calls in flight hold a reference to their bucket. While the map is
        // locked, no other call can get one.
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

#[cfg(test)]
mod tests {
    use http::Method;

    use super::super::bucket::{Entry, Sending};
    use super::*;

    static SHOW: Operation = Operation::new("files.show", Method::GET, "/", Quota::per_second(10));

    #[test]
    fn unused_buckets_are_dropped_when_the_number_has_doubled() {
        let buckets = Buckets::new();
        let get = |number: usize| {
            buckets.get(&Call::new(&SHOW).account(number.to_string()), None, |_| None)
        };
        let mut held: Vec<_> = (0..FEW).map(get).collect();
        // All are in use, so the next sweep happens at twice the number.
        let unused = FEW..2 * FEW;
        unused.clone().for_each(|number| drop(get(number)));
        assert_eq!(buckets.len(), 2 * FEW);
        drop(get(2 * FEW));
        assert_eq!(buckets.len(), FEW + 1);
        assert!(Arc::ptr_eq(&held[0], &get(0)));

        held.clear();
        (3 * FEW..4 * FEW).for_each(|number| drop(get(number)));
        assert!(buckets.len() <= FEW + 1, "{}", buckets.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_is_kept_until_its_slots_have_leaked_away() {
        let buckets = Buckets::new();
        let get = |number: usize| {
            buckets.get(&Call::new(&SHOW).account(number.to_string()), None, |_| None)
        };
        let used = Arc::downgrade(&get(0));
        let Ok(Entry::Slot(mut slot)) = get(0).enter(None) else { panic!("no slot") };
        slot.pass(Sending::Polled);
        drop(slot);
        (1..=FEW).for_each(|number| drop(get(number)));
        assert!(used.strong_count() > 0, "it contains a call");
        tokio::time::advance(std::time::Duration::from_millis(100)).await;
        (FEW..2 * FEW).for_each(|number| drop(get(number)));
        assert_eq!(used.strong_count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_is_dropped_when_its_queue_is_empty_again() {
        let buckets = Buckets::new();
        let get = |number: usize| {
            buckets.get(&Call::new(&SHOW).account(number.to_string()), None, |_| None)
        };
        let used = Arc::downgrade(&get(0));
        let mut slots = Vec::new();
        let queued = loop {
            match get(0).enter(None).unwrap() {
                Entry::Slot(slot) => slots.push(slot),
                Entry::Queue(queued, _) => break queued,
            }
        };
        drop((slots, queued));
        (1..=FEW).for_each(|number| drop(get(number)));
        assert_eq!(used.strong_count(), 0);
    }

    #[test]
    fn debug_output_has_the_number_of_buckets() {
        let buckets = Buckets::new();
        buckets.get(&Call::new(&SHOW), None, |_| None);
        assert_eq!(format!("{buckets:?}"), "1 buckets");
    }
}
