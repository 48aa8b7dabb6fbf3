//! `frameio mv` and `frameio cp`.

use std::process::Stdio;

use frameio_sim::{Fault, SimServer};
use http::StatusCode;
use serde_json::json;

use crate::comments::{CUT_3, STACK, STACK_PATH, demo};
use crate::program::{program, run};

const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";
const POSTER_ID: &str = "0000002a-f1a0-4000-8000-000000000000";
const HARBOUR: &str = "/Film/The Crossing/Stills/Harbour at dawn.jpg";

/// Returns the paths below a path, without it and in order.
pub(crate) async fn paths(server: &SimServer, place: &str) -> Vec<String> {
    let ended = run(server, &["tree", place, "--json"]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let mut paths: Vec<_> =
        ended.lines().iter().map(|it| it["path"].as_str().unwrap().to_owned()).collect();
    for path in &mut paths {
        *path = path.strip_prefix(place).unwrap().to_owned();
    }
    paths.sort();
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_files_folders_and_stacks_into_a_folder() {
    let (sim, server) = demo().await;
    let moved = run(
        &server,
        &[
            "mv",
            POSTER,
            HARBOUR,
            "/Film/The Crossing/Dailies/Day 01",
            "/Film/The Crossing/Sound/",
            STACK,
            "/Film/Harbour Lights",
        ],
    )
    .await;
    moved.succeeded();
    let expected = "\
moved: /Film/The Crossing/Stills/Poster.png -> /Film/Harbour Lights/Poster.png
moved: /Film/The Crossing/Stills/Harbour at dawn.jpg -> /Film/Harbour Lights/Harbour at dawn.jpg
moved: /Film/The Crossing/Dailies/Day 01 -> /Film/Harbour Lights/Day 01
moved: /Film/The Crossing/Sound -> /Film/Harbour Lights/Sound
moved: /Film/The Crossing/Cuts/The Crossing - cut 3.mp4 -> /Film/Harbour Lights/The Crossing - cut 3.mp4
";
    assert_eq!(moved.stdout, expected);
    let all = paths(&server, "/Film/Harbour Lights").await;
    assert!(all.contains(&"/Day 01/Camera A/A001_C001.mov".to_owned()), "{all:?}");
    assert!(all.contains(&"/The Crossing - cut 3.mp4".to_owned()), "{all:?}");
    let calls = sim.stats().by_operation;
    for operation in ["files.bulk_move", "folders.bulk_move", "version_stacks.move"] {
        assert_eq!(calls.get(operation), Some(&1), "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn renames_and_moves_to_a_new_path() {
    let (sim, server) = demo().await;
    let renamed = run(&server, &["mv", POSTER, "/Film/The Crossing/Stills/Key art.png"]).await;
    renamed.succeeded();
    let expected = format!("renamed: {POSTER} -> /Film/The Crossing/Stills/Key art.png\n");
    assert_eq!(renamed.stdout, expected);
    assert_eq!(sim.stats().by_operation.get("files.move"), None, "stays in its folder");

    let both =
        run(&server, &["mv", POSTER_ID, r"/Film/Harbour Lights/Art 1\/2.png", "--json"]).await;
    both.succeeded();
    let line = &both.lines()[0];
    assert_eq!((&line["outcome"], &line["id"]), (&json!("moved"), &json!(POSTER_ID)));
    assert_eq!(line["path"], r"/Film/Harbour Lights/Art 1\/2.png");
    assert_eq!(line["from"], "/Film/The Crossing/Stills/Key art.png");

    let folder =
        run(&server, &["mv", "/Film/The Crossing/Dailies", "/Film/Harbour Lights/Rushes"]).await;
    folder.succeeded();
    let all = paths(&server, "/Film/Harbour Lights").await;
    assert!(all.contains(&"/Rushes/Day 02/A002_C001.mov".to_owned()), "{all:?}");
    let same = run(&server, &["mv", POSTER_ID, "/Film/Harbour Lights"]).await;
    assert_eq!(same.stdout, "unchanged: /Film/Harbour Lights/Art 1\\/2.png\n", "{same:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_can_be_moved_out_of_its_stack() {
    let (_sim, server) = demo().await;
    let moved = run(&server, &["mv", CUT_3, "/Film/Harbour Lights"]).await;
    moved.succeeded();
    let head = paths(&server, "/Film/The Crossing/Cuts").await;
    assert_eq!(head, ["/The Crossing - cut 2.mp4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_what_cannot_be_moved_before_anything_is_moved() {
    let (sim, server) = demo().await;
    let dailies = "/Film/The Crossing/Dailies";
    for (arguments, status, message) in [
        (&[POSTER, dailies, "/Film/The Crossing/Dailies/Day 01"][..], 2, "below itself"),
        (&[POSTER, dailies, dailies], 2, "below itself"),
        (&[POSTER, "/Film/Harbour Lights", dailies], 2, "cannot move projects"),
        (&[POSTER, "/Campaigns", dailies], 2, "cannot move projects"),
        (&[POSTER, HARBOUR], 12, "exists and is not a folder"),
        (&["Stills/Poster.png", dailies], 2, "'Stills/Poster.png' is a relative path"),
        (&[POSTER, "Dailies/Day 01"], 2, "'Dailies/Day 01' is a relative path"),
        (&[POSTER, STACK_PATH], 12, "exists and is not a folder"),
        (&[POSTER, "/Film"], 2, "is a workspace"),
        (&[STACK_PATH, "/Film/The Crossing/Cuts/New.mp4"], 2, "cannot rename the version stack"),
        (&[POSTER, HARBOUR, "/Film/The Crossing/New"], 5, "need an existing folder"),
        (&[POSTER, "/Film/The Crossing/New/"], 5, "need an existing folder"),
        (&[POSTER, "/Film/The Crossing/Missing/New.png"], 5, "'Missing' in /Film/The Crossing"),
        (&[POSTER, "ffffffff-f1a0-4000-8000-000000000000"], 5, "has the ID"),
        (&["/Film/The Crossing/Stills/Poster.png/", dailies], 2, "ends with '/', but is a file"),
    ] {
        let arguments = [&["mv"], arguments].concat();
        let refused = run(&server, &arguments).await;
        assert!(refused.failed(status).contains(message), "{arguments:?}: {refused:?}");
    }
    let calls = sim.stats().by_operation;
    assert!(!calls.keys().any(|it| it.contains("move") || it.contains("update")), "{calls:?}");
    let usage = run(&server, &["mv", POSTER]).await;
    assert_eq!(usage.status, 2, "{usage:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_names_in_the_destination_unique() {
    let (sim, server) = demo().await;
    let stills = "/Film/The Crossing/Stills";
    run(&server, &["cp", POSTER, "/Film/Harbour Lights"]).await.succeeded();
    let refused = run(&server, &["mv", POSTER, HARBOUR, "/Film/Harbour Lights"]).await;
    assert_eq!(refused.status, 12, "{refused:?}");
    assert!(refused.stderr.contains("contains a file named 'Poster.png'"), "{refused:?}");
    assert!(refused.stdout.contains("moved: "), "the other is moved: {refused:?}");
    assert_eq!(paths(&server, stills).await, ["/Poster.png"]);
    let duplicate =
        run(&server, &["mv", "--allow-duplicates", POSTER, "/Film/Harbour Lights"]).await;
    duplicate.succeeded();
    // The path is ambiguous now, and the error lists the IDs.
    let ambiguous = run(&server, &["mv", "/Film/Harbour Lights/Poster.png", stills]).await;
    assert!(ambiguous.failed(2).contains(POSTER_ID), "{ambiguous:?}");
    run(&server, &["mv", POSTER_ID, stills]).await.succeeded();
    assert_eq!(sim.stats().by_operation.get("files.move"), Some(&3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_source_stops_the_others() {
    let (sim, server) = demo().await;
    let gone = "/Film/The Crossing/Stills/Gone.png";
    for command in ["mv", "cp"] {
        let refused = run(&server, &[command, POSTER, gone, HARBOUR, "/Film/Harbour Lights"]).await;
        let message = refused.failed(5);
        assert!(message.contains(&format!("'{gone}': ")), "{refused:?}");
        assert!(message.ends_with("; nothing was changed"), "{refused:?}");
        let json = run(&server, &[command, "--json", POSTER, gone, "/Film/Harbour Lights"]).await;
        assert_eq!((json.status, json.lines().len()), (5, 1), "{json:?}");
        assert_eq!(json.lines()[0]["error"]["kind"], "not_found");
    }
    let calls = sim.stats().by_operation;
    assert!(!calls.keys().any(|it| it.contains("move") || it.contains("copy")), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_new_paths_and_changes_nothing() {
    let (sim, server) = demo().await;
    let lights = "/Film/Harbour Lights";
    let moved = run(&server, &["mv", "-n", POSTER, HARBOUR, lights]).await;
    moved.succeeded();
    let expected = format!(
        "would move: {POSTER} -> {lights}/Poster.png\n\
         would move: {HARBOUR} -> {lights}/Harbour at dawn.jpg\n"
    );
    assert_eq!(moved.stdout, expected);
    let copied = run(&server, &["cp", "--dry-run", "--json", STACK_PATH, lights]).await.json();
    assert_eq!((&copied["outcome"], &copied["from"]), (&json!("would_copy"), &json!(STACK_PATH)));
    let taken = run(&server, &["cp", "-n", POSTER, "/Film/The Crossing/Stills"]).await;
    assert!(taken.failed(12).contains("contains a file named 'Poster.png'"), "{taken:?}");
    let same = run(&server, &["mv", "-n", POSTER, "/Film/The Crossing/Stills"]).await;
    assert_eq!(same.stdout, format!("unchanged: {POSTER}\n"), "{same:?}");
    let calls = sim.stats().by_operation;
    let is_write =
        |name: &&str| ["create", "update", "move", "copy"].iter().any(|it| name.contains(it));
    assert_eq!(calls.keys().copied().find(is_write), None, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_source_does_not_stop_the_others() {
    let (sim, server) = demo().await;
    // The call for both files is refused, then that for the first.
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("files.bulk_move").next(1));
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("files.move").next(1));
    let arguments = ["mv", "--json", POSTER, HARBOUR, "/Film/Harbour Lights"];
    let planned = run(&server, &[&arguments[..], &["-n"]].concat()).await;
    planned.succeeded();
    let line = &planned.lines()[0];
    let target = json!("/Film/Harbour Lights/Poster.png");
    assert_eq!((&line["outcome"], &line["path"]), (&json!("would_move"), &target));
    assert_eq!(sim.stats().by_operation.get("files.bulk_move"), None);
    let moved = run(&server, &arguments).await;
    assert_eq!((moved.status, moved.stderr.as_str()), (4, ""), "{moved:?}");
    let lines = moved.lines();
    let outcomes: Vec<_> = lines.iter().map(|it| (&it["outcome"], &it["path"])).collect();
    let (failed, poster) = (json!("failed"), json!(POSTER));
    let arrived = json!("/Film/Harbour Lights/Harbour at dawn.jpg");
    assert_eq!(outcomes, [(&failed, &poster), (&json!("moved"), &arrived)]);
    assert_eq!(lines[0]["error"]["kind"], "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_a_move_that_was_not_followed_by_its_rename() {
    let (sim, server) = demo().await;
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("files.update").next(1));
    let moved = run(&server, &["mv", POSTER, "/Film/Harbour Lights/Key art.png"]).await;
    let message = "it is at /Film/Harbour Lights/Poster.png, but not renamed: ";
    assert!(moved.failed(4).contains(message), "{moved:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_files_folders_and_stacks() {
    let (sim, server) = demo().await;
    let arguments =
        ["cp", POSTER, "/Film/The Crossing/Dailies/Day 01", STACK_PATH, "/Film/Harbour Lights"];
    let copied = run(&server, &arguments).await;
    copied.succeeded();
    let expected = "\
copied: /Film/The Crossing/Stills/Poster.png -> /Film/Harbour Lights/Poster.png
copied: /Film/The Crossing/Dailies/Day 01 -> /Film/Harbour Lights/Day 01
copied: /Film/The Crossing/Cuts/The Crossing - cut 3.mp4 -> /Film/Harbour Lights/The Crossing - cut 3.mp4
";
    assert_eq!(copied.stdout, expected);
    assert!(paths(&server, "/Film/The Crossing").await.contains(&"/Stills/Poster.png".to_owned()));
    let named = run(&server, &["cp", POSTER, "/Film/The Crossing/Stills/Copy.png", "--json"]).await;
    named.succeeded();
    let line = &named.lines()[0];
    assert_eq!((&line["outcome"], &line["source_id"]), (&json!("copied"), &json!(POSTER_ID)));
    assert_eq!(line["path"], "/Film/The Crossing/Stills/Copy.png");
    assert_ne!(line["id"], POSTER_ID);
    let same = run(&server, &["cp", POSTER, "/Film/The Crossing/Stills"]).await;
    assert!(same.failed(12).contains("contains a file named 'Poster.png'"), "{same:?}");
    let project = run(&server, &["cp", "/Film/The Crossing", "/Film/Harbour Lights"]).await;
    assert!(project.failed(2).contains("pass the folders in it"), "{project:?}");
    assert_eq!(sim.stats().by_operation.get("files.copy"), Some(&2));
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_comments_and_metadata_only_if_requested() {
    let (_sim, server) = demo().await;
    let comments = async |place: &str| {
        let listed = run(&server, &["comments", "list", place, "--json"]).await;
        assert_eq!(listed.status, 0, "{listed:?}");
        listed.lines().len()
    };
    run(&server, &["cp", CUT_3, "/Film/Harbour Lights/Plain.mp4"]).await.succeeded();
    assert_eq!(comments("/Film/Harbour Lights/Plain.mp4").await, 0);
    let with = ["cp", "--comments", "all", "--metadata", CUT_3, "/Film/Harbour Lights/With.mp4"];
    run(&server, &with).await.succeeded();
    assert_eq!(comments("/Film/Harbour Lights/With.mp4").await, 3);
    let folder = ["cp", "--comments", "all", "/Film/The Crossing/Stills", "/Film/Harbour Lights"];
    run(&server, &folder).await.succeeded();
    assert_eq!(comments("/Film/Harbour Lights/Stills/Poster.png").await, 1);
}

/// The service copies more than 100 items in the background, and does not return the copy.
#[tokio::test(flavor = "multi_thread")]
async fn copies_of_large_folders_continue_in_the_background() {
    let (_sim, server) = demo().await;
    let folders: Vec<_> = (0..101).map(|n| format!("/Film/The Crossing/Large/{n}")).collect();
    let mut arguments = vec!["mkdir", "-p"];
    arguments.extend(folders.iter().map(String::as_str));
    run(&server, &arguments).await.succeeded();
    let large = "/Film/The Crossing/Large";
    let copied = run(&server, &["cp", large, "/Film/Harbour Lights"]).await;
    copied.succeeded();
    let line = format!(
        "copying: {large} -> /Film/Harbour Lights/Large (the service continues in the background)\n"
    );
    assert_eq!(copied.stdout, line);
    let renamed = run(&server, &["cp", large, "/Film/The Crossing/Larger"]).await;
    renamed.succeeded();
    assert_eq!(renamed.stdout, format!("copied: {large} -> /Film/The Crossing/Larger\n"));
    assert_eq!(paths(&server, "/Film/The Crossing/Larger").await.len(), 101);
}

/// `frameio mv … | head -1` moves all sources.
#[tokio::test(flavor = "multi_thread")]
async fn continues_if_the_output_is_closed() {
    let (_sim, server) = demo().await;
    let mut command = program(&server);
    command.args(["mv", POSTER, "/Film/The Crossing/Sound", STACK, "/Film/Harbour Lights"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    let all = paths(&server, "/Film/Harbour Lights").await;
    for name in ["/Poster.png", "/Sound", "/The Crossing - cut 3.mp4"] {
        assert!(all.contains(&name.to_owned()), "{all:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn continues_if_the_output_is_full_and_fails_at_the_end() {
    let (_sim, server) = demo().await;
    let mut command = program(&server);
    command.args(["mv", POSTER, "/Film/The Crossing/Sound", "/Film/Harbour Lights"]);
    command.stdout(std::fs::File::create("/dev/full").unwrap()).stderr(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().await.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write to standard output"), "{stderr}");
    let all = paths(&server, "/Film/Harbour Lights").await;
    assert!(all.contains(&"/Poster.png".to_owned()) && all.contains(&"/Sound".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_an_item_again_before_it_is_changed() {
    let (sim, server) = demo().await;
    let input = json!({"file_id": POSTER_ID, "account_id": sim.demo().account_id}).to_string();
    let shown = run(&server, &["call", "files.show", "--input", &input]).await.json();
    for (field, value, reason) in [
        ("name", json!("Renamed.png"), "is named 'Renamed.png' now"),
        ("parent_id", json!(sim.demo().root_folder_id), "is in another folder now"),
    ] {
        let mut other = shown.clone();
        other["data"][field] = value;
        for command in [
            vec!["rm", "--yes", POSTER],
            vec!["mv", POSTER, "/Film/The Crossing/Cuts"],
            vec!["comments", "add", POSTER, "text"],
            vec!["metadata", "set", POSTER, "Status=Approved"],
            vec!["share", "create", "Poster", POSTER],
        ] {
            let body = Fault::body(StatusCode::OK, "application/json", other.to_string());
            sim.inject(body.on("files.show"));
            let ended = run(&server, &command).await;
            sim.clear_faults();
            assert_eq!(ended.status, 12, "{command:?}: {ended:?}");
            let message = format!("{} {}", ended.stdout, ended.stderr);
            assert!(message.contains(reason), "{command:?}: {ended:?}");
        }
    }
    let calls = sim.stats().by_operation;
    let is_write =
        |name: &&str| ["delete", "create", "update", "move"].iter().any(|it| name.contains(it));
    assert_eq!(calls.keys().copied().find(is_write), None, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn siblings_of_the_same_name_are_refused_with_their_ids() {
    let (sim, server) = demo().await;
    let mut created = Vec::new();
    for name in ["Twin", "Other"] {
        let place = format!("/Film/The Crossing/Stills/{name}");
        let made = run(&server, &["mkdir", "--json", &place]).await;
        created.push(made.lines()[0]["id"].as_str().unwrap().to_owned());
    }
    let rename = json!({
        "account_id": sim.demo().account_id, "folder_id": created[1], "data": {"name": "Twin"},
    });
    run(&server, &["call", "folders.update", "--input", &rename.to_string()]).await.json();
    let twin = "/Film/The Crossing/Stills/Twin";
    for command in [vec!["rm", "-r", "--yes", twin], vec!["upload", "Cargo.toml", "--to", twin]] {
        let refused = run(&server, &command).await;
        assert_eq!(refused.status, 2, "{refused:?}");
        assert!(created.iter().all(|id| refused.stderr.contains(id)), "{refused:?}");
    }
}
