//! `frameio rm`.

use std::time::Duration;

use frameio_sim::Fault;
use http::StatusCode;

use crate::comments::{CUT_3, STACK_PATH, demo};
use crate::program::{end, program, run, wait_until};
use crate::relocate::paths;

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
        ("/", "'/' is not an item"),
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
    assert_eq!(deleted.status, 0, "{deleted:?}");
    let shown = "/Film/Harbour Lights (project: 1 file, 1 folder, 3.00 MiB)\n";
    assert_eq!((deleted.stderr, deleted.stdout), (shown.to_owned(), format!("deleted: {shown}")));
    // With '--yes', nothing is counted.
    let quick = run(&server, &["rm", "--yes", "--confirm", "Campaigns", "/Campaigns"]).await;
    assert_eq!((&*quick.stderr, &*quick.stdout), ("", "deleted: /Campaigns (workspace)\n"));
    let all = run(&server, &["ls", "/", "--json"]).await.lines();
    let names: Vec<_> = all.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["Film"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_confirms_one_of_the_projects_that_have_it() {
    let (sim, server) = demo().await;
    let renamed = ["call", "projects.update", "--path", "project_id=/Campaigns/Podcast"];
    run(&server, &[&renamed[..], &["-f", "name=Harbour Lights"]].concat()).await.succeeded();
    let both = ["/Film/Harbour Lights", "/Campaigns/Harbour Lights"];
    let once = ["rm", "--confirm", "Harbour Lights", both[0], both[1]];
    let refused = run(&server, &once).await;
    let message = "'/Campaigns/Harbour Lights' is a project: pass its name as '--confirm'";
    assert!(refused.failed(2).contains(message), "{refused:?}");
    assert_eq!(sim.stats().by_operation.get("projects.delete"), None);
    let twice = [&once[..], &["--confirm", "Harbour Lights"]].concat();
    let deleted = run(&server, &twice).await;
    assert_eq!((deleted.status, deleted.stderr.lines().count()), (0, 2), "{deleted:?}");
    assert_eq!(sim.stats().by_operation.get("projects.delete"), Some(&2));
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

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_share_does_not_name_its_only_item() {
    let (sim, server) = demo().await;
    let shared = run(&server, &["share", "create", "X", DAY, "--json"]).await.json();
    let (link, id) = (shared["url"].as_str().unwrap(), shared["id"].as_str().unwrap());
    let long = format!("https://next.frame.io/share/{id}");
    for arguments in [&["rm", "-r", "--yes", link][..], &["rm", "-r", "--yes", &long]] {
        let refused = run(&server, arguments).await;
        assert!(
            refused.failed(2).contains("is the link of a share, not of an item"),
            "{refused:?}"
        );
    }
    let moved = run(&server, &["mv", link, "/Film/Harbour Lights"]).await;
    assert!(moved.failed(2).contains("`frameio share delete` deletes the share"), "{moved:?}");
    let calls = sim.stats().by_operation;
    let is_change = |it: &str| it.contains("delete") || it.contains("move");
    assert!(!calls.keys().any(|it| is_change(it)), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_names_another_container_is_refused() {
    let (_sim, server) = demo().await;
    let show = |place: &'static str| {
        let server = &server;
        async move {
            let listed = run(server, &["ls", place, "-l", "--json"]).await;
            listed.succeeded();
            listed.lines()
        }
    };
    let projects = show("/Film").await;
    let project = |name: &str| {
        let found = projects.iter().find(|it| it["name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let poster = show(POSTER).await[0]["id"].as_str().unwrap().to_owned();
    let link = |project: &str| format!("https://next.frame.io/project/{project}/view/{poster}");
    let (right, wrong) = (link(&project("The Crossing")), link(&project("Harbour Lights")));
    let refused = run(&server, &["rm", "--yes", &wrong]).await;
    let message = format!("'{POSTER}' is not in the project that the link");
    assert!(refused.failed(12).contains(&message), "{refused:?}");
    run(&server, &["rm", "--dry-run", &right]).await.succeeded();
    // Below a shared folder, and outside of it.
    let folder = run(&server, &["share", "create", "A", DAY, "--json"]).await.json();
    let share = folder["id"].as_str().unwrap();
    let take = show("/Film/The Crossing/Dailies/Day 01/Camera A/A001_C001.mov").await;
    let take = take[0]["id"].as_str().unwrap();
    let link = |id: &str| format!("https://next.frame.io/share/{share}/view/{id}");
    run(&server, &["rm", "--dry-run", &link(take)]).await.succeeded();
    let refused = run(&server, &["rm", "--yes", &link(&poster)]).await;
    assert!(refused.failed(12).contains("is not in the share that the link"), "{refused:?}");
    // Reading works as before.
    run(&server, &["ls", &wrong]).await.succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_above_several_items_are_listed_once() {
    let (sim, server) = demo().await;
    let take = |number: u8| format!("{DAY}/Camera A/A001_C00{number}.mov");
    let places = [take(1), take(2), take(3)];
    let mut arguments = vec!["rm", "--dry-run"];
    arguments.extend(places.iter().map(String::as_str));
    run(&server, &arguments).await.succeeded();
    let calls = sim.stats().by_operation;
    // The root folder, and those of the path.
    for (operation, expected) in [
        ("accounts.index", 1),
        ("workspaces.index", 1),
        ("projects.index", 1),
        ("folders.index", 4),
        ("files.show", 3),
    ] {
        assert_eq!(calls.get(operation), Some(&expected), "{operation}: {calls:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_moves_during_the_run_is_kept() {
    let (sim, server) = demo().await;
    let harbour = "/Film/The Crossing/Stills/Harbour at dawn.jpg";
    sim.inject(Fault::delay(Duration::from_secs(5)).on("files.delete").next(1));
    let mut command = program(&server);
    command.args(["rm", "--yes", POSTER, harbour]);
    let deleting = tokio::spawn(end(command, None));
    // Each item is read before the run and before its deletion; a delayed call is counted at its end.
    let reads = || sim.stats().by_operation.get("files.show").copied().unwrap_or_default();
    wait_until(|| reads() >= 3).await;
    run(&server, &["mv", harbour, "/Film/Harbour Lights/Precious.jpg"]).await.succeeded();
    let ended = deleting.await.unwrap();
    assert_eq!(ended.status, 12, "{ended:?}");
    assert_eq!(ended.stdout, format!("deleted: {POSTER} (file, 4.59 MiB)\n"));
    let message = format!("cannot delete '{harbour}': '{harbour}' is named 'Precious.jpg' now");
    assert!(ended.stderr.contains(&message), "{ended:?}");
    let all = paths(&server, "/Film/Harbour Lights").await;
    assert!(all.contains(&"/Precious.jpg".to_owned()), "{all:?}");
}
