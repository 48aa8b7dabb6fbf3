//! Saved sign-ins: their storage, the services that they are sent to, and failures to save them.

use std::path::Path;
use std::time::Duration;

use frameio_sim::{Credential, Fault, Sim};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::time::timeout;

use crate::program::{Ended, end, offline, serve};
use crate::sign_in::Machine;

/// Time limit of runs that could hang.
const LONG: Duration = Duration::from_secs(20);

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Marks the saved access token as expired.
fn expire(machine: &Machine, profile: &str) {
    let path = machine.directory.path().join("tokens").join(format!("{profile}.json"));
    let mut tokens = read(&path);
    tokens["expires_at"] = "2026-01-01T00:00:00Z".into();
    std::fs::write(path, tokens.to_string()).unwrap();
}

async fn log_in_server(machine: &Machine, profile: &str, secret: &str) -> Ended {
    let mut command = machine.command(&["--profile", profile, "login"]);
    command
        .env("FRAMEIO_CLIENT_ID", Credential::DEMO_SERVER_TO_SERVER)
        .env("FRAMEIO_CLIENT_SECRET", secret);
    end(command, None).await
}

async fn log_in_token(machine: &Machine, profile: &str, token: &str) -> Ended {
    end(machine.command(&["--profile", profile, "login", "--token"]), Some(token)).await
}

#[tokio::test]
async fn a_sign_in_is_sent_to_its_own_services_only() {
    let machine = Machine::new().await;
    assert_eq!(machine.browse(machine.command(&["login"])).await.status, 0);
    assert_eq!(log_in_server(&machine, "server", Credential::DEMO_SECRET).await.status, 0);
    assert_eq!(log_in_token(&machine, "token", Sim::TOKEN).await.status, 0);

    let (other, elsewhere) = serve().await;
    for is_expired in [false, true] {
        for profile in ["default", "server", "token"] {
            if is_expired && profile != "token" {
                expire(&machine, profile);
            }
            for arguments in [&["whoami"][..], &["call", "users.show"], &["ls", "/"]] {
                let mut command = machine.command(arguments);
                command.env("FRAMEIO_PROFILE", profile).env("FRAMEIO_BASE_URL", elsewhere.url());
                let ended = end(command, None).await;
                let message = ended.failed(3);
                let refusal = format!(
                    "the sign-in of profile '{profile}' is for {}, not for {}",
                    machine.server.url(),
                    elsewhere.url()
                );
                assert!(message.contains(&refusal), "{message}");
                assert!(message.contains("FRAMEIO_TOKEN"), "{message}");
            }
        }
        // With the same API, the tokens would be refreshed at another service.
        for profile in ["default", "server"] {
            let mut command = machine.command(&["whoami"]);
            command.env("FRAMEIO_PROFILE", profile).env("FRAMEIO_IMS_URL", elsewhere.url());
            let ended = end(command, None).await;
            assert!(ended.failed(3).contains(" is from "), "{ended:?}");
        }
    }
    assert_eq!(other.requests().len(), 0);

    // The sign-ins remain valid at their own services.
    for profile in ["default", "server", "token"] {
        machine.run(&["--profile", profile, "whoami", "--json"]).await.json();
    }
}

#[tokio::test]
async fn logout_revokes_tokens_at_the_service_that_issued_them() {
    let machine = Machine::new().await;
    machine.browse(machine.command(&["login"])).await;
    let tokens = read(&machine.directory.path().join("tokens/default.json"));
    let (other, elsewhere) = serve().await;
    let mut command = machine.command(&["logout"]);
    command.env("FRAMEIO_BASE_URL", elsewhere.url());
    let ended = end(command, None).await;
    assert_eq!(ended.stdout, "signed out: profile 'default'\n", "{ended:?}");
    assert_eq!(other.requests().len(), 0);
    let mut command = machine.command(&["call", "users.show"]);
    command.env("FRAMEIO_TOKEN", tokens["access_token"].as_str().unwrap());
    end(command, None).await.failed(3);
}

