//! Folders and their content.

use http::StatusCode;
use serde_json::{Value, json};

use super::tree::{self, Change, Place, copies, moves, trash};
use super::{OperationHandler, UNTITLED, metadata, projects};
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Actor, Row, State, Table, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("folders.index", index),
    OperationHandler::new("folders.list", list),
    OperationHandler::new("folders.show", show),
    OperationHandler::new("folders.create", create),
    OperationHandler::new("folders.update", update),
    OperationHandler::new("folders.delete", delete),
    OperationHandler::new("folders.copy", copy),
    OperationHandler::new("folders.bulk_copy", bulk_copy),
    OperationHandler::new("folders.move", r#move),
    OperationHandler::new("folders.bulk_move", bulk_move),
    OperationHandler::new("folders.restore", |state, ctx| trash::restore(state, ctx, "folder_id")),
];

/// Number of files, folders and version stacks above which a copy is reported as in progress.
const COPIED_AT_ONCE: usize = 100;

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?.id();
    let State { folders, files, version_stacks, .. } = &*state;
    let children = folders.values().chain(files.values()).chain(version_stacks.values());
    let rows = children
        .filter(|row| row.text("parent_id") == folder && ctx.query.wants_type(row.text("type")))
        .filter(|row| state.sees(ctx.user_id, row))
        .collect();
    page(ctx, rows, |row| tree::render(state, ctx, row))
}

fn list(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?.id();
    let rows = state.folders.values().filter(|row| row.text("parent_id") == folder);
    let rows = rows.filter(|row| state.sees(ctx.user_id, row)).collect();
    page(ctx, rows, |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?;
    Ok(Reply::ok(render(state, ctx, folder)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let parent = ctx.find(&state.folders, "folder_id")?;
    let (parent, project) = (parent.id().to_owned(), parent.text("project_id").to_owned());
    let name = ctx.field("name");
    let name = name.as_str().unwrap_or(UNTITLED);
    let id = add(&mut state.folders, ctx.actor(), &project, Some(&parent), name);
    if let (Some(restricted), Some(folder)) =
        (ctx.field("restricted").as_bool(), state.folders.get_mut(&id))
    {
        folder.fields.insert("restricted".to_owned(), restricted.into());
    }
    tree::record_event(state, ctx, Change::Created, &id);
    Ok(Reply::created(render(state, ctx, &state.folders[&id])))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find_mut(&mut state.folders, "folder_id")?;
    folder.update(ctx.data.clone(), ctx.now);
    tree::record_event(state, ctx, Change::Updated, ctx.arg("folder_id"));
    show(state, ctx)
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?;
    if folder.field("parent_id").is_null() {
        let detail = "a root folder is deleted only with its project";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    trash::delete(state, ctx, ctx.arg("folder_id"));
    Ok(Reply::NO_CONTENT)
}

/// Copies a folder immediately. As at the service, the response does not contain a large copy.
fn copy(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?;
    let place = match ctx.field("parent_id") {
        Value::Null => Place::next_to(state, folder)?,
        _ => Place::folder(state, ctx)?,
    };
    let is_large = copies::size(state, folder.id()) > COPIED_AT_ONCE;
    let id = copies::copy(state, ctx, ctx.arg("folder_id"), &place);
    Ok(if is_large {
        Reply::whole(StatusCode::ACCEPTED, json!({}))
    } else {
        Reply::ok(render(state, ctx, &state.folders[&id]))
    })
}

fn bulk_copy(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (folders, place) = many(state, ctx)?;
    let size: usize = folders.iter().map(|folder| copies::size(state, folder)).sum();
    let copied = folders.into_iter().map(|source| {
        let id = copies::copy(state, ctx, source, &place);
        json!({"source_folder_id": source, "folder": render(state, ctx, &state.folders[&id])})
    });
    let copied = copied.collect();
    Ok(if size > COPIED_AT_ONCE {
        Reply::whole(StatusCode::ACCEPTED, json!({}))
    } else {
        Reply::ok(copied)
    })
}

fn r#move(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?.id();
    let place = Place::folder(state, ctx)?;
    moves::check(state, folder, &place)?;
    moves::relocate(state, ctx, ctx.arg("folder_id"), &place);
    show(state, ctx)
}

fn bulk_move(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (folders, place) = many(state, ctx)?;
    folders.iter().try_for_each(|folder| moves::check(state, folder, &place))?;
    for folder in &folders {
        moves::relocate(state, ctx, folder, &place);
    }
    Ok(Reply::ok(folders.into_iter().map(|id| render(state, ctx, &state.folders[id])).collect()))
}

/// Returns the folders of the body, which must all exist, and their destination.
fn many<'a>(state: &State, ctx: &'a RequestContext<'_>) -> Result<(Vec<&'a str>, Place), Failure> {
    let folders = tree::ids(ctx, "folder_ids");
    for folder in &folders {
        ctx.find_id(&state.folders, "folder_id", folder)?;
    }
    Ok((folders, Place::folder(state, ctx)?))
}

pub(super) fn render(state: &State, ctx: &RequestContext<'_>, folder: &Row) -> Value {
    let mut folder_json = folder.fields.clone().into();
    add_includes(state, ctx, folder, &mut folder_json);
    folder_json
}

/// Adds the resources of `include` that files, folders and version stacks have in common.
pub(super) fn add_includes(state: &State, ctx: &RequestContext<'_>, asset: &Row, json: &mut Value) {
    if ctx.query.includes("creator") {
        json["creator"] = state.person(&asset.creator);
    }
    if ctx.query.includes("project") {
        let project = state.projects.get(asset.text("project_id"));
        json["project"] =
            project.map_or(Value::Null, |project| projects::render_for(state, ctx, project));
    }
    if ctx.query.includes("metadata") {
        json["metadata"] = metadata::render(state, ctx, asset, false).into();
    }
}

/// Adds a folder, or the root folder of a project if it has no parent.
pub(crate) fn add(
    folders: &mut Table,
    actor: Actor<'_>,
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
    let id = insert(folders, actor, fields);
    if let Some(folder) = folders.get_mut(&id) {
        tree::enter(folder, project);
    }
    id
}
