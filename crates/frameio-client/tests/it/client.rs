//! The public interface of the client: settings, layer slots, typed and plain requests.

use frameio_testing::script;

use std::time::Duration;

use frameio::files::ShowFile;
use frameio::layers::{RateLimitLayer, RateLimitMode, RetryLayer, StandardPolicy};
use frameio::transport::Proxy;
use frameio::users::ShowCurrentUser;
use frameio::{Body, BuildErrorKind, CallOptions, Client, ClientBuilder, EndpointExt, ErrorKind};
use http::{HeaderName, HeaderValue, Request};
use script::{Script, response, user};
use tower::limit::ConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower::timeout::TimeoutLayer;
use tower::util::MapRequestLayer;
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_http::set_header::SetRequestHeaderLayer;
use tower_http::trace::TraceLayer;

fn builder(script: &Script) -> ClientBuilder {
    Client::builder().token("secret").transport(script.clone())
}

static_assertions::assert_impl_all!(Client: Clone, Send, Sync, std::fmt::Debug);
static_assertions::assert_impl_all!(Client: Service<ShowFile>, Service<ShowCurrentUser>);
static_assertions::const_assert!(size_of::<frameio::Error>() <= 16);

#[test]
fn returns_the_base_url_unless_the_service_is_custom() {
    let client = Client::new("t").unwrap();
    assert_eq!(
        client.base_url().map(ToString::to_string).as_deref(),
        Some("https://api.frame.io/")
    );
    let local = Client::builder().base_url("http://127.0.0.1:9/x").token("t").build().unwrap();
    assert_eq!(local.clone().base_url().and_then(|url| url.host()), Some("127.0.0.1"));
    assert_eq!(Client::from_service(Script::new(|_, _| user())).base_url(), None);
}

/// This test has no runtime, because building needs none.
#[test]
fn a_client_is_built_outside_a_runtime_and_used_in_several() {
    let client = Client::builder().base_url("http://127.0.0.1:9").token("t").build().unwrap();
    for _ in 0..2 {
        let client = client.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let call = async move {
            client.send(ShowCurrentUser::new().options(CallOptions::new().max_retries(0))).await
        };
        let error = runtime.block_on(runtime.spawn(call)).unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
    }
}

#[tokio::test]
async fn calls_can_be_awaited_in_spawned_tasks() {
    let script = Script::new(|_, _| user());
    let client = builder(&script).build().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let client = client.clone();
        tasks.spawn(async move { client.send(ShowCurrentUser::new().with_meta()).await });
        let client = builder(&script).build().unwrap();
        tasks.spawn(async move { client.oneshot(ShowCurrentUser::new().with_meta()).await });
    }
    for reply in tasks.join_all().await {
        assert_eq!(reply.unwrap().value.name, "Kim");
    }
}

#[tokio::test]
async fn wraps_the_client_in_layers_over_typed_requests() {
    let script = Script::new(|_, _| user());
    let mut service = ServiceBuilder::new()
        .load_shed()
        .concurrency_limit(1)
        .timeout(Duration::from_secs(1))
        .service(builder(&script).build().unwrap());
    let ready = ServiceExt::<ShowCurrentUser>::ready(&mut service).await.unwrap();
    assert_eq!(ready.call(ShowCurrentUser::new()).await.unwrap().name, "Kim");
}

#[tokio::test]
async fn accepts_third_party_layers_in_both_slots() {
    let script = Script::new(|_, _| user());
    let mark = |name: &'static str| {
        MapRequestLayer::new(move |mut request: Request<Body>| {
            request.headers_mut().append("x-mark", HeaderValue::from_static(name));
            request
        })
    };
    let set = |name| {
        let name = http::HeaderName::from_static(name);
        SetRequestHeaderLayer::overriding(name, HeaderValue::from_static("1"))
    };
    let client = builder(&script)
        .call_layer(mark("inner call"))
        .call_layer(TimeoutLayer::new(Duration::from_secs(1)))
        .call_layer(ConcurrencyLimitLayer::new(1))
        .call_layer(LoadShedLayer::new())
        .call_layer(set("x-call"))
        .call_layer(TraceLayer::new_for_http())
        .call_layer(mark("outer call"))
        .attempt_layer(mark("inner attempt"))
        .attempt_layer(TimeoutLayer::new(Duration::from_secs(1)))
        .attempt_layer(ConcurrencyLimitLayer::new(1))
        .attempt_layer(set("x-attempt"))
        .attempt_layer(TraceLayer::new_for_http())
        .attempt_layer(mark("outer attempt"))
        .build()
        .unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    let request = &script.requests()[0];
    let marks: Vec<_> = request.headers.get_all("x-mark").iter().collect();
    assert_eq!(marks, ["outer call", "inner call", "outer attempt", "inner attempt"]);
    assert!(request.headers.contains_key("x-call") && request.headers.contains_key("x-attempt"));
}

