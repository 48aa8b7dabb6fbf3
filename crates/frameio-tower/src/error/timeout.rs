//! Errors of time limits: of a connection, an attempt and a call.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::record::Phase;

/// Connection that was not established within the time limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectTimeout {
    /// Limit that was reached.
    pub after: Duration,
    peer: Option<Box<str>>,
}

impl ConnectTimeout {
    /// Creates an error for a connection that was not established after `after`.
    pub const fn new(after: Duration) -> Self {
        Self { after, peer: None }
    }

    /// Sets the host and port of the connection, which the message names.
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

/// Attempt that did not complete within the time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptTimeout {
    /// Limit that was reached.
    pub after: Duration,
}

impl AttemptTimeout {
    /// Creates an error for an attempt that did not complete after `after`.
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

/// Call that did not complete before its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineExceeded {
    /// Limit that was reached.
    pub after: Duration,
    /// Phase of the call when the deadline passed.
    pub phase: Phase,
}

impl DeadlineExceeded {
    /// Creates an error for a call that was in `phase` when its limit, `after`, was reached.
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
