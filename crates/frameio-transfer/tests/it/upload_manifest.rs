//! Interrupted and resumed uploads.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use frameio::comments::CreateComment;
use frameio::transfer::{Checksum, Digest, TransferErrorKind, Transfers, Upload};
use frameio::{Body, Client, CommentId};
use frameio_sim::{Fault, Sim};
use http::{Request, StatusCode};
use tempfile::TempDir;

use crate::support::{arrived, content, place, puts, sim, transfers};

struct Place {
    directory: TempDir,
    path: PathBuf,
    manifest: PathBuf,
}

/// Creates a file of 95 bytes and a path for its manifest.
fn source() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    std::fs::write(&path, content(95)).unwrap();
    let manifest = directory.path().join("a.upload");
    Place { directory, path, manifest }
}

fn upload(sim: &Sim, place: &Place) -> Upload {
    let (account, folder) = crate::support::place(sim);
    Upload::from_path(account, folder, &place.path).manifest(&place.manifest).parts_in_flight(1)
}

/// Interrupts an upload at part `number`.
async fn stop_at(sim: &Sim, place: &Place, number: u64) {
    let stop = Fault::status(StatusCode::FORBIDDEN).on(Sim::UPLOAD_PART).every(number);
    sim.inject(stop);
    let error = transfers(sim).upload(upload(sim, place)).await.unwrap_err();
    assert_eq!(error.part(), Some(number));
    sim.clear_faults();
}

#[tokio::test(start_paused = true)]
async fn resumes_with_the_missing_parts() {
    for by_manifest in [true, false] {
        let (sim, place) = (sim(), source());
        stop_at(&sim, &place, 5).await;
        let before = puts(&sim);
        let again =
            if by_manifest { Upload::resume(&place.manifest) } else { upload(&sim, &place) };
        let again = again.checksum(Checksum::Xxh64);
        let uploaded = transfers(&sim).upload(again).await.unwrap();
        assert_eq!((puts(&sim) - before, uploaded.bytes), (6, 55));
        assert_eq!(uploaded.digest, Some(Digest::of(Checksum::Xxh64, &content(95))));
        assert_eq!(uploaded.replaced, None);
        assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(content(95)));
        assert!(!place.manifest.exists());
        assert_eq!(sim.stats().by_operation["files.create_local_upload"], 1);
    }
}

