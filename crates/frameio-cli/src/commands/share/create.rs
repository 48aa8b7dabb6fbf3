//! `frameio share create`.

use std::collections::HashSet;

use frameio::shares::{CreateShare, Share, ShareAccess};
use frameio::transfer::{RemotePath, Resolved, Transfers};
use frameio::{AssetId, Client, ProjectId};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::passphrase::PassphraseArgs;
use super::row::share_json;
use super::target::{Finder, FoundShare};
use super::{add, contents, expiration, reviewers};
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::commands::assets;
use crate::commands::changes::{Results, confirmed, is_created_since};
use crate::completion;
use crate::exit::Failure;
use crate::report::{Record, Reporter, local_time};
use crate::resolver::shares as links;

/// Maximum number of items in the call that creates a share.
pub(super) const ITEMS: usize = 100;

/// Maximum number of characters of a name.
const MAX_NAME: usize = 175;

pub(super) const HELP: &str = "\
Examples:
  frameio share create 'Cut 3' '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4' --expires 7d
  frameio share create Dailies '/Film/The Crossing/Dailies' --passphrase --no-downloads
  frameio share create 'Client review' '/Film/The Crossing/Cuts' --secure --reviewer kim@example.com

Share a folder instead of many files: a share accepts 100 items at its creation, and the service adds
10 more a minute. The service sends no email unless '--notify' is given.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of the share
    name: String,
    /// Files, folders and version stacks of one project: paths or IDs; - reads them from standard input,
    /// one per line
    #[arg(value_name = "PLACE", required = true, add = completion::place())]
    places: Vec<String>,
    /// Time of expiration: 12h, 7d or 2w from now, a day (until its end in UTC), or a time (RFC 3339)
    /// [default: never]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    expires: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Admit reviewers only, not everyone with the link
    #[arg(long)]
    secure: bool,
    /// Reviewer by email address; may be repeated
    #[arg(long = "reviewer", value_name = "EMAIL", requires = "secure")]
    reviewers: Vec<String>,
    #[command(flatten)]
    invitation: reviewers::InvitationArgs,
    /// Do not let reviewers download
    #[arg(long)]
    no_downloads: bool,
    /// Do not let reviewers comment
    #[arg(long)]
    no_comments: bool,
    /// Show all versions of a version stack, not only the head
    #[arg(long)]
    all_versions: bool,
    /// Description; requires the feature 'branded shares' of the account
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

/// A share that was created.
struct Created<'a>(&'a Share);

impl Record for Created<'_> {
    fn lines(&self) -> Vec<String> {
        let share = self.0;
        let name = share.name.as_deref().unwrap_or_default();
        let mut lines = vec![format!("created share {} '{name}'", share.id.as_str())];
        lines.extend(share.short_url.iter().map(|url| format!("link: {url}")));
        lines.extend(share.expiration.map(|at| format!("expires: {}", local_time(at))));
        lines
    }

    fn json(&self) -> Value {
        share_json(self.0)
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    check(args)?;
    let expiration = args.expires.as_deref().map(expiration::of_argument).transpose()?;
    let passphrase = args.passphrase.read().await?;
    if args.invitation.notify && args.reviewers.is_empty() {
        return Err(Failure::usage("'--notify' needs '--reviewer': nobody else is notified"));
    }
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::of_places(global, &client, &transfers, &args.account)?;
    let items = contents::items(&finder, &args.places).await?;
    let (first, project) = project(&items)?;
    let reporter = args.json.reporter();
    suggest_folder(&reporter, &items);
    let access = if args.secure { ShareAccess::Secure } else { ShareAccess::Public };
    let ids = items.iter().take(ITEMS).map(|item| AssetId::from(assets::id(item)));
    let ids: Vec<_> = ids.collect();
    let mut create =
        CreateShare::new(&first.account_id, project, &*args.name, access).asset_ids(ids);
    if let Some(expiration) = expiration {
        create = create.expiration(expiration);
    }
    let is_generated = passphrase.is_none();
    if let Some(passphrase) = passphrase {
        create = create.passphrase(passphrase);
    }
    let share = send(&client, settings(create, args)).await?;
    let found = FoundShare { account: first.account_id.clone(), share };
    announce(&reporter, &found.share, is_generated, false)?;
    let others: Vec<_> = items.iter().skip(ITEMS).collect();
    let added = match others.is_empty() {
        true => Ok(()),
        false => {
            let results = Results::new("add", args.json.reporter());
            add::add(&client, &found, &others, results).await
        }
    };
    if !args.reviewers.is_empty() {
        let (emails, invitation) = (&args.reviewers, &args.invitation);
        let mut results = Results::about("email", "add", args.json.reporter());
        let added = reviewers::invite(&client, &found, emails, invitation, &mut results).await?;
        // The result is the share.
        added.iter().flat_map(Record::lines).for_each(|line| reporter.status(&line));
        results.finish(Ok(()))?;
    }
    added
}

