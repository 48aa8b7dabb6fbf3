//! Limits of the bandwidth of all transfers.

mod limiter;
mod timetable;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub(crate) use self::limiter::{Limiter, Turn};
use self::timetable::{Clock, Timetable, local_time};
use crate::{TransferError, TransferErrorKind};

/// Limit of the bytes per second of uploads and downloads, for
/// [`TransfersBuilder::bandwidth`](crate::TransfersBuilder::bandwidth).
///
/// The limit applies to all transfers with this value and its clones together. It counts the content of
/// files, including parts that are sent again, but no other calls. Short bursts of up to a quarter of a
/// second exceed it.
///
/// The text form is that of rclone:
///
/// | text | meaning |
/// |---|---|
/// | `20M` | 20 MiB per second for uploads, and as much for downloads |
/// | `10M:1M` | 10 MiB per second for uploads, 1 MiB per second for downloads |
/// | `off:1M` | no limit for uploads |
/// | `08:00,512k 12:00,10M 23:00,off` | changes at these local times, every day |
/// | `Mon-08:00,1M Sat-00:00,off` | changes at these times of the week |
///
/// A number without a unit is in KiB per second. A timetable applies at its last entry before the
/// current time, across days.
///
/// ```
/// use frameio::transfer::Bandwidth;
///
/// let limit: Bandwidth = "08:00,512k 19:00,off".parse()?;
/// # let _: Bandwidth = limit;
/// # Ok::<_, frameio::transfer::TransferError>(())
/// ```
#[derive(Clone)]
pub struct Bandwidth {
    text: Arc<str>,
    pub(crate) up: Limiter,
    pub(crate) down: Limiter,
}

impl Bandwidth {
    /// Limits uploads and downloads to these numbers of bytes per second. `None` is no limit.
    pub fn new(up: Option<u64>, down: Option<u64>) -> Self {
        let shown = |rate: Option<u64>| rate.map_or("off".to_owned(), |rate| format!("{rate}B"));
        let text = format!("{}:{}", shown(up), shown(down));
        Self::of(&text, Timetable::constant(up, down), Arc::new(local_time))
    }

    /// Sets no limit.
    pub fn unlimited() -> Self {
        Self::new(None, None)
    }

    fn of(text: &str, timetable: Timetable, clock: Clock) -> Self {
        let limiter = |timetable: &Timetable| Limiter::new(timetable.clone(), clock.clone());
        let (up, down) = (limiter(&timetable.up()), limiter(&timetable.down()));
        Self { text: text.into(), up, down }
    }

    #[cfg(test)]
    fn with_clock(text: &str, clock: Clock) -> Self {
        Self::of(text, text.parse().unwrap(), clock)
    }
}

impl FromStr for Bandwidth {
    type Err = TransferError;

    fn from_str(text: &str) -> Result<Self, TransferError> {
        let timetable = text.parse().map_err(|reason| {
            let message = format!("invalid bandwidth '{text}': {reason}");
            TransferError::new(TransferErrorKind::Invalid, message)
        })?;
        Ok(Self::of(text.trim(), timetable, Arc::new(local_time)))
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bandwidth").field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::civil::{DateTime, date};
    use tokio::time::Instant;

    use super::*;

    const MIB: u64 = 1 << 20;

    /// Returns a clock that starts on a Sunday at 07:59 and follows the paused clock.
    fn clock(start: DateTime) -> Clock {
        let started = Instant::now();
        Arc::new(move || start.saturating_add(started.elapsed()))
    }

    fn sunday() -> DateTime {
        date(2026, 11, 29).at(7, 59, 0, 0)
    }

    /// Transfers bytes in frames, and returns the seconds that it takes.
    async fn transfer(limiter: &Limiter, bytes: u64, frame: usize) -> f64 {
        let start = Instant::now();
        let mut remaining = bytes;
        while remaining > 0 {
            let next = remaining.min(frame as u64);
            limiter.take(usize::try_from(next).unwrap()).await;
            remaining -= next;
        }
        start.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn limits_each_direction() {
        let limit = Bandwidth::with_clock("2M:1M", clock(sunday()));
        let up = transfer(&limit.up, 20 * MIB, 32 << 10).await;
        assert!((9.5..=10.1).contains(&up), "{up}");
        let down = transfer(&limit.down, 20 * MIB, 32 << 10).await;
        assert!((19.5..=20.1).contains(&down), "{down}");
        let off = Bandwidth::unlimited();
        assert!(transfer(&off.up, 1000 * MIB, 1 << 20).await < 0.001);
    }

    #[tokio::test(start_paused = true)]
    async fn clones_and_tasks_share_the_limit() {
        let limit = Bandwidth::with_clock("1M", clock(sunday()));
        let start = Instant::now();
        let tasks = (0..16).map(|_| {
            let limit = limit.clone();
            tokio::spawn(async move { transfer(&limit.up, MIB, 16 << 10).await })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let seconds = start.elapsed().as_secs_f64();
        assert!((15.5..=16.1).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_timetable_changes_the_limit_of_running_transfers() {
        let text = "Sun-08:00,1M Sun-08:01,4M Sun-08:02,off";
        let limit = Bandwidth::with_clock(text, clock(sunday()));
        // The entry of the last Sunday still applies for a minute.
        transfer(&limit.up, 1000 * MIB, 1 << 20).await;
        tokio::time::advance(Duration::from_secs(60)).await;
        let seconds = transfer(&limit.up, 60 * MIB, 32 << 10).await;
        assert!((59.0..=61.0).contains(&seconds), "{seconds}");
        let seconds = transfer(&limit.up, 240 * MIB, 32 << 10).await;
        assert!((58.0..=62.0).contains(&seconds), "{seconds}");
        let seconds = transfer(&limit.up, 1000 * MIB, 32 << 10).await;
        assert!(seconds < 2.0, "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_wait_takes_nothing_and_sent_bytes_count() {
        let limit = Bandwidth::with_clock("1M", clock(sunday()));
        limit.up.take(8 << 20).await;
        // Eight seconds are due, which dropped waits neither shorten nor extend.
        for _ in 0..100 {
            let waiting = tokio::time::timeout(Duration::from_millis(10), limit.up.take(1 << 20));
            assert!(waiting.await.is_err());
        }
        let start = Instant::now();
        limit.up.take(1).await;
        let seconds = start.elapsed().as_secs_f64();
        assert!((6.7..=7.1).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_limiter_collects_no_burst() {
        let limit = Bandwidth::with_clock("1M", clock(sunday()));
        tokio::time::advance(Duration::from_secs(3600)).await;
        let seconds = transfer(&limit.up, 10 * MIB, 32 << 10).await;
        assert!((9.5..=10.1).contains(&seconds), "{seconds}");
    }

    #[test]
    fn refuses_invalid_text_with_a_reason() {
        for (text, reason) in [
            ("", "expected a rate such as 10M"),
            ("fast", "expected a rate such as 10M, 'off', or UP:DOWN"),
            ("1M:2M:3M", "expected a rate"),
            ("25:00,1M", "expected a time such as 08:00"),
            ("Caturday-08:00,1M", "expected a day such as Mon"),
            ("08:00,1M 10M", "expected entries such as 08:00,512k"),
            ("08:00,", "expected a rate"),
        ] {
            let error = text.parse::<Bandwidth>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(error.starts_with(&format!("invalid bandwidth '{text}': ")), "{error}");
        }
    }
}
