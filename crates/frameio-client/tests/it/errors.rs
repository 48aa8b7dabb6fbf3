//! Messages and accessors of each error.

use frameio_testing::raw;
use frameio_testing::script;

use std::error::Error as StdError;
use std::time::Duration;

use frameio::files::CreateLocalUpload;
use frameio::layers::{
    AuthError, ConnectTimeout, DeadlineExceeded, FailureKind, IncompleteBody, Phase,
    QuotaExhausted, RateLimitLayer, RateLimitMode, Token, TokenProvider, TransportError,
    TransportStage,
};
use frameio::users::ShowCurrentUser;
use frameio::{Body, BoxError, Client, ClientBuilder, DecodeError, EncodeError, Error, ErrorKind};
use http::{Request, Response};
use raw::{RawServer, Reaction};
use script::{Script, response, user};
use tower::service_fn;

/// Builds a client and returns the error of a `users.show` call.
async fn error(builder: ClientBuilder) -> Error {
    builder.build().unwrap().send(ShowCurrentUser::new()).await.unwrap_err()
}

fn responding(respond: impl Fn() -> Response<Body> + Send + Sync + 'static) -> ClientBuilder {
    Client::builder().token("t").max_retries(0).transport(Script::new(move |_, _| respond()))
}

/// Creates a builder whose transport fails with the error that `failure` returns.
fn failing<E: Into<BoxError>>(
    failure: impl Fn() -> E + Clone + Send + Sync + 'static,
) -> ClientBuilder {
    let transport = service_fn(move |_: Request<Body>| {
        let error = failure().into();
        async move { Err::<Response<Body>, BoxError>(error) }
    });
    Client::builder().token("t").max_retries(0).transport(transport)
}

/// Creates a builder whose transport never responds.
fn hanging() -> ClientBuilder {
    let never = |_: Request<Body>| std::future::pending::<Result<Response<Body>, BoxError>>();
    Client::builder().token("t").max_retries(0).transport(service_fn(never))
}

/// Verifies that the chain of sources ends and that no source repeats another one. Only the innermost
/// cause may appear twice, because the message includes it.
#[track_caller]
fn not_repeated(error: &Error) {
    let mut seen = vec![error.to_string()];
    let mut next = error.source();
    for _ in 0..8 {
        let Some(source) = next else { return };
        let text = source.to_string();
        let innermost = source.source().is_none();
        let repeated = seen[usize::from(innermost)..].iter().any(|other| other.contains(&text));
        assert!(!repeated, "{text:?} repeated after {seen:?}");
        seen.push(text);
        next = source.source();
    }
    panic!("endless chain of sources: {seen:?}");
}

