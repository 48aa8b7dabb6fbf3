//! Uploads to misbehaving servers on real sockets.

use std::time::Duration;

use frameio::transfer::TransferErrorKind;

use crate::one_part::{builder, upload};
use crate::raw::{RawServer, Reaction, response};

#[tokio::test]
async fn resends_after_a_lost_or_stalled_connection() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".to_vec();
    let server = RawServer::start(move |n| match n {
        0 => Reaction::SendAndReset(Vec::new()),
        1 => Reaction::SendAndHang(Vec::new()),
        2 => Reaction::SendAndClose(Vec::new()),
        _ => Reaction::SendAndClose(head.clone()),
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
async fn a_hanging_storage_is_a_timeout() {
    let server = RawServer::start(|_| Reaction::SendAndHang(Vec::new())).await;
    let transfers =
        builder(&server.url()).stall_timeout(Duration::from_millis(20)).max_retries(1).build();
    let error = transfers.upload(upload()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::Timeout, 2));
    assert!(error.to_string().contains("no data transferred for 20ms"), "{error}");
}

fn redirect(location: &str) -> Reaction {
    let head = "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\nlocation: ";
    Reaction::Send(format!("{head}{location}\r\n\r\n").into_bytes())
}

#[tokio::test]
async fn resends_the_whole_part_after_a_redirect() {
    let server = RawServer::start(|n| match n {
        0 => redirect("/elsewhere?X-Amz-Signature=other"),
        _ => Reaction::Send(response("200 OK", "text/plain", "")),
    })
    .await;
    let uploaded = builder(&server.url()).build().upload(upload()).await.unwrap();
    assert_eq!(uploaded.bytes, 10);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].starts_with("PUT /elsewhere?X-Amz-Signature=other HTTP/1.1\r\n"));
    for request in requests {
        assert!(request.ends_with("\r\n\r\nten bytes!"), "{request}");
        assert!(!request.to_lowercase().contains("authorization"), "{request}");
    }
}

#[tokio::test]
async fn unsafe_and_endless_redirects_are_final() {
    for (location, requests) in [("http://192.0.2.1/c4n4ry", 1), ("/c4n4ry", 4)] {
        let server = RawServer::start(move |_| redirect(location)).await;
        let error = builder(&server.url()).build().upload(upload()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::Refused, 1));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(307));
        assert!(!format!("{error} {error:?}").contains("c4n4ry"), "{error:?}");
        assert_eq!(server.requests().len(), requests);
    }
}

#[tokio::test]
async fn does_not_send_a_part_of_a_public_api_to_a_loopback_address() {
    let server = RawServer::start(|_| Reaction::Send(response("200 OK", "text/plain", ""))).await;
    let transfers = builder(&server.url()).allow_loopback(false).build();
    let error = transfers.upload(upload()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::InvalidUrl, 1));
    assert!(error.to_string().contains("points to a loopback address"), "{error}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn an_unusable_url_is_final() {
    for url in ["", "javascript:alert(1)//", "ftp://192.0.2.1", "https://192.0.2.1:99999", "no url"]
    {
        let error = builder(url).build().upload(upload()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::InvalidUrl, 1), "{url}");
        assert_eq!(error.part(), Some(1), "{url}");
    }
}

#[tokio::test]
async fn encodes_urls_with_spaces_and_quotes() {
    let server = RawServer::start(|_| Reaction::Send(response("200 OK", "text/plain", ""))).await;
    let url = format!("\\t {}/a b\\\"c\\\"", server.url());
    builder(&url).build().upload(upload()).await.unwrap();
    let requests = server.requests();
    assert!(requests[0].starts_with("PUT /a%20b%22c%22/part?X-Amz-Signature=c4n4ry HTTP/1.1"));
}

#[tokio::test]
async fn errors_contain_no_url() {
    let refused =
        response("403 Forbidden", "application/xml", "<Error><Code>c4n4ry_x</Code></Error>");
    let server = RawServer::start(move |_| Reaction::Send(refused.clone())).await;
    let address = server.url();
    let refused = builder(&address).build().upload(upload()).await.unwrap_err();
    drop(server);
    let closed = builder("http://127.0.0.1:1").build().upload(upload()).await.unwrap_err();
    let open = builder("http://media.example").build().upload(upload()).await.unwrap_err();
    let none = builder("no url at all").build().upload(upload()).await.unwrap_err();
    assert_eq!(open.attempts(), 1, "refusal of http:// is not final: {open}");
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
