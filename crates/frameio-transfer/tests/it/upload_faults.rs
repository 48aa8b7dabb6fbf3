//! Uploads with failures of the storage or the source.

use std::io::{Read, Seek, SeekFrom, Write};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use frameio::Body;
use frameio::transfer::{TransferErrorKind, Upload};
use frameio_sim::{Fault, Sim};
use http::{Request, Response, StatusCode};
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};

use crate::support::{arrived, builder, content, place, puts, sim, transfers};

#[tokio::test(start_paused = true)]
async fn retries_every_part() {
    for fault in [
        Fault::status(StatusCode::SERVICE_UNAVAILABLE),
        Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 2),
        Fault::status(StatusCode::REQUEST_TIMEOUT),
        Fault::html(StatusCode::BAD_GATEWAY),
        Fault::reset(),
        Fault::reset_in_body(),
    ] {
        let (sim, bytes) = (sim(), content(95));
        let name = fault.to_string();
        sim.inject(fault.on(Sim::UPLOAD_PART).next(10));
        let (account, folder) = place(&sim);
        let upload = Upload::from_bytes(account, folder, "a.mov", bytes.clone());
        let uploaded = transfers(&sim).upload(upload).await.unwrap();
        assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(bytes), "{name}");
        assert_eq!((puts(&sim), uploaded.bytes), (20, 95), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_final_and_explained() {
    let mismatch = "<Error><Code>SignatureDoesNotMatch</Code><Message>c4n4ry</Message></Error>";
    for (fault, kind, text) in [
        (Fault::expired_url(), TransferErrorKind::Expired, "expired"),
        (
            Fault::body(StatusCode::FORBIDDEN, "application/xml", mismatch),
            TransferErrorKind::Refused,
            "media type",
        ),
        (Fault::status(StatusCode::NOT_FOUND), TransferErrorKind::Refused, "404"),
        (Fault::status(StatusCode::BAD_REQUEST), TransferErrorKind::Refused, "400"),
    ] {
        let sim = sim();
        sim.inject(fault.on(Sim::UPLOAD_PART));
        let (account, folder) = place(&sim);
        let upload = Upload::from_bytes(account, folder, "a.mov", content(25)).parts_in_flight(1);
        let error = transfers(&sim).upload(upload).await.unwrap_err();
        assert_eq!((error.kind(), error.part(), error.offset()), (kind, Some(1), Some(0)));
        assert!(error.to_string().contains(text), "{error}");
        assert!(error.status().is_some() && error.file_id().is_some() && error.attempts() == 1);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("X-Amz") && !shown.contains("c4n4ry"), "{shown}");
        assert_eq!(puts(&sim), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn uses_the_media_type_of_the_service() {
    let sim = sim();
    let (account, folder) = place(&sim);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (inner, heads) = (sim.clone(), seen.clone());
    let storage = tower::service_fn(move |request: Request<Body>| {
        heads.lock().unwrap().push(request.headers().clone());
        let mut sim = inner.clone();
        async move { tower::Service::call(&mut sim, request).await }
    });
    let transfers = builder(&sim).storage(storage).build();
    let upload = Upload::from_bytes(account, folder, "a.mov", content(15)).media_type("text/plain");
    transfers.upload(upload).await.unwrap();
    for headers in seen.lock().unwrap().iter() {
        assert_eq!(headers["content-type"], "video/quicktime");
        assert_eq!(headers["x-amz-acl"], "private");
        assert!(headers["content-length"] == "8" || headers["content-length"] == "7");
        assert!(!headers.contains_key("authorization"));
    }
}

#[tokio::test(start_paused = true)]
async fn fails_if_the_storage_stays_down() {
    let sim = sim();
    sim.inject(Fault::status(StatusCode::INTERNAL_SERVER_ERROR).on(Sim::UPLOAD_PART).every(1));
    let (account, folder) = place(&sim);
    let upload = Upload::from_bytes(account, folder, "a.mov", content(5));
    let error = builder(&sim).max_retries(3).build().upload(upload).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::Storage, 4));
    assert!(error.to_string().ends_with("(4 attempts)"), "{error}");
    assert_eq!(puts(&sim), 4);
}

#[tokio::test(start_paused = true)]
async fn detects_a_lost_part() {
    let sim = sim();
    sim.inject(Fault::dropped_part().on(Sim::UPLOAD_PART));
    let (account, folder) = place(&sim);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    std::fs::write(&path, content(25)).unwrap();
    let manifest = directory.path().join("manifest");
    let upload = Upload::from_path(account, folder, &path).manifest(&manifest);
    let transfers = transfers(&sim);
    let error = transfers.upload(upload).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Timeout);
    let statuses = sim.stats().by_operation["files.show_file_upload_status"];
    assert!(statuses < 60, "{statuses} calls in ten minutes");
    // The lost part is unknown, so all parts are sent again.
    let uploaded = transfers.upload(Upload::resume(&manifest)).await.unwrap();
    assert_eq!(uploaded.bytes, 25);
    assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(content(25)));
    assert!(!manifest.exists());
}

