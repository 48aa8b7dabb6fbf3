//! Selection of the union member that a value belongs to.

use frameio_openapi::{Schema, SchemaType};
use serde_json::Value;

/// A name and a value that no version of the contract contains.
pub(crate) const FUTURE: &str = "from_the_future";

/// Returns the member of a union that `value` belongs to, by its discriminator or by its shape.
pub(crate) fn member_of<'d>(union: Schema<'d>, value: &Value) -> Option<Schema<'d>> {
    let is_named = |member: &Schema<'d>| match union.discriminator() {
        Some(tag) => {
            let tags = member.property(tag).and_then(Schema::values);
            tags.is_some_and(|tags| tags.first().is_some_and(|it| value[tag] == *it))
        }
        None => fits(*member, value),
    };
    union.members()?.into_iter().find(is_named)
}

/// Returns whether a value has the shape of a schema: its type, and the fields of an object.
fn fits(schema: Schema<'_>, value: &Value) -> bool {
    let has_type = match (schema.kind(), value) {
        (Some(SchemaType::String), Value::String(text)) => {
            schema.values().is_none_or(|values| values.contains(&text.as_str()))
        }
        (Some(SchemaType::Integer | SchemaType::Number), Value::Number(_))
        | (Some(SchemaType::Boolean), Value::Bool(_))
        | (Some(SchemaType::Array), Value::Array(_))
        | (None, _) => true,
        (Some(SchemaType::Object), Value::Object(fields)) => {
            let is_known = |name: &String| schema.property(name).is_some();
            let is_right = |(name, field): (&str, Schema<'_>)| match fields.get(name) {
                Some(Value::Null) => field.is_nullable(),
                Some(value) if field.is_constant() => fits(field, value),
                Some(_) => true,
                None => !schema.requires(name),
            };
            schema.properties().all(is_right)
                && fields.keys().filter(|name| *name != FUTURE).all(is_known)
        }
        _ => false,
    };
    has_type || schema.members().is_some_and(|it| it.iter().any(|it| fits(*it, value)))
}
