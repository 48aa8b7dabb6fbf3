//! Traces, errors and debug output contain no secrets and no content.
//!
//! All events of the thread, including those of hyper, are captured at the level TRACE.

use frameio_testing::raw;
use frameio_testing::script;
use frameio_testing::traced;

use std::error::Error as StdError;
use std::fmt::Debug;
use std::time::Duration;

use frameio::comments::CreateComment;
use frameio::files::{CreateLocalUpload, CreateRemoteUpload, ShowFile};
use frameio::layers::{
    AuthLayer, Backoff, RateLimitLayer, RateLimitMode, StandardPolicy, StaticToken,
};
use frameio::layers::{Token, TokenProvider};
use frameio::transport::{HyperTransport, Proxy};
use frameio::users::ShowCurrentUser;
use frameio::{
    Body, BoxError, CallOptions, Client, ClientBuilder, EndpointExt, Error, ErrorKind, SignedUrl,
};
use http::Request;
use raw::{RawServer, Reaction, response};
use script::Script;
use traced::Traced;

/// Part of every secret in these tests.
const CANARY: &str = "c4n4ry";
const TOKEN: &str = "token-c4n4ry";

#[track_caller]
fn clean(what: &str, text: &str) {
    assert!(!text.contains(CANARY), "{what} contains a secret: {text}");
}

#[track_caller]
fn clean_debug(what: &str, value: &impl Debug) {
    clean(what, &format!("{value:?}"));
    clean(what, &format!("{value:#?}"));
}

/// Verifies the error and its chain of sources.
#[track_caller]
fn clean_error(error: &Error) {
    clean_debug("Debug of an error", error);
    clean("Display of an error", &error.to_string());
    let mut next = error.source();
    for _ in 0..32 {
        let Some(source) = next else { return };
        clean("Display of a source", &source.to_string());
        clean("Debug of a source", &format!("{source:?}"));
        next = source.source();
    }
}

fn builder() -> ClientBuilder {
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(1));
    Client::builder().token(TOKEN).retry(StandardPolicy::default().backoff(backoff))
}

fn comment() -> CreateComment {
    CreateComment::new("a", "f", format!("a {CANARY} comment"))
}

/// Sends requests that fail with `kind`, and verifies their errors.
async fn fails(builder: ClientBuilder, kind: ErrorKind) {
    let client = builder.build().unwrap();
    let error = client.send(comment()).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    clean_error(&error);
    let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    clean_error(&error);
    let query = Request::get(format!("/v4/me?X-Amz-Signature={CANARY}"));
    if let Err(error) = client.request(query.body(Body::empty()).unwrap()).await {
        clean_error(&error);
    }
}

/// Creates a builder whose transport responds with secrets in headers and body.
fn scripted(status: u16, kind: &'static str, body: &'static str) -> ClientBuilder {
    builder().transport(Script::new(move |_, _| {
        http::Response::builder()
            .status(status)
            .header("content-type", kind)
            .header("set-cookie", format!("session={CANARY}"))
            .body(Body::from(body))
            .unwrap()
    }))
}

#[tokio::test(start_paused = true)]
async fn error_responses_leak_no_secrets() {
    let (traced, _guard) = Traced::capture();
    let json = r#"{"errors":[{"title":"Unauthorized","detail":"no"}],"token":"c4n4ry"}"#;
    fails(scripted(401, "application/json", json), ErrorKind::Api).await;
    fails(scripted(403, "text/html", "<html>c4n4ry</html>"), ErrorKind::Api).await;
    fails(scripted(503, "text/html", "c4n4ry"), ErrorKind::Api).await;
    fails(
        scripted(429, "text/plain", "see https://s3/?Signature=c4n4ry, Bearer c4n4ry"),
        ErrorKind::RateLimited,
    )
    .await;
    assert!(traced.text().contains("frameio.http"), "the attempts are not traced");
    clean("the trace", &traced.text());
}

#[tokio::test]
async fn undecodable_responses_leak_no_secrets() {
    let (traced, _guard) = Traced::capture();
    for body in [
        "c4n4ry",
        r#"{"data":"c4n4ry"}"#,
        r#"{"data":{"id":"x","name":{"c4n4ry":1},"email":"c4n4ry"}}"#,
        r#"{"data":{"id":"x","name":["c4n4ry"],"text":["c4n4ry"]}}"#,
        r#"{"data":{"id":"x","name":"c4n4ry"#,
    ] {
        fails(scripted(200, "application/json", body), ErrorKind::Decode).await;
    }
    let file = r#"{"data":{"id":"f","name":"n","upload_urls":"https://s3/?Signature=\"c4n4ry\""}}"#;
    let client = scripted(200, "application/json", file).build().unwrap();
    let upload = CreateLocalUpload::new("a", "f", "n", 1);
    let error = client.send(upload).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("upload_urls"), "the path is missing: {error}");
    clean_error(&error);
    let file = r#"{"data":{"id":"f","name":"n","created_at":"https://s3/?Signature=c4n4ry"}}"#;
    let client = scripted(200, "application/json", file).build().unwrap();
    clean_error(&client.send(ShowFile::new("a", "f")).await.unwrap_err());
    clean("the trace", &traced.text());
}

