//! What an error tells, and what to do about it.
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

    // A value that the service is known to refuse is not even sent.
    let folder = CreateFolder::new(&demo.account_id, &demo.root_folder_id).name("");
    show(client.send(folder).await);

    // The service's own errors, with pointers into the request.
    show(client.send(ShowFile::new(&demo.account_id, "no-such-file")).await);

    // What comes from between: the body is kept, whatever it is.
    sim.inject(Fault::html(StatusCode::BAD_GATEWAY));
    show(client.send(ShowCurrentUser::new().options(once.clone())).await);

    // Something that is no answer to the question.
    sim.inject(Fault::body(StatusCode::OK, "application/json", r#"{"data":{"id":"1"}}"#));
    show(client.send(ShowCurrentUser::new()).await);

    // Which limit was reached, and after how long.
    sim.inject(Fault::delay(Duration::from_secs(5)));
    let impatient = once.clone().timeout(Duration::from_millis(50));
    show(client.send(ShowCurrentUser::new().options(impatient)).await);

    // Nobody there.
    let nowhere = Client::builder().base_url("http://127.0.0.1:9").token("t").build()?;
    show(nowhere.send(ShowCurrentUser::new().options(once.clone())).await);
    Ok(())
}

fn show<T>(result: Result<T, frameio::Error>) {
    let Err(error) = result else { return };
    println!("{error}");
    match error.kind() {
        ErrorKind::Encode => println!("    the request has to change before it is sent"),
        ErrorKind::Api if error.is_not_found() => println!("    there is no such thing"),
        ErrorKind::Api => println!("    the answer was {} bytes", error.body().len()),
        ErrorKind::RateLimited => println!("    again in {:?}", error.retry_after()),
        _ => println!("    may have been sent: {}", error.may_have_been_sent()),
    }
    if let Some(source) = error.source() {
        println!("    because: {source}");
    }
}
