//! Completion, manual pages, the first run, and the examples in help and guides.

use std::collections::BTreeSet;
use std::path::Path;

use frameio_sim::{SavedState, Sim, SimServer};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::program::{Ended, end, offline, program, run, serve};
use crate::sign_in::Machine;

/// Returns the command by which bash completes the last word.
fn complete(mut command: Command, words: &[&str]) -> Command {
    let line = words.join(" ");
    command
        .env("FRAMEIO_COMPLETE", "bash")
        // A busy machine needs longer.
        .env("FRAMEIO_COMPLETE_LIMIT", "60000")
        .env("_FRAMEIO_COMPLETE_LINE", &line)
        .env("_FRAMEIO_COMPLETE_POINT", line.len().to_string())
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
        .arg("--")
        .args(words);
    command
}

async fn completed(command: Command, words: &[&str]) -> Vec<String> {
    let ended = end(complete(command, words), None).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    ended.stdout.lines().map(str::to_owned).collect()
}

/// Returns the demo account with more files in a folder.
fn with_files(count: usize) -> SavedState {
    let demo = Sim::builder().state(SavedState::demo()).build();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    demo.save(&path).unwrap();
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let files = state["state"]["files"].as_array_mut().unwrap();
    let mut file = files[0].clone();
    for number in 0..count {
        file["id"] = format!("{number:08x}-aaaa-4000-8000-000000000000").into();
        file["name"] = format!("Frame {number:05}.dpx").into();
        files.push(file.clone());
    }
    std::fs::write(&path, state.to_string()).unwrap();
    SavedState::read(&path).unwrap()
}

/// A server, and a user whose names are saved in a directory.
struct Shell {
    server: SimServer,
    directory: tempfile::TempDir,
}

impl Shell {
    async fn new(state: SavedState) -> (Self, Sim) {
        let sim = Sim::builder().state(state).quotas(false).build();
        let server = sim.serve().await.unwrap();
        (Self { server, directory: tempfile::tempdir().unwrap() }, sim)
    }

    fn command(&self) -> Command {
        let mut command = program(&self.server);
        command.env("FRAMEIO_CONFIG_DIR", self.directory.path());
        command
    }
}

#[tokio::test]
async fn paths_are_completed_from_names_that_are_read_in_the_background() {
    let (shell, sim) = Shell::new(SavedState::demo()).await;
    for (words, expected) in [
        (&["frameio", "ls", "/"][..], &["/Campaigns/", "/Film/"][..]),
        (&["frameio", "ls", "/Film/The"], &["/Film/The\\ Crossing/"]),
        (
            &["frameio", "ls", "'/Film/The Crossing/S"],
            &[
                "/Film/The Crossing/Sound/",
                "/Film/The Crossing/Still uploading.mov",
                "/Film/The Crossing/Stills/",
            ],
        ),
        (&["frameio", "comments", "list", "/Film/H"], &["/Film/Harbour\\ Lights/"]),
        (&["frameio", "ls", "//"], &["//Demo\\ Account/"]),
    ] {
        // Inside a quote, bash passes the word without it.
        let words: Vec<_> = words.iter().map(|word| word.trim_start_matches('\'')).collect();
        let line = match expected[0].contains("Sound") {
            true => "frameio ls '/Film/The Crossing/S".to_owned(),
            false => words.join(" "),
        };
        let mut command = complete(shell.command(), &words);
        command
            .env("_FRAMEIO_COMPLETE_LINE", &line)
            .env("_FRAMEIO_COMPLETE_POINT", line.len().to_string());
        let ended = end(command, None).await;
        let mut found: Vec<_> = ended.stdout.lines().collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{words:?}");
    }
    let stack = crate::comments::STACK_PATH.replace(' ', "\\ ");
    let versions = completed(shell.command(), &["frameio", "open", &format!("{stack}/")]).await;
    assert_eq!(versions.len(), 3, "{versions:?}");
    let requests = sim.requests().len();
    completed(shell.command(), &["frameio", "ls", "/Film/Ha"]).await;
    assert_eq!(sim.requests().len(), requests, "the list is saved");
}

