//! How to test code that uses the client.
//!
//! ```console
//! $ cargo run --example mocking
//! ```
//!
//! Code takes a `Client`; a test gives it one over a service of its own. For one answer, a closure
//! is enough. For a story there is the local Frame.io: see the example `testing`.

use frameio::comments::{CreateComment, ListComments};
use frameio::{AccountId, Body, Client, Error, FileId};
use http::{Request, Response, StatusCode};

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

#[tokio::main]
async fn main() {
    a_missing_file_is_an_error().await;
}
