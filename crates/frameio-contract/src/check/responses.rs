//! Responses of every operation, generated from the contract: decoded and serialized without loss.

use std::collections::BTreeSet;

use frameio_core::DecodeError;
use frameio_openapi::{Operation, Schema, SchemaType};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Findings, normal, unknown};
use crate::case::{Case, DecodedResponse};
use crate::cases;
use crate::example::{Place, examples, minimal, places};

pub(super) fn check(case: &Case, contract: Operation<'_>, findings: &mut Findings<'_>) {
    let mut schemas = contract.responses().peekable();
    if schemas.peek().is_none() {
        let decoded = (case.decode)(StatusCode::NO_CONTENT, &Value::Null);
        let is_empty = decoded.is_ok_and(|it| it.json.is_null());
        return findings.check(is_empty, || "the response has no content".to_owned());
    }
    for (status, schema) in schemas {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        for response in examples(schema, false) {
            let decoded = lossless(case, status, &response, findings);
            if let Some(DecodedResponse { debug, .. }) = decoded
                && let Some(unknown) = unknown(&debug)
            {
                findings.add(format!("response: {unknown}"));
            }
        }
        lossless(case, status, &minimal(schema), findings);
        for response in examples(schema, true) {
            lossless(case, status, &response, findings);
        }
        missing_fields(case, status, schema, findings);
        wrong_types(case, status, schema, findings);
    }
}

/// Decodes a response, and checks that serializing it loses nothing.
fn lossless(
    case: &Case,
    status: StatusCode,
    response: &Value,
    findings: &mut Findings<'_>,
) -> Option<DecodedResponse> {
    match (case.decode)(status, response) {
        Ok(decoded) => {
            let (read, whole) = (normal(&decoded.json, false), normal(response, false));
            let same = read == whole || whole.get("data").is_some_and(|data| read == *data);
            findings.check(same, || format!("the response {whole} is serialized as {read}"));
            Some(decoded)
        }
        Err(error) => {
            findings.add(format!("{error} (in {response})"));
            None
        }
    }
}

/// Applies `change` to one field of a copy of an example, for each field of each object of the
/// contract, and passes the result of decoding the copy to `judge`.
fn at_each_place(
    case: &Case,
    status: StatusCode,
    schema: Schema<'_>,
    change: impl Fn(&mut Map<String, Value>, &Place<'_>) -> bool,
    mut judge: impl FnMut(&Place<'_>, Result<(), DecodeError>),
) {
    let mut seen = BTreeSet::new();
    for example in examples(schema, false).iter().flat_map(one_item_each) {
        for place in places(schema, &example) {
            if kept_as_json(&place) || !seen.insert((place.object, place.name)) {
                continue;
            }
            let mut changed = example.clone();
            let object = changed.pointer_mut(&place.pointer).and_then(Value::as_object_mut);
            if object.is_some_and(|object| change(object, &place)) {
                judge(&place, (case.decode)(status, &changed).map(drop));
            }
        }
    }
}

/// Splits a list response into responses with one item each. Decoding all items for each place
/// would be slow.
fn one_item_each(response: &Value) -> Vec<Value> {
    let Value::Array(items) = &response["data"] else { return vec![response.clone()] };
    let one = |item: &Value| {
        let mut response = response.clone();
        response["data"] = json!([item]);
        response
    };
    items.iter().map(one).collect()
}

/// Returns whether a place is in the value of a metadata field, which is kept as JSON if its form is
/// unknown.
fn kept_as_json(place: &Place<'_>) -> bool {
    // The experimental contract names each form: `DateValue`, `SelectValue`.
    let of_field = place
        .object
        .is_some_and(|object| object.starts_with("MetadataField") || object.ends_with("Value"));
    of_field && place.name == "value" || place.path.contains(".value[")
}

/// Checks that the error of a missing required field names it.
fn missing_fields(
    case: &Case,
    status: StatusCode,
    schema: Schema<'_>,
    findings: &mut Findings<'_>,
) {
    let tolerated = cases::tolerated();
    let remove = |object: &mut Map<String, Value>, place: &Place| {
        object.remove(place.name).is_some() && place.required
    };
    at_each_place(case, status, schema, remove, |place, read| {
        let (object, name) = (place.object.unwrap_or_default(), place.name);
        if tolerated.iter().any(|it| (it.0, it.1) == (object, name)) || place.field.is_nullable() {
            return findings.check(read.is_ok(), || format!("{object}.{name} has to be optional"));
        }
        let Err(error) = read else {
            return findings.add(format!("{object}.{name} is not required"));
        };
        let path = if place.path.is_empty() { "." } else { &place.path };
        let named = error.path == path && error.message.contains(&format!("`{name}`"));
        findings.check(named, || format!("a missing {object}.{name} is reported as: {error}"));
    });
}

/// Checks that the error of a field with a wrong type names it.
fn wrong_types(case: &Case, status: StatusCode, schema: Schema<'_>, findings: &mut Findings<'_>) {
    let spoil = |object: &mut Map<String, Value>, place: &Place| {
        let kinds: Vec<_> = match place.field.members() {
            Some(members) => members.into_iter().map(Schema::kind).collect(),
            None => vec![place.field.kind()],
        };
        let object_is_right = kinds.contains(&Some(SchemaType::Object));
        let wrong = if object_is_right { json!("wrong") } else { json!({"wrong": 1}) };
        object.insert(place.name.to_owned(), wrong).is_some() && kinds != [None]
    };
    at_each_place(case, status, schema, spoil, |place, read| {
        let (object, name) = (place.object.unwrap_or_default(), place.name);
        let Err(error) = read else {
            return findings.add(format!("{object}.{name} accepts any type"));
        };
        let dot = if place.path.is_empty() { "" } else { "." };
        let path = format!("{}{dot}{name}", place.path);
        findings.check(error.path == path, || {
            format!("a wrong type of {object}.{name} at `{path}` is reported as: {error}")
        });
    });
}
