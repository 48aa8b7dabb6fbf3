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
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                Reporter::text().note(&failure.message);
            }
            failure.status.into()
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Status::Other, format!("cannot start: {error}")))?;
    runtime.block_on(cli.command.run(&cli.global))
}
