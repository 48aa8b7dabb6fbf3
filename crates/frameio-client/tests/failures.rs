//! Servers that misbehave, on real sockets: which error each gives, and whether it is retried.
//!
//! What fails at once runs on the real clock with a backoff of a millisecond; what never ends runs
//! on the paused clock, which goes to the time limit as soon as nothing else moves.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use frameio_testing::raw;

use std::time::Duration;

use frameio::folders::CreateFolder;
use frameio::layers::{AttemptTimeout, Backoff, StandardPolicy, TransportError, TransportStage};
use frameio::users::ShowCurrentUser;
use frameio::{Client, ClientBuilder, Error, ErrorKind};
use raw::{Act, RawServer, answer, user};

fn builder(url: impl Into<String>) -> ClientBuilder {
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(1));
    Client::builder().base_url(url).token("t").retry(StandardPolicy::default().backoff(backoff))
}

async fn get(server: &RawServer) -> Result<frameio::users::CurrentUser, Error> {
    builder(server.url()).build().unwrap().send(ShowCurrentUser::new()).await
}

async fn post(server: &RawServer) -> Error {
    let client = builder(server.url()).build().unwrap();
    client.send(CreateFolder::new("a", "f").name("New")).await.unwrap_err()
}

fn stage(error: &Error) -> Option<TransportStage> {
    error.find::<TransportError>().map(|error| error.stage)
}

#[tokio::test]
async fn a_refused_connection_names_host_and_cause() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = builder(format!("http://{address}")).build().unwrap();
    let error = client.send(CreateFolder::new("a", "f").name("New")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
    assert!(error.is_connect() && !error.may_have_been_sent());
    let message = error.to_string();
    let start = format!("folders.create: cannot connect to {address}: ");
    assert!(message.starts_with(&start) && message.contains("refused"), "{message}");
}

#[tokio::test]
async fn a_reset_before_the_answer_is_retried_only_where_that_is_harmless() {
    let server = RawServer::start(|n| match n {
        0 => Act::AnswerAndReset(Vec::new()),
        _ => Act::Answer(user()),
    })
    .await;
    assert_eq!(get(&server).await.unwrap().name, "Kim");
    assert_eq!(server.requests().len(), 2);

    let server = RawServer::start(|_| Act::AnswerAndReset(Vec::new())).await;
    let error = post(&server).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
    assert_eq!(stage(&error), Some(TransportStage::Sent));
    assert!(error.may_have_been_sent());
    assert_eq!(server.requests().len(), 1, "a folder may have been made");
}

#[tokio::test]
async fn a_reset_in_the_body_is_a_failed_attempt() {
    let half = || {
        let whole = user();
        Act::AnswerAndReset(whole[..whole.len() - 10].to_vec())
    };
    let server = RawServer::start(move |n| if n == 0 { half() } else { Act::Answer(user()) }).await;
    assert_eq!(get(&server).await.unwrap().name, "Kim");

    let server = RawServer::start(move |_| half()).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 3));
    assert_eq!(stage(&error), Some(TransportStage::Body));
    let error = post(&server).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 1));
}

#[tokio::test]
async fn a_body_that_ends_early_is_a_failed_attempt() {
    let server = RawServer::start(|_| {
        let whole = user();
        Act::AnswerAndClose(whole[..whole.len() - 10].to_vec())
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 3));
}

