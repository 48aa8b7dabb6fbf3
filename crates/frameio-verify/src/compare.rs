//! Comparison of a JSON value with a schema of the contract.

use frameio_openapi::{Range, Schema, SchemaType};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::deviation::{DeviationKind, field_name, word};

/// Difference between a value and its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) kind: DeviationKind,
    pub(crate) path: String,
    pub(crate) expected: String,
    pub(crate) found: String,
}

/// Compares a value with its schema.
///
/// With `is_scrubbed`, texts may be replacements of a cassette, whose form and length say nothing.
pub(crate) fn differences(schema: Schema<'_>, value: &Value, is_scrubbed: bool) -> Vec<Difference> {
    let mut comparison = Comparison { found: Vec::new(), is_scrubbed };
    comparison.value(schema, value, "");
    comparison.found
}

struct Comparison {
    found: Vec<Difference>,
    is_scrubbed: bool,
}

impl Comparison {
    fn add(
        &mut self,
        kind: DeviationKind,
        path: &str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        let (path, expected, found) = (path.to_owned(), expected.into(), found.into());
        self.found.push(Difference { kind, path, expected, found });
    }

    fn value(&mut self, schema: Schema<'_>, value: &Value, path: &str) {
        let members = schema.members();
        if value.is_null() {
            let is_any = schema.kind().is_none() && members.is_none();
            if !schema.is_nullable() && !is_any {
                self.add(DeviationKind::Null, path, type_of(schema), "null");
            }
            return;
        }
        match members {
            Some(members) => self.union(schema, &members, value, path),
            None => self.single(schema, value, path),
        }
    }

