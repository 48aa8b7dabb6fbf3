//! Errors of time limits: of a connection, an attempt and a call.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::record::Phase;

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
        write!(f, "attempt timeout: no complete response after {:?}", self.after)
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
