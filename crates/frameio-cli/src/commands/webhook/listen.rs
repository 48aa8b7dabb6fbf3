//! `frameio webhook listen`: receives, verifies and prints deliveries.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use frameio::webhook::{Receiver, Rejection, SIGNATURE_HEADER, TIMESTAMP_HEADER, Verified};
use http::header::{ALLOW, CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri, request};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutError};

use super::delivery_format::Delivery;
use super::http_client::{self, HttpClient};
use super::secrets::{WebhookSecrets, reason};
use crate::args::JsonArgs;
use crate::exit::Failure;
use crate::listen_address;
use crate::report::Reporter;
use crate::server::{Limits, ServerUrl};

pub(super) const HELP: &str = "\
Examples:
  frameio webhook listen --listen 127.0.0.1:8080 --secret-file secret
  frameio webhook listen --secret-file secret --forward http://127.0.0.1:3000/webhooks

The first line on standard output is the URL of the receiver; a tunnel can make it reachable for
Frame.io. With --json, it is {\"url\": …}, and each delivery is {\"time\": …, \"event\": {…}} or, for a
custom action, {\"time\": …, \"action\": {…}}.

A request that cannot be verified is refused with 400 or 401 and reported on standard error. Others
get the response of the --forward server, or 502 if it does not respond within 10 s; without
--forward, an empty 200.";

/// Time limit for receiving a request.
const ARRIVAL: Duration = Duration::from_secs(10);

/// Time limit for the response of the `--forward` server: that of the service for an action.
const FORWARD: Duration = Duration::from_secs(10);

/// Limits of the receiver. The number of connections also bounds that of forwarded requests.
const LIMITS: Limits = Limits { connections: 64, arrival: ARRIVAL };

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    #[command(flatten)]
    secrets: WebhookSecrets,
    #[command(flatten)]
    json: JsonArgs,
    /// Forward verified requests unchanged to this URL, and return its responses
    #[arg(long, value_name = "URL", value_parser = http_client::url)]
    forward: Option<Uri>,
    /// Maximum difference between the timestamp of a request and the current time, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u64,
}

/// State of the server.
struct App {
    receiver: Receiver,
    reporter: Reporter,
    forward: Option<(Uri, HttpClient)>,
    stop: Stop,
}

/// Stops the receiver when a delivery cannot be printed.
#[derive(Default)]
struct Stop {
    failure: Mutex<Option<Failure>>,
    requested: Notify,
}

impl Stop {
    fn request(&self, failure: Failure) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
        self.requested.notify_one();
    }

    fn result(&self) -> Result<(), Failure> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(()), Err)
    }
}

pub(super) async fn run(args: &Args) -> Result<(), Failure> {
    let app = Arc::new(App {
        receiver: args.secrets.verifier(args.tolerance)?.into(),
        reporter: args.json.reporter(),
        forward: args.forward.clone().map(|url| (url, HttpClient::new(FORWARD))),
        stop: Stop::default(),
    });
    let failed = |error| listen_address::unavailable(&args.listen, &error);
    let listener =
        TcpListener::bind(listen_address::resolve(&args.listen)?).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let router = router(app.clone());
    let announce = || announce(&app.reporter, address);
    LIMITS.serve(listener, router, announce, app.stop.requested.notified()).await?;
    app.stop.result()
}

/// Prints the URL of the receiver.
fn announce(reporter: &Reporter, address: SocketAddr) -> Result<(), Failure> {
    let url = listen_address::url(address) + "/";
    if !address.ip().is_loopback() {
        reporter.note(&format!("warning: other machines can reach the receiver at {address}"));
    }
    reporter.record(&ServerUrl(url))
}

fn router(app: Arc<App>) -> Router {
    let methods = post(receive).fallback(refuse_method);
    Router::new()
        .fallback_service(methods.with_state(app))
        .layer(RequestBodyDeadlineLayer::new(ARRIVAL))
}

