//! The [`Endpoint`] trait, and what decodes an answer.

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
use crate::operation::Operation;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// A request as a plain value, bound to its answer.
///
/// What an implementation says is the least that a request is made of; [`encode`](crate::encode())
/// does the rest. Most are declared with [`endpoints!`](crate::endpoints). By hand:
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
pub trait Endpoint: Send + Sync + 'static {
    /// What the answer is decoded to.
    type Response: FromResponse;

    /// Everything that is known without a value.
    const OPERATION: &'static Operation;

    /// Pushes the arguments of the path template, in its order.
    fn path_args(&self, args: &mut PathArgs<'_>);

    /// Pushes the query parameters. Default: none.
    fn query(&self, query: &mut Query<'_>) {
        let _ = query;
    }

    /// Makes the body, JSON unless [`finish`](Endpoint::finish) says otherwise. Default: empty.
    ///
    /// # Errors
    /// When a field cannot be written.
    fn body(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    /// Checks the values against the documented limits. Default: nothing to check.
    ///
    /// # Errors
    /// When a value is outside of what the service takes; the error names field and limit.
    fn check(&self) -> Result<(), EncodeError> {
        Ok(())
    }

    /// Changes the encoded request last: headers, extensions. What wraps an endpoint uses it.
    ///
    /// # Errors
    /// When a header cannot be sent.
    fn finish(&self, request: &mut http::Request<Body>) -> Result<(), EncodeError> {
        let _ = request;
        Ok(())
    }
}

/// What a successful answer is decoded to.
///
/// Implemented for concrete types, by [`model!`](crate::model), so that the decoding is compiled
/// once, beside the type, and not again in every crate that sends the request.
pub trait FromResponse: Sized + Send + 'static {
    /// Decodes an answer whose status is a success.
    ///
    /// # Errors
    /// When the body is not what the operation promises.
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError>;
}

/// An answer without content, 204.
impl FromResponse for () {
    fn from_response(_: &Parts, _: Bytes) -> Result<Self, DecodeError> {
        Ok(())
    }
}

/// The status, the headers and the body as they came.
impl FromResponse for http::Response<Bytes> {
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        Ok(Self::from_parts(parts.clone(), body))
    }
}

/// An answer of any type that serde can read, the whole body and not only its `data`.
///
/// For endpoints of one's own; the models of this SDK implement [`FromResponse`] themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a transparent wrapper")]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Send + 'static> FromResponse for Json<T> {
    fn from_response(_: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        decode_json(&body).map(Json)
    }
}

/// Turns an endpoint into a request with a relative URI, ready for any HTTP client.
///
/// The request carries a [`Call`] among its extensions, which is what the layers of a stack know
/// the operation by.
///
/// # Errors
/// When an id is empty, a value is outside the documented limits, or a header cannot be sent.
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
    endpoint.check()?;
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

/// The part of [`encode`] that is the same for every endpoint, compiled once.
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
