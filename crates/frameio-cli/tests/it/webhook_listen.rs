//! `frameio webhook listen`: refusals, forwarded requests and the end of a run.

use std::process::Stdio;

use frameio::webhook::{Signer, TIMESTAMP_HEADER};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::oneshot;

#[cfg(target_os = "linux")]
use crate::program::wait_until;
use crate::program::{Ended, end, offline};

pub(crate) const SECRET: &str = "kept";

/// A running `frameio webhook listen`.
pub(crate) struct Listening {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(crate) url: String,
}

impl Listening {
    pub(crate) async fn start(secret: &str, arguments: &[&str]) -> Self {
        let mut command = offline();
        command.args(["webhook", "listen"]).args(arguments).env("FRAMEIO_WEBHOOK_SECRET", secret);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut listening = Self { child, lines, url: String::new() };
        let first = listening.line().await;
        listening.url = match serde_json::from_str::<Value>(&first) {
            Ok(first) => first["url"].as_str().unwrap().to_owned(),
            Err(_) => first,
        };
        assert!(listening.url.starts_with("http://127.0.0.1:"), "{}", listening.url);
        listening
    }

    pub(crate) async fn line(&mut self) -> String {
        self.lines.next_line().await.unwrap().unwrap()
    }

    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.line().await).unwrap()
    }

    /// Runs `frameio webhook send` with its URL.
    pub(crate) async fn send(&self, secret: &str, arguments: &[&str]) -> Ended {
        send(&self.url, secret, arguments).await
    }

    /// Sends a request unchanged, and returns the first line of the response.
    async fn raw(&self, request: &str) -> String {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response.lines().next().unwrap().to_owned()
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().await.unwrap().success());
    }

    /// Stops it, and returns its standard error.
    pub(crate) async fn stop(mut self) -> String {
        self.signal("TERM").await;
        assert_eq!(self.lines.next_line().await.unwrap(), None, "a line that nobody read");
        let ended = self.child.wait_with_output().await.unwrap();
        assert_eq!(ended.status.code(), Some(0));
        String::from_utf8(ended.stderr).unwrap()
    }
}

pub(crate) async fn send(url: &str, secret: &str, arguments: &[&str]) -> Ended {
    let mut command = offline();
    command.args(["webhook", "send", url]).args(arguments).env("FRAMEIO_WEBHOOK_SECRET", secret);
    end(command, None).await
}

/// Serves a fixed response. Returns its URL and the received requests.
pub(crate) async fn responding(
    status: &str,
    body: &str,
) -> (String, tokio::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let length = body.len();
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nx-own: secret\r\n\
         location: /elsewhere\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let (tell, requests) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tell.send(request(&mut stream).await).await.unwrap();
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    });
    (url, requests)
}

/// Reads a request whose body is a JSON object.
async fn request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"}") {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request is incomplete");
    }
    String::from_utf8(read).unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn refuses_and_reports_unverified_requests() {
    let listening = Listening::start(SECRET, &[]).await;
    let refused = listening.send("a guess", &["--type=file.ready"]).await;
    assert_eq!((refused.status, &*refused.stdout), (6, "401 Unauthorized\n"));
    assert!(refused.stderr.starts_with("frameio: the server refused the request"), "{refused:?}");
    let late = listening.send(SECRET, &["--type=file.ready", "--at=1700000000"]).await;
    assert_eq!((late.status, &*late.stdout), (6, "401 Unauthorized\n"));
    let post = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    assert!(listening.raw(&format!("{post}\r\n")).await.contains(" 401 "));
    assert!(
        listening.raw(&format!("{post}x-frameio-signature: v1=00\r\n\r\n")).await.contains(" 401 ")
    );
    let large = Signer::new(SECRET).unwrap().request("/", "").unwrap();
    let timestamp = large.headers()[TIMESTAMP_HEADER].to_str().unwrap();
    let hex = "0".repeat(64);
    let large = format!(
        "{post}x-frameio-signature: v0={hex}\r\nx-frameio-request-timestamp: {timestamp}\r\n\
         content-length: 9999999\r\n\r\n"
    );
    assert!(listening.raw(&large).await.contains(" 413 "));
    let get = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(listening.raw(get).await.contains(" 405 "));

    let stderr = listening.stop().await;
    let reasons: Vec<_> =
        stderr.lines().map(|line| line.strip_prefix("frameio: refused: ").unwrap()).collect();
    assert_eq!(reasons.len(), 6, "{stderr}");
    assert_eq!(reasons[0], "the signature does not match: the secret or the body is different");
    assert!(reasons[1].starts_with("the signature is valid, but "), "{stderr}");
    assert_eq!(reasons[2], "the header `x-frameio-signature` is missing");
    assert_eq!(reasons[3], "the header `x-frameio-request-timestamp` is missing");
    assert_eq!(reasons[4], "the body is longer than 262144 bytes");
    assert_eq!(reasons[5], "the method is GET, not POST");
    assert!(!stderr.contains(SECRET));
}

