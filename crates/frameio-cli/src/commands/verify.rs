//! `frameio verify`: compares responses of the service with the contract.

use std::path::PathBuf;

use frameio::auth::profile::Profile;
use frameio::transfer::Transfers;
use frameio_cassette::Cassette;
use frameio_verify::{CrawlOptions, Report, Verifier, VerifyError};
use serde_json::Value;

use crate::args::{AccountArg, GlobalArgs, JsonArgs, at_least_one};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{self, Record};
use crate::resolver::{Purpose, Resolver};
use crate::shutdown;

pub(super) const HELP: &str = "\
Calls each GET operation that your account allows, within the quotas, and compares every response with
the API documents, with the models of this program, and with the documented quotas. Nothing is changed.
The report contains names of operations and fields, types, counts and quotas; no names, ids, texts or
links of your account. Attach it to an issue if you can: this program was developed without access to the service.

With '--write-to', it also creates files without content, a version stack and a comment in a temporary
folder inside FOLDER, and deletes that folder, also after Ctrl-C. Nobody is notified.

The exit status is 0 without a deviation, and 10 with one.

Examples:
  frameio verify
  frameio verify --json >report.json
  frameio verify --write-to '/Film/The Crossing/Dailies'
  frameio verify --from traffic.jsonl                      a recording of `frameio record`, offline";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Verify the responses of a cassette instead; no credentials are needed
    #[arg(long, value_name = "CASSETTE", conflicts_with_all = ["account", "samples", "max_calls", "experimental", "write_to"])]
    from: Option<PathBuf>,
    #[command(flatten)]
    account: AccountArg,
    /// Number of resources to call each operation for; four times as many folders
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    samples: u16,
    /// Maximum number of calls
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = at_least_one::<u16>)]
    max_calls: u16,
    /// Call experimental operations too
    #[arg(long)]
    experimental: bool,
    /// Also check operations that write, in a temporary folder inside this one: /Workspace/Project/Folder
    #[arg(long, value_name = "FOLDER", add = completion::place())]
    write_to: Option<String>,
    #[command(flatten)]
    json: JsonArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut verifier = Verifier::new();
    let ended = match &args.from {
        Some(path) => {
            let cassette = Cassette::read(path).map_err(|error| {
                Failure::usage(format!("cannot read '{}': {error}", path.display()))
            })?;
            verifier.cassette(&cassette);
            Ok(())
        }
        None => live(global, args, &mut verifier).await,
    };
    // The responses until a failure are worth a report too.
    let report = verifier.report();
    if ended.is_ok() || report.operations > 0 {
        args.json.print(&Output(&report))?;
    }
    ended?;
    match report.deviations.is_empty() {
        true => Ok(()),
        false => Err(Failure::reported(Status::Unexpected)),
    }
}

async fn live(global: &GlobalArgs, args: &Args, verifier: &mut Verifier) -> Result<(), Failure> {
    let client = global.client()?;
    let profile = global.profile.load()?;
    let mut options = CrawlOptions::new()
        .samples(args.samples.into())
        .max_calls(args.max_calls.into())
        .experimental(args.experimental);
    if let Some(account) = account(args, &client, &profile).await? {
        options = options.account(account);
    }
    // Resolved first, so that a wrong folder is reported before hundreds of calls.
    let transfers = Transfers::new(client.clone());
    let folder = match &args.write_to {
        Some(place) => {
            let resolver = Resolver::new(global, &transfers, &args.account)?;
            Some(resolver.folder(Purpose::Write, Some(place)).await?)
        }
        None => None,
    };
    tokio::select! {
        crawled = verifier.crawl(&client, &options) => crawled.map_err(failure)?,
        () = shutdown::requested() => return Err(Failure::reported(Status::Interrupted)),
    }
    let Some((account, folder)) = folder else { return Ok(()) };
    let stop = shutdown::requested();
    let checks = verifier.write_checks(&client, account.as_str(), folder.as_str(), stop).await;
    let outcome = checks.map_err(failure)?;
    if let Some((name, reason)) = outcome.left_behind {
        let message =
            format!("the temporary folder '{name}' may remain: {reason}; delete it yourself");
        return Err(Failure::new(Status::Other, message));
    }
    Ok(())
}

/// Returns the id of the account of the arguments or the profile.
async fn account(
    args: &Args,
    client: &frameio::Client,
    profile: &Profile,
) -> Result<Option<String>, Failure> {
    if args.account.given().is_none() && profile.account_id.is_none() {
        return Ok(None);
    }
    let accounts = args.account.list(client, profile).await?;
    Ok(accounts.first().map(|account| account.id.to_string()))
}

fn failure(error: VerifyError) -> Failure {
    match error.client_error() {
        Some(cause) => Failure::new(Status::of_call(cause), error.to_string()),
        None if error.is_signed_out() => Failure::new(Status::SignedOut, error.to_string()),
        None => Failure::new(Status::NoResponse, error.to_string()),
    }
}

/// The report of a run.
struct Output<'r>(&'r Report);

impl Record for Output<'_> {
    fn lines(&self) -> Vec<String> {
        self.0.to_string().lines().map(str::to_owned).collect()
    }

    fn json(&self) -> Value {
        report::json(self.0).unwrap_or_default()
    }
}
