//! Projects, each with its root folder.

use serde_json::{Value, json};

use super::{Simulated, collections, folders};
use crate::query::page;
use crate::respond::{Outcome, Reply};
use crate::state::{By, Ctx, Row, State, insert};

pub(super) const OPERATIONS: &[Simulated] = &[
    Simulated::new("projects.index", index),
    Simulated::new("projects.show", show),
    Simulated::new("projects.create", create),
    Simulated::new("projects.update", update),
    Simulated::new("projects.delete", delete),
];

fn index(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?.id();
    let projects = state.projects.values();
    let rows = projects.filter(|row| row.text("workspace_id") == workspace).collect();
    page(ctx, rows, |row| render_for(state, ctx, row))
}

fn show(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let project = ctx.find(&state.projects, "project_id")?;
    Ok(Reply::ok(render_for(state, ctx, project)))
}

fn create(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?.id().to_owned();
    let name = ctx.field("name");
    let id = add(state, ctx.by(), &workspace, name.as_str().unwrap_or_default());
    let project = &mut state.projects[&id];
    project.fields.extend(ctx.data.clone());
    Ok(Reply::created(render(state, &state.projects[&id])))
}

fn update(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    ctx.find_mut(&mut state.projects, "project_id")?.update(ctx.data.clone(), ctx.now);
    let project = ctx.find(&state.projects, "project_id")?;
    Ok(Reply::ok(render(state, project)))
}

fn delete(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let id = ctx.find(&state.projects, "project_id")?.id().to_owned();
    remove(state, &id);
    Ok(Reply::NO_CONTENT)
}

fn render_for(state: &State, ctx: &Ctx<'_>, project: &Row) -> Value {
    let mut project_json = render(state, project);
    project_json["description"] = Value::Null;
    if ctx.query.includes("owner") {
        project_json["owner"] = state.person(&project.creator);
    }
    project_json
}

/// A project without what `include` adds.
pub(super) fn render(state: &State, project: &Row) -> Value {
    let mut fields = project.fields.clone();
    let used = state.storage(|file| file.text("project_id") == project.id());
    fields.insert("storage".to_owned(), used.into());
    fields.into()
}

/// Adds a project and its root folder.
pub(crate) fn add(state: &mut State, by: By<'_>, workspace: &str, name: &str) -> String {
    let fields = json!({
        "workspace_id": workspace,
        "name": name,
        "image": null,
        "restricted": false,
        "status": "active",
    });
    let id = insert(&mut state.projects, by, fields);
    let root = folders::add(&mut state.folders, by, &id, None, "root");
    if let Some(project) = state.projects.get_mut(&id) {
        let url = format!("https://next.frame.io/project/{id}");
        project.fields.insert("view_url".to_owned(), url.into());
        project.fields.insert("root_folder_id".to_owned(), root.into());
    }
    id
}

/// Removes a project with all that is in it.
pub(super) fn remove(state: &mut State, id: &str) {
    if let Some(project) = state.projects.shift_remove(id) {
        folders::remove(state, project.text("root_folder_id"));
        collections::remove_all(state, id);
    }
}
