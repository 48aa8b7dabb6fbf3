//! The documents, read into specs.
//!
//! A keyword or a form that is not understood is a panic, so that no rule is lost unseen when the
//! documents change.

use std::time::Duration;

use frameio_core::{Operation, Quota, QuotaScope};
use http::Method;
use serde_json::Value;

use super::schema::{Bounds, Field, Form, Kind, Object, Schema};
use super::{Content, Envelope, Parameter, Spec};

const METHODS: [Method; 5] =
    [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];

const KEYWORDS: [&str; 22] = [
    "additionalProperties",
    "anyOf",
    "const",
    "default",
    "discriminator",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
    "x-open",
];

/// The one pattern of the contract.
const STORAGE_LOCATION: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\
                                (-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$";

/// The operations of a document.
pub(super) fn document(json: &str) -> Vec<Spec> {
    let document: Value =
        serde_json::from_str(json).unwrap_or_else(|error| panic!("the contract: {error}"));
    let reader = Reader { document: &document };
    let mut specs = Vec::new();
    for (path, methods) in entries(&document["paths"]) {
        for (method, operation) in entries(methods) {
            specs.push(reader.spec(path, method, operation));
        }
    }
    specs
}

struct Reader<'d> {
    document: &'d Value,
}

impl Reader<'_> {
    fn spec(&self, path: &str, method: &str, json: &Value) -> Spec {
        let method = METHODS.iter().find(|known| known.as_str().eq_ignore_ascii_case(method));
        let method = method.unwrap_or_else(|| panic!("{path} has no known method")).clone();
        let limit = &json["x-rate-limit"];
        let (id, path) = (keep(text(&json["operationId"])), keep(path));
        let mut operation = Operation::new(id, method, path, quota(limit)).scope(scope(limit));
        let mut parameters = Vec::new();
        for parameter in list(&json["parameters"]) {
            match text(&parameter["in"]) {
                "query" => self.parameter(parameter, &mut parameters),
                "header" => {
                    operation = operation.api_version(keep(text(&parameter["schema"]["const"])));
                }
                _ => {}
            }
        }
        let body = &json["requestBody"];
        let body = (!body.is_null()).then(|| self.content(body));
        Spec { operation, parameters, body }
    }

    fn parameter(&self, json: &Value, parameters: &mut Vec<Parameter>) {
        let (name, schema) = (text(&json["name"]), self.resolve(&json["schema"]));
        for (key, value) in entries(&schema["properties"]) {
            parameters.push(Parameter {
                name: format!("{name}[{key}]").into(),
                pointer: format!("/{name}/{key}").into(),
                list: false,
                schema: self.schema(value),
                default: None,
            });
        }
        if schema["type"] == "object" {
            return;
        }
        parameters.push(Parameter {
            name: name.into(),
            pointer: format!("/{name}").into(),
            list: matches!(name, "include" | "type"),
            schema: self.schema(schema),
            default: schema.get("default").cloned(),
        });
    }

    fn content(&self, json: &Value) -> Content {
        let body = self.resolve(&json["content"]["application/json"]["schema"]);
        let data = &body["properties"]["data"];
        let (envelope, schema) = match data {
            Value::Null => (Envelope::None, body),
            data if requires(body, "data") => (Envelope::Required, data),
            data => (Envelope::Optional, data),
        };
        let required = json["required"] == true;
        Content { required, envelope, schema: self.schema(schema) }
    }

    fn resolve<'s>(&'s self, mut schema: &'s Value) -> &'s Value {
        while let Some(reference) = schema["$ref"].as_str() {
            let found = self.document.pointer(reference.trim_start_matches('#'));
            schema = found.unwrap_or_else(|| panic!("the contract has no {reference}"));
        }
        schema
    }

    fn schema(&self, json: &Value) -> Schema {
        let json = self.resolve(json);
        for keyword in entries(json).map(|(keyword, _)| keyword) {
            let known = KEYWORDS.contains(&keyword);
            assert!(known, "the contract has the unknown keyword `{keyword}`");
        }
        let any = json.get("anyOf").or_else(|| json.get("oneOf")).map(list);
        if let Some(members) = any {
            return self.union(json, members);
        }
        let types: Vec<&str> = match &json["type"] {
            Value::Array(types) => types.iter().map(text).collect(),
            kind => kind.as_str().into_iter().collect(),
        };
        let nullable = types.contains(&"null");
        let kind = match types.into_iter().find(|name| *name != "null") {
            None => Kind::Any,
            Some("boolean") => Kind::Boolean,
            Some("integer") => Kind::Integer(bounds(json, "minimum", "maximum", integer)),
            Some("number") => Kind::Number(bounds(json, "minimum", "maximum", Value::as_f64)),
            Some("string") => string(json),
            Some("array") => Kind::List {
                items: Box::new(self.schema(&json["items"])),
                count: bounds(json, "minItems", "maxItems", size),
                unique: json["uniqueItems"] == true,
            },
            Some("object") => Kind::Object(self.object(json)),
            Some(other) => panic!("the contract has the unknown type `{other}`"),
        };
        Schema { nullable, kind }
    }

    fn object(&self, json: &Value) -> Object {
        let fields = entries(&json["properties"]).map(|(name, schema)| Field {
            name: name.into(),
            required: requires(json, name),
            schema: self.schema(schema),
        });
        Object {
            fields: fields.collect(),
            closed: json["additionalProperties"] == false,
            filled: size(&json["minProperties"]) == Some(1),
        }
    }

    fn union(&self, json: &Value, members: &[Value]) -> Schema {
        let is_null = |member: &&Value| member["type"] == "null";
        let nullable = members.iter().any(|member| is_null(&member));
        let mut schemas: Vec<Schema> =
            members.iter().filter(|member| !is_null(member)).map(|it| self.schema(it)).collect();
        let kind = match json["discriminator"]["propertyName"].as_str() {
            Some(tag) => {
                let members = schemas.into_iter().map(|member| named(tag, member));
                Kind::Tagged { tag: tag.into(), members: members.collect() }
            }
            None if schemas.len() == 1 => schemas.swap_remove(0).kind,
            None => Kind::Union(schemas),
        };
        Schema { nullable, kind }
    }
}

