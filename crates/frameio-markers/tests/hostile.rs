//! Damaged and hostile input: no panic, limits that hold, and errors that name the place.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{golden, spot, spot_options, written};
use frameio_markers::{Format, ReadErrorKind, ReadOptions, WriteOptions, detect, read, write};
use frameio_timecode::Rate;

fn seeds() -> Vec<(Format, Vec<u8>)> {
    let mut seeds: Vec<(Format, Vec<u8>)> = vec![
        (Format::ResolveEdl, golden!("resolve-native-multiline.edl").to_vec()),
        (Format::ResolveEdl, golden!("frameio-v4-dialect.edl").to_vec()),
        (Format::FrameioCsv, golden!("frameio-legacy.csv").to_vec()),
        (Format::Fiojson, golden!("sample.fiojson").to_vec()),
        (Format::Json, golden!("comments.v4.json").to_vec()),
        (Format::Fcpxml, golden!("comments-1.10-assetclip.fcpxml").to_vec()),
    ];
    for format in Format::ALL.into_iter().filter(|format| format.can_read()) {
        let output = written(format, &spot(), &WriteOptions::default());
        seeds.push((format, output.files[0].data.clone()));
    }
    seeds
}

/// Pieces that mean something in one of the formats.
const PIECES: [&str; 34] = [
    "\n",
    "\r",
    "\0",
    "\t",
    "\"",
    "'",
    ",",
    ";",
    ":",
    "|C:",
    "|M:",
    "|D:",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "&",
    "&x;",
    "&#0;",
    "&#xFFFFFFFF;",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE",
    "99:99:99:99",
    "-1",
    "999999999999999999999",
    "1e308",
    "NaN",
    "0/0s",
    "\u{1f3ac}",
    "\u{feff}",
];

fn mutate(random: &mut fastrand::Rng, input: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..random.usize(1..6) {
        if bytes.is_empty() {
            break;
        }
        let at = random.usize(0..bytes.len());
        let end = (at + random.usize(0..40)).min(bytes.len());
        match random.u8(0..7) {
            0 => bytes[at] = random.u8(..),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = PIECES[random.usize(0..PIECES.len())];
                drop(bytes.splice(at..at, piece.bytes()));
            }
            3 => {
                let copy = bytes[at..end].to_vec();
                let to = random.usize(0..=bytes.len());
                drop(bytes.splice(to..to, copy));
            }
            4 => bytes.truncate(at),
            5 => {
                let piece = PIECES[random.usize(0..PIECES.len())];
                drop(bytes.splice(at..end, piece.bytes()));
            }
            // Digits make numbers that are valid and odd.
            _ => {
                let digits = bytes.iter().position(u8::is_ascii_digit);
                if let Some(found) = digits.and_then(|_| {
                    bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found)
                }) {
                    bytes[found] = b'0' + random.u8(0..10);
                }
            }
        }
    }
    bytes
}

#[test]
fn damaged_files_never_panic() {
    let mut random = fastrand::Rng::with_seed(20);
    let mut failed = 0;
    for (format, seed) in seeds() {
        for _ in 0..400 {
            let bytes = mutate(&mut random, &seed);
            let _ = detect(&bytes);
            let options = if random.bool() { spot_options() } else { ReadOptions::default() };
            match read(Some(format), &bytes, &options) {
                Ok(list) => {
                    let mut options = WriteOptions::default();
                    options.wrap = true;
                    let target = Format::ALL[random.usize(0..Format::ALL.len())];
                    let _ = write(target, &list, &options);
                }
                Err(error) => {
                    failed += 1;
                    assert!(!error.reason.is_empty() && error.reason.len() < 400, "{error}");
                    assert_eq!(error.format, Some(format));
                }
            }
        }
    }
    assert!(failed > 300, "only {failed} mutations were errors");
}

