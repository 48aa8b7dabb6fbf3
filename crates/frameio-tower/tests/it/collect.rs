//! Collection of response bodies.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::support::Strict;
use bytes::Bytes;
use frameio_core::{Body, BoxError};
use frameio_tower::error::{ResponseTooLarge, TransportError, TransportStage, find};
use frameio_tower::{CollectLayer, IncompleteBody};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
use tower::{Layer, ServiceExt, service_fn};

/// Body that yields these frames, and is pending once before each.
#[derive(Default)]
struct Scripted {
    frames: VecDeque<Result<Frame<Bytes>, BoxError>>,
    promised: u64,
    polled: bool,
}

impl Scripted {
    fn new(frames: impl IntoIterator<Item = &'static str>) -> Self {
        let frames = frames.into_iter().map(|data| Ok(Frame::data(Bytes::from(data))));
        Self { frames: frames.collect(), ..Self::default() }
    }

    fn then(mut self, last: Result<Frame<Bytes>, BoxError>) -> Self {
        self.frames.push_back(last);
        self
    }

    fn announcing(mut self, length: u64) -> Self {
        self.promised = length;
        self
    }
}

impl http_body::Body for Scripted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.polled = !self.polled;
        if self.polled {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.frames.pop_front())
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.promised);
        hint
    }
}

async fn collect<B>(limit: usize, response: Response<B>) -> Result<Response<Body>, BoxError>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let mut response = Some(response);
    let inner = service_fn(move |_: Request<()>| {
        std::future::ready(Ok::<_, Infallible>(response.take().expect("one call")))
    });
    // The closure owns the response, so the service cannot be cloned.
    CollectLayer::new(limit).layer(Strict::new(inner)).oneshot(Request::new(())).await
}

async fn read(limit: usize, body: Scripted) -> Result<Bytes, BoxError> {
    let response = collect(limit, Response::new(body)).await?;
    Ok(response.into_body().try_into_bytes().expect("the body is in memory"))
}

#[tokio::test]
async fn chunks_become_one_body_and_headers_are_unchanged() {
    let trailers = HeaderMap::from_iter([(http::header::ETAG, "x".parse().unwrap())]);
    let body = Scripted::new(["ab", "", "cde", "f"]).then(Ok(Frame::trailers(trailers)));
    let response = Response::builder()
        .status(502)
        .header("content-length", "999")
        .header("transfer-encoding", "chunked")
        .extension("kept")
        .body(body)
        .unwrap();
    let response = collect(100, response).await.unwrap();
    assert_eq!(response.status(), 502);
    assert_eq!(response.headers()["content-length"], "999");
    assert_eq!(response.headers()["transfer-encoding"], "chunked");
    assert_eq!(response.extensions().get::<&str>(), Some(&"kept"));
    assert_eq!(response.body().as_bytes(), Some(&b"abcdef"[..]));
}

#[tokio::test]
async fn an_empty_body_is_empty() {
    assert_eq!(read(0, Scripted::new([])).await.unwrap(), "");
    assert_eq!(read(0, Scripted::new([""])).await.unwrap(), "");
}

#[tokio::test]
async fn a_single_chunk_is_not_copied() {
    let data = Bytes::from(vec![7; 1000]);
    let at = data.as_ptr();
    let body = collect(1000, Response::new(Body::from(data))).await.unwrap().into_body();
    assert_eq!(body.as_bytes().unwrap().as_ptr(), at);
}

#[tokio::test]
async fn bodies_of_exactly_the_limit_are_accepted() {
    let too_large = |error: BoxError| *find::<ResponseTooLarge>(&*error).unwrap();
    assert_eq!(read(6, Scripted::new(["abc", "def"])).await.unwrap(), "abcdef");
    let error = read(6, Scripted::new(["abc", "def", "g"])).await.unwrap_err();
    let expected = ResponseTooLarge::new(6).status(StatusCode::OK);
    assert_eq!(too_large(error), expected);

    // Nothing is read if the length is known: reading the first frame would fail differently.
    let body = Scripted::default().then(Err("read".into())).announcing(7);
    assert_eq!(too_large(read(6, body).await.unwrap_err()), expected);
}

#[tokio::test]
async fn allocates_nothing_for_an_announced_length() {
    let body = Scripted::new(["abc", "def"]).announcing(1 << 50);
    assert_eq!(read(usize::MAX, body).await.unwrap(), "abcdef");
}

#[tokio::test]
async fn a_truncated_body_is_a_transport_error() {
    let body = Scripted::new(["{\"data\":"]).then(Err("reset".into()));
    let error = read(100, body).await.unwrap_err();
    let transport = error.downcast_ref::<TransportError>().unwrap();
    assert_eq!(transport.stage, TransportStage::Body);
    assert_eq!(transport.status, Some(StatusCode::OK));
    assert_eq!(std::error::Error::source(transport).unwrap().to_string(), "reset");
}

#[tokio::test]
async fn response_too_large_of_an_inner_layer_is_kept() {
    let inner = TransportError::new(TransportStage::Body, ResponseTooLarge::new(3));
    let body = Scripted::new(["abc"]).then(Err(inner.into()));
    let error = read(100, body).await.unwrap_err();
    let expected = ResponseTooLarge::new(3).status(StatusCode::OK);
    assert_eq!(*error.downcast::<ResponseTooLarge>().unwrap(), expected);
}

#[tokio::test]
async fn a_failure_before_the_response_is_passed_on() {
    let inner = service_fn(async |_: Request<()>| Err::<Response<Body>, _>(BoxError::from("no")));
    let error = CollectLayer::new(1).layer(inner).oneshot(Request::new(())).await.unwrap_err();
    assert_eq!(error.to_string(), "no");
}

#[tokio::test]
async fn an_error_response_keeps_its_head_and_the_part_of_the_body_that_arrived() {
    let lost = || Scripted::new(["abc"]).then(Err("reset".into()));
    let reset =
        "the body is incomplete: the connection failed in the middle of the response: reset";
    let large = "the body is incomplete: the response is larger than 4 bytes";
    for (status, body, kept, expected) in [
        (400, lost(), "abc", reset),
        (503, Scripted::new(["abc", "def"]), "abcd", large),
        (429, Scripted::new(["abc"]).announcing(5), "", large),
        (999, Scripted::new(["abcde"]), "abcd", large),
    ] {
        let response = Response::builder().status(status).header("retry-after", "7").body(body);
        let response = collect(4, response.unwrap()).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["retry-after"], "7");
        let reason = response.extensions().get::<IncompleteBody>().unwrap();
        assert_eq!(reason.to_string(), expected);
        assert_eq!(response.into_body().try_into_bytes().unwrap(), kept);
    }
    let redirect = Response::builder().status(302).body(lost()).unwrap();
    let error = collect(4, redirect).await.unwrap_err();
    assert_eq!(error.downcast::<TransportError>().unwrap().status, Some(StatusCode::FOUND));
    let complete = Response::builder().status(500).body(Scripted::new(["abcd"])).unwrap();
    assert!(collect(4, complete).await.unwrap().extensions().get::<IncompleteBody>().is_none());
}
