//! Validator for the part of JSON Schema that the contract uses.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

/// Returns all violations of `schema` in `value`; references are resolved in `document`.
///
/// Stricter than JSON Schema: unknown keys of an object are violations, unless its schema explicitly
/// allows them.
pub(crate) fn differences(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Checker { document, found: &mut found }.check(schema, value, "");
    found
}

struct Checker<'a> {
    document: &'a Value,
    found: &'a mut Vec<String>,
}

impl Checker<'_> {
    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let Some(keywords) = schema.as_object() else {
            return self.wrong(at, format!("invalid schema {schema}"));
        };
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            let pointer = reference.trim_start_matches('#');
            return match self.document.pointer(pointer) {
                Some(schema) => self.check(schema, value, at),
                None => self.wrong(at, format!("missing reference {reference}")),
            };
        }
        for (keyword, rule) in keywords {
            let ok = match keyword.as_str() {
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|name| is(name, value)),
                    name => is(name, value),
                },
                "const" => rule == value,
                "enum" => rule.as_array().is_some_and(|names| names.contains(value)),
                "oneOf" if keywords.contains_key("discriminator") => {
                    self.matching(rule, value) == 1
                }
                // Members without a discriminator can overlap in the contract: a date is also a text.
                "oneOf" | "anyOf" => self.matching(rule, value) >= 1,
                "format" => value.as_str().is_none_or(|text| has_format(rule, text)),
                "minimum" => value.as_f64() >= rule.as_f64() || !value.is_number(),
                "maximum" => value.as_f64() <= rule.as_f64() || !value.is_number(),
                "minLength" => value.as_str().is_none_or(|t| t.chars().count() >= size(rule)),
                "maxLength" => value.as_str().is_none_or(|t| t.chars().count() <= size(rule)),
                "minItems" => value.as_array().is_none_or(|items| items.len() >= size(rule)),
                "maxItems" => value.as_array().is_none_or(|items| items.len() <= size(rule)),
                "minProperties" => value.as_object().is_none_or(|map| map.len() >= size(rule)),
                "maxProperties" => value.as_object().is_none_or(|map| map.len() <= size(rule)),
                "items" => {
                    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{at}/{i}"));
                    }
                    true
                }
                "required" => value.as_object().is_none_or(|map| has_all(rule, map)),
                "properties" => {
                    let open = keywords.contains_key("additionalProperties");
                    self.properties(rule, value, open, at);
                    true
                }
                "additionalProperties" => {
                    let any = rule.as_object().is_some_and(Map::is_empty);
                    any || (rule == false && keywords.contains_key("properties"))
                }
                "uniqueItems" => value.as_array().is_none_or(|items| all_differ(items)),
                "default" | "discriminator" | "x-open" => true,
                _ => false,
            };
            if !ok {
                self.wrong(at, format!("{value} violates `{keyword}`: {rule}"));
            }
        }
    }

    fn properties(&mut self, rule: &Value, value: &Value, open: bool, at: &str) {
        for (name, value) in value.as_object().into_iter().flatten() {
            match rule.get(name) {
                Some(schema) => self.check(schema, value, &format!("{at}/{name}")),
                None if open => {}
                None => self.wrong(at, format!("`{name}` is unknown")),
            }
        }
    }

    fn matching(&self, schemas: &Value, value: &Value) -> usize {
        let schemas = schemas.as_array().map_or(&[][..], Vec::as_slice);
        let fits = |schema: &&Value| differences(self.document, schema, value).is_empty();
        // References inside are resolved in the same document.
        schemas.iter().filter(fits).count()
    }

    fn wrong(&mut self, at: &str, what: String) {
        self.found.push(format!("at `{at}`: {what}"));
    }
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    }
}

fn has_format(format: &Value, text: &str) -> bool {
    match format.as_str() {
        Some("uuid") => uuid::Uuid::try_parse(text).is_ok() && text.len() == 36,
        Some("date-time") => text.parse::<Timestamp>().is_ok(),
        Some("date") => text.parse::<Date>().is_ok(),
        // Value of a date field: a date, optionally with a time.
        Some("datetime") => text.get(..10).is_some_and(|date| date.parse::<Date>().is_ok()),
        Some("HH:MM:SS:FF") => {
            let parts: Vec<_> = text.split(':').collect();
            let is_number = |part: &&str| part.len() == 2 && part.parse::<u8>().is_ok();
            parts.len() == 4 && parts.iter().all(is_number)
        }
        Some("float") => true,
        _ => false,
    }
}

fn has_all(names: &Value, map: &Map<String, Value>) -> bool {
    let names = names.as_array().into_iter().flatten();
    names.filter_map(Value::as_str).all(|name| map.contains_key(name))
}

fn all_differ(items: &[Value]) -> bool {
    items.iter().enumerate().all(|(i, item)| !items[..i].contains(item))
}

fn size(rule: &Value) -> usize {
    rule.as_u64().and_then(|size| size.try_into().ok()).unwrap_or(usize::MAX)
}

#[test]
fn the_checker_finds_violations() {
    use serde_json::json;

    let document = json!({"s": {
        "type": "object",
        "required": ["id", "kind"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "at": {"type": ["string", "null"], "format": "date-time"},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "size": {"type": "integer", "minimum": 0, "maximum": 9},
            "list": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            "same": {"oneOf": [{"$ref": "#/s"}, {"type": "null"}]},
            "any": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
    }});
    let schema = json!({"$ref": "#/s"});
    let id = "6f1c1f0e-9f5b-4a7e-8a55-0b6a5b0c9a11";
    let right = json!({
        "id": id, "at": "2026-10-04T12:00:00.5Z", "kind": "b", "size": 9, "list": ["x"],
        "same": {"id": id, "kind": "a", "at": null}, "any": null,
    });
    assert_eq!(differences(&document, &schema, &right), <[&str; 0]>::default());
    for (name, wrong) in [
        ("id", json!("no-uuid")),
        ("id", json!(7)),
        ("at", json!("yesterday")),
        ("kind", json!("c")),
        ("size", json!(10)),
        ("size", json!(-1)),
        ("size", json!(0.5)),
        ("list", json!([])),
        ("list", json!([""])),
        ("same", json!({"id": id})),
        ("any", json!("x")),
        ("more", json!(1)),
    ] {
        let mut value = right.clone();
        value[name] = wrong;
        assert!(!differences(&document, &schema, &value).is_empty(), "{name}: {value}");
    }
    assert!(!differences(&document, &json!({"pattern": "^a"}), &json!("a")).is_empty());
}
