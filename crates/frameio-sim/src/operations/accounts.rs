//! Accounts.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::OperationHandler;
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Outcome, Reply};
use crate::state::Role;
use crate::state::{Actor, Row, State, insert};

pub(super) const OPERATIONS: &[OperationHandler] =
    &[OperationHandler::new("accounts.index", index), OperationHandler::new("accounts.show", show)];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let rows = state.accounts.values().filter(|row| state.sees(ctx.user_id, row)).collect();
    page(ctx, rows, |account| render(state, ctx, account))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let account = ctx.find(&state.accounts, "account_id")?;
    let mut account = render(state, ctx, account);
    if let Some(fields) = account.as_object_mut() {
        // The contract of this experimental operation lacks the field.
        fields.remove("mounted_storage_enabled");
    }
    Ok(Reply::ok(account))
}

fn render(state: &State, ctx: &RequestContext<'_>, account: &Row) -> Value {
    let mut fields = account.fields.clone();
    let used = state.storage(|file| file.account == account.id());
    fields.insert("storage_usage".to_owned(), used.into());
    let role = state.account_role(account.id(), ctx.user_id);
    fields.insert("roles".to_owned(), role.map(Role::name).into_iter().collect());
    fields.into()
}

/// Adds an account owned by the user.
pub(crate) fn add(state: &mut State, user: &str, name: &str, now: Timestamp) -> String {
    let fields = json!({
        "display_name": name,
        "image": null,
        "mounted_storage_enabled": false,
        "storage_limit": null,
        "v4_migrated_at": null,
    });
    let id = insert(&mut state.accounts, Actor { account: "", user, now }, fields);
    state.access.give(&id, user, Role::Owner);
    if let Some(account) = state.accounts.get_mut(&id) {
        account.account.clone_from(&id);
    }
    id
}
