//! Escaping of output, and failures to write it.

use std::process::Stdio;

use frameio_sim::{Credential, Fault, Sim, SimServer};
use http::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::program::{Ended, end, offline, program, serve};
#[cfg(unix)]
use crate::terminal::shown;

/// Text that sets the window title, clears the screen in two ways, and hides and reorders characters.
const HOSTILE: &str =
    "Eve\u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}2J\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\r\nx";

const ROOT: &str = "/Demo Workspace/Demo Project";

/// Returns whether a character may be printed.
fn is_plain(c: char) -> bool {
    let is_hidden = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    c == '\n' || !(c.is_control() || is_hidden)
}

/// Asserts that nothing was printed raw, and returns the output.
#[track_caller]
fn plain(about: &str, ended: &Ended) -> String {
    let text = format!("{}{}", ended.stdout, ended.stderr);
    assert!(text.chars().all(is_plain), "{about}: {ended:?}");
    text
}

/// Asserts that the hostile text was printed, and printed escaped.
#[track_caller]
fn escaped(about: &str, ended: &Ended) {
    let text = plain(about, ended);
    // Errors of the client have no such characters.
    let forms = [r"Eve\u{1b}]0;pwned\u{7}", r"Eve\u001b]0;pwned\u0007", "Eve]0;pwned"];
    assert!(forms.iter().any(|form| text.contains(form)), "{about}: {ended:?}");
}

