//! The spans of calls and attempts, through the whole client.

use frameio_testing::raw;
use frameio_testing::script;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio::folders::CreateFolder;
use frameio::users::ShowCurrentUser;
use frameio::{Body, BoxError, CallOptions, Client, ClientBuilder, EndpointExt};
use raw::{RawServer, Reaction};
use script::{Script, response, user};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// A span of the SDK with its recorded fields: text is quoted, numbers are not.
#[derive(Clone, Debug)]
struct CapturedSpan {
    name: &'static str,
    level: Level,
    parent: Option<u64>,
    id: u64,
    fields: BTreeMap<&'static str, String>,
    closed: bool,
}

impl CapturedSpan {
    fn fields(&self) -> Vec<String> {
        self.fields.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }
}

/// Only `i64` values are recorded as numbers, as in OpenTelemetry.
impl Visit for CapturedSpan {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.insert(field.name(), value.to_string());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("\"{value:?}\""));
    }
}

#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<CapturedSpan>>>);

impl Capture {
    fn start(level: LevelFilter) -> (Self, DefaultGuard) {
        let capture = Self::default();
        let subscriber = tracing_subscriber::registry().with(capture.clone().with_filter(level));
        (capture, tracing::subscriber::set_default(subscriber))
    }

    fn named(&self, name: &str) -> Vec<CapturedSpan> {
        self.0.lock().unwrap().iter().filter(|span| span.name == name).cloned().collect()
    }

