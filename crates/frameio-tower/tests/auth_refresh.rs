//! One refresh for all whose token was rejected, and what a call is busy with meanwhile.

#![allow(clippy::unwrap_used, reason = "the helpers are tests too")]

mod support;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio_core::BoxError;
use frameio_tower::auth::{AuthLayer, StaticToken, Token, TokenProvider, TokenRefreshed, token_fn};
use frameio_tower::error::AuthError;
use frameio_tower::{CallRecord, Phase};
use http::header::AUTHORIZATION;
use http::{Request, Response, Uri};
use support::Strict;
use tokio::time::sleep;
use tower::util::BoxCloneService;
use tower::{Layer, ServiceExt, service_fn};

const SECOND: Duration = Duration::from_secs(1);

type Stack = BoxCloneService<Request<()>, Response<()>, BoxError>;

/// A service behind the layer of `provider`, which after a second answers 401 to all but one token.
fn stack(provider: impl TokenProvider, valid: &'static str) -> Stack {
    let service = service_fn(move |request: Request<()>| {
        let valid = request.headers()[AUTHORIZATION] == format!("Bearer {valid}");
        async move {
            sleep(SECOND).await;
            let status = if valid { 200 } else { 401 };
            Response::builder().status(status).body(()).map_err(BoxError::from)
        }
    });
    let origin = Uri::from_static("https://api.frame.io");
    BoxCloneService::new(AuthLayer::new(provider, &origin).layer(Strict::new(service)))
}

fn me() -> Request<()> {
    Request::get("https://api.frame.io/v4/me").body(()).unwrap()
}

fn is_marked(response: &Response<()>) -> bool {
    response.status() == 401 && response.extensions().get::<TokenRefreshed>().is_some()
}

/// Its tokens are numbers, and there is a next one when the last was rejected. Whatever it does
/// takes a second.
#[derive(Clone, Default)]
struct Rotating {
    number: Arc<AtomicU32>,
    asked: Arc<AtomicU32>,
    told: Arc<Mutex<Vec<String>>>,
}

impl TokenProvider for Rotating {
    async fn token(&self) -> Result<Token, BoxError> {
        self.asked.fetch_add(1, Relaxed);
        sleep(SECOND).await;
        Ok(Token::from(self.number.load(Relaxed).to_string()))
    }

