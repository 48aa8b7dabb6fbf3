//! The default stack: the only place where the order of the layers is written as code.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::Body;
#[cfg(feature = "gzip")]
use http::header::{ACCEPT_ENCODING, HeaderValue};
use http::{HeaderMap, Uri};
use tower::util::option_layer;
use tower::{Layer, ServiceBuilder};
use tracing::Level;

use crate::auth::{AuthLayer, TokenProvider};
use crate::base_uri::{BaseUriLayer, InvalidBaseUri};
use crate::collect::{Collect, CollectLayer};
use crate::deadline::DeadlineLayer;
#[cfg(feature = "gzip")]
use crate::decompress::DecompressLayer;
use crate::headers::HeadersLayer;
use crate::http_service::{HttpService, Transport};
use crate::metrics::{Metrics, MetricsLayer};
use crate::rate_limit::RateLimitLayer;
use crate::redirect_guard::RedirectGuard;
use crate::retry::{RetryBudget, RetryLayer, RetryPolicy};
use crate::sending::SendingLayer;
use crate::timeout::TimeoutLayer;
use crate::trace::TraceLayer;

/// Wraps a service in a layer of any type.
type Wrap = Arc<dyn Fn(HttpService) -> HttpService + Send + Sync>;
/// Creates the auth layer for the origin of the base URI.
type MakeAuth = Arc<dyn Fn(&Uri) -> AuthLayer + Send + Sync>;

/// Default layers of a client, in order, around any transport.
///
/// The outermost layer comes first:
///
/// | | layer | default | reason for the position |
/// |---|---|---|---|
/// | | [metrics](Self::metrics) | none | measures the whole call |
/// | 1 | [deadline](Self::deadline) | 10 min | covers every layer that may wait |
/// | 2 | base URI | set by [`new`](Self::new) | inner layers see an absolute URI |
/// | 3 | [call layers](Self::call_layer) | none | run once for a call, not for each attempt |
/// | 4 | [retry](Self::retry) | [documented policy](crate::retry::StandardPolicy), 2 retries | repeats all layers below |
/// | 5 | [headers](Self::headers) | none | inside retry, so that retry copies fewer headers |
/// | 6 | [quota](Self::rate_limit) | documented quota of each operation | each attempt counts against the quota |
/// | 7 | [auth](Self::auth) | none | after the wait for the quota, so that the token is fresh; signs only requests to the origin of the base URI |
/// | 8 | [attempt span](Self::attempt_span_level), [attempt timeout](Self::timeout) | DEBUG, 60 s | measure and count exchanges without the waits before them |
/// | 9 | [attempt layers](Self::attempt_layer) | none | see each request as it is sent |
/// | 10 | decompression | gzip, with the feature `gzip` | the size limit applies to decompressed bytes |
/// | 11 | collect | [64 MiB](Self::response_limit) | a truncated body fails the attempt, which can be retried |
/// | 12 | [sending marker](crate::sending) | always present | only requests that get here were sent |
/// | 13 | transport | | |
///
/// Bodies that call layers, attempt layers or a custom retry layer return are read into memory too, next
/// to these layers. The limits of time and size therefore apply to them, and retry repeats an attempt
/// whose body cannot be read.
///
/// A `DefaultStack` is a [`Layer`] for transports. It can be cloned and applied several times; each
/// time, the call and attempt layers are applied again, so state that all services should share
/// belongs in the layer, not in its service.
///
/// ```
/// use frameio_core::{Body, BoxError};
/// use frameio_tower::{DefaultStack, StaticToken};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let transport = service_fn(async |request: http::Request<Body>| {
///     assert_eq!(request.uri(), "https://api.frame.io/v4/me");
///     assert!(request.headers()["authorization"].is_sensitive());
///     Ok::<_, BoxError>(http::Response::new(Body::from("{}")))
/// });
/// let stack = DefaultStack::new("https://api.frame.io".parse()?)?.auth(StaticToken::new("token"));
/// let request = http::Request::get("/v4/me").body(Body::empty())?;
/// let response = stack.layer(transport).oneshot(request).await?;
/// assert_eq!(response.body().as_bytes(), Some(&b"{}"[..]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct DefaultStack {
    base: Uri,
    base_uri: BaseUriLayer,
    metrics: Option<Arc<dyn Metrics>>,
    deadline: Option<Duration>,
    call_layers: Vec<Wrap>,
    retry: RetryLayer,
    /// Replaces `retry`, which keeps its settings for a later policy.
    custom_retry: Option<Wrap>,
    headers: HeaderMap,
    rate_limit: RateLimitSlot,
    auth: Option<MakeAuth>,
    span_level: Option<Level>,
    timeout: Option<Duration>,
    attempt_layers: Vec<Wrap>,
    response_limit: usize,
}