async fn refuse_method(State(app): State<Arc<App>>, method: Method) -> Response {
    app.reporter.note(&format!("refused: the method is {method}, not POST"));
    let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

/// Verifies a delivery. The receiver limits the size of the body, the router the time.
async fn receive(State(app): State<Arc<App>>, request: Request) -> Response {
    match app.receiver.receive(request).await {
        Ok((parts, verified)) => app.accept(&parts, &verified).await,
        Err(Rejection::Body(error)) if is_timeout(&*error) => {
            app.reporter.note("refused: the body did not arrive in time");
            empty(StatusCode::REQUEST_TIMEOUT)
        }
        Err(rejection) => {
            app.reporter.note(&format!("refused: {}", refusal(&rejection)));
            rejection.response()
        }
    }
}

impl App {
    /// Prints a verified delivery, and returns the response to it.
    async fn accept(&self, parts: &request::Parts, verified: &Verified) -> Response {
        let delivery = Delivery::read(verified);
        match &delivery {
            Ok(delivery) => {
                if let Err(failure) = self.reporter.record(delivery) {
                    // A 5xx makes the service deliver it again.
                    self.stop.request(failure);
                    return empty(StatusCode::INTERNAL_SERVER_ERROR);
                }
            }
            Err(error) => {
                self.reporter.note(&format!(
                    "verified, but the body is neither an event nor an action: {error}"
                ));
            }
        }
        match &self.forward {
            Some((url, client)) => self.forward(url, client, parts, verified).await,
            None if delivery.is_ok() => empty(StatusCode::OK),
            None => empty(StatusCode::BAD_REQUEST),
        }
    }

    /// Sends the same body and signature to another server.
    async fn forward(
        &self,
        url: &Uri,
        client: &HttpClient,
        parts: &request::Parts,
        verified: &Verified,
    ) -> Response {
        let mut request = http::Request::new(frameio::Body::from(verified.body().clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = url.clone();
        let signature = [SIGNATURE_HEADER, TIMESTAMP_HEADER].map(HeaderName::from_static);
        for name in [CONTENT_TYPE, USER_AGENT].into_iter().chain(signature) {
            if let Some(value) = parts.headers.get(&name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        match client.send(request).await {
            Ok(forwarded) => {
                let (head, body) = forwarded.into_parts();
                let mut response = Response::new(Body::new(body));
                *response.status_mut() = head.status;
                if let Some(kind) = head.headers.get(CONTENT_TYPE) {
                    response.headers_mut().insert(CONTENT_TYPE, kind.clone());
                }
                response
            }
            Err(failure) => {
                self.reporter.note(&format!("cannot forward to '{url}': {}", failure.message));
                empty(StatusCode::BAD_GATEWAY)
            }
        }
    }
}

fn refusal(rejection: &Rejection) -> String {
    match rejection {
        Rejection::Unverified(error) => reason(error),
        other => other.to_string(),
    }
}

/// Returns whether a body failed because of the time limit.
fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .any(|error| error.is::<TimeoutError>())
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::Bytes;
    use frameio::webhook::{Signer, Verifier};
    use futures_util::stream;
    use tower::ServiceExt;

    use super::*;

    fn app() -> Router {
        let receiver = Verifier::new("secret").unwrap().into();
        let (reporter, stop) = (Reporter::text(), Stop::default());
        router(Arc::new(App { receiver, reporter, forward: None, stop }))
    }

    /// Returns a delivery with valid headers and this body.
    fn delivery(body: Body) -> Request {
        let signed = Signer::new("secret").unwrap().request("/any/path", "").unwrap();
        signed.map(|_| body)
    }

    #[tokio::test(start_paused = true)]
    async fn refuses_a_body_that_does_not_arrive_in_time() {
        let body = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let response = app().oneshot(delivery(body)).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn refuses_an_interrupted_body() {
        let body = Body::from_stream(stream::iter([Err::<Bytes, _>("reset")]));
        let response = app().oneshot(delivery(body)).await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn refuses_other_methods_with_the_allowed_one() {
        let request = Request::builder().method(Method::PUT).body(Body::empty()).unwrap();
        let response = app().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[ALLOW], "POST");
    }
}
