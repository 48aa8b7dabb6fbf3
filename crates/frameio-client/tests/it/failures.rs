//! Misbehaving servers on real sockets: the error of each failure, and whether it is retried.
//!
//! Immediate failures run on the real clock with a backoff of one millisecond. Stalls run on the
//! paused clock, which advances to the time limit as soon as all tasks are idle.

use frameio_testing::raw;

use std::time::Duration;

use frameio::folders::CreateFolder;
use frameio::layers::{AttemptTimeout, Backoff, StandardPolicy, TransportError, TransportStage};
use frameio::users::ShowCurrentUser;
use frameio::{Client, ClientBuilder, Error, ErrorKind};
use raw::{RawServer, Reaction, response, user};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

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
async fn a_server_without_tls_is_named_as_such() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        // Until the client has read it.
        drop(stream.read_to_end(&mut Vec::new()).await);
    });
    let client = builder(url).max_retries(0).build().unwrap();
    let error = client.send(CreateFolder::new("a", "f").name("New")).await.unwrap_err();
    assert!(error.to_string().contains(": the server does not respond with TLS"), "{error}");
    serving.await.unwrap();
}

#[tokio::test]
async fn retries_after_a_reset_connection_only_if_that_is_safe() {
    let server = RawServer::start(|n| match n {
        0 => Reaction::SendAndReset(Vec::new()),
        _ => Reaction::Send(user()),
    })
    .await;
    assert_eq!(get(&server).await.unwrap().name, "Kim");
    assert_eq!(server.requests().len(), 2);

    let server = RawServer::start(|_| Reaction::SendAndReset(Vec::new())).await;
    let error = post(&server).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
    assert_eq!(stage(&error), Some(TransportStage::Sent));
    assert!(error.may_have_been_sent());
    assert_eq!(server.requests().len(), 1, "the folder may have been created");
}

#[tokio::test]
async fn a_reset_while_reading_the_body_fails_the_attempt() {
    let half = || {
        let whole = user();
        Reaction::SendAndReset(whole[..whole.len() - 10].to_vec())
    };
    let server =
        RawServer::start(move |n| if n == 0 { half() } else { Reaction::Send(user()) }).await;
    assert_eq!(get(&server).await.unwrap().name, "Kim");

    let server = RawServer::start(move |_| half()).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 3));
    assert_eq!(stage(&error), Some(TransportStage::Body));
    let error = post(&server).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 1));
}

#[tokio::test]
async fn a_truncated_body_fails_the_attempt() {
    let server = RawServer::start(|_| {
        let whole = user();
        Reaction::SendAndClose(whole[..whole.len() - 10].to_vec())
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 3));
}

#[tokio::test(start_paused = true)]
async fn a_missing_response_ends_in_the_attempt_timeout() {
    let server = RawServer::start(|_| Reaction::SendAndHang(Vec::new())).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    let after = Duration::from_secs(60);
    assert_eq!(error.find::<AttemptTimeout>().unwrap().after, after);
    assert!(error.elapsed() >= after * 3);
    assert_eq!(error.to_string(), "users.show: attempt timed out after 60s (3 attempts)");
}

