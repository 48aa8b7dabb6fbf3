//! Tests code that uses the client with a mock.
//!
//! ```console
//! $ cargo run --example mocking
//! ```
//!
//! The code takes a `Client`; the test passes one over a closure, which returns one response. For a
//! longer story, use the local Frame.io: see the example `testing`.

use frameio::comments::{CreateComment, ListComments};
use frameio::{AccountId, Body, Client, Error, FileId};
use http::{Request, Response, StatusCode};

/// The code under test: approves a file that has no comments.
async fn approve(client: &Client, account: &AccountId, file: &FileId) -> Result<bool, Error> {
    let comments = client.send(ListComments::new(account, file)).await?;
    if !comments.data.is_empty() {
        return Ok(false);
    }
    client.send(CreateComment::new(account, file, "Approved")).await?;
    Ok(true)
}

/// The test, with one response and no state.
async fn reports_a_missing_file() {
    let client = Client::from_service(tower::service_fn(|request: Request<Body>| async move {
        assert_eq!(request.uri(), "/v4/accounts/a/files/f/comments");
        let body = r#"{"errors":[{"title":"Not Found","detail":"File not found"}]}"#;
        Response::builder().status(StatusCode::NOT_FOUND).body(Body::from(body))
    }));
    let error = approve(&client, &"a".into(), &"f".into()).await.expect_err("the file is missing");
    assert!(error.is_not_found());
    println!("{error}");
}

#[tokio::main]
async fn main() {
    reports_a_missing_file().await;
}
