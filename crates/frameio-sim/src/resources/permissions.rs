//! What users are in a workspace, a project or a folder.

use http::StatusCode;
use serde_json::json;

use super::{Simulated, users};
use crate::respond::{Failure, Outcome, Reply};
use crate::roles::Role;
use crate::state::{Ctx, Row, State};

pub(super) const OPERATIONS: &[Simulated] = &[
    Simulated::new("workspace_permissions.index", index),
    Simulated::new("workspace_permissions.workspace_user_roles_update", update),
    Simulated::new("workspace_permissions.workspace_user_roles_delete", delete),
    Simulated::new("project_permissions.index", index),
    Simulated::new("project_permissions.project_user_roles_update", update),
    Simulated::new("project_permissions.delete", delete),
    Simulated::new("folder_permissions.folder_user_roles_index", index),
    Simulated::new("folder_permissions.folder_user_roles_update", update),
    Simulated::new("folder_permissions.delete", delete),
];

fn index(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    users::page_of_roles(state, ctx, place(state, ctx)?)
}

fn update(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let place = place(state, ctx)?.id().to_owned();
    let user = users::in_account(state, ctx)?.0.id().to_owned();
    Ok(give(state, ctx, &place, &user))
}

fn delete(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let place = place(state, ctx)?;
    let user = users::in_account(state, ctx)?.0.id().to_owned();
    if state.owns(&user, place).is_some() {
        let detail = "who made the project cannot be taken off it";
        return Err(Failure::new(StatusCode::CONFLICT, detail));
    }
    let place = place.id().to_owned();
    take(state, &place, &user)
}

/// The workspace, project or folder that the path names.
pub(super) fn place<'s>(state: &'s State, ctx: &Ctx<'_>) -> Result<&'s Row, Failure> {
    if !ctx.arg("workspace_id").is_empty() {
        ctx.find(&state.workspaces, "workspace_id")
    } else if !ctx.arg("project_id").is_empty() {
        ctx.find(&state.projects, "project_id")
    } else {
        ctx.find(&state.folders, "folder_id")
    }
}

/// Gives a user or a group the role of the body.
pub(super) fn give(state: &mut State, ctx: &Ctx<'_>, place: &str, whom: &str) -> Reply {
    let role = Role::of(ctx.field("role")).unwrap_or(Role::Viewer);
    state.access.give(place, whom, role);
    Reply::ok(json!({"role": role.name()}))
}

/// Takes what a user or a group was given.
pub(super) fn take(state: &mut State, place: &str, whom: &str) -> Outcome {
    if state.access.take(place, whom) {
        return Ok(Reply::NO_CONTENT);
    }
    Err(Failure::new(StatusCode::NOT_FOUND, "there is no role that was given here itself"))
}