#[derive(Clone, Debug)]
enum RateLimitSlot {
    Default,
    Given(Option<RateLimitLayer>),
}

impl RateLimitSlot {
    /// Returns the layer of a new service.
    fn layer(&self) -> Option<RateLimitLayer> {
        match self {
            Self::Default => Some(RateLimitLayer::new()),
            Self::Given(layer) => layer.clone(),
        }
    }
}

impl DefaultStack {
    /// Creates a stack that completes relative URIs with `base`, without authentication.
    ///
    /// # Errors
    /// Fails if `base` is not an absolute `http` or `https` URI, or has a user name, a password or
    /// a query.
    pub fn new(base: Uri) -> Result<Self, InvalidBaseUri> {
        Ok(Self {
            base_uri: BaseUriLayer::new(base.clone())?,
            base,
            metrics: None,
            deadline: Some(Duration::from_secs(600)),
            call_layers: Vec::new(),
            retry: RetryLayer::default(),
            custom_retry: None,
            headers: HeaderMap::new(),
            rate_limit: RateLimitSlot::Default,
            auth: None,
            span_level: Some(Level::DEBUG),
            timeout: Some(Duration::from_secs(60)),
            attempt_layers: Vec::new(),
            response_limit: 64 << 20,
        })
    }

    /// Replaces the base URI, and with it the origin that receives the tokens of
    /// [`auth`](Self::auth).
    ///
    /// # Errors
    /// Fails for the same URIs as [`new`](Self::new).
    pub fn base_uri(mut self, base: Uri) -> Result<Self, InvalidBaseUri> {
        self.base_uri = BaseUriLayer::new(base.clone())?;
        self.base = base;
        Ok(self)
    }

    /// Reports calls and attempts to `metrics`. Default: none.
    pub fn metrics(mut self, metrics: impl Metrics) -> Self {
        self.metrics = Some(Arc::new(metrics));
        self
    }

    /// Limits the duration of a call: readiness, quota, backoff and all attempts. Default: 10 min.
    ///
    /// `None` removes the default; limits set by a call itself still apply.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// Adds a layer around the whole call. The layer added last is outermost.
    ///
    /// Accepts any tower layer for `http::Request<Body>`, such as a cache, a circuit breaker or a
    /// concurrency limit. Add a layer that depends on the readiness of another, such as load shedding,
    /// after it.
    pub fn call_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
    {
        self.call_layers.push(wrap(layer));
        self
    }

