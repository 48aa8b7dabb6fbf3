//! Restoring archives.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use frameio::ProjectId;
use frameio_archive::{ArchiveErrorKind, CreateArchive, RestoreArchive, Restored};
use frameio_sim::Sim;
use serde_json::{Value, json};

use crate::support::*;

fn restoration(sim: &Sim, directory: &Path) -> RestoreArchive {
    let demo = sim.demo();
    RestoreArchive::new(directory, &demo.account_id, &demo.workspace_id, "Copy")
}

async fn restore(sim: &Sim, directory: &Path) -> Restored {
    let restored = archiver(sim).restore(restoration(sim, directory)).await.unwrap();
    assert!(restored.is_complete(), "{restored:?}");
    restored
}

/// Archives a project, and returns what an archive and its restoration have in common.
async fn archived(sim: &Sim, project: &ProjectId, directory: &Path) -> Value {
    let settings = CreateArchive::new(&sim.demo().account_id, project, directory);
    assert!(archiver(sim).create(settings).await.unwrap().is_complete);
    comparable(directory)
}

/// Returns an archive without ids, authors, dates, replies and files whose upload is incomplete.
fn comparable(directory: &Path) -> Value {
    let hashes: BTreeMap<_, _> = lines(directory, "data/files.jsonl")
        .into_iter()
        .map(|file| (file["file_id"].to_string(), file["xxh64"].clone()))
        .collect();
    let comments: BTreeMap<_, _> = lines(directory, "data/comments.jsonl")
        .into_iter()
        .map(|file| (file["file_id"].to_string(), file["comments"].clone()))
        .collect();
    let file = |file: &Value| {
        let metadata = file["metadata"].as_array().unwrap().iter();
        let metadata = metadata.filter(|field| field["mutable"] == true);
        let metadata = metadata.map(|it| (it["field_definition_name"].to_string(), &it["value"]));
        let of_file = comments.get(&file["id"].to_string()).unwrap_or(&Value::Null);
        let of_file = of_file.as_array().into_iter().flatten().map(|it| {
            let completed = it["completed_at"].is_string();
            json!([
                it["text"],
                it["timestamp"],
                it["duration"],
                it["page"],
                it["annotation"],
                completed
            ])
        });
        json!({
            "name": file["name"],
            "size": file["file_size"],
            "xxh64": hashes[&file["id"].to_string()],
            "metadata": metadata.collect::<BTreeMap<_, _>>(),
            "comments": of_file.collect::<Vec<_>>(),
        })
    };
    let items = lines(directory, "data/items.jsonl").into_iter();
    let items = items.filter(|item| item["asset"]["status"] != "created").map(|item| {
        let asset = &item["asset"];
        let content = match asset["type"].as_str().unwrap() {
            "file" => file(asset),
            "version_stack" => {
                let versions = item["versions"].as_array().unwrap().iter();
                versions.map(|version| file(&version["file"])).collect()
            }
            _ => Value::Null,
        };
        (item["path"].to_string(), asset["type"].clone(), content)
    });
    let mut items: Vec<_> = items.collect();
    items
        .sort_by_key(|(path, kind, content)| (path.clone(), kind.to_string(), content.to_string()));
    let shares = read(directory, "data/shares.json");
    let shares = shares.as_array().unwrap().iter().map(|saved| {
        let share = &saved["share"];
        let mut names: Vec<_> =
            saved["assets"].as_array().unwrap().iter().map(|it| it["name"].to_string()).collect();
        names.sort();
        json!([
            share["name"],
            share["description"],
            share["access"],
            share["enabled"],
            share["downloading_enabled"],
            share["commenting_enabled"],
            names
        ])
    });
    json!({ "items": items, "shares": shares.collect::<Vec<_>>() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_project_is_equal_but_for_what_is_listed() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let (first, second) = (directory.path().join("first"), directory.path().join("second"));
    let expected = archived(&sim, &sim.demo().project_id, &first).await;
    let restored = restore(&sim, &first).await;
    let again = archived(&sim, &restored.project_id, &second).await;
    assert_eq!(
        again["items"].as_array().unwrap().len(),
        expected["items"].as_array().unwrap().len()
    );
    for (again, expected) in
        again["items"].as_array().unwrap().iter().zip(expected["items"].as_array().unwrap())
    {
        assert_eq!(again, expected);
    }
    assert_eq!(again["shares"], expected["shares"]);
    let lost: Vec<_> = restored.not_restored.iter().map(|it| (&*it.what, it.count)).collect();
    assert_eq!(
        lost,
        [
            ("/Legal", 1),
            ("files", 1),
            ("creators and dates of files", 21),
            ("authors and dates of comments", 5),
            ("replies", 3),
            ("reviewers of shares", 1),
            ("members", read(&first, "data/members.json").as_array().unwrap().len() as u64),
        ]
    );
    assert!(restored.metadata > 0);
    // Nobody is notified.
    let requests = sim.requests();
    let invited = requests.iter().filter(|it| it.path.contains("reviewers") && it.method != "GET");
    assert_eq!(invited.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_restoration_continues_without_duplicates() {
    let directory = tempfile::tempdir().unwrap();
    for steps in [4, 24] {
        let (sim, root) = (demo(), directory.path().join(steps.to_string()));
        let (first, second) = (root.join("first"), root.join("second"));
        let expected = archived(&sim, &sim.demo().project_id, &first).await;
        let stop = Arc::new(tokio::sync::Notify::new());
        let (notify, count) = (stop.clone(), AtomicU64::new(0));
        let settings = restoration(&sim, &first).on_event(move |_| {
            if count.fetch_add(1, Ordering::Relaxed) == steps {
                notify.notify_one();
            }
        });
        tokio::select! {
            biased;
            () = stop.notified() => {}
            ended = archiver(&sim).restore(settings) => panic!("{steps}: {ended:?}"),
        }
        wait_until_unused(&first).await;
        let restored = restore(&sim, &first).await;
        assert_eq!(archived(&sim, &restored.project_id, &second).await, expected, "{steps}");
        // A run that follows a complete one creates nothing.
        let before = sim.state().to_string().len();
        assert_eq!(restore(&sim, &first).await.project_id, restored.project_id);
        assert_eq!(sim.state().to_string().len(), before);
    }
}

/// A kill between a call and the note of its result: the lines with results are removed.
#[tokio::test(flavor = "multi_thread")]
async fn items_without_a_note_of_their_creation_are_found() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let (first, second) = (directory.path().join("first"), directory.path().join("second"));
    let expected = archived(&sim, &sim.demo().project_id, &first).await;
    let restored = restore(&sim, &first).await;
    let state = fs::read_dir(first.join(".frameio-archive")).unwrap().map(|it| it.unwrap().path());
    let state = state.into_iter().find(|it| it.to_str().unwrap().contains("restore-")).unwrap();
    let whole = fs::read_to_string(&state).unwrap();
    for kind in ["project", "folder", "comment", "share", "version_stack", "metadata"] {
        let is_kept = |line: &&str| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["kind"] != kind || line["to"].is_null()
        };
        let kept: String = whole.lines().filter(is_kept).map(|line| format!("{line}\n")).collect();
        assert!(kept.len() < whole.len(), "{kind}");
        fs::write(&state, kept).unwrap();
        assert_eq!(restore(&sim, &first).await.project_id, restored.project_id, "{kind}");
    }
    assert_eq!(archived(&sim, &restored.project_id, &second).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_existing_projects_incomplete_archives_and_paths_out_of_the_archive() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let root = directory.path().join("archive");
    create_until(&sim, &root, 3).await;
    let refused = archiver(&sim).restore(restoration(&sim, &root)).await.unwrap_err();
    assert!(refused.to_string().contains("is incomplete"), "{refused}");
    create(&sim, &root).await;
    let demo = sim.demo();
    let existing = RestoreArchive::new(&root, &demo.account_id, &demo.workspace_id, "The Crossing");
    let refused = archiver(&sim).restore(existing).await.unwrap_err();
    assert_eq!(refused.kind(), ArchiveErrorKind::Destination);
    // An archive of somebody else must not upload files of this machine.
    let secret = directory.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let items = root.join("data/items.jsonl");
    let text = fs::read_to_string(&items).unwrap();
    fs::write(&items, text.replace("media/Stills/Poster.png", "media/../../secret")).unwrap();
    #[cfg(unix)]
    {
        let local = root.join("media/Stills/Harbour at dawn.jpg");
        fs::remove_file(&local).unwrap();
        std::os::unix::fs::symlink(&secret, &local).unwrap();
    }
    let restored = archiver(&sim).restore(restoration(&sim, &root)).await.unwrap();
    let failed: Vec<_> =
        restored.not_restored.iter().filter(|it| it.is_failure).map(|it| &*it.what).collect();
    assert!(failed.contains(&"/Stills/Poster.png"), "{failed:?}");
    #[cfg(unix)]
    assert!(failed.contains(&"/Stills/Harbour at dawn.jpg"), "{failed:?}");
}
