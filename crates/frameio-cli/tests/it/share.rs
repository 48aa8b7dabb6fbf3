//! `frameio share`.

use frameio::files::CreateLocalUpload;
use frameio_sim::{Fault, Sim, SimServer, Visit};
use http::StatusCode;
use serde_json::{Value, json};

use crate::comments::{CUT_3, STACK, STACK_PATH, demo};
use crate::metadata::client;
use crate::program::{Ended, end, program, run};

const PROJECT: &str = "/Film/The Crossing";
const CUTS: &str = "/Film/The Crossing/Cuts";
const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";
const MIX: &str = "/Film/The Crossing/Sound/Mix 02.wav";
const TEASER: &str = "/Campaigns/Spring Launch/Film/Teaser 16x9.mp4";
const SHARE: &str = "00000042-f1a0-4000-8000-000000000000";

async fn share(server: &SimServer, arguments: &[&str]) -> Ended {
    run(server, &[&["share"], arguments].concat()).await
}

/// Creates a share, and returns its JSON.
async fn created(server: &SimServer, arguments: &[&str]) -> Value {
    let ended = share(server, &[&["create"], arguments, &["--json"]].concat()).await;
    ended.succeeded();
    ended.json()
}

fn calls(sim: &Sim, operation: &str) -> u64 {
    sim.stats().by_operation.get(operation).copied().unwrap_or_default()
}

