//! Spans and events on standard error.

use frameio_sim::Sim;

use crate::program::{Ended, end, program, serve};

async fn run(filter: Option<&str>) -> Ended {
    let (_sim, server) = serve().await;
    let mut command = program(&server);
    if let Some(filter) = filter {
        command.env("RUST_LOG", filter);
    }
    command.args(["call", "users.show"]);
    end(command, None).await
}

#[tokio::test]
async fn logs_calls_and_attempts_if_asked_to() {
    let ended = run(Some("frameio=debug")).await;
    ended.json();
    for span in ["frameio.call", "frameio.http"] {
        let is_span = |line: &&str| line.contains(span) && line.contains("users.show");
        assert!(ended.stderr.lines().any(|line| is_span(&line)), "no {span}: {ended:?}");
    }
    assert!(!ended.stderr.contains('\u{1b}'), "colors in a pipe: {ended:?}");
}

#[tokio::test]
async fn logs_nothing_unless_asked_to() {
    for filter in [None, Some(""), Some(" "), Some("off")] {
        run(filter).await.answered();
    }
}

#[tokio::test]
async fn logs_no_token_at_any_level() {
    let ended = run(Some("trace")).await;
    assert!(ended.stderr.contains("frameio.call"), "{ended:?}");
    assert!(!ended.stderr.contains(Sim::TOKEN), "{ended:?}");
    let lines = ended.stderr.lines().filter(|line| !line.contains("frameio"));
    assert_eq!(lines.collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test]
async fn an_invalid_filter_is_reported_and_fails_no_run() {
    let ended = run(Some("frameio=loud=er")).await;
    ended.json();
    assert!(ended.stderr.contains("nothing is logged: RUST_LOG: "), "{ended:?}");
}
