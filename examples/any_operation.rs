//! Calls any operation by its documented name, with JSON, for tools that do not know at compile
//! time which operations they call.
//!
//! ```console
//! $ cargo run --features dynamic --example any_operation
//! $ cargo run --features dynamic --example any_operation -- workspaces.index '{"account_id": "…"}'
//! ```
//!
//! Without `FRAMEIO_TOKEN`, it starts a local Frame.io and calls that.

use frameio::endpoint::dynamic::nearest;
use frameio::{CallOptions, Catalog, Client, Operation};
use frameio_sim::Sim;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "accounts.index".to_owned());
    let input = arguments.next().unwrap_or_else(|| r#"{"page_size": 10}"#.to_owned());

    let Some(operation) = Operation::find(&name) else {
        let all = Operation::all().map(|operation| operation.id);
        let hint = nearest(&name, all).unwrap_or("accounts.index");
        return Err(format!("unknown operation '{name}': did you mean '{hint}'?").into());
    };
    println!("{} {}, {}", operation.method, operation.path, operation.quota);
    for parameter in operation.schema().parameters {
        println!("  {:?} {}: required {}", parameter.location, parameter.name, parameter.required);
    }

    // The JSON becomes a typed request, so a wrong name or value is reported before anything is
    // sent.
    let request = operation.request(&serde_json::from_str(&input)?, &CallOptions::new())?;
    let server = Sim::new().serve().await?;
    let client = match std::env::var("FRAMEIO_TOKEN") {
        Ok(token) => Client::new(token)?,
        Err(_) => Client::builder().base_url(server.url()).token(Sim::TOKEN).build()?,
    };
    println!("{:#}", client.send_json(request).await?);
    Ok(())
}
