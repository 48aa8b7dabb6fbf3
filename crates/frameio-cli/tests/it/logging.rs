//! `RUST_LOG`: what is logged on standard error, and what never is.

use frameio_sim::{Credential, Fault, Sim};
use http::StatusCode;
use serde_json::Value;

use crate::program::{end, program, run, serve};
use crate::sign_in::Machine;
use crate::transfer::{Place, ROOT};

#[tokio::test]
async fn logs_calls_and_attempts_on_standard_error() {
    let (_sim, server) = serve().await;
    let mut command = program(&server);
    command.args(["call", "users.show"]).env("RUST_LOG", "frameio=debug");
    let ended = end(command, None).await;
    assert!(ended.json()["data"]["id"].is_string(), "results stay on standard output");
    let line = |span: &str, event: &str| {
        let mut lines = ended.stderr.lines().filter(|line| line.contains(span));
        lines.any(|line| line.contains("users.show") && line.contains(event))
    };
    for span in ["frameio.call{", "frameio.http{"] {
        assert!(line(span, " new") && line(span, " close "), "{span}: {ended:?}");
    }
    assert!(!ended.stderr.contains(Sim::TOKEN), "{ended:?}");
}

#[tokio::test]
async fn logs_nothing_without_a_filter() {
    let (_sim, server) = serve().await;
    run(&server, &["whoami"]).await.answered();
    for blank in ["", " \n"] {
        let mut command = program(&server);
        command.arg("whoami").env("RUST_LOG", blank);
        end(command, None).await.answered();
    }
}

#[tokio::test]
async fn an_invalid_filter_is_reported_and_fails_no_run() {
    let (_sim, server) = serve().await;
    for invalid in ["frameio=loud", "frameio=debug\u{7}"] {
        let mut command = program(&server);
        command.arg("whoami").env("RUST_LOG", invalid);
        let ended = end(command, None).await;
        assert_eq!((ended.status, ended.stderr.lines().count()), (0, 1), "{ended:?}");
        assert!(ended.stderr.starts_with("frameio: nothing is logged: RUST_LOG: "), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_the_service_is_logged_escaped() {
    let place = Place::new(&[]).await;
    let mut body = place.run(&["call", "accounts.index"]).await.json();
    // An error about a value quotes it.
    body["data"][0]["image"] = Value::from(7);
    body["data"][0]["created_at"] = Value::from("\u{1b}]0;pwned\u{7}\u{202e}\u{200b}\nfake line");
    let fault = Fault::body(StatusCode::OK, "application/json", body.to_string());
    place.sim.inject(fault.on("accounts.index").next(1));
    let mut command = place.command(&["ls", "/"]);
    command.env("RUST_LOG", "frameio=warn");
    let ended = end(command, None).await;
    let logged = ended.stderr.lines().find(|line| line.contains("decode.skipped"));
    let logged = logged.unwrap_or_else(|| panic!("{ended:?}"));
    assert!(logged.contains("pwned") && logged.contains("fake line"), "{ended:?}");
    let text = ended.stderr.replace('\n', "");
    assert!(text.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_and_signed_urls_are_never_logged() {
    let machine = Machine::new().await;
    let mut command = machine.command(&["login", "--web"]);
    command
        .env("FRAMEIO_CLIENT_ID", Credential::DEMO_WEB)
        .env("FRAMEIO_CLIENT_SECRET", Credential::DEMO_SECRET);
    assert_eq!(machine.browse(command).await.status, 0);
    // Expired, so that the next run refreshes it.
    machine.sim.clock().advance(std::time::Duration::from_secs(25 * 60 * 60));
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
        assert!(ended.stderr.contains("frameio.http"), "{ended:?}");
        log += &ended.stderr;
    }
    for secret in [Credential::DEMO_SECRET, "Bearer", "eyJ", "sig=", "token="] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
