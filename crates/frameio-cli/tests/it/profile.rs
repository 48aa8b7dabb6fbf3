//! Profiles: their defaults, and the choice of one.

use serde_json::json;

use crate::program::{Ended, end, program, serve};

const TWO: &str = r#"{
    "current": "studio",
    "profiles": {"studio": {"account_id": "ACCOUNT"}, "other": {"base_url": "http://127.0.0.1:1"}}
}"#;

#[tokio::test]
async fn a_profile_adds_ids_that_the_input_lacks() {
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
    let response = run(&show).await.json();
    assert_eq!(response["data"]["id"], sim.demo().project_id.as_str());

    // The input overrides the profile.
    let elsewhere = json!({"account_id": "a", "project_id": "p"}).to_string();
    run(&["call", "projects.show", "--input", &elsewhere]).await.failed(5);
    let response = run(&["--profile", "other", "call", "workspaces.index", "--account", "b"]).await;
    assert!(response.stderr.contains("404"), "the given account is used: {response:?}");
    let ours = sim.demo().account_id.as_str().to_owned();
    let dry = run(&["call", "workspaces.index", "--account", "b", "--dry-run"]).await;
    assert!(dry.stdout.contains("/accounts/b/"), "it overrides the profile, {ours}: {dry:?}");
    // The other profile has no account: the only one of the user is used.
    let lacks = run(&["--profile", "other", "call", "projects.show", "--input", &project]).await;
    assert_eq!(lacks.json()["data"]["id"], sim.demo().project_id.as_str());
    let lacks = run(&["--profile", "other", "call", "workspaces.show"]).await;
    assert!(lacks.failed(2).contains("`workspace_id` is missing"), "{lacks:?}");

    run(&["profile", "set", "--project", sim.demo().project_id.as_str()]).await;
    let response = run(&["call", "projects.show"]).await.json();
    assert_eq!(response["data"]["id"], sim.demo().project_id.as_str());

    run(&["profile", "set", "--if-exists", "version", "--bwlimit", "3M"]).await.succeeded();
    let listed = run(&["profile", "list", "--json"]).await.lines();
    let studio = listed.iter().find(|it| it["name"] == "studio").unwrap();
    assert_eq!((&studio["if_exists"], &studio["bwlimit"]), (&json!("version"), &json!("3M")));

    run(&["profile", "use", "other"]).await;
    let listed = run(&["profile", "list", "--json"]).await.lines();
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["name"], &listed[0]["used"]), (&json!("other"), &json!(true)));
    let listed = run(&["profile", "list"]).await.stdout;
    let lines: Vec<_> = listed.lines().collect();
    assert!(lines[0].starts_with("USED  NAME    BASE URL"), "{listed}");
    assert_eq!(lines[1], "*     other   http://127.0.0.1:1");
    assert!(lines[2].starts_with("      studio"), "{listed}");

    let deleted = run(&["profile", "delete", "other"]).await;
    assert_eq!(
        (deleted.status, &*deleted.stdout),
        (0, "deleted: profile 'other'\n"),
        "{deleted:?}"
    );
    let listed = run(&["profile", "list", "--json"]).await.lines();
    assert_eq!((listed.len(), &listed[0]["name"]), (1, &json!("studio")));
    assert!(run(&["profile", "delete", "other"]).await.failed(2).contains("'other'"));
}

