//! Receives requests: reads the body, looks up the verifier and verifies.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use frameio_core::BoxError;
use http::Request;
use http::request::Parts;
use http_body::Body as HttpBody;
use http_body_util::combinators::Collect;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use pin_project_lite::pin_project;

use crate::claim::Claim;
use crate::error::{Rejection, VerifyError};
use crate::signature::Stamp;
use crate::verify::{Verified, Verifier};

type Found = Pin<Box<dyn Future<Output = Result<Option<Verifier>, BoxError>> + Send>>;
type Lookup = Arc<dyn Fn(Claim) -> Found + Send + Sync>;

/// Reads and verifies requests, with a limit on the size of the body.
///
/// The [layer](crate::VerifyLayer) and the axum extractor use it. Use it directly in a server without
/// tower services. Convert a [`Verifier`] with `into`.
///
/// ```
/// use frameio_webhook::{Receiver, Rejection, Verifier};
///
/// async fn hook(receiver: Receiver, request: http::Request<String>) -> http::Response<String> {
///     match receiver.receive(request).await {
///         Ok((_head, verified)) => http::Response::new(String::new()),
///         Err(rejection) => rejection.response(),
///     }
/// }
///
/// let receiver = Receiver::from(Verifier::new("secret")?).body_limit(64 << 10);
/// let response = tokio_test::block_on(hook(receiver, http::Request::new("{}".into())));
/// assert_eq!(response.status(), 401);
/// # Ok::<_, frameio_webhook::InvalidSecret>(())
/// ```
#[derive(Clone)]
pub struct Receiver {
    source: Source,
    body_limit: usize,
}

#[derive(Clone)]
enum Source {
    Fixed(Verifier),
    Lookup(Lookup),
}

impl Receiver {
    /// Default limit on the size of a body: 256 KiB.
    ///
    /// An event has less than 1 KiB, and the request of an action with 100 assets about 10 KiB and the
    /// content of its form.
    pub const BODY_LIMIT: usize = 256 << 10;

    /// Looks up the verifier of each request, for a service with many customers.
    ///
    /// `find` is called before the request is verified, so anyone can trigger it: let it read from
    /// memory, or cache unknown senders. It gets a [`Claim`]. Select the verifier in one of these ways:
    ///
    /// * By the account or the action of the claim. The verifier must have the secrets of this account
    ///   or action only.
    /// * By the URL. The signature does not cover it, so a customer could post a request of its own to
    ///   the URL of another one. Set the [`account`](Verifier::account) of the verifier.
    ///
    /// Return `None` for unknown senders, never a default verifier. The response is the same as that to
    /// a wrong signature, and takes the same time.
    ///
    /// If `find` fails, the response has the status 503, so that the service retries.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use std::sync::Arc;
    ///
    /// use frameio_webhook::{Receiver, Verifier};
    ///
    /// let customers = HashMap::from([("account-1", Verifier::new("secret 1")?)]);
    /// let customers = Arc::new(customers);
    /// let receiver = Receiver::lookup(move |claim| {
    ///     let customers = customers.clone();
    ///     async move { Ok(claim.account_id().and_then(|id| customers.get(id.as_str()).cloned())) }
    /// });
    /// # Ok::<_, frameio_webhook::InvalidSecret>(())
    /// ```
    pub fn lookup<F, Fut>(find: F) -> Self
    where
        F: Fn(Claim) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<Verifier>, BoxError>> + Send + 'static,
    {
        let source = Source::Lookup(Arc::new(move |claim| Box::pin(find(claim))));
        Self { source, body_limit: Self::BODY_LIMIT }
    }

