//! Questions on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio_sim::SimServer;
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::process::{Child, Command};

use crate::comments::demo;
use crate::program::{Ended, end, interrupt, program, wait_until};
use crate::relocate::paths;
use crate::transfer::{Fixture, ROOT};

const POSTER: &str = "/Film/The Crossing/Stills/Poster.png";

/// Returns the keyboard and screen of a terminal, and the end that a program uses.
fn terminal() -> (File, File) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let name = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let input = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (File::from(terminal), File::from(input))
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
    (child, Screen { _keyboard: screen, text })
}

struct Screen {
    _keyboard: File,
    text: Arc<Mutex<String>>,
}

impl Screen {
    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }
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
        let text = screen.text();
        assert_eq!(text.contains("\u{1b}["), has_bars, "{text:?}");
        assert!(text.contains("1 transferred"), "{text:?}");
    }
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
    assert_eq!((kept.status, kept.stderr, kept.stdout.as_str()), (0, question, ""));
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
    assert_eq!((kept.status, kept.stderr.as_str()), (0, question), "{kept:?}");
    let removed = run_on_terminal(&server, &remove, "YES\n").await;
    assert!(removed.stdout.starts_with("removed: Priya Raman"), "{removed:?}");
    let deletes = sim.stats().by_operation;
    assert_eq!(deletes.get("workspace_permissions.workspace_user_roles_delete"), Some(&1));
}
