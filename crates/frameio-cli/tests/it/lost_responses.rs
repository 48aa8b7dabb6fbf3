//! Calls that create something and whose response is lost: whether they were carried out is read back.

use frameio_sim::{Fault, Sim};
use http::StatusCode;

use crate::comments::{CUT_3, STACK_PATH, demo};
use crate::program::{run, wait_until};

const DAILIES: &str = "/Film/The Crossing/Dailies";
const DAY_1: &str = "/Film/The Crossing/Dailies/Day 01";
const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";
const HARBOUR: &str = "/Film/The Crossing/Stills/Harbour at dawn.jpg";
const WIDE: &str = "/Campaigns/Spring Launch/Film/Teaser 16x9.mp4";
const HIGH: &str = "/Campaigns/Spring Launch/Film/Teaser 9x16.mp4";
const MIX: &str = "/Film/The Crossing/Sound/Mix 02.wav";
const SHARE: &str = "00000042-f1a0-4000-8000-000000000000";
const DONE: &str = "; reading back shows that it was done";
const NOT_DONE: &str = "; reading back shows that it was not done";

/// A command, the operation whose response is lost, and the beginning of its output.
struct Case(&'static str, &'static [&'static str], &'static str);

const CASES: [Case; 10] = [
    Case(
        "folders.create",
        &["mkdir", "/Film/The Crossing/New"],
        "created: /Film/The Crossing/New\n",
    ),
    Case(
        "files.copy",
        &["cp", POSTER, DAILIES],
        "copied: /Film/The Crossing/Stills/Poster.png -> ",
    ),
    Case("files.bulk_copy", &["cp", POSTER, HARBOUR, DAILIES], "copied: "),
    Case("version_stacks.copy", &["cp", STACK_PATH, DAILIES], "copied: "),
    Case(
        "version_stacks.create",
        &["versions", "add", WIDE, HIGH],
        "/Campaigns/Spring Launch/Film/",
    ),
    Case(
        "comments.create",
        &["comments", "add", CUT_3, "Once", "--at", "00:00:01:00"],
        "added comment ",
    ),
    Case("shares.create", &["share", "create", "Once", STACK_PATH], "created share "),
    Case("shares.add_asset", &["share", "add", SHARE, MIX], "added: "),
    Case(
        "webhooks.create",
        &[
            "webhook",
            "create",
            "--workspace",
            "/Film",
            "--name",
            "Once",
            "--event",
            "file.ready",
            "--url",
            "https://example.com/once",
        ],
        "created webhook ",
    ),
    Case("folders.bulk_copy", &["cp", DAY_1, "/Film/The Crossing/Stills"], "copied: "),
];

fn calls(sim: &Sim, operation: &str) -> u64 {
    sim.stats().by_operation.get(operation).copied().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_response_was_lost_is_done_if_reading_back_finds_it() {
    for Case(operation, command, output) in CASES {
        let (sim, server) = demo().await;
        sim.inject(Fault::reset_in_body().on(operation).next(1));
        let ended = run(&server, command).await;
        assert_eq!(ended.status, 0, "{operation}: {ended:?}");
        assert!(ended.stdout.starts_with(output), "{operation}: {ended:?}");
        assert!(ended.stderr.contains(DONE), "{operation}: {ended:?}");
        assert_eq!(calls(&sim, operation), 1, "{operation} is not repeated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_reading_back_does_not_find_is_not_done() {
    for Case(operation, command, _) in CASES {
        let (sim, server) = demo().await;
        sim.inject(Fault::html(StatusCode::BAD_GATEWAY).on(operation).next(1));
        let ended = run(&server, command).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (8, ""), "{operation}: {ended:?}");
        let advice = match operation {
            "folders.bulk_copy" => "`frameio ls '/Film/The Crossing/Stills'` shows whether it was",
            _ => NOT_DONE,
        };
        assert!(ended.stderr.contains(advice), "{operation}: {ended:?}");
        assert_eq!(calls(&sim, operation), 1, "{operation} is not repeated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_names_the_command_that_shows_what_could_not_be_read_back() {
    let (sim, server) = demo().await;
    sim.inject(Fault::reset_in_body().on("folders.create").next(1));
    // The first list is that of the names before the creation.
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("folders.index").every(2));
    let ended = run(&server, &["mkdir", "/Film/The Crossing/New"]).await;
    let error = ended.failed(9);
    assert!(error.contains("it may have been done (folders.index: 403"), "{error}");
    assert!(error.ends_with("`frameio ls '/Film/The Crossing'` shows whether it was"), "{error}");
    let (sim, server) = demo().await;
    sim.inject(Fault::reset_in_body().on("folders.create").next(1));
    let call =
        ["call", "folders.create", "--path", "folder_id=/Film/The Crossing", "-f", "name=New"];
    let ended = run(&server, &call).await;
    assert!(
        ended.failed(9).ends_with("`frameio call folders.index` shows what exists"),
        "{ended:?}"
    );
}

/// Two machines have no lock in common.
#[tokio::test(flavor = "multi_thread")]
async fn two_folders_of_one_name_are_reported_with_both_ids() {
    let (sim, server) = demo().await;
    let hour = std::time::Duration::from_secs(3600);
    sim.inject(Fault::delay(hour).on("folders.create").next(1));
    let making = run(&server, &["mkdir", "--json", "/Film/The Crossing/Together"]);
    let other = async {
        // The request has arrived.
        wait_until(|| sim.faults().is_empty()).await;
        let call = ["call", "folders.create", "--path", "folder_id=/Film/The Crossing"];
        let other = run(&server, &[&call[..], &["-f", "name=Together"]].concat()).await.json();
        sim.clock().advance(hour);
        other
    };
    let (made, other) = tokio::join!(making, other);
    assert_eq!(made.status, 12, "{made:?}");
    let line = &made.lines()[0];
    let message = line["error"]["message"].as_str().unwrap();
    assert!(message.contains("another run has created an item of this name"), "{message}");
    assert!(message.contains(other["data"]["id"].as_str().unwrap()), "{message}");
    let both = sim.requests();
    let both = both.iter().filter(|it| it.operation == Some("folders.create"));
    assert_eq!(both.count(), 2, "{message}");
}
