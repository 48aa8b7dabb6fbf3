//! `frameio webhook`: receives, verifies, sends and manages webhooks.

mod create;
mod delete;
mod delivery_format;
mod event_names;
mod http_client;
mod list;
mod listen;
mod secrets;
mod send;
mod verify;

use crate::args::GlobalArgs;
use crate::exit::Failure;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Receive, verify and print webhooks and custom actions until interrupted
    #[command(after_help = listen::HELP)]
    Listen(listen::Args),
    /// Verify the signature of a request body on standard input
    #[command(after_help = verify::HELP)]
    Verify(verify::Args),
    /// Send a signed test event or custom action to your own server
    #[command(after_help = send::HELP)]
    Send(Box<send::Args>),
    /// Create a webhook and print it with its secret
    #[command(after_help = event_names::HELP)]
    Create(create::Args),
    /// List the webhooks of a workspace
    List(list::Args),
    /// Delete webhooks
    Delete(delete::Args),
}

impl Command {
    pub(super) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::Listen(args) => listen::run(args).await,
            Self::Verify(args) => verify::run(args),
            Self::Send(args) => send::run(args).await,
            Self::Create(args) => create::run(global, args).await,
            Self::List(args) => list::run(global, args).await,
            Self::Delete(args) => delete::run(global, args).await,
        }
    }
}
