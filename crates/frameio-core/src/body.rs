//! Body of requests and responses, which can be cloned for retries if its content allows.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};

use crate::BoxError;

type Stream = UnsyncBoxBody<Bytes, BoxError>;
type Factory = Arc<dyn Fn() -> Stream + Send + Sync>;

/// Body of a request or a response.
///
/// Empty bodies, bytes in memory and bodies created by a [`factory`](Body::factory) can be cloned
/// for a retry with [`try_clone`](Body::try_clone). A [`stream`](Body::stream) can be sent only
/// once. All layers use this one type, so that none of them loses the ability to retry by accident.
///
/// ```
/// use frameio_core::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.as_bytes(), Some(&b"hello"[..]));
/// assert!(body.try_clone().is_some());
/// ```
pub struct Body(Repr);

/// Kept small, because requests are moved from layer to layer.
enum Repr {
    Full(Bytes),
    Read(Box<Source>),
}

enum Source {
    Factory { make: Factory, len: Option<u64>, started: Option<Stream> },
    Stream(Stream),
}

impl Body {
    /// Creates a body of zero bytes.
    pub const fn empty() -> Self {
        Self(Repr::Full(Bytes::new()))
    }

    fn read(source: Source) -> Self {
        Self(Repr::Read(Box::new(source)))
    }

    /// Creates a body whose content `make` produces for each attempt, for example by reading a part
    /// of a file.
    ///
    /// `len` is the exact length in bytes, which is sent as `content-length`; `None` if it is
    /// unknown.
    pub fn factory<F, B>(len: Option<u64>, make: F) -> Self
    where
        F: Fn() -> B + Send + Sync + 'static,
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self::read(Source::Factory {
            make: Arc::new(move || make().map_err(Into::into).boxed_unsync()),
            len,
            started: None,
        })
    }

    /// Creates a body that can be sent only once. A call with such a body is not retried.
    ///
    /// If `body` is already a `Body`, it is returned unchanged.
    pub fn stream<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut body = Some(body);
        match (&mut body as &mut dyn Any).downcast_mut::<Option<Self>>() {
            Some(same) => same.take().unwrap_or_default(),
            None => body.map_or_else(Self::empty, |body| {
                Self::read(Source::Stream(body.map_err(Into::into).boxed_unsync()))
            }),
        }
    }

    /// Returns a body with the same content from its start, or `None` if this one can be sent only
    /// once.
    pub fn try_clone(&self) -> Option<Self> {
        match &self.0 {
            Repr::Full(bytes) => Some(Self(Repr::Full(bytes.clone()))),
            Repr::Read(source) => match &**source {
                Source::Factory { make, len, .. } => {
                    let (make, len) = (make.clone(), *len);
                    Some(Self::read(Source::Factory { make, len, started: None }))
                }
                Source::Stream(_) => None,
            },
        }
    }

    /// Returns the whole content, or `None` if it is not in memory.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Repr::Full(bytes) => Some(bytes),
            Repr::Read(_) => None,
        }
    }

    /// Converts the body into its content, if it is in memory.
    ///
    /// # Errors
    /// Returns the unchanged body if it has to be read as a stream.
    pub fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self.0 {
            Repr::Full(bytes) => Ok(bytes),
            read @ Repr::Read(_) => Err(Self(read)),
        }
    }
}

/// Body that can be cloned for another attempt, if its content allows.
///
/// Layers that resend requests, such as a retry layer, require it.
pub trait CloneBody: Sized {
    /// Returns a body with the same content from its start, or `None` if it can be sent only once.
    fn try_clone(&self) -> Option<Self>;
}

impl CloneBody for Body {
    fn try_clone(&self) -> Option<Self> {
        Self::try_clone(self)
    }
}

