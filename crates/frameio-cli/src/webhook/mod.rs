//! `frameio webhook`: receiving, checking and sending what webhooks tell, and managing webhooks.

mod create;
mod delete;
mod kinds;
mod list;
mod listen;
mod outward;
mod secrets;
mod send;
mod told;
mod verify;

use frameio::{AccountId, WorkspaceId};

use crate::connect::Connection;
use crate::exit::Failure;
use crate::profile::Profile;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Receives webhooks and custom actions, verifies and prints them, until Ctrl-C
    #[command(after_help = listen::HELP)]
    Listen(listen::Args),
    /// Tells by the exit status whether a body on standard input was signed
    #[command(after_help = verify::HELP)]
    Verify(verify::Args),
    /// Sends a signed event to one's own server, or the request of a custom action
    #[command(after_help = send::HELP)]
    Send(Box<send::Args>),
    /// Creates a webhook, and prints it with its secret
    #[command(after_help = kinds::HELP)]
    Create(create::Args),
    /// Lists the webhooks of a workspace as JSON lines
    List(list::Args),
    /// Deletes webhooks
    Delete(delete::Args),
}

/// The account of webhooks.
#[derive(Debug, clap::Args)]
pub(crate) struct Account {
    /// The account that they are in [default: the profile's]
    #[arg(id = "account", long, value_name = "ID")]
    id: Option<String>,
}

impl Account {
    fn id(&self, profile: &Profile) -> Result<AccountId, Failure> {
        given("--account", &self.id, &profile.account_id).map(AccountId::from)
    }
}

/// The workspace of webhooks.
#[derive(Debug, clap::Args)]
pub(crate) struct Workspace {
    #[command(flatten)]
    account: Account,
    /// The workspace that they watch [default: the profile's]
    #[arg(id = "workspace", long, value_name = "ID")]
    id: Option<String>,
}

impl Workspace {
    fn ids(&self, profile: &Profile) -> Result<(AccountId, WorkspaceId), Failure> {
        let id = given("--workspace", &self.id, &profile.workspace_id)?;
        Ok((self.account.id(profile)?, id.into()))
    }
}

fn given<'a>(
    flag: &str,
    typed: &'a Option<String>,
    profile: &'a Option<String>,
) -> Result<&'a str, Failure> {
    let id = typed.as_deref().or(profile.as_deref());
    id.ok_or_else(|| Failure::usage(flag, "is needed, or a profile that has it"))
}

impl Command {
    pub(crate) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        match self {
            Self::Listen(args) => listen::run(args).await,
            Self::Verify(args) => verify::run(args),
            Self::Send(args) => send::run(args).await,
            Self::Create(args) => create::run(connection, args).await,
            Self::List(args) => list::run(connection, args).await,
            Self::Delete(args) => delete::run(connection, args).await,
        }
    }
}
