//! Downloads from misbehaving storages, and interrupted downloads.

use std::path::Path;
use std::time::Duration;

use frameio::layers::Backoff;
use frameio::transfer::{Checksum, Digest, Download, Open, TransferErrorKind, Transfers};
use frameio::{Client, FileId};
use frameio_sim::Sim;

use crate::download::{download, names, sim, uploaded};
use crate::raw::{RawServer, Reaction};
use crate::signed_http::Storage;
use crate::support::{builder, content};

/// Creates transfers with the API of the simulator and another storage.
fn over(sim: &Sim, storage: &Storage) -> Transfers {
    let storage = storage.clone();
    let service = tower::service_fn(move |request| storage.clone().response(request));
    builder(sim).storage(service).max_retries(3).stall_timeout(Duration::from_secs(5)).build()
}

struct Case {
    sim: Sim,
    id: FileId,
    storage: Storage,
    transfers: Transfers,
    directory: tempfile::TempDir,
}

impl Case {
    async fn new(length: usize) -> Self {
        let sim = sim();
        let id = uploaded(&sim, "a.mov", length).await;
        let storage = Storage::of(content(length));
        let transfers = over(&sim, &storage);
        Self { sim, id, storage, transfers, directory: tempfile::tempdir().unwrap() }
    }

    fn download(&self) -> Download {
        let path = self.directory.path().join("a.mov");
        download(&self.sim, &self.id, &path).part_size(100).checksum(Checksum::Xxh3)
    }

    fn file(&self) -> Vec<u8> {
        std::fs::read(self.directory.path().join("a.mov")).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn retries_wrong_responses() {
    for wrong in 0..6 {
        let case = Case::new(1_000).await;
        case.storage.set(|state| match wrong {
            0 => state.ignores_ranges = true,
            1 => (state.ignores_ranges, state.hides_length) = (true, true),
            2 => state.wrong_range = 3,
            3 => state.truncates = 4,
            4 => state.overdoes = 2,
            _ => (state.ignores_ranges, state.hides_length, state.truncates) = (true, true, 2),
        });
        let done = case.transfers.download(case.download()).await.unwrap();
        assert_eq!(done.digest, Some(Digest::of(Checksum::Xxh3, &content(1_000))), "{wrong}");
        assert_eq!(case.file(), content(1_000), "{wrong}");
        assert_eq!(names(case.directory.path()), ["a.mov"]);
    }
}

#[tokio::test(start_paused = true)]
async fn reports_persistently_wrong_responses() {
    let case = Case::new(1_000).await;
    case.storage.set(|state| state.wrong_range = usize::MAX);
    let error = case.transfers.download(case.download()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::Storage, 4));
    assert!(
        error.to_string().contains("a range that was not requested: 'bytes 1-99/1000'"),
        "{error}"
    );
    case.storage.set(|state| {
        state.wrong_range = 0;
        state.bytes.truncate(900);
    });
    let error = case.transfers.download(case.download()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Mismatch);
    assert!(error.to_string().contains("1000 bytes, but the storage has 900"), "{error}");
    let open = Open::new(&case.sim.demo().account_id, &case.id);
    let error = case.transfers.open(open).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Mismatch);
}

