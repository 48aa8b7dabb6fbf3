//! Downloads to paths with existing files.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio::FileId;
use frameio::transfer::{
    Download, DownloadTree, Existing, Outcome, Rendition, Resolved, Summary, TransferErrorKind,
};
use frameio_sim::{Fault, Sim};

use crate::download::{download, names, sim, uploaded};
use crate::download_tree::whole;
use crate::support::{builder, content, transfers};

/// Downloads a tree, and returns the outcomes by file name and the summary.
async fn outcomes(sim: &Sim, tree: DownloadTree) -> (Vec<(String, String)>, Summary) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let items = seen.clone();
    let tree = tree.on_item(move |item| {
        let outcome = match &item.outcome {
            Outcome::Conflict(error) => format!("conflict: {error}"),
            Outcome::Planned { bytes } => format!("planned {bytes:?}"),
            other => format!("{other:?}"),
        };
        let name = item.local.file_name().unwrap_or_default().to_string_lossy().into_owned();
        items.lock().unwrap().push((name, outcome));
    });
    let summary = transfers(sim).download_tree(tree).await.unwrap();
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    (seen, summary)
}

async fn resolved(sim: &Sim, id: &FileId) -> Resolved {
    let id = id.as_str().into();
    transfers(sim).locate(&sim.demo().account_id, &id).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn keeps_and_reports_a_newer_and_larger_local_file() {
    let sim = sim();
    uploaded(&sim, "a.mov", 9).await;
    uploaded(&sim, "b.mov", 9).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    std::fs::write(&path, "local work that is newer").unwrap();
    let (dry, summary) = outcomes(&sim, whole(&sim, directory.path()).dry_run(true)).await;
    assert_eq!(dry[1], ("b.mov".into(), "planned Some(9)".into()));
    assert!(dry[0].1.contains("it has 24 bytes, but the remote file has 9"), "{dry:?}");
    assert!(dry[0].1.contains("modified after the upload"), "{dry:?}");
    assert_eq!((summary.planned, summary.conflicts.len()), (1, 1));

    let (_, summary) = outcomes(&sim, whole(&sim, directory.path())).await;
    assert_eq!((summary.transferred, summary.conflicts.len()), (1, 1), "{summary:?}");
    assert!(!summary.is_complete() && summary.failed.is_empty());
    assert_eq!(summary.to_string(), "1 transferred (9 bytes), 1 in conflict");
    assert_eq!(std::fs::read(&path).unwrap(), b"local work that is newer");
    assert_eq!(names(directory.path()), ["a.mov", "b.mov"]);
}

#[tokio::test(start_paused = true)]
async fn every_policy_keeps_a_directory_at_the_target() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 9).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    std::fs::create_dir(&path).unwrap();
    for existing in [Existing::SkipSame, Existing::ReplaceDifferent, Existing::Overwrite] {
        let get = download(&sim, &id, &path).existing(existing);
        let error = transfers(&sim).download(get).await.unwrap_err();
        assert_eq!(error.kind(), TransferErrorKind::Conflict, "{existing:?}");
        assert!(error.to_string().contains("it is a directory"), "{error}");
    }
    assert_eq!(names(directory.path()), ["a.mov"]);
}