#[test]
fn truncated_files_never_panic() {
    for (format, seed) in seeds() {
        for end in (0..seed.len()).step_by(7) {
            let _ = read(Some(format), &seed[..end], &spot_options());
        }
    }
}

#[test]
fn errors_name_the_line_and_the_reason() {
    let cases: [(Format, &str, usize, &str); 14] = [
        (Format::ResolveEdl, "nothing\n", 1, "no title and no event"),
        (
            Format::ResolveEdl,
            "TITLE: a\n\n001 001 V C 00:00:61:00 00:00:61:00 00:00:61:00 00:00:61:00\na |C:x |M:b |D:1",
            3,
            "invalid timecode '00:00:61:00': seconds must be below 60",
        ),
        (
            Format::AvidTxt,
            "A\t00:00:00:01\tV1\tred\tok\nA\tB\n",
            2,
            "expected 5 to 8 columns with tabs, found 2",
        ),
        (
            Format::AvidXml,
            "<a>\n<b></c></a>",
            2,
            "ill-formed document: expected `</b>`, but `</c>` was found",
        ),
        (Format::Fcp7Xml, "<xmeml>\n<a/></xmeml>", 1, "no sequence"),
        (
            Format::Fcp7Xml,
            "<xmeml><sequence><rate><timebase>25</timebase></rate>\n<marker><in>x</in></marker></sequence></xmeml>",
            2,
            "the marker has no valid 'in'",
        ),
        (
            Format::Fcpxml,
            "<fcpxml><sequence>\n<marker start=\"1/0s\"/></sequence></fcpxml>",
            2,
            "invalid time '1/0s' of 'start'",
        ),
        (Format::Otio, "{\n\"a\": }", 2, "expected value"),
        (Format::PremiereCsv, "a\tb\n", 1, "expected 6 columns with tabs, found 2"),
        (
            Format::FrameioCsv,
            "Comment,Frame\nx,1\ny,z\n",
            3,
            "'z' in 'Frame' is not a whole number",
        ),
        (Format::Csv, "text,frame\n\"a\nb\",1\nc,?\n", 4, "'?' in 'frame' is not a whole number"),
        (
            Format::Srt,
            "1\n00:00:01,000 --> x\nhi\n",
            2,
            "invalid time 'x': expected HH:MM:SS,mmm or HH:MM:SS.mmm",
        ),
        (Format::Vtt, "WEBVTT\n\nid\nno time\n", 4, "expected 'start --> end', found 'no time'"),
        (Format::Chapters, ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/0\n", 3, "invalid TIMEBASE '1/0'"),
    ];
    for (format, text, line, reason) in cases {
        let mut options = ReadOptions::default();
        options.rate = Some(Rate::FPS_24);
        let error = read(Some(format), text.as_bytes(), &options).unwrap_err();
        assert_eq!((error.line, error.reason.as_str()), (Some(line), reason), "{format}");
    }
    let json = "[{\"id\":\"a\",\"text\":\"\",\"timestamp\":-1}]";
    let error = read(None, json.as_bytes(), &spot_options()).unwrap_err();
    assert_eq!(error.reason, "comment a: 'timestamp' is not a frame number");
    let error = read(Some(Format::Srt), b"1\n\xff", &spot_options()).unwrap_err();
    assert_eq!((error.line, error.reason.as_str()), (Some(2), "the text is not valid UTF-8"));
}

#[test]
fn limits_hold() {
    let limited = |format, bytes: &[u8], options: &ReadOptions| {
        let error = read(Some(format), bytes, options).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Limit, "{format}: {error}");
    };
    let mut few = spot_options();
    few.max_markers = 3;
    let mut small = spot_options();
    small.max_bytes = 100;
    for (format, seed) in seeds() {
        limited(format, &seed, &small);
        if !String::from_utf8_lossy(&seed).contains("NON DROP FRAME")
            && !seed.starts_with(golden!("resolve-native-multiline.edl"))
        {
            limited(format, &seed, &few);
        }
    }
    let deep = "[".repeat(1000);
    assert!(read(Some(Format::Json), deep.as_bytes(), &spot_options()).is_err());
    let nested = format!("<fcpxml>{}", "<a>".repeat(10_000));
    limited(Format::Fcpxml, nested.as_bytes(), &spot_options());
}

