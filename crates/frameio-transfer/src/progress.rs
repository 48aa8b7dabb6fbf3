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
/// Bytes count when they are passed to the connection or received from it. The bytes of a failed
/// attempt are subtracted, so `bytes` can decrease.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Number of bytes transferred.
    pub bytes: u64,
    /// Number of bytes transferred by an earlier run, included in `bytes` but not in the rate.
    pub resumed: u64,
    /// Number of bytes to transfer, if known.
    pub total: Option<u64>,
    /// Number of parts transferred.
    pub parts: u64,
    /// Number of parts to transfer.
    pub total_parts: u64,
    /// Number of attempts that failed and were repeated.
    pub retries: u64,
    /// Bytes per second, as a moving average over about five seconds.
    pub rate: f64,
    /// Time since the start of the transfer.
    pub elapsed: Duration,
}

impl Progress {
    /// Estimates the remaining time at the current rate; `None` if it is unknown.
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.total?.saturating_sub(self.bytes);
        match left {
            0 => Some(Duration::ZERO),
            left => Duration::try_from_secs_f64(left as f64 / self.rate).ok(),
        }
    }

    /// Creates a callback and a stream of the values that it receives.
    ///
    /// The stream yields the latest state, skips intermediate ones, and ends with the transfer.
    ///
    /// ```
    /// use frameio::transfer::Progress;
    ///
    /// let (report, stream) = Progress::channel();
    /// // Pass the callback to `.progress(report)`, and read `stream.next().await` in another task.
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

/// Stream of the progress of a transfer, created by [`Progress::channel`].
pub struct ProgressStream {
    waiting: Waiting,
}

impl ProgressStream {
    /// Returns the next state, or `None` after the end of the transfer.
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

/// Counts the bytes of a transfer and reports them.
#[derive(Clone)]
pub(crate) struct Tracker(Arc<Tracked>);

struct Tracked {
    report: Option<Report>,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    /// Time and number of bytes at the last computation of the rate.
    sampled: (Instant, u64),
}

impl Tracker {
    /// Starts a transfer. `start` contains the bytes and parts of an earlier run.
    pub(crate) fn new(report: Option<Report>, start: Progress) -> Self {
        let started = Instant::now();
        let start = Progress { resumed: start.bytes, ..start };
        let state = Mutex::new(State { progress: start, sampled: (started, start.bytes) });
        let this = Self(Arc::new(Tracked { report, started, state }));
        this.update(true, |_| {});
        this
    }

    /// Starts an attempt, whose bytes count only if it is [done](Counted::done).
    pub(crate) fn attempt(&self) -> Counted {
        Counted { tracker: self.clone(), bytes: 0, kept: false }
    }

    /// Sets the bytes that an earlier run has transferred, which do not count towards the rate.
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

    /// Counts an attempt that is repeated, and reports it at once.
    pub(crate) fn retried(&self) {
        self.update(true, |progress| progress.retries += 1);
    }

    /// Reports the final state.
    pub(crate) fn finish(&self) {
        self.update(true, |_| {});
    }

    /// Returns the current state.
    pub(crate) fn now(&self) -> Progress {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).progress
    }

    /// Changes the state, and reports it if it is `due` or the last report was long enough ago.
    pub(crate) fn update(&self, due: bool, change: impl FnOnce(&mut Progress)) {
        let Tracked { report, started, state } = &*self.0;
        // Held during the report, so that reports arrive in order.
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
        state.progress.elapsed = now.duration_since(*started);
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

/// Bytes of one attempt, which are subtracted if the attempt is dropped before it is done.
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
    async fn computes_the_rate_and_the_remaining_time() {
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
        assert_eq!(start().time_left(), None, "no bytes transferred yet");
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_excludes_bytes_of_an_earlier_run() {
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
    async fn the_stream_yields_the_latest_state_and_ends() {
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
