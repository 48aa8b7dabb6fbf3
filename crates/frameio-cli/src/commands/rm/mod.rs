//! `frameio rm`: deletes files, folders, version stacks, projects and workspaces.

mod contents;
mod delete;
mod target;

use std::collections::HashSet;

use frameio::Client;
use frameio::transfer::Transfers;

use self::contents::Contents;
use self::target::Target;
use super::assets::id;
use super::changes::{Change, Refusals, Results, confirm, confirm_name, declined, is_interactive};
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::Reporter;
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio rm '/Film/The Crossing/Stills/Poster.png'
  frameio rm -r --dry-run '/Film/The Crossing/Dailies/Day 01'
  frameio rm -r --yes '/Film/The Crossing/Dailies/Day 01'
  frameio rm --confirm 'Harbour Lights' '/Film/Harbour Lights'

On a terminal, shows what would be deleted, with the contents of folders, and asks. Without a terminal,
'--yes' is required. A project or workspace is deleted only if its name is typed, or passed as
'--confirm NAME'; '--yes' is not enough. Each '--confirm' is for one item. Without '--yes', the contents of
a confirmed project or workspace are shown.

If a question is not confirmed, nothing is deleted, and the exit status is 1.

The API has no operation that deletes a version stack: with '--all-versions', each version is deleted,
the newest last. To delete one version, pass its ID.

Nothing is deleted if one of the places is missing or refused. `frameio restore PROJECT` lists deleted files,
folders and version stacks that can be restored; the API cannot restore projects and workspaces.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Items to delete: absolute paths or IDs
    #[arg(value_name = "PLACE", required = true, add = completion::absolute_place())]
    places: Vec<String>,
    /// Delete folders with their contents
    #[arg(long, short)]
    recursive: bool,
    /// Delete all versions of version stacks
    #[arg(long)]
    all_versions: bool,
    /// Delete files, folders and version stacks without asking; required without a terminal
    #[arg(long, short)]
    yes: bool,
    /// Delete a project or workspace with this name without asking; pass it once for each
    #[arg(long, value_name = "NAME")]
    confirm: Vec<String>,
    /// Show what would be deleted, and delete nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let may_delete = args.yes || args.dry_run || !args.confirm.is_empty() || is_interactive();
    if !may_delete {
        return Err(Failure::usage("'--yes' is required to delete without a terminal"));
    }
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?.for_many();
    let mut results = Results::new("delete", args.json.reporter());
    let mut targets = args.targets(&client, &resolver, &mut results).await?;
    let counts_all = args.dry_run || targets.iter().any(|target| args.asks(target));
    for target in &mut targets {
        if counts_all && target.has_contents() || args.shows(target) && target.is_container() {
            target.contents = Some(Contents::count(&client, &transfers, &target.item).await);
        }
    }
    if args.dry_run {
        for target in &targets {
            results.done(&target.change("would_delete"));
        }
        return results.finish(Ok(()));
    }
    if !args.confirm_all(&targets, results.reporter())? {
        return Err(declined("nothing was deleted"));
    }
    let ended = shutdown::interruptible(async {
        for target in &targets {
            delete::delete(&client, &transfers, &mut results, target).await?;
        }
        Ok::<_, Failure>(())
    })
    .await;
    results.finish(ended)
}

impl Args {
    /// Finds all items. A missing or refused one ends the run.
    async fn targets(
        &self,
        client: &Client,
        resolver: &Resolver<'_>,
        results: &mut Results,
    ) -> Result<Vec<Target>, Failure> {
        let (mut targets, mut seen) = (Vec::new(), HashSet::new());
        let mut refused = Refusals::new(self.places.len());
        for text in &self.places {
            let found = match resolver.resolve_absolute(text).await {
                Ok(item) => Target::find(client, text, item).await,
                Err(failure) => Err(failure),
            };
            match found {
                Ok(target) => {
                    target.check(self.recursive, self.all_versions)?;
                    if seen.insert(id(&target.item).to_owned()) {
                        targets.push(target);
                    }
                }
                Err(failure) => refused.add(text, failure)?,
            }
        }
        results.check(refused)?;
        self.confirm_names(&mut targets);
        if let Some(target) = targets.iter().find(|it| self.asks(it) && !is_interactive()) {
            return Err(target.unconfirmed());
        }
        Ok(targets)
    }

    /// Marks the projects and workspaces whose names are arguments. A name confirms one of them: others of the
    /// same name may be meant by nobody.
    fn confirm_names(&self, targets: &mut [Target]) {
        for name in &self.confirm {
            let mut unconfirmed =
                targets.iter_mut().filter(|it| it.is_container() && !it.is_confirmed);
            if let Some(target) = unconfirmed.find(|target| target.is_named(name)) {
                target.is_confirmed = true;
            }
        }
    }

    /// Returns whether the user is asked about an item.
    fn asks(&self, target: &Target) -> bool {
        if self.dry_run {
            return false;
        }
        match target.is_container() {
            true => !target.is_confirmed,
            false => !self.yes,
        }
    }

    /// Returns whether an item is shown before it is deleted.
    fn shows(&self, target: &Target) -> bool {
        self.asks(target) || target.is_container() && !self.yes
    }

    /// Shows the items, unless `--yes` confirms them, and asks about those that have not been confirmed.
    fn confirm_all(&self, targets: &[Target], reporter: &Reporter) -> Result<bool, Failure> {
        let (containers, others): (Vec<_>, Vec<_>) =
            targets.iter().filter(|target| self.shows(target)).partition(|it| it.is_container());
        for target in containers.iter().chain(&others) {
            reporter.status(&format!("{} ({})", target.item.path, target.description()));
        }
        for target in containers.into_iter().filter(|target| self.asks(target)) {
            let question = format!(
                "Delete the {} {} for good? The API cannot restore it.",
                target.kind(),
                target.item.path
            );
            if !confirm_name(reporter, &question, target.name())? {
                return Ok(false);
            }
        }
        match others.len() {
            0 => Ok(true),
            1 => confirm(reporter, "Delete it?"),
            several => confirm(reporter, &format!("Delete these {several} items?")),
        }
    }
}

impl Target {
    /// Creates the result of an item.
    fn change(&self, outcome: &'static str) -> Change {
        let mut change = Change::of(outcome, &self.item).detail(self.description());
        for (name, value) in self.fields() {
            change = change.field(name, value);
        }
        change
    }
}
