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

/// A directory with a file of jobs.
struct Batch {
    folder: tempfile::TempDir,
    jobs: PathBuf,
}

impl Batch {
    fn new(jobs: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.jsonl");
        let batch = Self { folder, jobs: path };
        batch.write(jobs);
        batch
    }

    fn command(&self, server: &SimServer, more: &[&str]) -> tokio::process::Command {
        let mut command = program(server);
        command.arg("batch").arg(&self.jobs).args(["--max-retries", "0"]).args(more);
        command
    }

    async fn run(&self, server: &SimServer, more: &[&str]) -> Ended {
        end(self.command(server, more), None).await
    }

    /// Replaces the jobs.
    fn write(&self, jobs: &[Value]) {
        let lines: String = jobs.iter().map(|job| format!("{job}\n")).collect();
        std::fs::write(&self.jobs, lines).unwrap();
    }

    fn results_file(&self) -> PathBuf {
        self.folder.path().join("jobs.jsonl.results")
    }

    fn results(&self) -> Vec<Value> {
        read(&self.results_file())
    }
}

fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Creates a file to comment on. Of all operations that create something, comments have the largest
/// quota.
pub(crate) async fn file(sim: &Sim, server: &SimServer) -> Value {
    let demo = sim.demo();
    let input = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id,
        "data": {"name": "clip.mov", "file_size": 1},
    });
    let arguments = ["call", "files.create_local_upload", "--input", &input.to_string()];
    run(server, &arguments).await.json()["data"]["id"].clone()
}

