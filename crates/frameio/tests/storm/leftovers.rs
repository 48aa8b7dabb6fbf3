//! Detection of leaked tasks, file descriptors and memory.

use std::time::Duration;

/// Number of resources that can leak.
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

    /// Waits until no count exceeds this one, because closing a connection takes a moment on both
    /// sides.
    pub(crate) async fn wait_for_none_above(self) {
        for _ in 0..500 {
            let now = Self::count();
            if now.tasks <= self.tasks && now.descriptors <= self.descriptors {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("leaked: {:?}, before: {self:?}", Self::count());
    }
}

/// Returns the number of open files and TCP sockets of this process, or 0 if it is unknown. Other
/// descriptors belong to the runtimes of other tests.
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

/// Returns the resident memory of this process, or 0 if it is unknown.
pub(crate) fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
