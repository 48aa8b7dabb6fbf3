//! Clock of the simulator: tokio's clock, which tests can pause, plus an offset that tests advance.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Handle to the clock of a [`Sim`](crate::Sim); clones share the clock.
///
/// The clock follows tokio's, including paused time, and [`advance`](Clock::advance) moves it ahead. All
/// times of the simulator depend on it: quotas, the expiry of signed URLs and tokens, dates of records,
/// transcoding, and delays of faults and retries.
///
/// ```
/// use std::time::Duration;
///
/// use frameio_sim::Sim;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let clock = Sim::new().clock();
/// let tomorrow = clock.sleep(Duration::from_secs(24 * 60 * 60));
/// clock.advance(Duration::from_secs(24 * 60 * 60));
/// tomorrow.await;
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    start: Instant,
    date: Timestamp,
    /// Sum of all advances in nanoseconds, enough for 584 years.
    ahead: AtomicU64,
    moved: Notify,
}

impl Clock {
    /// Creates a clock that is `ahead` of the real one.
    pub(crate) fn new(ahead: Duration) -> Self {
        Self(Arc::new(Inner {
            start: Instant::now(),
            date: whole_millis(Timestamp::now()),
            ahead: AtomicU64::new(nanos(ahead)),
            moved: Notify::new(),
        }))
    }

    /// Returns the current time, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        whole_millis(after(self.0.date, self.elapsed()))
    }

    /// Returns the sum of all advances.
    pub(crate) fn ahead(&self) -> Duration {
        Duration::from_nanos(self.0.ahead.load(Ordering::SeqCst))
    }

    /// Returns the time since the simulator was created, including all advances.
    pub fn elapsed(&self) -> Duration {
        self.0.start.elapsed().saturating_add(self.ahead())
    }

    /// Moves the clock ahead, and wakes all sleeps that are then due.
    ///
    /// The clock cannot be set back. It stops 584 years after the start.
    pub fn advance(&self, duration: Duration) {
        let nanos = nanos(duration);
        let add = |ahead: u64| Some(ahead.saturating_add(nanos));
        let _ = self.0.ahead.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
        self.0.moved.notify_waiters();
    }

    /// Waits until `duration` has passed on this clock since the call.
    pub fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        self.wait(self.elapsed().saturating_add(duration))
    }

    /// Waits until this clock reaches `moment`; returns immediately if it has passed.
    pub fn sleep_until(&self, moment: Timestamp) -> impl Future<Output = ()> + Send + use<> {
        let left = Duration::try_from(moment.duration_since(self.0.date)).unwrap_or_default();
        // `now` rounds down to milliseconds, so the wait is rounded up.
        let millis = left.as_nanos().div_ceil(1_000_000);
        self.wait(Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)))
    }

    fn wait(&self, until: Duration) -> impl Future<Output = ()> + Send + use<> {
        let clock = self.clone();
        async move {
            loop {
                let mut moved = pin!(clock.0.moved.notified());
                // Registered before the time is read, so that an advance in between is not missed.
                moved.as_mut().enable();
                let left = until.saturating_sub(clock.elapsed());
                if left.is_zero() {
                    return;
                }
                tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    () = moved => {}
                }
            }
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn whole_millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// Returns the time `duration` after `start`.
pub(crate) fn after(start: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| start.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    #[tokio::test(start_paused = true)]
    async fn follows_tokio_and_its_own_advances() {
        let clock = Clock::new(Duration::ZERO);
        let start = clock.now();
        tokio::time::advance(HOUR).await;
        assert_eq!(clock.now(), after(start, HOUR));
        clock.advance(HOUR);
        assert_eq!(clock.clone().now(), after(start, 2 * HOUR));
        assert_eq!(clock.elapsed(), 2 * HOUR);
        clock.advance(Duration::MAX);
        clock.advance(HOUR);
        assert!(clock.now() > after(start, 24 * 365 * 500 * HOUR), "no overflow");
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_ends_with_tokio_time_or_an_advance() {
        let clock = Clock::new(Duration::ZERO);
        let start = Instant::now();
        clock.sleep(HOUR).await;
        assert_eq!(start.elapsed(), HOUR, "woken by tokio's time");

        let sleepers = [clock.sleep(2 * HOUR), clock.sleep(2 * HOUR)].map(tokio::spawn);
        let until = tokio::spawn(clock.sleep_until(after(clock.now(), 2 * HOUR)));
        tokio::time::sleep(HOUR / 2).await;
        clock.advance(HOUR);
        tokio::time::sleep(HOUR / 4).await;
        assert!(!until.is_finished(), "the advance is too small");
        clock.advance(HOUR / 4);
        for sleeper in sleepers.into_iter().chain([until]) {
            sleeper.await.unwrap();
        }
        assert_eq!(start.elapsed(), HOUR + HOUR / 2 + HOUR / 4);
        clock.sleep_until(Timestamp::UNIX_EPOCH).await;
        clock.sleep(Duration::ZERO).await;
    }
}
