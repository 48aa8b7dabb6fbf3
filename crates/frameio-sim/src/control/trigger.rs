//! Custom actions: trigger and form submissions.

use std::sync::Arc;

use frameio_core::UserId;
use frameio_webhook::Resource;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::body::Object;
use crate::events::{self, Shown, TriggerError};
use crate::response::Failure;
use crate::shared::Shared;

/// Runs the action on `resources`, submits each form with the next item of `submit`, and returns all
/// forms and messages.
pub(super) async fn trigger(
    shared: &Arc<Shared>,
    action: &str,
    body: &Object,
) -> Result<Value, Failure> {
    let demo_user = {
        let world = shared.lock();
        if !world.state.actions.contains_key(action) {
            return Err(Failure::new(StatusCode::NOT_FOUND, "no such custom action"));
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

/// Parses the selection: `[{"type": "file", "id": …}, …]`.
fn resources(value: &Value) -> Result<Vec<Resource>, Failure> {
    let invalid = |pointer: &str| {
        let detail = "expected resources such as [{\"type\": \"file\", \"id\": \"…\"}], of type \
                      file, folder or version_stack";
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

/// Parses the values to submit, one object for each form: `[{"name": "value", …}, …]`.
fn submissions(value: Option<&Value>) -> Result<Vec<Map<String, Value>>, Failure> {
    let invalid = || {
        let detail = "expected a list with an object for each form, with values by field name";
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

/// Returns 422 for a request that the service would not send, and 502 for a failure of the action.
fn refusal(pointer: &str, error: TriggerError) -> Failure {
    match error {
        TriggerError::Refused(detail) => Failure::invalid(pointer, detail),
        error => Failure::new(StatusCode::BAD_GATEWAY, error.to_string()),
    }
}
