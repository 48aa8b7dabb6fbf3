//! Tests an integration against the simulator: its requests, its behaviour on failures, and over
//! time.
//!
//! ```console
//! $ cargo run --example testing
//! ```
//!
//! In your project, `frameio-sim` is a dev-dependency, and each part a `#[tokio::test]`.

use std::time::Duration;

use frameio::comments::{CreateComment, ListComments};
use frameio::files::CreateLocalUpload;
use frameio::{AccountId, Client, Error, FileId};
use frameio_sim::{Fault, Sim};
use futures_util::TryStreamExt;
use http::StatusCode;

/// The integration: comments on a file that it was checked, once.
async fn mark_as_checked(client: &Client, account: &AccountId, file: &FileId) -> Result<(), Error> {
    let comments = client.items(ListComments::new(account, file));
    let texts: Vec<_> = comments.map_ok(|comment| comment.text).try_collect().await?;
    if !texts.iter().any(|text| text == "checked") {
        client.send(CreateComment::new(account, file, "checked")).await?;
    }
    Ok(())
}

/// Creates a simulator with one file, and a client of it, without a socket or quotas.
async fn with_a_file() -> Result<(Sim, Client, AccountId, FileId), Box<dyn std::error::Error>> {
    let sim = Sim::builder().quotas(false).build();
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build()?;
    let demo = sim.demo();
    let upload = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, "a.mov", 7_u64);
    let file = client.send(upload).await?;
    sim.clear_requests();
    Ok((sim, client, demo.account_id, file.id))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The requests: run twice, it comments once.
    let (sim, client, account, file) = with_a_file().await?;
    mark_as_checked(&client, &account, &file).await?;
    mark_as_checked(&client, &account, &file).await?;
    let called: Vec<_> = sim.requests().iter().filter_map(|request| request.operation).collect();
    assert_eq!(called, ["comments.index", "comments.create", "comments.index"]);
    println!("called {called:?}");

    // Failures: a 503 is repeated, after a pause.
    let (sim, client, account, file) = with_a_file().await?;
    sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).on("comments.index").next(1));
    mark_as_checked(&client, &account, &file).await?;
    assert_eq!(sim.requests().len(), 3);

    // A refusal is an error that names the operation.
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("comments.index").next(1));
    let error = mark_as_checked(&client, &account, &file).await.err().ok_or("no error")?;
    assert!(error.is_forbidden() && error.operation() == Some("comments.index"));
    println!("refused: {error}");

    // Time: the simulator's clock moves by a day at once.
    let before = sim.clock().now();
    sim.clock().advance(Duration::from_secs(24 * 3600));
    mark_as_checked(&client, &account, &file).await?;
    assert_eq!(sim.requests().last().map(|it| it.time >= before), Some(true));
    Ok(())
}