#[tokio::test]
async fn reports_the_errors_of_the_service() {
    let error = error(responding(|| {
        let mut response = response(
            422,
            r#"{"errors":[
                {"title":"Invalid","detail":"is too long","source":{"pointer":"/data/name"}},
                {"title":"Missing field"}
            ]}"#,
        );
        response.headers_mut().insert("x-request-id", "r-7".parse().unwrap());
        response
    }))
    .await;
    insta::assert_snapshot!(error, @"users.show: 422 Unprocessable Entity: is too long (at /data/name); Missing field (request r-7, 1 attempt)");
    not_repeated(&error);
    assert!(error.source().is_none() && error.is_bad_request());
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Api, Some("users.show")));
    assert_eq!(error.status().unwrap(), 422);
    assert_eq!(error.headers().unwrap()["content-type"], "application/json");
    assert!(error.body().starts_with(br#"{"errors":["#));
    let [first, second] = error.api_errors() else { panic!("{:?}", error.api_errors()) };
    assert_eq!(first.pointer.as_deref(), Some("/data/name"));
    assert_eq!((second.title.as_deref(), &second.detail), (Some("Missing field"), &None));
    assert_eq!((error.request_id(), error.attempts()), (Some("r-7"), 1));
    assert_eq!(error.retry_after(), None);
    assert!(error.may_have_been_sent());
}

#[tokio::test]
async fn predicates_match_the_status() {
    type Predicate = fn(&Error) -> bool;
    let predicates: [(&str, Predicate); 8] = [
        ("bad request", Error::is_bad_request),
        ("unauthorized", Error::is_unauthorized),
        ("forbidden", Error::is_forbidden),
        ("not found", Error::is_not_found),
        ("conflict", Error::is_conflict),
        ("rate limited", Error::is_rate_limited),
        ("server error", Error::is_server_error),
        ("timeout", Error::is_timeout),
    ];
    for (status, expected) in [
        (400, Some("bad request")),
        (401, Some("unauthorized")),
        (403, Some("forbidden")),
        (404, Some("not found")),
        (409, Some("conflict")),
        (418, None),
        (422, Some("bad request")),
        (429, Some("rate limited")),
        (500, Some("server error")),
        (503, Some("server error")),
    ] {
        let error = error(responding(move || response(status, "{}"))).await;
        let yes: Vec<_> = predicates.iter().filter(|it| it.1(&error)).map(|it| it.0).collect();
        assert_eq!(yes, expected.into_iter().collect::<Vec<_>>(), "{status}");
    }
}

#[tokio::test]
async fn reports_an_html_page() {
    let error = error(responding(|| {
        Response::builder()
            .status(403)
            .header("content-type", "text/html; charset=utf-8")
            .header("cf-ray", "8a1-FRA")
            .body(Body::from("<html>Attention Required!</html>"))
            .unwrap()
    }))
    .await;
    insta::assert_snapshot!(error, @"users.show: 403 Forbidden: HTML page (request 8a1-FRA, 1 attempt)");
    not_repeated(&error);
    assert!(error.is_forbidden() && error.api_errors().is_empty());
    assert_eq!(error.request_id(), Some("8a1-FRA"));
    assert_eq!(error.body(), b"<html>Attention Required!</html>");
}

#[tokio::test]
async fn shows_errors_in_other_formats() {
    let shown = async |status: u16, headers: &'static [(&'static str, &'static str)], body| {
        let respond = move || {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(*name, *value);
            }
            response.body(Body::from(body)).unwrap()
        };
        error(responding(respond)).await.to_string()
    };
    let json = &[("content-type", "application/json")];
    assert_eq!(
        shown(401, json, r#"{"error_code":"401013","message":"Oauth token is not valid"}"#).await,
        "users.show: 401 Unauthorized: Oauth token is not valid (401013) (1 attempt)",
    );
    assert_eq!(
        shown(400, json, r#"{"token":"x"}"#).await,
        "users.show: 400 Bad Request: 13 bytes of application/json (1 attempt)",
    );
    assert_eq!(
        shown(400, &[("content-type", "text/plain")], "no healthy\nupstream").await,
        "users.show: 400 Bad Request: no healthy upstream (1 attempt)",
    );
    assert_eq!(
        shown(301, &[("location", "https://other.example/v4/me?token=x")], "moved").await,
        "users.show: 301 Moved Permanently: redirect to https://other.example/v4/me?… (1 attempt)",
    );
}

#[tokio::test(start_paused = true)]
async fn reports_an_exhausted_quota() {
    let told = error(responding(|| {
        let mut response = response(429, "");
        response.headers_mut().insert("retry-after", "7".parse().unwrap());
        response
    }))
    .await;
    insta::assert_snapshot!(told, @"users.show: 429 Too Many Requests: empty response (1 attempt)");
    assert_eq!(told.kind(), ErrorKind::RateLimited);
    assert_eq!(told.retry_after(), Some(Duration::from_secs(7)));
    assert!(told.may_have_been_sent());

    let quota = frameio::Quota::per_minute(1);
    let layer = RateLimitLayer::new().mode(RateLimitMode::FailFast).quota("users.show", quota);
    let client = responding(user).rate_limit(layer).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    let here = client.send(ShowCurrentUser::new()).await.unwrap_err();
    insta::assert_snapshot!(here, @"users.show: the quota is exhausted: the next slot is free in 60s, longer than this call may wait");
    not_repeated(&here);
    assert_eq!((here.kind(), here.status()), (ErrorKind::RateLimited, None));
    assert_eq!(here.retry_after(), Some(Duration::from_secs(60)));
    assert_eq!(here.find::<QuotaExhausted>().unwrap().wait, Duration::from_secs(60));
    assert!(!here.may_have_been_sent());
    assert_eq!(here.attempts(), 0);
}

#[tokio::test]
async fn reports_an_invalid_request() {
    let client = responding(user).build().unwrap();
    let upload = CreateLocalUpload::new("a", "f", "", 1u64);
    let error = client.send(upload).await.unwrap_err();
    insta::assert_snapshot!(error, @"files.create_local_upload: not sent: `name` has 0 characters, expected 1 to 255");
    not_repeated(&error);
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Encode, 0));
    assert_eq!(error.find::<EncodeError>().unwrap().field, "name");
    assert!(error.body().is_empty() && error.headers().is_none() && error.request_id().is_none());
    assert!(!error.may_have_been_sent());
}

