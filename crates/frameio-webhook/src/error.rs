//! Reasons why requests are refused.

use std::fmt;
use std::sync::Arc;

use frameio_core::{BoxError, DecodeError, InvalidText};
use http::{Response, StatusCode};

/// Error of an invalid webhook secret: it is blank, so that anyone could sign with it, or it contains a
/// control character, which secrets of the service do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSecret(pub(crate) InvalidText);

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the webhook secret {}; check the variable or file that contains it", self.0)
    }
}

impl std::error::Error for InvalidSecret {}

/// Reason why a request is not verified.
///
/// `Display` is safe to show to the sender: it reveals nothing about the receiver. The variants have
/// details for its log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// This header is missing.
    MissingHeader(&'static str),
    /// This header is duplicate or malformed.
    MalformedHeader(&'static str),
    /// The signature was not made with any of the secrets, or for another body.
    Mismatch,
    /// The signature is valid, but its time is outside of the [window](crate::Verifier::window): the
    /// request is replayed, or a clock is wrong.
    #[non_exhaustive]
    Expired {
        /// Age of the signature in seconds; negative for a time in the future.
        age: i64,
    },
    /// The signature is valid, but for another account than that of the
    /// [verifier](crate::Verifier::account).
    OtherAccount,
    /// The [lookup](crate::Receiver::lookup) found no verifier.
    UnknownSender,
}

impl VerifyError {
    /// Returns the status of the response: 400 for a malformed header, else 401.
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
            // The same text, so that senders cannot find out which accounts are known.
            Self::Mismatch | Self::OtherAccount | Self::UnknownSender => {
                f.write_str("the signature does not match")
            }
        }
    }
}

impl std::error::Error for VerifyError {}

/// Reason why a [`Receiver`](crate::Receiver) refuses a request.
///
/// The [layer](crate::VerifyLayer) inserts it into the extensions of its response, so that an outer layer
/// can log it. `Display` is safe to show to the sender.
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
    /// The request is not verified. Status 400 or 401.
    Unverified(VerifyError),
    /// The body is longer than this number of bytes. Status 413.
    TooLarge(usize),
    /// The body could not be read to its end. Status 400.
    Body(Arc<dyn std::error::Error + Send + Sync>),
    /// The lookup of the verifier failed. Status 503, so that the service retries.
    Lookup(Arc<dyn std::error::Error + Send + Sync>),
    /// The request is verified, but its body is not of the expected type. Status 400.
    Payload(DecodeError),
}

impl Rejection {
    /// Returns the status of the response.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unverified(error) => error.status(),
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body(_) | Self::Payload(_) => StatusCode::BAD_REQUEST,
            Self::Lookup(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns a response with the status, an empty body, and the rejection in its extensions.
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
            Self::TooLarge(limit) => write!(f, "the body is longer than {limit} bytes"),
            Self::Body(_) => f.write_str("the body is incomplete"),
            Self::Lookup(_) => f.write_str("the lookup of the sender failed"),
            Self::Payload(error) => write!(f, "unexpected body: {error}"),
        }
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Body(error) | Self::Lookup(error) => Some(&**error),
            // These are part of the message.
            Self::Unverified(_) | Self::TooLarge(_) | Self::Payload(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_reveal_nothing_to_the_sender() {
        let mismatch = VerifyError::Mismatch.to_string();
        assert_eq!(VerifyError::OtherAccount.to_string(), mismatch);
        assert_eq!(VerifyError::UnknownSender.to_string(), mismatch);
        let expired = VerifyError::Expired { age: 1234 };
        assert!(!expired.to_string().contains("1234"));
        let lookup = Rejection::lookup("postgres://canary".into());
        assert!(!lookup.to_string().contains("canary"));
        let response: Response<String> = lookup.response();
        assert_eq!(
            (response.status(), response.body().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "")
        );
        assert!(response.extensions().get::<Rejection>().is_some());
    }
}
