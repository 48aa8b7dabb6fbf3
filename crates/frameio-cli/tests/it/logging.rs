//! Logging with `RUST_LOG`.

use std::time::Duration;

use frameio_sim::{Credential, Fault, Sim};
use http::StatusCode;
use serde_json::json;

use crate::program::{Ended, end, program, serve};
use crate::sign_in::Machine;
use crate::transfer::ROOT;

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
    for arguments in [
        &["whoami"][..],
        &["upload", "a.mov", "--to", ROOT],
        &["download", ROOT, "-o", "out"],
        &["logout"],
    ] {
        let mut command = machine.command(arguments);
        command.current_dir(machine.directory.path()).env("RUST_LOG", "trace");
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
