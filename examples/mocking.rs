//! How to test code that uses the client.
//!
//! ```console
//! $ cargo run --example mocking
//! ```
//!
//! Code takes a `Client`; a test gives it one over a service of its own. For one answer, a closure
//! is enough. For a story, the local Frame.io keeps state, checks requests and records them.

use frameio::comments::{CreateComment, ListComments};
use frameio::files::CreateLocalUpload;
use frameio::{AccountId, Body, Client, Error, FileId};
use frameio_sim::Sim;
use http::{Method, Request, Response, StatusCode};

/// The code under test: approves a file unless somebody commented on it.
async fn approve(client: &Client, account: &AccountId, file: &FileId) -> Result<bool, Error> {
    let comments = client.send(ListComments::new(account, file)).await?;
    if !comments.data.is_empty() {
        return Ok(false);
    }
    client.send(CreateComment::new(account, file, "Approved")).await?;
    Ok(true)
}

/// With a closure: exactly one answer, no server, no state.
async fn a_missing_file_is_an_error() {
    let client = Client::from_service(tower::service_fn(|request: Request<Body>| async move {
        assert_eq!(request.uri(), "/v4/accounts/a/files/f/comments");
        let answer = r#"{"errors":[{"title":"Not Found","detail":"File not found"}]}"#;
        Response::builder().status(StatusCode::NOT_FOUND).body(Body::from(answer))
    }));
    let error = approve(&client, &"a".into(), &"f".into()).await.expect_err("there is no file");
    assert!(error.is_not_found());
    println!("closure: {error}");
}

/// With the local Frame.io: the whole stack, and the state of a service behind it.
async fn a_file_is_approved_once() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().build();
    let demo = sim.demo().clone();
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build()?;
    let upload = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, "cut.mov", 3);
    let file = client.send(upload).await?;

    assert!(approve(&client, &demo.account_id, &file.id).await?);
    assert!(!approve(&client, &demo.account_id, &file.id).await?);
    let requests = sim.requests();
    let posts = requests.iter().filter(|r| r.method == Method::POST).count();
    assert_eq!(posts, 2, "one upload, one comment");
    println!("local Frame.io: {} requests, {posts} of them POST", requests.len());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    a_missing_file_is_an_error().await;
    a_file_is_approved_once().await
}
