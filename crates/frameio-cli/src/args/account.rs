//! Arguments that name an account and a workspace.

use frameio::accounts::{Account, ListAccounts};
use frameio::auth::profile::Profile;
use frameio::{AccountId, Client};
use futures_util::TryStreamExt;

use crate::completion;
use crate::config::ProfileIds;
use crate::exit::{Failure, Status};

/// Account of a command.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct AccountArg {
    /// Account ID; commands that take paths also accept the name [default: the profile's account]
    #[arg(id = "account", long, value_name = "ACCOUNT")]
    given: Option<String>,
}

impl AccountArg {
    /// Returns the account as typed.
    pub(crate) fn given(&self) -> Option<&str> {
        self.given.as_deref()
    }

    /// Returns the ID of the account: of the argument or the profile, or else the only account of the
    /// user.
    pub(crate) async fn id(
        &self,
        client: &Client,
        profile: &Profile,
    ) -> Result<AccountId, Failure> {
        match self.given().or(profile.account_id.as_deref()) {
            Some(id) => Ok(id.into()),
            None => only_account(client).await.map_err(|failure| profile.explain(failure)),
        }
    }

    /// Lists the account of the argument or the profile, by its ID or name, or else all accounts of
    /// the user.
    pub(crate) async fn list(
        &self,
        client: &Client,
        profile: &Profile,
    ) -> Result<Vec<Account>, Failure> {
        let mut accounts = accounts(client).await?;
        let Some(wanted) = self.given().or(profile.account_id.as_deref()) else {
            return Ok(accounts);
        };
        accounts.retain(|it| it.id.as_str() == wanted || it.display_name == wanted);
        match accounts.is_empty() {
            true => {
                let message = format!("no account has the name or ID '{wanted}'");
                Err(Failure::new(Status::NotFound, message))
            }
            false => Ok(accounts),
        }
    }
}

/// Workspace of a command, and its account.
#[derive(Debug, clap::Args)]
pub(crate) struct WorkspaceArgs {
    #[command(flatten)]
    pub(crate) account: AccountArg,
    /// Workspace, or any place in it: name, path, ID or link [default: the profile's workspace]
    #[arg(id = "workspace", long, value_name = "PLACE", add = completion::place())]
    pub(crate) given: Option<String>,
}

/// Lists the accounts of the user.
pub(crate) async fn accounts(client: &Client) -> Result<Vec<Account>, Failure> {
    Ok(client.items(ListAccounts::new().page_size(100)).try_collect().await?)
}

/// Maximum number of accounts in an error.
const MAX_LISTED: usize = 10;

/// Returns the only account of the user.
///
/// # Errors
/// Fails if the user has no account, or several: the error lists them.
pub(crate) async fn only_account(client: &Client) -> Result<AccountId, Failure> {
    match &*accounts(client).await? {
        [account] => Ok(account.id.clone()),
        [] => {
            let message = "the user has no account; `frameio doctor` explains why";
            Err(Failure::new(Status::NotFound, message))
        }
        accounts => {
            let listed = accounts.iter().take(MAX_LISTED);
            let listed: Vec<_> = listed
                .map(|account| format!("'{}' ({})", account.display_name, account.id.as_str()))
                .collect();
            Err(Failure::usage(format!(
                "the user has {} accounts: pass the ID of one, or set a default with `frameio profile \
                 set --account`: {}",
                accounts.len(),
                listed.join(", ")
            )))
        }
    }
}
