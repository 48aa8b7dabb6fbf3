//! Answers of every operation, made from the contract: read, and written back without loss.

use std::collections::BTreeSet;

use frameio_core::DecodeError;
use frameio_openapi::{Operation, Schema, SchemaType};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Findings, normal, unknown};
use crate::case::{Case, Decoded};
use crate::cases;
use crate::example::{Place, examples, minimal, places};

pub(super) fn check(case: &Case, contract: Operation<'_>, findings: &mut Findings<'_>) {
    let mut answers = contract.responses().peekable();
    if answers.peek().is_none() {
        let read = (case.answer)(StatusCode::NO_CONTENT, &Value::Null);
        let nothing = read.is_ok_and(|it| it.json.is_null());
        return findings.check(nothing, || "the answer has no content".to_owned());
    }
    for (status, schema) in answers {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        for answer in examples(schema, false) {
            if let Some(Decoded { debug, .. }) = lossless(case, status, &answer, findings)
                && let Some(unknown) = unknown(&debug)
            {
                findings.add(format!("answer: {unknown}"));
            }
        }
        lossless(case, status, &minimal(schema), findings);
        for answer in examples(schema, true) {
            lossless(case, status, &answer, findings);
        }
        missing_fields(case, status, schema, findings);
        wrong_types(case, status, schema, findings);
    }
}

/// Reads an answer, checks that it is written back without loss, and gives what it became.
fn lossless(
    case: &Case,
    status: StatusCode,
    answer: &Value,
    findings: &mut Findings<'_>,
) -> Option<Decoded> {
    match (case.answer)(status, answer) {
        Ok(decoded) => {
            let (read, whole) = (normal(&decoded.json, false), normal(answer, false));
            let same = read == whole || whole.get("data").is_some_and(|data| read == *data);
            findings.check(same, || format!("{whole} comes back as {read}"));
            Some(decoded)
        }
        Err(error) => {
            findings.add(format!("{error} (in {answer})"));
            None
        }
    }
}

/// Changes a copy of an example at one place for each field of each object of the contract, and
/// judges how that was read.
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
                judge(&place, (case.answer)(status, &changed).map(drop));
            }
        }
    }
}

/// The same answers with one item each: reading all items for each place would take long.
fn one_item_each(answer: &Value) -> Vec<Value> {
    let Value::Array(items) = &answer["data"] else { return vec![answer.clone()] };
    let one = |item: &Value| {
        let mut answer = answer.clone();
        answer["data"] = json!([item]);
        answer
    };
    items.iter().map(one).collect()
}

/// Whether it is in a value that is kept as JSON if it is not as it should: that of a metadata
/// field.
fn kept_as_json(place: &Place<'_>) -> bool {
    // The experimental contract has a name for each shape: `DateValue`, `SelectValue`.
    let of_field = place
        .object
        .is_some_and(|object| object.starts_with("MetadataField") || object.ends_with("Value"));
    of_field && place.name == "value" || place.path.contains(".value[")
}

/// A required field that lacks is named.
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
            return findings.check(read.is_ok(), || format!("{object}.{name} is required"));
        }
        let Err(error) = read else {
            return findings.add(format!("{object}.{name} is not required"));
        };
        let path = if place.path.is_empty() { "." } else { &place.path };
        let named = error.path == path && error.message.contains(&format!("`{name}`"));
        findings.check(named, || format!("{object}.{name} lacks, and is told as: {error}"));
    });
}

/// A field of the wrong type is named.
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
            return findings.add(format!("{object}.{name} can be of any type"));
        };
        let dot = if place.path.is_empty() { "" } else { "." };
        let path = format!("{}{dot}{name}", place.path);
        findings.check(error.path == path, || format!("{object}.{name} at {path}: {error}"));
    });
}
