//! The layer with an inner service.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use crate::support::{EVENT, Inner, NOW, Pieces, SECRET, at, signed, verifier};
use frameio_core::{Body, BoxError};
use frameio_webhook::{
    Event, Receiver, Rejection, SIGNATURE_HEADER, Signer, Verified, Verifier, VerifyError,
    VerifyLayer,
};
use http::{Request, Response, StatusCode};
use tower::{Layer, Service, ServiceExt, service_fn};

async fn send<B>(
    receiver: impl Into<Receiver>,
    inner: &Inner,
    request: Request<B>,
) -> Response<String>
where
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    let Ok(response) = VerifyLayer::new(receiver).layer(inner.clone()).oneshot(request).await;
    response
}

fn pieces(body: &str, size: usize) -> Request<Pieces> {
    signed(body.to_owned()).map(|_| Pieces::of(body.as_bytes(), size))
}

#[tokio::test]
async fn passes_verified_requests_unchanged() {
    let inner = Inner::busy(3);
    for size in [1, 7, 1000] {
        let mut request = pieces(EVENT, size);
        request.headers_mut().insert("x-other", "kept".parse().unwrap());
        request.extensions_mut().insert("kept");
        let response = send(verifier(), &inner, request).await;
        assert_eq!((response.status(), response.body().as_str()), (StatusCode::OK, "taken"));
        let [(request, verified)] = &inner.seen()[..] else { panic!("one request") };
        assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/webhooks"));
        assert_eq!(request.headers()["x-other"], "kept");
        assert_eq!(request.extensions().get::<&str>(), Some(&"kept"));
        assert_eq!(request.body().as_bytes(), Some(EVENT.as_bytes()));
        assert_eq!((&verified.body()[..], verified.timestamp()), (EVENT.as_bytes(), NOW));
        assert_eq!(verified.event().unwrap(), serde_json::from_str::<Event>(EVENT).unwrap());
        assert!(verified.action().is_err());
    }
}

#[tokio::test]
async fn refuses_unverified_requests() {
    let inner = Inner::default();
    let other = |secret: &str, timestamp| {
        Signer::new(secret).unwrap().request_at(timestamp, "/", EVENT).unwrap()
    };
    let mut malformed = signed(EVENT);
    malformed.headers_mut().insert(SIGNATURE_HEADER, "sha256=00".parse().unwrap());
    // Also a request that has a `Verified` of another layer.
    let proof = verifier().verify(signed(EVENT).headers(), EVENT).unwrap();
    let mut claims = other("guess", NOW);
    claims.extensions_mut().insert(proof);
    for (request, status, why) in [
        (Request::new(Body::from(EVENT)), 401, "the header `x-frameio-signature` is missing"),
        (malformed, 400, "the header `x-frameio-signature` is malformed"),
        (other("guess", NOW), 401, "the signature does not match"),
        (other(SECRET, NOW - 301), 401, "the timestamp is too far from now"),
        (other(SECRET, NOW + 301), 401, "the timestamp is too far from now"),
        (signed(EVENT).map(|_| Body::from("{}")), 401, "the signature does not match"),
        (claims, 401, "the signature does not match"),
    ] {
        let response = send(verifier(), &inner, request).await;
        assert_eq!((response.status().as_u16(), response.body().as_str()), (status, ""), "{why}");
        assert_eq!(response.extensions().get::<Rejection>().unwrap().to_string(), why);
    }
    assert!(inner.seen().is_empty());
}

#[tokio::test]
async fn refuses_a_body_that_is_interrupted_at_any_byte() {
    let inner = Inner::default();
    for length in 0..=EVENT.len() {
        let body = Pieces::of(&EVENT.as_bytes()[..length], 10).broken();
        let response = send(verifier(), &inner, signed(EVENT).map(|_| body)).await;
        assert_eq!(response.status(), 400, "after {length} bytes");
        // A body that ends early has another signature.
        let body = Pieces::of(&EVENT.as_bytes()[..length], 10);
        let response = send(verifier(), &inner, signed(EVENT).map(|_| body)).await;
        assert_eq!(response.status(), if length == EVENT.len() { 200 } else { 401 });
    }
    assert_eq!(inner.seen().len(), 1);
}

#[tokio::test]
async fn limits_the_number_of_bytes_of_a_body() {
    let inner = Inner::default();
    let limited = |bytes| Receiver::from(verifier()).body_limit(bytes);
    for size in [1, 10, EVENT.len()] {
        let response = send(limited(EVENT.len()), &inner, pieces(EVENT, size)).await;
        assert_eq!(response.status(), 200);
        let response = send(limited(EVENT.len() - 1), &inner, pieces(EVENT, size)).await;
        assert_eq!(response.status(), 413);
    }
    assert_eq!(inner.seen().len(), 3);
    let limit = Receiver::BODY_LIMIT;
    let response = send(verifier(), &inner, signed(vec![b' '; limit])).await;
    assert_eq!(response.status(), 200);
    let response = send(verifier(), &inner, signed(vec![b' '; limit + 1])).await;
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn does_not_read_the_body_if_the_head_is_refused() {
    /// A body that panics when it is read.
    struct Unread(u64);

    impl http_body::Body for Unread {
        type Data = bytes::Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Infallible>>> {
            panic!("it was read")
        }

        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(self.0)
        }
    }

    let inner = Inner::default();
    let response = send(verifier(), &inner, Request::new(Unread(1))).await;
    assert_eq!(response.status(), 401);
    let too_large = signed(EVENT).map(|_| Unread(Receiver::BODY_LIMIT as u64 + 1));
    assert_eq!(send(verifier(), &inner, too_large).await.status(), 413);
}

