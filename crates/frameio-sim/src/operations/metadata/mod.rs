//! Metadata: values of assets in the fields of their account.

use serde_json::{Map, Value, json};

use super::OperationHandler;
use super::metadata_fields::{self, built_in};
use crate::operations::context::RequestContext;
use crate::response::{Failure, Outcome, Problem, Reply};
use crate::state::{Row, State};

mod check;

pub(super) use check::{NOBODY, is_someone};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("metadata.show", show),
    OperationHandler::new("metadata.bulk_update", bulk_update),
    OperationHandler::new("metadata.update", update),
];

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let file = ctx.find(&state.files, "file_id")?;
    let metadata = render(state, ctx, file, ctx.query.flag("show_null"));
    Ok(Reply::ok(json!({"file_id": file.id(), "metadata": metadata})))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let id = ctx.find(&state.files, "file_id")?.id().to_owned();
    let changes = changes(state, ctx)?;
    set(state, ctx, &id, &changes);
    show(state, ctx)
}

fn bulk_update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let project = ctx.find(&state.projects, "project_id")?.id();
    let ids = ctx.field("file_ids").as_array().map_or(&[][..], Vec::as_slice);
    let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
    let is_here =
        |id: &str| state.files.get(id).is_some_and(|file| file.text("project_id") == project);
    let elsewhere = ids.iter().enumerate().filter(|(_, id)| !is_here(id));
    let problems: Vec<Problem> = elsewhere
        .map(|(i, _)| Problem::at(format!("/data/file_ids/{i}"), "no such file in this project"))
        .collect();
    if !problems.is_empty() {
        return Err(Failure::unprocessable(problems));
    }
    let changes = changes(state, ctx)?;
    for id in ids {
        set(state, ctx, id, &changes);
    }
    Ok(Reply::NO_CONTENT)
}

/// Returns the values of the body by their definitions, with null to clear a value, or all problems.
fn changes(state: &State, ctx: &RequestContext<'_>) -> Result<Vec<(String, Value)>, Failure> {
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    for (i, change) in ctx.field("values").as_array().into_iter().flatten().enumerate() {
        let id = change["field_definition_id"].as_str().unwrap_or_default();
        let mut wrong = |key: &str, detail: String| {
            problems.push(Problem::at(format!("/data/values/{i}/{key}"), detail));
        };
        match metadata_fields::find(state, ctx.account(), id) {
            None => wrong("field_definition_id", "no such field in this account".to_owned()),
            Some(it) if it.field("mutable") == false => {
                let detail = format!("is the immutable field {}", it.text("name"));
                wrong("field_definition_id", detail);
            }
            Some(it) => match check::check(state, it, &change["value"]) {
                Ok(()) => changes.push((id.to_owned(), change["value"].clone())),
                Err(detail) => wrong("value", detail),
            },
        }
    }
    if problems.is_empty() { Ok(changes) } else { Err(Failure::unprocessable(problems)) }
}

fn set(state: &mut State, ctx: &RequestContext<'_>, id: &str, changes: &[(String, Value)]) {
    let Some(file) = state.files.get_mut(id) else { return };
    file.update(Map::new(), ctx.now);
    let project = file.text("project_id").to_owned();
    let values = state.metadata.0.entry(id.to_owned()).or_default();
    for (definition, value) in changes {
        if is_empty(value) {
            values.remove(definition);
        } else {
            values.insert(definition.clone(), value.clone());
        }
    }
    state.record_event(ctx.actor(), "metadata.value.updated", ("file", id), &project);
}

/// Returns whether a value clears its field.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty)
}

/// Returns the fields of an asset with their values, in the order of their definitions. Fields without
/// a value are included only with `nulls`.
pub(super) fn render(
    state: &State,
    ctx: &RequestContext<'_>,
    asset: &Row,
    nulls: bool,
) -> Vec<Value> {
    let set = state.metadata.0.get(asset.id());
    let fields = metadata_fields::all(state, &asset.account).map(|definition| {
        let value = if definition.field("mutable") == false {
            // Values from a state file take precedence over derived values.
            let stored = set.and_then(|set| set.get(definition.id())).cloned();
            stored.unwrap_or_else(|| built_in::value(state, ctx, definition, asset))
        } else {
            set.and_then(|set| set.get(definition.id())).cloned().unwrap_or_default()
        };
        field(definition, value)
    });
    fields.filter(|field| nulls || !is_empty(&field["value"])).collect()
}

fn field(definition: &Row, mut value: Value) -> Value {
    let configuration = definition.field("field_configuration");
    let mut field = json!({
        "field_definition_id": definition.id(),
        "field_definition_name": definition.text("name"),
        "field_type": definition.text("field_type"),
        "mutable": definition.field("mutable"),
    });
    match definition.text("field_type") {
        "select" | "select_multi" => {
            let options = configuration["options"].as_array().into_iter().flatten();
            let options: Vec<Value> = options
                .map(|it| json!({"id": it["id"], "display_name": it["display_name"]}))
                .collect();
            // Removing an option from the field removes it from the values.
            let chosen = value.as_array().into_iter().flatten();
            value = chosen
                .filter_map(|id| options.iter().find(|option| option["id"] == *id).cloned())
                .collect();
            field["field_options"] = options.into();
        }
        "user_single" | "user_multi" => {
            if value.is_null() {
                value = json!([]);
            }
            for name in ["custom_members", "member_options_type"] {
                field[name] = configuration[name].clone();
            }
        }
        _ => {}
    }
    field["value"] = value;
    field
}
