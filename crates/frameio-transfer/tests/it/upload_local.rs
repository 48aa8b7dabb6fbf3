//! Uploads of local pipes, links and devices, and of files that are refused.
#![cfg(unix)]

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use frameio::transfer::{Filter, Outcome, TransferErrorKind, Upload, UploadTree};
use frameio_sim::Sim;

use crate::support::{arrived, content, place, sim, transfers};
use crate::upload_tree::{local, remote, tree};

fn pipe(directory: &Path, name: &str) -> PathBuf {
    let path = directory.join(name);
    let status = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(status.success());
    path
}

/// Writes to a pipe slowly, after a reader has opened it.
fn write(path: &Path, bytes: &[u8]) -> std::thread::JoinHandle<()> {
    let (path, bytes) = (path.to_owned(), bytes.to_vec());
    std::thread::spawn(move || {
        let mut pipe = std::fs::File::options().write(true).open(path).unwrap();
        for chunk in bytes.chunks(40) {
            pipe.write_all(chunk).unwrap();
            std::thread::sleep(Duration::from_millis(2));
        }
    })
}

#[tokio::test]
async fn uploads_a_pipe() {
    let (sim, directory) = (sim(), tempfile::tempdir().unwrap());
    let path = pipe(directory.path(), "stdin");
    let writer = write(&path, &content(195));
    let (account, folder) = place(&sim);
    let upload = Upload::from_path(account, folder, &path).name("a.mov");
    let uploaded = transfers(&sim).upload(upload).await.unwrap();
    assert_eq!(arrived(&sim, uploaded.file.id.as_str()).await, Some(content(195)));
    writer.join().unwrap();
}

#[tokio::test]
async fn uploads_a_given_pipe_and_ignores_pipes_in_directories() {
    let (sim, directory) = (sim(), local(&[("Day 1/a.mov", 10), ("b.mov", 20)]));
    let at = |name: &str| directory.path().join(name);
    pipe(&at("Day 1"), "inner");
    let path = pipe(directory.path(), "63");
    let (account, folder) = place(&sim);
    let paths = [at("Day 1"), path.clone(), at("b.mov")];
    let tree = UploadTree::paths(account, folder, paths).manifests(at("manifests"));
    let dry = transfers(&sim).upload_tree(tree.clone().dry_run(true)).await.unwrap();
    assert_eq!((dry.planned, dry.ignored), (3, 1));
    let writer = write(&path, &content(95));
    let summary = transfers(&sim).upload_tree(tree).await.unwrap();
    assert_eq!(summary.to_string(), "3 transferred (125 bytes), 1 ignored");
    assert_eq!(remote(&sim).await["/63"], [95]);
    writer.join().unwrap();
}

#[tokio::test]
async fn refuses_an_empty_pipe() {
    let (sim, directory) = (sim(), tempfile::tempdir().unwrap());
    let path = pipe(directory.path(), "63");
    let writer = write(&path, &[]);
    let (account, folder) = place(&sim);
    let error =
        transfers(&sim).upload(Upload::from_path(account, folder, &path)).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Invalid);
    assert!(error.to_string().contains("no empty files"), "{error}");
    writer.join().unwrap();
}

/// Runs an upload in a separate runtime and drops both. Fails if that takes too long.
fn ends_with_its_runtime(upload: impl Fn(&Sim) -> Upload + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let sim = sim();
        let upload = upload(&sim);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let result = runtime.block_on(transfers(&sim).upload(upload));
        drop(runtime);
        sender.send(result.unwrap_err()).unwrap();
    });
    let error = receiver.recv_timeout(Duration::from_secs(60)).expect("it hangs");
    let kinds = [TransferErrorKind::Timeout, TransferErrorKind::Manifest];
    assert!(kinds.contains(&error.kind()), "{error}");
}