    async fn rejected(&self, token: &Token) {
        self.told.lock().unwrap().push(token.expose().to_owned());
        sleep(SECOND).await;
        self.number.fetch_add(1, Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_wait_for_one_refresh_and_ask_nothing_themselves() {
    let provider = Rotating::default();
    let stack = stack(provider.clone(), "1");
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(stack.clone().oneshot(me()))).collect();
    for call in calls {
        assert!(is_marked(&call.await.unwrap().unwrap()));
    }
    assert_eq!(*provider.told.lock().unwrap(), ["0"]);
    // By the hundred requests; then whether there is another already, and once more for it.
    assert_eq!(provider.asked.load(Relaxed), 102);
    assert_eq!(stack.oneshot(me()).await.unwrap().status(), 200);
}

#[tokio::test(start_paused = true)]
async fn each_rejected_token_is_reported_once() {
    let provider = Rotating::default();
    let stack = stack(provider.clone(), "none is right");
    for _ in 0..3 {
        assert!(is_marked(&stack.clone().oneshot(me()).await.unwrap()));
    }
    assert_eq!(*provider.told.lock().unwrap(), ["0", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_replaced_is_reported_once() {
    let told = Arc::new(AtomicU32::new(0));

    struct Stubborn(Arc<AtomicU32>);

    impl TokenProvider for Stubborn {
        async fn token(&self) -> Result<Token, BoxError> {
            Ok(Token::from("old"))
        }

        async fn rejected(&self, _: &Token) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    let stack = stack(Stubborn(told.clone()), "new");
    for _ in 0..3 {
        assert!(!is_marked(&stack.clone().oneshot(me()).await.unwrap()));
    }
    assert_eq!(told.load(Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_replaced_meanwhile_is_not_reported() {
    let provider = Rotating::default();
    let call = tokio::spawn(stack(provider.clone(), "1").oneshot(me()));
    sleep(SECOND * 3 / 2).await;
    provider.number.store(1, Relaxed);
    assert!(is_marked(&call.await.unwrap().unwrap()));
    assert!(provider.told.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_refreshing_call_can_be_dropped_at_any_time() {
    // A second for the token and one for the answer; then the provider is asked, told and asked.
    for halves in 0..12 {
        let provider = Rotating::default();
        let stack = stack(provider.clone(), "1");
        let first = tokio::spawn(stack.clone().oneshot(me()));
        tokio::task::yield_now().await;
        let others: Vec<_> = (0..3).map(|_| tokio::spawn(stack.clone().oneshot(me()))).collect();
        sleep(SECOND * halves / 2 + SECOND / 100).await;
        first.abort();
        for other in others {
            let response = tokio::time::timeout(SECOND * 20, other).await;
            assert!(is_marked(&response.expect("nobody is stuck").unwrap().unwrap()), "{halves}");
        }
        assert_eq!(stack.oneshot(me()).await.unwrap().status(), 200, "{halves}");
        // Only what was broken off in the middle is done again.
        let told = provider.told.lock().unwrap().len();
        assert_eq!(told, if (6..8).contains(&halves) { 2 } else { 1 }, "{halves}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_phase_is_recorded() {
    let record = CallRecord::new();
    let mut request = me();
    request.extensions_mut().insert(record.clone());
    let call = tokio::spawn(stack(Rotating::default(), "1").oneshot(request));
    let mut phases = Vec::new();
    for _ in 0..5 {
        sleep(SECOND - SECOND / 100).await;
        phases.push(record.phase());
        sleep(SECOND / 100).await;
    }
    // Asking; sending; then asking, telling and asking.
    assert_eq!(phases, [Phase::Auth, Phase::Attempt, Phase::Auth, Phase::Auth, Phase::Auth]);
    call.await.unwrap().unwrap();
    assert_eq!(record.phase(), Phase::Attempt);
}

#[tokio::test(start_paused = true)]
async fn a_cached_token_needs_no_request() {
    /// Has its token at hand from the second time on.
    #[derive(Default)]
    struct Caching(AtomicBool);

    impl TokenProvider for Caching {
        async fn token(&self) -> Result<Token, BoxError> {
            assert!(!self.0.swap(true, Relaxed));
            Ok(Token::from("abc"))
        }

        fn cached(&self) -> Option<Token> {
            self.0.load(Relaxed).then(|| Token::from("abc"))
        }
    }

    let stack = stack(Arc::new(Caching::default()), "abc");
    for _ in 0..3 {
        assert_eq!(stack.clone().oneshot(me()).await.unwrap().status(), 200);
    }
    // It is no phase of a call either.
    let record = CallRecord::new();
    let mut request = me();
    request.extensions_mut().insert(record.clone());
    stack.oneshot(request).await.unwrap();
    assert_eq!(record.phase(), Phase::Start);
}

#[tokio::test(start_paused = true)]
async fn a_function_can_be_a_provider() {
    let fails = Arc::new(AtomicBool::new(false));
    let failing = fails.clone();
    let provider = token_fn(move || {
        let fails = failing.load(Relaxed);
        async move { if fails { Err("no network".into()) } else { Ok(Token::from("old")) } }
    });
    let stack = stack(provider, "new");
    // A refresh that fails leaves the answer as it is.
    let call = tokio::spawn(stack.clone().oneshot(me()));
    sleep(SECOND / 2).await;
    fails.store(true, Relaxed);
    let response = call.await.unwrap().unwrap();
    assert_eq!((response.status().as_u16(), is_marked(&response)), (401, false));
    assert!(stack.oneshot(me()).await.unwrap_err().is::<AuthError>());
}

#[tokio::test(start_paused = true)]
async fn an_empty_token_is_none() {
    let error = stack(StaticToken::new(""), "").oneshot(me()).await.unwrap_err();
    assert!(error.is::<AuthError>());
}

#[test]
fn futures_show_no_token() {
    let layer = AuthLayer::new(StaticToken::new("c4n4ry"), &Uri::from_static("https://c4n4ry@x.y"));
    let service =
        layer.layer(service_fn(async |_: Request<()>| Ok::<_, BoxError>(Response::new(()))));
    let provider = token_fn(async || Ok(Token::from("c4n4ry")));
    let mut request = me();
    *request.uri_mut() = Uri::from_static("https://x.y/");
    let mut service = service;
    let future = tower::Service::call(&mut service, request);
    let shown = format!("{layer:?} {service:?} {future:?} {provider:?}");
    assert!(!shown.contains("c4n4ry"), "{shown}");
}
