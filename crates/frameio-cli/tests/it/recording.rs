//! `frameio record`, `frameio verify` and `frameio sim --cassette`.

use std::path::Path;

use frameio_sim::{Sim, SimServer};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::comments::demo;
use crate::program::{Ended, end, offline, program, run};

const FRAMEIO: &str = env!("CARGO_BIN_EXE_frameio");

/// Records a command to a file.
async fn record(server: &SimServer, file: &Path, command: &[&str]) -> Ended {
    let mut recorded = program(server);
    recorded.args(["record", "-o"]).arg(file).arg("--").args(command);
    recorded.env("FRAMEIO_CLIENT_SECRET", "s3cret-canary");
    end(recorded, None).await
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_a_command_without_personal_data() {
    let (sim, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("tree.jsonl");
    let plain = run(&server, &["tree", "/Film/The Crossing"]).await;
    let direct = sim.requests().len();
    let recorded = record(&server, &file, &[FRAMEIO, "tree", "/Film/The Crossing"]).await;
    assert_eq!((recorded.status, &recorded.stdout), (0, &plain.stdout), "{recorded:?}");
    let note = format!("frameio: recorded {direct} requests in '{}'\n", file.display());
    assert_eq!(recorded.stderr, note);
    let text = read(&file);
    for canary in
        [Sim::TOKEN, "frameio-record-", "The Crossing", "Dailies", "127.0.0.1", "f1a0-4000"]
    {
        assert!(!text.contains(canary), "{canary} in {text}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let path = file.to_str().unwrap();
    let mut verify = offline();
    verify.args(["verify", "--from", path]);
    let verified = end(verify, None).await;
    verified.succeeded();
    assert!(verified.stdout.contains("Deviations from the contract: 0\n"), "{verified:?}");
    serves_the_recorded_tree(path).await;
}

/// Starts a simulator from a cassette and lists its workspaces.
async fn serves_the_recorded_tree(cassette: &str) {
    let mut sim = offline();
    sim.args(["sim", "--cassette", cassette]).stdout(std::process::Stdio::piped());
    let mut sim = sim.spawn().unwrap();
    let mut lines = BufReader::new(sim.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let mut workspaces = offline();
    workspaces.args(["ls", "/"]).env("FRAMEIO_TOKEN", Sim::TOKEN);
    workspaces.env("FRAMEIO_BASE_URL", line.strip_prefix("FRAMEIO_BASE_URL=").unwrap());
    let listed = end(workspaces, None).await;
    assert!(listed.stdout.contains("name-"), "{listed:?}");
    sim.kill().await.unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_command_gets_no_credentials_and_the_proxy_accepts_only_its_token() {
    let (sim, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("out.jsonl");
    let script = "echo \"$FRAMEIO_TOKEN $FRAMEIO_CLIENT_SECRET\"";
    let printed = record(&server, &file, &["sh", "-c", script]).await;
    assert!(printed.stdout.starts_with("frameio-record-"), "{printed:?}");
    assert!(!printed.stdout.contains("canary") && !printed.stdout.contains(Sim::TOKEN));

    let script = format!("FRAMEIO_TOKEN=another '{FRAMEIO}' whoami");
    let refused = record(&server, &file, &["sh", "-c", &script]).await;
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.stderr.contains("'sh' failed: exit status: 3"), "{refused:?}");
    assert_eq!(sim.requests().len(), 0);
    assert_eq!(read(&file).lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_cannot_run_is_named() {
    let (_, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    let missing = record(&server, &directory.path().join("a"), &["no-such-command"]).await;
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("cannot run 'no-such-command': "), "{missing:?}");
    let unwritable = record(&server, directory.path(), &[FRAMEIO, "whoami"]).await;
    assert_eq!(unwritable.status, 2);
    assert!(unwritable.stderr.contains("cannot write '"), "{unwritable:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn verifies_an_account_and_removes_what_it_writes() {
    let (sim, server) = demo().await;
    let before = |sim: &Sim| -> serde_json::Value {
        let state: serde_json::Value = serde_json::from_str(&sim.state().to_string()).unwrap();
        state["state"]["folders"].clone()
    };
    let folders = before(&sim);
    let arguments = ["verify", "--samples", "1", "--max-calls", "80", "--json", "--write-to"];
    let mut arguments = arguments.to_vec();
    arguments.push("/Film/The Crossing/Dailies");
    let verified = run(&server, &arguments).await;
    let report = verified.json();
    assert_eq!(report["deviations"], serde_json::json!([]), "{verified:?}");
    let findings = report["findings"].as_array().unwrap();
    let written = findings.iter().any(|it| it["question"] == "new_stack_head");
    assert!(written && report["calls"].as_u64() > Some(40), "{verified:?}");
    assert_eq!(before(&sim), folders);
    assert!(!verified.stdout.contains("Crossing") && !verified.stdout.contains("@example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deviation_is_the_exit_status() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("deviating.jsonl");
    let me = r#"{"n":1,"request":{"method":"GET","target":"/v4/me"},"response":{"status":302}}"#;
    std::fs::write(&file, format!("{{\"frameio_cassette\":1}}\n{me}\n")).unwrap();
    let verify = |arguments: &[&str]| {
        let mut command = offline();
        command.args(["verify", "--from"]).arg(&file).args(arguments);
        end(command, None)
    };
    let verified = verify(&[]).await;
    assert_eq!((verified.status, verified.stderr.as_str()), (10, ""), "{verified:?}");
    let line = "users.show: status at the response: expected 200, found 302 (not decoded; 1 times)";
    assert!(verified.stdout.contains(line), "{verified:?}");
    assert_eq!(verify(&["--write-to", "/Film/The Crossing"]).await.status, 2);
    std::fs::write(&file, "{}").unwrap();
    let error = verify(&[]).await;
    assert!(error.failed(2).contains("line 1: missing field"), "{error:?}");
}
