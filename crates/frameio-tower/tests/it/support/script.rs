//! Service that follows a script and records its requests.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{Body, BoxError};
use http::request::Parts;
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::time::{Instant, sleep};
use tower::Service;

/// Reaction of a [`Script`] to a request.
pub struct Step {
    after: Duration,
    result: Option<Result<Response<Body>, BoxError>>,
}

/// Responds with this status.
pub fn status(status: u16) -> Step {
    respond(Response::builder().status(status).body(Body::empty()).unwrap())
}

/// Responds with this response.
pub fn respond(response: Response<Body>) -> Step {
    Step { after: Duration::ZERO, result: Some(Ok(response)) }
}

/// Fails.
pub fn fail(error: impl Into<BoxError>) -> Step {
    Step { after: Duration::ZERO, result: Some(Err(error.into())) }
}

/// Never responds.
pub fn hang() -> Step {
    Step { after: Duration::ZERO, result: None }
}

impl Step {
    /// Delays the reaction.
    pub fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }
}

/// Request received by a [`Script`], and the time of its arrival.
#[derive(Debug)]
pub struct Seen {
    pub at: Duration,
    pub parts: Parts,
    pub body: Bytes,
}

/// Service that takes one step of its script for each request, and responds with 200 after the last
/// step. Clones share the script.
#[derive(Clone)]
pub struct Script {
    start: Instant,
    steps: Arc<Mutex<VecDeque<Step>>>,
    last: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Script {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            start: Instant::now(),
            steps: Arc::new(Mutex::new(steps.into_iter().collect())),
            last: 200,
            seen: Arc::default(),
        }
    }

    /// Sets the status of the responses after the last step.
    pub fn then(mut self, status: u16) -> Self {
        self.last = status;
        self
    }

    /// Returns the requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// Returns the arrival times of the requests, in milliseconds since the script was created.
    pub fn times(&self) -> Vec<u128> {
        self.seen.lock().unwrap().iter().map(|seen| seen.at.as_millis()).collect()
    }
}

impl Service<Request<Body>> for Script {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let script = self.clone();
        let at = self.start.elapsed();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            script.seen.lock().unwrap().push(Seen { at, parts, body });
            let step = script.steps.lock().unwrap().pop_front();
            let Step { after, result } = step.unwrap_or_else(|| status(script.last));
            sleep(after).await;
            match result {
                Some(result) => result,
                None => pending().await,
            }
        })
    }
}
