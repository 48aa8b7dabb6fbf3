//! What can go wrong without a network: encoding, decoding, and errors that the service reports.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;

/// A request that cannot be sent as it is, with the field that has to change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeError {
    /// Part of the request that is wrong: its path in JSON, such as `attachments[2].name`.
    pub field: Cow<'static, str>,
    /// What is wrong with it, and what is allowed.
    pub message: Cow<'static, str>,
    /// Further errors of the same request.
    pub more: Vec<EncodeError>,
}

impl EncodeError {
    /// Creates an error about `field`, for the reason in `message`.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), message: message.into(), more: Vec::new() }
    }

    /// Returns the same error about a field inside `outer`: a field, or a place in a list.
    ///
    /// ```
    /// use frameio_core::EncodeError;
    ///
    /// let error = EncodeError::new("name", "is too long").within("[2]").within("attachments");
    /// assert_eq!(error.field, "attachments[2].name");
    /// ```
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.move_into(&outer);
        self
    }

    pub(crate) fn move_into(&mut self, outer: &impl fmt::Display) {
        let dot = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{outer}{dot}{}", self.field).into();
        for error in &mut self.more {
            error.move_into(outer);
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.message)?;
        self.more.iter().try_for_each(|error| write!(f, "; {error}"))
    }
}

impl std::error::Error for EncodeError {}

/// An answer that is not what the operation promises.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// Where in the JSON it went wrong, `data.items[3].name`; `.` for the whole answer.
    pub path: String,
    /// What was found there and what was expected, without any text of the answer's.
    pub message: String,
}

impl DecodeError {
    /// The answer is wrong at `path`, for the reason in `message`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    /// The same error, where the value stands in `outer`: a field, or a place in a list.
    ///
    /// A line and a column are left out of the message: they are those of the value alone.
    ///
    /// ```
    /// use frameio_core::DecodeError;
    ///
    /// let error = DecodeError::new("name", "is not text").within("data[2]");
    /// assert_eq!(error.path, "data[2].name");
    /// ```
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.remove_position();
        self.path = match &*self.path {
            "." => outer.to_owned(),
            path if path.starts_with('[') => format!("{outer}{path}"),
            path => format!("{outer}.{path}"),
        };
        self
    }
}

impl DecodeError {
    /// Removes line and column from the message, where they are not those of the response.
    pub(crate) fn remove_position(&mut self) {
        if let Some(end) = self.message.rfind(" at line ") {
            self.message.truncate(end);
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path == "." {
            f.write_str(&self.message)
        } else {
            write!(f, "at `{}`: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for DecodeError {}

/// One error that the service reports in the body of a 4xx or 5xx answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The kind of error, `Not Found`.
    pub title: Option<String>,
    /// What is wrong, for a person.
    pub detail: Option<String>,
    /// Where in the request it is, as a JSON pointer: `/data/name`.
    pub pointer: Option<String>,
}

impl ApiError {
    /// Reads the errors of a body, whatever of the documented shape is there.
    ///
    /// HTML, empty and truncated bodies have none.
    ///
    /// ```
    /// use frameio_core::ApiError;
    ///
    /// let body = br#"{"errors":[{"detail":"is too long","source":{"pointer":"/data/name"}}]}"#;
    /// let errors = ApiError::parse(body);
    /// assert_eq!(errors[0].pointer.as_deref(), Some("/data/name"));
    /// assert!(ApiError::parse(b"<html>Bad Gateway</html>").is_empty());
    /// ```
    pub fn parse(body: &[u8]) -> Vec<Self> {
        let Ok(body) = serde_json::from_slice::<serde_json::Value>(body) else {
            return Vec::new();
        };
        let errors = match body.get("errors") {
            Some(serde_json::Value::Array(errors)) => errors.as_slice(),
            _ => &[],
        };
        let text = |value: Option<&serde_json::Value>| {
            value.and_then(|value| String::deserialize(value).ok())
        };
        errors
            .iter()
            .map(|error| Self {
                title: text(error.get("title")),
                detail: text(error.get("detail")),
                pointer: text(error.pointer("/source/pointer")),
            })
            .filter(|error| error.title.is_some() || error.detail.is_some())
            .collect()
    }
}

impl fmt::Display for ApiError {
    /// `detail (at /pointer)`, or the title where there is no detail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail.as_deref().or(self.title.as_deref()).unwrap_or("no detail"))?;
        match &self.pointer {
            Some(pointer) => write!(f, " (at {pointer})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_any_shape_are_read_as_far_as_they_go() {
        let parse = |body: &str| ApiError::parse(body.as_bytes());
        assert_eq!(parse(r#"{"errors":[{"detail":"a","title":"T"},{"title":"only"}]}"#).len(), 2);
        assert_eq!(parse(r#"{"errors":[{"detail":7,"title":"T"}]}"#)[0].to_string(), "T");
        for none in ["", "null", "[]", r#"{"errors":{}}"#, r#"{"errors":[{}]}"#, "<html>", "{\"er"]
        {
            assert!(parse(none).is_empty(), "{none}");
        }
    }
}
