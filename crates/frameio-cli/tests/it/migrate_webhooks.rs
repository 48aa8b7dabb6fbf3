//! `frameio migrate webhooks`.

use frameio_sim::{SavedState, Sim, SimServer};
use serde_json::{Value, json};

use crate::program::{Ended, run};

const WEBHOOK: &str = "00000045-f1a0-4000-8000-000000000000";
const ACTION: &str = "00000046-f1a0-4000-8000-000000000000";
const OTHER: &str = "00000047-f1a0-4000-8000-000000000000";
const GONE: &str = "00000048-f1a0-4000-8000-000000000000";
const WORKSPACE: &str = "00000009-f1a0-4000-8000-000000000000";

/// Serves the demo account, with these webhooks too.
async fn serve(webhooks: &[Value]) -> (Sim, SimServer) {
    let mut state: Value = serde_json::from_str(&SavedState::demo().to_string()).unwrap();
    state["state"]["webhooks"].as_array_mut().unwrap().extend(webhooks.iter().cloned());
    let state: SavedState = state.to_string().parse().unwrap();
    let sim = Sim::builder().quotas(false).state(state).build();
    let server = sim.serve().await.unwrap();
    (sim, server)
}

fn webhook(id: &str, events: &[&str]) -> Value {
    json!({
        "id": id, "name": id, "url": "https://hooks.example.com/x", "workspace_id": WORKSPACE,
        "events": events, "active": false,
    })
}

fn stored(sim: &Sim, table: &str, id: &str) -> Value {
    let state: Value = serde_json::from_str(&sim.state().to_string()).unwrap();
    let rows = state["state"][table].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).unwrap().clone()
}

/// Requests that change something.
fn writes(sim: &Sim) -> usize {
    sim.requests().iter().filter(|request| request.method != "GET").count()
}

/// Asserts that a row of the table contains all of these texts.
#[track_caller]
fn row(ended: &Ended, texts: &[&str]) {
    let has_all = |line: &str| texts.iter().all(|text| line.contains(text));
    assert!(ended.stdout.lines().any(has_all), "{texts:?}: {ended:?}");
}

#[tokio::test]
async fn a_dry_run_shows_the_new_events_and_changes_nothing() {
    let (sim, server) = serve(&[]).await;
    let shown = run(&server, &["migrate", "webhooks"]).await;
    assert_eq!(shown.status, 0, "{shown:?}");
    for expected in [
        "asset.created -> file.created, folder.created".to_owned(),
        "asset.label.updated -> metadata.value.updated".to_owned(),
        "collaborator.created -> no event of V4".to_owned(),
        "Demo Account / Campaigns".to_owned(),
    ] {
        assert!(shown.stdout.contains(&expected), "{expected}: {shown:?}");
    }
    row(&shown, &["Ingest  ", "  webhook  ", "  to enable  ", WEBHOOK]);
    row(&shown, &["Order captions  ", "  action ", "  to enable  ", ACTION]);
    assert!(shown.stderr.contains("filter by the field Status"), "{shown:?}");
    assert!(!shown.stdout.contains("Review bot"), "an enabled webhook is listed: {shown:?}");
    assert!(shown.stderr.contains("would enable 2 of 2; enable them with --send"), "{shown:?}");
    assert!(shown.stderr.contains("frameio legacy serve --relay"), "{shown:?}");
    assert_eq!(writes(&sim), 0);
}

#[tokio::test]
async fn sending_enables_each_once_with_the_new_events() {
    let (sim, server) = serve(&[]).await;
    let sent = run(&server, &["migrate", "webhooks", "--send", "--json"]).await;
    assert_eq!(sent.status, 0, "{sent:?}");
    let outcomes: Vec<_> = sent.lines().into_iter().map(|row| row["outcome"].clone()).collect();
    assert_eq!(outcomes, ["enabled", "enabled"]);
    let webhook = stored(&sim, "webhooks", WEBHOOK);
    assert_eq!(webhook["active"], true);
    let events = json!(["file.created", "folder.created", "metadata.value.updated"]);
    assert_eq!(webhook["events"], events);
    assert_eq!(webhook["url"], "https://hooks.example.com/ingest");
    assert_eq!(stored(&sim, "actions", ACTION)["active"], true);
    let again = run(&server, &["migrate", "webhooks", "--send"]).await;
    assert_eq!(again.status, 0, "{again:?}");
    assert!(again.stderr.contains("no webhook or custom action is disabled"), "{again:?}");
    assert_eq!(writes(&sim), 2);
}

