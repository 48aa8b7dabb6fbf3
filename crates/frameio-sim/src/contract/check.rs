//! Validation of values, which reports all problems.

use std::collections::HashMap;
use std::fmt::{self, Display};

use serde_json::{Map, Number, Value};

use super::schema::{Bounds, Form, Kind, Object, Schema, shown};
use crate::response::{Problem, step};

/// Maximum number of problems that are reported for one request.
pub(super) const MAX_PROBLEMS: usize = 100;

/// Position of a value, formatted as a JSON pointer only for a problem.
#[derive(Clone, Copy)]
enum At<'a> {
    Root(&'a str),
    Key(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(at) => f.write_str(at),
            Self::Key(parent, name) if name.contains(['~', '/']) => {
                write!(f, "{parent}{}", step(name))
            }
            Self::Key(parent, name) => write!(f, "{parent}/{name}"),
            Self::Item(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// Returns the problem of an unknown key.
pub(super) fn unknown(at: &str, name: &str) -> Problem {
    unknown_key(At::Root(at), name)
}

fn unknown_key(at: At<'_>, name: &str) -> Problem {
    Problem::at(At::Key(&at, shown(name)).to_string(), "unknown field")
}

impl Schema {
    /// Checks the value at `at`, and adds its problems to `problems`.
    ///
    /// An integer written as `2.0` is replaced by `2`, so that handlers find integers.
    pub(super) fn check(&self, value: &mut Value, at: &str, problems: &mut Vec<Problem>) {
        check(self, value, At::Root(at), problems);
    }
}

fn check(schema: &Schema, value: &mut Value, at: At<'_>, problems: &mut Vec<Problem>) {
    if problems.len() >= MAX_PROBLEMS || (schema.nullable && value.is_null()) {
        return;
    }
    let problem = match (&schema.kind, &mut *value) {
        (Kind::Any, _) | (Kind::Boolean, Value::Bool(_)) => None,
        (Kind::Text { length, form }, Value::String(text)) => check_text(text, length, *form),
        (Kind::OneOf(names), Value::String(text)) => {
            let known = names.iter().any(|name| **name == **text);
            (!known).then(|| format!("is '{}', expected one of {}", shown(text), names.join(", ")))
        }
        (Kind::Integer(bounds), Value::Number(number)) => check_integer(number, bounds),
        (Kind::Number(bounds), Value::Number(number)) => {
            let inside = number.as_f64().is_some_and(|number| bounds.contains(&number));
            (!inside).then(|| format!("is {number}, {bounds}"))
        }
        (Kind::List { items, count, unique }, Value::Array(list)) => {
            for (i, item) in list.iter_mut().enumerate() {
                check(items, item, At::Item(&at, i), problems);
            }
            if *unique {
                check_unique(list, at, problems);
            }
            let length = list.len();
            (!count.contains(&length)).then(|| format!("has {length} items, {count}"))
        }
        (Kind::Object(object), Value::Object(map)) => check_object(object, map, at, problems),
        (Kind::Tagged { tag, members }, Value::Object(map)) => {
            let name = map.get(&**tag).and_then(Value::as_str);
            match members.iter().find(|(member, _)| name == Some(member)) {
                Some((_, member)) => check(member, value, at, problems),
                None => {
                    check_tag(members, map.get_mut(&**tag), At::Key(&at, tag), problems);
                }
            }
            None
        }
        (Kind::Union(members), found) => (!check_union(members, found, at, problems))
            .then(|| mismatch(&schema.expected(), found)),
        _ => Some(mismatch(&schema.expected(), value)),
    };
    problems.extend(problem.map(|detail| Problem::at(at.to_string(), detail)));
}

fn check_text(text: &str, length: &Bounds<usize>, form: Option<Form>) -> Option<String> {
    let count = text.chars().count();
    match form {
        _ if !length.contains(&count) => Some(format!("has {count} characters, {length}")),
        Some(form) if !form.fits(text) => {
            Some(format!("is '{}', expected {}", shown(text), form.expected()))
        }
        _ => None,
    }
}

/// Checks an integer, and replaces `2.0` by `2`.
fn check_integer(number: &mut Number, bounds: &Bounds<i64>) -> Option<String> {
    match integer(number) {
        Some(n) if bounds.contains(&n) => {
            *number = n.into();
            None
        }
        Some(n) => Some(format!("is {n}, {bounds}")),
        None => Some(format!("is {number}, expected an integer")),
    }
}

/// Checks the value as the best matching member of its type; returns false if no member has its type.
fn check_union(
    members: &[Schema],
    value: &mut Value,
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> bool {
    let fitting = members.iter().filter(|member| member.takes(value));
    let tries = fitting.map(|member| {
        let mut value = value.clone();
        let mut problems = Vec::new();
        check(member, &mut value, at, &mut problems);
        (value, problems)
    });
    let Some((fitting, found)) = tries.min_by_key(|(_, problems)| problems.len()) else {
        return false;
    };
    *value = fitting;
    problems.extend(found);
    true
}

fn check_object(
    object: &Object,
    map: &mut Map<String, Value>,
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let mut known = 0;
    for field in &object.fields {
        let at = At::Key(&at, &field.name);
        match map.get_mut(&*field.name) {
            Some(value) => {
                known += 1;
                check(&field.schema, value, at, problems);
            }
            None if field.required => problems.push(Problem::at(at.to_string(), "is missing")),
            None => {}
        }
    }
    if object.closed && known < map.len() {
        let is_known = |name: &str| object.fields.iter().any(|field| *field.name == *name);
        let unknown = map.keys().filter(|name| !is_known(name)).take(MAX_PROBLEMS);
        problems.extend(unknown.map(|name| unknown_key(at, name)));
    }
    let count = map.len();
    (!object.count.contains(&count)).then(|| format!("has {count} keys, {}", object.count))
}

/// Reports a tag that is missing or names no member.
fn check_tag(
    members: &[(Box<str>, Schema)],
    value: Option<&mut Value>,
    at: At<'_>,
    problems: &mut Vec<Problem>,
) {
    let names: Vec<Box<str>> = members.iter().map(|(name, _)| name.clone()).collect();
    match value {
        Some(value) => {
            let schema = Schema { nullable: false, kind: Kind::OneOf(names) };
            check(&schema, value, at, problems);
        }
        None => {
            let detail = format!("is missing, expected one of {}", names.join(", "));
            problems.push(Problem::at(at.to_string(), detail));
        }
    }
}

fn check_unique(list: &[Value], at: At<'_>, problems: &mut Vec<Problem>) {
    let mut first = HashMap::new();
    for (i, item) in list.iter().enumerate() {
        let before = *first.entry(item).or_insert(i);
        if before < i && problems.len() < MAX_PROBLEMS {
            let detail = format!("duplicates item {before}");
            problems.push(Problem::at(At::Item(&at, i).to_string(), detail));
        }
    }
}

/// Converts a number to an integer. In JSON Schema, `2.0` is an integer.
fn integer(number: &Number) -> Option<i64> {
    let whole = |n: f64| (n.fract() == 0.0 && n.abs() < 9e15).then_some(n as i64);
    number.as_i64().or_else(|| whole(number.as_f64()?))
}

fn mismatch(expected: &str, found: &Value) -> String {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("is {found}, expected {expected}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::read;
    use super::*;

    /// Checks `body` with a document whose only operation has the body `schema`.
    fn pointers(schema: &Value, body: &Value) -> Vec<String> {
        let document = json!({"paths": {"/": {"post": {
            "operationId": "x",
            "x-rate-limit": {"calls": 1, "per_seconds": 1.0, "scope": "account_user"},
            "requestBody": {"content": {"application/json": {"schema": schema}}},
        }}}, "components": {"schemas": {"inner": {
            "type": "object",
            "properties": {"x": {"type": "number", "minimum": 0.0, "maximum": 1.0}},
            "required": ["x"],
            "minProperties": 1,
        }}}});
        let document = frameio_openapi::Document::parse(&document.to_string()).unwrap();
        let spec = read::specs(Box::leak(Box::new(document))).next().unwrap();
        let problems = spec.body.unwrap().take(body.clone()).err().unwrap_or_default();
        problems.into_iter().filter_map(|problem| problem.pointer).collect()
    }

    fn outer() -> Value {
        json!({"type": "object", "required": ["data"], "properties": {"data": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": false,
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 255},
                "size": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
                "list": {"type": "array", "items": {"$ref": "#/components/schemas/inner"}, "minItems": 1},
                "set": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
                "state": {"anyOf": [{"type": "string", "enum": ["on", "off"]}, {"type": "null"}]},
                "flag": {"type": "boolean"},
                "at": {"oneOf": [{"type": "string", "maxLength": 2}, {"type": "integer"}]},
                "any": {},
            },
        }}})
    }

    #[test]
    fn valid_values_pass() {
        for fits in [
            json!({"name": "n"}),
            json!({"name": "é".repeat(255), "size": null, "list": [{"x": 0, "more": 1}]}),
            json!({"name": "n", "size": 9.0, "state": "on", "flag": true, "at": 7, "any": []}),
            json!({"name": "n", "state": null, "at": "x", "set": ["a", "b"], "any": null}),
        ] {
            assert_eq!(pointers(&outer(), &json!({ "data": fits })), <[&str; 0]>::default());
        }
    }

    #[test]
    fn every_problem_is_reported_with_a_pointer() {
        let wrong = json!({
            "name": "", "size": 0, "list": [{"x": 2}, 7, {}], "state": "?", "flag": 1, "at": "123",
            "set": ["a", "b", "a"], "a/b~c": 1,
        });
        assert_eq!(
            pointers(&outer(), &json!({"data": wrong, "more": 1})),
            [
                "/more",
                "/data/at",
                "/data/flag",
                "/data/list/0/x",
                "/data/list/1",
                "/data/list/2/x",
                "/data/list/2",
                "/data/name",
                "/data/set/2",
                "/data/size",
                "/data/state",
                "/data/a~1b~0c",
            ]
        );
        for (data, pointer) in [
            (json!({"name": "n", "list": []}), "/data/list"),
            (json!({"name": "n", "size": 1.5}), "/data/size"),
            (json!({"name": "n", "at": null}), "/data/at"),
            (json!({"name": null}), "/data/name"),
            (json!({}), "/data/name"),
            (json!(7), "/data"),
        ] {
            assert_eq!(pointers(&outer(), &json!({ "data": data })), [pointer], "{data}");
        }
        assert_eq!(pointers(&outer(), &json!({})), ["/data"]);
        assert_eq!(pointers(&outer(), &json!([])), [""]);
    }

    #[test]
    fn a_tagged_union_is_checked_by_its_tag() {
        let member = |tag: &str, name: &str| {
            json!({
                "type": "object",
                "required": ["kind", name],
                "properties": {"kind": {"type": "string", "const": tag}, name: {"type": "string"}},
            })
        };
        let union = json!({
            "oneOf": [member("a", "x"), member("b", "y")],
            "discriminator": {"propertyName": "kind"},
        });
        let schema = json!({"type": "object", "required": ["data"], "properties": {"data": union}});
        for (data, pointer) in [
            (json!({"kind": "b", "x": "1"}), "/data/y"),
            (json!({"kind": "b", "y": 1}), "/data/y"),
            (json!({"kind": "c"}), "/data/kind"),
            (json!({"kind": 1}), "/data/kind"),
            (json!({"y": "1"}), "/data/kind"),
            (json!("b"), "/data"),
        ] {
            assert_eq!(pointers(&schema, &json!({ "data": data })), [pointer], "{data}");
        }
        assert!(pointers(&schema, &json!({"data": {"kind": "a", "x": ""}})).is_empty());
    }

    #[test]
    fn whole_numbers_become_integers() {
        let schema = Schema {
            nullable: false,
            kind: Kind::Integer(super::super::schema::Bounds { min: None, max: None }),
        };
        let mut value = json!(2.0);
        schema.check(&mut value, "", &mut Vec::new());
        assert_eq!(value.as_i64(), Some(2));
    }

    #[test]
    fn the_number_of_problems_is_limited() {
        let list = json!({"name": "n", "list": vec![7; 1000], "set": vec!["same"; 1000]});
        let found = pointers(&outer(), &json!({ "data": list }));
        assert_eq!(found.len(), MAX_PROBLEMS);
        let many = (0..1000).map(|i| (i.to_string(), json!(0)));
        let many: Map<String, Value> = many.chain([("name".to_owned(), json!("n"))]).collect();
        let found = pointers(&outer(), &json!({ "data": many }));
        assert_eq!(found.len(), MAX_PROBLEMS);
    }
}