#[tokio::test(start_paused = true)]
async fn runs_call_layers_once_and_attempt_layers_for_each_attempt() {
    let script = Script::new(|n, _| if n < 2 { response(503, "{}") } else { user() });
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let attempts = calls.clone();
    let count = move |by: u32| {
        let counter = attempts.clone();
        MapRequestLayer::new(move |request: Request<Body>| {
            counter.fetch_add(by, std::sync::atomic::Ordering::Relaxed);
            request
        })
    };
    let client = builder(&script).call_layer(count(1)).attempt_layer(count(100)).build().unwrap();
    let reply = client.send(ShowCurrentUser::new().with_meta()).await.unwrap();
    assert_eq!(reply.attempts, 3);
    assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 301);
}

#[tokio::test]
async fn keeps_the_url_prefix_and_lets_a_call_override_headers() {
    let script = Script::new(|_, _| user());
    let client = builder(&script)
        .base_url("https://proxy.example:8443/frameio/")
        .header("x-one", "client")
        .user_agent("studio/1")
        .build()
        .unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    client
        .send(ShowCurrentUser::new().options(CallOptions::new().header("x-one", "call")))
        .await
        .unwrap();
    let requests = script.requests();
    assert_eq!(requests[0].uri, "https://proxy.example:8443/frameio/v4/me");
    assert_eq!(requests[0].headers["user-agent"], "studio/1");
    assert_eq!(requests[0].headers["accept"], "application/json");
    assert_eq!(requests[0].headers["authorization"], "Bearer secret");
    assert!(requests[0].headers["authorization"].is_sensitive());
    assert_eq!(requests[0].headers["x-one"], "client");
    assert_eq!(requests[1].headers["x-one"], "call");
}

#[tokio::test]
async fn sends_the_token_only_to_the_origin_of_the_api() {
    let script = Script::new(|_, _| response(404, "{}"));
    let client = builder(&script).base_url("https://api.example/x").build().unwrap();
    let elsewhere = [
        "https://s3.example/part?X-Amz-Signature=1",
        "https://api.example:444/v4/me",
        "http://api.example/v4/me",
        "https://api.example.evil.example/v4/me",
    ];
    for url in elsewhere {
        let request = Request::get(url).body(Body::empty()).unwrap();
        // A plain request returns a response of any status.
        assert_eq!(client.request(request).await.unwrap().status(), 404);
    }
    for url in ["https://API.example:443/v4/me", "/v4/moodboards"] {
        let request = Request::get(url).body(Body::empty()).unwrap();
        client.request(request).await.unwrap();
    }
    let signed: Vec<_> =
        script.requests().iter().map(|a| a.headers.contains_key("authorization")).collect();
    assert_eq!(signed, [false, false, false, false, true, true]);
    assert_eq!(script.urls()[5], "https://api.example/x/v4/moodboards");
}

#[test]
fn refuses_to_build_with_an_invalid_token() {
    for (token, message) in [
        ("canary\nb", "the token contains a line break"),
        ("canary\0b", "the token contains the control character U+0000"),
        ("", "the token is empty"),
        (" \r\n", "the token is empty"),
    ] {
        assert_eq!(Client::new(token).unwrap_err().to_string(), message);
        // Only the setting that replaces the token is validated.
        assert!(Client::builder().token(token).no_auth().build().is_ok());
        assert!(Client::builder().token(token).token("good").build().is_ok());
    }
}

#[tokio::test]
async fn removes_the_whitespace_around_a_token_and_a_base_url() {
    let script = Script::new(|_, _| user());
    let client = Client::builder()
        .base_url(" https://api.example\n")
        .token("\u{feff} t0ken\r\n")
        .transport(script.clone())
        .build()
        .unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    assert_eq!(script.requests()[0].headers["authorization"], "Bearer t0ken");
    assert!(script.urls()[0].starts_with("https://api.example/v4/"));
    let broken = Client::builder().base_url("https://api.example\n/x").build().unwrap_err();
    assert_eq!(broken.to_string(), "the base URL contains a line break");
}

