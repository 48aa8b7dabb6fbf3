//! What axum takes and gives.

use axum_core::body::Body as AxumBody;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use frameio_core::Body;

use crate::action::Answer;
use crate::error::Rejection;
use crate::payload::Payload;
use crate::receiver::Receiver;
use crate::verify::Verified;

/// Extracts an [`Event`](crate::Event) or an [`ActionRequest`](crate::action::ActionRequest) that
/// is verified, with the proof of it.
///
/// It verifies by itself, as the [`Receiver`] in the state of the router does: a router whose state
/// has none does not compile, and no layer can be forgotten. Where other parts of the state are
/// needed, `Receiver` is a part of it by [`FromRef`].
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

/// The status and an empty body.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.response()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        http::Response::<Body>::from(self).map(AxumBody::new)
    }
}
