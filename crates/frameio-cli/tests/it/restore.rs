//! `frameio restore`.

use frameio_sim::Fault;
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
    assert!(row.starts_with(&format!("{POSTER}  4.59 MiB  ")), "{listed:?}");
    assert!(row.ends_with(&format!("file  {POSTER_ID}")), "{listed:?}");
    let csv = run(&server, &["restore", PROJECT, "Poster.png", "--format", "csv"]).await;
    assert!(csv.failed(2).contains("results of changes are no list: use '--json'"), "{csv:?}");
    let mut by_default = crate::program::program(&server);
    by_default.args(["restore", "--list", "--format", "ids"]).env("FRAMEIO_CWD", PROJECT);
    let by_default = crate::program::end(by_default, None).await;
    assert_eq!(by_default.stdout, format!("{POSTER_ID}\n"), "{by_default:?}");
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
    let message = "the folder 'Stills' (00000019-f1a0-4000-8000-000000000000) that contained it is deleted: \
                   restore it first";
    assert!(early.failed(6).contains(message), "{early:?}");
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
    assert!(missing.failed(5).contains("no deleted item of /Film/The Crossing"), "{missing:?}");
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
async fn a_version_stack_returns_with_its_deleted_versions() {
    let (_sim, server) = demo().await;
    let versions = async || {
        let listed =
            run(&server, &["versions", "list", STACK_PATH, "--columns", "version,name"]).await;
        listed.succeeded();
        listed.stdout
    };
    let before = versions().await;
    run(&server, &["rm", "--yes", "--all-versions", STACK_PATH]).await.succeeded();
    let version = run(&server, &["restore", PROJECT, "The Crossing - cut 1.mp4"]).await;
    let message = "the version stack 'The Crossing - cut 3.mp4'";
    assert!(version.failed(6).contains(message), "{version:?}");
    let restored = run(&server, &["restore", PROJECT, "The Crossing - cut 3.mp4"]).await;
    restored.succeeded();
    let expected: String = ["", "/The Crossing - cut 2.mp4", "/The Crossing - cut 1.mp4"]
        .map(|name| format!("restored: {STACK_PATH}{name} (experimental)\n"))
        .concat();
    assert_eq!(restored.stdout, expected);
    assert_eq!(versions().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn does_not_create_a_second_item_of_a_name() {
    let (_sim, server) = demo().await;
    run(&server, &["rm", "--yes", POSTER]).await.succeeded();
    run(&server, &["mkdir", POSTER]).await.succeeded();
    let refused = run(&server, &["restore", PROJECT, "Poster.png"]).await;
    assert!(
        refused.failed(12).contains("its folder contains a folder of this name"),
        "{refused:?}"
    );
    let both = run(&server, &["restore", PROJECT, "Poster.png", "--allow-duplicates"]).await;
    both.succeeded();
    let stills = paths(&server, "/Film/The Crossing/Stills").await;
    assert_eq!(stills.iter().filter(|path| *path == "/Poster.png").count(), 2, "{stills:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_and_a_path_select_from_the_deleted_items() {
    let (_sim, server) = demo().await;
    let (poster, harbour) = (POSTER, "/Film/The Crossing/Stills/Harbour at dawn.jpg");
    let legal = "/Film/The Crossing/Legal";
    run(&server, &["cp", poster, legal]).await.succeeded();
    let copy = format!("{legal}/Poster.png");
    run(&server, &["rm", "--yes", "-r", poster, harbour, legal]).await.succeeded();
    let stills = "/Film/The Crossing/Stills";
    let listed = run(&server, &["restore", stills, "--columns", "path", "--no-header"]).await;
    listed.succeeded();
    let mut listed: Vec<_> = listed.stdout.lines().collect();
    listed.sort_unstable();
    assert_eq!(listed, [harbour, poster]);
    let file = run(&server, &["restore", "/Film/The Crossing/Sound/Mix 02.wav"]).await;
    assert!(file.failed(2).contains("pass its project or folder"), "{file:?}");

    // The copy was deleted with its folder, and then on its own.
    run(&server, &["restore", PROJECT, legal]).await.succeeded();
    run(&server, &["rm", "--yes", &copy]).await.succeeded();
    let ambiguous = run(&server, &["restore", PROJECT, "Poster.png"]).await;
    assert!(ambiguous.failed(2).contains(&format!("(file {copy}, ")), "{ambiguous:?}");
    run(&server, &["restore", PROJECT, &copy]).await.succeeded();
    run(&server, &["restore", stills, "Poster.png"]).await.succeeded();
    let all = paths(&server, PROJECT).await;
    assert!(all.contains(&"/Legal/Poster.png".to_owned()), "{all:?}");
    assert!(all.contains(&"/Stills/Poster.png".to_owned()), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_response_is_not_a_missing_item() {
    let (sim, server) = demo().await;
    run(&server, &["rm", "--yes", POSTER]).await.succeeded();
    sim.inject(Fault::reset_in_body().on("files.restore").next(1));
    let restored = run(&server, &["restore", PROJECT, "Poster.png"]).await;
    assert_eq!(restored.status, 0, "{restored:?}");
    assert_eq!(restored.stdout, format!("restored: {POSTER} (experimental)\n"));
    assert!(restored.stderr.contains("reading back shows that it was done"), "{restored:?}");
    assert_eq!(sim.stats().by_operation.get("files.restore"), Some(&2));
}
