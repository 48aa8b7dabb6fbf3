//! Validation of values, which reports everything that is wrong.

use std::collections::HashMap;
use std::fmt::{self, Display};

use serde_json::{Map, Number, Value};

use super::schema::{Bounds, Form, Kind, Object, Schema, shown};
use crate::response::{Problem, step};

/// Number of problems that are reported for one request.
pub(super) const MOST_PROBLEMS: usize = 100;

/// Where a value is; written out as a JSON pointer only where something is wrong.
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
            Self::Key(above, name) if name.contains(['~', '/']) => {
                write!(f, "{above}{}", step(name))
            }
            Self::Key(above, name) => write!(f, "{above}/{name}"),
            Self::Item(above, index) => write!(f, "{above}/{index}"),
        }
    }
}

/// The problem of a key that nobody knows.
pub(super) fn unknown(at: &str, name: &str) -> Problem {
    unknown_key(At::Root(at), name)
}

fn unknown_key(at: At<'_>, name: &str) -> Problem {
    Problem::at(At::Key(&at, shown(name)).to_string(), "is not a known field")
}

impl Schema {
    /// Adds what is wrong with the value at `at` to `problems`.
    ///
    /// An integer that was written as `2.0` becomes `2`, so that handlers find integers.
    pub(super) fn check(&self, value: &mut Value, at: &str, problems: &mut Vec<Problem>) {
        check(self, value, At::Root(at), problems);
    }
}

fn check(schema: &Schema, value: &mut Value, at: At<'_>, problems: &mut Vec<Problem>) {
    if problems.len() >= MOST_PROBLEMS || (schema.nullable && value.is_null()) {
        return;
    }
    let problem = match (&schema.kind, &mut *value) {
        (Kind::Any, _) | (Kind::Boolean, Value::Bool(_)) => None,
        (Kind::Text { length, form }, Value::String(text)) => check_text(text, length, *form),
        (Kind::OneOf(names), Value::String(text)) => {
            let known = names.iter().any(|name| **name == **text);
            (!known).then(|| format!("is `{}`, allowed are {}", shown(text), names.join(", ")))
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
                    check_tag(tag, members, map.get_mut(&**tag), At::Key(&at, tag), problems);
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
            Some(format!("is `{}`, {} is needed", shown(text), form.needed()))
        }
        _ => None,
    }
}

/// `2.0` becomes `2`, so that handlers find integers.
fn check_integer(number: &mut Number, bounds: &Bounds<i64>) -> Option<String> {
    match integer(number) {
        Some(n) if bounds.contains(&n) => {
            *number = n.into();
            None
        }
        Some(n) => Some(format!("is {n}, {bounds}")),
        None => Some(format!("is {number}, an integer is needed")),
    }
}

/// Checks the value as the member of its type that fits best; returns false where no member has its
/// type.
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
        let unknown = map.keys().filter(|name| !is_known(name)).take(MOST_PROBLEMS);
        problems.extend(unknown.map(|name| unknown_key(at, name)));
    }
    let count = map.len();
    (!object.count.contains(&count)).then(|| format!("has {count} keys, {}", object.count))
}

/// Tells what is wrong with a tag that names no member.
fn check_tag(
    tag: &str,
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
            let detail = format!("is missing, {tag} is one of {}", names.join(", "));
            problems.push(Problem::at(at.to_string(), detail));
        }
    }
}

fn check_unique(list: &[Value], at: At<'_>, problems: &mut Vec<Problem>) {
    let mut first = HashMap::new();
    for (i, item) in list.iter().enumerate() {
        let before = *first.entry(item).or_insert(i);
        if before < i && problems.len() < MOST_PROBLEMS {
            let detail = format!("is the same as item {before}");
            problems.push(Problem::at(At::Item(&at, i).to_string(), detail));
        }
    }
}

/// `2.0` is an integer to JSON Schema.
fn integer(number: &Number) -> Option<i64> {
    let whole = |n: f64| (n.fract() == 0.0 && n.abs() < 9e15).then_some(n as i64);
    number.as_i64().or_else(|| whole(number.as_f64()?))
}

fn mismatch(expected: &str, found: &Value) -> String {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("is {found}, {expected} is needed")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::read;
    use super::*;

    /// A document with one operation, whose body is `schema`.
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
    fn what_fits_the_rules_passes() {
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
    fn everything_that_is_wrong_is_told_with_its_place() {
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
    fn a_union_is_told_by_its_tag() {
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
    fn integers_are_handed_on_as_integers() {
        let schema = Schema {
            nullable: false,
            kind: Kind::Integer(super::super::schema::Bounds { min: None, max: None }),
        };
        let mut value = json!(2.0);
        schema.check(&mut value, "", &mut Vec::new());
        assert_eq!(value.as_i64(), Some(2));
    }

    #[test]
    fn not_more_than_so_many_problems_are_told() {
        let list = json!({"name": "n", "list": vec![7; 1000], "set": vec!["same"; 1000]});
        let found = pointers(&outer(), &json!({ "data": list }));
        assert_eq!(found.len(), MOST_PROBLEMS);
        let many = (0..1000).map(|i| (i.to_string(), json!(0)));
        let many: Map<String, Value> = many.chain([("name".to_owned(), json!("n"))]).collect();
        let found = pointers(&outer(), &json!({ "data": many }));
        assert_eq!(found.len(), MOST_PROBLEMS);
    }
}