#[tokio::test(start_paused = true)]
async fn resumes_a_file_modified_before_1970() {
    for before in [Duration::from_nanos(1), Duration::new(2_082_844_800, 500)] {
        let (sim, place) = (sim(), source());
        let modified = std::time::SystemTime::UNIX_EPOCH - before;
        let file = std::fs::File::options().write(true).open(&place.path).unwrap();
        file.set_modified(modified).unwrap();
        stop_at(&sim, &place, 5).await;
        let uploaded = transfers(&sim).upload(upload(&sim, &place).restart(true)).await.unwrap();
        assert_eq!((uploaded.bytes, uploaded.replaced), (55, None), "{before:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn restarts_an_expired_or_changed_upload_only_if_allowed() {
    for change in ["expired", "changed", "refused", "deleted"] {
        let (sim, place) = (sim(), source());
        stop_at(&sim, &place, 5).await;
        let kind = match change {
            "expired" => {
                // The manifest contains a time more than a day ago.
                let text = std::fs::read_to_string(&place.manifest).unwrap();
                let start = text.find("\"created\":[").unwrap() + "\"created\":[".len();
                let end = start + text[start..].find(',').unwrap();
                let before: u64 = text[start..end].parse().unwrap();
                let text = format!("{}{}{}", &text[..start], before - 86_401, &text[end..]);
                std::fs::write(&place.manifest, text).unwrap();
                TransferErrorKind::Expired
            }
            "changed" => {
                std::fs::write(&place.path, content(96)).unwrap();
                TransferErrorKind::SourceChanged
            }
            "refused" => {
                sim.clock().advance(Duration::from_secs(86_401));
                TransferErrorKind::Expired
            }
            _ => {
                let text = std::fs::read_to_string(&place.manifest).unwrap();
                let head: serde_json::Value =
                    serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
                let client =
                    Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
                let id = head["file_id"].as_str().unwrap();
                let delete = frameio::files::DeleteFile::new(&sim.demo().account_id, id);
                client.send(delete).await.unwrap();
                TransferErrorKind::Refused
            }
        };
        let error = transfers(&sim).upload(upload(&sim, &place)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{change}: {error}");
        assert!(place.manifest.exists());

        let old = error.file_id().unwrap().clone();
        let again = Upload::resume(&place.manifest).restart(true);
        let uploaded = transfers(&sim).upload(again).await.unwrap();
        assert_eq!(uploaded.replaced.as_ref(), Some(&old), "{change}");
        let bytes = std::fs::read(&place.path).unwrap();
        assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await.unwrap(), bytes, "{change}");
        assert!(!place.manifest.exists());
    }
}

/// Changes bytes of a file without a change of its size and modification time.
fn change_silently(path: &Path, at: usize) {
    let modified = std::fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
    std::fs::File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
}

#[tokio::test(start_paused = true)]
async fn never_mixes_two_contents_in_one_file() {
    let checksum = Some(Checksum::Xxh64);
    // Byte 15 was sent by the first run. Without a checksum, the status change of the file shows it.
    let mut cases = vec![(15, checksum)];
    if cfg!(unix) {
        cases.push((15, None));
    }
    for (at, checksum) in cases {
        let (sim, place) = (sim(), source());
        stop_at(&sim, &place, 5).await;
        let before = puts(&sim);
        change_silently(&place.path, at);
        let upload = || {
            let upload = upload(&sim, &place);
            match checksum {
                Some(checksum) => upload.checksum(checksum),
                None => upload,
            }
        };
        let error = transfers(&sim).upload(upload()).await.unwrap_err();
        assert_eq!(error.kind(), TransferErrorKind::SourceChanged, "{error}");
        assert!(error.to_string().contains("no longer has the bytes that were sent"), "{error}");
        assert!(puts(&sim) - before < 6, "the last part is not sent");
        let old = error.file_id().unwrap().clone();
        assert_eq!(arrived(&sim, old.as_str()).await, None, "the file is incomplete");
        let uploaded = transfers(&sim).upload(upload().restart(true)).await.unwrap();
        assert_eq!(uploaded.replaced, Some(old));
        assert!(uploaded.restarted.unwrap().contains("no longer has the bytes that were sent"));
        let bytes = std::fs::read(&place.path).unwrap();
        assert_eq!(uploaded.digest, checksum.map(|checksum| Digest::of(checksum, &bytes)));
        assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await.unwrap(), bytes);
    }
}

#[tokio::test(start_paused = true)]
async fn verifies_parts_that_were_sent_out_of_order() {
    // Parts 5 and 10 are missing, so the last part to send follows others that are done.
    for (changed, is_resumed) in [(None, true), (Some(75), false), (Some(45), true)] {
        let (sim, place) = (sim(), source());
        stop_at(&sim, &place, 5).await;
        let text = std::fs::read_to_string(&place.manifest).unwrap();
        let bytes = std::fs::read(&place.path).unwrap();
        let mut lines = text;
        for index in 5..9_usize {
            let hash = Digest::of(Checksum::Xxh3, &bytes[index * 10..index * 10 + 10]);
            lines += &format!("{{\"done\":{index},\"xxh3\":\"{hash}\"}}\n");
        }
        std::fs::write(&place.manifest, lines).unwrap();
        if let Some(at) = changed {
            change_silently(&place.path, at);
        }
        let before = puts(&sim);
        let again = upload(&sim, &place).checksum(Checksum::Xxh64);
        let result = transfers(&sim).upload(again).await;
        let expected = "no longer has the bytes that were sent";
        match is_resumed {
            // The simulator lacks the parts that only the manifest has.
            true => assert_eq!(puts(&sim) - before, 2),
            false => assert!(result.unwrap_err().to_string().contains(expected)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn resumes_a_file_whose_metadata_changed() {
    let (sim, place) = (sim(), source());
    stop_at(&sim, &place, 5).await;
    // A hard link changes the status time of the file.
    std::fs::hard_link(&place.path, place.directory.path().join("b.mov")).unwrap();
    let uploaded = transfers(&sim).upload(upload(&sim, &place)).await.unwrap();
    assert_eq!((uploaded.bytes, uploaded.digest), (55, None));
    assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(content(95)));
}

#[tokio::test(start_paused = true)]
async fn resumes_an_attachment() {
    let (sim, place) = (sim(), source());
    let (account, folder) = crate::support::place(&sim);
    let transfers = transfers(&sim);
    let film = Upload::from_bytes(&account, &folder, "a.mov", "film");
    let file = transfers.upload(film).await.unwrap().file;
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let comment = CreateComment::new(&account, &file.id, "see this");
    let comment = client.send(comment).await.unwrap().id;
    let upload = || {
        Upload::<CommentId>::from_path(&account, &comment, &place.path)
            .manifest(&place.manifest)
            .parts_in_flight(1)
    };
    let stop = || sim.inject(Fault::status(StatusCode::FORBIDDEN).on(Sim::UPLOAD_PART).every(5));
    stop();
    assert_eq!(transfers.attach(upload()).await.unwrap_err().part(), Some(5));
    sim.clear_faults();
    let error = transfers.upload(Upload::resume(&place.manifest)).await.unwrap_err();
    assert!(error.to_string().contains("belongs to another upload"), "{error}");
    let before = puts(&sim);
    let attached = transfers.attach(upload()).await.unwrap();
    assert_eq!((puts(&sim) - before, attached.bytes), (6, 55));
    assert_eq!(arrived(&sim, attached.attachment.id.as_str()).await, Some(content(95)));
    assert!(!place.manifest.exists());

    stop();
    transfers.attach(upload()).await.unwrap_err();
    sim.clear_faults();
    std::fs::write(&place.path, content(96)).unwrap();
    let error = transfers.attach(Upload::resume(&place.manifest)).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::SourceChanged);
    let again = Upload::resume(&place.manifest).restart(true);
    let again = transfers.attach(again).await.unwrap();
    assert!(again.replaced.is_some_and(|old| old != again.attachment.id));
    assert_eq!(arrived(&sim, again.attachment.id.as_str()).await, Some(content(96)));
    assert_eq!(sim.stats().by_operation["comments.create_attachment"], 3);
}

#[tokio::test(start_paused = true)]
async fn only_one_upload_at_a_time_uses_a_manifest() {
    let (sim, place) = (sim(), source());
    sim.inject(Fault::delay(Duration::from_secs(5)).on(Sim::UPLOAD_PART).every(1));
    let transfers = transfers(&sim);
    let (first, second) = tokio::join!(
        transfers.upload(upload(&sim, &place)),
        transfers.upload(upload(&sim, &place))
    );
    let (good, bad): (Vec<_>, Vec<_>) = [first, second].into_iter().partition(Result::is_ok);
    assert_eq!(good.len(), 1);
    let error = bad.into_iter().next().unwrap().unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Manifest);
    assert!(error.to_string().contains("in use by another upload"), "{error}");

    let other = place.directory.path().join("b.mov");
    std::fs::write(&other, content(95)).unwrap();
    sim.clear_faults();
    stop_at(&sim, &place, 3).await;
    let (account, folder) = crate::support::place(&sim);
    let wrong = Upload::from_path(account, folder, other).manifest(&place.manifest).restart(true);
    let error = transfers.upload(wrong).await.unwrap_err();
    assert!(error.to_string().contains("belongs to another upload"), "{error}");
    transfers.upload(Upload::resume(&place.manifest)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn can_be_cancelled_at_any_time() {
    let mut stopped = 0;
    for millis in 0..60 {
        let (sim, place) = (sim(), source());
        sim.inject(Fault::delay(Duration::from_millis(3)).every(1));
        let transfers = transfers(&sim);
        let uploading = transfers.upload(upload(&sim, &place).parts_in_flight(2));
        let cancelled = tokio::time::timeout(Duration::from_millis(millis), uploading).await;
        // No task is still running after the drop.
        tokio::time::sleep(Duration::from_millis(10)).await;
        let before = sim.stats().requests;
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(sim.stats().requests, before, "after {millis} ms");
        if let Ok(done) = cancelled {
            done.unwrap();
            continue;
        }
        stopped += 1;
        let uploaded = transfers.upload(upload(&sim, &place)).await.unwrap();
        assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(content(95)));
        assert!(!place.manifest.exists(), "after {millis} ms");
    }
    assert!(stopped > 10, "{stopped}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_leaves_no_manifest() {
    let (sim, place) = (sim(), source());
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("files.create_local_upload"));
    let error = transfers(&sim).upload(upload(&sim, &place)).await.unwrap_err();
    assert!(error.api().unwrap().is_forbidden(), "{error}");
    assert!(!place.manifest.exists());
}

const PATH: &str = "FRAMEIO_TEST_UPLOAD_PATH";
const URL: &str = "FRAMEIO_TEST_UPLOAD_URL";

/// Runs in the process that is killed. Does nothing in a normal test run.
#[tokio::test]
async fn killed_child() {
    let (Ok(path), Ok(url)) = (std::env::var(PATH), std::env::var(URL)) else { return };
    let path = Path::new(&path);
    let (url, place) = url.split_once(' ').unwrap();
    let (account, folder) = place.split_once(' ').unwrap();
    let client = Client::builder().base_url(url).token(Sim::TOKEN).build().unwrap();
    let upload = Upload::from_path(account, folder, path)
        .manifest(path.with_extension("upload"))
        .parts_in_flight(2);
    Transfers::new(client).upload(upload).await.unwrap();
}

#[tokio::test]
async fn resumes_the_upload_of_a_killed_process() {
    let sim = Sim::builder().part_size(10_000).build();
    let server = sim.serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let bytes = content(1_000_000);
    std::fs::write(&path, &bytes).unwrap();
    let (account, folder) = place(&sim);
    // Slow enough to be killed before the end: a hundred parts, two at a time.
    let slow = Fault::delay(Duration::from_millis(20)).on(Sim::UPLOAD_PART).every(1);
    sim.inject(slow);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["upload_manifest::killed_child", "--exact"])
        .env(PATH, &path)
        .env(URL, format!("{} {account} {folder}", server.url()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while puts(&sim) < 20 {
        assert!(start.elapsed() < Duration::from_secs(60), "the child makes no progress");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    tokio::time::sleep(Duration::from_millis(100)).await;
    sim.clear_faults();
    let before = puts(&sim);

    let manifest = path.with_extension("upload");
    let client = Client::builder().base_url(server.url()).token(Sim::TOKEN).build().unwrap();
    let uploaded = Transfers::new(client).upload(Upload::resume(&manifest)).await.unwrap();
    let sent = puts(&sim) - before;
    assert!(sent < 90 && uploaded.bytes == sent * 10_000, "{sent} parts");
    let request = sim.download_url(server.url(), uploaded.file.id.as_str()).unwrap();
    let storage = Client::from_service(frameio::transport::HyperTransport::builder().build());
    let got = storage.request(Request::get(request).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(got.into_body(), bytes);
}