impl<D: Buf + Clone> CloneBody for Full<D> {
    fn try_clone(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<D> CloneBody for Empty<D> {
    fn try_clone(&self) -> Option<Self> {
        Some(Self::new())
    }
}

/// For requests of type `http::Request<()>`.
impl CloneBody for () {
    fn try_clone(&self) -> Option<Self> {
        Some(())
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Repr::Full(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl fmt::Debug for Body {
    /// Shows the kind and length of the body, never its content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Full(bytes) if bytes.is_empty() => f.write_str("Body::Empty"),
            Repr::Full(bytes) => write!(f, "Body::Full({} bytes)", bytes.len()),
            Repr::Read(source) => match &**source {
                Source::Factory { len, .. } => write!(f, "Body::Factory({len:?} bytes)"),
                Source::Stream(_) => f.write_str("Body::Stream"),
            },
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Repr::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Repr::Read(source) => match &mut **source {
                Source::Factory { make, started, .. } => {
                    Pin::new(started.get_or_insert_with(|| make())).poll_frame(cx)
                }
                Source::Stream(stream) => Pin::new(stream).poll_frame(cx),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Repr::Full(bytes) => bytes.is_empty(),
            Repr::Read(source) => match &**source {
                Source::Factory { started: Some(stream), .. } | Source::Stream(stream) => {
                    stream.is_end_stream()
                }
                Source::Factory { len, started: None, .. } => *len == Some(0),
            },
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Repr::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Repr::Read(source) => match &**source {
                Source::Factory { started: Some(stream), .. } | Source::Stream(stream) => {
                    stream.size_hint()
                }
                Source::Factory { len, started: None, .. } => {
                    len.map_or_else(SizeHint::default, SizeHint::with_exact)
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Body) -> Bytes {
        tokio_test::block_on(body.collect()).unwrap().to_bytes()
    }

    #[test]
    fn bytes_and_factories_can_be_cloned_and_streams_cannot() {
        let full = Body::from("abc");
        assert_eq!(read(full.try_clone().unwrap()), "abc");
        assert_eq!(read(full), "abc");

        let mut made = Body::factory(Some(3), || http_body_util::Full::new(Bytes::from("xyz")));
        assert_eq!(made.size_hint().exact(), Some(3));
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(Pin::new(&mut made).poll_frame(&mut cx).is_ready());
        assert_eq!(read(made.try_clone().unwrap()), "xyz", "the clone starts from the beginning");

        let once = Body::stream(http_body_util::Full::new(Bytes::from("once")));
        assert!(once.try_clone().is_none());
        assert!(Body::stream(Body::from("same")).try_clone().is_some(), "not wrapped twice");
        assert_eq!(read(once), "once");
    }

    #[test]
    fn reports_length_and_end_if_they_are_known() {
        let one = || http_body_util::Full::new(Bytes::from("x"));
        let known = |body: &Body| (body.size_hint().exact(), body.is_end_stream());
        assert_eq!(known(&Body::empty()), (Some(0), true));
        assert_eq!(known(&Body::from("abc")), (Some(3), false));
        assert_eq!(known(&Body::factory(Some(0), one)), (Some(0), true));
        assert_eq!(known(&Body::factory(Some(1), one)), (Some(1), false));
        assert_eq!(known(&Body::factory(None, one)), (None, false));
        assert_eq!(known(&Body::stream(one())), (Some(1), false));
        let mut cx = Context::from_waker(std::task::Waker::noop());
        for mut body in [Body::factory(Some(1), one), Body::stream(one()), Body::from("x")] {
            let frame = Pin::new(&mut body).poll_frame(&mut cx);
            assert!(
                matches!(frame, Poll::Ready(Some(Ok(frame))) if frame.data_ref().unwrap() == "x")
            );
            assert_eq!(known(&body), (Some(0), true), "read to the end");
            assert!(matches!(Pin::new(&mut body).poll_frame(&mut cx), Poll::Ready(None)));
        }
    }

    #[test]
    fn only_bytes_in_memory_can_be_taken() {
        assert_eq!(Body::from("ab".to_owned()).as_bytes(), Some(&b"ab"[..]));
        let body = Body::from(vec![1, 2]);
        assert_eq!(body.as_bytes(), Some(&[1, 2][..]));
        assert_eq!(body.try_into_bytes().unwrap(), [1, 2][..]);
        let stream = Body::stream(http_body_util::Full::new(Bytes::from("x")));
        assert_eq!(stream.as_bytes(), None);
        assert_eq!(read(stream.try_into_bytes().unwrap_err()), "x");
    }

    #[test]
    fn bodies_of_other_crates_can_be_cloned() {
        fn cloned<B: CloneBody + HttpBody<Data = Bytes>>(body: &B) -> Option<u64> {
            body.try_clone()?.size_hint().exact()
        }
        assert_eq!(cloned(&Full::new(Bytes::from("abc"))), Some(3));
        assert_eq!(cloned(&Empty::new()), Some(0));
        assert_eq!(cloned(&Body::from("ab")), Some(2));
        assert_eq!(cloned(&Body::stream(Full::new(Bytes::from("x")))), None);
        assert_eq!(CloneBody::try_clone(&()), Some(()));
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?} {:?}", Body::from("s3cret"), Body::empty());
        assert_eq!(shown, "Body::Full(6 bytes) Body::Empty");
    }
}
