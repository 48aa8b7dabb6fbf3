//! Questions on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Stdio;

use frameio_sim::SimServer;
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::process::Command;

use crate::comments::demo;
use crate::program::{Ended, end, program};
use crate::relocate::paths;

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

/// Runs the program with a terminal as standard output, and returns what the terminal receives, with `\n`
/// at the end of lines.
pub(crate) async fn printed_on_terminal(mut command: Command) -> String {
    let (mut screen, output) = terminal();
    let reading = tokio::task::spawn_blocking(move || {
        let mut received = Vec::new();
        // On Linux, reading fails when the program has closed the terminal.
        drop(screen.read_to_end(&mut received));
        String::from_utf8(received).unwrap().replace("\r\n", "\n")
    });
    let mut child = command.stdout(output).stderr(Stdio::null()).spawn().unwrap();
    // Closes the terminal of this process.
    drop(command);
    child.wait().await.unwrap();
    reading.await.unwrap()
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
