//! Templates of session watermarks.

use serde_json::{Value, json};

use super::OperationHandler;
use super::webhooks::with_creator;
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Outcome, Reply};
use crate::state::{Row, State, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("session_watermark_templates.index", index),
    OperationHandler::new("session_watermark_templates.show", show),
    OperationHandler::new("session_watermark_templates.create", create),
    OperationHandler::new("session_watermark_templates.update", update),
];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let account = ctx.find(&state.accounts, "account_id")?.id();
    let rows = state.watermark_templates.values().filter(|row| row.account == account).collect();
    page(ctx, rows, |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let template = ctx.find(&state.watermark_templates, "session_watermark_template_id")?;
    Ok(Reply::ok(render(state, ctx, template)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let template = json!({
        "creator_id": ctx.user_id,
        "deleted_at": null,
        "name": ctx.field("name"),
        "watermark_blocks": ctx.field("watermark_blocks"),
    });
    let id = insert(&mut state.watermark_templates, ctx.actor(), template);
    Ok(Reply::created(render(state, ctx, &state.watermark_templates[&id])))
}

/// Updates a template. Name and blocks are required, so null does not change them.
fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let templates = &mut state.watermark_templates;
    let template = ctx.find_mut(templates, "session_watermark_template_id")?;
    let mut changes = ctx.data.clone();
    changes.retain(|_, value| !value.is_null());
    template.update(changes, ctx.now);
    show(state, ctx)
}

fn render(state: &State, ctx: &RequestContext<'_>, template: &Row) -> Value {
    with_creator(state, ctx, template, template.fields.clone().into())
}