/// Returns the body of the last request of an operation.
fn body(sim: &Sim, operation: &str) -> Value {
    let requests = sim.requests();
    let request = requests.iter().rfind(|it| it.operation == Some(operation)).unwrap();
    serde_json::from_slice(&request.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_a_share_and_prints_its_link() {
    let (sim, server) = demo().await;
    let arguments = ["create", "Cut 3 – Größe", STACK_PATH, CUTS, STACK, "--expires", "2099-12-24"];
    let ended =
        share(&server, &[&arguments[..], &["--no-downloads", "--all-versions"]].concat()).await;
    ended.succeeded();
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert!(lines[0].starts_with("created share ") && lines[0].ends_with("'Cut 3 – Größe'"));
    assert!(lines[1].starts_with("link: https://f.io/"), "{ended:?}");
    assert_eq!(lines[2..], ["expires: 2099-12-24 23:59"]);
    let sent = body(&sim, "shares.create")["data"].take();
    let ids = json!([STACK, "00000017-f1a0-4000-8000-000000000000"]);
    assert_eq!((&sent["asset_ids"], &sent["access"]), (&ids, &json!("public")));
    assert_eq!((&sent["downloading_enabled"], &sent["passphrase"]), (&json!(false), &Value::Null));
    let shown =
        created(&server, &["Dailies", "/Film/The Crossing/Dailies", "--expires", "7d"]).await;
    assert_eq!((&shown["has_passphrase"], &shown["name"]), (&json!(false), &json!("Dailies")));
    assert!(shown["expiration"].is_string() && shown["url"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_the_passphrase_from_a_file_and_never_prints_it() {
    let (sim, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("passphrase");
    std::fs::write(&file, "öpen sesame\n").unwrap();
    let file = file.to_str().unwrap();
    let ended =
        share(&server, &["create", "Cuts", CUTS, "--passphrase-file", file, "--json"]).await;
    ended.succeeded();
    assert!(!ended.stdout.contains("sesame"), "{ended:?}");
    assert_eq!(body(&sim, "shares.create")["data"]["passphrase"], "öpen sesame");
    let id = ended.json()["id"].as_str().unwrap().to_owned();
    for arguments in [&["show", &id][..], &["show", &id, "--json"], &["list", PROJECT, "--json"]] {
        let shown = share(&server, arguments).await;
        shown.succeeded();
        assert!(
            shown.stdout.contains("passphrase") && !shown.stdout.contains("sesame"),
            "{shown:?}"
        );
    }
    let shown = share(&server, &["show", &id, "--show-passphrase"]).await;
    assert_eq!(shown.stdout, "öpen sesame\n");

    let mut command = program(&server);
    command.args(["share", "create", "Cuts", CUTS, "--passphrase-file", "-"]);
    end(command, Some("from standard input\n")).await.succeeded();
    assert_eq!(body(&sim, "shares.create")["data"]["passphrase"], "from standard input");
    let mut command = program(&server);
    command.args(["share", "create", "Cuts", CUTS, "--passphrase-file", "-"]);
    let several = end(command, Some("one\ntwo\n")).await;
    assert_eq!(several.failed(2), "frameio: standard input contains a line break");
    let secure = share(&server, &["create", "Secure", CUTS, "--secure"]).await;
    assert!(secure.stderr.contains("the service generated a passphrase: `frameio share show "));
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_shares_that_cannot_be_created() {
    let (sim, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    let long = directory.path().join("long");
    std::fs::write(&long, "é".repeat(256)).unwrap();
    let long = long.to_str().unwrap();
    for (arguments, message) in [
        (
            &["Both", STACK, TEASER][..],
            "are in different projects: create a share for each project",
        ),
        (&[STACK_PATH, POSTER], "looks like a place: the name of the share comes first"),
        (&["All", PROJECT], "is a project: share its folders instead"),
        (&["All", "/Film"], "is a workspace"),
        (&["Cut", STACK, "--expires", "soon"], "invalid value 'soon' for '--expires'"),
        (&["Cut", STACK, "--expires", "2020-01-01"], "is in the past"),
        (&["Cut", STACK, "--passphrase"], "without a terminal: pass '--passphrase-file'"),
        (&["Cut", STACK, "--passphrase-file", long], "has 256 characters, the maximum is 255"),
        (&["Cut", "-", "--passphrase-file", "-"], "cannot contain both"),
        (&["Cut", STACK, "--notify"], "'--notify' needs '--reviewer'"),
        (&["Cut", STACK, "--secure", "--reviewer", "kim"], "'kim' is not an email address"),
    ] {
        let ended = share(&server, &[&["create"], arguments].concat()).await;
        assert!(ended.failed(2).contains(message), "{arguments:?}: {ended:?}");
    }
    let usage = share(&server, &["create", "Cut", STACK, "--reviewer", "kim@example.com"]).await;
    assert_eq!(usage.status, 2, "{usage:?}");
    let argument = share(&server, &["create", "Cut", STACK, "--passphrase=secret"]).await;
    assert_eq!(argument.status, 2, "{argument:?}");
    assert_eq!(calls(&sim, "shares.create"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_more_than_100_items_and_suggests_their_folder() {
    let (sim, server) = demo().await;
    let demo = sim.demo();
    let client = client(&server);
    let mut places = String::new();
    for take in 0..103 {
        let name = format!("Take {take:03}.mov");
        let create = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, name, 1);
        places += &format!("{}\n", client.send(create).await.unwrap().id.as_str());
    }
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("shares.add_asset").next(1));
    let mut command = program(&server);
    command.args(["share", "create", "Takes", "-"]);
    let ended = end(command, Some(&places)).await;
    assert_eq!(ended.status, 4);
    assert!(
        ended.stderr.contains("103 are given: sharing the folder '/Film/The Crossing'"),
        "{ended:?}"
    );
    assert!(ended.stdout.starts_with("created share "), "{ended:?}");
    assert!(
        ended.stderr.contains("\nframeio: cannot add '/Film/The Crossing/Take 100.mov': "),
        "{ended:?}"
    );
    assert!(ended.stdout.contains("\nadded: /Film/The Crossing/Take 102.mov\n"), "{ended:?}");
    assert_eq!(body(&sim, "shares.create")["data"]["asset_ids"].as_array().unwrap().len(), 100);

    let mut command = program(&server);
    command.args(["share", "add", "Takes", "-", "--project", PROJECT, "--json"]);
    let again = end(command, Some(&places)).await;
    again.succeeded();
    let lines = again.lines();
    let added: Vec<_> = lines.iter().filter(|line| line["outcome"] == "added").collect();
    assert_eq!((lines.len(), added.len()), (103, 1));
    assert_eq!(added[0]["path"], "/Film/The Crossing/Take 100.mov");
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_shares_by_id_link_and_name() {
    let (_sim, server) = demo().await;
    let folder = share(&server, &["list", CUTS]).await;
    let message = format!("'{CUTS}' is not a project: pass '{PROJECT}'");
    assert!(folder.failed(2).contains(&message), "{folder:?}");
    let listed = share(&server, &["list", PROJECT, "--json"]).await.json();
    let url = listed["url"].as_str().unwrap();
    let view = format!("https://next.frame.io/share/{SHARE}/view/{CUT_3}");
    for arguments in [
        &["show", SHARE, "--json"][..],
        &["show", url, "--json"],
        &["show", &url["https://".len()..], "--json"],
        &["show", &view, "--json"],
        &["show", "cut 3 for REVIEW", "--project", PROJECT, "--json"],
    ] {
        let shown = share(&server, arguments).await.json();
        assert_eq!(shown["id"], SHARE, "{arguments:?}");
        assert_eq!(shown["assets"][0]["id"], STACK);
    }
    let other = created(&server, &["Cut 3 for review", POSTER]).await;
    let other = other["id"].as_str().unwrap();
    let ambiguous = share(&server, &["show", "Cut 3 for review", "--project", PROJECT]).await;
    let error = ambiguous.failed(2);
    assert!(error.contains(SHARE) && error.contains(other), "{ambiguous:?}");
    for (text, status, message) in [
        ("Cut 3 for review", 2, "pass '--project' to find a share by its name"),
        ("https://f.io/missing", 5, "no share has the link 'https://f.io/missing'"),
        (STACK, 5, "no share has the ID"),
    ] {
        let refused = share(&server, &["show", text]).await;
        assert!(refused.failed(status).contains(message), "{refused:?}");
    }
    let missing = share(&server, &["show", "Rushes", "--project", PROJECT]).await;
    assert!(missing.failed(5).contains("no such share; available: 'Cut 3"), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn adds_and_removes_items() {
    let (sim, server) = demo().await;
    let added = share(&server, &["add", SHARE, MIX, POSTER]).await;
    added.succeeded();
    assert_eq!(added.stdout, format!("exists: {POSTER}\nadded: {MIX}\n"));
    assert_eq!(calls(&sim, "shares.add_asset"), 1);
    let other = share(&server, &["add", SHARE, TEASER]).await;
    assert!(other.failed(2).contains("is in another project than the share"), "{other:?}");
    assert_eq!(calls(&sim, "shares.add_asset"), 1);
    let removed = share(&server, &["remove", SHARE, MIX, CUTS, POSTER]).await;
    assert_eq!(removed.status, 5);
    assert_eq!(removed.stdout, format!("removed: {MIX}\nremoved: {POSTER}\n"));
    assert!(removed.stderr.contains(&format!("cannot remove '{CUTS}': ")), "{removed:?}");
    let assets = share(&server, &["show", SHARE, "--json"]).await.json()["assets"].take();
    assert_eq!(assets.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_the_shared_items_without_those_in_shared_folders() {
    let (_sim, server) = demo().await;
    let stills = "/Film/The Crossing/Stills";
    let created = share(&server, &["create", "Stills", stills, "--json"]).await.json();
    let shown = share(&server, &["show", created["id"].as_str().unwrap()]).await;
    shown.succeeded();
    let contents = "  contents     1 item, with 2 items in folders\n    Stills/\n";
    assert!(shown.stdout.ends_with(contents), "{shown:?}");
    let second = share(&server, &["create", "Stills", stills, "--json"]).await.json();
    let ambiguous = share(&server, &["show", "Stills", "--project", PROJECT]).await;
    let message = ambiguous.failed(2);
    for share in [created, second] {
        let id = share["id"].as_str().unwrap();
        let link = share["url"].as_str().unwrap();
        assert!(message.contains(&format!("{id} ({link}, created 20")), "{ambiguous:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn manages_reviewers_without_sending_mail() {
    let (sim, server) = demo().await;
    let secure = ["Secure", CUTS, "--secure", "--reviewer", "Kim@example.com"];
    let ended = share(&server, &[&["create"], &secure[..], &["--json"]].concat()).await;
    let id = ended.json()["id"].as_str().unwrap().to_owned();
    let sent = body(&sim, "shares.add_reviewers")["data"].take();
    assert_eq!(sent["notify_by_email"], false);
    assert_eq!(sent["reviewers"], json!({"emails": ["kim@example.com"]}));
    let emails: Vec<_> = (0..11).map(|at| format!("r{at}@example.com")).collect();
    let mut arguments = vec!["reviewers", "add", &id, "--notify", "--message", "Notes, please"];
    arguments.extend(emails.iter().map(String::as_str));
    let added = share(&server, &arguments).await;
    added.succeeded();
    assert_eq!(added.stdout.lines().count(), 11, "{added:?}");
    assert!(added.stdout.starts_with("added: r0@example.com (notified by email)\n"), "{added:?}");
    assert_eq!(calls(&sim, "shares.add_reviewers"), 3, "10 people in a call");
    let sent = body(&sim, "shares.add_reviewers")["data"].take();
    assert_eq!(
        (&sent["notify_by_email"], &sent["message"]),
        (&json!(true), &json!("Notes, please"))
    );
    let removed = share(&server, &["reviewers", "remove", &id, "KIM@example.com"]).await;
    assert_eq!(removed.stdout, "removed: kim@example.com\n");
    let listed = share(&server, &["reviewers", "list", &id, "--json"]).await.lines();
    assert_eq!((listed.len(), &listed[0]["email"]), (11, &json!("r0@example.com")));

    let public = share(&server, &["reviewers", "add", SHARE, "kim@example.com"]).await;
    assert!(public.failed(2).contains("pass '--notify' to send an email"), "{public:?}");
    let stranger = share(&server, &["reviewers", "remove", &id, "x@example.com"]).await;
    assert!(stranger.failed(5).contains("cannot remove 'x@example.com': "), "{stranger:?}");
    // One unknown address does not keep the others.
    let mixed = ["reviewers", "remove", &id, "r0@example.com", "x@example.com", "r1@example.com"];
    let mixed = share(&server, &mixed).await;
    assert_eq!(mixed.status, 5, "{mixed:?}");
    assert_eq!(mixed.stdout, "removed: r0@example.com\nremoved: r1@example.com\n");
    assert_eq!(mixed.stderr.matches("cannot remove").count(), 1, "{mixed:?}");
    let again = share(&server, &["reviewers", "remove", &id, "x@example.com", "--json"]).await;
    assert_eq!(again.lines()[0]["email"], "x@example.com", "{again:?}");
    assert_eq!(again.lines()[0]["outcome"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_the_activity_of_visitors() {
    let (sim, server) = demo().await;
    sim.visit_share(&SHARE.into(), Visit::share()).unwrap();
    sim.visit_share(&SHARE.into(), Visit::asset(&CUT_3.into()).by("editor@example.com")).unwrap();
    let poster = "0000002a-f1a0-4000-8000-000000000000".into();
    sim.visit_share(&SHARE.into(), Visit::download(&poster).by("guest@example.com")).unwrap();
    let lines = share(&server, &["activity", SHARE, "--json"]).await.lines();
    let seen: Vec<_> =
        lines.iter().map(|it| json!([it["type"], it["visitor"], it["asset_name"]])).collect();
    assert!(seen.contains(&json!(["share_viewed", null, null])), "{seen:?}");
    assert!(
        seen.contains(&json!(["asset_downloaded", "guest@example.com", "Poster.png"])),
        "{seen:?}"
    );
    let listed = share(&server, &["activity", SHARE]).await;
    listed.succeeded();
    let is_view = |line: &str| line.contains("share viewed") && line.ends_with("  anonymous");
    assert!(listed.stdout.lines().any(is_view), "{listed:?}");
    assert!(listed.stdout.contains("asset viewed      Mina Okafor"), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deletes_shares_only_with_confirmation() {
    let (sim, server) = demo().await;
    let refused = share(&server, &["delete", SHARE]).await;
    assert!(refused.failed(2).contains("'--yes' is required"), "{refused:?}");
    assert_eq!(sim.stats().requests, 0);
    let missing = share(&server, &["delete", SHARE, STACK, "--yes"]).await;
    missing.failed(5);
    assert_eq!(calls(&sim, "shares.delete"), 0, "all are found before any is deleted");
    let deleted = share(&server, &["delete", SHARE, "--yes"]).await;
    deleted.succeeded();
    assert!(deleted.stdout.starts_with(&format!("deleted: share {SHARE} 'Cut 3 for review' (")));
    let listed = share(&server, &["list", PROJECT]).await;
    assert_eq!((listed.status, listed.stdout.as_str()), (0, ""));
}
