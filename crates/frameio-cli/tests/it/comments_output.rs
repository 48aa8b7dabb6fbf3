//! Files that `frameio comments` writes: pages, names, and conversions without the service.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::comments::{CUT_3, STACK, demo};
use crate::program::{Ended, end, offline, program};

/// A directory to convert files in.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes markers at 24 frames per second.
    fn markers(&self, markers: &[Value]) {
        let file = json!({"version": 1, "media": {"frame_rate": "24"}, "markers": markers});
        std::fs::write(self.path("in.json"), file.to_string()).unwrap();
    }

    /// Runs `frameio comments convert in.json` without an account.
    async fn convert(&self, arguments: &[&str]) -> Ended {
        let mut command = offline();
        command.args(["comments", "convert", "in.json"]).args(arguments).current_dir(self.0.path());
        end(command, None).await
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "in.json");
        names.sort();
        names
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_contain_the_thumbnail_and_nothing_remote() {
    let (sim, server) = demo().await;
    let desk = Desk::new();
    let run = async |arguments: &[&str]| {
        let mut command = program(&server);
        command.args(["comments", "export", STACK, "-f", "html,csv"]).args(arguments);
        command.current_dir(desk.0.path()).args(["-o", "."]);
        end(command, None).await
    };
    let ended = run(&[]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let page = desk.read("The Crossing - cut 3.html");
    assert_eq!(page.matches("<img src=\"data:image/png;base64,").count(), 1, "{page}");
    assert!(page.contains("default-src &apos;none&apos;") && !page.contains("://"), "{page}");
    let again = run(&["--no-thumbnails"]).await;
    assert_eq!(again.status, 0, "{again:?}");
    assert!(!desk.read("The Crossing - cut 3.html").contains("<img"));
    // The files that a failed download leaves are those of the comments.
    let fault = frameio_sim::Fault::status(http::StatusCode::FORBIDDEN);
    sim.inject(fault.on("sim.download").every(1));
    let missing = run(&[]).await;
    assert_eq!(missing.status, 0, "{missing:?}");
    assert!(missing.stderr.contains("the thumbnail is missing: "), "{missing:?}");
    assert!(!desk.read("The Crossing - cut 3.html").contains("<img"));
}

#[tokio::test(flavor = "multi_thread")]
async fn edls_are_split_and_comments_on_a_frame_merged_by_default() {
    let desk = Desk::new();
    let at = |frame: u32| json!({"frame": frame, "text": "x", "author": {"name": "Ana"}});
    desk.markers(&(0..1001).map(at).collect::<Vec<_>>());
    desk.convert(&["x.edl"]).await.succeeded();
    assert_eq!(desk.names(), ["x_01.edl", "x_02.edl"]);
    assert_eq!(desk.read("x_01.edl").matches("|D:1").count(), 999);
    assert_eq!(desk.read("x_02.edl").matches("|D:1").count(), 2);

    desk.markers(&[at(5), at(5)]);
    for (format, name, arguments, events) in [
        ("resolve-edl", "y.edl", &[][..], 1),
        ("resolve-edl", "y.edl", &["--merge-same-frame=never"], 2),
        ("fcpxml", "y.fcpxml", &[], 1),
        ("avid-txt", "y.txt", &[], 2),
        ("avid-txt", "y.txt", &["--merge-same-frame"], 1),
    ] {
        let ended = desk.convert(&[&[name, "--to", format], arguments].concat()).await;
        ended.succeeded();
        let text = desk.read(name);
        let found = match format {
            "resolve-edl" => text.matches("|D:1").count(),
            "fcpxml" => text.matches("<marker ").count(),
            _ => text.lines().count(),
        };
        assert_eq!(found, events, "{format} {arguments:?}: {text}");
        let is_reported = ended.stdout.contains("merged (");
        assert_eq!(is_reported, format != "avid-txt" || events == 1, "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_without_a_frame_go_where_the_user_wants() {
    let desk = Desk::new();
    desk.markers(&[
        json!({"frame": 5, "text": "timed"}),
        json!({"frame": null, "text": "general"}),
    ]);
    for (untimed, names, has_text) in [
        ("file", &["x.edl", "x_untimed.txt"][..], false),
        ("start", &["x.edl"], true),
        ("skip", &["x.edl"], false),
    ] {
        for name in desk.names() {
            std::fs::remove_file(desk.path(&name)).unwrap();
        }
        let ended = desk.convert(&["x.edl", "--untimed", untimed]).await;
        ended.succeeded();
        assert_eq!(desk.names(), names, "{untimed}");
        assert_eq!(desk.read("x.edl").contains("general"), has_text, "{untimed}");
        assert!(ended.stdout.contains("untimed (1)"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_that_cannot_be_written_are_errors_with_their_path() {
    let (_sim, server) = demo().await;
    let desk = Desk::new();
    desk.markers(&[json!({"frame": 5, "text": "x"})]);
    std::fs::write(desk.path("file"), "in the way").unwrap();
    let ended = desk.convert(&["file/x.edl"]).await;
    assert!(ended.failed(1).starts_with("frameio: cannot write 'file/x.edl': "), "{ended:?}");
    // A name that Windows reserves.
    desk.convert(&["nul.edl"]).await.succeeded();
    assert_eq!(desk.names(), ["_nul.edl", "file"]);

    let mut command = program(&server);
    command.args(["comments", "export", CUT_3, "-f", "csv", "-o", "file/out"]);
    command.current_dir(desk.0.path());
    let ended = end(command, None).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
    assert!(ended.stderr.contains("cannot write 'file/out/The Crossing - cut 3.csv'"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_files_larger_than_the_limit_of_the_readers() {
    let desk = Desk::new();
    let large = std::fs::File::create(desk.path("in.json")).unwrap();
    large.set_len(1 << 30).unwrap();
    let ended = desk.convert(&["x.edl", "--from", "json"]).await;
    assert_eq!(ended.failed(2), "frameio: cannot read 'in.json': larger than 32 MiB");
    assert!(!Path::new(&desk.path("x.edl")).exists());
}
