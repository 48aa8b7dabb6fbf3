//! The lists of the scrubber, compared with the contract.

use std::collections::BTreeSet;

use frameio_cassette::Scrubber;
use frameio_openapi::{Document, ParameterPlace, Schema, SchemaType};

fn documents() -> [&'static Document; 2] {
    [Document::stable(), Document::experimental()]
}

/// Collects the fields with enums, and the fields with free text.
fn collect<'d>(name: &'d str, schema: Schema<'d>, found: &mut BTreeSet<(&'d str, bool)>) {
    if schema.values().is_some() {
        found.insert((name, true));
    } else if schema.kind() == Some(SchemaType::String) && schema.members().is_none() {
        found.insert((name, false));
    }
    schema.members().into_iter().flatten().for_each(|member| collect(name, member, found));
    schema.items().into_iter().for_each(|items| collect(name, items, found));
    schema.properties().for_each(|(name, field)| collect(name, field, found));
}

fn response_fields() -> BTreeSet<(&'static str, bool)> {
    let mut found = BTreeSet::new();
    for operation in documents().into_iter().flat_map(Document::operations) {
        operation.responses().for_each(|(_, schema)| collect("", schema, &mut found));
    }
    found
}

#[test]
fn documented_words_are_kept_in_the_fields_with_enums() {
    let lost: Vec<_> = response_fields()
        .into_iter()
        .filter(|(name, is_enum)| {
            *is_enum && Scrubber::new().text(name, "documented_word") != "documented_word"
        })
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn free_text_is_replaced_in_all_other_fields() {
    // Words in fields of these names are documented in some responses, and open in others.
    let open = ["status", "style", "codec", "color_space", "dynamic_range", "format"];
    let kept: Vec<_> = response_fields()
        .into_iter()
        .filter(|(name, is_enum)| {
            !is_enum
                && !open.contains(name)
                && Scrubber::new().text(name, "Canary Kim") == "Canary Kim"
        })
        .collect();
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn segments_of_all_routes_are_kept() {
    for operation in documents().into_iter().flat_map(Document::operations) {
        let path = operation.path().replace(['{', '}'], "");
        let target = Scrubber::new().uri(&path.parse().unwrap());
        for (template, written) in operation.path().split('/').zip(target.split('/')) {
            let is_parameter = template.starts_with('{');
            assert_eq!(template == written, !is_parameter, "{target}");
        }
    }
}

#[test]
fn documented_switches_and_words_of_queries_are_kept() {
    for operation in documents().into_iter().flat_map(Document::operations) {
        for parameter in operation.parameters(ParameterPlace::Query) {
            let value = match parameter.schema().kind() {
                Some(SchemaType::Boolean) => "true",
                _ if parameter.schema().values().is_some() => "some_word",
                _ => continue,
            };
            let target = format!("/v4/me?{}={value}", parameter.name());
            assert_eq!(Scrubber::new().uri(&target.parse().unwrap()), target);
        }
    }
}
