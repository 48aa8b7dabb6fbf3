//! Limits of downloads from misbehaving storages.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use frameio::Body;
use frameio::transfer::{Rendition, TransferErrorKind};
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;

use crate::download::{download, names, sim, uploaded};
use crate::signed_http::Storage;
use crate::support::{builder, content};

/// Responds with chunks of one byte, with a wait before each.
fn trickle(wait: Duration, announced: Option<usize>) -> Response<Body> {
    let chunks = stream::repeat(()).then(move |()| async move {
        tokio::time::sleep(wait).await;
        Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"x")))
    });
    let mut response = Response::builder().header("etag", "\"one\"");
    if let Some(size) = announced {
        response = response.header("content-length", size);
    }
    let body = match announced {
        Some(size) => Body::stream(StreamBody::new(Box::pin(chunks.take(size)))),
        None => Body::stream(StreamBody::new(Box::pin(chunks))),
    };
    response.body(body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn fails_below_the_minimum_rate() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 100_000).await;
    let directory = tempfile::tempdir().unwrap();
    let service = tower::service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(trickle(Duration::from_secs(59), Some(100_000)))
    });
    let transfers = builder(&sim).storage(service).max_retries(2).build();
    let get = download(&sim, &id, &directory.path().join("a.mov"));
    let start = tokio::time::Instant::now();
    let error = transfers.download(get.clone()).await.unwrap_err();
    assert!(error.to_string().contains("bytes received in"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(3600), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn accepts_a_slow_storage_without_a_minimum_rate() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 20).await;
    let directory = tempfile::tempdir().unwrap();
    let service = tower::service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(trickle(Duration::from_secs(59), Some(20)))
    });
    let transfers = builder(&sim).storage(service).min_download_rate(0).build();
    let get = download(&sim, &id, &directory.path().join("a.mov"));
    assert_eq!(transfers.download(get).await.unwrap().size, 20);
}

#[tokio::test(start_paused = true)]
async fn fails_if_every_attempt_receives_one_byte() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 3_000).await;
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::of(content(3_000));
    storage.set(|state| state.sends = Some(1));
    let service = {
        let storage = storage.clone();
        tower::service_fn(move |request| storage.clone().response(request))
    };
    let transfers = builder(&sim).storage(service).build();
    let get = download(&sim, &id, &directory.path().join("a.mov"));
    let error = transfers.download(get).await.unwrap_err();
    assert_eq!(error.attempts(), 11, "{error}");
    assert!(storage.requested().len() < 20);
}

#[tokio::test(start_paused = true)]
async fn refuses_content_above_the_maximum_size() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 1_000).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let endless = tower::service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(trickle(Duration::ZERO, None))
    });
    let transfers = builder(&sim).storage(endless).build();
    let get = download(&sim, &id, &path).rendition(Rendition::Thumbnail).max_size(500);
    let error = transfers.download(get).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::TooLarge);
    assert!(error.to_string().contains("exceeds the limit of 500 bytes"), "{error}");

    let transfers = crate::support::transfers(&sim);
    let error = transfers.download(download(&sim, &id, &path).max_size(999)).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::TooLarge, "{error}");
    assert_eq!(names(directory.path()), <[&str; 0]>::default());
    transfers.download(download(&sim, &id, &path).max_size(1_000)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn resumes_with_any_part_size() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 1_000).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let storage = Storage::of(content(1_000));
    storage.set(|state| state.responses = Some(3));
    let service = {
        let storage = storage.clone();
        tower::service_fn(move |request| storage.clone().response(request))
    };
    let transfers = builder(&sim).storage(service).max_retries(0).build();
    let get = download(&sim, &id, &path);
    transfers.download(get.clone().part_size(100)).await.unwrap_err();
    storage.set(|state| state.responses = None);
    let done = transfers.download(get.part_size(u64::MAX)).await.unwrap();
    assert!(done.received < 1_000, "{done:?}");
    assert_eq!(std::fs::read(&path).unwrap(), content(1_000));
}