#[tokio::test(start_paused = true)]
async fn a_stalled_body_ends_in_the_attempt_timeout() {
    let server = RawServer::start(|_| {
        let whole = user();
        Reaction::SendAndHang(whole[..whole.len() - 10].to_vec())
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    assert!(error.may_have_been_sent());
    let error = post(&server).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
}

#[tokio::test]
async fn truncated_json_is_a_decode_error() {
    let server = RawServer::start(|_| {
        Reaction::Send(response("200 OK", "application/json", r#"{"data":{"id":"u","na"#))
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.body(), br#"{"data":{"id":"u","na"#);
}

#[tokio::test]
async fn retries_an_html_page_by_its_status_and_keeps_the_body() {
    let html = "<html>Bad Gateway</html>";
    let server =
        RawServer::start(move |_| Reaction::Send(response("502 Bad Gateway", "text/html", html)))
            .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 3));
    assert_eq!(error.body(), html.as_bytes());
    assert!(error.api_errors().is_empty() && error.is_server_error());
    assert_eq!(error.to_string(), "users.show: 502 Bad Gateway: HTML page (3 attempts)");
}

#[tokio::test]
async fn reports_empty_responses() {
    let server = RawServer::start(|n| {
        let status = if n == 0 { "200 OK" } else { "404 Not Found" };
        Reaction::Send(response(status, "application/json", ""))
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
async fn refuses_an_oversized_header() {
    let server = RawServer::start(|_| {
        let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
        for i in 0..20_000 {
            head.extend(format!("x-{i}: {}\r\n", "y".repeat(100)).bytes());
        }
        Reaction::SendAndClose(head)
    })
    .await;
    let error = post(&server).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
}

#[tokio::test]
async fn reconnects_after_an_idle_connection_was_closed() {
    // Closes the connection after each response without announcing it.
    let server = RawServer::start(|_| Reaction::SendAndClose(user())).await;
    let client = builder(server.url()).max_retries(0).build().unwrap();
    for _ in 0..20 {
        client.send(ShowCurrentUser::new()).await.unwrap();
        // Lets the connection task notice the end of the stream.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(server.requests().len(), 20);
}

#[tokio::test]
async fn skips_informational_responses() {
    let server = RawServer::start(|_| {
        let mut bytes = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".to_vec();
        bytes.extend(user());
        Reaction::Send(bytes)
    })
    .await;
    assert_eq!(get(&server).await.unwrap().name, "Kim");
}

#[tokio::test]
async fn does_not_follow_redirects() {
    let server = RawServer::start(|_| {
        Reaction::Send(
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
async fn fails_to_connect_to_a_server_without_tls() {
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
async fn refuses_a_response_above_the_size_limit() {
    let server = RawServer::start(|_| {
        Reaction::Send(response("200 OK", "application/json", &"x".repeat(1001)))
    })
    .await;
    let client = builder(server.url()).response_limit(1000).build().unwrap();
    let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 1));
    let message = "users.show: 200 OK: the response is larger than 1000 bytes (1 attempt)";
    assert_eq!(error.to_string(), message);
}

/// Body of [`user`], compressed with `gzip`.
#[cfg(feature = "gzip")]
const GZIP_USER: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0x49, 0x2c, 0x49,
    0x54, 0xb2, 0xaa, 0x56, 0xca, 0x4c, 0x51, 0xb2, 0x52, 0x2a, 0x55, 0xd2, 0x51, 0xca, 0x4b, 0xcc,
    0x4d, 0x05, 0x32, 0xbd, 0x33, 0x73, 0x81, 0x9c, 0xd4, 0xdc, 0xc4, 0xcc, 0x1c, 0x20, 0x2f, 0x3b,
    0x33, 0xd7, 0x21, 0xb5, 0x22, 0x31, 0xb7, 0x20, 0x27, 0x55, 0x2f, 0x39, 0x3f, 0x57, 0xa9, 0xb6,
    0x16, 0x00, 0x98, 0x5e, 0xd3, 0x54, 0x3a, 0x00, 0x00, 0x00,
];

#[cfg(feature = "gzip")]
#[tokio::test]
async fn the_size_limit_counts_decompressed_bytes() {
    let server = RawServer::start(|_| {
        let length = GZIP_USER.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n"
        );
        Reaction::Send([head.as_bytes(), GZIP_USER].concat())
    })
    .await;
    assert_eq!(get(&server).await.unwrap().name, "Kim");
    assert!(server.requests()[0].to_lowercase().contains("accept-encoding: gzip"));
    let client = builder(server.url()).response_limit(50).build().unwrap();
    let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Body, "{error}");
}
