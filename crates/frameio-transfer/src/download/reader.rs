//! A reader of remote files, which resumes after a lost connection.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::ops::{Bound, Range, RangeBounds};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use frameio_core::{AccountId, FileId};
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use super::super::{TransferError, TransferErrorKind, Transfers};
use super::link::{Links, MediaRef, Rendition};
use super::range_client::{
    BodyReader, ExchangeError, RangeClient, RetryBudget, Validators, changed, unexpected,
};

/// A request to read a file as a stream, for [`Transfers::open`].
///
/// ```no_run
/// use frameio::transfer::{Open, Transfers};
///
/// # async fn run(transfers: Transfers) -> Result<(), Box<dyn std::error::Error>> {
/// let mut reader = transfers.open(Open::new("account", "file").range(..1024)).await?;
/// while let Some(bytes) = reader.next().await {
///     println!("{} bytes", bytes?.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is passed to `Transfers::open`"]
pub struct Open {
    source: MediaRef,
    range: Range<u64>,
}

impl Open {
    /// Opens the original of a file.
    pub fn new(account: impl Into<AccountId>, file: impl Into<FileId>) -> Self {
        Self { source: MediaRef::new(account.into(), file.into()), range: 0..u64::MAX }
    }

    /// Sets the rendition to read. Default: the original.
    pub fn rendition(mut self, rendition: Rendition) -> Self {
        self.source.rendition = rendition;
        self
    }

    /// Sets the range of bytes to read, which is truncated to the size of the file. Default: all.
    pub fn range(mut self, range: impl RangeBounds<u64>) -> Self {
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(last) => last.saturating_add(1),
            Bound::Excluded(end) => *end,
            Bound::Unbounded => u64::MAX,
        };
        self.range = start..end.max(start);
        self
    }
}

impl Transfers {
    /// Opens a file as a stream of its bytes.
    ///
    /// After a lost connection, the reader resumes at the same byte if the file is unchanged. A reader
    /// does not count towards the limit of concurrent parts, so an idle reader delays no transfer.
    ///
    /// # Errors
    ///
    /// Fails if the file or its link is unavailable, or the storage fails on every attempt.
    pub fn open(
        &self,
        open: Open,
    ) -> impl Future<Output = Result<Reader, TransferError>> + Send + use<> {
        let inner = self.inner.clone();
        async move {
            let Open { source, range } = open;
            let file = source.file.clone();
            let opened = async {
                let (links, known) = Links::open(inner.clone(), source, None).await?;
                let promised = links.promised(&known);
                Cursor::open(Arc::new(RangeClient { inner, links }), range, promised).await
            };
            let cursor = Box::pin(opened).await.map_err(|error| error.of_file(&file))?;
            Ok(Reader {
                size: cursor.validators.size,
                remaining: cursor.end.map(|end| end - cursor.at),
                next: next(cursor),
                chunk: Bytes::new(),
            })
        }
    }
}

/// The position of a reader.
struct Cursor {
    client: Arc<RangeClient>,
    validators: Validators,
    at: u64,
    end: Option<u64>,
    /// Whether the storage supports ranges.
    ranged: bool,
    body: Option<BodyReader>,
    budget: RetryBudget,
}

impl Cursor {
    async fn open(
        client: Arc<RangeClient>,
        range: Range<u64>,
        promised: Option<u64>,
    ) -> Result<Self, TransferError> {
        let end = promised.map_or(range.end, |size| range.end.min(size));
        if range.start > end || (range.start == end && end > 0) {
            // The range or the file is empty.
            let validators = Validators { size: promised, ..Validators::default() };
            return Ok(Self::over(client, validators, range.start));
        }
        let requested = (range.start < end).then_some(range.start..end);
        let head = client.probe(requested, None).await?;
        let ranged = head.range.is_some();
        if !ranged && range.start > 0 {
            if head.validators.size.is_some_and(|size| size <= range.start) {
                return Ok(Self::over(client, head.validators, range.start));
            }
            let message =
                "the storage does not support ranges for this file; read it from the start";
            return Err(TransferError::new(TransferErrorKind::Refused, message));
        }
        if let (Some(promised), Some(size)) = (promised, head.validators.size)
            && promised != size
        {
            let message = format!(
                "the service reports a size of {promised} bytes, but the storage has {size}"
            );
            return Err(TransferError::new(TransferErrorKind::Mismatch, message));
        }
        let size = head.validators.size.or(promised);
        let end = match (head.range, size) {
            (Some(range), _) => Some(range.end),
            (None, size) => {
                size.map_or((end < u64::MAX).then_some(end), |size| Some(end.min(size)))
            }
        };
        let budget = RetryBudget::new(&client);
        let body = Some(head.body);
        Ok(Self { client, validators: head.validators, at: range.start, end, ranged, body, budget })
    }

