//! `frameio share reviewers`.

use frameio::Client;
use frameio::shares::{
    AddShareReviewers, ListShareReviewers, RemoveShareReviewers, Reviewers, ShareAccess,
};
use frameio::transfer::Transfers;
use frameio::users::User;
use futures_util::TryStreamExt;

use super::target::{Finder, FoundShare, ShareArgs};
use crate::args::{FormatArgs, GlobalArgs, JsonArgs};
use crate::commands::changes::{Change, Results, confirmed};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{Cell, Column, Row};

/// Maximum number of people in a call.
const PEOPLE: usize = 10;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the reviewers of a share
    List(ListArgs),
    /// Add reviewers to a share that admits reviewers only
    Add(AddArgs),
    /// Remove reviewers from a share
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Share: ID, link, or its name with --project
    #[arg(add = completion::share())]
    share: String,
    #[command(flatten)]
    format: FormatArgs<ReviewerRow<'static>>,
    #[command(flatten)]
    target: ShareArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AddArgs {
    /// Share: ID, link, or its name with --project
    #[arg(add = completion::share())]
    share: String,
    /// Email addresses
    #[arg(value_name = "EMAIL", required = true)]
    emails: Vec<String>,
    #[command(flatten)]
    invitation: InvitationArgs,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    target: ShareArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RemoveArgs {
    /// Share: ID, link, or its name with --project
    #[arg(add = completion::share())]
    share: String,
    /// Email addresses
    #[arg(value_name = "EMAIL", required = true)]
    emails: Vec<String>,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    target: ShareArgs,
}

#[derive(Debug, clap::Args)]
pub(super) struct InvitationArgs {
    /// Let the service send the invitations by email
    #[arg(long)]
    pub(super) notify: bool,
    /// Message in the invitations
    #[arg(long, value_name = "TEXT", requires = "notify")]
    message: Option<String>,
}

impl Command {
    pub(super) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        let (text, target) = match self {
            Self::List(args) => (&args.share, &args.target),
            Self::Add(args) => (&args.share, &args.target),
            Self::Remove(args) => (&args.share, &args.target),
        };
        if let Self::Add(AddArgs { emails, .. }) | Self::Remove(RemoveArgs { emails, .. }) = self {
            check(emails)?;
        }
        let client = global.client()?;
        let transfers = Transfers::new(client.clone());
        let found = Finder::new(global, &client, &transfers, target)?.find(text).await?;
        match self {
            Self::List(args) => {
                let mut rows = args.format.list()?;
                let reviewers = list(&client, &found).await?;
                reviewers.iter().try_for_each(|user| rows.push(&ReviewerRow(user)))?;
                rows.finish()
            }
            Self::Add(args) => {
                let (emails, invitation) = (&args.emails, &args.invitation);
                let mut results = Results::about("email", "add", args.json.reporter());
                let added = invite(&client, &found, emails, invitation, &mut results).await?;
                added.iter().for_each(|change| results.done(change));
                results.finish(Ok(()))
            }
            Self::Remove(args) => {
                let results = Results::about("email", "remove", args.json.reporter());
                remove(&client, &found, &args.emails, results).await
            }
        }
    }
}

/// A reviewer in a list.
struct ReviewerRow<'a>(&'a User);

impl Row for ReviewerRow<'_> {
    const COLUMNS: &'static [Column] =
        &[Column::new("email").flexible(), Column::new("name").flexible(), Column::new("id")];

    /// Reviewers without an account have no ID, and the commands take addresses.
    const ID: &'static str = "email";

    fn cells(&self) -> Vec<Cell> {
        let User { id, name, email, .. } = self.0;
        let id = id.as_ref().map(|id| id.as_str());
        vec![email.as_str().into(), name.as_deref().into(), id.into()]
    }
}

/// Refuses texts that are not email addresses.
pub(super) fn check(emails: &[String]) -> Result<(), Failure> {
    let is_email = |text: &str| {
        let parts = text.split_once('@');
        parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
            && !text.contains(char::is_whitespace)
    };
    match emails.iter().find(|email| !is_email(email)) {
        Some(text) => Err(Failure::usage(format!("'{text}' is not an email address"))),
        None => Ok(()),
    }
}

