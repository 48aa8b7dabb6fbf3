//! The golden files, byte for byte, and what readers get from them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{file, golden, spot, spot_options, written};
use frameio_markers::{
    Color, FcpxmlVersion, Format, LossKind, Marker, MarkerList, ReadOptions, Untimed, WriteOptions,
    detect, read,
};
use frameio_timecode::Rate;
use serde_json::Value;

#[track_caller]
fn same(written: &[u8], golden: &[u8]) {
    if written != golden {
        let (written, golden) = (String::from_utf8_lossy(written), String::from_utf8_lossy(golden));
        let differing = written.lines().zip(golden.lines()).find(|(a, b)| a != b);
        panic!("{differing:#?}\n{written}");
    }
}

#[track_caller]
fn same_as(format: Format, golden: &[u8]) {
    same(&file(format, &spot(), &WriteOptions::default()), golden);
}

#[test]
fn writes_the_edl_of_resolve() {
    same_as(Format::ResolveEdl, golden!("resolve-markers.edl"));
}

#[test]
fn writes_avid_text_of_8_and_5_columns() {
    same_as(Format::AvidTxt, golden!("avid-markers.txt"));
    let mut options = WriteOptions::default();
    options.avid_columns = 5;
    same(&file(Format::AvidTxt, &spot(), &options), golden!("avid-markers-5col.txt"));
}

#[test]
fn writes_avid_xml() {
    same_as(Format::AvidXml, golden!("avid-markers.xml"));
}

#[test]
fn writes_final_cut_7_xml() {
    same_as(Format::Fcp7Xml, golden!("premiere.xml"));
}

#[test]
fn writes_fcpxml_of_each_version() {
    same_as(Format::Fcpxml, golden!("comments-1.10.fcpxml"));
    let mut options = WriteOptions::default();
    for (version, golden) in [
        (FcpxmlVersion::V1_9, golden!("comments-1.9.fcpxml")),
        (FcpxmlVersion::V1_13, golden!("comments-1.13.fcpxml")),
    ] {
        options.fcpxml_version = version;
        same(&file(Format::Fcpxml, &spot(), &options), golden);
    }
}

#[test]
fn writes_fcpxml_on_a_clip() {
    let mut options = WriteOptions::default();
    options.fcpxml_media = Some("file:///Spot_v3.mov".to_owned());
    same(&file(Format::Fcpxml, &spot(), &options), golden!("comments-1.10-assetclip.fcpxml"));
}

#[test]
fn writes_opentimelineio() {
    same_as(Format::Otio, golden!("comments.otio"));
}

#[test]
fn writes_the_marker_list_of_premiere() {
    same_as(Format::PremiereCsv, golden!("premiere-markers.csv"));
}

#[test]
fn writes_subtitles_and_chapters() {
    same_as(Format::Srt, golden!("comments.srt"));
    same_as(Format::Vtt, golden!("comments.vtt"));
    same_as(Format::Chapters, golden!("chapters.ffmetadata"));
}

#[test]
fn writes_csv_and_markdown() {
    same_as(Format::Csv, golden!("comments.csv"));
    same_as(Format::Markdown, golden!("comments.md"));
}

#[test]
fn writes_the_csv_of_frameio() {
    // The sample has one date for all comments, and no comment without a frame.
    let mut list = spot();
    let date = Some("2026-11-02T09:11:00Z".parse().unwrap());
    list.sort();
    for (at, marker) in list.markers.iter_mut().enumerate() {
        marker.id.get_or_insert_with(|| at.to_string());
        marker.created_at = date;
        marker.replies.iter_mut().for_each(|reply| reply.created_at = date);
    }
    list.media.team = Some("Team".to_owned());
    list.media.project = Some("Project".to_owned());
    list.media.url =
        Some("https://app.frame.io/player/00000000-0000-4000-8000-000000000001".to_owned());
    let mut options = WriteOptions::default();
    options.untimed = Untimed::Skip;
    same(&file(Format::FrameioCsv, &list, &options), golden!("frameio-legacy.csv"));
}

