//! Workspaces.

use serde_json::{Value, json};

use super::{OperationHandler, UNTITLED, projects, webhooks};
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Outcome, Reply};
use crate::state::{Actor, Row, State, Table, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("workspaces.index", index),
    OperationHandler::new("workspaces.show", show),
    OperationHandler::new("workspaces.create", create),
    OperationHandler::new("workspaces.update", update),
    OperationHandler::new("workspaces.delete", delete),
];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let rows = state.workspaces.values().filter(|row| row.account == ctx.account());
    let rows = rows.filter(|row| state.sees(ctx.user_id, row)).collect();
    page(ctx, rows, |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?;
    Ok(Reply::ok(render(state, ctx, workspace)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let name = ctx.field("name");
    let name = name.as_str().unwrap_or(UNTITLED);
    let id = add(&mut state.workspaces, ctx.actor(), name);
    Ok(Reply::created(render(state, ctx, &state.workspaces[&id])))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let workspace = ctx.find_mut(&mut state.workspaces, "workspace_id")?;
    workspace.update(ctx.data.clone(), ctx.now);
    Ok(Reply::ok(workspace.fields.clone().into()))
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let id = ctx.find(&state.workspaces, "workspace_id")?.id().to_owned();
    let projects: Vec<String> = state
        .projects
        .values()
        .filter(|project| project.text("workspace_id") == id)
        .map(|project| project.id().to_owned())
        .collect();
    for project in projects {
        projects::remove(state, ctx, &project);
    }
    webhooks::remove_all(state, &id);
    state.workspaces.shift_remove(&id);
    Ok(Reply::NO_CONTENT)
}

fn render(state: &State, ctx: &RequestContext<'_>, workspace: &Row) -> Value {
    let mut fields = workspace.fields.clone();
    if ctx.query.includes("creator") {
        fields.insert("creator".to_owned(), state.person(&workspace.creator));
    }
    fields.into()
}

/// Adds a workspace.
pub(crate) fn add(workspaces: &mut Table, actor: Actor<'_>, name: &str) -> String {
    let fields = json!({"account_id": actor.account, "name": name, "image": null});
    insert(workspaces, actor, fields)
}
