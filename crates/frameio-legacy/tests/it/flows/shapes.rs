//! Shapes of legacy objects: which keys they have, and what their values are.

use std::sync::LazyLock;

use serde_json::Value;

static SHAPES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../flows/shapes.json")).unwrap());

/// Keys that are not always there, and those of no client, which V4 has no value for.
const OPTIONAL: &[&str] = &[
    "original",
    "upload_urls",
    "project",
    "creator",
    "user_role",
    "account",
    "team",
    "thumb",
    "fps",
    "replies",
    "items",
    "secret",
    "root_asset",
];

/// Checks an object against a shape; `at` names it in failures.
pub(crate) fn check(shape: &str, value: &Value, at: &str) {
    let object = value.as_object().unwrap_or_else(|| panic!("{at}: {value} is no {shape}"));
    for (keys, note) in SHAPES[shape].as_object().unwrap() {
        for key in keys.split('|') {
            let is_name =
                key.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
            // `image_32|64|128|256` are suffixes, `frame_*` a pattern.
            if key.is_empty() || key.starts_with(|c: char| c.is_ascii_digit()) || !is_name {
                continue;
            }
            if keys.contains('*') {
                continue;
            }
            match object.get(key) {
                Some(value) => check_value(key, note, value, at),
                None if OPTIONAL.contains(&key) => {}
                None => panic!("{at}: {shape} has no '{key}'"),
            }
        }
    }
}

fn check_value(key: &str, note: &Value, value: &Value, at: &str) {
    let Some(note) = note.as_str() else { return };
    if value.is_null() {
        return;
    }
    let is_iso = |text: &str| text.len() == 27 && text.ends_with('Z') && &text[19..20] == ".";
    let fits = match note.split([' ', ',', '(', ';', '|']).next().unwrap_or_default() {
        "uuid" | "string" | "mime" => value.is_string(),
        "int" => value.is_u64(),
        "number" => value.is_number(),
        "bool" => value.is_boolean(),
        "iso" => value.as_str().is_some_and(is_iso),
        "url" => value.as_str().is_some_and(|url| url.starts_with("http")),
        "list" => value.is_array(),
        _ => true,
    };
    assert!(fits, "{at}: '{key}' is {value}, expected {note}");
}
