//! Decoding of responses that deviate from the documentation, where no information is lost.
//!
//! [`FromResponse::from_response`](crate::FromResponse::from_response) is strict. Clients decode with
//! it first, and call [`retry`] only if it fails, so that valid responses cost nothing more.
//! [`RepairKind`] lists the deviations that are repaired. Each [`Repair`] is returned, so that it can
//! be logged and reported to the service.
//!
//! ```
//! use frameio_core::decode::decode_json;
//! use frameio_core::repair::{self, RepairKind, Undecodable};
//!
//! let body = bytes::Bytes::from(r#"{"sizes":[1.0034576983313e+14]}"#);
//! let decode = |body: bytes::Bytes| {
//!     decode_json::<std::collections::BTreeMap<String, Vec<u64>>>(&body)
//! };
//! let error = decode(body.clone()).unwrap_err();
//! let decoded = repair::retry(body, error, Undecodable::Fail, decode)?;
//! assert_eq!(decoded.value["sizes"], [100_345_769_833_130]);
//! assert_eq!(decoded.repairs[0].kind, RepairKind::WholeNumber);
//! assert_eq!(decoded.repairs[0].path, "sizes[0]");
//! # Ok::<_, frameio_core::DecodeError>(())
//! ```

use std::fmt;

use bytes::Bytes;

use crate::decode::{INEXACT, large_number};
use crate::error::DecodeError;
use crate::json_edit::{
    add_field, each_value, remove_item, replace_lone_surrogates, replace_values, whole_number,
    without_indices,
};
use crate::json_path::path_at;
use crate::text::{BYTE_ORDER_MARK, trim_byte_order_mark};

/// Maximum number of different fields to repair in one response.
const MAX_REPAIRS: usize = 32;
/// Maximum number of items to skip in one response.
const MAX_SKIPPED: usize = 500;

/// Repaired deviation from the documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repair {
    /// Kind of the deviation.
    pub kind: RepairKind,
    /// Path of the first occurrence, such as `data[3].file_size`; `.` for the whole response.
    pub path: String,
    /// Number of occurrences.
    pub count: usize,
}

impl Repair {
    /// Returns whether items of the list of a response may be missing: the list was null, or its page had no
    /// links.
    pub fn may_hide_items(&self) -> bool {
        match self.kind {
            RepairKind::MissingLinks => true,
            RepairKind::NullList => self.path == "data",
            _ => false,
        }
    }
}

/// Kind of deviation that can be repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RepairKind {
    /// Integer with a fraction or an exponent, such as `24.0` or `1.0034e+14`.
    WholeNumber,
    /// Null in place of a list, read as an empty list.
    NullList,
    /// Page whose `links` are missing or null, read as the last page.
    MissingLinks,
    /// Link to the next page that is not text, or `links` that are not an object. Its JSON is read as the link,
    /// which has no cursor: the items of the page are kept, and the request of the next page fails.
    UnusableLink,
    /// Time without an offset, read as UTC.
    MissingOffset,
    /// Number of more than 64 bits or beyond the range of floats in an untyped field, read as text because
    /// a number would lose digits.
    LargeNumber,
    /// Escaped surrogate without its other half, read as U+FFFD.
    LoneSurrogate,
    /// Bytes in a JSON response that are not UTF-8, read as U+FFFD.
    InvalidUtf8,
    /// Byte-order mark at the start of the response, which is skipped.
    ByteOrderMark,
}

impl RepairKind {
    /// Returns a name for logs and metrics, such as `whole_number`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WholeNumber => "whole_number",
            Self::NullList => "null_list",
            Self::MissingLinks => "missing_links",
            Self::UnusableLink => "unusable_link",
            Self::MissingOffset => "missing_offset",
            Self::LargeNumber => "large_number",
            Self::LoneSurrogate => "lone_surrogate",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::ByteOrderMark => "byte_order_mark",
        }
    }
}

