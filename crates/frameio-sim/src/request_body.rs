//! Request bodies.

use std::fmt;
use std::pin::{Pin, pin};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, EXPECT, HeaderMap};
use http_body::Body;
use http_body_util::BodyExt;

/// Maximum number of bytes that are read from an unwanted body.
const MAX_DRAINED: u64 = 64 * 1024 * 1024;

/// Returns the declared length of a body.
pub(crate) fn declared<B: Body>(headers: &HeaderMap, body: &B) -> Option<u64> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).or_else(|| body.size_hint().exact())
}

/// Error of an incomplete body.
#[derive(Debug)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request body is incomplete")
    }
}

impl std::error::Error for Broken {}

/// Reads the next bytes of a body; trailers yield no bytes.
pub(crate) async fn next<B>(body: &mut Pin<&mut B>) -> Option<Result<Bytes, Broken>>
where
    B: Body<Data = Bytes>,
{
    let frame = body.frame().await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()).map_err(|_| Broken))
}

/// Reads the rest of an unwanted body, because a response that is sent while the client still writes
/// can be lost with the connection.
///
/// Does nothing when the client waits for `100 Continue`, and stops after 64 MiB.
pub(crate) async fn drain<B>(headers: &HeaderMap, mut body: Pin<&mut B>)
where
    B: Body<Data = Bytes>,
{
    if headers.contains_key(EXPECT) {
        return;
    }
    let mut remaining = MAX_DRAINED;
    while let Some(Ok(data)) = next(&mut body).await {
        match remaining.checked_sub(data.len() as u64) {
            Some(rest) => remaining = rest,
            None => return,
        }
    }
}

/// Body of a request, read up to a limit.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) data: Bytes,
    /// Whether the body exceeded the limit and was discarded.
    pub(crate) is_too_long: bool,
}

impl Content {
    /// Reads a body to its end, or until it exceeds `limit` bytes.
    pub(crate) async fn read<B>(body: B, headers: &HeaderMap, limit: usize) -> Self
    where
        B: Body<Data = Bytes>,
    {
        let mut body = pin!(body);
        let mut read = BytesMut::new();
        // An incomplete body is not valid JSON, so it needs no special treatment.
        while let Some(Ok(data)) = next(&mut body).await {
            if read.len() + data.len() > limit {
                drain(headers, body).await;
                return Self { data: Bytes::new(), is_too_long: true };
            }
            if read.is_empty() && body.is_end_stream() {
                return Self { data, is_too_long: false };
            }
            read.extend_from_slice(&data);
        }
        Self { data: read.freeze(), is_too_long: false }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_discarded() {
        let read = async |limit| {
            let body = Full::new(Bytes::from("abcdef"));
            Content::read(body, &HeaderMap::new(), limit).await
        };
        assert_eq!(read(6).await.data, "abcdef");
        let large = read(5).await;
        assert!(large.is_too_long && large.data.is_empty());
    }
}