#[tokio::test]
async fn places_after_an_equals_sign_are_completed() {
    let (shell, _) = Shell::new(SavedState::demo()).await;
    // bash replaces the part after the sign only.
    for (words, expected) in [
        (
            &["frameio", "call", "folders.show", "--path", "folder_id=/Film/H"][..],
            "/Film/Harbour\\ Lights/",
        ),
        (&["frameio", "upload", "x", "--to=/Film/H"], "/Film/Harbour\\ Lights/"),
        (&["frameio", "call", "folders.show", "--path", "folder_id"], "folder_id="),
        (&["frameio", "rm", "/Film/H"], "/Film/Harbour\\ Lights/"),
    ] {
        let found = completed(shell.command(), words).await;
        assert_eq!(found.join(" "), expected, "{words:?}");
    }
    let mut other = shell.command();
    other.env("FRAMEIO_COMPLETE", "zsh");
    let words = ["frameio", "call", "folders.show", "--path", "folder_id=/Film/H"];
    other.env("_CLAP_COMPLETE_INDEX", "4").arg("--").args(words);
    other.env("FRAMEIO_COMPLETE_LIMIT", "60000");
    let ended = end(other, None).await;
    assert_eq!(ended.stdout.replace('\\', ""), "folder_id=/Film/Harbour Lights/", "{ended:?}");
}

#[tokio::test]
async fn relative_places_are_completed_if_paths_have_a_start() {
    let (shell, sim) = Shell::new(SavedState::demo()).await;
    let complete_in = |folder: &'static str, words: &'static [&'static str]| {
        let mut command = shell.command();
        command.env("FRAMEIO_CWD", folder);
        completed(command, words)
    };
    let project = "/Film/The Crossing/";
    for (words, expected) in [
        (&["frameio", "ls", "Da"][..], &["Dailies/"][..]),
        (
            &["frameio", "ls", "Dailies/Day\\ 01/"],
            &["Dailies/Day\\ 01/Camera\\ A/", "Dailies/Day\\ 01/Camera\\ B/"],
        ),
        (&["frameio", "ls", "../Har"], &["../Harbour\\ Lights/"]),
        (&["frameio", "call", "x", "--path", "folder_id=Da"], &["Dailies/"]),
        (&["frameio", "cp", "Da"], &["Dailies/"]),
        // These take absolute places only.
        (&["frameio", "mv", "Da"], &[]),
        (&["frameio", "rm", "Da"], &[]),
    ] {
        let mut found = complete_in(project, words).await;
        found.sort_unstable();
        assert_eq!(found, expected, "{words:?}");
    }
    let all = complete_in(project, &["frameio", "ls", ""]).await;
    assert!(["/", "Dailies/"].iter().all(|name| all.contains(&(*name).to_owned())), "{all:?}");
    let requests = sim.requests().len();
    completed(shell.command(), &["frameio", "ls", "/Film/The\\ Crossing/Da"]).await;
    assert_eq!(sim.requests().len(), requests, "absolute paths use the same names");
    let by_id = complete_in("0000000a-f1a0-4000-8000-000000000000", &["frameio", "ls", "Da"]).await;
    assert_eq!(by_id, ["Dailies/"]);
    // Without a start, only absolute paths are completed.
    let all = completed(shell.command(), &["frameio", "ls", ""]).await;
    let places: Vec<_> = all.iter().filter(|word| !word.starts_with("--")).collect();
    assert_eq!(places, ["/"]);
    assert!(completed(shell.command(), &["frameio", "ls", "Da"]).await.is_empty());
}

#[tokio::test]
async fn relative_places_start_at_the_project_of_the_profile() {
    let (shell, _) = Shell::new(SavedState::demo()).await;
    let mut set = shell.command();
    set.args(["profile", "set", "--project", "/Film/The Crossing"]);
    end(set, None).await.succeeded();
    let found = completed(shell.command(), &["frameio", "ls", "Da"]).await;
    assert_eq!(found, ["Dailies/"]);
}

