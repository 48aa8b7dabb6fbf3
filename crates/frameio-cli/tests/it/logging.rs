//! Logging with `-v` and `RUST_LOG`, and colors.

use std::time::Duration;

use frameio_sim::{Credential, Fault, Sim};
use http::StatusCode;
use serde_json::{Value, json};

use crate::fixture::ROOT;
use crate::program::{Ended, end, offline, program, serve};
use crate::sign_in::Machine;

async fn run(filter: Option<&str>) -> Ended {
    let (_sim, server) = serve().await;
    let mut command = program(&server);
    if let Some(filter) = filter {
        command.env("RUST_LOG", filter);
    }
    command.args(["call", "users.show"]);
    end(command, None).await
}

/// Signs in with a secret and expires the token, so that the next run refreshes it.
async fn sign_in(machine: &Machine) {
    let mut command = machine.command(&["login", "--web"]);
    command
        .env("FRAMEIO_CLIENT_ID", Credential::DEMO_WEB)
        .env("FRAMEIO_CLIENT_SECRET", Credential::DEMO_SECRET);
    assert_eq!(machine.browse(command).await.status, 0);
    machine.sim.clock().advance(Duration::from_secs(25 * 60 * 60));
}

#[tokio::test]
async fn logs_the_start_and_end_of_calls_and_attempts() {
    let ended = run(Some("frameio=debug")).await;
    assert!(ended.json()["data"]["id"].is_string(), "results stay on standard output");
    for span in ["frameio.call{", "frameio.http{"] {
        for event in [": new", ": close "] {
            let is_logged = |line: &str| {
                line.contains(span) && line.contains("users.show") && line.contains(event)
            };
            assert!(ended.stderr.lines().any(is_logged), "no {span}…{event}: {ended:?}");
        }
    }
    assert!(!ended.stderr.contains(Sim::TOKEN), "{ended:?}");
}

#[tokio::test]
async fn logs_nothing_by_default() {
    for filter in [None, Some(""), Some(" \n"), Some("off")] {
        run(filter).await.succeeded();
    }
}

#[tokio::test]
async fn reports_an_invalid_filter_and_continues() {
    for invalid in ["frameio=loud=er", "frameio=debug\u{7}"] {
        let ended = run(Some(invalid)).await;
        ended.json();
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
        assert!(ended.stderr.starts_with("frameio: logging is off: "), "{ended:?}");
        assert!(ended.stderr.contains("RUST_LOG"), "{ended:?}");
    }
}