#[test]
fn refuses_invalid_settings_with_a_remedy() {
    let error = |builder: ClientBuilder| builder.build().unwrap_err().to_string();
    let insecure = error(Client::builder().base_url("http://api.frame.io"));
    assert!(insecure.contains("allow_http()"), "{insecure}");
    assert!(Client::builder().base_url("http://api.frame.io").allow_http().build().is_ok());
    assert!(Client::builder().base_url("http://localhost:1").build().is_ok());
    for url in ["", "api.frame.io", "/v4", "https://api.frame.io?x=1", "https://"] {
        let message = error(Client::builder().base_url(url));
        assert!(message.contains("URL") || message.contains("http"), "{url}: {message}");
    }
    let header = error(Client::builder().header("x y", "1"));
    assert_eq!(header, "the header has the invalid name 'x y'");
    let header = error(Client::builder().header("x-one", "s3cret\n"));
    assert_eq!(header, "the header 'x-one' has a value with an invalid character");
    assert_eq!(
        error(Client::builder().base_url("nonsense")),
        "invalid base URL 'nonsense': it does not start with https:// or http://"
    );
    assert_eq!(
        error(Client::builder().base_url("https://api.frame.io/v4/")),
        "invalid base URL 'https://api.frame.io/v4/': remove '/v4' and what follows; it is part of every \
         route"
    );
    for (url, reason) in [
        ("https://api.frame.io:99999", "its port is not a number from 1 to 65535"),
        ("https:///x", "it has no host"),
        ("https://h/a b", "it contains a blank"),
        ("http://api.frame.io", "http:// is only allowed for the local machine"),
    ] {
        let message = error(Client::builder().base_url(url));
        assert!(message.starts_with(&format!("invalid base URL '{url}': {reason}")), "{message}");
    }
    for (url, reason) in [
        ("https://me:s3cret@api.frame.io", "it has a user name or password"),
        ("https://api.frame.io/?key=s3cret", "it has a query"),
        ("https://api.frame.io/#access_token=s3cret", "it has a fragment"),
        ("https://api.frame.io/v4#s3cret", "remove '/v4' and what follows"),
    ] {
        let message = error(Client::builder().base_url(url));
        assert!(message.starts_with(&format!("invalid base URL: {reason}")), "{message}");
    }
    let message = error(Client::builder().base_url("https://a\u{202e}b\u{1b}"));
    assert!(message.contains("control character"), "{message}");
    let message = error(Client::builder().base_url("https://a\u{202e}b"));
    assert!(
        message.starts_with("invalid base URL 'https://ab': it contains a character"),
        "{message}"
    );
}

#[test]
fn debug_shows_the_settings_without_secrets() {
    let builder = Client::builder()
        .base_url("https://proxy.example/x")
        .token("s3cret")
        .header("x-api-key", "s3cret")
        .proxy(Proxy::url("http://me:s3cret@h:1").unwrap())
        .allow_http();
    let shown = format!("{builder:?}");
    for part in ["base: https://proxy.example/x", "x-api-key", "h:1", "allow_http: true"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("s3cret") && !shown.contains("api.frame.io"), "{shown}");
    let shown = format!("{:?}", builder.transport(Script::new(|_, _| user())));
    assert!(shown.contains("transport: \"custom\""), "{shown}");
}

