//! Error of the authentication.

use std::error::Error as StdError;
use std::fmt;

use frameio_core::BoxError;

use crate::build_error::BuildError;

/// Failure to get a usable token for a request.
///
/// The message contains the error of the token provider, which must not contain secrets.
#[derive(Debug)]
#[non_exhaustive]
pub struct AuthError(BoxError);

impl AuthError {
    /// Creates an error from the failure of a token provider.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.downcast_ref::<BuildError>() {
            // The provider returned a token that cannot be sent in a header.
            Some(invalid) => invalid.fmt(f),
            None => write!(f, "cannot get a token: {}", self.0),
        }
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
