//! The current user and the accounts.

use frameio_api::accounts::Account;
use frameio_api::permissions::AccountRole;
use frameio_api::users::{ListAccountUsers, ShowCurrentUser};
use frameio_core::AccountId;
use serde_json::{Value, json};

use crate::context::Context;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::translate::{account as translate, people};

pub(crate) async fn me(cx: Context) -> Outcome {
    let user = cx.send(ShowCurrentUser::new()).await?;
    let account = cx.default_account().await?;
    object(people::current_user(&user, &account))
}

pub(crate) async fn index(cx: Context) -> Outcome {
    let accounts = cx.accounts().await?;
    let window = Window::of(accounts.to_vec(), cx.request.paging(cx.settings.page_size));
    let mut items = Vec::with_capacity(window.items.len());
    for account in &window.items {
        items.push(cx.account_with_owner(account).await?);
    }
    list(window.with_items(items))
}

pub(crate) async fn show(cx: Context) -> Outcome {
    let account = cx.account_argument().await?;
    let accounts = cx.accounts().await?;
    let found = accounts.iter().find(|known| known.id == account);
    object(cx.account_with_owner(found.ok_or_else(no_account)?).await?)
}

/// The membership of the caller in an account.
pub(crate) async fn membership(cx: Context) -> Outcome {
    let account = cx.account_argument().await?;
    let me = cx.send(ShowCurrentUser::new()).await?;
    let accounts = cx.accounts().await?;
    let found = accounts.iter().find(|known| known.id == account).ok_or_else(no_account)?;
    let role = found.roles.first().map(|role| role.as_str());
    object(json!({
        "_type": "account_membership",
        "account_id": account,
        "user_id": me.id,
        "role": role,
        "user": people::current_user(&me, &account),
    }))
}

fn no_account() -> Refusal {
    Refusal::not_found("no such account")
}

impl Context {
    /// Returns the account of the path.
    pub(crate) async fn account_argument(&self) -> Result<AccountId, Refusal> {
        let id = self.argument("account_id")?;
        let accounts = self.accounts().await?;
        let found = accounts.iter().find(|account| account.id.as_str() == id);
        found.map(|account| account.id.clone()).ok_or_else(no_account)
    }

    /// Programs validate the address of the owner, which V4 has only in the list of users.
    async fn account_with_owner(&self, account: &Account) -> Result<Value, Refusal> {
        let users = ListAccountUsers::new(&account.id).page_size(100);
        let owner = match self.all(users).await {
            Ok(users) => {
                let owner = users.iter().find(|user| user.role == Some(AccountRole::Owner));
                owner.map_or(Value::Null, |it| people::user_details(&it.user, &account.id))
            }
            Err(refusal) if refusal.is_forbidden() => {
                self.report.note("owner unknown: the caller may not list users");
                Value::Null
            }
            Err(refusal) => return Err(refusal),
        };
        Ok(translate::account(account, owner))
    }
}
