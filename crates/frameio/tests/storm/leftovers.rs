//! What a client that is gone may not leave behind.

use std::time::Duration;

/// What there is of what can leak.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leftovers {
    tasks: usize,
    descriptors: usize,
}

impl Leftovers {
    pub(crate) fn count() -> Self {
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        Self { tasks, descriptors: descriptors() }
    }

    /// Waits until there is no more of anything than there was: a connection that is being closed
    /// takes a moment on both of its sides.
    pub(crate) async fn wait_for_none_above(self) {
        for _ in 0..500 {
            let now = Self::count();
            if now.tasks <= self.tasks && now.descriptors <= self.descriptors {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("left over: {:?}, before it was {self:?}", Self::count());
    }
}

/// Open files and TCP sockets of this process; 0 where that cannot be known. What else there is
/// belongs to the runtimes of the other tests.
fn descriptors() -> usize {
    let tcp = std::fs::read_to_string("/proc/self/net/tcp").unwrap_or_default();
    let is_tcp =
        |inode: &str| tcp.lines().any(|line| line.split_whitespace().nth(9) == Some(inode));
    let entries = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let targets = entries.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let counts = |target: &str| match target.strip_prefix("socket:[") {
        Some(inode) => is_tcp(inode.trim_end_matches(']')),
        None => target.starts_with('/') && !target.starts_with("/dev/"),
    };
    targets.filter(|target| counts(&target.to_string_lossy())).count()
}

/// Memory that this process holds; 0 where that cannot be known.
pub(crate) fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
