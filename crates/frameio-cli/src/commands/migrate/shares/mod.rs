//! `frameio migrate shares`: old review links in V4.

mod create;
mod existing;
mod old_link;
mod record;
mod row;

use std::path::{Path, PathBuf};

use frameio::shares::{Share, ShareAccess};
use frameio::transfer::Transfers;
use jiff::Timestamp;

use self::create::{Creator, Defaults, NewShare};
use self::existing::Matches;
use self::old_link::Entry;
use self::record::{Created, Record};
use self::row::LinkRow;
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::exit::{Failure, Status};
use crate::input::{self, STANDARD_INPUT};
use crate::report::{List, Reporter};
use crate::resolver::Resolver;

pub(super) const HELP: &str = "\
The list has an old link (https://f.io/…, https://app.frame.io/reviews/…) or the ID of a share on each line.
V4 does not mark shares that were review links, so collect the links yourself, from mails, documents or a
database. A link that matches a share keeps its address; others no longer work unless they are re-created.

To re-create links, append paths or IDs of files and folders to their lines, separated by commas or tabs, and
use --send. The new share has the name and the settings of the matching share, or else the name of its first
item, access for everybody with the link, and no downloads. Nobody is notified.

Each share that is created is recorded in LIST.results. The same command again, also after it was
interrupted, creates no share twice.

Example of a list:
  https://f.io/a1b2c3d4, /Film/The Crossing/Cuts
  0c3e1f62-77c1-4a3c-9d0e-1a2b3c4d5e6f

Examples:
  frameio migrate shares links.csv                        report which links match a share
  frameio migrate shares links.csv --send --format csv >new-links.csv";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File with old links or IDs, one on each line; '-' for standard input
    #[arg(value_name = "LIST")]
    list: PathBuf,
    /// Create the shares; without it, nothing is changed
    #[arg(long)]
    send: bool,
    /// Also re-create links that match a share
    #[arg(long)]
    matching: bool,
    /// Access to new shares whose link matches none
    #[arg(long, value_name = "ACCESS", value_parser = ["public", "secure"], default_value = "public")]
    access: String,
    /// Allow downloads from new shares whose link matches none
    #[arg(long)]
    downloads: bool,
    #[command(flatten)]
    format: FormatArgs<LinkRow>,
    /// File that records created shares [default: LIST.results; required for standard input]
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let list = args.format.list()?;
    let entries = read(&args.list)?;
    let results = args.results()?;
    let record = match (&results, args.send) {
        (Some(path), true) => Record::open(path)?,
        (Some(path), false) => Record::read(path)?,
        (None, true) => {
            let message = "'--results' is required to create shares from standard input";
            return Err(Failure::usage(message));
        }
        (None, false) => Record::default(),
    };
    let client = global.client()?;
    let accounts = args.account.list(&client, &global.profile.load()?).await?;
    let matches = existing::find(&client, &accounts, &entries).await?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let plans = plan(args, &resolver, &entries, &matches, &record).await?;
    let access = args.access.as_str().into();
    let defaults = Defaults { access, downloads: args.downloads };
    let creator = Creator { client: &client, defaults, record, known: Default::default() };
    Run { args, creator, list, counts: Counts::default() }
        .all(entries.iter().zip(plans), &matches)
        .await
}

impl Args {
    fn results(&self) -> Result<Option<PathBuf>, Failure> {
        if self.results.is_some() || self.list == Path::new("-") {
            return Ok(self.results.clone());
        }
        let mut name = self.list.clone().into_os_string();
        name.push(".results");
        Ok(Some(name.into()))
    }
}

fn read(list: &Path) -> Result<Vec<Entry>, Failure> {
    if list == Path::new("-") {
        let text = input::text(&mut std::io::stdin(), STANDARD_INPUT)?;
        return old_link::read(&text, STANDARD_INPUT);
    }
    old_link::read(&input::file(list)?, &input::quoted(list.display()))
}

