//! `frameio webhook`.

use std::process::Stdio;

use frameio::EventType;
use frameio::webhook::{Signer, TIMESTAMP_HEADER};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::oneshot;

#[cfg(target_os = "linux")]
use crate::program::wait_until;
use crate::program::{Ended, end, offline, program, run, serve};

const SECRET: &str = "kept";

/// A running `frameio webhook listen`.
struct Listening {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Listening {
    async fn start(secret: &str, arguments: &[&str]) -> Self {
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

    async fn line(&mut self) -> String {
        self.lines.next_line().await.unwrap().unwrap()
    }

    async fn json(&mut self) -> Value {
        serde_json::from_str(&self.line().await).unwrap()
    }

    /// Runs `frameio webhook send` with its URL.
    async fn send(&self, secret: &str, arguments: &[&str]) -> Ended {
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
    async fn stop(mut self) -> String {
        self.signal("TERM").await;
        assert_eq!(self.lines.next_line().await.unwrap(), None, "a line that nobody read");
        let ended = self.child.wait_with_output().await.unwrap();
        assert_eq!(ended.status.code(), Some(0));
        String::from_utf8(ended.stderr).unwrap()
    }
}

async fn send(url: &str, secret: &str, arguments: &[&str]) -> Ended {
    let mut command = offline();
    command.args(["webhook", "send", url]).args(arguments).env("FRAMEIO_WEBHOOK_SECRET", secret);
    end(command, None).await
}

/// Serves a fixed response. Returns its URL and the received requests.
async fn responding(status: &str, body: &str) -> (String, tokio::sync::mpsc::Receiver<String>) {
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
#[tokio::test(flavor = "multi_thread")]
async fn creates_receives_lists_and_deletes_webhooks() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    let (account, workspace) = (demo.account_id.as_str(), demo.workspace_id.as_str());
    let place = ["--account", account, "--workspace", workspace];
    let create = async |rest: &[&str]| {
        let arguments = [&["webhook", "create"][..], &place, rest].concat();
        run(&server, &arguments).await
    };
    let created = create(&["--name=hook", "--url=http://127.0.0.1:1/", "--event=all"]).await;
    let webhook = created.json();
    assert_eq!(webhook["events"].as_array().unwrap().len(), 30);
    assert_eq!(created.stderr.lines().count(), 1);
    assert!(created.stderr.contains("it is shown only once"), "{created:?}");
    let (id, secret) = (webhook["id"].as_str().unwrap(), webhook["secret"].as_str().unwrap());
    assert!(!created.stderr.contains(secret));

    let mut listening = Listening::start(secret, &[]).await;
    let update = json!({"account_id": account, "webhook_id": id, "data": {"url": listening.url}});
    run(&server, &["call", "webhooks.update", "--input", &update.to_string()]).await.json();
    let folder = json!({
        "account_id": account, "folder_id": demo.root_folder_id, "data": {"name": "Dailies"},
    });
    let folder = run(&server, &["call", "folders.create", "--input", &folder.to_string()]).await;
    let folder = folder.json()["data"]["id"].as_str().unwrap().to_owned();
    let line = listening.line().await;
    let (time, event) = line.split_once(' ').unwrap();
    assert!(time.starts_with("20") && time.ends_with('Z'), "{line}");
    let (user, project) = (&demo.user_id, &demo.project_id);
    let expected = format!(
        "folder.created folder {folder} by user {user} in project {project} of account {account}"
    );
    assert_eq!(event, expected);
    assert_eq!(listening.stop().await, "");

    let events = ["--event=file.ready", "--event=file.ready", "--event=share.viewed"];
    let other = [&["--name=other", "--url=https://example.com/"][..], &events].concat();
    let other = create(&other).await.json();
    assert_eq!(other["events"], json!(["file.ready", "share.viewed"]));
    let list =
        async || run(&server, &[&["webhook", "list", "--json"][..], &place].concat()).await.lines();
    let mut names: Vec<_> = list().await.iter().map(|it| it["name"].clone()).collect();
    names.sort_by_key(Value::to_string);
    assert_eq!(names, ["hook", "other"]);
    assert!(list().await.iter().all(|it| it.get("secret").is_none_or(Value::is_null)));

    let other = other["id"].as_str().unwrap();
    let refused = run(&server, &["webhook", "delete", "--account", account, id]).await;
    assert!(refused.failed(2).contains("'--yes' is required"), "{refused:?}");
    let missing = run(&server, &["webhook", "delete", "-y", "--account", account, id, "missing"]).await;
    let message = "frameio: no webhook has the ID 'missing'; nothing was deleted";
    assert_eq!(missing.failed(5), message);
    assert_eq!(list().await.len(), 2, "all are found before any is deleted");
    let deleted = run(&server, &["webhook", "delete", "--yes", "--account", account, id, other]).await;
    deleted.succeeded();
    assert!(deleted.stdout.starts_with(&format!("deleted: webhook {id} 'hook' (")), "{deleted:?}");
    assert_eq!(deleted.stdout.lines().count(), 2, "{deleted:?}");
    assert_eq!(list().await, [] as [Value; 0]);
    let again = run(&server, &["webhook", "delete", "--yes", "--account", account, id]).await;
    assert!(again.failed(5).starts_with("frameio: no webhook has the ID"), "{again:?}");

    for (arguments, message) in [
        (&["--name=x", "--url=http://example.com/", "--event=all"][..], "expected an https:// URL"),
        (&["--name=x", "--url=https://a/", "--event=file.redy"], "did you mean 'file.ready'?"),
        (&["--name=x", "--url=https://a/"], "--event"),
    ] {
        let ended = create(arguments).await;
        assert_eq!((ended.status, ended.stderr.contains(message)), (2, true), "{ended:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn sends_and_receives_every_kind_of_event() {
    let mut listening = Listening::start(SECRET, &["--json"]).await;
    for kind in EventType::KNOWN {
        let sent = listening.send(SECRET, &["--type", kind]).await;
        assert_eq!((sent.status, &*sent.stdout, &*sent.stderr), (0, "200 OK\n", ""));
        let event = listening.json().await["event"].take();
        assert_eq!(event["type"], *kind);
        let of = kind.split('.').next().unwrap();
        assert_eq!(event["resource"]["type"], if of == "metadata" { "file" } else { of });
    }
    let arguments = [
        "--type=file.versioned",
        "--resource=adobe:urn:aaid:1|2",
        "--account=a",
        "--workspace=w",
        "--project=p",
        "--user=u",
    ];
    listening.send(SECRET, &arguments).await;
    let delivery = listening.json().await;
    let event = json!({
        "type": "file.versioned", "resource": {"id": "adobe:urn:aaid:1|2", "type": "file"},
        "account": {"id": "a"}, "workspace": {"id": "w"}, "project": {"id": "p"},
        "user": {"id": "u"},
    });
    assert_eq!(delivery["event"], event);
    assert!(delivery["time"].as_str().unwrap().ends_with('Z'), "{delivery}");
    assert_eq!(listening.stop().await, "");
}

#[cfg(unix)]
#[tokio::test]
async fn sends_an_action_and_submits_its_form() {
    let mut listening = Listening::start(SECRET, &[]).await;
    let start = ["--action", "--type=deliver", "--interaction=i", "--resource=folder:d"];
    listening.send(SECRET, &[&start[..], &["--resource=f", "--user=u"]].concat()).await.succeeded();
    let line = listening.line().await;
    let expected = " action deliver starts interaction i on folder d, file f by user u ";
    assert!(line.contains(expected), "{line}");
    let submit = [&start[..], &["--data", r#"{"format":"h264"}"#]].concat();
    listening.send(SECRET, &submit).await.succeeded();
    let line = listening.line().await;
    assert!(line.contains(" action deliver submits interaction i on folder d by user "), "{line}");

    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    std::fs::write(path, r#"{"action_id":"x"}"#).unwrap();
    assert_eq!(listening.send(SECRET, &["--body", path]).await.status, 6);
    // A type that contains a line break and a control sequence.
    let body =
        r#"{"type":"a\nb\u001b[2J","resource":{"id":"1","type":"file"},"account":{"id":"a"}}"#;
    std::fs::write(path, body).unwrap();
    listening.send(SECRET, &["--body", path]).await.succeeded();
    let line = listening.line().await;
    assert!(line.contains(r"a\nb\u{1b}[2J file 1 of account a"), "{line}");
    let stderr = listening.stop().await;
    let message = "frameio: verified, but the body is neither an event nor an action: ";
    assert!(stderr.starts_with(message) && stderr.lines().count() == 1, "{stderr}");
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

#[tokio::test]
async fn the_exit_status_depends_on_the_response_of_the_server() {
    for (response, status) in [
        ("201 Created", 0),
        ("302 Found", 10),
        ("403 Forbidden", 6),
        ("500 Internal Server Error", 8),
    ] {
        let (url, _requests) = responding(response, "{}").await;
        let sent = send(&url, SECRET, &["--type=file.ready"]).await;
        assert_eq!((sent.status, sent.stdout), (status, format!("{response}\n{{}}\n")));
        assert_eq!(sent.stderr.lines().count(), usize::from(status != 0));
    }
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", gone.local_addr().unwrap());
    drop(gone);
    send(&url, SECRET, &["--type=file.ready"]).await.failed(9);
}

#[tokio::test]
async fn verify_reports_the_signature_by_its_exit_status() {
    // printf 'v0:1700000000:{}' | openssl dgst -sha256 -hmac secret
    let signature = Signer::new("secret").unwrap().sign(1_700_000_000, b"{}");
    assert!(signature.starts_with("v0=84dd7b277ba946b3"));
    let verify = async |arguments: &[&str], body: &str| {
        let mut command = offline();
        command.args(["webhook", "verify", "--timestamp=1700000000", "--signature", &signature]);
        command.args(arguments);
        end(command, Some(body)).await
    };
    let good = ["--secret=secret", "--at=1700000300"];
    let verified = verify(&good, "{}").await;
    assert_eq!((verified.status, &*verified.stdout, &*verified.stderr), (0, "", ""));
    verify(&["--secret=other", "--secret=secret", "--at=1699999700"], "{}").await.succeeded();
    verify(&["--secret=secret", "--at=1700000301", "--tolerance=301"], "{}").await.succeeded();

    let mismatch =
        "frameio: not verified: the signature does not match: the secret or the body is different";
    assert_eq!(verify(&good, "{}\n").await.failed(1), mismatch);
    assert_eq!(verify(&["--secret=other", "--at=1700000000"], "{}").await.failed(1), mismatch);
    let late = verify(&["--secret=secret", "--at=1700000301"], "{}").await;
    let message = "frameio: not verified: the signature is valid, but 301 s old";
    assert_eq!(late.failed(1), message);
    let early = verify(&["--secret=secret", "--at=1699999699"], "{}").await;
    assert!(early.failed(1).contains("but 301 s in the future"), "{early:?}");
    let now = verify(&["--secret=secret"], "{}").await;
    assert!(now.failed(1).ends_with(" s old"), "{now:?}");
    assert!(verify(&[], "{}").await.failed(2).contains("no secret: set FRAMEIO_WEBHOOK_SECRET"));
    assert!(verify(&["--secret="], "{}").await.failed(2).contains("'--secret' "));
    assert_eq!(verify(&["--secret=secret", "--at=yesterday"], "{}").await.status, 2);

    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    std::fs::write(path, "old\r\nsecret\r\n").unwrap();
    verify(&["--secret-file", path, "--at=1700000000"], "{}").await.succeeded();
    std::fs::write(path, "\n").unwrap();
    let empty = verify(&["--secret-file", path], "{}").await;
    assert_eq!(empty.failed(2), format!("frameio: '{path}' contains no secret"));
    let missing = verify(&["--secret-file=/nowhere"], "{}").await;
    assert!(missing.failed(2).contains("cannot read '/nowhere': "), "{missing:?}");
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

#[tokio::test]
async fn refuses_a_blank_secret() {
    let url = "http://127.0.0.1:9/";
    for blank in [" ", "\t\n"] {
        let ended = send(url, blank, &["--type=file.ready"]).await;
        assert_eq!(ended.failed(2), "frameio: FRAMEIO_WEBHOOK_SECRET is blank");
        let ended = send(url, SECRET, &["--type=file.ready", "--secret", blank]).await;
        assert_eq!(ended.failed(2), "frameio: '--secret' is blank");
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    std::fs::write(path, "  \n\t\n\n").unwrap();
    let ended = send(url, SECRET, &["--type=file.ready", "--secret-file", path]).await;
    assert_eq!(ended.failed(2), format!("frameio: '{path}' contains no secret"));

    // A blank line next to a secret is not a secret.
    std::fs::write(path, "real-secret\n  \n").unwrap();
    // HMAC-SHA256 of `v0:1700000000:{}` with a key of two blanks.
    let signature = "v0=c52b13eb8915d1401948f4776c14aaa2268b1aecac723522b2ad56c8b4f3afa0";
    let mut command = offline();
    command.args(["webhook", "verify", "--timestamp=1700000000", "--at=1700000000"]);
    command.args(["--signature", signature, "--secret-file", path]);
    assert!(end(command, Some("{}")).await.failed(1).contains("does not match"));
}

#[tokio::test]
async fn refuses_invalid_arguments_before_sending_anything() {
    let url = "http://127.0.0.1:9/";
    for (arguments, message) in [
        (&["--type=file.redy"][..], "invalid value 'file.redy' for '--type': no such event: did"),
        (&["--type=file.ready", "--resource=1", "--resource=2"], "an event has one resource"),
        (&["--type=file.ready", "--interaction=i"], "--action"),
        (&["--type=x", "--action", "--data=[]"], "'--data' is not a JSON object"),
        (&["--type=file.ready", "--body=x"], "cannot be used with"),
        (&["--body=/nowhere"], "cannot read '/nowhere': "),
        (&[], "--type"),
    ] {
        let ended = send(url, SECRET, arguments).await;
        assert_eq!((ended.status, ended.stderr.contains(message)), (2, true), "{ended:?}");
    }
    let ended = send("ftp://x/", SECRET, &["--type=file.ready"]).await;
    assert_eq!((ended.status, ended.stderr.contains("expected a URL")), (2, true), "{ended:?}");
    let ended = send(url, "", &["--type=file.ready"]).await;
    assert!(ended.failed(2).starts_with("frameio: no secret: "), "{ended:?}");
    let mut command = offline();
    command.args(["webhook", "send", url, "--type=file.ready", "--secret=a", "--secret=b"]);
    assert!(end(command, None).await.failed(2).contains("expected one secret to sign with, got 2"));
    let mut command = offline();
    command.args(["webhook", "listen", "--secret=a", "--listen=here"]);
    let ended = end(command, None).await;
    let message = "frameio: invalid value 'here' for '--listen': expected an address";
    assert!(ended.failed(2).starts_with(message), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_is_the_default_for_account_and_workspace() {
    let (sim, server) = serve().await;
    let none = run(&server, &["webhook", "list", "--account=a"]).await;
    let message = "frameio: '--workspace' is required: `frameio profile set --workspace` sets a \
                   default";
    assert_eq!(none.failed(2), message);
    // The only account of the user is used.
    let none = run(&server, &["webhook", "delete", "--yes", "w"]).await;
    assert!(none.failed(5).starts_with("frameio: no webhook has the ID 'w'"), "{none:?}");

    let directory = tempfile::tempdir().unwrap();
    let demo = sim.demo();
    let profile = json!({"account_id": demo.account_id, "workspace_id": demo.workspace_id});
    let profiles = json!({"profiles": {"default": profile}}).to_string();
    std::fs::write(directory.path().join("profiles.json"), profiles).unwrap();
    let run = async |arguments: &[&str]| {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", directory.path()).arg("webhook").args(arguments);
        end(command, None).await
    };
    let url = "--url=https://example.com/";
    let created = run(&["create", "--name=hook", url, "--event=file.ready"]).await.json();
    let listed = run(&["list", "--json"]).await.lines();
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &created["id"]));
    run(&["delete", "--yes", created["id"].as_str().unwrap()]).await.succeeded();
    assert!(run(&["list", "--json"]).await.lines().is_empty());
    run(&["list", "--account=elsewhere"]).await.failed(5);
}