#[tokio::test]
async fn invalid_requests_leak_no_secrets() {
    let (traced, _guard) = Traced::capture();
    let client = scripted(200, "application/json", "{}").build().unwrap();
    let long = CANARY.repeat(7000);
    let error = client.send(CreateComment::new("a", "f", long)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    clean_error(&error);
    let header =
        ShowCurrentUser::new().options(CallOptions::new().header("x-key", format!("{CANARY}\n")));
    let error = client.send(header).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    clean_error(&error);
    clean("the trace", &traced.text());
}

#[tokio::test]
async fn transport_failures_leak_no_secrets() {
    let (traced, _guard) = Traced::capture();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    fails(builder().base_url(nobody.clone()), ErrorKind::Connect).await;
    let proxy = Proxy::url(nobody.replace("http://", "http://user:c4n4ry@")).unwrap();
    clean_debug("a proxy", &proxy);
    let proxied = builder().base_url("https://api.frame.io").proxy(proxy);
    clean_debug("a builder", &proxied);
    fails(proxied, ErrorKind::Connect).await;

    let server = RawServer::start(|_| Reaction::SendAndReset(Vec::new())).await;
    fails(builder().base_url(server.url()), ErrorKind::Transport).await;
    let server = RawServer::start(|_| {
        Reaction::SendAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nc4n4ry".to_vec())
    })
    .await;
    fails(builder().base_url(server.url()), ErrorKind::Body).await;
    let server =
        RawServer::start(|_| Reaction::SendAndClose(b"c4n4ry c4n4ry\r\n\r\n".to_vec())).await;
    fails(builder().base_url(server.url()), ErrorKind::Transport).await;
    let server =
        RawServer::start(|_| Reaction::Send(response("401 No", "text/html", "c4n4ry"))).await;
    fails(builder().base_url(server.url()), ErrorKind::Api).await;
    assert!(server.requests()[0].contains(TOKEN), "the token was not sent");
    clean("the trace", &traced.text());
}

#[tokio::test(start_paused = true)]
async fn time_limits_and_quotas_leak_no_secrets() {
    let (traced, _guard) = Traced::capture();
    let hangs = || {
        let never =
            |_: Request<Body>| std::future::pending::<Result<http::Response<Body>, BoxError>>();
        builder().transport(tower::service_fn(never))
    };
    fails(hangs(), ErrorKind::Timeout).await;
    fails(hangs().deadline(Duration::from_secs(1)), ErrorKind::Timeout).await;

    let quota = frameio::Quota::per_minute(1);
    let layer = RateLimitLayer::new().mode(RateLimitMode::FailFast).quota("users.show", quota);
    let ok = r#"{"data":{"id":"u","name":"Kim","email":"c4n4ry"}}"#;
    let builder = scripted(200, "application/json", ok).rate_limit(layer);
    clean_debug("a builder", &builder);
    let client = builder.build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    clean_error(&error);
    clean("the trace", &traced.text());
}

struct Rejected;

impl TokenProvider for Rejected {
    async fn token(&self) -> Result<Token, BoxError> {
        Ok(Token::from("token\nc4n4ry"))
    }
}

#[tokio::test]
async fn invalid_tokens_are_not_leaked() {
    let (traced, _guard) = Traced::capture();
    let builder = scripted(200, "application/json", "{}").token_provider(Rejected);
    fails(builder, ErrorKind::Auth).await;
    clean("the trace", &traced.text());
}

#[tokio::test]
async fn debug_output_contains_no_secrets() {
    let url = format!("https://u:{CANARY}@s3.example/part?X-Amz-Signature={CANARY}");
    clean_debug("a signed URL", &SignedUrl::from(url.as_str()));
    let remote = CreateRemoteUpload::new("a", "f", "n", SignedUrl::from(url));
    clean_debug("a request with a signed URL", &remote);
    let options = CallOptions::new().timeout(Duration::from_secs(1)).header("x-key", CANARY);
    clean_debug("a call", &remote.options(options).raw());
    clean_debug("a body", &frameio::encode(&comment()).unwrap().body());

    clean_debug("a token", &Token::from(TOKEN));
    clean_debug("a static token", &StaticToken::new(TOKEN));
    let layer = AuthLayer::new(StaticToken::new(TOKEN), &"https://api.frame.io".parse().unwrap());
    clean_debug("a layer", &layer);

    for url in ["http://user:c4n4ry@127.0.0.1:1", "socks5://c4n4ry:c4n4ry@127.0.0.1:1"] {
        let proxy = Proxy::url(url).unwrap().no_proxy("intern.example");
        let transport = HyperTransport::builder().proxy(proxy.clone());
        clean_debug("the settings of a transport", &transport);
        clean_debug("a transport", &transport.build());
        let builder = Client::builder().token(TOKEN).proxy(proxy).header("x-key", CANARY);
        clean_debug("a builder", &builder);
        clean_debug("a client", &builder.build().unwrap());
    }
    let error = Proxy::url(format!("ftp://user:{CANARY}@host")).unwrap_err();
    clean_debug("a build error", &error);
    clean("a build error", &error.to_string());
    for base in [format!("https://api.frame.io/?key={CANARY}"), format!("ht!tp://{CANARY}@x y")] {
        let builder = Client::builder().base_url(base).token(TOKEN);
        clean("a build error", &builder.build().unwrap_err().to_string());
    }
}

#[tokio::test]
async fn debug_output_of_responses_contains_no_signatures() {
    let sim = frameio_sim::Sim::builder().part_size(1).build();
    let demo = sim.demo().clone();
    let client = Client::builder().token(frameio_sim::Sim::TOKEN).transport(sim).build().unwrap();
    let upload = CreateLocalUpload::new(demo.account_id, demo.root_folder_id, "n", 3);
    let file = client.send(upload).await.unwrap();
    let urls = file.upload_urls.as_deref().unwrap();
    assert_eq!(urls.len(), 3);
    let shown = format!("{file:?}");
    for part in urls {
        let (_, signature) = part.url.as_str().split_once('?').unwrap();
        assert!(!signature.is_empty() && !shown.contains(signature), "{shown}");
    }
}
