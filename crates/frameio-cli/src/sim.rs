//! `frameio sim`: a local Frame.io on a socket, until it is told to stop.

use std::fmt::Display;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use frameio_sim::{Fault, SavedState, SimServer, Storage};

use crate::args::Sim;
use crate::exit::{Failure, Status};
use crate::{address, output, stop};

/// How long the answers under way may take when it is told to stop.
const GRACE: Duration = Duration::from_secs(5);

pub(crate) async fn run(args: &Sim) -> Result<(), Failure> {
    let mut builder = frameio_sim::Sim::builder()
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
    // That it cannot be written is told now, and not when all would be lost.
    if let Some(path) = args.state.as_ref().filter(|path| !path.exists()) {
        sim.save(path).map_err(|error| about_state(path, error))?;
    }
    let announced = async {
        announce(&server, &args.token)?;
        std::future::pending().await
    };
    tokio::select! {
        // The signals are caught from the moment on at which the lines can be read.
        biased;
        () = stop::requested() => {}
        failed = announced => return failed,
    }
    tokio::select! {
        () = server.close() => {}
        () = stop::requested() => {}
        () = tokio::time::sleep(GRACE) => {}
    }
    match &args.state {
        Some(path) => sim.save(path).map_err(|error| {
            let told = format!("--state {}: the state was not saved: {error}", path.display());
            Failure::new(Status::Other, told)
        }),
        None => Ok(()),
    }
}

/// What it begins with: the file, where it is there.
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

/// A token that stands in a header and in a shell as it is.
fn token(text: &str) -> Result<&str, Failure> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !text.is_empty() && text.bytes().all(fits) {
        return Ok(text);
    }
    Err(Failure::usage("--token", "a token is made of letters, digits and any of - . _ ~ + / ="))
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

async fn listen(sim: &frameio_sim::Sim, text: &str) -> Result<SimServer, Failure> {
    let served = sim.serve_on(address::resolve(text)?).await;
    served.map_err(|error| Failure::usage(address::flag(text), error))
}

/// Tells a shell how to call it, and a person who else can.
fn announce(server: &SimServer, token: &str) -> Result<(), Failure> {
    let address = server.address();
    if !address.ip().is_loopback() {
        eprintln!("frameio: other machines can reach it at {address}, and see what is uploaded");
    }
    let url = format!("http://{}", address::here(address));
    if std::io::stderr().is_terminal() {
        eprintln!("frameio: watch it at {url}/_sim/");
    }
    output::line(&format!("FRAMEIO_BASE_URL={url}"))?;
    output::line(&format!("FRAMEIO_TOKEN={token}"))
}
