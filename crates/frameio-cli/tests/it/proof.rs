//! Hash lists and reports of transfers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio_mhl::{HashFormat, HashList, HashedFile, History, Process, ReadLimits};
use frameio_sim::{Fault, Sim};
use serde_json::{Value, json};

use crate::fixture::{Fixture, ROOT};

fn write(fixture: &Fixture, path: &str, content: impl AsRef<[u8]>) {
    std::fs::write(fixture.directory.path().join(path), content).unwrap();
}

fn hash(fixture: &Fixture, format: HashFormat, path: &str) -> String {
    format.hash_file(&fixture.directory.path().join(path)).unwrap().to_string()
}

/// Opens the history of a directory, which verifies its chain file.
fn history(fixture: &Fixture, root: &str) -> History {
    History::open(&fixture.directory.path().join(root), &ReadLimits::default()).unwrap()
}

fn paths(history: &History) -> Vec<String> {
    let mut paths: Vec<_> = history.paths().map(str::to_owned).collect();
    paths.sort();
    paths
}

/// Returns the entries of the last list of a history: path, and format and action of each checksum.
fn last_list(fixture: &Fixture, root: &str) -> Vec<String> {
    let directory = fixture.directory.path().join(root).join("ascmhl");
    let lists = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let is_list = |path: &PathBuf| path.extension().is_some_and(|it| it == "mhl");
    let last = lists.filter(is_list).max().unwrap();
    let list = HashList::read(&last, &ReadLimits::default()).unwrap();
    let entries = list.files.iter().map(|file| {
        let hashes = file.hashes.iter();
        let hashes: Vec<_> =
            hashes.map(|it| format!("{} {}", it.format(), it.action.unwrap().name())).collect();
        format!("{}: {}", file.path, hashes.join(", "))
    });
    entries.collect()
}

