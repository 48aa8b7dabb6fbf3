//! Quotas that several processes share.

use std::path::Path;
use std::time::Duration;

use frameio::Quota;
use frameio_sim::{Sim, SimServer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::batch::{comment, file};
#[cfg(unix)]
use crate::program::wait_until;
use crate::program::{Ended, end, program, run, serve};

/// A simulator with a small quota, a file to comment on, and a directory for the shared quotas.
struct Fleet {
    sim: Sim,
    server: SimServer,
    file: Value,
    directory: TempDir,
}

impl Fleet {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// Creates a fleet whose first process has more settings.
    async fn with(prepare: impl Fn(&mut Command)) -> Self {
        let quota = Quota::new(20, Duration::from_secs(1)).unwrap();
        let sim = Sim::builder().quota("comments.create", quota).build();
        let server = sim.serve().await.unwrap();
        let file = file(&sim, &server).await;
        let fleet = Self { sim, server, file, directory: tempfile::tempdir().unwrap() };
        // The processes learn the quota from the first response.
        let input = comment(&fleet.sim, &fleet.file, "first")["input"].to_string();
        let mut first = fleet.command(&["call", "comments.create", "--input", &input]);
        prepare(&mut first);
        end(first, None).await.succeeded_in_json();
        fleet
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(&self.server);
        command
            .env_remove("FRAMEIO_QUOTA_STORE")
            .env("FRAMEIO_CONFIG_DIR", self.directory.path())
            .args(arguments);
        command
    }

    async fn run(&self, arguments: &[&str]) -> Ended {
        end(self.command(arguments), None).await
    }

    /// Writes a file of jobs and returns the command that runs them.
    fn batch(&self, name: &str, jobs: usize) -> Command {
        let path = self.directory.path().join(name);
        let lines = (0..jobs)
            .map(|job| format!("{}\n", comment(&self.sim, &self.file, &format!("{name} {job}"))));
        std::fs::write(&path, lines.collect::<String>()).unwrap();
        let mut command = self.command(&["batch", "--max-retries", "0"]);
        command.arg(path);
        command
    }

    fn created(&self) -> usize {
        let requests = self.sim.requests();
        requests.iter().filter(|it| it.operation == Some("comments.create")).count()
    }

    fn throttled(&self) -> usize {
        self.sim
            .requests()
            .iter()
            .filter(|it| it.status == Some(http::StatusCode::TOO_MANY_REQUESTS))
            .count()
    }
}

impl Ended {
    #[track_caller]
    fn succeeded_in_json(&self) {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
    }
}

/// Runs three batches at once, which all succeed.
async fn run_three(fleet: &Fleet, prepare: impl Fn(&mut Command)) {
    let [a, b, c] = ["a", "b", "c"].map(|name| {
        let mut command = fleet.batch(name, 20);
        prepare(&mut command);
        end(command, None)
    });
    let (a, b, c) = tokio::join!(a, b, c);
    for ended in [a, b, c] {
        assert_eq!(ended.status, 0, "{ended:?}");
    }
    assert_eq!((fleet.created(), fleet.throttled()), (61, 0));
}

#[tokio::test]
async fn three_batches_at_once_stay_within_one_quota() {
    let fleet = Fleet::new().await;
    run_three(&fleet, |_| ()).await;
    let saved = fleet.directory.path().join("state/quotas").metadata().unwrap();
    assert!(saved.len() <= 64 << 10, "{}", saved.len());
}

#[cfg(unix)]
#[tokio::test]
async fn a_killed_process_neither_blocks_nor_loses_the_quota() {
    let fleet = Fleet::new().await;
    let mut killed = fleet.batch("a", 100).spawn().unwrap();
    wait_until(|| fleet.created() > 10).await;
    killed.kill().await.unwrap();
    let before = fleet.created();
    let ended = end(fleet.batch("b", 20), None).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(fleet.created() >= before + 20);
    assert_eq!(fleet.throttled(), 0);
}

#[tokio::test]
async fn without_a_writable_directory_the_process_has_its_own_quota() {
    let fleet = Fleet::new().await;
    let state = fleet.directory.path().join("state");
    std::fs::remove_dir_all(&state).unwrap();
    std::fs::write(&state, "not a directory").unwrap();
    let ended = fleet.run(&["whoami", "--json"]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stderr.contains("quotas are not shared with other processes"), "{ended:?}");
    let silent = fleet.run(&["whoami", "--json", "--quota-store", "none"]).await;
    assert_eq!(silent.stderr, "", "{silent:?}");
    let doctor = fleet.run(&["doctor", "--json"]).await;
    assert_eq!(doctor.status, 1, "{doctor:?}");
    for cause in ["\"directory_not_writable\"", "\"quota_store\""] {
        assert!(doctor.stdout.contains(cause), "{cause}: {doctor:?}");
    }
}

#[tokio::test]
async fn the_doctor_shows_the_shared_quotas() {
    let fleet = Fleet::new().await;
    let report = fleet.run(&["doctor"]).await;
    assert!(report.stdout.contains("shared by the processes of this machine"), "{report:?}");
    // The first call filled a twentieth of the bucket, which may have leaked away.
    assert!(report.stdout.contains("quota "), "{report:?}");
}

fn secret_file(directory: &Path, text: &str) -> String {
    let path = directory.join("store");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn passwords_of_the_store_are_never_printed() {
    let (_, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    // A port on which nothing listens.
    let url = "redis://:s3cret@127.0.0.1:9/0";
    let path = secret_file(directory.path(), &format!("{url}\n"));
    let mut by_variable = program(&server);
    by_variable.args(["doctor", "--timeout", "5"]).env("FRAMEIO_QUOTA_STORE", url);
    let mut whoami = program(&server);
    whoami.args(["whoami", "--max-retries", "0"]).env("FRAMEIO_QUOTA_STORE", url);
    let runs = [
        end(by_variable, None).await,
        end(whoami, None).await,
        run(&server, &["doctor", "--quota-store-file", &path]).await,
        run(&server, &["doctor", "--quota-store", url]).await,
        run(&server, &["whoami", "--quota-store", "s3cret@host"]).await,
        run(&server, &["profile", "set", "--quota-store", url]).await,
    ];
    let reason = "the quota store is unavailable: cannot use Redis at 127.0.0.1:9: ";
    assert!(runs[1].failed(9).contains(reason), "{:?}", runs[1]);
    for ended in runs {
        assert_ne!(ended.status, 0, "{ended:?}");
        assert!(!ended.stdout.contains("s3cret") && !ended.stderr.contains("s3cret"), "{ended:?}");
    }
    let invalid = run(&server, &["whoami", "--quota-store", "memcached://host"]).await;
    assert!(invalid.failed(2).contains("such as redis://127.0.0.1:6379"), "{invalid:?}");
}

#[tokio::test]
async fn a_profile_can_choose_the_store() {
    let (_, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    let command = |arguments: &[&str]| {
        let mut command = program(&server);
        command
            .env_remove("FRAMEIO_QUOTA_STORE")
            .env("FRAMEIO_CONFIG_DIR", directory.path())
            .args(arguments);
        command
    };
    end(command(&["profile", "set", "--quota-store", "none"]), None).await.succeeded();
    let list = end(command(&["profile", "list", "--json"]), None).await;
    assert_eq!(list.lines()[0]["quota_store"], json!("none"), "{list:?}");
    end(command(&["ls", "/"]), None).await.succeeded_in_json();
    assert!(!directory.path().join("state").exists());
    end(command(&["profile", "set", "--quota-store", ""]), None).await.succeeded();
    end(command(&["ls", "/"]), None).await.succeeded_in_json();
    assert!(directory.path().join("state/quotas").exists());
}

/// Tests with a real server, which `tests/redis/run` runs.
#[cfg(unix)]
mod redis {
    use std::net::{TcpListener, TcpStream};
    use std::process::Stdio;

    use super::*;

    /// Machines have no common directory.
    #[tokio::test]
    #[ignore = "requires redis-server; see tests/redis/run"]
    async fn three_machines_stay_within_one_quota() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let directory = tempfile::tempdir().unwrap();
        let _server = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--requirepass", "s3cret"])
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server not found: run tests/redis/run, which installs it");
        wait_until(|| TcpStream::connect(("127.0.0.1", port)).is_ok()).await;
        let store = format!("redis://:s3cret@127.0.0.1:{port}");
        let machines = tempfile::tempdir().unwrap();
        let on_redis = |command: &mut Command| {
            let machine = tempfile::tempdir_in(machines.path()).unwrap().keep();
            command.env("FRAMEIO_QUOTA_STORE", &store).env("FRAMEIO_CONFIG_DIR", machine);
        };
        let fleet = Fleet::with(on_redis).await;
        run_three(&fleet, on_redis).await;
        let mut doctor = fleet.command(&["doctor"]);
        on_redis(&mut doctor);
        let report = end(doctor, None).await;
        assert!(report.stdout.contains("which responds"), "{report:?}");
        assert!(!report.stdout.contains("s3cret"), "{report:?}");
    }
}
