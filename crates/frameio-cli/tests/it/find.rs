//! `frameio find`.

use frameio_sim::Fault;
use http::StatusCode;
use serde_json::json;

use crate::comments::{STACK_PATH, demo};
use crate::program::{Ended, program, run};

fn found(ended: &Ended) -> Vec<String> {
    ended.succeeded();
    let lines = ended.lines();
    let mut paths: Vec<_> =
        lines.iter().map(|it| it["path"].as_str().unwrap_or("?").to_owned()).collect();
    paths.sort();
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_names_by_pattern() {
    let (_sim, server) = demo().await;
    let find = async |arguments: &[&str]| {
        let arguments = [&["find", "--json", "--name"], arguments].concat();
        found(&run(&server, &arguments).await)
    };
    let day = "/Film/The Crossing/Dailies/Day 01";
    let cameras =
        [format!("{day}/Camera A/A001_C001.mov"), format!("{day}/Camera B/B001_C001.mov")];
    assert_eq!(find(&["*_C001.mov", day]).await, cameras);
    assert_eq!(find(&["The Crossing*", "/Film/The Crossing"]).await, [STACK_PATH]);
    assert_eq!(find(&["poster.*", "/Film"]).await, [""; 0]);
    let poster = ["/Film/The Crossing/Stills/Poster.png"];
    assert_eq!(find(&["poster.*", "-i", "/Film"]).await, poster);
    assert_eq!(find(&["The*", "--type", "project", "/"]).await, ["/Film/The Crossing"]);
    let both = find(&["{Film,Sound}", "--type", "folder", "/"]).await;
    assert_eq!(both, ["/Campaigns/Spring Launch/Film", "/Film/The Crossing/Sound"]);
    let cut = ["find", "--name", "*", "--limit", "2", "/Film/The Crossing", "--json"];
    let cut = run(&server, &cut).await;
    assert_eq!((cut.status, cut.lines().len()), (0, 2), "{cut:?}");
    assert_eq!(cut.stderr, "frameio: the search ended after 2 results ('--limit')\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn prints_ids_types_sizes_and_paths() {
    let (_sim, server) = demo().await;
    let text = run(&server, &["find", "--name", "Poster.png", "/Film/The Crossing"]).await;
    text.succeeded();
    let row = text.stdout.lines().nth(1).unwrap();
    assert!(row.starts_with("/Film/The Crossing/Stills/Poster.png  4.59 MiB  "), "{text:?}");
    assert!(row.ends_with("file  0000002a-f1a0-4000-8000-000000000000"), "{text:?}");
    let ids = ["find", "--name", "Poster.png", "/Film", "--format", "ids"];
    assert_eq!(run(&server, &ids).await.stdout, "0000002a-f1a0-4000-8000-000000000000\n");
    let mut json = run(&server, &["find", "--json", "--name", "Poster.png", "/Film"]).await.json();
    let others = ["status", "updated_at", "url"].map(|name| json[name].take());
    assert!(others.iter().all(serde_json::Value::is_string), "{others:?}");
    let expected = json!({
        "type": "file", "id": "0000002a-f1a0-4000-8000-000000000000", "name": "Poster.png",
        "size": 4_815_162, "path": "/Film/The Crossing/Stills/Poster.png", "matches": [],
        "status": null, "updated_at": null, "url": null,
    });
    assert_eq!(json, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_an_account_and_selects_by_place() {
    let (sim, server) = demo().await;
    let find = async |arguments: &[&str]| {
        let arguments = [&["find", "--json", "--text"], arguments].concat();
        found(&run(&server, &arguments).await)
    };
    let teasers = ["/Campaigns/Spring Launch/Film/Teaser 16x9.mp4"];
    assert_eq!(find(&["16x9"]).await, teasers);
    assert_eq!(find(&["16x9", "/Campaigns"]).await, teasers);
    assert_eq!(find(&["16x9", "/Campaigns/Spring Launch/Film"]).await, teasers);
    for elsewhere in ["/Film", "/Campaigns/Podcast", "/Campaigns/Spring Launch/Print"] {
        assert_eq!(find(&["16x9", elsewhere]).await, [""; 0], "{elsewhere}");
    }
    assert_eq!(find(&["dailies", "--type", "folder"]).await, ["/Film/The Crossing/Dailies"]);
    assert_eq!(find(&["harbour", "--type", "project", "/Film"]).await, ["/Film/Harbour Lights"]);
    let comment = ["find", "--text", "too early", "/Film", "--columns", "matches", "--no-header"];
    let comment = run(&server, &comment).await;
    comment.succeeded();
    assert_eq!(comment.stdout, "comment\n");
    // No experimental header: the scope of a search is not stable.
    let searches = sim.requests();
    assert!(searches.iter().all(|it| !format!("{it:?}").contains("experimental")));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_each_folder_of_the_results_once() {
    let (sim, server) = demo().await;
    let found = run(&server, &["find", "--json", "--text", "mov", "/Film/The Crossing"]).await;
    assert!(found.lines().len() > 5, "{found:?}");
    let calls = sim.stats().by_operation;
    let folders = calls.get("folders.show").copied().unwrap_or_default();
    assert!(folders <= 7, "{calls:?}");
    assert!(calls.get("projects.show").copied().unwrap_or_default() <= 2, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_results_beyond_the_limit() {
    let (_sim, server) = demo().await;
    let found = run(&server, &["find", "--text", "mov", "--limit", "2"]).await;
    assert_eq!((found.status, found.stdout.lines().count()), (0, 3), "{found:?}");
    assert!(found.stderr.contains("the search ended after 2 results ('--limit')"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_cannot_be_listed_are_named_by_their_paths() {
    let (sim, server) = demo().await;
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("folders.index").every(1));
    for (arguments, folders) in [
        (&["tree", "/Film/The Crossing", "--format", "csv"][..], &["/Film/The Crossing"][..]),
        (&["find", "--name", "*", "/Film"], &["/Film/The Crossing", "/Film/Harbour Lights"]),
        (&["tree", "/Film"], &["/Film/The Crossing", "/Film/Harbour Lights"]),
        (&["metadata", "get", "-r", "/Film/Harbour Lights"], &["/Film/Harbour Lights"]),
    ] {
        let ended = run(&server, arguments).await;
        assert_eq!(ended.status, 4, "{ended:?}");
        for folder in folders {
            assert!(ended.stderr.contains(&format!("frameio: {folder}: ")), "{ended:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_invalid_searches() {
    let (sim, server) = demo().await;
    for (arguments, status, message) in [
        (&["--name", "["][..], 2, "invalid value '[' for '--name'"),
        (&["--name", "*", "/Film/The Crossing/Stills/Poster.png"], 2, "is not a folder or project"),
        (&["--text", "x", "/Film/The Crossing/Stills/Poster.png"], 2, "is not a folder or project"),
        (&["--name", "*"], 2, "no path or ID given"),
        (&["--text", ""], 2, "query"),
    ] {
        let arguments = [&["find"], arguments].concat();
        let refused = run(&server, &arguments).await;
        assert!(refused.failed(status).contains(message), "{arguments:?}: {refused:?}");
    }
    for arguments in [&["find"][..], &["find", "--text", "a", "--name", "b"]] {
        assert_eq!(run(&server, arguments).await.status, 2);
    }
    assert_eq!(sim.stats().by_operation.get("search.search"), None);
}

/// `frameio find … | head -1` ends without an error.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_ends_the_search() {
    let (_sim, server) = demo().await;
    let mut command = program(&server);
    command.args(["find", "--name", "*", "/"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}