#[track_caller]
fn line<'a>(lines: &'a [Value], key: &str, value: &str) -> &'a Value {
    let found = lines.iter().find(|line| line[key] == value);
    found.unwrap_or_else(|| panic!("{value}: {lines:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_differ_from_a_legacy_hash_list_are_not_uploaded() {
    let files = [("a.mov", 25), ("A/b.mov", 35), ("A/c.mov", 5), ("new.mov", 7)];
    let fixture = Fixture::new(&files).await;
    let entry = |path: &str, format: &str, hash: &str| {
        format!("<hash><file>{path}</file><{format}>{hash}</{format}></hash>")
    };
    let list = [
        entry("a.mov", "xxhash64be", &hash(&fixture, HashFormat::Xxh64, "in/a.mov")),
        entry("A/b.mov", "md5", &hash(&fixture, HashFormat::Md5, "in/A/b.mov")),
        entry("A/c.mov", "md5", &hash(&fixture, HashFormat::Md5, "in/A/c.mov")),
        entry("gone.mov", "md5", &hash(&fixture, HashFormat::Md5, "in/a.mov")),
    ];
    write(
        &fixture,
        "in/card.mhl",
        format!("<hashlist version=\"1.1\">{}</hashlist>", list.concat()),
    );
    write(&fixture, "in/A/c.mov", "flips");
    let arguments = ["upload", "in", "--to", ROOT, "--verify-mhl", "--json"];
    let planned = fixture.run(&[&arguments[..], &["--dry-run"]].concat()).await;
    assert_eq!(planned.status, 1, "{planned:?}");
    let up = fixture.run(&[&arguments[..], &["--report", "report.csv"]].concat()).await;
    assert_eq!(up.status, 1, "{up:?}");
    let lines = up.lines();
    let refused = &line(&lines, "remote", "/in/A/c.mov")["error"]["message"];
    assert!(refused.as_str().unwrap().contains("its md5 is "), "{refused}");
    let missing = &line(&lines, "local", "in/gone.mov")["error"]["message"];
    assert_eq!(missing, "it is in the hash list, but does not exist");
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!((&summary["failed"], &summary["unlisted"]), (&json!(2), &json!(1)), "{up:?}");
    assert_eq!(up.stderr, "unlisted    in/new.mov\n", "the list itself is none of them");
    let sent = ["/in", "/in/A", "/in/A/b.mov", "/in/a.mov", "/in/card.mhl", "/in/new.mov"];
    assert_eq!(fixture.remote_paths().await, sent);
    let report = std::fs::read_to_string(fixture.directory.path().join("report.csv")).unwrap();
    assert!(report.lines().any(|row| row.starts_with("failed,,in/gone.mov,")), "{report}");

    write(
        &fixture,
        "in/A/c.mov",
        &std::fs::read(fixture.directory.path().join("in/a.mov")).unwrap()[..5],
    );
    std::fs::write(fixture.directory.path().join("in/gone.mov"), "").unwrap();
    let retried = fixture.run(&["upload", "in/a.mov", "in/A", "--to", ROOT, "--verify-mhl"]).await;
    let message = "'--verify-mhl' needs a hash list in 'in/A'";
    assert!(retried.failed(2).contains(message), "{retried:?}");
    let retried = fixture.run(&["upload", "in/a.mov", "--to", ROOT, "--verify-mhl"]).await;
    assert_eq!(retried.status, 0, "the list of the parent applies to a file: {retried:?}");
    let down = fixture.run(&["sync", "in", ROOT, "--down", "--verify-mhl"]).await;
    assert!(down.failed(2).contains("'--verify-mhl' cannot be used with '--down'"), "{down:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modified_history_stops_an_upload_before_anything_is_sent() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    let up = fixture.run(&["upload", "in", "--to", ROOT, "--mhl"]).await;
    assert_eq!(up.status, 0, "{up:?}");
    let list = last_list(&fixture, "in");
    assert_eq!(list, ["a.mov: xxh64 original"]);
    let verified = fixture.run(&["upload", "in", "--to", ROOT, "--verify-mhl", "--quiet"]).await;
    assert_eq!((verified.status, &*verified.stderr), (0, ""), "{verified:?}");
    let lists = std::fs::read_dir(fixture.directory.path().join("in/ascmhl")).unwrap();
    let lists = lists.map(|entry| entry.unwrap().path());
    for list in lists.filter(|path| path.extension().is_some_and(|it| it == "mhl")) {
        let text = std::fs::read_to_string(&list).unwrap();
        std::fs::write(&list, text.replace("size=\"25\"", "size=\"26\"")).unwrap();
    }
    write(&fixture, "in/b.mov", "more");
    let calls = fixture.calls("folders.index");
    for flag in ["--verify-mhl", "--mhl"] {
        let up = fixture.run(&["upload", "in", "--to", ROOT, flag]).await;
        assert!(up.failed(1).contains("differs from the one in the chain file"), "{up:?}");
    }
    assert_eq!(fixture.calls("folders.index"), calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_an_inner_history_continue_that_one_and_the_outer_one_refers_to_it() {
    let files = [("a.mov", 25), ("A/x/b.mov", 35), ("A/x/changed.mov", 5), ("A/new.mov", 7)];
    let fixture = Fixture::new(&files).await;
    let root = fixture.directory.path().join("in/A");
    let mut inner = history(&fixture, "in/A").next_generation(Process::InPlace);
    let same = HashFormat::Xxh64.hash_file(&root.join("x/b.mov")).unwrap();
    inner.add(HashedFile::new("x/b.mov", 35, same)).unwrap();
    let other = HashFormat::Xxh64.hash(b"before");
    inner.add(HashedFile::new("x/changed.mov", 5, other)).unwrap();
    inner.write("test", "1").unwrap();
    let up = fixture.run(&["upload", "in", "--to", ROOT, "--mhl"]).await;
    let problem = up.stderr.contains("failed      in/A/x/changed.mov: its xxh64 is ");
    assert!(up.status == 1 && problem, "{up:?}");
    let expected =
        ["new.mov: xxh64 original", "x/b.mov: xxh64 verified", "x/changed.mov: xxh64 failed"];
    assert_eq!(last_list(&fixture, "in/A"), expected);
    assert_eq!(last_list(&fixture, "in"), ["a.mov: xxh64 original"]);
    let lists = std::fs::read_dir(fixture.directory.path().join("in/ascmhl")).unwrap();
    let lists = lists.map(|entry| entry.unwrap().path());
    let list = lists.filter(|path| path.extension().is_some_and(|it| it == "mhl")).max().unwrap();
    let text = std::fs::read_to_string(list).unwrap();
    assert!(text.contains("<path>A/ascmhl/0002_A_"), "{text}");
    // Without other files, the outer list has the reference only.
    std::fs::remove_file(fixture.directory.path().join("in/a.mov")).unwrap();
    write(&fixture, "in/A/later.mov", "later");
    let again = fixture.run(&["upload", "in", "--to", ROOT, "--mhl"]).await;
    assert_eq!(again.status, 0, "{again:?}");
    assert_eq!(last_list(&fixture, "in/A"), ["later.mov: xxh64 original"]);
    assert!(last_list(&fixture, "in").is_empty());
    // Elsewhere, one history has all files.
    write(&fixture, "in/A/last.mov", "last");
    let to = ["upload", "in", "--to", ROOT, "--mhl-dir", "proof"];
    assert_eq!(fixture.run(&to).await.status, 0);
    assert!(last_list(&fixture, "proof").contains(&"A/last.mov: xxh64 original".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_add_a_generation_to_the_history_of_each_directory() {
    let files = [("a.mov", 25), ("A/b.mov", 35), ("A/md5.mov", 45), ("A/changed.mov", 5)];
    let fixture = Fixture::new(&files).await;
    let root = fixture.directory.path().join("in/A");
    let mut first = history(&fixture, "in/A").next_generation(Process::InPlace);
    for (name, bytes) in [("md5.mov", None), ("changed.mov", Some("before"))] {
        let hash = match bytes {
            Some(bytes) => HashFormat::Md5.hash(bytes.as_bytes()),
            None => HashFormat::Md5.hash_file(&root.join(name)).unwrap(),
        };
        first.add(HashedFile::new(name, 5, hash)).unwrap();
    }
    first.write("test", "1").unwrap();
    let arguments = ["upload", "in/A", "in/a.mov", "--to", ROOT, "--mhl", "--json"];
    let up = fixture.run(&arguments).await;
    assert_eq!(up.status, 1, "{up:?}");
    let lines = up.lines();
    let changed = &line(&lines, "local", "in/A/changed.mov")["error"]["message"];
    assert!(lines.iter().any(|line| line["outcome"] == "failed"), "{changed}");
    let written = lines.last().unwrap()["summary"]["hash_lists"].as_array().unwrap().len();
    assert_eq!(written, 2, "{up:?}");
    assert_eq!(
        last_list(&fixture, "in/A"),
        [
            "b.mov: xxh64 original",
            "changed.mov: md5 failed, xxh64 failed",
            "md5.mov: md5 verified, xxh64 verified"
        ]
    );
    assert_eq!(last_list(&fixture, "in"), ["a.mov: xxh64 original"]);
    let sent = ["/A", "/A/b.mov", "/A/changed.mov", "/A/md5.mov", "/a.mov"];
    assert_eq!(fixture.remote_paths().await, sent, "the history is not uploaded");

    // Existing files are read only if the history lacks them.
    std::fs::remove_dir_all(fixture.directory.path().join("in/ascmhl")).unwrap();
    let again = fixture.run(&arguments).await;
    assert_eq!(again.status, 0, "{again:?}");
    assert_eq!(history(&fixture, "in/A").generations(), 2);
    assert_eq!(last_list(&fixture, "in"), ["a.mov: xxh64 original"]);
    let planned = [&arguments[..], &["--dry-run", "--mhl-dir", "elsewhere"]].concat();
    assert_eq!(fixture.run(&planned).await.status, 0);
    assert!(!fixture.directory.path().join("elsewhere").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_card_has_its_history_elsewhere() {
    let fixture = Fixture::new(&[("A001/a.mov", 25), ("B001/b.mov", 5)]).await;
    let to = ["--to", ROOT, "--mhl-dir", "proof/A001"];
    let up = fixture.run(&[&["upload", "in/A001"], &to[..]].concat()).await;
    assert_eq!(up.status, 0, "{up:?}");
    assert!(up.stderr.contains("wrote the hash list 'proof/A001/ascmhl/0001_A001_"), "{up:?}");
    assert_eq!(paths(&history(&fixture, "proof/A001")), ["a.mov"]);
    assert!(!fixture.directory.path().join("in/A001/ascmhl").exists());
    let both = fixture.run(&[&["upload", "in/A001", "in/B001"], &to[..]].concat()).await;
    assert!(
        both.failed(2).contains("it has one history, but 'in/B001' is another root"),
        "{both:?}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let card = fixture.directory.path().join("in/B001");
        let set = |mode| {
            std::fs::set_permissions(&card, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(0o555);
        // The administrator can write everywhere.
        if tempfile::tempfile_in(&card).is_err() {
            let up = fixture.run(&["upload", "in/B001", "--to", ROOT, "--mhl"]).await;
            let message = "cannot write 'in/B001/ascmhl': permission denied; pass '--mhl-dir'";
            assert!(up.failed(2).contains(message), "{up:?}");
        }
        set(0o755);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_add_a_generation_to_the_directory_of_each_folder() {
    let fixture = Fixture::new(&[("a.mov", 25), ("A/b.mov", 35)]).await;
    let up = fixture.run(&["upload", "in", "--to", ROOT]).await;
    assert_eq!(up.status, 0, "{up:?}");
    let (folder, file) = (format!("{ROOT}/in"), format!("{ROOT}/in/a.mov"));
    let down = fixture.run(&["download", &folder, &file, "-o", "out", "--mhl", "--json"]).await;
    assert_eq!(down.status, 0, "{down:?}");
    assert_eq!(last_list(&fixture, "out/in"), ["A/b.mov: xxh64 original", "a.mov: xxh64 original"]);
    assert_eq!(last_list(&fixture, "out"), ["a.mov: xxh64 original"]);
    let expected = hash(&fixture, HashFormat::Xxh64, "in/a.mov");
    let known = history(&fixture, "out/in");
    assert_eq!(known.expected("a.mov").unwrap().hashes[0].value.as_str(), expected);
    assert_eq!(line(&down.lines(), "local", "out/in/a.mov")["checksum"], expected.as_str());

    std::fs::remove_file(fixture.directory.path().join("out/in/a.mov")).unwrap();
    let synced = fixture.run(&["sync", "out/in", &folder, "--down", "--mhl"]).await;
    assert_eq!(synced.status, 0, "{synced:?}");
    assert_eq!(last_list(&fixture, "out/in"), ["a.mov: xxh64 verified"]);
    let refused = fixture.run(&["download", &folder, "--mhl", "--checksum", "xxh3"]).await;
    assert!(refused.failed(2).contains("omit '--checksum', or use xxh64"), "{refused:?}");
    let two = ["download", &folder, &file, "--mhl-dir", "proof"];
    assert!(fixture.run(&two).await.failed(2).contains("it has one history"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_upload_writes_what_it_has_proven() {
    let fixture = Fixture::new(&[("a.mov", 5), ("b.mov", 95)]).await;
    fixture.sim.inject(Fault::delay(Duration::from_secs(30)).on(Sim::UPLOAD_PART).every(2));
    let arguments =
        ["upload", "in", "--to", ROOT, "--mhl", "--report", "report.json", "--concurrency", "1"];
    // Some parts of the second file are sent, others are not.
    let is_ready = || fixture.calls(Sim::UPLOAD_PART) >= 3;
    let up = fixture.interrupted(&arguments, is_ready).await;
    assert_eq!(up.status, 130, "{up:?}");
    assert_eq!(last_list(&fixture, "in"), ["a.mov: xxh64 original"]);
    let report = std::fs::read(fixture.directory.path().join("report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["summary"]["interrupted"], true);
    let files = report["files"].as_array().unwrap();
    let sent = line(files, "path", "/in/a.mov");
    assert_eq!(sent["checksum"], hash(&fixture, HashFormat::Xxh64, "in/a.mov").as_str());
    assert_eq!((&sent["state"], &sent["size"]), (&json!("transferred"), &json!(5)));
    assert!(sent["seconds"].as_f64().unwrap() >= 0.0 && sent["id"].is_string(), "{sent}");
    assert!(sent["link"].as_str().unwrap().starts_with("https://"), "{sent}");
    assert_eq!(line(files, "path", "/in/b.mov")["state"], "interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_every_file_of_a_run() {
    let fixture = Fixture::new(&[("a.mov", 25), ("A/b.mov", 35), ("empty.mov", 0)]).await;
    let at = |path: &str| fixture.directory.path().join(path);
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let arguments = ["upload", "in", "--to", ROOT, "--exclude", "A", "--report", "up.csv"];
    let up = fixture.run(&arguments).await;
    assert_eq!(up.status, 1, "{up:?}");
    let report = read(&at("up.csv"));
    let mut rows: Vec<_> = report.lines().collect();
    assert_eq!(rows.remove(0), "state,path,local,size,bytes,checksum,id,link,seconds,reason");
    rows.sort_unstable();
    assert!(rows[0].starts_with("failed,/in/empty.mov,in/empty.mov,"), "{report}");
    assert!(rows[1].starts_with("ignored,/in/A,in/A,"), "{report}");
    assert!(rows[2].starts_with("transferred,/in/a.mov,in/a.mov,25,25,"), "{report}");
    assert_eq!(rows.len(), 3, "{report}");

    let again = fixture.run(&["sync", "in", &format!("{ROOT}/in"), "--report", "up.JSON"]).await;
    assert_eq!(again.status, 1, "{again:?}");
    let report: Value = serde_json::from_str(&read(&at("up.JSON"))).unwrap();
    let files = report["files"].as_array().unwrap();
    let same = line(files, "path", "/a.mov");
    assert_eq!((&same["size"], &same["seconds"]), (&json!(25), &Value::Null), "{same}");
    assert!(same["link"].is_string() && same["id"].is_string(), "{same}");
    let down = fixture.run(&["download", ROOT, "-o", "out", "--report", "down.json"]).await;
    assert_eq!(down.status, 0, "{down:?}");
    let report: Value = serde_json::from_str(&read(&at("down.json"))).unwrap();
    let path = format!("{ROOT}/in/a.mov");
    let received = line(report["files"].as_array().unwrap(), "path", &path);
    assert_eq!((&received["state"], &received["size"]), (&json!("transferred"), &json!(25)));
    assert_eq!(received["checksum"], hash(&fixture, HashFormat::Xxh64, "in/a.mov").as_str());

    for (file, message) in [
        ("up.txt", "the extension selects the format: use .csv or .json"),
        ("missing/up.csv", "cannot write 'missing/up.csv': no such file or directory"),
    ] {
        for command in ["upload", "download"] {
            let run = match command {
                "upload" => fixture.run(&["upload", "in", "--to", ROOT, "--report", file]).await,
                _ => fixture.run(&["download", ROOT, "--report", file]).await,
            };
            assert!(run.failed(2).contains(message), "{run:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_versions_are_listed_with_their_checksums_and_are_no_failures() {
    let fixture = Fixture::new(&[("a.mov", 25), ("b.mov", 35), ("c.mov", 5)]).await;
    let sync = ["sync", "in", ROOT, "--if-exists", "version"];
    let with_list = [&sync[..], &["--mhl"]].concat();
    assert_eq!(fixture.run(&with_list).await.status, 0);
    let change = |name: &str| {
        let path = fixture.directory.path().join("in").join(name);
        std::fs::write(path, "another export").unwrap();
    };
    // One version is sent without a list, and the other with one.
    change("a.mov");
    assert_eq!(fixture.run(&sync).await.status, 0);
    change("b.mov");
    let up = fixture.run(&with_list).await;
    assert_eq!(up.status, 0, "{up:?}");
    assert!(up.stderr.contains("1 transferred (14 B), 2 already present"), "{up:?}");
    for name in ["a.mov", "b.mov"] {
        let reason = format!("new version in/{name}: its xxh64 is ");
        assert!(up.stderr.contains(&reason), "{up:?}");
    }
    assert_eq!(last_list(&fixture, "in"), ["a.mov: xxh64 failed", "b.mov: xxh64 failed"]);
}