impl fmt::Display for RepairKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Treatment of list items that cannot be decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "no other treatment is possible")]
pub enum Undecodable {
    /// Fails the whole response.
    #[default]
    Fail,
    /// Omits the items and returns them as [`Skipped`].
    ///
    /// Use it only for lists that people read. A program that compares lists would treat the items as
    /// deleted.
    Skip,
}

/// List item that could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Index of the item in its page.
    pub index: usize,
    /// `id` of the item, if it has one.
    pub id: Option<String>,
    /// Error of the item, with its path in the page.
    pub error: DecodeError,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.as_deref().map_or_else(String::new, |id| format!(" '{id}'"));
        write!(f, "skipped item{id}, which cannot be decoded: {}", self.error)
    }
}

/// Decoded response with its deviations from the documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded<T> {
    /// Decoded response.
    pub value: T,
    /// Repaired deviations.
    pub repairs: Vec<Repair>,
    /// Omitted items, in order of their index.
    pub skipped: Vec<Skipped>,
}

/// Repairs and decodes a response for which `decode` failed with `error`.
///
/// Repairs one kind of deviation at a time and calls `decode` after each, until it succeeds or its
/// error cannot be repaired. At most 32 different fields are repaired, and at most 500 items skipped.
///
/// # Errors
/// Returns the error of `decode` that cannot be repaired.
#[cold]
pub fn retry<T>(
    body: Bytes,
    error: DecodeError,
    undecodable: Undecodable,
    mut decode: impl FnMut(Bytes) -> Result<T, DecodeError>,
) -> Result<Decoded<T>, DecodeError> {
    let mut repairer = Repairer::new(body, undecodable);
    let mut error = error;
    loop {
        let body = repairer.next(error)?;
        match decode(body) {
            Ok(value) => {
                let Repairer { repairs, mut skipped, .. } = repairer;
                skipped.sort_unstable_by_key(|skipped| skipped.index);
                return Ok(Decoded { value, repairs, skipped });
            }
            Err(other) => error = other,
        }
    }
}

/// Repair of all values at one path.
struct Rule {
    kind: RepairKind,
    /// Path of the values, with `[]` for each index.
    path: String,
    /// Error of the response without the repair.
    error: DecodeError,
}

/// Repairs the text of a response, one kind of deviation at one path at a time.
struct Repairer {
    body: Bytes,
    undecodable: Undecodable,
    rules: Vec<Rule>,
    repairs: Vec<Repair>,
    skipped: Vec<Skipped>,
    is_first: bool,
}

impl Repairer {
    fn new(body: Bytes, undecodable: Undecodable) -> Self {
        let (rules, repairs, skipped) = (Vec::new(), Vec::new(), Vec::new());
        Self { body, undecodable, rules, repairs, skipped, is_first: true }
    }

    /// Returns the next text to decode.
    fn next(&mut self, error: DecodeError) -> Result<Bytes, DecodeError> {
        let error = self.at_original_index(error);
        let is_first = std::mem::take(&mut self.is_first);
        let (text, is_edited) = match std::str::from_utf8(&self.body) {
            Ok(text) => (text.to_owned(), false),
            Err(invalid) if is_first && is_json(&self.body) => {
                (self.repair_bytes(invalid.valid_up_to()), true)
            }
            Err(_) => return Err(error),
        };
        let edited = is_first.then(|| self.repair_text(&text)).flatten();
        let edited = edited.or_else(|| is_edited.then(|| text.clone()));
        let edited = match edited {
            Some(edited) => Some(edited),
            None => self.repair_value(&text, &error),
        };
        match edited.or_else(|| self.skip(&text, &error)) {
            Some(edited) => {
                self.body = edited.into();
                Ok(self.body.clone())
            }
            None => Err(self.first_error(error)),
        }
    }

    /// Returns the error with the index of its item in the original response, which counts skipped
    /// items.
    fn at_original_index(&self, mut error: DecodeError) -> DecodeError {
        if let Some(index) = item(&error.path) {
            let mut original = index;
            let mut removed: Vec<_> = self.skipped.iter().map(|skipped| skipped.index).collect();
            removed.sort_unstable();
            for removed in removed {
                original += usize::from(removed <= original);
            }
            if original != index {
                let rest = &error.path[format!("data[{index}]").len()..];
                error.path = format!("data[{original}]{rest}");
            }
        }
        if !self.is_first {
            error.remove_position();
        }
        error
    }

