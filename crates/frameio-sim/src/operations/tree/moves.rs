//! Moves of assets.

use http::StatusCode;
use serde_json::{Map, Value};

use super::{Change, Place, asset, asset_mut, below, enter, record_event, versions};
use crate::operations::context::RequestContext;
use crate::response::Failure;
use crate::state::State;

/// Refuses to move a root folder, and to move a folder into itself.
pub(in crate::operations) fn check(state: &State, id: &str, place: &Place) -> Result<(), Failure> {
    let Some(row) = state.folders.get(id) else { return Ok(()) };
    if row.field("parent_id").is_null() {
        let detail = "a root folder cannot be moved";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    let mut above = Some(&*place.id);
    while let Some(folder) = above {
        if folder == id {
            return Err(Failure::invalid("/data/parent_id", "is inside the moved folder"));
        }
        above = state.folders.get(folder).and_then(|row| row.field("parent_id").as_str());
    }
    Ok(())
}

/// Moves a file, folder or version stack with everything inside.
pub(in crate::operations) fn relocate(
    state: &mut State,
    ctx: &RequestContext<'_>,
    id: &str,
    place: &Place,
) {
    if asset(state, id).is_none_or(|row| row.text("parent_id") == place.id) {
        return;
    }
    versions::leave(state, ctx, id);
    put_into(state, ctx, id, place);
    record_event(state, ctx, Change::Updated, id);
    versions::arrived(state, ctx, place, id, None);
}

/// Puts an asset in a place, and everything inside in the project of that place.
pub(super) fn put_into(state: &mut State, ctx: &RequestContext<'_>, id: &str, place: &Place) {
    if asset(state, id).is_some_and(|row| row.text("project_id") != place.project) {
        for id in below(state, id) {
            if let Some(row) = asset_mut(state, &id) {
                enter(row, &place.project);
            }
        }
    }
    if let Some(row) = asset_mut(state, id) {
        let parent = Value::from(&*place.id);
        row.update(Map::from_iter([("parent_id".to_owned(), parent)]), ctx.now);
    }
}
