//! `frameio members`.

use frameio_sim::{SavedState, Sim};
use serde_json::json;

use crate::comments::demo;
use crate::program::{end, program, run};

const PROJECT: &str = "/Film/The Crossing";

#[tokio::test(flavor = "multi_thread")]
async fn lists_members_with_their_roles() {
    let (_sim, server) = demo().await;
    let listed = ["members", "list", "/Film", "--columns", "name,email,role"];
    let listed = run(&server, &listed).await;
    listed.succeeded();
    let expected = "\
NAME          EMAIL                  ROLE
Demo User     demo@example.com       owner
Mina Okafor   editor@example.com     editor
Jonas Weber   commenter@example.com  commenter
Priya Raman   viewer@example.com     viewer
Lucía Ortega  admin@example.com      admin
";
    assert_eq!(listed.stdout, expected);
    let folder = "/Film/The Crossing/Legal";
    let restricted = run(&server, &["members", "list", folder, "--json"]).await.lines();
    let emails: Vec<_> = restricted.iter().map(|it| it["email"].as_str().unwrap()).collect();
    assert_eq!(emails, ["demo@example.com", "admin@example.com"]);
    let file = run(&server, &["members", "list", "/Film/The Crossing/Stills/Poster.png"]).await;
    assert!(file.failed(2).contains("has no members"), "{file:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_roles_to_people_by_address_name_and_id() {
    let (_sim, server) = demo().await;
    let grant = async |arguments: &[&str]| {
        let arguments = [&["members", "set-role"], arguments].concat();
        let granted = run(&server, &arguments).await;
        granted.succeeded();
        granted.stdout
    };
    assert_eq!(
        grant(&[PROJECT, "VIEWER@example.com", "commenter"]).await,
        "Priya Raman <viewer@example.com>: commenter on /Film/The Crossing (was viewer)\n"
    );
    assert_eq!(
        grant(&["/Campaigns", "sam taylor", "Workspace-Admin"]).await,
        "Sam Taylor <sam@example.com>: workspace_admin on /Campaigns (was no role)\n"
    );
    let id = "00000004-f1a0-4000-8000-000000000000";
    let json = grant(&["/Film/The Crossing/Legal", id, "viewer", "--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected = json!({
        "outcome": "set", "type": "member", "user_id": id, "role": "viewer", "effective_role": "viewer", "previous_role": null,
        "path": "/Film/The Crossing/Legal",
    });
    assert_eq!(json, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_unknown_people_and_roles() {
    let (sim, server) = demo().await;
    for (arguments, status, message) in [
        (
            &[PROJECT, "viewer@example.com", "boss"][..],
            2,
            "invalid value 'boss' for 'ROLE': expected workspace_admin, full_access, editor, \
             edit_only, commenter, viewer",
        ),
        (
            &[PROJECT, "viewer@example.com", "workspace_admin"],
            2,
            "expected full_access, editor, edit_only, commenter, viewer",
        ),
        (&[PROJECT, "new@example.com", "viewer"], 5, "the API cannot invite people"),
        (&[PROJECT, "Mina", "viewer"], 5, "similar: Mina Okafor <editor@example.com>"),
    ] {
        let arguments = [&["members", "set-role"], arguments].concat();
        let refused = run(&server, &arguments).await;
        assert!(refused.failed(status).contains(message), "{arguments:?}: {refused:?}");
    }
    let calls = sim.stats().by_operation;
    assert!(!calls.keys().any(|it| it.contains("roles_update")), "{calls:?}");
    for command in ["set-role", "list"] {
        let help = run(&server, &["members", command, "--help"]).await;
        assert_eq!(help.status, 0, "{help:?}");
    }
    for arguments in [&["members", "invite"][..], &["members", "add", PROJECT, "new@example.com"]] {
        let refused = run(&server, arguments).await;
        assert!(refused.failed(2).contains("the API cannot invite people"), "{refused:?}");
    }
    let help = run(&server, &["members", "--help"]).await;
    assert!(help.stdout.contains("The API cannot invite people"), "{help:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ambiguous_name_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    SavedState::demo().write(&path).unwrap();
    let saved = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, saved.replace("Jonas Weber", "Mina Okafor")).unwrap();
    let state = SavedState::read(&path).unwrap();
    let sim = Sim::builder().state(state).quotas(false).build();
    let server = sim.serve().await.unwrap();
    let refused = run(&server, &["members", "set-role", PROJECT, "Mina Okafor", "viewer"]).await;
    let message = refused.failed(2);
    assert!(message.contains("'Mina Okafor' is ambiguous, use an email address: "), "{message}");
    assert!(message.contains("Mina Okafor <commenter@example.com>"), "{message}");
    let granted =
        run(&server, &["members", "set-role", PROJECT, "editor@example.com", "viewer"]).await;
    granted.succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn removes_members_only_with_confirmation() {
    let (sim, server) = demo().await;
    let remove = ["members", "remove", "/Film", "viewer@example.com", "Jonas Weber"];
    let refused = run(&server, &remove).await;
    assert!(refused.failed(2).contains("'--yes' is required"), "{refused:?}");
    assert_eq!(sim.stats().requests, 0);
    let removed = run(&server, &[&remove[..], &["--yes"]].concat()).await;
    removed.succeeded();
    let expected = "\
removed: Priya Raman <viewer@example.com> from /Film
removed: Jonas Weber <commenter@example.com> from /Film
";
    assert_eq!(removed.stdout, expected);
    let inherited = ["members", "remove", PROJECT, "editor@example.com", "--yes"];
    let inherited = run(&server, &inherited).await;
    assert!(inherited.failed(5).contains("granted above it"), "{inherited:?}");
    let mut command = program(&server);
    command.args(["members", "list", "/Film", "--json"]);
    assert_eq!(end(command, None).await.lines().len(), 3);
}
