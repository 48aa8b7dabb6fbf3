//! `frameio versions`.

use frameio::version_stacks::ShowVersionStack;
use frameio_sim::{Fault, SimServer};
use http::StatusCode;
use serde_json::json;

use crate::comments::{CUT_3, STACK, STACK_PATH, demo};
use crate::metadata::client;
use crate::program::{Ended, run};

const CUT_1: &str = "00000026-f1a0-4000-8000-000000000000";
const CUT_2: &str = "00000027-f1a0-4000-8000-000000000000";
const TEASER_WIDE: &str = "/Campaigns/Spring Launch/Film/Teaser 16x9.mp4";
const TEASER_HIGH: &str = "/Campaigns/Spring Launch/Film/Teaser 9x16.mp4";
const WIDE: &str = "0000002f-f1a0-4000-8000-000000000000";
const HIGH: &str = "00000030-f1a0-4000-8000-000000000000";
const BILLBOARD: &str = "/Campaigns/Spring Launch/Print/Billboard.pdf";
const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";

async fn versions(server: &SimServer, arguments: &[&str]) -> Ended {
    run(server, &[&["versions"], arguments].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_versions_oldest_first_with_the_head_marked() {
    let (_sim, server) = demo().await;
    let listed = versions(&server, &["list", STACK_PATH]).await;
    listed.succeeded();
    let expected = format!(
        "\
VERSION  HEAD  NAME                            SIZE  STATUS      CREATED AT        ID
v1             The Crossing - cut 1.mp4  296.59 MiB  transcoded  2026-03-07 10:06  {CUT_1}
v2             The Crossing - cut 2.mp4  297.55 MiB  transcoded  2026-03-08 10:07  {CUT_2}
v3       head  The Crossing - cut 3.mp4  298.50 MiB  transcoded  2026-03-09 10:08  {CUT_3}
"
    );
    assert_eq!(listed.stdout, expected);
    for place in [STACK, CUT_1, &format!("{STACK_PATH}/The Crossing - cut 2.mp4")] {
        let lines = versions(&server, &["list", place, "--json"]).await.lines();
        let heads: Vec<_> = lines.iter().map(|line| (&line["id"], &line["head"])).collect();
        let expected = [(CUT_1, false), (CUT_2, false), (CUT_3, true)];
        assert_eq!(json!(heads), json!(expected), "{place}");
        assert_eq!(lines[0]["stack_id"], STACK);
    }
    let single = versions(&server, &["list", POSTER, "--json"]).await.json();
    assert_eq!((&single["version"], &single["stack_id"]), (&json!(1), &json!(null)));
    let folder = versions(&server, &["list", "/Film/The Crossing/Cuts"]).await;
    assert!(folder.failed(2).contains("is not a file or version stack"), "{folder:?}");
    let missing = versions(&server, &["list", &format!("{STACK_PATH}/cut 9.mp4")]).await;
    assert!(missing.failed(5).contains("no such version; available: "), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn promotes_a_version_and_reads_the_stack_again() {
    let (sim, server) = demo().await;
    let promoted = versions(&server, &["promote", CUT_1, "--json"]).await.json();
    assert_eq!(promoted["head_id"], CUT_1);
    assert_eq!(promoted["versions"], json!([CUT_2, CUT_3, CUT_1]));
    let again = versions(&server, &["promote", CUT_1]).await;
    assert_eq!(again.status, 0);
    assert!(again.stderr.contains("is the head already"), "{again:?}");
    assert_eq!(sim.stats().by_operation.get("version_stacks.reorder"), Some(&1));
    for (place, message) in [
        (STACK, "is a version stack: pass the ID of one of its versions"),
        (POSTER, "is not in a version stack"),
    ] {
        let refused = versions(&server, &["promote", place]).await;
        assert!(refused.failed(2).contains(message), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_a_promotion_that_has_no_effect() {
    let (sim, server) = demo().await;
    let ignored = Fault::body(StatusCode::OK, "application/json", r#"{"data":[]}"#);
    sim.inject(ignored.on("version_stacks.reorder").next(1));
    let ended = versions(&server, &["promote", CUT_1]).await;
    assert_eq!(ended.status, 10);
    assert!(
        ended.stdout.contains(&format!("head 'The Crossing - cut 3.mp4' {CUT_3}")),
        "{ended:?}"
    );
    assert!(ended.stderr.contains("accepted the request, but"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn splits_versions_until_the_stack_is_gone() {
    let (_sim, server) = demo().await;
    let split = versions(&server, &["split", CUT_3]).await;
    split.succeeded();
    let expected = format!(
        "moved {CUT_3} to {STACK_PATH}\n/Film/The Crossing/Cuts/The Crossing - cut 2.mp4 ({STACK}): \
         2 versions, head 'The Crossing - cut 2.mp4' {CUT_2}\n"
    );
    assert_eq!(split.stdout, expected);
    let to = ["split", CUT_1, "--to", "/Film/The Crossing/Stills", "--json"];
    let split = versions(&server, &to).await.json();
    assert_eq!(split["path"], "/Film/The Crossing/Stills/The Crossing - cut 1.mp4");
    assert_eq!(split["stack"]["versions"], json!([CUT_2]));
    let last = versions(&server, &["split", CUT_2]).await;
    assert!(last.stdout.ends_with("the version stack no longer exists\n"), "{last:?}");
    let loose = versions(&server, &["split", CUT_2]).await;
    assert!(loose.failed(2).contains("is not in a version stack"), "{loose:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn adds_versions_to_a_stack_and_shows_its_head() {
    let (sim, server) = demo().await;
    let added = versions(&server, &["add", STACK_PATH, POSTER, CUT_1, "--json"]).await;
    assert_eq!(added.status, 0);
    assert!(added.stderr.contains("'The Crossing - cut 1.mp4' is a version of the stack already"));
    let report = added.json();
    assert_eq!(report["path"], "/Film/The Crossing/Cuts/Poster.png");
    assert_eq!(report["versions"].as_array().unwrap().len(), 4);
    let stack = ShowVersionStack::new(sim.demo().account_id, STACK);
    let head = client(&server).send(stack).await.unwrap().head_version.unwrap();
    assert_eq!(report["head_id"], head.id.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn stacks_files_of_one_or_several_folders() {
    let (_sim, server) = demo().await;
    let stacked = versions(&server, &["add", TEASER_WIDE, BILLBOARD, TEASER_HIGH, "--json"]).await;
    stacked.succeeded();
    let report = stacked.json();
    let versions_of = report["versions"].as_array().unwrap();
    assert_eq!(
        (versions_of.len(), &versions_of[0], &report["head_id"]),
        (3, &json!(WIDE), &json!(HIGH))
    );
    assert_eq!(report["path"], TEASER_HIGH);
    for (arguments, message) in [
        (&[POSTER, POSTER][..], "is given twice"),
        (&[POSTER, STACK], "is a version stack: pass the IDs of its versions"),
        (&[POSTER, CUT_1], "`frameio versions split` moves it out"),
    ] {
        let refused = versions(&server, &[&["add"], arguments].concat()).await;
        assert!(refused.failed(2).contains(message), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_addition_says_how_to_continue() {
    let (sim, server) = demo().await;
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("files.move").next(1));
    let ended = versions(&server, &["add", TEASER_WIDE, TEASER_HIGH, BILLBOARD]).await;
    assert_eq!(ended.status, 4);
    assert!(ended.stderr.contains("added 1 of 2 files; `frameio versions add "), "{ended:?}");
}
