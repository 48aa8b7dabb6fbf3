//! The run after a run with failures: it repairs them, or fails too.

use frameio_sim::{Fault, Sim};
use http::StatusCode;

use crate::fixture::{Fixture, ROOT, content};
use crate::program::Ended;

/// Commands that send the directory, with the remote path of a file in it.
const COMMANDS: [(&[&str], &str); 3] = [
    (&["upload", "in", "--to", ROOT], "/in/a.mov"),
    (&["sync", "in", ROOT], "/a.mov"),
    (&["watch", "in", ROOT, "--once", "--settle", "0"], "/a.mov"),
];

/// Runs a command without retries.
async fn run(fixture: &Fixture, command: &[&str], more: &[&str]) -> Ended {
    fixture.run(&[command, &["--max-retries", "0"], more].concat()).await
}

/// Fails each request of an operation.
fn fail(fixture: &Fixture, operation: &'static str) {
    fixture.sim.inject(Fault::status(StatusCode::BAD_REQUEST).on(operation).every(1));
}

/// Returns the content of a remote file.
async fn remote(fixture: &Fixture, path: &str) -> Vec<u8> {
    let down = fixture.run(&["download", &format!("{ROOT}{path}"), "-o", "remote"]).await;
    assert_eq!(down.status, 0, "{down:?}");
    let name = path.rsplit('/').next().unwrap();
    fixture.read(&format!("remote/{name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_part_or_creation_fails_each_run_until_the_file_is_complete() {
    for (command, path) in COMMANDS {
        for operation in [Sim::UPLOAD_PART, "files.create_local_upload"] {
            let fixture = Fixture::new(&[("a.mov", 35), ("b.mov", 25)]).await;
            fixture.sim.inject(Fault::status(StatusCode::BAD_REQUEST).on(operation).next(1));
            let first = run(&fixture, command, &[]).await;
            assert_eq!(first.status, 6, "{first:?}");
            fail(&fixture, operation);
            let again = run(&fixture, command, &[]).await;
            assert_eq!(again.status, 6, "{again:?}");
            assert!(again.stderr.contains("1 failed"), "{again:?}");
            fixture.sim.clear_faults();
            let last = run(&fixture, command, &[]).await;
            assert_eq!(last.status, 0, "{last:?}");
            assert!(!last.stderr.contains("incomplete"), "{last:?}");
            assert_eq!(remote(&fixture, path).await, content(35));
            assert!(fixture.state().is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_may_have_been_carried_out_is_not_repeated_in_the_run() {
    const CREATE: &str = "files.create_local_upload";
    for (command, path) in COMMANDS {
        let fixture = Fixture::new(&[("a.mov", 35)]).await;
        fixture.sim.inject(Fault::status(StatusCode::BAD_GATEWAY).on(CREATE).next(1));
        let first = fixture.run(command).await;
        assert_ne!(first.status, 0, "{first:?}");
        let creations =
            fixture.sim.requests().iter().filter(|it| it.operation == Some(CREATE)).count();
        assert_eq!(creations, 1, "{first:?}");
        let last = fixture.run(command).await;
        assert_eq!(last.status, 0, "{last:?}");
        assert_eq!(remote(&fixture, path).await, content(35));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_not_stacked_is_stacked_by_the_next_run() {
    for (command, path) in COMMANDS {
        let fixture = Fixture::new(&[("a.mov", 35)]).await;
        assert_eq!(run(&fixture, command, &[]).await.status, 0);
        let local = fixture.directory.path().join("in/a.mov");
        std::fs::write(&local, content(45)).unwrap();
        let version = ["--if-exists", "version"];
        fail(&fixture, "version_stacks.create");
        for more in [&version[..], &version, &[]] {
            let failed = run(&fixture, command, more).await;
            assert_eq!(failed.status, 6, "{more:?}: {failed:?}");
            assert!(failed.stderr.contains("1 failed"), "{failed:?}");
        }
        fixture.sim.clear_faults();
        let before = fixture.calls("files.create_local_upload");
        let last = run(&fixture, command, &[]).await;
        assert_eq!(last.status, 0, "{last:?}");
        assert_eq!(fixture.calls("files.create_local_upload"), before, "it is not sent again");
        assert_eq!(remote(&fixture, path).await, content(45));
        let again = run(&fixture, command, &[]).await;
        assert_eq!(again.status, 0, "{again:?}");
        assert_eq!(fixture.calls("version_stacks.create"), 4, "{again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_deletion_is_tried_again() {
    let fixture = Fixture::new(&[("a.mov", 35), ("b.mov", 25)]).await;
    let sync = ["sync", "in", ROOT, "--delete", "--yes"];
    assert_eq!(run(&fixture, &sync, &[]).await.status, 0);
    std::fs::remove_file(fixture.directory.path().join("in/a.mov")).unwrap();
    fail(&fixture, "files.delete");
    for _ in 0..2 {
        let failed = run(&fixture, &sync, &[]).await;
        assert_eq!(failed.status, 6, "{failed:?}");
        assert!(failed.stderr.contains("failed      /a.mov: "), "{failed:?}");
    }
    fixture.sim.clear_faults();
    let last = run(&fixture, &sync, &[]).await;
    assert_eq!(last.status, 0, "{last:?}");
    assert_eq!(fixture.remote_paths().await, ["/b.mov"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_rename_is_tried_again() {
    let fixture = Fixture::new(&[("a.mov", 35), ("b.mov", 25)]).await;
    let sync = ["sync", "in", ROOT];
    assert_eq!(run(&fixture, &sync, &[]).await.status, 0);
    let local = |name: &str| fixture.directory.path().join("in").join(name);
    std::fs::rename(local("a.mov"), local("c.mov")).unwrap();
    fail(&fixture, "files.update");
    for _ in 0..2 {
        let failed = run(&fixture, &sync, &[]).await;
        assert_eq!(failed.status, 6, "{failed:?}");
    }
    fixture.sim.clear_faults();
    let last = run(&fixture, &sync, &[]).await;
    assert_eq!(last.status, 0, "{last:?}");
    assert_eq!(fixture.remote_paths().await, ["/b.mov", "/c.mov"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_download_fails_each_run_until_the_file_is_complete() {
    let commands: [&[&str]; 3] = [
        &["download", ROOT, "-o", "out"],
        &["sync", "out", ROOT, "--down"],
        &["watch", "--down", ROOT, "out", "--once"],
    ];
    for command in commands {
        let fixture = Fixture::new(&[("a.mov", 35), ("b.mov", 25)]).await;
        assert_eq!(fixture.run(&["sync", "in", ROOT]).await.status, 0);
        fixture.sim.inject(Fault::status(StatusCode::BAD_REQUEST).on(Sim::DOWNLOAD).next(1));
        let first = run(&fixture, command, &[]).await;
        assert_eq!(first.status, 6, "{first:?}");
        fail(&fixture, Sim::DOWNLOAD);
        let again = run(&fixture, command, &[]).await;
        assert_eq!(again.status, 6, "{again:?}");
        fixture.sim.clear_faults();
        let last = run(&fixture, command, &[]).await;
        assert_eq!(last.status, 0, "{last:?}");
        let within = if command[0] == "download" { "out/Demo Project" } else { "out" };
        assert_eq!(fixture.read(&format!("{within}/a.mov")), content(35));
        assert_eq!(fixture.read(&format!("{within}/b.mov")), content(25));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_created_or_listed_fails_each_run() {
    for (command, _) in COMMANDS {
        let fixture = Fixture::new(&[("Day 1/a.mov", 35)]).await;
        for operation in ["folders.create", "folders.index"] {
            fail(&fixture, operation);
            for _ in 0..2 {
                let failed = run(&fixture, command, &[]).await;
                assert!(![0, 12].contains(&failed.status), "{operation}: {failed:?}");
            }
            fixture.sim.clear_faults();
        }
        assert_eq!(run(&fixture, command, &[]).await.status, 0);
        assert!(fixture.remote_paths().await.iter().any(|path| path.ends_with("/Day 1/a.mov")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_local_deletion_is_tried_again() {
    let fixture = Fixture::new(&[("a.mov", 35), ("b.mov", 25)]).await;
    assert_eq!(fixture.run(&["sync", "in", ROOT]).await.status, 0);
    let removed = fixture.run(&["rm", &format!("{ROOT}/a.mov"), "--yes"]).await;
    assert_eq!(removed.status, 0, "{removed:?}");
    let down = ["sync", "in", ROOT, "--down", "--delete", "--yes"];
    let trash = fixture.directory.path().join("in/.frameio-trash");
    std::fs::write(&trash, "not a directory").unwrap();
    for _ in 0..2 {
        let failed = run(&fixture, &down, &[]).await;
        assert_eq!(failed.status, 1, "{failed:?}");
        assert!(failed.stderr.contains("failed      /a.mov: "), "{failed:?}");
        assert_eq!(fixture.read("in/a.mov"), content(35));
    }
    std::fs::remove_file(trash).unwrap();
    let last = run(&fixture, &down, &[]).await;
    assert_eq!(last.status, 0, "{last:?}");
    assert!(!fixture.directory.path().join("in/a.mov").exists());
}
