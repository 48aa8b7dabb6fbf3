//! Bodies and queries generated from the contract: valid ones, and ones that violate one rule.

use serde_json::{Value, json};

use crate::contract::Contract;

const ID: &str = "6f1c1f0e-9f5b-4a7e-8a55-0b6a5b0c9a11";

/// Returns a valid value with all fields of a schema; `member` selects the members of unions.
pub(crate) fn example(contract: &Contract, schema: &Value, member: usize) -> Value {
    let schema = resolve(contract, schema);
    if let Some(members) = members(schema) {
        return example(contract, members[member % members.len()], member);
    }
    if let Some(value) = schema["enum"].get(0).or(schema.get("const")) {
        return value.clone();
    }
    let size = |name: &str| schema[name].as_u64().unwrap_or(1).max(1);
    match kind(schema) {
        Some("string") if schema["format"] == "date-time" => json!("2026-10-04T12:00:00Z"),
        Some("string") if schema["format"] == "uuid" || schema["pattern"].is_string() => json!(ID),
        Some("string") if schema["format"] == "date" => json!("2026-10-04"),
        Some("string") => json!("00:00:01:00"),
        Some("integer") => schema.get("minimum").cloned().unwrap_or(json!(2)),
        Some("number") => json!(0.5),
        Some("boolean") => json!(true),
        Some("array") => {
            (0..size("minItems")).map(|i| item(contract, &schema["items"], member, i)).collect()
        }
        Some("object") => {
            let most = schema["maxProperties"].as_u64().map_or(usize::MAX, |most| most as usize);
            properties(schema)
                .take(most)
                .map(|(name, schema)| (name.to_owned(), example(contract, schema, member)))
                .collect()
        }
        _ => json!({"any": ["thing"]}),
    }
}

/// Returns values that each violate one rule of a schema, with a pointer to the violation.
///
/// They are derived from `fits`, the example of the same `member`.
pub(crate) fn violations(
    contract: &Contract,
    schema: &Value,
    fits: &Value,
    member: usize,
) -> Vec<(String, Value)> {
    let (nullable, schema) = (is_nullable(resolve(contract, schema)), resolve(contract, schema));
    let mut wrong = Vec::new();
    let mut here = |value: Value| wrong.push((String::new(), value));
    if !nullable && (kind(schema).is_some() || members(schema).is_some()) {
        here(Value::Null);
    }
    if let Some(members) = members(schema) {
        if members.len() == 1 || schema["discriminator"].is_object() {
            let chosen = members[member % members.len()];
            let below = violations(contract, chosen, fits, member);
            wrong.extend(below.into_iter().filter(|(_, value)| !value.is_null()));
        } else {
            here(json!(true));
            here(json!({}));
        }
        return wrong;
    }
    match kind(schema) {
        Some("string") => {
            here(json!(7));
            if let Some(least) = schema["minLength"].as_u64().filter(|least| *least > 0) {
                here("x".repeat(least as usize - 1).into());
            }
            if let Some(most) = schema["maxLength"].as_u64() {
                here("é".repeat(most as usize + 1).into());
            }
            if ["enum", "const", "format", "pattern"].iter().any(|rule| schema.get(rule).is_some())
            {
                here(json!("unknown value"));
            }
        }
        Some("integer" | "number") => {
            here(json!("7"));
            if kind(schema) == Some("integer") {
                here(json!(2.5));
            }
            if let Some(least) = schema["minimum"].as_f64() {
                here(json!(least - 1.0));
            }
            if let Some(most) = schema["maximum"].as_f64() {
                here(json!(most + 1.0));
            }
        }
        Some("boolean") => here(json!("true")),
        Some("array") => {
            here(json!({}));
            let many = |count| (0..count).map(|i| item(contract, &schema["items"], member, i));
            if let Some(least) = schema["minItems"].as_u64().filter(|least| *least > 0) {
                here(many(least - 1).collect());
            }
            if let Some(most) = schema["maxItems"].as_u64() {
                here(many(most + 1).collect());
            }
            if schema["uniqueItems"] == true {
                let count = fits.as_array().unwrap().len();
                let same: Value =
                    fits.as_array().unwrap().iter().chain([&fits[0]]).cloned().collect();
                wrong.push((format!("/{count}"), same));
            }
            below(contract, &schema["items"], fits, "0", member, &mut wrong);
        }
        Some("object") => {
            here(json!([]));
            if schema["minProperties"] == 1 {
                here(json!({}));
            }
            for name in schema["required"].as_array().into_iter().flatten() {
                let name = name.as_str().unwrap();
                let mut value = fits.clone();
                value.as_object_mut().unwrap().remove(name);
                wrong.push((format!("/{name}"), value));
            }
            if schema["additionalProperties"] == false {
                let counted = schema["maxProperties"].is_u64();
                let mut value = if counted { json!({}) } else { fits.clone() };
                value["a/new~field"] = json!(1);
                wrong.push(("/a~1new~0field".to_owned(), value));
            }
            if schema["maxProperties"].is_u64() {
                let all = properties(schema);
                let all = all.map(|(name, it)| (name.to_owned(), example(contract, it, member)));
                wrong.push((String::new(), all.collect()));
            }
            for (name, schema) in properties(schema).filter(|(name, _)| fits.get(name).is_some()) {
                below(contract, schema, fits, name, member, &mut wrong);
            }
        }
        _ => {}
    }
    wrong
}