    /// Sets the policy that decides whether a failed attempt is repeated. Default:
    /// [`StandardPolicy::documented`](crate::retry::StandardPolicy::documented).
    ///
    /// Keeps the maximum number of retries and the budget. Enables retries again after
    /// [`no_retry`](Self::no_retry), and replaces a [`retry_layer`](Self::retry_layer).
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = self.retry.policy(policy).enabled(true);
        self.custom_retry = None;
        self
    }

    /// Replaces the retry layer with another [`RetryLayer`] or a custom layer.
    ///
    /// A custom layer has to keep the extensions of a request that it copies, which the inner layers need:
    /// they contain the operation of the call and the record in which its attempts are counted.
    pub fn retry_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
    {
        self.custom_retry = Some(wrap(layer));
        self
    }

    /// Sets the maximum number of retries after the first attempt. Default: 2.
    ///
    /// Enables retries again after [`no_retry`](Self::no_retry). Has no effect on a layer set with
    /// [`retry_layer`](Self::retry_layer).
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.retry = self.retry.max_retries(max_retries).enabled(true);
        self
    }

    /// Sets the retry budget; `None` removes it. Default: [`RetryBudget::default`].
    ///
    /// Has no effect on a layer set with [`retry_layer`](Self::retry_layer).
    pub fn retry_budget(mut self, budget: impl Into<Option<RetryBudget>>) -> Self {
        self.retry = self.retry.budget(budget);
        self
    }

    /// Disables retries, including the resend with a refreshed token after a 401, except for calls that set
    /// [`max_retries`](frameio_core::CallOptions::max_retries) themselves.
    pub fn no_retry(mut self) -> Self {
        self.retry = self.retry.enabled(false);
        self.custom_retry = None;
        self
    }

    /// Sets headers that are added to requests without a header of that name. Default: none.
    ///
    /// Only requests to the origin of the base URI get headers other than `accept`, `accept-encoding` and
    /// `user-agent`, which may be secret, such as the key of a gateway. A redirect to another origin that
    /// a custom layer follows does not get them either.
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// Replaces the rate limit; `None` removes it. Default: the documented quota of each operation, counted
    /// separately by each service that the stack is built into. Clones of a given layer share their counts.
    pub fn rate_limit(mut self, layer: impl Into<Option<RateLimitLayer>>) -> Self {
        self.rate_limit = RateLimitSlot::Given(layer.into());
        self
    }

    /// Signs requests to the origin of the base URI with tokens from `provider`. Default: none.
    ///
    /// Other origins never get the token, also if a custom layer sends a copy of a signed request to them. A
    /// layer that signs such requests itself has to keep their extensions.
    pub fn auth(mut self, provider: impl TokenProvider) -> Self {
        let provider = Arc::new(provider);
        self.auth = Some(Arc::new(move |origin| AuthLayer::new(provider.clone(), origin)));
        self
    }

    /// Removes the token provider: requests are sent without an `authorization` header.
    pub fn no_auth(mut self) -> Self {
        self.auth = None;
        self
    }

    /// Sets the level of the span of each attempt; `None` disables these spans. Default: DEBUG.
    pub fn attempt_span_level(mut self, level: impl Into<Option<Level>>) -> Self {
        self.span_level = level.into();
        self
    }

    /// Limits the duration of each attempt, from sending to the last byte of the response.
    /// Default: 60 s.
    ///
    /// It includes attempt layers, except for their readiness, such as the wait for a permit.
    ///
    /// `None` removes the default; limits set by a call itself still apply.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Adds a layer around each attempt, inside its span. The layer added last is outermost.
    ///
    /// Use it for work that belongs to every request on the wire, such as trace propagation,
    /// signing or redirects.
    pub fn attempt_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
    {
        self.attempt_layers.push(wrap(layer));
        self
    }

    /// Limits the size of a response body after decompression, in bytes. Default: 64 MiB.
    ///
    /// A larger response fails the call with
    /// [`ResponseTooLarge`](crate::error::ResponseTooLarge), which is not retried.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Applies layers 10 to 12 and the attempt layers to the transport.
    fn exchange<T: Transport>(&self, transport: T) -> HttpService {
        let exchange = ServiceBuilder::new();
        #[cfg(feature = "gzip")]
        let exchange = exchange.layer(DecompressLayer::new(self.response_limit));
        let exchange = exchange
            .layer(CollectLayer::new(self.response_limit))
            .layer(SendingLayer::new())
            .service(transport);
        // Without attempt layers, one box and one indirect call are saved.
        if self.attempt_layers.is_empty() {
            return self.attempts(exchange);
        }
        let guard = RedirectGuard::new(&self.base, self.headers.clone());
        let layers = self.attempt_layers.iter();
        let inner = HttpService::in_slot(guard.inner().layer(exchange));
        let slot = layers.fold(inner, |inner, layer| layer(inner));
        self.attempts(guard.outer().layer(self.collected(slot)))
    }

    /// Reads the bodies that custom layers return, so that the size limit, and the time limits and
    /// retries of outer layers, apply to them as well.
    fn collected(&self, slot: HttpService) -> Collect<HttpService> {
        CollectLayer::new(self.response_limit).layer(slot)
    }

    /// Applies layers 4 to 8.
    fn attempts<S>(&self, exchange: S) -> HttpService
    where
        S: Transport<ResponseBody = Body>,
    {
        let trace = TraceLayer::new().level(self.span_level).shared_metrics(self.metrics.clone());
        let timeout = self.timeout.map_or_else(TimeoutLayer::disabled, TimeoutLayer::new);
        let attempt = ServiceBuilder::new()
            .layer(self.headers_layer())
            .layer(option_layer(self.rate_limit.layer().map(|quota| quota.spend_when_sent(true))))
            .layer(option_layer(self.auth.as_ref().map(|auth| auth(&self.base))))
            .layer(trace)
            .layer(timeout)
            .service(exchange);
        match &self.custom_retry {
            None => self.call(self.retry.layer(attempt)),
            Some(layer) => self.call(self.collected(layer(HttpService::in_slot(attempt)))),
        }
    }

    /// Returns the layer that adds the headers, including the encoding that this stack decodes.
    fn headers_layer(&self) -> HeadersLayer {
        #[allow(unused_mut, reason = "unchanged without the feature `gzip`")]
        let mut headers = self.headers.clone();
        #[cfg(feature = "gzip")]
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
        HeadersLayer::new(headers).only_for(&self.base)
    }

    /// Applies the base URI and the call layers.
    fn call<S>(&self, retry: S) -> HttpService
    where
        S: Transport<ResponseBody = Body>,
    {
        if self.call_layers.is_empty() {
            return self.bounded(self.base_uri.layer(retry));
        }
        let layers = self.call_layers.iter();
        let slot = layers.fold(HttpService::in_slot(retry), |inner, layer| layer(inner));
        self.bounded(self.base_uri.layer(self.collected(slot)))
    }

    /// Applies the deadline, and the metrics of calls around it.
    fn bounded<S: Transport>(&self, call: S) -> HttpService {
        let deadline = self.deadline.map_or_else(DeadlineLayer::disabled, DeadlineLayer::new);
        let service = HttpService::always_ready(deadline.track_sending().layer(call));
        match &self.metrics {
            Some(metrics) => {
                let service = MetricsLayer::shared(metrics.clone()).layer(service);
                HttpService::measured(service, metrics.clone())
            }
            None => service,
        }
    }
}

fn wrap<L>(layer: L) -> Wrap
where
    L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
{
    Arc::new(move |service| HttpService::in_slot(layer.layer(service)))
}

impl<T: Transport> Layer<T> for DefaultStack {
    type Service = HttpService;

    fn layer(&self, transport: T) -> HttpService {
        self.exchange(transport)
    }
}

impl fmt::Debug for DefaultStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let retry = self.custom_retry.is_none().then_some(&self.retry);
        f.debug_struct("DefaultStack")
            .field("base", &self.base)
            .field("deadline", &self.deadline)
            .field("call_layers", &self.call_layers.len())
            .field("retry", &retry)
            .field("rate_limit", &self.rate_limit)
            .field("auth", &self.auth.is_some())
            .field("timeout", &self.timeout)
            .field("attempt_layers", &self.attempt_layers.len())
            .field("response_limit", &self.response_limit)
            .finish_non_exhaustive()
    }
}
