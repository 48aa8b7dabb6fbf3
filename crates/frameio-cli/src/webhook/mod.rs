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

use crate::connect::Connection;
use crate::exit::Failure;

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

/// Where webhooks are.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// The account that holds the workspace
    #[arg(long, value_name = "ID")]
    account: String,
    /// The workspace that is watched
    #[arg(long, value_name = "ID")]
    workspace: String,
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
