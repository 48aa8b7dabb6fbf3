//! The `frameio` command.

mod args;
mod commands;
mod config;
mod credentials;
mod exit;
mod input;
mod listen_address;
mod report;
mod resolver;
mod shutdown;

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::Runtime;

use crate::commands::Cli;
use crate::exit::{Failure, Status};
use crate::report::Reporter;

/// How long the last writes to a disk may take. Whatever blocks for longer, such as a name look-up
/// without a response or a dead file system, must not keep the process alive.
const LAST_WRITES: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return report(Err(Failure::new(Status::Other, format!("cannot start: {error}"))));
        }
    };
    run(runtime, async { report(cli.command.run(&cli.global).await) })
}

/// Runs a command, which reports how it ended, and stops all that it left behind.
fn run<T>(runtime: Runtime, command: impl Future<Output = T>) -> T {
    let ended = runtime.block_on(command);
    runtime.shutdown_timeout(LAST_WRITES);
    ended
}

fn report(ended: Result<(), Failure>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                Reporter::text().note(&failure.message);
            }
            failure.status.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_blocked_thread_does_not_keep_the_process_alive() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (release, blocked) = mpsc::channel::<()>();
        let ended = run(runtime, async {
            tokio::task::spawn_blocking(move || blocked.recv());
            "interrupted"
        });
        assert_eq!(ended, "interrupted");
        drop(release);
    }

    #[test]
    fn last_writes_are_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ((begin, begun), (written, is_written)) = (mpsc::channel(), mpsc::channel());
        run(runtime, async {
            tokio::task::spawn_blocking(move || {
                begin.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(20));
                written.send(()).unwrap();
            });
            begun.recv().unwrap();
        });
        assert!(is_written.try_recv().is_ok());
    }
}
