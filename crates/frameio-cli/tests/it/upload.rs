//! `frameio upload`: what it accepts as input, what it leaves out, and several runs at once.

use std::process::Stdio;
use std::time::Duration;

use frameio_sim::Fault;

use crate::program::{end, wait_until};
use crate::transfer::{Place, ROOT};

#[tokio::test(flavor = "multi_thread")]
async fn patterns_match_paths_as_they_are_typed_and_as_they_are_shown() {
    let files = [("a.mov", 25), ("Cache/b.mov", 5), ("Day 1/Cache/c.mov", 5)];
    let kept = ["/in", "/in/Day 1", "/in/Day 1/Cache", "/in/Day 1/Cache/c.mov", "/in/a.mov"];
    for pattern in ["./Cache", "in/Cache", "/in/Cache", "./in/Cache", "/Cache"] {
        let place = Place::new(&files).await;
        let up = place.run(&["upload", "in", "--to", ROOT, "--exclude", pattern]).await;
        assert_eq!(up.status, 0, "{up:?}");
        assert_eq!(place.there().await, kept, "{pattern}");
    }
    let place = Place::new(&files).await;
    for (pattern, status, message) in [
        ("", 2, "invalid pattern '': it is empty"),
        ("*", 0, "1 ignored"),
        ("*.mov", 0, "3 ignored"),
    ] {
        let up = place.run(&["upload", "in", "--to", ROOT, "--exclude", pattern]).await;
        assert_eq!(up.status, status, "{up:?}");
        assert!(up.stderr.contains(message), "{up:?}");
    }
    assert!(place.there().await.is_empty(), "no folder is created for nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_go_on_where_their_state_cannot_be_kept() {
    let place = Place::new(&[("a.mov", 25)]).await;
    std::fs::create_dir(place.directory.path().join("config")).unwrap();
    std::fs::write(place.directory.path().join("config/uploads"), "in the way").unwrap();
    let up = place.run(&["upload", "in/a.mov", "--to", ROOT]).await;
    assert_eq!(up.status, 0, "{up:?}");
    let warnings = up.stderr.lines().filter(|line| line.contains("warning: cannot save"));
    let warnings: Vec<_> = warnings.collect();
    assert_eq!(warnings.len(), 1, "{up:?}");
    assert!(warnings[0].ends_with("set FRAMEIO_CONFIG_DIR to a writable directory"), "{up:?}");
    assert_eq!(place.there().await, ["/a.mov"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_uploads_of_a_directory_at_once_upload_each_file_once() {
    let files = [("a.mov", 25), ("b.mov", 95), ("Day 1/c.mov", 5), ("Day 1/d.mov", 44)];
    let place = Place::new(&files).await;
    place.sim.inject(Fault::delay(Duration::from_millis(10)).every(1));
    let arguments = ["upload", "in", "--to", ROOT];
    let runs = (0..3).map(|_| place.run(&arguments));
    for run in futures_util::future::join_all(runs).await {
        assert_eq!(run.status, 0, "{run:?}");
        assert!(!run.stderr.contains("unfinished"), "{run:?}");
    }
    place.sim.clear_faults();
    let all = ["/in", "/in/Day 1", "/in/Day 1/c.mov", "/in/Day 1/d.mov", "/in/a.mov", "/in/b.mov"];
    assert_eq!(place.there().await, all);
    assert_eq!(place.calls("files.create_local_upload"), 4);
    assert!(place.state().is_empty());
}

#[cfg(unix)]
mod unix {
    use super::*;

    fn pipe(place: &Place, name: &str) {
        let path = place.directory.path().join(name);
        let status = std::process::Command::new("mkfifo").arg(path).status().unwrap();
        assert!(status.success());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn standard_input_is_uploaded() {
        let place = Place::new(&[("a.mov", 25)]).await;
        let arguments = ["upload", "in/a.mov", "/dev/stdin", "--to", ROOT];
        let up = end(place.command(&arguments), Some("the whole film")).await;
        assert_eq!(up.status, 0, "{up:?}");
        assert!(up.stdout.contains("transferred /stdin (14 B)"), "{up:?}");
        assert_eq!(place.there().await, ["/a.mov", "/stdin"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_input_that_cannot_be_uploaded_is_a_failure_before_anything_is() {
        let place = Place::new(&[("a.mov", 25), ("b.txt", 5)]).await;
        let at = |name: &str| place.directory.path().join(name);
        std::os::unix::fs::symlink("gone", at("dangling")).unwrap();
        for (path, message) in [
            ("/dev/null", "cannot open '/dev/null': it is a device"),
            ("in/b.txt", "it does not match the patterns to include"),
            ("dangling", "it is a symbolic link to 'gone', which does not exist"),
            ("in/a.mov/x", "cannot open 'in/a.mov/x': not a directory"),
        ] {
            let arguments = ["upload", "in/a.mov", path, "--to", ROOT, "--include", "*.mov"];
            let up = place.run(&arguments).await;
            assert!(up.failed(2).contains(message), "{up:?}");
        }
        assert!(place.there().await.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn signals_end_an_upload_that_waits_for_a_pipe() {
        for signal in ["-INT", "-TERM"] {
            let place = Place::new(&[("a.mov", 25)]).await;
            pipe(&place, "pipe");
            let mut command = place.command(&["upload", "in/a.mov", "pipe", "--to", ROOT]);
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            wait_until(|| place.calls("files.create_local_upload") == 1).await;
            let id = child.id().unwrap().to_string();
            let sent = tokio::process::Command::new("kill").args([signal, &id]).status().await;
            assert!(sent.unwrap().success());
            let ended = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output());
            let ended = ended.await.expect("it hangs").unwrap();
            assert_eq!(ended.status.code(), Some(130), "{signal}: {ended:?}");
        }
    }
}
