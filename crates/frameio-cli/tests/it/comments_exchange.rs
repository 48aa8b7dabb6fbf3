//! `frameio comments export`, `import`, `copy` and `convert`.

use std::path::{Path, PathBuf};

use frameio_sim::{Sim, SimServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::comments::{CUT_3, STACK, STACK_PATH, demo, listed};
use crate::program::{Ended, end, offline, program};

const CUT_2: &str = "00000027-f1a0-4000-8000-000000000000";
const SHARE: &str = "00000042-f1a0-4000-8000-000000000000";
const WARNING: &str =
    "frameio: warning: the export may contain internal comments, which the API does not mark";
const READABLE: [&str; 14] = [
    "resolve-edl",
    "avid-txt",
    "avid-xml",
    "fcp7-xml",
    "fcpxml",
    "otio",
    "premiere-csv",
    "frameio-csv",
    "fiojson",
    "srt",
    "vtt",
    "chapters",
    "csv",
    "json",
];

/// The demo account, and a directory to work in.
struct Desk {
    sim: Sim,
    server: SimServer,
    directory: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let (sim, server) = demo().await;
        Self { sim, server, directory: tempfile::tempdir().unwrap() }
    }

    /// Runs `frameio comments` in the directory.
    async fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = program(&self.server);
        command.arg("comments").args(arguments).current_dir(self.directory.path());
        end(command, None).await
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn created(&self) -> u64 {
        self.sim.stats().by_operation.get("comments.create").copied().unwrap_or_default()
    }
}

