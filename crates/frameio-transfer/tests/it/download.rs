//! Downloads of single files and renditions.

use std::sync::{Arc, Mutex};

use frameio::FileId;
use frameio::transfer::{
    Checksum, Digest, Download, Existing, Open, Progress, Rendition, TransferErrorKind, Transfers,
    Upload,
};
use frameio_sim::{Fault, Sim};
use http::StatusCode;
use proptest::prelude::*;
use tokio::io::AsyncReadExt;

use crate::support::{content, place, transfers};

pub(crate) fn sim() -> Sim {
    Sim::builder().quotas(false).build()
}

pub(crate) async fn uploaded(sim: &Sim, name: &str, length: usize) -> FileId {
    let (account, folder) = place(sim);
    let upload = Upload::from_bytes(&account, &folder, name, content(length));
    transfers(sim).upload(upload).await.unwrap().file.id
}

pub(crate) fn download(sim: &Sim, id: &FileId, path: &std::path::Path) -> Download {
    Download::new(&sim.demo().account_id, id, path)
}

pub(crate) fn names(directory: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

fn shows(sim: &Sim) -> u64 {
    sim.stats().by_operation.get("files.show").copied().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn receives_a_file_in_parts_with_its_checksum() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 95).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    for checksum in [Checksum::Xxh3, Checksum::Sha256] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let report = seen.clone();
        let download = download(&sim, &id, &path)
            .part_size(10)
            .checksum(checksum)
            .existing(Existing::Overwrite)
            .progress(move |progress: Progress| report.lock().unwrap().push(progress));
        let done = transfers(&sim).download(download).await.unwrap();
        assert_eq!((done.size, done.received, done.skipped), (95, 95, false));
        assert_eq!(done.digest, Some(Digest::of(checksum, &content(95))));
        assert_eq!(std::fs::read(&path).unwrap(), content(95));
        assert_eq!(names(directory.path()), ["a.mov"]);
        let last = *seen.lock().unwrap().last().unwrap();
        assert_eq!((last.bytes, last.total, last.parts, last.total_parts), (95, Some(95), 10, 10));
    }
}

