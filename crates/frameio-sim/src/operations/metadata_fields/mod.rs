//! Definitions of metadata fields: built-in ones, and those of an account.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::OperationHandler;
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Row, State, insert};

pub(crate) mod built_in;
mod configuration;

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("metadata_fields.metadata_field_definitions_index", index),
    OperationHandler::new("metadata_fields.metadata_field_definitions_show", show),
    OperationHandler::new("metadata_fields.metadata_field_definitions_create", create),
    OperationHandler::new("metadata_fields.metadata_field_definitions_update", update),
    OperationHandler::new("metadata_fields.metadata_field_definitions_delete", delete),
];

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let filter = |name: &str| ctx.query.flag(&format!("filters[{name}]"));
    let (mutable_only, active_only) = (filter("exclude_immutable"), filter("exclude_inactive"));
    let rows = all(state, ctx.account())
        .filter(|row| !mutable_only || *row.field("mutable") == true)
        .filter(|row| !active_only || built_in::is_active(row));
    page(ctx, rows.collect(), |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let definition = requested(state, ctx)?;
    Ok(Reply::ok(render(state, ctx, definition)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let Some(field_type) = ctx.field("field_type").as_str() else {
        return Err(Failure::invalid("/data", "is missing"));
    };
    let given = ctx.field("field_configuration").as_object();
    let blank = configuration::default(field_type);
    let configuration = configuration::changed(state, blank, given.unwrap_or(&Map::new()))?;
    let definition = json!({
        "name": ctx.field("name"),
        "field_type": field_type,
        "field_configuration": configuration,
        "mutable": true,
        "creator_id": ctx.user_id,
    });
    let id = insert(&mut state.metadata_fields, ctx.actor(), definition);
    state.record_event(ctx.actor(), "customfield.created", ("customfield", &id), "");
    Ok(Reply::created(render(state, ctx, &state.metadata_fields[&id])))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let definition = changeable(state, ctx)?;
    let id = definition.id().to_owned();
    let field_type = definition.text("field_type");
    // The body is optional.
    if ctx.field("field_type").as_str().is_some_and(|given| given != field_type) {
        let detail = format!("cannot be changed from '{field_type}'");
        return Err(Failure::invalid("/data/field_type", detail));
    }
    let mut changes = Map::new();
    if let Some(name) = ctx.data.get("name") {
        changes.insert("name".to_owned(), name.clone());
    }
    if let Some(given) = ctx.field("field_configuration").as_object() {
        let before = definition.field("field_configuration").clone();
        let configuration = configuration::changed(state, before, given)?;
        changes.insert("field_configuration".to_owned(), configuration);
    }
    let definition = &mut state.metadata_fields[&id];
    definition.update(changes, ctx.now);
    let answer = definition.fields.clone().into();
    state.record_event(ctx.actor(), "customfield.updated", ("customfield", &id), "");
    Ok(Reply::ok(answer))
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let id = changeable(state, ctx)?.id().to_owned();
    state.metadata_fields.shift_remove(&id);
    state.metadata.remove_field(&id);
    state.record_event(ctx.actor(), "customfield.deleted", ("customfield", &id), "");
    Ok(Reply::NO_CONTENT)
}

/// Fills in the default configuration of a field, and the ids of its options.
pub(crate) fn complete(definition: &mut Row, id_of: fn(&str) -> String) {
    let mut configuration = configuration::default(definition.text("field_type"));
    for (name, value) in definition.field("field_configuration").as_object().into_iter().flatten() {
        configuration[name] = value.clone();
    }
    let options = configuration.get_mut("options").and_then(Value::as_array_mut);
    for option in options.into_iter().flatten().filter_map(Value::as_object_mut) {
        let name = option.get("display_name").and_then(Value::as_str).unwrap_or_default();
        let id = id_of(&format!("{name} of {}", definition.id()));
        option.entry("id").or_insert_with(|| id.into());
        option.entry("color").or_insert(Value::Null);
    }
    definition.fields.insert("field_configuration".to_owned(), configuration);
}

/// Returns the built-in definitions and those of an account.
pub(super) fn all<'s>(state: &'s State, account: &str) -> impl Iterator<Item = &'s Row> {
    state.metadata_fields.values().filter(move |row| is_in(row, account))
}

/// Returns a definition of an account by its id.
pub(super) fn find<'s>(state: &'s State, account: &str, id: &str) -> Option<&'s Row> {
    state.metadata_fields.get(id).filter(|row| is_in(row, account))
}

/// Returns whether a definition belongs to an account or is built in.
fn is_in(definition: &Row, account: &str) -> bool {
    definition.account.is_empty() || definition.account == account
}

fn requested<'s>(state: &'s State, ctx: &RequestContext<'_>) -> Result<&'s Row, Failure> {
    ctx.find(&state.accounts, "account_id")?;
    find(state, ctx.account(), ctx.arg("field_definition_id")).ok_or_else(|| {
        let detail = "no such field definition in this account";
        Failure::new(StatusCode::NOT_FOUND, detail)
    })
}

/// Returns the definition of the path, unless it is built in.
fn changeable<'s>(state: &'s State, ctx: &RequestContext<'_>) -> Result<&'s Row, Failure> {
    let definition = requested(state, ctx)?;
    if definition.account.is_empty() {
        let detail = "a built-in field cannot be changed or deleted";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    Ok(definition)
}

fn render(state: &State, ctx: &RequestContext<'_>, definition: &Row) -> Value {
    let mut fields = definition.fields.clone();
    if ctx.query.includes("creator") {
        fields.insert("creator".to_owned(), state.person(&definition.creator));
    }
    fields.into()
}
