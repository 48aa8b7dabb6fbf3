//! The bytes of an upload in a temporary file, which parts fill in any order.

use std::io::{self, SeekFrom};
use std::pin::pin;

use bytes::{Buf, Bytes};
use frameio_core::{Body, BoxError};
use futures_util::stream;
use http::StatusCode;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tempfile::NamedTempFile;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::refusal::Refusal;

/// Number of bytes that are read at a time.
const CHUNK: usize = 128 << 10;

/// A temporary file that only its owner can read, and that is removed with the upload.
pub(super) struct Spool(NamedTempFile);

impl Spool {
    pub(super) fn create() -> io::Result<Self> {
        tempfile::Builder::new().prefix("frameio-legacy-").tempfile().map(Self)
    }

    /// Writes a body of `length` bytes at `start`.
    pub(super) async fn write<B>(&self, start: u64, length: u64, body: B) -> Result<(), Refusal>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let mut file = OpenOptions::new().write(true).open(self.0.path()).await.map_err(failed)?;
        file.seek(SeekFrom::Start(start)).await.map_err(failed)?;
        let mut body = pin!(body);
        let mut remaining = length;
        // The error of a body need not be sendable.
        while let Some(frame) = body.frame().await.map(Result::ok) {
            let frame = frame.ok_or_else(|| Refusal::invalid("the part broke off"))?;
            let Ok(mut data) = frame.into_data() else { continue };
            let size = data.remaining() as u64;
            remaining = remaining
                .checked_sub(size)
                .ok_or_else(|| Refusal::invalid("the part is longer than its content-length"))?;
            file.write_all_buf(&mut data).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        match remaining {
            0 => Ok(()),
            _ => Err(Refusal::invalid("the part is shorter than its content-length")),
        }
    }

    /// Returns a body of `size` bytes from `start`.
    pub(super) async fn read(&self, start: u64, size: u64) -> io::Result<Body> {
        let mut file = File::open(self.0.path()).await?;
        file.seek(SeekFrom::Start(start)).await?;
        let file = file.take(size);
        let chunks = stream::try_unfold(file, |mut file| async move {
            let mut buffer = bytes::BytesMut::with_capacity(CHUNK);
            match file.read_buf(&mut buffer).await? {
                0 => Ok::<_, io::Error>(None),
                _ => Ok(Some((Frame::data(buffer.freeze()), file))),
            }
        });
        Ok(Body::stream(StreamBody::new(chunks)))
    }

    /// Frees the space: everything was sent.
    pub(super) fn clear(&self) {
        let _ = self.0.as_file().set_len(0);
    }
}

fn failed(error: io::Error) -> Refusal {
    let detail = format!("the part cannot be kept: {error}");
    Refusal::with_status(StatusCode::INSUFFICIENT_STORAGE, detail)
}

/// Ranges of bytes, in order and apart from each other.
#[derive(Debug, Default)]
pub(super) struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Adds a range, which may overlap others.
    pub(super) fn add(&mut self, start: u64, end: u64) {
        let (mut start, mut end) = (start, end);
        self.0.retain(|(from, to)| {
            let touches = *from <= end && start <= *to;
            if touches {
                (start, end) = (start.min(*from), end.max(*to));
            }
            !touches
        });
        let at = self.0.partition_point(|(from, _)| *from < start);
        self.0.insert(at, (start, end));
    }

    /// Returns whether all bytes of a range are there.
    pub(super) fn covers(&self, start: u64, end: u64) -> bool {
        self.0.iter().any(|(from, to)| *from <= start && end <= *to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_grow_together() {
        let mut ranges = Ranges::default();
        ranges.add(10, 20);
        ranges.add(30, 40);
        assert!(ranges.covers(12, 20) && !ranges.covers(15, 35));
        ranges.add(20, 30);
        assert_eq!(ranges.0, [(10, 40)]);
        ranges.add(0, 5);
        ranges.add(4, 12);
        assert_eq!(ranges.0, [(0, 40)]);
    }

    #[tokio::test]
    async fn parts_are_written_in_any_order_and_read_across() {
        let spool = Spool::create().unwrap();
        spool.write(3, 3, Body::from("def")).await.unwrap();
        spool.write(0, 3, Body::from("abc")).await.unwrap();
        let read = spool.read(1, 4).await.unwrap().collect().await.unwrap().to_bytes();
        assert_eq!(read, "bcde");
        let short = spool.write(0, 4, Body::from("abc")).await.unwrap_err();
        let long = spool.write(0, 2, Body::from("abc")).await.unwrap_err();
        assert_eq!((short.status.as_u16(), long.status.as_u16()), (422, 422));
    }
}
