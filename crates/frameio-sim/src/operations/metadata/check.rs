//! Whether a value is one that a field takes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::state::{Row, State};

/// The service does not document how long they may be.
const LONGEST_TEXT: usize = 1000;
const LONGEST_LONG_TEXT: usize = 40_000;

/// Says what is wrong with the value, if it is; null clears every field.
pub(super) fn check(state: &State, definition: &Row, value: &Value) -> Result<(), String> {
    let configuration = definition.field("field_configuration");
    match (definition.text("field_type"), value) {
        (_, Value::Null) | ("toggle", Value::Bool(_)) | ("number", Value::Number(_)) => Ok(()),
        ("text", Value::String(text)) if text.contains(['\n', '\r']) => {
            Err("has several lines, the field is of one".to_owned())
        }
        ("text", Value::String(text)) => is_short(text, LONGEST_TEXT),
        ("long_text", Value::String(text)) => is_short(text, LONGEST_LONG_TEXT),
        ("date", Value::String(text)) if is_date(text) => Ok(()),
        ("rating", Value::Number(number)) => {
            let max = configuration["max_value"].as_u64().unwrap_or_default();
            let fits = number.as_u64().is_some_and(|number| (1..=max).contains(&number));
            if fits { Ok(()) } else { Err(format!("is {number}, allowed are 1 to {max}")) }
        }
        (field_type @ ("select" | "select_multi"), Value::Array(chosen)) => {
            let options = configuration["options"].as_array().map_or(&[][..], Vec::as_slice);
            all_of(chosen, field_type == "select", |id| {
                if options.iter().any(|option| option["id"] == *id) {
                    id.as_str().ok_or("is no id")
                } else {
                    Err("is no id of an option of the field")
                }
            })
        }
        (field_type @ ("user_single" | "user_multi"), Value::Array(chosen)) => {
            let members = configuration["custom_members"].as_array();
            let members = members.filter(|_| configuration["member_options_type"] == "custom");
            all_of(chosen, field_type == "user_single", |it| {
                if it.as_object().is_none_or(|it| it.len() != 2) || !is_someone(state, it) {
                    return Err(NOBODY);
                }
                if members.is_some_and(|members| !members.contains(it)) {
                    return Err("is none of the custom members of the field");
                }
                it["id"].as_str().ok_or(NOBODY)
            })
        }
        (field_type, _) => Err(needed(field_type)),
    }
}

fn needed(field_type: &str) -> String {
    let needed = match field_type {
        "text" | "long_text" => "text",
        "date" => "a date such as `2026-10-04`, or a moment such as `2026-10-04T12:00:00Z`,",
        "number" => "a number",
        "rating" => "an integer",
        "toggle" => "a boolean",
        "select" | "select_multi" => "a list of ids of options",
        _ => "a list of `{id, type}`",
    };
    format!("does not fit: {needed} is needed in a field of the type {field_type}, or null")
}

fn is_short(text: &str, longest: usize) -> Result<(), String> {
    let count = text.chars().count();
    if count > longest {
        return Err(format!("has {count} characters, at most {longest} is allowed"));
    }
    Ok(())
}

fn is_date(text: &str) -> bool {
    (text.len() == 10 && text.parse::<Date>().is_ok()) || text.parse::<Timestamp>().is_ok()
}

/// Checks each item, that none is there twice, and that there is one where one is all that fits.
fn all_of<'v>(
    items: &'v [Value],
    single: bool,
    id: impl Fn(&'v Value) -> Result<&'v str, &'static str>,
) -> Result<(), String> {
    if single && items.len() > 1 {
        return Err(format!("has {} items, at most 1 is allowed", items.len()));
    }
    let mut ids = BTreeSet::new();
    for (i, item) in items.iter().enumerate() {
        if !ids.insert(id(item).map_err(|wrong| format!("has an item {i} that {wrong}"))?) {
            return Err(format!("has an item {i} that was there before"));
        }
    }
    Ok(())
}

/// What is wrong with one who is not [`someone`](is_someone).
pub(in crate::operations) const NOBODY: &str = "is no user or group with `id` and `type`";

/// Whether `{id, type}` is a user that there is; there are no groups yet.
pub(in crate::operations) fn is_someone(state: &State, value: &Value) -> bool {
    let id = value["id"].as_str().unwrap_or_default();
    match value["type"].as_str() {
        Some("user") => state.users.contains_key(id),
        _ => false,
    }
}
