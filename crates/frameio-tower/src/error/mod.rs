//! Errors of the layers: a small struct each, [`HttpError`] for any of them, and [`FailureKind`] to
//! classify them.

mod auth;
mod kind;
mod quota;
mod timeout;
mod transport;

use std::error::Error as StdError;
use std::fmt;

use frameio_core::BoxError;

pub use self::auth::AuthError;
pub use self::kind::{FailureKind, error_type};
pub use self::quota::{QuotaExhausted, QuotaStoreError};
pub use self::timeout::{AttemptTimeout, ConnectTimeout, DeadlineExceeded};
pub use self::transport::{ResponseTooLarge, TransportError, TransportStage};

/// The error of a whole stack: any layer's, behind one concrete type.
///
/// A boxed stack has this error and not [`BoxError`], with which a call could not be awaited
/// inside `tokio::spawn`.
pub struct HttpError(BoxError);

impl HttpError {
    /// Wraps an error, unless it is an `HttpError` already.
    pub fn new(error: impl Into<BoxError>) -> Self {
        match error.into().downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self(error),
        }
    }

    /// The first error of the type `T` in this one or among its sources.
    pub fn find<T: StdError + 'static>(&self) -> Option<&T> {
        find(&*self.0)
    }

    /// The error inside.
    pub fn into_inner(self) -> BoxError {
        self.0
    }
}

impl From<BoxError> for HttpError {
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

/// The first error of the type `T` in `error` or among its sources.
pub fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// An error and its sources. Bounded, in case an error is its own source.
pub(crate) fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| next(*error)).take(32)
}

fn next<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<HttpError>() {
        // Its source is that of the error inside, which would be passed over.
        Some(stack) => Some(&*stack.0),
        None => error.source(),
    }
}
