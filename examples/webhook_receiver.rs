//! Receives webhooks: acknowledges each at once, and fetches its resource in the background.
//!
//! ```console
//! $ cargo run --example webhook_receiver --features webhook
//! $ cargo run --example webhook_receiver --features webhook -- sample   # prints a request to try
//! ```
//!
//! The service repeats a delivery that is not acknowledged within 5 seconds, so the handler only
//! queues the event. A repeated delivery is acknowledged and dropped. If the queue is full, the
//! response is 503, and the service delivers the event later. Ctrl-C stops the server and finishes
//! the queue. Events that must survive a crash belong into a queue on disk.
//!
//! `FRAMEIO_WEBHOOK_SECRET` is the secret that the service returned with the webhook. Default: a
//! made-up secret. Resources are fetched with `FRAMEIO_TOKEN`, from `FRAMEIO_BASE_URL` if it is
//! set; without a token, from a simulator in memory, in which the resource of the sample is
//! missing.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router, middleware};
use frameio::webhook::{
    DeliveryStore, Event, EventType, Fetched, MemoryDeliveries, Rejection, Resource,
    SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER, Verified, Verifier, VerifyLayer,
};
use frameio::{BuildError, Client};
use frameio_sim::Sim;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tower_http::timeout::TimeoutLayer;

const ADDRESS: &str = "127.0.0.1:3000";

/// Maximum number of queued events.
const QUEUE: usize = 1024;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
struct App {
    queue: mpsc::Sender<Event>,
    deliveries: MemoryDeliveries,
}

/// Returns a router that puts verified events into `queue`.
pub(crate) fn router(verifier: Verifier, queue: mpsc::Sender<Event>) -> Router {
    let app = App { queue, deliveries: MemoryDeliveries::default() };
    // Ends requests of slow senders.
    let limit = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(4));
    Router::new()
        .route("/webhooks", post(receive))
        .layer(VerifyLayer::new(verifier))
        .layer(middleware::map_response(log_refused))
        .layer(limit)
        .with_state(app)
}

async fn receive(State(app): State<App>, Extension(verified): Extension<Verified>) -> StatusCode {
    let Ok(event) = verified.event() else { return StatusCode::BAD_REQUEST };
    // Reserves a place first: an event that counts as seen must be in the queue.
    let Ok(place) = app.queue.try_reserve() else { return StatusCode::SERVICE_UNAVAILABLE };
    match app.deliveries.insert(&verified.delivery_key()).await {
        Ok(true) => place.send(event),
        Ok(false) => {}
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
    }
    StatusCode::OK
}

async fn log_refused(response: Response) -> Response {
    if let Some(rejection) = response.extensions().get::<Rejection>() {
        eprintln!("refused: {rejection} ({rejection:?})");
    }
    response
}

/// Fetches the resource of each event until all senders are dropped and the queue is empty; returns
/// the number of events.
pub(crate) async fn work(
    mut queue: mpsc::Receiver<Event>,
    client: Client,
    mut fetched: impl FnMut(&Event, Result<Fetched, frameio::Error>),
) -> usize {
    let mut done = 0;
    while let Some(event) = queue.recv().await {
        let result = client.fetch(&event).await;
        fetched(&event, result);
        done += 1;
    }
    done
}

fn print(event: &Event, fetched: Result<Fetched, frameio::Error>) {
    let kind = &event.kind;
    match fetched {
        Ok(Fetched::File(file)) => println!("{kind}: {} is {}", file.name, file.status),
        Ok(Fetched::Comment(comment)) => println!("{kind}: {}", comment.text),
        Ok(Fetched::Deleted(gone) | Fetched::NotFound(gone)) => {
            println!("{kind}: {} {} is deleted or not found", gone.kind(), gone.id());
        }
        Ok(other) => println!("{kind}: {other:?}"),
        // After the retries of the client.
        Err(error) => eprintln!("{kind}: {error}"),
    }
}

/// Serves until `stop`, then finishes the queue; returns the number of events.
pub(crate) async fn run(
    listener: TcpListener,
    verifier: Verifier,
    client: Client,
    stop: impl Future<Output = ()> + Send + 'static,
    fetched: impl FnMut(&Event, Result<Fetched, frameio::Error>) + Send + 'static,
) -> Result<usize, Error> {
    let (queue, waiting) = mpsc::channel(QUEUE);
    let worker = tokio::spawn(work(waiting, client, fetched));
    let router = router(verifier, queue);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    // The router is dropped, and with it the sender of the queue.
    Ok(worker.await?)
}

/// Returns a command that posts a signed event, valid for 5 minutes.
pub(crate) fn sample(secret: &str) -> Result<String, Error> {
    let event = Event::new(EventType::FileReady, Resource::File("f1".into()), "a1")
        .workspace("w1")
        .project("p1")
        .user("u1");
    let body = serde_json::to_string(&event)?;
    let request = Signer::new(secret)?.request("/webhooks", body.clone())?;
    let mut command = format!("curl -i http://{ADDRESS}/webhooks -d '{body}'");
    for name in ["content-type", TIMESTAMP_HEADER, SIGNATURE_HEADER] {
        let value = request.headers()[name].to_str()?;
        command.push_str(&format!(" \\\n    -H '{name}: {value}'"));
    }
    Ok(command)
}

fn client() -> Result<Client, BuildError> {
    let Ok(token) = std::env::var("FRAMEIO_TOKEN") else {
        return Client::builder().token(Sim::TOKEN).transport(Sim::new()).build();
    };
    let builder = Client::builder().token(token);
    match std::env::var("FRAMEIO_BASE_URL") {
        Ok(url) => builder.base_url(url).build(),
        Err(_) => builder.build(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let secret = std::env::var("FRAMEIO_WEBHOOK_SECRET").unwrap_or_else(|_| "made-up".to_owned());
    if std::env::args().nth(1).as_deref() == Some("sample") {
        println!("{}", sample(&secret)?);
        return Ok(());
    }
    let listener = TcpListener::bind(ADDRESS).await?;
    let sample = sample(&secret)?;
    println!(
        "listening on http://{ADDRESS}/webhooks; stop with Ctrl-C. Try within 5 minutes:\n{sample}"
    );
    let stop = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("cannot listen for Ctrl-C: {error}");
            std::future::pending().await
        }
    };
    let done = run(listener, Verifier::new(secret)?, client()?, stop, print).await?;
    println!("{done} events processed");
    Ok(())
}
