//! Webhooks and custom actions.

use frameio_api::custom_actions::CustomAction;
use frameio_api::webhooks::Webhook;
use frameio_core::AccountId;
use serde_json::{Value, json};

use super::{events, optional_time, time};

pub(crate) fn hook(hook: &Webhook, account: &AccountId) -> Value {
    let mut names = Vec::new();
    for event in &hook.events {
        let name = events::to_legacy(event.as_str()).unwrap_or(event.as_str());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    json!({
        "_type": "webhook",
        "id": hook.id,
        "name": hook.name,
        "url": hook.url,
        "events": names,
        "active": hook.active.unwrap_or(false),
        "secret": hook.secret,
        "team_id": hook.workspace_id,
        "account_id": account,
        "project_id": null,
        "app_id": null,
        "inserted_at": time(hook.created_at),
        "updated_at": time(hook.updated_at),
        "deleted_at": null,
    })
}

pub(crate) fn action(action: &CustomAction) -> Value {
    json!({
        "_type": "action",
        "id": action.id,
        "name": action.name,
        "description": action.description,
        "event": action.event,
        "url": action.url,
        "active": action.active.unwrap_or(false),
        "allow_collaborators": false,
        "creator_id": action.creator_id,
        "secret": action.secret,
        "team_id": action.workspace_id,
        "image": null,
        "inserted_at": time(action.created_at),
        "updated_at": time(action.updated_at),
        "deleted_at": optional_time(action.deleted_at),
    })
}
