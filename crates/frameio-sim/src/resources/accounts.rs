//! Accounts.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Simulated;
use crate::query::page;
use crate::respond::{Outcome, Reply};
use crate::state::{By, Ctx, Row, State, Table, insert};

pub(super) const OPERATIONS: &[Simulated] =
    &[Simulated::new("accounts.index", index), Simulated::new("accounts.show", show)];

fn index(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    page(ctx, state.accounts.values().collect(), |account| render(state, account))
}

fn show(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let account = ctx.find(&state.accounts, "account_id")?;
    let mut account = render(state, account);
    if let Some(fields) = account.as_object_mut() {
        // This one is experimental still, and does not tell it.
        fields.remove("mounted_storage_enabled");
    }
    Ok(Reply::ok(account))
}

fn render(state: &State, account: &Row) -> Value {
    let mut fields = account.fields.clone();
    let used = state.storage(|file| file.account == account.id());
    fields.insert("storage_usage".to_owned(), used.into());
    fields.into()
}

/// Adds an account that the user owns.
pub(crate) fn add(accounts: &mut Table, user: &str, name: &str, now: Timestamp) -> String {
    let fields = json!({
        "display_name": name,
        "image": null,
        "mounted_storage_enabled": false,
        "roles": ["owner"],
        "storage_limit": null,
        "v4_migrated_at": null,
    });
    let id = insert(accounts, By { account: "", user, now }, fields);
    if let Some(account) = accounts.get_mut(&id) {
        account.account.clone_from(&id);
    }
    id
}
