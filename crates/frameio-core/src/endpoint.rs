//! The [`Endpoint`] trait, and decoding of responses.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::response::Parts;
use http::uri::PathAndQuery;
use http::{Request, Uri};
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::call::Call;
use crate::decode::decode_json;
use crate::encode::{PathArgs, Query};
use crate::error::{DecodeError, EncodeError};
use crate::limits::Limits;
use crate::operation::Operation;

pub(crate) const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// A request as a plain value, with the type of its response.
///
/// An implementation provides the parts of the request; [`encode`](crate::encode()) assembles them.
/// Most are declared with [`derive(Endpoint)`](derive@crate::Endpoint). By hand:
///
/// ```
/// use frameio_core::encode::{PathArgs, Query};
/// use frameio_core::{AccountId, Endpoint, Json, Operation, Quota, encode, id};
///
/// id! {
///     /// Identifies a moodboard, which this SDK knows nothing of.
///     pub struct MoodboardId;
/// }
///
/// #[derive(Clone, Debug)]
/// struct ShowMoodboard {
///     account_id: AccountId,
///     moodboard_id: MoodboardId,
/// }
///
/// impl Endpoint for ShowMoodboard {
///     type Response = Json<serde_json::Value>;
///     const OPERATION: &'static Operation = &Operation::new(
///         "moodboards.show",
///         http::Method::GET,
///         "/v4/accounts/{account_id}/moodboards/{moodboard_id}",
///         Quota::per_minute(100),
///     )
///     .api_version("experimental");
///
///     fn path_args(&self, args: &mut PathArgs<'_>) {
///         args.push("account_id", self.account_id.as_str());
///         args.push("moodboard_id", self.moodboard_id.as_str());
///     }
///
///     fn query(&self, query: &mut Query<'_>) {
///         query.push("include", &"creator");
///     }
/// }
///
/// let request = encode(&ShowMoodboard { account_id: "a".into(), moodboard_id: "b|2".into() })?;
/// assert_eq!(request.uri(), "/v4/accounts/a/moodboards/b%7C2?include=creator");
/// # Ok::<_, frameio_core::EncodeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request",
    label = "not a request",
    note = "requests derive `Endpoint`"
)]
pub trait Endpoint: Send + Sync + 'static {
    /// Type of the decoded response.
    type Response: FromResponse;

    /// Constants of the operation.
    const OPERATION: &'static Operation;

    /// Writes the arguments of the path template, in its order.
    fn path_args(&self, args: &mut PathArgs<'_>);

    /// Writes the query parameters. Default: none.
    fn query(&self, query: &mut Query<'_>) {
        let _ = query;
    }

    /// Creates the body: JSON, unless [`finish`](Endpoint::finish) sets another content type.
    /// Default: empty.
    ///
    /// # Errors
    /// When a field cannot be written.
    fn body(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    /// Checks the documented limits of the values and adds all violations to `limits`. Skipped by
    /// [`CallOptions::unchecked`](crate::CallOptions::unchecked). Default: no limits.
    fn check(&self, limits: &mut Limits) {
        let _ = limits;
    }

    /// Checks what no option skips, such as an update that changes nothing. Default: no checks.
    ///
    /// # Errors
    /// When the request makes no sense; the error names the field.
    fn validate(&self) -> Result<(), EncodeError> {
        Ok(())
    }

    /// Changes the encoded request: headers, extensions. Used by endpoints that wrap others.
    ///
    /// # Errors
    /// When a header is invalid.
    fn finish(&self, request: &mut http::Request<Body>) -> Result<(), EncodeError> {
        let _ = request;
        Ok(())
    }
}

/// A type that a successful response is decoded to.
///
/// [`response_types!`](crate::response_types) implements it for concrete types, so that decoding is
/// compiled once, next to the type, and not in every crate that sends the request.
#[diagnostic::on_unimplemented(
    message = "a response cannot be decoded as `{Self}`",
    label = "not a response",
    note = "write `()` for a response without content, or `Json<…>` around a type that serde can read",
    note = "a type declared with `model!` becomes a response with `response_types!`"
)]
pub trait FromResponse: Sized + Send + 'static {
    /// Decodes a response whose status is a success.
    ///
    /// # Errors
    /// When the body does not match the operation's documentation.
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError>;
}

/// A response without content, such as 204.
impl FromResponse for () {
    fn from_response(_: &Parts, _: Bytes) -> Result<Self, DecodeError> {
        Ok(())
    }
}

/// Status, headers and body, not decoded.
impl FromResponse for http::Response<Bytes> {
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        Ok(Self::from_parts(parts.clone(), body))
    }
}

/// A response of any type that serde can read: the whole body, not only its `data`.
///
/// For custom endpoints; the models of this SDK implement [`FromResponse`] themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a transparent wrapper")]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Send + 'static> FromResponse for Json<T> {
    fn from_response(_: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        decode_json(&body).map(Json)
    }
}

/// Encodes an endpoint as a request with a relative URI, for any HTTP client.
///
/// The extensions of the request contain a [`Call`], by which the layers of a stack know the
/// operation.
///
/// # Errors
/// When an id is empty, a value is outside the documented limits, or a header is invalid.
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
/// let request = frameio_core::encode(&ShowMe)?;
/// assert_eq!((request.method().as_str(), request.uri().path()), ("GET", "/v4/me"));
/// # Ok::<_, frameio_core::EncodeError>(())
/// ```
pub fn encode<E: Endpoint + ?Sized>(endpoint: &E) -> Result<Request<Body>, EncodeError> {
    encode_checked(endpoint, Limits::new())
}

/// Encodes with a checker of documented limits that may skip them.
pub(crate) fn encode_checked<E: Endpoint + ?Sized>(
    endpoint: &E,
    mut limits: Limits,
) -> Result<Request<Body>, EncodeError> {
    endpoint.check(&mut limits);
    if let Err(error) = endpoint.validate() {
        limits.refuse(error);
    }
    limits.into_result()?;
    let mut args = PathArgs::new(E::OPERATION);
    endpoint.path_args(&mut args);
    let (mut url, call) = args.finish()?;
    endpoint.query(&mut Query::new(&mut url));
    let mut request = assemble(url, call, endpoint.body()?)?;
    endpoint.finish(&mut request)?;
    Ok(request)
}

/// Returns the query of a request, without `?`.
pub(crate) fn query_of<E: Endpoint + ?Sized>(endpoint: &E) -> String {
    let mut url = String::new();
    endpoint.query(&mut Query::new(&mut url));
    url.strip_prefix('?').unwrap_or(&url).to_owned()
}

/// Assembles the parts. Not generic, so that it is compiled once.
fn assemble(url: String, call: Call, body: Body) -> Result<Request<Body>, EncodeError> {
    let operation = call.operation;
    let length = url.len();
    let url = PathAndQuery::from_maybe_shared(Bytes::from(url)).map_err(|_| {
        EncodeError::new("url", format!("of {length} bytes is longer than HTTP can carry"))
    })?;
    let mut request = Request::new(body);
    *request.method_mut() = operation.method.clone();
    *request.uri_mut() = Uri::from(url);
    if !http_body::Body::is_end_stream(request.body()) {
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(version) = operation.api_version {
        request.headers_mut().insert(API_VERSION, HeaderValue::from_static(version));
    }
    request.extensions_mut().insert(call);
    Ok(request)
}
