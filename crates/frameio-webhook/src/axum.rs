//! Integration with axum.

use axum_core::body::Body as AxumBody;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use frameio_core::Body;

use crate::action::ActionResponse;
use crate::error::Rejection;
use crate::payload::Payload;
use crate::receiver::Receiver;
use crate::verify::Verified;

/// Extractor of a verified [`Event`](crate::Event) or [`ActionRequest`](crate::action::ActionRequest),
/// with the verified body.
///
/// It verifies the request with the [`Receiver`] in the state of the router, so no layer is required. A
/// router without a `Receiver` in its state does not compile; implement [`FromRef`] for a state with
/// other parts.
///
/// ```
/// use axum::{Router, routing::post};
/// use frameio_webhook::{Event, Receiver, Signed, Verifier};
///
/// async fn hook(Signed(event, _verified): Signed<Event>) {
///     println!("{}: {:?}", event.kind, event.resource());
/// }
///
/// let receiver = Receiver::from(Verifier::new("secret")?);
/// let router: Router = Router::new().route("/webhooks", post(hook)).with_state(receiver);
/// # Ok::<_, frameio_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "an extractor is taken apart in the arguments")]
pub struct Signed<T>(pub T, pub Verified);

impl<S, T> FromRequest<S> for Signed<T>
where
    S: Send + Sync,
    T: Payload,
    Receiver: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let (_, verified) = Receiver::from_ref(state).receive(request).await?;
        Ok(Self(verified.decode()?, verified))
    }
}

/// Responds with the status and an empty body.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.response()
    }
}

impl IntoResponse for ActionResponse {
    fn into_response(self) -> Response {
        http::Response::<Body>::from(self).map(AxumBody::new)
    }
}