pub(crate) fn comment(sim: &Sim, file: &Value, text: &str) -> Value {
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
    assert_eq!(ended.status, 5, "one was not found: {ended:?}");
    assert!(ended.stderr.contains("40 succeeded, 1 failed, 0 remaining"), "{ended:?}");
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
                assert_eq!(result["response"]["data"]["text"], format!("comment {number}"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_invalid_jobs_before_the_first_call() {
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
    let file = batch.jobs.display();
    let first = format!("{file}:2: no such operation 'comment.create'");
    assert!(lines[0].starts_with(&first), "{ended:?}");
    let second = format!("{file}:3: comments.create: ");
    assert!(lines[1].starts_with(&second) && lines[1].contains("`file_id`"), "{ended:?}");
    let summary = format!("frameio: 2 lines are invalid in {file}; nothing was sent");
    assert_eq!(lines[2], summary, "{ended:?}");
    assert_eq!((created(&sim), batch.results().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn resumes_a_batch_and_retries_failed_jobs() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let batch = Batch::new(&[
        comment(&sim, &file, "a"),
        comment(&sim, &file, "b"),
        comment(&sim, &file, "c"),
    ]);
    sim.inject(Fault::status(StatusCode::CONFLICT).on("comments.create").next(1));
    let ended = batch.run(&server, &["--concurrency", "1"]).await;
    assert!(ended.stderr.contains("2 succeeded, 1 failed, 0 remaining"), "{ended:?}");

    let again = batch.run(&server, &[]).await;
    assert!(again.failed(2).contains("exists: continue that run with '--resume'"), "{again:?}");
    let resumed = batch.run(&server, &["--resume"]).await;
    let skipped = "skipped 3 of 3 jobs with a result (1 failed)";
    assert!(resumed.stderr.contains(skipped), "{resumed:?}");
    let hint = "1 job failed: to retry them, run the same command with --resume --retry-failed";
    assert!(resumed.stderr.contains(hint), "{resumed:?}");
    assert_eq!((resumed.status, created(&sim)), (1, 3), "the failure determines the exit status");
    let retried = batch.run(&server, &["--resume", "--retry-failed"]).await;
    assert!(retried.stderr.contains("1 succeeded, 0 failed, 0 remaining"), "{retried:?}");
    assert_eq!((retried.status, created(&sim), batch.results().len()), (0, 4, 4));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_batch_loses_no_job_and_repeats_none() {
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
    let counts = format!("{done} succeeded, 0 failed, {} remaining", 30 - done);
    assert!(stderr.contains(&counts), "{stderr}");
    assert!((8..30).contains(&done), "waits for calls in flight, and starts no others: {done}");

    let resumed = batch.run(&server, &["--resume"]).await;
    assert_eq!(resumed.status, 0, "{resumed:?}");
    let lines: BTreeSet<_> = batch.results().iter().map(|it| it["line"].as_u64()).collect();
    assert_eq!((lines.len(), batch.results().len(), created(&sim)), (30, 30, 30), "{stderr}");
}

/// The texts of the comments that were created, sorted.
fn texts(results: &[Value]) -> Vec<&str> {
    let mut texts: Vec<_> =
        results.iter().map(|it| it["response"]["data"]["text"].as_str().unwrap()).collect();
    texts.sort_unstable();
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_batch_finds_its_jobs_by_content() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let job = |text: &str| comment(&sim, &file, text);
    let batch = Batch::new(&[job("a"), job("b"), job("c"), job("twice")]);
    assert_eq!(batch.run(&server, &[]).await.status, 0);

    // Lines are inserted, sorted, edited, removed and duplicated.
    batch.write(&[job("new"), job("twice"), job("c"), job("B"), job("a"), job("twice")]);
    let resumed = batch.run(&server, &["--resume"]).await;
    assert_eq!(resumed.status, 0, "{resumed:?}");
    assert!(resumed.stderr.contains("skipped 3 of 6 jobs with a result\n"), "{resumed:?}");
    let unknown = "ignored 1 results of jobs that are no longer in the file";
    assert!(resumed.stderr.contains(unknown), "{resumed:?}");
    let results = batch.results();
    assert_eq!(texts(&results), ["B", "a", "b", "c", "new", "twice", "twice"]);
    assert_eq!(created(&sim), 7);
    // Whitespace does not change a job.
    let text = std::fs::read_to_string(&batch.jobs).unwrap().replace("\":", "\" :  ");
    std::fs::write(&batch.jobs, text).unwrap();
    assert_eq!(batch.run(&server, &["--resume"]).await.status, 0);
    assert_eq!(created(&sim), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ids_of_the_profile_are_part_of_the_job() {
    let (sim, server) = serve().await;
    let batch = Batch::new(&[json!({"op": "workspaces.index"})]);
    let run = async |account: &str| {
        let profile = json!({"profiles": {"default": {"account_id": account}}});
        std::fs::write(batch.folder.path().join("profiles.json"), profile.to_string()).unwrap();
        let mut command = batch.command(&server, &["--resume"]);
        command.env("FRAMEIO_CONFIG_DIR", batch.folder.path());
        end(command, None).await.status
    };
    assert_eq!(run(sim.demo().account_id.as_str()).await, 0);
    assert_eq!(run("another").await, 5);
    assert_eq!(batch.results().len(), 2, "another account is another job");
    assert_eq!(run(sim.demo().account_id.as_str()).await, 0);
    assert_eq!(batch.results().len(), 2);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn results_are_locked_by_a_run_and_readable_by_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let jobs: Vec<_> = (0..20).map(|i| comment(&sim, &file, &format!("comment {i}"))).collect();
    let batch = Batch::new(&jobs);
    // Holds some calls until the clock is advanced.
    let hour = Duration::from_secs(3600);
    sim.inject(Fault::delay(hour).on("comments.create").every(2));
    let mut first = batch.command(&server, &[]);
    let first = first.stderr(std::process::Stdio::null()).spawn().unwrap();
    wait_until(|| !batch.results().is_empty()).await;
    for _ in 0..2 {
        let second = batch.run(&server, &["--resume"]).await;
        assert!(second.failed(2).ends_with("is in use by another `frameio batch`"), "{second:?}");
    }
    sim.clear_faults();
    sim.clock().advance(hour);
    let first = first.wait_with_output().await.unwrap();
    assert_eq!((first.status.code(), created(&sim)), (Some(0), 20));
    let lines: BTreeSet<_> = batch.results().iter().map(|it| it["line"].as_u64()).collect();
    assert_eq!((lines.len(), batch.results().len()), (20, 20));
    let mode = std::fs::metadata(batch.results_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_and_keeps_a_file_without_results() {
    let (_sim, server) = serve().await;
    let batch = Batch::new(&[json!({"op": "users.show"})]);
    let precious = batch.folder.path().join("precious");
    for content in ["precious line", "precious line\n", "{\"name\": \"precious\"}\n", "{"] {
        std::fs::write(&precious, content).unwrap();
        for more in [&["--resume"][..], &["--resume", "--retry-failed"], &[]] {
            let results = ["--results", precious.to_str().unwrap()];
            batch.run(&server, &[&results, more].concat()).await.failed(2);
            assert_eq!(std::fs::read_to_string(&precious).unwrap(), content);
        }
    }
    for special in ["/dev/null", batch.folder.path().to_str().unwrap()] {
        let ended = batch.run(&server, &["--results", special, "--resume"]).await;
        assert!(ended.failed(2).contains("it is not a regular file"), "{ended:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn requires_a_file_for_results_unless_the_jobs_are_in_one() {
    let (_sim, server) = serve().await;
    for jobs in ["/dev/null", "/dev/stdin", "-"] {
        let mut command = program(&server);
        command.args(["batch", jobs]);
        let ended = end(command, Some("{\"op\":\"users.show\"}\n")).await;
        let message = "frameio: '--results' is required if the jobs are not in a regular file";
        assert_eq!(ended.failed(2), message);
    }
    assert!(!Path::new("/dev/null.results").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn results_can_go_to_standard_output() {
    let (sim, server) = serve().await;
    let batch = Batch::new(&[]);
    let mut command = program(&server);
    command.args(["batch", "-", "--results", "-"]).current_dir(batch.folder.path());
    let ended = end(command, Some("{\"op\":\"users.show\"}\n{\"op\":\"users.show\"}\n")).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let ids: BTreeSet<_> =
        ended.lines().iter().map(|it| it["response"]["data"]["id"].to_string()).collect();
    assert_eq!(ids, [json!(sim.demo().user_id).to_string()].into());
    assert_eq!(ended.lines().len(), 2);
    let counts = "2 succeeded, 0 failed, 0 remaining; results in standard output";
    assert!(ended.stderr.contains(counts), "{ended:?}");
    assert_eq!(std::fs::read_dir(batch.folder.path()).unwrap().count(), 1, "only the jobs");

    let resumed = batch.run(&server, &["--results", "-", "--resume"]).await;
    assert!(resumed.failed(2).contains("'--results -' cannot be used with '--resume'"));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn reports_the_lines_whose_results_cannot_be_written() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let jobs: Vec<_> = (0..9).map(|i| comment(&sim, &file, &format!("comment {i}"))).collect();
    let batch = Batch::new(&jobs);
    let mut command = batch.command(&server, &["--results", "-", "--concurrency", "3"]);
    command.stdout(std::fs::File::create("/dev/full").unwrap());
    command.stderr(std::process::Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().await.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write to standard output: no space left"), "{stderr}");
    let (_, lines) = stderr.trim_end().rsplit_once("results are lost for lines ").unwrap();
    let made = created(&sim);
    assert_eq!(lines.split(", ").count(), made, "{stderr}");
    assert!(made <= 3, "starts no call after the first failure: {made}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn keeps_a_result_truncated_by_a_full_disk_and_does_not_repeat_its_job() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let jobs: Vec<_> = (0..6).map(|i| comment(&sim, &file, &format!("comment {i}"))).collect();
    let batch = Batch::new(&jobs);
    let full = batch.command(&server, &["--concurrency", "1"]);
    // Limits the size of files to 2 KiB.
    let mut command = tokio::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh"]);
    command.arg(full.as_std().get_program()).args(full.as_std().get_args());
    for (name, value) in full.as_std().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let ended = end(command, None).await;
    let made = created(&sim);
    assert_eq!(ended.status, 1, "{ended:?}");
    let message =
        format!("file too large; calls were made, but their results are lost for lines {made}");
    assert!(ended.stderr.contains(&message), "{ended:?}");
    let before = std::fs::read_to_string(batch.results_file()).unwrap();
    assert!((1..6).contains(&made) && !before.ends_with('\n'), "{made}: {before}");

    let resumed = batch.run(&server, &["--resume"]).await;
    assert_eq!((resumed.status, created(&sim)), (1, 6), "{resumed:?}");
    assert!(resumed.stderr.contains("1 job failed: to retry them, "), "{resumed:?}");
    let results = batch.results();
    assert_eq!(results.len(), 6);
    let truncated = &results[made - 1];
    assert_eq!(
        (&truncated["line"], &truncated["error"]["may_have_been_sent"]),
        (&json!(made), &json!(true))
    );
    let rest = before.lines().last().unwrap();
    assert_eq!(truncated["error"]["truncated"], rest);
}