    /// Returns the original error at the same path, if a repair of the value did not help.
    fn first_error(&self, error: DecodeError) -> DecodeError {
        let mut values = self.rules.iter().filter(|rule| !rule.path.is_empty());
        match values.find(|rule| rule.error.path == error.path) {
            Some(rule) => rule.error.clone(),
            None => error,
        }
    }

    /// Replaces bytes that are not UTF-8.
    fn repair_bytes(&mut self, first: usize) -> String {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let invalid = self.body.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty());
        let count = invalid.count();
        self.report(RepairKind::InvalidUtf8, &path_at(&text, first, false), count);
        text
    }

    /// Repairs a byte-order mark and lone surrogates, which make the whole text invalid.
    fn repair_text(&mut self, text: &str) -> Option<String> {
        let trimmed = text.strip_prefix(BYTE_ORDER_MARK);
        if trimmed.is_some() {
            self.report(RepairKind::ByteOrderMark, ".", 1);
        }
        let text = trimmed.unwrap_or(text);
        match replace_lone_surrogates(text) {
            Some((edited, count, first)) => {
                self.report(RepairKind::LoneSurrogate, &path_at(text, first, false), count);
                Some(edited)
            }
            None => trimmed.map(str::to_owned),
        }
    }

    /// Repairs the value at the path of an error, and the values at the same path in other items.
    fn repair_value(&mut self, text: &str, error: &DecodeError) -> Option<String> {
        let path = without_indices(&error.path);
        if self.rules.len() == MAX_REPAIRS {
            return None;
        }
        let (kind, edited, count) = repair(text, error, &path)?;
        if self.rules.iter().any(|rule| (rule.kind, &rule.path) == (kind, &path)) {
            return None;
        }
        self.rules.push(Rule { kind, path, error: error.clone() });
        self.report(kind, &error.path, count);
        Some(edited)
    }

    /// Removes the item that contains the path of an error.
    fn skip(&mut self, text: &str, error: &DecodeError) -> Option<String> {
        if self.undecodable == Undecodable::Fail || self.skipped.len() == MAX_SKIPPED {
            return None;
        }
        let index = item(&error.path)?;
        let before = self.skipped.iter().filter(|skipped| skipped.index < index).count();
        let (edited, item) = remove_item(text, "data", index - before)?;
        let id = serde_json::from_str::<serde_json::Value>(item)
            .ok()
            .and_then(|item| item.get("id").and_then(serde_json::Value::as_str).map(str::to_owned));
        // Line and column are useless without the response.
        let mut error = self.first_error(error.clone());
        error.remove_position();
        self.skipped.push(Skipped { index, id, error });
        Some(edited)
    }

    fn report(&mut self, kind: RepairKind, path: &str, count: usize) {
        self.repairs.push(Repair { kind, path: path.to_owned(), count });
    }
}

/// Returns the index of the list item that contains a path.
fn item(path: &str) -> Option<usize> {
    path.strip_prefix("data[")?.split_once(']')?.0.parse().ok()
}

