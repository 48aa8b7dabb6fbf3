//! `frameio batch`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio_sim::{Fault, Sim, SimServer};
use http::StatusCode;
use serde_json::{Value, json};

use crate::program::{Ended, end, program, run, serve};
#[cfg(unix)]
use crate::program::{interrupt, wait_until};

/// A folder with the jobs of a batch.
struct Batch {
    folder: tempfile::TempDir,
    jobs: PathBuf,
}

impl Batch {
    fn new(jobs: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.jsonl");
        let lines: String = jobs.iter().map(|job| format!("{job}\n")).collect();
        std::fs::write(&path, lines).unwrap();
        Self { folder, jobs: path }
    }

    fn command(&self, server: &SimServer, more: &[&str]) -> tokio::process::Command {
        let mut command = program(server);
        command.arg("batch").arg(&self.jobs).args(["--max-retries", "0"]).args(more);
        command
    }

    async fn run(&self, server: &SimServer, more: &[&str]) -> Ended {
        end(self.command(server, more), None).await
    }

    fn results(&self) -> Vec<Value> {
        read(&self.folder.path().join("jobs.jsonl.results"))
    }
}

fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A file to comment on: of all that creates something, comments have the largest quota.
async fn file(sim: &Sim, server: &SimServer) -> Value {
    let demo = sim.demo();
    let input = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id,
        "data": {"name": "clip.mov", "file_size": 1},
    });
    let arguments = ["call", "files.create_local_upload", "--input", &input.to_string()];
    run(server, &arguments).await.json()["data"]["id"].clone()
}

fn comment(sim: &Sim, file: &Value, text: &str) -> Value {
    json!({"op": "comments.create", "input": {
        "account_id": sim.demo().account_id, "file_id": file, "data": {"text": text},
    }})
}

fn created(sim: &Sim) -> usize {
    sim.requests().iter().filter(|it| it.operation == Some("comments.create")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_job_has_one_result_with_its_line() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let missing = json!({"op": "files.show", "input": {
        "account_id": sim.demo().account_id, "file_id": "nowhere",
    }});
    let mut jobs: Vec<_> = (0..40).map(|i| comment(&sim, &file, &format!("comment {i}"))).collect();
    jobs.insert(7, missing);
    let batch = Batch::new(&jobs);
    let ended = batch.run(&server, &[]).await;
    assert_eq!(ended.status, 1, "one failed: {ended:?}");
    assert!(ended.stderr.contains("40 done, 1 failed, 0 left"), "{ended:?}");
    let results = batch.results();
    let lines: BTreeSet<_> = results.iter().map(|it| it["line"].as_u64().unwrap()).collect();
    assert_eq!((results.len(), lines), (41, (1..=41).collect()));
    for result in results {
        match result["line"].as_u64().unwrap() {
            8 => {
                let error = &result["error"];
                assert_eq!((&error["kind"], &error["status"]), (&json!("not_found"), &json!(404)));
                assert_eq!(error["errors"].as_array().unwrap().len(), 1);
                assert!(error["message"].as_str().unwrap().starts_with("files.show: 404"));
            }
            line => {
                let number = if line < 8 { line - 1 } else { line - 2 };
                assert_eq!(result["answer"]["data"]["text"], format!("comment {number}"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_jobs_are_told_before_any_is_done() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let batch = Batch::new(&[
        comment(&sim, &file, "one"),
        json!({"op": "comment.create"}),
        json!({"op": "comments.create", "input": {"account_id": "a"}}),
    ]);
    let ended = batch.run(&server, &[]).await;
    assert_eq!(ended.status, 2);
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert!(lines[0].starts_with("line 2: no operation 'comment.create'"), "{ended:?}");
    assert!(lines[1].starts_with("line 3: comments.create: `file_id` is missing"), "{ended:?}");
    assert!(lines[2].ends_with("2 invalid lines; nothing was sent"), "{ended:?}");
    assert_eq!((created(&sim), batch.results().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_on_where_it_was() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let batch = Batch::new(&[
        comment(&sim, &file, "a"),
        comment(&sim, &file, "b"),
        comment(&sim, &file, "c"),
    ]);
    sim.inject(Fault::status(StatusCode::CONFLICT).on("comments.create").next(1));
    let ended = batch.run(&server, &["--concurrency", "1"]).await;
    assert!(ended.stderr.contains("2 done, 1 failed, 0 left"), "{ended:?}");

    let again = batch.run(&server, &[]).await;
    assert!(again.failed(2).contains("already exists: use --resume"), "{again:?}");
    let resumed = batch.run(&server, &["--resume"]).await;
    assert!(resumed.stderr.contains("3 of 3 jobs have a result already"), "{resumed:?}");
    assert_eq!((resumed.status, created(&sim)), (0, 3));
    let retried = batch.run(&server, &["--resume", "--retry-failed"]).await;
    assert!(retried.stderr.contains("1 done, 0 failed, 0 left"), "{retried:?}");
    assert_eq!((retried.status, created(&sim), batch.results().len()), (0, 4, 4));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_batch_loses_nothing_and_does_nothing_twice() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let jobs: Vec<_> = (0..30).map(|i| comment(&sim, &file, &format!("comment {i}"))).collect();
    let batch = Batch::new(&jobs);
    sim.inject(Fault::delay(Duration::from_millis(300)).on("comments.create").next(30));
    let mut command = batch.command(&server, &[]);
    command.stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    let id = child.id().unwrap().to_string();
    wait_until(|| batch.results().len() >= 8).await;
    interrupt(&id).await;
    let output = child.wait_with_output().await.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let done = batch.results().len();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains(&format!("{done} done, 0 failed, {} left", 30 - done)), "{stderr}");
    assert!((8..30).contains(&done), "what was sent is waited for, and nothing more is: {done}");

    let resumed = batch.run(&server, &["--resume"]).await;
    assert_eq!(resumed.status, 0, "{resumed:?}");
    let lines: BTreeSet<_> = batch.results().iter().map(|it| it["line"].as_u64()).collect();
    assert_eq!((lines.len(), batch.results().len(), created(&sim)), (30, 30, 30), "{stderr}");
}
