//! `frameio mkdir`.

use frameio_sim::{Fault, SavedState, Sim};
use http::StatusCode;
use serde_json::json;
#[cfg(unix)]
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::comments::demo;
#[cfg(unix)]
use crate::program::interrupt;
use crate::program::{end, program, run};
use crate::relocate::paths;

const PROJECT: &str = "/Film/The Crossing";

#[tokio::test(flavor = "multi_thread")]
async fn creates_folders_with_missing_parents() {
    let (sim, server) = demo().await;
    let made = run(
        &server,
        &[
            "mkdir",
            "-p",
            "/Film/The Crossing/Dailies/Day 03/Camera A",
            "/Film/The Crossing/Dailies/Day 03/Camera B/",
            r"/Film/The Crossing/Dailies/Scene 4\/5",
        ],
    )
    .await;
    made.succeeded();
    let expected = "\
created: /Film/The Crossing/Dailies/Day 03
created: /Film/The Crossing/Dailies/Day 03/Camera A
created: /Film/The Crossing/Dailies/Day 03/Camera B
created: /Film/The Crossing/Dailies/Scene 4\\/5
";
    assert_eq!(made.stdout, expected);
    assert_eq!(sim.stats().by_operation.get("folders.create"), Some(&4));
    let all = paths(&server, "/Film/The Crossing/Dailies").await;
    assert!(all.contains(&"/Day 03/Camera B".to_owned()), "{all:?}");
    assert!(all.contains(&r"/Scene 4\/5".to_owned()), "{all:?}");

    let again = run(&server, &["mkdir", "-p", "--json", "/Film/The Crossing/Dailies/Day 03"]).await;
    again.succeeded();
    let line = &again.lines()[0];
    assert_eq!((&line["outcome"], &line["type"]), (&json!("exists"), &json!("folder")));
    assert_eq!(sim.stats().by_operation.get("folders.create"), Some(&4));
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_names_unique() {
    let (sim, server) = demo().await;
    for (place, message) in [
        ("/Film/The Crossing/Dailies", "a folder of this name already exists"),
        ("/Film/The Crossing/Stills/Poster.png", "a file of this name already exists"),
        (
            "/Film/The Crossing/Cuts/The Crossing - cut 3.mp4",
            "a version stack of this name already exists",
        ),
    ] {
        let refused = run(&server, &["mkdir", place]).await;
        assert!(refused.failed(12).contains(message), "{place}: {refused:?}");
    }
    let id = run(&server, &["mkdir", "00000012-f1a0-4000-8000-000000000000"]).await;
    assert!(id.failed(2).contains("of the existing /Film/The Crossing/Dailies"), "{id:?}");
    let json = run(&server, &["mkdir", "--json", "/Film/The Crossing/Dailies"]).await;
    assert_eq!(json.lines()[0]["error"]["kind"], "conflict", "{json:?}");
    let file = run(&server, &["mkdir", "-p", "/Film/The Crossing/Stills/Poster.png/New"]).await;
    assert!(file.failed(2).contains("is not a folder or project"), "{file:?}");
    // The second of two equal places is an existing folder.
    let twice = [PROJECT, "New"].join("/");
    let made = run(&server, &["mkdir", &twice, &twice]).await;
    assert_eq!(made.status, 12, "{made:?}");
    assert_eq!(made.stdout, "created: /Film/The Crossing/New\n");
    assert_eq!(sim.stats().by_operation.get("folders.create"), Some(&1));
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_places_that_cannot_be_folders() {
    let (sim, server) = demo().await;
    for (place, status, message) in [
        ("/Film/New", 2, "is the path of a project"),
        ("/New", 2, "is the path of a workspace"),
        ("/Film/The Crossing//New", 2, "it contains an empty name"),
        ("/Film/The Crossing/..", 2, "'..' cannot be used as a name"),
        ("/Film/The Crossing/Missing/New", 5, "('-p' creates missing parents)"),
        ("/Film/Missing/New", 5, "no such project 'Missing'"),
    ] {
        let refused = run(&server, &["mkdir", place]).await;
        assert!(refused.failed(status).contains(message), "{place}: {refused:?}");
    }
    let missing = run(&server, &["mkdir", "-p", "/Film/Missing/New"]).await;
    assert!(missing.failed(5).contains("no such project 'Missing'"), "{missing:?}");
    assert_eq!(sim.stats().by_operation.get("folders.create"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_does_not_stop_the_others() {
    let (sim, server) = demo().await;
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("folders.create").next(1));
    let places = ["/Film/The Crossing/One", "/Film/The Crossing/Two"];
    let made = run(&server, &["mkdir", "--json", places[0], places[1]]).await;
    assert_eq!((made.status, made.stderr.as_str()), (4, ""), "{made:?}");
    let lines = made.lines();
    assert_eq!((&lines[0]["outcome"], &lines[0]["path"]), (&json!("failed"), &json!(places[0])));
    assert_eq!(lines[0]["error"]["kind"], "forbidden");
    assert_eq!((&lines[1]["outcome"], &lines[1]["path"]), (&json!("created"), &json!(places[1])));
}

/// A folder may have been created in spite of the response, so the request is not repeated.
#[tokio::test(flavor = "multi_thread")]
async fn does_not_repeat_a_request_that_may_have_created_a_folder() {
    let (sim, server) = demo().await;
    sim.inject(Fault::status(StatusCode::BAD_GATEWAY).on("folders.create").next(1));
    let made = run(&server, &["mkdir", "/Film/The Crossing/New"]).await;
    assert!(made.failed(8).contains("502"), "{made:?}");
    assert_eq!(sim.stats().by_operation.get("folders.create"), Some(&1));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interruption_is_reported_with_what_was_done() {
    let (sim, server) = demo().await;
    let hour = std::time::Duration::from_secs(3600);
    sim.inject(Fault::delay(hour).on("folders.create").every(2));
    let mut command = program(&server);
    command.args(["mkdir", "/Film/The Crossing/One", "/Film/The Crossing/Two"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = stdout.next_line().await.unwrap();
    assert_eq!(first.as_deref(), Some("created: /Film/The Crossing/One"));
    interrupt(&child.id().unwrap().to_string()).await;
    let output = child.wait_with_output().await.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("interrupted: 1 done, 0 failed"), "{stderr}");
}

/// The service allows 3 folders per second.
#[tokio::test(flavor = "multi_thread")]
async fn waits_for_the_quota_of_the_service() {
    let sim = Sim::builder().state(SavedState::demo()).build();
    let server = sim.serve().await.unwrap();
    let places: Vec<_> = (0..7).map(|n| format!("/Film/The Crossing/{n}")).collect();
    let arguments: Vec<_> =
        ["mkdir"].into_iter().chain(places.iter().map(String::as_str)).collect();
    run(&server, &arguments).await.succeeded();
    let stats = sim.stats();
    assert_eq!(stats.by_operation.get("folders.create"), Some(&7));
    assert!(sim.requests().iter().all(|it| it.status != Some(StatusCode::TOO_MANY_REQUESTS)));
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_a_missing_permission() {
    let (sim, server) = demo().await;
    let viewer = "00000005-f1a0-4000-8000-000000000000".into();
    let mut command = crate::program::program(&server);
    command.env("FRAMEIO_TOKEN", sim.token_of(&viewer).unwrap());
    command.args(["mkdir", "/Film/The Crossing/New"]);
    let denied = crate::program::end(command, None).await;
    let message = denied.failed(4);
    assert!(message.contains("cannot create '/Film/The Crossing/New': "), "{message}");
    assert!(message.contains("requires the role 'edit_only'"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_of_a_machine_do_not_create_a_folder_twice() {
    let (_sim, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    let made = (0..4).map(|_| {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", directory.path());
        command.args(["mkdir", "-p", "/Film/The Crossing/Together/A/B"]);
        end(command, None)
    });
    for ended in futures_util::future::join_all(made).await {
        assert_eq!(ended.status, 0, "{ended:?}");
    }
    let mut all = paths(&server, PROJECT).await;
    all.retain(|path| path.starts_with("/Together"));
    assert_eq!(all, ["/Together", "/Together/A", "/Together/A/B"]);
}
