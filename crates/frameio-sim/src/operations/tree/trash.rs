//! Deletion and restoration of assets.

use std::collections::HashSet;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Change, Place, asset, below, folder_of, moves, record_event, render, versions};
use crate::operations::context::RequestContext;
use crate::operations::{comments, uploads};
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Deleted, Row, State, Table};

/// Time for which a deleted asset can be restored.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Renders a deleted asset.
pub(in crate::operations) fn render_deleted(
    state: &State,
    ctx: &RequestContext<'_>,
    deleted: &Deleted,
) -> Value {
    let file = |file: &Row| {
        let mut fields = file.fields.clone();
        let upload = state.uploads.get_any(file.id());
        fields.insert("status".to_owned(), uploads::status(ctx, upload).into());
        fields
    };
    let mut fields = match deleted.row.text("type") {
        "file" => file(&deleted.row),
        _ => deleted.row.fields.clone(),
    };
    if let Some(head) = deleted.versions.get(deleted.row.id()).and_then(|files| files.last()) {
        let head = deleted.files.get(head).map(file);
        fields.insert("head_version".to_owned(), head.into());
    }
    fields.remove("view_url");
    fields.insert("deleted_at".to_owned(), deleted.field("deleted_at"));
    fields.into()
}

/// Moves a file or folder to the trash; the last version of a stack is deleted with its stack.
pub(in crate::operations) fn delete(state: &mut State, ctx: &RequestContext<'_>, id: &str) {
    forget_old(state, ctx);
    record_event(state, ctx, Change::Deleted, id);
    let Some(row) = asset(state, id) else { return };
    let versions = state.versions.get(row.text("parent_id"));
    let is_last = versions.is_some_and(|versions| versions.len() == 1);
    let id = if is_last { row.text("parent_id").to_owned() } else { id.to_owned() };
    let folder = folder_of(state, row).to_owned();
    let version = versions::leave(state, ctx, &id);
    let Some(deleted) = take(state, ctx.now, &id, folder, version) else { return };
    hide(state, &deleted, true);
    state.deleted.insert(id, deleted);
}

/// Returns the deleted assets of a project, oldest first.
pub(in crate::operations) fn list<'s>(state: &'s State, project: &str) -> Vec<&'s Deleted> {
    let deleted = state.deleted.values();
    deleted.filter(|deleted| deleted.row.text("project_id") == project).collect()
}

/// Restores the asset whose id is the path argument `name` to its place.
pub(in crate::operations) fn restore(
    state: &mut State,
    ctx: &RequestContext<'_>,
    name: &str,
) -> Outcome {
    forget_old(state, ctx);
    let (requested, kind) = (ctx.arg(name), name.trim_end_matches("_id"));
    let found = state.deleted.iter().find(|(_, deleted)| {
        deleted.row.account == ctx.account() && deleted.is_of(requested, kind)
    });
    let (id, deleted) = found.ok_or_else(|| {
        let detail = format!("no deleted {} with this id", kind.replace('_', " "));
        Failure::new(StatusCode::NOT_FOUND, detail)
    })?;
    let id = &id.clone();
    let parent = deleted.row.text("parent_id");
    let place = match state.version_stacks.get(parent) {
        None if state.deleted.contains_key(parent) => None,
        // The version stack no longer exists, because its other versions were deleted.
        None => state.folders.get(&deleted.folder),
        stack => stack,
    };
    let place = place.map(Place::of).ok_or_else(|| {
        let detail = format!("its parent '{parent}' is deleted");
        Failure::new(StatusCode::CONFLICT, detail)
    })?;
    let Some(mut deleted) = state.deleted.shift_remove(id) else { return Ok(Reply::NO_CONTENT) };
    hide(state, &deleted, false);
    for file in deleted.files.values_mut() {
        // A remote upload can have been fetched in the meantime.
        if let Some(upload) = state.uploads.get(file.id()) {
            let size = upload.object.layout.size.into();
            file.fields.insert("file_size".to_owned(), size);
        }
    }
    state.folders.extend(deleted.folders);
    state.version_stacks.extend(deleted.version_stacks);
    state.versions.extend(deleted.versions);
    state.files.extend(deleted.files);
    state.comments.extend(deleted.comments);
    moves::put_into(state, ctx, id, &place);
    record_event(state, ctx, Change::Updated, id);
    versions::arrived(state, ctx, &place, id, deleted.version);
    Ok(Reply::ok(asset(state, requested).map(|row| render(state, ctx, row)).into()))
}

/// Removes a project's root folder permanently, with its content and trash.
pub(in crate::operations) fn remove_project(state: &mut State, now: Timestamp, project: &Row) {
    let root = project.text("root_folder_id");
    if let Some(deleted) = take(state, now, root, String::new(), None) {
        state.deleted.insert(root.to_owned(), deleted);
    }
    forget(state, |deleted| deleted.row.text("project_id") == project.id());
}

/// Takes an asset with everything inside out of the tree.
fn take(
    state: &mut State,
    at: Timestamp,
    id: &str,
    folder: String,
    version: Option<usize>,
) -> Option<Deleted> {
    let row = asset(state, id)?.clone();
    let below: HashSet<String> = below(state, id).into_iter().collect();
    let take = |table: &mut Table| table.extract_if(.., |id, _| below.contains(id)).collect();
    let folders = take(&mut state.folders);
    let version_stacks: Table = take(&mut state.version_stacks);
    let files = take(&mut state.files);
    let stacks = version_stacks.keys();
    let versions = stacks.filter_map(|id| state.versions.remove_entry(id)).collect();
    let comments = comments::take(state, |file| below.contains(file));
    Some(Deleted { at, folder, version, row, folders, version_stacks, versions, files, comments })
}

/// Hides or shows the uploads of a deleted asset.
fn hide(state: &mut State, deleted: &Deleted, hidden: bool) {
    for id in deleted.uploads() {
        if let Some(upload) = state.uploads.get_mut(id) {
            upload.is_deleted = hidden;
        }
    }
}

/// Removes assets permanently that can no longer be restored.
pub(in crate::operations) fn forget_old(state: &mut State, ctx: &RequestContext<'_>) {
    forget(state, |deleted| ctx.now.duration_since(deleted.at) >= KEPT);
}

/// Removes deleted assets permanently if `is_lost` returns true.
fn forget(state: &mut State, is_lost: impl Fn(&Deleted) -> bool) {
    for (_, deleted) in state.deleted.extract_if(.., |_, deleted| is_lost(deleted)) {
        deleted.uploads().for_each(|id| {
            state.uploads.remove(id);
            state.metadata.remove_asset(id);
        });
    }
}
