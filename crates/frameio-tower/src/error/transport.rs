//! Errors of the transport and of its response.

use std::error::Error as StdError;
use std::fmt;

use frameio_core::BoxError;

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
            TransportStage::Sent => "the connection failed before a response arrived",
            TransportStage::Body => "the connection failed in the middle of the response",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
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
        write!(f, "the response is larger than {} bytes", self.limit)
    }
}

impl StdError for ResponseTooLarge {}
