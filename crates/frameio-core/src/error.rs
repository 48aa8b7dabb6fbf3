//! Errors that need no network: encoding, decoding, and errors that the service reports.

use std::borrow::Cow;
use std::fmt;

pub use crate::api_error::ApiError;

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

/// A response that does not have the documented form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// Path of the error in JSON, `data.items[3].name`; `.` for the whole response.
    pub path: String,
    /// What was found and what was expected, without text from the response.
    pub message: String,
}

impl DecodeError {
    /// Creates an error at `path`, for the reason in `message`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    /// Returns the same error about a value inside `outer`: a field, or a place in a list.
    ///
    /// Line and column are removed from the message, because they are those of the value alone.
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