#[tokio::test]
async fn a_failed_login_keeps_the_earlier_sign_in() {
    let machine = Machine::new().await;
    machine.browse(machine.command(&["login"])).await;
    let before = machine.run(&["whoami", "--json"]).await.json();

    // The service refuses a token, a secret and a user.
    log_in_token(&machine, "default", "mistyped").await.failed(3);
    log_in_server(&machine, "default", "mistyped").await.failed(6);
    machine.sim.inject(Fault::status(http::StatusCode::FORBIDDEN).on("users.show"));
    log_in_server(&machine, "default", Credential::DEMO_SECRET).await.failed(4);
    // A file that cannot be written.
    let blocker = machine.directory.path().join("secrets/default.json.new");
    std::fs::create_dir_all(blocker.join("x")).unwrap();
    let ended = log_in_token(&machine, "default", Sim::TOKEN).await;
    assert!(ended.failed(1).contains("cannot save the sign-in"), "{ended:?}");
    std::fs::remove_dir_all(blocker).unwrap();

    assert_eq!(machine.run(&["whoami", "--json"]).await.json(), before);
    expire(&machine, "default");
    machine.run(&["call", "users.show"]).await.json();
    let mut kept = String::new();
    for directory in ["secrets", "tokens"] {
        for entry in std::fs::read_dir(machine.directory.path().join(directory)).unwrap() {
            kept += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
        }
    }
    assert!(!kept.contains("mistyped"), "a refused secret was saved");
}

/// Limits the size of the files that the program writes, in blocks of 512 or 1024 bytes.
#[cfg(unix)]
fn limited(machine: &Machine, blocks: u32, arguments: &[&str]) -> Command {
    let program = machine.command(&[]);
    let mut command = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(program.as_std().get_program()).args(arguments);
    for (name, value) in program.as_std().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_does_not_use_up_the_refresh_token() {
    let machine = Machine::new().await;
    machine.browse(machine.command(&["login"])).await;
    expire(&machine, "default");
    let path = machine.directory.path().join("tokens/default.json");
    let before = read(&path);
    machine.sim.clear_requests();
    let ended = end(limited(&machine, 8, &["call", "users.show"]), None).await;
    let message = ended.failed(1);
    assert!(message.contains("cannot save the tokens: "), "{message}");
    assert_eq!(read(&path), before);
    assert_eq!(machine.sim.requests().len(), 0);
    // Once there is space, the run succeeds.
    machine.run(&["call", "users.show"]).await.json();
    assert_ne!(read(&path), before);
}

/// Serves a sign-in with a refresh token of 100 kB, so that saving it takes more space than is
/// reserved.
#[cfg(unix)]
async fn serve_long_tokens() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.windows(4).any(|it| it == b"\r\n\r\n") {
                if stream.read_buf(&mut request).await.unwrap() == 0 {
                    break;
                }
            }
            let body = if request.starts_with(b"POST /ims/token") {
                let long = "r".repeat(100_000);
                json!({"access_token": "a", "refresh_token": long, "expires_in": 3600})
            } else {
                json!({"data": {"id": "u", "name": "Kim", "email": "kim@example.com"}})
            };
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).await.unwrap();
            drop(stream.shutdown().await);
        }
    });
    url
}

/// Saves a profile of a native app whose access token has expired.
fn signed_in(directory: &Path, url: &str) {
    for (file, content) in [
        (
            "profiles.json",
            json!({"profiles": {"default": {
                "base_url": url, "ims_url": url,
                "sign_in": {"kind": "native", "client_id": "app", "redirect_uri": "http://localhost/"},
            }}}),
        ),
        ("secrets/default.json", json!({"services": {"api_url": url, "ims_url": url}})),
        (
            "tokens/default.json",
            json!({
                "access_token": "old", "refresh_token": "old",
                "expires_at": "2026-01-01T00:00:00Z", "issuer": url,
            }),
        ),
    ] {
        let path = directory.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content.to_string()).unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn reports_tokens_that_cannot_be_saved_and_fails() {
    let machine = Machine::new().await;
    let url = serve_long_tokens().await;
    signed_in(machine.directory.path(), &url);
    let mut command = limited(&machine, 64, &["call", "users.show"]);
    command.env("FRAMEIO_BASE_URL", &url);
    let ended = end(command, None).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stdout.contains("kim@example.com"), "the call itself succeeded: {ended:?}");
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert!(
        lines[0].contains("cannot save the refreshed tokens of profile 'default'"),
        "{lines:?}"
    );
    assert!(lines[1].ends_with("run `frameio login` again"), "{lines:?}");
    assert!(!ended.stderr.contains("rrrr"), "{ended:?}");
}

#[tokio::test]
async fn the_time_limit_applies_to_sign_in_requests() {
    let directory = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    signed_in(directory.path(), &url);
    let mut command = offline();
    command.env("FRAMEIO_CONFIG_DIR", directory.path()).env("FRAMEIO_BASE_URL", &url).args([
        "--timeout",
        "0.2",
        "--max-retries",
        "0",
        "call",
        "users.show",
    ]);
    let ended = timeout(LONG, end(command, None)).await.expect("the run hangs");
    assert!(ended.failed(9).contains("sign-in service"), "{ended:?}");

    let mut command = offline();
    command
        .env("FRAMEIO_BASE_URL", &url)
        .env("FRAMEIO_CLIENT_ID", "app")
        .env("FRAMEIO_CLIENT_SECRET", "secret")
        .args(["--timeout", "0.2", "--max-retries", "0", "whoami"]);
    let ended = timeout(LONG, end(command, None)).await.expect("the run hangs");
    ended.failed(9);
}

