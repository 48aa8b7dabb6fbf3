//! Answers of every operation, made from the contract: read, and written back without loss.

use std::collections::BTreeSet;

use frameio_core::DecodeError;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::example::{Place, examples, minimal, places};
use crate::requests::{Case, cases};
use crate::schema::{Schema, operation};

/// What equals what: null is absence, a time is an instant, a number is a quantity.
fn normal(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let present = fields.iter().filter(|(_, value)| !value.is_null());
            present.map(|(name, value)| (name.clone(), normal(value))).collect()
        }
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(time) => json!(time.to_string()),
            Err(_) => value.clone(),
        },
        Value::Number(number) => json!(number.as_f64().unwrap()),
        _ => value.clone(),
    }
}

/// Reads an answer, checks that it is written back without loss, and tells what it became.
fn lossless(case: &Case, answer: &Value) -> String {
    let decoded = (case.decode)(answer)
        .unwrap_or_else(|error| panic!("{}: {error} in {answer:#}", case.operation.id));
    let whole = answer.get("links").is_some();
    let expected = if whole { answer } else { &answer["data"] };
    assert_eq!(normal(&decoded.json), normal(expected), "{}", case.operation.id);
    decoded.debug
}

fn answers() -> impl Iterator<Item = (Case, Schema)> {
    let answer = |case: &Case| operation(case.operation.id).unwrap().answer();
    cases().into_iter().filter_map(move |case| answer(&case).map(|schema| (case, schema)))
}

#[test]
fn an_operation_without_an_answer_reads_none() {
    let mut without = 0;
    for case in
        cases().iter().filter(|case| operation(case.operation.id).unwrap().answer().is_none())
    {
        assert_eq!((case.decode)(&Value::Null).unwrap().json, Value::Null);
        without += 1;
    }
    assert_eq!((without, answers().count()), (5, 25));
}

/// Whatever was not understood ends in a field `extra` or in a variant `Other`.
#[test]
fn every_field_member_and_value_of_the_contract_is_known() {
    for (case, schema) in answers() {
        for answer in examples(schema, false) {
            let debug = lossless(&case, &answer);
            for (sign, what) in [("extra: {\"", "field"), ("Other(", "value")] {
                if let Some((_, unknown)) = debug.split_once(sign) {
                    let unknown: String = unknown.chars().take(60).collect();
                    panic!("{}: no type knows the {what} {unknown}", case.operation.id);
                }
            }
        }
    }
}

#[test]
fn the_least_that_the_contract_allows_is_enough() {
    for (case, schema) in answers() {
        lossless(&case, &minimal(schema));
    }
}

#[test]
fn what_the_service_adds_is_kept() {
    for (case, schema) in answers() {
        for answer in examples(schema, true) {
            lossless(&case, &answer);
        }
    }
}

/// Changes a copy of an example at one place for each field of each object of the contract, and
/// tells how that was read.
fn at_each_place(
    change: impl Fn(&mut serde_json::Map<String, Value>, &Place) -> bool,
    check: impl Fn(&str, &Place, Result<(), DecodeError>),
) {
    for (case, schema) in answers() {
        let example = examples(schema, false).swap_remove(0);
        let places = places(schema, &example);
        assert!(!places.is_empty(), "{}", case.operation.id);
        let mut seen = BTreeSet::new();
        for place in places {
            if in_metadata_value(&place) || !seen.insert((place.object, place.name)) {
                continue;
            }
            let mut changed = example.clone();
            let object = changed.pointer_mut(&place.pointer).and_then(Value::as_object_mut);
            if change(object.unwrap(), &place) {
                check(case.operation.id, &place, (case.decode)(&changed).map(drop));
            }
        }
    }
}

/// Whether it is in the value of a metadata field, which is kept as JSON if it is not as it should.
fn in_metadata_value(place: &Place) -> bool {
    let of_field = place.object.is_some_and(|object| object.starts_with("MetadataField"));
    of_field && place.name == "value" || place.path.contains(".value[")
}

/// Required by the contract, but not by us.
const TOLERATED: &[(&str, &str, &str)] = &[
    ("Folder", "restricted", "is younger than July 2026"),
    ("FolderWithIncludes", "restricted", "is younger than July 2026"),
    ("AssetWithIncludesFolder", "restricted", "is younger than July 2026"),
    ("Comment", "timestamp", "is null where the media has no time"),
    ("CommentWithIncludes", "timestamp", "is null where the media has no time"),
];

#[test]
fn a_required_field_that_lacks_is_named() {
    at_each_place(
        |object, place| object.remove(place.name).is_some() && place.required,
        |id, place, read| {
            let (object, name) = (place.object.unwrap_or_default(), place.name);
            let tolerated = TOLERATED.iter().any(|it| (it.0, it.1) == (object, name));
            if tolerated || place.field.is_nullable() {
                return assert_eq!(read, Ok(()), "{id}: {object}.{name}");
            }
            let error = read.expect_err(&format!("{id}: {object}.{name} is required"));
            let path = if place.path.is_empty() { "." } else { &place.path };
            assert_eq!(error.path, path, "{id}: {error}");
            assert!(error.message.contains(&format!("`{name}`")), "{id}: {error}");
        },
    );
}

#[test]
fn a_field_of_the_wrong_type_is_named() {
    at_each_place(
        |object, place| {
            let kinds: Vec<_> = match place.field.members() {
                Some(members) => members.into_iter().map(Schema::kind).collect(),
                None => vec![place.field.kind()],
            };
            let object_is_right = kinds.contains(&Some("object"));
            let wrong = if object_is_right { json!("wrong") } else { json!({"wrong": 1}) };
            object.insert(place.name.to_owned(), wrong).is_some()
        },
        |id, place, read| {
            let (object, name) = (place.object.unwrap_or_default(), place.name);
            let error = read.expect_err(&format!("{id}: {object}.{name} cannot be of any type"));
            let dot = if place.path.is_empty() { "" } else { "." };
            assert_eq!(error.path, format!("{}{dot}{name}", place.path), "{id}: {error}");
        },
    );
}
