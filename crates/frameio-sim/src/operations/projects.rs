//! Projects and their root folders.

use serde_json::{Value, json};

use super::tree::trash;
use super::{OperationHandler, collections, folders, shares};
use crate::operations::context::RequestContext;
use crate::operations::page::{page, page_by};
use crate::response::{Outcome, Reply};
use crate::state::{Actor, Row, State, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("projects.index", index),
    OperationHandler::new("projects.account_projects_index", account_index),
    OperationHandler::new("projects.invited_projects_index", invited_index),
    OperationHandler::new("projects.recently_deleted", recently_deleted),
    OperationHandler::new("projects.show", show),
    OperationHandler::new("projects.create", create),
    OperationHandler::new("projects.update", update),
    OperationHandler::new("projects.delete", delete),
];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?.id();
    let projects = state.projects.values();
    let rows = projects.filter(|row| row.text("workspace_id") == workspace);
    let rows = rows.filter(|row| state.sees(ctx.user_id, row)).collect();
    page(ctx, rows, |row| render_for(state, ctx, row))
}

fn account_index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let rows = state.projects.values().filter(|row| row.account == ctx.account()).collect();
    page(ctx, rows, |row| render_for(state, ctx, row))
}

/// Lists projects on which a user has a role without one on the workspace.
fn invited_index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let role = |row: &Row| state.role_at(ctx.user_id, row);
    let is_invited = |row: &&Row| {
        let workspace = state.workspaces.get(row.text("workspace_id"));
        row.account == ctx.account() && role(row).is_some() && workspace.and_then(role).is_none()
    };
    let rows = state.projects.values().filter(is_invited).collect();
    page(ctx, rows, |row| render_for(state, ctx, row))
}

fn recently_deleted(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.projects, "project_id")?;
    trash::forget_old(state, ctx);
    let deleted = trash::list(state, ctx.arg("project_id"));
    let page = page_by(
        ctx,
        deleted,
        |it, field| it.field(field),
        |it| trash::render_deleted(state, ctx, it),
    )?;
    // The contract has the parameter, but not the field in the response.
    Ok(page.without("total_count"))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let project = ctx.find(&state.projects, "project_id")?;
    Ok(Reply::ok(render_for(state, ctx, project)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?.id().to_owned();
    let name = ctx.field("name");
    let id = add(state, ctx.actor(), &workspace, name.as_str().unwrap_or_default());
    let project = &mut state.projects[&id];
    project.fields.extend(ctx.data.clone());
    state.record_event(ctx.actor(), "project.created", ("project", &id), &id);
    Ok(Reply::created(render(state, &state.projects[&id])))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find_mut(&mut state.projects, "project_id")?.update(ctx.data.clone(), ctx.now);
    let id = ctx.arg("project_id");
    state.record_event(ctx.actor(), "project.updated", ("project", id), id);
    let project = ctx.find(&state.projects, "project_id")?;
    Ok(Reply::ok(render(state, project)))
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.projects, "project_id")?;
    remove(state, ctx, ctx.arg("project_id"));
    Ok(Reply::NO_CONTENT)
}

/// Renders a project with the resources of `include`.
pub(super) fn render_for(state: &State, ctx: &RequestContext<'_>, project: &Row) -> Value {
    let mut project_json = render(state, project);
    project_json["description"] = Value::Null;
    if ctx.query.includes("owner") {
        project_json["owner"] = state.person(&project.creator);
    }
    project_json
}

/// Renders a project without related resources.
pub(super) fn render(state: &State, project: &Row) -> Value {
    let mut fields = project.fields.clone();
    let used = state.storage(|file| file.text("project_id") == project.id());
    fields.insert("storage".to_owned(), used.into());
    fields.into()
}

/// Adds a project and its root folder.
pub(crate) fn add(state: &mut State, actor: Actor<'_>, workspace: &str, name: &str) -> String {
    let fields = json!({
        "workspace_id": workspace,
        "name": name,
        "image": null,
        "restricted": false,
        "status": "active",
    });
    let id = insert(&mut state.projects, actor, fields);
    let root = folders::add(&mut state.folders, actor, &id, None, "root");
    if let Some(project) = state.projects.get_mut(&id) {
        let url = format!("https://next.frame.io/project/{id}");
        project.fields.insert("view_url".to_owned(), url.into());
        project.fields.insert("root_folder_id".to_owned(), root.into());
    }
    id
}

/// Removes a project permanently, with its content and trash.
pub(super) fn remove(state: &mut State, ctx: &RequestContext<'_>, id: &str) {
    state.record_event(ctx.actor(), "project.deleted", ("project", id), id);
    if let Some(project) = state.projects.shift_remove(id) {
        trash::remove_project(state, ctx.now, &project);
        collections::remove_all(state, id);
        shares::remove_all(state, id);
    }
}
