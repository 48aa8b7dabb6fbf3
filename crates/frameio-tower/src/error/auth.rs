//! Error of the authentication.

use std::error::Error as StdError;
use std::fmt;

use frameio_core::BoxError;

/// No token could be had for a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct AuthError(BoxError);

impl AuthError {
    /// No token, for the reason in `source`.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no token")
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
