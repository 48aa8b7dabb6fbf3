//! Requests over HTTP/2 to a server on a raw socket.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use frameio_testing::http2::{Http2Server, go_away, reset, response};
use frameio_testing::raw::Reaction;
use frameio_tower::retry::{Backoff, StandardPolicy};
use frameio_tower::{CallRecord, DefaultStack, HttpError};
use http::{Method, StatusCode};
use tower::{Layer, ServiceExt};

use super::*;

const NO_ERROR: u32 = 0;
const PROTOCOL_ERROR: u32 = 1;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

/// Returns a transport that speaks HTTP/2 without asking. Users get HTTP/2 only over TLS, where the
/// server offers it.
fn transport() -> HyperTransport {
    let builder = HyperTransport::builder();
    let connector = Connector::new(Proxy::none(), builder.connect_timeout, false);
    let mut client = builder.client_builder();
    client.http2_only(true);
    HyperTransport { client: Arc::new(client.build(connector)) }
}

/// Sends a `POST` with the policy that repeats only harmless requests, and at most one retry.
async fn post(server: &Http2Server) -> (Result<StatusCode, HttpError>, CallRecord) {
    let no_delay = Backoff::new(Duration::ZERO, Duration::ZERO);
    let stack = DefaultStack::new(server.url().parse().unwrap()).unwrap();
    let stack = stack.retry(StandardPolicy::conservative().backoff(no_delay)).max_retries(1);
    let record = CallRecord::new();
    let request = Request::post("/v4/folders").extension(record.clone());
    let request = request.body(Body::from(r#"{"data":{"name":"Dailies"}}"#)).unwrap();
    let response = stack.layer(transport()).oneshot(request).await;
    (response.map(|response| response.status()), record)
}

/// Starts a server that reacts to the first request with `first`, and responds to all others.
async fn server(first: impl Fn(u32) -> Reaction + Send + Sync + 'static) -> Http2Server {
    Http2Server::start(move |number, stream| match number {
        0 => first(stream),
        _ => Reaction::Send(response(stream, "{}")),
    })
    .await
}

fn stage(error: &HttpError) -> Option<TransportStage> {
    error.find::<TransportError>().map(|error| error.stage)
}

#[tokio::test]
async fn a_post_that_the_server_did_not_process_is_repeated() {
    let unprocessed: [fn(u32) -> Vec<u8>; 4] = [
        |stream| reset(stream, REFUSED_STREAM),
        |stream| go_away(stream - 1, NO_ERROR),
        |_| go_away(0, ENHANCE_YOUR_CALM),
        // Announced first, as a graceful shutdown does.
        |stream| [go_away(u32::MAX >> 1, NO_ERROR), go_away(stream - 1, NO_ERROR)].concat(),
    ];
    for (number, frames) in unprocessed.into_iter().enumerate() {
        for close in [false, true] {
            let server = server(move |stream| match close {
                false => Reaction::Send(frames(stream)),
                true => Reaction::SendAndClose(frames(stream)),
            });
            let server = server.await;
            let (result, record) = post(&server).await;
            assert_eq!(result.unwrap(), StatusCode::OK, "{number}");
            assert_eq!((server.requests(), record.attempts()), (2, 2), "{number}");
        }
    }
}

#[tokio::test]
async fn a_request_that_the_server_may_have_processed_is_not_repeated() {
    let processed: [fn(u32) -> Reaction; 6] = [
        |stream| Reaction::Send(reset(stream, NO_ERROR)),
        |stream| Reaction::Send(reset(stream, PROTOCOL_ERROR)),
        |stream| Reaction::Send(reset(stream, CANCEL)),
        |stream| Reaction::SendAndClose(go_away(stream, NO_ERROR)),
        |stream| Reaction::SendAndClose(go_away(stream, ENHANCE_YOUR_CALM)),
        |_| Reaction::SendAndClose(Vec::new()),
    ];
    for (number, reaction) in processed.into_iter().enumerate() {
        let server = server(reaction).await;
        let (result, record) = post(&server).await;
        let error = result.unwrap_err();
        assert_eq!(stage(&error), Some(TransportStage::Sent), "{number}: {error}");
        assert_eq!((server.requests(), record.attempts()), (1, 1), "{number}");
        assert!(record.may_have_been_sent(), "{number}");
    }
}

#[tokio::test]
async fn a_request_that_is_refused_in_each_attempt_was_not_processed() {
    let server =
        Http2Server::start(|_, stream| Reaction::Send(reset(stream, REFUSED_STREAM))).await;
    let (result, record) = post(&server).await;
    let error = result.unwrap_err();
    assert_eq!(stage(&error), Some(TransportStage::NotProcessed));
    assert_eq!(
        error.to_string(),
        "the service did not process the request: stream error received: refused stream before \
         processing any application logic"
    );
    assert_eq!((server.requests(), record.attempts()), (2, 2));
    assert!(!record.may_have_been_sent());
}

#[tokio::test]
async fn other_streams_continue_after_one_is_refused() {
    let server = Http2Server::start(|number, stream| match number {
        0 => Reaction::Send(Vec::new()),
        1 => {
            let refused = reset(stream, REFUSED_STREAM);
            Reaction::Send([refused, response(1, "{}")].concat())
        }
        _ => Reaction::Send(response(stream, "{}")),
    })
    .await;
    let transport = transport();
    let send = || {
        let request = Request::get(server.url()).body(Body::empty()).unwrap();
        transport.clone().oneshot(request)
    };
    let (one, other) = tokio::join!(send(), send());
    let (Ok(response), Err(error)) = (if one.is_ok() { (one, other) } else { (other, one) }) else {
        panic!("one of two requests is refused")
    };
    let error = error.downcast::<TransportError>().unwrap();
    assert_eq!(error.stage, TransportStage::NotProcessed);
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_request_body_that_fails_is_not_a_lost_connection() {
    let server = server(|stream| Reaction::Send(response(stream, "{}"))).await;
    let body = Body::factory(Some(7), || {
        let failure = std::future::ready(Err::<http_body::Frame<Bytes>, _>(std::io::Error::other(
            "cannot read 'a.mov': disk error",
        )));
        http_body_util::StreamBody::new(futures_util::stream::once(failure))
    });
    let request = Request::builder().method(Method::PUT).uri(server.url()).body(body).unwrap();
    let error = transport().oneshot(request).await.unwrap_err();
    let error = error.downcast::<TransportError>().unwrap();
    assert_eq!(error.stage, TransportStage::RequestBody);
    assert_eq!(server.requests(), 0);
}
