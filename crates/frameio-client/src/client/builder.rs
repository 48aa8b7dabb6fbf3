//! The builder of a client.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use frameio_core::{Secret, clean_text, custom_header, describe_text};
use frameio_tower::{
    BuildError, BuildErrorKind, DefaultStack, HttpService, InvalidBaseUri, Metrics, RateLimitLayer,
    RetryBudget, RetryPolicy, StaticToken, Token, TokenProvider, Transport, base_uri,
};

use frameio_transport::{HyperTransport, HyperTransportBuilder, Proxy};
use http::header::{ACCEPT, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Uri};
use tower::Layer;
use tracing::Level;

use super::Client;
use super::environment::SignIn;

/// Header without which the service refuses a legacy developer token.
const LEGACY_TOKEN: HeaderName = HeaderName::from_static("x-frameio-legacy-token-auth");

const PUBLIC_API: &str = "https://api.frame.io";

/// Builder of a [`Client`].
///
/// | setting | default |
/// |---|---|
/// | base URL | `https://api.frame.io` |
/// | timeout of an attempt, body included | 60 s |
/// | connect timeout | 10 s |
/// | deadline of a call, including queue, backoff and all attempts | 10 min |
/// | idle timeout of pooled connections | 50 s |
/// | retries | 2, after 408, 429, 5xx and requests that were not sent |
/// | quotas | documented quota of each operation; a call waits for its turn |
/// | maximum size of a response, decompressed | 64 MiB |
/// | proxy | from the environment |
/// | span level of an attempt | `DEBUG` |
///
/// The client sends through the layers of [`DefaultStack`], around a [`HyperTransport`] or a custom
/// [`transport`](Self::transport). A builder can be cloned, and [`build`](Self::build) can be called
/// several times; each client applies the custom layers once.
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    base_url: Cow<'static, str>,
    stack: DefaultStack,
    /// Fixed token, which `build` validates.
    token: Option<Token>,
    /// Sign-in of the environment. `build` creates it, so that its requests have the settings of the client.
    pub(super) sign_in: Option<SignIn>,
    headers: HeaderMap,
    header_error: Option<BuildError>,
    hyper: HyperTransportBuilder,
    transport: Option<HttpService>,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("frameio-rust/", env!("CARGO_PKG_VERSION"))),
        );
        let Ok(stack) = DefaultStack::new(Uri::from_static(PUBLIC_API)) else {
            unreachable!("the URL of the API is a base URI")
        };
        Self {
            base_url: Cow::Borrowed(PUBLIC_API),
            stack,
            token: None,
            sign_in: None,
            headers,
            header_error: None,
            hyper: HyperTransport::builder(),
            transport: None,
        }
    }

    /// Applies `map` to the stack.
    fn map_stack(mut self, map: impl FnOnce(DefaultStack) -> DefaultStack) -> Self {
        self.stack = map(self.stack);
        self
    }

    /// Sets the base URL. Default: `https://api.frame.io`.
    ///
    /// A path, as in `https://proxy.example/frameio`, becomes the prefix of every route.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Cow::Owned(url.into());
        self
    }

    /// Signs requests with a fixed token. Surrounding whitespace is ignored.
    ///
    /// With a legacy developer token (`fio-u-…`), the header `x-frameio-legacy-token-auth: true` is added,
    /// which the service requires. It accepts such tokens for accounts that have not moved to the Adobe
    /// Admin Console. They grant all permissions of their user.
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        let token = Token::new(token);
        self = self.token_provider(StaticToken::from(token.clone()));
        self.token = Some(token);
        self
    }

    /// Signs requests with tokens of `provider`, which is called for each attempt.
    ///
    /// Only requests to the origin of the base URL are signed. To choose between providers at run time,
    /// implement [`TokenProvider`] for an enum of them.
    pub fn token_provider(mut self, provider: impl TokenProvider) -> Self {
        (self.token, self.sign_in) = (None, None);
        self.map_stack(|stack| stack.auth(provider))
    }

    /// Sends requests without a token, for example when a custom layer signs them.
    pub fn no_auth(mut self) -> Self {
        (self.token, self.sign_in) = (None, None);
        self.map_stack(DefaultStack::no_auth)
    }

    /// Adds a header to every request to the origin of the base URL. Replaces a default header of the same
    /// name. `Debug` hides the value if the name suggests a secret.
    ///
    /// Requests to other origins, such as [`Client::request`] with an absolute URL and redirects that a
    /// custom layer follows, get only `accept` and `user-agent`.
    ///
    /// The first invalid name or value, or header that the transport sets, such as `content-length`, is
    /// reported by [`build`](Self::build).
    pub fn header<K, V>(mut self, name: K, value: V) -> Self
    where
        K: TryInto<HeaderName> + AsRef<str>,
        V: TryInto<HeaderValue>,
    {
        match custom_header(name, value) {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(message) => {
                let message = format!("the header {message}");
                let error = BuildError::new(BuildErrorKind::Header, message);
                self.header_error.get_or_insert(error);
            }
        }
        self
    }

    /// Sets the `user-agent` header. Default: `frameio-rust/` and the version of this crate.
    pub fn user_agent<V: TryInto<HeaderValue>>(self, user_agent: V) -> Self {
        self.header(USER_AGENT, user_agent)
    }

    /// Limits each attempt, from sending to the last byte of the response. Default: 60 s.
    ///
    /// It includes attempt layers, except for their readiness, such as the wait for a permit.
    ///
    /// `None` removes the default; a timeout in the options of a call still applies.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        let timeout = timeout.into();
        if let Some(sign_in) = &mut self.sign_in {
            sign_in.set_timeout(timeout);
        }
        self.map_stack(|stack| stack.timeout(timeout))
    }

    /// Limits a whole call: readiness, quota, backoff and all attempts. Default: 10 min.
    ///
    /// A call that would have to wait for its quota beyond the deadline fails immediately, and its
    /// error reports the wait. `None` removes the default; a deadline in the options of a call still
    /// applies.
    pub fn deadline(self, deadline: impl Into<Option<Duration>>) -> Self {
        self.map_stack(|stack| stack.deadline(deadline))
    }

    /// Limits the time to connect, including name resolution, proxy and TLS. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.hyper = self.hyper.connect_timeout(timeout);
        self
    }

    /// Closes connections that have been idle for this long. Default: 50 s.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.hyper = self.hyper.pool_idle_timeout(timeout);
        self
    }

    /// Sets the policy that decides which failed attempts are retried. Default:
    /// [`StandardPolicy::documented`](frameio_tower::StandardPolicy::documented), which may create a
    /// resource twice.
    pub fn retry(self, policy: impl RetryPolicy) -> Self {
        self.map_stack(|stack| stack.retry(policy))
    }

    /// Replaces the retry layer, with a configured [`RetryLayer`](frameio_tower::RetryLayer) or a
    /// custom layer, which has to keep the extensions of a request that it copies.
    pub fn retry_layer<L>(self, layer: L) -> Self
    where
        L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
    {
        self.map_stack(|stack| stack.retry_layer(layer))
    }

    /// Sets the maximum number of retries after the first attempt. Default: 2.
    ///
    /// Enables retries again after [`no_retry`](Self::no_retry). Has no effect on a replaced
    /// [`retry_layer`](Self::retry_layer).
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        if let Some(sign_in) = &mut self.sign_in {
            sign_in.set_max_retries(max_retries);
        }
        self.map_stack(|stack| stack.max_retries(max_retries))
    }

    /// Limits retries to a share of all requests; `None` removes the limit. Default:
    /// [`RetryBudget::default`].
    ///
    /// Has no effect on a replaced [`retry_layer`](Self::retry_layer).
    pub fn retry_budget(self, budget: impl Into<Option<RetryBudget>>) -> Self {
        self.map_stack(|stack| stack.retry_budget(budget))
    }

    /// Disables all retries, including the one after a refreshed token, except for calls that set
    /// [`max_retries`](frameio_core::CallOptions::max_retries) themselves.
    pub fn no_retry(mut self) -> Self {
        if let Some(sign_in) = &mut self.sign_in {
            sign_in.set_max_retries(0);
        }
        self.map_stack(DefaultStack::no_retry)
    }

    /// Replaces the rate limit, to change quotas or the mode, or to share the limit with other
    /// clients. `None` removes it.
    ///
    /// ```
    /// use frameio::{Client, Quota, layers::RateLimitLayer};
    ///
    /// let quotas = RateLimitLayer::new().quota("files.show", Quota::per_second(5));
    /// let first = Client::builder().token("a").rate_limit(quotas.clone()).build()?;
    /// let second = Client::builder().token("a").rate_limit(quotas).build()?;
    /// # Ok::<_, frameio::BuildError>(())
    /// ```
    pub fn rate_limit(self, layer: impl Into<Option<RateLimitLayer>>) -> Self {
        self.map_stack(|stack| stack.rate_limit(layer))
    }

    /// Sets the level of the span of each attempt; `None` disables the span. Default: `DEBUG`.
    pub fn attempt_span_level(self, level: impl Into<Option<Level>>) -> Self {
        self.map_stack(|stack| stack.attempt_span_level(level))
    }

    /// Reports calls and attempts to `metrics`. Default: none.
    pub fn metrics(self, metrics: impl Metrics) -> Self {
        self.map_stack(|stack| stack.metrics(metrics))
    }

    /// Limits the size of a response in bytes, after decompression. Default: 64 MiB.
    pub fn response_limit(self, bytes: usize) -> Self {
        self.map_stack(|stack| stack.response_limit(bytes))
    }

    /// Connects through a proxy, or directly with [`Proxy::none`]. Default: from the environment.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.hyper = self.hyper.proxy(proxy);
        self
    }

    /// Allows `http://` to hosts other than the local machine. Tokens are then sent unencrypted.
    pub fn allow_http(mut self) -> Self {
        self.hyper = self.hyper.allow_http();
        self
    }

    /// Adds a layer around the whole call, inside the deadline. The layer added last is outermost.
    ///
    /// Accepts any tower layer over `http::Request<Body>` whose service is `Clone + Send + Sync`, such as a
    /// cache, a circuit breaker or a concurrency limit. Each call uses a clone of the service, so state
    /// that outlives a call has to be shared, for example in an `Arc`. Add a layer that depends on the
    /// readiness of another, such as load shedding, after it.
    pub fn call_layer<L>(self, layer: L) -> Self
    where
        L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
    {
        self.map_stack(|stack| stack.call_layer(layer))
    }

    /// Adds a layer around each attempt, inside its span. The layer added last is outermost.
    ///
    /// Use it for work on every request that is sent, such as trace propagation, signing or
    /// redirects.
    pub fn attempt_layer<L>(self, layer: L) -> Self
    where
        L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
    {
        self.map_stack(|stack| stack.attempt_layer(layer))
    }

    /// Sends through a custom service instead of hyper, such as another HTTP client or the simulator.
    ///
    /// The settings of connections and proxies then have no effect.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(HttpService::new(transport));
        self
    }

    /// Creates the client. Opens no connection, and needs no runtime and spawns no task, unless a layer
    /// does: `tower::buffer::BufferLayer` spawns its worker on the current runtime.
    ///
    /// # Errors
    ///
    /// Fails if the token, the base URL or a header is invalid; see [`BuildError::kind`].
    pub fn build(&self) -> Result<Client, BuildError> {
        if let Some(error) = &self.header_error {
            return Err(error.clone());
        }
        if let Some(token) = &self.token {
            token.check()?;
        }
        let base = parse_base_url(&self.base_url)?;
        let mut headers = self.headers.clone();
        if self.token.as_ref().is_some_and(Token::is_legacy) {
            headers.insert(LEGACY_TOKEN, HeaderValue::from_static("true"));
        }
        let stack = self.stack.clone().headers(headers).base_uri(base.clone());
        let stack = stack.map_err(|error| invalid_url(&self.base_url, error))?;
        let http = match &self.transport {
            Some(transport) => self.sign(stack, transport)?.layer(transport.clone()),
            None => {
                let checked = self.hyper.check(&base);
                checked.map_err(|error| {
                    unusable_url(&self.base_url, &error.to_string()).caused_by(error)
                })?;
                let hyper = self.hyper.clone().build();
                self.sign(stack, &hyper)?.layer(hyper)
            }
        };
        Ok(Client::from_service(http).with_base_url(base))
    }

    /// Adds the sign-in of the environment, whose requests use the same transport.
    fn sign(
        &self,
        stack: DefaultStack,
        transport: &impl Transport,
    ) -> Result<DefaultStack, BuildError> {
        Ok(match &self.sign_in {
            Some(sign_in) => stack.auth(sign_in.provider(transport.clone())?),
            None => stack,
        })
    }
}

