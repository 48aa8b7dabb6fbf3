//! Shares: what is shown to others under a link.

mod assets;
mod reviewers;
mod visits;

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::visits::Activity;
pub use self::visits::{Visit, VisitError};
use super::{Simulated, tree};
use crate::ims;
use crate::query::page;
use crate::respond::{Failure, Outcome, Reply};
use crate::state::{Ctx, Row, State, insert, new_id};

pub(super) const OPERATIONS: &[Simulated] = &[
    Simulated::new("shares.index", index),
    Simulated::new("shares.show", show),
    Simulated::new("shares.create", create),
    Simulated::new("shares.update", update),
    Simulated::new("shares.delete", delete),
    Simulated::new("shares.list_assets", assets::list),
    Simulated::new("shares.add_asset", assets::add),
    Simulated::new("shares.remove_asset", assets::remove),
    Simulated::new("shares.list_reviewers", reviewers::list),
    Simulated::new("shares.add_reviewers", reviewers::add),
    Simulated::new("shares.remove_reviewers", reviewers::remove),
    Simulated::new("shares.list_activities", visits::list),
];

/// What a share has beside its fields.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Shared {
    /// The ids of the files, folders and version stacks that were put into it.
    assets: IndexSet<String>,
    /// The e-mail addresses of the reviewers, in lower case.
    reviewers: IndexSet<String>,
    /// What was done with it, the oldest first.
    activities: Vec<Activity>,
}

impl Shared {
    /// The ids of what was put into it.
    pub(crate) fn assets(&self) -> impl Iterator<Item = &str> {
        self.assets.iter().map(String::as_str)
    }

    /// Keeps those of what was put into it.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.assets.retain(|asset| keep(asset));
    }
}

/// All that ends a line.
const LINE_BREAKS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

fn index(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let project = ctx.find(&state.projects, "project_id")?.id();
    let rows = state.shares.values().filter(|row| row.text("project_id") == project).collect();
    page(ctx, rows, render)
}

fn show(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    Ok(Reply::ok(render(ctx.find(&state.shares, "share_id")?)))
}

fn create(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let project = ctx.find(&state.projects, "project_id")?.id().to_owned();
    let assets = tree::ids(ctx, "asset_ids");
    for (i, asset) in assets.iter().enumerate() {
        assets::check(state, ctx, &project, asset, &format!("/data/asset_ids/{i}"))?;
    }
    let mut share = changed(blank(), ctx)?;
    share["project_id"] = project.into();
    share["collection_id"] = new_id().into();
    share["short_url"] = short_url().into();
    let id = insert(&mut state.shares, ctx.by(), share);
    let assets = assets.into_iter().map(str::to_owned).collect();
    state.shared.insert(id.clone(), Shared { assets, ..Shared::default() });
    happened(state, ctx, "share.created", &id);
    Ok(Reply::created(render(&state.shares[&id])))
}

fn update(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let share = ctx.find(&state.shares, "share_id")?.fields.clone().into();
    if let Value::Object(fields) = changed(share, ctx)? {
        touch(state, ctx, fields)?;
    }
    show(state, ctx)
}

fn delete(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let id = ctx.find(&state.shares, "share_id")?.id().to_owned();
    happened(state, ctx, "share.deleted", &id);
    state.shares.shift_remove(&id);
    state.shared.remove(&id);
    Ok(Reply::NO_CONTENT)
}

/// A share of which nothing was said.
pub(crate) fn blank() -> Value {
    json!({
        "accent_color": null,
        "access": "public",
        "captions_enabled": null,
        "card_aspect_ratio": null,
        "card_info_enabled": null,
        "card_size": null,
        "commenting_enabled": true,
        "description": null,
        "downloading_enabled": true,
        "drm_enabled": null,
        "editable_fields_enabled": null,
        "enabled": true,
        "expiration": null,
        "featured_field_definition_id": null,
        "forensic_watermark_enabled": null,
        "icons_visible_on_list": null,
        "last_viewed_at": null,
        "layout": null,
        "list_row_size": null,
        "name": null,
        "name_column_width": null,
        "open_in_viewer_enabled": null,
        "passphrase": null,
        "reel_card_aspect_ratio": null,
        "reel_card_fit_image": null,
        "show_all_asset_versions": null,
        "show_asset_name_in_reel_layout": null,
        "sort_by": null,
        "theme": null,
        "thumbnail_scale": null,
        "title_line_count": null,
        "transcripts_enabled": null,
        "visible_field_definition_ids": null,
        "watermark_enabled": null,
    })
}

/// Short as the service's, of which only the host is known.
pub(crate) fn short_url() -> String {
    let id = new_id();
    format!("https://f.io/{}", id.split('-').next().unwrap_or(&id))
}

/// The share with what the body names written over it; null stands for what it is without.
fn changed(mut share: Value, ctx: &Ctx<'_>) -> Result<Value, Failure> {
    if ctx.field("name").as_str().is_some_and(|name| name.contains(LINE_BREAKS)) {
        return Err(Failure::invalid("/data/name", "has a line break, it has to be one line"));
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
        share["passphrase"] = ims::random().into();
    }
    Ok(share)
}

/// Changes the share of the path, and tells it.
fn touch(state: &mut State, ctx: &Ctx<'_>, changes: Map<String, Value>) -> Result<(), Failure> {
    let share = ctx.find_mut(&mut state.shares, "share_id")?;
    share.update(changes, ctx.now);
    happened(state, ctx, "share.updated", ctx.arg("share_id"));
    Ok(())
}

/// Notes what was done to a share that is still there.
fn happened(state: &mut State, ctx: &Ctx<'_>, kind: &'static str, id: &str) {
    let project = state.shares.get(id).map(|share| share.text("project_id").to_owned());
    state.happened(ctx, kind, ("share", id), &project.unwrap_or_default());
}

/// The project is for the roles alone: the service does not tell it.
fn render(share: &Row) -> Value {
    let mut fields = share.fields.clone();
    fields.remove("project_id");
    fields.into()
}

/// Removes the shares of a project.
pub(super) fn remove_all(state: &mut State, project: &str) {
    let removed = state.shares.extract_if(.., |_, share| share.text("project_id") == project);
    for (id, _) in removed {
        state.shared.remove(&id);
    }
}
