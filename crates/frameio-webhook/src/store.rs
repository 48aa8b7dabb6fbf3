//! Map in memory that is limited in time and number of entries.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Map that removes entries after a lifetime, and the oldest one if it is full.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    capacity: usize,
    lifetime: Duration,
    entries: HashMap<K, Entry<V>>,
    /// Keys in the order of insertion, which is also that of expiry.
    order: BTreeMap<u64, K>,
    next: u64,
}

#[derive(Debug)]
struct Entry<V> {
    place: u64,
    inserted: Instant,
    value: V,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    /// Creates a map for at least one entry.
    pub(crate) fn new(capacity: usize, lifetime: Duration) -> Self {
        let (entries, order) = (HashMap::new(), BTreeMap::new());
        Self { capacity: capacity.max(1), lifetime, entries, order, next: 0 }
    }

    pub(crate) fn get(&mut self, key: &K, now: Instant) -> Option<&V> {
        self.remove_expired(now);
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Inserts or replaces an entry, which restarts its lifetime. Removes the oldest entry if the map is
    /// full.
    pub(crate) fn insert(&mut self, key: K, value: V, now: Instant) {
        self.remove_expired(now);
        self.remove(&key);
        if self.entries.len() >= self.capacity {
            self.remove_oldest();
        }
        let place = self.next;
        self.next += 1;
        self.order.insert(place, key.clone());
        self.entries.insert(key, Entry { place, inserted: now, value });
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.place);
        Some(entry.value)
    }

    fn remove_expired(&mut self, now: Instant) {
        while let Some(first) = self.order.values().next().and_then(|key| self.entries.get(key)) {
            if now.saturating_duration_since(first.inserted) < self.lifetime {
                break;
            }
            self.remove_oldest();
        }
    }

    fn remove_oldest(&mut self) {
        if let Some((_, key)) = self.order.pop_first() {
            self.entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u8),
        Remove(u8),
        Get(u8),
        Wait(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let key = 0..6_u8;
        let step = prop_oneof![
            key.clone().prop_map(Step::Insert),
            key.clone().prop_map(Step::Remove),
            key.prop_map(Step::Get),
            (0..7_u64).prop_map(Step::Wait),
        ];
        prop::collection::vec(step, 0..60)
    }

    proptest! {
        /// The model is a list in the order of insertion.
        #[test]
        fn behaves_like_a_list(steps in steps(), capacity in 1..5_usize) {
            let lifetime = Duration::from_secs(10);
            let mut now = Instant::now();
            let mut store = Bounded::new(capacity, lifetime);
            let mut model: Vec<(u8, usize, Instant)> = Vec::new();
            for (value, step) in steps.into_iter().enumerate() {
                model.retain(|(_, _, at)| now.duration_since(*at) < lifetime);
                match step {
                    Step::Insert(key) => {
                        store.insert(key, value, now);
                        model.retain(|(other, ..)| *other != key);
                        if model.len() == capacity {
                            model.remove(0);
                        }
                        model.push((key, value, now));
                    }
                    Step::Remove(key) => {
                        store.remove(&key);
                        model.retain(|(other, ..)| *other != key);
                    }
                    Step::Get(key) => {
                        let expected = model.iter().find(|(other, ..)| *other == key);
                        let expected = expected.map(|(_, value, _)| value);
                        prop_assert_eq!(store.get(&key, now), expected);
                    }
                    Step::Wait(seconds) => now += Duration::from_secs(seconds),
                }
                prop_assert!(store.entries.len() <= capacity);
                prop_assert_eq!(store.entries.len(), store.order.len());
            }
        }
    }
}
