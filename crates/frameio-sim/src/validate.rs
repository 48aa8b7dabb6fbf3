//! What a JSON body may hold, as a table, and the errors of one that holds something else.

use serde_json::{Map, Value};

use crate::respond::Problem;
use crate::timecode;

/// The rules of one object.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) fields: &'static [Field],
    /// Whether unknown keys are refused.
    pub(crate) closed: bool,
    /// Whether an object without any key is refused.
    pub(crate) filled: bool,
}

impl Object {
    /// An object that refuses unknown keys.
    pub(crate) const fn closed(fields: &'static [Field]) -> Self {
        Self { fields, closed: true, filled: false }
    }

    /// An object that ignores unknown keys.
    pub(crate) const fn open(fields: &'static [Field]) -> Self {
        Self { fields, closed: false, filled: false }
    }

    /// Refuses an object without any key.
    pub(crate) const fn filled(mut self) -> Self {
        self.filled = true;
        self
    }
}

/// The rules of one key.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
}

impl Field {
    pub(crate) const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: true, nullable: false }
    }

    pub(crate) const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: false, nullable: false }
    }

    pub(crate) const fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }
}

/// The rules of one value.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Text of so many characters.
    Text {
        min: usize,
        max: usize,
    },
    Integer {
        min: i64,
        max: i64,
    },
    Number {
        min: f64,
        max: f64,
    },
    Boolean,
    OneOf(&'static [&'static str]),
    /// At least so many of a kind.
    List {
        of: &'static Kind,
        min: usize,
    },
    Object(&'static Object),
    /// A frame number, or `HH:MM:SS:FF`.
    TimeStamp,
}

impl Kind {
    pub(crate) const NAME: Self = Self::Text { min: 1, max: 255 };
    pub(crate) const ANY_TEXT: Self = Self::Text { min: 0, max: usize::MAX };
    pub(crate) const ANY_NUMBER: Self = Self::Number { min: f64::MIN, max: f64::MAX };

    pub(crate) const fn at_least(min: i64) -> Self {
        Self::Integer { min, max: i64::MAX }
    }

    pub(crate) const fn list(of: &'static Self) -> Self {
        Self::List { of, min: 0 }
    }
}

/// Takes the `data` out of a body, with everything that is wrong with it.
pub(crate) fn data(body: Value, object: &Object) -> Result<Map<String, Value>, Vec<Problem>> {
    let mut problems = Vec::new();
    let Value::Object(mut envelope) = body else {
        return Err(vec![Problem::at("", "the body has to be an object with the key `data`")]);
    };
    let data = envelope.remove("data");
    for name in envelope.keys() {
        problems.push(unknown("", name));
    }
    match data {
        Some(Value::Object(data)) => {
            check_object(&data, object, "/data", &mut problems);
            if problems.is_empty() { Ok(data) } else { Err(problems) }
        }
        Some(other) => {
            problems.push(mismatch("/data", "an object", &other));
            Err(problems)
        }
        None => {
            problems.push(Problem::at("/data", "is missing"));
            Err(problems)
        }
    }
}

fn check_object(map: &Map<String, Value>, object: &Object, at: &str, problems: &mut Vec<Problem>) {
    for field in object.fields {
        let pointer = format!("{at}/{}", field.name);
        match map.get(field.name) {
            None if field.required => problems.push(Problem::at(pointer, "is missing")),
            None => {}
            Some(Value::Null) if field.nullable => {}
            Some(value) => check(value, &field.kind, &pointer, problems),
        }
    }
    if object.closed {
        for name in map.keys() {
            if !object.fields.iter().any(|field| field.name == name) {
                problems.push(unknown(at, name));
            }
        }
    }
    if object.filled && map.is_empty() {
        problems.push(Problem::at(at, "needs at least one key"));
    }
}

