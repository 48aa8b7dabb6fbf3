//! Errors in response bodies, from the service or from a gateway in front of it.

use std::fmt;

use serde_json::{Map, Value};

use crate::printable::printable_start;
use crate::text::trim_byte_order_mark;

/// Maximum number of characters of a text read from a body.
const MAX_TEXT: usize = 1000;
/// Maximum number of errors read from a body.
const MAX_ERRORS: usize = 50;

/// Error in the body of a 4xx or 5xx response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// Kind of the error, such as `Not Found`.
    pub title: Option<String>,
    /// Human-readable description.
    pub detail: Option<String>,
    /// Invalid part of the request, as a JSON pointer such as `/data/name`.
    pub pointer: Option<String>,
    /// Machine-readable code of a gateway or a sign-in service, such as `401013` or
    /// `invalid_token`.
    pub code: Option<String>,
}

impl ApiError {
    /// Parses the errors in a body: in the documented form, or in the forms that gateways and
    /// sign-in services use. At most 50 errors are returned.
    ///
    /// Returns no errors for HTML, empty and truncated bodies.
    ///
    /// ```
    /// use frameio_core::ApiError;
    ///
    /// let body = br#"{"errors":[{"detail":"is too long","source":{"pointer":"/data/name"}}]}"#;
    /// assert_eq!(ApiError::parse(body)[0].to_string(), "is too long (at /data/name)");
    ///
    /// let body = br#"{"error_code":"401013","message":"Oauth token is not valid"}"#;
    /// assert_eq!(ApiError::parse(body)[0].to_string(), "Oauth token is not valid (401013)");
    ///
    /// assert!(ApiError::parse(b"<html>Bad Gateway</html>").is_empty());
    /// ```
    pub fn parse(body: &[u8]) -> Vec<Self> {
        let mut errors = match serde_json::from_slice(trim_byte_order_mark(body)) {
            Ok(Value::Object(fields)) => Self::of_response(&fields),
            Ok(Value::Array(items)) => Self::of_list(&items),
            _ => Vec::new(),
        };
        errors.truncate(MAX_ERRORS);
        errors
    }

    fn of_response(fields: &Map<String, Value>) -> Vec<Self> {
        let errors = match fields.get("errors") {
            Some(Value::Array(items)) => Self::of_list(items),
            Some(Value::Object(by_field)) => Self::by_field(by_field),
            Some(text) => Self::of_value(text).into_iter().collect(),
            None => Vec::new(),
        };
        if !errors.is_empty() {
            return errors;
        }
        let error = match fields.get("error") {
            Some(Value::Object(error)) => Self::of_fields(error),
            Some(Value::Array(items)) => return Self::of_list(items),
            _ => None,
        };
        error.or_else(|| Self::of_fields(fields)).into_iter().collect()
    }

    fn of_list(items: &[Value]) -> Vec<Self> {
        items.iter().filter_map(Self::of_value).collect()
    }

    /// Reads errors grouped by field, such as `{"name": ["is too long"]}`.
    fn by_field(fields: &Map<String, Value>) -> Vec<Self> {
        let of_field = |(field, errors): (&String, &Value)| {
            let errors = match errors {
                Value::Array(items) => Self::of_list(items),
                value => Self::of_value(value).into_iter().collect(),
            };
            let pointer = format!("/{field}");
            errors.into_iter().map(move |error| {
                let pointer = error.pointer.clone().or_else(|| Some(pointer.clone()));
                Self { pointer, ..error }
            })
        };
        fields.iter().flat_map(of_field).collect()
    }

    fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Object(fields) => Self::of_fields(fields),
            value => Some(Self { detail: Some(text(value)?), ..Self::default() }),
        }
    }

    fn of_fields(fields: &Map<String, Value>) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| text(fields.get(*name)?));
        let detail = first(&["detail", "error_description", "message", "error_message", "reason"]);
        let code = first(&["error_code", "code", "error"]).or_else(|| {
            let code = fields.get("error_code").or_else(|| fields.get("code"))?.as_u64()?;
            Some(code.to_string())
        });
        let pointer = fields.get("source").and_then(|source| text(source.get("pointer")?));
        let title = first(&["title"]);
        let is_error = title.is_some() || detail.is_some() || fields.get("error").is_some();
        (is_error && (title.is_some() || detail.is_some() || code.is_some())).then_some(Self {
            title,
            detail,
            pointer,
            code,
        })
    }
}