/// Creates a share. If the response is lost, looks for a new share of its name in the project.
pub(super) async fn send(client: &Client, create: CreateShare) -> Result<Share, Failure> {
    let start = Timestamp::now();
    let (account, project) = (create.account_id.clone(), create.project_id.clone());
    let name = create.name.clone();
    let find = async || {
        let shares = links::of_project(client, &account, &project).await?;
        let is_new = |share: &Share| {
            share.name.as_deref() == Some(&*name) && is_created_since(share.created_at, start)
        };
        Ok(shares.into_iter().find(is_new))
    };
    let show = format!("frameio share list {}", project.as_str());
    confirmed(client.send(create), &show, find).await
}

/// Prints a share, before other items are added, which can take minutes. `is_named` is whether the JSON names
/// it as a share.
pub(super) fn announce(
    reporter: &Reporter,
    share: &Share,
    is_generated: bool,
    is_named: bool,
) -> Result<(), Failure> {
    match is_named && reporter.is_json() {
        true => reporter.json_line(&json!({ "share": share_json(share) }))?,
        false => reporter.record(&Created(share))?,
    }
    if is_generated && share.passphrase.is_some() {
        let show = format!("`frameio share show {} --show-passphrase`", share.id.as_str());
        reporter.note(&format!("the service generated a passphrase: {show} prints it"));
    }
    Ok(())
}

/// Refuses arguments before anything is read.
fn check(args: &Args) -> Result<(), Failure> {
    if args.name.starts_with('/') {
        let message =
            format!("'{}' looks like a place: the name of the share comes first", args.name);
        return Err(Failure::usage(message));
    }
    check_name(&args.name)?;
    if args.passphrase.reads_standard_input() && args.places.iter().any(|place| place == "-") {
        let message = "standard input cannot contain both the passphrase and the places";
        return Err(Failure::usage(message));
    }
    reviewers::check(&args.reviewers)
}

/// Refuses a name that the service refuses, before anything is uploaded or read.
pub(super) fn check_name(name: &str) -> Result<(), Failure> {
    let count = name.chars().count();
    let reason = match name {
        _ if name.trim().is_empty() => "is empty".to_owned(),
        _ if count > MAX_NAME => {
            format!("has {count} characters; the service accepts at most {MAX_NAME}")
        }
        _ if name.contains(['\n', '\r']) => "contains a line break".to_owned(),
        _ => return Ok(()),
    };
    Err(Failure::usage(format!("the name of the share {reason}")))
}

/// Adds the settings that differ from the defaults of the service.
fn settings(mut create: CreateShare, args: &Args) -> CreateShare {
    if args.no_downloads {
        create = create.downloading_enabled(false);
    }
    if args.no_comments {
        create = create.commenting_enabled(false);
    }
    if args.all_versions {
        create = create.show_all_asset_versions(true);
    }
    match &args.description {
        Some(description) => create.description(&**description),
        None => create,
    }
}

/// Returns the first item and the project of all items.
fn project(items: &[Resolved]) -> Result<(&Resolved, &ProjectId), Failure> {
    let none = || Failure::usage("nothing to share");
    let first = items.first().ok_or_else(none)?;
    let project = first.project_id.as_ref().ok_or_else(none)?;
    match items.iter().find(|item| item.project_id.as_ref() != Some(project)) {
        None => Ok((first, project)),
        Some(other) => {
            let reason = "are in different projects: create a share for each project";
            Err(Failure::usage(format!("'{}' and '{}' {reason}", first.path, other.path)))
        }
    }
}

/// Suggests to share a folder instead of more items than a creation accepts.
fn suggest_folder(reporter: &Reporter, items: &[Resolved]) {
    if items.len() <= ITEMS {
        return;
    }
    let above = |item: &Resolved| {
        let names = item.path.names();
        RemotePath::new(names.get(..names.len().saturating_sub(1)).unwrap_or_default()).to_string()
    };
    let folders: HashSet<String> = items.iter().map(above).collect();
    let folder = match folders.iter().next() {
        Some(folder) if folders.len() == 1 => format!("the folder '{folder}'"),
        _ => "their folders".to_owned(),
    };
    reporter.note(&format!(
        "a share accepts {ITEMS} items at its creation, and {} are given: sharing {folder} instead takes one call",
        items.len()
    ));
}
