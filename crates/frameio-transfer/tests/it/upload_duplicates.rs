//! Uploads of two machines to one folder at the same time.

use std::time::Duration;

use frameio::files::CreateLocalUpload;
use frameio::transfer::{OnConflict, Outcome, Summary, UploadTree};
use frameio_sim::{Fault, Sim};

use crate::support::{builder, content, place, sim};
use crate::walk::{file, folder};

/// Uploads a directory with the state of one machine.
async fn upload(sim: &Sim, state: &tempfile::TempDir, source: &tempfile::TempDir) -> Summary {
    let (account, root) = place(sim);
    let tree = UploadTree::new(&account, &root, source.path()).state(state.path());
    builder(sim).build().upload_tree(tree.on_conflict(OnConflict::Skip)).await.unwrap()
}

fn directory(files: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let path = directory.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content(25)).unwrap();
    }
    directory
}

/// Returns the remote paths of conflicts with the messages.
fn conflicts(summary: &Summary) -> Vec<(String, String)> {
    let text = |outcome: &Outcome| match outcome {
        Outcome::Conflict(error) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let conflicts = summary.conflicts.iter();
    conflicts.map(|item| (item.remote.to_string(), text(&item.outcome))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_name_that_two_machines_create_is_reported_with_both_ids() {
    let sim = sim();
    let source = directory(&["a.mov"]);
    let states = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    // Both have listed the folder before one of them creates the file.
    let slow = Fault::delay(Duration::from_secs(5)).on("files.create_local_upload");
    sim.inject(slow.every(1));
    let (first, second) =
        tokio::join!(upload(&sim, &states[0], &source), upload(&sim, &states[1], &source));
    sim.clear_faults();
    assert_eq!((first.transferred, second.transferred), (1, 1));
    let reported: Vec<_> = [&first, &second].into_iter().flat_map(conflicts).collect();
    assert!(!reported.is_empty());
    let (account, root) = place(&sim);
    let client = frameio::Client::builder().token(Sim::TOKEN).transport(sim.clone()).build();
    let list = frameio::folders::ListFolderChildren::new(&account, &root);
    let items = client.unwrap().send(list).await.unwrap();
    let ids: Vec<_> = items.data.iter().map(|asset| asset.id().as_str().to_owned()).collect();
    assert_eq!(ids.len(), 2);
    for (path, message) in reported {
        assert_eq!(path, "/a.mov");
        assert!(ids.iter().all(|id| message.contains(id)), "{message}");
    }
    // Nothing was created by the next runs.
    for state in &states {
        let again = upload(&sim, state, &source).await;
        assert_eq!((again.transferred, again.skipped), (0, 1), "{again}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_two_machines_create_is_reported() {
    let sim = sim();
    let source = directory(&["Day 1/a.mov"]);
    let states = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    sim.inject(Fault::delay(Duration::from_secs(5)).on("folders.create").every(1));
    let (first, second) =
        tokio::join!(upload(&sim, &states[0], &source), upload(&sim, &states[1], &source));
    let reported: Vec<_> = [&first, &second].into_iter().flat_map(conflicts).collect();
    assert!(reported.iter().any(|(path, _)| path == "/Day 1"), "{reported:?}");
}

#[tokio::test(start_paused = true)]
async fn existing_files_of_the_name_are_no_conflict() {
    let sim = sim();
    let (account, root) = place(&sim);
    // An incomplete upload, and a folder.
    let client = frameio::Client::builder().token(Sim::TOKEN).transport(sim.clone()).build();
    let incomplete = CreateLocalUpload::new(&account, &root, "a.mov", 25);
    client.unwrap().send(incomplete).await.unwrap();
    file(&sim, &root, "other.mov", 5).await;
    folder(&sim, &root, "Day 2").await;
    let (state, source) = (tempfile::tempdir().unwrap(), directory(&["a.mov", "Day 1/a.mov"]));
    let done = upload(&sim, &state, &source).await;
    assert!(done.is_complete() && done.transferred == 2, "{done}");
}
