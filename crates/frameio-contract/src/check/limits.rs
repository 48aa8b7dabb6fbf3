//! Limits of every field of requests: values at the limit are accepted, values beyond it are
//! refused.

use std::collections::{BTreeMap, HashSet};

use frameio_openapi::{Operation, ParameterPlace, Schema, SchemaType};
use serde_json::{Number, Value, json};

use super::Findings;
use super::requests::input;
use crate::case::Case;
use crate::example::{examples, minimal};
use crate::member::member_of;

pub(super) fn check(case: &Case, contract: Operation<'_>, findings: &mut Findings<'_>) {
    let least = contract.request_body().map(|body| minimal(body.schema));
    for parameter in contract.parameters(ParameterPlace::Query) {
        let (name, schema) = (parameter.name(), parameter.schema());
        for (size, allowed) in sizes(schema) {
            let input = input(case, &BTreeMap::from([(name, sized(schema, size))]), least.as_ref());
            judge(case, &input, name, size, allowed, findings);
        }
    }
    let Some(schema) = contract.request_body().map(|body| body.schema) else { return };
    let mut seen = HashSet::new();
    for example in examples(schema, false) {
        let mut limited = Vec::new();
        walk(schema, &example, String::new(), String::new(), &mut limited);
        for (pointer, path, schema) in limited {
            // Items of a list share their limits, which are tested once.
            if !seen.insert((path.clone(), schema)) {
                continue;
            }
            let field = match case.operation.schema().envelope {
                true => path.strip_prefix("data.").unwrap_or(&path),
                false => &path,
            };
            let changed = |value: Value| {
                let mut changed = example.clone();
                if let Some(place) = changed.pointer_mut(&pointer) {
                    *place = value;
                }
                input(case, &BTreeMap::new(), Some(&changed))
            };
            for (size, allowed) in sizes(schema) {
                judge(case, &changed(sized(schema, size)), field, size, allowed, findings);
            }
            let first = example.pointer(&format!("{pointer}/0"));
            if let (true, Some(first)) = (schema.has_unique_items(), first) {
                duplicates(case, &changed(json!([first, first])), field, findings);
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
    match (case.encode)(input) {
        Ok(_) => findings.check(allowed, || format!("`{field}` can be {size}")),
        Err(error) if allowed => findings.add(format!("`{field}` cannot be {size}: {error}")),
        Err(error) => findings
            .check(error.field == field, || format!("`{field}` of {size} is reported as: {error}")),
    }
}

/// Checks that duplicates in a list are refused.
fn duplicates(
    case: &Case,
    input: &serde_json::Map<String, Value>,
    field: &str,
    findings: &mut Findings<'_>,
) {
    let path = format!("{field}[1]");
    match (case.encode)(input) {
        Ok(_) => findings.add(format!("`{field}` can have duplicates")),
        Err(error) => findings.check(error.field == path, || {
            format!("a duplicate in `{field}` is reported as: {error}")
        }),
    }
}

/// Returns the minimum and maximum of a number, or of the count of characters, items or fields.
fn limits(schema: Schema<'_>) -> (Option<f64>, Option<f64>) {
    let ranges = [schema.lengths(), schema.item_counts(), schema.property_counts()];
    let number = |limit: Option<&Number>| limit.and_then(Number::as_f64);
    let count = |count: Option<u64>| count.map(|count| count as f64);
    (
        number(schema.minimum()).or_else(|| ranges.iter().find_map(|range| count(range.min))),
        number(schema.maximum()).or_else(|| ranges.iter().find_map(|range| count(range.max))),
    )
}

/// Returns sizes at and beyond the limits of a schema, and whether they are allowed.
fn sizes(schema: Schema<'_>) -> Vec<(f64, bool)> {
    let step = if schema.kind() == Some(SchemaType::Number) { 0.001 } else { 1.0 };
    let counts =
        matches!(schema.kind(), Some(SchemaType::String | SchemaType::Array | SchemaType::Object));
    let (least, most) = limits(schema);
    let mut sizes = Vec::new();
    if let Some(least) = least {
        sizes.push((least, true));
        // Counts cannot be negative.
        if !counts || least > 0.0 {
            sizes.push((least - step, false));
        }
    }
    if let Some(most) = most {
        sizes.extend([(most, true), (most + step, false)]);
    }
    // The minimum number of fields does not say which ones are required.
    sizes.retain(|(size, allowed)| {
        schema.kind() != Some(SchemaType::Object) || *size == 0.0 && !allowed
    });
    sizes
}

/// Returns a value of this size: a number, or a value with that many characters, items or fields.
fn sized(schema: Schema<'_>, size: f64) -> Value {
    let count = size.max(0.0) as usize;
    match schema.kind() {
        // The character has two bytes: limits count characters.
        Some(SchemaType::String) => "ü".repeat(count).into(),
        Some(SchemaType::Array) => {
            let items = schema.items().map_or(vec![json!(1)], |items| examples(items, false));
            let item = |i: usize| match &items[0] {
                Value::String(text) => format!("{text}{i}").into(),
                other => other.clone(),
            };
            (0..count).map(item).collect()
        }
        Some(SchemaType::Object) => json!({}),
        Some(SchemaType::Integer) => json!(size as i64),
        _ => json!(size),
    }
}

/// Collects every limited place of a value: its JSON pointer, its path in errors, and its schema.
fn walk<'d>(
    schema: Schema<'d>,
    value: &Value,
    pointer: String,
    path: String,
    limited: &mut Vec<(String, String, Schema<'d>)>,
) {
    if let Some(member) = member_of(schema, value) {
        return walk(member, value, pointer, path, limited);
    }
    let is_limited = limits(schema) != (None, None) || schema.has_unique_items();
    if is_limited && !value.is_null() {
        limited.push((pointer.clone(), path.clone(), schema));
    }
    match value {
        // Items can be different members of a union.
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
