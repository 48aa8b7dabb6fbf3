//! Testing one's own integration against the simulator: what it did, what it does when things go
//! wrong, and what it does when time passes.
//!
//! ```console
//! $ cargo run --example testing
//! ```
//!
//! In a project of one's own `frameio-sim` is a dev-dependency, and each of these a `#[tokio::test]`.

use std::time::Duration;

use frameio::comments::{CreateComment, ListComments};
use frameio::files::CreateLocalUpload;
use frameio::{AccountId, Client, Error, FileId};
use frameio_sim::{Fault, Sim};
use futures_util::TryStreamExt;
use http::StatusCode;

/// The integration: says on a file that it was checked, once.
async fn mark_as_checked(client: &Client, account: &AccountId, file: &FileId) -> Result<(), Error> {
    let comments = client.items(ListComments::new(account, file));
    let texts: Vec<_> = comments.map_ok(|comment| comment.text).try_collect().await?;
    if !texts.iter().any(|text| text == "checked") {
        client.send(CreateComment::new(account, file, "checked")).await?;
    }
    Ok(())
}

/// A simulator with one file in it, and a client of it: no socket, no waiting for quotas.
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
    // What it did: run twice, it comments once.
    let (sim, client, account, file) = with_a_file().await?;
    mark_as_checked(&client, &account, &file).await?;
    mark_as_checked(&client, &account, &file).await?;
    let asked: Vec<_> = sim.requests().iter().filter_map(|request| request.operation).collect();
    assert_eq!(asked, ["comments.index", "comments.create", "comments.index"]);
    println!("asked for {asked:?}");

    // When things go wrong: a service that is busy is asked again, after a second.
    let (sim, client, account, file) = with_a_file().await?;
    sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).on("comments.index").next(1));
    mark_as_checked(&client, &account, &file).await?;
    assert_eq!(sim.requests().len(), 3);

    // ... and a refusal is an error that tells whose.
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("comments.index").next(1));
    let error = mark_as_checked(&client, &account, &file).await.err().ok_or("no error")?;
    assert!(error.is_forbidden() && error.operation() == Some("comments.index"));
    println!("refused: {error}");

    // When time passes: nothing here sleeps, so neither does the test.
    let before = sim.clock().now();
    sim.clock().advance(Duration::from_secs(24 * 3600));
    mark_as_checked(&client, &account, &file).await?;
    assert_eq!(sim.requests().last().map(|it| it.time >= before), Some(true));
    Ok(())
}
