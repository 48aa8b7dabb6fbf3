//! A transport in memory that responds according to a script and records its requests.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use frameio_core::Body;
use http::{Request, Response};
use tower::Service;

/// Returns a response with this status and JSON body.
pub fn response(status: u16, json: &str) -> Response<Body> {
    let builder = Response::builder().status(status).header("content-type", "application/json");
    builder.body(Body::from(json.to_owned())).unwrap()
}

/// Returns a response of `users.show`.
pub fn user() -> Response<Body> {
    response(200, r#"{"data":{"id":"u","name":"Kim","email":"kim@example.com"}}"#)
}

/// A recorded request: method, URL and headers.
pub type Parts = http::request::Parts;

type Respond = dyn Fn(usize, &Parts) -> Response<Body> + Send + Sync;

#[derive(Clone)]
pub struct Script {
    respond: Arc<Respond>,
    requests: Arc<Mutex<Vec<Parts>>>,
}

impl Script {
    /// Creates a transport that responds to request number `n`, from 0, with `respond(n, request)`.
    pub fn new(respond: impl Fn(usize, &Parts) -> Response<Body> + Send + Sync + 'static) -> Self {
        Self { respond: Arc::new(respond), requests: Arc::default() }
    }

    pub fn requests(&self) -> Vec<Parts> {
        self.requests.lock().unwrap().clone()
    }

    pub fn urls(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.uri.to_string()).collect()
    }
}

impl Service<Request<Body>> for Script {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut requests = self.requests.lock().unwrap();
        let (parts, _) = request.into_parts();
        let response = (self.respond)(requests.len(), &parts);
        requests.push(parts);
        ready(Ok(response))
    }
}
