//! Building a client: its settings, and the order of its stack.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::{Body, BoxError, Secret, clean_text};
pub use frameio_tower::BuildError;
use frameio_tower::{
    AuthLayer, BaseUriLayer, CollectLayer, DeadlineLayer, HeadersLayer, HttpError, HttpService,
    RateLimitLayer, RetryLayer, RetryPolicy, StaticToken, TimeoutLayer, Token, TokenProvider,
    TraceLayer,
};
use http::header::{ACCEPT, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Request, Response, Uri};
use tower::util::option_layer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tracing::Level;

use super::Client;
use frameio_transport::{HyperTransport, HyperTransportBuilder, Proxy};

/// Without it a legacy developer token is not looked at.
const LEGACY_TOKEN: HeaderName = HeaderName::from_static("x-frameio-legacy-token-auth");

type Replay = Arc<dyn Fn(HttpService) -> HttpService + Send + Sync>;
type MakeAuth = Arc<dyn Fn(&Uri) -> AuthLayer + Send + Sync>;

/// The settings of a [`Client`].
///
/// | setting | default |
/// |---|---|
/// | base URL | `https://api.frame.io` |
/// | timeout of an attempt, body included | 60 s |
/// | connect timeout | 10 s |
/// | deadline of a call: queue, backoff and attempts | 10 min |
/// | idle connections are closed after | 50 s |
/// | retries | 2, of 408, 429, 5xx and of what cannot have been sent |
/// | quotas | as documented for each operation; a call waits for its turn |
/// | largest answer, decompressed | 64 MiB |
/// | proxy | from the environment |
/// | level of the span of an attempt | `DEBUG` |
///
/// The stack, outermost first. What is replayed at [`build`](Self::build) are the layers that were
/// given, so a builder can be cloned and built more than once.
///
/// | | layer | why there |
/// |---|---|---|
/// | 1 | [`layer`](Self::layer) slot | sees one call, however many attempts it takes |
/// | 2 | deadline | over all that may wait |
/// | 3 | retry | |
/// | 4 | base URI, headers | inside of retry, which then has less to keep; later layers know the authority |
/// | 5 | quota | inside retry: an attempt that is sent again is counted again |
/// | 6 | auth | after the wait for the quota, so that the token is fresh; anew each attempt |
/// | 7 | span and timeout of an attempt | |
/// | 8 | [`attempt_layer`](Self::attempt_layer) slot | sees each attempt, inside its span |
/// | 9 | decompress, collect | a failure in the body is a failed attempt |
/// | 10 | [`transport`](Self::transport) | |
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    base_url: Cow<'static, str>,
    auth: Option<MakeAuth>,
    /// A fixed token, which is checked when the client is built.
    token: Option<Token>,
    legacy: bool,
    headers: HeaderMap,
    header_error: Option<&'static str>,
    deadline: Option<Duration>,
    retry: Option<RetryPolicy>,
    max_retries: Option<u32>,
    rate_limit: Option<RateLimitLayer>,
    trace: Option<Level>,
    timeout: Option<Duration>,
    response_limit: usize,
    call_layers: Vec<Replay>,
    attempt_layers: Vec<Replay>,
    hyper: HyperTransportBuilder,
    transport: Option<HttpService>,
}

