//! Compares `Client::from_env` with the command: the same environment configures both alike.

use std::process::Stdio;

use frameio::Client;
use frameio::users::ShowCurrentUser;
use frameio_sim::{Credential, Sim};
use tokio::process::Command;

use crate::program::{end, serve};
use crate::sign_in::Machine;

/// Marks the result in the output of the test harness.
const MARK: &str = "from_env: ";

/// Prints the user of the client of this environment, or the error.
#[tokio::test]
#[ignore = "run by another test in a separate environment"]
async fn print_user() {
    let result = match Client::from_env() {
        Ok(client) => match client.send(ShowCurrentUser::new()).await {
            Ok(user) => user.id.to_string(),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    println!("\n{MARK}{result}");
}

/// Runs [`print_user`] with the environment of `command`.
async fn library(command: &Command) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "from_env::print_user", "--ignored", "--nocapture"]);
    for (name, value) in command.as_std().get_envs() {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    let output = child.stdin(Stdio::null()).output().await.unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let result = output.lines().find_map(|line| line.strip_prefix(MARK));
    result.unwrap_or_else(|| panic!("{output}")).to_owned()
}

/// Signs in to one profile of each kind; `browser` is the default one.
async fn signed_in() -> Machine {
    let machine = Machine::new().await;
    let mut command = machine.command(&["--profile", "browser", "login"]);
    command.env("FRAMEIO_CLIENT_ID", Credential::DEMO_NATIVE);
    assert_eq!(machine.browse(command).await.status, 0);
    let mut command = machine.command(&["--profile", "server", "login"]);
    command
        .env("FRAMEIO_CLIENT_ID", Credential::DEMO_SERVER_TO_SERVER)
        .env("FRAMEIO_CLIENT_SECRET", Credential::DEMO_SECRET);
    assert_eq!(end(command, None).await.status, 0);
    let command = machine.command(&["--profile", "token", "login", "--token"]);
    assert_eq!(end(command, Some(Sim::TOKEN)).await.status, 0);
    assert_eq!(machine.run(&["profile", "use", "browser"]).await.status, 0);
    machine
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_configures_client_and_command_alike() {
    let machine = signed_in().await;
    let (other, elsewhere) = serve().await;
    let damaged = tempfile::tempdir().unwrap();
    std::fs::write(damaged.path().join("profiles.json"), "[1").unwrap();
    let damaged = ("FRAMEIO_CONFIG_DIR", damaged.path().to_str().unwrap());
    let elsewhere = ("FRAMEIO_BASE_URL", elsewhere.url());
    let token = ("FRAMEIO_TOKEN", Sim::TOKEN);
    let id = ("FRAMEIO_CLIENT_ID", Credential::DEMO_SERVER_TO_SERVER);
    let secret = ("FRAMEIO_CLIENT_SECRET", Credential::DEMO_SECRET);
    let mut results = Vec::new();
    for environment in [
        &[][..],
        &[("FRAMEIO_PROFILE", "server")],
        &[("FRAMEIO_PROFILE", " token\n")],
        &[("FRAMEIO_PROFILE", "missing")],
        &[("FRAMEIO_PROFILE", "")],
        &[id, secret],
        &[id],
        &[token, id, secret],
        &[("FRAMEIO_TOKEN", " ")],
        &[("FRAMEIO_TOKEN", "a\nb")],
        &[elsewhere],
        &[("FRAMEIO_PROFILE", "token"), elsewhere],
        &[("FRAMEIO_IMS_URL", elsewhere.1)],
        &[damaged],
        &[damaged, token],
    ] {
        let mut command = machine.command(&["call", "users.show"]);
        // The URL is in the profiles.
        command.env_remove("FRAMEIO_BASE_URL").envs(environment.iter().copied());
        let of_library = library(&command).await;
        let of_command = end(command, None).await;
        match of_command.status {
            0 => assert_eq!(of_command.json()["data"]["id"], of_library, "{environment:?}"),
            status => {
                let failure = of_command.failed(status).strip_prefix("frameio: ");
                assert_eq!(failure, Some(&*of_library), "{environment:?}");
            }
        }
        results.push(of_command.status);
    }
    assert_eq!(results, [0, 0, 0, 2, 0, 0, 0, 0, 0, 2, 3, 3, 3, 2, 2]);
    assert_eq!(other.requests().len(), 0, "sends nothing to other services");
}
