//! Errors of encoding and decoding, and errors that the service reports.

use std::borrow::Cow;
use std::fmt;

pub use crate::api_error::ApiError;

/// Invalid request, which was not sent.
///
/// The message names all invalid fields: `` `name` has 0 characters, expected 1 to 255 ``.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeError {
    /// Invalid field, as a path in JSON such as `attachments[2].name`.
    pub field: Cow<'static, str>,
    /// Problem and expected value, as a clause without a subject such as `is too long`.
    pub message: Cow<'static, str>,
    /// Further errors of the same request.
    pub more: Vec<EncodeError>,
}

impl EncodeError {
    /// Creates an error; `message` continues a sentence that starts with `field`.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), message: message.into(), more: Vec::new() }
    }

    /// Prepends `outer`, a field or an index such as `[2]`, to the path of the error.
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

/// Response that does not have the documented form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// Path of the invalid value in JSON, such as `data.items[3].name`; `.` for the whole response.
    pub path: String,
    /// Found and expected value. Contains no text of the response, which may be secret.
    pub message: String,
}

impl DecodeError {
    /// Creates an error for the value at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    /// Prepends `outer`, a field or an index such as `[2]`, to the path of the error.
    ///
    /// Removes line and column from the message, because they count from the start of the inner
    /// value.
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
    /// Removes line and column from the message.
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
