//! Options of one call, and endpoints that wrap other endpoints.
//!
//! Each wrapper is an endpoint itself, so they compose in any order.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::body::Body;
use crate::call::CallLimits;
use crate::encode::{PathArgs, Query};
use crate::endpoint::Endpoint;
use crate::error::EncodeError;
use crate::limits::Limits;
use crate::operation::Operation;
use crate::page::{Cursor, Page, Paged};
use crate::reply::Reply;

/// Options of one call, which override the client's settings.
///
/// They are a value of their own, so that they share no names with the fields of a request.
/// [`EndpointExt::options`] adds them to an endpoint, [`apply`](Self::apply) to a plain request.
///
/// ```
/// # use frameio_core::{Operation, Quota, Endpoint, encode::PathArgs};
/// # #[derive(Clone)] struct ShowMe;
/// # impl Endpoint for ShowMe {
/// #     type Response = ();
/// #     const OPERATION: &'static Operation =
/// #         &Operation::new("users.show", http::Method::GET, "/v4/me", Quota::per_minute(100));
/// #     fn path_args(&self, _: &mut PathArgs<'_>) {}
/// # }
/// use std::time::Duration;
/// use frameio_core::{CallLimits, CallOptions, EndpointExt, encode};
///
/// let options = CallOptions::new().timeout(Duration::from_secs(1)).max_retries(0);
/// let call = ShowMe.options(options.header("x-trace", "7")).raw();
/// let request = encode(&call)?;
/// assert_eq!(request.headers()["x-trace"], "7");
/// assert_eq!(request.extensions().get::<CallLimits>().unwrap().max_retries, Some(0));
/// # Ok::<_, frameio_core::EncodeError>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    limits: CallLimits,
    headers: HeaderMap,
    unchecked: Option<bool>,
    invalid_header: Option<&'static str>,
}

impl CallOptions {
    /// Creates options that leave all settings of the client.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum duration of an attempt, from sending to the last byte of the response.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = Some(timeout);
        self
    }

    /// Sets the maximum duration of the whole call: queue, backoff and all attempts.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = Some(deadline);
        self
    }

    /// Sets the maximum number of retries; 0 disables them.
    #[must_use]
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.limits.max_retries = Some(max_retries);
        self
    }

    /// Sets whether the request may be sent again even if the service received it. Default: as the
    /// operation declares.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.limits.idempotent = Some(idempotent);
        self
    }

    /// Sends a header; it replaces all values of that name.
    ///
    /// An invalid name or value is reported when the request is encoded.
    #[must_use]
    pub fn header<K, V>(mut self, name: K, value: V) -> Self
    where
        K: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => drop(self.headers.insert(name, value)),
            (Err(_), _) => self.invalid_header = Some("has a name that is not a header name"),
            (_, Err(_)) => self.invalid_header = Some("has a value that cannot be a header value"),
        }
        self
    }

    /// Sets whether documented limits (lengths, ranges, counts, formats) are not checked before the
    /// request is sent. Default: false.
    ///
    /// For the time between a change of the service and the next version of this library. Path
    /// segments, headers, and requests that change nothing are checked in any case.
    #[must_use]
    pub fn unchecked(mut self, unchecked: bool) -> Self {
        self.unchecked = Some(unchecked);
        self
    }

    /// Returns the limits of the call.
    pub fn limits(&self) -> CallLimits {
        self.limits
    }

    /// Returns a checker of documented limits with these options.
    #[cfg(feature = "dynamic")]
    pub(crate) fn checker(&self) -> Limits {
        let mut limits = Limits::new();
        limits.default_unchecked(self.unchecked);
        limits
    }

    /// Adds the headers to a request, and the limits to its extensions. Options that are set here
    /// replace those that the request has already.
    ///
    /// ```
    /// use frameio_core::{CallLimits, CallOptions};
    ///
    /// let mut request = http::Request::get("/v4/me").body(())?;
    /// CallOptions::new().max_retries(1).apply(&mut request)?;
    /// assert_eq!(request.extensions().get::<CallLimits>().unwrap().max_retries, Some(1));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When [`header`](Self::header) was called with an invalid name or value.
    pub fn apply<B>(&self, request: &mut http::Request<B>) -> Result<(), EncodeError> {
        if let Some(message) = self.invalid_header {
            return Err(EncodeError::new("header", message));
        }
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let limits = request.extensions_mut().get_or_insert_default::<CallLimits>();
        *limits = self.limits.or(*limits);
        Ok(())
    }
}

impl fmt::Debug for CallOptions {
    /// The values of headers are left out: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("limits", &self.limits)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("unchecked", &self.unchecked)
            .finish_non_exhaustive()
    }
}

/// Wrappers for every endpoint. They compose in any order.
pub trait EndpointExt: Endpoint + Sized {
    /// Adds options to this call. Where the same option is set twice, the outer one wins.
    fn options(self, options: CallOptions) -> WithOptions<Self> {
        WithOptions { inner: self, options }
    }

    /// Returns status, headers and body without decoding. A 4xx or 5xx is still an error.
    fn raw(self) -> Raw<Self> {
        Raw(self)
    }

    /// Returns status, headers, attempts and the rate limit in addition to the value.
    fn with_meta(self) -> WithMeta<Self> {
        WithMeta(self)
    }
}