#[test]
fn writes_fiojson_as_it_was_read() {
    let golden = golden!("sample.fiojson");
    let list = read(None, golden, &ReadOptions::default()).unwrap();
    assert_eq!(list.markers.len(), 6);
    assert_eq!(list.markers[2].replies[0].text, "On it");
    same(&file(Format::Fiojson, &list, &WriteOptions::default()), golden);
}

#[test]
fn output_does_not_depend_on_the_order_of_sorted_formats() {
    let list = spot();
    let mut reversed = list.clone();
    reversed.markers.reverse();
    for format in [Format::ResolveEdl, Format::Otio, Format::Srt, Format::Fiojson, Format::Html] {
        let options = WriteOptions::default();
        same(&file(format, &reversed, &options), &file(format, &list, &options));
    }
}

#[test]
fn untimed_comments_go_to_a_file_of_their_own() {
    let output = written(Format::ResolveEdl, &spot(), &WriteOptions::default());
    let [_, untimed] = &output.files[..] else { panic!("{:?}", output.files) };
    assert_eq!(untimed.name("Spot_v3"), "Spot_v3_untimed.txt");
    let text = String::from_utf8(untimed.data.clone()).unwrap();
    assert_eq!(text, "Comments without a frame: Spot_v3.mov\n\nAna Roth: General: love it\n");
    let untimed: Vec<_> =
        output.losses.iter().filter(|loss| loss.kind == LossKind::Untimed).collect();
    assert_eq!(untimed.len(), 1);
    assert_eq!(
        untimed[0].to_string(),
        "comment 00000000-0000-4000-8000-000000000015: has no frame, \
         written to the file of untimed comments"
    );
}

#[test]
fn reports_what_an_edl_loses() {
    let output = written(Format::ResolveEdl, &spot(), &WriteOptions::default());
    let count = |kind| output.summary().get(&kind).copied().unwrap_or(0);
    assert_eq!(count(LossKind::Merged), 1);
    assert_eq!(count(LossKind::Shortened), 1);
    // An emoji, and a tab.
    assert_eq!(count(LossKind::Characters), 2);
    assert_eq!(count(LossKind::LineBreaks), 1);
    assert_eq!(count(LossKind::Replies), 1);
    assert_eq!(count(LossKind::State), 1);
    assert_eq!(count(LossKind::Annotation), 1);
    assert_eq!(count(LossKind::Id), 6);
    let json = written(Format::Json, &spot(), &WriteOptions::default());
    assert_eq!(json.losses, []);
}

/// What `expected-import.json` says about a golden file.
fn expected(name: &str) -> Value {
    let all: Value = serde_json::from_slice(golden!("expected-import.json")).unwrap();
    assert!(all[name].is_object(), "{name}");
    all[name].clone()
}

fn frames(list: &MarkerList) -> Value {
    list.markers.iter().map(|marker| marker.frame).collect::<Vec<_>>().into()
}

#[test]
fn reads_notes_of_several_lines() {
    let mut options = ReadOptions::default();
    options.rate = Some(Rate::FPS_24);
    options.start_timecode = Some("01:00:00:00".to_owned());
    let list = read(None, golden!("resolve-native-multiline.edl"), &options).unwrap();
    check_markers(&list, &expected("resolve-native-multiline.edl")["markers"]);
    assert_eq!(list.markers[0].color, Some(Color::Rose));
    assert!(list.markers.iter().all(|marker| marker.author.is_none()));
}

#[test]
fn reads_the_edl_of_frameio() {
    let mut options = ReadOptions::default();
    options.rate = Some(Rate::FPS_24);
    let list = read(None, golden!("frameio-v4-dialect.edl"), &options).unwrap();
    check_markers(&list, &expected("frameio-v4-dialect.edl")["markers"]);
    assert_eq!(list.media.name, "Spot_v3.mov");
    assert!(!list.media.timebase.is_drop_frame());
    assert_eq!(list.notes.len(), 1, "{:?}", list.notes);
}

