//! `Error::may_have_been_sent` in each phase of a call, with misbehaving servers.

use std::time::Duration;

use frameio::layers::error::DeadlineExceeded;
use frameio::layers::{Phase, RateLimitLayer, Token, TokenProvider};
use frameio::users::ShowCurrentUser;
use frameio::{BoxError, CallOptions, Client, ClientBuilder, EndpointExt, Error, Quota};
use frameio_testing::raw::{RawServer, Reaction, user};
use tower::limit::GlobalConcurrencyLimitLayer;

const SHORT: Duration = Duration::from_millis(100);

/// A server that receives requests and never responds.
async fn silent() -> RawServer {
    RawServer::start(|_| Reaction::SendAndHang(Vec::new())).await
}

fn builder(server: &RawServer) -> ClientBuilder {
    Client::builder().base_url(server.url()).token("t").max_retries(0).deadline(SHORT)
}

async fn send(client: &Client) -> Error {
    client.send(ShowCurrentUser::new()).await.unwrap_err()
}

/// Verifies that a call ended at its deadline in `phase`, after `requests` requests.
#[track_caller]
fn check(error: &Error, server: &RawServer, phase: Phase, requests: usize) {
    assert_eq!(error.find::<DeadlineExceeded>().map(|deadline| deadline.phase), Some(phase));
    assert_eq!(error.may_have_been_sent(), phase == Phase::Response, "{error}");
    assert_eq!(server.requests().len(), requests, "{error}");
}

#[tokio::test]
async fn a_request_without_a_response_may_have_been_sent() {
    let server = silent().await;
    let client = builder(&server).build().unwrap();
    check(&send(&client).await, &server, Phase::Response, 1);
}

#[tokio::test]
async fn a_call_waiting_in_a_call_layer_was_not_sent() {
    let server = silent().await;
    let limit = GlobalConcurrencyLimitLayer::new(1);
    let client = builder(&server).call_layer(limit).build().unwrap();
    let long = ShowCurrentUser::new().options(CallOptions::new().deadline(20 * SHORT));
    let holding = tokio::spawn(client.send(long));
    tokio::time::sleep(SHORT / 2).await;
    check(&send(&client).await, &server, Phase::Start, 1);
    holding.abort();
}

#[tokio::test]
async fn an_attempt_waiting_in_an_attempt_layer_was_not_sent() {
    let server = silent().await;
    let limit = GlobalConcurrencyLimitLayer::new(1);
    let client = builder(&server).attempt_layer(limit).build().unwrap();
    let long = ShowCurrentUser::new().options(CallOptions::new().deadline(20 * SHORT));
    let holding = tokio::spawn(client.send(long));
    tokio::time::sleep(SHORT / 2).await;
    check(&send(&client).await, &server, Phase::Attempt, 1);
    holding.abort();
}

#[tokio::test]
async fn a_call_without_quota_was_not_sent() {
    let server = RawServer::start(|_| Reaction::Send(user())).await;
    let quota = Quota::new(1, Duration::from_secs(60)).unwrap();
    let layer = RateLimitLayer::new().quota("users.show", quota);
    let client = builder(&server).rate_limit(layer).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    let error = send(&client).await;
    assert!(error.is_rate_limited() && !error.may_have_been_sent(), "{error}");
    assert_eq!(server.requests().len(), 1);
}

struct Stalled;

impl TokenProvider for Stalled {
    async fn token(&self) -> Result<Token, BoxError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_call_waiting_for_a_token_was_not_sent() {
    let server = silent().await;
    let client = builder(&server).token_provider(Stalled).build().unwrap();
    check(&send(&client).await, &server, Phase::Auth, 0);
}

#[tokio::test]
async fn a_call_with_a_refused_connection_was_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = send(&Client::builder().base_url(url).token("t").build().unwrap()).await;
    assert!(error.is_connect() && !error.may_have_been_sent(), "{error}");
}

/// A dropped call counts as sent, because nobody learns how far the connection got.
#[tokio::test]
async fn a_call_dropped_while_connecting_may_have_been_sent() {
    // No connection is accepted, and the backlog is full.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let stream = tokio::time::timeout(SHORT, tokio::net::TcpStream::connect(address)).await;
        waiting.push(stream);
    }
    let url = format!("http://{address}");
    let builder = || Client::builder().base_url(&*url).token("t").max_retries(0);
    let error = send(&builder().deadline(SHORT).build().unwrap()).await;
    assert!(error.is_timeout() && error.may_have_been_sent(), "{error}");
    // After a connect timeout it is certain that nothing was sent.
    let error = send(&builder().connect_timeout(SHORT).build().unwrap()).await;
    assert!(error.is_connect() && !error.may_have_been_sent(), "{error}");
    assert_eq!(
        error.to_string(),
        format!("users.show: cannot connect to {address}: timed out after 100ms (1 attempt)")
    );
    drop((waiting, listener));
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_is_neither_sent_nor_retried() {
    let client = Client::builder().base_url("http://127.0.0.1:9").token("t").build().unwrap();
    let request = http::Request::post("example.com").body(frameio::Body::empty()).unwrap();
    let error = client.request(request).await.unwrap_err();
    assert!(!error.may_have_been_sent(), "{error}");
    let message = "the request cannot be sent: its URL is not absolute (1 attempt)";
    assert_eq!(error.to_string(), message);
}
