//! `frameio sim`.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};

use crate::program::{Ended, end, offline};

/// A running `frameio sim`.
struct Running {
    child: Child,
    rest: Lines<BufReader<ChildStdout>>,
    url: String,
    token: String,
}

impl Running {
    async fn start(arguments: &[&str]) -> Self {
        let mut command = offline();
        command.arg("sim").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut value = async |name: &str| {
            let line = lines.next_line().await.unwrap().unwrap();
            line.strip_prefix(name).unwrap_or_else(|| panic!("{line}")).to_owned()
        };
        let url = value("FRAMEIO_BASE_URL=").await;
        let token = value("FRAMEIO_TOKEN=").await;
        Self { child, rest: lines, url, token }
    }

    fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Runs the program against it.
    async fn frameio(&self, arguments: &[&str]) -> Ended {
        let mut command = offline();
        command.env("FRAMEIO_BASE_URL", &self.url).env("FRAMEIO_TOKEN", &self.token);
        command.args(arguments);
        end(command, None).await
    }

    /// Sends an HTTP request, and returns the JSON of the response.
    async fn request(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(self.address()).await.unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
             content-length: {length}\r\n\r\n{body}",
            self.address()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{response}");
        serde_json::from_str(body).unwrap()
    }

    /// Sends a signal and waits for the end. Returns the status and standard error.
    async fn signal(mut self, name: &str) -> (Option<i32>, String) {
        let id = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.unwrap();
        assert!(sent.success());
        assert_eq!(self.rest.next_line().await.unwrap(), None, "nothing but the two lines");
        let ended = self.child.wait_with_output().await.unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    }
}

#[cfg(unix)]
#[tokio::test]
async fn is_called_controlled_and_interrupted() {
    let sim = Running::start(&[]).await;
    assert!(sim.address().starts_with("127.0.0.1:"), "{}", sim.url);
    let me = sim.frameio(&["call", "users.show"]).await.json();
    let demo = sim.request("GET", "/_sim/demo", "").await;
    assert_eq!(me["data"]["id"], demo["user_id"]);
    assert_eq!(demo["tokens"]["user"], sim.token.as_str());

    let fault = json!({"fault": "users.show=404"}).to_string();
    sim.request("POST", "/_sim/faults", &fault).await;
    sim.frameio(&["call", "users.show"]).await.failed(5);
    let stats = sim.request("GET", "/_sim/stats", "").await;
    assert_eq!(stats["by_status"], json!({"200": 1, "404": 1}));
    assert_eq!(sim.request("POST", "/_sim/reset", "").await, demo);
    assert_eq!(sim.request("GET", "/_sim/stats", "").await["requests"], 0);
    assert_eq!(sim.signal("INT").await, (Some(0), String::new()));
}

#[cfg(unix)]
#[tokio::test]
async fn applies_its_arguments() {
    let directory = tempfile::tempdir().unwrap();
    let storage = directory.path().join("bytes");
    let sim = Running::start(&[
        "--token=t0ken",
        "--no-quotas",
        "--part-size=4",
        "--seed=7",
        "--fault=users.show=404",
        "--fault=users.show=403:next1",
        "--storage",
        storage.to_str().unwrap(),
    ])
    .await;
    assert_eq!(sim.token, "t0ken");
    assert!(storage.is_dir());
    sim.frameio(&["call", "users.show"]).await.failed(5);
    sim.frameio(&["call", "users.show"]).await.failed(4);
    sim.frameio(&["call", "users.show"]).await.json();
    let demo = sim.request("GET", "/_sim/demo", "").await;
    let input = json!({
        "account_id": demo["account_id"],
        "folder_id": demo["root_folder_id"],
        "data": {"name": "clip.mp4", "file_size": 10},
    });
    let input = input.to_string();
    let made = sim.frameio(&["call", "files.create_local_upload", "--input", &input]).await.json();
    assert_eq!(made["data"]["upload_urls"].as_array().unwrap().len(), 3);
    assert_eq!(sim.signal("TERM").await, (Some(0), String::new()));
}

