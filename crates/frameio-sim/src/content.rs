//! Bodies: those that come are kept as the chunks they came in, and go out so again.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HeaderMap};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

/// A body that was read.
#[derive(Debug)]
pub(crate) struct Content {
    /// The length that was said before the body came.
    pub(crate) declared: Option<u64>,
    /// Whether it ended before its end.
    pub(crate) broken: bool,
    chunks: Vec<Bytes>,
    length: u64,
}

impl Content {
    /// Reads a body to its end, but keeps no more than `limit` bytes of it.
    ///
    /// The rest is read all the same: an answer that is sent while the client still writes may
    /// be lost with the connection.
    pub(crate) async fn read<B>(body: B, headers: &HeaderMap, limit: u64) -> Self
    where
        B: Body<Data = Bytes>,
    {
        let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let declared =
            length.and_then(|length| length.parse().ok()).or_else(|| body.size_hint().exact());
        let mut content = Self { declared, broken: false, chunks: Vec::new(), length: 0 };
        let mut body = pin!(body);
        while let Some(frame) = body.frame().await {
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => content.push(data, limit),
                Ok(Err(_trailers)) => {}
                Err(_) => {
                    content.broken = true;
                    break;
                }
            }
        }
        content.broken |= content.declared.is_some_and(|declared| content.length < declared);
        content
    }

    fn push(&mut self, data: Bytes, limit: u64) {
        self.length += data.len() as u64;
        if self.length <= limit {
            self.chunks.push(data);
        } else {
            self.chunks.clear();
        }
    }

    /// How many bytes came, those included that were not kept.
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// All bytes in one; empty where they were too many.
    pub(crate) fn joined(&self) -> Bytes {
        match self.chunks.as_slice() {
            [chunk] => chunk.clone(),
            chunks => {
                let mut joined = BytesMut::new();
                chunks.iter().for_each(|chunk| joined.extend_from_slice(chunk));
                joined.freeze()
            }
        }
    }

    pub(crate) fn into_chunks(self) -> Vec<Bytes> {
        self.chunks
    }
}

/// A body of chunks that are not joined.
#[derive(Debug)]
pub(crate) struct Chunks {
    chunks: VecDeque<Bytes>,
    left: u64,
}

impl Chunks {
    /// The bytes from `first` to before `after`.
    pub(crate) fn new(chunks: impl Iterator<Item = Bytes>, first: u64, after: u64) -> Self {
        let mut at = 0;
        let mut kept = VecDeque::new();
        for chunk in chunks {
            let end = at + chunk.len() as u64;
            let (from, to) = (first.clamp(at, end) - at, after.clamp(at, end) - at);
            if from < to {
                kept.push_back(chunk.slice(from as usize..to as usize));
            }
            at = end;
        }
        Self { chunks: kept, left: after.min(at).saturating_sub(first) }
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = self.chunks.pop_front();
        self.left -= chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn chunks_are_cut_at_both_ends() {
        let chunks = || ["ab", "", "cde", "f"].into_iter().map(Bytes::from);
        for (first, after, expected) in [
            (0, 6, "abcdef"),
            (1, 3, "bc"),
            (3, 4, "d"),
            (5, 6, "f"),
            (0, 99, "abcdef"),
            (6, 6, ""),
        ] {
            let body = Chunks::new(chunks(), first, after);
            assert_eq!(body.size_hint().exact(), Some(expected.len() as u64));
            assert_eq!(body.collect().await.unwrap().to_bytes(), expected);
        }
    }

    #[tokio::test]
    async fn no_more_than_the_limit_is_kept() {
        let body = |limit| async move {
            let chunks = ["abc", "def"].into_iter().map(Bytes::from);
            Content::read(Chunks::new(chunks, 0, 6), &HeaderMap::new(), limit).await
        };
        let fits = body(6).await;
        assert_eq!((fits.length(), fits.joined().as_ref()), (6, &b"abcdef"[..]));
        let large = body(5).await;
        assert_eq!((large.length(), large.into_chunks().len()), (6, 0));
    }
}
