//! Signing of requests, and rejected tokens.

use std::error::Error;
use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use crate::support::Strict;
use crate::support::capture::Capture;
use crate::support::script::{Script, Step, status};
use frameio_core::{Body, BoxError};
use frameio_tower::auth::{
    Auth, AuthLayer, RefreshFailed, StaticToken, TARGET, Token, TokenProvider, TokenRefreshed,
};
use frameio_tower::error::{AuthError, find};
use frameio_tower::{CallRecord, Phase};
use http::{HeaderValue, Request, Response, Uri};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready};
use tower::limit::ConcurrencyLimitLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

static ORIGIN: LazyLock<Uri> = LazyLock::new(|| Uri::from_static("https://api.frame.io"));

const CANARY: &str = "c4n4ry";

type Inner = Strict<Script>;

fn stack(
    provider: impl TokenProvider,
    steps: impl IntoIterator<Item = Step>,
) -> (Auth<Inner>, Script) {
    let script = Script::new(steps);
    (AuthLayer::new(provider, &ORIGIN).layer(Strict::new(script.clone())), script)
}

fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

fn me() -> Request<Body> {
    get("https://api.frame.io/v4/me")
}

fn is_refreshed(response: &Response<Body>) -> bool {
    response.extensions().get::<TokenRefreshed>().is_some()
}

/// Returns the `authorization` header that a layer for `origin` adds to a request to `uri`.
async fn signed(origin: &str, uri: &str) -> Option<HeaderValue> {
    let script = Script::new([]);
    let layer = AuthLayer::new(StaticToken::new(CANARY), &origin.parse().unwrap());
    layer.layer(Strict::new(script.clone())).oneshot(get(uri)).await.unwrap();
    script.seen().remove(0).parts.headers.remove("authorization")
}

/// Provider whose token is a number. A rejection increments it after some time.
#[derive(Default)]
struct Rotating {
    number: AtomicU32,
    asked: AtomicU32,
    rejected: AtomicU32,
    /// Number of rejections that never complete.
    hangs: u32,
}

impl TokenProvider for Rotating {
    async fn token(&self) -> Result<Token, BoxError> {
        self.asked.fetch_add(1, Relaxed);
        Ok(Token::from(format!("{CANARY}-{}", self.number.load(Relaxed))))
    }

    async fn rejected(&self, token: &Token) -> Result<(), BoxError> {
        assert_eq!(token.expose(), format!("{CANARY}-{}", self.number.load(Relaxed)));
        if self.rejected.fetch_add(1, Relaxed) < self.hangs {
            pending::<()>().await;
        }
        sleep(Duration::from_millis(50)).await;
        self.number.fetch_add(1, Relaxed);
        Ok(())
    }
}

/// Provider that fails after a number of tokens.
struct Failing {
    asked: AtomicU32,
    good: u32,
}

#[derive(Debug, PartialEq, Eq)]
struct NoKeychain;

impl std::fmt::Display for NoKeychain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no keychain")
    }
}

impl Error for NoKeychain {}

impl TokenProvider for Failing {
    async fn token(&self) -> Result<Token, BoxError> {
        if self.asked.fetch_add(1, Relaxed) < self.good {
            Ok(Token::from(CANARY))
        } else {
            Err(NoKeychain.into())
        }
    }
}

