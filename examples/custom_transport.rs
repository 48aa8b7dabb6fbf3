//! Replaces the transport by another HTTP client: any tower service of `http::Request<Body>`.
//!
//! ```console
//! $ cargo run --example custom_transport
//! ```
//!
//! Here it is hyper's pooled client, bound to a local address, for which the built-in transport has
//! no setting. Auth, quota, retry and spans stay the same.

use frameio::layers::{TransportError, TransportStage};
use frameio::users::ShowCurrentUser;
use frameio::{Body, Client};
use frameio_sim::Sim;
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use tower::ServiceExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().build().serve().await?;

    let mut connector = HttpConnector::new();
    connector.set_local_address(Some("127.0.0.1".parse()?));
    let transport = legacy::Client::builder(TokioExecutor::new())
        .build::<_, Body>(connector)
        // Retries depend on how far a failed request got. Other errors count as possibly sent.
        .map_err(|error| {
            let stage = match error.is_connect() {
                true => TransportStage::Connect,
                false => TransportStage::Sent,
            };
            TransportError::new(stage, error)
        });

    let client =
        Client::builder().base_url(sim.url()).token(Sim::TOKEN).transport(transport).build()?;
    println!("{}", client.send(ShowCurrentUser::new()).await?.name);
    Ok(())
}