    /// Returns the only call and its attempts.
    #[track_caller]
    fn one_call(&self) -> (CapturedSpan, Vec<CapturedSpan>) {
        let calls = self.named("frameio.call");
        assert_eq!(calls.len(), 1, "{calls:?}");
        let attempts = self.named("frameio.http");
        for span in calls.iter().chain(&attempts) {
            assert!(span.closed, "{span:?}");
        }
        assert!(attempts.iter().all(|attempt| attempt.parent == Some(calls[0].id)));
        (calls[0].clone(), attempts)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if !metadata.target().starts_with("frameio") {
            return;
        }
        let parent = context.span(id).and_then(|span| Some(span.parent()?.id().into_u64()));
        let mut span = CapturedSpan {
            name: metadata.name(),
            level: *metadata.level(),
            parent,
            id: id.into_u64(),
            fields: BTreeMap::new(),
            closed: false,
        };
        attributes.record(&mut span);
        self.0.lock().unwrap().push(span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        // Ids are reused, so this is the last span with the id.
        if let Some(span) = self.0.lock().unwrap().iter_mut().rfind(|s| s.id == id.into_u64()) {
            values.record(span);
        }
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        if let Some(span) = self.0.lock().unwrap().iter_mut().rfind(|s| s.id == id.into_u64()) {
            span.closed = true;
        }
    }
}

fn builder(script: Script) -> ClientBuilder {
    Client::builder().token("t").transport(script)
}

#[tokio::test(start_paused = true)]
async fn a_call_span_contains_a_span_for_each_attempt() {
    let (capture, _guard) = Capture::start(LevelFilter::DEBUG);
    let script = Script::new(|n, _| if n == 0 { response(503, "{}") } else { user() });
    let client = builder(script).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    let (call, attempts) = capture.one_call();
    assert_eq!((call.level, call.parent), (Level::INFO, None));
    let expected = [
        r#"frameio.attempts=2"#,
        r#"frameio.quota_wait_ms=0"#,
        r#"otel.kind="internal""#,
        r#"otel.name="users.show""#,
        r#"rpc.method="users.show""#,
        r#"rpc.system.name="frameio""#,
    ];
    assert_eq!(call.fields(), expected);

    let [first, second] = attempts.as_slice() else { panic!("{attempts:?}") };
    assert_eq!((first.level, second.level), (Level::DEBUG, Level::DEBUG));
    let expected = [
        r#"error.type="503""#,
        r#"http.request.method="GET""#,
        r#"http.response.status_code=503"#,
        r#"network.protocol.version="1.1""#,
        r#"otel.kind="client""#,
        r#"otel.name="GET /v4/me""#,
        r#"otel.status_code="ERROR""#,
        r#"server.address="api.frame.io""#,
        r#"server.port=443"#,
        r#"url.template="/v4/me""#,
    ];
    assert_eq!(first.fields(), expected);
    let expected = [
        r#"http.request.method="GET""#,
        r#"http.request.resend_count=1"#,
        r#"http.response.status_code=200"#,
        r#"network.protocol.version="1.1""#,
        r#"otel.kind="client""#,
        r#"otel.name="GET /v4/me""#,
        r#"server.address="api.frame.io""#,
        r#"server.port=443"#,
        r#"url.template="/v4/me""#,
    ];
    assert_eq!(second.fields(), expected);
}

/// Verifies that all spans are marked as errors, and returns `error.type` of the call and its
/// attempts.
#[track_caller]
fn errors(capture: &Capture) -> (String, Vec<String>) {
    let (call, attempts) = capture.one_call();
    let name = |span: &CapturedSpan| {
        assert_eq!(span.fields["otel.status_code"], r#""ERROR""#, "{span:?}");
        span.fields["error.type"].trim_matches('"').to_owned()
    };
    (name(&call), attempts.iter().map(name).collect())
}

#[tokio::test(start_paused = true)]
async fn error_type_is_the_status_of_an_error_response() {
    let (capture, _guard) = Capture::start(LevelFilter::DEBUG);
    let client = builder(Script::new(|_, _| response(404, "{}"))).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!(errors(&capture), ("404".to_owned(), vec!["404".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn error_type_names_the_time_limit() {
    let hangs = || {
        let never = |_: http::Request<Body>| {
            std::future::pending::<Result<http::Response<Body>, BoxError>>()
        };
        Client::builder().token("t").transport(tower::service_fn(never))
    };
    let (capture, _guard) = Capture::start(LevelFilter::DEBUG);
    let client = hangs().max_retries(1).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap_err();
    let timeouts = vec!["timeout".to_owned(), "timeout".to_owned()];
    assert_eq!(errors(&capture), ("timeout".to_owned(), timeouts));

    let (capture, _guard) = Capture::start(LevelFilter::DEBUG);
    let client = hangs().deadline(Duration::from_secs(1)).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap_err();
    // The attempt was dropped before it ended.
    assert_eq!(errors(&capture), ("deadline_exceeded".to_owned(), vec!["cancelled".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn error_type_of_a_dropped_call_is_cancelled() {
    let server = RawServer::start(|_| Reaction::SendAndHang(Vec::new())).await;
    for plain in [false, true] {
        let (capture, _guard) = Capture::start(LevelFilter::DEBUG);
        let client = Client::builder().base_url(server.url()).token("t").build().unwrap();
        let second = Duration::from_secs(1);
        if plain {
            let request = http::Request::get("/v4/me").body(Body::empty()).unwrap();
            tokio::time::timeout(second, client.request(request)).await.unwrap_err();
        } else {
            tokio::time::timeout(second, client.send(ShowCurrentUser::new())).await.unwrap_err();
        }
        assert_eq!(errors(&capture), ("cancelled".to_owned(), vec!["cancelled".to_owned()]));
        assert_eq!(capture.one_call().0.fields["frameio.attempts"], "1");
    }
}

#[tokio::test]
async fn error_type_names_encode_and_decode_errors() {
    let (capture, _guard) = Capture::start(LevelFilter::DEBUG);
    let client = builder(Script::new(|_, _| response(200, "{}"))).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap_err();
    let (call, attempts) = capture.one_call();
    assert_eq!(call.fields["error.type"], r#""decode""#);
    assert_eq!(call.fields["otel.status_code"], r#""ERROR""#);
    assert!(!attempts[0].fields.contains_key("error.type"), "the HTTP exchange succeeded");

    let (capture, _guard) = Capture::start(LevelFilter::DEBUG);
    client.send(CreateFolder::new("a", "f").name("")).await.unwrap_err();
    let (call, attempts) = capture.one_call();
    assert_eq!(call.fields["error.type"], r#""encode""#);
    assert_eq!(call.fields["frameio.attempts"], "0");
    assert!(attempts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn records_the_wait_for_the_quota_in_milliseconds() {
    let (capture, _guard) = Capture::start(LevelFilter::DEBUG);
    let quota = frameio::Quota::per_minute(1);
    let layer = frameio::layers::RateLimitLayer::new().quota("users.show", quota);
    let client = builder(Script::new(|_, _| user())).rate_limit(layer).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    let waits: Vec<i64> = capture
        .named("frameio.call")
        .iter()
        .map(|call| call.fields["frameio.quota_wait_ms"].parse().unwrap())
        .collect();
    assert_eq!(waits[0], 0);
    assert!((59_000..=62_000).contains(&waits[1]), "{waits:?}");
}

#[tokio::test]
async fn pooled_connections_keep_no_span_open() {
    let (capture, _guard) = Capture::start(LevelFilter::TRACE);
    let server = RawServer::start(|_| Reaction::Send(raw::user())).await;
    let client = Client::builder().base_url(server.url()).token("t").build().unwrap();
    for _ in 0..2 {
        client.send(ShowCurrentUser::new()).await.unwrap();
    }
    let (calls, attempts) = (capture.named("frameio.call"), capture.named("frameio.http"));
    assert_eq!((calls.len(), attempts.len()), (2, 2));
    for span in calls.iter().chain(&attempts) {
        assert!(span.closed, "{span:?}");
    }
    let port = server.address.port().to_string();
    assert!(attempts.iter().all(|attempt| attempt.fields["server.port"] == port));
    drop((client, server));
}

#[tokio::test]
async fn sets_the_level_of_attempt_spans_or_disables_them() {
    let script = || Script::new(|_, _| user());
    for (level, filter, seen) in [
        (Some(Level::INFO), LevelFilter::INFO, (1, 1)),
        (Some(Level::TRACE), LevelFilter::DEBUG, (1, 0)),
        (Some(Level::DEBUG), LevelFilter::INFO, (1, 0)),
        (Some(Level::ERROR), LevelFilter::WARN, (0, 1)),
        (Some(Level::DEBUG), LevelFilter::OFF, (0, 0)),
        (None, LevelFilter::TRACE, (1, 0)),
    ] {
        let (capture, _guard) = Capture::start(filter);
        let client = match level {
            Some(level) => builder(script()).attempt_span_level(level),
            None => builder(script()).attempt_span_level(None),
        };
        let call = ShowCurrentUser::new().options(CallOptions::new().max_retries(0));
        client.build().unwrap().send(call).await.unwrap();
        let counts = (capture.named("frameio.call").len(), capture.named("frameio.http").len());
        assert_eq!(counts, seen, "{level:?} seen at {filter:?}");
    }
}
