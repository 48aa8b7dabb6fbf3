//! Custom actions; [`Sim::trigger`](crate::Sim::trigger) runs them.

use serde_json::{Value, json};

use super::OperationHandler;
use super::webhooks::{new_secret, record_event, with_creator, wrong_url};
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Row, State, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("custom_actions.actions_index", index),
    OperationHandler::new("custom_actions.actions_show", show),
    OperationHandler::new("custom_actions.actions_create", create),
    OperationHandler::new("custom_actions.actions_update", update),
    OperationHandler::new("custom_actions.actions_delete", delete),
];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?.id();
    let rows = state.actions.values().filter(|row| row.text("workspace_id") == workspace);
    page(ctx, rows.collect(), |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let action = ctx.find(&state.actions, "action_id")?;
    Ok(Reply::ok(render(state, ctx, action)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?.id().to_owned();
    check(ctx)?;
    let mut action = json!({
        "active": true,
        "creator_id": ctx.user_id,
        "deleted_at": null,
        "multi_asset": true,
        "workspace_id": workspace,
    });
    for (name, value) in &ctx.data {
        action[name] = value.clone();
    }
    let id = insert(&mut state.actions, ctx.actor(), action);
    record_event(state, ctx, "action.created", &workspace, &id);
    let mut action = render(state, ctx, &state.actions[&id]);
    action["secret"] = new_secret(state, &id);
    Ok(Reply::created(action))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let action = ctx.find_mut(&mut state.actions, "action_id")?;
    check(ctx)?;
    action.update(ctx.data.clone(), ctx.now);
    let (workspace, id) = (action.text("workspace_id").to_owned(), action.id().to_owned());
    record_event(state, ctx, "action.updated", &workspace, &id);
    show(state, ctx)
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let action = ctx.find(&state.actions, "action_id")?;
    let (workspace, id) = (action.text("workspace_id").to_owned(), action.id().to_owned());
    state.actions.shift_remove(&id);
    state.events.secrets.remove(&id);
    record_event(state, ctx, "action.deleted", &workspace, &id);
    Ok(Reply::NO_CONTENT)
}

fn check(ctx: &RequestContext<'_>) -> Result<(), Failure> {
    wrong_url(ctx).map_or(Ok(()), |problem| Err(Failure::unprocessable(vec![problem])))
}

fn render(state: &State, ctx: &RequestContext<'_>, action: &Row) -> Value {
    with_creator(state, ctx, action, action.fields.clone().into())
}
