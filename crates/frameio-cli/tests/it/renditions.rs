//! `frameio download --rendition` with a list.

use frameio_sim::Fault;
use http::StatusCode;

use crate::fixture::{Fixture, ROOT};

/// Returns the names in a directory.
fn names(fixture: &Fixture, directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(fixture.directory.path().join(directory)).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_the_first_rendition_that_exists_of_each_file() {
    let files = [("a.mov", 25), ("mix.wav", 35), ("notes.txt", 5), ("Day 1/b.mov", 5)];
    let fixture = Fixture::new(&files).await;
    let up = fixture.run(&["upload", "in", "--to", ROOT]).await;
    assert_eq!(up.status, 0, "{up:?}");
    let folder = format!("{ROOT}/in");
    let wanted = ["--rendition", "video_h264_180,efficient,original"];
    let all = ["Day 1", "a.mov.video_h264_180.mp4", "mix.wav.efficient.m4a", "notes.txt"];
    let arguments = [&["download", &folder, "-o", "out", "--mhl"][..], &wanted].concat();
    let down = fixture.run(&arguments).await;
    assert_eq!(down.status, 0, "{down:?}");
    let with_history =
        ["Day 1", "a.mov.video_h264_180.mp4", "ascmhl", "mix.wav.efficient.m4a", "notes.txt"];
    assert_eq!(names(&fixture, "out/in"), with_history);
    assert_eq!(names(&fixture, "out/in/Day 1"), ["b.mov.video_h264_180.mp4"]);
    assert_eq!(fixture.calls("files.show"), 0, "the links are listed");
    let again = fixture.run(&arguments).await;
    assert!(again.stderr.contains("4 already present"), "{again:?}");

    // A user who may not download originals gets renditions.
    let listed = fixture.run(&["ls", ROOT, "--json"]).await.lines();
    let id = listed[0]["id"].as_str().unwrap();
    fixture.sim.inject(Fault::status(StatusCode::FORBIDDEN).on("folders.index").next(1));
    let down = fixture.run(&[&["download", id, "-o", "restricted"][..], &wanted].concat()).await;
    assert_eq!(down.status, 0, "{down:?}");
    assert_eq!(names(&fixture, "restricted/in"), all);

    let rest = ["--rendition", "video_h264_180,efficient", "-o", "rest", "--dry-run"];
    let down = fixture.run(&[&["download", &folder][..], &rest].concat()).await;
    assert_eq!(down.status, 1, "{down:?}");
    let message = "none of its renditions video_h264_180, efficient is available";
    assert!(down.stderr.contains(message), "{down:?}");
    let file = format!("{folder}/notes.txt");
    let down = fixture.run(&[&["download", &file, "-o", "file"][..], &wanted].concat()).await;
    assert_eq!(down.status, 0, "{down:?}");
    assert_eq!(names(&fixture, "file"), ["notes.txt"]);
}
