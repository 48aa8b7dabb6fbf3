//! Downloads of trees.

use std::sync::{Arc, Mutex};

use frameio::transfer::{DownloadTree, Existing, Outcome};
use frameio_sim::{Fault, Sim};
use http::StatusCode;

use crate::download::{names, sim};
use crate::support::{builder, content, place, transfers};
use crate::walk::{file, folder, tree};

pub(crate) fn whole(sim: &Sim, directory: &std::path::Path) -> DownloadTree {
    DownloadTree::project(&sim.demo().account_id, &sim.demo().project_id, directory)
}

#[tokio::test(start_paused = true)]
async fn receives_a_tree_and_skips_existing_files() {
    let sim = sim();
    tree(&sim).await;
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("new");
    let transfers = transfers(&sim);
    let dry = transfers.download_tree(whole(&sim, &to).dry_run(true)).await.unwrap();
    assert_eq!((dry.planned, dry.transferred, to.exists()), (3, 0, false));

    let shows = |sim: &Sim| sim.stats().by_operation.get("files.show").copied();
    let before = shows(&sim);
    let summary = transfers.download_tree(whole(&sim, &to)).await.unwrap();
    assert_eq!(summary.to_string(), "3 transferred (60 bytes)");
    assert_eq!(shows(&sim), before, "the lists include the links");
    assert_eq!(names(&to), ["Day 1", "Day 2", "a.mov"]);
    assert_eq!(names(&to.join("Day 1")), ["Cam_A", "b.mov"]);
    assert_eq!(std::fs::read(to.join("Day 1/Cam_A/c.mov")).unwrap(), content(30));

    std::fs::write(to.join("a.mov"), "short").unwrap();
    let kept = transfers.download_tree(whole(&sim, &to)).await.unwrap();
    assert_eq!((kept.transferred, kept.skipped, kept.is_complete()), (0, 2, false));
    assert_eq!(std::fs::read(to.join("a.mov")).unwrap(), b"short");
    let replace = whole(&sim, &to).existing(Existing::ReplaceDifferent);
    let again = transfers.download_tree(replace).await.unwrap();
    assert_eq!((again.transferred, again.skipped, again.is_complete()), (1, 2, true));
    assert_eq!(std::fs::read(to.join("a.mov")).unwrap(), content(10));
}

#[tokio::test(start_paused = true)]
async fn local_names_are_safe_and_distinct() {
    let sim = sim();
    let (_, root) = place(&sim);
    let up = folder(&sim, &root, "..").await;
    file(&sim, &up, "../../evil", 5).await;
    for (name, length) in [("a.mov", 1), ("A.mov", 2), ("a.mov", 3), ("nul", 4), ("a.mov.part", 6)]
    {
        file(&sim, &root, name, length).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("in");
    let summary = transfers(&sim).download_tree(whole(&sim, &to)).await.unwrap();
    assert!(summary.is_complete() && summary.transferred == 6, "{summary:?}");
    assert_eq!(names(directory.path()), ["in"]);
    assert_eq!(names(&to.join("__")), [".._.._evil"]);
    let given = names(&to);
    assert_eq!(given.len(), 6, "{given:?}");
    assert!(given.contains(&"_nul".into()) && given.contains(&"a.mov.part_".into()), "{given:?}");
    assert_eq!(std::fs::read(to.join("a.mov")).unwrap().len(), 1, "the first file keeps its name");
    let again = transfers(&sim).download_tree(whole(&sim, &to)).await.unwrap();
    assert_eq!((again.skipped, again.transferred), (6, 0), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn reports_failures_in_the_summary_and_retries_them_in_the_next_run() {
    let sim = sim();
    tree(&sim).await;
    let directory = tempfile::tempdir().unwrap();
    sim.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).on(Sim::DOWNLOAD).next(1));
    let transfers = builder(&sim).max_retries(0).build();
    let reported = Arc::new(Mutex::new(Vec::new()));
    let items = reported.clone();
    let tree = whole(&sim, directory.path()).files_in_flight(1).on_item(move |item| {
        let failed = matches!(item.outcome, Outcome::Failed(_));
        items.lock().unwrap().push((item.remote.to_string(), failed));
    });
    let summary = transfers.download_tree(tree.clone()).await.unwrap();
    assert_eq!((summary.transferred, summary.failed.len()), (2, 1), "{summary:?}");
    assert_eq!(reported.lock().unwrap().iter().filter(|(_, failed)| *failed).count(), 1);
    let again = transfers.download_tree(tree).await.unwrap();
    assert_eq!((again.transferred, again.skipped, again.is_complete()), (1, 2, true));
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn does_not_follow_symbolic_links() {
    let sim = sim();
    tree(&sim).await;
    let directory = tempfile::tempdir().unwrap();
    let (to, elsewhere) = (directory.path().join("in"), directory.path().join("elsewhere"));
    std::fs::create_dir(&to).unwrap();
    std::fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, to.join("Day 1")).unwrap();
    let summary = transfers(&sim).download_tree(whole(&sim, &to)).await.unwrap();
    assert_eq!(summary.transferred, 1);
    assert_eq!(summary.failed.len(), 3, "the folder and the two files below: {summary:?}");
    assert_eq!(names(&elsewhere), <[&str; 0]>::default());
}
