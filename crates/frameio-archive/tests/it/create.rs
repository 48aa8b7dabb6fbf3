//! Writing and verifying archives.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use frameio_archive::{ArchiveErrorKind, Archiver};
use frameio_sim::{Fault, Sim};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::*;

fn downloads(sim: &Sim) -> u64 {
    sim.stats().by_operation.get(Sim::DOWNLOAD).copied().unwrap_or_default()
}

/// Returns the findings of an archive after a change that is then undone.
async fn after(directory: &Path, path: &str, change: impl FnOnce(&Path)) -> Value {
    let local = directory.join(path);
    let before = fs::read(&local).ok();
    change(&local);
    let verified = Archiver::verify(directory).await.unwrap();
    match before {
        Some(before) => fs::write(&local, before).unwrap(),
        None => fs::remove_file(&local).unwrap(),
    }
    findings(&verified)
}

#[tokio::test(flavor = "multi_thread")]
async fn saves_files_versions_comments_metadata_shares_and_members() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let root = directory.path();
    let created = create(&sim, root).await;
    let counts = created.counts;
    assert_eq!((counts.files, counts.version_stacks, counts.shares), (22, 1, 1));
    assert_eq!((counts.comments, counts.replies), (5, 3));
    // The service has no content of an upload that was not completed.
    let missing: Vec<_> = created.missing.iter().map(|it| (&*it.what, it.is_failure)).collect();
    assert_eq!(missing, [("/Still uploading.mov", false)]);
    let items = lines(root, "data/items.jsonl");
    let stack = items.iter().find(|item| item["asset"]["type"] == "version_stack").unwrap();
    assert_eq!(stack["is_ordered"], true);
    let versions = stack["versions"].as_array().unwrap();
    let local: Vec<_> = versions.iter().map(|it| it["local"].as_str().unwrap()).collect();
    let cut = |number| format!("media/Cuts/The Crossing - cut {number}.v{number}.mp4");
    assert_eq!(local, [cut(1), cut(2), cut(3)]);
    let metadata = versions[2]["file"]["metadata"].as_array().unwrap();
    assert!(metadata.iter().any(|field| field["field_definition_name"] == "Frame Rate"));
    let files = lines(root, "data/files.jsonl");
    assert_eq!(files.len(), 21);
    for file in &files {
        let local = root.join(file["path"].as_str().unwrap());
        assert_eq!(file["size"].as_u64(), Some(fs::metadata(local).unwrap().len()));
    }
    let comments = lines(root, "data/comments.jsonl");
    let comments: Vec<_> =
        comments.iter().flat_map(|it| it["comments"].as_array().unwrap()).collect();
    assert!(comments.iter().all(|comment| comment["owner"]["email"].is_string()));
    let texts: Vec<_> = comments.iter().map(|it| it["replies"][0]["text"].clone()).collect();
    assert!(texts.contains(&json!("On Monday")), "{texts:?}");
    let shares = read(root, "data/shares.json");
    assert_eq!(shares[0]["share"]["name"], "Cut 3 for review");
    assert_eq!(shares[0]["reviewers"][0]["email"], "guest@example.com");
    assert!(!read(root, "data/members.json").as_array().unwrap().is_empty());
    assert!(!read(root, "data/fields.json").as_array().unwrap().is_empty());
    let verified = Archiver::verify(root).await.unwrap();
    assert_eq!((verified.files, verified.findings.len()), (31, 0), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_and_texts_stay_data() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let root = directory.path().join("archive");
    create(&sim, &root).await;
    let outside: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(outside.len(), 1);
    // Every name has its own path, also on a file system that ignores case and normalization.
    let files = lines(&root, "data/files.jsonl");
    let fold = |path: &str| {
        use unicode_normalization::UnicodeNormalization;
        path.to_lowercase().nfc().collect::<String>()
    };
    let paths: BTreeSet<_> = files.iter().map(|it| fold(it["path"].as_str().unwrap())).collect();
    assert_eq!(paths.len(), files.len());
    let items = lines(&root, "data/items.jsonl");
    for name in HOSTILE {
        assert!(items.iter().any(|it| it["asset"]["name"] == name), "{name}");
    }
    let page = fs::read_to_string(root.join("index.html")).unwrap();
    assert!(!page.contains("<script") && !page.contains("</div><"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; \u{fffd}"));
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing is loaded");
    let links: Vec<_> =
        page.split("href=\"").skip(1).map(|it| it.split('"').next().unwrap()).collect();
    for link in links {
        let decoded = percent_encoding::percent_decode_str(link).decode_utf8().unwrap();
        assert!(root.join(&*decoded).exists(), "{link}");
    }
    // Signed links and the token are nowhere.
    for (path, bytes) in contents(&root) {
        let text = String::from_utf8_lossy(&bytes);
        let is_clean = !text.contains("X-Amz-") && !text.contains(Sim::TOKEN);
        assert!(path.starts_with("media/") || is_clean, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_continues_to_the_same_result() {
    let directory = tempfile::tempdir().unwrap();
    let whole = directory.path().join("whole");
    let sim = demo();
    create(&sim, &whole).await;
    let all = downloads(&sim);
    let expected = contents(&whole);
    for steps in [0, 5, 20, 40] {
        let (sim, root) = (same(&sim), directory.path().join(steps.to_string()));
        assert!(create_until(&sim, &root, steps).await, "{steps}");
        let verified = Archiver::verify(&root).await.unwrap();
        assert_eq!(verified.findings[0].kind.as_str(), "incomplete", "{verified:?}");
        create(&sim, &root).await;
        assert!(contents(&root) == expected, "{steps}");
        assert!(Archiver::verify(&root).await.unwrap().findings.is_empty());
        // At most the files in flight are requested again.
        assert!(downloads(&sim) <= all + 4, "{steps}: {} of {all}", downloads(&sim));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_archive_is_not_written_again() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let first = create(&sim, directory.path()).await;
    let before = contents(directory.path());
    let again = archiver(&sim).create(settings(&sim, directory.path())).await.unwrap();
    assert!(again.was_complete && again.counts == first.counts);
    assert!(contents(directory.path()) == before);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_fail_are_tried_again_or_listed() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let root = directory.path();
    let refused = Fault::status(StatusCode::FORBIDDEN);
    sim.inject(refused.on("files.show").next(3));
    let created = archiver(&sim).create(settings(&sim, root)).await.unwrap();
    assert!(!created.is_complete);
    assert_eq!(created.missing.iter().filter(|it| it.is_failure).count(), 3);
    create(&sim, root).await;
    assert!(Archiver::verify(root).await.unwrap().findings.is_empty());

    let other = directory.path().join("other");
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("comments.index").next(1));
    let settings = settings(&sim, &other).allow_missing(true);
    let created = archiver(&sim).create(settings).await.unwrap();
    assert!(created.is_complete);
    assert_eq!(read(&other, "data/summary.json")["missing"].as_array().unwrap().len(), 2);
    assert!(Archiver::verify(&other).await.unwrap().is_intact());
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_directories_that_are_not_this_archive() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let other = directory.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("notes.txt"), "mine").unwrap();
    let refused = archiver(&sim).create(settings(&sim, &other)).await.unwrap_err();
    assert_eq!(refused.kind(), ArchiveErrorKind::NotAnArchive);
    assert!(refused.to_string().contains("not empty and not an archive"), "{refused}");
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
    let refused = Archiver::verify(&other).await.unwrap_err();
    assert!(refused.to_string().contains("has no 'archive.json'"), "{refused}");

    let root = directory.path().join("archive");
    create_until(&sim, &root, 0).await;
    let head = read(&root, "archive.json");
    for (field, value, message) in [
        ("project_id", json!("another"), "it is an archive of the project 'The Crossing'"),
        ("version", json!(2), "its version is 2, and this program reads 1"),
        ("format", json!("zip"), "does not describe an archive"),
    ] {
        let mut changed = head.clone();
        changed[field] = value;
        fs::write(root.join("archive.json"), changed.to_string()).unwrap();
        let refused = archiver(&sim).create(settings(&sim, &root)).await.unwrap_err();
        assert_eq!(refused.kind(), ArchiveErrorKind::NotAnArchive);
        assert!(refused.to_string().contains(message), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_finds_every_kind_of_damage() {
    let (sim, directory) = (demo(), tempfile::tempdir().unwrap());
    let root = directory.path();
    create(&sim, root).await;
    let poster = "media/Stills/Poster.png";
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        bytes[50] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let damage = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        fs::write(path, text.replacen('{', "[", 1)).unwrap();
    };
    assert_eq!(after(root, poster, flip).await, json!([["changed", poster]]));
    assert_eq!(
        after(root, poster, |path| fs::remove_file(path).unwrap()).await,
        json!([["missing", poster]])
    );
    for path in ["data/items.jsonl", "data/files.jsonl", "data/comments.jsonl", "data/project.json"]
    {
        let found = after(root, path, damage).await;
        let kinds: HashMap<_, _> =
            found.as_array().unwrap().iter().map(|it| (it[0].as_str().unwrap(), &it[1])).collect();
        assert_eq!((kinds["changed"], kinds["damaged"]), (&json!(path), &json!(path)), "{found}");
        let found = after(root, path, |path| fs::remove_file(path).unwrap()).await;
        assert!(found.as_array().unwrap().contains(&json!(["missing", path])), "{found}");
    }
    let extra = after(root, "media/extra.mov", |path| fs::write(path, "x").unwrap()).await;
    assert_eq!(extra, json!([["extra", "media/extra.mov"]]));
    let list = fs::read_dir(root.join("ascmhl")).unwrap();
    let list =
        list.map(|it| it.unwrap().path()).find(|it| it.extension().unwrap() == "mhl").unwrap();
    let list = list.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    assert_eq!(after(root, &list, flip).await, json!([["damaged", "ascmhl"]]));
    assert_eq!(findings(&Archiver::verify(root).await.unwrap()), json!([]));
    #[cfg(unix)]
    {
        let path = root.join(poster);
        fs::rename(&path, directory.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(directory.path().join("elsewhere"), &path).unwrap();
        let found = findings(&Archiver::verify(root).await.unwrap());
        assert_eq!(found[1], json!(["changed", poster]), "{found}");
    }
}
