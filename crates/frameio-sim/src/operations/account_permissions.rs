//! Roles of users in an account.

use http::StatusCode;
use serde_json::json;

use super::{OperationHandler, users};
use crate::operations::context::RequestContext;
use crate::response::{Failure, Outcome, Reply};
use crate::state::Role;
use crate::state::State;

pub(super) const OPERATIONS: &[OperationHandler] =
    &[OperationHandler::new("account_permissions.account_user_roles_update", update)];

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (user, role) = users::in_account(state, ctx)?;
    if role == Role::Owner {
        return Err(Failure::new(
            StatusCode::FORBIDDEN,
            "the role of the account's owner cannot be changed",
        ));
    }
    let user = user.id().to_owned();
    let role = Role::of(ctx.field("role")).unwrap_or(Role::Member);
    state.access.give(ctx.account(), &user, role);
    Ok(Reply::ok(json!({"role": role.name()})))
}
