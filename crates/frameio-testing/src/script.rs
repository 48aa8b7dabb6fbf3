//! A transport in memory that answers by a script and remembers what it was asked.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use frameio_core::Body;
use http::{Request, Response};
use tower::Service;

/// An answer of this status with this JSON.
pub fn answer(status: u16, json: &str) -> Response<Body> {
    let builder = Response::builder().status(status).header("content-type", "application/json");
    builder.body(Body::from(json.to_owned())).unwrap()
}

/// The user as `users.show` answers.
pub fn user() -> Response<Body> {
    answer(200, r#"{"data":{"id":"u","name":"Kim","email":"kim@example.com"}}"#)
}

/// What was asked: method, URL, headers.
pub type Asked = http::request::Parts;

type Answers = dyn Fn(usize, &Asked) -> Response<Body> + Send + Sync;

#[derive(Clone)]
pub struct Script {
    answers: Arc<Answers>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Script {
    /// Answers the request number `n`, from 0, by `answers`.
    pub fn new(answers: impl Fn(usize, &Asked) -> Response<Body> + Send + Sync + 'static) -> Self {
        Self { answers: Arc::new(answers), asked: Arc::default() }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn urls(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.uri.to_string()).collect()
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
        let mut asked = self.asked.lock().unwrap();
        let (parts, _) = request.into_parts();
        let answer = (self.answers)(asked.len(), &parts);
        asked.push(parts);
        ready(Ok(answer))
    }
}
