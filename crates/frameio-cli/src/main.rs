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

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Cli;
use crate::exit::{Failure, Status};
use crate::report::Reporter;

fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(cli) => run(&cli),
        Err(message) => print_usage(&message),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                Reporter::text().note(&failure.message);
            }
            failure.status.into()
        }
    }
}

/// Prints the help or the version, or why the arguments are refused.
fn print_usage(message: &clap::Error) -> Result<(), Failure> {
    let (reporter, text) = (Reporter::text(), message.render().to_string());
    if message.use_stderr() {
        text.lines().for_each(|line| reporter.status(line));
        return Err(Failure::reported(Status::Usage));
    }
    text.lines().try_for_each(|line| reporter.line(line))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Status::Other, format!("cannot start: {error}")))?;
    runtime.block_on(cli.command.run(&cli.global))
}