    /// Creates a cursor at its end.
    fn over(client: Arc<RangeClient>, validators: Validators, at: u64) -> Self {
        let budget = RetryBudget::new(&client);
        Self { client, validators, at, end: Some(at), ranged: true, body: None, budget }
    }

    /// Returns the next bytes, with retries.
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransferError> {
        loop {
            if self.end == Some(self.at) {
                return Ok(None);
            }
            let link = self.client.links.current().await;
            let failure = match self.attempt(&link).await {
                Ok(chunk) => {
                    let received = chunk.as_ref().map_or(0, Bytes::len);
                    self.budget.progressed(received as u64);
                    return Ok(chunk);
                }
                Err(failure) => failure,
            };
            self.body = None;
            if !self.ranged && self.at > 0 {
                let message = format!(
                    "the connection was lost after {} bytes, and the storage cannot resume",
                    self.at
                );
                return Err(TransferError::new(TransferErrorKind::Storage, message));
            }
            self.budget.failed(failure, &link).await?;
        }
    }

    async fn attempt(&mut self, link: &super::link::Link) -> Result<Option<Bytes>, ExchangeError> {
        let body = match &mut self.body {
            Some(body) => body,
            none => {
                let requested = self.ranged.then(|| self.at..self.end.unwrap_or(u64::MAX));
                let head =
                    self.client.get(link, requested.as_ref(), Some(&self.validators)).await?;
                if head.range.is_some() != self.ranged || head.validators != self.validators {
                    return Err(ExchangeError::Final(changed()));
                }
                none.insert(head.body)
            }
        };
        match self.client.chunk(body).await? {
            Some(mut chunk) => {
                let remaining = self.end.map_or(u64::MAX, |end| end - self.at);
                // A storage without support for ranges sends the whole file.
                chunk.truncate(usize::try_from(remaining).unwrap_or(usize::MAX));
                self.at += chunk.len() as u64;
                Ok(Some(chunk))
            }
            None if self.end.is_none() => {
                self.end = Some(self.at);
                Ok(None)
            }
            None => Err(unexpected("the response ended early")),
        }
    }
}

type Next = Pin<Box<dyn Future<Output = (Cursor, Result<Option<Bytes>, TransferError>)> + Send>>;

fn next(mut cursor: Cursor) -> Next {
    Box::pin(async move {
        let chunk = cursor.chunk().await;
        let chunk = chunk.map_err(|error| error.of_file(&cursor.client.links.source.file));
        (cursor, chunk)
    })
}

fn ended(cursor: Cursor) -> Next {
    Box::pin(async move { (cursor, Ok(None)) })
}

/// A stream of the bytes of a file, which also implements [`AsyncRead`]. Created by
/// [`Transfers::open`].
///
/// Buffers only the last received chunk.
pub struct Reader {
    size: Option<u64>,
    remaining: Option<u64>,
    next: Next,
    chunk: Bytes,
}

impl Reader {
    /// Returns the size of the whole file in bytes, if known.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Returns the number of remaining bytes, if known.
    pub fn remaining(&self) -> Option<u64> {
        self.remaining
    }

    /// Returns the next bytes, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, TransferError>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransferError>>> {
        if !self.chunk.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.chunk))));
        }
        let (cursor, chunk) = ready!(self.next.as_mut().poll(cx));
        self.next = if matches!(chunk, Ok(Some(_))) { next(cursor) } else { ended(cursor) };
        let chunk = chunk.transpose();
        if let (Some(Ok(chunk)), Some(remaining)) = (&chunk, &mut self.remaining) {
            *remaining -= chunk.len() as u64;
        }
        Poll::Ready(chunk)
    }
}

impl Stream for Reader {
    type Item = Result<Bytes, TransferError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(cx)
    }
}

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.chunk.is_empty() {
            match ready!(self.poll_chunk(cx)) {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let length = self.chunk.len().min(buffer.remaining());
        buffer.put_slice(self.chunk.get(..length).unwrap_or_default());
        self.chunk.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("size", &self.size)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}
