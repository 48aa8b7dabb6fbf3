//! Assets of a share.

use indexmap::IndexSet;
use serde_json::Map;

use super::{render, touch};
use crate::operations::context::{RequestContext, not_found};
use crate::operations::page::page;
use crate::operations::tree;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Row, State};

/// Lists everything that the share shows, without folders' hierarchy; a version stack represents its
/// versions.
pub(super) fn list(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let shown = within(state, ctx.find(&state.shares, "share_id")?);
    let ids: IndexSet<&str> = shown.iter().map(|row| row.id()).collect();
    let is_version = |row: &Row| {
        let stack = row.text("parent_id");
        state.version_stacks.contains_key(stack) && ids.contains(stack)
    };
    let rows = shown.into_iter().filter(|row| !is_version(row));
    let rows = rows.filter(|row| state.sees(ctx.user_id, row)).collect();
    page(ctx, rows, |row| tree::render(state, ctx, row))
}

pub(super) fn add(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let project = ctx.find(&state.shares, "share_id")?.text("project_id").to_owned();
    let asset = ctx.field("asset_id").as_str().unwrap_or_default();
    check(state, ctx, &project, asset, "/data/asset_id")?;
    let shared = state.shared.entry(ctx.arg("share_id").to_owned()).or_default();
    if shared.assets.insert(asset.to_owned()) {
        touch(state, ctx, Map::new())?;
    }
    response(state, ctx, "asset_added", asset)
}

/// Removes an asset that was added itself; content of an added folder cannot be removed.
pub(super) fn remove(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let share = ctx.find(&state.shares, "share_id")?.id();
    let asset = ctx.arg("asset_id");
    let shared = state.shared.get_mut(share);
    if !shared.is_some_and(|shared| shared.assets.shift_remove(asset)) {
        let detail =
            "the asset was not added to this share itself; remove the folder that contains it";
        return Err(Failure::new(http::StatusCode::NOT_FOUND, detail));
    }
    touch(state, ctx, Map::new())?;
    response(state, ctx, "asset_removed", asset)
}

fn response(state: &State, ctx: &RequestContext<'_>, done: &str, asset: &str) -> Outcome {
    let mut answer = render(state, ctx, ctx.find(&state.shares, "share_id")?);
    answer[done] = asset.into();
    Ok(Reply::ok(answer))
}

/// Checks whether an asset can be added to a share of a project; `pointer` leads to its id in the body.
pub(super) fn check(
    state: &State,
    ctx: &RequestContext<'_>,
    project: &str,
    asset: &str,
    pointer: &str,
) -> Result<(), Failure> {
    let asset = tree::asset(state, asset).filter(|asset| asset.account == ctx.account());
    let asset = asset.ok_or_else(|| not_found("asset_id"))?;
    if asset.text("project_id") != project {
        return Err(Failure::invalid(pointer, "belongs to another project than the share"));
    }
    Ok(())
}

/// Returns the added assets and everything below them, without duplicates. Assets that were deleted or
/// moved to another project since are omitted.
pub(super) fn within<'s>(state: &'s State, share: &Row) -> Vec<&'s Row> {
    let assets = state.shared.get(share.id()).into_iter().flat_map(|shared| &shared.assets);
    let project = share.text("project_id");
    let all: IndexSet<String> = assets
        .filter(|id| tree::asset(state, id).is_some_and(|it| it.text("project_id") == project))
        .flat_map(|id| tree::below(state, id))
        .collect();
    all.iter().filter_map(|id| tree::asset(state, id)).collect()
}
