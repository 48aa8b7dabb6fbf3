//! Application of faults to requests and responses.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{Body, Quota};
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use http::{Response, StatusCode};
use http_body::{Body as _, Frame, SizeHint};

use super::{Fault, Kind};
use crate::quota::Level;
use crate::response::{self, Failure, StorageError};

const RATE_LIMIT: [&str; 3] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-window"];

/// Returns the error that stands for a reset connection in process, and closes the socket on a server.
fn reset() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "connection reset by an injected fault")
}

impl Fault {
    /// Returns the delay before the fault applies.
    pub(crate) const fn delay_before(&self) -> Duration {
        self.delay
    }

    /// Fails if the connection is reset before the request is read.
    pub(crate) fn before_request(&self) -> io::Result<()> {
        match self.kind {
            Kind::Reset => Err(reset()),
            _ => Ok(()),
        }
    }

    /// Returns the response that replaces the operation; `quota` is that of the operation.
    pub(crate) fn replacement(&self, quota: Option<Quota>) -> Option<Response<Body>> {
        Some(match &self.kind {
            Kind::Response { status, content: Some((content_type, body)) } => {
                response::content(*status, content_type.clone(), body.clone())
            }
            Kind::Response { status, content: None } => {
                Failure::new(*status, "injected fault").into_response()
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

    /// Returns whether an upload part is discarded although it is reported as stored.
    pub(crate) const fn drops_part(&self) -> bool {
        matches!(self.kind, Kind::DroppedPart)
    }

    /// Changes the headers of the request.
    pub(crate) fn change_request(&self, headers: &mut HeaderMap) {
        if matches!(self.kind, Kind::StrippedHeaders) {
            for name in [AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("x-amz-acl")] {
                headers.remove(name);
            }
        }
    }

    /// Changes a response; fails if the connection is reset before it.
    pub(crate) fn change_response(self, response: Response<Body>) -> io::Result<Response<Body>> {
        let (mut parts, mut body) = response.into_parts();
        match self.kind {
            Kind::ResetInBody => {
                let length = body.size_hint().exact().ok_or_else(reset)?;
                if length == 0 {
                    return Err(reset());
                }
                parts.headers.insert(CONTENT_LENGTH, length.into());
                let remaining = length / 2;
                body = Body::stream(HalfBody { body, length, remaining, flushed: false });
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

/// A body that fails after its first half.
struct HalfBody {
    body: Body,
    length: u64,
    remaining: u64,
    /// Whether the connection had a chance to send the first half.
    flushed: bool,
}

impl http_body::Body for HalfBody {
    type Data = Bytes;
    type Error = frameio_core::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.remaining == 0 {
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
        data.truncate(usize::try_from(self.remaining).unwrap_or(usize::MAX));
        self.remaining -= data.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
