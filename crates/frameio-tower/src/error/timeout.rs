//! Errors of time limits: of a connection, an attempt and a call.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::record::Phase;

/// A connection was not established in time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectTimeout {
    /// The limit that was reached.
    pub after: Duration,
    peer: Option<Box<str>>,
}

impl ConnectTimeout {
    /// Creates the error of a connection that was not established after `after`.
    pub const fn new(after: Duration) -> Self {
        Self { after, peer: None }
    }

    /// Sets the host and the port that the connection was for.
    #[must_use]
    pub fn peer(mut self, peer: impl Into<Box<str>>) -> Self {
        self.peer = Some(peer.into());
        self
    }
}

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot connect")?;
        if let Some(peer) = &self.peer {
            write!(f, " to {peer}")?;
        }
        write!(f, ": timed out after {:?}", self.after)
    }
}

impl StdError for ConnectTimeout {}

/// An attempt was not complete in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptTimeout {
    /// The limit that was reached.
    pub after: Duration,
}

impl AttemptTimeout {
    /// Creates the error of an attempt that was not complete after `after`.
    pub const fn new(after: Duration) -> Self {
        Self { after }
    }
}

impl fmt::Display for AttemptTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attempt timed out after {:?}", self.after)
    }
}

impl StdError for AttemptTimeout {}

/// A call was not complete at its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineExceeded {
    /// The limit that was reached.
    pub after: Duration,
    /// What the call was waiting for.
    pub phase: Phase,
}

impl DeadlineExceeded {
    /// Creates the error of a call that was waiting for `phase`, `after` its start.
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