#[test]
fn entities_of_a_document_are_never_resolved() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE xmeml [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">\
                <!ENTITY c SYSTEM \"file:///etc/hostname\">]>\n";
    for reference in ["&a;", "&b;", "&c;"] {
        let xml = format!("{bomb}<xmeml><sequence><name>{reference}</name></sequence></xmeml>");
        let error = read(Some(Format::Fcp7Xml), xml.as_bytes(), &spot_options()).unwrap_err();
        assert_eq!(error.line, Some(2), "{error}");
        assert!(error.reason.ends_with("is not resolved"), "{error}");
    }
}

#[test]
fn large_comments_are_read_and_written() {
    let text = "x \"<&|\n".repeat(6000);
    let mut list = spot();
    list.markers[0].text.clone_from(&text);
    for format in Format::ALL {
        let output = written(format, &list, &WriteOptions::default());
        if format.can_read() {
            read(Some(format), &output.files[0].data, &spot_options()).unwrap();
        }
    }
}

/// With a time that grew with the square of the length, each of these would take hours.
#[test]
fn long_files_take_a_time_proportional_to_their_length() {
    let event = "TITLE: a\n\n001  001  V  C  00:00:01:00 00:00:01:01 00:00:01:00 00:00:01:01\n";
    let tags = " |C:ResolveColorBlue |M:A |D:1\n";
    let range =
        r#""source_range":{"start_time":{"rate":24,"value":0},"duration":{"rate":24,"value":1}}"#;
    let marker =
        r#"{"marked_range":{"start_time":{"rate":24,"value":0},"duration":{"rate":24,"value":1}}}"#;
    let clip = format!(r#"{{"OTIO_SCHEMA":"Clip.2",{range},"markers":[{marker}]}},"#);
    let clips = clip.repeat(60_000);
    let track =
        format!(r#"{{"OTIO_SCHEMA":"Track.1","children":[{}]}}"#, clips.trim_end_matches(','));
    let cases = [
        (Format::ResolveEdl, format!("{event}A: x{}{tags}", " [file: a]".repeat(800_000))),
        (Format::ResolveEdl, format!("{event}{}{tags}", "a |C:".repeat(800_000))),
        (Format::Srt, format!("1\n00:00:01,000 --> 00:00:02,000\nx{}", "\n> B: y".repeat(90_000))),
        (Format::Vtt, format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}", "<v a>".repeat(800_000))),
        (Format::Otio, track),
    ];
    let mut options = ReadOptions::default();
    options.rate = Some(Rate::FPS_24);
    for (format, text) in cases {
        let read = read(Some(format), text.as_bytes(), &options);
        assert!(read.is_ok(), "{format}: {read:?}");
        if format == Format::Otio {
            let last = read.unwrap().markers.last().unwrap().frame;
            assert_eq!(last, Some(59_999), "positions add up");
        }
    }
}

#[test]
fn refuses_frames_that_overflow() {
    let json = String::from_utf8(
        written(Format::Json, &spot(), &WriteOptions::default()).files[0].data.clone(),
    );
    let mut json: serde_json::Value = serde_json::from_str(&json.unwrap()).unwrap();
    let rows = json.as_array_mut().map(|rows| rows.as_mut_slice());
    let rows = match rows {
        Some(rows) => rows,
        None => json["markers"].as_array_mut().unwrap().as_mut_slice(),
    };
    rows[0]["frame"] = i64::MAX.into();
    let text = serde_json::to_vec(&json).unwrap();
    let error = read(Some(Format::Json), &text, &ReadOptions::default()).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Limit, "{error}");
}
