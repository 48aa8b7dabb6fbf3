//! A simulator and a directory for the commands that transfer files.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use frameio_sim::{Sim, SimServer};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::program::{Ended, end, interrupt, program, wait_until};

pub(crate) const ROOT: &str = "/Demo Workspace/Demo Project";

/// A simulator whose upload parts have at most ten bytes by default, and a working directory.
pub(crate) struct Fixture {
    pub(crate) sim: Sim,
    server: SimServer,
    pub(crate) directory: TempDir,
}

impl Fixture {
    pub(crate) async fn new(files: &[(&str, usize)]) -> Self {
        Self::with_parts_of(10, files).await
    }

    /// Creates a fixture whose upload parts have at most this number of bytes.
    pub(crate) async fn with_parts_of(bytes: u64, files: &[(&str, usize)]) -> Self {
        let sim = Sim::builder().quotas(false).part_size(bytes).build();
        let server = sim.serve().await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        for (path, length) in files {
            let path = directory.path().join("in").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content(*length)).unwrap();
        }
        Self { sim, server, directory }
    }

    /// Returns a command that runs in the directory.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(&self.server);
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("FRAMEIO_CONFIG_DIR", self.directory.path().join("config"));
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        end(self.command(arguments), None).await
    }

    /// Runs the program, and interrupts it when a condition holds.
    #[cfg(unix)]
    pub(crate) async fn interrupted(&self, arguments: &[&str], ready: impl Fn() -> bool) -> Ended {
        let mut command = self.command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until(ready).await;
        interrupt(&child.id().unwrap().to_string()).await;
        let output = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output()).await;
        let output = output.expect("the program ends").unwrap();
        Ended {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.directory.path().join(path)).unwrap()
    }

    /// Returns the manifests of unfinished uploads.
    pub(crate) fn manifests(&self) -> Vec<PathBuf> {
        let is_manifest = |path: &PathBuf| path.extension().is_some_and(|it| it == "upload");
        self.state().into_iter().filter(is_manifest).collect()
    }

    /// Returns all files that runs keep about uploads.
    pub(crate) fn state(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.directory.path().join("config/state/uploads"));
        entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
    }

    pub(crate) fn calls(&self, operation: &str) -> u64 {
        self.sim.stats().by_operation.get(operation).copied().unwrap_or_default()
    }

    /// Returns the paths of all items in the project.
    pub(crate) async fn remote_paths(&self) -> Vec<String> {
        let ended = self.run(&["tree", ROOT, "--json"]).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        let below = |path: &str| path.strip_prefix(ROOT).unwrap().to_owned();
        let mut paths: Vec<_> =
            ended.lines().iter().map(|it| below(it["path"].as_str().unwrap())).collect();
        paths.sort();
        paths
    }
}

pub(crate) fn content(length: usize) -> Vec<u8> {
    (0..length).map(|n| u8::try_from((n * 31 + n / 251) % 251).unwrap()).collect()
}

/// Returns the line about a path, and the summary in the last line.
#[track_caller]
pub(crate) fn line_and_summary(ended: &Ended, path: &str) -> (Value, Value) {
    let lines = ended.lines();
    let line = lines.iter().find(|line| line["remote"] == path);
    let line = line.unwrap_or_else(|| panic!("{path}: {ended:?}"));
    (line.clone(), lines.last().unwrap()["summary"].clone())
}
