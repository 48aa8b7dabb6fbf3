//! Uploads from all kinds of sources.

use std::io::Cursor;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use frameio::comments::CreateComment;
use frameio::files::FileStatus;
use frameio::transfer::{
    Checksum, Digest, Progress, RemoteUpload, TransferErrorKind, Transfers, Upload, WaitFor,
};
use frameio::{Client, FileId};
use frameio_sim::{Fault, Sim};
use futures_util::stream;
use proptest::prelude::*;

use crate::support::{arrived, builder, content, place, puts, sim, transfers};

#[tokio::test(start_paused = true)]
async fn uploads_a_path_in_the_parts_requested_by_the_service() {
    let (sim, bytes) = (sim(), content(95));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    std::fs::write(&path, &bytes).unwrap();
    let (account, folder) = place(&sim);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let report = seen.clone();
    let upload = Upload::from_path(&account, &folder, &path)
        .progress(move |progress: Progress| report.lock().unwrap().push(progress));
    let uploaded = transfers(&sim).upload(upload).await.unwrap();
    assert_eq!((uploaded.file.name.as_str(), uploaded.bytes), ("a.mov", 95));
    assert_eq!(uploaded.file.status, FileStatus::Uploaded);
    assert_eq!(uploaded.file.upload_urls, None);
    assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(bytes));
    assert_eq!(puts(&sim), 10);

    let seen = seen.lock().unwrap();
    let (first, last) = (seen.first().unwrap(), seen.last().unwrap());
    assert_eq!((first.bytes, first.parts, first.total, first.total_parts), (0, 0, Some(95), 10));
    assert_eq!((last.bytes, last.parts), (95, 10));
    assert!(seen.is_sorted_by_key(|progress| progress.bytes));
    assert_eq!(last.time_left(), Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn uploads_all_kinds_of_sources() {
    let (sim, bytes) = (sim(), content(57));
    let (account, folder) = place(&sim);
    let transfers = transfers(&sim);
    let uneven = bytes.chunks(8).map(Bytes::copy_from_slice).map(Ok::<_, std::io::Error>);
    let chunks: Vec<_> = [Ok(Bytes::new())].into_iter().chain(uneven).collect();
    for upload in [
        Upload::from_bytes(&account, &folder, "bytes.mov", bytes.clone()),
        Upload::from_reader(&account, &folder, "reader.mov", Cursor::new(bytes.to_vec())),
        Upload::from_stream(&account, &folder, "stream.mov", 57, stream::iter(chunks)),
    ] {
        let uploaded = transfers.upload(upload.parts_in_flight(3)).await.unwrap();
        let got = arrived(&sim, uploaded.file.id.as_str()).await;
        assert_eq!(got.as_ref(), Some(&bytes), "{}", uploaded.file.name);
    }
}

#[tokio::test(start_paused = true)]
async fn computes_the_checksum_of_the_sent_bytes() {
    let (sim, bytes) = (sim(), content(95));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    std::fs::write(&path, &bytes).unwrap();
    let (account, folder) = place(&sim);
    let chunks = || {
        stream::iter(
            bytes
                .chunks(8)
                .map(Bytes::copy_from_slice)
                .map(Ok::<_, std::io::Error>)
                .collect::<Vec<_>>(),
        )
    };
    for checksum in [Checksum::Xxh64, Checksum::Xxh3, Checksum::Sha256] {
        for upload in [
            Upload::from_path(&account, &folder, &path),
            Upload::from_bytes(&account, &folder, "bytes.mov", bytes.clone()),
            Upload::from_reader(&account, &folder, "reader.mov", Cursor::new(bytes.to_vec())),
            Upload::from_stream(&account, &folder, "stream.mov", 95, chunks()),
        ] {
            // Every part is sent twice.
            sim.inject(Fault::reset_in_body().on(Sim::UPLOAD_PART).next(10));
            let uploaded = transfers(&sim).upload(upload.checksum(checksum)).await.unwrap();
            let name = &uploaded.file.name;
            assert_eq!(uploaded.digest, Some(Digest::of(checksum, &bytes)), "{name}");
        }
    }
    let upload = Upload::from_path(&account, &folder, &path);
    assert_eq!(transfers(&sim).upload(upload).await.unwrap().digest, None);
}

#[tokio::test(start_paused = true)]
async fn refuses_streams_with_a_wrong_size() {
    for (declared, kind) in [(56, "longer than"), (58, "shorter than")] {
        let sim = sim();
        let (account, folder) = place(&sim);
        let chunks = stream::iter([Ok::<_, std::io::Error>(content(57))]);
        let upload = Upload::from_stream(account, folder, "s.mov", declared, chunks);
        let error = transfers(&sim).upload(upload).await.unwrap_err();
        assert_eq!(error.kind(), TransferErrorKind::SourceChanged);
        assert!(error.to_string().contains(kind), "{error}");
        let id = error.file_id().unwrap().as_str();
        assert_eq!(arrived(&sim, id).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_invalid_uploads_before_any_call() {
    let sim = sim();
    let (account, folder) = place(&sim);
    let transfers = transfers(&sim);
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.mov");
    std::fs::write(&empty, "").unwrap();
    let manifest = directory.path().join("manifest");
    for (upload, kind, text) in [
        (
            Upload::from_path(&account, &folder, &empty).manifest(&manifest),
            TransferErrorKind::Invalid,
            "no empty files",
        ),
        (
            Upload::from_bytes(&account, &folder, "x", Bytes::new()),
            TransferErrorKind::Invalid,
            "no empty files",
        ),
        (
            Upload::from_bytes(&account, &folder, "x", "x").manifest(&manifest),
            TransferErrorKind::Invalid,
            "path",
        ),
        (
            Upload::from_path(&account, &folder, directory.path().join("none")),
            TransferErrorKind::Source,
            "none': no such file or directory",
        ),
        (
            Upload::from_path(&account, &folder, directory.path()),
            TransferErrorKind::Source,
            "directory",
        ),
        (Upload::from_path(&account, &folder, "/"), TransferErrorKind::Invalid, "name"),
        (
            Upload::from_bytes(&account, &folder, "", "x"),
            TransferErrorKind::Invalid,
            "not sent: `name`",
        ),
        (Upload::resume(directory.path().join("none")), TransferErrorKind::Manifest, "none"),
    ] {
        let error = transfers.upload(upload).await.unwrap_err();
        assert!(error.kind() == kind && error.to_string().contains(text), "{error:?}");
    }
    assert_eq!(sim.stats().requests, 0);
    assert!(!manifest.exists());
}

#[tokio::test(start_paused = true)]
async fn waits_until_the_renditions_are_complete() {
    let sim = Sim::builder().transcode_after(Duration::from_secs(100)).build();
    let (account, folder) = place(&sim);
    let upload = Upload::from_bytes(&account, &folder, "a.mov", "film").wait(WaitFor::Transcoded);
    let uploaded = transfers(&sim).upload(upload).await.unwrap();
    assert_eq!(uploaded.file.status, FileStatus::Transcoded);

    let upload = Upload::from_bytes(&account, &folder, "b.mov", "film")
        .wait(WaitFor::Transcoded)
        .wait_timeout(Duration::from_secs(50));
    let error = transfers(&sim).upload(upload).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Timeout);
    assert!(error.to_string().contains("renditions"), "{error}");
    let calls = sim.stats().by_operation["files.show"];
    assert!(calls < 30, "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_waiting_uploads_do_not_exceed_the_quota() {
    let sim = Sim::builder().part_size(1000).build();
    let (account, folder) = place(&sim);
    let transfers = transfers(&sim);
    // Each loses a part, so that all of them wait at the same time.
    sim.inject(frameio_sim::Fault::dropped_part().on(Sim::UPLOAD_PART).next(1000));
    let uploads = (0..1000).map(|n| {
        let upload = Upload::from_bytes(&account, &folder, format!("{n}.mov"), "film")
            .wait_timeout(Duration::from_secs(900));
        transfers.upload(upload)
    });
    let results = futures_util::future::join_all(uploads).await;
    assert!(results.iter().all(|result| {
        result.as_ref().is_err_and(|error| error.kind() == TransferErrorKind::Timeout)
    }));
    let stats = sim.stats();
    assert!(stats.rate_limited.is_empty(), "{stats:?}");
}

#[tokio::test(start_paused = true)]
async fn uploads_attachments() {
    let (sim, bytes) = (sim(), content(95));
    let (account, folder) = place(&sim);
    let transfers = transfers(&sim);
    let upload = Upload::from_bytes(&account, &folder, "a.mov", "film");
    let file = transfers.upload(upload).await.unwrap().file;
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let comment = client.send(CreateComment::new(&account, &file.id, "see this")).await.unwrap();
    let upload = Upload::from_bytes(&account, &comment.id, "notes.pdf", bytes.clone());
    let attached = transfers.attach(upload).await.unwrap();
    let attachment = attached.attachment;
    assert_eq!((attached.bytes, attached.replaced, &attachment.upload_urls), (95, None, &None));
    assert_eq!(attachment.media_type.as_deref(), Some("application/pdf"));
    assert_eq!(arrived(&sim, attachment.id.as_str()).await, Some(bytes));

    let upload = Upload::from_bytes(&account, &comment.id, "x", Bytes::new());
    let error = transfers.attach(upload).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Invalid);
}

#[tokio::test(start_paused = true)]
async fn waits_for_remote_uploads() {
    let sim = Sim::new();
    let (account, folder) = place(&sim);
    let transfers = transfers(&sim);
    // The simulator only fetches from loopback addresses.
    let remote = RemoteUpload::new(&account, &folder, "a.mov", "https://media.example/a?sig=1");
    assert!(!format!("{remote:?}").contains("sig=1"));
    let error = transfers.remote_upload(remote).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::UploadFailed);
    assert!(error.file_id().is_some() && !error.to_string().contains("sig=1"), "{error}");
}

#[tokio::test]
async fn fetches_remote_uploads() {
    let sim = Sim::builder().build();
    let server = crate::raw::RawServer::start(|_| {
        crate::raw::Reaction::Send(crate::raw::response("200 OK", "video/mp4", "a whole film"))
    });
    let server = server.await;
    let (account, folder) = place(&sim);
    let url = format!("{}/a.mov", server.url());
    let transfers = builder(&sim).poll_interval(Duration::from_millis(5)).build();
    let remote = RemoteUpload::new(account, folder, "a.mov", url).wait(WaitFor::Transcoded);
    let uploaded = transfers.remote_upload(remote).await.unwrap();
    assert_eq!(uploaded.file.file_size, 12);
}

#[tokio::test(start_paused = true)]
async fn the_error_of_a_deadline_names_the_file() {
    let sim = sim();
    let (account, folder) = place(&sim);
    sim.inject(frameio_sim::Fault::delay(Duration::from_secs(40)).on(Sim::UPLOAD_PART).every(1));
    let upload =
        Upload::from_bytes(account, folder, "a.mov", content(95)).deadline(Duration::from_secs(60));
    let start = tokio::time::Instant::now();
    let error = transfers(&sim).upload(upload).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_secs(60));
    assert_eq!(error.kind(), TransferErrorKind::Timeout);
    assert!(error.file_id().is_some() && error.to_string().contains("deadline of 60s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn all_uploads_together_respect_the_limit_of_parts() {
    let sim = Sim::builder().part_size(10).quotas(false).build();
    let (account, folder) = place(&sim);
    let running = Arc::new(Mutex::new((0, 0)));
    let (inner, seen) = (sim.clone(), running.clone());
    let storage = tower::service_fn(move |request| {
        let (mut sim, seen) = (inner.clone(), seen.clone());
        async move {
            {
                let (now, most) = &mut *seen.lock().unwrap();
                *now += 1;
                *most = (*most).max(*now);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            let response = tower::Service::call(&mut sim, request).await;
            seen.lock().unwrap().0 -= 1;
            response
        }
    });
    let transfers = builder(&sim).storage(storage).parts_in_flight(3).build();
    let uploads = (0..10).map(|n| {
        let upload = Upload::from_bytes(&account, &folder, format!("{n}.mov"), content(50));
        transfers.upload(upload)
    });
    for uploaded in futures_util::future::join_all(uploads).await {
        let id: FileId = uploaded.unwrap().file.id;
        assert_eq!(arrived(&sim, id.as_str()).await, Some(content(50)));
    }
    assert_eq!(running.lock().unwrap().1, 3);
}

/// Uploads `bytes` in parts of size `part`, with a fault at every `nth` request for a part.
async fn round_trip(bytes: Bytes, part: u64, in_flight: usize, nth: u64, kind: u8) {
    let sim = Sim::builder().part_size(part).build();
    if nth > 1 {
        sim.inject(frameio_sim::Fault::reset().on(Sim::UPLOAD_PART).every(nth));
    }
    let (account, folder) = place(&sim);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.mov");
    std::fs::write(&path, &bytes).unwrap();
    let upload = match kind {
        0 => Upload::from_path(account, folder, &path),
        1 => Upload::from_bytes(account, folder, "x.mov", bytes.clone()),
        2 => Upload::from_reader(account, folder, "x.mov", Cursor::new(bytes.to_vec())),
        _ => {
            let size = bytes.len() as u64;
            let chunks: Vec<_> = bytes
                .chunks(100_000)
                .map(|c| Ok::<_, std::io::Error>(bytes.slice_ref(c)))
                .collect();
            Upload::from_stream(account, folder, "x.mov", size, stream::iter(chunks))
        }
    };
    let transfers: Transfers = builder(&sim).max_retries(50).build();
    let uploaded = transfers.upload(upload.parts_in_flight(in_flight)).await.unwrap();
    assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(bytes));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn uploads_the_content_despite_failures(
        length in prop_oneof![1_usize..300, 200_000_usize..900_000],
        parts in 1_u64..30,
        in_flight in 1_usize..9,
        nth in 1_u64..6,
        kind in 0_u8..4,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let part = (length as u64).div_ceil(parts).max(1);
        runtime.block_on(round_trip(content(length), part, in_flight, nth, kind));
    }
}
