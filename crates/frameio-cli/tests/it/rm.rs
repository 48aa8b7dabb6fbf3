//! `frameio rm`.

use crate::comments::{CUT_3, STACK_PATH, demo};
use crate::program::run;
use crate::relocate::paths;
use frameio_sim::Fault;
use http::StatusCode;

const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";
const DAY: &str = "/Film/The Crossing/Dailies/Day 01";

#[tokio::test(flavor = "multi_thread")]
async fn deletes_files_and_folders_with_confirmation_only() {
    let (sim, server) = demo().await;
    let refused = run(&server, &["rm", "-r", POSTER, DAY]).await;
    assert!(refused.failed(2).contains("'--yes' is required"), "{refused:?}");
    assert_eq!(sim.stats().requests, 0);
    let deleted = run(&server, &["rm", "-r", "--yes", POSTER, DAY, DAY]).await;
    deleted.succeeded();
    let expected = format!("deleted: {POSTER} (file, 4.59 MiB)\ndeleted: {DAY} (folder)\n");
    assert_eq!(deleted.stdout, expected);
    let all = paths(&server, "/Film/The Crossing").await;
    assert!(!all.iter().any(|it| it.contains("Poster") || it.contains("Day 01")), "{all:?}");
    let missing = run(&server, &["rm", "--yes", POSTER]).await;
    assert_eq!((missing.status, missing.stdout.as_str()), (5, ""), "{missing:?}");
    assert!(missing.stderr.contains("Poster.png"), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_what_would_be_deleted() {
    let (sim, server) = demo().await;
    let shown = run(
        &server,
        &["rm", "-r", "--all-versions", "--dry-run", POSTER, DAY, STACK_PATH, "/Film/The Crossing"],
    )
    .await;
    shown.succeeded();
    let expected = format!(
        "\
would delete: {POSTER} (file, 4.59 MiB)
would delete: {DAY} (folder: 5 files, 2 folders, 7.82 GiB)
would delete: {STACK_PATH} (version stack: 3 versions, 892.64 MiB)
would delete: /Film/The Crossing (project: 11 files, 1 version stack, 9 folders, 10.82 GiB)
"
    );
    assert_eq!(shown.stdout, expected);
    let json = run(&server, &["rm", "-r", "--dry-run", "--json", DAY]).await.json();
    assert_eq!(json["outcome"], "would_delete");
    assert_eq!(json["contents"]["files"], 5);
    assert_eq!(json["contents"]["complete"], true);
    let calls = sim.stats().by_operation;
    assert!(!calls.keys().any(|it| it.contains("delete")), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_cannot_be_printed_is_counted() {
    let (_sim, server) = demo().await;
    let filter = ["rm", "--yes", "--jq", ".path + 1", POSTER];
    let filtered = run(&server, &filter).await;
    let message = filtered.failed(1);
    assert!(message.ends_with("; 1 change made, but not all were printed"), "{filtered:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_before_anything_is_deleted() {
    let (sim, server) = demo().await;
    for (place, message) in [
        (DAY, "is a folder: '-r' deletes it"),
        (STACK_PATH, "is a version stack: '--all-versions' deletes its 3 versions"),
        ("/Film/Harbour Lights", "pass its name as '--confirm' to delete it: 'Harbour Lights'"),
        ("/Film", "pass its name as '--confirm' to delete it: 'Film'"),
        ("0000000d-f1a0-4000-8000-000000000000", "is a project"),
        ("/Film/The Crossing/Stills/Poster.png/", "ends with '/', but is a file"),
        ("/", "the path names no workspace"),
        ("Stills/Poster.png", "is a relative path"),
    ] {
        let refused = run(&server, &["rm", "--yes", POSTER, place]).await;
        assert!(refused.failed(2).contains(message), "{place}: {refused:?}");
    }
    let other = ["rm", "--confirm", "The Crossing", "/Film/Harbour Lights"];
    assert!(run(&server, &other).await.failed(2).contains("'--confirm'"));
    let file = run(&server, &["rm", "--confirm", "Harbour Lights", POSTER]).await;
    assert!(file.failed(2).contains("'--yes' is required to delete"), "{file:?}");
    let calls = sim.stats().by_operation;
    assert!(!calls.keys().any(|it| it.contains("delete")), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deletes_projects_and_workspaces_whose_names_are_confirmed() {
    let (_sim, server) = demo().await;
    let project = ["rm", "--confirm", "Harbour Lights", "/Film/Harbour Lights"];
    let deleted = run(&server, &project).await;
    deleted.succeeded();
    assert_eq!(deleted.stdout, "deleted: /Film/Harbour Lights (project)\n");
    run(&server, &["rm", "--confirm", "Campaigns", "/Campaigns"]).await.succeeded();
    let all = run(&server, &["ls", "/", "--json"]).await.lines();
    let names: Vec<_> = all.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["Film"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn deletes_all_versions_of_a_stack_the_newest_last() {
    let (sim, server) = demo().await;
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("files.delete").every(2));
    let failed = run(&server, &["rm", "--yes", "--all-versions", STACK_PATH]).await;
    assert!(failed.failed(4).contains("1 of 3 versions are deleted: "), "{failed:?}");
    assert_eq!(paths(&server, "/Film/The Crossing/Cuts").await, ["/The Crossing - cut 3.mp4"]);
    sim.clear_faults();
    let deleted = run(&server, &["rm", "--yes", "--all-versions", STACK_PATH]).await;
    deleted.succeeded();
    let size = "596.05 MiB";
    assert_eq!(
        deleted.stdout,
        format!("deleted: {STACK_PATH} (version stack: 2 versions, {size})\n")
    );
    assert_eq!(paths(&server, "/Film/The Crossing/Cuts").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn deletes_one_version_by_its_id() {
    let (_sim, server) = demo().await;
    run(&server, &["rm", "--yes", CUT_3]).await.succeeded();
    assert_eq!(paths(&server, "/Film/The Crossing/Cuts").await, ["/The Crossing - cut 2.mp4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_does_not_stop_the_others() {
    let (sim, server) = demo().await;
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("folders.delete").next(1));
    let deleted = run(&server, &["rm", "-r", "--yes", "--json", DAY, POSTER]).await;
    assert_eq!((deleted.status, deleted.stderr.as_str()), (4, ""), "{deleted:?}");
    let lines = deleted.lines();
    let outcomes: Vec<_> = lines.iter().map(|it| it["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failed", "deleted"]);
    assert_eq!(lines[0]["path"], DAY);
    // An item below a deleted folder is gone too.
    let below = format!("{DAY}/Camera A");
    let both = run(&server, &["rm", "-r", "--yes", DAY, &below]).await;
    both.succeeded();
    assert!(both.stdout.ends_with(&format!("already deleted: {below} (folder)\n")), "{both:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deletes_nothing_if_a_place_is_missing() {
    let (sim, server) = demo().await;
    let (missing, other) = ("/Film/The Crossing/Missing.mov", "/Film/The Crossing/Other.mov");
    let one = run(&server, &["rm", "--yes", POSTER, missing]).await;
    let message = one.failed(5);
    assert!(message.contains(&format!("cannot delete '{missing}': ")), "{one:?}");
    assert!(message.ends_with("; nothing was changed"), "{one:?}");
    let two = run(&server, &["rm", "--yes", missing, POSTER, other]).await;
    assert_eq!((two.status, two.stdout.as_str()), (5, ""), "{two:?}");
    let last = two.stderr.lines().last().unwrap();
    assert!(last.ends_with("nothing was changed: 2 of 3 were refused"), "{two:?}");
    assert_eq!(two.stderr.lines().count(), 3, "{two:?}");
    let json = run(&server, &["rm", "--yes", "--json", POSTER, missing]).await;
    assert_eq!((json.status, json.stderr.as_str(), json.lines().len()), (5, "", 1), "{json:?}");
    assert_eq!(
        (&json.lines()[0]["outcome"], &json.lines()[0]["path"]),
        (&"failed".into(), &missing.into())
    );
    let calls = sim.stats().by_operation;
    assert!(!calls.keys().any(|it| it.contains("delete")), "{calls:?}");
}