#[tokio::test]
async fn operations_and_profiles_are_completed_without_a_sign_in() {
    let machine = Machine::new().await;
    let login = machine.command(&["login", "--token", "--profile", "studio"]);
    assert_eq!(end(login, Some(Sim::TOKEN)).await.status, 0);
    let sent = machine.sim.requests().len();
    for words in [["frameio", "ls", "--profile", "st"], ["frameio", "profile", "use", "st"]] {
        assert_eq!(completed(machine.command(&[]), &words).await, ["studio"]);
    }
    let found = completed(offline(), &["frameio", "call", "files.show"]).await;
    assert!(found.contains(&"files.show".to_owned()), "{found:?}");
    for (words, expected) in [
        (["frameio", "call", "files.show", "--path", "fi"], &["file_id="][..]),
        (["frameio", "call", "folders.update", "-f", "n"], &["name="]),
        (["frameio", "call", "folders.update", "--path", "n"], &[]),
        (["frameio", "call", "nothing", "-F", ""], &[]),
    ] {
        assert_eq!(completed(offline(), &words).await, expected, "{words:?}");
    }
    let mut signed_out = machine.command(&[]);
    signed_out.env("FRAMEIO_CONFIG_DIR", machine.directory.path().join("new"));
    assert!(completed(signed_out, &["frameio", "ls", "/"]).await.is_empty());
    assert_eq!(machine.sim.requests().len(), sent, "no request without a sign-in");
}

#[tokio::test]
async fn values_of_options_are_completed_without_a_request() {
    for (words, expected) in [
        (&["frameio", "ls", "/", "--columns", "si"][..], &["size"][..]),
        (&["frameio", "ls", "/", "--columns", "name,si"], &["name,size"]),
        (&["frameio", "ls", "/", "--columns=id,na"], &["--columns=id,name"]),
        (&["frameio", "share", "list", "--columns", "has_"], &["has_passphrase"]),
        (&["frameio", "ls", "/", "--format", "js"], &["json", "jsonl"]),
        (&["frameio", "upload", "a", "--order", "na"], &["name"]),
        (&["frameio", "comments", "export", "--format", "csv,resolve-e"], &["csv,resolve-edl"]),
        (&["frameio", "members", "set-role", "/Film", "a@b", "com"], &["commenter"]),
        (&["frameio", "webhook", "create", "--event", "file.re"], &["file.ready"]),
        (&["frameio", "man", "comm"], &["comments"]),
        (&["frameio", "man", "comments", "exp"], &["export"]),
    ] {
        for shell in ["bash", "zsh", "fish", "powershell"] {
            let mut command = complete(offline(), words);
            command.env("FRAMEIO_COMPLETE", shell);
            let ended = end(command, None).await;
            // bash replaces the part after `=`; other shells print descriptions as well.
            let found: Vec<_> = ended
                .stdout
                .lines()
                .map(|line| {
                    line.split(['\t', ':'])
                        .next()
                        .unwrap_or_default()
                        .trim_start_matches("--columns=")
                })
                .collect();
            let expected: Vec<_> =
                expected.iter().map(|it| it.trim_start_matches("--columns=")).collect();
            assert_eq!(found, expected, "{shell}: {words:?}");
        }
    }
}

#[tokio::test]
async fn names_of_shares_are_completed_in_the_project_of_the_line_or_of_relative_paths() {
    let (shell, sim) = Shell::new(SavedState::demo()).await;
    let named = ["frameio", "share", "show", "--project", "'/Film/The Crossing'", "Cut"];
    assert_eq!(completed(shell.command(), &named).await, [r"Cut\ 3\ for\ review"]);
    let mut relative = shell.command();
    relative.env("FRAMEIO_CWD", "/Film/The Crossing");
    let found = completed(relative, &["frameio", "share", "delete", "Cut"]).await;
    assert_eq!(found, [r"Cut\ 3\ for\ review"]);
    let requests = sim.requests().len();
    assert!(completed(shell.command(), &["frameio", "share", "show", "Cut"]).await.is_empty());
    assert_eq!(sim.requests().len(), requests, "a name without a project is not looked for");
}

#[tokio::test]
async fn a_place_with_thousands_of_names_is_completed() {
    let (shell, sim) = Shell::new(with_files(5_000)).await;
    let place = "/Film/The Crossing/Dailies/Day 01/Camera A/";
    let words = ["frameio", "ls", &place.replace(' ', "\\ ")];
    let found = completed(shell.command(), &words).await;
    assert_eq!(found.len(), 5_003);
    let sent = sim.requests().len();
    assert!(sent < 30, "pages of 500 names, and the folders above: {sent}");
    let word = format!("{}Frame\\ 0499", words[2]);
    let found = completed(shell.command(), &["frameio", "ls", &word]).await;
    assert_eq!(found.len(), 10, "{found:?}");
    assert_eq!(
        sim.requests().len(),
        sent,
        "a warm completion reads a saved list and sends nothing"
    );
}

