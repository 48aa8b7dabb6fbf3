//! A receiver of webhooks: it acknowledges at once and works in a queue.
//!
//! ```console
//! $ cargo run -p frameio-webhook --example webhook_receiver
//! $ cargo run -p frameio-webhook --example webhook_receiver -- sample   # another line to try it with
//! ```
//!
//! The service waits for 5 seconds and then delivers again, so nothing is done before the answer. A
//! delivery that comes again is acknowledged and not worked on twice. When the queue is full the
//! answer is 503, and the service keeps the event for us by delivering it later. Ctrl-C stops
//! taking requests, finishes what is queued, and ends.
//!
//! `FRAMEIO_WEBHOOK_SECRET` is the secret that came with the webhook; without it a made-up one is
//! used.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router, middleware};
use frameio_webhook::{
    DeliveryStore, Event, EventType, MemoryDeliveries, Rejection, Resource, SIGNATURE_HEADER,
    Signer, TIMESTAMP_HEADER, Verified, Verifier, VerifyLayer,
};
use tokio::sync::mpsc;
use tower_http::timeout::TimeoutLayer;

const ADDRESS: &str = "127.0.0.1:3000";

/// Events that wait for the worker, at most.
const QUEUE: usize = 1024;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
struct App {
    queue: mpsc::Sender<Event>,
    deliveries: MemoryDeliveries,
}

/// Takes events into `queue`.
pub(crate) fn router(verifier: Verifier, queue: mpsc::Sender<Event>) -> Router {
    let app = App { queue, deliveries: MemoryDeliveries::default() };
    // Whoever sends slowly is not waited for.
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
    // A place first: what is noted as seen has to be in the queue.
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

/// Works on one event after the other, until nobody can send any more and none are left.
pub(crate) async fn work(mut queue: mpsc::Receiver<Event>) -> usize {
    let mut done = 0;
    while let Some(event) = queue.recv().await {
        // There are only ids in it: here a program asks the API for what they name.
        match (&event.kind, event.resource()) {
            (EventType::FileReady, Resource::File(id)) => println!("file {id} can be watched"),
            (kind, resource) => println!("{kind}: {} {}", resource.kind(), resource.id()),
        }
        done += 1;
    }
    done
}

/// A command that posts a signed event, good for five minutes.
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

#[tokio::main]
async fn main() -> Result<(), Error> {
    let secret = std::env::var("FRAMEIO_WEBHOOK_SECRET").unwrap_or_else(|_| "made up".to_owned());
    if std::env::args().nth(1).as_deref() == Some("sample") {
        println!("{}", sample(&secret)?);
        return Ok(());
    }
    let (queue, waiting) = mpsc::channel(QUEUE);
    let router = router(Verifier::new(secret.as_str())?, queue);
    let worker = tokio::spawn(work(waiting));

    let listener = tokio::net::TcpListener::bind(ADDRESS).await?;
    println!(
        "http://{ADDRESS}/webhooks; Ctrl-C ends it. Within five minutes:\n{}",
        sample(&secret)?
    );
    let stop = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("no Ctrl-C here: {error}");
            std::future::pending().await
        }
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    // The router is gone, and with it the sender of the queue.
    println!("{} events were worked on", worker.await?);
    Ok(())
}
