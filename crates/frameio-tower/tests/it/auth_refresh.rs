//! Refresh of a rejected token that several calls share, and the phase of a call during it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::Strict;
use frameio_core::BoxError;
use frameio_tower::auth::{
    AuthLayer, RefreshFailed, StaticToken, Token, TokenProvider, TokenRefreshed, token_fn,
};
use frameio_tower::error::AuthError;
use frameio_tower::{CallRecord, Phase};
use http::header::AUTHORIZATION;
use http::{Request, Response, Uri};
use tokio::time::sleep;
use tower::util::BoxCloneService;
use tower::{Layer, ServiceExt, service_fn};

const SECOND: Duration = Duration::from_secs(1);

type Stack = BoxCloneService<Request<()>, Response<()>, BoxError>;

/// Returns the layer of `provider` around a service that, after a second, responds with 401 to all
/// tokens except `valid`.
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

/// Provider whose tokens are numbers. A rejection increments the number. Every method takes a second.
#[derive(Clone, Default)]
struct Rotating {
    number: Arc<AtomicU32>,
    asked: Arc<AtomicU32>,
    reported: Arc<Mutex<Vec<String>>>,
}

impl TokenProvider for Rotating {
    async fn token(&self) -> Result<Token, BoxError> {
        self.asked.fetch_add(1, Relaxed);
        sleep(SECOND).await;
        Ok(Token::from(self.number.load(Relaxed).to_string()))
    }

    async fn rejected(&self, token: &Token) -> Result<(), BoxError> {
        self.reported.lock().unwrap().push(token.expose().to_owned());
        sleep(SECOND).await;
        self.number.fetch_add(1, Relaxed);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_calls_share_one_refresh() {
    let provider = Rotating::default();
    let stack = stack(provider.clone(), "1");
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(stack.clone().oneshot(me()))).collect();
    for call in calls {
        assert!(is_marked(&call.await.unwrap().unwrap()));
    }
    assert_eq!(*provider.reported.lock().unwrap(), ["0"]);
    // A hundred times to sign, once before the rejection is reported and once after it.
    assert_eq!(provider.asked.load(Relaxed), 102);
    assert_eq!(stack.oneshot(me()).await.unwrap().status(), 200);
}

#[tokio::test(start_paused = true)]
async fn each_rejected_token_is_reported_once() {
    let provider = Rotating::default();
    let stack = stack(provider.clone(), "no valid token");
    for _ in 0..3 {
        assert!(is_marked(&stack.clone().oneshot(me()).await.unwrap()));
    }
    assert_eq!(*provider.reported.lock().unwrap(), ["0", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_replaced_is_reported_once() {
    let reported = Arc::new(AtomicU32::new(0));

    struct Stubborn(Arc<AtomicU32>);

    impl TokenProvider for Stubborn {
        async fn token(&self) -> Result<Token, BoxError> {
            Ok(Token::from("old"))
        }

        async fn rejected(&self, _: &Token) -> Result<(), BoxError> {
            self.0.fetch_add(1, Relaxed);
            Ok(())
        }
    }

    let stack = stack(Stubborn(reported.clone()), "new");
    for _ in 0..3 {
        assert!(!is_marked(&stack.clone().oneshot(me()).await.unwrap()));
    }
    assert_eq!(reported.load(Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_tried_again_after_a_pause() {
    /// Provider whose first refresh fails.
    #[derive(Default)]
    struct Unlucky(AtomicU32);

    impl TokenProvider for Unlucky {
        async fn token(&self) -> Result<Token, BoxError> {
            Ok(Token::from(if self.0.load(Relaxed) < 2 { "old" } else { "new" }))
        }

        async fn rejected(&self, _: &Token) -> Result<(), BoxError> {
            match self.0.fetch_add(1, Relaxed) {
                0 => Err("issuer unavailable".into()),
                _ => Ok(()),
            }
        }
    }

    let provider = Arc::new(Unlucky::default());
    let stack = stack(provider.clone(), "new");
    let send = async || stack.clone().oneshot(me()).await.unwrap();
    // A response takes a second. Within the pause, the outcome stays the same.
    for _ in 0..5 {
        let response = send().await;
        let reason = response.extensions().get::<RefreshFailed>().map(ToString::to_string);
        let expected = "the token could not be replaced: issuer unavailable";
        assert_eq!((is_marked(&response), reason.as_deref()), (false, Some(expected)));
    }
    assert_eq!(provider.0.load(Relaxed), 1);
    assert!(is_marked(&send().await));
    assert_eq!(provider.0.load(Relaxed), 2);
    assert_eq!(send().await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn an_already_replaced_token_is_not_reported() {
    let provider = Rotating::default();
    let call = tokio::spawn(stack(provider.clone(), "1").oneshot(me()));
    sleep(SECOND * 3 / 2).await;
    provider.number.store(1, Relaxed);
    assert!(is_marked(&call.await.unwrap().unwrap()));
    assert!(provider.reported.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_refreshing_call_can_be_dropped_at_any_time() {
    // One second each for token, response, token, rejection and token.
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
            assert!(
                is_marked(&response.expect("no call is blocked").unwrap().unwrap()),
                "{halves}"
            );
        }
        assert_eq!(stack.oneshot(me()).await.unwrap().status(), 200, "{halves}");
        // Only a rejection that was interrupted is reported again.
        let reported = provider.reported.lock().unwrap().len();
        assert_eq!(reported, if (6..8).contains(&halves) { 2 } else { 1 }, "{halves}");
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
    // Token; response; then token, rejection and token.
    assert_eq!(phases, [Phase::Auth, Phase::Attempt, Phase::Auth, Phase::Auth, Phase::Auth]);
    call.await.unwrap().unwrap();
    assert_eq!(record.phase(), Phase::Attempt);
}

#[tokio::test(start_paused = true)]
async fn a_cached_token_is_used_without_a_token_request() {
    /// Provider with a cached token after the first request for one.
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
    // The call never enters the auth phase.
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
    // After a failed refresh, the response is returned.
    let call = tokio::spawn(stack.clone().oneshot(me()));
    sleep(SECOND / 2).await;
    fails.store(true, Relaxed);
    let response = call.await.unwrap().unwrap();
    assert_eq!((response.status().as_u16(), is_marked(&response)), (401, false));
    let reason = response.extensions().get::<RefreshFailed>().unwrap();
    assert_eq!(reason.to_string(), "the token could not be replaced: no network");
    assert!(stack.oneshot(me()).await.unwrap_err().is::<AuthError>());
}

#[tokio::test(start_paused = true)]
async fn an_empty_token_fails_the_call() {
    let error = stack(StaticToken::new(""), "").oneshot(me()).await.unwrap_err();
    assert!(error.is::<AuthError>());
}

#[test]
fn debug_output_of_futures_does_not_contain_the_token() {
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
