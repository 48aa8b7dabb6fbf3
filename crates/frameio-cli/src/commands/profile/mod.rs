//! `frameio profile`: lists, selects and edits profiles.

mod check;
mod defaults;
mod delete;
mod list;
mod select;
mod set;

use clap::Subcommand;

use super::changes::Change;
use crate::args::{GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List profiles; an asterisk marks the one in use
    #[command(after_help = list::HELP)]
    List(list::Args),
    /// Select the default profile
    Use(NamedArgs),
    /// Set the defaults of a profile: account, workspace, project, transfers and quotas
    #[command(after_help = set::HELP)]
    Set(set::Args),
    /// Delete a profile that is signed out
    Delete(NamedArgs),
}

impl Command {
    pub(super) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::List(args) => list::run(global, args),
            Self::Use(args) => select::run(args),
            Self::Set(args) => set::run(global, args).await,
            Self::Delete(args) => delete::run(args),
        }
    }
}

/// Arguments of a command about one profile.
#[derive(Debug, clap::Args)]
pub(crate) struct NamedArgs {
    /// Name of the profile
    #[arg(add = completion::profile())]
    name: String,
    #[command(flatten)]
    json: JsonArgs,
}

/// Creates the result of a change of a profile.
pub(super) fn profile_change(outcome: &'static str, name: &str) -> Change {
    Change::of_thing(outcome, "profile", format!("profile '{name}'")).field("name", name)
}