struct Expired;

impl TokenProvider for Expired {
    async fn token(&self) -> Result<Token, BoxError> {
        Err("the refresh token has expired".into())
    }
}

#[tokio::test]
async fn reports_a_missing_token() {
    let error = error(responding(user).token_provider(Expired)).await;
    insta::assert_snapshot!(error, @"users.show: cannot get a token: the refresh token has expired");
    not_repeated(&error);
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert_eq!(error.source().unwrap().to_string(), "the refresh token has expired");
    assert!(error.find::<AuthError>().is_some() && !error.may_have_been_sent());
}

#[tokio::test(start_paused = true)]
async fn time_limits() {
    let attempt = error(hanging()).await;
    insta::assert_snapshot!(attempt, @"users.show: attempt timed out after 60s (1 attempt)");
    assert_eq!(attempt.elapsed(), Duration::from_secs(60));
    assert!(attempt.is_timeout() && attempt.may_have_been_sent() && !attempt.is_connect());

    let deadline = error(hanging().deadline(Duration::from_secs(5))).await;
    insta::assert_snapshot!(deadline, @"users.show: deadline of 5s reached while waiting for the response (1 attempt)");
    assert_eq!(deadline.find::<DeadlineExceeded>().unwrap().phase, Phase::Response);
    assert!(deadline.is_timeout() && deadline.may_have_been_sent());

    let connect = error(failing(|| ConnectTimeout::new(Duration::from_secs(10)))).await;
    insta::assert_snapshot!(connect, @"users.show: cannot connect: timed out after 10s (1 attempt)");
    assert!(connect.is_timeout() && connect.is_connect() && !connect.may_have_been_sent());
    for error in [&attempt, &deadline, &connect] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
        not_repeated(error);
    }
}

#[tokio::test]
async fn reports_transport_failures() {
    let at = |stage| failing(move || TransportError::new(stage, "reset by peer"));
    let unsendable = error(at(TransportStage::Unsendable)).await;
    insta::assert_snapshot!(unsendable, @"users.show: the request cannot be sent: reset by peer (1 attempt)");
    let connect = error(at(TransportStage::Connect)).await;
    insta::assert_snapshot!(connect, @"users.show: cannot connect: reset by peer (1 attempt)");
    let not_sent = error(at(TransportStage::NotSent)).await;
    insta::assert_snapshot!(not_sent, @"users.show: the connection closed before the request was sent: reset by peer (1 attempt)");
    let not_processed = error(at(TransportStage::NotProcessed)).await;
    insta::assert_snapshot!(not_processed, @"users.show: the service did not process the request: reset by peer (1 attempt)");
    let sent = error(at(TransportStage::Sent)).await;
    insta::assert_snapshot!(sent, @"users.show: the connection failed before a response arrived: reset by peer (1 attempt)");
    let body = error(at(TransportStage::Body)).await;
    insta::assert_snapshot!(body, @"users.show: the connection failed in the middle of the response: reset by peer (1 attempt)");
    let large = error(responding(user).response_limit(10)).await;
    insta::assert_snapshot!(large, @"users.show: 200 OK: the response is larger than 10 bytes (1 attempt)");
    for (error, kind, may_have_been_sent) in [
        (&unsendable, ErrorKind::Transport, false),
        (&connect, ErrorKind::Connect, false),
        (&not_sent, ErrorKind::Transport, false),
        (&not_processed, ErrorKind::Transport, false),
        (&sent, ErrorKind::Transport, true),
        (&body, ErrorKind::Body, true),
        (&large, ErrorKind::Body, true),
    ] {
        assert_eq!((error.kind(), error.attempts()), (kind, 1));
        assert_eq!(error.may_have_been_sent(), may_have_been_sent, "{error}");
        not_repeated(error);
    }
    assert_eq!(sent.source().unwrap().to_string(), "reset by peer");
    assert!(sent.find::<TransportError>().is_some());
}

