//! Links, pipes and unrelated files at the paths that a download writes to.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use frameio::FileId;
use frameio::transfer::{DownloadTree, Existing, TransferErrorKind};
use frameio_sim::Sim;

use crate::download::{download, names, sim, uploaded};
use crate::support::{content, transfers};
use crate::walk::tree;

struct Case {
    sim: Sim,
    id: FileId,
    directory: tempfile::TempDir,
}

impl Case {
    async fn new() -> Self {
        let sim = sim();
        let id = uploaded(&sim, "a.mov", 95).await;
        Self { sim, id, directory: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs a download that is refused, and returns the message.
    async fn refused(&self) -> String {
        let get = download(&self.sim, &self.id, &self.at("a.mov")).existing(Existing::SkipSame);
        let error = transfers(&self.sim).download(get).await.unwrap_err();
        assert_eq!(error.kind(), TransferErrorKind::Disk, "{error}");
        assert!(!self.at("a.mov").exists());
        error.to_string()
    }
}

fn mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[tokio::test(start_paused = true)]
async fn refuses_a_link_at_the_partial_file_and_keeps_its_target() {
    let case = Case::new().await;
    std::fs::write(case.at("precious"), "precious").unwrap();
    for (make, expected) in [
        (symlink::<PathBuf, PathBuf> as fn(PathBuf, PathBuf) -> _, "a symbolic link"),
        (std::fs::hard_link::<PathBuf, PathBuf>, "one of 2 hard links"),
    ] {
        make(case.at("precious"), case.at("a.mov.part")).unwrap();
        let error = case.refused().await;
        assert!(error.contains("a.mov.part' is "), "{error}");
        assert!(error.contains(expected) && error.contains("move it away"), "{error}");
        assert_eq!(std::fs::read(case.at("precious")).unwrap(), b"precious");
        std::fs::remove_file(case.at("a.mov.part")).unwrap();
    }
    symlink(case.at("created"), case.at("a.mov.part")).unwrap();
    case.refused().await;
    assert_eq!(names(case.directory.path()), ["a.mov.part", "precious"]);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_pipe_at_the_partial_file_or_its_record() {
    let case = Case::new().await;
    for name in ["a.mov.part", "a.mov.part.json", "a.mov.part.json.new"] {
        mkfifo(&case.at(name));
        let error = case.refused().await;
        assert!(error.contains(&format!("{name}' is a named pipe")), "{error}");
        assert!(names(case.directory.path()).contains(&name.to_owned()));
        for name in names(case.directory.path()) {
            std::fs::remove_file(case.at(&name)).unwrap();
        }
    }
}

#[test]
fn a_pipe_does_not_block_the_shutdown_of_the_runtime() {
    let (ended, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let case = runtime.block_on(Case::new());
        mkfifo(&case.at("a.mov.part.json"));
        let get = download(&case.sim, &case.id, &case.at("a.mov"));
        let running = runtime.spawn(transfers(&case.sim).download(get));
        runtime
            .block_on(async { drop(tokio::time::timeout(Duration::from_secs(5), running).await) });
        drop(runtime);
        ended.send(()).unwrap();
    });
    end.recv_timeout(Duration::from_secs(60)).expect("the runtime shuts down");
}

#[tokio::test(start_paused = true)]
async fn refuses_an_unrelated_file_at_the_partial_file() {
    let case = Case::new().await;
    std::fs::write(case.at("a.mov.part"), "precious").unwrap();
    let error = case.refused().await;
    assert!(error.contains("is not a partial download"), "{error}");
    assert_eq!(std::fs::read(case.at("a.mov.part")).unwrap(), b"precious");
}

#[tokio::test(start_paused = true)]
async fn a_link_at_the_target_is_a_conflict() {
    let case = Case::new().await;
    std::fs::write(case.at("precious"), "precious").unwrap();
    symlink(case.at("precious"), case.at("a.mov")).unwrap();
    for existing in [Existing::SkipSame, Existing::ReplaceDifferent, Existing::Overwrite] {
        let get = download(&case.sim, &case.id, &case.at("a.mov")).existing(existing);
        let error = transfers(&case.sim).download(get).await.unwrap_err();
        assert_eq!(error.kind(), TransferErrorKind::Conflict);
        assert!(error.to_string().contains("it is a symbolic link"), "{error}");
    }
    assert_eq!(std::fs::read(case.at("precious")).unwrap(), b"precious");
    assert_eq!(names(case.directory.path()), ["a.mov", "precious"]);
}

#[tokio::test(start_paused = true)]
async fn does_not_follow_a_link_with_the_name_of_a_project() {
    let sim = sim();
    tree(&sim).await;
    let directory = tempfile::tempdir().unwrap();
    let (to, outside) = (directory.path().join("to"), directory.path().join("outside"));
    std::fs::create_dir(&to).unwrap();
    std::fs::create_dir(&outside).unwrap();
    symlink(&outside, to.join("Demo Project")).unwrap();
    let project = transfers(&sim).resolve("/Demo Workspace/Demo Project".parse().unwrap()).await;
    let project = project.unwrap();
    let items = || DownloadTree::items([project.clone()], &to);
    for dry_run in [true, false] {
        let summary = transfers(&sim).download_tree(items().dry_run(dry_run)).await.unwrap();
        assert_eq!((summary.transferred, summary.failed.len()), (0, 1), "{summary:?}");
        let error = format!("{:?}", summary.failed);
        assert!(error.contains("it is a symbolic link"), "{error}");
    }
    assert_eq!(names(&outside), <[&str; 0]>::default());

    std::fs::remove_file(to.join("Demo Project")).unwrap();
    let summary = transfers(&sim).download_tree(items()).await.unwrap();
    assert_eq!((summary.transferred, summary.is_complete()), (3, true), "{summary:?}");
    assert_eq!(std::fs::read(to.join("Demo Project/Day 1/b.mov")).unwrap(), content(20));
    // The directory given by the caller may be a symbolic link.
    symlink(&to, directory.path().join("link")).unwrap();
    let link = DownloadTree::items([project.clone()], directory.path().join("link"));
    assert_eq!(transfers(&sim).download_tree(link).await.unwrap().skipped, 3);
}
