//! `--report` of runs that fail or are interrupted: each file that was found has a row.

use std::collections::BTreeMap;
use std::time::Duration;

use frameio_sim::{Fault, Sim};
use http::StatusCode;
use serde_json::Value;

use crate::fixture::{Fixture, ROOT};

/// Returns the rows of a JSON report by path, without the fields that vary, and its summary.
fn rows(fixture: &Fixture) -> (BTreeMap<String, (String, Value, Value)>, Value) {
    let report: Value = serde_json::from_slice(&fixture.read("report.json")).unwrap();
    let row = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        assert!(!text("local").is_empty(), "{row}");
        (text("path"), (text("state"), row["bytes"].clone(), row["reason"].clone()))
    };
    let files = report["files"].as_array().unwrap();
    let rows: BTreeMap<_, _> = files.iter().map(row).collect();
    assert_eq!(rows.len(), files.len(), "one row for each file: {report}");
    (rows, report["summary"].clone())
}

fn states(rows: &BTreeMap<String, (String, Value, Value)>) -> Vec<(&str, &str)> {
    rows.iter().map(|(path, (state, ..))| (&**path, &**state)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_recorded_as_equal_have_their_checksums() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    let upload = ["upload", "in", "--to", ROOT, "--report", "report.json"];
    for state in ["transferred", "skipped"] {
        assert_eq!(fixture.run(&[&upload[..], &["--mhl"]].concat()).await.status, 0);
        let report: Value = serde_json::from_slice(&fixture.read("report.json")).unwrap();
        let file = &report["files"][0];
        assert_eq!(file["state"], state, "{file}");
        assert_eq!(file["checksum"].as_str().map(str::len), Some(16), "{file}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_upload_has_a_row_for_each_file() {
    let fixture = Fixture::new(&[("a.mov", 5), ("b.mov", 300), ("c.mov", 7)]).await;
    let slow = Fault::delay(Duration::from_secs(600)).on(Sim::UPLOAD_PART);
    fixture.sim.inject(slow.every(5));
    let upload =
        ["upload", "in", "--to", ROOT, "--concurrency", "1", "--report", "report.json", "--json"];
    let ended = fixture.interrupted(&upload, || fixture.calls(Sim::UPLOAD_PART) > 9).await;
    assert_eq!(ended.status, 130, "{ended:?}");
    let (rows, summary) = rows(&fixture);
    let expected =
        [("/in/a.mov", "transferred"), ("/in/b.mov", "interrupted"), ("/in/c.mov", "not started")];
    assert_eq!(states(&rows), expected);
    let (_, bytes, reason) = &rows["/in/b.mov"];
    assert!((10..300).contains(&bytes.as_u64().unwrap()), "{rows:?}");
    assert_eq!(reason, "the run was interrupted");
    assert_eq!(rows["/in/c.mov"].1, 0);
    assert_eq!(summary["interrupted"], true);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_download_has_a_row_for_each_file() {
    let fixture = Fixture::new(&[("a.mov", 5), ("b.mov", 300), ("c.mov", 7)]).await;
    assert_eq!(fixture.run(&["sync", "in", ROOT]).await.status, 0);
    for command in [&["download", ROOT, "-o", "out"][..], &["sync", "out", ROOT, "--down"]] {
        let slow = Fault::delay(Duration::from_secs(600)).on(Sim::DOWNLOAD);
        fixture.sim.inject(slow.every(2));
        let more = ["--concurrency", "1", "--report", "report.json", "--order", "name"];
        let parts = ["out/Demo Project/b.mov.part", "out/b.mov.part"];
        let ready = || parts.iter().any(|part| fixture.directory.path().join(part).exists());
        let ended = fixture.interrupted(&[command, &more].concat(), ready).await;
        assert_eq!(ended.status, 130, "{ended:?}");
        let (rows, _) = rows(&fixture);
        let states: Vec<_> = rows.values().map(|(state, ..)| &**state).collect();
        assert_eq!(states, ["transferred", "interrupted", "not started"], "{rows:?}");
        fixture.sim.clear_faults();
        std::fs::remove_dir_all(fixture.directory.path().join("out")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_in_the_report() {
    let fixture = Fixture::new(&[("a.mov", 5), ("b.mov", 30)]).await;
    // The token is refused after the folder was found.
    fixture.sim.inject(Fault::expired_token().on("files.create_local_upload").every(1));
    let upload = ["upload", "in", "--to", ROOT, "--report", "report.json"];
    let ended = fixture.run(&upload).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    let (rows_of, summary) = rows(&fixture);
    assert_eq!(states(&rows_of), [("/in/a.mov", "failed"), ("/in/b.mov", "failed")]);
    for (_, bytes, reason) in rows_of.values() {
        assert!(reason.as_str().unwrap().contains("401 Unauthorized"), "{reason}");
        assert_eq!(bytes, 0);
    }
    assert_eq!(summary["failed"], 2);
    // The token is refused before any file was found.
    fixture.sim.clear_faults();
    fixture.sim.inject(Fault::expired_token().on("accounts.index").every(1));
    for command in
        [&upload[..5], &["download", ROOT, "--report"], &["sync", "in", ROOT, "--report"]]
    {
        for name in ["report.json", "report.csv"] {
            let ended = fixture.run(&[command, &[name]].concat()).await;
            assert_eq!(ended.status, 3, "{ended:?}");
        }
        let (rows_of, summary) = rows(&fixture);
        assert!(rows_of.is_empty());
        let error = summary["error"].as_str().unwrap();
        assert!(error.contains("accounts.index: 401 Unauthorized"), "{summary}");
        let header = "state,path,local,size,bytes,checksum,id,link,seconds,reason\n";
        assert_eq!(fixture.read("report.csv"), header.as_bytes());
    }
    // A run that is refused keeps the report of an earlier one.
    let refused = fixture.run(&[&upload[..], &["--include", "["]].concat()).await;
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(rows(&fixture).1["error"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_part_has_a_row_with_its_bytes() {
    let fixture = Fixture::new(&[("a.mov", 45)]).await;
    let refused = Fault::status(StatusCode::BAD_REQUEST).on(Sim::UPLOAD_PART);
    fixture.sim.inject(refused.every(4));
    let upload = ["upload", "in", "--to", ROOT, "--report", "report.json", "--max-retries", "0"];
    let ended = fixture.run(&upload).await;
    assert_eq!(ended.status, 6, "{ended:?}");
    let (rows, _) = rows(&fixture);
    let (state, bytes, reason) = &rows["/in/a.mov"];
    assert_eq!((&**state, reason.as_str().unwrap().contains("400")), ("failed", true));
    assert!(bytes.as_u64().is_some_and(|bytes| bytes <= 45), "{bytes}");
}
