//! What a user is in an account.

use http::StatusCode;
use serde_json::json;

use super::{Simulated, users};
use crate::respond::{Failure, Outcome, Reply};
use crate::roles::Role;
use crate::state::{Ctx, State};

pub(super) const OPERATIONS: &[Simulated] =
    &[Simulated::new("account_permissions.account_user_roles_update", update)];

fn update(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let (user, role) = users::in_account(state, ctx)?;
    if role == Role::Owner {
        return Err(Failure::new(
            StatusCode::FORBIDDEN,
            "the owner of the account stays its owner",
        ));
    }
    let user = user.id().to_owned();
    let role = Role::of(ctx.field("role")).unwrap_or(Role::Member);
    state.access.give(ctx.account(), &user, role);
    Ok(Reply::ok(json!({"role": role.name()})))
}
