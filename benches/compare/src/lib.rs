//! Compares the cost of calls with this SDK, raw hyper-util, reqwest, and octocrab's generic
//! client, each with serde.
//!
//! The server is another process, so that it is not counted: a bench starts itself again with the
//! argument `serve`.

#[path = "../../support/page.rs"]
pub mod page;
pub mod server;
pub mod ways;

use std::time::Duration;

pub use server::Server;
pub use ways::{Calls, Task};

/// Creates a runtime of one thread, for counts that do not vary.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Returns the CPU time of this thread, which other load of the machine does not change.
pub fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanos = stat.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.expect("a number"))
}

/// Returns the resident memory of this process, in bytes.
pub fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let kilobytes = line.split_whitespace().next().and_then(|number| number.parse::<usize>().ok());
    kilobytes.expect("a number") * 1024
}
