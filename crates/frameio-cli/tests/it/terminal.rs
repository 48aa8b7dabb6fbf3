//! Questions on a terminal, and what the program shows on one.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio_sim::{Fault, SimServer};
use http::StatusCode;
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use tokio::process::{Child, Command};
use unicode_width::UnicodeWidthStr;

use crate::comments::demo;
use crate::fixture::{Fixture, ROOT};
use crate::program::{Ended, end, interrupt, program, wait_until};
use crate::relocate::paths;
use crate::sign_in::{Machine, get, header};

const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";

/// Opens a terminal: the side of the user, and that of the program.
fn terminal() -> (File, File) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let name = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let program = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (File::from(terminal), File::from(program))
}

/// Runs the program with a terminal as standard input, on which `typed` is typed.
async fn run_on_terminal(server: &SimServer, arguments: &[&str], typed: &str) -> Ended {
    let (mut keyboard, input) = terminal();
    keyboard.write_all(typed.as_bytes()).unwrap();
    let mut command = program(server);
    command.args(arguments).stdin(input);
    end(command, None).await
}

/// Starts the program on a terminal, and reads what it prints.
fn start_on_terminal(mut command: Command, stdout: Stdio) -> (Child, Screen) {
    let (screen, end) = terminal();
    command.stdin(end.try_clone().unwrap()).stderr(end).stdout(stdout);
    let child = command.spawn().unwrap();
    // The program has the last copies of its end, so that the reader finds the end of the output.
    drop(command);
    let text = Arc::<Mutex<String>>::default();
    let (reader, written) = (screen.try_clone().unwrap(), text.clone());
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = (&reader).read(&mut bytes) {
            written.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    });
    (child, Screen { keyboard: screen, text })
}

struct Screen {
    keyboard: File,
    text: Arc<Mutex<String>>,
}

impl Screen {
    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }
}

