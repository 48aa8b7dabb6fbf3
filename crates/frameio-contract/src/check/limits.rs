//! The limits of every field that is sent: just inside is taken, just outside is refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Findings;
use super::requests::input;
use crate::case::Case;
use crate::document::{Contract, Schema};
use crate::example::{examples, minimal};

pub(super) fn check(case: &Case, contract: &Contract, findings: &mut Findings<'_>) {
    let least = contract.body().map(minimal);
    for (name, schema) in contract.parameters("query") {
        for (size, allowed) in sizes(schema) {
            let input = input(case, &BTreeMap::from([(name, sized(schema, size))]), least.as_ref());
            judge(case, &input, name, size, allowed, findings);
        }
    }
    let Some(schema) = contract.body() else { return };
    let mut seen = BTreeSet::new();
    for example in examples(schema, false) {
        let mut limited = Vec::new();
        walk(schema, &example, String::new(), String::new(), &mut limited);
        for (pointer, path, schema) in limited {
            // Each limit once, wherever in a list it is.
            if !seen.insert((path.clone(), format!("{}", schema.value))) {
                continue;
            }
            let field = match case.operation.schema().envelope {
                true => path.strip_prefix("data.").unwrap_or(&path),
                false => &path,
            };
            for (size, allowed) in sizes(schema) {
                let mut changed = example.clone();
                if let Some(place) = changed.pointer_mut(&pointer) {
                    *place = sized(schema, size);
                }
                let input = input(case, &BTreeMap::new(), Some(&changed));
                judge(case, &input, field, size, allowed, findings);
            }
        }
    }
}

fn judge(
    case: &Case,
    input: &serde_json::Map<String, Value>,
    field: &str,
    size: f64,
    allowed: bool,
    findings: &mut Findings<'_>,
) {
    match (case.request)(input) {
        Ok(_) => findings.check(allowed, || format!("`{field}` can be {size}")),
        Err(error) if allowed => findings.add(format!("`{field}` cannot be {size}: {error}")),
        Err(error) => findings.check(error.field == field, || {
            format!("`{field}` of {size} is refused with: {error}")
        }),
    }
}

/// Sizes at the limits of a schema, and whether they are allowed.
fn sizes(schema: Schema) -> Vec<(f64, bool)> {
    let step = if schema.kind() == Some("number") { 0.001 } else { 1.0 };
    let counts = matches!(schema.kind(), Some("string" | "array" | "object"));
    let (least, most) = schema.limits();
    let mut sizes = Vec::new();
    if let Some(least) = least {
        sizes.push((least, true));
        // No count is below 0.
        if !counts || least > 0.0 {
            sizes.push((least - step, false));
        }
    }
    if let Some(most) = most {
        sizes.extend([(most, true), (most + step, false)]);
    }
    // The least of an object says nothing of which fields.
    sizes.retain(|(size, allowed)| schema.kind() != Some("object") || *size == 0.0 && !allowed);
    sizes
}

/// A value of this size: the number itself, so many characters, items or fields.
fn sized(schema: Schema, size: f64) -> Value {
    let count = size.max(0.0) as usize;
    match schema.kind() {
        // Two bytes each: the limits are of characters.
        Some("string") => "ü".repeat(count).into(),
        Some("array") => {
            let items = schema.items().map_or(vec![json!(1)], |items| examples(items, false));
            let item = |i: usize| match &items[0] {
                Value::String(text) => format!("{text}{i}").into(),
                other => other.clone(),
            };
            (0..count).map(item).collect()
        }
        Some("object") => json!({}),
        Some("integer") => json!(size as i64),
        _ => json!(size),
    }
}

/// Every place of a value that has a limit: as a pointer, as a path of errors, and its schema.
fn walk(
    schema: Schema,
    value: &Value,
    pointer: String,
    path: String,
    limited: &mut Vec<(String, String, Schema)>,
) {
    if let Some(member) = schema.member_of(value) {
        return walk(member, value, pointer, path, limited);
    }
    if schema.limits() != (None, None) && !value.is_null() {
        limited.push((pointer.clone(), path.clone(), schema));
    }
    match value {
        // Items are alike but for their union's member.
        Value::Array(items) => {
            let Some(schema) = schema.items() else { return };
            for (i, item) in items.iter().enumerate() {
                walk(schema, item, format!("{pointer}/{i}"), format!("{path}[{i}]"), limited);
            }
        }
        Value::Object(fields) => {
            for (name, field) in schema.properties() {
                let Some(value) = fields.get(name) else { continue };
                let dot = if path.is_empty() { "" } else { "." };
                walk(
                    field,
                    value,
                    format!("{pointer}/{name}"),
                    format!("{path}{dot}{name}"),
                    limited,
                );
            }
        }
        _ => {}
    }
}
