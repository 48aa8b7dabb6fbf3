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
    let about = batch.jobs.display();
    let first = format!("{about}: line 2: no operation 'comment.create'");
    assert!(lines[0].starts_with(&first), "{ended:?}");
    let second = format!("{about}: line 3: comments.create: `file_id` is missing");
    assert!(lines[1].starts_with(&second), "{ended:?}");
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
    let already = "3 of 3 jobs have a result already, 1 of them an error";
    assert!(resumed.stderr.contains(already), "{resumed:?}");
    assert!(
        resumed
            .stderr
            .contains("1 job failed: to retry, run the same command with --resume --retry-failed"),
        "{resumed:?}"
    );
    assert_eq!((resumed.status, created(&sim)), (1, 3), "a failure is not forgotten");
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

/// The texts of the comments that were created, sorted.
fn texts(results: &[Value]) -> Vec<&str> {
    let mut texts: Vec<_> =
        results.iter().map(|it| it["answer"]["data"]["text"].as_str().unwrap()).collect();
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

    // Inserted, sorted, edited, removed, and added once more.
    batch.write(&[job("new"), job("twice"), job("c"), job("B"), job("a"), job("twice")]);
    let resumed = batch.run(&server, &["--resume"]).await;
    assert_eq!(resumed.status, 0, "{resumed:?}");
    assert!(resumed.stderr.contains("3 of 6 jobs have a result already"), "{resumed:?}");
    let unknown = "1 results are of jobs that are not in the file any more";
    assert!(resumed.stderr.contains(unknown), "{resumed:?}");
    let results = batch.results();
    assert_eq!(texts(&results), ["B", "a", "b", "c", "new", "twice", "twice"]);
    assert_eq!(created(&sim), 7);
    // The order of fields and blanks are not content.
    let text = std::fs::read_to_string(&batch.jobs).unwrap().replace("\":", "\" :  ");
    std::fs::write(&batch.jobs, text).unwrap();
    assert_eq!(batch.run(&server, &["--resume"]).await.status, 0);
    assert_eq!(created(&sim), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_profile_fills_in_belongs_to_the_job() {
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
    assert_eq!(run("another").await, 1);
    assert_eq!(batch.results().len(), 2, "another account is another job");
    assert_eq!(run(sim.demo().account_id.as_str()).await, 0);
    assert_eq!(batch.results().len(), 2);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn results_are_used_by_one_run_at_a_time_and_readable_by_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let jobs: Vec<_> = (0..20).map(|i| comment(&sim, &file, &format!("comment {i}"))).collect();
    let batch = Batch::new(&jobs);
    sim.inject(Fault::delay(Duration::from_millis(200)).on("comments.create").next(20));
    let mut first = batch.command(&server, &[]);
    let first = first.stderr(std::process::Stdio::null()).spawn().unwrap();
    wait_until(|| !batch.results().is_empty()).await;
    for _ in 0..2 {
        let second = batch.run(&server, &["--resume"]).await;
        assert!(second.failed(2).ends_with("is in use by another `frameio batch`"), "{second:?}");
    }
    let first = first.wait_with_output().await.unwrap();
    assert_eq!((first.status.code(), created(&sim)), (Some(0), 20));
    let lines: BTreeSet<_> = batch.results().iter().map(|it| it["line"].as_u64()).collect();
    assert_eq!((lines.len(), batch.results().len()), (20, 20));
    let mode = std::fs::metadata(batch.results_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_has_no_results_is_refused_and_kept() {
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
        assert!(ended.failed(2).contains("is not a regular file"), "{ended:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_are_in_no_file_need_a_place_for_their_results() {
    let (_sim, server) = serve().await;
    for jobs in ["/dev/null", "/dev/stdin", "-"] {
        let mut command = program(&server);
        command.args(["batch", jobs]);
        let ended = end(command, Some("{\"op\":\"users.show\"}\n")).await;
        let message = "frameio: --results: is required for jobs that are not in a file";
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
        ended.lines().iter().map(|it| it["answer"]["data"]["id"].to_string()).collect();
    assert_eq!(ids, [json!(sim.demo().user_id).to_string()].into());
    assert_eq!(ended.lines().len(), 2);
    assert!(ended.stderr.contains("2 done, 0 failed, 0 left; results in standard output"));
    assert_eq!(std::fs::read_dir(batch.folder.path()).unwrap().count(), 1, "the jobs");

    let resumed = batch.run(&server, &["--results", "-", "--resume"]).await;
    assert!(resumed.failed(2).contains("--results -: cannot be used with --resume"));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn results_that_cannot_be_written_are_reported_by_their_lines() {
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
    assert!(stderr.contains("cannot write to standard output: No space left"), "{stderr}");
    let (_, lines) = stderr.trim_end().rsplit_once("without a result for lines ").unwrap();
    let made = created(&sim);
    assert_eq!(lines.split(", ").count(), made, "{stderr}");
    assert!(made <= 3, "no call is made after the first failure: {made}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_was_cut_off_by_a_full_disk_is_kept_and_its_job_not_repeated() {
    let (sim, server) = serve().await;
    let file = file(&sim, &server).await;
    let jobs: Vec<_> = (0..6).map(|i| comment(&sim, &file, &format!("comment {i}"))).collect();
    let batch = Batch::new(&jobs);
    let full = batch.command(&server, &["--concurrency", "1"]);
    // A file cannot grow beyond 2 KiB.
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
        format!("File too large (os error 27); calls were made without a result for lines {made}");
    assert!(ended.stderr.contains(&message), "{ended:?}");
    let before = std::fs::read_to_string(batch.results_file()).unwrap();
    assert!((1..6).contains(&made) && !before.ends_with('\n'), "{made}: {before}");

    let resumed = batch.run(&server, &["--resume"]).await;
    assert_eq!((resumed.status, created(&sim)), (1, 6), "{resumed:?}");
    assert!(resumed.stderr.contains("1 job failed: to retry, "), "{resumed:?}");
    let results = batch.results();
    assert_eq!(results.len(), 6);
    let cut_off = &results[made - 1];
    assert_eq!(
        (&cut_off["line"], &cut_off["error"]["may_have_been_sent"]),
        (&json!(made), &json!(true))
    );
    let rest = before.lines().last().unwrap();
    assert_eq!(cut_off["error"]["cut_off"], rest, "nothing that was received is lost");
}
