//! The `frameio` command.

mod address;
mod args;
mod batch;
mod call;
mod connect;
mod exit;
mod input;
mod operations;
mod output;
mod profile;
mod sign_in;
mod sim;
mod stop;
mod webhook;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};
use crate::exit::{Failure, Status};

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("frameio: {}", failure.message);
            }
            failure.status.into()
        }
    }
}

fn run(args: Args) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Status::Other, format!("no runtime: {error}")))?;
    match args.command {
        Command::Call(call) => runtime.block_on(call::run(&args.connection, &call)),
        Command::Batch(batch) => runtime.block_on(batch::run(&args.connection, &batch)),
        Command::Operations(operations) => operations::run(&operations),
        Command::Login(login) => runtime.block_on(sign_in::login(&args.connection, &login)),
        Command::Logout => runtime.block_on(sign_in::logout(&args.connection)),
        Command::Whoami(whoami) => runtime.block_on(sign_in::whoami(&args.connection, &whoami)),
        Command::Profile(profiles) => profile::run(&args.connection.choice, &profiles),
        Command::Sim(sim) => runtime.block_on(sim::run(&sim)),
        Command::Webhook { command } => runtime.block_on(command.run(&args.connection)),
    }
}
