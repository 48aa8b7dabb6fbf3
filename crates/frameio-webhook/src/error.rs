//! Why a request is not taken.

use std::fmt;
use std::sync::Arc;

use frameio_core::{BoxError, DecodeError, InvalidText};
use http::{Response, StatusCode};

/// A secret that cannot be used. It is empty or blank, so that anybody could sign with it, or it
/// contains a control character, so that it is not the one that the service gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSecret(pub(crate) InvalidText);

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the webhook secret {}; check the variable or file that holds it", self.0)
    }
}

impl std::error::Error for InvalidSecret {}

/// Why a request counts as sent by somebody else.
///
/// `Display` can be shown to the sender: it tells of nothing but what came from there. What the
/// receiver knows besides stands in the variants, for its log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// The header of this name is missing.
    MissingHeader(&'static str),
    /// The header of this name is there twice, or is not of the documented form.
    MalformedHeader(&'static str),
    /// None of the secrets has made the signature.
    Mismatch,
    /// The signature is right, but not of this time: an old request sent again, or a clock that is
    /// wrong.
    #[non_exhaustive]
    Expired {
        /// How many seconds ago it was signed; negative in the future.
        age: i64,
    },
    /// The signature is right, but the account is not the one that the secret is for.
    OtherAccount,
    /// The lookup knows no verifier for it.
    UnknownSender,
}

impl VerifyError {
    /// What to answer: 400 for a malformed header, else 401.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::MalformedHeader(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader(name) => write!(f, "the header `{name}` is missing"),
            Self::MalformedHeader(name) => write!(f, "the header `{name}` is malformed"),
            Self::Expired { .. } => f.write_str("the timestamp is too far from now"),
            // One text, or a sender could find out which accounts are known here.
            Self::Mismatch | Self::OtherAccount | Self::UnknownSender => {
                f.write_str("the signature does not match")
            }
        }
    }
}

impl std::error::Error for VerifyError {}

/// Why a [`Receiver`](crate::Receiver) does not take a request.
///
/// It travels in the extensions of the answer that the [layer](crate::VerifyLayer) gives, so that a
/// layer further out can log it. `Display` can be shown to the sender.
///
/// ```
/// use frameio_webhook::{Rejection, VerifyError};
///
/// let rejection = Rejection::from(VerifyError::Mismatch);
/// assert_eq!(rejection.status(), 401);
/// assert_eq!(rejection.to_string(), "the signature does not match");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// It is not verified. 400 or 401.
    Unverified(VerifyError),
    /// Its body has more bytes than this. 413.
    TooLarge(usize),
    /// Its body broke off. 400.
    Body(Arc<dyn std::error::Error + Send + Sync>),
    /// The lookup of its verifier failed. 503, so that it is delivered again.
    Lookup(Arc<dyn std::error::Error + Send + Sync>),
    /// It is verified, but not of the kind that is wanted here. 400.
    Payload(DecodeError),
}

impl Rejection {
    /// What to answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unverified(error) => error.status(),
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body(_) | Self::Payload(_) => StatusCode::BAD_REQUEST,
            Self::Lookup(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// An answer with the status and an empty body, and with the rejection in its extensions.
    pub fn response<B: Default>(self) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }

    pub(crate) fn body(error: BoxError) -> Self {
        Self::Body(error.into())
    }

    pub(crate) fn lookup(error: BoxError) -> Self {
        Self::Lookup(error.into())
    }
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        Self::Unverified(error)
    }
}

impl From<DecodeError> for Rejection {
    fn from(error: DecodeError) -> Self {
        Self::Payload(error)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unverified(error) => error.fmt(f),
            Self::TooLarge(limit) => write!(f, "the body has more than {limit} bytes"),
            Self::Body(_) => f.write_str("the body broke off"),
            Self::Lookup(_) => f.write_str("the sender cannot be looked up at present"),
            Self::Payload(error) => write!(f, "the body is not understood: {error}"),
        }
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Body(error) | Self::Lookup(error) => Some(&**error),
            // What these say is in the text already.
            Self::Unverified(_) | Self::TooLarge(_) | Self::Payload(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_is_told_no_more_than_it_knows() {
        let mismatch = VerifyError::Mismatch.to_string();
        assert_eq!(VerifyError::OtherAccount.to_string(), mismatch);
        assert_eq!(VerifyError::UnknownSender.to_string(), mismatch);
        let expired = VerifyError::Expired { age: 1234 };
        assert!(!expired.to_string().contains("1234"));
        let lookup = Rejection::lookup("postgres://canary".into());
        assert!(!lookup.to_string().contains("canary"));
        let answer: Response<String> = lookup.response();
        assert_eq!(
            (answer.status(), answer.body().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "")
        );
        assert!(answer.extensions().get::<Rejection>().is_some());
    }
}
