//! The client, which sends an endpoint through a stack and decodes the response.

pub(crate) mod builder;
mod decode;
#[cfg(feature = "env")]
mod environment;
#[cfg(not(feature = "env"))]
#[path = "no_environment.rs"]
mod environment;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio_core::repair::{Skipped, Undecodable};
use frameio_core::{
    Attempts, Body, Call, DecodeError, EncodeError, Endpoint, FromResponse, Operation, Secret,
    encode,
};
pub use frameio_tower::HttpService;
use frameio_tower::metrics::{CallMeasurement, Outcome};
use frameio_tower::trace::names::CANCELLED;
use frameio_tower::{BuildError, CallRecord, CallSpan, HttpError, HttpFuture, Transport};
use http::{Request, Response, StatusCode, Uri, response};
use http_body_util::BodyExt;
use tokio::time::Instant;
use tower::Service;
use tracing::Instrument;
use tracing::instrument::Instrumented;

use self::builder::ClientBuilder;
use crate::error::{self, Error};

/// Client for the Frame.io V4 API.
///
/// Cloning is cheap; clones share connections, quotas and the token. A client can be created outside a
/// runtime. A call runs in its own future; only each connection has a task, on the runtime of the call
/// that opened it. When that runtime ends, calls of other runtimes open new connections. Calls need a
/// runtime of tokio with I/O and time enabled.
///
/// [`send`](Client::send) accepts any [`Endpoint`]. The client is also a tower [`Service`] of every
/// endpoint, so it can be wrapped in layers over typed requests. It is always ready: a call waits in
/// its future, where its deadline applies.
///
/// ```no_run
/// use frameio::{Client, users::ShowCurrentUser};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new("token")?;
/// let user = client.send(ShowCurrentUser::new()).await?;
/// println!("{} <{}>", user.name, user.email);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    http: HttpService,
    /// Shared, because a client is cloned for each call.
    base_url: Option<Arc<Uri>>,
}

impl Client {
    /// Creates a client with a fixed token and the defaults of [`ClientBuilder`].
    ///
    /// # Errors
    ///
    /// Fails if the token cannot be sent: it is empty, or contains a control character, a blank, quotes,
    /// another scheme such as `Bearer `, or characters that are not ASCII.
    pub fn new(token: impl Into<Secret>) -> Result<Self, BuildError> {
        Self::builder().token(token).build()
    }

    /// Returns a builder with the default settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Creates a client that sends through a custom service, such as a mock or a stack composed by
    /// hand.
    ///
    /// The client adds no layers: requests have a relative URI and no token, and there is no deadline,
    /// retry or timeout, so the limits in [`CallOptions`](frameio_core::CallOptions) have no effect.
    /// To test those, wrap the mock in a [`DefaultStack`](frameio_tower::DefaultStack).
    ///
    /// ```
    /// use frameio::{Body, Client, users::ShowCurrentUser};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), frameio::Error> {
    /// let client = Client::from_service(tower::service_fn(|request: http::Request<Body>| async move {
    ///     assert_eq!(request.uri(), "/v4/me");
    ///     let body = r#"{"data":{"id":"1","name":"Kim","email":"kim@example.com"}}"#;
    ///     Ok::<_, std::convert::Infallible>(http::Response::new(Body::from(body)))
    /// }));
    /// assert_eq!(client.send(ShowCurrentUser::new()).await?.name, "Kim");
    /// # Ok(()) }
    /// ```
    pub fn from_service(service: impl Transport) -> Self {
        Self { http: HttpService::new(service), base_url: None }
    }

    pub(crate) fn with_base_url(mut self, url: Uri) -> Self {
        self.base_url = Some(Arc::new(url));
        self
    }

    /// Returns the URL that requests are sent to, or `None` for a client over a custom service.
    pub fn base_url(&self) -> Option<&Uri> {
        self.base_url.as_deref()
    }

    /// Sends a request and decodes its response.
    ///
    /// The future is `'static` and can be spawned.
    ///
    /// A response that deviates slightly from the documentation is repaired where that loses no data
    /// (see [`RepairKind`](frameio_core::repair::RepairKind)). Each repair emits the event
    /// `decode.repaired` with operation and path.
    ///
    /// # Errors
    ///
    /// Fails if the request cannot be encoded, no response arrives, its status is not a success, or
    /// it does not have the documented shape.
    pub fn send<E: Endpoint>(
        &self,
        endpoint: E,
    ) -> impl Future<Output = Result<E::Response, Error>> + Send + use<E> {
        send(self.http.clone(), endpoint)
    }

