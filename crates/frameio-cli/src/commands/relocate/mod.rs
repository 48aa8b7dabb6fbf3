//! `frameio mv` and `frameio cp`: what both have in common.

mod copies;
pub(super) mod cp;
mod destination;
mod moves;
pub(super) mod mv;
mod source;

use std::collections::HashSet;

use frameio::transfer::{Resolved, ResolvedItem, Transfers};
use frameio::{AccountId, Client};

use self::destination::Destination;
use self::source::{Source, Sources};
use super::assets::{Sibling, Siblings, id, kind};
use super::changes::{Change, Refusals, Results};
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::resolver::Resolver;
use crate::shutdown;

/// Maximum number of items in one call of the service.
const BULK: usize = 100;

/// Arguments of both commands.
#[derive(Debug, clap::Args)]
struct RelocationArgs {
    /// Files, folders and version stacks: paths or IDs
    #[arg(value_name = "SOURCE", required = true, add = completion::place())]
    sources: Vec<String>,
    /// Folder, project or new path: a path or an ID
    #[arg(value_name = "DEST", add = completion::place())]
    destination: String,
    /// Permit several items of the same name in the destination
    #[arg(long)]
    allow_duplicates: bool,
    /// Show the new paths, and change nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

/// What a command does, and with what.
struct Request<'a> {
    action: Action,
    args: &'a RelocationArgs,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Move,
    Copy,
}

impl Action {
    const fn verb(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Copy => "copy",
        }
    }

    /// Returns the outcome of an item in a dry run.
    const fn planned(self) -> &'static str {
        match self {
            Self::Move => "would_move",
            Self::Copy => "would_copy",
        }
    }

    /// Resolves a place; that of a moved item has to be absolute.
    async fn resolve(self, resolver: &Resolver<'_>, text: &str) -> Result<Resolved, Failure> {
        match self {
            Self::Move => resolver.resolve_absolute(text).await,
            Self::Copy => resolver.resolve_for_write(Some(text)).await,
        }
    }
}

/// A checked run: the items, and the folder that receives them.
struct Relocation<'a> {
    client: &'a Client,
    account: AccountId,
    destination: Destination,
    /// Items of the destination, and those that have arrived.
    siblings: Siblings,
    /// IDs of the items that the destination contained before the run, and of copies.
    known: HashSet<String>,
    allow_duplicates: bool,
}

impl Request<'_> {
    /// Resolves and checks all places, then runs `relocate` for the remaining sources.
    async fn run(
        &self,
        global: &GlobalArgs,
        relocate: impl AsyncFnOnce(&mut Relocation<'_>, &mut Results, Sources) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let client = global.client()?;
        let transfers = Transfers::new(client.clone());
        let args = self.args;
        let resolver = Resolver::new(global, &transfers, &args.account)?.for_many();
        let destination =
            Destination::find(&resolver, self.action, &args.destination, args.sources.len())
                .await?;
        let mut results = Results::new(self.action.verb(), args.json.reporter());
        let sources = self.sources(&client, &resolver, &destination, &mut results).await?;
        let account = destination.folder.account_id.clone();
        let siblings = Siblings::list(&client, &account, &destination.folder_id).await?;
        let known = siblings.ids().map(str::to_owned).collect();
        let mut relocation = Relocation {
            client: &client,
            account,
            destination,
            siblings,
            known,
            allow_duplicates: args.allow_duplicates,
        };
        if args.dry_run {
            let shown = relocation.show_all(&mut results, sources, self.action);
            return results.finish(shown);
        }
        let ended = shutdown::interruptible(relocate(&mut relocation, &mut results, sources)).await;
        results.finish(ended)
    }

    /// Resolves the sources. A missing or refused one ends the run before it begins.
    async fn sources(
        &self,
        client: &Client,
        resolver: &Resolver<'_>,
        destination: &Destination,
        results: &mut Results,
    ) -> Result<Sources, Failure> {
        let (mut sources, mut seen) = (Sources::default(), HashSet::new());
        let mut refused = Refusals::new(self.args.sources.len());
        for text in &self.args.sources {
            let item = match self.action.resolve(resolver, text).await {
                Ok(item) => item,
                Err(failure) => {
                    refused.add(text, failure)?;
                    continue;
                }
            };
            let source = Source::checked(text, item, self.action, destination)?;
            if source::is_above(client, &source.item, destination).await? {
                let message = format!("cannot {} '{text}' below itself", self.action.verb());
                return Err(Failure::usage(message));
            }
            if seen.insert(id(&source.item).to_owned()) {
                sources.add(source);
            }
        }
        results.check(refused)?;
        Ok(sources)
    }
}

impl Relocation<'_> {
    /// Shows where the sources would arrive.
    fn show_all(
        &mut self,
        results: &mut Results,
        sources: Sources,
        action: Action,
    ) -> Result<(), Failure> {
        let Sources { files, folders, stacks } = sources;
        for sources in [files, folders, stacks] {
            let sources = match action {
                Action::Move => self.moving(results, sources)?,
                Action::Copy => self.free(results, sources)?,
            };
            for source in sources {
                let path = self.destination.path_of(self.destination.name_of(&source.item));
                let (kind, id) = (kind(&source.item), id(&source.item));
                let change = Change::new(action.planned(), kind, id, &path);
                results.done(&change.from(&source.item.path));
            }
        }
        Ok(())
    }

    /// Returns the sources whose names are free in the destination, and reports the others.
    fn free(
        &mut self,
        results: &mut Results,
        sources: Vec<Source>,
    ) -> Result<Vec<Source>, Failure> {
        let mut free = Vec::new();
        for source in sources {
            match self.check_name(&source) {
                Ok(()) => {
                    let (id, kind) = (id(&source.item), kind(&source.item));
                    self.siblings.add(self.destination.name_of(&source.item), id, kind);
                    free.push(source);
                }
                Err(failure) => results.failed(&source.item.path.to_string(), failure)?,
            }
        }
        Ok(free)
    }

    /// Refuses a name that another item of the destination has: paths to both would be ambiguous.
    fn check_name(&self, source: &Source) -> Result<(), Failure> {
        let name = self.destination.name_of(&source.item);
        // An item may be renamed to another form of its own name, and a copy has another id.
        let is_moved = |it: &&Sibling| it.id == id(&source.item) && source.is_moved;
        let other = self.siblings.named(name).iter().find(|it| !is_moved(it));
        match other {
            Some(other) if !self.allow_duplicates => {
                let (kind, folder) = (other.kind.replace('_', " "), &self.destination.folder.path);
                Err(Failure::new(
                    Status::Conflict,
                    format!(
                        "{folder} contains a {kind} named '{name}' ({}); paths to both would be \
                         ambiguous ('--allow-duplicates' permits it)",
                        other.id
                    ),
                ))
            }
            _ => Ok(()),
        }
    }
}

/// Returns whether the service refused a call without carrying it out.
fn is_refused(error: &frameio::Error) -> bool {
    matches!(Status::of_call(error), Status::Forbidden | Status::NotFound | Status::Refused)
}

/// Returns whether an item is a file, folder or version stack.
const fn is_asset(item: &Resolved) -> bool {
    matches!(
        item.item,
        ResolvedItem::File(_) | ResolvedItem::Folder(_) | ResolvedItem::VersionStack(_)
    )
}
