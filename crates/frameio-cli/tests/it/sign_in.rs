//! `frameio login` and `logout` with the sign-in service of the simulator.

use std::process::Stdio;

use frameio_sim::{Credential, Sim, SimServer};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::program::{Ended, end, offline, serve};

/// A simulator and an empty configuration directory.
pub(crate) struct Machine {
    pub(crate) server: SimServer,
    pub(crate) sim: Sim,
    pub(crate) directory: TempDir,
}

impl Machine {
    pub(crate) async fn new() -> Self {
        let (sim, server) = serve().await;
        Self { server, sim, directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = offline();
        command
            .env("FRAMEIO_BASE_URL", self.server.url())
            .env("FRAMEIO_CONFIG_DIR", self.directory.path())
            .args(arguments);
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        end(self.command(arguments), None).await
    }

    /// Signs in as a browser that follows all redirects.
    pub(crate) async fn browse(&self, mut command: Command) -> Ended {
        command.arg("--no-browser").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut url = None;
        for _ in 0..3 {
            let Some(line) = stderr.next_line().await.unwrap() else { break };
            if line.starts_with("http") {
                url = Some(line);
                break;
            }
        }
        let url = url.expect("an address to open");
        let callback = get(&url).await;
        let callback = header(&callback, "location").expect("the way back").to_owned();
        assert!(get(&callback).await.starts_with("HTTP/1.1 200"));
        let output = child.wait_with_output().await.unwrap();
        Ended {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: stderr.next_line().await.unwrap().unwrap_or_default(),
        }
    }

    /// Returns the content of all saved files.
    fn saved(&self) -> String {
        let mut kept = String::new();
        for path in files(self.directory.path()) {
            kept.push_str(&std::fs::read_to_string(path).unwrap());
        }
        kept
    }
}

fn files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Returns the head and the body of the response to a GET request.
pub(crate) async fn get(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

pub(crate) fn header<'a>(response: &'a str, name: &str) -> Option<&'a str> {
    response.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn a_user_signs_in_with_a_browser_and_signs_out() {
    let machine = Machine::new().await;
    let ended = machine.browse(machine.command(&["login"])).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.starts_with("signed in as "), "{ended:?}");
    assert!(ended.stdout.trim_end().ends_with("profile 'default'"), "{ended:?}");

    let who = machine.run(&["whoami", "--json"]).await.json();
    assert_eq!(who["credential"], "native app");
    assert_eq!(who["profile"], "default");
    assert!(who["expires_at"].is_string(), "{who}");
    // The only account becomes the default.
    assert_eq!(who["account_id"], machine.sim.demo().account_id.as_str());
    let workspaces = machine.run(&["call", "workspaces.index"]).await.json();
    assert_eq!(workspaces["data"].as_array().map(Vec::len), Some(1));
    let readable = machine.run(&["whoami"]).await.stdout;
    assert!(readable.contains("* account ") && readable.contains("expires in"), "{readable}");

    #[cfg(unix)]
    for file in files(machine.directory.path()) {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().unwrap().permissions().mode();
        assert!(mode & 0o077 == 0, "{}: {mode:o}", file.display());
        let directory = file.parent().unwrap();
        let mode = directory.metadata().unwrap().permissions().mode();
        let is_given = directory == machine.directory.path();
        assert!(is_given || mode & 0o077 == 0, "{}: {mode:o}", directory.display());
    }

    let token: Value = serde_json::from_str(
        &std::fs::read_to_string(machine.directory.path().join("tokens/default.json")).unwrap(),
    )
    .unwrap();
    let token = token["access_token"].as_str().unwrap().to_owned();
    let ended = machine.run(&["logout"]).await;
    assert_eq!(ended.stdout, "signed out: profile 'default'\n", "{ended:?}");
    assert!(!machine.saved().contains(&token));
    let ended = machine.run(&["whoami"]).await;
    assert!(ended.failed(3).contains("frameio login"), "{ended:?}");
    // The token is revoked, not only deleted.
    let mut command = machine.command(&["call", "users.show"]);
    command.env("FRAMEIO_TOKEN", token);
    end(command, None).await.failed(3);
}

#[tokio::test]
async fn an_expired_token_is_refreshed_between_runs() {
    let machine = Machine::new().await;
    machine.browse(machine.command(&["login"])).await;
    let tokens = machine.directory.path().join("tokens/default.json");
    let mut kept: Value = serde_json::from_slice(&std::fs::read(&tokens).unwrap()).unwrap();
    let old = kept["access_token"].clone();
    kept["expires_at"] = "2026-01-01T00:00:00Z".into();
    std::fs::write(&tokens, kept.to_string()).unwrap();
    machine.run(&["call", "users.show"]).await.json();
    let kept: Value = serde_json::from_slice(&std::fs::read(&tokens).unwrap()).unwrap();
    assert_ne!(kept["access_token"], old);

    // With a used refresh token, the user has to sign in again.
    let mut kept = kept;
    kept["refresh_token"] = "used-up".into();
    kept["expires_at"] = "2026-01-01T00:00:00Z".into();
    std::fs::write(&tokens, kept.to_string()).unwrap();
    let ended = machine.run(&["call", "users.show"]).await;
    assert!(ended.failed(3).contains("sign in again"), "{ended:?}");
    assert!(!ended.stderr.contains("used-up"), "{ended:?}");
}

