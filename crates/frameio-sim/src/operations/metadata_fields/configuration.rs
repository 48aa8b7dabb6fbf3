//! Configuration of a field, by its type.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::operations::metadata;
use crate::response::{Failure, Problem};
use crate::state::{State, new_id};

const AT: &str = "/data/field_configuration";

/// Returns the default configuration of a type.
pub(super) fn default(field_type: &str) -> Value {
    match field_type {
        "date" => json!({
            "display_format": "local",
            "display_timezone": false,
            "include_time": false,
            "time_format": "twelve_hour",
        }),
        "number" => json!({"number_format": null, "scale": 0}),
        "rating" => json!({"color": null, "max_value": 5, "style": "star"}),
        "select" | "select_multi" => json!({"enable_add_new": true, "options": []}),
        "toggle" => json!({"color": null}),
        "user_single" | "user_multi" => json!({
            "custom_members": [],
            "member_options_type": "all_project_members",
            "notify_members": false,
        }),
        _ => json!({}),
    }
}

/// Overwrites a configuration with the given values.
pub(super) fn changed(
    state: &State,
    mut configuration: Value,
    given: &Map<String, Value>,
) -> Result<Value, Failure> {
    for (name, value) in given {
        configuration[name] = match name.as_str() {
            "options" => options(&configuration["options"], value)?,
            _ => value.clone(),
        };
    }
    match configuration["member_options_type"].as_str() {
        Some("custom") => check_members(state, &configuration["custom_members"])?,
        Some(_) => configuration["custom_members"] = json!([]),
        None => {}
    }
    Ok(configuration)
}

/// Returns the options with their ids; an option with an existing name keeps its id.
fn options(before: &Value, given: &Value) -> Result<Value, Failure> {
    let before = before.as_array().map_or(&[][..], Vec::as_slice);
    let mut names = BTreeSet::new();
    let mut options = Vec::new();
    for (i, option) in given.as_array().into_iter().flatten().enumerate() {
        let name = option["display_name"].as_str().unwrap_or_default();
        if !names.insert(name) {
            let pointer = format!("{AT}/options/{i}/display_name");
            return Err(Failure::invalid(&pointer, "duplicates the name of another option"));
        }
        let same = before.iter().find(|before| before["display_name"] == name);
        let id = same.map_or_else(|| new_id().into(), |same| same["id"].clone());
        options.push(json!({"id": id, "display_name": name, "color": option["color"]}));
    }
    Ok(options.into())
}

fn check_members(state: &State, members: &Value) -> Result<(), Failure> {
    let members = members.as_array().map_or(&[][..], Vec::as_slice);
    if members.is_empty() {
        let detail = "must have an item if 'member_options_type' is 'custom'";
        return Err(Failure::invalid(&format!("{AT}/custom_members"), detail));
    }
    let unknown = members.iter().enumerate().filter(|(_, it)| !metadata::is_someone(state, it));
    let problems: Vec<Problem> = unknown
        .map(|(i, _)| Problem::at(format!("{AT}/custom_members/{i}/id"), metadata::NOBODY))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Failure::unprocessable(problems)) }
}
