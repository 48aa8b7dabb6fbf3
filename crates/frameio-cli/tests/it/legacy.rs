//! `frameio legacy`: the façade as a program.

use std::process::Stdio;

use frameio_sim::{Sim, SimServer};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Child;

use crate::program::program;

struct Legacy {
    child: Child,
    address: String,
    _sim: SimServer,
}

impl Legacy {
    async fn start(sim: Sim, arguments: &[&str]) -> Self {
        let server = sim.serve().await.unwrap();
        let mut command = program(&server);
        command.args(["legacy", "serve"]).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.next_line().await.unwrap().unwrap();
        let address = url.strip_prefix("http://").unwrap().to_owned();
        Self { child, address, _sim: server }
    }

    async fn ask(&self, host: &str, path: &str, token: &str) -> (u16, Value) {
        self.send(&format!("GET {path}"), host, token, "{}").await
    }

    async fn send(&self, target: &str, host: &str, token: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let status = response.split(' ').nth(1).unwrap().parse().unwrap();
        let body = response.split_once("\r\n\r\n").unwrap().1;
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

async fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let server = Sim::new().serve().await.unwrap();
    let mut command = program(&server);
    let output = command.args(["legacy", "serve"]).args(arguments).output().await.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn serves_old_requests_on_the_loopback() {
    let mut legacy = Legacy::start(Sim::new(), &[]).await;
    let (status, me) = legacy.ask(&legacy.address, "/v2/me", "any").await;
    assert_eq!((status, &me["email"]), (200, &"demo@example.com".into()));
    assert_eq!(legacy.ask("rebound.example", "/v2/me", "any").await.0, 403);
    let pid = legacy.child.id().unwrap().to_string();
    tokio::process::Command::new("kill").args(["-INT", &pid]).status().await.unwrap();
    assert_eq!(legacy.child.wait().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn only_listed_tokens_pass() {
    let directory = tempfile::tempdir().unwrap();
    let list = directory.path().join("tokens");
    // That of `test`.
    let sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 ingest\n";
    std::fs::write(&list, sum).unwrap();
    let legacy = Legacy::start(Sim::new(), &["--tokens", list.to_str().unwrap()]).await;
    assert_eq!(legacy.ask(&legacy.address, "/v2/me", "test").await.0, 200);
    assert_eq!(legacy.ask(&legacy.address, "/v2/me", "other").await.0, 401);
}

#[tokio::test]
async fn a_token_is_forwarded() {
    let sim = Sim::builder().legacy_token("fio-u-old").build();
    let legacy = Legacy::start(sim, &["--forward-token"]).await;
    assert_eq!(legacy.ask(&legacy.address, "/v2/me", "fio-u-old").await.0, 200);
    assert_eq!(legacy.ask(&legacy.address, "/v2/me", "fio-u-new").await.0, 401);
}

/// V4, here the simulator, delivers to the façade, and the façade to the receiver of the old program.
#[tokio::test]
async fn a_webhook_of_an_old_program_is_delivered_in_the_old_shape() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("relays.json");
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (listen, url) = (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}"));
    let sim = Sim::new();
    let team = sim.demo().workspace_id;
    let relay = ["--relay", file.to_str().unwrap(), "--register-hooks", "--public-url", &url];
    let legacy = Legacy::start(sim, &[&["--listen", &listen][..], &relay].concat()).await;
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}/hook", receiver.local_addr().unwrap());
    let hook = json!({"name": "h", "url": target, "events": ["project.created"]}).to_string();
    let hooks = format!("POST /v2/teams/{}/hooks", team.as_str());
    let (status, made) = legacy.send(&hooks, &listen, "any", &hook).await;
    assert_eq!((status, &made["url"]), (200, &json!(target)), "{made}");
    let projects = format!("POST /v2/teams/{}/projects", team.as_str());
    let (status, project) = legacy.send(&projects, &listen, "any", r#"{"name": "New"}"#).await;
    assert_eq!(status, 200, "{project}");

    let (mut stream, _) = receiver.accept().await.unwrap();
    let (mut request, mut buffer) = (String::new(), [0; 4096]);
    while !request.ends_with('}') {
        let size = stream.read(&mut buffer).await.unwrap();
        assert!(size > 0, "{request}");
        request.push_str(std::str::from_utf8(&buffer[..size]).unwrap());
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    assert!(request.starts_with("POST /hook "), "{request}");
    let event: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(
        (&event["type"], &event["resource"]["id"]),
        (&json!("project.created"), &project["id"])
    );
    assert_eq!(event["team"]["id"], team.as_str());
    let secret = made["secret"].as_str().unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains(secret));
}

#[tokio::test]
async fn wrong_arguments_are_reported_in_a_line() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let empty = write("empty", "# nothing\n");
    let token = write("token", "fio-u-s3cret\n");
    let relay = write(
        "relay",
        r#"[{"path": "/v2/x", "secret": "s3cret", "target": "x", "target_secret": "s3cret"}]"#,
    );
    let broken = write("broken", r#"[{"secret": "s3cret"}]"#);
    let ids = write("ids", "one\n");
    for (arguments, expected) in [
        (&["--listen", "0.0.0.0:0"][..], "use --tokens or --forward-token"),
        (&["--tokens", &empty], "contains no SHA-256 of a token"),
        (&["--tokens", &token], "line 1: expected a SHA-256"),
        (&["--relay", &relay], "'/v2/x' is not a unique path"),
        (&["--relay", &broken], "not a list of relays"),
        (&["--ids", &ids], "line 1: expected two ids"),
        (&["--max-wait", "soon"], "expected seconds, such as 25s"),
        (&["--register-hooks", "--relay", &ids], "--public-url <URL>"),
    ] {
        let (status, stderr) = refused(arguments).await;
        assert_eq!(status, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("s3cret"), "{arguments:?}: {stderr}");
    }
}

#[tokio::test]
async fn routes_are_listed() {
    let mut command = crate::program::offline();
    let output = command.args(["legacy", "routes"]).output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines().any(|line| line.contains("GET     /v2/me ") && line.contains("users.show"))
    );
}