#[tokio::test]
async fn recognizes_a_size_limit_of_the_server() {
    let body = http_body_util::Limited::new(Pieces::of(EVENT.as_bytes(), 10), 20);
    let response = send(verifier(), &Inner::default(), signed(EVENT).map(|_| body)).await;
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn looks_up_the_verifier_of_each_sender() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let receiver = Receiver::lookup(move |claim| {
        count.fetch_add(1, Ordering::Relaxed);
        async move {
            // A slow lookup.
            tokio::task::yield_now().await;
            match (claim.account_id().map(|id| id.as_str()), claim.uri().path()) {
                (Some("broken"), _) => Err("postgres://canary".into()),
                (Some(account @ ("a1" | "a2")), _) => {
                    let verifier = Verifier::new(format!("secret of {account}"))?;
                    Ok(Some(verifier.clock(|| at(NOW))))
                }
                (_, "/hooks/a3") => {
                    Ok(Some(Verifier::new("secret of a3")?.clock(|| at(NOW)).account("a3")))
                }
                _ => Ok(None),
            }
        }
    });
    let inner = Inner::default();
    let event = |account: &str| EVENT.replace("a1", account);
    let request = |secret: &str, path: &str, body: String| {
        Signer::new(secret).unwrap().request_at(NOW, path, body).unwrap()
    };
    let mut why = Vec::new();
    for (request, status) in [
        (request("secret of a1", "/", event("a1")), 200),
        (request("secret of a2", "/", event("a2")), 200),
        (request("secret of a1", "/", event("a2")), 401),
        (request("secret of a3", "/hooks/a3", event("a3")), 200),
        // A customer that signs in the name of another one.
        (request("secret of a3", "/hooks/a3", event("a4")), 401),
        (request("secret of a1", "/", event("a4")), 401),
        (request("nobody", "/", event("a4")), 401),
        (request("secret of a1", "/", "not JSON".to_owned()), 401),
        (request("secret of a1", "/", event("broken")), 503),
    ] {
        let response = send(receiver.clone(), &inner, request).await;
        assert_eq!(response.status(), status);
        why.extend(response.extensions().get::<Rejection>().map(ToString::to_string));
    }
    assert_eq!(inner.seen().len(), 3);
    assert_eq!(why.pop().as_deref(), Some("the lookup of the sender failed"));
    assert!(why.iter().all(|why| why == "the signature does not match"), "{why:?}");
    assert_eq!(asked.swap(0, Ordering::Relaxed), 9);

    // No lookup without the headers of a signature.
    let response = send(receiver, &inner, Request::new(Body::from(EVENT))).await;
    assert_eq!((response.status().as_u16(), asked.load(Ordering::Relaxed)), (401, 0));
}

#[tokio::test]
async fn looks_up_an_action_by_its_id() {
    let receiver = Receiver::lookup(|claim| async move {
        let action = claim.action_id().map(|id| format!("secret of {id}"));
        Ok(action.map(Verifier::new).transpose()?.map(|verifier| verifier.clock(|| at(NOW))))
    });
    let body = r#"{"type":"t","action_id":"x","interaction_id":"i","account_id":"a"}"#;
    let request = Signer::new("secret of x").unwrap().request_at(NOW, "/", body).unwrap();
    let (_, verified) = receiver.receive(request).await.unwrap();
    assert_eq!(verified.action().unwrap().action_id.as_str(), "x");
    let request = Signer::new("secret of y").unwrap().request_at(NOW, "/", body).unwrap();
    let error = receiver.receive(request).await.unwrap_err();
    assert!(matches!(error, Rejection::Unverified(VerifyError::Mismatch)));
}

#[tokio::test]
async fn returns_errors_of_the_inner_service() {
    let inner = service_fn(async |_: Request<Body>| Err::<Response<String>, _>("no"));
    let error = VerifyLayer::new(verifier()).layer(inner).oneshot(signed(EVENT)).await.unwrap_err();
    assert_eq!(error, "no");
}

#[tokio::test]
async fn is_always_ready_and_does_not_reserve_the_inner_service_while_reading() {
    let inner = Inner::busy(usize::MAX);
    let mut service = VerifyLayer::new(verifier()).layer(inner);
    std::future::poll_fn(|cx| Service::<Request<Pieces>>::poll_ready(&mut service, cx))
        .await
        .unwrap();
    let refused = service.call(Request::new(Pieces::of(b"", 1))).await.unwrap();
    assert_eq!(refused.status(), 401);
}

/// Drops the future after each number of polls. The inner service remains usable.
#[test]
fn can_be_dropped_at_any_time() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut completed = false;
    for polls in 0..100 {
        let inner = Inner::busy(2);
        let mut service = VerifyLayer::new(verifier()).layer(inner.clone());
        let done = {
            let mut future = pin!(service.call(pieces(EVENT, 40)));
            (0..polls).any(|_| future.as_mut().poll(&mut cx).is_ready())
        };
        assert_eq!(inner.seen().len(), usize::from(done), "after {polls} polls");
        let response = tokio_test::block_on(service.call(pieces(EVENT, 40))).unwrap();
        assert_eq!((response.status().as_u16(), inner.seen().len()), (200, 1));
        completed |= done;
    }
    assert!(completed, "completes within a hundred polls");
}

#[test]
fn the_future_is_send_and_the_layer_is_sync() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn spawned<T: Future + Send + 'static>(_: &T) {}

    let layer = VerifyLayer::new(verifier());
    let mut service = layer.layer(Inner::default());
    shared(&layer);
    shared(&service);
    spawned(&service.call(signed(EVENT)));
    spawned(&Receiver::from(verifier()).receive(signed(EVENT)));
    let _ = |verified: &Verified| shared(verified);
}