/// Parses the base URL of the API.
fn parse_base_url(url: &str) -> Result<Uri, BuildError> {
    let kind = BuildErrorKind::BaseUrl;
    let text = clean_text(url)
        .map_err(|error| BuildError::new(kind, format!("the base URL {error}")).caused_by(error))?;
    let uri = base_uri::parse(text).map_err(|error| invalid_url(url, error))?;
    if uri.path().split('/').any(|segment| segment.eq_ignore_ascii_case("v4")) {
        return Err(unusable_url(url, "remove '/v4' and what follows; it is part of every route"));
    }
    if text.contains('#') {
        return Err(unusable_url(url, "it has a fragment"));
    }
    Ok(uri)
}

fn invalid_url(url: &str, error: InvalidBaseUri) -> BuildError {
    unusable_url(url, error.reason()).caused_by(error)
}

fn unusable_url(url: &str, why: &str) -> BuildError {
    // The part before an `@` may be a password, and a query or a fragment may contain a key.
    let message = match url.contains(['@', '?', '#']) {
        true => format!("invalid base URL: {why}"),
        false => format!("invalid base URL '{}': {why}", describe_text(url)),
    };
    BuildError::new(BuildErrorKind::BaseUrl, message)
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `build` sets the base URI of the stack.
        let base = parse_base_url(&self.base_url).ok();
        let stack = base.and_then(|base| self.stack.clone().base_uri(base).ok());
        let mut shown = f.debug_struct("ClientBuilder");
        shown.field("base_url", &describe_text(&self.base_url));
        if let Some(stack) = &stack {
            shown.field("stack", stack);
        }
        shown.field("headers", &self.headers.keys().collect::<Vec<_>>());
        match &self.transport {
            Some(_) => shown.field("transport", &"custom"),
            None => shown.field("transport", &self.hyper),
        };
        shown.finish_non_exhaustive()
    }
}
