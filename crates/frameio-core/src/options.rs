//! Endpoints around endpoints: per-call options, raw answers, and answers with what came beside.
//!
//! Each is an endpoint itself, so they go together in any order.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::body::Body;
use crate::call::{Attempts, CallOptions};
use crate::encode::{PathArgs, Query};
use crate::endpoint::{Endpoint, FromResponse};
use crate::error::{DecodeError, EncodeError};
use crate::operation::Operation;
use crate::page::{Cursor, Page, Paged};

/// Options for one call, on every endpoint.
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
/// use frameio_core::{CallOptions, EndpointExt, encode};
///
/// let call = ShowMe.timeout(Duration::from_secs(1)).max_retries(0).header("x-trace", "7").raw();
/// let request = encode(&call)?;
/// assert_eq!(request.headers()["x-trace"], "7");
/// assert_eq!(request.extensions().get::<CallOptions>().unwrap().max_retries, Some(0));
/// # Ok::<_, frameio_core::EncodeError>(())
/// ```
pub trait EndpointExt: Endpoint + Sized {
    /// Limits each attempt, from sending to the last byte of the answer.
    fn timeout(self, timeout: Duration) -> WithOptions<Self> {
        let mut call = WithOptions::new(self);
        call.options.timeout = Some(timeout);
        call
    }

    /// Limits the whole call: queue, backoff and all attempts.
    fn deadline(self, deadline: Duration) -> WithOptions<Self> {
        let mut call = WithOptions::new(self);
        call.options.deadline = Some(deadline);
        call
    }

    /// Sets how many attempts may follow the first; 0 for none.
    fn max_retries(self, max_retries: u32) -> WithOptions<Self> {
        let mut call = WithOptions::new(self);
        call.options.max_retries = Some(max_retries);
        call
    }

    /// Says whether a replay is harmless, where the caller knows better than the operation.
    fn idempotent(self, idempotent: bool) -> WithOptions<Self> {
        let mut call = WithOptions::new(self);
        call.options.idempotent = Some(idempotent);
        call
    }

    /// Sends a header, in place of any of that name. What is no header is told on sending.
    fn header<K, V>(self, name: K, value: V) -> WithOptions<Self>
    where
        K: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        let mut call = WithOptions::new(self);
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => drop(call.headers.insert(name, value)),
            (Err(_), _) => call.error = Some("has a name that is not a header name"),
            (_, Err(_)) => call.error = Some("has a value that cannot be a header value"),
        }
        call
    }

    /// Answers with status, headers and body as they came. A 4xx or 5xx is an error all the same.
    fn raw(self) -> Raw<Self> {
        Raw(self)
    }

    /// Answers with status, headers, attempts and the rate limit beside the value.
    fn with_meta(self) -> WithMeta<Self> {
        WithMeta(self)
    }
}

impl<E: Endpoint> EndpointExt for E {}

/// An endpoint with options of its own; made by [`EndpointExt`].
///
/// Where options are set twice, the last setting, which is the outer one, wins.
#[derive(Clone, Debug)]
pub struct WithOptions<E> {
    inner: E,
    options: CallOptions,
    headers: HeaderMap,
    error: Option<&'static str>,
}

impl<E> WithOptions<E> {
    fn new(inner: E) -> Self {
        Self { inner, options: CallOptions::default(), headers: HeaderMap::new(), error: None }
    }

    /// The endpoint inside.
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

    fn check(&self) -> Result<(), EncodeError> {
        self.inner.check()
    }

    fn finish(&self, request: &mut http::Request<Body>) -> Result<(), EncodeError> {
        self.inner.finish(request)?;
        if let Some(error) = self.error {
            return Err(EncodeError::new("header", error));
        }
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let options = request.extensions_mut().get_or_insert_default::<CallOptions>();
        options.timeout = self.options.timeout.or(options.timeout);
        options.deadline = self.options.deadline.or(options.deadline);
        options.max_retries = self.options.max_retries.or(options.max_retries);
        options.idempotent = self.options.idempotent.or(options.idempotent);
        Ok(())
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

/// An endpoint whose answer is not decoded; made by [`EndpointExt::raw`].
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

    fn check(&self) -> Result<(), EncodeError> {
        self.0.check()
    }

    fn finish(&self, request: &mut http::Request<Body>) -> Result<(), EncodeError> {
        self.0.finish(request)
    }
}

/// An endpoint that answers with a [`Reply`]; made by [`EndpointExt::with_meta`].
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

    fn check(&self) -> Result<(), EncodeError> {
        self.0.check()
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

/// A value with what came beside it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The decoded answer.
    pub value: T,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// How many attempts the call took, the last one included.
    pub attempts: u32,
    /// The rate limit that the answer told of.
    pub rate_limit: Option<RateLimitInfo>,
}

impl<T: FromResponse> FromResponse for Reply<T> {
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        Ok(Self {
            value: T::from_response(parts, body)?,
            status: parts.status,
            headers: parts.headers.clone(),
            attempts: parts.extensions.get::<Attempts>().map_or(1, |attempts| attempts.0),
            rate_limit: RateLimitInfo::from_headers(&parts.headers),
        })
    }
}

/// What an answer tells of the quota of its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimitInfo {
    /// Calls in a window, `x-ratelimit-limit`.
    pub limit: u32,
    /// Calls left at the moment, `x-ratelimit-remaining`.
    pub remaining: Option<u32>,
    /// Length of the window, `x-ratelimit-window`, which the service gives in milliseconds.
    pub window: Option<Duration>,
}

impl RateLimitInfo {
    /// Reads the three headers; `None` without a readable limit.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let (mut limit, mut remaining, mut window) = (None, None, None);
        // Every answer is asked: one look at each header is cheaper than three look-ups by name.
        for (name, value) in headers {
            let number = match name.as_str() {
                "x-ratelimit-limit" => &mut limit,
                "x-ratelimit-remaining" => &mut remaining,
                "x-ratelimit-window" => &mut window,
                _ => continue,
            };
            // The first one counts.
            number.get_or_insert_with(|| digits(value.as_bytes().trim_ascii()));
        }
        Some(Self {
            limit: limit.flatten()?.try_into().ok()?,
            remaining: remaining.flatten().and_then(|left| left.try_into().ok()),
            window: window.flatten().map(Duration::from_millis),
        })
    }
}

/// A number in decimal digits and nothing else.
fn digits(text: &[u8]) -> Option<u64> {
    // So many digits always fit; what is longer is no number that the service would send.
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| number * 10 + u64::from(digit))
    })
}
