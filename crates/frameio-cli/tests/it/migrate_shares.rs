//! `frameio migrate shares`.

use std::path::PathBuf;

use frameio_sim::{Sim, SimServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Ended, end, program, run, serve};

const SHARE: &str = "00000042-f1a0-4000-8000-000000000000";
const UNKNOWN: &str = "0c3e1f62-77c1-4a3c-9d0e-1a2b3c4d5e6f";
const CUTS: &str = "/Film/The Crossing/Cuts";

/// A list in a directory of its own, next to a simulator with the demo account.
struct Links {
    sim: Sim,
    server: SimServer,
    directory: TempDir,
    list: PathBuf,
}

impl Links {
    async fn new(text: &str) -> Self {
        let (sim, server) = demo().await;
        let directory = tempfile::tempdir().unwrap();
        let list = directory.path().join("links.csv");
        std::fs::write(&list, text).unwrap();
        Self { sim, server, directory, list }
    }

    async fn run(&self, arguments: &[&str]) -> Ended {
        let list = self.list.to_str().unwrap();
        run(&self.server, &[&["migrate", "shares", list], arguments].concat()).await
    }

    async fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let ended = self.run(&[arguments, &["--format", "json"]].concat()).await;
        ended.json().as_array().unwrap().clone()
    }

    fn shares(&self) -> Vec<Value> {
        let state: Value = serde_json::from_str(&self.sim.state().to_string()).unwrap();
        state["state"]["shares"].as_array().unwrap().clone()
    }
}

async fn demo() -> (Sim, SimServer) {
    let state = frameio_sim::SavedState::demo();
    let sim = Sim::builder().quotas(false).state(state).build();
    let server = sim.serve().await.unwrap();
    (sim, server)
}

/// Returns the row of a link in the table.
#[track_caller]
fn row<'a>(ended: &'a Ended, link: &str) -> &'a str {
    ended.stdout.lines().find(|line| line.starts_with(link)).unwrap().trim_end()
}

#[tokio::test]
async fn reports_which_links_match() {
    let (sim, _server) = demo().await;
    let short = sim.state().to_string();
    let short: Value = serde_json::from_str(&short).unwrap();
    let short = short["state"]["shares"][0]["short_url"].as_str().unwrap().to_owned();
    let text = format!("old link\n{short}?from=mail\nhttps://app.frame.io/reviews/{SHARE}/x\n");
    // Two forms of one share are two links.
    let links = Links::new(&format!("{text}f.io/nothing\n{UNKNOWN}\n")).await;
    let rows = links.rows(&[]).await;
    let states: Vec<_> = rows.iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["matches", "matches", "no match", "no match"]);
    assert_eq!((&rows[0]["id"], &rows[0]["new"]), (&json!(SHARE), &json!(short)));
    assert_eq!((&rows[0]["note"], &rows[0]["name"]), (&json!("open"), &json!("Cut 3 for review")));
    let text = links.run(&[]).await;
    assert!(row(&text, "f.io/nothing ").ends_with(" no match"), "{text:?}");
    assert!(text.stderr.contains("2 of 4 links match a share; nothing to create"), "{text:?}");
    assert!(!links.directory.path().join("links.csv.results").exists());
    assert!(links.sim.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn creates_shares_once_and_notifies_nobody() {
    let text = format!("f.io/gone, {CUTS}\nf.io/alone\n{SHARE}, {CUTS}\n");
    let links = Links::new(&text).await;
    let planned = links.run(&[]).await;
    assert!(row(&planned, "f.io/gone ").contains("  to create  Cuts"), "{planned:?}");
    assert!(planned.stderr.contains("would create 1; create them with --send"), "{planned:?}");
    assert_eq!(links.shares().len(), 1);
    let created = links.run(&["--send", "--format", "csv"]).await;
    assert_eq!(created.status, 0, "{created:?}");
    let shares = links.shares();
    assert_eq!(shares.len(), 2, "a link that matches is not created again");
    let share = &shares[1];
    let line = format!(
        "f.io/gone,{},created,Cuts,,{}",
        share["short_url"].as_str().unwrap(),
        share["id"].as_str().unwrap()
    );
    assert_eq!(created.stdout.lines().nth(1), Some(&*line), "{created:?}");
    assert_eq!(created.stdout.lines().next(), Some("old,new,state,name,note,id"));
    assert_eq!(
        (&share["access"], &share["downloading_enabled"]),
        (&json!("public"), &json!(false))
    );
    let mails = links.sim.requests();
    assert!(mails.iter().all(|it| it.operation != Some("shares.add_reviewers")));
    let again = links.rows(&["--send"]).await;
    assert_eq!((&again[0]["new"], &again[0]["state"]), (&share["short_url"], &json!("created")));
    assert_eq!(again[0]["note"], "by an earlier run");
    assert_eq!(links.shares().len(), 2);
}

#[tokio::test]
async fn a_matching_share_passes_its_settings_on() {
    let links = Links::new(&format!("{SHARE}\t{CUTS}\n")).await;
    let created = links.rows(&["--send", "--matching"]).await;
    assert_eq!(created[0]["state"], "created");
    let shares = links.shares();
    assert_eq!(
        (&shares[1]["name"], &shares[1]["access"]),
        (&shares[0]["name"], &shares[0]["access"])
    );
    assert_eq!(shares[1]["downloading_enabled"], shares[0]["downloading_enabled"]);
}

/// The share of a request whose response was lost is found by its name, and other shares of that name
/// are not taken for it.
#[tokio::test]
async fn a_lost_response_creates_no_second_share() {
    let links = Links::new(&format!("f.io/one,{CUTS}\nf.io/two,{CUTS}\n")).await;
    links.sim.inject("shares.create=reset-in-body:next1".parse().unwrap());
    let lost = links.run(&["--send", "--max-retries", "0"]).await;
    assert_eq!(lost.status, 9, "{lost:?}");
    assert!(lost.stderr.contains("created 0 shares; the same command again continues"), "{lost:?}");
    assert_eq!(links.shares().len(), 2);
    let again = links.rows(&["--send"]).await;
    let shares = links.shares();
    assert_eq!(shares.len(), 3, "{again:?}");
    let ids: Vec<_> = again.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, [shares[1]["id"].clone(), shares[2]["id"].clone()]);
}

