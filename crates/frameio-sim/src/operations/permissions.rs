//! Roles of users in a workspace, project or folder.

use http::StatusCode;
use serde_json::json;

use super::{OperationHandler, users};
use crate::operations::context::RequestContext;
use crate::response::{Failure, Outcome, Reply};
use crate::state::Role;
use crate::state::{Row, State};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("workspace_permissions.index", index),
    OperationHandler::new("workspace_permissions.workspace_user_roles_update", update),
    OperationHandler::new("workspace_permissions.workspace_user_roles_delete", delete),
    OperationHandler::new("project_permissions.index", index),
    OperationHandler::new("project_permissions.project_user_roles_update", update),
    OperationHandler::new("project_permissions.delete", delete),
    OperationHandler::new("folder_permissions.folder_user_roles_index", index),
    OperationHandler::new("folder_permissions.folder_user_roles_update", update),
    OperationHandler::new("folder_permissions.delete", delete),
];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    users::page_of_roles(state, ctx, place(state, ctx)?)
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let place = place(state, ctx)?.id().to_owned();
    let user = users::in_account(state, ctx)?.0.id().to_owned();
    Ok(give(state, ctx, &place, &user))
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let place = place(state, ctx)?;
    let user = users::in_account(state, ctx)?.0.id().to_owned();
    if state.owns(&user, place).is_some() {
        let detail = "the creator of a project cannot be removed";
        return Err(Failure::new(StatusCode::CONFLICT, detail));
    }
    let place = place.id().to_owned();
    take(state, &place, &user)
}

/// Returns the workspace, project or folder of the path.
pub(super) fn place<'s>(state: &'s State, ctx: &RequestContext<'_>) -> Result<&'s Row, Failure> {
    if !ctx.arg("workspace_id").is_empty() {
        ctx.find(&state.workspaces, "workspace_id")
    } else if !ctx.arg("project_id").is_empty() {
        ctx.find(&state.projects, "project_id")
    } else {
        ctx.find(&state.folders, "folder_id")
    }
}

/// Gives the role of the body to a user or group.
pub(super) fn give(state: &mut State, ctx: &RequestContext<'_>, place: &str, whom: &str) -> Reply {
    let role = Role::of(ctx.field("role")).unwrap_or(Role::Viewer);
    state.access.give(place, whom, role);
    Reply::ok(json!({"role": role.name()}))
}

/// Removes the role of a user or group.
pub(super) fn take(state: &mut State, place: &str, whom: &str) -> Outcome {
    if state.access.take(place, whom) {
        return Ok(Reply::NO_CONTENT);
    }
    Err(Failure::new(StatusCode::NOT_FOUND, "no role was given here"))
}
