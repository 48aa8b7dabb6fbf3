//! Bodies of requests.

use std::fmt;
use std::pin::{Pin, pin};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, EXPECT, HeaderMap};
use http_body::Body;
use http_body_util::BodyExt;

/// Size of an unwanted body that is read, at most.
const MOST_DRAINED: u64 = 64 * 1024 * 1024;

/// The length of a body that is said before it comes.
pub(crate) fn declared<B: Body>(headers: &HeaderMap, body: &B) -> Option<u64> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).or_else(|| body.size_hint().exact())
}

/// A body that broke off.
#[derive(Debug)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body of the request broke off")
    }
}

impl std::error::Error for Broken {}

/// The next bytes of a body; none are there of trailers.
pub(crate) async fn next<B>(body: &mut Pin<&mut B>) -> Option<Result<Bytes, Broken>>
where
    B: Body<Data = Bytes>,
{
    let frame = body.frame().await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()).map_err(|_| Broken))
}

/// Reads the rest of an unwanted body: a response that is sent while the client still writes may be
/// lost with the connection.
///
/// Not where the client waits for `100 Continue`, and not without end.
pub(crate) async fn drain<B>(headers: &HeaderMap, mut body: Pin<&mut B>)
where
    B: Body<Data = Bytes>,
{
    if headers.contains_key(EXPECT) {
        return;
    }
    let mut left = MOST_DRAINED;
    while let Some(Ok(data)) = next(&mut body).await {
        match left.checked_sub(data.len() as u64) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// The JSON of a request.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) data: Bytes,
    /// Whether it was too long, and is not kept.
    pub(crate) is_too_long: bool,
}

impl Content {
    /// Reads a body to its end, or until it is longer than `limit` bytes.
    pub(crate) async fn read<B>(body: B, headers: &HeaderMap, limit: usize) -> Self
    where
        B: Body<Data = Bytes>,
    {
        let mut body = pin!(body);
        let mut read = BytesMut::new();
        // A body that broke off is no JSON, so that it may be treated like one that ended.
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
    async fn no_more_than_the_limit_is_kept() {
        let read = async |limit| {
            let body = Full::new(Bytes::from("abcdef"));
            Content::read(body, &HeaderMap::new(), limit).await
        };
        assert_eq!(read(6).await.data, "abcdef");
        let large = read(5).await;
        assert!(large.is_too_long && large.data.is_empty());
    }
}
