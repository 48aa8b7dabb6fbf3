//! Transfers that were killed or interrupted.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use frameio_sim::{Fault, Sim};
use serde_json::{Value, json};

use crate::fixture::{Fixture, ROOT, content, line_and_summary};
use crate::program::wait_until;

/// Starts an upload of 300 bytes with slow parts, and waits until some parts are complete.
async fn start_upload(fixture: &Fixture) -> tokio::process::Child {
    fixture.sim.inject(Fault::delay(Duration::from_millis(200)).on(Sim::UPLOAD_PART).every(1));
    let mut command = fixture.command(&["upload", "in", "--to", ROOT, "--json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    wait_until(|| fixture.manifests().first().is_some_and(|manifest| has_parts(manifest, 8))).await;
    child
}

/// Returns whether a manifest lists at least this number of complete parts.
fn has_parts(manifest: &Path, parts: usize) -> bool {
    let text = std::fs::read_to_string(manifest).unwrap_or_default();
    text.lines().filter(|line| line.starts_with("{\"done\"")).count() >= parts
}

async fn assert_resumes(fixture: &Fixture) {
    fixture.sim.clear_faults();
    let before = fixture.calls(Sim::UPLOAD_PART);
    let again = fixture.run(&["upload", "in", "--to", ROOT, "--json"]).await;
    let (line, summary) = line_and_summary(&again, "/in/a.mov");
    assert_eq!((again.status, &line["outcome"]), (0, &json!("transferred")), "{again:?}");
    assert!(line["bytes"].as_u64().unwrap() <= 220, "{line}");
    assert!(fixture.calls(Sim::UPLOAD_PART) - before <= 22, "sends remaining parts only");
    assert_eq!(summary["unfinished"], 0);
    assert_eq!(
        (fixture.remote_paths().await, fixture.state()),
        (vec!["/in".into(), "/in/a.mov".into()], vec![])
    );
    let down = fixture.run(&["download", &format!("{ROOT}/in/a.mov"), "-o", "out"]).await;
    assert_eq!((down.status, fixture.read("out/a.mov")), (0, content(300)));
}

#[tokio::test(flavor = "multi_thread")]
async fn resumes_an_upload_that_was_killed() {
    let fixture = Fixture::new(&[("a.mov", 300)]).await;
    let mut child = start_upload(&fixture).await;
    child.kill().await.unwrap();
    assert_resumes(&fixture).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_upload_prints_how_to_resume() {
    let fixture = Fixture::new(&[("a.mov", 300)]).await;
    let child = start_upload(&fixture).await;
    crate::program::interrupt(&child.id().unwrap().to_string()).await;
    let output = child.wait_with_output().await.unwrap();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(
        stderr.contains("interrupted: run the same command again within 24 hours to resume"),
        "{stderr}"
    );
    let summary: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    assert_eq!(summary["summary"]["interrupted"], true);
    assert_eq!(summary["summary"]["incomplete"], 1, "{summary}");
    assert!((80..300).contains(&summary["summary"]["bytes_kept"].as_u64().unwrap()), "{summary}");
    assert_resumes(&fixture).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_an_incomplete_file_whose_manifest_is_lost() {
    let fixture = Fixture::new(&[("a.mov", 300)]).await;
    let mut child = start_upload(&fixture).await;
    child.kill().await.unwrap();
    std::fs::remove_dir_all(fixture.directory.path().join("config/state/uploads")).unwrap();
    fixture.sim.clear_faults();
    let again = fixture.run(&["upload", "in", "--to", ROOT]).await;
    assert_eq!(again.status, 0, "{again:?}");
    assert!(again.stderr.contains("unfinished  /in/a.mov "), "{again:?}");
    assert!(again.stderr.contains("1 incomplete at the service"), "{again:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_download_does_not_repeat_bytes() {
    const SIZE: usize = 8 << 20;
    let fixture = Fixture::with_parts_of(SIZE as u64, &[("a.mov", SIZE)]).await;
    assert_eq!(fixture.run(&["upload", "in/a.mov", "--to", ROOT]).await.status, 0);
    let file = format!("{ROOT}/a.mov");
    let part = fixture.directory.path().join("out/a.mov.part");
    let has_bytes = || std::fs::read(&part).is_ok_and(|bytes| bytes.get(1) == content(2).get(1));
    let slow = ["download", &file, "-o", "out", "--bwlimit", "1M", "--json"];
    let ended = fixture.interrupted(&slow, has_bytes).await;
    assert_eq!(ended.status, 130, "{ended:?}");
    assert_eq!(ended.lines().len(), 1, "only the summary: {ended:?}");
    let record = std::fs::read(part.with_extension("part.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    let ranges = record["finished"].as_array().unwrap().iter();
    let kept: u64 =
        ranges.map(|range| range[1].as_u64().unwrap() - range[0].as_u64().unwrap()).sum();
    assert!(kept >= 1 << 20, "{record}");

    let again = fixture.run(&["download", &file, "-o", "out", "--json"]).await;
    let (line, _) = line_and_summary(&again, &file);
    assert_eq!((again.status, line["bytes"].as_u64()), (0, Some(SIZE as u64 - kept)), "{again:?}");
    assert_eq!(fixture.read("out/a.mov"), content(SIZE));
}