#[tokio::test]
async fn reports_missing_and_damaged_profiles() {
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
        &["--profile", "studio", "profile", "set", "--account", "a"],
    ] {
        let ended = run(arguments).await;
        assert!(ended.failed(2).contains("no such profile '"), "{ended:?}");
    }
    assert_eq!(run(&["profile", "list"]).await.stdout, "");
    std::fs::write(&file, "{").unwrap();
    let mut command = program(&server);
    command.env("FRAMEIO_CONFIG_DIR", directory.path()).env_remove("FRAMEIO_TOKEN");
    command.args(["call", "users.show"]);
    let ended = end(command, None).await;
    assert!(
        ended.failed(2).contains("profiles.json' is not a valid file of profiles"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_change_keeps_the_settings_of_newer_versions() {
    let (_sim, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("profiles.json");
    let set = async || {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", directory.path());
        command.args(["profile", "set", "--bwlimit", "20M"]);
        end(command, None).await
    };
    let profiles = json!({"profiles": {"default": {"new": {"a": 1}}}, "extra": [2]});
    std::fs::write(&file, profiles.to_string()).unwrap();
    assert_eq!(set().await.status, 0);
    let saved: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let default = &saved["profiles"]["default"];
    assert_eq!((&default["new"], &default["bwlimit"]), (&json!({"a": 1}), &json!("20M")));
    assert_eq!(saved["extra"], json!([2]));
    // A list is not an object with all fields in order.
    for damaged in ["[]", r#"{"profiles": {"default": []}}"#] {
        std::fs::write(&file, damaged).unwrap();
        let refused = set().await;
        assert!(refused.failed(2).contains("is not a valid file of profiles"), "{refused:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged);
    }
}

#[tokio::test]
async fn ignores_unreadable_profiles_if_token_and_url_are_set() {
    let (_sim, server) = serve().await;
    for is_directory in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("profiles.json");
        if is_directory {
            std::fs::create_dir(&file).unwrap();
        } else {
            std::fs::write(&file, "{").unwrap();
        }
        let run = async |arguments: &[&str]| -> Ended {
            let mut command = program(&server);
            command.env("FRAMEIO_CONFIG_DIR", directory.path()).args(arguments);
            end(command, None).await
        };
        for arguments in [&["call", "users.show"][..], &["whoami", "--json"], &["ls", "/"]] {
            let ended = run(arguments).await;
            assert_eq!(ended.status, 0, "{ended:?}");
            assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
            assert!(ended.stderr.contains("profiles are ignored: "), "{ended:?}");
            assert!(ended.stderr.contains("profiles.json"), "{ended:?}");
        }
        // A named profile is required.
        run(&["--profile", "studio", "call", "users.show"]).await.failed(2);
    }
}

#[tokio::test]
async fn profile_set_resolves_names_and_refuses_unknown_ones() {
    let (sim, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    let run = async |arguments: &[&str]| -> Ended {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", directory.path()).args(arguments);
        end(command, None).await
    };
    let profile = || -> serde_json::Value {
        let json = std::fs::read(directory.path().join("profiles.json")).unwrap();
        let config: serde_json::Value = serde_json::from_slice(&json).unwrap();
        config["profiles"]["default"].clone()
    };
    let me = run(&["whoami", "--json"]).await.json();
    let account_name = me["accounts"][0]["name"].as_str().unwrap();
    let demo = sim.demo();

    // Without a sign-in, the profile is created.
    run(&["profile", "set", "--account", account_name]).await.succeeded();
    assert_eq!(profile()["account_id"], demo.account_id.as_str());
    assert_eq!(profile()["base_url"], server.url());
    for (flag, messages) in [
        (
            "--account",
            ["invalid value 'Dmo Account' for '--account'", "no such account; available: '"],
        ),
        ("--workspace", ["no such workspace 'Dmo Account'", "available: '"]),
    ] {
        let ended = run(&["profile", "set", flag, "Dmo Account"]).await;
        let error = ended.failed(5);
        assert!(messages.iter().all(|message| error.contains(message)), "{ended:?}");
    }
    assert!(run(&["profile", "set"]).await.failed(2).contains("nothing to set"));
    let unknown = run(&["profile", "set", "--if-exists", "zork"]).await;
    assert!(unknown.stderr.contains("expected version, skip, keep-both or fail"), "{unknown:?}");
    run(&["profile", "set", "--project", "/Demo Workspace/Nope"]).await.failed(5);
    run(&["profile", "set", "--account", "no such id"]).await.failed(5);
    assert_eq!(profile()["account_id"], demo.account_id.as_str());

    run(&["profile", "set", "--project", "/Demo Workspace/Demo Project"]).await.succeeded();
    assert_eq!(profile()["project_id"], demo.project_id.as_str());
    assert_eq!(profile()["workspace_id"], demo.workspace_id.as_str());
    let requests = sim.requests().len();
    let listed = run(&["profile", "list", "--json"]).await.json();
    let names = json!([listed["account"], listed["workspace"], listed["project"]]);
    assert_eq!(names, json!([account_name, "Demo Workspace", "Demo Project"]));
    assert_eq!(sim.requests().len(), requests, "the names are in the profile");
    let link = format!("https://next.frame.io/project/{}", demo.project_id);
    for place in [
        "Demo Workspace",
        "/Demo Workspace",
        demo.workspace_id.as_str(),
        &link,
        "/Demo Workspace/Demo Project",
    ] {
        run(&["profile", "set", "--workspace", ""]).await.succeeded();
        run(&["profile", "set", "--workspace", place]).await.succeeded();
        assert_eq!(profile()["workspace_id"], demo.workspace_id.as_str(), "{place}");
    }
    run(&["profile", "set", "--project", &link]).await.succeeded();
    assert_eq!(profile()["project_id"], demo.project_id.as_str());
    let ended = run(&["profile", "set", "--project", "/Demo Workspace"]).await;
    let message = "invalid value '/Demo Workspace' for '--project': it is not a project";
    assert!(ended.failed(2).contains(message), "{ended:?}");
    run(&["profile", "set", "--project", ""]).await.succeeded();
    assert!(profile()["project_id"].is_null() && profile()["project_name"].is_null());
}

#[tokio::test]
async fn profile_set_warns_if_it_cannot_validate() {
    const ACCOUNT: &str = "00000001-f1a0-4000-8000-000000000000";
    let directory = tempfile::tempdir().unwrap();
    let mut command = crate::program::offline();
    command
        .env("FRAMEIO_CONFIG_DIR", directory.path())
        .env("FRAMEIO_BASE_URL", "http://127.0.0.1:9")
        .env("FRAMEIO_TOKEN", "t")
        .args(["--max-retries", "0", "profile", "set", "--account", ACCOUNT]);
    let ended = end(command, None).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stderr.contains("warning: saved without validation: "), "{ended:?}");
    let mut command = crate::program::offline();
    command.env("FRAMEIO_CONFIG_DIR", directory.path());
    command.args(["profile", "list", "--json"]);
    let listed = end(command, None).await.json();
    assert_eq!((&listed["account_id"], &listed["account"]), (&json!(ACCOUNT), &json!(null)));
    // A name would be taken for an ID by every later command.
    for arguments in [["--account", "nope"], ["--project", "/Film/The Crossing"]] {
        let mut command = crate::program::offline();
        command
            .env("FRAMEIO_CONFIG_DIR", directory.path())
            .env("FRAMEIO_BASE_URL", "http://127.0.0.1:9")
            .env("FRAMEIO_TOKEN", "t")
            .args(["--max-retries", "0", "profile", "set"])
            .args(arguments);
        let refused = end(command, None).await;
        let message = format!("cannot look up '{}': ", arguments[1]);
        assert!(refused.failed(9).contains(&message), "{refused:?}");
    }
}

#[tokio::test]
async fn the_ids_of_a_profile_are_not_used_with_another_token() {
    let (sim, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    let run = async |token: Option<&str>, arguments: &[&str], input: Option<&str>| -> Ended {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", directory.path()).args(arguments);
        match token {
            Some(token) => command.env("FRAMEIO_TOKEN", token),
            None => command.env_remove("FRAMEIO_TOKEN"),
        };
        end(command, input).await
    };
    let login = run(None, &["login", "--token"], Some(frameio_sim::Sim::TOKEN)).await;
    assert_eq!(login.status, 0, "{login:?}");
    let own = run(None, &["call", "workspaces.index"], None).await.json();
    assert_eq!(own["data"].as_array().map(Vec::len), Some(1));

    // The account is looked up with the other token, which is unknown.
    let ended = run(Some("another"), &["call", "workspaces.index"], None).await;
    assert!(ended.failed(3).starts_with("frameio: accounts.index: 401"), "{ended:?}");
    let ended = run(Some("another"), &["call", "workspaces.show"], None).await;
    let message = ended.failed(2);
    let reason = "the IDs in the profile are ignored";
    assert!(message.contains("workspace_id") && message.contains(reason), "{message}");
    let other = run(Some(frameio_sim::Sim::TOKEN), &["whoami", "--json"], None).await.json();
    assert!(other["account_id"].is_null(), "{other}");

    // A sign-in of a user without access to the account removes it.
    let file = directory.path().join("profiles.json");
    let json = std::fs::read_to_string(&file).unwrap();
    let stale = json.replace(sim.demo().account_id.as_str(), "of-another-user");
    std::fs::write(&file, stale).unwrap();
    run(None, &["login", "--token"], Some(frameio_sim::Sim::TOKEN)).await;
    let who = run(None, &["whoami", "--json"], None).await.json();
    assert_eq!(who["account_id"], sim.demo().account_id.as_str());
}