/// Returns a text without surrounding whitespace, or `None` if it is empty or not a string.
fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    let end = text.char_indices().nth(MAX_TEXT).map_or(text.len(), |(end, _)| end);
    (!text.is_empty()).then(|| text[..end].to_owned())
}

impl fmt::Display for ApiError {
    /// Formats as `detail (code) (at /pointer)`, with the title if there is no detail.
    ///
    /// The result is one line without control and invisible characters. Tokens, and user names,
    /// queries and fragments of URLs are masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printable = |text: &String| printable_start(text, MAX_TEXT);
        let text = self.detail.as_ref().or(self.title.as_ref()).map(printable);
        match (text, self.code.as_ref().map(printable)) {
            (None, code) => f.write_str(code.as_deref().unwrap_or("no detail"))?,
            (Some(text), None) => f.write_str(&text)?,
            (Some(text), Some(code)) => write!(f, "{text} ({code})")?,
        }
        match self.pointer.as_ref().map(printable) {
            Some(pointer) => write!(f, " (at {pointer})"),
            None => Ok(()),
        }
    }
}

/// Describes a response body without a known error: the first 200 characters of a text, or the type
/// and length of other content.
///
/// Tokens, and user names, queries and fragments of URLs are masked. JSON is never shown, because it may
/// contain secrets under any name.
///
/// ```
/// use frameio_core::describe_body;
///
/// assert_eq!(describe_body(Some("text/html"), b"<html>\xe2\x80\xa6"), "HTML page");
/// assert_eq!(describe_body(Some("text/plain"), b"no healthy\nupstream"), "no healthy upstream");
/// assert_eq!(describe_body(Some("image/png"), b"\x89PNG"), "4 bytes of image/png");
/// assert_eq!(describe_body(None, b""), "empty response");
/// ```
pub fn describe_body(content_type: Option<&str>, body: &[u8]) -> String {
    if body.is_empty() {
        return "empty response".to_owned();
    }
    let kind = media_type(content_type);
    if is_html_page(content_type, body) {
        return "HTML page".to_owned();
    }
    let is_text = kind.is_empty() || kind.to_ascii_lowercase().starts_with("text/");
    if is_text
        && !is_structured(body.trim_ascii_start())
        && let Ok(text) = std::str::from_utf8(body)
    {
        let shown = describe_text(text);
        if !shown.is_empty() {
            return shown;
        }
    }
    let kind = if kind.is_empty() { "unknown type" } else { kind };
    format!("{} bytes of {}", body.len(), describe_text(kind))
}

/// Returns the first 200 characters of a text from a response, such as a `location` header, in a form
/// that is safe to print.
///
/// The result is one line without control and invisible characters. Tokens, and user names, queries and
/// fragments of URLs are masked.
pub fn describe_text(text: &str) -> String {
    printable_start(text, 200)
}

/// Returns whether a body starts like JSON or XML, rather than as text such as `[error] no upstream`.
fn is_structured(body: &[u8]) -> bool {
    match body {
        [b'[', rest @ ..] => {
            let is_word = rest.first().is_some_and(u8::is_ascii_alphabetic);
            !is_word || [&b"true"[..], b"false", b"null"].iter().any(|word| rest.starts_with(word))
        }
        _ => matches!(body.first(), Some(b'{' | b'<')),
    }
}

/// Returns the media type of a content type, without its parameters.
fn media_type(content_type: Option<&str>) -> &str {
    content_type.map_or("", |kind| kind.split(';').next().unwrap_or(kind).trim())
}

/// Returns whether a body is an HTML page by its content type or its beginning.
pub(crate) fn is_html_page(content_type: Option<&str>, body: &[u8]) -> bool {
    media_type(content_type).eq_ignore_ascii_case("text/html") || is_html(body)
}

