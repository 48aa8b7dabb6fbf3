//! Embeds the client in a web backend whose handlers share one quota, one token and one pool.
//!
//! ```console
//! $ cargo run --example axum_backend
//! $ curl http://127.0.0.1:3000/folders/FOLDER/files
//! ```
//!
//! The client is part of the router's state; a clone for each request is cheap, and all clones
//! spend from the same quota. If the quota has no room in time, the browser gets a `Retry-After` at
//! once instead of waiting.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use frameio::files::{ListFiles, ShowFile};
use frameio::{AccountId, Client, FileId, FolderId};
use frameio_sim::Sim;

#[derive(Clone)]
struct Backend {
    client: Client,
    account: AccountId,
}

/// Response to a browser when a call fails.
struct Failure(frameio::Error);

impl From<frameio::Error> for Failure {
    fn from(error: frameio::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = self.0;
        tracing::warn!(%error, "call failed");
        let status = match error.status() {
            Some(StatusCode::NOT_FOUND) => StatusCode::NOT_FOUND,
            _ if error.is_rate_limited() || error.is_timeout() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        };
        let mut headers = HeaderMap::new();
        if let Some(wait) = error.retry_after() {
            let seconds = wait.as_secs_f64().ceil() as u64;
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        (status, headers, "the media service is unavailable").into_response()
    }
}

async fn list_files(
    State(backend): State<Backend>,
    Path(folder): Path<String>,
) -> Result<Json<Vec<String>>, Failure> {
    let mut files = backend.client.items(ListFiles::new(backend.account, FolderId::from(folder)));
    let mut names = Vec::new();
    while let Some(file) = files.next().await {
        names.push(file?.name().to_owned());
    }
    Ok(Json(names))
}

async fn show_file(
    State(backend): State<Backend>,
    Path(file): Path<String>,
) -> Result<Json<frameio::files::File>, Failure> {
    let file = backend.client.send(ShowFile::new(backend.account, FileId::from(file))).await?;
    Ok(Json(file))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let sim = Sim::builder().build();
    let demo = sim.demo();
    let client = Client::builder()
        .token(Sim::TOKEN)
        .transport(sim)
        // A browser does not wait for ten minutes.
        .deadline(Duration::from_secs(10))
        .build()?;
    let backend = Backend { client, account: demo.account_id };
    let router = Router::new()
        .route("/folders/{folder}/files", get(list_files))
        .route("/files/{file}", get(show_file))
        .with_state(backend);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://{}/folders/{}/files", listener.local_addr()?, demo.root_folder_id);
    axum::serve(listener, router).await?;
    Ok(())
}
