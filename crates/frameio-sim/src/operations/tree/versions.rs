//! Which files are the versions of a version stack, and which of them is its head.

use serde_json::Map;

use super::{Place, asset_mut};
use crate::operations::context::RequestContext;
use crate::state::State;

/// The newest version.
pub(in crate::operations) fn head<'s>(state: &'s State, stack: &str) -> Option<&'s str> {
    state.versions.get(stack)?.last().map(String::as_str)
}

/// Makes a file that is in a version stack a version of it: the newest, unless it had a place.
pub(super) fn join(
    state: &mut State,
    ctx: &RequestContext<'_>,
    stack: &str,
    file: &str,
    at: Option<usize>,
) {
    let versions = state.versions.entry(stack.to_owned()).or_default();
    let at = at.unwrap_or(versions.len()).min(versions.len());
    versions.insert(at, file.to_owned());
    changed(state, ctx, stack);
}

/// Takes a file out of its version stack, if it is in one; gives its place there.
///
/// A version stack goes with its last version.
pub(super) fn leave(state: &mut State, ctx: &RequestContext<'_>, file: &str) -> Option<usize> {
    let stack = state.files.get(file)?.text("parent_id").to_owned();
    let versions = state.versions.get_mut(&stack)?;
    let at = versions.iter().position(|version| version == file)?;
    versions.remove(at);
    if versions.is_empty() {
        state.versions.remove(&stack);
        state.version_stacks.shift_remove(&stack);
    } else {
        changed(state, ctx, &stack);
    }
    Some(at)
}

/// Calls a version stack like its head, whenever that may be another.
pub(in crate::operations) fn changed(state: &mut State, ctx: &RequestContext<'_>, stack: &str) {
    let head = head(state, stack).and_then(|head| state.files.get(head));
    let Some(name) = head.map(|head| head.field("name").clone()) else { return };
    if let Some(stack) = state.version_stacks.get_mut(stack) {
        stack.update(Map::from_iter([("name".to_owned(), name)]), ctx.now);
    }
}

/// Puts files of a folder into a new version stack there, in this order.
pub(in crate::operations) fn stack(
    state: &mut State,
    ctx: &RequestContext<'_>,
    stack: &str,
    files: Vec<String>,
) {
    for file in &files {
        if let Some(row) = asset_mut(state, file) {
            row.update(Map::from_iter([("parent_id".to_owned(), stack.into())]), ctx.now);
        }
    }
    state.versions.insert(stack.to_owned(), files);
    changed(state, ctx, stack);
}

/// Records that a version stack has a new head.
pub(in crate::operations) fn record_new_head(
    state: &mut State,
    ctx: &RequestContext<'_>,
    stack: &str,
) {
    let Some(head) = head(state, stack).map(str::to_owned) else { return };
    let project = state.files.get(&head).map(|file| file.text("project_id").to_owned());
    state.record_event(
        ctx.actor(),
        "file.versioned",
        ("file", &head),
        &project.unwrap_or_default(),
    );
}

/// What has come into a place joins the versions of it.
pub(super) fn arrived(
    state: &mut State,
    ctx: &RequestContext<'_>,
    place: &Place,
    id: &str,
    at: Option<usize>,
) {
    if place.is_stack {
        join(state, ctx, &place.id, id, at);
        if head(state, &place.id) == Some(id) {
            record_new_head(state, ctx, &place.id);
        }
    }
}
