//! Validation of the value of a field.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::state::{Row, State};

/// Maximum lengths of texts, which the service does not document.
const MAX_TEXT: usize = 1000;
const MAX_LONG_TEXT: usize = 40_000;

/// Validates a value; null clears any field.
pub(super) fn check(state: &State, definition: &Row, value: &Value) -> Result<(), String> {
    let configuration = definition.field("field_configuration");
    match (definition.text("field_type"), value) {
        (_, Value::Null) | ("toggle", Value::Bool(_)) | ("number", Value::Number(_)) => Ok(()),
        ("text", Value::String(text)) if text.contains(['\n', '\r']) => {
            Err("has several lines, expected one".to_owned())
        }
        ("text", Value::String(text)) => check_length(text, MAX_TEXT),
        ("long_text", Value::String(text)) => check_length(text, MAX_LONG_TEXT),
        ("date", Value::String(text)) if is_date(text) => Ok(()),
        ("rating", Value::Number(number)) => {
            let max = configuration["max_value"].as_u64().unwrap_or_default();
            let fits = number.as_u64().is_some_and(|number| (1..=max).contains(&number));
            if fits { Ok(()) } else { Err(format!("is {number}, expected 1 to {max}")) }
        }
        (field_type @ ("select" | "select_multi"), Value::Array(chosen)) => {
            let options = configuration["options"].as_array().map_or(&[][..], Vec::as_slice);
            check_items(chosen, field_type == "select", |id| {
                if options.iter().any(|option| option["id"] == *id) {
                    id.as_str().ok_or("is not an id")
                } else {
                    Err("is not the id of an option of the field")
                }
            })
        }
        (field_type @ ("user_single" | "user_multi"), Value::Array(chosen)) => {
            let members = configuration["custom_members"].as_array();
            let members = members.filter(|_| configuration["member_options_type"] == "custom");
            check_items(chosen, field_type == "user_single", |it| {
                if it.as_object().is_none_or(|it| it.len() != 2) || !is_someone(state, it) {
                    return Err(NOBODY);
                }
                if members.is_some_and(|members| !members.contains(it)) {
                    return Err("is not a custom member of the field");
                }
                it["id"].as_str().ok_or(NOBODY)
            })
        }
        (field_type, _) => Err(expected(field_type)),
    }
}

fn expected(field_type: &str) -> String {
    let expected = match field_type {
        "text" | "long_text" => "a string",
        "date" => "a date such as '2026-10-04', a time such as '2026-10-04T12:00:00Z',",
        "number" => "a number",
        "rating" => "an integer",
        "toggle" => "a boolean",
        "select" | "select_multi" => "a list of option ids",
        _ => "a list of '{id, type}'",
    };
    format!("does not match the field: expected {expected} or null for the type {field_type}")
}

fn check_length(text: &str, max: usize) -> Result<(), String> {
    let count = text.chars().count();
    if count > max {
        return Err(format!("has {count} characters, expected at most {max}"));
    }
    Ok(())
}

fn is_date(text: &str) -> bool {
    (text.len() == 10 && text.parse::<Date>().is_ok()) || text.parse::<Timestamp>().is_ok()
}

/// Checks each item, the number of items of a field with a single value, and that items are unique.
fn check_items<'v>(
    items: &'v [Value],
    single: bool,
    id: impl Fn(&'v Value) -> Result<&'v str, &'static str>,
) -> Result<(), String> {
    if single && items.len() > 1 {
        return Err(format!("has {} items, expected at most 1", items.len()));
    }
    let mut ids = BTreeSet::new();
    for (i, item) in items.iter().enumerate() {
        if !ids.insert(id(item).map_err(|wrong| format!("item {i} {wrong}"))?) {
            return Err(format!("item {i} is a duplicate"));
        }
    }
    Ok(())
}

/// Problem of an item that is not [`someone`](is_someone).
pub(in crate::operations) const NOBODY: &str =
    "is not an existing user or group with 'id' and 'type'";

/// Returns whether `{id, type}` is an existing user; groups are not supported.
pub(in crate::operations) fn is_someone(state: &State, value: &Value) -> bool {
    let id = value["id"].as_str().unwrap_or_default();
    match value["type"].as_str() {
        Some("user") => state.users.contains_key(id),
        _ => false,
    }
}