/// A layer of the default stack that can be taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultLayer {
    /// The total time of a call; what a call asks for itself still holds.
    Deadline,
    /// The attempts after the first.
    Retry,
    /// The quota of each operation.
    RateLimit,
    /// The token.
    Auth,
    /// The span of an attempt.
    Trace,
    /// The time of an attempt; what a call asks for itself still holds.
    Timeout,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        #[cfg(feature = "gzip")]
        headers.insert(http::header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("frameio-rust/", env!("CARGO_PKG_VERSION"))),
        );
        Self {
            base_url: Cow::Borrowed("https://api.frame.io"),
            auth: None,
            token: None,
            legacy: false,
            headers,
            header_error: None,
            deadline: Some(Duration::from_secs(600)),
            retry: Some(RetryPolicy::default()),
            max_retries: None,
            rate_limit: Some(RateLimitLayer::new()),
            trace: Some(Level::DEBUG),
            timeout: Some(Duration::from_secs(60)),
            response_limit: 64 << 20,
            call_layers: Vec::new(),
            attempt_layers: Vec::new(),
            hyper: HyperTransport::builder(),
            transport: None,
        }
    }

    /// Sends everything to another base URL. A path in it is kept: `https://proxy.example/frameio`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Cow::Owned(url.into());
        self
    }

    /// Signs requests with a token that does not change. Whitespace around it is ignored.
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        let token = Token::new(token);
        self = self.token_provider(StaticToken::from(token.clone()));
        self.token = Some(token);
        self
    }

    /// Signs requests with what `provider` gives, asked once for each attempt.
    pub fn token_provider(mut self, provider: impl TokenProvider) -> Self {
        let provider = Arc::new(provider);
        self.auth = Some(Arc::new(move |origin| AuthLayer::new(provider.clone(), origin)));
        self.token = None;
        self.legacy = false;
        self
    }

    /// Signs requests with a legacy developer token, a `fio-u-…`, and sends the header without
    /// which the service does not look at it: `x-frameio-legacy-token-auth: true`.
    ///
    /// The service takes such tokens for accounts that are not in the Adobe Admin Console yet. The
    /// token can do whatever its user can.
    pub fn legacy_token(mut self, token: impl Into<Secret>) -> Self {
        self = self.token(token);
        self.legacy = true;
        self
    }

    /// Sends a header with every request, in place of the default of that name.
    pub fn header<K, V>(mut self, name: K, value: V) -> Self
    where
        K: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => drop(self.headers.insert(name, value)),
            _ => self.header_error = Some("a header has a name or a value that cannot be sent"),
        }
        self
    }

    /// Sends another `user-agent`. Default: `frameio-rust/` and the version.
    pub fn user_agent<V: TryInto<HeaderValue>>(self, user_agent: V) -> Self {
        self.header(USER_AGENT, user_agent)
    }

    /// Limits each attempt, from sending to the last byte of the answer. Default: 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Limits a whole call: the wait for the quota, backoff and all attempts. Default: 10 min.
    ///
    /// A call whose turn cannot come in time fails at once, and its error tells how long it would
    /// have been.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Limits the making of a connection: name look-up, TCP, proxy and TLS. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.hyper = self.hyper.connect_timeout(timeout);
        self
    }

    /// Closes a connection that has been idle for so long. Default: 50 s.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.hyper = self.hyper.pool_idle_timeout(timeout);
        self
    }

    /// Retries by another policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets how many attempts may follow the first, whatever the policy. Default: 2.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = Some(max_retries);
        self
    }

    /// Spends the quotas through another layer: with other figures, in another mode, or one that
    /// is shared with other clients.
    ///
    /// ```
    /// use frameio::{Client, Quota, layers::RateLimitLayer};
    ///
    /// let quotas = RateLimitLayer::new().quota("files.show", Quota::per_second(5));
    /// let one = Client::builder().token("a").rate_limit(quotas.clone()).build()?;
    /// let other = Client::builder().token("a").rate_limit(quotas).build()?;
    /// # Ok::<_, frameio::BuildError>(())
    /// ```
    pub fn rate_limit(mut self, layer: RateLimitLayer) -> Self {
        self.rate_limit = Some(layer);
        self
    }

    /// Sets the level of the span of an attempt. Default: `DEBUG`.
    pub fn attempt_span_level(mut self, level: Level) -> Self {
        self.trace = Some(level);
        self
    }

    /// Refuses an answer of more bytes, counted after decompression. Default: 64 MiB.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Connects through a proxy, or through none. Default: from the environment.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.hyper = self.hyper.proxy(proxy);
        self
    }

    /// Allows `http://` to hosts other than this machine: tokens then go over the wire in clear.
    pub fn allow_http(mut self) -> Self {
        self.hyper = self.hyper.allow_http();
        self
    }

    /// Takes a layer out of the default stack, to go without or to put another into a slot.
    pub fn without(mut self, layer: DefaultLayer) -> Self {
        match layer {
            DefaultLayer::Deadline => self.deadline = None,
            DefaultLayer::Retry => self.retry = None,
            DefaultLayer::RateLimit => self.rate_limit = None,
            DefaultLayer::Auth => (self.auth, self.token) = (None, None),
            DefaultLayer::Trace => self.trace = None,
            DefaultLayer::Timeout => self.timeout = None,
        }
        self
    }

    /// Adds a layer around the whole call. The one added last is outermost.
    ///
    /// Any tower layer over `http::Request<Body>` fits: caches, circuit breakers, concurrency
    /// limits. It is applied anew at each [`build`](Self::build): what clients are to share
    /// belongs into the layer and not into the services that it makes.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.call_layers.push(Arc::new(move |service| HttpService::new(layer.layer(service))));
        self
    }

    /// Adds a layer around each attempt, inside its span. The one added last is outermost.
    ///
    /// For what has to be done anew each time: trace propagation, signing. It takes what
    /// [`layer`](Self::layer) takes.
    pub fn attempt_layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.attempt_layers.push(Arc::new(move |service| HttpService::new(layer.layer(service))));
        self
    }

    /// Sends through a service of one's own in place of hyper: another HTTP client, or a local
    /// Frame.io. Connections, TLS and proxies are then its business, and the settings of those here
    /// have no effect.
    pub fn transport<S, B>(mut self, transport: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.transport = Some(HttpService::new(transport));
        self
    }

    /// Makes the client. Needs no runtime, opens no connection and starts no task.
    ///
    /// # Errors
    /// When the token, the base URL or a header cannot be used.
    pub fn build(&self) -> Result<Client, BuildError> {
        if let Some(error) = self.header_error {
            return Err(BuildError::new(error));
        }
        if let Some(token) = &self.token {
            token.check()?;
        }
        let base: Uri = clean_text(&self.base_url)
            .map_err(|error| BuildError::new(format!("the base URL {error}")))?
            .parse()
            .map_err(|error| BuildError::new(format!("the base URL is not a URL: {error}")))?;
        if self.transport.is_none() {
            self.hyper.check(&base).map_err(|error| BuildError::new(error.to_string()))?;
        }
        let base_uri = BaseUriLayer::new(base.clone())
            .map_err(|error| BuildError::new(format!("the base URL cannot be used: {error}")))?;

        let http = match &self.transport {
            Some(transport) => self.attempts(transport.clone(), base_uri, &base),
            None => self.attempts(self.hyper.clone().build(), base_uri, &base),
        };
        let http = self.call_layers.iter().fold(http, |inner, layer| layer(inner));
        Ok(Client::unboxed(http).with_base_url(base))
    }

    /// The stack around each attempt and below, and around it the default layers of the call.
    fn attempts<S, B>(&self, transport: S, base_uri: BaseUriLayer, base: &Uri) -> HttpService
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError> + Send,
    {
        let limit = self.response_limit;
        let collected = CollectLayer::new(limit).layer(transport);
        #[cfg(feature = "gzip")]
        let collected = collected
            .map_result(move |answer: Result<_, BoxError>| crate::unpack::unpack(answer?, limit));
        // Boxed once more only where there are layers that have to be put on one by one.
        match self.attempt_layers.as_slice() {
            [] => self.calls(collected, base_uri, base),
            layers => {
                let http =
                    layers.iter().fold(HttpService::new(collected), |inner, layer| layer(inner));
                self.calls(http.map_err(HttpError::into_inner), base_uri, base)
            }
        }
    }

    /// The default layers, from the timeout of an attempt to the deadline.
    fn calls<S>(&self, attempt: S, base_uri: BaseUriLayer, base: &Uri) -> HttpService
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = BoxError>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send,
    {
        let mut headers = self.headers.clone();
        if self.legacy {
            headers.insert(LEGACY_TOKEN, HeaderValue::from_static("true"));
        }
        let retry = self.retry.clone().map(|policy| match self.max_retries {
            Some(max_retries) => policy.max_retries(max_retries),
            None => policy,
        });
        HttpService::new(
            ServiceBuilder::new()
                .map_err(HttpError::new)
                .layer(self.deadline.map_or_else(DeadlineLayer::disabled, DeadlineLayer::new))
                .layer(option_layer(retry.map(RetryLayer::new)))
                .layer(base_uri)
                .layer(HeadersLayer::new(headers))
                .layer(option_layer(self.rate_limit.clone()))
                .layer(option_layer(self.auth.as_ref().map(|auth| auth(base))))
                .layer(option_layer(self.trace.map(|level| TraceLayer::new().level(level))))
                .layer(self.timeout.map_or_else(TimeoutLayer::disabled, TimeoutLayer::new))
                .service(attempt),
        )
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base_url", &self.base_url)
            .field("auth", &self.auth.is_some())
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("rate_limit", &self.rate_limit)
            .field("timeout", &self.timeout)
            .field("response_limit", &self.response_limit)
            .finish_non_exhaustive()
    }
}
