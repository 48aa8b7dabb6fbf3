//! Fields of an operation with their types and limits, from the documents of the service.

use frameio::endpoint::dynamic::{Parameter, ParameterLocation};
use frameio::{EventType, Operation};
use frameio_openapi::{Document, ParameterPlace, Range, Schema, SchemaType};

use super::{full_name, place};

/// Maximum depth of fields in fields.
const MAX_DEPTH: usize = 4;

/// A parameter, or a field of one.
#[derive(Debug)]
pub(super) struct Field {
    /// Name for `frameio call -f`, such as `data.reviewers[emails][]`.
    pub(super) name: String,
    pub(super) place: &'static str,
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) values: Vec<String>,
    pub(super) limits: Option<String>,
}

/// Returns the fields of an operation: parameters of the path and the query, then of the body.
pub(super) fn all(operation: &Operation) -> Vec<Field> {
    let mut fields = Vec::new();
    for parameter in operation.schema().parameters {
        let (name, place) = (full_name(operation, parameter), place(operation, parameter));
        let schema = schema(operation, parameter);
        let known: &[&str] = match parameter.name {
            // The documents do not list events.
            "events" => EventType::KNOWN,
            _ => parameter.values,
        };
        let known = known.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let documented = || schema.map(values).unwrap_or_default();
        let values = if known.is_empty() { documented() } else { known };
        fields.push(Field {
            name: name.clone(),
            place,
            kind: schema.map_or_else(|| "value".to_owned(), kind),
            is_required: parameter.required,
            values,
            limits: schema.and_then(limits),
        });
        if let Some(schema) = schema {
            add_parts(&mut fields, schema, &name, place, 1);
        }
    }
    fields
}

/// Adds the fields of an object, of the objects in a list, or of the members of a union.
fn add_parts(
    fields: &mut Vec<Field>,
    schema: Schema<'_>,
    name: &str,
    place: &'static str,
    depth: usize,
) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Some(items) = schema.items() {
        return add_parts(fields, items, &format!("{name}[]"), place, depth);
    }
    if let Some(members) = schema.members() {
        return members.into_iter().for_each(|it| add_parts(fields, it, name, place, depth));
    }
    for (part, schema_of_part) in schema.properties() {
        let name = format!("{name}[{part}]");
        // Members of a union share fields.
        if fields.iter().any(|it| it.name == name) {
            continue;
        }
        fields.push(Field {
            name: name.clone(),
            place,
            kind: kind(schema_of_part),
            is_required: schema.requires(part),
            values: values(schema_of_part),
            limits: limits(schema_of_part),
        });
        add_parts(fields, schema_of_part, &name, place, depth + 1);
    }
}

/// Returns the documented schema of a parameter.
pub(super) fn schema(operation: &Operation, parameter: &Parameter) -> Option<Schema<'static>> {
    let documents = [Document::stable(), Document::experimental(), Document::flavours()];
    documents.into_iter().find_map(|document| {
        let documented = document.operations().find(|it| it.id() == Some(operation.id))?;
        let of = |place| {
            let mut parameters = documented.parameters(place);
            parameters.find(|it| it.name() == parameter.name).map(|it| it.schema())
        };
        match parameter.location {
            ParameterLocation::Path => of(ParameterPlace::Path),
            ParameterLocation::Query => of(ParameterPlace::Query),
            _ => {
                let body = documented.request_body()?.schema;
                let data = body.property("data").filter(|_| operation.schema().envelope);
                property(data.unwrap_or(body), parameter.name)
            }
        }
    })
}

/// Returns a field of an object, or of a member of a union.
fn property<'d>(schema: Schema<'d>, name: &str) -> Option<Schema<'d>> {
    let in_members = || schema.members()?.into_iter().find_map(|it| it.property(name));
    schema.property(name).or_else(in_members)
}

/// Returns the type of a value, and whether it may be null, which often clears it.
fn kind(schema: Schema<'_>) -> String {
    let kind = kind_of_value(schema);
    if schema.is_nullable() { format!("{kind} or null") } else { kind }
}

/// Returns whether only null is allowed.
fn is_null(schema: Schema<'_>) -> bool {
    schema.is_nullable() && schema.kind().is_none() && schema.members().is_none()
}

fn kind_of_value(schema: Schema<'_>) -> String {
    if let Some(items) = schema.items() {
        return format!("list of {}", kind(items));
    }
    if let Some(members) = schema.members() {
        let members = members.into_iter().filter(|member| !is_null(*member));
        let mut kinds: Vec<_> = members.map(kind_of_value).collect();
        kinds.dedup();
        return kinds.join(" or ");
    }
    let kind = match (schema.kind(), schema.format()) {
        (Some(SchemaType::String), Some("uuid")) => "ID",
        (Some(SchemaType::String), Some("date-time")) => "time",
        (Some(SchemaType::String), Some("date")) => "date",
        (Some(SchemaType::String), _) => "string",
        (Some(SchemaType::Integer), _) => "integer",
        (Some(SchemaType::Number), _) => "number",
        (Some(SchemaType::Boolean), _) => "boolean",
        (Some(SchemaType::Array), _) => "list",
        (Some(SchemaType::Object), _) => "object",
        _ => "value",
    };
    kind.to_owned()
}

/// Returns the allowed values of a string, or of the items of a list.
fn values(schema: Schema<'_>) -> Vec<String> {
    let schema = schema.items().unwrap_or(schema);
    let mut values: Vec<_> = match schema.members() {
        Some(members) => members.into_iter().filter_map(Schema::values).flatten().collect(),
        None => schema.values().unwrap_or_default(),
    };
    values.dedup();
    values.into_iter().map(str::to_owned).collect()
}

/// Returns the documented limits as text.
fn limits(schema: Schema<'_>) -> Option<String> {
    let range = |range: Range, unit: &str| match (range.min, range.max) {
        (None | Some(0), None) => None,
        (None | Some(0), Some(max)) => Some(format!("at most {max} {unit}s")),
        (Some(1), None) => Some(format!("at least 1 {unit}")),
        (Some(min), None) => Some(format!("at least {min} {unit}s")),
        (Some(min), Some(max)) => Some(format!("{min} to {max} {unit}s")),
    };
    let number = match (schema.minimum(), schema.maximum()) {
        (None, None) => None,
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
    };
    let default = schema.default().filter(|it| !it.is_null()).map(|it| format!("default {it}"));
    let all = [range(schema.lengths(), "character"), range(schema.item_counts(), "item"), number];
    let all: Vec<_> = all.into_iter().flatten().chain(default).collect();
    (!all.is_empty()).then(|| all.join(", "))
}
