//! Declares and calls an operation that the SDK does not have.
//!
//! ```console
//! $ cargo run --example custom_endpoint
//! ```

use frameio::{AccountId, Body, Client, Endpoint, FolderId, Json};
use http::{Request, Response};

/// Pins a folder to the top of its project.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(
    PUT "/v4/accounts/{account_id}/folders/{folder_id}/pin",
    id = "folders.pin", response = Json<serde_json::Value>, quota = "10/min",
)]
#[non_exhaustive]
pub struct PinFolder {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to pin.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Label of the pin, 1 to 40 characters.
    #[endpoint(body, len = 1..=40)]
    pub label: String,
    /// Position among the pins. Default: the last one.
    #[endpoint(body)]
    pub position: Option<u32>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_service(tower::service_fn(|request: Request<Body>| async move {
        println!("{} {}", request.method(), request.uri());
        println!("{}", String::from_utf8_lossy(request.body().as_bytes().unwrap_or_default()));
        Ok::<_, frameio::BoxError>(Response::new(Body::from(r#"{"data":{"position":1}}"#)))
    }));
    let pin = client.send(PinFolder::new("account", "folder", "Dailies").position(1)).await?;
    println!("{}", pin.0);

    let error = client.send(PinFolder::new("account", "folder", "")).await;
    println!("{}", error.expect_err("the label is empty"));
    Ok(())
}
