//! Tree of folders, version stacks and files.

pub(super) mod copies;
pub(super) mod moves;
pub(crate) mod trash;
pub(super) mod versions;

use std::collections::HashMap;

use serde_json::Value;

use super::{files, folders, version_stacks};
use crate::operations::context::{RequestContext, not_found};
use crate::response::Failure;
use crate::state::{Row, State, Table};

/// Folder or version stack that can contain an asset.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) project: String,
    is_stack: bool,
}

impl Place {
    fn of(row: &Row) -> Self {
        Self {
            id: row.id().to_owned(),
            project: row.text("project_id").to_owned(),
            is_stack: row.text("type") == "version_stack",
        }
    }

    /// Returns the folder in `parent_id` of the body.
    pub(super) fn folder(state: &State, ctx: &RequestContext<'_>) -> Result<Self, Failure> {
        let id = named(ctx)?;
        ctx.find_id(&state.folders, "folder_id", id).map(Self::of)
    }

    /// Returns the folder or version stack in `parent_id` of the body.
    pub(super) fn folder_or_stack(
        state: &State,
        ctx: &RequestContext<'_>,
    ) -> Result<Self, Failure> {
        let id = named(ctx)?;
        let stack = ctx.find_id(&state.version_stacks, "version_stack_id", id);
        let found = stack.or_else(|_| ctx.find_id(&state.folders, "folder_id", id));
        let missing = |_| not_found("folder_or_version_stack");
        found.map(Self::of).map_err(missing)
    }

    /// Returns the folder of an asset or of its version stack.
    pub(super) fn next_to(state: &State, row: &Row) -> Result<Self, Failure> {
        let parent = state.folders.get(folder_of(state, row));
        let none =
            || Failure::invalid("/data/parent_id", "is missing: a root folder has no parent");
        parent.map(Self::of).ok_or_else(none)
    }
}

fn named<'a>(ctx: &'a RequestContext<'_>) -> Result<&'a str, Failure> {
    let id = ctx.field("parent_id").as_str();
    id.ok_or_else(|| Failure::invalid("/data/parent_id", "is missing"))
}

/// Returns a list of ids in the body.
pub(super) fn ids<'a>(ctx: &'a RequestContext<'_>, name: &str) -> Vec<&'a str> {
    ctx.field(name).as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns the folder of an asset or of its version stack.
fn folder_of<'s>(state: &'s State, row: &'s Row) -> &'s str {
    let parent = row.text("parent_id");
    state.version_stacks.get(parent).map_or(parent, |stack| stack.text("parent_id"))
}

/// Returns a file, folder or version stack.
pub(super) fn asset<'s>(state: &'s State, id: &str) -> Option<&'s Row> {
    let State { files, folders, version_stacks, .. } = state;
    files.get(id).or_else(|| folders.get(id)).or_else(|| version_stacks.get(id))
}

/// Mutable form of [`asset`].
fn asset_mut<'s>(state: &'s mut State, id: &str) -> Option<&'s mut Row> {
    let State { files, folders, version_stacks, .. } = state;
    files.get_mut(id).or_else(|| folders.get_mut(id)).or_else(|| version_stacks.get_mut(id))
}

/// Renders a file, folder or version stack in the form of lists.
pub(super) fn render(state: &State, ctx: &RequestContext<'_>, asset: &Row) -> Value {
    match asset.text("type") {
        "file" => files::render(state, ctx, asset),
        "version_stack" => version_stacks::render(state, ctx, asset),
        _ => folders::render(state, ctx, asset),
    }
}

/// Returns whether a record is in a folder, at any depth.
pub(super) fn is_below(state: &State, row: &Row, folder: &str) -> bool {
    let mut parent = row.text("parent_id");
    while parent != folder {
        match asset(state, parent) {
            Some(row) => parent = row.text("parent_id"),
            None => return false,
        }
    }
    true
}

/// Returns the ids of an asset and of everything below it, parents first.
pub(super) fn below(state: &State, id: &str) -> Vec<String> {
    if state.files.contains_key(id) {
        return vec![id.to_owned()];
    }
    let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
    let State { folders, version_stacks, files, .. } = state;
    for row in [folders, version_stacks, files].into_iter().flat_map(Table::values) {
        children.entry(row.text("parent_id")).or_default().push(row.id());
    }
    let mut found = vec![id];
    let mut next = 0;
    while let Some(id) = found.get(next) {
        found.extend(children.get(id).into_iter().flatten());
        next += 1;
    }
    found.into_iter().map(str::to_owned).collect()
}

/// Puts a record into a project.
pub(crate) fn enter(row: &mut Row, project: &str) {
    let url = match row.text("type") {
        "folder" => format!("https://next.frame.io/project/{project}/{}", row.id()),
        _ => format!("https://next.frame.io/project/{project}/view/{}", row.id()),
    };
    row.fields.insert("view_url".to_owned(), url.into());
    row.fields.insert("project_id".to_owned(), project.into());
}

/// Records a change of an asset. An event of a version stack refers to its head.
pub(super) fn record_event(state: &mut State, ctx: &RequestContext<'_>, change: Change, id: &str) {
    let Some(row) = asset(state, id) else { return };
    let project = row.text("project_id").to_owned();
    let (kind, on_file, on_folder) = match change {
        Change::Created => (row.text("type"), "file.created", "folder.created"),
        Change::Updated => (row.text("type"), "file.updated", "folder.updated"),
        Change::Copied => (row.text("type"), "file.copied", "folder.copied"),
        Change::Deleted => (row.text("type"), "file.deleted", "folder.deleted"),
    };
    if kind == "folder" {
        return state.record_event(ctx.actor(), on_folder, ("folder", id), &project);
    }
    let head = versions::head(state, id).unwrap_or(id).to_owned();
    state.record_event(ctx.actor(), on_file, ("file", &head), &project);
}

/// Change that files and folders have in common.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Created,
    Updated,
    Copied,
    Deleted,
}