#[tokio::test]
async fn login_reports_where_the_sign_in_is_saved() {
    let machine = Machine::new().await;
    let ended = log_in_token(&machine, "default", Sim::TOKEN).await;
    let place = format!(
        "frameio: the sign-in is saved in files that only you can read, in '{}'",
        machine.directory.path().display()
    );
    assert_eq!(ended.stderr.trim_end(), place);
    let profiles = read(&machine.directory.path().join("profiles.json"));
    assert_eq!(profiles["profiles"]["default"]["storage"], "file");
}

/// On Linux, the keyring is reached through the session bus, which a test can disable.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn saves_in_files_and_reports_the_reason_without_a_keyring() {
    let machine = Machine::new().await;
    let mut command = machine.command(&["login", "--token"]);
    command
        .env_remove("FRAMEIO_INSECURE_STORAGE")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let ended = timeout(LONG, end(command, Some(Sim::TOKEN))).await.expect("the run hangs");
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains("the sign-in is saved in files that only you can read"));
    assert!(ended.stderr.trim_end().ends_with("keyring is available"), "{ended:?}");
    machine.run(&["whoami", "--json"]).await.json();
}

#[tokio::test]
async fn trims_settings_and_refuses_control_characters() {
    let (_sim, server) = serve().await;
    let run = async |variables: &[(&str, &str)]| {
        let mut command = offline();
        command.env("FRAMEIO_BASE_URL", server.url()).env("FRAMEIO_TOKEN", Sim::TOKEN);
        command.envs(variables.iter().copied()).args(["whoami", "--json"]);
        end(command, None).await
    };
    let token = format!("\u{feff} {}\r\n", Sim::TOKEN);
    let url = format!(" {}\n", server.url());
    run(&[("FRAMEIO_TOKEN", &token), ("FRAMEIO_BASE_URL", &url)]).await.json();
    let id = format!("{}\n", Credential::DEMO_SERVER_TO_SERVER);
    let secret = format!("{}\n", Credential::DEMO_SECRET);
    let server_to_server = [
        ("FRAMEIO_TOKEN", " "),
        ("FRAMEIO_CLIENT_ID", &*id),
        ("FRAMEIO_CLIENT_SECRET", &*secret),
        ("FRAMEIO_IMS_URL", &*url),
    ];
    assert_eq!(run(&server_to_server).await.json()["from"], "FRAMEIO_CLIENT_ID");

    for name in [
        "FRAMEIO_TOKEN",
        "FRAMEIO_CLIENT_ID",
        "FRAMEIO_CLIENT_SECRET",
        "FRAMEIO_BASE_URL",
        "FRAMEIO_IMS_URL",
        "FRAMEIO_PROFILE",
    ] {
        let mut variables = vec![
            ("FRAMEIO_TOKEN", ""),
            ("FRAMEIO_CLIENT_ID", "id"),
            ("FRAMEIO_CLIENT_SECRET", "secret"),
        ];
        variables.push((name, "canary\nother"));
        let ended = run(&variables).await;
        let message = ended.failed(2);
        assert_eq!(message, format!("frameio: {name} contains a line break"));
    }
    for flag in ["--base-url", "--ims-url", "--profile"] {
        let mut command = offline();
        command.env("FRAMEIO_CLIENT_ID", "id").env("FRAMEIO_CLIENT_SECRET", "secret");
        command.args(["whoami", flag, "canary\nother"]);
        let ended = end(command, None).await;
        assert_eq!(ended.failed(2), format!("frameio: '{flag}' contains a line break"));
    }
}

/// clap prints the options whose values come from variables in the usage of every error.
#[tokio::test(flavor = "multi_thread")]
async fn usage_omits_options_that_variables_set() {
    let (_sim, server) = serve().await;
    for arguments in [&["members", "list"][..], &["call"], &["ls", "--json", "--format", "csv"]] {
        let mut command = offline();
        command.env("FRAMEIO_BASE_URL", server.url()).env("FRAMEIO_IMS_URL", server.url());
        command.env("FRAMEIO_PROFILE", "default").args(arguments);
        let ended = end(command, None).await;
        assert!(ended.status == 2 && ended.stderr.contains("Usage: frameio "), "{ended:?}");
        let options = ["--base-url", "--ims-url", "--profile"];
        assert!(!options.iter().any(|option| ended.stderr.contains(option)), "{ended:?}");
    }
}