#[cfg(unix)]
#[tokio::test]
async fn forwards_requests_and_responses_unchanged() {
    let form = r#"{"title":"Deliver","fields":[]}"#;
    let (url, mut requests) = responding("202 Accepted", form).await;
    let mut listening = Listening::start(SECRET, &["--json", "--forward", &url]).await;
    let sent = listening.send(SECRET, &["--type=file.ready", "--resource=f"]).await;
    assert_eq!((sent.status, sent.stdout), (0, format!("202 Accepted\n{form}\n")));
    let event = listening.json().await["event"].clone();
    let forwarded = requests.recv().await.unwrap();
    let (head, body) = forwarded.split_once("\r\n\r\n").unwrap();
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), event);
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}")).to_owned()
    };
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("user-agent"), "Frame.io V4 API");
    let timestamp = header("x-frameio-request-timestamp").parse().unwrap();
    let signature = Signer::new(SECRET).unwrap().sign(timestamp, body.as_bytes());
    assert_eq!(header("x-frameio-signature"), signature);

    listening.send("a guess", &["--type=file.ready"]).await;
    assert!(requests.try_recv().is_err(), "forwards verified requests only");
    let stderr = listening.stop().await;
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[cfg(unix)]
#[tokio::test]
async fn returns_502_if_the_forward_server_does_not_respond() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", gone.local_addr().unwrap());
    drop(gone);
    let mut listening = Listening::start(SECRET, &["--forward", &url]).await;
    let sent = listening.send(SECRET, &["--type=file.ready"]).await;
    assert_eq!((sent.status, &*sent.stdout), (8, "502 Bad Gateway\n"));
    listening.line().await;
    let stderr = listening.stop().await;
    assert!(stderr.starts_with(&format!("frameio: cannot forward to '{url}': ")), "{stderr}");
}

#[cfg(unix)]
#[tokio::test]
async fn completes_pending_responses_before_it_stops() {
    let behind = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", behind.local_addr().unwrap());
    let (arrived, has_arrived) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let (mut stream, _) = behind.accept().await.unwrap();
        request(&mut stream).await;
        arrived.send(()).unwrap();
        may_go_on.await.unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    });
    let mut listening = Listening::start(SECRET, &["--forward", &url]).await;
    let to = listening.url.clone();
    let sent = tokio::spawn(async move { send(&to, SECRET, &["--type=file.ready"]).await });
    has_arrived.await.unwrap();
    listening.line().await;
    listening.signal("INT").await;
    let address = listening.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    while TcpStream::connect(&address).await.is_ok() {}
    go_on.send(()).unwrap();
    let sent = sent.await.unwrap();
    assert_eq!((sent.status, &*sent.stdout), (0, "204 No Content\n"));
    let ended = listening.child.wait_with_output().await.unwrap();
    assert_eq!((ended.status.code(), ended.stderr), (Some(0), Vec::new()));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_delivery_that_cannot_be_printed_and_stops() {
    let directory = tempfile::tempdir().unwrap();
    let output = directory.path().join("output");
    // Limits the size of the output to 1 KiB.
    let script = "trap '' XFSZ; ulimit -f 2; exec \"$0\" webhook listen --json > \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_frameio")]).arg(&output);
    command.env("FRAMEIO_WEBHOOK_SECRET", SECRET).stderr(Stdio::piped()).kill_on_drop(true);
    let child = command.spawn().unwrap();
    let first = || std::fs::read_to_string(&output).unwrap_or_default();
    wait_until(|| first().ends_with('\n')).await;
    let url: Value = serde_json::from_str(&first()).unwrap();
    let mut statuses = Vec::new();
    for _ in 0..20 {
        let sent = send(url["url"].as_str().unwrap(), SECRET, &["--type=file.ready"]).await;
        statuses.push(sent.status);
        if sent.status != 0 {
            break;
        }
    }
    assert_eq!(statuses.last(), Some(&8), "a 5xx, so that the service retries: {statuses:?}");
    let ended = child.wait_with_output().await.unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write to standard output: file too large"), "{stderr}");
    let printed =
        first().lines().skip(1).filter(|it| serde_json::from_str::<Value>(it).is_ok()).count();
    assert_eq!(printed, statuses.len() - 1, "each accepted delivery was printed");
}