#[tokio::test]
async fn completion_ends_at_its_time_limit() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut command = offline();
    command
        .env("FRAMEIO_BASE_URL", format!("http://{}", listener.local_addr().unwrap()))
        .env("FRAMEIO_CONFIG_DIR", directory.path())
        .env("FRAMEIO_TOKEN", Sim::TOKEN);
    let mut command = complete(command, &["frameio", "ls", "/"]);
    command.env("FRAMEIO_COMPLETE_LIMIT", "1");
    let ended = end(command, None).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{ended:?}");
}

#[tokio::test]
async fn each_shell_has_a_completion_script() {
    for (shell, expected) in [
        ("bash", "complete -o nospace"),
        ("zsh", "#compdef frameio"),
        ("fish", "complete "),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let mut command = offline();
        command.args(["completions", shell]);
        let ended = end(command, None).await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
        assert!(ended.stdout.contains(expected), "{shell}: {}", ended.stdout);
        assert!(ended.stdout.contains("FRAMEIO_COMPLETE"), "{shell}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn bash_completes_with_the_script() {
    let mut command = Command::new("bash");
    let bin = Path::new(env!("CARGO_BIN_EXE_frameio")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let script = "source <(frameio completions bash); COMP_WORDS=(frameio call files.sh); \
                  COMP_CWORD=2; COMP_LINE='frameio call files.sh'; COMP_POINT=21; COMP_TYPE=9; \
                  _clap_complete_frameio frameio files.sh call; printf '%s\\n' \"${COMPREPLY[@]}\"";
    command.args(["-c", script]).env("PATH", path).env("FRAMEIO_COMPLETE_LIMIT", "60000");
    let ended = end(command, None).await;
    assert_eq!(ended.stdout, "files.show\nfiles.show_file_upload_status\n", "{ended:?}");
}

#[tokio::test]
async fn a_new_user_learns_how_to_sign_in() {
    let directory = tempfile::tempdir().unwrap();
    let new = || {
        let mut command = offline();
        command.env("FRAMEIO_CONFIG_DIR", directory.path());
        command
    };
    let ended = end(new(), None).await;
    ended.succeeded_in(&[
        "three ways",
        "--client-id",
        "--token",
        "Adobe Developer Console",
        "frameio sim",
    ]);
    let mut signed_in = new();
    signed_in.env("FRAMEIO_TOKEN", "t");
    end(signed_in, None).await.succeeded_in(&["frameio whoami"]);
}

impl Ended {
    #[track_caller]
    fn succeeded_in(&self, parts: &[&str]) {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
        for part in parts {
            assert!(self.stdout.contains(part), "{part}: {}", self.stdout);
        }
    }
}

#[tokio::test]
async fn login_says_that_the_token_variable_wins() {
    let machine = Machine::new().await;
    let mut command = machine.command(&["login", "--token"]);
    command.env("FRAMEIO_TOKEN", Sim::TOKEN);
    let ended = end(command, Some(Sim::TOKEN)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let first = ended.stderr.lines().next().unwrap();
    assert!(first.contains("FRAMEIO_TOKEN is set, and overrides"), "{ended:?}");
    // Also if the sign-in fails.
    let mut command = machine.command(&["login", "--client-id", "unknown"]);
    command.env("FRAMEIO_TOKEN", Sim::TOKEN).env("FRAMEIO_CLIENT_SECRET", "wr0ng");
    let ended = end(command, None).await;
    assert_ne!(ended.status, 0, "{ended:?}");
    assert!(ended.stderr.contains("FRAMEIO_TOKEN is set, and overrides"), "{ended:?}");
}

#[tokio::test]
async fn manual_pages_exist_for_all_commands() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display().to_string();
    let mut command = offline();
    command.args(["man", "--dir", &path]);
    end(command, None).await.succeeded();
    for page in ["frameio.1", "frameio-ls.1", "frameio-comments-export.1"] {
        let text = std::fs::read_to_string(directory.path().join(page)).unwrap();
        assert!(text.contains(".SH NAME"), "{page}");
    }
    let mut command = offline();
    command.args(["man", "comments", "export"]);
    let ended = end(command, None).await;
    assert!(ended.stdout.contains("FRAMEIO-COMMENTS-EXPORT"), "{ended:?}");
    let mut command = offline();
    command.args(["man", "comments", "exprot"]);
    assert!(end(command, None).await.failed(2).contains("available: "));
    let mut command = offline();
    command.args(["man", "comments", "reply"]);
    let hidden = end(command, None).await;
    assert!(!hidden.failed(2).contains("reply,"), "{hidden:?}");
    let root = std::fs::read_to_string(directory.path().join("frameio.1")).unwrap();
    for section in ["EXAMPLES", "ENVIRONMENT VARIABLES", "EXIT STATUS"] {
        assert!(root.contains(&format!(".SH \"{section}\"\n")), "{section}");
    }
    assert!(!root.contains("EXTRA"), "{root}");
    let upload = std::fs::read_to_string(directory.path().join("frameio-upload.1")).unwrap();
    assert!(upload.contains(".SH SYNOPSIS\nframeio upload [OPTIONS]"), "{upload}");
}

/// Returns the paths of the service in a text: in quotes, or as words of a command.
fn paths(text: &str) -> BTreeSet<String> {
    let roots = ["/Film", "/Campaigns", "/Studio", "/Acme"];
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| line.contains("frameio ")) {
        let quoted = line.split('\'').skip(1).step_by(2).map(str::to_owned);
        let unquoted = line.split('\'').step_by(2).flat_map(str::split_whitespace);
        let unquoted = unquoted.map(|word| word.trim_end_matches(['`', ',', '|']).to_owned());
        let is_path = |text: &String| roots.iter().any(|root| text.starts_with(root));
        let all = quoted.chain(unquoted).filter(is_path);
        // Folders of a template need not exist.
        let all = all.map(|path| path.split("/{").next().unwrap_or_default().to_owned());
        // The target of the first commands need not exist; the last name is a version for the others.
        let verbs = [" mv ", " cp ", "versions promote", "versions split"];
        let uses_parent = verbs.iter().any(|verb| line.contains(verb));
        found.extend(all.map(|path| match path.rsplit_once('/') {
            // Its parents need not exist either.
            _ if line.contains("mkdir") => path.split('/').take(3).collect::<Vec<_>>().join("/"),
            // It creates a project in an existing workspace.
            Some((workspace, _)) if line.contains("archive restore") => workspace.to_owned(),
            Some((parent, _)) if uses_parent && parent.matches('/').count() > 1 => {
                parent.to_owned()
            }
            _ => path.trim_end_matches('/').to_owned(),
        }));
    }
    found
}

/// Returns a guide without its transcripts.
fn without_transcripts(text: &str) -> String {
    let mut parts = text.split("```console\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("\n```").map_or("", |(_, rest)| rest))
}

#[tokio::test]
async fn paths_in_help_and_guides_exist_in_the_demo_account() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display().to_string();
    let mut command = offline();
    command.args(["man", "--dir", &path]);
    end(command, None).await.succeeded();
    let mut texts: Vec<String> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        // Pages escape hyphens, quotes and backslashes.
        .map(|page| page.replace("\\-", "-").replace("\\*(Aq", "'").replace("\\'", "'"))
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guides = ["archive.md", "command.md", "comments.md", "transfers.md", "watch.md"];
    for guide in ["README.md".to_owned()].into_iter().chain(guides.map(|it| format!("docs/{it}"))) {
        let text = std::fs::read_to_string(root.join(&guide)).unwrap();
        // The transcripts of this guide create places. Another test runs them.
        texts.push(if guide == "docs/command.md" { without_transcripts(&text) } else { text });
    }
    let paths: BTreeSet<String> = texts.iter().flat_map(|text| paths(text)).collect();
    assert!(paths.len() >= 5, "{paths:?}");
    let (shell, _) = Shell::new(SavedState::demo()).await;
    for path in paths {
        let mut command = shell.command();
        command.args(["ls", &path]);
        let ended = end(command, None).await;
        assert_eq!(ended.status, 0, "{path}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn the_usage_in_an_error_has_no_options_of_the_environment() {
    let (_, server) = serve().await;
    let ended = run(&server, &["members", "list"]).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("Usage: frameio members list <PLACE>"), "{ended:?}");
    let number = run(&server, &["--max-retries", "x", "ls", "/"]).await;
    assert!(number.stderr.contains("expected a whole number"), "{number:?}");
}

#[tokio::test]
async fn an_unknown_refresh_is_refused() {
    let (_, server) = serve().await;
    let ended = run(&server, &["completions", "--refresh", "/", "--key", "../x"]).await;
    assert!(ended.failed(2).contains("invalid key"), "{}", json!(ended.stderr));
}