#[tokio::test]
async fn a_web_app_and_a_server_sign_in_with_a_secret() {
    let machine = Machine::new().await;
    let mut command = machine.command(&["--profile", "web", "login", "--web"]);
    command
        .env("FRAMEIO_CLIENT_ID", Credential::DEMO_WEB)
        .env("FRAMEIO_CLIENT_SECRET", Credential::DEMO_SECRET);
    let ended = machine.browse(command).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let who = machine.run(&["--profile", "web", "whoami", "--json"]).await.json();
    assert_eq!(who["credential"], "web app");

    let secret = machine.directory.path().join("secret");
    std::fs::write(&secret, format!("{}\n", Credential::DEMO_SECRET)).unwrap();
    let server = Credential::DEMO_SERVER_TO_SERVER;
    let file = secret.to_str().unwrap();
    let login = ["--profile", "machine", "login", "--client-id", server];
    let ended = machine.run(&[&login[..], &["--client-secret-file", file]].concat()).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let who = machine.run(&["--profile", "machine", "whoami", "--json"]).await.json();
    assert_eq!(who["credential"], "server-to-server");

    let flag = ["--client-secret", Credential::DEMO_SECRET];
    let ended = machine.run(&[&login[..], &flag].concat()).await;
    assert_eq!(ended.status, 0, "{ended:?}");

    let wrong = machine.directory.path().join("wrong");
    std::fs::write(&wrong, "canary-of-a-secret").unwrap();
    let file = wrong.to_str().unwrap();
    let ended = machine.run(&[&login[..], &["--client-secret-file", file]].concat()).await;
    assert!(!ended.failed(6).contains("canary"), "{ended:?}");

    // Without a profile, as in CI.
    let mut command = machine.command(&["whoami", "--json"]);
    command
        .env("FRAMEIO_CLIENT_ID", server)
        .env("FRAMEIO_CLIENT_SECRET", Credential::DEMO_SECRET)
        .env("FRAMEIO_CONFIG_DIR", machine.directory.path().join("empty"));
    let who = end(command, None).await.json();
    assert_eq!(who["from"], "FRAMEIO_CLIENT_ID");
}

#[tokio::test]
async fn reads_a_token_from_standard_input() {
    let machine = Machine::new().await;
    let login = machine.command(&["login", "--token"]);
    let ended = end(login, Some(&format!("{}\n", Sim::TOKEN))).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let who = machine.run(&["whoami", "--json"]).await.json();
    assert_eq!((&who["credential"], &who["from"]), (&"token".into(), &"the profile".into()));

    let ended = end(machine.command(&["login", "--token"]), Some("canary-of-a-token\n")).await;
    let message = ended.failed(3);
    assert!(message.contains("401") && !message.contains("canary"), "{message}");
    assert!(message.ends_with("and run `frameio login --token` again"), "{message}");
    assert!(!message.contains("the token is from"), "{message}");
    let ended = end(machine.command(&["login", "--token"]), Some("\n")).await;
    assert_eq!(ended.failed(2), "frameio: no token on standard input");
}

#[tokio::test]
async fn reports_what_a_sign_in_lacks() {
    let machine = Machine::new().await;
    let mut command = machine.command(&["login"]);
    command.env("FRAMEIO_BASE_URL", "https://api.frame.io");
    let ended = end(command, None).await;
    assert!(ended.failed(2).contains("--client-id"), "{ended:?}");
    let ended = machine.run(&["login", "--web"]).await;
    assert!(ended.failed(2).contains("secret"), "{ended:?}");
    let ended = machine.run(&["--profile", "../up", "login"]).await;
    assert!(ended.failed(2).contains("invalid profile name '../up'"), "{ended:?}");
    let ended = machine.run(&["logout"]).await;
    assert!(ended.failed(3).contains("is not signed in"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_revoked_elsewhere_is_named() {
    let machine = Machine::new().await;
    assert_eq!(machine.browse(machine.command(&["login"])).await.status, 0);
    let saved: Vec<_> = files(machine.directory.path())
        .into_iter()
        .map(|path| (std::fs::read(&path).unwrap(), path))
        .collect();
    assert_eq!(machine.run(&["logout"]).await.status, 0);
    // Another machine still has the tokens.
    for (content, path) in saved {
        std::fs::write(path, content).unwrap();
    }
    let listed = machine.run(&["ls", "/"]).await;
    assert!(listed.failed(3).ends_with("; run `frameio login`"), "{listed:?}");
    let whoami = machine.run(&["whoami"]).await;
    assert!(whoami.failed(3).contains("the sign-in has ended"), "{whoami:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_of_a_credential_is_named() {
    let machine = Machine::new().await;
    for (set, missing) in [
        ("FRAMEIO_CLIENT_ID", "FRAMEIO_CLIENT_SECRET"),
        ("FRAMEIO_CLIENT_SECRET", "FRAMEIO_CLIENT_ID"),
    ] {
        let mut command = machine.command(&["ls", "/"]);
        command.env(set, "x");
        let ended = end(command, None).await;
        let message = format!("; {set} is set, but {missing} is not");
        assert!(ended.failed(3).contains(&message), "{ended:?}");
    }
}
