//! Examples of the values that a schema allows.

use frameio_core::EventType;
use frameio_openapi::{Range, Schema, SchemaType};
use serde_json::{Map, Number, Value, json};

use crate::member::{FUTURE, member_of};

/// Lists of strings whose values only the documentation states, not the contract.
const COUNTED: &[(&str, &[&str])] = &[("WebhookEvents", EventType::KNOWN)];

fn counted(list: Schema<'_>) -> Option<&'static [&'static str]> {
    COUNTED.iter().find(|(name, _)| list.name() == Some(name)).map(|(_, values)| *values)
}

/// Fields that are required in practice, although the contract does not require them: the
/// destination of a move, and the body of an experimental operation.
const NEEDED: &[(&str, &str)] = &[
    ("BulkFileGetParamsData", "file_ids"),
    ("FileMoveParamsData", "parent_id"),
    ("FolderMoveParamsData", "parent_id"),
    ("VersionStackMoveParamsData", "parent_id"),
];

/// Objects that require exactly one of these fields. The contract cannot express that.
const ONE_OF: &[(&str, &[&str])] =
    &[("VersionStackReorderParamsData", &["move_above_file_id", "move_below_file_id", "move_to"])];

fn one_of(object: Schema<'_>) -> Option<&'static [&'static str]> {
    ONE_OF.iter().find(|(name, _)| object.name() == Some(name)).map(|(_, fields)| *fields)
}

/// Returns examples that together contain every field, union member, enum value and null of a
/// schema. The first contains no null.
///
/// With `future`, each object has an additional field, each enum an additional value, and each
/// union with a discriminator an additional member.
pub(crate) fn examples(schema: Schema<'_>, future: bool) -> Vec<Value> {
    let mut examples = match (schema.members(), schema.values()) {
        (Some(members), _) => {
            let of_member = |it: &Schema<'_>| of_its_kind(*it, examples(*it, future));
            let mut all: Vec<_> = members.iter().flat_map(of_member).collect();
            if let (true, Some(tag)) = (future, schema.discriminator()) {
                all.push(unknown_member(&members, tag));
            }
            // The first example has no null, so another member can come first.
            all.sort_by_key(has_null);
            all
        }
        (_, Some(values)) => {
            let future = (future && !schema.is_constant()).then_some(FUTURE);
            values.into_iter().chain(future).map(Value::from).collect()
        }
        _ => plain(schema, future),
    };
    if schema.is_nullable() {
        examples.push(Value::Null);
    }
    examples
}

/// Corrects the field `type` in values of a union member. If the member allows several types, but
/// the name of one equals that of the member, it is that type: there is no folder of the type
/// `file`.
fn of_its_kind(member: Schema<'_>, mut values: Vec<Value>) -> Vec<Value> {
    let kinds = member.property("type").filter(|it| !it.is_constant()).and_then(Schema::values);
    let name = member.name().unwrap_or_default();
    let is_named = |kind: &&str| kind.replace('_', "").eq_ignore_ascii_case(name);
    if let Some(kind) = kinds.and_then(|kinds| kinds.into_iter().find(is_named)) {
        for value in values.iter_mut().filter(|it| it["type"] != FUTURE) {
            value["type"] = kind.into();
        }
    }
    values
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}

fn plain(schema: Schema<'_>, future: bool) -> Vec<Value> {
    match schema.kind() {
        Some(SchemaType::String) if schema.format() == Some("date-time") => {
            vec!["2026-03-22T10:11:12.345678Z".into(), "2025-12-31T23:59:59+02:00".into()]
        }
        // The contract contains only this pattern.
        Some(SchemaType::String) if schema.pattern().is_some() => {
            let uuid = "2e426fe0-f965-4594-8b2b-b4dff1dc00ec";
            vec![uuid.into(), format!("{uuid}-{uuid}").into()]
        }
        Some(SchemaType::String) => {
            let texts = ["text \"ü\" \\ 1/2", "https://s3.example/a?b=c"];
            texts.into_iter().map(|text| fitting(schema, text).into()).collect()
        }
        Some(SchemaType::Integer) => vec![integer(schema).into(), least(schema).into()],
        Some(SchemaType::Number) => vec![json!(0.25), json!(1)],
        Some(SchemaType::Boolean) => vec![true.into(), false.into()],
        Some(SchemaType::Array) => lists(schema, future),
        Some(SchemaType::Object) => objects(schema, future),
        None => untyped(),
        Some(kind) => vec![Value::from(format!("no examples of {kind:?}"))],
    }
}

/// Shortens or pads a text to the length that the schema allows.
fn fitting(schema: Schema<'_>, text: &str) -> String {
    let (least, most) = bounds(schema.lengths());
    let padded = text.chars().chain(std::iter::repeat('x'));
    padded.take(text.chars().count().max(least).min(most)).collect()
}

/// Returns a range as sizes of collections.
fn bounds(range: Range) -> (usize, usize) {
    let size = |size: Option<u64>| size.and_then(|size| usize::try_from(size).ok());
    (size(range.min).unwrap_or(0), size(range.max).unwrap_or(usize::MAX))
}

/// Returns values of a metadata field, the only value without a type in the contract.
fn untyped() -> Vec<Value> {
    let users = json!([{"id": "u", "type": "user"}, {"id": "g", "type": "account_user_group"}]);
    vec!["text".into(), 3.into(), json!(0.25), true.into(), json!(["option"]), users, Value::Null]
}

/// Returns the minimum of a number, or a small number if the contract states no minimum. The
/// service limits the numbers in configurations of metadata fields, although the contract does not.
fn least(schema: Schema<'_>) -> u64 {
    schema.minimum().and_then(Number::as_u64).unwrap_or(3)
}

fn integer(schema: Schema<'_>) -> u64 {
    least(schema).max(1).min(schema.maximum().and_then(Number::as_u64).unwrap_or(u64::MAX))
}

/// Returns lists that together contain every example of an item, each as long as the schema allows.
fn lists(schema: Schema<'_>, future: bool) -> Vec<Value> {
    let Some(items) = schema.items() else { return vec![json!([])] };
    let (least, most) = bounds(schema.item_counts());
    let examples: Vec<Value> = match counted(schema) {
        Some(values) => {
            values.iter().copied().chain(future.then_some(FUTURE)).map(Value::from).collect()
        }
        None => examples(items, future),
    };
    let chunks = examples.chunks(most.max(1)).map(|chunk| {
        let mut chunk = chunk.to_vec();
        for i in chunk.len()..least {
            chunk.push(match &examples[i % examples.len()] {
                Value::String(text) => format!("{text}{i}").into(),
                other => other.clone(),
            });
        }
        Value::Array(chunk)
    });
    chunks.collect()
}

/// Returns as many objects as the field with the most examples has.
fn objects(schema: Schema<'_>, future: bool) -> Vec<Value> {
    let fields: Vec<_> =
        schema.properties().map(|(name, field)| (name, examples(field, future))).collect();
    if schema.property_counts().max == Some(1) {
        let one = |(name, examples): (&str, Vec<Value>)| json!({name: examples[0]});
        return fields.into_iter().map(one).collect();
    }
    if let Some(choice) = one_of(schema) {
        let (choices, others): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(name, _)| choice.contains(name));
        let all = choices.iter().flat_map(|(name, examples)| {
            examples.iter().filter(|it| !it.is_null()).map(move |it| (*name, it.clone()))
        });
        let with_others = |chosen: (&str, Value)| {
            let others = others.iter().map(|(name, examples)| (*name, examples[0].clone()));
            others.chain([chosen]).map(|(name, value)| (name.to_owned(), value)).collect()
        };
        return all.map(with_others).map(Value::Object).collect();
    }
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
            // Only the option `custom` has custom members, which the contract does not express.
            // With another option, requests omit them and responses have an empty list.
            if object.get("member_options_type").is_some_and(|it| it == "all_project_members") {
                let members = schema.property("custom_members");
                match members.and_then(|members| members.item_counts().min) {
                    Some(1..) => drop(object.remove("custom_members")),
                    _ => drop(object.insert("custom_members".to_owned(), json!([]))),
                }
            }
            Value::Object(object)
        })
        .collect()
}

