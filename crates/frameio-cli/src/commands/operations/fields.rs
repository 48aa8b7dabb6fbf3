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
    /// Values of another field with which the field exists; empty if it always does.
    pub(super) cases: Vec<Case>,
}

/// Value of a field that selects a member of a union, such as a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) field: String,
    pub(super) value: String,
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
            cases: Vec::new(),
        });
        if let Some(schema) = schema {
            Parts { fields: &mut fields, place }.add(schema, &name, 1, None);
        }
    }
    fields
}

/// Collects the fields of a parameter.
struct Parts<'f> {
    fields: &'f mut Vec<Field>,
    place: &'static str,
}

impl Parts<'_> {
    /// Adds the fields of an object, of the objects in a list, or of the members of a union; `case` selects
    /// the member that contains the schema.
    fn add(&mut self, schema: Schema<'_>, name: &str, depth: usize, case: Option<&Case>) {
        if depth > MAX_DEPTH {
            return;
        }
        if let Some(items) = schema.items() {
            return self.add(items, &format!("{name}[]"), depth, case);
        }
        if let Some(members) = schema.members() {
            let start = self.fields.len();
            let cases: Vec<_> = members.iter().filter_map(|member| case_of(*member)).collect();
            for member in members {
                self.add(member, name, depth, case_of(member).as_ref().or(case));
            }
            // A field of each member needs no case.
            let added = self.fields.iter_mut().skip(start);
            added.filter(|it| it.cases == cases).for_each(|it| it.cases.clear());
            return;
        }
        for (part, schema_of_part) in schema.properties() {
            let name = format!("{name}[{part}]");
            let field = Field {
                name: name.clone(),
                place: self.place,
                kind: kind(schema_of_part),
                is_required: schema.requires(part),
                values: values(schema_of_part),
                limits: limits(schema_of_part),
                cases: case.into_iter().cloned().collect(),
            };
            match self.fields.iter_mut().find(|it| it.name == name) {
                Some(known) => known.merge(field),
                None => self.fields.push(field),
            }
            self.add(schema_of_part, &name, depth + 1, case);
        }
    }
}

impl Field {
    /// Adds the field of the same name in another member of a union.
    fn merge(&mut self, other: Self) {
        self.is_required &= other.is_required;
        let new = other.values.into_iter().filter(|value| !self.values.contains(value));
        self.values.extend(new.collect::<Vec<_>>());
        self.cases.extend(other.cases);
        self.cases.dedup();
    }
}

/// Returns the field that distinguishes a member of a union: the one with a single allowed value.
fn case_of(member: Schema<'_>) -> Option<Case> {
    member.properties().find_map(|(field, schema)| match *values(schema) {
        [ref value] => Some(Case { field: field.to_owned(), value: value.clone() }),
        _ => None,
    })
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
