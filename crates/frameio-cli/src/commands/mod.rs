//! The commands: a module for each, with its arguments and one function that runs it.

mod asset_row;
mod batch;
mod call;
mod comments;
mod download;
mod login;
mod logout;
mod ls;
mod operations;
mod profile;
#[cfg(feature = "sim")]
mod sim;
mod sync;
mod tree;
mod upload;
mod webhook;
mod whoami;

use clap::{Parser, Subcommand};

use crate::args::GlobalArgs;
use crate::exit::Failure;

const ENVIRONMENT: &str = "\
Environment:
  FRAMEIO_TOKEN       token to call with; overrides the profile
  FRAMEIO_CLIENT_ID, FRAMEIO_CLIENT_SECRET
                      server-to-server credential to call with; overrides the profile
  FRAMEIO_IMS_URL     sign-in URL instead of https://ims-na1.adobelogin.com
  FRAMEIO_BASE_URL    API URL instead of https://api.frame.io
  FRAMEIO_PROFILE     profile to use
  FRAMEIO_CONFIG_DIR  directory of profiles instead of the user's configuration directory
  FRAMEIO_INSECURE_STORAGE
                      1 to save sign-ins in files even if there is a keyring
  RUST_LOG            spans and events to log on standard error, such as frameio=debug

Exit status:
  0  success
  1  other error
  2  wrong usage or input; nothing was sent
  3  not signed in: the token is missing or refused
  4  permission denied
  5  not found
  6  the service refused the request
  7  the quota is exhausted
  8  the service failed
  9  no response: connection failed, timed out or broke off
  10 unexpected response
  130 interrupted
If several files fail, the status is the one that all failures share, or else 1.";

/// Use every operation of the Frame.io V4 API from a shell
#[derive(Debug, Parser)]
#[command(name = "frameio", version, after_help = ENVIRONMENT)]
pub(crate) struct Cli {
    #[command(flatten, next_help_heading = "Global options")]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Upload files and folders
    #[command(after_help = upload::HELP)]
    Upload(upload::Args),
    /// Download files, folders and projects
    #[command(after_help = download::HELP)]
    Download(download::Args),
    /// Copy missing files between a directory and a folder; never delete any
    #[command(after_help = sync::HELP)]
    Sync(sync::Args),
    /// List the content of a folder, project or workspace
    Ls(ls::Args),
    /// List a folder or project with all its subfolders
    Tree(tree::Args),
    /// List, change and export comments, and import markers of editing systems
    Comments {
        #[command(subcommand)]
        command: comments::Command,
    },
    /// Call one operation and print its response as JSON
    Call(call::Args),
    /// Call many operations concurrently, within the quotas
    #[command(after_help = batch::HELP)]
    Batch(batch::Args),
    /// List the operations with their routes, quotas and parameters
    Operations(operations::Args),
    /// Sign in and save the credentials in a profile
    #[command(after_help = login::HELP)]
    Login(login::Args),
    /// Sign out: revoke and delete the tokens of a profile
    Logout,
    /// Show the signed-in user, their accounts and when the token expires
    Whoami(whoami::Args),
    /// List, select and edit profiles
    Profile {
        #[command(subcommand)]
        command: profile::Command,
    },
    /// Run a local Frame.io simulator until Ctrl-C
    #[cfg(feature = "sim")]
    #[command(after_help = sim::HELP)]
    Sim(sim::Args),
    /// Receive, verify, send and manage webhooks
    Webhook {
        #[command(subcommand)]
        command: webhook::Command,
    },
}

impl Command {
    pub(crate) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::Upload(args) => upload::run(global, args).await,
            Self::Download(args) => download::run(global, args).await,
            Self::Sync(args) => sync::run(global, args).await,
            Self::Ls(args) => ls::run(global, args).await,
            Self::Tree(args) => tree::run(global, args).await,
            Self::Comments { command } => command.run(global).await,
            Self::Call(args) => call::run(global, args).await,
            Self::Batch(args) => batch::run(global, args).await,
            Self::Operations(args) => operations::run(args),
            Self::Login(args) => login::run(global, args).await,
            Self::Logout => logout::run(global).await,
            Self::Whoami(args) => whoami::run(global, args).await,
            Self::Profile { command } => command.run(global).await,
            #[cfg(feature = "sim")]
            Self::Sim(args) => sim::run(args).await,
            Self::Webhook { command } => command.run(global).await,
        }
    }
}