/// Resolves the items of all shares that are to be created, before the first one is.
async fn plan(
    args: &Args,
    resolver: &Resolver<'_>,
    entries: &[Entry],
    matches: &Matches,
    record: &Record,
) -> Result<Vec<Option<NewShare>>, Failure> {
    let mut plans = Vec::new();
    for entry in entries {
        let key = entry.link.key();
        let like = matches.get(&key);
        let is_wanted = !entry.items.is_empty()
            && record.created(&key).is_none()
            && (like.is_none() || args.matching || record.interrupted(&key).is_some());
        plans.push(match is_wanted {
            true => {
                let planned = NewShare::plan(resolver, &entry.items, like).await;
                Some(planned.map_err(|failure| {
                    let message = format!("'{}': {}", entry.text, failure.message);
                    Failure { message, ..failure }
                })?)
            }
            false => None,
        });
    }
    Ok(plans)
}

#[derive(Default)]
struct Counts {
    matching: usize,
    planned: usize,
    created: usize,
    failed: Option<Status>,
}

struct Run<'a> {
    args: &'a Args,
    creator: Creator<'a>,
    list: List<LinkRow>,
    counts: Counts,
}

impl Run<'_> {
    async fn all(
        mut self,
        entries: impl ExactSizeIterator<Item = (&Entry, Option<NewShare>)>,
        matches: &Matches,
    ) -> Result<(), Failure> {
        let all = entries.len();
        for (entry, plan) in entries {
            let row = self.row(entry, plan.as_ref(), matches.get(&entry.link.key())).await?;
            self.list.push(&row)?;
        }
        self.list.finish()?;
        let Counts { matching, planned, created, failed } = self.counts;
        let made = match self.args.send {
            true => format!("created {created}"),
            false if planned > 0 => format!("would create {planned}; create them with --send"),
            false => "nothing to create".to_owned(),
        };
        Reporter::text().status(&format!("{matching} of {all} links match a share; {made}"));
        match failed {
            Some(status) => Err(Failure::new(status, "some shares could not be created")),
            None => Ok(()),
        }
    }

    async fn row(
        &mut self,
        entry: &Entry,
        plan: Option<&NewShare>,
        share: Option<&Share>,
    ) -> Result<LinkRow, Failure> {
        let key = entry.link.key();
        self.counts.matching += usize::from(share.is_some());
        let row = |state, note: &str| LinkRow {
            old: entry.text.clone(),
            state,
            note: note.to_owned(),
            ..LinkRow::default()
        };
        if let Some(created) = self.creator.record.created(&key) {
            return Ok(row("created", "by an earlier run").with(created));
        }
        match (plan, share) {
            (Some(plan), _) if self.args.send => match self.creator.create(&key, plan).await {
                Ok(created) => {
                    self.counts.created += 1;
                    let note = if has_reviewers(share) { "invite its reviewers again" } else { "" };
                    Ok(row("created", note).with(&created))
                }
                Err(failure) => self.failed(row("failed", &failure.message), failure),
            },
            (Some(plan), _) => {
                self.counts.planned += 1;
                Ok(LinkRow { name: Some(plan.name.clone()), ..row("to create", "") })
            }
            (None, Some(share)) => {
                let note = existing::state(share, Timestamp::now());
                let matching = Created {
                    old: key,
                    id: share.id.as_str().to_owned(),
                    name: share.name.clone().unwrap_or_default(),
                    link: share.short_url.clone(),
                };
                Ok(row("matches", note).with(&matching))
            }
            (None, None) => Ok(row("no match", "")),
        }
    }

    /// Reports a refusal of one share. Any other failure ends the run.
    fn failed(&mut self, row: LinkRow, failure: Failure) -> Result<LinkRow, Failure> {
        match failure.status {
            Status::Forbidden | Status::NotFound | Status::Refused => {
                let status = Status::common(self.counts.failed, failure.status);
                self.counts.failed = Some(status);
                Ok(row)
            }
            _ => {
                let created = self.counts.created;
                let note = format!("created {created} shares; the same command again continues");
                self.list.reporter().note(&note);
                Err(failure)
            }
        }
    }
}

/// Whether only invited reviewers can open the share.
fn has_reviewers(share: Option<&Share>) -> bool {
    share.is_some_and(|share| share.access == ShareAccess::Secure)
}
