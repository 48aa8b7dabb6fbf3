//! Compiles the documents into specifications.
//!
//! Unknown types and formats panic, so that no rule is lost when the documents change. A test of
//! `frameio-openapi` does the same for keywords.

use std::time::Duration;

use frameio_core::{Operation, Quota, QuotaScope};
use frameio_openapi::{self as openapi, Document, ParameterPlace, SchemaType};
use http::Method;

use super::schema::{Bounds, Field, Form, Kind, Object, Schema};
use super::{Content, Envelope, Parameter, Spec};

const METHODS: [Method; 5] =
    [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];

/// The only pattern in the contract.
const STORAGE_LOCATION: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\
                                (-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$";

/// Returns the operations of a document.
pub(super) fn specs(document: &'static Document) -> impl Iterator<Item = Spec> {
    document.operations().map(spec)
}

fn spec(documented: openapi::Operation<'static>) -> Spec {
    let path = documented.path();
    let method = METHODS.iter().find(|known| known.as_str() == documented.method());
    let (Some(method), Some(id), Some(limit)) = (method, documented.id(), documented.quota())
    else {
        panic!("{path} has an unknown method, no id or no quota");
    };
    let operation = Operation::new(id, method.clone(), path, quota(limit)).scope(scope(limit));
    let operation = match documented.api_version() {
        Some(version) => operation.api_version(version),
        None => operation,
    };
    let query = documented.parameters(ParameterPlace::Query);
    let body = documented.request_body().map(content);
    Spec { operation, parameters: query.flat_map(parameters).collect(), body, flavour: None }
}

/// Returns a parameter, or one for each key of an object.
pub(super) fn parameters(documented: openapi::Parameter<'_>) -> Vec<Parameter> {
    let (name, json) = (documented.name(), documented.schema());
    let key = |(key, value): (&str, openapi::Schema<'_>)| Parameter {
        name: format!("{name}[{key}]").into(),
        pointer: format!("/{name}/{key}").into(),
        list: false,
        schema: schema(value),
        default: None,
    };
    let mut parameters: Vec<_> = json.properties().map(key).collect();
    if json.kind() != Some(SchemaType::Object) {
        parameters.push(Parameter {
            name: name.into(),
            pointer: format!("/{name}").into(),
            list: matches!(name, "include" | "type"),
            schema: schema(json),
            default: json.default().cloned(),
        });
    }
    parameters
}

pub(super) fn content(documented: openapi::RequestBody<'_>) -> Content {
    let body = documented.schema;
    let (envelope, json) = match body.property("data") {
        None => (Envelope::None, body),
        Some(data) if body.requires("data") => (Envelope::Required, data),
        Some(data) => (Envelope::Optional, data),
    };
    Content { required: documented.is_required, envelope, schema: schema(json) }
}

fn schema(json: openapi::Schema<'_>) -> Schema {
    if let Some(members) = json.members() {
        return union(json, members);
    }
    let kind = match json.kind() {
        None => Kind::Any,
        Some(SchemaType::Boolean) => Kind::Boolean,
        Some(SchemaType::Integer) => Kind::Integer(Bounds {
            min: json.minimum().and_then(integer),
            max: json.maximum().and_then(integer),
        }),
        Some(SchemaType::Number) => Kind::Number(Bounds {
            min: json.minimum().and_then(serde_json::Number::as_f64),
            max: json.maximum().and_then(serde_json::Number::as_f64),
        }),
        Some(SchemaType::String) => string(json),
        Some(SchemaType::Array) => Kind::List {
            items: Box::new(
                json.items().map_or(Schema { nullable: true, kind: Kind::Any }, schema),
            ),
            count: bounds(json.item_counts()),
            unique: json.has_unique_items(),
        },
        Some(SchemaType::Object) => Kind::Object(object(json)),
        Some(other) => panic!("the contract has the unknown type {other:?}"),
    };
    Schema { nullable: json.is_nullable(), kind }
}

fn object(json: openapi::Schema<'_>) -> Object {
    let fields = json.properties().map(|(name, value)| Field {
        name: name.into(),
        required: json.requires(name),
        schema: schema(value),
    });
    Object {
        fields: fields.collect(),
        closed: json.is_closed(),
        count: bounds(json.property_counts()),
    }
}

fn union(json: openapi::Schema<'_>, members: Vec<openapi::Schema<'_>>) -> Schema {
    let mut members: Vec<Schema> = members.into_iter().map(schema).collect();
    let kind = match json.discriminator() {
        Some(tag) => {
            let members = members.into_iter().map(|member| named(tag, member));
            Kind::Tagged { tag: tag.into(), members: members.collect() }
        }
        None if members.len() == 1 => members.swap_remove(0).kind,
        None => Kind::Union(members),
    };
    Schema { nullable: json.is_nullable(), kind }
}

/// Returns a member of a union with the value of its tag.
fn named(tag: &str, member: Schema) -> (Box<str>, Schema) {
    let field = match &member.kind {
        Kind::Object(object) => object.fields.iter().find(|field| *field.name == *tag),
        _ => None,
    };
    let name = match field.map(|field| &field.schema.kind) {
        Some(Kind::OneOf(names)) => names.first().cloned(),
        _ => None,
    };
    (name.unwrap_or_else(|| panic!("a member lacks the constant {tag}")), member)
}

fn string(json: openapi::Schema<'_>) -> Kind {
    if let Some(names) = json.values() {
        return Kind::OneOf(names.into_iter().map(Into::into).collect());
    }
    let form = match (json.format(), json.pattern()) {
        (None, None) => None,
        (Some("uuid"), None) => Some(Form::Uuid),
        (Some("date-time"), None) => Some(Form::DateTime),
        (Some("date"), None) => Some(Form::Date),
        (Some("HH:MM:SS:FF"), None) => Some(Form::Timecode),
        (None, Some(STORAGE_LOCATION)) => Some(Form::StorageLocation),
        other => panic!("the contract has the unknown form {other:?}"),
    };
    Kind::Text { length: bounds(json.lengths()), form }
}

fn quota(limit: openapi::Quota) -> Quota {
    Quota::new(limit.calls, Duration::from_secs_f64(limit.per_seconds))
        .unwrap_or_else(|| panic!("the contract has the quota {limit:?}"))
}

fn scope(limit: openapi::Quota) -> QuotaScope {
    match limit.scope {
        openapi::QuotaScope::Account => QuotaScope::Account,
        _ => QuotaScope::AccountUser,
    }
}

fn bounds(range: openapi::Range) -> Bounds<usize> {
    let size = |size: u64| usize::try_from(size).ok();
    Bounds { min: range.min.and_then(size), max: range.max.and_then(size) }
}

fn integer(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| Some(number.as_f64()? as i64))
}
