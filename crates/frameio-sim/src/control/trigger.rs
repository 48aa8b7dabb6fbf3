//! Custom actions, run with the submissions of their forms.

use std::sync::Arc;

use frameio_core::UserId;
use frameio_webhook::Resource;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::body::Object;
use crate::events::{self, Shown, TriggerError};
use crate::response::Failure;
use crate::shared::Shared;

/// Runs the action on `resources`, submits each form that it shows with the next of `submit`, and
/// returns everything that was shown.
pub(super) async fn trigger(
    shared: &Arc<Shared>,
    action: &str,
    body: &Object,
) -> Result<Value, Failure> {
    let demo_user = {
        let world = shared.lock();
        if !world.state.actions.contains_key(action) {
            return Err(Failure::new(StatusCode::NOT_FOUND, "there is no such custom action"));
        }
        world.demo.user_id.clone()
    };
    let user = match body.get("user_id") {
        Some(_) => UserId::from(body.text("user_id")?),
        None => demo_user,
    };
    let selection = resources(body.required("resources")?)?;
    let submissions = submissions(body.get("submit"))?;
    let interaction = events::trigger(shared, &action.into(), &user, selection).await;
    let mut interaction = interaction.map_err(|error| refusal("", error))?;
    let mut all = vec![shown(interaction.shown())];
    for (index, data) in submissions.into_iter().enumerate() {
        let pointer = format!("/submit/{index}");
        interaction = interaction.submit(data).await.map_err(|e| refusal(&pointer, e))?;
        all.push(shown(interaction.shown()));
    }
    Ok(json!({"interaction_id": interaction.id(), "shown": all}))
}

/// What is selected: `[{"type": "file", "id": …}, …]`.
fn resources(value: &Value) -> Result<Vec<Resource>, Failure> {
    let invalid = |pointer: &str| {
        let detail = "resources are written as [{\"type\": \"file\", \"id\": \"…\"}]; the types \
                      are file, folder and version_stack";
        Failure::invalid(pointer, detail)
    };
    let list = value.as_array().ok_or_else(|| invalid("/resources"))?;
    let resource = |(index, value): (usize, &Value)| {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        match (text("type"), text("id")) {
            (Some(kind @ ("file" | "folder" | "version_stack")), Some(id)) => {
                Ok(Resource::new(kind, id))
            }
            _ => Err(invalid(&format!("/resources/{index}"))),
        }
    };
    list.iter().enumerate().map(resource).collect()
}

/// What is typed into one form after the other: `[{"name": "value", …}, …]`.
fn submissions(value: Option<&Value>) -> Result<Vec<Map<String, Value>>, Failure> {
    let invalid = || {
        let detail = "it has to be a list with an object for each form, of values by the names of \
                      its fields";
        Failure::invalid("/submit", detail)
    };
    let Some(value) = value else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(invalid)?;
    list.iter().map(|data| data.as_object().cloned().ok_or_else(invalid)).collect()
}

fn shown(shown: &Shown) -> Value {
    match shown {
        Shown::Message { title, description } => {
            json!({"type": "message", "title": title, "description": description})
        }
        Shown::Form(form) => {
            let mut form = serde_json::to_value(form).unwrap_or_default();
            form["type"] = "form".into();
            form
        }
        Shown::Nothing => json!({"type": "nothing"}),
    }
}

/// 422 for what the service would not have asked the action, 502 for what went wrong with it.
fn refusal(pointer: &str, error: TriggerError) -> Failure {
    match error {
        TriggerError::Refused(detail) => Failure::invalid(pointer, detail),
        error => Failure::new(StatusCode::BAD_GATEWAY, error.to_string()),
    }
}
