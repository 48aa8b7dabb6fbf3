//! `frameio sim`: runs a local simulator until it is interrupted.

use std::fmt::Display;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio_cassette::Cassette;
use frameio_sim::{Fault, SavedState, Sim, SimServer, StateError, Storage};
use serde_json::{Value, json};

use crate::args::{JsonArgs, at_least_one};
use crate::exit::{Failure, Status, io_reason};
use crate::report::{Record, Reporter};
use crate::{listen_address, shutdown};

pub(super) const HELP: &str = "\
The simulator prints the settings for clients on standard output. Export them in the shell in which
you run clients:
  FRAMEIO_BASE_URL=http://127.0.0.1:49152
  FRAMEIO_TOKEN=frameio-sim-demo-token

Faults have the form [OPERATION=]KIND[+DELAY][:WHEN][;HEADER=VALUE]…
  OPERATION  files.show, sim.upload_part, sim.download, ims.token, … [default: any]
  KIND       A status (503), an HTML page (502-html), delay-2s, reset, reset-in-body, truncated,
             no-rate-limit, wrong-rate-limit, dropped-part, expired-token, expired-url or
             stripped-headers
  DELAY      Time to wait before the request is handled: 500ms, 2s, 1m 30s
  WHEN       next3 (the next 3 requests), every10 (each 10th) or 10% (at random) [default: next1]
  HEADER     Header of the response, such as retry-after=1
At most one fault applies to a request. Examples:
  frameio sim --fault 'files.show=503:10%' --fault 'users.show=429:next2;retry-after=1'
  frameio sim --fault 'sim.upload_part=reset:every3'

