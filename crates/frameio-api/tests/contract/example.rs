//! Examples of what a schema allows.

use serde_json::{Map, Value, json};

use crate::schema::Schema;

/// What is in no contract.
pub(crate) const FUTURE: &str = "from_the_future";

/// Examples that together have every field, union member, enum value and null of a schema. The
/// first has no null in it.
///
/// With `future`, each object has a field more, each enum a value more and each union whose members
/// are told apart by a field a member more than the schema says.
pub(crate) fn examples(schema: Schema, future: bool) -> Vec<Value> {
    let mut examples = match (schema.members(), schema.values()) {
        (Some(members), _) => {
            let mut all: Vec<_> = members.iter().flat_map(|it| examples(*it, future)).collect();
            if let (true, Some(tag)) = (future, schema.discriminator()) {
                all.push(unknown_member(&members, tag));
            }
            all
        }
        (_, Some(values)) => {
            let future = (future && schema.value["const"].is_null()).then_some(FUTURE);
            values.into_iter().chain(future).map(Value::from).collect()
        }
        _ => plain(schema, future),
    };
    if schema.is_nullable() {
        examples.push(Value::Null);
    }
    examples
}

fn plain(schema: Schema, future: bool) -> Vec<Value> {
    match schema.kind() {
        Some("string") if schema.value["format"] == "date-time" => {
            vec!["2026-03-22T10:11:12.345678Z".into(), "2025-12-31T23:59:59+02:00".into()]
        }
        Some("string") => vec!["text \"ü\" \\ 1/2".into(), "https://s3.example/a?b=c".into()],
        Some("integer") => vec![1.into(), schema.value["minimum"].as_u64().unwrap_or(7).into()],
        Some("number") => vec![json!(0.25), json!(1)],
        Some("boolean") => vec![true.into(), false.into()],
        Some("array") => vec![Value::Array(examples(schema.items().unwrap(), future))],
        Some("object") => objects(schema, future),
        None => vec![json!({"any": ["thing"]})],
        Some(kind) => panic!("there are no examples of {kind}"),
    }
}

/// As many objects as the field with the most examples has.
fn objects(schema: Schema, future: bool) -> Vec<Value> {
    let fields: Vec<_> =
        schema.properties().map(|(name, field)| (name, examples(field, future))).collect();
    let number = fields.iter().map(|(_, examples)| examples.len()).max().unwrap_or(1);
    (0..number)
        .map(|i| {
            let mut object: Map<_, _> = fields
                .iter()
                .map(|(name, examples)| ((*name).to_owned(), examples[i % examples.len()].clone()))
                .collect();
            if future {
                object.insert(FUTURE.to_owned(), json!({"a": [1, null]}));
            }
            Value::Object(object)
        })
        .collect()
}

/// A member that no version knows, with what all members have in common.
fn unknown_member(members: &[Schema], tag: &str) -> Value {
    let common = |name: &&str| {
        members.iter().all(|member| member.properties().any(|(property, _)| property == *name))
    };
    let mut object = Map::new();
    for (name, field) in members[0].properties().filter(|(name, _)| common(name)) {
        object.insert(name.to_owned(), examples(field, false).swap_remove(0));
    }
    object.insert(tag.to_owned(), FUTURE.into());
    object.insert(FUTURE.to_owned(), json!({"value": null, "list": [{}]}));
    Value::Object(object)
}

/// The least that a schema allows: what is required, null where it can be, empty lists.
pub(crate) fn minimal(schema: Schema) -> Value {
    if schema.is_nullable() {
        return Value::Null;
    }
    match schema.kind() {
        Some("array") => match schema.value["minItems"].as_u64() {
            Some(1) => json!([minimal(schema.items().unwrap())]),
            _ => json!([]),
        },
        Some("object") => schema
            .properties()
            .filter(|(name, _)| schema.requires(name))
            .map(|(name, field)| (name.to_owned(), minimal(field)))
            .collect(),
        _ => examples(schema, false).swap_remove(0),
    }
}

/// A place in an example.
pub(crate) struct Place {
    /// The object, as a JSON pointer and as the paths of errors are written.
    pub(crate) pointer: String,
    pub(crate) path: String,
    /// The field of the object.
    pub(crate) name: &'static str,
    pub(crate) field: Schema,
    pub(crate) required: bool,
    /// What the object is called in the contract.
    pub(crate) object: Option<&'static str>,
}

/// Every field of every object in an example of `schema`.
pub(crate) fn places(schema: Schema, example: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    walk(schema, example, String::new(), String::new(), &mut places);
    places
}

fn walk(schema: Schema, value: &Value, pointer: String, path: String, places: &mut Vec<Place>) {
    if let Some(member) = schema.member_of(value) {
        return walk(member, value, pointer, path, places);
    }
    match value {
        Value::Array(items) => {
            let Some(schema) = schema.items() else { return };
            for (i, item) in items.iter().enumerate() {
                walk(schema, item, format!("{pointer}/{i}"), format!("{path}[{i}]"), places);
            }
        }
        Value::Object(fields) => {
            for (name, field) in schema.properties().filter(|(name, _)| fields.contains_key(*name))
            {
                let dot = if path.is_empty() { "" } else { "." };
                let (under, below) = (format!("{pointer}/{name}"), format!("{path}{dot}{name}"));
                walk(field, &fields[name], under, below, places);
                places.push(Place {
                    pointer: pointer.clone(),
                    path: path.clone(),
                    name,
                    field,
                    required: schema.requires(name),
                    object: schema.name,
                });
            }
        }
        _ => {}
    }
}
