//! Users and their memberships.

use http::StatusCode;
use serde_json::{Value, json};

use super::OperationHandler;
use crate::operations::context::{RequestContext, not_found};
use crate::operations::page::page_by;
use crate::response::{Failure, Outcome, Reply};
use crate::state::Role;
use crate::state::{Row, State, own_view};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("users.show", show),
    OperationHandler::new("users.account_permissions_index", |state, ctx| {
        let account = ctx.find(&state.accounts, "account_id")?;
        page_of_roles(state, ctx, account)
    }),
    OperationHandler::new("users.account_user_roles_show", show_in_account),
    OperationHandler::new("users.account_user_roles_memberships", memberships),
];

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let user = state.users.get(ctx.user_id);
    let user =
        user.ok_or_else(|| Failure::new(StatusCode::NOT_FOUND, "the user no longer exists"))?;
    Ok(Reply::ok(own_view(user)))
}

fn show_in_account(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (user, role) = in_account(state, ctx)?;
    let mut person = state.person(user.id());
    person["joined_at"] = user.field("created_at").clone();
    Ok(Reply::ok(json!({"role": role.name(), "user": person})))
}

/// Lists the groups of a user, the workspaces on which they have a role, and the projects on which
/// they were given one.
fn memberships(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let user = in_account(state, ctx)?.0.id();
    let groups = state.groups.values().filter(|group| state.access.is_member(group.id(), user));
    let groups = groups.map(|group| ("group", group, None));
    let workspaces = state.workspaces.values().map(|it| ("workspace", it, state.role_at(user, it)));
    let own = |it: &Row| state.access.own(it.id(), user).max(state.owns(user, it));
    let projects = state.projects.values().map(|it| ("project", it, own(it)));
    let all = groups
        .chain(workspaces.chain(projects).filter(|(_, _, role)| role.is_some()))
        .filter(|(kind, it, _)| it.account == ctx.account() && ctx.query.wants_type(kind))
        .collect();
    let key = |(kind, it, role): &(&str, &Row, Option<Role>), field: &str| match field {
        "type" => (*kind).into(),
        "role" => rank(*role),
        _ => it.field(field).clone(),
    };
    page_by(ctx, all, key, |(kind, it, role)| {
        let mut membership = json!({"type": kind, "id": it.id(), "name": it.text("name")});
        if let Some(role) = role {
            membership["role"] = role.name().into();
        }
        membership
    })
}

/// Returns the sort key of a role: none first, then ascending.
pub(super) fn rank(role: Option<Role>) -> Value {
    role.map_or(0, |role| role as u8 + 1).into()
}

/// Responds with all users who have a role on `place`, given there or above.
pub(super) fn page_of_roles(state: &State, ctx: &RequestContext<'_>, place: &Row) -> Outcome {
    let wanted = |user: &Row| {
        ctx.query.flag("include_deactivated") || !state.access.is_deactivated(user.id())
    };
    let users = state.users.values().filter(|user| wanted(user));
    let users = users.filter_map(|user| Some((user, state.role_at(user.id(), place)?))).collect();
    let key = |(user, role): &(&Row, Role), field: &str| match field {
        "role" => rank(Some(*role)),
        _ => user.field(field).clone(),
    };
    page_by(
        ctx,
        users,
        key,
        |(user, role)| json!({"role": role.name(), "user": member(state, ctx, user, place)}),
    )
}

/// Renders a user for the list of an account; the experimental list has more fields.
fn member(state: &State, ctx: &RequestContext<'_>, user: &Row, place: &Row) -> Value {
    let mut person = state.person(user.id());
    if ctx.is_experimental && state.accounts.contains_key(place.id()) {
        person["joined_at"] = user.field("created_at").clone();
        person["last_active_at"] = ctx.now.to_string().into();
        person["timezone"] = "Etc/UTC".into();
    }
    person
}

/// Returns the user of the path, and their role in the account.
pub(super) fn in_account<'s>(
    state: &'s State,
    ctx: &RequestContext<'_>,
) -> Result<(&'s Row, Role), Failure> {
    let id = ctx.arg("user_id");
    let found = state.users.get(id).zip(state.account_role(ctx.account(), id));
    found.ok_or_else(|| not_found("user_id"))
}