#[tokio::test]
async fn a_killed_run_continues_without_duplicates() {
    let lines: String = (0..6).map(|index| format!("f.io/link{index},{CUTS}\n")).collect();
    let links = Links::new(&lines).await;
    links.sim.inject("shares.create=delay-200ms:every1".parse().unwrap());
    for _ in 0..3 {
        let mut command = program(&links.server);
        command.args(["migrate", "shares", links.list.to_str().unwrap(), "--send"]);
        let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        let before = links.shares().len();
        for _ in 0..400 {
            if links.shares().len() > before {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        child.kill().await.unwrap();
    }
    links.sim.clear_faults();
    let rows = links.rows(&["--send"]).await;
    let mut ids: Vec<_> = rows.iter().map(|row| row["id"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), links.shares().len()), (6, 7), "{rows:?}");
}

#[tokio::test]
async fn wrong_lists_create_nothing() {
    for (text, status, expected) in [
        ("hello\n", 2, "'hello' is neither a link of Frame.io"),
        ("f.io/a,/Film/Nowhere\nf.io/b,/Film/The Crossing/Cuts\n", 5, "'f.io/a': "),
        ("f.io/a,/Film\n", 2, "is a workspace: share a project, folder or file"),
    ] {
        let links = Links::new(text).await;
        let refused = links.run(&["--send"]).await;
        assert_eq!(refused.status, status, "{refused:?}");
        assert!(refused.stderr.contains(expected), "{refused:?}");
        assert_eq!(links.shares().len(), 1);
    }
}

#[tokio::test]
async fn standard_input_needs_a_file_of_results_to_create() {
    let (_sim, server) = serve().await;
    let shares = |arguments: &[&str]| {
        let mut command = program(&server);
        command.args(["migrate", "shares", "-"]).args(arguments);
        command
    };
    let shown = end(shares(&[]), Some("f.io/a\r\nf.io/b\r\n")).await;
    assert_eq!(shown.stdout.lines().count(), 3, "{shown:?}");
    let refused = end(shares(&["--send"]), Some("f.io/a\n")).await;
    assert!(refused.failed(2).contains("'--results' is required"));
}

#[tokio::test]
async fn a_refused_share_does_not_stop_the_others() {
    let links = Links::new(&format!("f.io/one,{CUTS}\nf.io/two,{CUTS}\n")).await;
    links.sim.inject("shares.create=422:next1".parse().unwrap());
    let sent = links.run(&["--send"]).await;
    assert_eq!(sent.status, 6, "{sent:?}");
    assert!(row(&sent, "f.io/one ").contains("  failed  "), "{sent:?}");
    assert_eq!(links.shares().len(), 2);
    let again = links.rows(&["--send"]).await;
    assert_eq!((&again[0]["state"], links.shares().len()), (&json!("created"), 3));
}
