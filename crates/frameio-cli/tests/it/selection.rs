//! Filters, order and bandwidth of transfers.

use crate::fixture::{Fixture, ROOT};
use crate::program::Ended;

#[tokio::test(flavor = "multi_thread")]
async fn filters_select_files_in_both_directions() {
    let files = [("a.mov", 25), ("Day 1/b.mov", 35), ("Day 1/Cache/c.mov", 5), ("x.tmp", 3)];
    let fixture = Fixture::new(&files).await;
    std::fs::write(fixture.directory.path().join("list.txt"), "# dailies\r\n\r\nDay 1/b.mov\r\n")
        .unwrap();
    for (filter, expected) in [
        (&["--include", "*.mov", "--exclude", "Cache/"][..], 2),
        (&["--min-size", "25B"], 2),
        (&["--max-size", "5B"], 2),
        (&["--min-age", "1d"], 0),
        (&["--max-age", "1h"], 4),
        (&["--files-from", "list.txt"], 1),
    ] {
        let dry = [&["sync", "in", ROOT, "--dry-run"][..], filter].concat();
        let dry = fixture.run(&dry).await;
        assert!(dry.stderr.contains(&format!("{expected} planned")) || expected == 0, "{dry:?}");
        assert_eq!(dry.stdout.lines().count(), expected, "{filter:?}: {dry:?}");
    }
    assert_eq!(fixture.run(&["sync", "in", ROOT]).await.status, 0);
    for (arguments, expected) in [
        (&["download", ROOT, "-o", "out", "--include", "*.mov"][..], "3 transferred"),
        (&["sync", "down", ROOT, "--down", "--exclude", "Day 1"], "2 transferred"),
        (&["download", ROOT, "-o", "tmp", "--max-size", "3B"], "1 transferred"),
    ] {
        let ended = fixture.run(arguments).await;
        assert!(ended.status == 0 && ended.stderr.contains(expected), "{ended:?}");
    }
    assert!(!fixture.directory.path().join("tmp/Demo Project/Day 1").exists());
    for (arguments, message) in [
        (&["--min-size", "25"][..], "add a unit, such as 50M, or B for bytes"),
        (&["--max-age", "soon"], "expected a duration such as 30m, 12h or 7d, or a date"),
        (&["--files-from", "none.txt"], "cannot read 'none.txt'"),
        (&["--include", "["], "invalid pattern '['"),
    ] {
        let refused = fixture.run(&[&["download", ROOT], arguments].concat()).await;
        assert!(refused.status == 2 && refused.stderr.contains(message), "{refused:?}");
    }
    std::fs::write(fixture.directory.path().join("list.txt"), "a.mov\ngone.mov\n").unwrap();
    let missing = fixture.run(&["sync", "in", ROOT, "--files-from", "list.txt"]).await;
    assert!(
        missing.status == 5
            && missing.stderr.contains("/gone.mov: it is in the list of files, but"),
        "{missing:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_have_an_order_and_a_bandwidth_limit() {
    let fixture = Fixture::new(&[("a.mov", 90), ("b.mov", 5), ("c.mov", 40)]).await;
    let order = |ended: &Ended| {
        let lines = ended.stdout.lines().filter_map(|line| line.split_whitespace().nth(1));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let sync = ["sync", "in", ROOT, "--order", "small-first", "--concurrency", "1"];
    let up = fixture.run(&[&sync[..], &["--bwlimit", "1M:off"]].concat()).await;
    assert_eq!(
        (up.status, order(&up)),
        (0, vec!["/b.mov".into(), "/c.mov".into(), "/a.mov".into()]),
        "{up:?}"
    );
    for (limit, message) in [
        ("fast", "invalid bandwidth 'fast': expected a rate such as 10M, 'off', or UP:DOWN"),
        ("25:00,1M", "expected a time such as 08:00"),
    ] {
        let refused = fixture.run(&["download", ROOT, "--bwlimit", limit]).await;
        assert!(refused.status == 2 && refused.stderr.contains(message), "{refused:?}");
    }
    let saved = fixture.run(&["profile", "set", "--bwlimit", "08:00,2M 19:00,off"]).await;
    assert_eq!(saved.status, 0, "{saved:?}");
    let down = fixture.run(&["download", ROOT, "-o", "out"]).await;
    assert_eq!(down.status, 0, "{down:?}");
    let refused = fixture.run(&["profile", "set", "--bwlimit", "fast"]).await;
    assert!(
        refused.status == 2 && refused.stderr.contains("invalid bandwidth 'fast'"),
        "{refused:?}"
    );
}
