//! Profiles: what they fill in, and which is used.

use serde_json::json;

use crate::program::{Ended, end, program, serve};

const TWO: &str = r#"{
    "current": "studio",
    "profiles": {"studio": {"account_id": "ACCOUNT"}, "other": {"base_url": "http://127.0.0.1:1"}}
}"#;

#[tokio::test]
async fn a_profile_fills_in_what_the_input_lacks() {
    let (sim, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    let config = TWO.replace("ACCOUNT", sim.demo().account_id.as_str());
    std::fs::write(directory.path().join("profiles.json"), config).unwrap();
    let run = async |arguments: &[&str]| -> Ended {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", directory.path()).args(arguments);
        end(command, None).await
    };
    let project = json!({"project_id": sim.demo().project_id.as_str()}).to_string();
    let show = ["call", "projects.show", "--input", &project];
    let answer = run(&show).await.json();
    assert_eq!(answer["data"]["id"], sim.demo().project_id.as_str());

    // What the input says goes before what the profile has.
    let elsewhere = json!({"account_id": "a", "project_id": "p"}).to_string();
    run(&["call", "projects.show", "--input", &elsewhere]).await.failed(5);
    // Another profile has no account.
    let lacks = run(&["--profile", "other", "call", "projects.show", "--input", &project]).await;
    assert!(lacks.failed(2).contains("account_id"), "{lacks:?}");

    run(&["profile", "set", "--project", sim.demo().project_id.as_str()]).await;
    let answer = run(&["call", "projects.show"]).await.json();
    assert_eq!(answer["data"]["id"], sim.demo().project_id.as_str());

    run(&["profile", "use", "other"]).await;
    let listed = run(&["profile", "list", "--json"]).await.lines();
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["name"], &listed[0]["used"]), (&json!("other"), &json!(true)));
    let listed = run(&["profile", "list"]).await.stdout;
    assert!(listed.starts_with("* other  http://127.0.0.1:1  no account\n  studio"), "{listed}");
}

#[tokio::test]
async fn what_is_wrong_with_profiles_is_told() {
    let (_sim, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("profiles.json");
    let run = async |arguments: &[&str]| -> Ended {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", directory.path()).args(arguments);
        end(command, None).await
    };
    for arguments in [
        &["--profile", "studio", "call", "users.show"][..],
        &["profile", "use", "studio"],
        &["profile", "set", "--account", "a"],
    ] {
        let ended = run(arguments).await;
        assert!(ended.failed(2).contains("no profile '"), "{ended:?}");
    }
    assert_eq!(run(&["profile", "list"]).await.stdout, "");
    std::fs::write(&file, "{").unwrap();
    let ended = run(&["call", "users.show"]).await;
    assert!(ended.failed(2).contains("profiles.json: is not a list of profiles"), "{ended:?}");
}
