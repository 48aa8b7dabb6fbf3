//! `frameio upload`: inputs, patterns and concurrent runs.

use std::process::Stdio;
use std::time::Duration;

use frameio_sim::Fault;

use crate::fixture::{Fixture, ROOT, content};
use crate::program::{end, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn patterns_match_typed_and_printed_paths() {
    let files = [("a.mov", 25), ("Cache/b.mov", 5), ("Day 1/Cache/c.mov", 5)];
    let kept = ["/in", "/in/Day 1", "/in/Day 1/Cache", "/in/Day 1/Cache/c.mov", "/in/a.mov"];
    for pattern in ["./Cache", "in/Cache", "/in/Cache", "./in/Cache", "/Cache"] {
        let fixture = Fixture::new(&files).await;
        let up = fixture.run(&["upload", "in", "--to", ROOT, "--exclude", pattern]).await;
        assert_eq!(up.status, 0, "{up:?}");
        assert_eq!(fixture.remote_paths().await, kept, "{pattern}");
    }
    let fixture = Fixture::new(&files).await;
    for (pattern, status, message) in [
        ("", 2, "invalid pattern '': it is empty"),
        ("*", 0, "1 ignored"),
        ("*.mov", 0, "3 ignored"),
    ] {
        let up = fixture.run(&["upload", "in", "--to", ROOT, "--exclude", pattern]).await;
        assert_eq!(up.status, status, "{up:?}");
        assert!(up.stderr.contains(message), "{up:?}");
    }
    assert!(fixture.remote_paths().await.is_empty(), "no folder is created for nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_continue_if_their_state_cannot_be_saved() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    std::fs::create_dir_all(fixture.directory.path().join("config/state")).unwrap();
    std::fs::write(fixture.directory.path().join("config/state/uploads"), "in the way").unwrap();
    let up = fixture.run(&["upload", "in/a.mov", "--to", ROOT]).await;
    assert_eq!(up.status, 0, "{up:?}");
    let warnings = up.stderr.lines().filter(|line| line.contains("warning: cannot save"));
    let warnings: Vec<_> = warnings.collect();
    assert_eq!(warnings.len(), 1, "{up:?}");
    assert!(warnings[0].ends_with("set FRAMEIO_CONFIG_DIR to a writable directory"), "{up:?}");
    assert_eq!(fixture.remote_paths().await, ["/a.mov"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_of_somebody_else_is_a_conflict_for_each_command() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    assert_eq!(fixture.run(&["sync", "in", ROOT]).await.status, 0);
    let elsewhere = fixture.directory.path().join("their");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::write(elsewhere.join("a.mov"), content(40)).unwrap();
    assert_eq!(fixture.run(&["upload", "their/a.mov", "--to", ROOT]).await.status, 0);
    for arguments in [
        &["sync", "in", ROOT, "--if-exists", "version"][..],
        &["upload", "in/a.mov", "--to", ROOT, "--on-conflict", "keep-both"],
    ] {
        let stale = fixture.run(arguments).await;
        let reason = "conflict    /a.mov: the remote file has changed since both sides were equal";
        assert!(stale.status == 12 && stale.stderr.contains(reason), "{stale:?}");
        assert!(stale.stderr.contains("get the remote files with 'sync --down'"), "{stale:?}");
        assert!(!stale.stderr.contains("--if-exists"), "{stale:?}");
    }
    let file = format!("{ROOT}/a.mov");
    let got = fixture.run(&["download", &file, "-o", "in"]).await;
    assert!(got.stderr.contains("1 transferred (40 B)"), "{got:?}");
    assert_eq!(fixture.read("in/a.mov"), content(40));
    let sync = fixture.run(&["sync", "in", ROOT, "--if-exists", "version"]).await;
    assert!(sync.stderr.contains("0 transferred (0 B), 1 already present\n"), "{sync:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_name_is_a_conflict_and_a_missing_version_is_not_found() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    let upload = ["upload", "in/a.mov", "--to", ROOT, "--json"];
    assert_eq!(fixture.run(&upload).await.status, 0);
    let failed = fixture.run(&[&upload[..], &["--if-exists", "fail"]].concat()).await;
    assert_eq!((failed.status, &failed.lines()[0]["error"]["kind"]), (12, &"conflict".into()));
    std::fs::write(fixture.directory.path().join("in/a.mov"), "longer than the one before it")
        .unwrap();
    let version = fixture.run(&[&upload[..], &["--if-exists", "version"]].concat()).await;
    assert_eq!(version.status, 0, "{version:?}");
    let missing = ["download", ROOT, "-o", "out", "--version", "4", "--json"];
    let missing = fixture.run(&missing).await;
    assert_eq!((missing.status, &missing.lines()[0]["error"]["kind"]), (5, &"not_found".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_replaced_file_of_a_conflict_is_reported() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    assert_eq!(fixture.run(&["sync", "in", ROOT]).await.status, 0);
    std::fs::write(fixture.directory.path().join("in/a.mov"), "a new export").unwrap();
    let down = ["sync", "in", ROOT, "--down", "--on-conflict", "replace"];
    let replaced = fixture.run(&down).await;
    assert_eq!(replaced.status, 0, "{replaced:?}");
    let fact = "; the local file is moved to '.frameio-trash'";
    assert!(replaced.stdout.lines().any(|line| line.ends_with(fact)), "{replaced:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_warns_if_it_cannot_record_its_files() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    assert_eq!(fixture.run(&["upload", "in/a.mov", "--to", ROOT]).await.status, 0);
    let states = fixture.directory.path().join("config/state/sync");
    std::fs::remove_dir_all(&states).unwrap();
    std::fs::write(&states, "in the way").unwrap();
    let file = format!("{ROOT}/a.mov");
    let down = fixture.run(&["download", &file, "-o", "out"]).await;
    let warning = "the next run will not know which files are equal";
    assert!(down.status == 0 && down.stderr.matches(warning).count() == 1, "{down:?}");
    assert_eq!(fixture.read("out/a.mov"), content(25));
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_uploads_of_a_directory_upload_each_file_once() {
    let files = [("a.mov", 25), ("b.mov", 95), ("Day 1/c.mov", 5), ("Day 1/d.mov", 44)];
    let fixture = Fixture::new(&files).await;
    fixture.sim.inject(Fault::delay(Duration::from_millis(10)).every(1));
    let arguments = ["upload", "in", "--to", ROOT];
    let runs = (0..3).map(|_| fixture.run(&arguments));
    for run in futures_util::future::join_all(runs).await {
        assert_eq!(run.status, 0, "{run:?}");
        assert!(!run.stderr.contains("unfinished"), "{run:?}");
    }
    fixture.sim.clear_faults();
    let all = ["/in", "/in/Day 1", "/in/Day 1/c.mov", "/in/Day 1/d.mov", "/in/a.mov", "/in/b.mov"];
    assert_eq!(fixture.remote_paths().await, all);
    assert_eq!(fixture.calls("files.create_local_upload"), 4);
    assert!(fixture.state().is_empty());
}

#[cfg(unix)]
mod unix {
    use super::*;

    fn pipe(fixture: &Fixture, name: &str) {
        let path = fixture.directory.path().join(name);
        let status = std::process::Command::new("mkfifo").arg(path).status().unwrap();
        assert!(status.success());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn standard_input_is_uploaded() {
        let fixture = Fixture::new(&[("a.mov", 25)]).await;
        let arguments = ["upload", "in/a.mov", "/dev/stdin", "--to", ROOT];
        let up = end(fixture.command(&arguments), Some("the whole film")).await;
        assert_eq!(up.status, 0, "{up:?}");
        assert!(up.stdout.contains("transferred /stdin (14 B)"), "{up:?}");
        assert_eq!(fixture.remote_paths().await, ["/a.mov", "/stdin"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn refuses_unsuitable_input_before_uploading_anything() {
        let fixture = Fixture::new(&[("a.mov", 25), ("b.txt", 5)]).await;
        let at = |name: &str| fixture.directory.path().join(name);
        std::os::unix::fs::symlink("gone", at("dangling")).unwrap();
        for (path, message) in [
            ("/dev/null", "cannot open '/dev/null': it is a device"),
            ("in/b.txt", "it does not match the patterns to include"),
            ("dangling", "it is a symbolic link to 'gone', which does not exist"),
            ("in/a.mov/x", "cannot open 'in/a.mov/x': not a directory"),
        ] {
            let arguments = ["upload", "in/a.mov", path, "--to", ROOT, "--include", "*.mov"];
            let up = fixture.run(&arguments).await;
            assert!(up.failed(2).contains(message), "{up:?}");
        }
        assert!(fixture.remote_paths().await.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn signals_stop_an_upload_that_waits_for_a_pipe() {
        for signal in ["-INT", "-TERM"] {
            let fixture = Fixture::new(&[("a.mov", 25)]).await;
            pipe(&fixture, "pipe");
            let mut command = fixture.command(&["upload", "in/a.mov", "pipe", "--to", ROOT]);
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            wait_until(|| fixture.calls("files.create_local_upload") == 1).await;
            let id = child.id().unwrap().to_string();
            let sent = tokio::process::Command::new("kill").args([signal, &id]).status().await;
            assert!(sent.unwrap().success());
            let ended = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output());
            let ended = ended.await.expect("it hangs").unwrap();
            assert_eq!(ended.status.code(), Some(130), "{signal}: {ended:?}");
        }
    }
}
