//! A small demo account, and archives of its project.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use frameio::Client;
use frameio::transfer::Transfers;
use frameio_archive::{Archiver, CreateArchive, Created};
use frameio_sim::{SavedState, Sim};
use serde_json::{Value, json};

/// The folder with the posters of the demo project, a file in it, and a file that is not complete.
const STILLS: &str = "00000019-f1a0-4000-8000-000000000000";
const UPLOADING: &str = "0000002d-f1a0-4000-8000-000000000000";
const POSTER: &str = "0000002a-f1a0-4000-8000-000000000000";
const COMMENT: &str = "00000034-f1a0-4000-8000-000000000000";

/// Names that are not safe as paths, or differ only in case or normalization.
pub(crate) const HOSTILE: [&str; 8] = [
    "..",
    "a/b\\c.png",
    "CON.png",
    "poster.PNG",
    "<script>alert(1)</script>.png",
    "Gr\u{f6}\u{df}e.png",
    "Gro\u{308}\u{df}e.png",
    "end. ",
];

pub(crate) const HOSTILE_TEXT: &str = "</div><script>alert(\"x\")</script> & \u{202e}";

/// Returns the demo account with files of a few kilobytes, hostile names and a hostile comment.
pub(crate) fn demo() -> Sim {
    let mut state: Value = serde_json::from_str(&SavedState::demo().to_string()).unwrap();
    forget_contents(&mut state);
    let part = &mut state["state"];
    let files = part["files"].as_array_mut().unwrap();
    for file in files.iter_mut().filter(|file| file["status"] != "created") {
        file["file_size"] = (file["file_size"].as_u64().unwrap() % 5000 + 100).into();
    }
    let poster = files.iter().find(|file| file["id"] == POSTER).unwrap().clone();
    for (at, name) in HOSTILE.into_iter().enumerate() {
        let mut file = poster.clone();
        file["id"] = format!("{at:08x}-aaaa-4000-8000-000000000000").into();
        file["name"] = name.into();
        file["parent_id"] = STILLS.into();
        files.push(file);
    }
    let comments = part["comments"].as_array_mut().unwrap();
    let comment = comments.iter_mut().find(|it| it["id"] == COMMENT).unwrap();
    comment["text"] = HOSTILE_TEXT.into();
    Sim::builder().state(state.to_string().parse().unwrap()).quotas(false).build()
}

/// Returns a simulator with the same state.
pub(crate) fn same(sim: &Sim) -> Sim {
    Sim::builder().state(sim.state()).quotas(false).build()
}

/// Removes the stored contents, so that they have the sizes of the files.
fn forget_contents(state: &mut Value) {
    for list in ["contents", "uploads"] {
        state[list].as_object_mut().unwrap().retain(|id, _| id == UPLOADING);
    }
}

pub(crate) fn archiver(sim: &Sim) -> Archiver {
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let transfers = Transfers::builder(client.clone()).storage(sim.clone());
    Archiver::new(client, transfers.poll_interval(Duration::from_millis(5)).build())
}

/// Returns the settings of an archive of the demo project.
pub(crate) fn settings(sim: &Sim, directory: &Path) -> CreateArchive {
    CreateArchive::new(&sim.demo().account_id, &sim.demo().project_id, directory)
}

pub(crate) async fn create(sim: &Sim, directory: &Path) -> Created {
    let created = archiver(sim).create(settings(sim, directory)).await.unwrap();
    assert!(created.is_complete && !created.was_complete, "{created:?}");
    created
}

/// Writes an archive whose run is dropped after a number of steps. Returns whether it was dropped.
pub(crate) async fn create_until(sim: &Sim, directory: &Path, steps: u64) -> bool {
    let stop = Arc::new(tokio::sync::Notify::new());
    let (notify, count) = (stop.clone(), AtomicU64::new(0));
    let settings = settings(sim, directory).on_event(move |_| {
        if count.fetch_add(1, Ordering::Relaxed) == steps {
            notify.notify_one();
        }
    });
    let dropped = tokio::select! {
        biased;
        () = stop.notified() => true,
        ended = archiver(sim).create(settings) => !ended.unwrap().is_complete,
    };
    wait_until_unused(directory).await;
    dropped
}

/// Waits until the last work of a dropped run has ended.
pub(crate) async fn wait_until_unused(directory: &Path) {
    let lock = std::fs::File::open(directory.join(".frameio-archive/run.lock")).unwrap();
    for _ in 0..2000 {
        match lock.try_lock() {
            Ok(()) => return,
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
    panic!("the archive is still in use");
}

/// Returns the files below a directory, without the state of runs, the hash lists, and the files that
/// contain the time of the run.
pub(crate) fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
            match &*below {
                ".frameio-archive" | "ascmhl" | "archive.json" | "index.html" => {}
                _ if path.is_dir() => waiting.push(path),
                _ => drop(found.insert(below, std::fs::read(&path).unwrap())),
            }
        }
    }
    found
}

/// Reads a file of JSON lines.
pub(crate) fn lines(directory: &Path, path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(directory.join(path)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn read(directory: &Path, path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(directory.join(path)).unwrap()).unwrap()
}

pub(crate) fn findings(verified: &frameio_archive::Verified) -> Value {
    let findings = verified.findings.iter();
    findings.map(|it| json!([it.kind.as_str(), it.path])).collect()
}
