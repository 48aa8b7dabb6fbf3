//! The client: from an endpoint to its answer, through a stack.

pub mod builder;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio_core::{
    Attempts, Body, BoxError, Call, DecodeError, EncodeError, Endpoint, FromResponse, Operation,
    Secret, encode,
};
pub use frameio_tower::HttpService;
use frameio_tower::{CallRecord, CallSpan, HttpError};
use http::{Request, Response, Uri, response};
use http_body_util::BodyExt;
use tokio::time::Instant;
use tower::{Service, ServiceExt};
use tracing::Instrument;

use self::builder::{BuildError, ClientBuilder};
use crate::error::{self, Error};

/// What a [`Client`] sends through: any service of HTTP requests that can be cloned and sent to
/// another task. Implemented for all that fit.
pub trait Stack:
    Service<Request<Body>, Response = Response<Body>, Error: Into<BoxError>, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<S> Stack for S where
    S: Service<Request<Body>, Response = Response<Body>, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// Sends requests to Frame.io.
///
/// A client is a handle: clones are cheap and share the connections, the quota and the token. It is
/// made outside of a runtime or inside of one, and runs no task of its own.
///
/// It sends any [`Endpoint`] by [`send`](Client::send), and is a tower [`Service`] for each of them,
/// so that layers on the typed plane fit it too.
///
/// ```no_run
/// use frameio::{Client, users::ShowCurrentUser};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new("the token")?;
/// let user = client.send(ShowCurrentUser::new()).await?;
/// println!("{} <{}>", user.name, user.email);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client<S = HttpService> {
    http: S,
    /// Shared, since a client is cloned for each call.
    base_url: Option<Arc<Uri>>,
}

impl Client {
    /// A client for the service itself, with a token that does not change and the defaults of
    /// [`ClientBuilder`].
    ///
    /// # Errors
    /// When the token is empty or contains a control character.
    pub fn new(token: impl Into<Secret>) -> Result<Self, BuildError> {
        Self::builder().token(token).build()
    }

    /// The settings of a client, at their defaults.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client over a service of one's own: a mock, or a stack composed by hand.
    ///
    /// Nothing is added to it: requests come with a relative URI and without a token, unless its
    /// layers see to that.
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
    pub fn from_service<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Client::unboxed(HttpService::new(service))
    }
}

impl<S: Stack> Client<S> {
    /// A client over a service of one's own that is not boxed, its type kept.
    pub const fn unboxed(service: S) -> Self {
        Self { http: service, base_url: None }
    }

    /// Returns the URL that requests are sent to, or `None` for a client over a custom service.
    pub fn base_url(&self) -> Option<&Uri> {
        self.base_url.as_deref()
    }

    /// Notes the URL that `http` sends requests to.
    pub(crate) fn with_base_url(mut self, url: Uri) -> Self {
        self.base_url = Some(Arc::new(url));
        self
    }

    /// Sends a request and decodes its answer. The future owns all it needs.
    ///
    /// # Errors
    /// When the request cannot be encoded, no answer came, the answer is not a success, or it is
    /// not what the operation promises.
    pub fn send<E: Endpoint>(
        &self,
        endpoint: E,
    ) -> impl Future<Output = Result<E::Response, Error>> + Send + use<E, S> {
        send(self.http.clone(), endpoint)
    }

