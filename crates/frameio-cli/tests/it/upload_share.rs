//! `frameio upload --share`.

use serde_json::{Value, json};

use crate::fixture::{Fixture, ROOT};
use crate::program::end;

/// Returns the body of the last request that created a share.
fn sent(fixture: &Fixture) -> Value {
    let requests = fixture.sim.requests();
    let request = requests.iter().rfind(|it| it.operation == Some("shares.create")).unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    body["data"].clone()
}

/// Returns the ID of an item.
async fn id(fixture: &Fixture, path: &str) -> Value {
    let ended = fixture.run(&["ls", ROOT, "--json"]).await;
    let found = ended.lines().into_iter().find(|item| item["name"] == path);
    found.unwrap_or_else(|| panic!("{path}: {ended:?}"))["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_ends_with_the_link_of_its_share() {
    let fixture = Fixture::new(&[("a.mov", 25), ("Day 1/b.mov", 5), ("Day 1/c.mov", 5)]).await;
    let directory = fixture.directory.path();
    std::fs::write(directory.join("passphrase"), "open sesame\n").unwrap();
    let paths = ["upload", "in/a.mov", "in/Day 1", "--to", ROOT, "--share", "Dailies – 1"];
    let protected = ["--expires", "7d", "--passphrase-file", "passphrase"];
    let planned = fixture.run(&[&paths[..], &["--dry-run"]].concat()).await;
    assert_eq!((planned.status, fixture.calls("shares.create")), (0, 0), "{planned:?}");
    let up = fixture.run(&[&paths[..], &protected].concat()).await;
    assert_eq!(up.status, 0, "{up:?}");
    let lines: Vec<_> = up.stdout.lines().collect();
    let [.., created, link, expires] = &*lines else { panic!("{up:?}") };
    assert!(
        created.ends_with("'Dailies – 1'") && link.starts_with("link: https://f.io/"),
        "{up:?}"
    );
    assert!(expires.starts_with("expires: ") && !up.stdout.contains("sesame"), "{up:?}");
    let request = sent(&fixture);
    let ids = request["asset_ids"].as_array().unwrap();
    assert_eq!(ids.len(), 2, "a directory is shared as one folder: {request}");
    assert!(
        ids.contains(&id(&fixture, "a.mov").await) && ids.contains(&id(&fixture, "Day 1").await)
    );
    assert_eq!(
        (&request["passphrase"], &request["access"]),
        (&json!("open sesame"), &json!("public"))
    );

    // A new version is shared with its version stack.
    std::fs::write(directory.join("in/a.mov"), "another export").unwrap();
    let up = fixture.run(&["upload", "in/a.mov", "--to", ROOT, "--share", "Cut", "--json"]).await;
    assert_eq!(up.status, 0, "{up:?}");
    let share = &up.lines().pop().unwrap()["share"];
    assert!(share["url"].as_str().unwrap().starts_with("https://f.io/"), "{up:?}");
    assert_eq!(sent(&fixture)["asset_ids"], json!([id(&fixture, "a.mov").await]));
    let stacks = fixture.run(&["ls", ROOT, "--json"]).await.lines();
    assert!(
        stacks.iter().any(|it| it["type"] == "version_stack" && it["name"] == "a.mov"),
        "{stacks:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_upload_is_not_shared() {
    let fixture = Fixture::new(&[("a.mov", 25), ("empty.mov", 0)]).await;
    let up = fixture.run(&["upload", "in", "--to", ROOT, "--share", "Dailies"]).await;
    assert_eq!((up.status, fixture.calls("shares.create")), (1, 0), "{up:?}");
    assert!(up.stderr.contains("not shared, because the upload is incomplete"), "{up:?}");
    for (arguments, message) in [
        (&["--expires", "7d"][..], "--share"),
        (&["--passphrase-file", "x"], "a passphrase needs '--share'"),
        (&["--share", "x", "--expires", "soon"], "invalid value 'soon' for '--expires'"),
        (&["--share", &"n".repeat(176)], "has 176 characters; the service accepts at most 175"),
        (&["--share", "a\nb"], "the name of the share contains a line break"),
        (&["--share", "x", "--passphrase"], "cannot ask for a passphrase without a terminal"),
    ] {
        let up = fixture.run(&[&["upload", "in/a.mov", "--to", ROOT], arguments].concat()).await;
        assert_eq!(up.status, 2, "{up:?}");
        assert!(up.stderr.contains(message), "{up:?}");
    }
    let arguments = ["--share", "x", "--passphrase-file", "-"];
    let command =
        fixture.command(&[&["upload", "/dev/stdin", "--to", ROOT], &arguments[..]].concat());
    let up = end(command, Some("open sesame\n")).await;
    assert!(up.failed(2).contains("standard input cannot contain both"), "{up:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_without_changed_or_selected_files_is_not_shared() {
    let fixture = Fixture::new(&[("a.mov", 25), ("b.mov", 5)]).await;
    let upload = ["upload", "in", "--to", ROOT];
    let share = [&upload[..], &["--share", "Dailies"]].concat();
    let up = fixture.run(&[&share[..], &["--include", "*.wav"]].concat()).await;
    assert_eq!((up.status, fixture.calls("shares.create")), (1, 0), "{up:?}");
    assert!(up.stderr.contains("not shared, because no file was selected"), "{up:?}");
    fixture.run(&upload).await;
    std::fs::write(fixture.directory.path().join("in/a.mov"), "another export").unwrap();
    let up = fixture.run(&share).await;
    assert_eq!((up.status, fixture.calls("shares.create")), (12, 0), "{up:?}");
    assert!(up.stderr.contains("not shared, because changed files were not sent"), "{up:?}");
    let up = fixture.run(&[&share[..], &["--if-exists", "version"]].concat()).await;
    assert_eq!((up.status, fixture.calls("shares.create")), (0, 1), "{up:?}");
    let again = fixture.run(&share).await;
    assert_eq!((again.status, fixture.calls("shares.create")), (0, 2), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_name_is_refused_before_anything_is_sent() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    let long = "a".repeat(200);
    for name in ["", "two\nlines", &long] {
        let up = fixture.run(&["upload", "in/a.mov", "--to", ROOT, "--share", name]).await;
        assert!(up.failed(2).contains("the name of the share"), "{up:?}");
    }
    assert_eq!(fixture.sim.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_beyond_a_hundred_are_added_to_the_share_one_at_a_time() {
    let names: Vec<_> = (0..102).map(|number| format!("{number:03}.mov")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let fixture = Fixture::new(&files).await;
    let paths: Vec<_> = names.iter().map(|name| format!("in/{name}")).collect();
    let mut arguments = vec!["upload", "--to", ROOT, "--share", "All", "--quiet"];
    arguments.extend(paths.iter().map(String::as_str));
    let up = fixture.run(&arguments).await;
    assert_eq!(up.status, 0, "{up:?}");
    assert_eq!(sent(&fixture)["asset_ids"].as_array().unwrap().len(), 100);
    assert_eq!(fixture.calls("shares.add_asset"), 2, "{:?}", fixture.sim.stats());
}