#[tokio::test]
async fn keeps_the_io_error_in_the_chain_of_sources() {
    let server = RawServer::start(|_| Reaction::SendAndReset(Vec::new())).await;
    let error = error(Client::builder().base_url(server.url()).token("t").max_retries(0)).await;
    not_repeated(&error);
    assert!(error.find::<std::io::Error>().is_some(), "{error:?}");
}

/// Returns a response whose body ends before its announced length.
fn truncated(head: &str) -> Reaction {
    let head = format!("HTTP/1.1 {head}\r\ncontent-type: text/plain\r\ncontent-length: 99\r\n\r\n");
    Reaction::SendAndClose([head.as_bytes(), b"overload"].concat())
}

#[tokio::test]
async fn an_error_response_with_an_unreadable_body_is_reported_as_such() {
    let server = RawServer::start(|_| truncated("503 Service Unavailable\r\nretry-after: 7")).await;
    let cut = error(Client::builder().base_url(server.url()).token("t").max_retries(0)).await;
    assert!(cut.is_server_error() && cut.kind() == ErrorKind::Api, "{cut:?}");
    assert_eq!(cut.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(cut.body(), b"overload");
    let message = cut.to_string();
    let start = "users.show: 503 Service Unavailable: overload; the body is incomplete: \
                 the connection failed in the middle of the response: ";
    assert!(message.starts_with(start), "{message}");
    assert!(cut.find::<IncompleteBody>().is_some() && cut.find::<TransportError>().is_some());

    let page = || response(404, "not found");
    let large = error(responding(page).response_limit(3)).await;
    assert!(large.is_not_found(), "{large:?}");
    insta::assert_snapshot!(large, @"users.show: 404 Not Found: empty response; the body is incomplete: the response is larger than 3 bytes (1 attempt)");

    let throttled = error(responding(|| response(429, "slow down")).response_limit(3)).await;
    assert_eq!((throttled.kind(), throttled.is_rate_limited()), (ErrorKind::RateLimited, true));
}

#[tokio::test]
async fn a_success_with_an_unreadable_body_has_its_status() {
    let server = RawServer::start(|_| truncated("201 Created")).await;
    let cut = error(Client::builder().base_url(server.url()).token("t").max_retries(0)).await;
    let large = error(responding(user).response_limit(10)).await;
    assert_eq!((cut.kind(), cut.status().unwrap().as_u16()), (ErrorKind::Body, 201));
    assert_eq!((large.kind(), large.status().unwrap().as_u16()), (ErrorKind::Body, 200));
    let start = "users.show: 201 Created: the connection failed in the middle of the response: ";
    assert!(cut.to_string().starts_with(start), "{cut}");
    assert!(cut.headers().is_none() && cut.body().is_empty());
}

fn encoded(status: u16, coding: &'static str) -> ClientBuilder {
    responding(move || {
        let response = Response::builder().status(status).header("content-encoding", coding);
        response.header("content-type", "text/plain").body(Body::from("not encoded")).unwrap()
    })
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn invalid_gzip_is_neither_a_lost_connection_nor_retried() {
    let invalid = error(encoded(200, "gzip").max_retries(2)).await;
    assert_eq!((invalid.kind(), invalid.attempts()), (ErrorKind::Body, 1));
    assert_eq!(invalid.failure_kind(), Some(FailureKind::InvalidContent));
    insta::assert_snapshot!(invalid, @"users.show: 200 OK: the compressed content of the response is invalid: invalid gzip header (1 attempt)");
    not_repeated(&invalid);
    let failed = error(encoded(500, "gzip")).await;
    assert!(failed.is_server_error());
    insta::assert_snapshot!(failed, @"users.show: 500 Internal Server Error: empty response; the body is incomplete: the compressed content of the response is invalid: invalid gzip header (1 attempt)");
}

#[tokio::test]
async fn an_unknown_encoding_is_named() {
    let success = error(encoded(200, "br")).await;
    assert_eq!(success.kind(), ErrorKind::Decode);
    insta::assert_snapshot!(success, @"users.show: 200 OK: unexpected response: the encoding 'br' is not supported (1 attempt)");
    let failed = error(encoded(500, "br")).await;
    insta::assert_snapshot!(failed, @"users.show: 500 Internal Server Error: 11 bytes with the encoding 'br' (1 attempt)");
}

#[tokio::test]
async fn a_401_includes_why_the_token_was_not_replaced() {
    struct Sealed;

    impl TokenProvider for Sealed {
        async fn token(&self) -> Result<Token, BoxError> {
            Ok(Token::from("t"))
        }

        async fn rejected(&self, _: &Token) -> Result<(), BoxError> {
            Err(std::io::Error::other("vault sealed").into())
        }
    }

    let refused = error(responding(|| response(401, "")).token_provider(Sealed)).await;
    assert!(refused.is_unauthorized());
    insta::assert_snapshot!(refused, @"users.show: 401 Unauthorized: empty response; the token could not be replaced: vault sealed (1 attempt)");
    not_repeated(&refused);
    assert!(refused.find::<std::io::Error>().is_some());
}

#[tokio::test]
async fn reports_an_undecodable_response() {
    let data = r#"{"data":{"id":"u","name":7,"email":"kim@example.com"}}"#;
    let wrong = error(responding(move || response(200, data))).await;
    insta::assert_snapshot!(wrong, @"users.show: 200 OK: unexpected response: at `data.name`: invalid type: integer `7`, expected a string at line 1 column 26 (1 attempt)");
    not_repeated(&wrong);
    assert_eq!((wrong.kind(), wrong.status().unwrap().as_u16()), (ErrorKind::Decode, 200));
    assert_eq!(wrong.find::<DecodeError>().unwrap().path, "data.name");
    assert_eq!(wrong.body(), data.as_bytes());
    assert!(wrong.headers().is_some() && wrong.may_have_been_sent());
    let html = error(responding(|| response(200, "<html>"))).await;
    insta::assert_snapshot!(html, @"users.show: 200 OK: unexpected response: the response is an HTML page, not JSON (1 attempt)");
    not_repeated(&html);
}

#[tokio::test]
async fn reports_the_errors_of_layers_of_tower() {
    let timeout = error(failing(tower::timeout::error::Elapsed::new)).await;
    insta::assert_snapshot!(timeout, @"users.show: request timed out (1 attempt)");
    assert!(timeout.is_timeout() && timeout.may_have_been_sent());
    let shed = error(failing(tower::load_shed::error::Overloaded::new)).await;
    insta::assert_snapshot!(shed, @"users.show: refused by a load-shedding layer: service overloaded (1 attempt)");
    assert_eq!(shed.kind(), ErrorKind::LoadShed);
    assert!(!shed.may_have_been_sent());
}

#[tokio::test]
async fn reports_the_error_of_a_custom_layer() {
    #[derive(Debug)]
    struct Refused(std::num::ParseIntError);

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("refused by the cache")
        }
    }

    impl StdError for Refused {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    let error = error(failing(|| Refused("x".parse::<u8>().unwrap_err()))).await;
    insta::assert_snapshot!(error, @"users.show: refused by the cache (1 attempt)");
    not_repeated(&error);
    assert_eq!(error.kind(), ErrorKind::Middleware);
    assert!(error.find::<Refused>().is_some() && error.find::<std::num::ParseIntError>().is_some());
    assert_eq!(error.source().unwrap().to_string(), "invalid digit found in string");
}
