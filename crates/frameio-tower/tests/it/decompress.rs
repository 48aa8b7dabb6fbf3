//! Decompression of responses in the default stack.

use std::io::Write;

use crate::support::script::{Script, respond};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use frameio_core::Body;
use frameio_tower::error::{ResponseTooLarge, TransportError};
use frameio_tower::{DefaultStack, HttpError};
use http::{Request, Response};
use tower::{Layer, ServiceExt};

fn packed(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Sends a request whose response has this body, either with a known length or in chunks.
async fn send(
    coding: &str,
    body: Vec<u8>,
    in_chunks: bool,
    limit: usize,
) -> Result<Response<Body>, HttpError> {
    let length = body.len();
    let body = match in_chunks {
        true => Body::stream(http_body_util::StreamBody::new(chunks(body))),
        false => body.into(),
    };
    let response = Response::builder().header("content-encoding", coding);
    let response = response.header("content-length", length).body(body).unwrap();
    let script = Script::new([respond(response)]);
    let stack = DefaultStack::new("https://api.frame.io".parse().unwrap()).unwrap().no_retry();
    let stack = stack.response_limit(limit).layer(script.clone());
    let response = stack.oneshot(Request::get("/").body(Body::empty()).unwrap()).await;
    assert_eq!(script.seen()[0].parts.headers["accept-encoding"], "gzip");
    response
}

/// Body of unknown length.
fn chunks(
    body: Vec<u8>,
) -> impl futures_core::Stream<Item = Result<http_body::Frame<Bytes>, std::convert::Infallible>> {
    let mut frames = body.chunks(7).map(|chunk| chunk.to_vec()).collect::<Vec<_>>().into_iter();
    futures_util::stream::poll_fn(move |_| {
        std::task::Poll::Ready(frames.next().map(|chunk| Ok(http_body::Frame::data(chunk.into()))))
    })
}

#[tokio::test(start_paused = true)]
async fn gzip_responses_are_decompressed_without_their_coding_headers() {
    for coding in ["gzip", "GZIP"] {
        for in_chunks in [false, true] {
            let parts = [packed(b"abc"), packed(b"def")].concat();
            let response = send(coding, parts, in_chunks, 100).await.unwrap();
            assert!(response.headers().is_empty(), "{coding} {in_chunks}");
            assert_eq!(response.body().as_bytes(), Some(&b"abcdef"[..]));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn other_responses_are_unchanged() {
    for (coding, body) in [("br", &b"xyz"[..]), ("identity", b"xyz"), ("gzip", b"")] {
        for in_chunks in [false, true] {
            let response = send(coding, body.to_vec(), in_chunks, 3).await.unwrap();
            assert_eq!(response.headers().len(), 2, "{coding} {in_chunks}");
            assert_eq!(response.body().as_bytes(), Some(body), "{coding} {in_chunks}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rejects_a_decompression_bomb_and_fails_on_a_truncated_body() {
    let bomb = packed(&vec![0; 1 << 20]);
    let error = send("gzip", bomb, false, (1 << 20) - 1).await.unwrap_err();
    assert!(error.find::<ResponseTooLarge>().is_some(), "{error}");

    let mut truncated = packed(b"some content");
    truncated.truncate(truncated.len() - 9);
    for broken in [truncated, b"not gzip".to_vec()] {
        let error = send("gzip", broken, false, 1000).await.unwrap_err();
        assert!(error.find::<TransportError>().unwrap().may_have_been_sent(), "{error}");
    }
}
