//! `frameio sim`: a local simulator, until it is stopped.

use std::fmt::Display;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio_sim::{Fault, SavedState, Sim, SimServer, Storage};

use crate::exit::{Failure, Status};
use crate::report::Reporter;
use crate::{listen_address, shutdown};

pub(super) const HELP: &str = "\
The first two lines on standard output are for a shell to export:
  FRAMEIO_BASE_URL=http://127.0.0.1:49152
  FRAMEIO_TOKEN=frameio-sim-demo-token

A fault is written as [OPERATION=]KIND[+DELAY][:WHEN][;HEADER=VALUE]…
  OPERATION  such as files.show, sim.upload_part, sim.download or ims.token; default: any
  KIND       a status (503), an HTML page (502-html), delay-2s, reset, reset-in-body, truncated,
             no-rate-limit, wrong-rate-limit, dropped-part, expired-token or expired-url
  DELAY      wait before everything else: 500ms, 2s, 1m 30s
  WHEN       next3, every10 or 10%; default: next1
  'files.show=503:10%'  'users.show=429:next2;retry-after=1'  'sim.upload_part=reset:every3'
At most one fault applies to a request.

A running simulator is controlled from this machine below /_sim/:
  GET  /_sim/        page to watch it in a browser
  GET  /_sim/demo    ids in the demo account, and the tokens of its users
  GET  /_sim/stats   number of requests by status and operation, and which were 429
  GET  /_sim/state   the whole state; PUT replaces it
  POST /_sim/reset   return to the state at the start, or to the one that was put
  POST /_sim/clock   {\"advance_ms\": 60000}
  POST /_sim/faults  {\"fault\": \"files.show=503:next2\"}; GET lists, DELETE removes them
  POST /_sim/actions/{id}/trigger  {\"resources\": [{\"type\": \"file\", \"id\": …}]}";

/// Time for responses in flight after a request to stop.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    /// Storage for uploaded bytes: a directory, memory, or count to discard them
    #[arg(long, value_name = "DIR|memory|count", default_value = "memory")]
    storage: PathBuf,
    /// Load the state from this file if it exists, and save it there at the end; otherwise, start
    /// with a demo account
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Do not enforce quotas
    #[arg(long)]
    no_quotas: bool,
    /// Maximum size of a part of an upload [default: 17000000]
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    part_size: Option<u64>,
    /// Random seed for faults given as a percentage
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Token of the demo user
    #[arg(long, default_value = Sim::TOKEN)]
    token: String,
    /// Inject a fault; may be repeated
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<String>,
}

pub(super) async fn run(args: &Args) -> Result<(), Failure> {
    let mut builder = Sim::builder()
        .token(token(&args.token)?)
        .quotas(!args.no_quotas)
        .storage(storage(&args.storage)?)
        .seed(args.seed)
        .state(state(args.state.as_deref())?);
    if let Some(bytes) = args.part_size {
        builder = builder.part_size(bytes);
    }
    for text in &args.faults {
        let fault: Fault =
            text.parse().map_err(|error| Failure::usage(format!("--fault '{text}'"), error))?;
        builder = builder.fault(fault);
    }
    let sim = builder.build();
    let server = listen(&sim, &args.listen).await?;
    // A file that cannot be written is reported now, and not when the state would be lost.
    if let Some(path) = args.state.as_ref().filter(|path| !path.exists()) {
        sim.save(path).map_err(|error| about_state(path, error))?;
    }
    let announced = async {
        announce(&server, &args.token)?;
        std::future::pending().await
    };
    tokio::select! {
        // Signals are handled before anybody can read the lines.
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
            let message = format!("--state {}: the state was not saved: {error}", path.display());
            Failure::new(Status::Other, message)
        }),
        None => Ok(()),
    }
}

/// Returns the initial state: that of the file, or the demo account if the file is missing.
fn state(path: Option<&Path>) -> Result<SavedState, Failure> {
    let Some(path) = path else { return Ok(SavedState::demo()) };
    match path.try_exists().map_err(|error| about_state(path, error))? {
        true => SavedState::read(path).map_err(|error| about_state(path, error)),
        false => Ok(SavedState::demo()),
    }
}

fn about_state(path: &Path, error: impl Display) -> Failure {
    Failure::usage(format!("--state {}", path.display()), error)
}

/// Validates a token, which must not need escaping in a header or in a shell.
fn token(text: &str) -> Result<&str, Failure> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !text.is_empty() && text.bytes().all(fits) {
        return Ok(text);
    }
    Err(Failure::usage("--token", "a token consists of letters, digits and any of - . _ ~ + / ="))
}

fn storage(path: &Path) -> Result<Storage, Failure> {
    match path.to_str() {
        Some("memory") => Ok(Storage::Memory),
        Some("count") => Ok(Storage::Count),
        _ => {
            let failed = |error| Failure::usage(format!("--storage {}", path.display()), error);
            std::fs::create_dir_all(path).map_err(failed)?;
            Ok(Storage::Directory(path.to_owned()))
        }
    }
}

async fn listen(sim: &Sim, text: &str) -> Result<SimServer, Failure> {
    let served = sim.serve_on(listen_address::resolve(text)?).await;
    served.map_err(|error| Failure::usage(listen_address::flag(text), error))
}

/// Prints the variables for a shell, and who else can reach the simulator.
fn announce(server: &SimServer, token: &str) -> Result<(), Failure> {
    let reporter = Reporter::text();
    let address = server.address();
    if !address.ip().is_loopback() {
        let message = format!("other machines can reach it at {address}, and see uploads");
        reporter.note(&message);
    }
    let url = format!("http://{}", listen_address::reachable(address));
    if std::io::stderr().is_terminal() {
        reporter.note(&format!("watch it at {url}/_sim/"));
    }
    reporter.line(&format!("FRAMEIO_BASE_URL={url}"))?;
    reporter.line(&format!("FRAMEIO_TOKEN={token}"))
}