    /// Sends a request that [`Operation::request`](frameio_core::Operation::request) created from
    /// JSON, and returns the response as JSON.
    ///
    /// The response is validated against the type of the operation. A response without content is
    /// null.
    ///
    /// ```
    /// use frameio::{Body, CallOptions, Catalog, Client, Operation};
    /// use serde_json::json;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = Client::from_service(tower::service_fn(|request: http::Request<Body>| async move {
    /// #     assert_eq!(request.uri(), "/v4/accounts/1/workspaces?page_size=1");
    /// #     let body = r#"{"data":[],"links":{"next":null}}"#;
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(Body::from(body)))
    /// # }));
    /// let operation = Operation::find("workspaces.index").unwrap();
    /// let input = json!({"account_id": "1", "page_size": 1});
    /// let request = operation.request(input.as_object().unwrap(), &CallOptions::new())?;
    /// let page = client.send_json(request).await?;
    /// assert_eq!(page, json!({"data": [], "links": {"next": null}}));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails like [`send`](Client::send), and if the request belongs to no operation; send such
    /// requests with [`request`](Client::request).
    #[cfg(feature = "dynamic")]
    pub fn send_json(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<serde_json::Value, Error>> + Send + use<> {
        let http = self.http.clone();
        async move {
            let Some(operation) = request.extensions().get::<Call>().map(|call| call.operation)
            else {
                return Err(Error::misuse(
                    "the request belongs to no operation; use `Client::request`",
                ));
            };
            let mut exchange = Exchange::new(Some(operation));
            let response = exchange.start(http, Ok(request));
            let response = exchange.receive(response).await;
            exchange.decode(response, |parts, body| {
                decode::decode(operation, parts, body, |parts, body| operation.decode(parts, body))
            })
        }
    }

    /// Sends a plain HTTP request through the same stack, and returns the response with any status.
    ///
    /// Use it for routes that have no endpoint type. A relative URI is resolved against the base URL.
    /// A request to another origin is sent without the token. A 4xx or 5xx response is not an error.
    ///
    /// ```no_run
    /// # async fn run(client: frameio::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let request = http::Request::get("/v4/accounts/1/moodboards").body(frameio::Body::empty())?;
    /// let response = client.request(request).await?;
    /// println!("{} {:?}", response.status(), response.body());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if no complete response arrives.
    pub fn request(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Bytes>, Error>> + Send + use<> {
        let http = self.http.clone();
        let operation = request.extensions().get::<Call>().map(|call| call.operation);
        async move {
            let mut exchange = Exchange::new(operation);
            let response = exchange.start(http, Ok(request));
            let response = exchange.receive(response).await;
            exchange.finish(response.as_ref().map(|(parts, _)| parts.status));
            let (parts, body) = response?;
            Ok(Response::from_parts(parts, body))
        }
    }
}

/// An exchange with the service, and the facts that its errors and its span report.
struct Exchange {
    operation: Option<&'static Operation>,
    record: CallRecord,
    started: Instant,
    span: CallSpan,
    measurement: Option<CallMeasurement>,
    ended: bool,
}

impl Exchange {
    fn new(operation: Option<&'static Operation>) -> Self {
        let (record, started) = (CallRecord::new(), Instant::now());
        let span = CallSpan::new(operation);
        Self { operation, record, started, span, measurement: None, ended: false }
    }

    fn context(&self) -> error::Context<'_> {
        error::Context {
            operation: self.operation,
            record: Some(&self.record),
            elapsed: self.started.elapsed(),
        }
    }

    /// Starts to send the request. Not a part of the future of the call, which would then hold the
    /// request.
    fn start(
        &mut self,
        mut http: HttpService,
        mut request: Result<Request<Body>, EncodeError>,
    ) -> Result<Instrumented<HttpFuture>, Error> {
        if let Ok(request) = &mut request {
            match request.extensions().get::<CallRecord>() {
                Some(record) => self.record = record.clone(),
                None => drop(request.extensions_mut().insert(self.record.clone())),
            }
        }
        self.measurement = http.measure(self.operation, &self.record);
        let request = match request {
            Ok(request) => request,
            Err(error) => return Err(self.context().encode(error)),
        };
        let span = self.span.span();
        let _entered = span.enter();
        // No `poll_ready`: the service is always ready.
        Ok(http.call(request).instrument(span.clone()))
    }

    /// Waits for the response, with any status.
    ///
    /// Only the futures of the stack and the body are instrumented with the span, because they are
    /// small; instrumenting this future would move all of it.
    async fn receive(
        &self,
        response: Result<Instrumented<HttpFuture>, Error>,
    ) -> Result<(response::Parts, Bytes), Error> {
        let response = response?.await.map_err(|error| self.context().stack(error))?;
        let (mut parts, body) = response.into_parts();
        let body = match body.try_into_bytes() {
            Ok(body) => body,
            // A custom layer has wrapped the body.
            Err(body) => Box::pin(self.collect(body)).await?,
        };
        // Readers take a missing value for a single attempt.
        if self.record.attempts() > 1 {
            parts.extensions.insert(Attempts(self.record.attempts()));
        }
        Ok((parts, body))
    }

    async fn collect(&self, body: Body) -> Result<Bytes, Error> {
        match body.collect().instrument(self.span.span().clone()).await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) => Err(self.context().stack(HttpError::new(error))),
        }
    }

    /// Decodes the response inside the span of the call, and ends the call.
    fn decode<T>(
        self,
        response: Result<(response::Parts, Bytes), Error>,
        decode: impl FnOnce(&response::Parts, &Bytes) -> Result<T, DecodeError>,
    ) -> Result<T, Error> {
        let (status, result) = match response {
            Ok((parts, body)) => {
                let _entered = self.span.span().enter();
                let status = parts.status;
                if status.is_success() {
                    let decoded = decode(&parts, &body);
                    (status, decoded.map_err(|error| self.context().decode(error, parts, body)))
                } else {
                    (status, Err(self.context().api(parts, body)))
                }
            }
            // The status is not reported.
            Err(error) => (StatusCode::default(), Err(error)),
        };
        self.finish(result.as_ref().map(|_| status));
        result
    }

    /// Records the outcome of the call in its span and its metrics.
    fn finish(mut self, result: Result<StatusCode, &Error>) {
        let outcome = result.or_else(|error| {
            let response = error.failure_kind().is_none();
            let status = error.status().filter(|status| response && !status.is_success());
            status.ok_or(error.error_type())
        });
        if let Some(measurement) = self.measurement.take() {
            measurement.finish(outcome.map_or_else(Outcome::Failure, Outcome::Response));
        }
        self.span.finish(&self.record, outcome);
        self.ended = true;
    }
}