/// Replaces all texts that users choose.
fn spoil(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.is_string() && ["name", "display_name", "email"].contains(&&**name) {
                    true => *value = HOSTILE.into(),
                    false => spoil(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(spoil),
        _ => {}
    }
}

/// A simulator, and a directory with files and profiles.
struct Desk {
    sim: Sim,
    server: SimServer,
    directory: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let (sim, server) = serve().await;
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("in")).unwrap();
        std::fs::write(directory.path().join("in/a.mov"), "content").unwrap();
        std::fs::write(directory.path().join("jobs"), "{\"op\":\"users.show\"}\n").unwrap();
        Self { sim, server, directory }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(&self.server);
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("FRAMEIO_CONFIG_DIR", self.directory.path().join("config"));
        command
    }

    async fn run(&self, arguments: &[&str]) -> Ended {
        end(self.command(arguments), None).await
    }

    /// Spoils the next response of an operation.
    async fn spoil(&self, operation: &'static str) {
        let input = json!({"account_id": self.sim.demo().account_id}).to_string();
        let mut arguments = vec!["call", operation];
        if operation != "users.show" && operation != "accounts.index" {
            arguments.extend(["--input", &input]);
        }
        let mut body = self.run(&arguments).await.json();
        spoil(&mut body);
        let body = body.to_string();
        self.sim
            .inject(Fault::body(StatusCode::OK, "application/json", body).on(operation).next(1));
    }

    /// Fails the next call of an operation with a hostile error.
    fn fail(&self, operation: &'static str) {
        let errors = json!({"errors": [{"title": HOSTILE, "detail": HOSTILE}]}).to_string();
        let fault = Fault::body(StatusCode::FORBIDDEN, "application/json", errors);
        self.sim.inject(fault.on(operation).next(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn escapes_names_of_the_service() {
    let desk = Desk::new().await;
    for arguments in [&["whoami"][..], &["whoami", "--json"], &["login", "--token"]] {
        desk.spoil("users.show").await;
        desk.spoil("accounts.index").await;
        let ended = end(desk.command(arguments), Some(Sim::TOKEN)).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        escaped(arguments[0], &ended);
    }
    for arguments in [&["ls", "/"][..], &["ls", "/", "--long"], &["ls", "/", "--json"]] {
        desk.spoil("workspaces.index").await;
        escaped("ls /", &desk.run(arguments).await);
    }
    for arguments in [&["call", "accounts.index"][..], &["call", "accounts.index", "--all"]] {
        desk.spoil("accounts.index").await;
        escaped("call", &desk.run(arguments).await);
    }
    let demo = desk.sim.demo();
    let create = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id, "data": {"name": HOSTILE},
    });
    let created = desk.run(&["call", "folders.create", "--input", &create.to_string()]).await;
    escaped("call folders.create", &created);
    assert_eq!(created.json()["data"]["name"], HOSTILE, "JSON keeps the exact value");
    let id = created.json()["data"]["id"].as_str().unwrap().to_owned();
    let up = desk.run(&["upload", "in/a.mov", "--to", &id, "--json"]).await;
    assert_eq!(up.status, 0, "{up:?}");
    for arguments in [
        &["ls", ROOT][..],
        &["ls", ROOT, "--json"],
        &["tree", ROOT],
        &["tree", ROOT, "--json"],
        &["download", ROOT, "-o", "out"],
        &["download", ROOT, "-o", "out", "--json"],
        &["sync", "down", ROOT, "--down"],
        &["find", "--name", "Eve*", ROOT],
        &["find", "--name", "Eve*", ROOT, "--json"],
        &["find", "--text", "Eve"],
        &["rm", "-r", "--dry-run", &id],
        &["mkdir", "-p", &id],
        &["cp", &id, ROOT, "--allow-duplicates"],
    ] {
        escaped(arguments[0], &desk.run(arguments).await);
    }
    let hook = json!({
        "account_id": demo.account_id, "workspace_id": demo.workspace_id,
        "data": {"name": HOSTILE, "url": "http://127.0.0.1:9/", "events": ["file.ready"]},
    });
    escaped("call", &desk.run(&["call", "webhooks.create", "--input", &hook.to_string()]).await);
    let account =
        ["--account", demo.account_id.as_str(), "--workspace", demo.workspace_id.as_str()];
    escaped("webhook list", &desk.run(&[&["webhook", "list"], &account[..]].concat()).await);

    let profiles = json!({"profiles": {"default": {
        "base_url": format!("http://{HOSTILE}/"), "account_id": HOSTILE,
    }}});
    std::fs::write(desk.directory.path().join("config/profiles.json"), profiles.to_string())
        .unwrap();
    for arguments in [&["profile", "list"][..], &["profile", "list", "--json"]] {
        escaped("profile list", &desk.run(arguments).await);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn programs_read_exact_values_that_a_terminal_shows_escaped() {
    let desk = Desk::new().await;
    let demo = desk.sim.demo();
    let create = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id, "data": {"name": HOSTILE},
    });
    desk.run(&["call", "folders.create", "--input", &create.to_string()]).await.json();
    for (arguments, exact) in [
        (&["ls", ROOT, "--jq", ".name"][..], format!("{HOSTILE}\n")),
        (&["ls", ROOT, "--jq", r#""\(.type)\t\(.name)""#], format!("folder\t{HOSTILE}\n")),
        (
            &["ls", ROOT, "--format", "json", "--jq", r#"map(.name) | join("\n")"#],
            format!("{HOSTILE}\n"),
        ),
        (
            &["ls", ROOT, "--format", "csv", "--columns", "name", "--no-header"],
            format!("\"{HOSTILE}\"\n"),
        ),
    ] {
        assert_eq!(desk.run(arguments).await.stdout, exact, "{arguments:?}");
        let shown = shown(desk.command(arguments), 200).await.join("\n");
        assert!(shown.contains(r"Eve\u{1b}]0;pwned\u{7}"), "{arguments:?}: {shown}");
        assert!(shown.chars().all(|c| is_plain(c) || c == '\t'), "{arguments:?}: {shown}");
        assert_eq!(shown.contains('\t'), exact.contains('\t'), "{arguments:?}: {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn escapes_errors_of_the_service() {
    let desk = Desk::new().await;
    for (operation, arguments) in [
        ("users.show", &["whoami"][..]),
        ("users.show", &["call", "users.show"]),
        ("accounts.index", &["ls", "/"]),
        ("accounts.index", &["tree", ROOT]),
        ("files.create_local_upload", &["upload", "in", "--to", ROOT]),
        ("files.create_local_upload", &["upload", "in", "--to", ROOT, "--json"]),
        ("folders.index", &["download", ROOT, "-o", "out"]),
        ("folders.index", &["sync", "in", ROOT]),
        ("users.show", &["batch", "jobs", "--results", "-"]),
    ] {
        desk.fail(operation);
        let ended = desk.run(arguments).await;
        assert_ne!(ended.status, 0, "{ended:?}");
        escaped(arguments[0], &ended);
        desk.sim.clear_faults();
    }
    desk.fail("users.show");
    let mut command = desk.command(&["login", "--token"]);
    command.env_remove("FRAMEIO_TOKEN");
    escaped("login", &end(command, Some(Sim::TOKEN)).await);

    let error = json!({"error": "invalid_client", "error_description": HOSTILE}).to_string();
    let fault = Fault::body(StatusCode::BAD_REQUEST, "application/json", error);
    desk.sim.inject(fault.on(Sim::IMS_TOKEN).next(1));
    let mut command = offline();
    command.env("FRAMEIO_BASE_URL", desk.server.url()).env("FRAMEIO_CLIENT_SECRET", "secret");
    command.args(["login", "--client-id", Credential::DEMO_SERVER_TO_SERVER]);
    // The library replaces control characters.
    let refused = plain("login", &end(command, None).await);
    assert!(refused.contains("Eve") && refused.contains("pwned"), "{refused}");

    // Arguments are escaped too: they may come from `find | xargs`.
    let mut command = offline();
    command.args(["call", "users.show", "--max-retries", HOSTILE]);
    escaped("usage", &end(command, None).await);
    let mut command = offline();
    command.args(["call", HOSTILE]);
    escaped("operation", &end(command, None).await);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_write_to_standard_output_fails_every_command() {
    let desk = Desk::new().await;
    desk.run(&["upload", "in", "--to", ROOT]).await;
    let demo = desk.sim.demo();
    let ids = ["--account", demo.account_id.as_str(), "--workspace", demo.workspace_id.as_str()];
    let created =
        [&["webhook", "create", "--name=a", "--url=http://127.0.0.1:9/", "--event=all"], &ids[..]];
    assert_eq!(desk.run(&created.concat()).await.status, 0);
    let list = [&["webhook", "list"], &ids[..]].concat();
    let file = format!("{ROOT}/in/a.mov");
    std::fs::write(desk.directory.path().join("in/b.mov"), "b").unwrap();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["upload", "--help"],
        &["operations"],
        &["operations", "--json"],
        &["whoami"],
        &["ls", ROOT],
        &["ls", ROOT, "--format", "csv"],
        &["ls", ROOT, "--format", "json"],
        &["ls", ROOT, "--jq", ".name"],
        &["tree", ROOT, "--json"],
        &["call", "users.show"],
        &["call", "accounts.index", "--all"],
        &["batch", "jobs", "--results", "-"],
        &["upload", "in", "--to", ROOT, "--dry-run"],
        &["upload", "in", "--to", ROOT, "--json"],
        &["download", &file, "-o", "one", "--checksum", "sha256", "--json"],
        &["download", ROOT, "-o", "all"],
        &["sync", "in", ROOT, "--json"],
        &["sync", "down", ROOT, "--down"],
        &list,
        &["sim"],
    ] {
        let mut command = desk.command(arguments);
        command.stdout(std::fs::File::create("/dev/full").unwrap()).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        let message = "cannot write to standard output: no space left on device";
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
    let directory = desk.directory.path();
    let received = std::fs::read_to_string(directory.join("all/Demo Project/in/a.mov")).unwrap();
    assert_eq!(received, "content", "the transfer itself is complete");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_continues_if_its_output_is_closed() {
    let desk = Desk::new().await;
    for name in ["b.mov", "c.mov", "d.mov"] {
        std::fs::write(desk.directory.path().join("in").join(name), name).unwrap();
    }
    let mut command = desk.command(&["upload", "in", "--to", ROOT, "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    let listed = desk.run(&["ls", &format!("{ROOT}/in"), "--jq", ".name"]).await;
    assert_eq!(listed.stdout, "a.mov\nb.mov\nc.mov\nd.mov\n");
}