#[test]
fn build_errors_have_a_kind() {
    let kind = |builder: ClientBuilder| builder.build().unwrap_err().kind();
    assert_eq!(kind(Client::builder().token("")), BuildErrorKind::Token);
    assert_eq!(kind(Client::builder().header("x y", "1")), BuildErrorKind::Header);
    assert_eq!(kind(Client::builder().base_url("nonsense")), BuildErrorKind::BaseUrl);
    assert_eq!(Client::new("a\nb").unwrap_err().kind(), BuildErrorKind::Token);
    for url in ["nonsense", "https://", "a\nb", "https://me@h", "http://h"] {
        let error = Client::builder().base_url(url).build().unwrap_err();
        assert!(std::error::Error::source(&error).is_some(), "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn clients_of_one_builder_have_their_own_quotas() {
    let builder = builder(&Script::new(|_, _| {
        let mut response = user();
        for (name, value) in [("limit", "100"), ("remaining", "0"), ("window", "60000")] {
            let name = HeaderName::try_from(format!("x-ratelimit-{name}")).unwrap();
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }));
    let [kim, lee] = ["a", "b"].map(|token| builder.clone().token(token).build().unwrap());
    let took = async |client: &Client| {
        let begun = tokio::time::Instant::now();
        client.send(ShowCurrentUser::new()).await.unwrap();
        begun.elapsed()
    };
    took(&kim).await;
    assert!(took(&lee).await < Duration::from_millis(10));
    assert!(took(&kim).await > Duration::from_millis(100));
}

#[tokio::test]
async fn the_legacy_header_is_sent_with_legacy_tokens_only() {
    let script = Script::new(|_, _| user());
    let client = builder(&script).token("fio-u-x").build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    for others in [
        builder(&script).token("fio-u-x").no_auth(),
        builder(&script).token("fio-u-x").token("other"),
    ] {
        others.build().unwrap().send(ShowCurrentUser::new()).await.unwrap();
    }
    let legacy = script.requests().into_iter().map(|request| {
        request.headers.keys().filter(|name| name.as_str().contains("auth")).count()
    });
    assert_eq!(legacy.collect::<Vec<_>>(), [2, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn each_default_layer_can_be_removed() {
    let script = Script::new(|n, _| if n == 0 { response(503, "{}") } else { user() });
    let bare = builder(&script)
        .no_auth()
        .no_retry()
        .deadline(None)
        .rate_limit(None)
        .timeout(None)
        .attempt_span_level(None)
        .build()
        .unwrap();
    let error = bare.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(bare.send(ShowCurrentUser::new()).await.unwrap().name, "Kim");
    assert!(!script.requests()[0].headers.contains_key("authorization"));
}

#[tokio::test(start_paused = true)]
async fn clients_share_a_quota_or_use_separate_ones() {
    let script = Script::new(|_, _| user());
    let quota = frameio::Quota::per_minute(2);
    let fast = || RateLimitLayer::new().mode(RateLimitMode::FailFast).quota("users.show", quota);
    let shared = fast();
    let client = |layer: RateLimitLayer| builder(&script).rate_limit(layer).build().unwrap();
    let (one, two) = (client(shared.clone()), client(shared.clone()));
    let other_user = client(shared.credential("someone else"));
    let own = client(fast());
    one.send(ShowCurrentUser::new()).await.unwrap();
    let error = two.send(ShowCurrentUser::new()).await.unwrap_err();
    assert!(error.is_rate_limited() && !error.may_have_been_sent());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    other_user.send(ShowCurrentUser::new()).await.unwrap();
    own.send(ShowCurrentUser::new()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn call_options_override_retries_and_deadline() {
    let script = Script::new(|_, _| response(500, "{}"));
    let client = builder(&script).retry(StandardPolicy::default()).max_retries(1).build().unwrap();
    let retries = |retries| CallOptions::new().max_retries(retries);
    let send = |options| client.send(ShowCurrentUser::new().options(options));
    let none = send(retries(0)).await.unwrap_err();
    let client_setting = client.send(ShowCurrentUser::new()).await.unwrap_err();
    let more = send(retries(4)).await.unwrap_err();
    assert_eq!((none.attempts(), client_setting.attempts(), more.attempts()), (1, 2, 5));
    let never = builder(&script).no_retry().retry_budget(None).build().unwrap();
    let more = never.send(ShowCurrentUser::new().options(retries(2))).await.unwrap_err();
    let none = never.send(ShowCurrentUser::new().options(retries(0))).await.unwrap_err();
    assert_eq!((none.attempts(), more.attempts()), (1, 3));
    let cut = send(retries(9).deadline(Duration::from_millis(1))).await.unwrap_err();
    assert!(cut.attempts() < 10, "waited beyond the deadline");
    assert_eq!(cut.status().unwrap(), 500);
}

#[tokio::test(start_paused = true)]
async fn max_retries_applies_regardless_of_the_order_of_settings() {
    let script = Script::new(|_, _| response(500, "{}"));
    let once = || RetryLayer::new(StandardPolicy::default()).max_retries(1);
    for (builder, attempts) in [
        (builder(&script).max_retries(1).retry(StandardPolicy::conservative()), 2),
        (builder(&script).retry(StandardPolicy::conservative()).max_retries(1), 2),
        (builder(&script).no_retry().max_retries(4), 5),
        (builder(&script).max_retries(4).no_retry(), 1),
        (builder(&script).no_retry().retry(StandardPolicy::default()), 3),
        (builder(&script).max_retries(3).no_retry().retry(StandardPolicy::default()), 4),
        (builder(&script).max_retries(4).retry_layer(once()).retry(StandardPolicy::default()), 5),
        (builder(&script).max_retries(4).retry_layer(once()), 2),
        (builder(&script).retry_layer(once()).no_retry(), 1),
    ] {
        let client = builder.retry_budget(None).build().unwrap();
        let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
        assert_eq!(error.attempts(), attempts);
    }
}

#[tokio::test]
async fn returns_raw_responses_unchanged() {
    let script = Script::new(|_, _| user());
    let client = builder(&script).build().unwrap();
    let raw = client.send(ShowCurrentUser::new().raw()).await.unwrap();
    assert_eq!(raw.headers()["content-type"], "application/json");
    assert!(raw.body().starts_with(b"{\"data\":"));
    let custom = Client::from_service(script.clone());
    let raw = custom.send(ShowCurrentUser::new().raw()).await.unwrap();
    assert_eq!(raw.status(), 200);
    assert_eq!(script.urls()[1], "/v4/me", "nothing is added to a custom service");
}
