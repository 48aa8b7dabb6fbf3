//! `frameio upload`, `download` and `sync`.

use frameio_sim::{Fault, Sim};
use http::StatusCode;
use serde_json::json;
use tokio::process::Command;

use crate::fixture::{Fixture, ROOT, content, line_and_summary};

#[tokio::test(flavor = "multi_thread")]
async fn uploads_and_downloads_files_and_directories() {
    let fixture = Fixture::new(&[("a.mov", 25), ("Day 1/b.mov", 35), ("Day 1/Cam/c.mov", 5)]).await;
    let up = fixture.run(&["upload", "in/a.mov", "in/Day 1", "--to", ROOT]).await;
    assert_eq!(up.status, 0, "{up:?}");
    assert!(up.stderr.contains("3 transferred (65 B)"), "{up:?}");
    assert!(up.stdout.contains("transferred /Day 1/Cam/c.mov (5 B)"), "{up:?}");
    let all = ["/Day 1", "/Day 1/Cam", "/Day 1/Cam/c.mov", "/Day 1/b.mov", "/a.mov"];
    assert_eq!(fixture.remote_paths().await, all);
    assert!(fixture.state().is_empty());

    let again = fixture.run(&["upload", "in/a.mov", "in/Day 1", "--to", ROOT, "--json"]).await;
    let (line, summary) = line_and_summary(&again, "/Day 1/b.mov");
    assert_eq!((&line["outcome"], &summary["skipped"]), (&json!("skipped"), &json!(3)));
    assert!(again.stderr.is_empty(), "{again:?}");

    let id = line["file_id"].as_str().unwrap();
    let day = format!("{ROOT}/Day 1");
    let down = fixture.run(&["download", id, &day, "-o", "out", "--json"]).await;
    let (_, summary) = line_and_summary(&down, &format!("{day}/b.mov"));
    let lines = down.lines();
    let line = lines.iter().find(|line| line["local"] == "out/b.mov").unwrap();
    assert_eq!((&line["remote"], &line["bytes"]), (&json!(format!("{day}/b.mov")), &json!(35)));
    assert_eq!((&summary["transferred"], &summary["failed"]), (&json!(3), &json!(0)));
    assert_eq!(fixture.read("out/b.mov"), content(35));
    assert_eq!(fixture.read("out/Day 1/Cam/c.mov"), content(5));
    let again = fixture.run(&["download", &day, "-o", "out"]).await;
    assert!(again.stderr.contains("0 transferred (0 B), 2 already present"), "{again:?}");
    let whole = fixture.run(&["download", ROOT, "-o", "out", "--quiet"]).await;
    assert_eq!((whole.status, &*whole.stdout, &*whole.stderr), (0, "", ""));
    assert_eq!(fixture.read("out/Demo Project/a.mov"), content(25));
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_with_a_checksum_or_as_a_rendition() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    fixture.run(&["upload", "in/a.mov", "--to", ROOT]).await;
    let file = format!("{ROOT}/a.mov");
    let down = fixture.run(&["download", &file, "--checksum", "sha256", "--json"]).await;
    let (line, _) = line_and_summary(&down, &file);
    let sum = Command::new("sha256sum").arg(fixture.directory.path().join("a.mov")).output().await;
    let sum = String::from_utf8(sum.unwrap().stdout).unwrap();
    let sum = sum.split_whitespace().next();
    assert_eq!(sum, line["checksum"].as_str());
    let tree = ["download", ROOT, "--checksum", "sha256", "--json", "-o", "tree"];
    assert_eq!(line_and_summary(&fixture.run(&tree).await, &file).0["checksum"].as_str(), sum);

    let thumbnail = ["download", &file, "--rendition", "thumbnail"];
    let dry = fixture.run(&[&thumbnail[..], &["--dry-run"]].concat()).await;
    let planned = format!("planned     {file} (67 B) as 'a.mov.thumbnail.png'\n");
    assert_eq!(dry.stdout, planned, "{dry:?}");
    let thumb = fixture.run(&thumbnail).await;
    assert_eq!(thumb.status, 0, "{thumb:?}");
    assert_eq!(fixture.read("a.mov.thumbnail.png").len(), 67);
    assert_eq!(fixture.read("a.mov"), content(25), "the original is kept");
    let tree = fixture.run(&["download", ROOT, "--rendition", "thumbnail", "-o", "tree"]).await;
    assert_eq!(tree.status, 0, "{tree:?}");
    assert_eq!(fixture.read("tree/Demo Project/a.mov.thumbnail.png").len(), 67);
    assert_eq!(fixture.read("tree/Demo Project/a.mov"), content(25));
    assert_eq!(fixture.run(&["download", &file, "--rendition", "best"]).await.status, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_down_keeps_a_file_that_differs() {
    let fixture = Fixture::new(&[("a.mov", 25), ("b.mov", 35)]).await;
    fixture.run(&["sync", "in", ROOT]).await;
    let changed = fixture.directory.path().join("in/a.mov");
    std::fs::write(&changed, content(99)).unwrap();
    let down = |more: &[&'static str]| [&["sync", "in", ROOT, "--down"], more].concat();
    let dry = fixture.run(&down(&["--dry-run"])).await;
    let message = "conflict    /a.mov: 'in/a.mov' exists and is not replaced: the local file has \
                   changed since both sides were equal";
    assert!(dry.status == 12 && dry.stderr.starts_with(message), "{dry:?}");
    let kept = fixture.run(&down(&["--json"])).await;
    let (line, summary) = line_and_summary(&kept, "/a.mov");
    assert_eq!(
        (kept.status, &line["outcome"], &summary["conflicts"]),
        (12, &json!("conflict"), &json!(1))
    );
    assert_eq!(fixture.read("in/a.mov"), content(99));
    let download = fixture.run(&["download", ROOT, "-o", "in"]).await;
    assert_eq!(download.status, 0, "{download:?}");
    std::fs::write(fixture.directory.path().join("in/Demo Project/a.mov"), content(99)).unwrap();
    let different = fixture.run(&["download", ROOT, "-o", "in"]).await;
    let message = "the local file has changed since both sides were equal";
    assert!(different.status == 12 && different.stderr.contains(message), "{different:?}");
    assert!(different.stderr.contains("'--on-conflict replace'"), "{different:?}");

    let replaced = fixture.run(&down(&["--on-conflict", "replace"])).await;
    assert_eq!(replaced.status, 0, "{replaced:?}");
    assert_eq!(fixture.read("in/a.mov"), content(25));
    assert_eq!(fixture.run(&["sync", "in", ROOT, "--on-conflict", "replace"]).await.status, 2);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_round_trip_skips_files_with_any_names() {
    let long = "x".repeat(236) + ".mov";
    let all = [
        "Scene 4: take?.mov",
        "Clip.mov",
        "clip.mov",
        "end.",
        "con",
        "a|b.txt",
        "notes.part",
        &long,
    ];
    let files: Vec<_> = all.iter().enumerate().map(|(n, name)| (*name, n + 1)).collect();
    let fixture = Fixture::new(&files).await;
    let up = fixture.run(&["sync", "in", ROOT]).await;
    assert_eq!(up.status, 0, "{up:?}");
    let down = fixture.run(&["sync", "in", ROOT, "--down"]).await;
    assert!(down.stderr.contains("0 transferred (0 B), 8 already present"), "{down:?}");
    let there = std::fs::read_dir(fixture.directory.path().join("in")).unwrap().count();
    assert_eq!(there, all.len());
    let other = fixture.run(&["download", ROOT, "-o", "out"]).await;
    assert!(other.stdout.contains("/con (5 B) as '_con'"), "{other:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_download_does_not_follow_a_link_with_the_name_of_a_folder() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    fixture.run(&["sync", "in", ROOT]).await;
    for name in ["out", "elsewhere"] {
        std::fs::create_dir(fixture.directory.path().join(name)).unwrap();
    }
    let link = fixture.directory.path().join("out/Demo Project");
    std::os::unix::fs::symlink(fixture.directory.path().join("elsewhere"), link).unwrap();
    let down = fixture.run(&["download", ROOT, "-o", "out"]).await;
    assert!(down.status == 1 && down.stderr.contains("it is a symbolic link"), "{down:?}");
    let elsewhere = std::fs::read_dir(fixture.directory.path().join("elsewhere")).unwrap();
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_copies_in_both_directions_and_deletes_nothing() {
    let fixture =
        Fixture::new(&[("a.mov", 25), ("Day 1/b.mov", 35), (".hidden", 1), ("x.tmp", 3)]).await;
    let sync = ["sync", "in", ROOT, "--exclude", "*.tmp"];
    let dry = fixture.run(&[&sync[..], &["--dry-run"]].concat()).await;
    assert!(dry.stderr.contains("2 planned (60 B), 2 ignored"), "{dry:?}");
    assert_eq!(fixture.remote_paths().await, <[&str; 0]>::default());
    let up = fixture.run(&sync).await;
    assert_eq!(up.status, 0, "{up:?}");
    assert_eq!(fixture.remote_paths().await, ["/Day 1", "/Day 1/b.mov", "/a.mov"]);

    std::fs::remove_file(fixture.directory.path().join("in/a.mov")).unwrap();
    std::fs::write(fixture.directory.path().join("in/new.mov"), content(9)).unwrap();
    fixture.run(&sync).await;
    assert_eq!(fixture.remote_paths().await, ["/Day 1", "/Day 1/b.mov", "/a.mov", "/new.mov"]);
    let down = fixture.run(&["sync", "in", ROOT, "--down"]).await;
    assert!(down.stderr.contains("1 transferred (25 B), 2 already present"), "{down:?}");
    assert_eq!((fixture.read("in/a.mov"), fixture.read("in/x.tmp")), (content(25), content(3)));
    let refused = fixture.run(&["sync", "in", ROOT, "--down", "--hidden"]).await;
    assert!(refused.failed(2).contains("'--hidden' cannot be used with '--down'"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_keeps_the_size_is_detected() {
    let fixture = Fixture::new(&[("a.mov", 25), ("b.mov", 35)]).await;
    let sync =
        |more: &[&'static str]| [&["sync", "in", ROOT, "--compare-checksums"], more].concat();
    fixture.run(&sync(&[])).await;
    std::fs::write(fixture.directory.path().join("in/a.mov"), [7; 25]).unwrap();
    for command in [&["sync", "in", ROOT][..], &["watch", "in", ROOT, "--once", "--settle", "0"]] {
        let listed = fixture.run(command).await;
        assert_eq!(listed.status, 12, "a script must not take it for sent: {listed:?}");
        assert!(listed.stderr.contains("1 changed and not sent"), "{listed:?}");
    }
    let planned = fixture.run(&["sync", "in", ROOT, "--dry-run"]).await;
    assert_eq!(planned.status, 0, "{planned:?}");
    let up = fixture.run(&sync(&["--if-exists", "version", "--dry-run"])).await;
    assert!(up.stderr.contains("1 planned (25 B), 1 already present"), "{up:?}");
    let kept = fixture.run(&sync(&["--down"])).await;
    assert!(kept.status == 12 && kept.stderr.contains("the local file has changed"), "{kept:?}");
    assert_eq!(fixture.read("in/a.mov"), [7; 25]);
    let down = fixture.run(&sync(&["--down", "--on-conflict", "replace"])).await;
    assert!(down.stderr.contains("1 transferred (25 B), 1 already present"), "{down:?}");
    assert_eq!(fixture.read("in/a.mov"), content(25));
    let again = fixture.run(&["download", ROOT, "-o", "out", "--compare-checksums"]).await;
    assert!(again.stderr.contains("2 transferred (60 B)"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_failures_and_sets_the_exit_status() {
    let fixture = Fixture::new(&[("a.mov", 25), ("empty.mov", 0)]).await;
    let up = fixture.run(&["upload", "in", "--to", ROOT, "--json"]).await;
    assert_eq!((up.status, &*up.stderr), (1, ""), "{up:?}");
    let (line, summary) = line_and_summary(&up, "/in/empty.mov");
    assert_eq!((&line["outcome"], &line["error"]["kind"]), (&json!("failed"), &json!("other")));
    assert!(line["error"]["message"].as_str().unwrap().contains("no empty files"), "{line}");
    assert_eq!((&summary["transferred"], &summary["failed"]), (&json!(1), &json!(1)));
    let up = fixture.run(&["upload", "in", "--to", ROOT, "--quiet"]).await;
    assert!(up.failed(1).starts_with("failed      /in/empty.mov: "), "{up:?}");

    for (arguments, status, message) in [
        (vec!["upload", "none", "--to", ROOT], 2, "cannot open 'none': no such file or directory"),
        (
            vec!["upload", "in"],
            2,
            "'--to' is required: pass a folder, such as --to /Workspace/Project/Folder",
        ),
        (vec!["upload", "in", "/Nowhere"], 2, "is a place of the service, pass it as '--to'"),
        (vec!["download", ROOT, "out"], 5, "; '-o' sets the directory of downloaded files"),
        (vec!["upload", "in", "--to", "a/b"], 2, "a/b"),
        (vec!["upload", "in", "--to", "/Demo Workspace"], 2, "is a workspace: pass one of its"),
        (
            vec!["upload", "in", "--to", "/Demo Workspace/demo project"],
            5,
            "did you mean 'Demo Project'?",
        ),
        (vec!["upload", "in", "--to", ROOT, "--include", "["], 2, "invalid pattern '['"),
        (vec!["upload", "in", "--to", ROOT, "--account", "nobody"], 5, "no such account 'nobody'"),
        (vec!["download", "nowhere"], 5, "'nowhere' is neither a path nor the ID of an item"),
        (vec!["download", "in"], 5, "it is a local file or directory"),
        (
            vec!["download", ROOT, "-o", "in/a.mov"],
            2,
            "invalid value 'in/a.mov' for '--output': it is not a directory",
        ),
        (vec!["download", "/Demo Workspace"], 2, "is a workspace: pass its projects instead"),
        (vec!["sync", ROOT, "in"], 2, "the local directory comes first"),
        (vec!["sync", "none", ROOT], 2, "cannot open 'none': no such file or directory"),
        (vec!["tree", "/Demo Workspace/Demo Project/in/a.mov"], 2, "is not a folder or project"),
        (vec!["ls", "/Nowhere"], 5, "in the accounts of this user; available: 'Demo Workspace'"),
        (vec!["ls", "//Nobody"], 5, "no such account 'Nobody'"),
        (vec!["tree", "/", "--account", "nobody"], 5, "no such account 'nobody'"),
    ] {
        let ended = fixture.run(&arguments).await;
        assert!(ended.failed(status).contains(message), "{arguments:?}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_status_of_a_transfer_depends_on_the_cause() {
    let fixture = Fixture::new(&[("a.mov", 25), ("b.mov", 15)]).await;
    let create = "files.create_local_upload";
    let upload = ["upload", "in", "--to", ROOT, "--max-retries", "0", "--quiet"];
    for (statuses, exit) in [
        ([StatusCode::FORBIDDEN; 2], 4),
        ([StatusCode::NOT_FOUND; 2], 5),
        ([StatusCode::CONFLICT; 2], 6),
        ([StatusCode::BAD_GATEWAY; 2], 8),
        ([StatusCode::FORBIDDEN, StatusCode::BAD_GATEWAY], 1),
    ] {
        for status in statuses {
            fixture.sim.inject(Fault::status(status).on(create).next(1));
        }
        let up = fixture.run(&upload).await;
        assert_eq!((up.status, up.stderr.lines().count()), (exit, 2), "{up:?}");
    }
    for _ in 0..2 {
        fixture.sim.inject(Fault::reset().on(create).next(1));
    }
    assert_eq!(fixture.run(&upload).await.status, 9);
    assert_eq!(fixture.run(&upload).await.status, 0);

    let file = format!("{ROOT}/in/a.mov");
    fixture.sim.inject(Fault::status(StatusCode::FORBIDDEN).on(Sim::DOWNLOAD).every(1));
    let down = fixture.run(&["download", &file, "-o", "out", "--max-retries", "0"]).await;
    assert_eq!(down.status, 6, "{down:?}");
    let down = fixture.run(&["download", ROOT, "-o", "out", "--max-retries", "0"]).await;
    assert_eq!(down.status, 6, "{down:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_names_that_a_download_changes() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    let demo = fixture.sim.demo();
    let input = json!({
        "account_id": demo.account_id, "folder_id": demo.root_folder_id,
        "data": {"name": "A/B test"},
    });
    fixture.run(&["call", "folders.create", "--input", &input.to_string()]).await.json();
    let folder = format!("{ROOT}/A\\/B test");
    assert_eq!(fixture.run(&["upload", "in/a.mov", "--to", &folder]).await.status, 0);
    let down = fixture.run(&["download", ROOT, "-o", "out"]).await;
    assert_eq!(down.status, 0, "{down:?}");
    let line = format!("transferred {folder}/a.mov (25 B) as 'A_B test/a.mov'");
    assert!(down.stdout.lines().any(|it| it == line), "{down:?}");
    let again = fixture.run(&["download", &format!("{folder}/a.mov"), "-o", "out"]).await;
    assert!(!again.stdout.contains(" as "), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_duplicate_names_with_their_ids() {
    let fixture = Fixture::new(&[("a.mov", 25), ("b/a.mov", 15)]).await;
    for _ in 0..2 {
        let demo = fixture.sim.demo();
        let input = json!({
            "account_id": demo.account_id, "folder_id": demo.root_folder_id,
            "data": {"name": "Twice"},
        });
        let input = input.to_string();
        fixture.run(&["call", "folders.create", "--input", &input]).await.json();
    }
    let to = format!("{ROOT}/Twice");
    let ended = fixture.run(&["upload", "in", "--to", &to]).await;
    let message = ended.failed(2);
    assert!(message.contains("2 items named 'Twice'"), "{message}");
    let listed = fixture.run(&["ls", ROOT, "--json"]).await;
    let ids: Vec<_> =
        listed.lines().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.iter().all(|id| message.contains(id)), "{message} {ids:?}");
    let by_id = fixture.run(&["upload", "in/a.mov", "--to", &ids[1]]).await;
    assert_eq!(by_id.status, 0, "{by_id:?}");
    let same = fixture.run(&["upload", "in/a.mov", "in/b/a.mov", "--to", &ids[0]]).await;
    assert!(same.failed(2).contains("another path has the same file name"), "{same:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_of_a_sync_begin_with_either_name() {
    let fixture = Fixture::new(&[("Day 1/a.mov", 5), ("Day 2/b.mov", 5)]).await;
    let folder = format!("{ROOT}/Dailies");
    assert_eq!(fixture.run(&["mkdir", &folder]).await.status, 0);
    let up = ["sync", "in", &folder];
    for (pattern, planned) in [("in/Day 1", 1), ("Dailies/Day 1", 1), ("other/Day 1", 0)] {
        let dry = [&up[..], &["--dry-run", "--json", "--include", pattern]].concat();
        let summary = fixture.run(&dry).await.lines().pop().unwrap()["summary"].clone();
        assert_eq!(summary["planned"], planned, "{pattern}: {summary}");
    }
    assert_eq!(fixture.run(&up).await.status, 0);
    let down = ["sync", "out", &folder, "--down", "--exclude", "Dailies/Day 1"];
    let ended = fixture.run(&down).await;
    assert!(ended.stderr.contains("1 transferred (5 B)"), "{ended:?}");
    let swapped = fixture.run(&["sync", &folder, "in"]).await;
    assert!(swapped.failed(2).contains("the local directory comes first"), "{swapped:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_counts_what_would_be_deleted_or_moved() {
    let fixture = Fixture::new(&[("a.mov", 5), ("b.mov", 6), ("c.mov", 7)]).await;
    assert_eq!(fixture.run(&["sync", "in", ROOT]).await.status, 0);
    let path = |name: &str| fixture.directory.path().join("in").join(name);
    std::fs::remove_file(path("a.mov")).unwrap();
    std::fs::rename(path("b.mov"), path("d.mov")).unwrap();
    let sync = ["sync", "in", ROOT, "--delete", "--yes"];
    let dry = fixture.run(&[&sync[..], &["--dry-run"]].concat()).await;
    assert!(dry.stderr.contains("1 to move, 1 to delete"), "{dry:?}");
    let done = fixture.run(&sync).await;
    assert!(done.stderr.contains("1 moved, 1 deleted"), "{done:?}");
}
