//! A simulator in a process of its own that counts what it gets.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use frameio_sim::{Sim, Storage};

const CHILD: &str = "FRAMEIO_BENCH_SIMULATOR";

/// The other process; it ends with this value.
pub(crate) struct Simulator {
    child: Child,
    pub(crate) url: String,
    pub(crate) account: String,
    pub(crate) folder: String,
}

impl Simulator {
    /// Starts this program once more, to be the simulator.
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .env(CHILD, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be started once more");
        let output = child.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(output).lines();
        let mut line = || lines.next().expect("it says where it is").expect("readably");
        let (url, account, folder) = (line(), line(), line());
        Self { child, url, account, folder }
    }

    /// Is the simulator, if this is the process for it.
    pub(crate) fn be_it() -> bool {
        if std::env::var_os(CHILD).is_none() {
            return false;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let sim = Sim::builder().storage(Storage::Count).quotas(false).build();
            let server = sim.serve().await.expect("a socket");
            let demo = sim.demo();
            println!("{}\n{}\n{}", server.url(), demo.account_id, demo.root_folder_id);
            // Until the other process goes.
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
