//! Limits of the service that determine the time of an upload.

use std::fmt;
use std::time::Duration;

use frameio::{Catalog, Operation};

/// Number of new items that the service allows in a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limit {
    count: u32,
    window: Duration,
    items: &'static str,
}

/// Limits of an upload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    files: Limit,
    stacks: Limit,
}

impl Limit {
    fn of(operation: &str, items: &'static str) -> Option<Self> {
        let quota = Operation::find(operation)?.quota;
        Some(Self { count: quota.calls().get(), window: quota.window(), items })
    }

    /// Returns the time that a number of items need.
    fn time(self, items: u64) -> Duration {
        let seconds = items as f64 * self.window.as_secs_f64() / f64::from(self.count);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, window, items } = self;
        match window.as_secs() {
            1 => write!(f, "{count} {items} a second"),
            60 => write!(f, "{count} {items} a minute"),
            seconds => write!(f, "{count} {items} in {seconds} s"),
        }
    }
}

impl Limits {
    /// Returns the documented limits of the operations of an upload.
    pub(super) fn of_uploads() -> Option<Self> {
        Some(Self {
            files: Limit::of("files.create_local_upload", "files")?,
            stacks: Limit::of("version_stacks.create", "version stacks")?,
        })
    }

    /// Returns the least time for a number of files and version stacks, and its limit if it is not 0.
    pub(super) fn slowest(self, files: u64, stacks: u64) -> (Duration, Option<Limit>) {
        let (by_files, by_stacks) = (self.files.time(files), self.stacks.time(stacks));
        let limit = if by_stacks > by_files { self.stacks } else { self.files };
        let time = by_files.max(by_stacks);
        (time, (!time.is_zero()).then_some(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_those_of_the_operations() {
        let limits = Limits::of_uploads().unwrap();
        let slowest = |files, stacks| {
            let (time, limit) = limits.slowest(files, stacks);
            (time.as_secs(), limit.map(|limit| limit.to_string()).unwrap_or_default())
        };
        assert_eq!(slowest(0, 0), (0, String::new()));
        assert_eq!(slowest(400, 10), (80, "5 files a second".to_owned()));
        assert_eq!(slowest(20, 20), (120, "10 version stacks a minute".to_owned()));
    }
}
