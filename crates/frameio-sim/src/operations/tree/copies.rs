//! Copies of assets with everything inside.

use std::collections::HashMap;

use super::{Change, Place, asset, below, enter, record_event, versions};
use crate::operations::comments;
use crate::operations::context::RequestContext;
use crate::state::{State, Table, new_id};

/// Returns the number of files, folders and version stacks in an asset, including the asset.
pub(in crate::operations) fn size(state: &State, id: &str) -> usize {
    below(state, id).len()
}

/// Copies a file, folder or version stack to a place; returns the id of the copy.
///
/// The copy shares the bytes and has the same name; its creator is the user of the request.
pub(in crate::operations) fn copy(
    state: &mut State,
    ctx: &RequestContext<'_>,
    id: &str,
    place: &Place,
) -> String {
    let below = below(state, id);
    let new: HashMap<&str, String> = below.iter().map(|id| (&**id, new_id())).collect();
    for id in &below {
        let Some(mut row) = asset(state, id).cloned() else { continue };
        let parent = new.get(row.text("parent_id")).unwrap_or(&place.id);
        let (copy, now) = (&new[&**id], ctx.now.to_string());
        for (name, value) in
            [("id", copy), ("parent_id", parent), ("created_at", &now), ("updated_at", &now)]
        {
            row.fields.insert(name.to_owned(), value.as_str().into());
        }
        row.creator = ctx.user_id.to_owned();
        enter(&mut row, &place.project);
        table(state, row.text("type")).insert(copy.clone(), row);
        if let Some(versions) = state.versions.get(id) {
            let versions = versions.iter().filter_map(|file| new.get(&**file).cloned()).collect();
            state.versions.insert(copy.clone(), versions);
        }
        if state.files.contains_key(copy) {
            state.uploads.copy(id, copy);
            copy_extras(state, ctx, id, copy);
        }
    }
    let copy = new.get(id).cloned().unwrap_or_default();
    record_event(state, ctx, Change::Copied, &copy);
    versions::arrived(state, ctx, place, &copy, None);
    copy
}

fn table<'s>(state: &'s mut State, kind: &str) -> &'s mut Table {
    match kind {
        "file" => &mut state.files,
        "version_stack" => &mut state.version_stacks,
        _ => &mut state.folders,
    }
}

/// Copies the comments and metadata of a file, if requested.
fn copy_extras(state: &mut State, ctx: &RequestContext<'_>, from: &str, to: &str) {
    // All comments are public.
    if matches!(ctx.query.text("copy_comments"), Some("public" | "all")) {
        comments::copy(state, from, to);
    }
    if ctx.query.flag("copy_metadata") {
        state.metadata.copy(from, to);
    }
}
