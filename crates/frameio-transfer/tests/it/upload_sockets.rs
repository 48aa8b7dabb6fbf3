//! Uploads to servers that misbehave on their sockets.

use std::time::Duration;

use frameio::transfer::TransferErrorKind;

use crate::one_part::{builder, upload};
use crate::raw::{Act, RawServer, answer};

#[tokio::test]
async fn what_breaks_or_stalls_is_sent_again() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".to_vec();
    let server = RawServer::start(move |n| match n {
        0 => Act::AnswerAndReset(Vec::new()),
        1 => Act::AnswerAndHang(Vec::new()),
        2 => Act::AnswerAndClose(Vec::new()),
        _ => Act::AnswerAndClose(head.clone()),
    })
    .await;
    let transfers = builder(&server.url()).stall_timeout(Duration::from_millis(50)).build();
    let uploaded = transfers.upload(upload()).await.unwrap();
    assert_eq!(uploaded.bytes, 10);
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    for request in requests {
        let lower = request.to_lowercase();
        assert!(lower.contains("x-amz-acl: private") && lower.contains("content-length: 10"));
        assert!(!lower.contains("authorization"), "{request}");
    }
}

#[tokio::test]
async fn what_always_hangs_is_a_timeout() {
    let server = RawServer::start(|_| Act::AnswerAndHang(Vec::new())).await;
    let transfers =
        builder(&server.url()).stall_timeout(Duration::from_millis(20)).max_retries(1).build();
    let error = transfers.upload(upload()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::Timeout, 2));
    assert!(error.to_string().contains("nothing moved for 20ms"), "{error}");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server = RawServer::start(|_| {
        Act::Answer(
            b"HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/c4n4ry\r\n\
              content-length: 0\r\n\r\n"
                .to_vec(),
        )
    })
    .await;
    let error = builder(&server.url()).build().upload(upload()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Refused);
    assert!(error.to_string().contains("redirects are not followed"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn no_error_shows_a_url() {
    let refused =
        answer("403 Forbidden", "application/xml", "<Error><Code>c4n4ry_x</Code></Error>");
    let server = RawServer::start(move |_| Act::Answer(refused.clone())).await;
    let address = server.url();
    let refused = builder(&address).build().upload(upload()).await.unwrap_err();
    drop(server);
    let closed = builder("http://127.0.0.1:1").build().upload(upload()).await.unwrap_err();
    let open = builder("http://media.example").build().upload(upload()).await.unwrap_err();
    let none = builder("no url at all").build().upload(upload()).await.unwrap_err();
    assert_eq!(open.attempts(), 1, "http:// is refused for good: {open}");
    for error in [refused, closed, open, none] {
        let mut shown = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        for _ in 0..32 {
            let Some(next) = source else { break };
            shown.push_str(&format!(" {next} {next:?}"));
            source = next.source();
        }
        assert!(!shown.contains("c4n4ry") && !shown.contains("part?"), "{shown}");
    }
}
