//! Tests code that uses the client with a mock.
//!
//! ```console
//! $ cargo run --example mocking
//! ```
//!
//! The code takes a `Client`; a test passes one over a closure, which responds to one or two requests.
//! `frameio_sim::samples` has realistic responses. When responses depend on earlier requests, use the
//! simulator: see the example `testing`.

use std::convert::Infallible;

use frameio::comments::{CreateComment, ListComments};
use frameio::{AccountId, Body, Client, Error, FileId};
use frameio_sim::samples;
use http::{Request, StatusCode};

/// The code under test: approves a file that has no comments.
async fn approve(client: &Client, account: &AccountId, file: &FileId) -> Result<bool, Error> {
    let comments = client.send(ListComments::new(account, file)).await?;
    if !comments.data.is_empty() {
        return Ok(false);
    }
    client.send(CreateComment::new(account, file, "Approved")).await?;
    Ok(true)
}

/// Mocks two calls.
async fn approves_a_file_without_comments() {
    let client = Client::from_service(tower::service_fn(|request: Request<Body>| async move {
        assert_eq!(request.uri(), "/v4/accounts/a/files/f/comments");
        Ok::<_, Infallible>(match request.method().as_str() {
            "GET" => samples::page([]),
            _ => samples::response(samples::comment()),
        })
    }));
    let approved = approve(&client, &"a".into(), &"f".into()).await.expect("both calls succeed");
    assert!(approved);
    println!("approved a file without comments");
}

/// Mocks a list with one item.
async fn leaves_a_file_with_comments() {
    let client = Client::from_service(tower::service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(samples::page([samples::comment()]))
    }));
    let approved = approve(&client, &"a".into(), &"f".into()).await.expect("the call succeeds");
    assert!(!approved);
    println!("left a file with comments");
}

/// Mocks an error.
async fn reports_a_missing_file() {
    let client = Client::from_service(tower::service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(samples::error(StatusCode::NOT_FOUND, "File not found"))
    }));
    let error = approve(&client, &"a".into(), &"f".into()).await.expect_err("the file is missing");
    assert!(error.is_not_found());
    println!("{error}");
}

#[tokio::main]
async fn main() {
    approves_a_file_without_comments().await;
    leaves_a_file_with_comments().await;
    reports_a_missing_file().await;
}
