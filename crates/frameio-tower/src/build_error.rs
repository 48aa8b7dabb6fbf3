//! Settings that nothing can be built from.

use std::borrow::Cow;
use std::fmt;

/// Settings that a client, a transport or a sign-in cannot be built from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildError {
    message: Cow<'static, str>,
}

impl BuildError {
    /// An error with one line that says which setting is wrong and why.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for BuildError {}
