//! `frameio call` with fields and places, and without sending.

use frameio_sim::{Fault, Sim, SimServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::comments::{CUT_3, STACK, STACK_PATH, demo};
use crate::program::{Ended, end, offline, program, run};

const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";
const POSTER_ID: &str = "0000002a-f1a0-4000-8000-000000000000";
const STILLS: &str = "/Film/The Crossing/Stills";

async fn call(server: &SimServer, arguments: &[&str]) -> Ended {
    run(server, &[&["call"], arguments].concat()).await
}

/// Returns the numbers of requests that change something.
fn writes(sim: &Sim) -> usize {
    sim.requests().iter().filter(|it| it.method != Method::GET).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_in_place_of_an_id_is_explained() {
    let (_sim, server) = demo().await;
    let field = format!("file_id={POSTER}");
    let refused = call(&server, &["files.show", "-f", &field]).await;
    let hint = format!("; '--path {field}' passes the ID of the place");
    assert!(refused.failed(5).ends_with(&hint), "{refused:?}");
    let unknown = call(&server, &["files.show", "-f", &format!("file_id={STACK}")]).await;
    assert!(!unknown.failed(5).contains("--path"), "{unknown:?}");
}

#[tokio::test]
async fn a_value_of_a_wrong_type_is_refused_in_a_sentence() {
    let mut command = offline();
    command.args(["call", "folders.update", "-f", "folder_id=x", "-F", "name=12"]);
    let refused = end(command, None).await;
    let message = "folders.update: `name` has an invalid type: integer `12`, expected a string";
    assert!(refused.failed(2).contains(message), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_and_places_become_the_input_of_a_call() {
    let (sim, server) = demo().await;
    let place = format!("file_id={POSTER}");
    let shown = call(&server, &["files.show", "--path", &place]).await.json();
    assert_eq!(shown["data"]["id"], POSTER_ID);
    // A place in an update is read again.
    let renamed =
        call(&server, &["files.update", "--path", &place, "-f", "name=true"]).await.json();
    assert_eq!(renamed["data"]["name"], "true");
    let account = format!("account_id={}", sim.demo().account_id);
    let file = format!("file_id={POSTER_ID}");
    let arguments =
        ["comments.create", "-f", &account, "-f", &file, "-f", "text=7", "-F", "page=3"];
    let created = call(&server, &arguments).await.json();
    assert_eq!((&created["data"]["text"], &created["data"]["page"]), (&json!("7"), &json!(3)));
    let folder = format!("folder_id={STILLS}");
    let listed =
        call(&server, &["folders.index", "--path", &folder, "-F", "page_size=1"]).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn typed_fields_read_files_and_standard_input() {
    let (_sim, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("text.txt");
    std::fs::write(&file, "two\nlines").unwrap();
    let place = format!("file_id={POSTER}");
    for value in [format!("text=@{}", file.display()), "text=@-".to_owned()] {
        let mut command = program(&server);
        command.args(["call", "comments.create", "--path", &place, "-F", &value]);
        let created = end(command, Some("two\nlines")).await.json();
        assert_eq!(created["data"]["text"], "two\nlines");
    }
    let mut command = offline();
    command.args(["call", "comments.create", "--input", "-", "-F", "text=@-"]);
    let message = "frameio: only one argument can read standard input";
    assert_eq!(end(command, Some("{}")).await.failed(2), message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_of_another_type_is_refused() {
    let (sim, server) = demo().await;
    let other = "00000000-0000-4000-8000-000000000000";
    for (operation, place, more, reason) in [
        ("folders.show", format!("folder_id={POSTER}"), None, "it is a file, not a folder"),
        ("files.show", format!("file_id={STILLS}"), None, "it is a folder, not a file"),
        ("files.delete", format!("file_id={STACK_PATH}"), None, CUT_3),
        ("comments.delete", "comment_id=/Film".to_owned(), None, "is not the ID of a workspace"),
        (
            "files.show",
            format!("file_id={POSTER}"),
            Some(format!("account_id={other}")),
            "is in the account",
        ),
    ] {
        let mut arguments = vec![operation, "--path", &place];
        if let Some(more) = &more {
            arguments.extend(["-f", more]);
        }
        let refused = call(&server, &arguments).await;
        assert!(refused.failed(2).contains(reason), "{operation}: {refused:?}");
    }
    assert_eq!(writes(&sim), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_for_another_type_is_refused_with_the_flag_for_it() {
    let (_sim, server) = demo().await;
    let folder = format!("folder_id={STILLS}");
    let refused = call(&server, &["folders.index", "--path", &folder, "-f", "page_size=5"]).await;
    assert!(refused.failed(2).contains("pass a number, true or false with '-F'"), "{refused:?}");
    let accepted = call(&server, &["folders.index", "--path", &folder, "-F", "page_size=5"]).await;
    accepted.succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_prints_the_request_without_sending_it() {
    let (sim, server) = demo().await;
    let folder = format!("folder_id={STILLS}");
    let arguments = ["folders.update", "--path", &folder, "-f", "name=Photos \u{200b}", "-n"];
    let printed = call(&server, &arguments).await;
    printed.succeeded();
    let lines: Vec<_> = printed.stdout.lines().collect();
    let url = format!("PATCH {}/v4/accounts/", server.url().trim_end_matches('/'));
    assert!(lines[0].starts_with(&url), "{printed:?}");
    assert_eq!(lines[1], "authorization: Bearer ***");
    assert!(lines.contains(&"content-type: application/json"), "{printed:?}");
    assert_eq!(*lines.last().unwrap(), r#"{"data":{"name":"Photos \u200b"}}"#);
    assert_eq!(writes(&sim), 0);
    // Without places and with all IDs, no token and no service is needed.
    let mut command = offline();
    command.args(["call", "users.show", "--dry-run"]);
    let printed = end(command, None).await;
    let expected = "GET https://api.frame.io/v4/me\nauthorization: Bearer ***\n";
    assert_eq!((printed.status, printed.stdout.as_str()), (0, expected), "{printed:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_curl_command_sends_the_same_request() {
    let (sim, server) = demo().await;
    let place = format!("file_id={POSTER}");
    let text = "text=it's $HOME `x` \"q\" \u{202e} ü\nline";
    let arguments = ["comments.create", "--path", &place, "-f", text, "--curl"];
    let printed = call(&server, &arguments).await;
    printed.succeeded();
    assert!(!printed.stdout.contains(Sim::TOKEN), "{printed:?}");
    assert!(printed.stdout.contains("Bearer $FRAMEIO_TOKEN"), "{printed:?}");
    assert_eq!(writes(&sim), 0);
    let mut legacy = program(&server);
    legacy.env("FRAMEIO_TOKEN", "fio-u-abc").args(["call", "users.show", "--curl"]);
    let legacy = end(legacy, None).await;
    assert!(legacy.stdout.contains("--header 'x-frameio-legacy-token-auth: true'"), "{legacy:?}");
    // A function in place of curl prints its arguments, one a line, so the quotes are tested.
    let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}\n{}", printed.stdout);
    let mut command = tokio::process::Command::new("sh");
    command.args(["-c", &script]).env("FRAMEIO_TOKEN", "from-the-environment");
    let words = end(command, None).await;
    assert_eq!(words.status, 0, "{words:?}");
    let words: Vec<_> = words.stdout.lines().collect();
    assert_eq!(words[..2], ["--request", "POST"]);
    assert!(words.contains(&"authorization: Bearer from-the-environment"), "{words:?}");
    let body = words[words.iter().position(|it| *it == "--data-raw").unwrap() + 1];
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["data"]["text"], text.strip_prefix("text=").unwrap());
    assert!(words.last().unwrap().ends_with(&format!("/files/{POSTER_ID}/comments")), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_are_filtered_by_jq() {
    let (_sim, server) = demo().await;
    let folder = format!("folder_id={STILLS}");
    let name = call(&server, &["folders.show", "--path", &folder, "--jq", ".data.name"]).await;
    assert_eq!((name.status, name.stdout.as_str()), (0, "Stills\n"), "{name:?}");
    let names =
        call(&server, &["folders.index", "--path", &folder, "--all", "--jq", ".name"]).await;
    let mut names: Vec<_> = names.stdout.lines().collect();
    names.sort_unstable();
    assert_eq!(names, ["Harbour at dawn.jpg", "Poster.png"]);
    let invalid = call(&server, &["users.show", "--jq", ".["]).await;
    assert_eq!(invalid.status, 2, "{invalid:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_account_is_filled_in() {
    let (sim, server) = demo().await;
    let file = format!("file_id={POSTER_ID}");
    let shown = call(&server, &["files.show", "-f", &file]).await.json();
    assert_eq!(shown["data"]["name"], "Poster.png");
    let mut page = call(&server, &["accounts.index"]).await.json();
    let mut other = page["data"][0].clone();
    (other["id"], other["display_name"]) = (json!("other"), json!("Other"));
    page["data"].as_array_mut().unwrap().push(other);
    let fault = Fault::body(StatusCode::OK, "application/json", page.to_string());
    sim.inject(fault.on("accounts.index"));
    let refused = call(&server, &["files.show", "-f", &file]).await;
    let message = refused.failed(2);
    assert!(message.contains("the user has 2 accounts") && message.contains("'Other' (other)"));
    assert!(message.contains(sim.demo().account_id.as_str()), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_a_batch_name_places_that_are_looked_up_first() {
    let (sim, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jobs");
    let jobs = |name: &str| {
        let rename = json!({"op": "files.update", "path": {"file_id": POSTER},
            "input": {"data": {"name": name}}});
        let show = json!({"op": "version_stacks.show", "path": {"version_stack_id": STACK_PATH}});
        std::fs::write(&file, format!("{rename}\n{show}\n")).unwrap();
    };
    jobs("New.png");
    let path = file.to_str().unwrap();
    let ran = run(&server, &["batch", path]).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let results = std::fs::read_to_string(directory.path().join("jobs.results")).unwrap();
    assert!(results.contains("New.png") && results.contains(STACK), "{results}");
    // The place is gone, but its job has a result, so it is not looked up again.
    let resumed = run(&server, &["batch", "--resume", path]).await;
    assert_eq!(resumed.status, 0, "{resumed:?}");
    let sent = writes(&sim);
    jobs("Other.png");
    let missing = run(&server, &["batch", path, "--results", "-"]).await;
    assert_eq!((missing.status, missing.stdout.as_str()), (5, ""), "{missing:?}");
    assert!(missing.stderr.contains("line 1: ") && missing.stderr.contains("nothing was sent"));
    assert_eq!(writes(&sim), sent);
}
