//! What has happened to a call so far, for whoever has to tell of it afterwards.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What has happened to one call so far: attempts, waits, and what it is busy with.
///
/// It travels in the extensions of the request and is shared by all attempts of the call. The
/// layers write it; put one into a request to read it afterwards, whatever became of the call.
#[derive(Clone, Default)]
pub struct CallRecord(Arc<Inner>);

#[derive(Default)]
struct Inner {
    attempts: AtomicU32,
    sends: AtomicU32,
    quota_wait_nanos: AtomicU64,
    may_have_been_sent: AtomicBool,
    phase: AtomicU8,
}

/// What a call is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Nothing has begun to be sent.
    Start,
    /// Waiting for its turn in the quota.
    Quota,
    /// Waiting for a token.
    Auth,
    /// Sending, or waiting for the answer.
    Attempt,
    /// Waiting before the next attempt.
    Backoff,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Start, Self::Quota, Self::Auth, Self::Attempt, Self::Backoff];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "at the start",
            Self::Quota => "while waiting for the quota",
            Self::Auth => "while waiting for a token",
            Self::Attempt => "in the middle of an attempt",
            Self::Backoff => "while waiting before the next attempt",
        })
    }
}

impl CallRecord {
    /// A record of a call that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many attempts have begun.
    pub fn attempts(&self) -> u32 {
        self.0.attempts.load(Relaxed)
    }

    /// How long the call has waited for its quota, all attempts together.
    pub fn quota_wait(&self) -> Duration {
        Duration::from_nanos(self.0.quota_wait_nanos.load(Relaxed))
    }

    /// Whether any attempt may have reached the service.
    pub fn may_have_been_sent(&self) -> bool {
        self.0.may_have_been_sent.load(Relaxed)
    }

    /// What the call is busy with, or was at its end.
    pub fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.0.phase.load(Relaxed)) % Phase::ALL.len()]
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.0.phase.store(phase as u8, Relaxed);
    }

    /// Counts an attempt; the number is that of the new one, from 1.
    pub(crate) fn begin_attempt(&self) -> u32 {
        self.0.attempts.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn add_quota_wait(&self, wait: Duration) {
        let nanos = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
        self.0.quota_wait_nanos.fetch_add(nanos, Relaxed);
    }

    /// Returns the number of times that the sending marker reported a request as sent.
    pub(crate) fn sends(&self) -> u32 {
        self.0.sends.load(Relaxed)
    }

    /// Counts a request that is handed to the transport.
    #[cfg_attr(not(test), expect(dead_code, reason = "called by the sending marker"))]
    pub(crate) fn mark_sent(&self) {
        self.0.sends.fetch_add(1, Relaxed);
    }

    pub(crate) fn sent(&self) {
        self.0.may_have_been_sent.store(true, Relaxed);
    }
}

impl fmt::Debug for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRecord")
            .field("attempts", &self.attempts())
            .field("quota_wait", &self.quota_wait())
            .field("may_have_been_sent", &self.may_have_been_sent())
            .field("phase", &self.phase())
            .finish()
    }
}

/// The record among `extensions`; a new one is put there if there is none.
pub(crate) fn record(extensions: &mut http::Extensions) -> CallRecord {
    extensions.get_or_insert_default::<CallRecord>().clone()
}
