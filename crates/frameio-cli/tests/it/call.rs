//! `frameio call`.

use std::time::Duration;

use frameio_sim::{Fault, Sim, SimServer};
use http::StatusCode;
use serde_json::{Value, json};

use crate::comments::{CUT_3, demo};
use crate::program::{end, offline, program, run, serve};

#[tokio::test(flavor = "multi_thread")]
async fn calls_operations_with_json_and_prints_json() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    let me = run(&server, &["call", "users.show"]).await.json();
    assert_eq!(me["data"]["id"], demo.user_id.as_str());

    let folder = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id,
        "data": {"name": "Dailies ü"},
    });
    let created = run(&server, &["call", "folders.create", "--input", &folder.to_string()]).await;
    let created = created.json();
    assert_eq!(created["data"]["name"], "Dailies ü");
    // Null fields are kept: the response is printed as received.
    assert_eq!(created["data"].get("cover_file_id"), Some(&Value::Null));

    let delete = json!({"account_id": demo.account_id, "folder_id": created["data"]["id"]});
    let deleted = run(&server, &["call", "folders.delete", "--input", &delete.to_string()]).await;
    assert_eq!((deleted.status, &*deleted.stdout, &*deleted.stderr), (0, "", ""));
    let shown = run(&server, &["call", "folders.show", "--input", &delete.to_string()]).await;
    let message = shown.failed(5);
    assert!(message.starts_with("frameio: folders.show: 404 Not Found: "), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unchecked_sends_values_outside_the_documented_limits() {
    let (sim, server) = serve().await;
    let input = json!({"account_id": sim.demo().account_id, "page_size": 101}).to_string();
    let call = ["call", "workspaces.index", "--input", &input];
    let checked = run(&server, &call).await;
    assert_eq!(
        checked.failed(2),
        "frameio: workspaces.index: `page_size` is 101, expected 1 to 100",
    );
    // The simulator enforces the same limit.
    let refused = run(&server, &[&call[..], &["--unchecked"]].concat()).await;
    assert!(refused.stderr.starts_with("frameio: workspaces.index: 4"), "{}", refused.stderr);
    let jobs = tempfile::tempdir().unwrap();
    let file = jobs.path().join("jobs");
    std::fs::write(&file, format!("{{\"op\":\"workspaces.index\",\"input\":{input}}}")).unwrap();
    let batch = ["batch", "--results", "-", file.to_str().unwrap()];
    let refused = run(&server, &batch).await;
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(refused.stderr.contains("1 line is invalid in "), "{refused:?}");
    let sent = run(&server, &[&batch[..], &["--unchecked"]].concat()).await;
    assert!(sent.stdout.contains("\"status\":4"), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_input_from_a_file_or_standard_input() {
    let (sim, server) = serve().await;
    let input = json!({"account_id": sim.demo().account_id, "page_size": 1}).to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input.json");
    std::fs::write(&file, &input).unwrap();
    let file = format!("@{}", file.display());
    let from_file = run(&server, &["call", "workspaces.index", "--input", &file]).await.json();
    let mut command = program(&server);
    command.args(["call", "workspaces.index", "--input", "-"]);
    let from_stdin = end(command, Some(&input)).await.json();
    assert_eq!(from_file, from_stdin);
    assert_eq!(from_file["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_prints_the_items_of_all_pages_and_sends_every_parameter_for_each() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    for i in 0..7 {
        let input = json!({
            "account_id": demo.account_id, "folder_id": demo.root_folder_id,
            "data": {"name": format!("folder {i}")},
        });
        run(&server, &["call", "folders.create", "--input", &input.to_string()]).await.json();
    }
    sim.clear_requests();
    let input = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id, "page_size": 3,
        "sort": "name_desc", "include": "creator",
    });
    let arguments = ["call", "folders.index", "--all", "--input", &input.to_string()];
    let items = run(&server, &arguments).await;
    let names: Vec<_> = items.lines().iter().map(|item| item["name"].clone()).collect();
    let expected: Vec<_> = (0..7).rev().map(|i| json!(format!("folder {i}"))).collect();
    assert_eq!(names, expected);
    assert!(items.lines().iter().all(|item| item["creator"].is_object()));
    let requests = sim.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|it| it.query.as_deref().unwrap().contains("sort=name_desc")));
}