/// A dropped call differs from a successful one in its span. Its measurement reports that on its own.
impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.ended {
            self.span.finish(&self.record, Err(CANCELLED));
        }
    }
}

/// Sends an endpoint, which is dropped as soon as it is encoded.
async fn send<E: Endpoint>(http: HttpService, endpoint: E) -> Result<E::Response, Error> {
    let mut exchange = Exchange::new(Some(E::OPERATION));
    let response = exchange.start(http, encode(&endpoint));
    drop(endpoint);
    let response = exchange.receive(response).await;
    exchange.decode(response, |parts, body| {
        decode::decode(E::OPERATION, parts, body, E::Response::from_response)
    })
}

/// Sends an endpoint whose response is a page.
pub(crate) async fn send_page<E: Endpoint>(
    client: Client,
    endpoint: E,
    treatment: (Undecodable, bool),
) -> Result<(E::Response, Vec<Skipped>), Error> {
    let mut exchange = Exchange::new(Some(E::OPERATION));
    let response = exchange.start(client.http, encode(&endpoint));
    drop(endpoint);
    let response = exchange.receive(response).await;
    exchange.decode(response, |parts, body| {
        decode::decode_page(E::OPERATION, parts, body, treatment, E::Response::from_response)
    })
}

impl<E: Endpoint> Service<E> for Client {
    type Response = E::Response;
    type Error = Error;
    type Future = CallFuture<E::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, endpoint: E) -> CallFuture<E::Response> {
        CallFuture(Box::pin(send(self.http.clone(), endpoint)))
    }
}

/// Future of [`Client`] as a tower [`Service`].
pub struct CallFuture<T>(Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>);

impl<T> Future for CallFuture<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<T> fmt::Debug for CallFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").finish_non_exhaustive()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
