//! `frameio members remove`.

use super::super::changes::{Change, Results, confirm, declined, is_interactive};
use super::person::{People, Person};
use super::place::Place;
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::Failure;
use crate::resolver::Purpose;
use crate::shutdown;

pub(super) const HELP: &str = "\
Example:
  frameio members remove /Film viewer@example.com

Removes roles that were granted on the place itself. Roles that were granted above it remain, and
roles on projects remain if a user is removed from their workspace.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Workspace, project or folder: a path or an ID
    #[arg(add = completion::place())]
    place: String,
    /// Users of the account: email address, name or ID
    #[arg(value_name = "PERSON", required = true)]
    people: Vec<String>,
    /// Remove without asking; required without a terminal
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if !args.yes && !is_interactive() {
        return Err(Failure::usage("'--yes' is required to remove members without a terminal"));
    }
    let place = Place::find(global, &args.account, &args.place, Purpose::Write).await?;
    let people = People::of(&place).await?;
    let people: Vec<_> = args.people.iter().map(|it| people.find(it)).collect::<Result<_, _>>()?;
    let reporter = args.json.reporter();
    if !args.yes {
        people.iter().for_each(|person| reporter.status(&person.label));
        if !confirm(&reporter, &format!("Remove them from {}?", place.path))? {
            return Err(declined("nobody was removed"));
        }
    }
    let mut results = Results::about("person", "remove", args.json.reporter());
    let ended = shutdown::interruptible(async {
        for person in &people {
            match remove(&place, person).await {
                Ok(()) => {
                    let subject = format!("{} from {}", person.label, place.path);
                    let change = Change::of_thing("removed", "member", subject);
                    let change = change.field("user_id", person.id.as_str());
                    results.done(&change.field("path", &*place.path));
                }
                Err(failure) => results.failed(&person.label, failure)?,
            }
        }
        Ok::<_, Failure>(())
    })
    .await;
    results.finish(ended)
}

async fn remove(place: &Place, person: &Person) -> Result<(), Failure> {
    let Err(error) = place.remove(&person.id).await else { return Ok(()) };
    let is_inherited = error.is_not_found();
    let failure = Failure::from(error);
    if !is_inherited {
        return Err(failure);
    }
    let hint = "a role that was granted above it, or by the account, cannot be removed here";
    Err(Failure::new(failure.status, format!("{}; {hint}", failure.message)))
}
