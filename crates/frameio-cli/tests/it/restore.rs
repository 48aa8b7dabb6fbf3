//! `frameio restore`.

use serde_json::json;

use crate::comments::{STACK_PATH, demo};
use crate::program::run;
use crate::relocate::paths;

const PROJECT: &str = "/Film/The Crossing";
const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";
const POSTER_ID: &str = "0000002a-f1a0-4000-8000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_restores_deleted_items() {
    let (_sim, server) = demo().await;
    let empty = run(&server, &["restore", PROJECT]).await;
    empty.succeeded();
    assert_eq!(empty.stdout, "");
    run(&server, &["rm", "--yes", POSTER]).await.succeeded();
    let listed = run(&server, &["restore", PROJECT, "--list"]).await;
    listed.succeeded();
    let row = listed.stdout.lines().nth(1).unwrap();
    assert!(row.starts_with("Poster.png  4.59 MiB  "), "{listed:?}");
    assert!(row.ends_with(&format!("file  {POSTER_ID}")), "{listed:?}");
    let csv = run(&server, &["restore", PROJECT, "Poster.png", "--format", "csv"]).await;
    assert!(csv.failed(2).contains("printed as text or with '--json'"), "{csv:?}");
    let json = run(&server, &["restore", PROJECT, "--json"]).await.json();
    assert_eq!((&json["id"], &json["type"]), (&json!(POSTER_ID), &json!("file")));
    assert!(json["deleted_at"].is_string(), "{json}");

    let restored = run(&server, &["restore", PROJECT, "Poster.png"]).await;
    restored.succeeded();
    assert_eq!(restored.stdout, format!("restored: {POSTER} (experimental)\n"));
    assert!(paths(&server, PROJECT).await.contains(&"/Stills/Poster.png".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn restores_folders_before_the_items_in_them() {
    let (_sim, server) = demo().await;
    let stills = "/Film/The Crossing/Stills";
    run(&server, &["rm", "--yes", POSTER]).await.succeeded();
    run(&server, &["rm", "-r", "--yes", stills]).await.succeeded();
    let early = run(&server, &["restore", PROJECT, POSTER_ID]).await;
    assert!(early.failed(6).contains("restore the folder 'Stills' first"), "{early:?}");
    let both = run(&server, &["restore", PROJECT, "Poster.png", "Stills", "--json"]).await;
    both.succeeded();
    let lines = both.lines();
    assert_eq!((&lines[0]["path"], &lines[1]["path"]), (&json!(stills), &json!(POSTER)));
    assert_eq!(lines[0]["experimental"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_ambiguous_and_missing_names() {
    let (_sim, server) = demo().await;
    run(&server, &["rm", "--yes", POSTER]).await.succeeded();
    run(&server, &["cp", "/Film/The Crossing/Stills/Harbour at dawn.jpg", POSTER])
        .await
        .succeeded();
    run(&server, &["rm", "--yes", POSTER]).await.succeeded();
    let ambiguous = run(&server, &["restore", PROJECT, "Poster.png"]).await;
    let message = ambiguous.failed(2);
    assert!(message.contains("2 deleted items are named 'Poster.png'"), "{ambiguous:?}");
    assert!(message.contains(POSTER_ID), "{ambiguous:?}");
    let missing = run(&server, &["restore", PROJECT, "Missing.mov"]).await;
    assert!(missing.failed(5).contains("no deleted item of the project"), "{missing:?}");
    let one = run(&server, &["restore", PROJECT, POSTER_ID, "Missing.mov"]).await;
    assert!(one.failed(5).ends_with("; nothing was changed"), "{one:?}");
    let stills = paths(&server, "/Film/The Crossing/Stills").await;
    assert!(!stills.contains(&"/Poster.png".to_owned()), "{stills:?}");
    let workspace = run(&server, &["restore", "/Film"]).await;
    assert!(workspace.failed(2).contains("is a workspace"), "{workspace:?}");
    let help = run(&server, &["restore", "--help"]).await;
    assert!(help.stdout.contains("Experimental: restoring uses operations"), "{help:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn restores_a_stack_with_its_versions_by_its_former_path() {
    let (_sim, server) = demo().await;
    let before = run(&server, &["versions", "list", STACK_PATH, "--format", "ids"]).await.stdout;
    run(&server, &["rm", "--yes", "--all-versions", STACK_PATH]).await.succeeded();
    let restored = run(&server, &["restore", PROJECT, STACK_PATH, "--json"]).await;
    restored.succeeded();
    let types: Vec<_> = restored.lines().iter().map(|line| line["type"].clone()).collect();
    assert_eq!(types, ["version_stack", "file", "file"]);
    let after = run(&server, &["versions", "list", STACK_PATH, "--format", "ids"]).await.stdout;
    assert_eq!(after, before, "in the same order");
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_names_unique_unless_duplicates_are_allowed() {
    let (sim, server) = demo().await;
    run(&server, &["rm", "--yes", POSTER]).await.succeeded();
    run(&server, &["mkdir", POSTER]).await.succeeded();
    let taken = run(&server, &["restore", PROJECT, "Poster.png"]).await;
    assert!(taken.failed(12).contains("contains a folder of this name"), "{taken:?}");
    assert_eq!(sim.stats().by_operation.get("files.restore"), None);
    run(&server, &["restore", PROJECT, "Poster.png", "--allow-duplicates"]).await.succeeded();
    let folder = run(&server, &["restore", "/Film/The Crossing/Dailies"]).await;
    assert!(folder.failed(2).contains("is not a project: pass '/Film/The Crossing'"), "{folder:?}");
}