    /// Sets the maximum size of a body in bytes. Default: [`BODY_LIMIT`](Self::BODY_LIMIT).
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Reads and verifies a request. Returns its unmodified head and the verified body.
    ///
    /// The body is read only if the headers of the signature are well-formed. There is no time limit:
    /// set one in the server.
    ///
    /// # Errors
    /// Fails if the request is not verified, or if its body is too large or incomplete.
    pub fn receive<B>(&self, request: Request<B>) -> Receive<B>
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let step = match Stamp::read(&parts.headers) {
            Err(error) => Step::Refused { rejection: Some(error.into()) },
            Ok(_) if body.size_hint().lower() > self.body_limit as u64 => {
                Step::Refused { rejection: Some(Rejection::TooLarge(self.body_limit)) }
            }
            Ok(stamp) => {
                let body = Limited::new(body, self.body_limit).collect();
                Step::Reading { taken: Some((parts, stamp, self.clone())), body }
            }
        };
        Receive { step }
    }
}

impl From<Verifier> for Receiver {
    fn from(verifier: Verifier) -> Self {
        Self { source: Source::Fixed(verifier), body_limit: Self::BODY_LIMIT }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Receiver");
        if let Source::Fixed(verifier) = &self.source {
            shown.field("verifier", verifier);
        }
        shown.field("body_limit", &self.body_limit).finish_non_exhaustive()
    }
}

pin_project! {
    /// Future of [`Receiver::receive`].
    pub struct Receive<B>
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        #[pin]
        step: Step<B>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<B>
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        Refused { rejection: Option<Rejection> },
        Reading { taken: Option<(Parts, Stamp, Receiver)>, #[pin] body: Collect<Limited<B>> },
        Finding { taken: Option<(Parts, Stamp)>, body: Bytes, found: Found },
    }
}

impl<B> Future for Receive<B>
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    type Output = Result<(Parts, Verified), Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut step = self.project().step;
        loop {
            match step.as_mut().project() {
                StepProjection::Refused { rejection } => {
                    let Some(rejection) = rejection.take() else { finished() };
                    return Poll::Ready(Err(rejection));
                }
                StepProjection::Reading { taken, body } => {
                    let body = ready!(body.poll(cx));
                    let Some((parts, stamp, receiver)) = taken.take() else { finished() };
                    let body = body.map_err(|error| unread(error, receiver.body_limit))?.to_bytes();
                    match receiver.source {
                        Source::Fixed(verifier) => {
                            return Poll::Ready(Ok((parts, verifier.check(&stamp, body)?)));
                        }
                        Source::Lookup(find) => {
                            let found = find(Claim::new(parts.uri.clone(), &body));
                            step.set(Step::Finding { taken: Some((parts, stamp)), body, found });
                        }
                    }
                }
                StepProjection::Finding { taken, body, found } => {
                    let found = ready!(found.as_mut().poll(cx)).map_err(Rejection::lookup)?;
                    let Some((parts, stamp)) = taken.take() else { finished() };
                    let body = std::mem::take(body);
                    let Some(verifier) = found else {
                        unknown(&stamp, body);
                        return Poll::Ready(Err(VerifyError::UnknownSender.into()));
                    };
                    return Poll::Ready(Ok((parts, verifier.check(&stamp, body)?)));
                }
            }
        }
    }
}

/// Takes the time of a verification, so that the response time does not reveal which senders are known.
/// The result is ignored, so the secret does not matter.
fn unknown(stamp: &Stamp, body: Bytes) {
    if let Ok(nobody) = Verifier::new("nobody") {
        let _ = std::hint::black_box(nobody.check(stamp, body));
    }
}

/// Converts the error of a body, which may also be a size limit of the server.
fn unread(error: BoxError, limit: usize) -> Rejection {
    let mut source: Option<&(dyn StdError + 'static)> = Some(&*error);
    while let Some(error) = source {
        if error.is::<LengthLimitError>() {
            return Rejection::TooLarge(limit);
        }
        source = error.source();
    }
    Rejection::body(error)
}

fn finished() -> ! {
    panic!("`Receive` polled after completion")
}

impl<B> fmt::Debug for Receive<B>
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receive").finish_non_exhaustive()
    }
}
