//! A line on the terminal about a run without progress bars: how many items a walk has found, and a
//! wait for a quota or another attempt.

use std::convert::Infallible;
use std::future::pending;
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use console::Term;
use frameio::{Catalog, Operation};
use indicatif::HumanCount;
use tokio::time::Instant;

use super::log;
use super::width::{fit_start, terminal_columns};

/// Time after which a walk is shown, and the shortest wait that is shown.
const PATIENCE: Duration = Duration::from_secs(2);

/// Interval at which the line is drawn.
const TICK: Duration = Duration::from_millis(500);

static ACTIVITY: Mutex<Activity> = Mutex::new(Activity::new());

/// What a run is doing.
#[derive(Debug)]
struct Activity {
    is_drawn: bool,
    walk: Option<Walk>,
    wait: Option<Wait>,
    /// Whether the line is on the terminal.
    is_visible: bool,
}

#[derive(Debug)]
struct Walk {
    since: Instant,
    found: u64,
}

#[derive(Debug)]
struct Wait {
    /// What the call waits for.
    reason: String,
    until: Instant,
}

impl Activity {
    const fn new() -> Self {
        Self { is_drawn: false, walk: None, wait: None, is_visible: false }
    }

    /// Records that a call starts to wait.
    fn waits(&mut self, reason: impl FnOnce() -> String, wait: Duration, now: Instant) {
        let is_longer = self.wait.as_ref().is_none_or(|current| current.until < now + wait);
        if wait >= PATIENCE && is_longer {
            self.wait = Some(Wait { reason: reason(), until: now + wait });
        }
    }

    /// Returns what to show.
    fn line(&self, now: Instant) -> Option<String> {
        let walk = self.walk.as_ref().filter(|walk| now >= walk.since + PATIENCE);
        let walk = walk.map(|walk| match walk.found {
            1 => "1 item found".to_owned(),
            found => format!("{} items found", HumanCount(found)),
        });
        let wait = self.wait.as_ref().filter(|wait| wait.until > now).map(|wait| {
            let seconds = (wait.until - now).as_secs_f64().ceil();
            format!("waiting {seconds} s {}", wait.reason)
        });
        let parts: Vec<_> = walk.into_iter().chain(wait).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn draw(&mut self) {
        let line = self.line(Instant::now());
        self.clear();
        if let Some(line) = line {
            let line = fit_start(&line, terminal_columns().saturating_sub(1));
            self.is_visible = Term::stderr().write_str(line).is_ok();
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_visible) {
            drop(Term::stderr().clear_line());
        }
    }
}

fn activity() -> MutexGuard<'static, Activity> {
    ACTIVITY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Draws the line on a terminal, as long as the future is polled. Without a terminal and with a log, draws
/// nothing.
pub(crate) async fn draw() -> Infallible {
    if !is_possible() {
        return pending().await;
    }
    activity().is_drawn = true;
    loop {
        tokio::time::sleep(TICK).await;
        let mut activity = activity();
        if activity.is_drawn {
            activity.draw();
        }
    }
}

/// Returns whether the line can be drawn.
pub(crate) fn is_possible() -> bool {
    std::io::stderr().is_terminal() && !log::is_enabled() && !log::is_json()
}

/// Removes the line, until it is drawn again.
pub(super) fn clear() {
    activity().clear();
}

/// Removes the line for good: the run has progress bars, or has ended.
pub(crate) fn end() {
    let mut activity = activity();
    activity.clear();
    activity.is_drawn = false;
}

/// Records that a call starts to wait for its quota.
pub(crate) fn waits_for_quota(operation: &str, wait: Duration) {
    activity().waits(|| for_quota(operation), wait, Instant::now());
}

fn for_quota(operation: &str) -> String {
    let quota = Operation::all().find(|it| it.id == operation).map(|it| it.quota);
    let quota = quota.map(|quota| format!(" ({quota})")).unwrap_or_default();
    format!("for the quota of {operation}{quota}")
}

/// Records that a failed call waits for its next attempt.
pub(crate) fn waits_to_retry(reason: &str, wait: Duration) {
    activity().waits(|| format!("before the next attempt ({reason})"), wait, Instant::now());
}

/// A walk that is shown until it is dropped.
#[derive(Debug)]
pub(crate) struct ShownWalk(());

impl ShownWalk {
    pub(crate) fn start() -> Self {
        activity().walk = Some(Walk { since: Instant::now(), found: 0 });
        Self(())
    }

    /// Counts an item.
    pub(crate) fn found(&self) {
        if let Some(walk) = &mut activity().walk {
            walk.found += 1;
        }
    }
}

impl Drop for ShownWalk {
    fn drop(&mut self) {
        let mut activity = activity();
        activity.walk = None;
        activity.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_walk_is_shown_when_it_takes_long() {
        let start = Instant::now();
        let walk = Some(Walk { since: start, found: 1200 });
        let activity = Activity { walk, ..Activity::new() };
        assert_eq!(activity.line(start + SECOND), None);
        assert_eq!(activity.line(start + 2 * SECOND).as_deref(), Some("1,200 items found"));
    }

    #[test]
    fn long_waits_are_shown_with_their_quota_until_they_end() {
        let (start, mut activity) = (Instant::now(), Activity::new());
        activity.waits(|| for_quota("files.show"), SECOND, start);
        assert_eq!(activity.line(start), None);
        activity.waits(|| for_quota("shares.create"), 25 * SECOND, start);
        activity.waits(|| for_quota("files.show"), 3 * SECOND, start);
        let line = activity.line(start + SECOND / 2).unwrap();
        let quota = Operation::all().find(|it| it.id == "shares.create").unwrap().quota;
        assert_eq!(line, format!("waiting 25 s for the quota of shares.create ({quota})"));
        activity.walk = Some(Walk { since: start, found: 1 });
        let line = activity.line(start + 24 * SECOND).unwrap();
        assert!(line.starts_with("1 item found; waiting 1 s for the quota of"), "{line}");
        assert_eq!(activity.line(start + 25 * SECOND).as_deref(), Some("1 item found"));
    }
}
