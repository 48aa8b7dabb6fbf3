//! The `frameio` command.
#![allow(
    clippy::future_not_send,
    reason = "the runtime has one thread, and the values of jq filters are not Send"
)]

mod args;
mod commands;
mod completion;
mod config;
mod credentials;
mod exit;
mod help;
mod input;
mod listen_address;
mod logging;
mod misplaced;
mod name_cache;
mod prompt;
mod proof;
mod quota_store;
mod report;
mod resolver;
mod server;
mod shutdown;
mod web_link;

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};
use tokio::runtime::Runtime;

use crate::commands::Cli;
use crate::exit::{Failure, Status};
use crate::report::{ColorChoice, HELP_STYLES, Reporter, activity, help_columns};

/// Time for pending writes at the end of a run. A thread that is blocked for longer, as by a DNS
/// lookup or a dead network file system, must not keep the process alive.
const LAST_WRITES: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    completion::start(Cli::command);
    match parse() {
        Ok(cli) => {
            cli.global.color.select();
            logging::start(&cli.global.log);
            run_command(&cli)
        }
        Err(message) => {
            ColorChoice::of_words(words()).select();
            report(print_usage(&message))
        }
    }
}

/// Parses the arguments. Help is formatted for the terminal.
fn parse() -> Result<Cli, clap::Error> {
    let parsed = Cli::try_parse();
    let mut command = match parsed.as_ref().map_err(clap::Error::kind) {
        Err(ErrorKind::DisplayHelp) => Cli::command().styles(HELP_STYLES),
        // Printed on standard error, without styles.
        Err(ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) => Cli::command(),
        Err(_) => {
            let words: Vec<_> = words().collect();
            let advised = |error| misplaced::advised(error, &Cli::command(), &words);
            return parsed.map_err(|error| advised(without_variables(error)));
        }
        Ok(_) => return parsed,
    };
    command.build();
    let words: Vec<_> = words().collect();
    let mut command = help::fitted(command, help_columns(), &words);
    let mut matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Returns the words of the command line, for what needs no exact ones.
fn words() -> impl Iterator<Item = String> {
    std::env::args_os().map(|word| word.to_string_lossy().into_owned())
}

/// Parses again without the variables of options, which the usage in an error would show as if they were
/// required.
fn without_variables(error: clap::Error) -> clap::Error {
    let mut command = Cli::command().mut_args(|argument| argument.env(None));
    match command.try_get_matches_from_mut(std::env::args_os()) {
        Err(same) if same.kind() == error.kind() => same,
        _ => error,
    }
}

/// Prints the help, the version, or the reason why the arguments are refused.
fn print_usage(message: &clap::Error) -> Result<(), Failure> {
    let text = help::printed(&message.render().ansi().to_string());
    // The standard library words it for programmers.
    let text = text.replace(": invalid digit found in string", ": expected a number");
    let text = StyledStr::from(text);
    let reporter = Reporter::text();
    if message.use_stderr() {
        // Without styles, this is the plain text. `Display` would remove escape sequences in arguments,
        // which the reporter shows instead.
        text.ansi().to_string().lines().for_each(|line| reporter.status(line));
        return Err(Failure::reported(Status::Usage));
    }
    reporter.help(&text)
}

fn run_command(cli: &Cli) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        // The result is printed before the runtime waits for blocked threads.
        Ok(runtime) => run(runtime, async { report(command(cli).await) }),
        Err(error) => report(Err(Failure::new(Status::Other, format!("cannot start: {error}")))),
    }
}

/// Runs the command, then saves refreshed tokens that could not be saved earlier.
async fn command(cli: &Cli) -> Result<(), Failure> {
    let result = tokio::select! {
        biased;
        result = cli.run() => result.map_err(|failure| cli.global.advised(failure)),
        never = activity::draw() => match never {},
    };
    activity::end();
    cli.global.remote_quotas.flush().await;
    let saved = cli.global.save_sessions().await;
    match (result, saved) {
        (Ok(()), saved) => saved,
        (failed, Ok(())) => failed,
        (failed, Err(unsaved)) => {
            Reporter::text().note(&unsaved.message);
            failed
        }
    }
}

fn report(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            Reporter::text().failure(&failure);
            failure.status.into()
        }
    }
}

/// Runs a future to completion, then gives its blocking threads [`LAST_WRITES`] to finish.
fn run<T>(runtime: Runtime, future: impl Future<Output = T>) -> T {
    let output = runtime.block_on(future);
    runtime.shutdown_timeout(LAST_WRITES);
    output
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
    fn pending_writes_are_waited_for() {
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
