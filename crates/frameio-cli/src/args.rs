//! The command line, as it is typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::connect::Connection;
use crate::profile::Profiles;
use crate::sign_in::{Login, Whoami};

const ENVIRONMENT: &str = "\
Environment:
  FRAMEIO_TOKEN       the token to call with, whatever the profile
  FRAMEIO_CLIENT_ID, FRAMEIO_CLIENT_SECRET
                      a server-to-server credential to call with, whatever the profile
  FRAMEIO_IMS_URL     where to sign in, in place of https://ims-na1.adobelogin.com
  FRAMEIO_BASE_URL    where to call, in place of https://api.frame.io
  FRAMEIO_PROFILE     the profile to use
  FRAMEIO_CONFIG_DIR  where profiles are kept, in place of the user's configuration directory

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

const LOGIN: &str = "\
A user signs in by a browser:
  frameio login --client-id ID           an app without a secret (native, single-page)
  frameio login --client-id ID --web     a web app, with its secret in FRAMEIO_CLIENT_SECRET
A server signs in by the secret in FRAMEIO_CLIENT_SECRET:
  frameio login --client-id ID
Whoever has a token, a legacy one (fio-u-…) too, gives it on standard input:
  frameio login --token

The browser comes back to a free port of this machine, at /callback. Where the app at Adobe allows
another redirect only, say it with --redirect-uri, and paste the address at which the browser ends.
With FRAMEIO_BASE_URL on `frameio sim`, `frameio login` needs nothing else.";

const SIM: &str = "\
The first two lines on standard output are for a shell to export:
  FRAMEIO_BASE_URL=http://127.0.0.1:49152
  FRAMEIO_TOKEN=frameio-sim-demo-token

Faults are written as [OPERATION=]KIND[+DELAY][:WHEN][;HEADER=VALUE]…
  OPERATION  such as files.show, sim.upload_part, sim.download or ims.token; without, any
  KIND       a status (503), an HTML page (502-html), delay-2s, reset, reset-in-body, truncated,
             no-rate-limit, wrong-rate-limit, dropped-part, expired-token or expired-url
  DELAY      before all else: 500ms, 2s, 1m 30s
  WHEN       next3, every10 or 10%; without, next1
  'files.show=503:10%'  'users.show=429:next2;retry-after=1'  'sim.upload_part=reset:every3'

While it runs, it is controlled below /_sim/ from this machine:
  GET  /_sim/        a page to watch it in a browser
  GET  /_sim/demo    the ids of what is there, and the tokens of its users
  GET  /_sim/stats   how many requests there were, by status and operation, and which were 429
  GET  /_sim/state   all that it remembers; PUT begins anew with such a document
  POST /_sim/reset   all as it was at the start, or as it was put
  POST /_sim/clock   {\"advance_ms\": 60000}
  POST /_sim/faults  {\"fault\": \"files.show=503:next2\"}; GET lists, DELETE takes them back
  POST /_sim/actions/{id}/trigger  {\"resources\": [{\"type\": \"file\", \"id\": …}]}";

/// Every operation of the Frame.io V4 API from a shell.
#[derive(Debug, Parser)]
#[command(name = "frameio", version, after_help = ENVIRONMENT)]
pub(crate) struct Args {
    #[command(flatten, next_help_heading = "Calls")]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Transfer(crate::transfer::Command),
    /// Calls one operation and prints its answer as JSON
    Call(Call),
    /// Calls many operations, concurrently and within the quotas
    Batch(Batch),
    /// Lists the operations with their routes, quotas and parameters
    Operations(Operations),
    /// Signs in, and keeps it in a profile
    #[command(after_help = LOGIN)]
    Login(Login),
    /// Signs out: revokes the tokens of a profile, and forgets them
    Logout,
    /// Says who calls, with which accounts, and for how long
    Whoami(Whoami),
    /// Lists profiles, chooses one, and sets what it fills in
    Profile(Profiles),
    /// Runs a local Frame.io to call, until Ctrl-C
    #[command(after_help = SIM)]
    Sim(Sim),
    /// Receives, checks and sends what webhooks tell, and manages webhooks
    Webhook {
        #[command(subcommand)]
        command: crate::webhook::Command,
    },
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

#[derive(Debug, clap::Args)]
pub(crate) struct Sim {
    /// Where to listen; port 0 is a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: String,
    /// Where the bytes of uploads go: a directory, memory, or count to throw them away
    #[arg(long, value_name = "DIR|memory|count", default_value = "memory")]
    pub(crate) storage: PathBuf,
    /// Begin with the state in this file if it is there, and save it there at the end; without,
    /// and where it is not there, begin with a demo account
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Answer however many calls there are
    #[arg(long)]
    pub(crate) no_quotas: bool,
    /// The longest a part of an upload gets [default: 17000000]
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) part_size: Option<u64>,
    /// By what faults of a percentage are drawn
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// The token to take as the demo user's
    #[arg(long, default_value = frameio_sim::Sim::TOKEN)]
    pub(crate) token: String,
    /// Let requests go wrong; may be given again
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<String>,
}