/// Returns whether a body starts like an HTML page, regardless of its content type.
pub(crate) fn is_html(body: &[u8]) -> bool {
    let start = trim_byte_order_mark(body).trim_ascii_start();
    let begins =
        |tag: &[u8]| start.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    begins(b"<!doctype html") || begins(b"<html") || begins(b"<head") || begins(b"<body")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> Vec<String> {
        ApiError::parse(body.as_bytes()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn parses_every_known_form_of_errors() {
        for (body, expected) in [
            (r#"{"errors":[{"detail":"a","title":"T"},{"title":"only"}]}"#, &["a", "only"][..]),
            (r#"{"errors":[{"detail":7,"title":"T"}]}"#, &["T"]),
            (r#"{"errors":["one","two",""]}"#, &["one", "two"]),
            (r#"{"errors":"one"}"#, &["one"]),
            (
                r#"{"errors":{"name":["is long","is odd"],"size":"is 0","x":[{"detail":"d","source":{"pointer":"/p"}}]}}"#,
                &["is long (at /name)", "is odd (at /name)", "is 0 (at /size)", "d (at /p)"],
            ),
            (r#"{"errors":[],"message":"m"}"#, &["m"]),
            (r#"{"error_code":"401013","message":"not valid"}"#, &["not valid (401013)"]),
            (r#"{"code":403,"message":"m"}"#, &["m (403)"]),
            (
                r#"{"error":"invalid_grant","error_description":"expired"}"#,
                &["expired (invalid_grant)"],
            ),
            (r#"{"error":"Unauthorized","message":"m"}"#, &["m (Unauthorized)"]),
            (r#"{"error":"access_denied"}"#, &["access_denied"]),
            (r#"{"error":{"code":"x","message":"m"}}"#, &["m (x)"]),
            (r#"{"error":["a","b"]}"#, &["a", "b"]),
            (r#"{"type":"about:blank","title":"T","detail":"d","status":400}"#, &["d"]),
            (r#"["a"]"#, &["a"]),
            ("\u{feff}{\"message\":\" m \"}", &["m"]),
        ] {
            assert_eq!(shown(body), expected, "{body}");
        }
    }

    #[test]
    fn returns_no_errors_for_other_bodies() {
        for none in [
            "",
            "null",
            "[]",
            "7",
            r#"{"errors":{}}"#,
            r#"{"errors":[{}]}"#,
            "<html>",
            "{\"er",
            r#"{"code":"x"}"#,
            r#"{"error":7}"#,
            r#"{"message":""}"#,
            r#"{"data":{"message":"m"}}"#,
        ] {
            assert!(shown(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn prints_texts_of_the_service_on_one_line_without_secrets() {
        let body = r#"{"errors":[{"detail":"a\nBearer s3cret\u001b[31m at /x?k=s3cret",
            "code":"c\u202e","source":{"pointer":"/a\n/b"}}]}"#;
        assert_eq!(shown(body), ["a Bearer … at /x?… (c) (at /a /b)"]);
    }

    #[test]
    fn limits_the_length_and_number_of_errors() {
        let long = format!(r#"{{"message":"{}"}}"#, "ü".repeat(1001));
        assert_eq!(shown(&long)[0].chars().count(), 1000);
        let many = format!(r#"{{"errors":[{}"x"]}}"#, r#""x","#.repeat(99));
        assert_eq!(shown(&many).len(), 50);
    }

    #[test]
    fn describes_bodies_without_secrets() {
        let text = Some("text/plain; charset=utf-8");
        for (kind, body, expected) in [
            (None, "<!DOCTYPE html><p>", "HTML page"),
            (None, "<head><title>", "HTML page"),
            (None, "<body>", "HTML page"),
            (Some("text/plain"), "\u{feff} <HTML>", "HTML page"),
            (Some("TEXT/HTML; charset=utf-8"), "anything", "HTML page"),
            (text, "see https://s3/x?Signature=s3cret\nnow", "see https://s3/x?… now"),
            (text, "\u{1}\u{2}", "2 bytes of text/plain"),
            (text, r#"{"token":"s3cret"}"#, "18 bytes of text/plain"),
            (Some("application/json"), "[]", "2 bytes of application/json"),
            (Some("application/xml"), "<Error/>", "8 bytes of application/xml"),
            (None, " {", "2 bytes of unknown type"),
            (text, "[error] no upstream", "[error] no upstream"),
            (text, "[null, \"s3cret\"]", "16 bytes of text/plain"),
            (text, "[7, \"s3cret\"]", "13 bytes of text/plain"),
            (None, "busy", "busy"),
            (Some("a\u{1b}/b"), "x", "1 bytes of a/b"),
        ] {
            assert_eq!(describe_body(kind, body.as_bytes()), expected, "{body}");
        }
        assert_eq!(describe_body(text, b"\xff\xfe"), "2 bytes of text/plain");
        let long = describe_body(text, "ü".repeat(300).as_bytes());
        assert_eq!(long, format!("{}…", "ü".repeat(200)));
    }
}
