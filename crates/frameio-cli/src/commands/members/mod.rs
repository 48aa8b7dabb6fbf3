//! `frameio members`: the users of workspaces, projects and folders, and their roles.

mod list;
mod person;
mod place;
mod remove;
mod set_role;

use clap::Subcommand;

use crate::args::GlobalArgs;
use crate::exit::Failure;

pub(super) const HELP: &str = "\
The API cannot invite people: only users of the account can become members. Invite others in the web
app or the Adobe Admin Console, or send them a share.";

/// Response to users who look for an invitation.
const INVITE: &str = "\
the API cannot invite people: `frameio members set-role` adds users of the account; invite others in the \
web app or the Adobe Admin Console, or send them a share";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the users of a workspace, project or folder with their roles
    #[command(after_help = list::HELP)]
    List(list::Args),
    /// Grant a user a role, and add the user if necessary; the API cannot invite people
    #[command(after_help = set_role::HELP)]
    SetRole(set_role::Args),
    /// Remove users from a workspace, project or folder
    #[command(after_help = remove::HELP)]
    Remove(remove::Args),
    /// Explain how to invite people
    #[command(hide = true, alias = "add", disable_help_flag = true)]
    Invite {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

impl Command {
    pub(crate) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::List(args) => list::run(global, args).await,
            Self::SetRole(args) => set_role::run(global, args).await,
            Self::Remove(args) => remove::run(global, args).await,
            Self::Invite { .. } => Err(Failure::usage(INVITE)),
        }
    }
}
