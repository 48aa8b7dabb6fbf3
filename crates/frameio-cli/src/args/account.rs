//! The account and the workspace of a command.

use frameio::auth::profile::Profile;
use frameio::{AccountId, WorkspaceId};

use crate::config::ProfileIds;
use crate::exit::Failure;

/// Account of a command.
#[derive(Debug, clap::Args)]
pub(crate) struct AccountArg {
    /// Account ID; for commands that take paths, its name too [default: the profile's account]
    #[arg(id = "account", long, value_name = "ACCOUNT")]
    given: Option<String>,
}

impl AccountArg {
    /// Returns the account as it was typed.
    pub(crate) fn given(&self) -> Option<&str> {
        self.given.as_deref()
    }

    /// Returns the ID of the account, or else that of the profile.
    pub(crate) fn id(&self, profile: &Profile) -> Result<AccountId, Failure> {
        let id = required("--account", &self.given, &profile.account_id);
        id.map(AccountId::from).map_err(|failure| profile.explain(failure))
    }
}

/// Workspace of a command, and its account.
#[derive(Debug, clap::Args)]
pub(crate) struct WorkspaceArgs {
    #[command(flatten)]
    account: AccountArg,
    /// Workspace ID [default: the profile's workspace]
    #[arg(id = "workspace", long, value_name = "ID")]
    given: Option<String>,
}

impl WorkspaceArgs {
    /// Returns the IDs, those of the profile where none were typed.
    pub(crate) fn ids(&self, profile: &Profile) -> Result<(AccountId, WorkspaceId), Failure> {
        let id = required("--workspace", &self.given, &profile.workspace_id);
        let id = id.map_err(|failure| profile.explain(failure))?;
        Ok((self.account.id(profile)?, id.into()))
    }
}

fn required<'a>(
    flag: &str,
    typed: &'a Option<String>,
    profile: &'a Option<String>,
) -> Result<&'a str, Failure> {
    let id = typed.as_deref().or(profile.as_deref());
    id.ok_or_else(|| Failure::usage(flag, "is required, unless the profile sets it"))
}
