//! `GET /v4/me` by the whole stack, by raw hyper-util and serde, and the server that answers it.
#![allow(dead_code, unreachable_pub, reason = "shared by benches that do not all use all of it")]

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio::layers::RateLimitLayer;
use frameio::transport::Proxy;
use frameio::{Body, Client, Quota};
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

/// An answer as the service gives it, headers of a CDN included.
const HEAD: &str = "HTTP/1.1 200 OK\r\n\
    content-type: application/json; charset=utf-8\r\n\
    date: Tue, 24 Nov 2026 01:47:18 GMT\r\n\
    x-ratelimit-limit: 1000000000\r\n\
    x-ratelimit-remaining: 999999999\r\n\
    x-ratelimit-window: 1000\r\n\
    cache-control: max-age=0, private, must-revalidate\r\n\
    x-request-id: GBYQyZ1mWbDgn2cAAAAB\r\n\
    strict-transport-security: max-age=31536000\r\n";

const BODY: &str = r#"{"data":{"id":"18f1b1f5-9d2f-4a0e-9c2e-8d0c0d2f5f11","name":"Kim Example","email":"kim@example.com","avatar_url":"https://static.example/avatars/18f1b1f5.png"}}"#;

pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Quotas that a benchmark cannot spend, in place of 100 calls a minute.
pub fn unlimited() -> RateLimitLayer {
    RateLimitLayer::new().quota("users.show", Quota::per_second(1_000_000_000))
}

pub fn client(url: &str) -> Client {
    Client::builder()
        .base_url(url)
        .token("an-access-token-of-some-length")
        .proxy(Proxy::none())
        .rate_limit(unlimited())
        .build()
        .expect("the settings are right")
}

/// A transport that answers at once.
#[derive(Clone)]
pub struct Memory;

pub fn memory() -> Memory {
    Memory
}

impl tower::Service<Request<Body>> for Memory {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        std::future::ready(Ok(Response::new(Body::from(BODY))))
    }
}

/// The same call by hand: hyper-util's client with the settings of ours, and serde's derive.
pub struct Raw {
    client: legacy::Client<HttpConnector, Empty<Bytes>>,
    url: String,
}

#[derive(Deserialize)]
struct Envelope {
    data: User,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "decoded for the cost of it")]
pub struct User {
    id: String,
    name: String,
    email: String,
    avatar_url: Option<String>,
}

impl Raw {
    pub fn new(url: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .build(connector);
        Self { client, url: format!("{url}/v4/me") }
    }

    pub async fn send(&self) -> User {
        let request = Request::get(self.url.as_str())
            .header("accept", "application/json")
            .header("user-agent", "raw")
            .header("authorization", "Bearer an-access-token-of-some-length")
            .body(Empty::new())
            .expect("the request is right");
        let response = self.client.request(request).await.expect("the server answers");
        assert!(response.status().is_success());
        let body = response.into_body().collect().await.expect("the body comes").to_bytes();
        serde_json::from_slice::<Envelope>(&body).expect("it is a user").data
    }
}

/// A server on a thread of its own that answers every request in the same way.
pub struct Server {
    pub url: String,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || serve(&listener));
        Self { url }
    }
}

/// Answers connection after connection until the process ends.
pub fn serve(listener: &TcpListener) {
    let answer = format!("{HEAD}content-length: {}\r\n\r\n{BODY}", BODY.len());
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { return };
        let answer = answer.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            let mut length = 0;
            // The requests have no body, so each ends with an empty line.
            while let Ok(read @ 1..) = stream.read(&mut buffer[length..]) {
                length += read;
                if buffer[..length].ends_with(b"\r\n\r\n") {
                    length = 0;
                    if stream.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                }
            }
        });
    }
}