/// Runs the program with a terminal of this width as its outputs, and returns the lines on it.
pub(crate) async fn shown(mut command: Command, columns: u16) -> Vec<String> {
    let (mut screen, output) = terminal();
    let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&screen, size).unwrap();
    command.env("TERM", "xterm").stdout(output.try_clone().unwrap()).stderr(output);
    let mut child = command.spawn().unwrap();
    // Otherwise, the screen would stay open.
    drop(command);
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        // Fails when the program has closed the terminal.
        let _ = screen.read_to_end(&mut bytes);
        String::from_utf8(bytes).unwrap()
    });
    let ended = tokio::time::timeout(Duration::from_secs(120), child.wait()).await;
    ended.expect("the program ends").unwrap();
    read.await.unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_browser_on_another_machine_can_be_pasted() {
    let machine = Machine::new().await;
    let command = machine.command(&["login", "--no-browser"]);
    let (child, mut screen) = start_on_terminal(command, Stdio::piped());
    let url = || {
        let text = screen.text();
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        let is_asked = text.contains("paste the address that it could not open");
        lines.into_iter().find(|line| line.starts_with("http")).filter(|_| is_asked)
    };
    wait_until(|| url().is_some()).await;
    let response = get(&url().unwrap()).await;
    // The browser shows this address, at which nothing listens on its machine.
    let callback = header(&response, "location").unwrap();
    screen.keyboard.write_all(b"another address\n").unwrap();
    wait_until(|| screen.text().contains("this is not the address: it begins with http://")).await;
    screen.keyboard.write_all(format!("{callback}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().await.unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", screen.text());
    assert!(stdout.starts_with("signed in as "), "{stdout}");
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_wrapped_at_the_width_of_the_terminal() {
    let (_sim, server) = demo().await;
    let missing = || {
        let mut command = program(&server);
        command.args(["ls", "/Film/The Crossing/日本語の 名前の とても 長い フォルダ"]);
        command
    };
    let text = end(missing(), None).await.failed(5).to_owned();
    for columns in [40, 60] {
        let lines = shown(missing(), columns).await;
        for line in &lines {
            assert!(
                UnicodeWidthStr::width(line.as_str()) <= columns.into(),
                "{columns}: {lines:#?}"
            );
        }
        assert!(lines.len() > 1, "{lines:?}");
        let words: Vec<_> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
        assert_eq!(words, text.split_whitespace().collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_passphrase_leaves_a_terminal_that_shows_what_is_typed() {
    let (_sim, server) = demo().await;
    let of_program = program(&server);
    // The program reads from the terminal that controls its session.
    let mut command = Command::new("setsid");
    for (name, value) in of_program.as_std().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(["--ctty", env!("CARGO_BIN_EXE_frameio"), "share", "create", "X"]);
    command.args(["/Film/The Crossing/Cuts", "--passphrase"]).kill_on_drop(true);
    let (mut child, mut screen) = start_on_terminal(command, Stdio::null());
    let shows_typed = |screen: &Screen| {
        tcgetattr(&screen.keyboard).unwrap().local_modes.contains(LocalModes::ECHO)
    };
    assert!(shows_typed(&screen));
    wait_until(|| screen.text().contains("Passphrase: ") && !shows_typed(&screen)).await;
    screen.keyboard.write_all(b"secr\x03").unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(60), child.wait()).await;
    assert_eq!(ended.unwrap().unwrap().code(), Some(130));
    assert!(shows_typed(&screen), "{}", screen.text());
    assert!(!screen.text().contains("secr"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_of_a_sync_can_be_interrupted() {
    let fixture = Fixture::new(&[("a.mov", 5), ("b.mov", 5), ("kept.mov", 5)]).await;
    assert_eq!(fixture.run(&["sync", "in", ROOT]).await.status, 0);
    for name in ["in/a.mov", "in/b.mov"] {
        std::fs::remove_file(fixture.directory.path().join(name)).unwrap();
    }
    for stdout in [Stdio::null(), Stdio::piped()] {
        let command = fixture.command(&["sync", "in", ROOT, "--delete"]);
        let (mut child, screen) = start_on_terminal(command, stdout);
        let id = child.id().unwrap().to_string();
        wait_until(|| screen.text().contains("Delete 2 files? [y/N]")).await;
        // The bars are drawn four times a second.
        tokio::time::sleep(Duration::from_millis(600)).await;
        interrupt(&id).await;
        let ended = tokio::time::timeout(Duration::from_secs(60), child.wait()).await;
        assert_eq!(ended.expect("it ends").unwrap().code(), Some(130), "{}", screen.text());
        let text = screen.text();
        let after = text.split("[y/N]").nth(1).unwrap_or_default();
        assert!(!after.contains("files,"), "nothing is drawn after the question: {after:?}");
    }
    assert_eq!(fixture.calls("files.delete"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bars_are_drawn_only_where_nothing_else_is_printed() {
    let fixture = Fixture::new(&[("a.mov", 2_000)]).await;
    for (number, (stdout, term, has_bars)) in [
        (Stdio::null(), "xterm", true),
        (Stdio::piped(), "xterm", false),
        (Stdio::null(), "dumb", false),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = format!("{ROOT}/{number}");
        assert_eq!(fixture.run(&["mkdir", &folder]).await.status, 0);
        let rate = ["upload", "in/a.mov", "--to", &folder, "--bwlimit", "1"];
        let mut command = fixture.command(&rate);
        command.env("TERM", term);
        let (mut child, screen) = start_on_terminal(command, stdout);
        let ended = tokio::time::timeout(Duration::from_secs(60), child.wait()).await;
        assert!(ended.expect("it ends").unwrap().success(), "{}", screen.text());
        // The reader of the screen may be behind.
        wait_until(|| screen.text().contains("1 transferred")).await;
        let text = screen.text();
        assert_eq!(text.contains("\u{1b}["), has_bars, "{text:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_colored_on_a_terminal_and_other_formats_never() {
    let (_sim, server) = demo().await;
    let project = "/Film/The Crossing";
    let command = |arguments: &[&str]| {
        let mut command = program(&server);
        command.args(arguments);
        command
    };
    let cut = "/Film/The Crossing/Cuts/The Crossing - cut 3.mp4";
    let listed = shown(command(&["ls", project]), 80).await;
    assert!(listed[0].starts_with("\u{1b}[1mNAME\u{1b}[0m "), "{listed:?}");
    assert!(
        listed.iter().any(|line| line.contains("\u{1b}[33mnot uploaded\u{1b}[0m")),
        "{listed:?}"
    );
    let comments = shown(command(&["comments", "list", cut]), 80).await;
    let is_dim = |line: &&String| line.starts_with("\u{1b}[2m");
    assert!(comments.iter().any(|line| is_dim(&line) && line.contains("done")), "{comments:?}");
    assert!(comments.iter().any(|line| !is_dim(&line) && line.contains("00:")), "{comments:?}");
    let last = comments.last().unwrap();
    assert!(last.contains("too narrow for"), "{comments:?}");
    let none = shown(command(&["share", "list", "/Film/Harbour Lights"]), 80).await;
    assert_eq!(none, ["frameio: the list is empty"]);
    let has_escapes = |lines: &[String]| lines.iter().any(|line| line.contains('\u{1b}'));
    let mut without = command(&["ls", project]);
    without.env("NO_COLOR", "1");
    assert!(!has_escapes(&shown(without, 80).await));
    assert!(!has_escapes(&shown(command(&["ls", project, "--color", "never"]), 80).await));
    for format in ["csv", "json", "jsonl", "ids"] {
        let lines =
            shown(command(&["ls", project, "--format", format, "--color", "always"]), 80).await;
        assert!(!lines.is_empty() && !has_escapes(&lines), "{format}: {lines:?}");
    }
    // In a pipe, only on request.
    let piped = |color: &'static str| end(command(&["ls", project, "--color", color]), None);
    assert!(!piped("auto").await.stdout.contains('\u{1b}'));
    assert!(piped("always").await.stdout.starts_with("\u{1b}[1mNAME"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rm_shows_the_contents_and_asks() {
    let (_sim, server) = demo().await;
    let day = "/Film/The Crossing/Dailies/Day 01";
    let kept = run_on_terminal(&server, &["rm", "-r", POSTER, day], "no\n").await;
    let question = format!(
        "\
{POSTER} (file, 4.59 MiB)
{day} (folder: 5 files, 2 folders, 7.82 GiB)
Delete these 2 items? Type yes to confirm:
frameio: nothing was deleted
"
    );
    assert_eq!((kept.status, kept.stderr, kept.stdout.as_str()), (1, question, ""));
    let deleted = run_on_terminal(&server, &["rm", POSTER], "yes\n").await;
    assert_eq!(deleted.stdout, format!("deleted: {POSTER} (file, 4.59 MiB)\n"), "{deleted:?}");
    assert!(!paths(&server, "/Film/The Crossing").await.contains(&"/Stills/Poster.png".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn rm_asks_for_the_name_of_a_project() {
    let (sim, server) = demo().await;
    let project = ["rm", "--yes", "/Film/Harbour Lights"];
    let kept = run_on_terminal(&server, &project, "yes\n").await;
    assert!(kept.stderr.contains("Type its name to confirm:"), "{kept:?}");
    assert!(kept.stderr.contains("(project: 1 file, 1 folder, 3.00 MiB)"), "{kept:?}");
    assert!(kept.stderr.ends_with("nothing was deleted\n"), "{kept:?}");
    assert_eq!(kept.status, 1, "{kept:?}");
    assert_eq!(sim.stats().by_operation.get("projects.delete"), None);
    let deleted = run_on_terminal(&server, &project, "Harbour Lights\n").await;
    assert!(deleted.stdout.starts_with("deleted: /Film/Harbour Lights"), "{deleted:?}");
    assert_eq!(sim.stats().by_operation.get("projects.delete"), Some(&1));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_remove_asks() {
    let (sim, server) = demo().await;
    let remove = ["members", "remove", "/Film", "viewer@example.com"];
    let kept = run_on_terminal(&server, &remove, "\n").await;
    let question = "\
Priya Raman <viewer@example.com>
Remove them from /Film? Type yes to confirm:
frameio: nobody was removed
";
    assert_eq!((kept.status, kept.stderr.as_str()), (1, question), "{kept:?}");
    let removed = run_on_terminal(&server, &remove, "YES\n").await;
    assert!(removed.stdout.starts_with("removed: Priya Raman"), "{removed:?}");
    let deletes = sim.stats().by_operation;
    assert_eq!(deletes.get("workspace_permissions.workspace_user_roles_delete"), Some(&1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_is_kept_is_no_success() {
    let (sim, server) = demo().await;
    let shares = run_on_terminal(&server, &["share", "list", "/Film/The Crossing"], "").await;
    assert!(shares.stdout.contains("Cut 3 for review"), "{shares:?}");
    let delete = ["share", "delete", "Cut 3 for review", "--project", "/Film/The Crossing"];
    let kept = run_on_terminal(&server, &delete, "no\n").await;
    assert_eq!(kept.status, 1, "{kept:?}");
    assert!(kept.stdout.starts_with("kept: share "), "{kept:?}");
    assert_eq!(sim.stats().by_operation.get("shares.delete"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_says_so_on_a_terminal() {
    let (_sim, server) = demo().await;
    let mut command = program(&server);
    command.args(["find", "/Film", "--name", "Day 01/*"]);
    let lines = shown(command, 80).await;
    assert_eq!(
        lines,
        [
            "frameio: '--name' compares names, not paths: pass the folder as PLACE",
            "frameio: the list is empty"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_wait_is_shown_until_it_ends() {
    let (sim, server) = demo().await;
    let refused = Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 3);
    sim.inject(refused.on("users.show").next(1));
    let mut command = program(&server);
    command.args(["call", "users.show"]);
    let screen = shown(command, 80).await.concat();
    let start = screen.find(" s before the next attempt (429)").unwrap();
    let cleared = screen.get(start..).and_then(|rest| rest.find("\u{1b}[2K"));
    assert!(cleared.is_some(), "the line is removed: {screen:?}");
    assert!(screen.contains("\"data\""), "{screen:?}");
}