#[tokio::test]
async fn escapes_text_of_the_service_in_the_log() {
    let machine = Machine::new().await;
    sign_in(&machine).await;
    let refused = json!({"error": "invalid_grant", "error_description": "\u{202e}\u{200b}expired"});
    let fault = Fault::body(StatusCode::BAD_REQUEST, "application/json", refused.to_string());
    machine.sim.inject(fault.on(Sim::IMS_TOKEN).next(1));
    let mut command = machine.command(&["whoami"]);
    command.env("RUST_LOG", "frameio=warn");
    let ended = end(command, None).await;
    let is_logged = |line: &str| line.contains("WARN") && line.contains(r"\u{202e}\u{200b}expired");
    assert!(ended.stderr.lines().any(is_logged), "{ended:?}");
    assert!(!ended.stderr.contains(['\u{202e}', '\u{200b}']), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_no_token_secret_or_signature_at_any_level() {
    let machine = Machine::new().await;
    sign_in(&machine).await;
    std::fs::write(machine.directory.path().join("a.mov"), "content").unwrap();
    let mut log = String::new();
    for (arguments, log_arguments) in [
        (&["whoami"][..], &["-vvv"][..]),
        (&["upload", "a.mov", "--to", ROOT], &[]),
        (&["download", ROOT, "-o", "out"], &[]),
        (&["download", ROOT, "-o", "again"], &["-vvv", "--log-format=json"]),
        (&["logout"], &[]),
    ] {
        let mut command = machine.command(arguments);
        command.current_dir(machine.directory.path()).env("RUST_LOG", "trace");
        command.args(log_arguments);
        let ended = end(command, None).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        log += &ended.stderr;
    }
    assert!(log.contains("frameio.http{") && log.contains("upload"), "{log}");
    // Tokens of the simulator are JWTs.
    for secret in [Credential::DEMO_SECRET, "Bearer", "eyJ", "X-Amz-Signature"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

/// Runs with more arguments and no filter in the environment.
async fn run_with(arguments: &[&str]) -> Ended {
    let (_sim, server) = serve().await;
    let mut command = program(&server);
    command.args(["call", "users.show"]).args(arguments);
    end(command, None).await
}

#[tokio::test]
async fn verbose_logs_calls_and_twice_attempts() {
    let once = run_with(&["-v"]).await;
    assert!(once.json()["data"]["id"].is_string(), "results stay on standard output");
    assert!(once.stderr.contains("frameio.call{") && !once.stderr.contains("frameio.http{"));
    let twice = run_with(&["-vv"]).await;
    assert!(twice.stderr.contains("frameio.call{") && twice.stderr.contains("frameio.http{"));
    // The argument overrides the environment.
    let (_sim, server) = serve().await;
    let mut command = program(&server);
    command.env("RUST_LOG", "off").args(["-v", "whoami"]);
    assert!(end(command, None).await.stderr.contains("frameio.call{"));
}

#[tokio::test]
async fn the_log_can_be_json_and_colored() {
    let json = run_with(&["-v", "--log-format", "json"]).await;
    let spans: Vec<Value> =
        json.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(spans.iter().any(|it| it["span"]["name"] == "frameio.call"), "{json:?}");
    assert!(!json.stderr.contains('\u{1b}'));
    let plain = run_with(&["-v"]).await;
    assert!(!plain.stderr.contains('\u{1b}'), "{plain:?}");
    let colored = run_with(&["-v", "--color", "always"]).await;
    assert!(colored.stderr.contains("\u{1b}[32m INFO\u{1b}[0m frameio.call{"), "{colored:?}");
}

#[tokio::test]
async fn text_of_the_service_is_escaped_in_a_json_log() {
    let machine = Machine::new().await;
    sign_in(&machine).await;
    let refused = json!({"error": "invalid_grant", "error_description": "\u{202e}\u{200b}expired"});
    let fault = Fault::body(StatusCode::BAD_REQUEST, "application/json", refused.to_string());
    machine.sim.inject(fault.on(Sim::IMS_TOKEN).next(1));
    let mut command = machine.command(&["whoami", "--log-format=json"]);
    command.env("RUST_LOG", "frameio=warn");
    let ended = end(command, None).await;
    let logged = ended.stderr.lines().find(|line| line.starts_with('{')).unwrap();
    assert!(logged.contains(r"\u202e\u200bexpired"), "{ended:?}");
    let logged: Value = serde_json::from_str(logged).unwrap();
    assert!(logged.to_string().contains("\u{202e}\u{200b}expired"), "{ended:?}");
}

#[tokio::test]
async fn help_fits_the_width_and_is_colored_on_request() {
    for columns in [40, 80] {
        let mut command = offline();
        command.env("COLUMNS", columns.to_string()).args(["webhook", "listen", "--help"]);
        let help = end(command, None).await;
        help.succeeded_with("Options:");
        // Words that are longer than the width cannot be wrapped.
        let is_wide = |line: &&str| line.chars().count() > columns && line.trim().contains(' ');
        let wide: Vec<_> = help.stdout.lines().filter(is_wide).collect();
        assert!(wide.is_empty(), "{columns}: {wide:#?}");
        assert!(!help.stdout.contains('\u{1b}'));
    }
    let mut command = offline();
    command.args(["ls", "--color=always", "--help"]);
    end(command, None).await.succeeded_with("\u{1b}[1m\u{1b}[4mUsage:");
    let mut command = offline();
    command.args(["ls", "--help", "--color", "never"]);
    assert!(!end(command, None).await.stdout.contains('\u{1b}'));
}

impl Ended {
    #[track_caller]
    fn succeeded_with(&self, text: &str) {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
        assert!(self.stdout.contains(text), "{self:?}");
    }
}

#[tokio::test]
async fn notes_and_errors_are_objects_of_a_json_log() {
    let (_sim, server) = serve().await;
    let mut command = program(&server);
    command.args(["--log-format", "json", "-v", "ls", "/Nowhere"]);
    let ended = end(command, None).await;
    assert_eq!(ended.status, 5, "{ended:?}");
    let lines: Vec<Value> =
        ended.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let failure = lines.last().unwrap();
    assert_eq!((&failure["level"], &failure["target"]), (&json!("ERROR"), &json!("frameio")));
    let message = failure["fields"]["message"].as_str().unwrap();
    assert!(message.contains("no such workspace 'Nowhere'"), "{failure}");
    assert!(failure["timestamp"].is_string() && lines.len() > 1, "{lines:?}");
}