#[track_caller]
fn check_markers(list: &MarkerList, expected: &Value) {
    let expected = expected.as_array().unwrap();
    assert_eq!(list.markers.len(), expected.len());
    for (marker, expected) in list.markers.iter().zip(expected) {
        assert_eq!(marker.frame, expected["frame"].as_i64());
        assert_eq!(Some(marker.frames()), expected["duration"].as_i64());
        assert_eq!(marker.label().as_deref(), expected["name"].as_str());
        assert_eq!(Some(marker.text.as_str()), expected["note"].as_str());
        assert_eq!(marker.color.map(Color::name), expected["color"].as_str());
        if let Some(author) = expected["author"].as_str() {
            assert_eq!(marker.author.as_ref().unwrap().name.as_deref(), Some(author));
        }
        let replies: Vec<Value> = marker
            .replies
            .iter()
            .map(|reply| serde_json::json!({"author": reply.author.name, "text": reply.text}))
            .collect();
        assert_eq!(replies, *expected["replies"].as_array().unwrap_or(&Vec::new()));
    }
}

#[test]
fn reads_the_frames_of_its_own_files() {
    for (name, bytes) in [
        ("resolve-markers.edl", golden!("resolve-markers.edl")),
        ("avid-markers.txt", golden!("avid-markers.txt")),
        ("premiere.xml", golden!("premiere.xml")),
    ] {
        let list = read(None, bytes, &spot_options()).unwrap();
        let expected = expected(name);
        assert_eq!(frames(&list), expected["frames"], "{name}");
        let lengths: Vec<_> = list.markers.iter().map(Marker::frames).collect();
        let points: Vec<i64> = expected["durations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|length| length.as_i64().unwrap().max(1))
            .collect();
        assert_eq!(lengths, points, "{name}");
    }
}

#[test]
fn reads_the_frames_of_frameio_files() {
    // Replies share the frame of their comment in the flat list, or have none.
    let flat = |list: &MarkerList, of_reply: fn(Option<i64>) -> Option<i64>| -> Value {
        let frames = list.markers.iter().flat_map(|marker| {
            let replies = marker.replies.iter().map(move |_| of_reply(marker.frame));
            std::iter::once(marker.frame).chain(replies)
        });
        frames.collect::<Vec<_>>().into()
    };
    let list = read(None, golden!("sample.fiojson"), &ReadOptions::default()).unwrap();
    assert_eq!(flat(&list, |_| None), expected("sample.fiojson")["frames"]);
    let mut options = ReadOptions::default();
    options.rate = Some(Rate::FPS_29_97);
    let list = read(None, golden!("frameio-legacy.csv"), &options).unwrap();
    assert_eq!(flat(&list, |frame| frame), expected("frameio-legacy.csv")["frames"]);
    assert_eq!(list.media.timecode(0).to_string(), "01:00:00;00");
    assert_eq!(list.markers[3].text, "Farbe \"zu\" warm <b>& grün</b> ]]> 🎬");
}

#[test]
fn detects_every_golden_file() {
    for (bytes, format) in [
        (golden!("resolve-markers.edl"), Format::ResolveEdl),
        (golden!("resolve-native-multiline.edl"), Format::ResolveEdl),
        (golden!("frameio-v4-dialect.edl"), Format::ResolveEdl),
        (golden!("avid-markers.txt"), Format::AvidTxt),
        (golden!("avid-markers-5col.txt"), Format::AvidTxt),
        (golden!("avid-markers.xml"), Format::AvidXml),
        (golden!("premiere.xml"), Format::Fcp7Xml),
        (golden!("comments-1.9.fcpxml"), Format::Fcpxml),
        (golden!("comments.otio"), Format::Otio),
        (golden!("premiere-markers.csv"), Format::PremiereCsv),
        (golden!("frameio-legacy.csv"), Format::FrameioCsv),
        (golden!("sample.fiojson"), Format::Fiojson),
        (golden!("comments.srt"), Format::Srt),
        (golden!("comments.vtt"), Format::Vtt),
        (golden!("chapters.ffmetadata"), Format::Chapters),
        (golden!("comments.csv"), Format::Csv),
        (golden!("comments.v4.json"), Format::Json),
    ] {
        assert_eq!(detect(bytes), Some(format));
    }
    assert_eq!(detect(golden!("comments.md")), None);
}
