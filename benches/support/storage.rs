//! A simulator in a separate process that counts the bytes it receives.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use frameio_sim::{Sim, Storage};

#[path = "limited.rs"]
mod limited;

const CHILD: &str = "FRAMEIO_BENCH_SIMULATOR";

/// The other process. It ends when this value is dropped.
pub(crate) struct Simulator {
    child: Child,
    pub(crate) url: String,
    pub(crate) account: String,
    pub(crate) folder: String,
}

impl Simulator {
    /// Starts this program again, as the simulator. With a `rate`, its responses have at most that many
    /// bytes a second together.
    pub(crate) fn start(rate: Option<u64>) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .env(CHILD, rate.unwrap_or_default().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let output = child.stdout.take().expect("a piped output");
        let mut lines = BufReader::new(output).lines();
        let mut line = || lines.next().expect("a line").expect("readable output");
        let (url, account, folder) = (line(), line(), line());
        Self { child, url, account, folder }
    }

    /// Runs the simulator if this process was started for it; returns whether it was.
    pub(crate) fn run_if_child() -> bool {
        let Ok(rate) = std::env::var(CHILD) else { return false };
        let rate: u64 = rate.parse().expect("a rate");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let sim = Sim::builder().storage(Storage::Count).quotas(false).build();
            let server = sim.serve().await.expect("a socket");
            let demo = sim.demo();
            let url = match rate {
                0 => server.url().to_owned(),
                rate => {
                    let limited = limited::start(server.address(), rate).await;
                    format!("http://{}", limited.expect("a socket"))
                }
            };
            println!("{url}\n{}\n{}", demo.account_id, demo.root_folder_id);
            // Until the other process ends.
            let mut line = String::new();
            let wait = move || std::io::stdin().read_line(&mut line);
            drop(tokio::task::spawn_blocking(wait).await);
        });
        true
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
