//! JSON as text: indentation, dates, errors with their line.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Serializer;
use serde_json::ser::PrettyFormatter;

use crate::error::{ReadError, ReadErrorKind, WriteError, encode};

/// JSON indented by one space.
pub(crate) fn indented(value: &impl Serialize) -> Result<Vec<u8>, WriteError> {
    let mut json = Vec::new();
    let formatter = PrettyFormatter::with_indent(b" ");
    value.serialize(&mut Serializer::with_formatter(&mut json, formatter)).map_err(encode)?;
    Ok(json)
}

/// JSON on one line.
pub(crate) fn compact(value: &impl Serialize) -> Result<Vec<u8>, WriteError> {
    serde_json::to_vec(value).map_err(encode)
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error: serde_json::Error| {
        let line = error.line().max(1);
        // serde_json appends the position, of which the line is a field of its own here.
        let message = error.to_string();
        let reason = message.rsplit_once(" at line ").map_or(&*message, |(reason, _)| reason);
        ReadError::new(ReadErrorKind::Syntax, reason).at(line)
    })
}

/// A date with microseconds, as the service writes it.
pub(crate) fn time(time: Timestamp) -> String {
    format!("{time:.6}")
}
