//! The layer that records.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio_core::{Body, BoxError, Call};
use http::{Request, Response, StatusCode};
use http_body::Body as HttpBody;
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

use crate::cassette::{Cassette, Exchange, RecordedRequest, RecordedResponse};
use crate::recorded_body::{Content, read};
use crate::scrub::Scrubber;

/// Default limit of a recorded body.
const BODY_LIMIT: usize = 1 << 20;
/// Limit of all recorded exchanges, in bytes of their text.
const TOTAL_LIMIT: usize = 64 << 20;

/// Recorded exchanges, shared by all layers that record to the same cassette.
///
/// Secrets and personal data are replaced before an exchange is stored. A body larger than 1 MiB is
/// recorded by its size, and exchanges after the first 64 MiB are only
/// [counted](Cassette::dropped).
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Mutex<Recorded>>,
    body_limit: usize,
}

#[derive(Default)]
struct Recorded {
    scrubber: Scrubber,
    exchanges: Vec<Exchange>,
    started: u64,
    bytes: usize,
    dropped: u64,
}

impl Recorder {
    /// Creates a recorder without exchanges.
    pub fn new() -> Self {
        Self { shared: Arc::default(), body_limit: BODY_LIMIT }
    }

    /// Sets the maximum size of a recorded body. Default: 1 MiB.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Returns the exchanges that are complete.
    pub fn cassette(&self) -> Cassette {
        let recorded = self.recorded();
        Cassette::new(recorded.exchanges.clone(), recorded.dropped)
    }

    /// A panic of another thread cannot leave the exchanges half written.
    fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request; the response follows.
    fn begin(&self, request: &Request<Body>) -> Begun {
        let mut recorded = self.recorded();
        recorded.started += 1;
        let scrubber = &mut recorded.scrubber;
        let body = Content::of(request.body(), self.body_limit);
        let request_record = RecordedRequest {
            method: request.method().to_string(),
            target: scrubber.uri(request.uri()),
            headers: Scrubber::headers(request.headers()),
            body: body.scrubbed(request.headers(), scrubber),
        };
        let operation = request.extensions().get::<Call>().map(|call| call.operation.id);
        Begun {
            n: recorded.started,
            operation: operation.map(str::to_owned),
            request: request_record,
            at: Instant::now(),
        }
    }

    fn finish(&self, begun: Begun, response: Option<(StatusCode, &http::HeaderMap, Content)>) {
        let millis = u64::try_from(begun.at.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut recorded = self.recorded();
        let response = response.map(|(status, headers, body)| RecordedResponse {
            status: status.as_u16(),
            headers: Scrubber::headers(headers),
            body: body.scrubbed(headers, &mut recorded.scrubber),
        });
        let Begun { n, operation, request, .. } = begun;
        let exchange = Exchange { n, operation, request, response, millis };
        let size = serde_json::to_string(&exchange).map_or(0, |text| text.len());
        if recorded.bytes.saturating_add(size) > TOTAL_LIMIT {
            recorded.dropped += 1;
            return;
        }
        recorded.bytes += size;
        recorded.exchanges.push(exchange);
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exchanges = self.recorded().exchanges.len();
        f.debug_struct("Recorder").field("exchanges", &exchanges).finish_non_exhaustive()
    }
}

/// Request whose response has not arrived.
struct Begun {
    n: u64,
    operation: Option<String>,
    request: RecordedRequest,
    at: Instant,
}

/// Records the requests that pass through, and their responses.
///
/// Around the transport it records each attempt. As the outermost
/// [call layer](https://docs.rs/frameio/latest/frameio/struct.ClientBuilder.html#method.call_layer)
/// of a client it records each call once. JSON responses are read completely before they are passed
/// on; other bodies stay streams.
#[derive(Clone, Debug)]
pub struct RecordLayer {
    recorder: Recorder,
}

impl RecordLayer {
    /// Creates a layer that records to `recorder`.
    pub fn new(recorder: &Recorder) -> Self {
        Self { recorder: recorder.clone() }
    }
}

impl<S> Layer<S> for RecordLayer {
    type Service = Record<S>;

    fn layer(&self, inner: S) -> Record<S> {
        Record { inner, recorder: self.recorder.clone() }
    }
}

/// Service of a [`RecordLayer`].
#[derive(Clone, Debug)]
pub struct Record<S> {
    inner: S,
    recorder: Recorder,
}

impl<S, B> Service<Request<Body>> for Record<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: 'static,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError> + Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let recorder = self.recorder.clone();
        let begun = recorder.begin(&request);
        let exchange = self.inner.call(request);
        Box::pin(async move {
            let response = match exchange.await {
                Ok(response) => response,
                Err(error) => {
                    recorder.finish(begun, None);
                    return Err(error);
                }
            };
            let (parts, body) = response.into_parts();
            let (content, body) = read(&parts.headers, body, recorder.body_limit).await;
            recorder.finish(begun, Some((parts.status, &parts.headers, content)));
            Ok(Response::from_parts(parts, body))
        })
    }
}
