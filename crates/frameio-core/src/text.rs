//! Cleaning of text from settings, files and responses.

use std::fmt;

pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

/// Removes surrounding whitespace and byte-order marks, as left by files and shells.
///
/// ```
/// assert_eq!(frameio_core::trim_text("\u{feff}token\r\n"), "token");
/// ```
pub fn trim_text(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == BYTE_ORDER_MARK)
}

/// Removes the byte-order mark that some programs write at the start of JSON.
pub fn trim_byte_order_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json)
}

/// Removes surrounding whitespace and byte-order marks, and validates the remaining text for use as a
/// token, a secret, an id, a name or a URL.
///
/// # Errors
/// Fails if the remaining text is empty or contains a control character. The error is a clause without
/// a subject, to be prefixed with the name of the setting, and does not contain the text.
///
/// ```
/// use frameio_core::clean_text;
///
/// assert_eq!(clean_text(" s3cret\n"), Ok("s3cret"));
/// let error = clean_text("s3cret\nother").unwrap_err();
/// assert_eq!(format!("the token {error}"), "the token contains a line break");
/// ```
pub fn clean_text(text: &str) -> Result<&str, InvalidText> {
    let text = trim_text(text);
    match text.chars().find(|c| c.is_control()) {
        _ if text.is_empty() => Err(InvalidText::Empty),
        Some(control) => Err(InvalidText::Control(control)),
        None => Ok(text),
    }
}

/// Reason why a text is invalid, returned by [`clean_text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidText {
    /// The text is empty or consists of whitespace.
    Empty,
    /// The text contains this control character.
    Control(char),
}

impl fmt::Display for InvalidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Control('\n' | '\r') => f.write_str("contains a line break"),
            Self::Control('\t') => f.write_str("contains a tab"),
            Self::Control(control) => {
                write!(f, "contains the control character U+{:04X}", u32::from(*control))
            }
        }
    }
}

impl std::error::Error for InvalidText {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_whitespace_and_byte_order_marks() {
        for text in ["x y", " x y", "x y\n", "x y\r\n", "\u{feff}x y", "\u{feff} x y\u{a0}\t"] {
            assert_eq!(clean_text(text), Ok("x y"), "{text:?}");
        }
        assert_eq!(trim_byte_order_mark(b"\xef\xbb\xbf{}"), b"{}");
        assert_eq!(trim_byte_order_mark(b"{}"), b"{}");
    }

    #[test]
    fn errors_name_the_invalid_character_but_not_the_text() {
        for (text, message) in [
            ("", "is empty"),
            (" \n\u{feff}", "is empty"),
            ("canary\ncanary", "contains a line break"),
            ("canary\rcanary", "contains a line break"),
            ("canary\tcanary", "contains a tab"),
            ("canary\0canary", "contains the control character U+0000"),
            ("canary\u{9b}canary", "contains the control character U+009B"),
        ] {
            assert_eq!(clean_text(text).unwrap_err().to_string(), message, "{text:?}");
        }
    }
}