fn check(value: &Value, kind: &Kind, at: &str, problems: &mut Vec<Problem>) {
    let problem = match (kind, value) {
        (&Kind::Text { min, max }, Value::String(text)) => {
            let count = text.chars().count();
            let outside = !(min..=max).contains(&count);
            outside.then(|| format!("has {count} characters, allowed are {min} to {max}"))
        }
        (&Kind::Integer { min, max }, Value::Number(number)) => match integer(number) {
            Some(n) if (min..=max).contains(&n) => None,
            Some(n) if max == i64::MAX => Some(format!("is {n}, at least {min} is needed")),
            Some(n) => Some(format!("is {n}, allowed are {min} to {max}")),
            None => Some(format!("is {number}, an integer is needed")),
        },
        (&Kind::Number { min, max }, Value::Number(number)) => {
            let inside = number.as_f64().is_some_and(|n| (min..=max).contains(&n));
            (!inside).then(|| format!("is {number}, allowed are {min} to {max}"))
        }
        (Kind::Boolean, Value::Bool(_)) => None,
        (Kind::OneOf(names), Value::String(text)) => (!names.contains(&text.as_str()))
            .then(|| format!("is `{text}`, allowed are {}", names.join(", "))),
        (&Kind::List { of, min }, Value::Array(items)) => {
            for (i, item) in items.iter().enumerate() {
                check(item, of, &format!("{at}/{i}"), problems);
            }
            (items.len() < min).then(|| format!("has {} items, at least {min}", items.len()))
        }
        (Kind::Object(object), Value::Object(map)) => {
            check_object(map, object, at, problems);
            None
        }
        (Kind::TimeStamp, Value::Number(_) | Value::String(_)) => timecode::frame(value)
            .is_none()
            .then(|| "has to be a frame number from 0 or `HH:MM:SS:FF`".to_owned()),
        _ => {
            problems.push(mismatch(at, expected(kind), value));
            None
        }
    };
    problems.extend(problem.map(|detail| Problem::at(at, detail)));
}

/// `2.0` is an integer to JSON Schema.
fn integer(number: &serde_json::Number) -> Option<i64> {
    let whole = |n: f64| (n.fract() == 0.0 && n.abs() < 9e15).then_some(n as i64);
    number.as_i64().or_else(|| whole(number.as_f64()?))
}

fn unknown(at: &str, name: &str) -> Problem {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    Problem::at(format!("{at}/{escaped}"), "is not a known field")
}

fn mismatch(at: &str, expected: &str, found: &Value) -> Problem {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Problem::at(at, format!("is {found}, {expected} is needed"))
}

const fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text { .. } | Kind::OneOf(_) => "text",
        Kind::Integer { .. } => "an integer",
        Kind::Number { .. } => "a number",
        Kind::Boolean => "a boolean",
        Kind::List { .. } => "a list",
        Kind::Object(_) => "an object",
        Kind::TimeStamp => "an integer or text",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INNER: Object =
        Object::open(&[Field::required("x", Kind::Number { min: 0.0, max: 1.0 })]).filled();
    const OUTER: Object = Object::closed(&[
        Field::required("name", Kind::NAME),
        Field::optional("size", Kind::Integer { min: 1, max: 9 }).or_null(),
        Field::optional("list", Kind::List { of: &Kind::Object(&INNER), min: 1 }),
        Field::optional("state", Kind::OneOf(&["on", "off"])),
        Field::optional("flag", Kind::Boolean),
        Field::optional("at", Kind::TimeStamp),
    ]);

    fn pointers(body: Value) -> Vec<String> {
        let problems = data(body, &OUTER).err().unwrap_or_default();
        problems.into_iter().filter_map(|problem| problem.pointer).collect()
    }

    #[test]
    fn what_fits_the_rules_passes() {
        for fits in [
            json!({"name": "n"}),
            json!({"name": "é".repeat(255), "size": null, "list": [{"x": 0, "more": 1}]}),
            json!({"name": "n", "size": 9.0, "state": "on", "flag": true, "at": "00:00:01:23"}),
        ] {
            assert_eq!(pointers(json!({ "data": fits })), <[&str; 0]>::default());
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_place() {
        let wrong = json!({
            "name": "", "size": 0, "list": [{"x": 2}, 7, {}], "state": "?", "flag": 1, "at": -1,
            "a/b~c": 1,
        });
        assert_eq!(
            pointers(json!({"data": wrong, "more": 1})),
            [
                "/more",
                "/data/name",
                "/data/size",
                "/data/list/0/x",
                "/data/list/1",
                "/data/list/2/x",
                "/data/list/2",
                "/data/state",
                "/data/flag",
                "/data/at",
                "/data/a~1b~0c",
            ]
        );
        assert_eq!(
            pointers(json!({"data": {"list": [], "size": 1.5}})),
            ["/data/name", "/data/size", "/data/list"]
        );
        assert_eq!(pointers(json!({"data": {"name": null}})), ["/data/name"]);
        assert_eq!(pointers(json!({"data": 7})), ["/data"]);
        assert_eq!(pointers(json!({})), ["/data"]);
        assert_eq!(pointers(json!([])), [""]);
    }
}
