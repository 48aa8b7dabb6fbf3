//! The command line, as it is typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::connect::Connection;

const ENVIRONMENT: &str = "\
Environment:
  FRAMEIO_TOKEN     the token to call with
  FRAMEIO_BASE_URL  where to call, in place of https://api.frame.io

Exit status:
  0  done
  1  another failure
  2  wrong usage or input: nothing was sent
  3  not signed in: no token, or it is refused
  4  the user may not do this
  5  there is no such thing
  6  the service refuses the request as it is
  7  the quota is spent
  8  the service failed
  9  no answer: connection, time limit, or an answer that broke off
  10 the answer is not what the operation promises
  130 interrupted";

/// Every operation of the Frame.io V4 API from a shell.
#[derive(Debug, Parser)]
#[command(name = "frameio", version, after_help = ENVIRONMENT)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Calls one operation and prints its answer as JSON
    Call(Call),
    /// Calls many operations, concurrently and within the quotas
    Batch(Batch),
    /// Lists the operations with their routes, quotas and parameters
    Operations(Operations),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Call {
    /// The documented name, such as files.show; `frameio operations` lists them
    pub(crate) operation: String,
    /// The parameters as one JSON object: '{"account_id": …}', @FILE, or - for standard input
    #[arg(long, value_name = "JSON", default_value = "{}", hide_default_value = true)]
    pub(crate) input: String,
    /// Follow all pages, and print their items as JSON lines
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Batch {
    /// The jobs, one a line: {"op": "files.show", "input": {…}}; - for standard input
    #[arg(value_name = "JOBS")]
    pub(crate) jobs: PathBuf,
    /// Where the results go, one a line, in the order of completion [default: JOBS.results]
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,
    /// Do only the jobs that have no result yet
    #[arg(long)]
    pub(crate) resume: bool,
    /// With --resume, do those again too that failed
    #[arg(long, requires = "resume")]
    pub(crate) retry_failed: bool,
    /// How many calls of one operation may be under way at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrency: u16,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Operations {
    /// Only those whose name or route has this in it
    pub(crate) pattern: Option<String>,
    /// As one JSON array, with all that is known of each
    #[arg(long)]
    pub(crate) json: bool,
}
