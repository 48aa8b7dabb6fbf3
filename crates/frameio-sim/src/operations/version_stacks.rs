//! Version stacks, which contain the versions of a file.

use serde_json::{Value, json};

use super::tree::{self, Place, copies, moves, trash, versions};
use super::{OperationHandler, files, folders};
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Row, State, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("version_stacks.list", list),
    OperationHandler::new("version_stacks.create", create),
    OperationHandler::new("version_stacks.show", show),
    OperationHandler::new("version_stacks.index", index),
    OperationHandler::new("version_stacks.copy", copy),
    OperationHandler::new("version_stacks.move", r#move),
    OperationHandler::new("version_stacks.reorder", reorder),
    OperationHandler::new("version_stacks.restore", |state, ctx| {
        trash::restore(state, ctx, "version_stack_id")
    }),
];

fn list(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?.id();
    let stacks = state.version_stacks.values();
    let rows = stacks.filter(|row| row.text("parent_id") == folder).collect();
    page(ctx, rows, |row| render(state, ctx, row))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?;
    let files = tree::ids(ctx, "file_ids");
    for (i, id) in files.iter().enumerate() {
        let file = ctx.find_id(&state.files, "file_id", id)?;
        if file.text("parent_id") != folder.id() {
            let pointer = format!("/data/file_ids/{i}");
            return Err(Failure::invalid(&pointer, "is not in this folder"));
        }
    }
    let project = folder.text("project_id").to_owned();
    let fields = json!({
        "type": "version_stack",
        "parent_id": folder.id(),
        "project_id": project,
    });
    let id = insert(&mut state.version_stacks, ctx.actor(), fields);
    if let Some(stack) = state.version_stacks.get_mut(&id) {
        tree::enter(stack, &project);
    }
    versions::stack(state, ctx, &id, files.into_iter().map(str::to_owned).collect());
    versions::record_new_head(state, ctx, &id);
    Ok(Reply::created(render(state, ctx, &state.version_stacks[&id])))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let stack = ctx.find(&state.version_stacks, "version_stack_id")?;
    Ok(Reply::ok(render(state, ctx, stack)))
}

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let stack = ctx.find(&state.version_stacks, "version_stack_id")?;
    page(ctx, newest_first(state, stack.id()), |row| files::render(state, ctx, row))
}

fn copy(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let stack = ctx.find(&state.version_stacks, "version_stack_id")?;
    let place = match ctx.field("parent_id") {
        Value::Null => Place::next_to(state, stack)?,
        _ => Place::folder(state, ctx)?,
    };
    let id = copies::copy(state, ctx, ctx.arg("version_stack_id"), &place);
    Ok(Reply::ok(render(state, ctx, &state.version_stacks[&id])))
}

fn r#move(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.version_stacks, "version_stack_id")?;
    let place = Place::folder(state, ctx)?;
    moves::relocate(state, ctx, ctx.arg("version_stack_id"), &place);
    show(state, ctx)
}

/// Moves a version to the top or bottom, or directly above or below another; the head is at the top.
fn reorder(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let stack = ctx.find(&state.version_stacks, "version_stack_id")?.id().to_owned();
    let mut versions = state.versions.get(&stack).cloned().unwrap_or_default();
    let head = versions.last().cloned();
    let text = |name| ctx.field(name).as_str();
    let target = text("target_file_id");
    let target = target.ok_or_else(|| Failure::invalid("/data/target_file_id", "is missing"))?;
    take(&mut versions, target, "target_file_id")?;
    let near = |name, id| {
        let found = versions.iter().position(|version| version == id);
        found.ok_or_else(|| not_a_version(name))
    };
    let (above, below) = (text("move_above_file_id"), text("move_below_file_id"));
    let at = match (above, below, text("move_to")) {
        (Some(id), None, None) => near("move_above_file_id", id)? + 1,
        (None, Some(id), None) => near("move_below_file_id", id)?,
        (None, None, Some("top")) => versions.len(),
        (None, None, Some(_)) => 0,
        _ => {
            let detail =
                "expected exactly one of move_above_file_id, move_below_file_id and move_to";
            return Err(Failure::invalid("/data", detail));
        }
    };
    versions.insert(at, target.to_owned());
    let new_head = versions.last() != head.as_ref();
    state.versions.insert(stack.clone(), versions);
    versions::changed(state, ctx, &stack);
    if new_head {
        versions::record_new_head(state, ctx, &stack);
    }
    let versions = newest_first(state, &stack).into_iter();
    Ok(Reply::ok(versions.map(|row| files::render(state, ctx, row)).collect()))
}

fn take(versions: &mut Vec<String>, file: &str, name: &str) -> Result<(), Failure> {
    let at = versions.iter().position(|version| version == file);
    versions.remove(at.ok_or_else(|| not_a_version(name))?);
    Ok(())
}

fn not_a_version(name: &str) -> Failure {
    let detail = "is not another version in this version stack";
    Failure::invalid(&format!("/data/{name}"), detail)
}

fn newest_first<'s>(state: &'s State, stack: &str) -> Vec<&'s Row> {
    let versions = state.versions.get(stack).into_iter().flatten().rev();
    versions.filter_map(|id| state.files.get(id)).collect()
}

pub(super) fn render(state: &State, ctx: &RequestContext<'_>, stack: &Row) -> Value {
    let mut stack_json = Value::from(stack.fields.clone());
    let head = versions::head(state, stack.id()).and_then(|head| state.files.get(head));
    stack_json["head_version"] = head.map(|head| files::render(state, ctx, head)).into();
    folders::add_includes(state, ctx, stack, &mut stack_json);
    stack_json
}