    /// Sends a request that [`Operation::request`](frameio_core::Operation::request) made from JSON,
    /// and answers with the JSON that the service wrote, held against the operation's type. An
    /// answer without content is null.
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
    /// As [`send`](Client::send); and when the request names no operation, which
    /// [`request`](Client::request) is for.
    #[cfg(feature = "dynamic")]
    pub fn send_json(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<serde_json::Value, Error>> + Send + use<S> {
        let http = self.http.clone();
        async move {
            let Some(operation) = request.extensions().get::<Call>().map(|call| call.operation)
            else {
                return Err(Error::misuse("the request names no operation: use `Client::request`"));
            };
            let decode = |parts: &response::Parts, body| operation.decode(parts, body);
            call(http, operation, || Ok(request), decode).await
        }
    }

    /// Sends a plain request through the same stack, and answers with whatever came back.
    ///
    /// For routes that no endpoint exists for. A relative URI is completed by the stack; an
    /// absolute one to another host gets no token. An answer of 4xx or 5xx is an answer here.
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
    /// When no complete answer came.
    pub fn request(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Bytes>, Error>> + Send + use<S> {
        let http = self.http.clone();
        let mut exchange = Exchange::new(request.extensions().get::<Call>().map(|c| c.operation));
        async move {
            let (parts, body) = exchange.run(http, request).await?;
            Ok(Response::from_parts(parts, body))
        }
    }
}

/// One exchange with the service, and what has to be told of it.
struct Exchange {
    operation: Option<&'static Operation>,
    record: CallRecord,
    begun: Instant,
}

impl Exchange {
    fn new(operation: Option<&'static Operation>) -> Self {
        Self { operation, record: CallRecord::new(), begun: Instant::now() }
    }

    fn context(&self) -> error::Context<'_> {
        error::Context {
            operation: self.operation,
            record: Some(&self.record),
            elapsed: self.begun.elapsed(),
        }
    }

    /// Any answer, whatever its status.
    async fn run<S>(
        &mut self,
        mut http: S,
        mut request: Request<Body>,
    ) -> Result<(response::Parts, Bytes), Error>
    where
        S: Stack,
    {
        match request.extensions().get::<CallRecord>() {
            Some(record) => self.record = record.clone(),
            None => drop(request.extensions_mut().insert(self.record.clone())),
        }
        let ready = match http.ready().await {
            Ok(ready) => ready,
            Err(error) => return Err(self.context().stack(HttpError::new(error))),
        };
        let answer = ready.call(request).await;
        let answer = answer.map_err(|error| self.context().stack(HttpError::new(error)))?;
        let (mut parts, body) = answer.into_parts();
        let body = match body.try_into_bytes() {
            Ok(body) => body,
            // A layer of the user's wrapped the body.
            Err(body) => match body.collect().await {
                Ok(body) => body.to_bytes(),
                Err(error) => return Err(self.context().stack(HttpError::new(error))),
            },
        };
        // One attempt goes without saying.
        if self.record.attempts() > 1 {
            parts.extensions.insert(Attempts(self.record.attempts()));
        }
        Ok((parts, body))
    }

    /// A successful answer.
    async fn send<S>(
        &mut self,
        http: S,
        request: Result<Request<Body>, EncodeError>,
    ) -> Result<(response::Parts, Bytes), Error>
    where
        S: Stack,
    {
        let request = request.map_err(|error| self.context().encode(error))?;
        let (parts, body) = self.run(http, request).await?;
        if parts.status.is_success() {
            Ok((parts, body))
        } else {
            Err(self.context().api(parts, body))
        }
    }
}

/// The typed plane: encode, exchange, decode, all inside the span of the call.
async fn call<S, T>(
    http: S,
    operation: &'static Operation,
    encode: impl FnOnce() -> Result<Request<Body>, EncodeError>,
    decode: impl FnOnce(&response::Parts, Bytes) -> Result<T, DecodeError>,
) -> Result<T, Error>
where
    S: Stack,
{
    let span = CallSpan::new(operation);
    let request = encode();
    let mut exchange = Exchange::new(Some(operation));
    let result = exchange.send(http, request).instrument(span.span().clone()).await.and_then(
        |(parts, body)| {
            decode(&parts, body.clone())
                .map(|value| (parts.status, value))
                .map_err(|error| exchange.context().decode(error, parts, body))
        },
    );
    match result {
        Ok((status, value)) => {
            span.finish(&exchange.record, Ok(status));
            Ok(value)
        }
        Err(error) => {
            let refused = error.status().filter(|status| !status.is_success());
            span.finish(&exchange.record, refused.ok_or(error.error_type()));
            Err(error)
        }
    }
}

/// Calls with an endpoint, which is dropped as soon as it is encoded.
async fn send<S: Stack, E: Endpoint>(http: S, endpoint: E) -> Result<E::Response, Error> {
    let encode = move || encode(&endpoint);
    call(http, E::OPERATION, encode, E::Response::from_response).await
}

impl<S, E> Service<E> for Client<S>
where
    S: Stack,
    E: Endpoint,
{
    type Response = E::Response;
    type Error = Error;
    type Future = CallFuture<E::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let context = error::Context {
            operation: Some(E::OPERATION),
            record: None,
            elapsed: std::time::Duration::ZERO,
        };
        self.http.poll_ready(cx).map_err(|error| context.stack(HttpError::new(error)))
    }

    fn call(&mut self, endpoint: E) -> CallFuture<E::Response> {
        // The clone is not ready: the ready one is spent here, and the clone is kept.
        let clone = self.http.clone();
        let ready = std::mem::replace(&mut self.http, clone);
        CallFuture(Box::pin(send(ready, endpoint)))
    }
}

/// The future of a [`Client`] as a service.
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

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
