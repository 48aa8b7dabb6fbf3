//! Bodies of a known length.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt};
use http_body::{Body, Frame, SizeHint};

/// Body of known length from a stream.
pub(crate) struct SizedBody {
    stream: BoxStream<'static, io::Result<Bytes>>,
    left: u64,
}

impl SizedBody {
    pub(crate) fn new(
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        length: u64,
    ) -> Self {
        Self { stream: stream.boxed(), left: length }
    }
}

impl Body for SizedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let data = ready!(self.stream.poll_next_unpin(cx)).transpose()?;
        self.left -= data.as_ref().map_or(0, |data| data.len() as u64);
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
