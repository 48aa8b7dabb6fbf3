//! Errors of the layers, each a small struct; [`HttpError`] wraps any of them, and [`FailureKind`]
//! classifies them.

mod auth;
mod kind;
mod quota;
mod timeout;
mod transport;

use std::error::Error as StdError;
use std::fmt;

use frameio_core::BoxError;
use http::StatusCode;

pub use self::auth::AuthError;
pub use self::kind::{FailureKind, error_type};
pub use self::quota::{QuotaExhausted, QuotaStoreError};
pub use self::timeout::{AttemptTimeout, ConnectTimeout, DeadlineExceeded};
pub use self::transport::{InvalidContent, ResponseTooLarge, TransportError, TransportStage};

/// Error of any layer of a stack, as one concrete type.
///
/// `Display`, `Debug` and `source` are those of the wrapped error. [`HttpService`](crate::HttpService)
/// returns it instead of [`BoxError`] because, with a boxed error, the compiler cannot prove that a
/// call may be awaited inside `tokio::spawn`.
pub struct HttpError(BoxError);

impl HttpError {
    /// Wraps an error, unless it is an `HttpError` already.
    pub fn new(error: impl Into<BoxError>) -> Self {
        match error.into().downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self(error),
        }
    }

    /// Returns the first error of type `T` among the wrapped error and its sources.
    pub fn find<T: StdError + 'static>(&self) -> Option<&T> {
        find(&*self.0)
    }

    /// Returns the status of the response, if one arrived whose body could not be read.
    pub fn status(&self) -> Option<StatusCode> {
        chain(&*self.0).find_map(|error| {
            error
                .downcast_ref::<TransportError>()
                .map(|error| error.status)
                .or_else(|| Some(error.downcast_ref::<ResponseTooLarge>()?.status))
                .or_else(|| Some(error.downcast_ref::<InvalidContent>()?.status))
        })?
    }

    /// Returns the wrapped error.
    pub fn into_inner(self) -> BoxError {
        self.0
    }
}

impl From<BoxError> for HttpError {
    #[cold]
    fn from(error: BoxError) -> Self {
        Self::new(error)
    }
}

impl AsRef<dyn StdError + Send + Sync> for HttpError {
    fn as_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for HttpError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// Returns the first error of type `T` among `error` and its sources.
///
/// ```
/// use std::time::Duration;
///
/// use frameio_tower::error::{AttemptTimeout, HttpError, find};
///
/// let error = HttpError::new(AttemptTimeout::new(Duration::from_secs(60)));
/// assert_eq!(find::<AttemptTimeout>(&error).unwrap().after, Duration::from_secs(60));
/// ```
pub fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// Returns the error that an [`HttpError`] wraps, and any other error unchanged.
#[cfg(feature = "tower")]
pub(crate) fn unwrapped(error: BoxError) -> BoxError {
    match error.downcast::<HttpError>() {
        Ok(wrapper) => wrapper.into_inner(),
        Err(error) => error,
    }
}

/// Iterates over an error and its sources, at most 32 in case they form a cycle.
pub(crate) fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| next(*error)).take(32)
}

fn next<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<HttpError>() {
        // `HttpError::source` skips the wrapped error.
        Some(stack) => Some(&*stack.0),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::build_error::{BuildError, BuildErrorKind};

    #[test]
    fn errors_have_the_source_that_they_were_created_with() {
        let build = BuildError::new(BuildErrorKind::Other, "invalid");
        assert!(build.source().is_none());
        let errors: [BoxError; 6] = [
            InvalidContent::new("cause").into(),
            AuthError::new("cause").into(),
            QuotaStoreError::new("cause").into(),
            TransportError::new(TransportStage::Sent, "cause").into(),
            build.caused_by("cause").into(),
            HttpError::new(AuthError::new("cause")).into(),
        ];
        for error in errors {
            assert_eq!(error.source().unwrap().to_string(), "cause", "{error:?}");
        }
        // The wrapped error is not a source of its own.
        assert!(HttpError::new(AttemptTimeout::new(Duration::ZERO)).source().is_none());
    }

    #[test]
    fn a_transport_error_may_have_been_sent_according_to_its_stage() {
        for (stage, sent) in [
            (TransportStage::Unsendable, false),
            (TransportStage::RequestBody, true),
            (TransportStage::Connect, false),
            (TransportStage::NotSent, false),
            (TransportStage::NotProcessed, false),
            (TransportStage::Sent, true),
            (TransportStage::Body, true),
        ] {
            assert_eq!(TransportError::new(stage, "reset").may_have_been_sent(), sent, "{stage:?}");
        }
    }

    #[test]
    fn the_status_of_a_response_with_an_unreadable_body_is_known() {
        let created = StatusCode::CREATED;
        for error in [
            BoxError::from(TransportError::new(TransportStage::Body, "reset").status(created)),
            ResponseTooLarge::new(1).status(created).into(),
            InvalidContent::new("crc").status(created).into(),
        ] {
            assert_eq!(HttpError::new(error).status(), Some(created));
        }
        assert_eq!(
            HttpError::new(TransportError::new(TransportStage::Sent, "reset")).status(),
            None
        );
        assert_eq!(HttpError::new(AttemptTimeout::new(Duration::ZERO)).status(), None);
    }
}
