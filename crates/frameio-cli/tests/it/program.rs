//! Runs of the program.

use std::process::Stdio;
use std::time::Duration;

use frameio_sim::{Sim, SimServer};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Returns the program with the environment of a server and no other settings.
pub(crate) fn program(server: &SimServer) -> Command {
    let mut command = offline();
    command.env("FRAMEIO_BASE_URL", server.url()).env("FRAMEIO_TOKEN", Sim::TOKEN);
    command
}

/// Returns the program without a server.
pub(crate) fn offline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frameio"));
    command
        .env_remove("FRAMEIO_BASE_URL")
        .env_remove("FRAMEIO_TOKEN")
        .env_remove("FRAMEIO_WEBHOOK_SECRET")
        .env_remove("FRAMEIO_PROFILE")
        .env_remove("FRAMEIO_CLIENT_ID")
        .env_remove("FRAMEIO_CLIENT_SECRET")
        .env_remove("FRAMEIO_IMS_URL")
        .env_remove("RUST_LOG")
        .env_remove("FRAMEIO_COMPLETE")
        .env_remove("FRAMEIO_QUOTA_STORE_FILE")
        .env_remove("FRAMEIO_CWD")
        .env_remove("NO_COLOR")
        // A later server may have the same port, and tests count requests.
        .env("FRAMEIO_NO_CACHE", "1")
        .env("FRAMEIO_QUOTA_STORE", "none")
        .env_remove("COLUMNS")
        .env("TZ", "UTC")
        // Hides the profiles and the keyring of the user who runs the tests.
        .env("FRAMEIO_CONFIG_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/none"))
        .env("FRAMEIO_INSECURE_STORAGE", "1")
        .env("NO_PROXY", "*")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Result of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Returns the JSON on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Asserts that the run succeeded and printed no errors.
    #[track_caller]
    pub(crate) fn succeeded(&self) {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
    }

    /// Returns the lines of JSON on standard output.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Asserts that the run failed with this status, and returns its only line, the error.
    #[track_caller]
    pub(crate) fn failed(&self, status: i32) -> &str {
        assert_eq!((self.status, self.stdout.as_str()), (status, ""), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        self.stderr.trim_end()
    }
}

pub(crate) async fn end(command: Command, input: Option<&str>) -> Ended {
    run_to_end(command, input.map(str::as_bytes)).await
}

/// Runs a command to its end with these bytes on standard input.
pub(crate) async fn end_with(command: Command, input: &[u8]) -> Ended {
    run_to_end(command, Some(input)).await
}

async fn run_to_end(mut command: Command, input: Option<&[u8]>) -> Ended {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().unwrap();
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        // Ignores the error of a run that fails before it reads.
        drop(stdin.write_all(input).await);
    }
    let ended = tokio::time::timeout(Duration::from_secs(120), child.wait_with_output()).await;
    let output = ended.expect("the program ends").unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended {
        status: output.status.code().unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Runs the program to its end.
pub(crate) async fn run(server: &SimServer, arguments: &[&str]) -> Ended {
    let mut command = program(server);
    command.args(arguments);
    end(command, None).await
}

/// Serves a simulator without quotas.
pub(crate) async fn serve() -> (Sim, SimServer) {
    let sim = Sim::builder().quotas(false).build();
    let server = sim.serve().await.unwrap();
    (sim, server)
}

/// Sends the signal of Ctrl-C.
#[cfg(unix)]
pub(crate) async fn interrupt(id: &str) {
    let sent = tokio::process::Command::new("kill").args(["-INT", id]).status().await.unwrap();
    assert!(sent.success());
}

/// Polls until a condition holds, for a limited time.
pub(crate) async fn wait_until(ready: impl Fn() -> bool) {
    for _ in 0..2000 {
        if ready() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("it did not come to that");
}
