//! What the layers fail with. Each is a small struct of its own; [`HttpError`] holds any of them.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use frameio_core::BoxError;

use crate::record::Phase;

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

/// A failure of the transport: no complete answer came.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// How far the request got.
    pub stage: TransportStage,
    source: BoxError,
}

/// How far a request got before the transport failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportStage {
    /// No connection was made.
    Connect,
    /// A connection was there, and the request was certainly not sent on it.
    NotSent,
    /// The request was sent at least in part; no answer came.
    Sent,
    /// The answer broke off in its body.
    Body,
}

impl TransportError {
    /// A failure at `stage`.
    pub fn new(stage: TransportStage, source: impl Into<BoxError>) -> Self {
        Self { stage, source: source.into() }
    }

    /// Whether the service may have got the request.
    pub const fn may_have_been_sent(&self) -> bool {
        matches!(self.stage, TransportStage::Sent | TransportStage::Body)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            TransportStage::Connect => "could not connect",
            TransportStage::NotSent => "the connection closed before the request was sent",
            TransportStage::Sent => "the connection failed before an answer came",
            TransportStage::Body => "the connection failed in the middle of the answer",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// The connection took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectTimeout {
    /// The limit that was reached.
    pub after: Duration,
}

impl ConnectTimeout {
    /// A connection that was not there after `after`.
    pub const fn new(after: Duration) -> Self {
        Self { after }
    }
}

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connect timeout: no connection after {:?}", self.after)
    }
}

impl StdError for ConnectTimeout {}

/// An attempt took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptTimeout {
    /// The limit that was reached.
    pub after: Duration,
}

impl AttemptTimeout {
    /// An attempt that was not complete after `after`.
    pub const fn new(after: Duration) -> Self {
        Self { after }
    }
}

impl fmt::Display for AttemptTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attempt timeout: no complete answer after {:?}", self.after)
    }
}

impl StdError for AttemptTimeout {}

/// The whole call took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineExceeded {
    /// The limit that was reached.
    pub after: Duration,
    /// What the call was busy with.
    pub phase: Phase,
}

impl DeadlineExceeded {
    /// A call that was cut in `phase`, `after` its start.
    pub const fn new(after: Duration, phase: Phase) -> Self {
        Self { after, phase }
    }
}

impl fmt::Display for DeadlineExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deadline of {:?} reached {}", self.after, self.phase)
    }
}

impl StdError for DeadlineExceeded {}

/// The quota has no room in the time that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaExhausted {
    /// How long the call would have had to wait.
    pub wait: Duration,
}

impl QuotaExhausted {
    /// A call that would have had to wait for `wait`.
    pub const fn new(wait: Duration) -> Self {
        Self { wait }
    }
}

impl fmt::Display for QuotaExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the quota has room again only in {:?}, more than this call may wait", self.wait)
    }
}

impl StdError for QuotaExhausted {}

/// The store of the quotas could not say whether there is room.
#[derive(Debug)]
#[non_exhaustive]
pub struct QuotaStoreError(BoxError);

impl QuotaStoreError {
    /// No decision, for the reason in `source`.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for QuotaStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store of the quotas cannot be used")
    }
}

impl StdError for QuotaStoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

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

/// An answer larger than the client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseTooLarge {
    /// The limit in bytes, after decompression.
    pub limit: usize,
}

impl ResponseTooLarge {
    /// An answer of more than `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Self { limit }
    }
}

impl fmt::Display for ResponseTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the answer is larger than {} bytes", self.limit)
    }
}

impl StdError for ResponseTooLarge {}
