//! What calls of Frame.io cost with this SDK, and with what one would take in place of it: raw
//! hyper-util, reqwest, and octocrab's generic client, each with serde.
//!
//! The server is another process, so that it is not counted: a bench starts itself once more with
//! the argument `serve`.

#[path = "../../support/page.rs"]
pub mod page;
pub mod server;
pub mod ways;

use std::time::Duration;

pub use server::Server;
pub use ways::{Calls, Task};

/// What each way runs on: one thread, for counts that do not vary.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// How long this thread has worked: what others do on the machine does not count.
pub fn cpu_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanos = told.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.expect("a number"))
}

/// How many bytes of memory this process has at the moment.
pub fn resident() -> usize {
    let told = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let kilobytes = line.split_whitespace().next().and_then(|number| number.parse::<usize>().ok());
    kilobytes.expect("a number") * 1024
}
