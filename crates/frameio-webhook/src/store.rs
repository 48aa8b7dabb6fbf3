//! A map that forgets: in memory, bounded in time and in number.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Entries live for a while, and no longer than until there are too many that are younger.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    capacity: usize,
    life: Duration,
    entries: HashMap<K, Entry<V>>,
    /// The keys in the order of their insertion, which is that of their ends.
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
    /// At least one entry is kept.
    pub(crate) fn new(capacity: usize, life: Duration) -> Self {
        let (entries, order) = (HashMap::new(), BTreeMap::new());
        Self { capacity: capacity.max(1), life, entries, order, next: 0 }
    }

    pub(crate) fn get(&mut self, key: &K, now: Instant) -> Option<&V> {
        self.forget_old(now);
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Puts an entry in, which begins its life anew, and makes room for it.
    pub(crate) fn insert(&mut self, key: K, value: V, now: Instant) {
        self.forget_old(now);
        self.remove(&key);
        if self.entries.len() >= self.capacity {
            self.forget_first();
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

    fn forget_old(&mut self, now: Instant) {
        while let Some(first) = self.order.values().next().and_then(|key| self.entries.get(key)) {
            if now.saturating_duration_since(first.inserted) < self.life {
                break;
            }
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
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
        /// A list that is looked through from the start every time does the same.
        #[test]
        fn it_does_what_a_plain_list_does(steps in steps(), capacity in 1..5_usize) {
            let life = Duration::from_secs(10);
            let mut now = Instant::now();
            let mut store = Bounded::new(capacity, life);
            let mut model: Vec<(u8, usize, Instant)> = Vec::new();
            for (value, step) in steps.into_iter().enumerate() {
                model.retain(|(_, _, at)| now.duration_since(*at) < life);
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
