//! Shares, which show assets to others under a link.

mod assets;
mod reviewers;
mod visits;

use serde_json::{Map, Value, json};

pub use self::visits::{Visit, VisitError};
use super::{OperationHandler, metadata_fields, tree};
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Row, ShareContents, State, insert, new_id, random_secret};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("shares.index", index),
    OperationHandler::new("shares.show", show),
    OperationHandler::new("shares.create", create),
    OperationHandler::new("shares.update", update),
    OperationHandler::new("shares.delete", delete),
    OperationHandler::new("shares.list_assets", assets::list),
    OperationHandler::new("shares.add_asset", assets::add),
    OperationHandler::new("shares.remove_asset", assets::remove),
    OperationHandler::new("shares.list_reviewers", reviewers::list),
    OperationHandler::new("shares.add_reviewers", reviewers::add),
    OperationHandler::new("shares.remove_reviewers", reviewers::remove),
    OperationHandler::new("shares.list_activities", visits::list),
];

/// Characters that end a line.
const LINE_BREAKS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let project = ctx.find(&state.projects, "project_id")?.id();
    let rows = state.shares.values().filter(|row| row.text("project_id") == project).collect();
    page(ctx, rows, |share| render(state, ctx, share))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    Ok(Reply::ok(render(state, ctx, ctx.find(&state.shares, "share_id")?)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let project = ctx.find(&state.projects, "project_id")?.id().to_owned();
    let assets = tree::ids(ctx, "asset_ids");
    for (i, asset) in assets.iter().enumerate() {
        assets::check(state, ctx, &project, asset, &format!("/data/asset_ids/{i}"))?;
    }
    let mut share = changed(state, blank(), ctx)?;
    share["project_id"] = project.into();
    share["collection_id"] = new_id().into();
    share["short_url"] = short_url().into();
    let id = insert(&mut state.shares, ctx.actor(), share);
    let assets = assets.into_iter().map(str::to_owned).collect();
    state.shared.insert(id.clone(), ShareContents { assets, ..ShareContents::default() });
    record_event(state, ctx, "share.created", &id);
    Ok(Reply::created(render(state, ctx, &state.shares[&id])))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let share = ctx.find(&state.shares, "share_id")?.fields.clone().into();
    if let Value::Object(fields) = changed(state, share, ctx)? {
        touch(state, ctx, fields)?;
    }
    show(state, ctx)
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let id = ctx.find(&state.shares, "share_id")?.id().to_owned();
    record_event(state, ctx, "share.deleted", &id);
    state.shares.shift_remove(&id);
    state.shared.remove(&id);
    Ok(Reply::NO_CONTENT)
}

/// Returns a share without settings: nullable ones are null, others are missing.
pub(crate) fn blank() -> Value {
    json!({
        "accent_color": null,
        "access": "public",
        "captions_enabled": null,
        "commenting_enabled": true,
        "description": null,
        "downloading_enabled": true,
        "enabled": true,
        "expiration": null,
        "featured_field_definition_id": null,
        "last_viewed_at": null,
        "name": null,
        "name_column_width": null,
        "passphrase": null,
        "show_all_asset_versions": null,
        "transcripts_enabled": null,
        "watermark_enabled": null,
    })
}

/// Generates a short URL on the host of the service.
pub(crate) fn short_url() -> String {
    let id = new_id();
    format!("https://f.io/{}", id.split('-').next().unwrap_or(&id))
}

/// Overwrites the fields of a share that are in the body; null resets a field to its default.
fn changed(state: &State, mut share: Value, ctx: &RequestContext<'_>) -> Result<Value, Failure> {
    if let Some(template) = ctx.field("watermark_template_id").as_str() {
        let found = ctx.find_id(&state.watermark_templates, "watermark_template_id", template);
        let missing = "no such session watermark template in this account";
        found.map_err(|_| Failure::invalid("/data/watermark_template_id", missing))?;
    }
    if ctx.field("name").as_str().is_some_and(|name| name.contains(LINE_BREAKS)) {
        return Err(Failure::invalid("/data/name", "contains a line break, expected one line"));
    }
    let blank = blank();
    for (name, value) in &ctx.data {
        match (name.as_str(), value) {
            ("type" | "asset_ids", _) => {}
            (name, Value::Null) => share[name] = blank[name].clone(),
            (name, value) => share[name] = value.clone(),
        }
    }
    let is_open = share["passphrase"].as_str().is_none_or(str::is_empty);
    if is_open && share["access"] == "secure" {
        share["passphrase"] = random_secret().into();
    }
    Ok(share)
}

/// Changes the share of the path, and records the event.
fn touch(
    state: &mut State,
    ctx: &RequestContext<'_>,
    changes: Map<String, Value>,
) -> Result<(), Failure> {
    let share = ctx.find_mut(&mut state.shares, "share_id")?;
    share.update(changes, ctx.now);
    record_event(state, ctx, "share.updated", ctx.arg("share_id"));
    Ok(())
}

/// Records a change of an existing share.
fn record_event(state: &mut State, ctx: &RequestContext<'_>, kind: &'static str, id: &str) {
    let project = state.shares.get(id).map(|share| share.text("project_id").to_owned());
    state.record_event(ctx.actor(), kind, ("share", id), &project.unwrap_or_default());
}

/// Renders a share without its project, which the simulator stores for the roles.
fn render(state: &State, ctx: &RequestContext<'_>, share: &Row) -> Value {
    let mut fields = share.fields.clone();
    fields.remove("project_id");
    if !ctx.is_experimental {
        fields.remove("watermark_template_id");
        return fields.into();
    }
    fields.entry("watermark_template_id").or_insert(Value::Null);
    let definition = |id: &Value| {
        let found = metadata_fields::find(state, ctx.account(), id.as_str().unwrap_or_default());
        found.map(|definition| Value::from(definition.fields.clone()))
    };
    if ctx.query.includes("featured_field_definition") {
        let featured = definition(share.field("featured_field_definition_id"));
        fields.insert("featured_field_definition".to_owned(), featured.into());
    }
    if ctx.query.includes("visible_field_definitions") {
        let ids = share.field("visible_field_definition_ids").as_array();
        let visible = ids.into_iter().flatten().filter_map(definition).collect();
        fields.insert("visible_field_definitions".to_owned(), visible);
    }
    fields.into()
}

/// Removes the shares of a project.
pub(super) fn remove_all(state: &mut State, project: &str) {
    let removed = state.shares.extract_if(.., |_, share| share.text("project_id") == project);
    for (id, _) in removed {
        state.shared.remove(&id);
    }
}
