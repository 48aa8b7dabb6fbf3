//! Worker processes of the example `job_queue`, one of which is killed, on a Redis that is restarted.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use frameio::Client;
use frameio::comments::ListComments;
use frameio::files::CreateLocalUpload;
use frameio::folders::ListFolderChildren;
use frameio_sim::Sim;
use futures_util::TryStreamExt;
use serde_json::json;

use super::server::{Server, free_port};
use super::*;

const FILES: usize = 49;
const COMMENTS_OF_A_FILE: usize = 40;
const UPLOADS: usize = 40;
const JOBS: usize = FILES * COMMENTS_OF_A_FILE + UPLOADS;

/// Processes of the example, with what they share.
struct Fleet {
    sim: Sim,
    server: Server,
    dir: tempfile::TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Fleet {
    fn new(sim: &Sim, url: &str) -> Self {
        let server = Server::with(free_port(), &["--appendonly", "yes"]);
        let dir = tempfile::tempdir().unwrap();
        let environment = vec![
            ("FRAMEIO_ACCOUNT", sim.demo().account_id.to_string()),
            ("FRAMEIO_BASE_URL", url.to_owned()),
            ("FRAMEIO_TOKEN", Sim::TOKEN.to_owned()),
            ("ORPHANED_AFTER", "4".to_owned()),
            ("REDIS_URL", server.url()),
            ("TMPDIR", dir.path().to_str().unwrap().to_owned()),
        ];
        Self { sim: sim.clone(), server, dir, environment }
    }

    fn command(&self, name: &str) -> Command {
        let tests = env::current_exe().unwrap();
        let program = tests.parent().and_then(Path::parent).unwrap().join("examples/job_queue");
        assert!(program.exists(), "tests/redis/run builds {}", program.display());
        let mut command = Command::new(program);
        command.arg(name).envs(self.environment.iter().cloned()).stdin(Stdio::null());
        command
    }

    /// Starts a worker process, whose log has a file.
    fn worker(&self, name: &str) -> Child {
        let log = File::create(self.dir.path().join(name)).unwrap();
        self.command("work").stderr(log).spawn().unwrap()
    }

    fn push(&self, jobs: &str) {
        let mut push = self.command("push").stdin(Stdio::piped()).spawn().unwrap();
        push.stdin.take().unwrap().write_all(jobs.as_bytes()).unwrap();
        assert!(push.wait().unwrap().success());
    }

    /// Queues a job that the version of the workers does not know.
    fn queue_unknown_job(&self) {
        let (id, data) = ("01J00000000000000000000000", "{\"kind\":\"copy\",\"to\":\"tape\"}");
        let key = format!("frameio-jobs:meta:{id}");
        let meta = ["HSET", &key, "attempts", "0", "max_attempts", "25", "status", "Pending"];
        let _: u32 = self.server.cli(&["HSET", "frameio-jobs:data", id, data]);
        let _: u32 = self.server.cli(&meta);
        let _: u32 = self.server.cli(&["RPUSH", "frameio-jobs:active", id]);
    }

    /// Returns the standard output of a process.
    fn output(&self, name: &str) -> String {
        let output = self.command(name).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns how often a message is in the logs of the workers.
    fn logged(&self, message: &str) -> usize {
        let logs = ["1", "2", "3"].map(|name| fs::read_to_string(self.dir.path().join(name)));
        logs.iter().flatten().map(|log| log.matches(message).count()).sum()
    }

    fn created(&self) -> u64 {
        self.sim.stats().by_operation.get("comments.create").copied().unwrap_or(0)
    }

    fn count(&self, set: &str) -> usize {
        self.server.cli(&["SCARD", &format!("frameio-jobs:{set}")])
    }

    async fn wait(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let start = Instant::now();
        while !holds() {
            if start.elapsed() > Duration::from_secs(90) {
                let (done, dead) = (self.count("done"), self.count("dead"));
                let log = fs::read_to_string(self.dir.path().join("2")).unwrap();
                let tail = log.lines().rev().take(20).collect::<Vec<_>>().join("\n");
                panic!("not in 90 s: {what}; {done} done, {dead} dead, {}\n{tail}", self.created());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn terminate(process: &mut Child) -> ExitStatus {
    let id = process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    process.wait().unwrap()
}

/// Creates the files to comment on and to upload. Returns the jobs, one in each line.
async fn jobs(client: &Client, sim: &Sim, dir: &Path) -> String {
    let demo = sim.demo();
    let mut jobs = Vec::new();
    for number in 0..FILES {
        let (account, folder) = (&demo.account_id, &demo.root_folder_id);
        let upload = CreateLocalUpload::new(account, folder, format!("{number}.mov"), 1_u64);
        let file = client.send(upload).await.unwrap().id;
        jobs.extend((0..COMMENTS_OF_A_FILE).map(|comment| {
            json!({ "kind": "comment", "file_id": file, "text": format!("{number}/{comment}") })
        }));
    }
    for number in 0..UPLOADS {
        let path: PathBuf = dir.join(format!("upload-{number}.txt"));
        fs::write(&path, format!("upload {number}")).unwrap();
        let folder = &demo.root_folder_id;
        // Between the comments, so that some are interrupted.
        let job = json!({ "kind": "upload", "folder_id": folder, "path": path });
        jobs.insert(number * jobs.len() / UPLOADS, job);
    }
    jobs.iter().map(|job| format!("{job}\n")).collect()
}

/// Returns how often each comment and each uploaded file exists at the service.
async fn results(client: &Client, sim: &Sim) -> BTreeMap<String, usize> {
    let demo = sim.demo();
    let mut found = BTreeMap::new();
    let list = ListFolderChildren::new(&demo.account_id, &demo.root_folder_id).page_size(100);
    let children: Vec<_> = client.items(list).try_collect().await.unwrap();
    for file in children.iter().filter_map(|asset| asset.as_file()) {
        if file.name.starts_with("upload-") {
            *found.entry(file.name.clone()).or_default() += 1;
        } else if file.name.trim_end_matches(".mov").parse::<usize>().is_ok() {
            let list = ListComments::new(&demo.account_id, &file.id).page_size(100_u32);
            let comments: Vec<_> = client.items(list).try_collect().await.unwrap();
            for comment in comments {
                *found.entry(comment.text).or_default() += 1;
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_and_a_restarted_redis_lose_no_job() {
    let quota = |calls| Quota::new(calls, Duration::from_secs(5)).unwrap();
    let sim = Sim::builder()
        // 80 a second after a burst of 400.
        .quota("comments.create", quota(400))
        .quota("files.create_local_upload", quota(5_000))
        .build();
    let http = sim.serve().await.unwrap();
    let mut fleet = Fleet::new(&sim, http.url());
    // Unlimited: its calls are not those of the fleet, and are made before and after it.
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let jobs = jobs(&client, &sim, fleet.dir.path()).await;

    let mut workers = ["1", "2", "3"].map(|name| fleet.worker(name));
    fleet.push(&jobs);
    fleet.wait("500 comments", || fleet.created() >= 500).await;
    workers[0].kill().unwrap();
    workers[0].wait().unwrap();
    // Lines that were queued before are skipped.
    fleet.push(&jobs);
    fleet.wait("1000 comments", || fleet.created() >= 1_000).await;
    fleet.server.kill();
    fleet.server.restart();
    // Given up: a file that does not exist, and a job of a newer version.
    fleet
        .push(&json!({ "kind": "comment", "file_id": "no-such-file", "text": "lost" }).to_string());
    fleet.queue_unknown_job();
    fleet.wait("all jobs", || fleet.count("done") + fleet.count("dead") >= JOBS + 2).await;

    for worker in &mut workers[1..] {
        assert!(terminate(worker).success());
    }
    let unfinished: Vec<String> = fleet.server.cli(&["KEYS", "frameio-jobs:inflight:*"]);
    assert_eq!(unfinished, [""; 0], "jobs of workers that have stopped");
    assert_eq!((fleet.count("done"), fleet.count("dead")), (JOBS, 2));
    let dead = fleet.output("dead");
    for expected in ["404 Not Found", "tape", "the kind of the job is unknown"] {
        assert!(dead.contains(expected), "{dead}");
    }
    fleet.output("retry");
    assert_eq!(fleet.count("dead"), 1, "an unknown job is kept as it is");

    assert_eq!(sim.stats().rate_limited, BTreeMap::new());
    let found = results(&client, &sim).await;
    assert_eq!(found.len(), JOBS, "each job was done");
    let twice = found.values().map(|count| count - 1).sum::<usize>();
    let reported = fleet.logged("comment was created twice");
    assert!(twice <= reported, "{twice} duplicates, {reported} reported");
    eprintln!(
        "{JOBS} jobs: {} found done by an earlier run, {twice} done twice, {} runs failed",
        fleet.logged("an earlier run created it"),
        fleet.logged("job failed and is queued again"),
    );
}
