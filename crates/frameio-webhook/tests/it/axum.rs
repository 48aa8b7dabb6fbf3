//! The axum extractor, and the layer with axum on a socket.

use crate::support::{EVENT, NOW, signed, verifier};
use axum::extract::FromRef;
use axum::routing::post;
use axum::{Extension, Router};
use frameio_core::Body;
use frameio_webhook::action::{ActionRequest, ActionResponse};
use frameio_webhook::{Event, Receiver, Rejection, Signed, Signer, Verified, VerifyLayer};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

#[derive(Clone)]
struct App {
    receiver: Receiver,
}

impl FromRef<App> for Receiver {
    fn from_ref(app: &App) -> Self {
        app.receiver.clone()
    }
}

fn router() -> Router {
    let event = async |Signed(event, verified): Signed<Event>| {
        format!("{} at {}", event.kind, verified.timestamp())
    };
    let action = async |Signed(request, _): Signed<ActionRequest>| {
        ActionResponse::message(request.kind, request.interaction_id.to_string())
    };
    Router::new()
        .route("/events", post(event))
        .route("/actions", post(action))
        .with_state(App { receiver: Receiver::from(verifier()).body_limit(1000) })
}

async fn post_to(path: &str, mut request: Request<Body>) -> (StatusCode, String) {
    *request.uri_mut() = path.parse().unwrap();
    let response = router().oneshot(request.map(axum::body::Body::new)).await.unwrap();
    let status = response.status();
    assert_eq!(response.extensions().get::<Rejection>().is_some(), !status.is_success());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_extractor_verifies_without_a_layer() {
    let action = r#"{"type":"t","action_id":"x","interaction_id":"i","account_id":"a"}"#;
    let forged = Signer::new("guess").unwrap().request_at(NOW, "/", EVENT).unwrap();
    for (path, request, status, body) in [
        ("/events", signed(EVENT), 200, "file.ready at 1700000000"),
        ("/actions", signed(action), 200, r#"{"title":"t","description":"i"}"#),
        ("/events", forged, 401, ""),
        ("/events", Request::post("/").body(Body::from(EVENT)).unwrap(), 401, ""),
        ("/events", signed(" ".repeat(1001)), 413, ""),
        // Signed, but of another type.
        ("/events", signed(action), 400, ""),
        ("/actions", signed(EVENT), 400, ""),
        ("/events", signed(""), 400, ""),
    ] {
        let response = post_to(path, request).await;
        assert_eq!(response, (StatusCode::from_u16(status).unwrap(), body.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_handler_of_verified_fails_without_the_layer() {
    let handler = async |_: Extension<Verified>| "taken";
    let bare: Router = Router::new().route("/", post(handler));
    let layered: Router = bare.clone().layer(VerifyLayer::new(verifier()));
    let mut statuses = Vec::new();
    for router in [bare, layered] {
        let mut request = signed(EVENT).map(axum::body::Body::new);
        *request.uri_mut() = "/".parse().unwrap();
        statuses.push(router.oneshot(request).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [500, 200]);
}

/// Sends a request over a socket, and returns the bytes of the response.
async fn over_a_socket(body_sent: &str, then_close: bool) -> String {
    let handler = async |_: Extension<Verified>| "taken";
    let router: Router =
        Router::new().route("/", post(handler)).layer(VerifyLayer::new(verifier()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut head = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n".to_owned();
    for (name, value) in signed(EVENT).headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n{body_sent}", EVENT.len()));
    socket.write_all(head.as_bytes()).await.unwrap();
    if then_close {
        socket.shutdown().await.unwrap();
    }
    let mut response = String::new();
    socket.read_to_string(&mut response).await.unwrap();
    server.abort();
    response
}

#[tokio::test]
async fn an_incomplete_body_does_not_reach_the_handler() {
    assert!(over_a_socket(EVENT, false).await.ends_with("taken"));
    for length in [0, 1, EVENT.len() - 1] {
        let response = over_a_socket(&EVENT[..length], true).await;
        assert!(!response.contains("taken"), "{response}");
        assert!(response.is_empty() || response.starts_with("HTTP/1.1 400"), "{response}");
    }
}
