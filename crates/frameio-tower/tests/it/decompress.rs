//! Decompression of responses in the default stack.

use std::io::Write;

use crate::support::script::{Script, respond};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use frameio_core::{Body, BoxError};
use frameio_tower::error::ResponseTooLarge;
use frameio_tower::{DecompressLayer, DefaultStack, FailureKind, HttpError, IncompleteBody};
use http::{Request, Response, StatusCode};
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
    for coding in ["gzip", "GZIP", "x-gzip", " gzip , identity"] {
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
    for (coding, body) in [
        ("br", &b"xyz"[..]),
        ("identity", b"xyz"),
        ("", b"xyz"),
        ("gzip, gzip", b"xyz"),
        ("br, gzip", b"xyz"),
        ("gzip", b""),
    ] {
        for in_chunks in [false, true] {
            let response = send(coding, body.to_vec(), in_chunks, 3).await.unwrap();
            assert_eq!(response.headers().len(), 2, "{coding} {in_chunks}");
            assert_eq!(response.body().as_bytes(), Some(body), "{coding} {in_chunks}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_content_is_an_error_of_its_own() {
    let mut truncated = packed(b"some content");
    truncated.truncate(truncated.len() - 9);
    for broken in [truncated, b"not gzip".to_vec()] {
        let error = send("gzip", broken, false, 1000).await.unwrap_err();
        assert_eq!(FailureKind::of(&error), FailureKind::InvalidContent, "{error}");
        assert_eq!(error.status(), Some(StatusCode::OK));
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_response_keeps_the_content_before_the_fault() {
    async fn fail(body: Vec<u8>) -> (Response<Body>, String) {
        let response = Response::builder().status(503).header("content-encoding", "gzip");
        let response = response.header("retry-after", "7").body(body.into()).unwrap();
        let stack = DefaultStack::new("https://api.frame.io".parse().unwrap()).unwrap();
        let stack =
            stack.no_retry().response_limit(600_000).layer(Script::new([respond(response)]));
        let response = stack.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "7");
        assert!(!response.headers().contains_key("content-encoding"));
        let reason = response.extensions().get::<IncompleteBody>().unwrap().to_string();
        (response, reason)
    }

    let (response, reason) = fail(b"not gzip".to_vec()).await;
    assert_eq!(response.body().as_bytes(), Some(&b""[..]));
    let start = "the body is incomplete: the compressed content of the response is invalid: ";
    assert!(reason.starts_with(start), "{reason}");

    let whole = packed(b"upstream unavailable");
    let (response, reason) = fail([&whole[..], b"trailing"].concat()).await;
    assert_eq!(response.body().as_bytes(), Some(&b"upstream unavailable"[..]));
    assert!(reason.starts_with(start), "{reason}");

    let (response, reason) = fail(packed(&vec![b'x'; 700_000])).await;
    assert_eq!(response.body().as_bytes().map(<[u8]>::len), Some(600_000));
    assert_eq!(reason, "the body is incomplete: the response is larger than 600000 bytes");
}

/// Decompresses this body. Returns the result, and how often another task runs meanwhile.
async fn decompress(body: Vec<u8>, limit: usize) -> (Result<Response<Body>, BoxError>, usize) {
    let response =
        Response::builder().header("content-encoding", "gzip").body(body.into()).unwrap();
    let service = DecompressLayer::new(limit).layer(Script::new([respond(response)]));
    let mut turns = 0;
    let other = async {
        loop {
            tokio::task::yield_now().await;
            turns += 1;
        }
    };
    let call = service.oneshot(Request::new(Body::empty()));
    let result = tokio::select! {
        biased;
        result = call => result,
        () = other => unreachable!("endless"),
    };
    (result, turns)
}

#[tokio::test(start_paused = true)]
async fn content_of_exactly_the_limit_is_accepted() {
    // Also multiples of the bytes of a step.
    for length in [0, 6, 1 << 18, 1 << 19] {
        let content = vec![b'x'; length];
        let response = decompress(packed(&content), length).await.0.unwrap();
        assert_eq!(response.body().as_bytes(), Some(&content[..]));
        let Some(limit) = length.checked_sub(1) else { continue };
        let error = decompress(packed(&content), limit).await.0.unwrap_err();
        let expected = ResponseTooLarge::new(limit).status(StatusCode::OK);
        assert_eq!(*error.downcast::<ResponseTooLarge>().unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn large_content_does_not_block_the_thread() {
    let (small, before) = decompress(packed(&vec![b'x'; 1 << 17]), 1 << 20).await;
    assert_eq!(small.unwrap().body().as_bytes().map(<[u8]>::len), Some(1 << 17));
    let (bomb, after) = decompress(packed(&vec![0; 5 << 20]), 4 << 20).await;
    assert!(bomb.unwrap_err().is::<ResponseTooLarge>());
    assert!(after >= before + 15, "4 MiB in steps of 256 KiB: {before} {after}");
    // Many files without content, which never fill a step.
    let empty = packed(b"");
    let (none, after) = decompress(empty.repeat((50 << 10) / empty.len()), 1 << 20).await;
    assert_eq!(none.unwrap().body().as_bytes(), Some(&b""[..]));
    assert!(after >= before + 2, "50 KiB in steps of 16 KiB: {before} {after}");
}