#[tokio::test(start_paused = true)]
async fn requests_to_the_origin_are_signed() {
    let header = signed("https://api.frame.io", "https://api.frame.io/v4/me").await.unwrap();
    assert_eq!(header, "Bearer c4n4ry");
    assert!(header.is_sensitive());
    for (origin, uri) in [
        ("https://api.frame.io", "https://API.Frame.IO/v4/me"),
        ("https://API.Frame.IO", "https://api.frame.io/v4/me"),
        ("https://api.frame.io", "HTTPS://api.frame.io/v4/me"),
        ("https://api.frame.io", "https://api.frame.io:443/v4/me"),
        ("https://api.frame.io:443/base", "https://api.frame.io/v4/me"),
        ("http://localhost", "http://localhost:80/"),
        ("http://[::1]:8080", "http://[::1]:8080/v4/me?x=1"),
    ] {
        assert!(signed(origin, uri).await.is_some(), "{uri} for {origin}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_to_other_origins_are_not_signed() {
    for (origin, uri) in [
        ("https://api.frame.io", "http://api.frame.io/v4/me"),
        ("https://api.frame.io", "http://api.frame.io:443/v4/me"),
        ("https://api.frame.io", "https://api.frame.io:8443/v4/me"),
        ("https://api.frame.io:8443", "https://api.frame.io/v4/me"),
        ("https://api.frame.io", "https://frame.io/v4/me"),
        ("https://api.frame.io", "https://api.frame.io.example.com/v4/me"),
        ("https://api.frame.io", "https://evil-api.frame.io/v4/me"),
        ("https://api.frame.io", "https://api.frame.io@example.com/v4/me"),
        ("https://api.frame.io", "https://api.frame.io:443@example.com/v4/me"),
        ("https://api.frame.io", "https://bucket.s3.amazonaws.com/part?X-Amz-Signature=1"),
        ("https://api.frame.io", "/v4/me"),
        ("/", "/v4/me"),
        ("/", "https://api.frame.io/v4/me"),
    ] {
        assert_eq!(signed(origin, uri).await, None, "{uri} for {origin}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_existing_authorization_header_is_kept() {
    let provider = Arc::new(Rotating::default());
    let (service, script) = stack(provider.clone(), [status(401)]);
    let mut request = me();
    request.headers_mut().insert("authorization", HeaderValue::from_static("Basic own"));
    let response = service.oneshot(request).await.unwrap();
    // The rejected token is not one of the provider.
    assert!(!is_refreshed(&response));
    assert_eq!(script.seen()[0].parts.headers["authorization"], "Basic own");
    assert_eq!((provider.asked.load(Relaxed), provider.rejected.load(Relaxed)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_401_of_another_origin_does_not_reject_the_token() {
    let provider = Arc::new(Rotating::default());
    let (service, _) = stack(provider.clone(), [status(401)]);
    let response = service.oneshot(get("https://example.com/")).await.unwrap();
    assert!(!is_refreshed(&response));
    assert_eq!((provider.asked.load(Relaxed), provider.rejected.load(Relaxed)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_provider_is_asked_once_for_each_request() {
    let provider = Arc::new(Rotating::default());
    let (mut service, script) = stack(provider.clone(), [status(200), status(403), status(503)]);
    for asked in 1..=5 {
        service.call(me()).await.unwrap();
        assert_eq!(provider.asked.load(Relaxed), asked);
    }
    provider.number.store(7, Relaxed);
    service.call(me()).await.unwrap();
    let seen = script.seen();
    assert_eq!(seen[4].parts.headers["authorization"], "Bearer c4n4ry-0");
    assert_eq!(seen[5].parts.headers["authorization"], "Bearer c4n4ry-7");
    assert!(seen[5].parts.headers["authorization"].is_sensitive());
    assert_eq!(provider.rejected.load(Relaxed), 0);
}

/// A request that can be signed and sent at once costs no copy of the inner service.
#[tokio::test(start_paused = true)]
async fn a_static_token_is_available_without_waiting() {
    struct Counted {
        inner: Strict<Script>,
        clones: Arc<AtomicU32>,
    }

    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.clones.fetch_add(1, Relaxed);
            Self { inner: self.inner.clone(), clones: self.clones.clone() }
        }
    }

    impl Service<Request<Body>> for Counted {
        type Response = Response<Body>;
        type Error = BoxError;
        type Future = <Script as Service<Request<Body>>>::Future;

        fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            self.inner.poll_ready(cx)
        }

        fn call(&mut self, request: Request<Body>) -> Self::Future {
            self.inner.call(request)
        }
    }

    let clones = Arc::new(AtomicU32::new(0));
    let inner = Counted { inner: Strict::new(Script::new([])), clones: clones.clone() };
    let mut service = AuthLayer::new(StaticToken::new(CANARY), &ORIGIN).layer(inner);
    let record = CallRecord::new();
    let mut request = me();
    request.extensions_mut().insert(record.clone());
    service.call(request).await.unwrap();
    assert_eq!((clones.load(Relaxed), record.phase()), (0, Phase::Start));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_concurrent_rejections_are_reported_once() {
    let (capture, _guard) = Capture::start(|metadata| metadata.target() == TARGET);
    let provider = Arc::new(Rotating::default());
    let rejections = (0..100).map(|n| status(401).after(Duration::from_millis(10 + n % 7)));
    let (service, script) = stack(provider.clone(), rejections);
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        calls.spawn(service.clone().oneshot(me()));
    }
    for response in calls.join_all().await {
        let response = response.unwrap();
        assert_eq!(response.status(), 401);
        assert!(is_refreshed(&response));
    }
    assert_eq!(provider.rejected.load(Relaxed), 1);
    // The layer itself resends nothing.
    assert_eq!(script.seen().len(), 100);

    let events = capture.events();
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!((event.name, event.level.as_str()), ("auth.token_replaced", "INFO"));
    assert!(!format!("{event:?}").contains(CANARY));

    // Rejection of the next token is reported separately.
    let (again, _) = stack(provider.clone(), [status(401)]);
    assert!(is_refreshed(&again.oneshot(me()).await.unwrap()));
    assert_eq!(provider.rejected.load(Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_401_without_a_new_token_is_not_marked() {
    let (capture, _guard) = Capture::start(|metadata| metadata.target() == TARGET);
    let (service, script) = stack(StaticToken::new(CANARY), [status(401)]);
    let response = service.oneshot(me()).await.unwrap();
    assert_eq!((response.status().as_u16(), is_refreshed(&response)), (401, false));
    assert_eq!(script.seen().len(), 1);
    assert!(response.extensions().get::<RefreshFailed>().is_none());
    assert_eq!(capture.events().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_401_contains_the_reason_of_a_failed_refresh() {
    struct Locked;

    impl TokenProvider for Locked {
        async fn token(&self) -> Result<Token, BoxError> {
            Ok(Token::from(CANARY))
        }

        async fn rejected(&self, _: &Token) -> Result<(), BoxError> {
            Err(NoKeychain.into())
        }
    }

    let (capture, _guard) = Capture::start(|metadata| metadata.target() == TARGET);
    let (service, _) = stack(Locked, [status(401), status(401).after(Duration::from_secs(4))]);
    for _ in 0..2 {
        let response = service.clone().oneshot(me()).await.unwrap();
        assert_eq!((response.status().as_u16(), is_refreshed(&response)), (401, false));
        let reason = response.extensions().get::<RefreshFailed>().unwrap();
        assert_eq!(find::<NoKeychain>(reason), Some(&NoKeychain));
        assert_eq!(reason.to_string(), "the token could not be replaced: no keychain");
    }
    // The second call shares the outcome of the first.
    let events = capture.events();
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!((event.name, event.level.as_str()), ("auth.replace_failed", "WARN"));
    assert_eq!(event.fields["error"], "no keychain");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_refresh_does_not_block_other_calls() {
    let provider = Arc::new(Rotating { hangs: 1, ..Rotating::default() });
    let (mut service, _) = stack(provider.clone(), (0..3).map(|_| status(401)));
    let mut first = spawn(service.call(me()));
    assert_pending!(first.poll());
    assert_eq!(provider.rejected.load(Relaxed), 1);
    let others = [tokio::spawn(service.call(me())), tokio::spawn(service.call(me()))];
    sleep(Duration::from_secs(1)).await;
    // They wait for the first call, and proceed when it is dropped.
    assert!(others.iter().all(|other| !other.is_finished()));
    drop(first);
    for other in others {
        assert!(is_refreshed(&other.await.unwrap().unwrap()));
    }
    assert_eq!(provider.rejected.load(Relaxed), 2);
    assert_eq!(service.call(me()).await.unwrap().status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_token_is_not_sent() {
    let (service, script) = stack(Failing { asked: AtomicU32::new(0), good: 0 }, []);
    let error = service.oneshot(me()).await.unwrap_err();
    let source = find::<AuthError>(&*error).unwrap().source().unwrap();
    assert_eq!(source.downcast_ref(), Some(&NoKeychain));
    assert_eq!(script.seen().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn errors_of_invalid_tokens_do_not_contain_the_token() {
    for token in ["c4n4ry\nx-evil: 1", "c4n4ry\rx", "c4n4ry\0"] {
        let (service, script) = stack(StaticToken::new(token), []);
        let error = service.oneshot(me()).await.unwrap_err();
        assert!(find::<AuthError>(&*error).is_some());
        let source = error.source().unwrap();
        assert!(source.source().is_none());
        let shown = format!("{error} {error:?} {error:#?} {source} {source:?} {source:#?}");
        assert!(!shown.contains(CANARY), "{shown}");
        assert_eq!(script.seen().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn debug_output_does_not_contain_the_token() {
    let token = Token::from(CANARY);
    assert_eq!(token.expose(), CANARY);
    let layer = AuthLayer::new(StaticToken::new(CANARY), &ORIGIN);
    let inner = service_fn(async |request: Request<Body>| {
        let header = &request.headers()["authorization"];
        assert_eq!(header.to_str().unwrap(), "Bearer c4n4ry");
        assert!(!format!("{request:?}").contains(CANARY));
        Ok::<_, BoxError>(Response::new(Body::empty()))
    });
    let service = layer.layer(inner);
    service.clone().oneshot(me()).await.unwrap();
    // The token caches its header by now.
    let shown = format!("{token:#?} {:#?} {layer:#?} {service:#?}", StaticToken::new(CANARY));
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(shown.contains("api.frame.io"));
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_token_holds_no_permit_of_the_inner_service() {
    struct Never;

    impl TokenProvider for Never {
        async fn token(&self) -> Result<Token, BoxError> {
            pending().await
        }
    }

    let script = Script::new([]);
    let mut service = ServiceBuilder::new()
        .layer(AuthLayer::new(Never, &ORIGIN))
        .layer(ConcurrencyLimitLayer::new(1))
        .service(Strict::new(script.clone()));
    let record = CallRecord::new();
    let mut request = me();
    request.extensions_mut().insert(record.clone());
    let mut waiting = spawn(service.call(request));
    assert_pending!(waiting.poll());
    assert_eq!(record.phase(), Phase::Auth);
    let mut unsigned = spawn(service.call(get("https://example.com/")));
    assert_ready!(unsigned.poll()).unwrap();
    assert_eq!(script.seen().len(), 1);
}
