//! Error of the authentication.

use std::error::Error as StdError;
use std::fmt;

use frameio_core::BoxError;

use crate::build_error::BuildError;

/// No token is available for a request.
///
/// The message includes that of the token provider's error, which must not contain a secret.
#[derive(Debug)]
#[non_exhaustive]
pub struct AuthError(BoxError);

impl AuthError {
    /// Creates the error from its cause.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.downcast_ref::<BuildError>() {
            // There is a token, which cannot be sent.
            Some(unusable) => unusable.fmt(f),
            None => write!(f, "no token: {}", self.0),
        }
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
