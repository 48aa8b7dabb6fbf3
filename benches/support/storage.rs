//! A simulator in a separate process that counts the bytes it receives.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use frameio_sim::{Sim, Storage};

const CHILD: &str = "FRAMEIO_BENCH_SIMULATOR";

/// The other process. It ends when this value is dropped.
pub(crate) struct Simulator {
    child: Child,
    pub(crate) url: String,
    pub(crate) account: String,
    pub(crate) folder: String,
}

impl Simulator {
    /// Starts this program again, as the simulator.
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .env(CHILD, "1")
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
        if std::env::var_os(CHILD).is_none() {
            return false;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let sim = Sim::builder().storage(Storage::Count).quotas(false).build();
            let server = sim.serve().await.expect("a socket");
            let demo = sim.demo();
            println!("{}\n{}\n{}", server.url(), demo.account_id, demo.root_folder_id);
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
