//! `frameio record`: records the traffic of a program through a local proxy.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::body::Body as AxumBody;
use axum::extract::State;
use axum::http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use frameio::layers::HttpService;
use frameio::{Body, BoxError, Client, Secret};
use frameio_cassette::{Cassette, RecordLayer, Recorder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tower_layer::Layer;

use crate::args::GlobalArgs;
use crate::exit::{Failure, Status, io_reason};
use crate::report::Reporter;
use crate::server::Limits;
use crate::shutdown;

pub(super) const HELP: &str = "\
Runs COMMAND with FRAMEIO_BASE_URL and FRAMEIO_TOKEN set to a proxy on this machine, which calls the
service with your credentials and records every request and response. The command never gets your token;
it gets a random one, which is valid until the end of the run. Requests to signed URLs of the storage do not
pass through the proxy.

FILE has one JSON object in each line, and is readable only by you. Names, email addresses, IDs, texts,
tokens and links are replaced, the same one always by the same replacement. Sizes, dates, durations and
numbers are kept: read the file before you publish it.

Examples:
  frameio record -o list.jsonl -- frameio ls '/Film/The Crossing/Dailies'
  frameio record -o script.jsonl -- python3 report.py
  frameio verify --from list.jsonl                         compare the responses with the contract
  frameio sim --cassette list.jsonl                        a simulator with the recorded tree";

/// Limits of the proxy.
const LIMITS: Limits = Limits { connections: 256, arrival: Duration::from_secs(30) };

/// Maximum size of a request, in bytes.
const MAX_REQUEST: usize = 64 << 20;

/// Time for the command to end after Ctrl-C.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File to write; an existing one is replaced
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Command to run, with its arguments
    #[arg(value_name = "COMMAND", required = true, last = true)]
    command: Vec<OsString>,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let unwritable = |error| Failure::file("write", &args.output, &error);
    // Created at the start, so that an unwritable file is reported before there is traffic to lose.
    if !args.output.exists() {
        Cassette::default().write(&args.output).map_err(unwritable)?;
    }
    let recorder = Recorder::new();
    let token = Secret::from(format!("frameio-record-{}", random()?));
    let proxy = Proxy {
        token: token.clone(),
        upstream: HttpService::new(RecordLayer::new(&recorder).layer(forward(client(global)?))),
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let failed = |error| {
        Failure::new(Status::Other, format!("cannot start the proxy: {}", io_reason(&error)))
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let router = Router::new().fallback(handle).with_state(proxy);
    let (ended, stop) = oneshot::channel::<()>();
    let served = LIMITS.serve(listener, router, || Ok(()), async {
        drop(stop.await);
    });
    let command = async {
        let result = execute(args, address, &token).await;
        drop(ended);
        result
    };
    let (served, result) = tokio::join!(served, command);
    let cassette = recorder.cassette();
    cassette.write(&args.output).map_err(unwritable)?;
    let note =
        format!("recorded {} requests in '{}'", cassette.exchanges().len(), args.output.display());
    Reporter::text().note(&note);
    if cassette.dropped() > 0 {
        let message =
            format!("{} further requests exceeded the size of a cassette", cassette.dropped());
        Reporter::text().note(&message);
    }
    result.and(served)
}

/// Creates the client for the service. The command decides about retries and quotas.
fn client(global: &GlobalArgs) -> Result<Client, Failure> {
    let (_, profile, credentials) = global.credentials()?;
    let builder = global.client_builder(&profile, credentials.sign(Client::builder()))?;
    let builder = builder.max_retries(0).rate_limit(None);
    builder.build().map_err(|error| Failure::usage(error.to_string()))
}

fn random() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::new(Status::Other, format!("cannot create a token for the proxy: {error}"))
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Runs the command, and waits for its end.
async fn execute(args: &Args, address: SocketAddr, token: &Secret) -> Result<(), Failure> {
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Failure::usage("no command given"));
    };
    let name = program.to_string_lossy();
    let mut child = Command::new(program)
        .args(arguments)
        .env("FRAMEIO_BASE_URL", format!("http://{address}"))
        .env("FRAMEIO_TOKEN", token.expose())
        // Secrets of this process are not for the command.
        .env_remove("FRAMEIO_CLIENT_ID")
        .env_remove("FRAMEIO_CLIENT_SECRET")
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Failure::usage(format!("cannot run '{name}': {}", io_reason(&error))))?;
    let status = wait(&mut child).await.map_err(|error| {
        Failure::new(Status::Other, format!("cannot wait for '{name}': {}", io_reason(&error)))
    })?;
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Failure::new(Status::Other, format!("'{name}' failed: {status}"))),
        None => Err(Failure::reported(Status::Interrupted)),
    }
}

/// Waits for the command. After a request to stop, it has a few seconds; `None` if it was killed.
async fn wait(child: &mut Child) -> std::io::Result<Option<std::process::ExitStatus>> {
    tokio::select! {
        status = child.wait() => return status.map(Some),
        () = shutdown::requested() => {}
    }
    // Ctrl-C reaches the command too.
    if let Ok(status) = tokio::time::timeout(GRACE, child.wait()).await {
        return status.map(Some);
    }
    child.kill().await?;
    Ok(None)
}

/// Sends requests with the client, as a service that can be recorded.
fn forward(client: Client) -> impl frameio::layers::Transport {
    tower::service_fn(move |request: Request<Body>| {
        let response = client.request(request);
        async move {
            let response = response.await.map_err(BoxError::from)?;
            Ok::<_, BoxError>(response.map(Body::from))
        }
    })
}

#[derive(Clone)]
struct Proxy {
    /// Token of the command: other programs of this machine must not use the credentials.
    token: Secret,
    upstream: HttpService,
}

/// Headers that belong to one connection, or that the client sets itself.
const OWN_HEADERS: [HeaderName; 8] = [
    ACCEPT_ENCODING,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    HOST,
    TRANSFER_ENCODING,
    UPGRADE,
];

fn without_own(mut headers: HeaderMap) -> HeaderMap {
    for name in OWN_HEADERS {
        headers.remove(name);
    }
    headers
}

/// Forwards a request of the command.
async fn handle(State(proxy): State<Proxy>, request: Request<AxumBody>) -> Response<AxumBody> {
    let (parts, body) = request.into_parts();
    let bearer = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer "));
    if token.is_none_or(|token| Secret::from(token.to_owned()) != proxy.token) {
        return refused(StatusCode::UNAUTHORIZED, "not the token of this recording");
    }
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if !path.starts_with("/v4/") {
        return refused(StatusCode::NOT_FOUND, "only routes of the API are forwarded");
    }
    let Ok(bytes) = axum::body::to_bytes(body, MAX_REQUEST).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large or broken");
    };
    let mut upstream = Request::new(Body::from(bytes));
    *upstream.method_mut() = parts.method;
    if let Ok(uri) = path.parse() {
        *upstream.uri_mut() = uri;
    }
    *upstream.headers_mut() = without_own(parts.headers);
    match tower::ServiceExt::oneshot(proxy.upstream, upstream).await {
        Ok(response) => {
            let (mut parts, body) = response.into_parts();
            parts.headers = without_own(parts.headers);
            Response::from_parts(parts, AxumBody::new(body))
        }
        Err(error) => refused(StatusCode::BAD_GATEWAY, &error.to_string()),
    }
}

/// Responds in the JSON format of the API.
fn refused(status: StatusCode, detail: &str) -> Response<AxumBody> {
    let body = json!({"errors": [{"detail": format!("frameio record: {detail}")}]});
    let mut response = Response::new(AxumBody::from(body.to_string()));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}