#[tokio::test(start_paused = true)]
async fn applies_the_policy_for_an_existing_target() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 95).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    std::fs::write(&path, "mine").unwrap();
    let transfers = transfers(&sim);
    let error = transfers.download(download(&sim, &id, &path)).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Invalid);
    assert!(error.to_string().contains("exists; overwrite it"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");

    let skip = download(&sim, &id, &path).existing(Existing::SkipSame);
    let error = transfers.download(skip.clone()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Conflict, "a file of another size: {error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    let replace = skip.clone().existing(Existing::ReplaceDifferent);
    let done = transfers.download(replace.clone()).await.unwrap();
    assert!(!done.skipped, "a file of another size");
    for same in [skip, replace] {
        let done = transfers.download(same).await.unwrap();
        assert!(done.skipped && done.received == 0);
    }
    assert_eq!(std::fs::read(&path).unwrap(), content(95));

    let thumbnail = download(&sim, &id, &path).rendition(Rendition::Thumbnail);
    let replace = thumbnail.clone().existing(Existing::Overwrite);
    transfers.download(replace).await.unwrap();
    assert!(std::fs::read(&path).unwrap().starts_with(b"\x89PNG"));
    let done = transfers.download(thumbnail.existing(Existing::SkipSame)).await.unwrap();
    assert!(done.skipped);
    assert_eq!(names(directory.path()), ["a.mov"]);

    let lost = directory.path().join("nowhere/a.mov");
    let error = transfers.download(download(&sim, &id, &lost)).await.unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
    let error = transfers.download(download(&sim, &id, directory.path())).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Disk, "{error}");
}

#[tokio::test(start_paused = true)]
async fn missing_renditions_are_reported_with_the_existing_ones() {
    let sim = sim();
    let id = uploaded(&sim, "script.pdf", 95).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    let transfers = transfers(&sim);
    let video = download(&sim, &id, &path).rendition(Rendition::VideoH264180);
    let error = transfers.download(video).await.unwrap_err();
    assert_eq!((error.kind(), error.file_id()), (TransferErrorKind::Invalid, Some(&id)));
    let message = error.to_string();
    assert!(message.contains("'video_h264_180' is unavailable for this type"), "{message}");
    assert!(message.ends_with("; available: thumbnail, thumbnail_high_quality"), "{message}");

    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("files.show"));
    let error = transfers.download(download(&sim, &id, &path)).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Api);
    assert!(error.to_string().contains("requires the download permission"), "{error}");
    assert!(error.api().unwrap().is_forbidden());

    let (account, folder) = place(&sim);
    let create = frameio::files::CreateLocalUpload::new(&account, &folder, "b.mov", 4u64);
    let client =
        frameio::Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let created = client.send(create).await.unwrap();
    let error = transfers.download(download(&sim, &created.id, &path)).await.unwrap_err();
    assert!(error.to_string().contains("not uploaded yet"), "{error}");
    assert_eq!(names(directory.path()), <[&str; 0]>::default());
    let error = "huge".parse::<Rendition>().unwrap_err();
    assert!(error.to_string().contains("available: original, high_quality"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn renews_an_expired_link_once_for_all_parts() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 95).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    sim.inject(Fault::delay(std::time::Duration::ZERO).on(Sim::DOWNLOAD));
    sim.inject(Fault::expired_url().on(Sim::DOWNLOAD).next(3));
    // One link is refused and renewed while the others wait. Then two are refused at the same time.
    sim.inject(Fault::delay(std::time::Duration::from_secs(1)).on("files.show").next(2));
    let before = shows(&sim);
    let transfers = transfers(&sim);
    let done = transfers.download(download(&sim, &id, &path).part_size(10)).await.unwrap();
    assert_eq!((done.size, std::fs::read(&path).unwrap()), (95, content(95).to_vec()));
    assert_eq!(shows(&sim) - before, 3, "two simultaneous refusals share one request");

    sim.inject(Fault::expired_url().on(Sim::DOWNLOAD).next(100));
    let again = download(&sim, &id, &path).existing(Existing::Overwrite);
    let error = transfers.download(again).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::Expired, 3), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_reader_resumes_after_a_lost_connection() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 9_500).await;
    let transfers: Transfers = transfers(&sim);
    let open = Open::new(&sim.demo().account_id, &id);
    sim.inject(Fault::reset_in_body().on(Sim::DOWNLOAD).next(5));
    let mut reader = transfers.open(open.clone()).await.unwrap();
    assert_eq!((reader.size(), reader.remaining()), (Some(9_500), Some(9_500)));
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next().await {
        bytes.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(bytes, content(9_500));
    assert_eq!(reader.remaining(), Some(0));
    assert!(reader.next().await.is_none());

    for (range, expected) in [(10..20, 10..20), (9_490..20_000, 9_490..9_500), (9_500..9_600, 0..0)]
    {
        let mut read = Vec::new();
        let mut reader = transfers.open(open.clone().range(range.clone())).await.unwrap();
        reader.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, content(9_500)[expected], "{range:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn receives_the_content_despite_failures(
        length in 1_usize..3_000,
        part_size in 1_u64..700,
        parts in 1_usize..6,
        seed: u64,
        resets in 0.0..0.4_f64,
        refused in 0.0..0.2_f64,
    ) {
        let part_size = part_size.max(length as u64 / 40);
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(true).build().unwrap().block_on(async {
            let sim = Sim::builder().quotas(false).seed(seed).build();
            let id = uploaded(&sim, "a.mov", length).await;
            sim.inject(Fault::reset_in_body().on(Sim::DOWNLOAD).chance(resets));
            sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).on(Sim::DOWNLOAD).chance(refused));
            sim.inject(Fault::expired_url().on(Sim::DOWNLOAD).chance(refused / 4.0));
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("a.mov");
            let transfers = crate::support::builder(&sim).max_retries(1).build();
            let get = download(&sim, &id, &path)
                .part_size(part_size)
                .parts_in_flight(parts)
                .checksum(Checksum::Xxh3);
            // Each run fails at the second failure of a part, and the next run resumes it.
            let mut done = transfers.download(get.clone()).await;
            for _ in 0..200 {
                if done.is_ok() {
                    break;
                }
                done = transfers.download(get.clone()).await;
            }
            let done = done.unwrap();
            assert_eq!(done.size, length as u64);
            assert_eq!(done.digest, Some(Digest::of(Checksum::Xxh3, &content(length))));
            assert_eq!(std::fs::read(&path).unwrap(), content(length));
            assert_eq!(names(directory.path()), ["a.mov"]);
        });
    }
}