Programs on this machine can inspect and control the running simulator:
  GET  /_sim/        Page to watch it in a browser
  GET  /_sim/demo    IDs in the demo account, and the tokens of its users
  GET  /_sim/stats   Number of requests by status and operation, and requests over the quota
  GET  /_sim/state   The state as JSON; PUT replaces it
  POST /_sim/reset   Restore the initial state, or the last one that was PUT
  POST /_sim/clock   Advance the clock: {\"advance_ms\": 60000}
  POST /_sim/faults  Add a fault: {\"fault\": \"files.show=503:next2\"}; GET lists, DELETE removes all
  POST /_sim/actions/{id}/trigger
                     Trigger a custom action: {\"resources\": [{\"type\": \"file\", \"id\": …}]}";

/// Time for responses in flight when the simulator stops.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    /// Where to store uploaded bytes: a directory, 'memory', or 'count' to discard them
    #[arg(long, value_name = "DIR|memory|count", default_value = "memory")]
    storage: PathBuf,
    /// Load the state from this file if it exists, and save it there at the end [default: start with a
    /// demo account, save nothing]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Start with what a recording of `frameio record` shows of an account
    #[arg(long, value_name = "FILE", conflicts_with = "state")]
    cassette: Option<PathBuf>,
    /// Do not enforce quotas
    #[arg(long)]
    no_quotas: bool,
    /// Maximum size of an upload part, in bytes [default: 17000000]
    #[arg(long, value_name = "BYTES", value_parser = at_least_one::<u64>)]
    part_size: Option<u64>,
    /// Random seed for faults given as a percentage
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Access token of the demo user
    #[arg(long, default_value = Sim::TOKEN)]
    token: String,
    /// Inject a fault, see below; may be repeated
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<String>,
    #[command(flatten)]
    json: JsonArgs,
}

pub(super) async fn run(args: &Args) -> Result<(), Failure> {
    let mut builder = Sim::builder()
        .token(token(&args.token)?)
        .quotas(!args.no_quotas)
        .storage(storage(&args.storage)?)
        .seed(args.seed)
        .state(initial_state(args)?);
    if let Some(bytes) = args.part_size {
        builder = builder.part_size(bytes);
    }
    for text in &args.faults {
        let fault: Fault = text.parse().map_err(|error| Failure::value("--fault", text, error))?;
        builder = builder.fault(fault);
    }
    let sim = builder.build();
    let server = listen(&sim, &args.listen).await?;
    // Created at the start, so that an unwritable file is reported before there is state to lose.
    if let Some(path) = args.state.as_ref().filter(|path| !path.exists()) {
        sim.save(path).map_err(|error| unusable_state(path, error))?;
    }
    let announced = async {
        announce(&args.json.reporter(), &server, &args.token)?;
        std::future::pending().await
    };
    tokio::select! {
        // Signals must be handled before the lines are printed: their reader may send one.
        biased;
        () = shutdown::requested() => {}
        failed = announced => return failed,
    }
    tokio::select! {
        () = server.close() => {}
        () = shutdown::requested() => {}
        () = tokio::time::sleep(GRACE) => {}
    }
    match &args.state {
        Some(path) => sim.save(path).map_err(|error| {
            let message = format!("cannot save the state to '{}': {error}", path.display());
            Failure::new(Status::Other, message)
        }),
        None => Ok(()),
    }
}

fn initial_state(args: &Args) -> Result<SavedState, Failure> {
    let Some(path) = &args.cassette else { return state(args.state.as_deref()) };
    let unusable = |reason: &dyn Display| Failure::value("--cassette", path.display(), reason);
    let cassette = Cassette::read(path).map_err(|error| unusable(&error))?;
    let state = cassette.simulator_state().to_string();
    state.parse().map_err(|error: StateError| unusable(&error))
}

/// Returns the initial state: that of the file, or the demo account if the file is missing.
fn state(path: Option<&Path>) -> Result<SavedState, Failure> {
    let Some(path) = path else { return Ok(SavedState::demo()) };
    match path.try_exists().map_err(|error| unusable_state(path, io_reason(&error)))? {
        true => SavedState::read(path).map_err(|error| unusable_state(path, error)),
        false => Ok(SavedState::demo()),
    }
}

fn unusable_state(path: &Path, reason: impl Display) -> Failure {
    Failure::value("--state", path.display(), reason)
}

/// Validates a token, which must be usable in a header and in a shell without escaping.
fn token(text: &str) -> Result<&str, Failure> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !text.is_empty() && text.bytes().all(fits) {
        return Ok(text);
    }
    Err(Failure::value("--token", text, "use letters, digits and - . _ ~ + / = only"))
}

fn storage(path: &Path) -> Result<Storage, Failure> {
    match path.to_str() {
        Some("memory") => Ok(Storage::Memory),
        Some("count") => Ok(Storage::Count),
        _ => {
            std::fs::create_dir_all(path)
                .map_err(|error| Failure::file("create the directory", path, &error))?;
            Ok(Storage::Directory(path.to_owned()))
        }
    }
}

async fn listen(sim: &Sim, text: &str) -> Result<SimServer, Failure> {
    let served = sim.serve_on(listen_address::resolve(text)?).await;
    served.map_err(|error| listen_address::unavailable(text, &error))
}

/// Prints the settings for clients, and a warning if other machines can reach the simulator.
fn announce(reporter: &Reporter, server: &SimServer, token: &str) -> Result<(), Failure> {
    let address = server.address();
    if !address.ip().is_loopback() {
        let message = format!(
            "warning: other machines can reach the simulator at {address} and read uploaded files"
        );
        reporter.note(&message);
    }
    let url = listen_address::url(address);
    if std::io::stderr().is_terminal() {
        reporter.note(&format!("open {url}/_sim/ in a browser to watch the simulator"));
    }
    reporter.record(&Settings { url: &url, token })
}

/// Settings of clients of the simulator.
struct Settings<'a> {
    url: &'a str,
    token: &'a str,
}

impl Record for Settings<'_> {
    fn lines(&self) -> Vec<String> {
        let Self { url, token } = self;
        vec![format!("FRAMEIO_BASE_URL={url}"), format!("FRAMEIO_TOKEN={token}")]
    }

    fn json(&self) -> Value {
        json!({"url": self.url, "token": self.token})
    }
}
