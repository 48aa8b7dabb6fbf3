//! `frameio legacy serve`: the legacy V2 API on this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use frameio::Client;
use frameio_legacy::relay::Relays;
use frameio_legacy::{AcceptedTokens, Counts, Hosts, LegacyBuilder, LegacyService, Replies};
use tokio::net::TcpListener;

use crate::args::{FormatArgs, GlobalArgs, JsonArgs};
use crate::exit::{Failure, io_reason};
use crate::report::{Cell, Column, Reporter, Row};
use crate::server::{Limits, ServerUrl};
use crate::{input, listen_address};

const HELP: &str = "\
The first line on standard output is the URL: give it to old programs as their host. They keep their
token: on the loopback any is accepted, and the calls to V4 are made with your own sign-in. To listen on
another address, --tokens or --forward-token is required.

Tokens for --tokens, one on each line with a comment after it:
  printf %s \"$TOKEN\" | sha256sum >>tokens

A relay for --relay receives deliveries of V4 and sends them on in the format of V2:
  [{\"path\": \"/relay/ingest\", \"secret\": \"secret of the V4 webhook\",
    \"target\": \"http://127.0.0.1:3000/hook\", \"target_secret\": \"secret of the old webhook\"}]

With --register-hooks, a program that creates a webhook gets a relay without further settings: V4 delivers
to --public-url, and this server to the URL of the program, signed with the secret of the response. The file
of --relay keeps these relays.

RUST_LOG=frameio=warn logs requests that are served in part or refused.";

/// Limits of the façade.
const LIMITS: Limits = Limits { connections: 256, arrival: Duration::from_secs(30) };

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Serve the legacy V2 API until Ctrl-C
    #[command(after_help = HELP)]
    Serve(Box<Args>),
    /// List the routes with the V4 operations that serve them
    Routes(RoutesArgs),
}

impl Command {
    pub(super) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::Serve(args) => serve(global, args).await,
            Self::Routes(args) => routes(args),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct RoutesArgs {
    #[command(flatten)]
    format: FormatArgs<RouteRow>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    /// Maximum time to wait for the quota of a call before the response is 429
    #[arg(long, value_name = "SECONDS", default_value = "25s", value_parser = seconds)]
    max_wait: Duration,
    /// Call V4 with the legacy token of each request instead of your sign-in
    #[arg(long)]
    forward_token: bool,
    /// Accept only tokens whose SHA-256 is in this file
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// Accept requests to this host name; may be repeated
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// URL of this server for its clients [default: the host of each request]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Account for requests that name none
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Page size of requests without one
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    page_size: u32,
    /// Return 1 for numbers of items and comments instead of counting them
    #[arg(long)]
    assume_counts: bool,
    /// Create a comment that quotes instead of refusing replies
    #[arg(long)]
    quote_replies: bool,
    /// Number of the first frame in V4
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=1))]
    first_frame: u64,
    /// File with an ID of V2 and an ID of V4 on each line, for IDs that have changed
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// File with relays for deliveries of webhooks and custom actions
    #[arg(long, value_name = "FILE")]
    relay: Option<PathBuf>,
    /// Register a relay for each webhook that a program creates, and save it to the file of --relay
    #[arg(long, requires = "relay", requires = "public_url")]
    register_hooks: bool,
    #[command(flatten)]
    json: JsonArgs,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('s').unwrap_or(text);
    let seconds: f64 = number.parse().map_err(|_| "expected seconds, such as 25s".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "expected seconds, such as 25s".to_owned())
}

async fn serve(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let address = listen_address::resolve(&args.listen)?;
    let router = Router::new().fallback_service(service(global, args, address)?);
    let failed = |error| listen_address::unavailable(&args.listen, &error);
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let announce = || announce(&args.json.reporter(), address);
    LIMITS.serve(listener, router, announce, std::future::pending()).await
}