#[tokio::test(start_paused = true)]
async fn a_failed_download_resumes() {
    let case = Case::new(1_000).await;
    case.storage.set(|state| state.responses = Some(6));
    let error = case.transfers.download(case.download()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Timeout, "{error}");
    assert_eq!(names(case.directory.path()), ["a.mov.part", "a.mov.part.json"]);
    let note = std::fs::read_to_string(case.directory.path().join("a.mov.part.json")).unwrap();
    assert!(note.contains("\\\"one\\\"") && !note.contains("http"), "{note}");
    case.storage.set(|state| state.responses = None);
    case.storage.requested();
    let done = case.transfers.download(case.download()).await.unwrap();
    assert_eq!((done.received, case.file()), (400, content(1_000).to_vec()));
    assert_eq!(done.digest, Some(Digest::of(Checksum::Xxh3, &content(1_000))));
    let mut requested = case.storage.requested();
    requested.sort();
    assert_eq!(requested, ["bytes=600-699", "bytes=700-799", "bytes=800-899", "bytes=900-999"]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_download_leaves_no_task_and_resumes() {
    let case = Case::new(1_000).await;
    case.storage.set(|state| state.responses = Some(5));
    let dropped = case.transfers.download(case.download());
    assert!(tokio::time::timeout(Duration::from_secs(1), dropped).await.is_err());
    case.storage.requested();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(case.storage.requested(), <[&str; 0]>::default(), "a task is still running");
    case.storage.set(|state| state.responses = None);
    let done = case.transfers.download(case.download()).await.unwrap();
    assert!(done.received < 1_000, "{done:?}");
    assert_eq!(case.file(), content(1_000));
}

#[tokio::test(start_paused = true)]
async fn bytes_of_an_unfinished_part_are_recorded() {
    const SIZE: usize = 4 << 20;
    let case = Case::new(SIZE).await;
    case.storage.set(|state| state.stalls = (3 << 20, 1));
    let storage = case.storage.clone();
    let service = tower::service_fn(move |request| storage.clone().response(request));
    let patient = builder(&case.sim).storage(service).build();
    let slow = patient.download(case.download().part_size(SIZE as u64));
    // Abort without any cleanup, as if the process was killed.
    assert!(tokio::time::timeout(Duration::from_secs(12), slow).await.is_err());
    let done = case.transfers.download(case.download()).await.unwrap();
    assert!(done.received <= 2 << 20, "{done:?}");
    assert_eq!(done.digest, Some(Digest::of(Checksum::Xxh3, &content(SIZE))));
}

#[tokio::test(start_paused = true)]
async fn restarts_after_the_remote_file_changed() {
    let case = Case::new(1_000).await;
    case.storage.set(|state| state.responses = Some(6));
    case.transfers.download(case.download()).await.unwrap_err();
    let other: bytes::Bytes = content(1_000).iter().map(|byte| byte ^ 0xff).collect();
    case.storage.set(|state| {
        state.responses = None;
        state.etag = "\"two\"".into();
        state.bytes = other.clone();
    });
    let done = case.transfers.download(case.download()).await.unwrap();
    assert_eq!((done.received, case.file()), (1_000, other.to_vec()));
}

#[tokio::test(start_paused = true)]
async fn fails_if_the_remote_file_changes_during_the_download() {
    let case = Case::new(1_000).await;
    case.storage.set(|state| state.responses = Some(5));
    let running = tokio::spawn(case.transfers.download(case.download()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    case.storage.set(|state| {
        state.responses = None;
        state.etag = "\"two\"".into();
    });
    let error = running.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::SourceChanged, "{error}");
    let done = case.transfers.download(case.download()).await.unwrap();
    assert_eq!((done.received, case.file()), (1_000, content(1_000).to_vec()));
}

#[tokio::test(start_paused = true)]
async fn invalid_records_are_ignored() {
    let case = Case::new(1_000).await;
    let note = case.directory.path().join("a.mov.part.json");
    for text in ["", "{}", "[1]", "\u{0}", r#"{"version":1}"#] {
        std::fs::write(&note, text).unwrap();
        std::fs::write(case.directory.path().join("a.mov.part"), vec![9; 1_000]).unwrap();
        let download = case.download().existing(frameio::transfer::Existing::Overwrite);
        assert_eq!(case.transfers.download(download).await.unwrap().received, 1_000, "{text:?}");
        assert_eq!(case.file(), content(1_000));
    }
}

#[tokio::test(start_paused = true)]
async fn only_one_download_at_a_time_uses_a_target() {
    let case = Case::new(1_000).await;
    case.storage.set(|state| state.responses = Some(3));
    let first = tokio::spawn(case.transfers.download(case.download()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = case.transfers.download(case.download()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Manifest, "{error}");
    assert!(error.to_string().contains("is in use by another download"), "{error}");
    case.storage.set(|state| state.responses = None);
    assert_eq!(first.await.unwrap().unwrap().size, 1_000);
    assert_eq!(case.file(), content(1_000));
}

/// Creates transfers on an API whose only file has 1,000 bytes and a link below `url`.
pub(crate) fn socket(url: &str) -> Transfers {
    linked(&format!("{url}/f?X-Amz-Signature=c4n4ry"))
}

/// Creates transfers on an API whose only file has 1,000 bytes and this link.
fn linked(link: &str) -> Transfers {
    let link = serde_json::Value::from(link);
    let file = format!(
        r#"{{"data":{{"id":"f","project_id":"p","parent_id":"d","name":"a.mov","type":"file",
        "status":"transcoded","file_size":1000,"media_type":"video/quicktime","view_url":"v",
        "media_links":{{"original":{{"download_url":{link}}}}},
        "created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}}}"#
    );
    let api = tower::service_fn(move |_: http::Request<frameio::Body>| {
        let response = http::Response::new(frameio::Body::from(file.clone()));
        async move { Ok::<_, std::convert::Infallible>(response) }
    });
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(1));
    let stall = Duration::from_millis(100);
    Transfers::builder(Client::from_service(api))
        .backoff(backoff)
        .stall_timeout(stall)
        .allow_loopback(true)
        .build()
}

pub(crate) fn get(path: &Path) -> Download {
    Download::new("a", "f", path).part_size(1_000).checksum(Checksum::Xxh3)
}

pub(crate) fn part(from: usize, to: usize) -> Vec<u8> {
    let length = 1_000 - from;
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\netag: \"e\"\r\ncontent-length: {length}\r\n\
         content-range: bytes {from}-999/1000\r\n\r\n"
    );
    [head.as_bytes(), &content(1_000)[from..to]].concat()
}

#[tokio::test]
async fn resets_hangs_and_early_ends_do_not_repeat_bytes() {
    let server = RawServer::start(|n| match n {
        0 => Reaction::SendAndReset(part(0, 300)),
        1 => Reaction::SendAndHang(part(300, 500)),
        2 => Reaction::SendAndClose(part(500, 700)),
        _ => Reaction::Send(part(700, 1_000)),
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let done = socket(&server.url()).download(get(&path)).await.unwrap();
    assert_eq!(done.digest, Some(Digest::of(Checksum::Xxh3, &content(1_000))));
    let ranges: Vec<_> = server
        .requests()
        .iter()
        .map(|request| {
            let lower = request.to_lowercase();
            assert!(!lower.contains("authorization"), "{lower}");
            let line = lower.lines().find_map(|line| line.strip_prefix("range: bytes="));
            line.unwrap().trim().to_owned()
        })
        .collect();
    assert_eq!(ranges, ["0-999", "300-999", "500-999", "700-999"]);
}

/// Returns the requested ranges; empty for a request of the whole content.
fn ranges(server: &RawServer) -> Vec<String> {
    let range = |request: String| {
        let lower = request.to_lowercase();
        let line = lower.lines().find_map(|line| line.strip_prefix("range: bytes="));
        line.unwrap_or_default().trim().to_owned()
    };
    server.requests().into_iter().map(range).collect()
}

/// Returns the start of a response with the whole content.
fn whole(to: usize) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\netag: \"e\"\r\ncontent-length: 1000\r\n\r\n";
    [head.as_bytes(), &content(1_000)[..to]].concat()
}

#[tokio::test]
async fn a_whole_file_that_ends_early_continues_at_the_received_byte() {
    // The first response ignores the range, because it is the whole file.
    for ends in [Reaction::SendAndClose, Reaction::SendAndReset, Reaction::SendAndHang] {
        let server = RawServer::start(move |n| match n {
            0 => ends(whole(300)),
            _ => Reaction::Send(part(300, 1_000)),
        })
        .await;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.mov");
        let done = socket(&server.url()).download(get(&path)).await.unwrap();
        assert_eq!(done.digest, Some(Digest::of(Checksum::Xxh3, &content(1_000))));
        assert_eq!(ranges(&server), ["0-999", "300-999"]);
        assert_eq!(names(directory.path()), ["a.mov"]);
    }
    // A storage without support for ranges.
    let server = RawServer::start(|n| match n {
        0 | 1 => Reaction::SendAndClose(whole(300)),
        _ => Reaction::Send(whole(1_000)),
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let done = socket(&server.url()).download(get(&directory.path().join("a.mov"))).await.unwrap();
    assert_eq!(done.digest, Some(Digest::of(Checksum::Xxh3, &content(1_000))));
    assert_eq!(ranges(&server), ["0-999", "300-999", ""]);
}

#[tokio::test]
async fn a_response_that_always_ends_early_fails_after_the_last_attempt() {
    for (kind, requested) in [(0, "300-999"), (1, "")] {
        let server = RawServer::start(move |n| match (kind, n) {
            (0, 0) => Reaction::SendAndClose(part(0, 300)),
            (0, _) => Reaction::SendAndClose(part(300, 300)),
            _ => Reaction::SendAndClose(whole(300)),
        })
        .await;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.mov");
        let error = socket(&server.url()).download(get(&path)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (TransferErrorKind::Storage, 11), "{error}");
        let ranges = ranges(&server);
        assert_eq!((ranges.len(), ranges.last().map(|last| &**last)), (11, Some(requested)));
    }
}

fn redirect(location: &str) -> Reaction {
    let head = "HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: ";
    Reaction::Send(format!("{head}{location}\r\n\r\n").into_bytes())
}

#[tokio::test]
async fn follows_redirects_of_the_storage_without_a_token() {
    let elsewhere = RawServer::start(|_| Reaction::SendAndClose(part(0, 1_000))).await;
    let to = format!("{}/g", elsewhere.url());
    let server = RawServer::start(move |_| redirect(&to)).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    socket(&server.url()).download(get(&path)).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap().len(), 1_000);
    let requests = elsewhere.requests();
    assert!(requests[0].starts_with("GET /g HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests.iter().all(|request| !request.to_lowercase().contains("authorization")));
}

#[tokio::test]
async fn an_unsafe_redirect_is_final_and_its_url_is_hidden() {
    let server = RawServer::start(|_| redirect("http://192.0.2.1/c4n4ry")).await;
    let directory = tempfile::tempdir().unwrap();
    let error = socket(&server.url()).download(get(&directory.path().join("a"))).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Refused, "{error}");
    assert!(!format!("{error} {error:?}").contains("c4n4ry"), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn encodes_links_with_spaces_quotes_and_tabs() {
    let server = RawServer::start(|_| Reaction::SendAndClose(part(0, 1_000))).await;
    let directory = tempfile::tempdir().unwrap();
    let url = server.url();
    let link = format!("{url}/a b.mov?d=attachment; filename=\"a\tb.mov\"&Signature=%2B\n");
    let path = directory.path().join("a.mov");
    assert_eq!(linked(&link).download(get(&path)).await.unwrap().size, 1_000);
    let request = server.requests().remove(0);
    let line = "GET /a%20b.mov?d=attachment;%20filename=%22a%09b.mov%22&Signature=%2B HTTP/1.1";
    assert!(request.starts_with(line), "{request}");
}

#[tokio::test]
async fn an_unusable_link_is_final() {
    let directory = tempfile::tempdir().unwrap();
    for link in ["javascript:alert(1)", "/relative", "https://h:99999/x", "file:///etc/passwd"] {
        let path = directory.path().join("a.mov");
        let error = linked(link).download(get(&path)).await.unwrap_err();
        assert_eq!(error.kind(), TransferErrorKind::InvalidUrl, "{link}: {error}");
    }
}