#[tokio::test(start_paused = true)]
async fn renditions_have_distinct_names_next_to_the_original() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 95).await;
    let file = resolved(&sim, &id).await;
    let directory = tempfile::tempdir().unwrap();
    let to = |rendition: Rendition| {
        DownloadTree::items([file.clone()], directory.path()).rendition(rendition)
    };
    let all = [Rendition::Original, Rendition::Thumbnail, Rendition::HighQuality];
    for rendition in all {
        let (_, summary) = outcomes(&sim, to(rendition)).await;
        assert_eq!(summary.transferred, 1, "{rendition}: {summary:?}");
    }
    let expected = ["a.mov", "a.mov.high_quality.mp4", "a.mov.thumbnail.png"];
    assert_eq!(names(directory.path()), expected);
    assert_eq!(std::fs::read(directory.path().join("a.mov")).unwrap(), content(95));
    for rendition in all {
        let (_, summary) = outcomes(&sim, to(rendition)).await;
        assert_eq!((summary.transferred, summary.skipped), (0, 1), "{rendition}");
    }
    assert_eq!(names(directory.path()), expected);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_of_renditions_reports_names_and_sizes() {
    let sim = sim();
    for name in ["a.mov", "a.wav", "a.mov"] {
        uploaded(&sim, name, 95).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let tree = || whole(&sim, directory.path()).rendition(Rendition::HighQuality);
    let (dry, _) = outcomes(&sim, tree().dry_run(true)).await;
    assert_eq!(dry.len(), 3);
    let size = std::fs::metadata(fetched(&sim, directory.path()).await).unwrap().len();
    for (name, outcome) in &dry {
        assert!(name.contains(".high_quality."), "{name}");
        assert_eq!(*outcome, format!("planned Some({size})"));
    }
    let (_, summary) = outcomes(&sim, tree()).await;
    assert_eq!((summary.transferred, summary.is_complete()), (3, true), "{summary:?}");
    let downloaded = names(directory.path());
    assert_eq!(downloaded.len(), 4, "{downloaded:?}");
    assert!(downloaded.contains(&"a.wav.high_quality.m4a".to_owned()), "{downloaded:?}");
}

/// Downloads a rendition and returns its path.
async fn fetched(sim: &Sim, directory: &Path) -> std::path::PathBuf {
    let id = uploaded(sim, "other.mov", 5).await;
    let get = Download::new(&sim.demo().account_id, &id, directory.join("other"))
        .rendition(Rendition::HighQuality)
        .add_extension(true);
    let done = transfers(sim).download(get).await.unwrap();
    assert_eq!(done.path, directory.join("other.mp4"));
    let client =
        frameio::Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let delete = frameio::files::DeleteFile::new(&sim.demo().account_id, &id);
    client.send(delete).await.unwrap();
    done.path
}

#[tokio::test(start_paused = true)]
async fn a_rendition_at_the_path_of_the_original_is_a_conflict() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 95).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    transfers(&sim).download(download(&sim, &id, &path)).await.unwrap();
    let thumbnail =
        download(&sim, &id, &path).rendition(Rendition::Thumbnail).existing(Existing::SkipSame);
    let error = transfers(&sim).download(thumbnail).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Conflict, "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), content(95));
    assert_eq!(names(directory.path()), ["a.mov"]);
}

#[tokio::test(start_paused = true)]
async fn skips_a_file_that_another_download_has_completed() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 95).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    sim.inject(Fault::delay(Duration::from_millis(300)).on(Sim::DOWNLOAD).every(1));
    let gets = || sim.stats().by_operation.get(Sim::DOWNLOAD).copied().unwrap_or_default();
    let before = gets();
    // Separate transfers for each, as in two processes.
    let run = |existing| {
        let get = download(&sim, &id, &path).existing(existing);
        builder(&sim).build().download(get)
    };
    let (first, second) = tokio::join!(run(Existing::SkipSame), run(Existing::SkipSame));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_ne!(first.skipped, second.skipped, "{first:?} {second:?}");
    assert_eq!((first.received + second.received, gets() - before), (95, 1));
    assert_eq!(names(directory.path()), ["a.mov"]);

    std::fs::remove_file(&path).unwrap();
    let (first, second) = tokio::join!(run(Existing::Refuse), run(Existing::Refuse));
    let refused = first.err().or(second.err()).unwrap();
    assert_eq!(refused.kind(), TransferErrorKind::Invalid, "{refused}");
    assert_eq!(std::fs::read(&path).unwrap(), content(95));
    assert_eq!(names(directory.path()), ["a.mov"]);
}

#[tokio::test(start_paused = true)]
async fn downloads_an_item_once_that_is_given_twice() {
    let (sim, directory) = (sim(), tempfile::tempdir().unwrap());
    let id = uploaded(&sim, "a.mov", 5).await;
    let file = resolved(&sim, &id).await;
    let tree = DownloadTree::items([file.clone(), file], directory.path());
    let summary = transfers(&sim).download_tree(tree).await.unwrap();
    assert_eq!((summary.transferred, summary.skipped), (1, 0), "{summary:?}");
    assert_eq!(names(directory.path()).len(), 1);
}