/// Repairs the deviation that caused an error. Returns its kind, the new text and the number of
/// changes.
fn repair(text: &str, error: &DecodeError, path: &str) -> Option<(RepairKind, String, usize)> {
    let message = &*error.message;
    if message.starts_with("missing field `links`") && path.is_empty() {
        return has_list(text)
            .then(|| add_field(text, r#""links":{}"#))?
            .map(|edited| (RepairKind::MissingLinks, edited, 1));
    }
    let kind = if message.starts_with("invalid type: null, expected a sequence") {
        RepairKind::NullList
    } else if message.starts_with("invalid type: null") && path == "links" {
        RepairKind::MissingLinks
    } else if message.starts_with("invalid type") && matches!(path, "links" | "links.next") {
        RepairKind::UnusableLink
    } else if message.starts_with("invalid type: floating point") {
        RepairKind::WholeNumber
    } else if message.starts_with(INEXACT) || message.starts_with("number out of range") {
        RepairKind::LargeNumber
    } else {
        RepairKind::MissingOffset
    };
    let (edited, count) = replace_values(text, |at, value| match kind {
        RepairKind::LargeNumber => is_in(at, path).then(|| large_number(value))?,
        _ if at != path => None,
        RepairKind::NullList => (value == "null").then(|| "[]".to_owned()),
        RepairKind::MissingLinks => (value == "null").then(|| "{}".to_owned()),
        RepairKind::UnusableLink if at == "links" => {
            Some(format!(r#"{{"next":{}}}"#, unusable_link(value)))
        }
        RepairKind::UnusableLink => Some(unusable_link(value)),
        RepairKind::WholeNumber => value.contains(['.', 'e', 'E']).then(|| whole_number(value))?,
        _ => with_offset(value),
    });
    (count > 0).then_some((kind, edited, count))
}

/// Returns whether a body begins like JSON.
fn is_json(body: &[u8]) -> bool {
    matches!(trim_byte_order_mark(body).trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Returns whether the `data` of a response is a list.
fn has_list(text: &str) -> bool {
    let mut is_list = false;
    each_value(text, |path, place| {
        is_list |=
            path == "data" && (text[place.clone()].starts_with('[') || &text[place] == "null");
    });
    is_list
}

/// Returns whether a path is the same as `outer`, or inside it.
fn is_in(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Returns a value as the text of a link without a query, and so without a cursor.
fn unusable_link(value: &str) -> String {
    serde_json::Value::from(value.replace('?', "%3F")).to_string()
}

/// Returns a date and time without an offset as one in UTC.
fn with_offset(value: &str) -> Option<String> {
    let time = value.strip_prefix('"')?.strip_suffix('"')?;
    let (seconds, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let separators = b"0000-00-00T00:00:00";
    let is_time = seconds.len() == separators.len()
        && seconds.bytes().zip(separators).all(|(byte, separator)| match separator {
            b'0' => byte.is_ascii_digit(),
            _ => byte == *separator,
        });
    (is_time && !fraction.is_empty() && digits(fraction)).then(|| format!("\"{time}Z\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_time_without_an_offset_becomes_utc() {
        for (value, repaired) in [
            ("\"2026-01-02T03:04:05\"", Some("\"2026-01-02T03:04:05Z\"")),
            ("\"2026-01-02T03:04:05.678\"", Some("\"2026-01-02T03:04:05.678Z\"")),
            ("\"2026-01-02T03:04:05Z\"", None),
            ("\"2026-01-02T03:04:05.\"", None),
            ("\"2026-01-02T03:04:05.6x\"", None),
            ("\"2026-01-02 03:04:05\"", None),
            ("\"2026-01-0xT03:04:05\"", None),
            ("\"2026-01-02\"", None),
            ("20260102030405", None),
        ] {
            assert_eq!(with_offset(value).as_deref(), repaired, "{value}");
        }
    }

    #[test]
    fn only_a_number_that_would_lose_digits_becomes_text() {
        for (value, repaired) in [
            ("1e30", Some("\"1e30\"")),
            ("18446744073709551616", Some("\"18446744073709551616\"")),
            ("1.5", None),
            ("7", None),
            ("-9223372036854775808", None),
            ("\"1e30\"", None),
            ("null", None),
        ] {
            assert_eq!(large_number(value).as_deref(), repaired, "{value}");
        }
    }

    #[test]
    fn only_a_list_can_be_a_page_without_links() {
        for (text, is_list) in [
            (r#"{"data":[]}"#, true),
            (r#"{"data":null}"#, true),
            (r#"{"data":{"items":[]}}"#, false),
            (r#"{"items":[]}"#, false),
            (r#"{"items":null,"data":7}"#, false),
        ] {
            assert_eq!(has_list(text), is_list, "{text}");
        }
    }
}
