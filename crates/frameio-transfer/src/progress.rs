//! Progress of a transfer.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::watch;
use tokio::time::Instant;

/// Minimum interval between two reports while bytes flow.
const INTERVAL: Duration = Duration::from_millis(100);

/// Seconds over which the rate is averaged.
const AVERAGED: f64 = 5.0;

/// Progress of a transfer.
///
/// Bytes count when they are handed to the connection, or received from it; those of a failed
/// attempt are subtracted, so that `bytes` may shrink.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Number of bytes transferred.
    pub bytes: u64,
    /// Number of them that an earlier run has transferred; they do not count for the rate.
    pub resumed: u64,
    /// Number of bytes to transfer, where it is known.
    pub total: Option<u64>,
    /// Number of parts transferred.
    pub parts: u64,
    /// Number of parts to transfer.
    pub total_parts: u64,
    /// Bytes per second, averaged over the last seconds.
    pub rate: f64,
    /// Time since the transfer began.
    pub elapsed: Duration,
}

impl Progress {
    /// Estimates the remaining time at this rate; `None` where it is unknown.
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.total?.saturating_sub(self.bytes);
        match left {
            0 => Some(Duration::ZERO),
            left => Duration::try_from_secs_f64(left as f64 / self.rate).ok(),
        }
    }

    /// Creates a callback, and a stream of what it is called with.
    ///
    /// The stream returns the latest state each time it is polled, skips states in between, and
    /// ends with the transfer.
    ///
    /// ```
    /// use frameio::transfer::Progress;
    ///
    /// let (report, stream) = Progress::channel();
    /// // For `.progress(report)` of a transfer, while another task asks `stream.next().await`.
    /// # drop((report, stream));
    /// ```
    pub fn channel() -> (impl Fn(Self) + Send + Sync + 'static, ProgressStream) {
        let (sender, receiver) = watch::channel(Self::default());
        let report = move |progress| {
            sender.send_replace(progress);
        };
        (report, ProgressStream { waiting: wait(receiver) })
    }
}

type Waiting =
    Pin<Box<dyn Future<Output = Option<(Progress, watch::Receiver<Progress>)>> + Send + Sync>>;

fn wait(mut receiver: watch::Receiver<Progress>) -> Waiting {
    Box::pin(async move {
        receiver.changed().await.ok()?;
        let progress = *receiver.borrow_and_update();
        Some((progress, receiver))
    })
}

/// The progress of a transfer as a stream; created by [`Progress::channel`].
pub struct ProgressStream {
    waiting: Waiting,
}

impl ProgressStream {
    /// Returns the next state, or `None` after the transfer.
    pub async fn next(&mut self) -> Option<Progress> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for ProgressStream {
    type Item = Progress;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Progress>> {
        self.waiting.as_mut().poll(cx).map(|next| match next {
            Some((progress, receiver)) => {
                self.waiting = wait(receiver);
                Some(progress)
            }
            None => {
                self.waiting = Box::pin(std::future::ready(None));
                None
            }
        })
    }
}

impl fmt::Debug for ProgressStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgressStream").finish_non_exhaustive()
    }
}

pub(crate) type Report = Arc<dyn Fn(Progress) + Send + Sync>;

/// Counts the bytes of a transfer, and reports them.
#[derive(Clone)]
pub(crate) struct Tracker(Arc<Tracked>);

struct Tracked {
    report: Option<Report>,
    begun: Instant,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    /// When and at how many bytes the rate was last computed.
    sampled: (Instant, u64),
}

impl Tracker {
    /// Starts a transfer of which some `bytes` and `parts` may be done already.
    pub(crate) fn new(report: Option<Report>, start: Progress) -> Self {
        let begun = Instant::now();
        let start = Progress { resumed: start.bytes, ..start };
        let state = Mutex::new(State { progress: start, sampled: (begun, start.bytes) });
        let this = Self(Arc::new(Tracked { report, begun, state }));
        this.update(true, |_| {});
        this
    }

    /// Starts an attempt, whose bytes count only if it is [done](Counted::done).
    pub(crate) fn attempt(&self) -> Counted {
        Counted { tracker: self.clone(), bytes: 0, kept: false }
    }

