//! Differences between a response and the contract.

use std::fmt;

use serde::Serialize;

/// Kind of a deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviationKind {
    /// Status that the contract does not list for the request.
    Status,
    /// Response without a documented header.
    MissingHeader,
    /// Quota in the headers that differs from the documented one.
    Quota,
    /// Media type other than JSON.
    MediaType,
    /// Body that is not JSON.
    NotJson,
    /// Response without a body.
    Empty,
    /// Required field that is missing.
    MissingField,
    /// Field that the contract does not have.
    NewField,
    /// Value of another type.
    WrongType,
    /// Null where the contract does not allow it.
    Null,
    /// Value that an enum of the contract does not have.
    NewValue,
    /// Text without the documented format.
    Format,
    /// Number, length or count outside of the documented limits.
    Range,
    /// Response that meets the contract, but that the models of the SDK reject.
    Undecodable,
}

impl DeviationKind {
    /// Returns a name for reports, such as `missing_field`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::MissingHeader => "missing_header",
            Self::Quota => "quota",
            Self::MediaType => "media_type",
            Self::NotJson => "not_json",
            Self::Empty => "empty",
            Self::MissingField => "missing_field",
            Self::NewField => "new_field",
            Self::WrongType => "wrong_type",
            Self::Null => "null",
            Self::NewValue => "new_value",
            Self::Format => "format",
            Self::Range => "range",
            Self::Undecodable => "undecodable",
        }
    }
}

impl fmt::Display for DeviationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Result of decoding a response with the models of the SDK.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Understood {
    /// The models read the response, and keep what they do not know.
    Yes,
    /// The client repairs the response first; with the names of the repairs.
    Repaired(Vec<String>),
    /// The client returns an error; with the path of the value.
    No(String),
    /// Responses with this status are not decoded.
    NotDecoded,
}

impl fmt::Display for Understood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.write_str("decoded"),
            Self::Repaired(repairs) => write!(f, "repaired: {}", repairs.join(", ")),
            Self::No(path) => write!(f, "not decoded, error at {path}"),
            Self::NotDecoded => f.write_str("not decoded"),
        }
    }
}

/// Difference between the responses of an operation and the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deviation {
    /// Operation, such as `files.show`.
    pub operation: String,
    /// Kind.
    pub kind: DeviationKind,
    /// Path of the value, such as `data[].media_type`; empty for the whole response.
    pub path: String,
    /// What the contract has.
    pub expected: String,
    /// What the response has, without personal data.
    pub found: String,
    /// Whether the models understood the first such response.
    pub understood: Understood,
    /// Number of occurrences.
    pub count: u64,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, kind, path, expected, found, understood, count } = self;
        let path = if path.is_empty() { "the response" } else { path };
        write!(f, "{operation}: {kind} at {path}: expected {expected}, found {found}")?;
        write!(f, " ({understood}; {count} times)")
    }
}

/// Returns a name as it is written in a report: only names of fields, which contain no personal data.
pub(crate) fn field_name(name: &str) -> String {
    let is_plain = name.len() <= 64
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
        && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
    if is_plain { name.to_owned() } else { format!("(name of {} bytes)", name.len()) }
}

/// Returns a value of an enum as it is written in a report.
pub(crate) fn word(text: &str) -> String {
    let is_plain = text.len() <= 40
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
        && text
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"_.".contains(&it));
    if is_plain {
        format!("'{text}'")
    } else {
        format!("a text of {} characters", text.chars().count())
    }
}