#[tokio::test(flavor = "multi_thread")]
async fn prints_the_items_before_a_page_that_fails() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    for _ in 0..3 {
        let input = json!({"account_id": demo.account_id, "data": {"name": "W"}}).to_string();
        run(&server, &["call", "workspaces.create", "--input", &input]).await.json();
    }
    let input = json!({"account_id": demo.account_id, "page_size": 2}).to_string();
    sim.inject(Fault::delay(Duration::ZERO).on("workspaces.index").next(1));
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("workspaces.index").next(1));
    let ended = run(&server, &["call", "workspaces.index", "--all", "--input", &input]).await;
    assert_eq!((ended.status, ended.lines().len()), (4, 2), "{ended:?}");
    assert!(ended.stderr.contains("403 Forbidden"), "{ended:?}");

    let ended = run(&server, &["call", "users.show", "--all"]).await;
    let message = "frameio: '--all' cannot be used with users.show, which has no pages";
    assert_eq!(ended.failed(2), message);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_fails_on_a_list_that_repeats_a_page() {
    let (sim, server) = serve().await;
    for (period, arguments) in [(1, "{}"), (2, "{}"), (3, "{}"), (1, r#"{"after": "c0"}"#)] {
        sim.clear_requests();
        sim.clear_faults();
        for n in 0..8 {
            let page = json!({"data": [], "links": {"next": format!("?after=c{}", n % period)}});
            let page = Fault::body(StatusCode::OK, "application/json", page.to_string());
            sim.inject(page.on("accounts.index").next(1));
        }
        let ended = run(&server, &["call", "accounts.index", "--all", "--input", arguments]).await;
        assert_eq!(ended.status, 10, "{ended:?}");
        assert!(ended.stderr.contains("repeats an earlier page"), "{ended:?}");
        let pages = if arguments == "{}" { period + 1 } else { 1 };
        assert_eq!(sim.requests().len(), pages, "period {period}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_of_a_call_set_headers_deadline_and_retries() {
    let (sim, server) = serve().await;
    let show = ["call", "users.show", "--header", "x-trace: 7"];
    run(&server, &[&show[..], &["--header", "x-api-key:s3cret"]].concat()).await.json();
    let sent = sim.requests();
    let sent = &sent.last().unwrap().headers;
    assert_eq!(
        (sent["x-trace"].as_bytes(), sent["x-api-key"].as_bytes()),
        (&b"7"[..], &b"s3cret"[..])
    );
    let shown = run(&server, &[&show[..], &["--header", "x-api-key:s3cret", "-n"]].concat()).await;
    assert!(shown.stdout.contains("x-trace: 7") && !shown.stdout.contains("s3cret"), "{shown:?}");
    for (header, message) in [
        ("x-trace", "expected a name and a value, such as 'x-trace: 7'"),
        ("a b: 1", "`header` has the invalid name 'a b'"),
    ] {
        let ended = run(&server, &["call", "users.show", "--header", header]).await;
        assert!(ended.status == 2 && ended.stderr.contains(message), "{ended:?}");
    }

    sim.inject(Fault::delay(Duration::from_secs(600)).on("users.show").next(1));
    let ended = run(&server, &["call", "users.show", "--deadline", "0.2"]).await;
    let late = ended.failed(9);
    assert!(late.contains("deadline of 200ms reached"), "{late}");

    // The service creates the folder, and its response is lost.
    let demo = sim.demo();
    let input = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id, "data": {"name": "New"},
    });
    let input = input.to_string();
    let create = ["call", "folders.create", "--input", &input];
    for (flags, status) in [(&[][..], 9), (&["--idempotent"], 0)] {
        sim.inject(Fault::reset_in_body().on("folders.create").next(1));
        let ended = run(&server, &[&create[..], flags].concat()).await;
        assert_eq!(ended.status, status, "{ended:?}");
    }
}

#[tokio::test]
async fn refuses_invalid_calls_before_sending_anything() {
    let refusals = [
        (vec!["call", "file.show"], "no such operation 'file.show': did you mean 'files.show'?"),
        (
            vec!["call", "moodboards.paint"],
            "no such operation 'moodboards.paint': `frameio operations` lists all",
        ),
        (
            vec!["call", "files.show", "--input", r#"{"acount_id": "a", "file_id": "f"}"#],
            "files.show: `acount_id` is not a parameter: did you mean `account_id`?",
        ),
        (
            vec![
                "call",
                "files.update",
                "--input",
                r#"{"account_id": "a", "file_id": "f", "name": "x"}"#,
            ],
            "files.update: `name` must be inside `data`",
        ),
        (
            vec!["call", "files.show", "--input", r#"{"account_id": "a"}"#],
            "files.show: `file_id` is missing; `frameio operations --show files.show` lists the parameters, with an example",
        ),
        (
            vec!["call", "users.show", "--input", "[]"],
            "'--input' is not a JSON object, such as '{\"account_id\": …}'",
        ),
    ];
    for (arguments, message) in refusals {
        let mut command = offline();
        command.args(arguments);
        assert_eq!(end(command, None).await.failed(2), format!("frameio: {message}"));
    }
    let mut command = offline();
    command.args(["call", "users.show", "--input", "{"]);
    let message = "frameio: '--input' is not valid JSON: ";
    assert!(end(command, None).await.failed(2).starts_with(message));
    let mut command = offline();
    command.args(["call", "users.show", "--input", "@/nowhere"]);
    let message = "frameio: cannot read '/nowhere': no such file or directory";
    assert_eq!(end(command, None).await.failed(2), message);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_status_depends_on_the_kind_of_failure() {
    let (sim, server) = serve().await;
    for (status, exit) in [
        (StatusCode::UNAUTHORIZED, 3),
        (StatusCode::FORBIDDEN, 4),
        (StatusCode::NOT_FOUND, 5),
        (StatusCode::CONFLICT, 6),
        (StatusCode::UNPROCESSABLE_ENTITY, 6),
        (StatusCode::TOO_MANY_REQUESTS, 7),
        (StatusCode::BAD_GATEWAY, 8),
    ] {
        sim.inject(Fault::status(status).on("users.show").next(1));
        let ended = run(&server, &["call", "users.show", "--max-retries", "0"]).await;
        let message = ended.failed(exit);
        assert!(message.starts_with(&format!("frameio: users.show: {status}")), "{message}");
    }
    sim.inject(Fault::body(StatusCode::OK, "application/json", r#"{"data":{"id":7}}"#).next(1));
    let ended = run(&server, &["call", "users.show"]).await;
    assert!(ended.failed(10).contains("unexpected response: at `data.id`"), "{ended:?}");

    sim.inject(Fault::delay(Duration::from_secs(600)).next(1));
    let arguments = ["call", "users.show", "--timeout", "0.05", "--max-retries", "0"];
    run(&server, &arguments).await.failed(9);

    let mut command = program(&server);
    command.env("FRAMEIO_BASE_URL", "http://127.0.0.1:1").args(["call", "users.show"]);
    command.args(["--max-retries", "0"]);
    end(command, None).await.failed(9);

    let mut command = program(&server);
    command.env_remove("FRAMEIO_TOKEN").args(["call", "users.show"]);
    assert!(end(command, None).await.failed(3).contains("FRAMEIO_TOKEN"));

    let mut command = program(&server);
    command.env("FRAMEIO_TOKEN", "canary-token").args(["call", "users.show"]);
    let ended = end(command, None).await;
    assert!(!ended.failed(3).contains("canary"), "{ended:?}");

    let mut command = program(&server);
    command.env("FRAMEIO_BASE_URL", "http://api.example.com").args(["call", "users.show"]);
    let message = "frameio: invalid API URL 'http://api.example.com' in FRAMEIO_BASE_URL: http:// is accepted for this machine only; use \
         https://";
    assert_eq!(end(command, None).await.failed(2), message);
    let _: &Sim = &sim;
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_of_a_proxy_are_named() {
    let (sim, server) = serve().await;
    let hint = "a proxy or another server responded: `frameio doctor` checks the network";
    let page = "<!DOCTYPE html><title>Sign in</title>";
    for (status, content_type, body, exit, has_hint) in [
        (StatusCode::FORBIDDEN, "text/html", page, 4, true),
        (StatusCode::OK, "text/html", page, 10, true),
        (StatusCode::FOUND, "text/plain", "", 10, true),
        (StatusCode::OK, "application/json", "{\"data\":", 10, false),
        (StatusCode::FORBIDDEN, "application/json", "{}", 4, false),
    ] {
        sim.inject(Fault::body(status, content_type, body).on("users.show").next(1));
        let ended = run(&server, &["call", "users.show", "--max-retries", "0"]).await;
        let message = ended.failed(exit);
        assert_eq!(message.contains(hint), has_hint, "{status}: {message}");
    }
    sim.inject(Fault::body(StatusCode::OK, "application/json", "{\"data\":").next(1));
    let ended = run(&server, &["call", "users.show"]).await;
    assert!(ended.failed(10).contains("its JSON ends after 8 bytes"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_response_of_a_create_is_a_warning_against_a_repetition() {
    let (sim, server) = demo().await;
    let warning = "may have been carried out: `frameio call comments.index` shows what exists";
    let file = format!("file_id={CUT_3}");
    let add = ["call", "comments.create", "--path", &file, "-f", "text=x"];
    let create = "comments.create";
    for (fault, status) in [(Fault::reset_in_body(), 9), (Fault::truncated(), 10)] {
        sim.inject(fault.on(create).next(1));
        let ended = run(&server, &add).await;
        assert!(ended.failed(status).ends_with(warning), "{ended:?}");
    }
    // No retry, which could add a second comment.
    sim.inject(Fault::status(StatusCode::BAD_GATEWAY).on(create).next(1));
    let ended = run(&server, &add).await;
    let message = ended.failed(8);
    assert!(message.contains("502") && message.ends_with(warning), "{ended:?}");
    // It was refused, or changes nothing.
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on(create).next(1));
    let ended = run(&server, &add).await;
    assert!(!ended.failed(4).contains(warning), "{ended:?}");
    sim.inject(Fault::truncated().on("users.show").next(1));
    let ended = run(&server, &["call", "users.show", "--max-retries", "0"]).await;
    assert!(!ended.failed(10).contains(warning), "{ended:?}");
}

/// Adds an item that cannot be decoded to the next page of an operation.
async fn spoil(sim: &Sim, server: &SimServer, operation: &'static str, input: Value) {
    let input = input.to_string();
    let mut page = run(server, &["call", operation, "--input", &input]).await.json();
    let mut odd = page["data"][0].clone();
    odd["id"] = json!("odd");
    odd["name"] = json!(7);
    page["data"].as_array_mut().unwrap().insert(0, odd);
    let page = Fault::body(StatusCode::OK, "application/json", page.to_string());
    sim.inject(page.on(operation).next(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_reports_items_that_cannot_be_decoded_and_fails() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    let input = json!({"account_id": demo.account_id, "workspace_id": demo.workspace_id});
    spoil(&sim, &server, "projects.index", input).await;
    let listed = run(&server, &["ls", "/Demo Workspace"]).await;
    let skipped = "frameio: skipped item 'odd', which cannot be decoded: at `data[0].name`: \
                   invalid type: integer `7`, expected a string";
    let lines: Vec<_> = listed.stderr.lines().collect();
    assert_eq!((listed.status, listed.stdout.contains("Demo Project")), (10, true), "{listed:?}");
    assert_eq!(lines, [skipped, "frameio: the list is incomplete: 1 item cannot be decoded"]);

    let folder = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id, "data": {"name": "Day"},
    });
    run(&server, &["call", "folders.create", "--input", &folder.to_string()]).await.json();
    let input = json!({"account_id": demo.account_id, "folder_id": demo.root_folder_id});
    spoil(&sim, &server, "folders.index", input).await;
    let tree = run(&server, &["tree", "/Demo Workspace/Demo Project"]).await;
    assert_eq!((tree.status, tree.stdout.contains("Day")), (10, true), "{tree:?}");
    assert!(tree.stderr.contains("skipped item 'odd'"), "{tree:?}");
    assert!(tree.stderr.contains("1 folder could not be listed completely"), "{tree:?}");
}
