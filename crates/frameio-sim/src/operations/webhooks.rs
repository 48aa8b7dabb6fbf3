//! Webhooks.

use frameio_webhook::EventType;
use serde_json::{Value, json};

use super::OperationHandler;
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Failure, Outcome, Problem, Reply};
use crate::state::{Event, Row, State, insert, random_secret};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("webhooks.index", index),
    OperationHandler::new("webhooks.show", show),
    OperationHandler::new("webhooks.create", create),
    OperationHandler::new("webhooks.update", update),
    OperationHandler::new("webhooks.delete", delete),
];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?.id();
    let rows = state.webhooks.values().filter(|row| row.text("workspace_id") == workspace);
    page(ctx, rows.collect(), |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let webhook = ctx.find(&state.webhooks, "webhook_id")?;
    Ok(Reply::ok(render(state, ctx, webhook)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let workspace = ctx.find(&state.workspaces, "workspace_id")?.id().to_owned();
    check(ctx)?;
    let mut webhook = json!({"active": true, "workspace_id": workspace});
    for name in ["name", "url", "events"] {
        webhook[name] = ctx.field(name).clone();
    }
    let id = insert(&mut state.webhooks, ctx.actor(), webhook);
    record_event(state, ctx, "webhook.created", &workspace, &id);
    let mut webhook = render(state, ctx, &state.webhooks[&id]);
    webhook["secret"] = new_secret(state, &id);
    Ok(Reply::created(webhook))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let webhook = ctx.find_mut(&mut state.webhooks, "webhook_id")?;
    check(ctx)?;
    webhook.update(ctx.data.clone(), ctx.now);
    let (workspace, id) = (webhook.text("workspace_id").to_owned(), webhook.id().to_owned());
    record_event(state, ctx, "webhook.updated", &workspace, &id);
    show(state, ctx)
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let webhook = ctx.find(&state.webhooks, "webhook_id")?;
    let (workspace, id) = (webhook.text("workspace_id").to_owned(), webhook.id().to_owned());
    state.webhooks.shift_remove(&id);
    state.events.secrets.remove(&id);
    record_event(state, ctx, "webhook.deleted", &workspace, &id);
    Ok(Reply::NO_CONTENT)
}

/// Checks URL and events, which the contract leaves open. A webhook for an unknown event would never be
/// called.
fn check(ctx: &RequestContext<'_>) -> Result<(), Failure> {
    let events = ctx.field("events").as_array().into_iter().flatten();
    let unknown = |(_, event): &(usize, &Value)| {
        event.as_str().is_none_or(|event| !EventType::KNOWN.contains(&event))
    };
    let mut problems: Vec<_> = (0..)
        .zip(events)
        .filter(unknown)
        .map(|(place, event)| {
            let detail = format!("unknown event '{event}'");
            Problem::at(format!("/data/events/{place}"), detail)
        })
        .collect();
    problems.extend(wrong_url(ctx));
    if problems.is_empty() { Ok(()) } else { Err(Failure::unprocessable(problems)) }
}

fn render(state: &State, ctx: &RequestContext<'_>, webhook: &Row) -> Value {
    with_creator(state, ctx, webhook, webhook.fields.clone().into())
}

/// Adds the creator, if `include` contains it.
pub(super) fn with_creator(
    state: &State,
    ctx: &RequestContext<'_>,
    row: &Row,
    mut json: Value,
) -> Value {
    if ctx.query.includes("creator") {
        json["creator"] = state.person(&row.creator);
    }
    json
}

/// Checks the URL of a receiver.
pub(super) fn wrong_url(ctx: &RequestContext<'_>) -> Option<Problem> {
    let url: http::Uri = match ctx.field("url").as_str()?.parse() {
        Ok(url) => url,
        Err(error) => return Some(Problem::at("/data/url", format!("is not a URL: {error}"))),
    };
    let is_web = matches!(url.scheme_str(), Some("http" | "https"));
    (!is_web).then(|| Problem::at("/data/url", "must start with 'https://' or 'http://'"))
}

/// Creates the secret of a webhook or custom action, which only the response to its creation contains.
pub(super) fn new_secret(state: &mut State, id: &str) -> Value {
    let secret = random_secret();
    state.events.secrets.insert(id.to_owned(), secret.clone().into());
    secret.into()
}

/// Records a change of a webhook or custom action, for the audit log only.
pub(super) fn record_event(
    state: &mut State,
    ctx: &RequestContext<'_>,
    kind: &'static str,
    workspace: &str,
    id: &str,
) {
    let resource = kind.split_once('.').map_or(kind, |(resource, _)| resource);
    let workspace = Some(workspace.to_owned());
    state.events.pending.push(Event { workspace, ..Event::new(ctx.actor(), kind, (resource, id)) });
}

/// Removes the webhooks and custom actions of a workspace.
pub(super) fn remove_all(state: &mut State, workspace: &str) {
    for table in [&mut state.webhooks, &mut state.actions] {
        let secrets = &mut state.events.secrets;
        table.retain(|id, row| {
            let kept = row.text("workspace_id") != workspace;
            kept || secrets.remove(id).is_none()
        });
    }
}
