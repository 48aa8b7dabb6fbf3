//! The commands: one module each, with its arguments and a function that runs it.

mod archive;
mod asset_row;
mod assets;
mod batch;
mod by_name;
mod call;
mod changes;
mod comments;
mod completions;
mod doctor;
mod download;
mod excerpt;
mod find;
mod first_run;
mod input_ids;
#[cfg(feature = "legacy")]
mod legacy;
mod login;
mod logout;
mod ls;
mod man;
mod members;
mod metadata;
mod migrate;
mod mkdir;
mod open;
mod operations;
mod place_walk;
mod places;
mod profile;
mod record;
mod relocate;
mod restore;
mod rm;
mod share;
#[cfg(feature = "sim")]
mod sim;
mod sync;
mod tree;
mod upload;
mod verify;
mod versions;
mod watch;
mod webhook;
mod whoami;

use clap::builder::Styles;
use clap::{Parser, Subcommand};

use crate::args::GlobalArgs;
use crate::exit::Failure;

const ENVIRONMENT: &str = "\
Examples:
  frameio login --client-id ID                             sign in with your app at Adobe
  frameio ls /                                             list workspaces
  frameio upload rushes --to '/Film/The Crossing/Dailies'  upload a directory
  frameio call users.show                                  call any operation of the API
  frameio doctor                                           explain what does not work
  frameio sim                                              try everything without an account

Paths in examples are those of the demo account of `frameio sim`.

