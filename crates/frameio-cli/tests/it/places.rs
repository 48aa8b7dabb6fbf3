//! Places in arguments: relative paths, links, shares, and names from the cache.

use frameio_sim::{Fault, Sim, SimServer};
use http::StatusCode;
use serde_json::json;
use tokio::process::Command;

use crate::comments::{CUT_3, STACK_PATH, demo};
use crate::program::{Ended, end, program, run};

const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";
const POSTER_ID: &str = "0000002a-f1a0-4000-8000-000000000000";
const STILLS: &str = "/Film/The Crossing/Stills";

/// Runs the program in a current folder of the service.
async fn run_in(server: &SimServer, folder: &str, arguments: &[&str]) -> Ended {
    let mut command = program(server);
    command.env("FRAMEIO_CWD", folder).args(arguments);
    end(command, None).await
}

fn names(listed: &Ended) -> Vec<String> {
    assert_eq!(listed.status, 0, "{listed:?}");
    let mut names: Vec<_> =
        listed.lines().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn relative_paths_start_at_the_current_folder() {
    let (sim, server) = demo().await;
    let stills = ["Harbour at dawn.jpg", "Poster.png"];
    for (folder, place) in [
        ("/Film/The Crossing", Some("Stills")),
        ("/Film/The Crossing", Some("./Dailies/../Stills/")),
        ("/Film/The Crossing/Dailies/Day 01", Some("../../Stills")),
        ("/Film", Some("The Crossing/Stills")),
        (STILLS, Some(".")),
        (STILLS, None),
        (STILLS, Some(STILLS)),
        (sim.demo().workspace_id.as_str(), Some(STILLS)),
    ] {
        let arguments: Vec<_> = ["ls", "--json"].into_iter().chain(place).collect();
        assert_eq!(names(&run_in(&server, folder, &arguments).await), stills, "{folder} {place:?}");
    }
    // A full ID is never a relative path.
    let file = run_in(&server, STILLS, &["ls", "--json", POSTER_ID]).await;
    assert_eq!(names(&file), ["Poster.png"]);
    let above = run_in(&server, STILLS, &["ls", "../../../.."]).await;
    assert!(above.failed(2).contains("is above the workspace"), "{above:?}");
    let missing = run_in(&server, STILLS, &["ls", "Gone"]).await;
    assert!(missing.failed(5).contains("no such file or folder 'Gone'"), "{missing:?}");
    let relative = run_in(&server, "Film/The Crossing", &["ls", "Stills"]).await;
    assert!(
        relative.failed(2).contains("FRAMEIO_CWD: 'Film/The Crossing' is a relative path"),
        "{relative:?}"
    );
    let none = run(&server, &["ls", "Stills/Poster.png"]).await;
    assert!(none.failed(2).contains("set FRAMEIO_CWD"), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_current_folder_can_be_the_root_and_is_named_in_errors() {
    let (_sim, server) = demo().await;
    let listed = run_in(&server, "/", &["ls", "Film/The Crossing/Stills", "--json"]).await;
    assert_eq!(names(&listed), ["Harbour at dawn.jpg", "Poster.png"]);
    let wrong = run_in(&server, "/Film/Nope", &["ls", "Stills"]).await;
    assert!(wrong.failed(5).contains("FRAMEIO_CWD: no such project 'Nope'"), "{wrong:?}");
    let name = run(&server, &["ls", "Film"]).await;
    assert!(name.failed(5).contains("a path begins with '/', such as '/Film'"), "{name:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_created_but_not_moved_or_deleted_by_relative_paths() {
    let (sim, server) = demo().await;
    let made = run_in(&server, STILLS, &["mkdir", "New", "-p", "A/B"]).await;
    assert_eq!(made.status, 0, "{made:?}");
    assert!(made.stdout.contains("/Film/The Crossing/Stills/New"), "{made:?}");
    assert!(made.stdout.contains("/Film/The Crossing/Stills/A/B"), "{made:?}");
    let copied = run_in(&server, STILLS, &["cp", "Poster.png", "New/Copy.png"]).await;
    copied.succeeded();
    assert_eq!(names(&run_in(&server, STILLS, &["ls", "--json", "New"]).await), ["Copy.png"]);
    let commented = run_in(&server, STILLS, &["comments", "add", "Poster.png", "text"]).await;
    assert_eq!(commented.status, 0, "{commented:?}");
    let path = format!("folder_id={STILLS}");
    let called =
        run_in(&server, STILLS, &["call", "folders.show", "--path", "folder_id=."]).await.json();
    assert_eq!(called, run(&server, &["call", "folders.show", "--path", &path]).await.json());
    for command in [
        &["rm", "--yes", "Poster.png"][..],
        &["rm", "-r", "--yes", "."],
        &["mv", "Poster.png", "/Film/The Crossing/Cuts"],
        &["mv", POSTER, "New"],
    ] {
        let refused = run_in(&server, STILLS, command).await;
        assert!(refused.failed(2).contains("is a relative path"), "{command:?}: {refused:?}");
    }
    let calls = sim.stats().by_operation;
    assert!(!calls.keys().any(|it| it.ends_with(".delete") || it.ends_with("move")), "{calls:?}");
}

/// Creates a share, and returns its ID and short link.
async fn share(server: &SimServer, items: &[&str]) -> (String, String) {
    let shared = run(server, &[&["share", "create", "--json", "For review"], items].concat()).await;
    assert_eq!(shared.status, 0, "{shared:?}");
    let share = &shared.lines()[0];
    let text = |name: &str| share[name].as_str().unwrap().to_owned();
    (text("id"), text("url"))
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_items_and_shares_are_places() {
    let (sim, server) = demo().await;
    let (id, short) = share(&server, &[STACK_PATH]).await;
    let project = sim.demo().project_id;
    let expected = run(&server, &["comments", "list", STACK_PATH, "--json"]).await;
    assert!(expected.lines().len() > 2, "{expected:?}");
    for link in [
        format!("https://next.frame.io/project/{project}/view/{CUT_3}"),
        format!("next.frame.io/project/{project}/view/{CUT_3}?comment=x"),
        format!("https://next.frame.io/share/{id}"),
        format!("https://next.frame.io/share/{id}/view/{CUT_3}"),
        short.clone(),
        short.trim_start_matches("https://").to_owned(),
    ] {
        let listed = run(&server, &["comments", "list", &link, "--json"]).await;
        assert_eq!(listed.stdout, expected.stdout, "{link}: {listed:?}");
        let out = tempfile::tempdir().unwrap();
        let directory = out.path().to_str().unwrap();
        let arguments = ["comments", "export", &link, "--format", "csv", "-o", directory];
        let exported = run(&server, &arguments).await;
        assert_eq!(exported.status, 0, "{link}: {exported:?}");
        assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 1, "{link}");
    }
    let unknown = run(&server, &["ls", "https://f.io/unknown"]).await;
    assert!(unknown.failed(5).contains("no share has the link 'https://f.io/unknown'"));
    let legacy = run(&server, &["ls", "https://app.frame.io/player/x"]).await;
    assert!(legacy.failed(2).contains("legacy web app"), "{legacy:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_with_several_items_lists_them() {
    let (_sim, server) = demo().await;
    let (id, _) = share(&server, &[POSTER, STACK_PATH]).await;
    let link = format!("https://next.frame.io/share/{id}");
    let refused = run(&server, &["ls", &link]).await;
    let message = refused.failed(2);
    assert!(message.contains("has 2 items") && message.contains(POSTER_ID), "{message}");
    // A folder counts as one item, although the service lists what is in it.
    let (id, _) = share(&server, &[STILLS]).await;
    let listed =
        run(&server, &["ls", "--json", &format!("https://next.frame.io/share/{id}")]).await;
    assert_eq!(names(&listed), ["Harbour at dawn.jpg", "Poster.png"]);
    let missing = run(&server, &["ls", &format!("https://next.frame.io/share/{POSTER_ID}")]).await;
    assert!(missing.failed(5).contains("no share has the ID"), "{missing:?}");
}

/// A user whose names are saved in a directory.
struct User<'a> {
    sim: &'a Sim,
    server: &'a SimServer,
    directory: tempfile::TempDir,
}

impl<'a> User<'a> {
    fn new(sim: &'a Sim, server: &'a SimServer) -> Self {
        Self { sim, server, directory: tempfile::tempdir().unwrap() }
    }

    fn command(&self) -> Command {
        let mut command = program(self.server);
        command.env("FRAMEIO_CONFIG_DIR", self.directory.path()).env_remove("FRAMEIO_NO_CACHE");
        command
    }

    /// Runs a command, and returns the operations that it called.
    async fn run(&self, arguments: &[&str]) -> (Ended, Vec<&'static str>) {
        self.sim.clear_requests();
        let mut command = self.command();
        command.args(arguments);
        let ended = end(command, None).await;
        let called = self.sim.requests().iter().filter_map(|it| it.operation).collect();
        (ended, called)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_path_costs_one_request_and_one_below_it_two() {
    let (sim, server) = demo().await;
    let user = User::new(&sim, &server);
    let (first, calls) = user.run(&["open", "--print", STILLS]).await;
    first.succeeded();
    assert_eq!(calls.len(), 4, "{calls:?}");
    let (again, calls) = user.run(&["open", "--print", STILLS]).await;
    assert_eq!((again.stdout, calls), (first.stdout, vec!["folders.show"]));
    let (_, calls) = user.run(&["open", "--print", POSTER]).await;
    assert_eq!(calls, ["folders.show", "folders.index"]);
    let (_, calls) = user.run(&["open", "--print", POSTER_ID]).await;
    assert!(calls.len() > 1, "{calls:?}");
    let (_, calls) = user.run(&["open", "--print", POSTER_ID]).await;
    assert_eq!(calls, ["files.show"]);
    // Another user of the service, and a run without the cache, know nothing.
    let mut command = user.command();
    command.args(["open", "--print", STILLS]).env("FRAMEIO_NO_CACHE", "1");
    sim.clear_requests();
    end(command, None).await.succeeded();
    assert_eq!(sim.requests().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_was_moved_renamed_or_deleted_is_looked_up_again() {
    let (sim, server) = demo().await;
    let user = User::new(&sim, &server);
    let sound = "/Film/The Crossing/Sound";
    user.run(&["open", "--print", POSTER]).await.0.succeeded();
    run(&server, &["mv", POSTER, sound]).await.succeeded();
    let (moved, _) = user.run(&["open", "--print", POSTER]).await;
    assert!(moved.failed(5).contains("no such file or folder 'Poster.png'"), "{moved:?}");
    // The folder of a known path was deleted, and another one has its name.
    user.run(&["open", "--print", STILLS]).await.0.succeeded();
    run(&server, &["rm", "-r", "--yes", STILLS]).await.succeeded();
    run(&server, &["mkdir", STILLS]).await.succeeded();
    run(&server, &["mv", &format!("{sound}/Poster.png"), STILLS]).await.succeeded();
    let (found, _) = user.run(&["ls", "--json", POSTER]).await;
    assert_eq!(names(&found), ["Poster.png"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cache_is_not_used_before_a_change() {
    let (sim, server) = demo().await;
    let user = User::new(&sim, &server);
    user.run(&["open", "--print", POSTER]).await.0.succeeded();
    // Another file has the name now, so the path is ambiguous.
    run(&server, &["cp", "--allow-duplicates", POSTER, STILLS]).await.succeeded();
    let (read, calls) = user.run(&["open", "--print", POSTER]).await;
    assert_eq!((read.status, calls), (0, vec!["files.show"]), "a known file is read");
    for command in [
        &["rm", "--yes", POSTER][..],
        &["comments", "add", POSTER, "text"],
        &["metadata", "set", POSTER, "Status=Approved"],
        &["call", "files.delete", "--path", &format!("file_id={POSTER}")],
    ] {
        let (refused, calls) = user.run(command).await;
        assert_eq!(refused.status, 2, "{command:?}: {refused:?}");
        assert!(refused.stderr.contains(POSTER_ID), "{command:?}: {refused:?}");
        assert!(calls.contains(&"folders.index"), "{command:?}: {calls:?}");
    }
    // Nor is a folder above the item taken from it.
    let page = json!({"data": [], "links": {"next": null}}).to_string();
    sim.inject(Fault::body(StatusCode::OK, "application/json", page).on("projects.index"));
    let (refused, _) = user.run(&["rm", "--yes", POSTER]).await;
    assert_eq!(refused.status, 5, "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_were_read_for_completion_are_used_by_other_commands() {
    let (sim, server) = demo().await;
    let user = User::new(&sim, &server);
    let mut complete = user.command();
    let line = "frameio ls /Film/The\\ Crossing/Stills/";
    complete
        .env("FRAMEIO_COMPLETE", "bash")
        .env("FRAMEIO_COMPLETE_LIMIT", "60000")
        .env("_FRAMEIO_COMPLETE_LINE", line)
        .env("_FRAMEIO_COMPLETE_POINT", line.len().to_string())
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_INDEX", "2")
        .args(["--", "frameio", "ls", "/Film/The\\ Crossing/Stills/"]);
    let completed = end(complete, None).await;
    assert!(completed.stdout.contains("Poster.png"), "{completed:?}");
    let (_, calls) = user.run(&["open", "--print", POSTER]).await;
    assert_eq!(calls, ["files.show"]);
}

/// A user whose account has not moved to V4 sees no account.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_an_account_gets_an_error() {
    let (sim, server) = demo().await;
    let none = json!({"data": [], "links": {"next": null}, "total_count": 0}).to_string();
    sim.inject(Fault::body(StatusCode::OK, "application/json", none).on("accounts.index").next(99));
    for arguments in [
        &["ls", "/"][..],
        &["tree", "/"],
        &["ls", "/Film"],
        &["webhook", "list", "--workspace", "x"],
    ] {
        let ended = run(&server, arguments).await;
        assert!(ended.failed(5).contains("the user has no account"), "{arguments:?}: {ended:?}");
    }
    let me = run(&server, &["whoami"]).await;
    assert!(me.stdout.contains("no account; `frameio doctor` explains why"), "{me:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_named_by_its_stack_and_its_name() {
    let (_sim, server) = demo().await;
    let version = format!("{STACK_PATH}/The Crossing - cut 2.mp4");
    let cut_2 = "00000027-f1a0-4000-8000-000000000000";
    let listed = run(&server, &["ls", &version, "--format", "ids"]).await;
    listed.succeeded();
    assert_eq!(listed.stdout, format!("{cut_2}\n"));
    let relative =
        run_in(&server, STACK_PATH, &["ls", "The Crossing - cut 2.mp4", "--jq", ".id"]).await;
    assert_eq!(relative.stdout, format!("{cut_2}\n"), "{relative:?}");
    let shown = run(&server, &["rm", "--dry-run", "--json", &version]).await.json();
    assert_eq!((&shown["id"], &shown["path"]), (&json!(cut_2), &json!(version)));
    // The path that the search prints is a place.
    let found = run(&server, &["find", "--text", "bridge", "/Film", "--jq", ".path"]).await;
    let path = found.stdout.lines().next().unwrap();
    let opened = run(&server, &["open", path, "--print"]).await;
    assert_eq!(opened.status, 0, "{path}: {opened:?}");
    let missing = run(&server, &["ls", &format!("{STACK_PATH}/cut 9.mp4")]).await;
    assert!(missing.failed(5).contains("no such version 'cut 9.mp4' in "), "{missing:?}");
    let folder = run(&server, &["mkdir", &format!("{STACK_PATH}/New")]).await;
    assert!(folder.failed(2).contains("is not a folder"), "{folder:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_in_errors_can_be_typed() {
    let (_sim, server) = demo().await;
    let legal = "/Film/The Crossing/Legal";
    for name in ["slash/name", "cr\rover", "  two  "] {
        let (folder, name) = (format!("folder_id={legal}"), format!("name={name}"));
        let create = ["call", "folders.create", "--path", &folder, "-f", &name];
        run(&server, &create).await.succeeded();
    }
    let typed = run(&server, &["ls", &format!("{legal}/slash/name")]).await;
    assert!(typed.failed(5).contains(r"did you mean 'slash\/name'?"), "{typed:?}");
    run(&server, &["ls", &format!(r"{legal}/slash\/name")]).await.succeeded();
    let missing = run(&server, &["ls", &format!("{legal}/zzz")]).await;
    for name in [r"'cr\rover'", "'  two  '"] {
        assert!(missing.failed(5).contains(name), "{missing:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_through_a_file_names_the_file() {
    let (_sim, server) = demo().await;
    for (path, expected) in [
        (
            "/Film/The Crossing/Still uploading.mov/x",
            "Still uploading.mov' is a file, not a folder",
        ),
        ("/Film/The Crossing/Stills/Poster.png/x/y", "Stills/Poster.png' is a file, not a folder"),
        (
            "/Film/The Crossing/Cuts/The Crossing - cut 3.mp4/x/y",
            "The Crossing - cut 3.mp4' is a version stack, not a folder",
        ),
        ("/Film/The Crossing/Gone/x", "no such folder 'Gone' in /Film/The Crossing"),
    ] {
        let ended = run(&server, &["ls", path]).await;
        assert!(ended.failed(5).contains(expected), "{path}: {ended:?}");
    }
}
