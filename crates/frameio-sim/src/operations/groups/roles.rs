//! Roles of groups in a workspace or project.

use serde_json::json;

use super::super::OperationHandler;
use super::super::permissions::{give, place, take};
use super::super::users::rank;
use super::adobe::as_workfront;
use crate::operations::context::RequestContext;
use crate::operations::page::page_by;
use crate::response::{Failure, Outcome};
use crate::state::Role;
use crate::state::{Row, State};

pub(in super::super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("workspace_permissions.workspace_group_roles_index", index),
    OperationHandler::new("workspace_permissions.workspace_group_roles_update", update),
    OperationHandler::new("workspace_permissions.workspace_group_roles_delete", delete),
    OperationHandler::new("project_permissions.project_group_roles_index", index),
    OperationHandler::new("project_permissions.project_group_roles_update", update),
    OperationHandler::new("project_permissions.project_group_roles_delete", delete),
];

/// Lists roles that were given on the place itself.
fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let given = state.access.given_at(place(state, ctx)?.id());
    let groups = given.filter_map(|(whom, role)| Some((state.groups.get(whom)?, role))).collect();
    let key = |(group, role): &(&Row, Role), field: &str| match field {
        "role" => rank(Some(*role)),
        _ => group.field(field).clone(),
    };
    page_by(
        ctx,
        groups,
        key,
        |(group, role)| json!({"group": as_workfront(state, group), "role": role.name()}),
    )
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (place, group) = place_and_group(state, ctx)?;
    Ok(give(state, ctx, &place, &group))
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (place, group) = place_and_group(state, ctx)?;
    take(state, &place, &group)
}

fn place_and_group(state: &State, ctx: &RequestContext<'_>) -> Result<(String, String), Failure> {
    let group = ctx.find(&state.groups, "group_id")?;
    Ok((place(state, ctx)?.id().to_owned(), group.id().to_owned()))
}
