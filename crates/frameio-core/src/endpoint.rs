//! The [`Endpoint`] trait, and what decodes an answer.

use bytes::Bytes;
use http::response::Parts;
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::decode::decode_json;
use crate::encode::{PathArgs, Query};
use crate::error::{DecodeError, EncodeError};
use crate::operation::Operation;

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