/// Adds violations of the part of `fits` at `step`.
fn below(
    contract: &Contract,
    schema: &Value,
    fits: &Value,
    step: &str,
    member: usize,
    wrong: &mut Vec<(String, Value)>,
) {
    let step = format!("/{step}");
    let part = fits.pointer(&step).unwrap();
    for (pointer, value) in violations(contract, schema, part, member) {
        let mut whole = fits.clone();
        *whole.pointer_mut(&step).unwrap() = value;
        wrong.push((format!("{step}{pointer}"), whole));
    }
}

/// Returns written values of a query parameter that each violate a rule.
pub(crate) fn wrong_parameters(contract: &Contract, parameter: &Value) -> Vec<(String, String)> {
    let name = parameter["name"].as_str().unwrap();
    let schema = resolve(contract, &parameter["schema"]);
    if kind(schema) == Some("object") {
        let keys = properties(schema).flat_map(|(key, schema)| {
            let texts = wrong_texts(contract, schema).into_iter();
            texts.map(move |text| (format!("/{name}/{key}"), format!("{name}[{key}]={text}")))
        });
        return keys.collect();
    }
    let texts = wrong_texts(contract, schema).into_iter();
    texts.map(|text| (format!("/{name}"), format!("{name}={text}"))).collect()
}

fn wrong_texts(contract: &Contract, schema: &Value) -> Vec<String> {
    let schema = resolve(contract, schema);
    if let Some(members) = members(schema) {
        return members.iter().flat_map(|member| wrong_texts(contract, member)).collect();
    }
    let fits = example(contract, schema, 0);
    let wrong =
        violations(contract, schema, &fits, 0).into_iter().filter_map(|(_, value)| {
            match (kind(schema)?, value) {
                ("string", Value::String(text)) => Some(text.replace(' ', "+")),
                ("integer", Value::Number(number)) => Some(number.as_f64()?.to_string()),
                ("boolean", Value::String(_)) => Some("1".to_owned()),
                _ => None,
            }
        });
    wrong.collect()
}

/// Returns item `i` of a list, different from the others if that is simple.
fn item(contract: &Contract, schema: &Value, member: usize, i: u64) -> Value {
    match example(contract, schema, member) {
        Value::String(text) if text == ID => format!("{}{i:02}", &ID[..34]).into(),
        Value::String(text) if resolve(contract, schema).get("enum").is_none() => {
            format!("{text}{i}").into()
        }
        other => other,
    }
}

pub(crate) fn resolve<'s>(contract: &Contract, mut schema: &'s Value) -> &'s Value {
    while let Some(reference) = schema["$ref"].as_str() {
        schema = contract.document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    schema
}

/// Returns the members of a union without null.
fn members(schema: &Value) -> Option<Vec<&Value>> {
    let all = schema["anyOf"].as_array().or(schema["oneOf"].as_array())?;
    Some(all.iter().filter(|member| member["type"] != "null").collect())
}

fn is_nullable(schema: &Value) -> bool {
    let among = |list: &Value, is_null: fn(&Value) -> bool| {
        list.as_array().is_some_and(|list| list.iter().any(is_null))
    };
    among(&schema["type"], |name| name == "null")
        || among(&schema["anyOf"], |member| member["type"] == "null")
}

/// Returns the JSON type other than null, or `None` if any type is valid.
fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, schema)| (name.as_str(), schema))
}
