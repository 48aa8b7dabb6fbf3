//! Error of the authentication.

use std::error::Error as StdError;
use std::fmt;

use frameio_core::BoxError;

use crate::build_error::BuildError;

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
        // Why a token cannot be sent is this crate's text; that of a provider is left to the source.
        match self.0.downcast_ref::<BuildError>() {
            Some(unusable) => unusable.fmt(f),
            None => f.write_str("no token"),
        }
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
