//! Checks whether a user's role permits a request.

mod table;

use http::StatusCode;
use serde_json::Value;

use self::table::least;
use crate::operations::context::{RequestContext, not_found};
use crate::response::Failure;
use crate::state::{Role, Row, State};

/// Keys of a body with ids of files, folders and version stacks.
const IN_BODY: [&str; 5] = ["asset_id", "asset_ids", "file_ids", "folder_ids", "parent_id"];

/// Refuses a request with 404 for resources that the user cannot see, and with 403 for actions that the
/// role does not permit. Handlers report missing resources.
pub(crate) fn check(
    state: &State,
    ctx: &RequestContext<'_>,
    operation: &str,
) -> Result<(), Failure> {
    if ctx.account().is_empty() {
        return Ok(());
    }
    let role = state.account_role(ctx.account(), ctx.user_id);
    let role = role.ok_or_else(|| not_found("account_id"))?;
    if state.access.is_locked(ctx.account()) {
        return Err(forbidden("the account is locked"));
    }
    if state.access.is_deactivated(ctx.user_id) {
        return Err(forbidden("the user is deactivated in this account"));
    }
    if role >= Role::Admin {
        return Ok(());
    }
    let mut least = least(operation);
    if ctx.user_id != ctx.arg("user_id") && operation == "users.account_user_roles_memberships" {
        least = Role::Admin;
    }
    if matches!(least, Role::Member | Role::Admin) {
        enough(role, least)?;
    }
    for (name, id) in ctx.args {
        check_at(state, ctx, operation, (name, id), least)?;
    }
    for name in IN_BODY {
        let given = ctx.field(name);
        let ids = given.as_array().map_or(std::slice::from_ref(given), Vec::as_slice);
        for id in ids.iter().filter_map(Value::as_str) {
            check_at(state, ctx, operation, (name, id), least)?;
        }
    }
    Ok(())
}

/// Checks the role on a resource of the path or body, if it exists.
fn check_at(
    state: &State,
    ctx: &RequestContext<'_>,
    operation: &str,
    (name, id): (&str, &str),
    least: Role,
) -> Result<(), Failure> {
    let Some(row) = state.record(id).filter(|row| row.account == ctx.account()) else {
        return Ok(());
    };
    let role = state.role_at(ctx.user_id, row).ok_or_else(|| not_found(name))?;
    enough(role, least.max(least_at(ctx, operation, row)))?;
    let original = ctx.query.included("media_links.").any(|link| link == "original");
    if original && role < Role::Commenter {
        return Err(forbidden("'media_links.original' requires permission to download"));
    }
    Ok(())
}

/// Returns the role that a request requires beyond the minimum of its operation.
fn least_at(ctx: &RequestContext<'_>, operation: &str, row: &Row) -> Role {
    let completes = || ctx.data.keys().all(|key| key == "completed");
    match operation {
        // Commenters may complete comments of others, but not edit them.
        "comments.update" if row.creator != ctx.user_id && !completes() => Role::FullAccess,
        "comments.delete" | "comments.create_attachment" | "comments.delete_attachment"
            if row.creator != ctx.user_id =>
        {
            Role::FullAccess
        }
        _ => Role::Member,
    }
}

fn enough(role: Role, least: Role) -> Result<(), Failure> {
    if role >= least {
        return Ok(());
    }
    let (least, role) = (least.name(), role.name());
    Err(forbidden(format!("requires the role '{least}', but the user has '{role}'")))
}

fn forbidden(detail: impl Into<std::borrow::Cow<'static, str>>) -> Failure {
    Failure::new(StatusCode::FORBIDDEN, detail)
}
