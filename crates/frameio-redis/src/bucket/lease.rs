//! Slots that a process takes in advance.

use std::collections::VecDeque;

use tokio::time::Instant;

/// Slots taken in advance, and slots to return to Redis.
#[derive(Debug, Default)]
pub(super) struct Lease {
    /// Free slots by their number in Redis, each with its expiry.
    free: VecDeque<(u64, Instant)>,
    /// Number of slots to take in advance.
    size: usize,
    /// Slots to return.
    returns: Vec<u64>,
}

impl Lease {
    /// Takes a free slot.
    pub(super) fn take(&mut self) -> Option<u64> {
        self.free.pop_front().map(|(slot, _)| slot)
    }

    /// Increases the number of slots taken in advance, up to `max`.
    pub(super) fn grow(&mut self, max: usize) {
        self.size = (self.size * 2).clamp(1, max);
    }

    /// Returns the number of slots to request, up to `max`.
    pub(super) fn missing(&self, max: usize) -> usize {
        self.size.saturating_sub(self.free.len()).min(max)
    }

    /// Adds slots that expire at `until`.
    pub(super) fn add(&mut self, slots: impl Iterator<Item = u64>, until: Instant) {
        self.free.extend(slots.map(|slot| (slot, until)));
    }

    /// Returns the expiry of the first free slot.
    pub(super) fn expires_at(&self) -> Option<Instant> {
        self.free.front().map(|(_, until)| *until)
    }

    /// Marks expired slots to be returned to Redis.
    pub(super) fn expire(&mut self, now: Instant) {
        let stale = self.free.iter().take_while(|(_, until)| *until <= now).count();
        if stale > 0 {
            self.returns.extend(self.free.drain(..stale).map(|(slot, _)| slot));
            self.size = self.size.saturating_sub(stale);
        }
    }

    /// Marks a slot to be returned to Redis.
    pub(super) fn give_back(&mut self, slot: u64) {
        self.returns.push(slot);
    }

    pub(super) fn has_returns(&self) -> bool {
        !self.returns.is_empty()
    }

    pub(super) fn take_returns(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.returns)
    }

    /// Drops all slots, which are no longer valid.
    pub(super) fn clear(&mut self) {
        self.free.clear();
        self.returns.clear();
    }
}
