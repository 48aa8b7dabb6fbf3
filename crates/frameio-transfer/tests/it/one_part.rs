//! An API that creates a file with one part and a configurable signed URL.

use std::time::Duration;

use frameio::layers::Backoff;
use frameio::transfer::{Transfers, TransfersBuilder, Upload};
use frameio::{Body, Client};
use http::{Request, Response};

/// Creates transfers on an API whose only file has one part of ten bytes at `url`.
pub(crate) fn builder(url: &str) -> TransfersBuilder {
    let file = format!(
        r#"{{"data":{{"id":"f","project_id":"p","parent_id":"d","name":"a.mov","type":"file",
        "status":"created","file_size":10,"media_type":"video/quicktime","view_url":"v",
        "upload_urls":[{{"size":10,"url":"{url}/part?X-Amz-Signature=c4n4ry"}}],
        "created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}}}"#
    );
    let status = r#"{"data":{"id":"f","filetype":"video/quicktime","upload_complete":true,
        "upload_failed":false,"upload_completed_at":null,"uploaded_at":null}}"#;
    let api = tower::service_fn(move |request: Request<Body>| {
        let body =
            if request.method() == http::Method::POST { file.clone() } else { status.into() };
        async move { Ok::<_, std::convert::Infallible>(Response::new(Body::from(body))) }
    });
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(1));
    Transfers::builder(Client::from_service(api))
        .backoff(backoff)
        .max_retries(3)
        .allow_loopback(true)
}

pub(crate) fn upload() -> Upload {
    Upload::from_bytes("a", "d", "a.mov", "ten bytes!")
}
