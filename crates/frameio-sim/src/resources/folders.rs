//! Folders and what is in them.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Simulated, UNTITLED, files, metadata, projects};
use crate::query::page;
use crate::respond::{Failure, Outcome, Reply};
use crate::state::{By, Ctx, Row, State, Table, insert};

pub(super) const OPERATIONS: &[Simulated] = &[
    Simulated::new("folders.index", index),
    Simulated::new("folders.list", list),
    Simulated::new("folders.show", show),
    Simulated::new("folders.create", create),
    Simulated::new("folders.update", update),
    Simulated::new("folders.delete", delete),
];

fn index(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?.id();
    let children = state.folders.values().chain(state.files.values());
    let rows = children
        .filter(|row| row.text("parent_id") == folder && ctx.query.wants_type(row.text("type")))
        .collect();
    page(ctx, rows, |row| match row.text("type") {
        "file" => files::render(state, ctx, row),
        _ => render(state, ctx, row),
    })
}

fn list(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?.id();
    let rows = state.folders.values().filter(|row| row.text("parent_id") == folder).collect();
    page(ctx, rows, |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?;
    Ok(Reply::ok(render(state, ctx, folder)))
}

fn create(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let parent = ctx.find(&state.folders, "folder_id")?;
    let (parent, project) = (parent.id().to_owned(), parent.text("project_id").to_owned());
    let name = ctx.field("name");
    let name = name.as_str().unwrap_or(UNTITLED);
    let id = add(&mut state.folders, ctx.by(), &project, Some(&parent), name);
    Ok(Reply::created(render(state, ctx, &state.folders[&id])))
}

fn update(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let folder = ctx.find_mut(&mut state.folders, "folder_id")?;
    folder.update(ctx.data.clone(), ctx.now);
    Ok(Reply::ok(folder.fields.clone().into()))
}

fn delete(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?;
    if folder.field("parent_id").is_null() {
        let detail = "the root folder goes only with its project";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    let id = folder.id().to_owned();
    remove(state, &id);
    Ok(Reply::NO_CONTENT)
}

fn render(state: &State, ctx: &Ctx<'_>, folder: &Row) -> Value {
    let mut folder_json = folder.fields.clone().into();
    add_includes(state, ctx, folder, &mut folder_json);
    folder_json
}

/// Adds what `include` asks for on files and folders alike.
pub(super) fn add_includes(state: &State, ctx: &Ctx<'_>, asset: &Row, json: &mut Value) {
    if ctx.query.includes("creator") {
        json["creator"] = state.person(&asset.creator);
    }
    if ctx.query.includes("project") {
        let project = state.projects.get(asset.text("project_id"));
        json["project"] = project.map_or(Value::Null, |project| projects::render(state, project));
    }
    if ctx.query.includes("metadata") {
        json["metadata"] = metadata::render(state, ctx, asset, false).into();
    }
}

/// Adds a folder; the root of its project where it has no parent.
pub(crate) fn add(
    folders: &mut Table,
    by: By<'_>,
    project: &str,
    parent: Option<&str>,
    name: &str,
) -> String {
    let fields = json!({
        "type": "folder",
        "name": name,
        "parent_id": parent,
        "project_id": project,
        "cover_file_id": null,
        "restricted": false,
    });
    let id = insert(folders, by, fields);
    if let Some(folder) = folders.get_mut(&id) {
        let url = format!("https://next.frame.io/project/{project}/{id}");
        folder.fields.insert("view_url".to_owned(), url.into());
    }
    id
}

/// Removes a folder with all that is in it.
pub(super) fn remove(state: &mut State, id: &str) {
    let mut doomed = vec![id.to_owned()];
    while let Some(id) = doomed.pop() {
        state.folders.shift_remove(&id);
        let inside = |row: &&Row| row.text("parent_id") == id;
        doomed.extend(state.folders.values().filter(inside).map(|row| row.id().to_owned()));
        let lost = state.files.values().filter(inside);
        let lost: Vec<String> = lost.map(|row| row.id().to_owned()).collect();
        for file in lost {
            files::remove(state, &file);
        }
    }
}
