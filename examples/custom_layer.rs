//! Adds a layer around each call, and one around each attempt.
//!
//! ```console
//! $ cargo run --example custom_layer
//! ```
//!
//! A call is one operation, however many attempts it takes. Here, the call layers count calls and
//! limit them to four at a time; the attempt layer adds a header to each attempt.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use frameio::endpoint::Attempts;
use frameio::users::ShowCurrentUser;
use frameio::{Body, Client};
use frameio_sim::{Fault, Sim};
use http::{HeaderValue, Request, StatusCode};
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::util::MapRequestLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().build();
    sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE));

    let calls = Arc::new(AtomicU32::new(0));
    let count = {
        let calls = calls.clone();
        MapRequestLayer::new(move |request: Request<Body>| {
            calls.fetch_add(1, Relaxed);
            request
        })
    };
    let stamp = MapRequestLayer::new(|mut request: Request<Body>| {
        let attempt = request.extensions().get::<Attempts>().map_or(1, |attempts| attempts.0);
        request.headers_mut().insert("x-attempt", HeaderValue::from(attempt));
        request
    });

    let client = Client::builder()
        .token(Sim::TOKEN)
        .transport(sim.clone())
        // The `Global…` layer shares its permits among all services created by it.
        .call_layer(ServiceBuilder::new().layer(GlobalConcurrencyLimitLayer::new(4)).layer(count))
        .attempt_layer(stamp)
        .build()?;

    let user = client.send(ShowCurrentUser::new()).await?;
    println!("signed in as {}, {} call(s)", user.name, calls.load(Relaxed));
    for request in sim.requests() {
        println!(
            "  {} {}: {:?} (x-attempt: {:?})",
            request.method, request.path, request.status, request.headers["x-attempt"]
        );
    }
    Ok(())
}