impl<E: Endpoint> EndpointExt for E {}

/// An endpoint with options; created by [`EndpointExt::options`].
#[derive(Clone, Debug)]
pub struct WithOptions<E> {
    inner: E,
    options: CallOptions,
}

impl<E> WithOptions<E> {
    /// Returns the endpoint without the options.
    pub fn into_inner(self) -> E {
        self.inner
    }
}

impl<E: Endpoint> Endpoint for WithOptions<E> {
    type Response = E::Response;
    const OPERATION: &'static Operation = E::OPERATION;

    fn path_args(&self, args: &mut PathArgs<'_>) {
        self.inner.path_args(args);
    }

    fn query(&self, query: &mut Query<'_>) {
        self.inner.query(query);
    }

    fn body(&self) -> Result<Body, EncodeError> {
        self.inner.body()
    }

    fn check(&self, limits: &mut Limits) {
        limits.default_unchecked(self.options.unchecked);
        self.inner.check(limits);
    }

    fn validate(&self) -> Result<(), EncodeError> {
        self.inner.validate()
    }

    fn finish(&self, request: &mut http::Request<Body>) -> Result<(), EncodeError> {
        self.inner.finish(request)?;
        self.options.apply(request)
    }
}

impl<E: Paged> Paged for WithOptions<E> {
    type Item = E::Item;

    fn after(mut self, cursor: Cursor) -> Self {
        self.inner = self.inner.after(cursor);
        self
    }

    fn page(response: &Self::Response) -> &Page<Self::Item> {
        E::page(response)
    }

    fn into_page(response: Self::Response) -> Page<Self::Item> {
        E::into_page(response)
    }
}

/// An endpoint whose response is not decoded; created by [`EndpointExt::raw`].
#[derive(Clone, Debug)]
pub struct Raw<E>(E);

impl<E: Endpoint> Endpoint for Raw<E> {
    type Response = http::Response<Bytes>;
    const OPERATION: &'static Operation = E::OPERATION;

    fn path_args(&self, args: &mut PathArgs<'_>) {
        self.0.path_args(args);
    }

    fn query(&self, query: &mut Query<'_>) {
        self.0.query(query);
    }

    fn body(&self) -> Result<Body, EncodeError> {
        self.0.body()
    }

    fn check(&self, limits: &mut Limits) {
        self.0.check(limits);
    }

    fn validate(&self) -> Result<(), EncodeError> {
        self.0.validate()
    }

    fn finish(&self, request: &mut http::Request<Body>) -> Result<(), EncodeError> {
        self.0.finish(request)
    }
}

/// An endpoint that returns a [`Reply`]; created by [`EndpointExt::with_meta`].
#[derive(Clone, Debug)]
pub struct WithMeta<E>(E);

impl<E: Endpoint> Endpoint for WithMeta<E> {
    type Response = Reply<E::Response>;
    const OPERATION: &'static Operation = E::OPERATION;

    fn path_args(&self, args: &mut PathArgs<'_>) {
        self.0.path_args(args);
    }

    fn query(&self, query: &mut Query<'_>) {
        self.0.query(query);
    }

    fn body(&self) -> Result<Body, EncodeError> {
        self.0.body()
    }

    fn check(&self, limits: &mut Limits) {
        self.0.check(limits);
    }

    fn validate(&self) -> Result<(), EncodeError> {
        self.0.validate()
    }

    fn finish(&self, request: &mut http::Request<Body>) -> Result<(), EncodeError> {
        self.0.finish(request)
    }
}

impl<E: Paged> Paged for WithMeta<E> {
    type Item = E::Item;

    fn after(self, cursor: Cursor) -> Self {
        Self(self.0.after(cursor))
    }

    fn page(response: &Self::Response) -> &Page<Self::Item> {
        E::page(&response.value)
    }

    fn into_page(response: Self::Response) -> Page<Self::Item> {
        E::into_page(response.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_replace_those_of_the_request_field_by_field() {
        let (one, two) = (Duration::from_secs(1), Duration::from_secs(2));
        let request = http::Request::get("/").header("x-a", "0").header("x-a", "1");
        let mut request = request.header("x-b", "0").body(()).unwrap();
        let inner = CallOptions::new().timeout(one).deadline(one).idempotent(true);
        inner.header("x-c", "0").apply(&mut request).unwrap();
        let outer = CallOptions::new().timeout(two).max_retries(7).header("x-a", "2");
        outer.apply(&mut request).unwrap();

        let expected = CallLimits {
            timeout: Some(two),
            deadline: Some(one),
            max_retries: Some(7),
            idempotent: Some(true),
        };
        assert_eq!(request.extensions().get(), Some(&expected));
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let sent = |name| request.headers().get_all(name).iter().map(text).collect::<Vec<_>>();
        assert_eq!([sent("x-a"), sent("x-b"), sent("x-c")], [["2"], ["0"], ["0"]]);
    }

    #[test]
    fn debug_shows_names_of_headers_and_no_values() {
        let options = CallOptions::new().header("x-key", "s3cret").max_retries(3);
        let shown = format!("{options:?}");
        assert!(shown.contains("x-key") && shown.contains("max_retries: Some(3)"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
