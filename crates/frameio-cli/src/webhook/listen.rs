//! `frameio webhook listen`: a receiver on this machine.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use frameio::Body;
use frameio::webhook::{Receiver, Rejection, SIGNATURE_HEADER, TIMESTAMP_HEADER, Verified};
use http::header::{ALLOW, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::outward::{self, Outward};
use super::secrets::{Secrets, reason};
use super::told;
use crate::exit::Failure;
use crate::{address, output, stop};

pub(super) const HELP: &str = "\
The first line on standard output is the URL to send to. With --json it is {\"url\": …}, and the lines
after it are {\"time\": …, \"event\": {…}} or, of a custom action, {\"time\": …, \"action\": {…}}.

What is not verified is answered 401 or 400, and told on standard error. All else is answered 200
and nothing, or as the server of --forward answers it: 502 where that does not within 10 s.";

/// Further clients wait in the backlog of the socket until one of these is gone; so no more than
/// these are forwarded at once.
const MOST_CONNECTIONS: usize = 64;

/// How long a request may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);

/// How long the server of `--forward` may take: as long as an action may.
const FORWARD: Duration = Duration::from_secs(10);

/// How long the answers under way may take when it is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// After a failure to accept, as when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen; port 0 is a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    #[command(flatten)]
    secrets: Secrets,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    /// Send what is verified on as it came, signature included, and answer what is answered
    #[arg(long, value_name = "URL", value_parser = outward::url)]
    forward: Option<Uri>,
    /// How far from now a timestamp may be, both ways, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u64,
}

/// What answers.
struct App {
    receiver: Receiver,
    json: bool,
    forward: Option<(Uri, Outward)>,
}

pub(super) async fn run(args: &Args) -> Result<(), Failure> {
    let app = Arc::new(App {
        receiver: args.secrets.verifier(args.tolerance)?.into(),
        json: args.json,
        forward: args.forward.clone().map(|url| (url, Outward::new(FORWARD))),
    });
    let failed = |error| Failure::usage(address::flag(&args.listen), error);
    let listener = TcpListener::bind(address::resolve(&args.listen)?).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (graceful, mut connections) = (GracefulShutdown::new(), JoinSet::new());
    let served = async {
        announce(address, args.json)?;
        loop {
            tokio::select! {
                accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                    match accepted {
                        Ok((stream, _)) => drop(connections.spawn(serve(&graceful, stream, &app))),
                        Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                    }
                }
                Some(_) = connections.join_next() => {}
            }
        }
    };
    tokio::select! {
        // The signals are caught from the moment on at which the line can be read.
        biased;
        () = stop::requested() => {}
        failed = served => return failed,
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = stop::requested() => {}
        () = tokio::time::sleep(GRACE) => {}
    }
    Ok(())
}

fn announce(address: SocketAddr, json: bool) -> Result<(), Failure> {
    let url = format!("http://{}/", address::here(address));
    if !address.ip().is_loopback() {
        eprintln!("frameio: other machines can reach it at {address}");
    }
    output::line(&if json { json!({ "url": url }).to_string() } else { url })
}

/// One connection, to its end.
fn serve(
    graceful: &GracefulShutdown,
    stream: TcpStream,
    app: &Arc<App>,
) -> impl Future<Output = ()> + Send + 'static + use<> {
    let app = app.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let app = app.clone();
        async move { Ok::<_, Infallible>(app.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(ARRIVAL)
        .serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    // A client that goes away is its own business.
    async move { drop(watched.await) }
}

impl App {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        if request.method() != Method::POST {
            eprintln!("frameio: refused: a {} in place of a POST", request.method());
            let mut response = status(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        match tokio::time::timeout(ARRIVAL, self.receiver.receive(request)).await {
            Ok(Ok((parts, verified))) => self.taken(&parts, &verified).await,
            Ok(Err(rejection)) => {
                eprintln!("frameio: refused: {}", refusal(&rejection));
                rejection.response()
            }
            Err(_) => {
                eprintln!("frameio: refused: the body did not arrive in time");
                status(StatusCode::REQUEST_TIMEOUT)
            }
        }
    }

    /// Prints what is verified, and answers it.
    async fn taken(&self, parts: &request::Parts, verified: &Verified) -> Response<Body> {
        let line = if self.json { told::json(verified) } else { told::text(verified) };
        let known = line.is_ok();
        match line {
            Ok(line) => {
                if let Err(failure) = output::line(&line) {
                    eprintln!("frameio: {}", failure.message);
                }
            }
            Err(error) => eprintln!("frameio: verified, but neither event nor action: {error}"),
        }
        match &self.forward {
            Some((url, outward)) => forward(url, outward, parts, verified).await,
            None if known => status(StatusCode::OK),
            None => status(StatusCode::BAD_REQUEST),
        }
    }
}

/// Sends the same bytes with the same signature to another server.
async fn forward(
    url: &Uri,
    outward: &Outward,
    parts: &request::Parts,
    verified: &Verified,
) -> Response<Body> {
    let mut request = Request::new(Body::from(verified.body().clone()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.clone();
    for name in [CONTENT_TYPE.as_str(), USER_AGENT.as_str(), TIMESTAMP_HEADER, SIGNATURE_HEADER] {
        if let Some(value) = parts.headers.get(name)
            && let Ok(name) = http::HeaderName::try_from(name)
        {
            request.headers_mut().insert(name, value.clone());
        }
    }
    match outward.send(request).await {
        Ok(answer) => {
            let (head, body) = answer.into_parts();
            let mut response = Response::new(body);
            *response.status_mut() = head.status;
            if let Some(kind) = head.headers.get(CONTENT_TYPE) {
                response.headers_mut().insert(CONTENT_TYPE, kind.clone());
            }
            response
        }
        Err(failure) => {
            eprintln!("frameio: --forward {url}: {}", failure.message);
            status(StatusCode::BAD_GATEWAY)
        }
    }
}

fn refusal(rejection: &Rejection) -> String {
    match rejection {
        Rejection::Unverified(error) => reason(error),
        other => other.to_string(),
    }
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