#[test]
fn a_pipe_without_a_writer_does_not_block() {
    let directory = tempfile::tempdir().unwrap();
    let path = pipe(directory.path(), "pipe");
    ends_with_its_runtime(move |sim| {
        let (account, folder) = place(sim);
        Upload::from_path(account, folder, &path).deadline(Duration::from_millis(50))
    });
}

#[test]
fn a_pipe_at_the_manifest_does_not_block() {
    let directory = local(&[("a.mov", 10)]);
    let at = Arc::new(directory.path().to_owned());
    let manifest = pipe(&at, "a.mov.upload");
    let path = manifest.clone();
    ends_with_its_runtime(move |sim| {
        let (account, folder) = place(sim);
        Upload::from_path(account, folder, at.join("a.mov")).manifest(&path)
    });
    ends_with_its_runtime(move |_| Upload::resume(&manifest));
}

#[tokio::test(start_paused = true)]
async fn refuses_unsuitable_paths_before_any_upload() {
    let (sim, directory) = (sim(), local(&[("a.mov", 10), ("b.txt", 10)]));
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("c.mov.part"), "half").unwrap();
    std::fs::write(at("c.mov.part.json"), "{}").unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    symlink("gone.mov", at("dangling")).unwrap();
    symlink("loop", at("loop")).unwrap();
    let (account, folder) = place(&sim);
    for (path, text) in [
        (PathBuf::from("/dev/null"), "it is a device"),
        (at("socket"), "it is a socket"),
        (at("b.txt"), "it does not match the patterns to include"),
        (at("c.mov.part"), "part of an incomplete download"),
        (at("missing"), "no such file or directory"),
        (at("dangling"), "symbolic link to 'gone.mov', which does not exist"),
        (at("loop"), "oo many levels of symbolic links"),
        (at("a.mov/x"), "not a directory"),
    ] {
        let tree = UploadTree::paths(&account, &folder, [at("a.mov"), path.clone()]);
        let filter = Filter::new().include("*.mov").include("*.part").include("socket");
        let tree = tree.filter(filter.include("null"));
        let error = transfers(&sim).upload_tree(tree).await.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(error.to_string().contains(&*path.to_string_lossy()), "{error}");
    }
    assert_eq!(sim.stats().requests, 0);

    // A given file that is excluded by a pattern is reported.
    let tree = UploadTree::paths(&account, &folder, [at("a.mov"), at("b.txt")])
        .filter(Filter::new().exclude("*.txt"));
    let summary = transfers(&sim).upload_tree(tree).await.unwrap();
    assert_eq!((summary.transferred, summary.ignored), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn reports_the_target_of_a_dangling_link() {
    let (sim, directory) = (sim(), local(&[("a.mov", 10)]));
    symlink("gone.mov", directory.path().join("link.mov")).unwrap();
    let tree = tree(&sim, &directory).follow_links(true);
    let summary = transfers(&sim).upload_tree(tree).await.unwrap();
    assert_eq!((summary.transferred, summary.failed.len()), (1, 1));
    let Outcome::Failed(error) = &summary.failed[0].outcome else { panic!("{summary:?}") };
    assert!(error.to_string().contains("'gone.mov', which does not exist"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn uploads_without_manifests_if_they_cannot_be_saved() {
    let (sim, directory) = (sim(), local(&[("a.mov", 95), ("b.mov", 10), ("Day 1/c.mov", 4)]));
    let kept = local(&[("file", 1)]);
    let warnings = Arc::new(Mutex::new(Vec::new()));
    let warned = warnings.clone();
    let tree = tree(&sim, &directory)
        .manifests(kept.path().join("file/uploads"))
        .on_warning(move |error| warned.lock().unwrap().push((error.kind(), error.to_string())));
    let summary = transfers(&sim).upload_tree(tree).await.unwrap();
    assert!(summary.is_complete() && summary.transferred == 3, "{summary:?}");
    let warnings = warnings.lock().unwrap().clone();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0].0, TransferErrorKind::Manifest);
    assert!(warnings[0].1.contains("file/uploads': not a directory"), "{warnings:?}");
}
