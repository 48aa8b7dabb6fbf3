//! `--jq` in commands that print a record for each file.

use crate::fixture::{Fixture, ROOT};

/// Outcome and path of each file, and the count of the summary.
const FILTER: &str =
    r#"if .summary then "sent \(.summary.transferred)" else "\(.outcome) \(.remote)" end"#;

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_the_records_of_each_transfer() {
    let transferred = ["sent 2", "transferred /a.mov", "transferred /b/c.mov"];
    for command in [
        &["sync", "in", ROOT][..],
        &["watch", "in", ROOT, "--once", "--settle", "0.05"],
        &["upload", "in/a.mov", "in/b", "--to", ROOT],
    ] {
        let fixture = Fixture::new(&[("a.mov", 25), ("b/c.mov", 5)]).await;
        let up = fixture.run(&[command, &["--jq", FILTER]].concat()).await;
        assert_eq!(up.status, 0, "{up:?}");
        assert!(!up.stderr.contains("transferred"), "{up:?}");
        assert_eq!(sorted(&up.stdout), transferred, "{command:?}");
        for command in [
            &["download", ROOT, "-o", "out", "--jq"][..],
            &["sync", "--down", "again", ROOT, "--jq"],
            &["watch", "--down", ROOT, "watched", "--once", "--jq"],
        ] {
            let down = fixture.run(&[command, &[FILTER]].concat()).await;
            assert_eq!(down.status, 0, "{down:?}");
            let files = down.stdout.lines().filter(|line| line.starts_with("transferred /"));
            assert_eq!(files.count(), 2, "{down:?}");
            assert!(down.stdout.ends_with("sent 2\n"), "{down:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_fails_does_not_stop_the_transfers_but_fails_the_run() {
    let fixture = Fixture::new(&[("a.mov", 25), ("b.mov", 5)]).await;
    let failing = "if .summary then empty else (.outcome | .no_object) end";
    let up = fixture.run(&["sync", "in", ROOT, "--jq", failing]).await;
    assert_eq!((up.status, up.stdout.as_str()), (1, ""), "{up:?}");
    assert!(up.stderr.starts_with("frameio: '--jq': "), "{up:?}");
    assert_eq!(fixture.remote_paths().await, ["/a.mov", "/b.mov"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_share_of_an_upload_is_filtered_too() {
    let fixture = Fixture::new(&[("a.mov", 25)]).await;
    const FILTER: &str = ".share.name // empty";
    let arguments = ["upload", "in/a.mov", "--to", ROOT, "--share", "Cut", "--jq", FILTER];
    let up = fixture.run(&arguments).await;
    assert_eq!((up.status, up.stderr.as_str()), (0, ""), "{up:?}");
    assert_eq!(up.stdout, "Cut\n");
}
