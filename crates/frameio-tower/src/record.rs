//! State of one call that its layers share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// State of one call: attempts, waits, current phase, and whether it may have been sent.
///
/// A request extension that all attempts of the call share and that the layers update. Insert a
/// record into the request to read it after the call, even if the call fails or is dropped:
///
/// ```
/// use frameio_tower::CallRecord;
///
/// let record = CallRecord::new();
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(record.clone());
/// // … after the call:
/// assert!(!record.may_have_been_sent());
/// ```
#[derive(Clone, Default)]
pub struct CallRecord(Arc<Inner>);

#[derive(Default)]
struct Inner {
    attempts: AtomicU32,
    token_refreshes: AtomicU32,
    /// Number of requests that the transport has begun to send.
    sends: AtomicU32,
    /// Number of these requests that certainly did not reach the service, or were not processed.
    unsent: AtomicU32,
    quota_wait_nanos: AtomicU64,
    tracks_sending: AtomicBool,
    /// Whether the caller reports the metrics of the call.
    measured: AtomicBool,
    phase: AtomicU8,
}

/// Phase of a call: the step that it is in or waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Before the first attempt, in the layers around the whole call.
    Start,
    /// Waiting for a free slot of the quota.
    Quota,
    /// Waiting for a token.
    Auth,
    /// In an attempt, before the request is sent.
    Attempt,
    /// Waiting for the response, or for the connection that the request is sent on.
    Response,
    /// Waiting for the delay before the next attempt.
    Backoff,
}

impl Phase {
    const ALL: [Self; 6] =
        [Self::Start, Self::Quota, Self::Auth, Self::Attempt, Self::Response, Self::Backoff];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "before the first attempt",
            Self::Quota => "while waiting for the quota",
            Self::Auth => "while waiting for a token",
            Self::Attempt => "before the request was sent",
            Self::Response => "while waiting for the response",
            Self::Backoff => "while waiting for the next attempt",
        })
    }
}

impl CallRecord {
    /// Creates the record of a call that has not started.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of attempts that have started, as counted by the
    /// [`TraceLayer`](crate::TraceLayer). A call that waits for its quota or its token has not started one.
    pub fn attempts(&self) -> u32 {
        self.0.attempts.load(Relaxed)
    }

    /// Returns how often the request was resent with a refreshed token.
    pub fn token_refreshes(&self) -> u32 {
        self.0.token_refreshes.load(Relaxed)
    }

    /// Returns the time spent waiting for the quota, summed over all attempts.
    pub fn quota_wait(&self) -> Duration {
        Duration::from_nanos(self.0.quota_wait_nanos.load(Relaxed))
    }

    /// Returns whether the service may have received the request and processed it, in any attempt.
    ///
    /// The [sending marker](crate::sending) sets it when the transport begins to send the request,
    /// and resets it if the transport reports that the request was not sent or not processed. A call
    /// that is dropped while it connects therefore counts as sent.
    pub fn may_have_been_sent(&self) -> bool {
        self.sends() > 0
    }

    /// Returns the current phase, or the last one if the call has ended.
    pub fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.0.phase.load(Relaxed)) % Phase::ALL.len()]
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.0.phase.store(phase as u8, Relaxed);
    }

    /// Counts an attempt and returns its number, from 1.
    pub(crate) fn begin_attempt(&self) -> u32 {
        self.enter(Phase::Attempt);
        self.0.attempts.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn add_token_refresh(&self) {
        self.0.token_refreshes.fetch_add(1, Relaxed);
    }

    pub(crate) fn add_quota_wait(&self, wait: Duration) {
        let nanos = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
        self.0.quota_wait_nanos.fetch_add(nanos, Relaxed);
    }

    /// Records that the stack contains a sending marker, so that [`sends`](Self::sends) is complete.
    pub(crate) fn track_sending(&self) {
        self.0.tracks_sending.store(true, Relaxed);
    }

    /// Returns whether the stack contains a sending marker, which makes
    /// [`may_have_been_sent`](Self::may_have_been_sent) reliable.
    pub fn tracks_sending(&self) -> bool {
        self.0.tracks_sending.load(Relaxed)
    }

    pub(crate) fn set_measured(&self, measured: bool) {
        self.0.measured.store(measured, Relaxed);
    }

    pub(crate) fn is_measured(&self) -> bool {
        self.0.measured.load(Relaxed)
    }

    /// Returns the number of requests that the transport has begun to send and that the service may have processed.
    pub(crate) fn sends(&self) -> u32 {
        self.0.sends.load(Relaxed).saturating_sub(self.0.unsent.load(Relaxed))
    }

    /// Records that the transport begins to send the request.
    pub(crate) fn mark_sent(&self) {
        self.add_send();
        self.enter(Phase::Response);
    }

    /// Counts a request that may have reached the service.
    pub(crate) fn add_send(&self) {
        self.0.sends.fetch_add(1, Relaxed);
    }

    /// Reverts [`mark_sent`](Self::mark_sent), because the request did not reach the service or was not
    /// processed.
    pub(crate) fn mark_unsent(&self) {
        self.0.unsent.fetch_add(1, Relaxed);
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

/// Returns the record in `extensions`, after inserting one if it is missing.
pub(crate) fn record(extensions: &mut http::Extensions) -> CallRecord {
    extensions.get_or_insert_default::<CallRecord>().clone()
}
