//! Faults, applied to responses.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{Body, Quota};
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Response, StatusCode};
use http_body::{Body as _, Frame, SizeHint};

use super::{Fault, Kind};
use crate::quota::Level;
use crate::response::{self, Failure, StorageError};

const RATE_LIMIT: [&str; 3] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-window"];

/// What a connection that is reset looks like, to the service as to its client.
fn reset() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "reset by a fault that was injected")
}

impl Fault {
    /// Returns the delay before everything else.
    pub(crate) const fn waits(&self) -> Duration {
        self.delay
    }

    /// Whether the connection is reset before the request is read.
    ///
    /// # Errors
    /// When it is.
    pub(crate) fn before(&self) -> io::Result<()> {
        match self.kind {
            Kind::Reset => Err(reset()),
            _ => Ok(()),
        }
    }

    /// Returns the response of a fault that does not run the operation, which has this quota.
    pub(crate) fn instead(&self, quota: Option<Quota>) -> Option<Response<Body>> {
        Some(match &self.kind {
            Kind::Answer { status, content: Some((content_type, body)) } => {
                response::content(*status, content_type.clone(), body.clone())
            }
            Kind::Answer { status, content: None } => {
                Failure::new(*status, "this fault was asked for").into_response()
            }
            Kind::ExpiredToken => {
                let detail = "the bearer token has expired";
                let refusal = Failure::new(StatusCode::UNAUTHORIZED, detail).into_response();
                match quota {
                    Some(quota) => response::with_level(refusal, &Level::unused(quota)),
                    None => refusal,
                }
            }
            Kind::ExpiredUrl => StorageError::EXPIRED.into_response(),
            _ => return None,
        })
    }

    /// Whether a part is not kept that is said to be.
    pub(crate) const fn drops_part(&self) -> bool {
        matches!(self.kind, Kind::DroppedPart)
    }

    /// Changes a response.
    ///
    /// # Errors
    /// When the connection is reset before it.
    pub(crate) fn change(self, response: Response<Body>) -> io::Result<Response<Body>> {
        let (mut parts, mut body) = response.into_parts();
        match self.kind {
            Kind::ResetInBody => {
                let length = body.size_hint().exact().ok_or_else(reset)?;
                if length == 0 {
                    return Err(reset());
                }
                parts.headers.insert(CONTENT_LENGTH, length.into());
                let left = length / 2;
                body = Body::stream(Breaking { body, length, left, flushed: false });
            }
            Kind::Truncated => {
                let bytes = body.as_bytes().unwrap_or_default();
                body =
                    Bytes::copy_from_slice(bytes.get(..bytes.len() / 2).unwrap_or_default()).into();
            }
            Kind::NoRateLimit => {
                RATE_LIMIT.iter().for_each(|name| drop(parts.headers.remove(*name)));
            }
            Kind::WrongRateLimit => {
                for (name, wrong) in RATE_LIMIT.into_iter().zip(["0", "-1", "soon"]) {
                    parts.headers.insert(name, HeaderValue::from_static(wrong));
                }
            }
            _ => {}
        }
        for (name, value) in &self.headers {
            parts.headers.insert(name, value.clone());
        }
        Ok(Response::from_parts(parts, body))
    }
}

/// A body that fails when half of it has been sent.
struct Breaking {
    body: Body,
    length: u64,
    left: u64,
    /// Whether what was sent had the time to go out.
    flushed: bool,
}

impl http_body::Body for Breaking {
    type Data = Bytes;
    type Error = frameio_core::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left == 0 {
            if self.flushed {
                return Poll::Ready(Some(Err(reset().into())));
            }
            self.flushed = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx)).transpose()?;
        let Some(mut data) = frame.and_then(|frame| frame.into_data().ok()) else {
            return Poll::Ready(Some(Err(reset().into())));
        };
        data.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= data.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