/// Adds people, reads the reviewers again, and returns those that were added. Sends no email unless the user asks for it.
pub(super) async fn invite(
    client: &Client,
    found: &FoundShare,
    emails: &[String],
    invitation: &InvitationArgs,
    results: &mut Results,
) -> Result<Vec<Change>, Failure> {
    let is_public = found.share.access == ShareAccess::Public;
    if is_public && !invitation.notify {
        let reason = "everyone with the link can open it, so it has no reviewers; pass '--notify' to send an email";
        return Err(Failure::usage(format!("'{}' is public: {reason}", found.name())));
    }
    let message = invitation.message.clone();
    let message = message.unwrap_or_else(|| format!("Please review '{}'.", found.name()));
    let send = async |people: &[String]| {
        let (account, share) = (&found.account, &found.share.id);
        let add = AddShareReviewers::new(account, share, Reviewers::emails(people), &*message);
        let sent = async { client.send(add.notify_by_email(invitation.notify)).await.map(drop) };
        let find = async || {
            let now = list(client, found).await?;
            let is_reviewer =
                |email: &String| now.iter().any(|it| it.email.to_lowercase() == *email);
            Ok(people.iter().all(is_reviewer).then_some(()))
        };
        let show = format!("frameio share reviewers list {}", share.as_str());
        confirmed(sent, &show, find).await
    };
    let sent = in_groups(results, emails, send).await?;
    let reviewers = if is_public { Vec::new() } else { list(client, found).await? };
    let is_reviewer = |email: &String| reviewers.iter().any(|it| it.email.to_lowercase() == *email);
    let (outcome, mail) = match (is_public, invitation.notify) {
        (true, _) => ("notified", "the share stays public"),
        (false, true) => ("added", "notified by email"),
        (false, false) => ("added", "no email was sent"),
    };
    let mut changes = Vec::new();
    for email in &sent {
        match is_public || is_reviewer(email) {
            true => changes.push(reviewer(outcome, email).detail(mail)),
            false => {
                let message = "the service accepted the address, but does not list a reviewer";
                results.failed(email, Failure::new(Status::Unexpected, message))?;
            }
        }
    }
    Ok(changes)
}

async fn remove(
    client: &Client,
    found: &FoundShare,
    emails: &[String],
    mut results: Results,
) -> Result<(), Failure> {
    let send = async |people: &[String]| {
        let (account, share) = (&found.account, &found.share.id);
        client.send(RemoveShareReviewers::new(account, share, Reviewers::emails(people))).await?;
        Ok(())
    };
    let sent = in_groups(&mut results, emails, send).await?;
    sent.iter().for_each(|email| results.done(&reviewer("removed", email)));
    results.finish(Ok(()))
}

/// Sends as many addresses as a call may have, and returns those that the service accepted. Those of a refused
/// call are sent again one by one: the service refuses all for one of them.
async fn in_groups(
    results: &mut Results,
    emails: &[String],
    send: impl AsyncFn(&[String]) -> Result<(), Failure>,
) -> Result<Vec<String>, Failure> {
    let mut sent = Vec::new();
    for people in distinct(emails).chunks(PEOPLE) {
        let failure = match send(people).await {
            Ok(()) => {
                sent.extend_from_slice(people);
                continue;
            }
            Err(failure) => failure,
        };
        let is_of_one = matches!(failure.status, Status::NotFound | Status::Refused);
        for email in people {
            let outcome = match is_of_one && people.len() > 1 {
                true => send(std::slice::from_ref(email)).await,
                false => Err(Failure::new(failure.status, &*failure.message)),
            };
            match outcome {
                Ok(()) => sent.push(email.clone()),
                Err(failure) => results.failed(email, failure)?,
            }
        }
    }
    Ok(sent)
}

fn reviewer(outcome: &'static str, email: &str) -> Change {
    Change::of_thing(outcome, "reviewer", email).field("email", email)
}

async fn list(client: &Client, found: &FoundShare) -> Result<Vec<User>, Failure> {
    let list = ListShareReviewers::new(&found.account, &found.share.id).page_size(100);
    Ok(client.items(list).strict(true).try_collect().await?)
}

/// Returns each address once, in lower case.
fn distinct(emails: &[String]) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for email in emails.iter().map(|email| email.to_lowercase()) {
        if !distinct.contains(&email) {
            distinct.push(email);
        }
    }
    distinct
}
