//! Checks that write, in a temporary folder.

use frameio_sim::Sim;
use frameio_verify::{Question, Verifier, WriteOutcome};

use crate::{client, demo};

async fn checked(sim: &Sim, stop: impl Future<Output = ()> + Send) -> (Verifier, WriteOutcome) {
    let (mut verifier, demo) = (Verifier::new(), sim.demo());
    let client = client(sim.clone());
    let (account, folder) = (demo.account_id.to_string(), demo.root_folder_id.to_string());
    let outcome = verifier.write_checks(&client, &account, &folder, stop).await.unwrap();
    (verifier, outcome)
}

fn folders(sim: &Sim) -> usize {
    let state: serde_json::Value = serde_json::from_str(&sim.state().to_string()).unwrap();
    state["state"]["folders"].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn the_temporary_folder_is_removed_and_the_findings_remain() {
    let sim = demo();
    let before = folders(&sim);
    let (verifier, outcome) = checked(&sim, std::future::pending()).await;
    assert_eq!(outcome.left_behind, None);
    assert_eq!(folders(&sim), before);
    let report = verifier.report();
    assert_eq!(report.deviations, [], "{report}");
    let text = report.to_string();
    assert!(text.contains("part_sizes: "), "{text}");
    assert!(text.contains("50645990 bytes in 3 parts of"), "{text}");
    assert!(text.contains("comment_at_zero: accepted, its timecode is 00:00:00:00"), "{text}");
    assert!(text.contains("file of the request is the head"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_check_removes_the_folder_too() {
    let sim = demo();
    let before = folders(&sim);
    let (_, outcome) = checked(&sim, std::future::ready(())).await;
    assert_eq!((outcome.left_behind, folders(&sim)), (None, before));
    let created = sim.requests().iter().filter(|it| it.operation == Some("folders.create")).count();
    assert_eq!(created, 1);
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_removed_is_named() {
    let sim = Sim::builder().fault("folders.delete=403".parse().unwrap()).build();
    let (_, outcome) = checked(&sim, std::future::ready(())).await;
    let (name, reason) = outcome.left_behind.unwrap();
    assert!(name.starts_with("frameio verify "), "{name}");
    assert_eq!(reason, "refused with status 403");
}

#[tokio::test(start_paused = true)]
async fn a_folder_without_permission_is_not_changed() {
    let sim = Sim::builder().fault("folders.create=403".parse().unwrap()).build();
    let before = folders(&sim);
    let (_, outcome) = checked(&sim, std::future::pending()).await;
    assert_eq!(folders(&sim), before);
    assert_eq!(outcome.findings[0].question, Question::PartSizes);
}
