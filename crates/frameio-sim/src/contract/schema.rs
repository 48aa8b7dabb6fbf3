//! The part of JSON Schema that the contract uses for requests.

use std::fmt::{self, Display};

use jiff::{Timestamp, civil};
use serde_json::Value;
use uuid::Uuid;

use super::{cursor, timecode};

/// Rules for a value.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) nullable: bool,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Any,
    Boolean,
    Integer(Bounds<i64>),
    Number(Bounds<f64>),
    Text {
        length: Bounds<usize>,
        form: Option<Form>,
    },
    OneOf(Vec<Box<str>>),
    List {
        items: Box<Schema>,
        count: Bounds<usize>,
        unique: bool,
    },
    Object(Object),
    /// Value of any of these schemas.
    Union(Vec<Schema>),
    /// Object whose schema is selected by the value of a key.
    Tagged {
        tag: Box<str>,
        members: Vec<(Box<str>, Schema)>,
    },
}

#[derive(Debug)]
pub(super) struct Object {
    pub(super) fields: Vec<Field>,
    /// Whether unknown keys are refused.
    pub(super) closed: bool,
    /// Allowed number of keys.
    pub(super) count: Bounds<usize>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Box<str>,
    pub(super) required: bool,
    pub(super) schema: Schema,
}

/// Minimum and maximum.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds<T> {
    pub(super) min: Option<T>,
    pub(super) max: Option<T>,
}

impl<T: PartialOrd> Bounds<T> {
    pub(super) fn contains(&self, value: &T) -> bool {
        self.min.as_ref().is_none_or(|min| min <= value)
            && self.max.as_ref().is_none_or(|max| value <= max)
    }
}

impl<T: Display> Display for Bounds<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => write!(f, "expected {min} to {max}"),
            (Some(min), None) => write!(f, "expected at least {min}"),
            (None, Some(max)) => write!(f, "expected at most {max}"),
            (None, None) => f.write_str("expected any number"),
        }
    }
}

/// Format of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Uuid,
    /// Location in a connected storage: one UUID, or two joined by a hyphen.
    StorageLocation,
    DateTime,
    Date,
    Timecode,
    Cursor,
}

impl Form {
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Self::Uuid => is_uuid(text),
            Self::StorageLocation => {
                let halves = text.split_at_checked(36);
                let no_capitals = !text.contains(|char: char| char.is_ascii_uppercase());
                let fits = |second: &str| {
                    second.is_empty() || second.strip_prefix('-').is_some_and(is_uuid)
                };
                no_capitals && halves.is_some_and(|(first, rest)| is_uuid(first) && fits(rest))
            }
            Self::DateTime => text.parse::<Timestamp>().is_ok(),
            Self::Date => text.len() == 10 && text.parse::<civil::Date>().is_ok(),
            Self::Timecode => timecode::parse(text).is_some(),
            Self::Cursor => cursor::offset_of(text).is_some(),
        }
    }

    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Uuid => "a UUID",
            Self::StorageLocation => "one or two UUIDs in lower case, joined by a hyphen",
            Self::DateTime => "a time such as '2026-10-04T12:00:00Z'",
            Self::Date => "a date such as '2026-10-04'",
            Self::Timecode => "'HH:MM:SS:FF'",
            Self::Cursor => "a cursor from the previous page",
        }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

impl Schema {
    /// Parses a value of a query, without checking it.
    pub(super) fn parse(&self, text: &str) -> Result<Value, String> {
        match &self.kind {
            Kind::Boolean => match text.parse::<bool>() {
                Ok(flag) => Ok(flag.into()),
                Err(_) => Err(format!("is '{}', expected true or false", shown(text))),
            },
            Kind::Integer(bounds) => match text.parse::<i64>() {
                Ok(number) => Ok(number.into()),
                Err(_) => Err(format!("is '{}', {bounds}", shown(text))),
            },
            _ => Ok(text.into()),
        }
    }

    /// Describes the expected type.
    pub(super) fn expected(&self) -> String {
        let expected = match &self.kind {
            Kind::Any => "anything",
            Kind::Boolean => "a boolean",
            Kind::Integer(_) => "an integer",
            Kind::Number(_) => "a number",
            Kind::Text { .. } | Kind::OneOf(_) => "a string",
            Kind::List { .. } => "a list",
            Kind::Object(_) | Kind::Tagged { .. } => "an object",
            Kind::Union(members) => {
                return members.iter().map(Self::expected).collect::<Vec<_>>().join(" or ");
            }
        };
        expected.to_owned()
    }

    /// Returns whether a value has the right JSON type.
    pub(super) fn takes(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (Kind::Any, _)
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Integer(_) | Kind::Number(_), Value::Number(_))
            | (Kind::Text { .. } | Kind::OneOf(_), Value::String(_))
            | (Kind::List { .. }, Value::Array(_))
            | (Kind::Object(_) | Kind::Tagged { .. }, Value::Object(_)) => true,
            (Kind::Union(members), _) => members.iter().any(|member| member.takes(value)),
            (_, Value::Null) => self.nullable,
            _ => false,
        }
    }
}

/// Returns the beginning of a text, as errors quote it.
pub(super) fn shown(text: &str) -> &str {
    const MOST: usize = 60;
    text.char_indices().nth(MOST).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_accepts_only_its_format() {
        let uuid = "6f1c1f0e-9f5b-4a7e-8a55-0b6a5b0c9a11";
        let two = format!("{uuid}-{uuid}");
        for (form, fits, wrong) in [
            (Form::Uuid, vec![uuid], vec!["", "x", &two, "6f1c1f0e9f5b4a7e8a550b6a5b0c9a11"]),
            (Form::StorageLocation, vec![uuid, &two], vec!["", &two[..72], &two[..37]]),
            (Form::DateTime, vec!["2026-10-04T12:00:00.5+02:00"], vec!["2026-10-04", "now"]),
            (Form::Date, vec!["2026-10-04"], vec!["2026-10-04T12:00:00", "2026-13-01", "20261004"]),
            (Form::Timecode, vec!["00:00:01:23"], vec!["00:00:01:24", "1"]),
            (Form::Cursor, vec![], vec!["", "7"]),
        ] {
            assert!(fits.into_iter().all(|text| form.fits(text)), "{form:?}");
            assert!(!wrong.into_iter().any(|text| form.fits(text)), "{form:?}");
        }
        assert!(!Form::StorageLocation.fits(&uuid.to_uppercase()));
    }

    #[test]
    fn a_long_text_is_truncated_in_errors() {
        assert_eq!(shown("short"), "short");
        assert_eq!(shown(&"é".repeat(1000)).chars().count(), 60);
    }
}