#[tokio::test]
async fn webhooks_that_may_be_disabled_on_purpose_have_to_be_named() {
    let (sim, server) = serve(&[
        webhook(OTHER, &["file.ready"]),
        webhook(GONE, &["collaborator.created", "action.executed"]),
    ])
    .await;
    let sent = run(&server, &["migrate", "webhooks", "--send"]).await;
    assert_eq!(sent.status, 0, "{sent:?}");
    assert!(sent.stdout.contains("it may be disabled on purpose; name its ID"), "{sent:?}");
    assert!(sent.stdout.contains("V4 has none of its events"), "{sent:?}");
    assert!(sent.stderr.contains("enabled 2 of 4"), "{sent:?}");
    assert_eq!(stored(&sim, "webhooks", OTHER)["active"], false);
    assert_eq!(stored(&sim, "webhooks", GONE)["active"], false);
    run(&server, &["migrate", "webhooks", "--send", "--json", OTHER]).await.succeeded();
    assert_eq!(stored(&sim, "webhooks", OTHER)["active"], true);
    let unknown = run(&server, &["migrate", "webhooks", "--send", OTHER]).await;
    assert!(unknown.failed(5).contains("no disabled webhook or custom action has the ID"));
}

#[tokio::test]
async fn an_early_creation_or_no_state_marks_what_was_migrated() {
    let mut state: Value = serde_json::from_str(&SavedState::demo().to_string()).unwrap();
    let mut old = webhook(OTHER, &["comment.created"]);
    old["created_at"] = "2024-01-05T09:00:00Z".into();
    state["state"]["webhooks"] = json!([old]);
    state["state"]["actions"] = json!([{
        "id": GONE, "name": "Burn in", "url": "https://hooks.example.com/x", "active": null,
    }]);
    state["state"]["accounts"][0]["v4_migrated_at"] = "2025-06-01T00:00:00Z".into();
    let state: SavedState = state.to_string().parse().unwrap();
    let sim = Sim::builder().quotas(false).state(state).build();
    let server = sim.serve().await.unwrap();
    let shown = run(&server, &["migrate", "webhooks"]).await;
    row(&shown, &[&format!("{OTHER}  "), "  webhook  ", "  to enable  ", &format!("  {OTHER}")]);
    row(&shown, &["Burn in  ", "  to enable  "]);
    run(&server, &["migrate", "webhooks", "--send", "--json"]).await.succeeded();
    assert_eq!(stored(&sim, "actions", GONE)["active"], true);
    assert_eq!(stored(&sim, "webhooks", OTHER)["events"], json!(["comment.created"]));
}

#[tokio::test]
async fn a_refusal_leaves_the_others_enabled() {
    let (sim, server) = serve(&[]).await;
    sim.inject("webhooks.update=403:next1".parse().unwrap());
    let sent = run(&server, &["migrate", "webhooks", "--send"]).await;
    assert_eq!(sent.status, 4, "{sent:?}");
    row(&sent, &["Ingest  ", "  failed  "]);
    assert!(sent.stderr.contains("1 could not be enabled"), "{sent:?}");
    assert_eq!(stored(&sim, "webhooks", WEBHOOK)["active"], false);
    assert_eq!(stored(&sim, "actions", ACTION)["active"], true);
    sim.inject("webhooks.update=reset".parse().unwrap());
    let again = run(&server, &["migrate", "webhooks", "--send"]).await;
    assert_eq!(again.status, 0, "{again:?}");
    assert_eq!(stored(&sim, "webhooks", WEBHOOK)["active"], true);
}

#[tokio::test]
async fn lists_that_the_user_may_not_read_are_named() {
    let (sim, server) = serve(&[]).await;
    sim.inject("custom_actions.actions_index=403:next1".parse().unwrap());
    let shown = run(&server, &["migrate", "webhooks"]).await;
    assert_eq!(shown.status, 4, "{shown:?}");
    assert!(
        shown.stderr.contains("cannot list custom actions of Demo Account / Film"),
        "{shown:?}"
    );
    assert!(shown.stdout.contains("Ingest"), "{shown:?}");
}