#[tokio::test(start_paused = true)]
async fn fails_if_the_source_changes_during_the_upload() {
    for (change, text) in [(0, "truncated"), (1, "grown"), (2, "modified")] {
        let sim = sim();
        let (account, folder) = place(&sim);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.mov");
        std::fs::write(&path, content(95)).unwrap();
        let long_ago = std::time::SystemTime::now() - Duration::from_secs(60);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        let parts = Arc::new(AtomicUsize::new(0));
        let (inner, source) = (sim.clone(), path.clone());
        let storage = tower::service_fn(move |request: Request<Body>| {
            let mut sim = inner.clone();
            let (parts, source) = (parts.clone(), source.clone());
            async move {
                let response = tower::Service::call(&mut sim, request).await;
                if parts.fetch_add(1, Ordering::SeqCst) == 3 {
                    let mut file = std::fs::File::options().write(true).open(source).unwrap();
                    match change {
                        0 => file.set_len(50).unwrap(),
                        1 => file.set_len(100).unwrap(),
                        _ => file.write_all(b"!").unwrap(),
                    }
                }
                response
            }
        });
        let transfers = builder(&sim).storage(storage).build();
        let upload = Upload::from_path(account, folder, &path).parts_in_flight(1);
        let error = transfers.upload(upload).await.unwrap_err();
        assert_eq!((error.kind(), error.part()), (TransferErrorKind::SourceChanged, Some(5)));
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(arrived(&sim, error.file_id().unwrap().as_str()).await, None);
    }
}

/// A reader of a temporary file that fails at an offset.
struct Bad(std::fs::File);

impl AsyncRead for Bad {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.0.stream_position()? >= 40 {
            return Poll::Ready(Err(std::io::Error::other("input/output error")));
        }
        let mut bytes = vec![0; buffer.remaining()];
        let read = self.0.read(&mut bytes)?;
        buffer.put_slice(&bytes[..read]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for Bad {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> std::io::Result<()> {
        self.0.seek(position).map(|_| ())
    }

    fn poll_complete(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<u64>> {
        Poll::Ready(self.0.stream_position())
    }
}

#[tokio::test(start_paused = true)]
async fn reports_a_failing_disk_as_an_error_of_the_source() {
    let sim = sim();
    let (account, folder) = place(&sim);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&content(95)).unwrap();
    let upload = Upload::from_reader(account, folder, "a.mov", Bad(file)).parts_in_flight(1);
    let error = transfers(&sim).upload(upload).await.unwrap_err();
    assert_eq!((error.kind(), error.part()), (TransferErrorKind::Source, Some(5)));
    assert!(error.to_string().contains("input/output error"), "{error}");
    assert!(error.find::<std::io::Error>().is_some());
}

#[tokio::test(start_paused = true)]
async fn fails_if_the_storage_responds_before_the_end_of_a_part() {
    let sim = sim();
    let (account, folder) = place(&sim);
    let rash = tower::service_fn(|request: Request<Body>| async move {
        drop(request);
        Ok::<_, std::convert::Infallible>(Response::new(Body::empty()))
    });
    let transfers = builder(&sim).storage(rash).max_retries(1).build();
    let upload = Upload::from_bytes(account, folder, "a.mov", content(5));
    let error = transfers.upload(upload).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::Storage, 2));
}

#[tokio::test(start_paused = true)]
async fn a_slow_line_does_not_stall() {
    let sim = Sim::new();
    let (account, folder) = place(&sim);
    let inner = sim.clone();
    // Reads a kilobyte per second.
    let slow = tower::service_fn(move |request: Request<Body>| {
        let mut sim = inner.clone();
        async move {
            let (head, mut body) = request.into_parts();
            let mut bytes = Vec::new();
            while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
                let data = frame.unwrap().into_data().unwrap();
                tokio::time::sleep(Duration::from_millis(data.len() as u64)).await;
                bytes.extend_from_slice(&data);
            }
            tower::Service::call(&mut sim, Request::from_parts(head, Body::from(bytes))).await
        }
    });
    let transfers = builder(&sim).storage(slow).max_retries(0).build();
    let upload = Upload::from_bytes(account, folder, "a.mov", content(700_000));
    let uploaded = transfers.upload(upload).await.unwrap();
    assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(content(700_000)));
}
