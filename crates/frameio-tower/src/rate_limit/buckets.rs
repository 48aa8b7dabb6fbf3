//! All buckets of a layer, found by what a call spends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use frameio_core::{Call, QuotaScope};

use super::bucket::Bucket;
use super::config::Config;

/// From so many buckets on, idle ones are looked for.
const SWEEP_AT: usize = 1024;

#[derive(Debug)]
pub(super) struct Buckets(Mutex<Map>);

#[derive(Debug)]
struct Map {
    buckets: HashMap<Key, Arc<Bucket>, RandomState>,
    sweep_at: usize,
}

/// What is spent by whom.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    operation: &'static str,
    account: Option<Arc<str>>,
    /// None where all users of the account share the quota.
    credential: Option<Arc<str>>,
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Map { buckets: HashMap::default(), sweep_at: SWEEP_AT }))
    }

    pub(super) fn get(&self, call: &Call, config: &Config) -> Arc<Bucket> {
        let key = Key {
            operation: call.operation.id,
            account: call.account.clone(),
            credential: match call.operation.scope {
                QuotaScope::Account => None,
                _ => Some(config.credential.clone()),
            },
        };
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = map.buckets.get(&key) {
            return bucket.clone();
        }
        if map.buckets.len() >= map.sweep_at {
            map.sweep();
        }
        let fixed = config.quotas.get(call.operation.id);
        let quota = fixed.copied().unwrap_or(call.operation.quota);
        let bucket = Arc::new(Bucket::new(quota, fixed.is_some()));
        map.buckets.insert(key, bucket.clone());
        bucket
    }

    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).buckets.len()
    }
}

impl Map {
    /// Forgets the buckets that nobody uses and that are full again.
    fn sweep(&mut self) {
        self.buckets.retain(|_, bucket| Arc::strong_count(bucket) > 1 || !bucket.is_idle());
        // Whoever has many in use is not to sweep at every new one.
        self.sweep_at = (self.buckets.len() * 2).max(SWEEP_AT);
    }
}
