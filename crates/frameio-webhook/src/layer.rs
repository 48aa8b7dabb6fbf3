//! Tower layer that verifies requests.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use frameio_core::{Body, BoxError};
use http::{Request, Response};
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::receiver::{Receive, Receiver};

/// Passes verified requests to a service, and refuses all others.
///
/// The inner service gets the unmodified head, the body in memory, and a
/// [`Verified`](crate::Verified) in the extensions. A refused request gets a response with an empty body
/// and the [`Rejection`](crate::Rejection) in its extensions: 401, 400 if it is malformed or
/// incomplete, 413 if its body is too large, or 503 if the lookup of the verifier failed.
///
/// The layer is always ready. It waits for the readiness of the inner service only after a request is
/// verified, so that unknown senders cannot occupy the permits of the service by sending slowly. Put a
/// timeout around this layer, too.
///
/// ```
/// use std::convert::Infallible;
///
/// use frameio_core::Body;
/// use frameio_webhook::{Signer, Verified, Verifier, VerifyLayer};
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = service_fn(async |request: Request<Body>| {
///     let verified = request.extensions().get::<Verified>();
///     println!("{:?}", verified.map(Verified::event));
///     Ok::<_, Infallible>(Response::new(Body::empty()))
/// });
/// let service = VerifyLayer::new(Verifier::new("secret")?).layer(handler);
///
/// let signed = Signer::new("secret")?.request("/webhooks", r#"{"type":"file.ready"}"#)?;
/// assert_eq!(service.clone().oneshot(signed).await?.status(), 200);
///
/// let forged = Signer::new("guess")?.request("/webhooks", r#"{"type":"file.ready"}"#)?;
/// assert_eq!(service.oneshot(forged).await?.status(), 401);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct VerifyLayer {
    receiver: Receiver,
}

impl VerifyLayer {
    /// Verifies requests with a [`Verifier`](crate::Verifier) or a [`Receiver`].
    pub fn new(receiver: impl Into<Receiver>) -> Self {
        Self { receiver: receiver.into() }
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Verify<S> {
        Verify { inner, receiver: self.receiver.clone() }
    }
}

/// Service of a [`VerifyLayer`].
#[derive(Clone, Debug)]
pub struct Verify<S> {
    inner: S,
    receiver: Receiver,
}

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<Body>, Response = Response<R>> + Clone,
    B: HttpBody,
    B::Error: Into<BoxError>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = VerifyFuture<S, B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> VerifyFuture<S, B> {
        let receive = self.receiver.receive(request);
        VerifyFuture { step: Step::Receiving { receive, service: Some(self.inner.clone()) } }
    }
}

pin_project! {
    /// Response future of a [`Verify`].
    pub struct VerifyFuture<S, B>
    where
        S: Service<Request<Body>>,
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        #[pin]
        step: Step<S, B>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<S, B>
    where
        S: Service<Request<Body>>,
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        Receiving { #[pin] receive: Receive<B>, service: Option<S> },
        Verified { service: S, request: Option<Request<Body>> },
        Passed { #[pin] response: S::Future },
    }
}

impl<S, B, R> Future for VerifyFuture<S, B>
where
    S: Service<Request<Body>, Response = Response<R>>,
    B: HttpBody,
    B::Error: Into<BoxError>,
    R: Default,
{
    type Output = Result<Response<R>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut step = self.project().step;
        loop {
            let next = match step.as_mut().project() {
                StepProjection::Receiving { receive, service } => {
                    let (parts, verified) = match ready!(receive.poll(cx)) {
                        Ok(received) => received,
                        Err(rejection) => return Poll::Ready(Ok(rejection.response())),
                    };
                    let Some(service) = service.take() else { finished() };
                    let body = Body::from(verified.body().clone());
                    let mut request = Request::from_parts(parts, body);
                    request.extensions_mut().insert(verified);
                    Step::Verified { service, request: Some(request) }
                }
                StepProjection::Verified { service, request } => {
                    ready!(service.poll_ready(cx))?;
                    let Some(request) = request.take() else { finished() };
                    Step::Passed { response: service.call(request) }
                }
                StepProjection::Passed { response } => return response.poll(cx),
            };
            step.set(next);
        }
    }
}

fn finished() -> ! {
    panic!("`VerifyFuture` polled after completion")
}

impl<S, B> fmt::Debug for VerifyFuture<S, B>
where
    S: Service<Request<Body>>,
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyFuture").finish_non_exhaustive()
    }
}
