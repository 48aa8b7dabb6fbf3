//! Formats of lists: `--format`, `--columns`, `--jq` and `--no-header`.

use frameio_sim::SimServer;
use serde_json::json;

use crate::comments::demo;
use crate::program::{Ended, end, program, run};

const CUTS: &str = "/Film/The Crossing/Cuts";
const STACK: &str = "0000001f-f1a0-4000-8000-000000000000";
const ROOT: &str = "/Film/The Crossing";

async fn ls(server: &SimServer, arguments: &[&str]) -> Ended {
    run(server, &[&["ls"], arguments].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_format_prints_the_same_rows() {
    let (_sim, server) = demo().await;
    let columns = ["--columns", "name,size"];
    let format = async |format: &str| {
        let ended = ls(&server, &[&[ROOT, "--format", format], &columns[..]].concat()).await;
        assert_eq!((ended.status, &*ended.stderr), (0, ""), "{ended:?}");
        ended.stdout
    };
    let table = format("table").await;
    assert_eq!(
        table,
        "NAME                       SIZE\nCuts/\nDailies/\nLegal/\nSound/\nStill uploading.mov  700.00 \
         MiB\nStills/\n"
    );
    let csv = format("csv").await;
    assert_eq!(csv.lines().next(), Some("name,size"));
    assert_eq!(csv.lines().nth(5), Some("Still uploading.mov,734003200"));
    let lines = format("jsonl").await;
    let third = r#"{"name":"Still uploading.mov","size":734003200}"#;
    assert_eq!(lines.lines().nth(4), Some(third));
    let array: Vec<serde_json::Value> = serde_json::from_str(&format("json").await).unwrap();
    assert_eq!((array.len(), &array[0]), (6, &json!({"name": "Cuts", "size": null})));
    assert_eq!(ls(&server, &[CUTS, "--format", "ids"]).await.stdout, format!("{STACK}\n"));
    let bare = ls(&server, &[CUTS, "--columns", "id", "--no-header", "--format", "csv"]).await;
    assert_eq!(bare.stdout, format!("{STACK}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_have_no_columns() {
    let (_sim, server) = demo().await;
    let refused = ls(&server, &[CUTS, "--format", "ids", "--columns", "name"]).await;
    let message = "frameio: '--columns' cannot be used with '--format ids'";
    assert_eq!(refused.failed(2), message);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_is_valid_in_each_format() {
    let (_sim, server) = demo().await;
    let empty = "/Film/Harbour Lights/Scouting/Nothing";
    let parent = ls(&server, &["/Film/Harbour Lights", "--format", "ids"]).await.stdout;
    let input = json!({
        "account_id": "00000001-f1a0-4000-8000-000000000000", "folder_id": parent.trim(),
        "data": {"name": "Nothing"},
    });
    run(&server, &["call", "folders.create", "--input", &input.to_string()]).await.json();
    for (format, expected) in
        [("table", ""), ("csv", "name\n"), ("json", "[]\n"), ("jsonl", ""), ("ids", "")]
    {
        let columns = if format == "ids" { &[][..] } else { &["--columns", "name"] };
        let listed = ls(&server, &[&[empty, "--format", format], columns].concat()).await;
        listed.succeeded();
        assert_eq!(listed.stdout, expected, "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_rows_and_arrays_by_jq() {
    let (_sim, server) = demo().await;
    let files = ls(&server, &[ROOT, "--jq", r#"select(.type == "file") | .name"#]).await;
    assert_eq!(files.stdout, "Still uploading.mov\n");
    let count = ls(&server, &[ROOT, "--format", "json", "--jq", "length"]).await;
    assert_eq!(count.stdout, "6\n");
    let object = ls(&server, &[CUTS, "--jq", "{id}"]).await;
    assert_eq!(object.stdout, format!("{{\"id\":\"{STACK}\"}}\n"));
    let me = run(&server, &["whoami", "--jq", ".user.email"]).await;
    assert_eq!(me.stdout, "demo@example.com\n");

    let table = ls(&server, &[ROOT, "--format", "table", "--jq", "."]).await;
    assert!(table.failed(2).contains("'--jq' needs '--format json'"), "{table:?}");
    let invalid = ls(&server, &[ROOT, "--jq", ".name |"]).await;
    assert_eq!((invalid.status, &*invalid.stdout), (2, ""));
    assert!(invalid.stderr.contains("expected"), "{invalid:?}");
    assert_eq!(ls(&server, &[ROOT, "--jq", ".name.x"]).await.status, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_can_be_named_twice_and_a_filter_can_format_rows() {
    let (_sim, server) = demo().await;
    let twice = ls(&server, &[CUTS, "--columns", "id,id", "--format", "csv", "--no-header"]).await;
    assert_eq!(twice.stdout, format!("{STACK},{STACK}\n"));
    let row = ls(&server, &[CUTS, "--jq", "[.type, .id] | @tsv"]).await;
    assert_eq!(row.stdout, format!("version_stack\t{STACK}\n"));
    let halted = ls(&server, &[CUTS, "--jq", ".type | halt_error"]).await;
    assert_eq!(halted.failed(1), "frameio: '--jq': version_stack");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_column_lists_the_available_ones_before_a_call() {
    let (sim, server) = demo().await;
    let message = "frameio: invalid value 'sise' for '--columns': no such column; available: name, \
                   size, status, updated_at, versions, type, id, url, path, version, is_head, \
                   stack_id";
    assert_eq!(ls(&server, &[ROOT, "--columns", "name,sise"]).await.failed(2), message);
    let none = run(&server, &["operations", "--format", "ids"]).await;
    assert_eq!((none.status, none.stdout.lines().count()), (0, 124), "{none:?}");
    assert!(sim.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_counted_only_if_they_are_shown() {
    let (sim, server) = demo().await;
    ls(&server, &[CUTS]).await.succeeded();
    ls(&server, &[CUTS, "--json"]).await.succeeded();
    let calls = || sim.stats().by_operation.get("version_stacks.index").copied().unwrap_or(0);
    assert_eq!(calls(), 0);
    let named = ls(&server, &[CUTS, "--columns", "versions", "--no-header"]).await;
    assert_eq!((named.stdout.as_str(), calls()), ("3\n", 1));
    let long = ls(&server, &[CUTS, "-l"]).await;
    assert!(long.stdout.contains("VERSIONS  TYPE           ID"), "{long:?}");
    assert!(long.stdout.contains(&format!(" 3  version_stack  {STACK}")), "{long:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_listed_with_their_paths_and_their_stack() {
    let (_sim, server) = demo().await;
    let listed = ls(&server, &[CUTS, "--versions", "--json", "-l"]).await.lines();
    let stack = &listed[0];
    assert_eq!((&stack["versions"], &stack["stack_id"]), (&json!(3), &json!(null)));
    for (row, version) in listed[1..].iter().zip(1..) {
        assert_eq!((&row["version"], &row["stack_id"]), (&json!(version), &stack["id"]));
        let path = row["path"].as_str().unwrap();
        let found = ls(&server, &[path, "--json"]).await.json();
        assert_eq!(found["id"], row["id"], "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_fit_the_columns_of_the_terminal() {
    let (_sim, server) = demo().await;
    for columns in [30, 40, 60, 80] {
        for arguments in
            [&["ls", ROOT][..], &["comments", "list", STACK], &["operations", "files."]]
        {
            let mut command = program(&server);
            command.args(arguments).env("COLUMNS", columns.to_string());
            let ended = end(command, None).await;
            assert_eq!(ended.status, 0, "{ended:?}");
            let widest = ended.stdout.lines().map(|line| line.chars().count()).max();
            assert!(widest.unwrap() <= columns, "{columns}: {}", ended.stdout);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_keep_their_ids_on_a_narrow_terminal() {
    let (_sim, server) = demo().await;
    for (columns, expected) in
        [("80", &["VERSION", "HEAD", "NAME", "ID"][..]), ("40", &["VERSION", "HEAD", "NAME"])]
    {
        let mut command = program(&server);
        command.args(["versions", "list", STACK]).env("COLUMNS", columns);
        let listed = end(command, None).await.stdout;
        let header: Vec<_> = listed.lines().next().unwrap().split_whitespace().collect();
        assert_eq!(header, expected, "{columns}: {listed}");
        assert!(listed.contains("The Crossing - cut 1.mp4"), "the name is whole: {listed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_the_web_app_names_its_item() {
    let (_sim, server) = demo().await;
    for column in ["url", "id"] {
        let place = ls(&server, &[CUTS, "--columns", column, "--no-header"]).await.stdout;
        let listed = ls(&server, &[place.trim(), "--format", "ids"]).await;
        listed.succeeded();
        assert_eq!(listed.stdout, format!("{STACK}\n"), "{place}");
    }
    let legacy = ls(&server, &["https://app.frame.io/player/x"]).await;
    assert!(legacy.failed(2).contains("legacy web app"), "{legacy:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_are_no_list_are_filtered_by_jq() {
    let (_sim, server) = demo().await;
    let stills = "/Film/The Crossing/Stills";
    let link = run(&server, &["share", "create", "Stills", stills, "--jq", ".url"]).await;
    link.succeeded();
    assert!(link.stdout.starts_with("https://f.io/"), "{link:?}");
    let made =
        run(&server, &["mkdir", "/Film/The Crossing/A", "/Film/The Crossing/B", "--jq", ".path"]);
    let made = made.await;
    assert_eq!(made.stdout, "/Film/The Crossing/A\n/Film/The Crossing/B\n", "{made:?}");
    let shown = run(&server, &["rm", "-rn", stills, "--jq", ".contents.files"]).await;
    assert_eq!(shown.stdout, "2\n", "{shown:?}");
    let added = run(&server, &["comments", "add", STACK, "Text", "--jq", ".text"]).await;
    assert_eq!(added.stdout, "Text\n", "{added:?}");
    let ok = run(&server, &["open", stills, "--jq", ".path"]).await;
    assert_eq!(ok.stdout, format!("{stills}\n"), "{ok:?}");
    let invalid = run(&server, &["mkdir", "/Film/The Crossing/C", "--jq", ".["]).await;
    assert_eq!(invalid.status, 2, "{invalid:?}");
    // A filter that fails does not stop the changes.
    let two = ["mkdir", "/Film/The Crossing/D", "/Film/The Crossing/E", "--jq", ".path.x"];
    assert_eq!(run(&server, &two).await.status, 1);
    assert_eq!(run(&server, &["ls", "/Film/The Crossing/E"]).await.status, 0);
}