#[cfg(unix)]
#[tokio::test]
async fn saves_its_state_and_loads_it() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.json");
    let arguments = ["--state", file.to_str().unwrap()];
    let sim = Running::start(&arguments).await;
    let demo = sim.request("GET", "/_sim/demo", "").await;
    let input = json!({
        "account_id": demo["account_id"],
        "folder_id": demo["root_folder_id"],
        "data": {"name": "Kept"},
    });
    let made = sim.frameio(&["call", "folders.create", "--input", &input.to_string()]).await.json();
    assert_eq!(sim.signal("TERM").await, (Some(0), String::new()));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file");

    let before = std::fs::read_to_string(&file).unwrap();
    let sim = Running::start(&arguments).await;
    assert_eq!(sim.request("GET", "/_sim/demo", "").await, demo);
    let input = json!({"account_id": demo["account_id"], "folder_id": made["data"]["id"]});
    let shown = sim.frameio(&["call", "folders.show", "--input", &input.to_string()]).await.json();
    assert_eq!(shown["data"], made["data"]);
    assert_eq!(sim.signal("INT").await, (Some(0), String::new()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
}

#[cfg(unix)]
#[tokio::test]
async fn fails_if_the_state_cannot_be_saved() {
    let directory = tempfile::tempdir().unwrap();
    let [vanished, in_place] = ["vanished", "in-place"].map(|name| directory.path().join(name));
    std::fs::create_dir(&vanished).unwrap();
    std::fs::create_dir(&in_place).unwrap();
    for (directory, spoil) in [
        (&vanished, (|file| std::fs::remove_dir_all(file.parent().unwrap()).unwrap()) as fn(&Path)),
        (&in_place, |file| {
            std::fs::remove_file(file).unwrap();
            std::fs::create_dir(file).unwrap();
        }),
    ] {
        let file = directory.join("state.json");
        let sim = Running::start(&["--state", file.to_str().unwrap()]).await;
        assert!(file.is_file(), "created at the start");
        spoil(&file);
        let (status, stderr) = sim.signal("TERM").await;
        assert_eq!((status, stderr.lines().count()), (Some(1), 1), "{stderr}");
        let message = format!("frameio: cannot save the state to '{}': ", file.display());
        assert!(stderr.starts_with(&message), "{stderr}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn warns_if_other_machines_can_reach_it() {
    let sim = Running::start(&["--listen=0.0.0.0:0", "--storage=count"]).await;
    assert!(sim.address().starts_with("127.0.0.1:"), "{}", sim.url);
    sim.frameio(&["call", "users.show"]).await.json();
    let (status, stderr) = sim.signal("TERM").await;
    assert_eq!((status, stderr.lines().count()), (Some(0), 1), "{stderr}");
    let message = "frameio: warning: other machines can reach the simulator at 0.0.0.0:";
    assert!(stderr.starts_with(message), "{stderr}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_second_signal_stops_it_while_a_response_is_pending() {
    let mut sim = Running::start(&["--fault=delay-600s"]).await;
    let mut stream = TcpStream::connect(sim.address()).await.unwrap();
    stream.write_all(b"GET /v4/me HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    while sim.request("GET", "/_sim/faults", "").await != json!({"faults": []}) {}
    let id = sim.child.id().unwrap().to_string();
    let begun = Instant::now();
    let status = loop {
        Command::new("kill").args(["-s", "TERM", &id]).status().await.unwrap();
        if let Some(status) = sim.child.try_wait().unwrap() {
            break status;
        }
    };
    assert_eq!(status.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(5), "stops without further waiting");
}

#[tokio::test]
async fn reports_invalid_arguments() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let file = tempfile::NamedTempFile::new().unwrap();
    let file = file.path().to_str().unwrap();
    let nowhere = &format!("{file}.none/state.json");
    let dangling = tempfile::NamedTempFile::new().unwrap();
    let text = r#"{"version": 1, "state": {"files": [{"name": "a", "parent_id": "x"}]}}"#;
    std::fs::write(dangling.path(), text).unwrap();
    let dangling = dangling.path().to_str().unwrap();
    for (arguments, message) in [
        (["--listen", &taken], &*format!("cannot listen on '{taken}': address already in use")),
        (["--listen", "here"], "invalid value 'here' for '--listen': expected an address and a"),
        (["--fault", "files.shwo=503"], "invalid value 'files.shwo=503' for '--fault': "),
        (["--state", file], &*format!("invalid value '{file}' for '--state': EOF while parsing")),
        (["--state", nowhere], &*format!("invalid value '{nowhere}' for '--state': ")),
        (
            ["--state", dangling],
            &*format!("invalid value '{dangling}' for '--state': /state/files/0/parent_id: "),
        ),
        (["--token", "two words"], "invalid value 'two words' for '--token': use letters"),
        (["--token", ""], "invalid value '' for '--token': use letters"),
        (["--storage", file], &*format!("cannot create the directory '{file}': file exists")),
    ] {
        let mut command = offline();
        command.arg("sim").args(arguments);
        let ended = end(command, None).await;
        assert!(ended.failed(2).starts_with(&format!("frameio: {message}")), "{ended:?}");
    }
    let mut command = offline();
    command.args(["sim", "--part-size", "0"]);
    assert_eq!(end(command, None).await.status, 2);
}
