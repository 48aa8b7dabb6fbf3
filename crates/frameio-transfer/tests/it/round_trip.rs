//! Uploading a directory and downloading it to the same place changes nothing.

use std::path::Path;

use frameio::transfer::{DownloadTree, Existing, UploadTree};
use frameio_sim::Sim;

use crate::download::{names, sim};
use crate::download_tree::whole;
use crate::support::{content, place, transfers};
use crate::walk::{file, folder};

async fn up(sim: &Sim, directory: &Path) -> u64 {
    let (account, root) = place(sim);
    let tree = UploadTree::new(account, root, directory);
    let summary = transfers(sim).upload_tree(tree).await.unwrap();
    assert!(summary.is_complete(), "{summary:?}");
    summary.transferred
}

async fn down(sim: &Sim, directory: &Path) -> (u64, u64) {
    let dry = whole(sim, directory).dry_run(true);
    let dry = transfers(sim).download_tree(dry).await.unwrap();
    assert_eq!(dry.planned, 0, "{dry:?}");
    let summary = transfers(sim).download_tree(whole(sim, directory)).await.unwrap();
    assert!(summary.is_complete(), "{summary:?}");
    (summary.transferred, summary.skipped)
}

#[tokio::test(start_paused = true)]
async fn finds_existing_files_with_unsafe_names() {
    let long = "x".repeat(236) + ".mov";
    let all = [
        "Scene 4: take?.mov",
        "Clip.mov",
        "clip.mov",
        "end.",
        "trail ",
        "con",
        "a|b.txt",
        "a_b.txt",
        "back\\slash.mov",
        "tab\tx.mov",
        "notes.part",
        "notes",
        "Gr\u{f6}\u{df}e.mov",
        "Gro\u{308}\u{df}e.mov",
        &long,
    ];
    let (sim, directory) = (sim(), tempfile::tempdir().unwrap());
    let inner = directory.path().join("aux: folder.");
    std::fs::create_dir(&inner).unwrap();
    for (n, name) in all.iter().enumerate() {
        std::fs::write(directory.path().join(name), content(n + 1)).unwrap();
        std::fs::write(inner.join(name), content(n + 21)).unwrap();
    }
    let before = names(directory.path());
    let count = 2 * all.len() as u64;
    assert_eq!(up(&sim, directory.path()).await, count);
    assert_eq!(down(&sim, directory.path()).await, (0, count));
    assert_eq!((names(directory.path()), names(&inner).len()), (before, all.len()));

    // In another directory they get safe names, and are found again by those.
    let other = tempfile::tempdir().unwrap();
    let summary = transfers(&sim).download_tree(whole(&sim, other.path())).await.unwrap();
    assert_eq!((summary.transferred, summary.is_complete()), (count, true), "{summary:?}");
    assert_eq!(down(&sim, other.path()).await, (0, count));
}

#[tokio::test(start_paused = true)]
async fn finds_existing_files_in_another_normalization() {
    let sim = sim();
    let (_, root) = place(&sim);
    let nfd = folder(&sim, &root, "Cafe\u{301}").await;
    file(&sim, &nfd, "Gro\u{308}\u{df}e.mov", 7).await;
    let directory = tempfile::tempdir().unwrap();
    let nfc = directory.path().join("Caf\u{e9}");
    std::fs::create_dir(&nfc).unwrap();
    std::fs::write(nfc.join("Gr\u{f6}\u{df}e.mov"), content(7)).unwrap();
    assert_eq!(down(&sim, directory.path()).await, (0, 1));
    assert_eq!(names(directory.path()), ["Caf\u{e9}"]);
    assert_eq!(names(&nfc), ["Gr\u{f6}\u{df}e.mov"]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_file_with_an_unsafe_name_is_a_conflict() {
    let (sim, directory) = (sim(), tempfile::tempdir().unwrap());
    let path = directory.path().join("a?.mov");
    std::fs::write(&path, content(7)).unwrap();
    up(&sim, directory.path()).await;
    std::fs::write(&path, content(9)).unwrap();
    let summary = transfers(&sim).download_tree(whole(&sim, directory.path())).await.unwrap();
    assert_eq!(summary.conflicts[0].local, path);
    assert_eq!(names(directory.path()), ["a?.mov"]);
    let (account, root) = place(&sim);
    let replace = DownloadTree::new(account, root, directory.path());
    let replace = replace.existing(Existing::ReplaceDifferent);
    assert_eq!(transfers(&sim).download_tree(replace).await.unwrap().transferred, 1);
    assert_eq!(std::fs::read(&path).unwrap(), content(7));
}

#[tokio::test(start_paused = true)]
async fn looks_for_other_normalizations_in_the_directory_of_each_file() {
    let (sim, directory) = (sim(), tempfile::tempdir().unwrap());
    let at = |folder: &str, name: &str| {
        let folder = directory.path().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), content(name.len())).unwrap();
        folder.join(name)
    };
    let (account, root) = place(&sim);
    let upload = |paths: [std::path::PathBuf; 2]| {
        transfers(&sim).upload_tree(UploadTree::paths(account.clone(), root.clone(), paths))
    };
    let composed = [at("a", "\u{e9}.mov"), at("a", "\u{f6}.mov")];
    assert_eq!(upload(composed).await.unwrap().transferred, 2);
    // The first has its composed form in the same directory, so it is another file.
    let decomposed = [at("a", "e\u{301}.mov"), at("b", "o\u{308}.mov")];
    std::fs::write(&decomposed[1], content("\u{f6}.mov".len())).unwrap();
    let summary = upload(decomposed).await.unwrap();
    assert_eq!((summary.transferred, summary.skipped), (1, 1), "{summary:?}");
}
