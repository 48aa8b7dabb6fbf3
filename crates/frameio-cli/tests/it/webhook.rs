//! `frameio webhook`.

use frameio::EventType;
use frameio::webhook::Signer;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::program::{end, offline, program, run, serve};
use crate::webhook_listen::{Listening, SECRET, responding, send};

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn creates_receives_lists_and_deletes_webhooks() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    let (account, workspace) = (demo.account_id.as_str(), demo.workspace_id.as_str());
    let place = ["--account", account, "--workspace", workspace];
    let create = async |rest: &[&str]| {
        let arguments = [&["webhook", "create", "--json"][..], &place, rest].concat();
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
    let missing =
        run(&server, &["webhook", "delete", "-y", "--account", account, id, "missing"]).await;
    let message = "frameio: cannot delete 'missing': no webhook has this ID; nothing was changed";
    assert_eq!(missing.failed(5), message);
    assert_eq!(list().await.len(), 2, "all are found before any is deleted");
    let deleted =
        run(&server, &["webhook", "delete", "--yes", "--account", account, id, other]).await;
    deleted.succeeded();
    assert!(deleted.stdout.starts_with(&format!("deleted: webhook {id} 'hook' (")), "{deleted:?}");
    assert_eq!(deleted.stdout.lines().count(), 2, "{deleted:?}");
    assert_eq!(list().await, [] as [Value; 0]);
    let again = run(&server, &["webhook", "delete", "--yes", "--account", account, id]).await;
    assert!(again.failed(5).contains("no webhook has this ID"), "{again:?}");

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
async fn the_workspace_is_any_place() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    let link = format!("https://next.frame.io/project/{}", demo.project_id);
    let create = ["webhook", "create", "--name=hook", "--url=https://example.com/"];
    let create = [&create[..], &["--event=file.ready", "--workspace=Demo Workspace"]].concat();
    assert_eq!(run(&server, &create).await.status, 0);
    for place in
        [demo.workspace_id.as_str(), "/Demo Workspace", "/Demo Workspace/Demo Project", &link]
    {
        let listed = run(&server, &["webhook", "list", "--workspace", place, "--json"]).await;
        assert_eq!(listed.lines().len(), 1, "{place}: {listed:?}");
    }
    let missing = run(&server, &["webhook", "list", "--workspace", "Nowhere"]).await;
    assert!(missing.failed(5).contains("available: 'Demo Workspace'"), "{missing:?}");
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
    assert!(
        none.failed(5).starts_with("frameio: cannot delete 'w': no webhook has this ID"),
        "{none:?}"
    );

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
    let created = run(&["create", "--name=hook", url, "--event=file.ready", "--json"]).await.json();
    let listed = run(&["list", "--json"]).await.lines();
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &created["id"]));
    run(&["delete", "--yes", created["id"].as_str().unwrap()]).await.succeeded();
    assert!(run(&["list", "--json"]).await.lines().is_empty());
    run(&["list", "--account=elsewhere"]).await.failed(5);
}
