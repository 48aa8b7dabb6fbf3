//! Options of one call, and wrappers of endpoints.
//!
//! Each wrapper is an endpoint itself, so wrappers can be combined in any order.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::body::Body;
use crate::call::CallLimits;
use crate::custom_header::custom_header;
use crate::encode::{PathArgs, Query};
use crate::endpoint::Endpoint;
use crate::error::EncodeError;
use crate::limits::Limits;
use crate::operation::Operation;
use crate::page::{Cursor, Page, Paged};
use crate::reply::Reply;

/// Options of one call, which override the client's settings.
///
/// Add them to an endpoint with [`EndpointExt::options`], or to a plain request with
/// [`apply`](Self::apply). They are a separate type, so that their names cannot conflict with setters
/// of a request.
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
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct CallOptions {
    limits: CallLimits,
    headers: HeaderMap,
    unchecked: Option<bool>,
    invalid_headers: Vec<EncodeError>,
}

impl CallOptions {
    /// Creates options that override nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum duration of an attempt, from sending to the last byte of the response.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = Some(timeout);
        self
    }

    /// Sets the maximum duration of the whole call, including quota, backoff and all attempts.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = Some(deadline);
        self
    }

    /// Sets the maximum number of retries after the first attempt; 0 disables them.
    #[must_use]
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.limits.max_retries = Some(max_retries);
        self
    }

    /// Sets whether several identical requests have the effect of one, so that a retry policy may resend the
    /// request even if the service received it. Default: as declared by the operation.
    ///
    /// The default policy resends it after a 408 or 5xx even if not; `max_retries(0)` prevents that.
    #[must_use]
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.limits.idempotent = Some(idempotent);
        self
    }

    /// Sets a header, which replaces all headers of that name. `Debug` shows no values of headers.
    ///
    /// An invalid name or value, and a header that the transport sets, such as `content-length`, are
    /// reported when the request is encoded.
    #[must_use]
    pub fn header<K, V>(mut self, name: K, value: V) -> Self
    where
        K: TryInto<HeaderName> + AsRef<str>,
        V: TryInto<HeaderValue>,
    {
        match custom_header(name, value) {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(message) => self.invalid_headers.push(EncodeError::new("header", message)),
        }
        self
    }

    /// Sets whether to skip the checks of documented limits (lengths, ranges, counts, formats) before
    /// the request is sent. Default: `false`.
    ///
    /// Use it if the service has raised a limit since this version was released. Path segments,
    /// headers and requests that change nothing are always checked.
    #[must_use]
    pub fn unchecked(mut self, unchecked: bool) -> Self {
        self.unchecked = Some(unchecked);
        self
    }

    /// Returns the limits that these options set; `None` for those that they leave to the client.
    pub fn limits(&self) -> CallLimits {
        self.limits
    }

    /// Returns a collector of violations with these options, which contains those of their headers.
    #[cfg(feature = "dynamic")]
    pub(crate) fn checker(&self) -> Limits {
        let mut limits = Limits::new();
        limits.default_unchecked(self.unchecked);
        self.refuse_headers(&mut limits);
        limits
    }

    fn refuse_headers(&self, limits: &mut Limits) {
        self.invalid_headers.iter().for_each(|error| limits.refuse(error.clone()));
    }

    /// Adds the headers and limits to a request. Options that are set here replace existing ones.
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
    /// Fails if [`header`](Self::header) was called with an invalid name or value.
    pub fn apply<B>(&self, request: &mut http::Request<B>) -> Result<(), EncodeError> {
        if let Some((first, more)) = self.invalid_headers.split_first() {
            return Err(EncodeError { more: more.to_vec(), ..first.clone() });
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
    /// Omits the values of headers, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("limits", &self.limits)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("unchecked", &self.unchecked)
            .finish_non_exhaustive()
    }
}

/// Wrappers for every endpoint, which can be combined in any order.
pub trait EndpointExt: Endpoint + Sized {
    /// Adds options to this call. If an option is set twice, the outer one takes precedence.
    fn options(self, options: CallOptions) -> WithOptions<Self> {
        WithOptions { inner: self, options }
    }

    /// Makes the call return status, headers and body without decoding. A 4xx or 5xx is still an
    /// error.
    ///
    /// A raw list is one page and not [`Paged`], because its link to the next page is a part of the body that
    /// is not decoded. To read a list whose items are not decoded, take the cursor from each page:
    ///
    /// ```
    /// use frameio_core::{BoxError, CursorGuard, EndpointExt, Page, Paged};
    /// use serde_json::Value;
    ///
    /// # struct Client;
    /// # impl Client {
    /// #     async fn send<E>(&self, _: E) -> Result<http::Response<bytes::Bytes>, BoxError> { Err("offline".into()) }
    /// # }
    /// async fn raw_items<E: Paged>(client: &Client, mut request: E) -> Result<Vec<Value>, BoxError> {
    ///     let (mut items, mut guard) = (Vec::new(), CursorGuard::for_request(&request));
    ///     loop {
    ///         let response = client.send(request.clone().raw()).await?;
    ///         let page: Page<Value> = serde_json::from_slice(response.body())?;
    ///         let next = guard.next_cursor(&page);
    ///         items.extend(page.data);
    ///         match next? {
    ///             Some(cursor) => request = request.after(cursor),
    ///             None => return Ok(items),
    ///         }
    ///     }
    /// }
    /// ```
    fn raw(self) -> Raw<Self> {
        Raw(self)
    }

    /// Makes the call return a [`Reply`], with status, headers, number of attempts and rate limit in
    /// addition to the value.
    fn with_meta(self) -> WithMeta<Self> {
        WithMeta(self)
    }
}

impl<E: Endpoint> EndpointExt for E {}

/// Endpoint with options, created by [`EndpointExt::options`].
#[derive(Clone, Debug, PartialEq)]
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
        self.options.refuse_headers(limits);
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

/// Endpoint whose response is not decoded, created by [`EndpointExt::raw`].
#[derive(Clone, Debug, PartialEq)]
pub struct Raw<E>(E);

impl<E> Raw<E> {
    /// Returns the endpoint whose response is decoded.
    pub fn into_inner(self) -> E {
        self.0
    }
}

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

/// Endpoint that returns a [`Reply`], created by [`EndpointExt::with_meta`].
#[derive(Clone, Debug, PartialEq)]
pub struct WithMeta<E>(E);

impl<E> WithMeta<E> {
    /// Returns the endpoint without metadata.
    pub fn into_inner(self) -> E {
        self.0
    }
}

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
    fn all_invalid_headers_are_reported() {
        let mut request = http::Request::new(());
        let options = CallOptions::new().header("a b", "1").header("x-a", "\n");
        let error = options.apply(&mut request).unwrap_err();
        assert_eq!((&*error.field, error.more.len()), ("header", 1));
        assert!(error.to_string().contains("a b") && error.to_string().contains("x-a"), "{error}");
    }

    #[test]
    fn options_override_those_of_the_request_individually() {
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
    fn debug_shows_header_names_without_values() {
        let options = CallOptions::new().header("x-key", "s3cret").max_retries(3);
        let shown = format!("{options:?}");
        assert!(shown.contains("x-key") && shown.contains("max_retries: Some(3)"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
