//! `frameio watch`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use frameio_sim::Fault;
use serde_json::{Value, json};
use tokio::process::Child;

use crate::fixture::{Fixture, ROOT};
use crate::program::wait_until;

/// Time without changes, so that tests take little time.
const SETTLE: [&str; 2] = ["--settle", "0.05"];

fn status(path: &Path) -> Value {
    let text = std::fs::read_to_string(path);
    text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Starts a watcher of `in` that writes its status.
fn start(fixture: &Fixture, destination: &str, more: &[&str]) -> (Child, PathBuf) {
    let mut command = fixture.command(&["watch", "in", destination, "--status", "status.json"]);
    command.args(SETTLE).args(more).stdout(Stdio::piped()).stderr(Stdio::piped());
    (command.spawn().unwrap(), fixture.directory.path().join("status.json"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_pass_sorts_sends_and_moves_files() {
    let fixture = Fixture::new(&[("a.mov", 25), ("Day 1/Cam/b.mov", 5)]).await;
    let destination = format!("{ROOT}/in {{parent}}");
    let once = ["--once", "--after", "move:sent", "--status", "status.json"];
    let ended = fixture.run(&[&["watch", "in", &destination], &once[..], &SETTLE].concat()).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.contains("transferred /in Cam/b.mov (5 B)"), "{ended:?}");
    assert!(ended.stderr.contains("2 transferred (30 B)"), "{ended:?}");
    assert!(ended.stderr.contains("moved 'in/a.mov' to 'sent/a.mov'"), "{ended:?}");
    let all = ["/in Cam", "/in Cam/b.mov", "/in in", "/in in/a.mov"];
    assert_eq!(fixture.remote_paths().await, all);
    let path = |name: &str| fixture.directory.path().join(name);
    assert!(path("sent/Day 1/Cam/b.mov").exists() && !path("in/a.mov").exists());
    let status = status(&path("status.json"));
    assert_eq!((&status["state"], &status["transferred"]), (&json!("done"), &json!(2)));
    assert_eq!((&status["queued"], &status["last_error"]), (&json!(0), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_arguments_before_any_request() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    for (arguments, reason) in [
        (&["watch", "in", "/Demo Workspace/Demo Project/{camera}"][..], "are {date} and {parent}"),
        (&["watch", "in", "/{date}"], "cannot be the workspace or the project"),
        (&["watch", "in", ROOT, "--dry-run"], "'--dry-run' cannot be used with 'watch'"),
        (&["watch", "in", ROOT, "--after", "delete"], "expected keep or move:DIR"),
        (&["watch", "in", ROOT, "--then", "a 'b"], "unclosed quote"),
        (&["watch", "in", ROOT, "--status", "in/status.json"], "it is in the watched directory"),
        (&["watch", "--down", ROOT], "'--down' needs a local directory"),
        (&["watch", "--down", ROOT, "out", "--after", "move:x"], "'--after' cannot be used"),
        (&["watch", "--down", ROOT, "out", "--if-exists", "version"], "'--if-exists' cannot"),
    ] {
        let ended = fixture.run(arguments).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(ended.stderr.contains(reason), "{reason}: {ended:?}");
    }
    assert_eq!(fixture.sim.stats().requests, 0);
    let missing = fixture.run(&["watch", "missing", ROOT, "--once"]).await;
    assert!(missing.failed(1).contains("'missing': no such file or directory"), "{missing:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_command_gets_the_file_in_its_environment() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    let name = "$(touch x); \"b\" 'c'.mov";
    std::fs::write(fixture.directory.path().join("in").join(name), "b").unwrap();
    let then = r#"sh -c 'printf "%s\n" "$FRAMEIO_FILE_NAME" "$FRAMEIO_FILE_ID" \
        "$FRAMEIO_FILE_LINK" "$FRAMEIO_FILE_PATH" >> then.txt'"#;
    let once = ["watch", "in", ROOT, "--once", "--then", then];
    let ended = fixture.run(&[&once[..], &SETTLE].concat()).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let text = std::fs::read_to_string(fixture.directory.path().join("then.txt")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 8, "{text}");
    assert!(!fixture.directory.path().join("x").exists());
    for file in lines.chunks(4) {
        let [name, id, link, path] = file else { panic!("{file:?}") };
        assert!(link.starts_with("https://") && link.contains(id), "{file:?}");
        assert_eq!(*path, format!("in/{name}"));
    }
    assert!(lines.contains(&name), "{lines:?}");
    // A file whose command fails is not moved, and the run fails.
    std::fs::write(fixture.directory.path().join("in/d.mov"), "d").unwrap();
    for (then, reason) in
        [("sh -c 'exit 3'", "'sh' failed: exit status: 3"), ("./none", "cannot run './none'")]
    {
        let once =
            ["watch", "in", ROOT, "--once", "--after", "move:sent", "--then", then, "--quiet"];
        let ended = fixture.run(&[&once[..], &SETTLE].concat()).await;
        assert_eq!(ended.status, 1, "{ended:?}");
        assert!(ended.stderr.contains(&format!("in/d.mov: {reason}")), "{ended:?}");
        assert!(fixture.directory.path().join("in/d.mov").exists());
    }
    let once = ["watch", "in", ROOT, "--once", "--then", "sh -c 'exit 3'", "--json"];
    let ended = fixture.run(&[&once[..], &SETTLE].concat()).await;
    let summary = ended.lines().pop().unwrap()["summary"].take();
    assert_eq!((ended.status, &summary["failed_actions"]), (1, &json!(1)), "{ended:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn sigterm_stops_the_watcher_after_the_running_command() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    let then = "sh -c 'touch started; sleep 0.5; touch finished'";
    let (child, file) = start(&fixture, ROOT, &["--then", then]);
    wait_until(|| fixture.directory.path().join("started").exists()).await;
    let second = fixture.run(&["watch", "in", ROOT, "--once"]).await;
    assert!(second.failed(1).contains("another run uses the same directory"), "{second:?}");
    let id = child.id().unwrap().to_string();
    let sent = tokio::process::Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
    assert!(sent.success());
    let output = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output()).await;
    let output = output.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(fixture.directory.path().join("finished").exists());
    let status = status(&file);
    assert_eq!((&status["state"], &status["transferred"]), (&json!("stopped"), &json!(1)));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn killed_watchers_lose_and_double_nothing() {
    let fixture = Fixture::new(&[]).await;
    let directory = fixture.directory.path().join("in");
    std::fs::create_dir_all(directory.join("Day 1")).unwrap();
    // Uploads take long enough to be killed in the middle.
    let slow = Fault::delay(Duration::from_millis(30)).on(frameio_sim::Sim::UPLOAD_PART);
    fixture.sim.inject(slow.every(2));
    let mut all = vec!["/Day 1".to_owned()];
    for round in 0..6_u64 {
        for n in 0..4_usize {
            let name = format!("{}{round}-{n}.mov", if n == 0 { "Day 1/" } else { "" });
            std::fs::write(directory.join(&name), "x".repeat(40 + n)).unwrap();
            all.push(format!("/{name}"));
        }
        let (mut child, file) = start(&fixture, ROOT, &[]);
        wait_until(|| status(&file)["state"] != "starting").await;
        tokio::time::sleep(Duration::from_millis(900 + round * 70)).await;
        child.kill().await.unwrap();
    }
    fixture.sim.clear_faults();
    let once = ["watch", "in", ROOT, "--once", "--json"];
    let ended = fixture.run(&[&once[..], &SETTLE].concat()).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    all.sort();
    let listed = fixture.run(&["tree", ROOT, "--json"]).await;
    assert_eq!(listed.status, 0);
    // A watcher that is killed before it reads the response to a creation leaves an empty file, which
    // never gets content.
    let mut complete: Vec<_> = listed
        .lines()
        .iter()
        .filter(|item| item["status"] != "created")
        .map(|item| item["path"].as_str().unwrap().strip_prefix(ROOT).unwrap().to_owned())
        .collect();
    complete.sort();
    assert_eq!(complete, all, "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_new_files_and_prints_the_interval() {
    let fixture = Fixture::new(&[("a.mov", 25), ("Day 1/b.mov", 5)]).await;
    fixture.run(&["upload", "in/a.mov", "in/Day 1", "--to", ROOT]).await;
    let ended = fixture.run(&["watch", "--down", ROOT, "out", "--once", "--json"]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(ended.lines().last().unwrap()["summary"]["transferred"], 2);
    assert!(fixture.directory.path().join("out/Day 1/b.mov").exists());
    let mut command = fixture.command(&["watch", "--down", ROOT, "out"]);
    command.stderr(std::fs::File::create(fixture.directory.path().join("err")).unwrap());
    let mut child = command.spawn().unwrap();
    let printed = || std::fs::read_to_string(fixture.directory.path().join("err")).unwrap();
    wait_until(|| printed().contains("checked 2 folders; next check in 60 s")).await;
    child.kill().await.unwrap();
    // A directory that no longer exists is not created and filled again.
    std::fs::remove_dir_all(fixture.directory.path().join("out")).unwrap();
    let ended = fixture.run(&["watch", "--down", ROOT, "out", "--once"]).await;
    assert!(ended.failed(1).contains("'out': no such file or directory"), "{ended:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_script_in_the_documentation_keeps_names() {
    let documentation = include_str!("../../../../docs/watch.md");
    let script = documentation.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let fixture = Fixture::new(&[("two  blanks.mov", 5)]).await;
    std::fs::write(fixture.directory.path().join("list.sh"), script).unwrap();
    let once = ["watch", "in", ROOT, "--once", "--then", "sh list.sh"];
    let ended = fixture.run(&[&once[..], &SETTLE].concat()).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let list = std::fs::read_to_string(fixture.directory.path().join("list.txt")).unwrap();
    assert_eq!(list, "two  blanks.mov\n");
    assert!(documentation.contains("--then 'sh list.sh'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_is_filtered() {
    let fixture = Fixture::new(&[("a.mov", 25), ("b.wav", 5)]).await;
    assert_eq!(fixture.run(&["upload", "in/a.mov", "in/b.wav", "--to", ROOT]).await.status, 0);
    let down = ["watch", "--down", ROOT, "out", "--once", "--include", "*.wav"];
    let ended = fixture.run(&down).await;
    assert!(ended.stderr.contains("1 transferred (5 B)"), "{ended:?}");
    assert!(!fixture.directory.path().join("out/a.mov").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_have_an_order_and_the_bandwidth_limit_of_the_profile() {
    let fixture = Fixture::new(&[("a.mov", 90), ("b.mov", 5), ("c.mov", 40)]).await;
    let saved = fixture.run(&["profile", "set", "--bwlimit", "1M"]).await;
    assert_eq!(saved.status, 0, "{saved:?}");
    let once = ["watch", "in", ROOT, "--once", "--settle", "0", "--order", "small-first"];
    let up = fixture.run(&[&once[..], &["--concurrency", "1"]].concat()).await;
    let lines = up.stdout.lines().filter_map(|line| line.split_whitespace().nth(1));
    assert_eq!(lines.collect::<Vec<_>>(), ["/b.mov", "/c.mov", "/a.mov"], "{up:?}");
    // A limit that is invalid shows whether a command uses it.
    let profiles = fixture.directory.path().join("config/profiles.json");
    let text = std::fs::read_to_string(&profiles).unwrap();
    std::fs::write(&profiles, text.replace("1M", "fast")).unwrap();
    for command in [&["watch", "in", ROOT][..], &["watch", "--down", ROOT, "out"]] {
        let refused = fixture.run(command).await;
        assert!(refused.failed(2).contains("in the profile: invalid bandwidth 'fast'"));
    }
}