/// Builds the façade. Off the loopback it has to know its callers: it calls V4 as the user.
fn service(
    global: &GlobalArgs,
    args: &Args,
    address: SocketAddr,
) -> Result<LegacyService, Failure> {
    let is_local = address.ip().is_loopback();
    if !is_local && args.tokens.is_none() && !args.forward_token {
        let message = "other machines can reach this address: use --tokens or --forward-token";
        return Err(Failure::value("--listen", &args.listen, message));
    }
    let mut builder = match args.forward_token {
        true => {
            let profile = global.profile.load()?;
            LegacyService::forward_token(global.client_builder(&profile, Client::builder())?)
        }
        false => LegacyService::builder(global.client()?),
    };
    if is_local || !args.hosts.is_empty() {
        builder = builder.hosts(args.hosts.iter().fold(Hosts::local(), |all, name| all.and(name)));
    }
    if let Some(path) = &args.tokens {
        builder = builder.accept_tokens(tokens(path)?);
    }
    if let Some(relays) = relays(args)? {
        builder = builder.relays(relays);
    }
    Ok(settings(args, builder)?.build())
}

fn settings(args: &Args, builder: LegacyBuilder) -> Result<LegacyBuilder, Failure> {
    let mut builder = builder
        .max_wait(args.max_wait)
        .page_size(args.page_size)
        .first_frame(args.first_frame)
        .counts(if args.assume_counts { Counts::Assumed } else { Counts::Exact })
        .replies(if args.quote_replies { Replies::Quote } else { Replies::Refuse });
    if let Some(account) = &args.account {
        builder = builder.account(account.as_str());
    }
    if let Some(url) = &args.public_url {
        builder = builder.public_url(url);
    }
    if let Some(path) = &args.ids {
        builder = builder.ids(ids(path)?);
    }
    Ok(builder)
}

fn tokens(path: &Path) -> Result<AcceptedTokens, Failure> {
    let tokens = AcceptedTokens::parse(&input::file(path)?);
    let tokens = tokens.map_err(|error| Failure::value("--tokens", path.display(), error))?;
    match tokens.is_empty() {
        true => Err(Failure::value(
            "--tokens",
            path.display(),
            "the file contains no SHA-256 of a token",
        )),
        false => Ok(tokens),
    }
}

fn ids(path: &Path) -> Result<Vec<(String, String)>, Failure> {
    let text = input::file(path)?;
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(index, line)| {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some(old), Some(new), None) => Ok((old.to_owned(), new.to_owned())),
                _ => {
                    let message = format!("line {}: expected two ids", index + 1);
                    Err(Failure::value("--ids", path.display(), message))
                }
            }
        })
        .collect()
}

/// Reads the relays. Those that requests register are saved to the same file, which may be missing.
fn relays(args: &Args) -> Result<Option<Relays>, Failure> {
    let Some(path) = args.relay.as_deref() else { return Ok(None) };
    let is_new = args.register_hooks && path.try_exists().is_ok_and(|exists| !exists);
    let text = if is_new { "[]".to_owned() } else { input::file(path)? };
    let about = |error: &dyn std::fmt::Display| Failure::value("--relay", path.display(), error);
    let relays = Relays::parse(&text).map_err(|error| about(&error))?;
    match args.register_hooks {
        true => Ok(Some(relays.save_to(path).map_err(|error| about(&io_reason(&error)))?)),
        false => Ok(Some(relays)),
    }
}

/// Prints the URL that old programs are given.
fn announce(reporter: &Reporter, address: SocketAddr) -> Result<(), Failure> {
    if !address.ip().is_loopback() {
        reporter.note(&format!(
            "warning: other machines can reach the server at {address}, without encryption"
        ));
    }
    reporter.record(&ServerUrl(listen_address::url(address)))
}

/// Prints the routes that are served, and those that are refused.
fn routes(args: &RoutesArgs) -> Result<(), Failure> {
    let mut list = args.format.list()?;
    frameio_legacy::Route::all().try_for_each(|route| list.push(&RouteRow(route)))?;
    list.finish()
}

/// A route of the legacy API in the list.
struct RouteRow(&'static frameio_legacy::Route);

impl Row for RouteRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("class"),
        Column::new("method"),
        Column::new("path").flexible(),
        Column::new("operations").flexible(),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            self.0.class().to_string().into(),
            self.0.method().to_string().into(),
            self.0.path().into(),
            Cell::List(self.0.operations().iter().map(|&it| it.to_owned()).collect()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_seconds_with_or_without_a_unit() {
        assert_eq!(seconds("25s"), Ok(Duration::from_secs(25)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "s", "-1", "1m", "inf"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
