//! Maps that forget: a bounded number of entries, each for a limited time.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;
use tokio::time::Instant;

/// A map of at most `capacity` entries. The least recently used one makes room for a new one.
pub(crate) struct Bounded<K, V>(Mutex<LruCache<K, (V, Instant)>>);

impl<K: Hash + Eq, V: Clone> Bounded<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        let capacity = NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(capacity)))
    }

    /// Returns the value of a key, unless it has expired.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut entries = self.entries();
        match entries.get(key) {
            Some((value, until)) if *until > Instant::now() => Some(value.clone()),
            Some(_) => {
                entries.pop(key);
                None
            }
            None => None,
        }
    }

    /// Keeps a value for `life`.
    pub(crate) fn insert(&self, key: K, value: V, life: Duration) {
        self.entries().put(key, (value, Instant::now() + life));
    }

    /// Keeps a value for `life` unless the key has one. Returns whether it was kept.
    pub(crate) fn insert_new(&self, key: K, value: V, life: Duration) -> bool {
        let mut entries = self.entries();
        let now = Instant::now();
        let is_new = entries.peek(&key).is_none_or(|(_, until)| *until <= now);
        if is_new {
            entries.put(key, (value, now + life));
        }
        is_new
    }

    /// Forgets a key.
    pub(crate) fn remove(&self, key: &K) {
        self.entries().pop(key);
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, LruCache<K, (V, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn entries_expire_and_make_room() {
        let map = Bounded::new(2);
        map.insert("a", 1, Duration::from_secs(10));
        map.insert("b", 2, Duration::from_secs(60));
        assert_eq!(map.get(&"a"), Some(1));
        map.insert("c", 3, Duration::from_secs(60));
        assert_eq!((map.get(&"a"), map.get(&"b"), map.get(&"c")), (Some(1), None, Some(3)));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!((map.get(&"a"), map.get(&"c")), (None, Some(3)));
        assert!(!map.insert_new("c", 4, Duration::from_secs(1)));
        assert_eq!(map.get(&"c"), Some(3));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(map.insert_new("c", 4, Duration::from_secs(1)), "it has expired");
        map.remove(&"c");
        assert_eq!(map.get(&"c"), None);
    }
}