/// Returns a member of a union that no version knows, with the fields that all members share.
fn unknown_member(members: &[Schema<'_>], tag: &str) -> Value {
    let common = |name: &&str| members.iter().all(|member| member.property(name).is_some());
    let mut object = Map::new();
    for (name, field) in members[0].properties().filter(|(name, _)| common(name)) {
        object.insert(name.to_owned(), examples(field, false).swap_remove(0));
    }
    object.insert(tag.to_owned(), FUTURE.into());
    object.insert("payload".to_owned(), json!({"a": [1, null]}));
    Value::Object(object)
}

/// Returns the smallest value that a schema allows: only required fields, null where possible, and
/// the shortest lists.
pub(crate) fn minimal(schema: Schema<'_>) -> Value {
    if schema.is_nullable() {
        return Value::Null;
    }
    if let Some(first) = schema.members().and_then(|members| members.first().copied()) {
        return of_its_kind(first, vec![minimal(first)]).swap_remove(0);
    }
    match schema.kind() {
        Some(SchemaType::Array) => {
            let (least, _) = bounds(schema.item_counts());
            if let Some(values) = counted(schema) {
                return values.iter().copied().map(Value::from).take(least).collect();
            }
            let item = schema.items().map(minimal).unwrap_or_default();
            let distinct = |i| match &item {
                Value::String(text) => format!("{text}{i}").into(),
                other => other.clone(),
            };
            (0..least).map(distinct).collect()
        }
        Some(SchemaType::Object)
            if schema.property_counts().max == Some(1) || one_of(schema).is_some() =>
        {
            objects(schema, false).swap_remove(0)
        }
        // A union needs one of its members, even where none is required.
        Some(SchemaType::Object) => {
            let whole = |field: Schema<'_>| {
                let union = field.members().is_some_and(|members| members.len() > 1);
                union || one_of(field).is_some()
            };
            let is_listed =
                |name: &str| NEEDED.contains(&(schema.name().unwrap_or_default(), name));
            let is_needed = |name: &str, field: Schema<'_>| {
                schema.requires(name) || is_listed(name) || name == "data" && whole(field)
            };
            let (least, _) = bounds(schema.property_counts());
            let (needed, others): (Vec<_>, Vec<_>) =
                schema.properties().partition(|(name, field)| is_needed(name, *field));
            let more = least.saturating_sub(needed.len());
            let fields = needed.into_iter().chain(others.into_iter().take(more));
            let value = |name: &str, field: Schema<'_>| match is_listed(name) {
                true => examples(field, false).swap_remove(0),
                false => minimal(field),
            };
            fields.map(|(name, field)| (name.to_owned(), value(name, field))).collect()
        }
        _ => examples(schema, false).swap_remove(0),
    }
}

/// A field of an object in an example.
#[derive(Debug)]
pub(crate) struct Place<'d> {
    /// JSON pointer to the object.
    pub(crate) pointer: String,
    /// Path of the object in errors.
    pub(crate) path: String,
    /// Name of the field.
    pub(crate) name: &'d str,
    pub(crate) field: Schema<'d>,
    pub(crate) required: bool,
    /// Name of the object in the contract.
    pub(crate) object: Option<&'d str>,
}

/// Returns every field of every object in an example of `schema`.
pub(crate) fn places<'d>(schema: Schema<'d>, example: &Value) -> Vec<Place<'d>> {
    let mut places = Vec::new();
    walk(schema, example, String::new(), String::new(), &mut places);
    places
}

fn walk<'d>(
    schema: Schema<'d>,
    value: &Value,
    pointer: String,
    path: String,
    places: &mut Vec<Place<'d>>,
) {
    if let Some(member) = member_of(schema, value) {
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
                    object: schema.name(),
                });
            }
        }
        _ => {}
    }
}
