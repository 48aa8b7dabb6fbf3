//! Versions of version stacks.

use serde_json::Map;

use super::{Place, asset_mut};
use crate::operations::context::RequestContext;
use crate::state::State;

/// Returns the newest version of a stack.
pub(in crate::operations) fn head<'s>(state: &'s State, stack: &str) -> Option<&'s str> {
    state.versions.get(stack)?.last().map(String::as_str)
}

/// Makes a file a version of its version stack: at this position, or as the newest.
pub(super) fn join(
    state: &mut State,
    ctx: &RequestContext<'_>,
    stack: &str,
    file: &str,
    at: Option<usize>,
) {
    let versions = state.versions.entry(stack.to_owned()).or_default();
    let newest = match ctx.env.keep_version_heads {
        true => versions.len().saturating_sub(1),
        false => versions.len(),
    };
    let at = at.unwrap_or(newest).min(versions.len());
    versions.insert(at, file.to_owned());
    changed(state, ctx, stack);
}

/// Takes a file out of its version stack, if any; returns its position there.
///
/// A version stack is removed with its last version.
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

/// Names a version stack after its head, which can have changed.
pub(in crate::operations) fn changed(state: &mut State, ctx: &RequestContext<'_>, stack: &str) {
    let head = head(state, stack).and_then(|head| state.files.get(head));
    let Some(name) = head.map(|head| head.field("name").clone()) else { return };
    if let Some(stack) = state.version_stacks.get_mut(stack) {
        stack.update(Map::from_iter([("name".to_owned(), name)]), ctx.now);
    }
}

/// Puts files of a folder in a new version stack in the same folder, in this order.
pub(in crate::operations) fn stack(
    state: &mut State,
    ctx: &RequestContext<'_>,
    stack: &str,
    mut files: Vec<String>,
) {
    if ctx.env.keep_version_heads {
        files.reverse();
    }
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

/// Makes an asset that arrived in a version stack one of its versions.
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