#[tokio::test(start_paused = true)]
async fn no_answer_ends_in_the_attempt_timeout() {
    let server = RawServer::start(|_| Act::AnswerAndHang(Vec::new())).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    let after = Duration::from_secs(60);
    assert_eq!(error.find::<AttemptTimeout>().unwrap().after, after);
    assert!(error.elapsed() >= after * 3);
    assert_eq!(error.to_string(), "users.show: attempt timed out after 60s (3 attempts)");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stands_still_ends_in_the_attempt_timeout() {
    let server = RawServer::start(|_| {
        let whole = user();
        Act::AnswerAndHang(whole[..whole.len() - 10].to_vec())
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    assert!(error.may_have_been_sent());
    let error = post(&server).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
}

#[tokio::test]
async fn json_that_breaks_off_is_a_wrong_answer() {
    let server = RawServer::start(|_| {
        Act::Answer(answer("200 OK", "application/json", r#"{"data":{"id":"u","na"#))
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.body(), br#"{"data":{"id":"u","na"#);
}

#[tokio::test]
async fn a_page_of_html_is_kept_and_retried_by_its_status() {
    let html = "<html>Bad Gateway</html>";
    let server =
        RawServer::start(move |_| Act::Answer(answer("502 Bad Gateway", "text/html", html))).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 3));
    assert_eq!(error.body(), html.as_bytes());
    assert!(error.api_errors().is_empty() && error.is_server_error());
    assert_eq!(error.to_string(), "users.show: 502 Bad Gateway: HTML page (3 attempts)");
}

#[tokio::test]
async fn empty_answers_are_told() {
    let server = RawServer::start(|n| {
        let status = if n == 0 { "200 OK" } else { "404 Not Found" };
        Act::Answer(answer(status, "application/json", ""))
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let message = "users.show: 200 OK: unexpected response: the response is empty (1 attempt)";
    assert_eq!(error.to_string(), message);
    let error = get(&server).await.unwrap_err();
    assert_eq!(error.to_string(), "users.show: 404 Not Found: empty response (1 attempt)");
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let server = RawServer::start(|_| {
        let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
        for i in 0..20_000 {
            head.extend(format!("x-{i}: {}\r\n", "y".repeat(100)).bytes());
        }
        Act::AnswerAndClose(head)
    })
    .await;
    let error = post(&server).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_no_failure() {
    // Closes after each answer without saying so in it.
    let server = RawServer::start(|_| Act::AnswerAndClose(user())).await;
    let client = builder(server.url()).max_retries(0).build().unwrap();
    for _ in 0..20 {
        client.send(ShowCurrentUser::new()).await.unwrap();
        // The client sees the end of the connection once it looks.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(server.requests().len(), 20);
}

#[tokio::test]
async fn informational_answers_are_passed_over() {
    let server = RawServer::start(|_| {
        let mut bytes = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".to_vec();
        bytes.extend(user());
        Act::Answer(bytes)
    })
    .await;
    assert_eq!(get(&server).await.unwrap().name, "Kim");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = RawServer::start(|_| {
        Act::Answer(
            b"HTTP/1.1 302 Found\r\nlocation: http://evil.example/\r\ncontent-length: 0\r\n\r\n"
                .to_vec(),
        )
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 302));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn tls_with_a_server_that_has_none_is_a_failed_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let client = builder(format!("https://{address}")).max_retries(0).build().unwrap();
    let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(!error.may_have_been_sent());
    server.await.unwrap();
}

#[tokio::test]
async fn an_answer_larger_than_the_limit_is_refused() {
    let server =
        RawServer::start(|_| Act::Answer(answer("200 OK", "application/json", &"x".repeat(1001))))
            .await;
    let client = builder(server.url()).response_limit(1000).build().unwrap();
    let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 1));
    let message = "users.show: the response is larger than 1000 bytes (1 attempt)";
    assert_eq!(error.to_string(), message);
}

/// The user of [`user`], as `gzip` packs it.
#[cfg(feature = "gzip")]
const PACKED_USER: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0x49, 0x2c, 0x49,
    0x54, 0xb2, 0xaa, 0x56, 0xca, 0x4c, 0x51, 0xb2, 0x52, 0x2a, 0x55, 0xd2, 0x51, 0xca, 0x4b, 0xcc,
    0x4d, 0x05, 0x32, 0xbd, 0x33, 0x73, 0x81, 0x9c, 0xd4, 0xdc, 0xc4, 0xcc, 0x1c, 0x20, 0x2f, 0x3b,
    0x33, 0xd7, 0x21, 0xb5, 0x22, 0x31, 0xb7, 0x20, 0x27, 0x55, 0x2f, 0x39, 0x3f, 0x57, 0xa9, 0xb6,
    0x16, 0x00, 0x98, 0x5e, 0xd3, 0x54, 0x3a, 0x00, 0x00, 0x00,
];

#[cfg(feature = "gzip")]
#[tokio::test]
async fn compressed_answers_are_read_and_counted_unpacked() {
    let server = RawServer::start(|_| {
        let length = PACKED_USER.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n"
        );
        Act::Answer([head.as_bytes(), PACKED_USER].concat())
    })
    .await;
    assert_eq!(get(&server).await.unwrap().name, "Kim");
    assert!(server.requests()[0].to_lowercase().contains("accept-encoding: gzip"));
    let client = builder(server.url()).response_limit(50).build().unwrap();
    let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Body, "{error}");
}
