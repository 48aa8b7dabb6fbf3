//! `frameio sim`.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};

use crate::program::{Ended, end, offline};

/// A local Frame.io that runs.
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

    /// Asks it by HTTP as simple as can be; gives the JSON of the answer.
    async fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(self.address()).await.unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
             content-length: {length}\r\n\r\n{body}",
            self.address()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
        serde_json::from_str(body).unwrap()
    }

    /// Sends a signal, and waits for the end; gives the status and standard error.
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
async fn it_is_called_controlled_and_interrupted() {
    let sim = Running::start(&[]).await;
    assert!(sim.address().starts_with("127.0.0.1:"), "{}", sim.url);
    let me = sim.frameio(&["call", "users.show"]).await.json();
    let demo = sim.ask("GET", "/_sim/demo", "").await;
    assert_eq!(me["data"]["id"], demo["user_id"]);
    assert_eq!(demo["tokens"]["user"], sim.token.as_str());

    let fault = json!({"fault": "users.show=404"}).to_string();
    sim.ask("POST", "/_sim/faults", &fault).await;
    sim.frameio(&["call", "users.show"]).await.failed(5);
    let stats = sim.ask("GET", "/_sim/stats", "").await;
    assert_eq!(stats["by_status"], json!({"200": 1, "404": 1}));
    assert_eq!(sim.ask("POST", "/_sim/reset", "").await, demo);
    assert_eq!(sim.ask("GET", "/_sim/stats", "").await["requests"], 0);
    assert_eq!(sim.signal("INT").await, (Some(0), String::new()));
}

#[cfg(unix)]
#[tokio::test]
async fn it_is_as_its_arguments_say() {
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
    let demo = sim.ask("GET", "/_sim/demo", "").await;
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
async fn what_it_remembers_is_in_its_file() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.json");
    let arguments = ["--state", file.to_str().unwrap()];
    let sim = Running::start(&arguments).await;
    let demo = sim.ask("GET", "/_sim/demo", "").await;
    let input = json!({
        "account_id": demo["account_id"],
        "folder_id": demo["root_folder_id"],
        "data": {"name": "Kept"},
    });
    let made = sim.frameio(&["call", "folders.create", "--input", &input.to_string()]).await.json();
    assert_eq!(sim.signal("TERM").await, (Some(0), String::new()));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing beside it");

    let before = std::fs::read_to_string(&file).unwrap();
    let sim = Running::start(&arguments).await;
    assert_eq!(sim.ask("GET", "/_sim/demo", "").await, demo);
    let input = json!({"account_id": demo["account_id"], "folder_id": made["data"]["id"]});
    let shown = sim.frameio(&["call", "folders.show", "--input", &input.to_string()]).await.json();
    assert_eq!(shown["data"], made["data"]);
    assert_eq!(sim.signal("INT").await, (Some(0), String::new()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
}

#[cfg(unix)]
#[tokio::test]
async fn a_state_that_cannot_be_saved_is_told_by_a_line_and_the_status() {
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
        assert!(file.is_file(), "it is there from the start");
        spoil(&file);
        let (status, stderr) = sim.signal("TERM").await;
        assert_eq!((status, stderr.lines().count()), (Some(1), 1), "{stderr}");
        let told = format!("frameio: --state {}: the state was not saved: ", file.display());
        assert!(stderr.starts_with(&told), "{stderr}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn it_warns_when_others_can_reach_it() {
    let sim = Running::start(&["--listen=0.0.0.0:0", "--storage=count"]).await;
    assert!(sim.address().starts_with("127.0.0.1:"), "{}", sim.url);
    sim.frameio(&["call", "users.show"]).await.json();
    let (status, stderr) = sim.signal("TERM").await;
    assert_eq!((status, stderr.lines().count()), (Some(0), 1), "{stderr}");
    assert!(stderr.starts_with("frameio: other machines can reach it at 0.0.0.0:"), "{stderr}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_second_signal_ends_it_while_an_answer_is_under_way() {
    let mut sim = Running::start(&["--fault=delay-600s"]).await;
    let mut stream = TcpStream::connect(sim.address()).await.unwrap();
    stream.write_all(b"GET /v4/me HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    while sim.ask("GET", "/_sim/faults", "").await != json!({"faults": []}) {}
    let id = sim.child.id().unwrap().to_string();
    let begun = Instant::now();
    let status = loop {
        Command::new("kill").args(["-s", "TERM", &id]).status().await.unwrap();
        if let Some(status) = sim.child.try_wait().unwrap() {
            break status;
        }
    };
    assert_eq!(status.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(5), "it did not wait any longer");
}

#[tokio::test]
async fn what_is_wrong_is_told_in_a_line() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let file = tempfile::NamedTempFile::new().unwrap();
    let file = file.path().to_str().unwrap();
    let nowhere = &format!("{file}.none/state.json");
    let dangling = tempfile::NamedTempFile::new().unwrap();
    let text = r#"{"version": 1, "state": {"files": [{"name": "a", "parent_id": "x"}]}}"#;
    std::fs::write(dangling.path(), text).unwrap();
    let dangling = dangling.path().to_str().unwrap();
    for (arguments, told) in [
        (["--listen", &taken], &*format!("frameio: --listen {taken}: ")),
        (["--listen", "here"], "frameio: --listen here: expected an address and a port"),
        (["--fault", "files.shwo=503"], "frameio: --fault 'files.shwo=503': `files.shwo` is no"),
        (["--state", file], &*format!("frameio: --state {file}: EOF while parsing")),
        (["--state", nowhere], &*format!("frameio: --state {nowhere}: ")),
        (
            ["--state", dangling],
            &*format!(
                "frameio: --state {dangling}: /state/files/0/parent_id: no 'x' in \
                 'state.folders' or 'state.version_stacks': add it, or use an existing id"
            ),
        ),
        (["--token", "two words"], "frameio: --token: a token consists of"),
        (["--token", ""], "frameio: --token: a token consists of"),
        (["--storage", file], &*format!("frameio: --storage {file}: ")),
    ] {
        let mut command = offline();
        command.arg("sim").args(arguments);
        let ended = end(command, None).await;
        assert!(ended.failed(2).starts_with(told), "{ended:?}");
    }
    let mut command = offline();
    command.args(["sim", "--part-size", "0"]);
    assert_eq!(end(command, None).await.status, 2);
}