/// A member of a union with the value of its tag.
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

fn string(json: &Value) -> Kind {
    if let Some(names) = json.get("enum") {
        return Kind::OneOf(list(names).iter().map(|name| text(name).into()).collect());
    }
    if let Some(name) = json.get("const") {
        return Kind::OneOf(vec![text(name).into()]);
    }
    let form = match (json["format"].as_str(), json["pattern"].as_str()) {
        (None, None) => None,
        (Some("uuid"), None) => Some(Form::Uuid),
        (Some("date-time"), None) => Some(Form::DateTime),
        (None, Some(STORAGE_LOCATION)) => Some(Form::StorageLocation),
        other => panic!("the contract has the unknown form {other:?}"),
    };
    Kind::Text { length: bounds(json, "minLength", "maxLength", size), form }
}

fn quota(limit: &Value) -> Quota {
    let calls = limit["calls"].as_u64().and_then(|calls| u32::try_from(calls).ok());
    let window = limit["per_seconds"].as_f64().unwrap_or_default();
    Quota::new(calls.unwrap_or_default(), Duration::from_secs_f64(window))
        .unwrap_or_else(|| panic!("the contract has the quota {limit}"))
}

fn scope(limit: &Value) -> QuotaScope {
    match text(&limit["scope"]) {
        "account" => QuotaScope::Account,
        _ => QuotaScope::AccountUser,
    }
}

fn bounds<T>(json: &Value, min: &str, max: &str, read: fn(&Value) -> Option<T>) -> Bounds<T> {
    Bounds { min: read(&json[min]), max: read(&json[max]) }
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| Some(value.as_f64()? as i64))
}

fn size(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|size| size.try_into().ok())
}

fn requires(json: &Value, name: &str) -> bool {
    list(&json["required"]).iter().any(|required| required == name)
}

/// The names of operations and parts of their paths are kept as long as the program runs.
fn keep(text: &str) -> &'static str {
    String::from(text).leak()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("the contract has {value} in place of text"))
}

/// An array, empty where there is none.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The keys of an object with their values; none where it is no object.
fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