    /// Sets what an earlier run has transferred already, which does not count for the rate.
    pub(crate) fn resume_at(&self, bytes: u64, total: Option<u64>) {
        {
            let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.sampled.1 = bytes;
            state.progress.resumed = bytes;
        }
        self.update(true, |progress| {
            progress.bytes = bytes;
            progress.total = total;
        });
    }

    /// Reports the final state.
    pub(crate) fn finish(&self) {
        self.update(true, |_| {});
    }

    /// Returns the present state.
    pub(crate) fn now(&self) -> Progress {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).progress
    }

    /// Changes the state, and reports it if it is `due` or long enough since the last report.
    pub(crate) fn update(&self, due: bool, change: impl FnOnce(&mut Progress)) {
        let Tracked { report, begun, state } = &*self.0;
        // Held while reporting, so that reports come in order.
        let state = &mut *state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state.progress);
        let now = Instant::now();
        let since = now.duration_since(state.sampled.0);
        if since >= INTERVAL {
            let seconds = since.as_secs_f64();
            let rate = state.progress.bytes.saturating_sub(state.sampled.1) as f64 / seconds;
            let is_first = state.progress.rate == 0.0;
            let weight = if is_first { 1.0 } else { 1.0 - (-seconds / AVERAGED).exp() };
            state.progress.rate += (rate - state.progress.rate) * weight;
            state.sampled = (now, state.progress.bytes);
        } else if !due {
            return;
        }
        state.progress.elapsed = now.duration_since(*begun);
        if let Some(report) = report {
            report(state.progress);
        }
    }
}

impl fmt::Debug for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tracker").field(&self.now()).finish()
    }
}

/// The bytes of one attempt at a part, subtracted when it is dropped before it is done.
#[derive(Debug)]
pub(crate) struct Counted {
    tracker: Tracker,
    bytes: u64,
    kept: bool,
}

impl Counted {
    pub(crate) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
        self.tracker.update(false, |progress| progress.bytes += bytes);
    }

    /// Keeps the counted bytes.
    pub(crate) const fn done(&mut self) {
        self.kept = true;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.kept && self.bytes > 0 {
            let bytes = self.bytes;
            self.tracker.update(false, |progress| {
                progress.bytes = progress.bytes.saturating_sub(bytes);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Progress {
        Progress { total: Some(1000), total_parts: 2, ..Progress::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn rate_and_time_left_follow_what_flows() {
        let tracker = Tracker::new(None, start());
        let mut attempt = tracker.attempt();
        for _ in 0..5 {
            tokio::time::advance(Duration::from_secs(1)).await;
            attempt.add(100);
        }
        let now = tracker.now();
        assert_eq!((now.bytes, now.rate.round()), (500, 100.0));
        assert_eq!(now.time_left().map(|left| left.as_secs_f64().round()), Some(5.0));
        assert_eq!(now.elapsed, Duration::from_secs(5));
        drop(attempt);
        assert_eq!(tracker.now().bytes, 0, "the attempt failed");
        assert_eq!(start().time_left(), None, "nothing moved yet");
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_of_an_earlier_run_do_not_count_for_the_rate() {
        let tracker = Tracker::new(None, start());
        tokio::time::advance(Duration::from_secs(1)).await;
        tracker.resume_at(900, Some(1000));
        tokio::time::advance(Duration::from_secs(1)).await;
        let mut attempt = tracker.attempt();
        attempt.add(10);
        let now = tracker.now();
        assert_eq!((now.bytes, now.resumed, now.total), (910, 900, Some(1000)));
        assert!(now.rate <= 10.0, "{}", now.rate);
        attempt.done();
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_gives_the_latest_and_ends() {
        let (report, mut stream) = Progress::channel();
        let tracker = Tracker::new(Some(Arc::new(report)), start());
        let mut attempt = tracker.attempt();
        attempt.add(400);
        attempt.done();
        tracker.update(true, |progress| progress.parts += 1);
        let seen = stream.next().await.map(|progress| (progress.bytes, progress.parts));
        assert_eq!(seen, Some((400, 1)));
        drop((attempt, tracker));
        assert_eq!(stream.next().await, None);
        assert_eq!(stream.next().await, None);
    }
}
