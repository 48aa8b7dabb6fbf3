//! Bodies while they are recorded.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use frameio_core::{Body, BoxError};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;

use crate::cassette::RecordedBody;
use crate::scrub::Scrubber;

/// Content of a body, before secrets are replaced.
pub(crate) enum Content {
    Bytes(Bytes),
    /// Body that was not read, with its size if it is known.
    Unread(Option<u64>),
}

impl Content {
    /// Returns what is known without reading the body.
    pub(crate) fn of(body: &Body, limit: usize) -> Self {
        match body.as_bytes() {
            Some(bytes) if bytes.len() <= limit => Self::Bytes(Bytes::copy_from_slice(bytes)),
            Some(bytes) => Self::Unread(u64::try_from(bytes.len()).ok()),
            None => Self::Unread(body.size_hint().exact()),
        }
    }

    /// Returns the form of the body in a cassette.
    pub(crate) fn scrubbed(
        self,
        headers: &HeaderMap,
        scrubber: &mut Scrubber,
    ) -> Option<RecordedBody> {
        let bytes = match self {
            Self::Unread(bytes) => return Some(RecordedBody::Omitted { bytes }),
            Self::Bytes(bytes) => bytes,
        };
        if bytes.is_empty() {
            return None;
        }
        if let Ok(mut value) = serde_json::from_slice(&bytes) {
            scrubber.json(&mut value);
            return Some(RecordedBody::Json(value));
        }
        let is_form = media_type(headers).contains("x-www-form-urlencoded");
        match std::str::from_utf8(&bytes) {
            Ok(text) if is_form => Some(RecordedBody::Form(scrubber.pairs(text))),
            _ => Some(RecordedBody::Omitted { bytes: u64::try_from(bytes.len()).ok() }),
        }
    }
}

fn media_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Reads the body of a response up to `limit`, and returns it for the caller too.
///
/// The content of files is not read here, so that a download stays a stream.
pub(crate) async fn read<B>(headers: &HeaderMap, body: B, limit: usize) -> (Content, Body)
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let media_type = media_type(headers);
    let size = body.size_hint().exact();
    if !(media_type.is_empty() || media_type.contains("json") || media_type.contains("form")) {
        return (Content::Unread(size), Body::stream(body));
    }
    let mut body = Box::pin(body);
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => read.extend_from_slice(&data),
            // Trailers: responses of the service have none.
            Ok(Err(_)) => {}
            Err(error) => {
                let rest = Rest { read: Some(read.freeze()), error: Some(error.into()), body };
                return (Content::Unread(None), Body::stream(rest));
            }
        }
        if read.len() > limit {
            let rest = Rest { read: Some(read.freeze()), error: None, body };
            return (Content::Unread(size), Body::stream(rest));
        }
    }
    let read = read.freeze();
    (Content::Bytes(read.clone()), Body::from(read))
}

/// Body of which a part has been read.
struct Rest<B> {
    read: Option<Bytes>,
    error: Option<BoxError>,
    body: Pin<Box<B>>,
}

impl<B> HttpBody for Rest<B>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if let Some(read) = this.read.take().filter(|read| !read.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(read))));
        }
        if let Some(error) = this.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        this.body.as_mut().poll_frame(cx).map(|frame| frame.map(|it| it.map_err(Into::into)))
    }
}
