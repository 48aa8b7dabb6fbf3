//! Traits of requests and responses, [`Endpoint`] and [`FromResponse`], and encoding of requests.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::response::Parts;
use http::uri::PathAndQuery;
use http::{Request, Uri};
use serde::de::DeserializeOwned;

use crate::api_error::is_html_page;
use crate::body::Body;
use crate::call::Call;
use crate::decode::{HTML_PAGE, check_untyped_parts, decode_json};
use crate::encode::{PathArgs, Query};
use crate::error::{DecodeError, EncodeError};
use crate::limits::Limits;
use crate::operation::Operation;

pub(crate) const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// Request as a plain value, with the type of its response.
///
/// An implementation provides the parts of the request, and [`encode`](crate::encode()) assembles
/// them. Usually, [`derive(Endpoint)`](derive@crate::Endpoint) implements this trait. To implement
/// it without the derive:
///
/// ```
/// use frameio_core::encode::{PathArgs, Query};
/// use frameio_core::{AccountId, Endpoint, Json, Operation, Quota, encode, id};
///
/// id! {
///     /// Identifies a moodboard.
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

    /// Writes the arguments of the path template, in order of the template.
    fn path_args(&self, args: &mut PathArgs<'_>);

    /// Writes the query parameters. Default: none.
    fn query(&self, query: &mut Query<'_>) {
        let _ = query;
    }

    /// Creates the body. Default: empty.
    ///
    /// A body is sent as `application/json`, unless [`finish`](Endpoint::finish) replaces the
    /// content type.
    ///
    /// # Errors
    /// Fails if a field cannot be serialized.
    fn body(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    /// Checks the documented limits of the fields, and adds all violations to `limits`. Default: no
    /// checks.
    ///
    /// [`CallOptions::unchecked`](crate::CallOptions::unchecked) ignores these violations.
    fn check(&self, limits: &mut Limits) {
        let _ = limits;
    }

    /// Rejects requests that are never valid, such as an update that changes nothing. Default: no
    /// checks.
    ///
    /// [`CallOptions::unchecked`](crate::CallOptions::unchecked) does not skip these checks.
    ///
    /// # Errors
    /// Fails if the request is invalid. The error names the field.
    fn validate(&self) -> Result<(), EncodeError> {
        Ok(())
    }

    /// Changes the headers or extensions of the encoded request. Default: changes nothing.
    ///
    /// # Errors
    /// Fails if a header is invalid.
    fn finish(&self, request: &mut http::Request<Body>) -> Result<(), EncodeError> {
        let _ = request;
        Ok(())
    }
}

/// Type that a successful response can be decoded to.
///
/// [`response_types!`](crate::response_types) implements it for concrete types, so that decoding is
/// compiled once, next to the type, instead of in every crate that sends the request.
#[diagnostic::on_unimplemented(
    message = "a response cannot be decoded as `{Self}`",
    label = "not a response",
    note = "write `()` for a response without content, or `Json<…>` around a type that serde can read",
    note = "a type declared with `model!` becomes a response with `response_types!`"
)]
pub trait FromResponse: Sized + Send + 'static {
    /// Decodes a response with a successful status.
    ///
    /// # Errors
    /// Fails if the body does not have the documented form.
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError>;
}

/// Response whose content is ignored, such as 204.
///
/// Only an HTML page is refused: it comes from a proxy or a sign-in page, and the request has not reached the
/// service.
impl FromResponse for () {
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !body.trim_ascii().is_empty() && is_html_page(kind, &body) {
            return Err(DecodeError::new(".", HTML_PAGE));
        }
        Ok(())
    }
}

/// Response with status, headers and undecoded body.
impl FromResponse for http::Response<Bytes> {
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        Ok(Self::from_parts(parts.clone(), body))
    }
}

/// Response of any type that implements `Deserialize`, for custom endpoints.
///
/// The whole body is deserialized, including an envelope such as `data`. Types declared with
/// [`model!`](crate::model) do not need this wrapper.
///
/// A number of more than 64 bits in an untyped part, such as a [`serde_json::Value`], is an error, because it
/// would lose digits. Clients repair it: the number becomes a text with all digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a transparent wrapper")]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Send + 'static> FromResponse for Json<T> {
    fn from_response(_: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        let value = decode_json(&body)?;
        check_untyped_parts::<T>(&body)?;
        Ok(Self(value))
    }
}

/// Encodes an endpoint as a request with a relative URI, for any HTTP client.
///
/// The request has the extension [`Call`], by which the layers of a stack identify the operation.
///
/// # Errors
/// Fails if an id is empty, a value is outside the documented limits, or a header is invalid. The
/// error lists all violations.
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

/// Encodes an endpoint; `limits` determines whether documented limits are skipped.
pub(crate) fn encode_checked<E: Endpoint + ?Sized>(
    endpoint: &E,
    mut limits: Limits,
) -> Result<Request<Body>, EncodeError> {
    endpoint.check(&mut limits);
    if let Err(error) = endpoint.validate() {
        limits.refuse(error);
    }
    let mut args = PathArgs::new(E::OPERATION);
    endpoint.path_args(&mut args);
    let (mut url, call) = args.finish(&mut limits);
    limits.into_result()?;
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

/// Assembles the parts of a request. Not generic, so that it is compiled once.
fn assemble(url: String, call: Call, body: Body) -> Result<Request<Body>, EncodeError> {
    let operation = call.operation;
    let length = url.len();
    let url = PathAndQuery::from_maybe_shared(Bytes::from(url)).map_err(|_| {
        EncodeError::new("url", format!("has {length} bytes, more than a URI may have"))
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