    /// Compares with the member that the discriminator selects, or else with the most similar one.
    fn union(&mut self, schema: Schema<'_>, members: &[Schema<'_>], value: &Value, path: &str) {
        if let (Some(tag), Some(fields)) = (schema.discriminator(), value.as_object()) {
            let text = fields.get(tag).and_then(Value::as_str).unwrap_or_default();
            let is_selected = |member: &&Schema<'_>| {
                let values = member.property(tag).and_then(Schema::values);
                values.is_some_and(|values| values.contains(&text))
            };
            return match members.iter().find(is_selected) {
                Some(member) => self.single(*member, value, path),
                None => {
                    let path = join(path, tag);
                    self.add(DeviationKind::NewValue, &path, "a documented kind", word(text));
                }
            };
        }
        let fits = |member: &&Schema<'_>| {
            member.kind().is_none_or(|kind| is_kind(kind, value)) || member.members().is_some()
        };
        let compared = members.iter().filter(fits).map(|member| {
            let mut comparison = Self { found: Vec::new(), is_scrubbed: self.is_scrubbed };
            comparison.value(*member, value, path);
            comparison.found
        });
        match compared.min_by_key(Vec::len) {
            Some(found) => self.found.extend(found),
            None => {
                let expected: Vec<_> = members.iter().map(|member| type_of(*member)).collect();
                self.add(DeviationKind::WrongType, path, expected.join(" or "), kind_name(value));
            }
        }
    }

    fn single(&mut self, schema: Schema<'_>, value: &Value, path: &str) {
        let Some(kind) = schema.kind() else { return self.enum_value(schema, value, path) };
        if !is_kind(kind, value) {
            return self.add(DeviationKind::WrongType, path, type_of(schema), kind_name(value));
        }
        match value {
            Value::Object(fields) => self.object(schema, fields, path),
            Value::Array(items) => self.array(schema, items, path),
            Value::String(text) => self.text(schema, text, path),
            Value::Number(_) => self.number(schema, value, path),
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn object(&mut self, schema: Schema<'_>, fields: &Map<String, Value>, path: &str) {
        let mut is_open = true;
        for (name, field) in schema.properties() {
            is_open = false;
            let path = join(path, name);
            match fields.get(name) {
                Some(value) => self.value(field, value, &path),
                None if schema.requires(name) => {
                    self.add(DeviationKind::MissingField, &path, type_of(field), "no such field");
                }
                None => {}
            }
        }
        if is_open {
            return;
        }
        for (name, value) in fields {
            if schema.property(name).is_none() {
                let path = join(path, &field_name(name));
                self.add(DeviationKind::NewField, &path, "no such field", kind_name(value));
            }
        }
    }

    fn array(&mut self, schema: Schema<'_>, items: &[Value], path: &str) {
        self.range(schema.item_counts(), items.len(), path, "items");
        if let Some(item) = schema.items() {
            let path = format!("{path}[]");
            items.iter().for_each(|value| self.value(item, value, &path));
        }
    }

    fn text(&mut self, schema: Schema<'_>, text: &str, path: &str) {
        if self.is_scrubbed && frameio_cassette::is_replacement(text) {
            return;
        }
        if schema.values().is_some() {
            return self.enum_value(schema, &Value::from(text), path);
        }
        if let Some(format) = schema.format()
            && !has_format(format, text)
        {
            return self.add(DeviationKind::Format, path, format, word(text));
        }
        self.range(schema.lengths(), text.chars().count(), path, "characters");
    }

    fn enum_value(&mut self, schema: Schema<'_>, value: &Value, path: &str) {
        let Some(values) = schema.values() else { return };
        let Some(text) = value.as_str() else {
            return self.add(DeviationKind::WrongType, path, "text", kind_name(value));
        };
        if !values.contains(&text) {
            self.add(DeviationKind::NewValue, path, "a documented value", word(text));
        }
    }

    fn number(&mut self, schema: Schema<'_>, value: &Value, path: &str) {
        let number = value.as_f64().unwrap_or_default();
        let limit = |limit: Option<&serde_json::Number>| limit.and_then(serde_json::Number::as_f64);
        if let Some(minimum) = limit(schema.minimum()).filter(|minimum| number < *minimum) {
            self.add(DeviationKind::Range, path, format!("at least {minimum}"), "a smaller number");
        }
        if let Some(maximum) = limit(schema.maximum()).filter(|maximum| number > *maximum) {
            self.add(DeviationKind::Range, path, format!("at most {maximum}"), "a larger number");
        }
    }

    fn range(&mut self, range: Range, count: usize, path: &str, unit: &str) {
        let number = u64::try_from(count).unwrap_or(u64::MAX);
        if let Some(min) = range.min.filter(|min| number < *min) {
            let expected = format!("at least {min} {unit}");
            self.add(DeviationKind::Range, path, expected, number.to_string());
        }
        if let Some(max) = range.max.filter(|max| number > *max) {
            let expected = format!("at most {max} {unit}");
            self.add(DeviationKind::Range, path, expected, number.to_string());
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Returns whether a value has a type. A whole number written as `1.0` is not an integer.
fn is_kind(kind: SchemaType, value: &Value) -> bool {
    match kind {
        SchemaType::Object => value.is_object(),
        SchemaType::Array => value.is_array(),
        SchemaType::String => value.is_string(),
        SchemaType::Integer => value.is_i64() || value.is_u64(),
        SchemaType::Number => value.is_number(),
        SchemaType::Boolean => value.is_boolean(),
        // A type that a later version of OpenAPI adds.
        _ => true,
    }
}

fn type_of(schema: Schema<'_>) -> String {
    let name = match schema.kind() {
        Some(SchemaType::Object) => "object",
        Some(SchemaType::Array) => "list",
        Some(SchemaType::String) => "text",
        Some(SchemaType::Integer) => "integer",
        Some(SchemaType::Number) => "number",
        Some(SchemaType::Boolean) => "boolean",
        _ => "documented type",
    };
    if schema.is_nullable() { format!("{name} or null") } else { name.to_owned() }
}

/// Returns the name of the type of a value.
fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number with a fraction or an exponent",
        Value::Number(_) => "integer",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn has_format(format: &str, text: &str) -> bool {
    match format {
        "date-time" => text.parse::<Timestamp>().is_ok(),
        "date" => text.parse::<Date>().is_ok(),
        "uuid" => uuid::Uuid::try_parse(text).is_ok() && text.len() == 36,
        _ => true,
    }
}
