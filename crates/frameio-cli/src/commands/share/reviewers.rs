//! `frameio share reviewers`.

use frameio::Client;
use frameio::shares::{
    AddShareReviewers, ListShareReviewers, RemoveShareReviewers, Reviewers, ShareAccess,
};
use frameio::transfer::Transfers;
use frameio::users::User;

use super::target::{Finder, FoundShare, ShareArgs};
use crate::args::{FormatArgs, GlobalArgs};
use crate::exit::{Failure, Status};
use crate::report::{Cell, Column, Reporter, Row};

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
    share: String,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    target: ShareArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AddArgs {
    /// Share: ID, link, or its name with --project
    share: String,
    /// Email addresses
    #[arg(value_name = "EMAIL", required = true)]
    emails: Vec<String>,
    #[command(flatten)]
    invitation: InvitationArgs,
    #[command(flatten)]
    target: ShareArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RemoveArgs {
    /// Share: ID, link, or its name with --project
    share: String,
    /// Email addresses
    #[arg(value_name = "EMAIL", required = true)]
    emails: Vec<String>,
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
            Self::Add(args) => invite(&client, &found, &args.emails, &args.invitation).await,
            Self::Remove(args) => remove(&client, &found, &args.emails).await,
        }
    }
}

/// A reviewer in a list.
struct ReviewerRow<'a>(&'a User);

impl Row for ReviewerRow<'_> {
    const COLUMNS: &'static [Column] =
        &[Column::new("email").flexible(), Column::new("name").flexible(), Column::new("id")];

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

/// Adds people, and reads the reviewers again. Sends no email unless the user asks for it.
pub(super) async fn invite(
    client: &Client,
    found: &FoundShare,
    emails: &[String],
    invitation: &InvitationArgs,
) -> Result<(), Failure> {
    let is_public = found.share.access == ShareAccess::Public;
    if is_public && !invitation.notify {
        let reason = "everyone with the link can open it, so it has no reviewers; pass '--notify' to send an email";
        return Err(Failure::usage(format!("'{}' is public: {reason}", found.name())));
    }
    let message = invitation.message.clone();
    let message = message.unwrap_or_else(|| format!("Please review '{}'.", found.name()));
    let emails = distinct(emails);
    for people in emails.chunks(PEOPLE) {
        let add = AddShareReviewers::new(
            &found.account,
            &found.share.id,
            Reviewers::emails(people),
            &*message,
        );
        client.send(add.notify_by_email(invitation.notify)).await?;
    }
    let reporter = Reporter::text();
    if is_public {
        let count = emails.len();
        reporter
            .status(&format!("asked the service to send {count} emails; the share stays public"));
        return Ok(());
    }
    let reviewers = list(client, found).await?;
    let is_reviewer = |email: &String| reviewers.iter().any(|it| it.email.to_lowercase() == *email);
    if let Some(absent) = emails.iter().find(|email| !is_reviewer(email)) {
        let message =
            format!("the service accepted '{absent}', but does not list them as a reviewer");
        return Err(Failure::new(Status::Unexpected, message));
    }
    let mail = if invitation.notify { "notified by email" } else { "no email was sent" };
    reporter.status(&format!("reviewers: {} ({mail})", emails.join(", ")));
    Ok(())
}

async fn remove(client: &Client, found: &FoundShare, emails: &[String]) -> Result<(), Failure> {
    let emails = distinct(emails);
    for people in emails.chunks(PEOPLE) {
        let (account, share) = (&found.account, &found.share.id);
        client.send(RemoveShareReviewers::new(account, share, Reviewers::emails(people))).await?;
    }
    Reporter::text().line(&format!("removed reviewers: {}", emails.join(", ")))
}

async fn list(client: &Client, found: &FoundShare) -> Result<Vec<User>, Failure> {
    let list = ListShareReviewers::new(&found.account, &found.share.id).page_size(100);
    let mut list = client.items(list);
    let mut reviewers = Vec::new();
    while let Some(user) = list.next().await {
        reviewers.push(user?);
    }
    Ok(reviewers)
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