/// Returns all files below a directory, relative to it and sorted.
fn files(directory: &Path) -> Vec<String> {
    let (mut found, mut waiting) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => waiting.push(path),
                false => found.push(path.strip_prefix(directory).unwrap().display().to_string()),
            }
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_several_formats_and_reports_losses() {
    let desk = Desk::new().await;
    let formats = "resolve-edl,avid-xml,fcp7-xml,resolve-edl";
    let export =
        ["export", STACK_PATH, "--format", formats, "-o", "out", "--start-tc", "01:00:00:00"];
    let ended = desk.run(&export).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let expected = "\
out/The Crossing - cut 3.edl
    lost or changed: replies (1), state (1), dates (3), id (3), file details (1)
out/The Crossing - cut 3_avid-xml.xml
    lost or changed: replies (1), state (1), dates (2), id (3), file details (1)
out/The Crossing - cut 3_fcp7-xml.xml
    lost or changed: replies (1), state (1), dates (3), id (3), file details (1)
";
    assert_eq!(ended.stdout, expected);
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert_eq!(lines, [WARNING, "3 comments on 1 file"]);
    let edl = desk.read("out/The Crossing - cut 3.edl");
    assert!(edl.contains("01:00:17:04 01:00:17:05"), "{edl}");
    assert!(edl.contains("|C:ResolveColorBlue |M:Jonas Weber |D:48"), "{edl}");
    let names = [
        "The Crossing - cut 3.edl",
        "The Crossing - cut 3_avid-xml.xml",
        "The Crossing - cut 3_fcp7-xml.xml",
    ];
    assert_eq!(files(&desk.path("out")), names);
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_a_project_in_the_directories_of_the_service() {
    let desk = Desk::new().await;
    let ended =
        desk.run(&["export", "/Film/The Crossing", "-f", "csv,resolve-edl", "-o", "out"]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let expected = [
        "Cuts/The Crossing - cut 3.csv",
        "Cuts/The Crossing - cut 3.edl",
        "Stills/Poster.csv",
        "Stills/Poster.edl",
        "Stills/Poster_untimed.txt",
    ];
    assert_eq!(files(&desk.path("out")), expected);
    assert!(desk.read("out/Stills/Poster_untimed.txt").contains("without the logo?"));
    let start = "the start timecode is unknown: timecodes count from 00:00:00:00";
    assert!(ended.stderr.contains(start) && ended.stderr.contains(WARNING), "{ended:?}");

    let all = ["export", "/Film/The Crossing/Cuts", "-f", "csv", "-o", "all", "--all-versions"];
    assert_eq!(desk.run(&all).await.status, 0);
    let stack = "The Crossing - cut 3.mp4";
    let expected =
        [2, 3].map(|version| format!("{stack}/The Crossing - cut {version}_v{version}.csv"));
    assert_eq!(files(&desk.path("all")), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_json_lines_and_selected_comments_of_a_share() {
    let desk = Desk::new().await;
    let export = ["export", "--share", SHARE, "-f", "vtt", "-o", "out", "--json", "--open-only"];
    let ended = desk.run(&export).await;
    assert_eq!((ended.status, ended.stderr.trim_end()), (0, WARNING), "{ended:?}");
    let mut lines = ended.lines();
    lines.sort_by_key(|line| line["file_id"].to_string());
    assert_eq!(lines.len(), 2);
    let cut = &lines[0];
    assert_eq!((&cut["file_id"], &cut["comments"]), (&json!(CUT_3), &json!(2)));
    assert_eq!((&cut["frame_rate"], &cut["may_have_internal"]), (&json!("24"), &json!(true)));
    let output = &cut["outputs"][0];
    assert_eq!(output["files"], json!(["out/The Crossing - cut 3.vtt"]));
    assert_eq!(output["losses"][0]["kind"], "replies");
    let untimed = &lines[1]["outputs"][0]["losses"][0];
    assert_eq!((&untimed["kind"], &untimed["frame"]), (&json!("untimed"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_unknown_rate_fails_alone() {
    let desk = Desk::new().await;
    let sound = "00000029-f1a0-4000-8000-000000000000";
    desk.run(&["add", sound, "Too loud", "--at", "48"]).await.succeeded();
    let ended = desk.run(&["export", "/Film/The Crossing", "-f", "csv", "-o", "out"]).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stderr.contains("the frame rate is unknown"), "{ended:?}");
    assert!(
        ended.stderr.ends_with("frameio: 1 file or folder could not be exported\n"),
        "{ended:?}"
    );
    assert_eq!(files(&desk.path("out")).len(), 2);
    let ended =
        desk.run(&["export", sound, "-f", "resolve-edl", "-o", "out", "--fps", "23.976"]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_the_service_stay_inside_of_the_directory() {
    let desk = Desk::new().await;
    let account = desk.sim.demo().account_id;
    for (file, name) in [(CUT_2, "../../up.mov"), (CUT_3, "..\\..\\up.mov")] {
        let input = json!({"account_id": account, "file_id": file, "data": {"name": name}});
        let mut command = program(&desk.server);
        command.args(["call", "files.update", "--input", &input.to_string()]);
        end(command, None).await.json();
    }
    let export = ["export", STACK, "-f", "json", "-o", "a/b/out", "--all-versions"];
    let ended = desk.run(&export).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let all = files(desk.directory.path());
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all.iter().all(|path| path.starts_with("a/b/out/")), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_exports_that_make_no_sense() {
    let desk = Desk::new().await;
    std::fs::write(desk.path("file"), "in the way").unwrap();
    for (arguments, status, message) in [
        (&["export", STACK, "-f", "csv", "--no-internal"][..], 2, "only .fiojson files do"),
        (
            &["export", STACK, "-f", "csv", "-o", "file"],
            2,
            "invalid value 'file' for '--output': not a directory",
        ),
        (&["export", "/Film", "-f", "csv"], 2, "is a workspace"),
        (&["export", "--share", "missing", "-f", "csv"], 5, "no share has the ID 'missing'"),
        (
            &["export", STACK, "-f", "csv", "--probe", "nothing.mov"],
            2,
            "for '--probe': no such file",
        ),
    ] {
        let ended = desk.run(arguments).await;
        assert!(ended.failed(status).contains(message), "{arguments:?}: {ended:?}");
    }
    for arguments in [
        &["export", STACK][..],
        &["export", STACK, "-f", "word"],
        &["export", STACK, "-f", "csv", "--fps", "many"],
        &["export", STACK, "-f", "csv", "--since", "yesterday"],
    ] {
        assert_eq!(desk.run(arguments).await.status, 2, "{arguments:?}");
    }
    let midnight =
        desk.run(&["export", STACK, "-f", "resolve-edl", "--start-tc", "23:59:59:00"]).await;
    assert_eq!(midnight.status, 1, "{midnight:?}");
    assert!(midnight.stderr.contains("not within a day"), "{midnight:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn reads_the_rate_and_start_timecode_with_ffprobe() {
    use std::os::unix::fs::PermissionsExt;

    let desk = Desk::new().await;
    let report = json!({
        "streams": [{"codec_type": "video", "r_frame_rate": "25/1"}],
        "format": {"tags": {"timecode": "10:00:00:00"}},
    });
    // A program of this name that prints the report if its last argument is an absolute path.
    let script =
        format!("#!/bin/sh\nfor last; do :; done\ncase $last in /*) echo '{report}';; esac\n");
    std::fs::create_dir(desk.path("bin")).unwrap();
    std::fs::write(desk.path("bin/ffprobe"), script).unwrap();
    std::fs::set_permissions(desk.path("bin/ffprobe"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::write(desk.path("-local.mov"), "media").unwrap();
    let run = async |path: &Path, arguments: &[&str]| {
        let mut command = program(&desk.server);
        command.env("PATH", path).current_dir(desk.directory.path()).args(arguments);
        end(command, None).await
    };
    let export = ["comments", "export", STACK, "-f", "resolve-edl", "--probe=-local.mov"];
    // The shell of the script is found by its path.
    let ended = run(&desk.path("bin"), &export).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let edl = desk.read("The Crossing - cut 3.edl");
    assert!(edl.contains("10:00:16:12"), "frame 412 at 25: {edl}");
    let missing = run(&desk.path("none"), &export).await;
    assert!(missing.failed(2).contains("needs ffprobe, which is not installed"), "{missing:?}");
    let folder = ["comments", "export", "/Film/The Crossing", "-f", "csv", "--probe=-local.mov"];
    let many = run(&desk.path("bin"), &folder).await;
    assert!(many.failed(2).contains("cannot be used with a folder"), "{many:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_an_export_of_any_format_changes_nothing() {
    let desk = Desk::new().await;
    // On the frame of another comment, with what formats escape, and without a frame.
    desk.run(&["add", STACK, "2nd | <b>#vfx</b>\n\"line\" = two", "--at", "412"]).await.succeeded();
    desk.run(&["add", STACK, "No position"]).await.succeeded();
    let before = desk.created();
    let start = ["--start-tc", "01:00:00:00"];
    let export = ["export", STACK, "-f", &READABLE.join(","), "-o", "out"];
    let ended = desk.run(&[&export[..], &start].concat()).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    for format in READABLE {
        let directory = format!("each/{format}");
        let export = ["export", STACK, "-f", format, "-o", &directory];
        let ended = desk.run(&[&export[..], &start, &["--json"]].concat()).await;
        let path = ended.json()["outputs"][0]["files"][0].as_str().unwrap().to_owned();
        let import = ["import", &path, STACK, "--from", format, "--send"];
        let ended = desk.run(&[&import[..], &start].concat()).await;
        assert_eq!(ended.status, 0, "{format}: {ended:?}");
        assert!(ended.stdout.lines().all(|line| line.starts_with("exists")), "{format}: {ended:?}");
        assert!(!ended.stdout.is_empty(), "{format}");
    }
    assert_eq!(desk.created(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_markers_after_a_dry_run_and_only_once() {
    let desk = Desk::new().await;
    let edl = "TITLE: x\nFCM: NON-DROP FRAME\n\n\
        001  001      V     C        01:00:10:00 01:00:10:01 01:00:10:00 01:00:10:01  \n\
        Ana Roth: Wire |C:ResolveColorBlue |M:Ana Roth |D:12\n\n\
        002  001      V     C        01:00:53:18 01:00:53:19 01:00:53:18 01:00:53:19  \n\
        Mina Okafor: Colour is final from here on |C:ResolveColorBlue |M:Mina Okafor |D:1\n";
    std::fs::write(desk.path("x.edl"), edl).unwrap();
    let import = ["import", "x.edl", STACK_PATH, "--start-tc", "01:00:00:00"];
    let dry = desk.run(&import).await;
    assert_eq!(dry.status, 0, "{dry:?}");
    let expected = "\
would add  01:00:10:00  Ana Roth: Wire
exists     01:00:53:18  Mina Okafor: Colour is final from here on
";
    assert_eq!(dry.stdout, expected);
    let summary =
        format!("would add 1 comments to {STACK_PATH}; 1 exist, 0 refused; add them with --send");
    assert!(dry.stderr.contains(&summary), "{dry:?}");
    assert_eq!(desk.created(), 0);

    let sent = desk.run(&[&import[..], &["--send", "--json"]].concat()).await;
    let lines = sent.lines();
    assert_eq!((&lines[0]["outcome"], &lines[1]["outcome"]), (&json!("added"), &json!("exists")));
    let comments = listed(&desk.server).await;
    assert_eq!(comments[0]["id"], lines[0]["id"]);
    let (frame, length) = (&comments[0]["frame"], &comments[0]["length"]);
    assert_eq!(
        (frame, length, &comments[0]["text"]),
        (&json!(240), &json!(12), &json!("Ana Roth: Wire"))
    );
    let again = desk.run(&[&import[..], &["--send"]].concat()).await;
    assert!(again.stderr.contains("added 0 comments"), "{again:?}");
    assert_eq!(desk.created(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_files_that_cannot_be_imported() {
    let desk = Desk::new().await;
    std::fs::write(desk.path("x.txt"), "Dear diary").unwrap();
    let edl = "TITLE: x\n001  001  V  C  01:00:10:00 01:00:10:01 01:00:10:00 01:00:10:01\nx |C:\n";
    std::fs::write(desk.path("x.edl"), edl).unwrap();
    let rate = json!({"version": 1, "media": {"frame_rate": "25"}, "markers": [{"frame": 1, "text": "a"}]});
    std::fs::write(desk.path("x.json"), rate.to_string()).unwrap();
    for (arguments, message) in [
        (&["import", "nothing.edl", STACK][..], "nothing.edl"),
        (&["import", "x.txt", STACK], "the format is not recognized; set it"),
        (
            &["import", "x.edl", STACK, "--start-tc", "02:00:00:00"],
            "'x.edl': cannot read the markers as resolve-edl: line 2",
        ),
        (
            &["import", "x.json", STACK],
            "the frame rate of the markers is 25, and that of the file is 24",
        ),
        (&["import", "x.json", STACK, "--no-internal"], "only .fiojson files do"),
    ] {
        let ended = desk.run(arguments).await;
        assert!(ended.failed(2).contains(message), "{arguments:?}: {ended:?}");
    }
    assert_eq!(desk.created(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_fails_resumes() {
    let desk = Desk::new().await;
    let markers: Vec<_> = (0..4).map(|frame| json!({"frame": frame, "text": "a"})).collect();
    let file = json!({"version": 1, "media": {"frame_rate": "24"}, "markers": markers});
    std::fs::write(desk.path("x.json"), file.to_string()).unwrap();
    let import = ["import", "x.json", STACK, "--send"];
    let fault = frameio_sim::Fault::status(http::StatusCode::FORBIDDEN);
    desk.sim.inject(fault.on("comments.create").every(3));
    let failed = desk.run(&import).await;
    assert_eq!((failed.status, failed.stdout.lines().count()), (4, 2), "{failed:?}");
    assert!(failed.stderr.contains("added 2 of 4 comments; the same command again"), "{failed:?}");
    desk.sim.clear_faults();
    let resumed = desk.run(&import).await;
    assert_eq!(resumed.status, 0, "{resumed:?}");
    assert!(resumed.stderr.contains("added 2 comments"), "{resumed:?}");
    assert_eq!(listed(&desk.server).await.len(), 3 + 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_comments_to_another_version_with_an_offset() {
    let desk = Desk::new().await;
    let copy = ["copy", CUT_2, STACK, "--frame-offset", "12"];
    let dry = desk.run(&copy).await;
    assert_eq!(dry.stdout, "would add  00:00:00:12  Demo User: Title is missing\n", "{dry:?}");
    for created in [1, 1] {
        assert_eq!(desk.run(&[&copy[..], &["--send"]].concat()).await.status, 0);
        assert_eq!(desk.created(), created);
    }
    let open = desk.run(&["copy", CUT_3, CUT_2, "--open-only", "--json"]).await.lines();
    assert_eq!(open.len(), 3, "{open:?}");
    let replies = &open[1];
    assert!(replies["text"].as_str().unwrap().ends_with("\n> Reviewer: Thanks"), "{replies:?}");

    let before = desk.run(&["copy", CUT_3, CUT_2, "--frame-offset", "-412"]).await;
    assert_eq!(before.status, 1, "{before:?}");
    assert!(before.stdout.contains("before the start of the file"), "{before:?}");
    let same = desk.run(&["copy", CUT_3, STACK]).await;
    assert!(same.failed(2).contains("is the file to copy from"), "{same:?}");
    let teaser = "0000002f-f1a0-4000-8000-000000000000";
    let rates = desk.run(&["copy", CUT_3, teaser]).await;
    assert!(rates.failed(2).contains("the frame rate of the markers is 24"), "{rates:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn converts_files_without_the_service() {
    let desk = Desk::new().await;
    assert_eq!(desk.run(&["export", STACK, "-f", "json", "-o", "."]).await.status, 0);
    let json = "The Crossing - cut 3.json";
    let convert = async |arguments: &[&str]| {
        let mut command = offline();
        command.arg("comments").args(arguments).current_dir(desk.directory.path());
        end(command, None).await
    };
    let ended = convert(&["convert", json, "x.fcpxml", "--frame-offset", "10"]).await;
    ended.succeeded();
    assert!(ended.stdout.starts_with("x.fcpxml\n    lost or changed: "), "{ended:?}");
    assert!(desk.read("x.fcpxml").contains("422/24s"));
    let back = convert(&["convert", "x.fcpxml", "back.json", "--json"]).await.json();
    assert_eq!((&back["from"], &back["comments"]), (&json!("fcpxml"), &json!(3)));

    let internal = json!({"asset": {"fps": 24}, "comments": [
        {"id": "a", "text": "secret", "timestamp": 1, "private": true},
        {"id": "b", "text": "public", "timestamp": 2, "private": false},
    ]});
    std::fs::write(desk.path("in.fiojson"), internal.to_string()).unwrap();
    let warned = convert(&["convert", "in.fiojson", "all.csv", "--to", "csv"]).await;
    assert!(warned.stderr.contains("contains internal comments; --no-internal"), "{warned:?}");
    convert(&["convert", "in.fiojson", "public.csv", "--to", "csv", "--no-internal"]).await;
    assert!(desk.read("all.csv").contains("secret") && !desk.read("public.csv").contains("secret"));

    for (arguments, message) in [
        (&["convert", json, "x.xml"][..], "several formats have this extension"),
        (&["convert", json, "x.doc"], "its extension is unknown"),
        (&["convert", json, "x.doc", "--to", "csv"], "files of csv end with .csv"),
        (&["convert", json, "x.fcpxml", "--no-internal"], "does not mark internal comments"),
        (&["convert", "nothing.edl", "x.fcpxml"], "nothing.edl"),
    ] {
        let ended = convert(arguments).await;
        assert!(ended.failed(2).contains(message), "{arguments:?}: {ended:?}");
    }
}

/// A `.fiojson` file made from the service must not claim that its comments are public.
#[tokio::test(flavor = "multi_thread")]
async fn an_exported_fiojson_file_does_not_claim_to_be_public() {
    let desk = Desk::new().await;
    assert_eq!(desk.run(&["export", STACK, "-f", "fiojson"]).await.status, 0);
    let convert = ["convert", "The Crossing - cut 3.fiojson", "x.vtt", "--no-internal"];
    let ended = desk.run(&convert).await;
    assert!(ended.failed(2).contains("does not mark internal comments"), "{ended:?}");
}