Environment variables:
  FRAMEIO_TOKEN             Access token; overrides the sign-in of the profile
  FRAMEIO_CLIENT_ID, FRAMEIO_CLIENT_SECRET
                            Server-to-server credential; overrides the sign-in of the profile
  FRAMEIO_PROFILE           Same as --profile
  FRAMEIO_BASE_URL          Same as --base-url
  FRAMEIO_IMS_URL           Same as --ims-url
  FRAMEIO_CONFIG_DIR        Directory for profiles, states and caches
                            [default: frameio in your standard directories]
  FRAMEIO_INSECURE_STORAGE  Set to 1 to save sign-ins in files instead of the keyring
  FRAMEIO_CWD               Folder that relative paths start at [default: the profile's project]
  FRAMEIO_NO_CACHE          Set to 1 to look up every name at the service
  FRAMEIO_QUOTA_STORE       Same as --quota-store; may contain a password
  FRAMEIO_QUOTA_STORE_FILE  Same as --quota-store-file
  RUST_LOG                  Log spans and events to standard error, such as frameio=debug; see -v
  NO_COLOR                  Print no colors

Exit status:
    0  Success
    1  Other error, or a question that was not confirmed
    2  Invalid arguments or input; nothing was sent
    3  Not signed in: no token, or a token that is refused
    4  Permission denied
    5  Not found
    6  The service refused the request
    7  The quota is exhausted
    8  The service failed
    9  No response: the connection failed, broke or timed out
   10  Unexpected response
   11  Legacy use was found (frameio migrate scan)
   12  Conflict: an item differs or has the same name, and nothing was replaced
  130  Interrupted
If several files fail, the status is the one that all failures share, or else 1.";

/// Upload and download files, and call every operation of the Frame.io V4 API
#[derive(Debug, Parser)]
#[command(name = "frameio", version, after_help = ENVIRONMENT, styles = Styles::plain())]
pub(crate) struct Cli {
    #[command(flatten, next_help_heading = "Global options")]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Cli {
    /// Runs the command; without one, shows how to begin.
    pub(crate) async fn run(&self) -> Result<(), Failure> {
        match &self.command {
            Some(command) => command.run(&self.global).await,
            None => first_run::run(&self.global),
        }
    }
}

#[cfg(test)]
impl Cli {
    /// Returns the arguments of `frameio call`.
    pub(crate) const fn call_args(&self) -> Option<&call::Args> {
        match &self.command {
            Some(Command::Call(args)) => Some(args),
            _ => None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Upload files and folders
    #[command(after_help = upload::HELP)]
    Upload(upload::Args),
    /// Download files, folders and projects
    #[command(after_help = download::HELP)]
    Download(download::Args),
    /// Copy new and changed files between a local directory and a folder, in one direction
    #[command(after_help = sync::HELP)]
    Sync(sync::Args),
    /// Save a project with comments, metadata and shares in a directory, verify and restore it
    #[command(after_help = archive::HELP)]
    Archive(archive::Args),
    /// Upload files as they appear in a directory, or download them as they appear in a folder
    #[command(after_help = watch::HELP)]
    Watch(watch::Args),
    /// List the contents of a folder, project or workspace
    #[command(after_help = ls::HELP)]
    Ls(ls::Args),
    /// List a folder or project and everything below it
    #[command(after_help = tree::HELP)]
    Tree(tree::Args),
    /// Find items by a search of the service, or by their names
    #[command(after_help = find::HELP)]
    Find(find::Args),
    /// Open an item in the browser, or print its link
    #[command(after_help = open::HELP)]
    Open(open::Args),
    /// Create folders
    #[command(after_help = mkdir::HELP)]
    Mkdir(mkdir::Args),
    /// Move and rename files, folders and version stacks
    #[command(after_help = relocate::mv::HELP)]
    Mv(relocate::mv::Args),
    /// Copy files, folders and version stacks
    #[command(after_help = relocate::cp::HELP)]
    Cp(relocate::cp::Args),
    /// Delete files, folders, version stacks, projects and workspaces
    #[command(after_help = rm::HELP)]
    Rm(rm::Args),
    /// Restore recently deleted files, folders and version stacks (experimental)
    #[command(after_help = restore::HELP)]
    Restore(restore::Args),
    /// List, change and export comments, and import markers of editing systems
    Comments {
        #[command(subcommand)]
        command: comments::Command,
    },
    /// List the users of a workspace, project or folder, change their roles and remove them
    #[command(after_help = members::HELP)]
    Members {
        #[command(subcommand)]
        command: members::Command,
    },
    /// Create, change and delete shares, which present assets to reviewers
    Share {
        #[command(subcommand)]
        command: share::Command,
    },
    /// Show and set metadata, such as the status of files
    Metadata {
        #[command(subcommand)]
        command: metadata::Command,
    },
    /// List, add, promote and split the versions of files
    Versions {
        #[command(subcommand)]
        command: versions::Command,
    },
    /// Call an operation of the API and print its response as JSON
    #[command(after_help = call::HELP)]
    Call(call::Args),
    /// Call operations from a file, concurrently and within the quotas
    #[command(after_help = batch::HELP)]
    Batch(batch::Args),
    /// List the operations of the API with their routes, quotas and parameters, or describe one
    #[command(after_help = operations::HELP)]
    Operations(operations::Args),
    /// Sign in and save the credentials in a profile
    #[command(after_help = login::HELP)]
    Login(login::Args),
    /// Sign out: revoke and delete the saved tokens
    Logout(logout::Args),
    /// Show the signed-in user, their accounts and when the token expires
    Whoami(whoami::Args),
    /// Explain why something does not work: token, network, clock, accounts, quotas and storage
    #[command(after_help = doctor::HELP)]
    Doctor(doctor::Args),
    /// Compare the responses of the service with its contract, and report deviations
    #[command(after_help = verify::HELP)]
    Verify(verify::Args),
    /// Record the requests of a command without personal data, for tests and reports
    #[command(after_help = record::HELP)]
    Record(record::Args),
    /// Print the completion script of a shell
    #[command(after_help = completions::HELP)]
    Completions(completions::Args),
    /// Print manual pages
    #[command(after_help = man::HELP)]
    Man(man::Args),
    /// List, select and edit profiles
    Profile {
        #[command(subcommand)]
        command: profile::Command,
    },
    /// Run a local simulator of Frame.io until interrupted
    #[cfg(feature = "sim")]
    #[command(after_help = sim::HELP)]
    Sim(sim::Args),
    /// Serve the legacy V2 API by calling V4
    #[cfg(feature = "legacy")]
    Legacy {
        #[command(subcommand)]
        command: legacy::Command,
    },
    /// Leave the legacy V2 API: its uses in source code, webhooks, actions and review links
    Migrate {
        #[command(subcommand)]
        command: migrate::Command,
    },
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
            Self::Archive(args) => archive::run(global, args).await,
            Self::Watch(args) => watch::run(global, args).await,
            Self::Ls(args) => ls::run(global, args).await,
            Self::Tree(args) => tree::run(global, args).await,
            Self::Find(args) => find::run(global, args).await,
            Self::Open(args) => open::run(global, args).await,
            Self::Mkdir(args) => mkdir::run(global, args).await,
            Self::Mv(args) => relocate::mv::run(global, args).await,
            Self::Cp(args) => relocate::cp::run(global, args).await,
            Self::Rm(args) => rm::run(global, args).await,
            Self::Restore(args) => restore::run(global, args).await,
            Self::Comments { command } => command.run(global).await,
            Self::Members { command } => command.run(global).await,
            Self::Share { command } => command.run(global).await,
            Self::Metadata { command } => command.run(global).await,
            Self::Versions { command } => command.run(global).await,
            Self::Call(args) => call::run(global, args).await,
            Self::Batch(args) => batch::run(global, args).await,
            Self::Operations(args) => operations::run(args),
            Self::Login(args) => login::run(global, args).await,
            Self::Logout(args) => logout::run(global, args).await,
            Self::Whoami(args) => whoami::run(global, args).await,
            Self::Completions(args) => completions::run(global, args).await,
            Self::Doctor(args) => doctor::run(global, args).await,
            Self::Verify(args) => verify::run(global, args).await,
            Self::Record(args) => record::run(global, args).await,
            Self::Man(args) => man::run(args),
            Self::Profile { command } => command.run(global).await,
            #[cfg(feature = "sim")]
            Self::Sim(args) => sim::run(args).await,
            #[cfg(feature = "legacy")]
            Self::Legacy { command } => command.run(global).await,
            Self::Migrate { command } => command.run(global).await,
            Self::Webhook { command } => command.run(global).await,
        }
    }
}
