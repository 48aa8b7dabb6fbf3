//! Rules that are documented but missing in the contract.

use super::Spec;
use super::schema::{Bounds, Form, Kind, Schema};

/// Addition to a rule of the contract.
#[derive(Clone, Copy, Debug)]
enum Rule {
    OneOf(&'static [&'static str]),
    /// Minimum and maximum.
    Bounds(Option<u16>, Option<u16>),
}

/// Rules by operation and place, which is a query parameter or a path in the body.
const RULES: &[(&str, &str, Rule)] = &[
    ("collections.index", "include", Rule::OneOf(&["creator", "project"])),
    ("collections.show", "include", Rule::OneOf(&["creator", "project"])),
    ("folders.index", "type", Rule::OneOf(&["file", "folder", "version_stack"])),
    (
        "users.account_user_roles_memberships",
        "type",
        Rule::OneOf(&["group", "project", "workspace"]),
    ),
    ("files.bulk_get", "data/file_ids", HUNDRED),
    ("comments.create", "data/attachments", Rule::Bounds(None, Some(6))),
];

const HUNDRED: Rule = Rule::Bounds(Some(1), Some(100));

/// Adds all rules.
pub(super) fn add(specs: &mut [Spec]) {
    for parameter in specs.iter_mut().flat_map(|spec| &mut spec.parameters) {
        match (&*parameter.name, &mut parameter.schema.kind) {
            ("after", Kind::Text { form, .. }) => *form = Some(Form::Cursor),
            ("page_size", Kind::Integer(bounds)) if bounds.max.is_none() => {
                *bounds = Bounds { min: Some(1), max: Some(100) };
            }
            _ => {}
        }
    }
    for (id, place, rule) in RULES {
        let spec = specs.iter_mut().find(|spec| spec.operation.id == *id);
        let found = spec.map_or_else(Vec::new, |spec| find(spec, place));
        assert!(!found.is_empty(), "{id} has no {place}");
        for schema in found {
            rule.add(schema);
        }
    }
}

fn find<'s>(spec: &'s mut Spec, place: &str) -> Vec<&'s mut Schema> {
    let mut found = Vec::new();
    let body = spec.body.as_mut().map(|body| &mut body.schema);
    match (place.strip_prefix("data/"), body) {
        (Some(path), Some(body)) => descend(body, path, &mut found),
        _ => {
            let named = spec.parameters.iter_mut().filter(|parameter| *parameter.name == *place);
            found.extend(named.map(|parameter| &mut parameter.schema));
        }
    }
    found
}

fn descend<'s>(schema: &'s mut Schema, path: &str, found: &mut Vec<&'s mut Schema>) {
    if path.is_empty() {
        return found.push(schema);
    }
    let (step, rest) = path.split_once('/').unwrap_or((path, ""));
    if let Kind::Object(object) = &mut schema.kind {
        for field in object.fields.iter_mut().filter(|field| *field.name == *step) {
            descend(&mut field.schema, rest, found);
        }
    }
}

impl Rule {
    fn add(self, schema: &mut Schema) {
        match (self, &mut schema.kind) {
            (Self::OneOf(names), kind @ Kind::Text { .. }) => {
                *kind = Kind::OneOf(names.iter().map(|name| (*name).into()).collect());
            }
            (Self::Bounds(min, max), Kind::List { count, .. }) => {
                *count = Bounds { min: min.map(usize::from), max: max.map(usize::from) };
            }
            (rule, kind) => panic!("{rule:?} does not fit {kind:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::super::specs;

    /// Returns the problems of a body with this `data`.
    fn problems(id: &str, data: Value) -> Vec<String> {
        let spec = specs().iter().find(|spec| spec.operation.id == id).unwrap();
        let taken = spec.body.as_ref().unwrap().take(json!({ "data": data }));
        let problems = taken.err().unwrap_or_default().into_iter();
        problems.map(|it| format!("{} {}", it.pointer.unwrap(), it.detail)).collect()
    }

    #[test]
    fn documented_limits_are_enforced() {
        let ids: Vec<String> = (0..101).map(|id| id.to_string()).collect();
        for (id, data, found) in [
            (
                "files.bulk_move",
                json!({"file_ids": ids, "parent_id": "p"}),
                "/data/file_ids has 101 items, expected 1 to 100",
            ),
            (
                "comments.update",
                json!({"timestamp": -1}),
                "/data/timestamp is -1, expected at least 0",
            ),
            (
                "comments.update",
                json!({"timestamp": "1s"}),
                "/data/timestamp is '1s', expected 'HH:MM:SS:FF'",
            ),
            (
                "comments.update",
                json!({"timestamp": true}),
                "/data/timestamp is a boolean, expected a string or an integer",
            ),
            (
                "metadata_fields.metadata_field_definitions_create",
                json!({
                    "field_type": "number", "name": "n", "field_configuration": {"scale": 4},
                }),
                "/data/field_configuration/scale is 4, expected 0 to 3",
            ),
            (
                "metadata_fields.metadata_field_definitions_update",
                json!({"field_type": "text", "name": ""}),
                "/data/name has 0 characters, expected 1 to 250",
            ),
        ] {
            assert_eq!(problems(id, data), [found]);
        }
        assert!(problems("comments.update", json!({"timestamp": "00:00:01:00"})).is_empty());
    }

    #[test]
    fn rules_are_unique() {
        let places: BTreeSet<_> = super::RULES.iter().map(|(id, place, _)| (id, place)).collect();
        assert_eq!(places.len(), super::RULES.len());
    }
}
