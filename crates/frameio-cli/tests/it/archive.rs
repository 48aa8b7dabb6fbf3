//! `frameio archive`.

use std::path::Path;
use std::time::Duration;

use frameio_sim::{Fault, SavedState, Sim, SimServer};
use serde_json::{Value, json};

use crate::program::{end, offline, program, run, wait_until};

const PROJECT: &str = "/Film/The Crossing";

/// Serves the demo account with files of a few kilobytes.
async fn small_demo() -> (Sim, SimServer) {
    let mut state: Value = serde_json::from_str(&SavedState::demo().to_string()).unwrap();
    for list in ["contents", "uploads"] {
        // The only file that is not complete keeps its parts.
        let is_uploading = |id: &String, _: &mut Value| id.starts_with("0000002d");
        state[list].as_object_mut().unwrap().retain(is_uploading);
    }
    for file in state["state"]["files"].as_array_mut().unwrap() {
        if file["status"] != "created" {
            file["file_size"] = (file["file_size"].as_u64().unwrap() % 5000 + 100).into();
        }
    }
    let sim = Sim::builder().state(state.to_string().parse().unwrap()).quotas(false).build();
    let server = sim.serve().await.unwrap();
    (sim, server)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn verify(directory: &Path) -> crate::program::Ended {
    let mut command = offline();
    command.args(["archive", "verify", text(directory), "--json"]);
    end(command, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_verifies_and_restores_the_demo_project() {
    let (_sim, server) = small_demo().await;
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (directory.path().join("first"), directory.path().join("second"));
    let saved = run(&server, &["archive", PROJECT, "-o", text(&first)]).await;
    assert_eq!(saved.status, 0, "{saved:?}");
    assert!(saved.stderr.contains("not saved   /Still uploading.mov: its upload is incomplete"));
    assert!(
        saved.stdout.contains(", 1 version stack, 5 comments, 3 replies, 1 share, "),
        "{saved:?}"
    );
    let summary = verify(&first).await.json();
    assert_eq!(summary["summary"], json!({ "files": 23, "findings": 0, "intact": true }));

    let place = "/Film/The Crossing restored";
    let restored = run(&server, &["archive", "restore", text(&first), place]).await;
    restored.succeeded();
    for lost in ["not restored  3 replies: ", "not restored  5 authors and dates of comments: "] {
        assert!(restored.stdout.contains(lost), "{restored:?}");
    }
    let again = run(&server, &["archive", place, "-o", text(&second), "--json"]).await;
    assert_eq!(again.status, 0, "{again:?}");
    let summary = again.lines().pop().unwrap();
    let counts = ["files", "folders", "version_stacks", "comments", "replies", "shares"];
    let counts = counts.map(|name| summary["summary"][name].as_u64().unwrap());
    assert_eq!(counts, [13, 9, 1, 5, 0, 1], "{summary}");
    let complete = run(&server, &["archive", place, "-o", text(&second)]).await;
    assert!(
        complete.status == 0 && complete.stderr.contains("nothing was changed"),
        "{complete:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_continues_and_a_damaged_archive_is_reported() {
    let (sim, server) = small_demo().await;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("archive");
    let downloads = || sim.stats().by_operation.get(Sim::DOWNLOAD).copied().unwrap_or_default();
    // Every third download takes too long, so that the run stops with four of them after eight others.
    sim.inject(Fault::delay(Duration::from_secs(3600)).on(Sim::DOWNLOAD).every(3));
    let mut command = program(&server);
    let mut child = command.args(["archive", PROJECT, "-o", text(&root)]).spawn().unwrap();
    wait_until(|| downloads() >= 8).await;
    child.kill().await.unwrap();
    sim.clear_faults();
    let incomplete = verify(&root).await;
    assert_eq!(incomplete.status, 1);
    assert_eq!(incomplete.lines()[0]["finding"], "incomplete", "{incomplete:?}");
    let ended = run(&server, &["archive", PROJECT, "-o", text(&root), "--json"]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.lines().iter().any(|line| line["outcome"] == "skipped"), "{ended:?}");
    assert_eq!(verify(&root).await.status, 0);

    let poster = root.join("media/Stills/Poster.png");
    let mut bytes = std::fs::read(&poster).unwrap();
    bytes[7] ^= 1;
    std::fs::write(&poster, bytes).unwrap();
    std::fs::remove_file(root.join("media/Sound/Mix 02.wav")).unwrap();
    let damaged = verify(&root).await;
    assert_eq!(damaged.status, 1);
    let found: Vec<_> = damaged.lines().iter().map(|it| it["finding"].clone()).collect();
    assert_eq!(json!(found), json!(["missing", "changed", null]), "{damaged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_other_directories_and_places() {
    let (_sim, server) = small_demo().await;
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("notes.txt"), "mine").unwrap();
    let root = text(directory.path());
    for (arguments, message) in [
        (&[PROJECT, "-o", root][..], "it is not empty and not an archive"),
        (&["verify", root], "it has no 'archive.json'"),
        (&["/Film/The Crossing/Cuts", "-o", "new"], "is not a project"),
        (&["restore", root, "/Film"], "is not a path of a project"),
        (&["restore", root, "/Film/New"], "it has no 'archive.json'"),
    ] {
        let refused = run(&server, &[&["archive"], arguments].concat()).await;
        assert!(refused.failed(2).contains(message), "{refused:?}");
    }
    let usage = run(&server, &["archive", PROJECT]).await;
    assert!(usage.status == 2 && usage.stderr.contains("--output"), "{usage:?}");
}
