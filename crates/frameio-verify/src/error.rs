//! The error of a verification.

use std::fmt;

use frameio_client::Error;

/// Error that ends a verification.
#[derive(Debug)]
pub struct VerifyError(Cause);

#[derive(Debug)]
pub(crate) enum Cause {
    SignedOut,
    NoAccount,
    NoResponse,
    Client(Error),
}

impl From<Cause> for VerifyError {
    fn from(cause: Cause) -> Self {
        Self(cause)
    }
}

impl VerifyError {
    /// Returns the error of the client, if one ended the verification.
    pub const fn client_error(&self) -> Option<&Error> {
        match &self.0 {
            Cause::Client(error) => Some(error),
            Cause::SignedOut | Cause::NoAccount | Cause::NoResponse => None,
        }
    }

    /// Returns whether the service refused the token.
    pub const fn is_signed_out(&self) -> bool {
        matches!(self.0, Cause::SignedOut)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::SignedOut => f.write_str("the service refused the token (401)"),
            Cause::NoAccount => f.write_str("the user has no account"),
            Cause::NoResponse => f.write_str("several calls in a row got no response"),
            Cause::Client(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for VerifyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.client_error().map(|error| error as _)
    }
}
