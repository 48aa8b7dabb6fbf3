//! The published vectors: labels, parsing, rounding, and decimals that stand for a rate.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use frameio_timecode::{DropFrame, Rate, Rounding, Timebase, Timecode};

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

#[test]
fn prints_and_reads_every_label() {
    let mut count = 0;
    for row in rows(include_str!("vectors/timecode-vectors.tsv")) {
        let [decimal, rational, mode, frame, label] = row[..5] else { panic!("{row:?}") };
        let rate: Rate = rational.parse().unwrap();
        assert_eq!(Rate::snap(decimal), Ok(rate), "{row:?}");
        let base = Timebase::new(rate, mode == "DF").unwrap();
        let timecode = base.timecode(frame.parse().unwrap());
        assert_eq!(timecode.wrapped().to_string(), label, "{row:?}");
        let read = Timecode::parse(label, rate, DropFrame::Auto).unwrap();
        assert_eq!(read, timecode.wrapped(), "{row:?}");
        count += 1;
    }
    assert_eq!(count, 67);
}

#[test]
fn parses_as_listed() {
    let mut count = 0;
    for row in rows(include_str!("vectors/parse-vectors.tsv")) {
        let [text, rate, hint, frame, mode] = row[..5] else { panic!("{row:?}") };
        let hint = if hint == "DF" { DropFrame::On } else { DropFrame::Auto };
        let parsed = Timecode::parse(text, rate.parse().unwrap(), hint);
        if frame == "ERROR" {
            assert!(parsed.is_err(), "{row:?} gives {parsed:?}");
        } else {
            let timecode = parsed.unwrap();
            assert_eq!(timecode.frame(), frame.parse::<i64>().unwrap(), "{row:?}");
            assert_eq!(timecode.timebase().is_drop_frame(), mode == "DF", "{row:?}");
        }
        count += 1;
    }
    assert_eq!(count, 27);
}

#[test]
fn rounds_as_listed() {
    let mut count = 0;
    for row in rows(include_str!("vectors/rounding-vectors.tsv")) {
        let [kind, rate, input, floor, nearest, expected] = row[..6] else { panic!("{row:?}") };
        let rate: Rate = rate.parse().unwrap();
        let number = |text: &str| text.parse::<i64>().unwrap();
        let convert = |rounding| match kind {
            "us->frame" => rate.frame_at(number(input), 1_000_000, rounding),
            "frame->ms" => rate.time_of(number(input), 1000, rounding),
            other => panic!("{other}"),
        };
        assert_eq!(convert(Rounding::Floor), number(floor), "{row:?}");
        assert_eq!(convert(Rounding::Nearest), number(nearest), "{row:?}");
        if kind == "frame->ms" {
            assert_eq!(convert(Rounding::Ceil), number(expected), "{row:?}");
        } else {
            let rounded = [convert(Rounding::Floor), convert(Rounding::Nearest)];
            assert!(rounded.contains(&number(expected)), "{row:?}");
        }
        count += 1;
    }
    assert_eq!(count, 36);
}

#[test]
fn snaps_decimals_as_listed() {
    let mut count = 0;
    for row in rows(include_str!("vectors/fps-snap.tsv")) {
        let rate: Rate = row[1].parse().unwrap();
        assert_eq!(Rate::snap(row[0]), Ok(rate), "{row:?}");
        assert_eq!(Rate::snap_f64(row[0].parse().unwrap()), Ok(rate), "{row:?}");
        count += 1;
    }
    assert_eq!(count, 21);
}
