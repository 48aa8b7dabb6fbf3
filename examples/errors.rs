//! Provokes each kind of error, and shows how to react.
//!
//! ```console
//! $ cargo run --example errors
//! ```

use std::error::Error as _;
use std::time::Duration;

use frameio::files::ShowFile;
use frameio::folders::CreateFolder;
use frameio::users::ShowCurrentUser;
use frameio::{CallOptions, Client, EndpointExt, ErrorKind};
use frameio_sim::{Fault, Sim};
use http::StatusCode;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().build();
    let demo = sim.demo();
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build()?;

    let once = CallOptions::new().max_retries(0);

    // A value beyond a documented limit is refused before anything is sent.
    let folder = CreateFolder::new(&demo.account_id, &demo.root_folder_id).name("");
    show(client.send(folder).await);

    // An error that the service reports.
    show(client.send(ShowFile::new(&demo.account_id, "no-such-file")).await);

    // An error of a proxy between client and service: the body is kept, even if it is HTML.
    sim.inject(Fault::html(StatusCode::BAD_GATEWAY));
    show(client.send(ShowCurrentUser::new().options(once.clone())).await);

    // A success without the documented shape.
    sim.inject(Fault::body(StatusCode::OK, "application/json", r#"{"data":{"id":"1"}}"#));
    show(client.send(ShowCurrentUser::new()).await);

    // A time limit: the error names the limit and its length.
    sim.inject(Fault::delay(Duration::from_secs(5)));
    let impatient = once.clone().timeout(Duration::from_millis(50));
    show(client.send(ShowCurrentUser::new().options(impatient)).await);

    // No server.
    let unreachable = Client::builder().base_url("http://127.0.0.1:9").token("t").build()?;
    show(unreachable.send(ShowCurrentUser::new().options(once.clone())).await);
    Ok(())
}

fn show<T>(result: Result<T, frameio::Error>) {
    let Err(error) = result else { return };
    println!("{error}");
    match error.kind() {
        ErrorKind::Encode => println!("    change the request"),
        ErrorKind::Api if error.is_not_found() => println!("    not found"),
        ErrorKind::Api => println!("    the response has {} bytes", error.body().len()),
        ErrorKind::RateLimited => println!("    try again in {:?}", error.retry_after()),
        _ => println!("    may have been sent: {}", error.may_have_been_sent()),
    }
    if let Some(source) = error.source() {
        println!("    caused by: {source}");
    }
}
