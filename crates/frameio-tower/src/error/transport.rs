//! Errors of the transport and of response bodies.

use std::error::Error as StdError;
use std::fmt;

use frameio_core::BoxError;
use http::StatusCode;

use super::chain;

/// Failure of the transport before a complete response arrived.
///
/// The message names the peer, if known, and the innermost cause: `cannot connect to
/// api.frame.io:443: Connection refused (os error 111)`.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// Progress of the request when the transport failed.
    pub stage: TransportStage,
    /// Status of the response, if it arrived before the transport failed.
    pub status: Option<StatusCode>,
    peer: Option<Box<str>>,
    source: BoxError,
}

/// Progress of a request when the transport failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportStage {
    /// The transport cannot send such a request, for example because its URI is relative. No
    /// connection was opened, and no retry helps.
    Unsendable,
    /// The body of the request failed, for example because a file cannot be read. Part of the request
    /// may have been sent.
    RequestBody,
    /// The connection was not established.
    Connect,
    /// The connection was established, but certainly no part of the request was sent.
    NotSent,
    /// The service reported that it did not process the request: over HTTP/2, it refused the stream, or
    /// closed the connection at an earlier one. A retry is safe for every request.
    NotProcessed,
    /// At least part of the request may have been sent, and no response arrived.
    Sent,
    /// The response body ended too early or cannot be read.
    Body,
}

impl TransportError {
    /// Creates an error for a failure at `stage`, without a peer.
    pub fn new(stage: TransportStage, source: impl Into<BoxError>) -> Self {
        Self { stage, status: None, peer: None, source: source.into() }
    }

    /// Sets the host and port of the connection, which the message of a connection failure names.
    #[must_use]
    pub fn peer(mut self, peer: impl Into<Box<str>>) -> Self {
        self.peer = Some(peer.into());
        self
    }

    /// Sets the status of the response whose body failed.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Returns whether the service may have received the request and processed it, according to the
    /// stage.
    pub const fn may_have_been_sent(&self) -> bool {
        matches!(
            self.stage,
            TransportStage::RequestBody | TransportStage::Sent | TransportStage::Body
        )
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.stage, &self.peer) {
            (TransportStage::Unsendable, _) => f.write_str("the request cannot be sent")?,
            (TransportStage::RequestBody, _) => f.write_str("the body of the request failed")?,
            (TransportStage::Connect, Some(peer)) => write!(f, "cannot connect to {peer}")?,
            (TransportStage::Connect, None) => f.write_str("cannot connect")?,
            (TransportStage::NotSent, _) => {
                f.write_str("the connection closed before the request was sent")?;
            }
            (TransportStage::NotProcessed, _) => {
                f.write_str("the service did not process the request")?;
            }
            (TransportStage::Sent, _) => {
                f.write_str("the connection failed before a response arrived")?;
            }
            (TransportStage::Body, _) => {
                f.write_str("the connection failed in the middle of the response")?;
            }
        }
        match chain(&*self.source).last() {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// Response with more bytes than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseTooLarge {
    /// Limit in bytes, which applies after decompression.
    pub limit: usize,
    /// Status of the response, if it is known.
    pub status: Option<StatusCode>,
}

impl ResponseTooLarge {
    /// Creates an error for a response of more than `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Self { limit, status: None }
    }

    /// Sets the status of the response.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }
}

impl fmt::Display for ResponseTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the response is larger than {} bytes", self.limit)
    }
}

impl StdError for ResponseTooLarge {}

/// Response whose body is not valid in its content encoding. A retry would get the same body.
#[derive(Debug)]
#[non_exhaustive]
pub struct InvalidContent {
    /// Status of the response, if it is known.
    pub status: Option<StatusCode>,
    source: BoxError,
}

impl InvalidContent {
    /// Creates an error from the failure of the decoder.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self { status: None, source: source.into() }
    }

    /// Sets the status of the response.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }
}

impl fmt::Display for InvalidContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the compressed content of the response is invalid: {}", self.source)
    }
}

impl StdError for InvalidContent {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
