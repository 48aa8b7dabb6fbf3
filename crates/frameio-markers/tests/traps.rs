//! Positions, people and formats that have broken other exporters, one by one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{list, list_at, text_of, written};
use frameio_markers::{
    Attachment, Author, Color, ColorBy, Format, LossKind, Marker, Merge, ReadOptions, Reply,
    Untimed, WriteError, WriteOptions, read, write,
};
use frameio_timecode::Rate;

fn rate_options(rate: Rate) -> ReadOptions {
    let mut options = ReadOptions::default();
    options.rate = Some(rate);
    options
}

#[test]
fn edl_header_is_not_inverted() {
    for (rate, drop_frame, header) in [
        (Rate::FPS_29_97, true, "FCM: DROP FRAME"),
        (Rate::FPS_29_97, false, "FCM: NON-DROP FRAME"),
        (Rate::FPS_25, false, "FCM: NON-DROP FRAME"),
    ] {
        let list = list_at(rate, drop_frame, vec![Marker::new("a").at(0)]);
        let edl = text_of(Format::ResolveEdl, &list, &WriteOptions::default());
        assert_eq!(edl.lines().nth(1), Some(header));
        let back = read(None, edl.as_bytes(), &rate_options(rate)).unwrap();
        assert_eq!(back.media.timebase.is_drop_frame(), drop_frame);
    }
}

#[test]
fn an_inverted_header_does_not_move_markers() {
    let edl = "TITLE: a\nFCM: NON-DROP FRAME\n\n001  001      V     C        \
               01:00:00;00 01:00:00;01 01:00:00;00 01:00:00;01\na |C:ResolveColorBlue |M:b |D:1\n";
    let list = read(None, edl.as_bytes(), &rate_options(Rate::FPS_29_97)).unwrap();
    assert_eq!(list.markers[0].frame, Some(107_892));
    assert!(list.notes.iter().any(|note| note.text.contains("drop frame")), "{:?}", list.notes);
}

#[test]
fn ntsc_rates_are_marked_as_such() {
    for (rate, timebase, ntsc) in [
        (Rate::FPS_23_976, 24, "TRUE"),
        (Rate::FPS_24, 24, "FALSE"),
        (Rate::FPS_59_94, 60, "TRUE"),
        (Rate::FPS_25, 25, "FALSE"),
    ] {
        let list = list_at(rate, false, vec![Marker::new("a").at(5)]);
        let xml = text_of(Format::Fcp7Xml, &list, &WriteOptions::default());
        let rate = format!("<rate><timebase>{timebase}</timebase><ntsc>{ntsc}</ntsc></rate>");
        assert_eq!(xml.matches(&rate).count(), 3, "{xml}");
    }
}

#[test]
fn untimed_comments_are_never_silently_at_frame_0() {
    let list = list(vec![Marker::new("general").by("Ana")]);
    for format in Format::ALL {
        for untimed in [Untimed::Skip, Untimed::Start, Untimed::File] {
            let mut options = WriteOptions::default();
            options.untimed = untimed;
            let output = written(format, &list, &options);
            let kept = untimed == Untimed::File && format.capabilities().untimed;
            let reported = output.losses.iter().any(|loss| loss.kind == LossKind::Untimed);
            assert_eq!(reported, !kept, "{format} {untimed}");
            let files = if untimed == Untimed::File && !kept { 2 } else { 1 };
            assert_eq!(output.files.len(), files, "{format} {untimed}");
            if format.can_read() && untimed != Untimed::Start {
                let back = read(Some(format), &output.files[0].data, &rate_options(Rate::FPS_24));
                let back = back.unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(back.markers.len(), usize::from(kept), "{format} {untimed}");
            }
        }
    }
}

#[test]
fn edls_are_split_at_999_events() {
    let markers = (0..2500).map(|frame| Marker::new(format!("n{frame}")).at(frame).by("Ana"));
    let list = list(markers.collect());
    let output = written(Format::ResolveEdl, &list, &WriteOptions::default());
    let names: Vec<_> = output.files.iter().map(|file| file.name("a")).collect();
    assert_eq!(names, ["a_01.edl", "a_02.edl", "a_03.edl"]);
    let mut frames = Vec::new();
    for file in &output.files {
        let back = read(None, &file.data, &rate_options(Rate::FPS_24)).unwrap();
        assert!(back.markers.len() <= 999);
        frames.extend(back.markers.iter().map(|marker| marker.frame.unwrap()));
    }
    assert_eq!(frames, (0..2500).collect::<Vec<_>>());
    let second = String::from_utf8(output.files[1].data.clone()).unwrap();
    assert!(second.contains("\r\n001  001      V"));

    let mut options = WriteOptions::default();
    options.events_per_edl = 1000;
    assert!(matches!(
        write(Format::ResolveEdl, &list, &options),
        Err(WriteError::Setting { name: "events_per_edl", .. })
    ));
}

#[test]
fn cyclic_parents_become_comments() {
    let json = r#"{"asset":{"fps":25.0,"name":"a"},"comments":[
        {"id":"a","parent_id":"b","text":"1","timestamp":1.0},
        {"id":"b","parent_id":"a","text":"2","timestamp":2.0},
        {"id":"c","parent_id":"c","text":"3","timestamp":3.0},
        {"id":"d","parent_id":"missing","text":"4","timestamp":4.0},
        {"id":"e","parent_id":"f","text":"deep"},
        {"id":"f","parent_id":"d","text":"reply"}]}"#;
    let list = read(None, json.as_bytes(), &ReadOptions::default()).unwrap();
    let texts: Vec<_> = list.markers.iter().map(|marker| marker.text.as_str()).collect();
    assert_eq!(texts, ["1", "2", "3", "4"]);
    assert_eq!(list.markers[3].replies.len(), 2);
    assert!(list.notes.iter().any(|note| note.text.starts_with("4 replies")), "{:?}", list.notes);
}

#[test]
fn positions_outside_of_the_file_move_inside_and_are_reported() {
    let mut outside = list(vec![
        Marker::new("range").at(90).by("A").lasting(50),
        Marker::new("after").at(500).by("A"),
        Marker::new("before").at(2).by("A"),
    ]);
    outside.media.frames = Some(100);
    let mut options = WriteOptions::default();
    options.frame_offset = -5;
    let output = written(Format::AvidTxt, &outside, &options);
    let back = read(None, &output.files[0].data, &rate_options(Rate::FPS_24)).unwrap();
    let places: Vec<_> = back.markers.iter().map(|m| (m.frame.unwrap(), m.frames())).collect();
    assert_eq!(places, [(0, 1), (85, 15), (99, 1)]);
    let kinds: Vec<_> = output.losses.iter().map(|loss| loss.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == LossKind::Moved).count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == LossKind::Shortened).count(), 1);
    // Formats of data keep what they were given.
    let json = written(Format::Json, &outside, &WriteOptions::default());
    let back = read(None, &json.files[0].data, &ReadOptions::default()).unwrap();
    assert_eq!(back, outside);
}

#[test]
fn a_timecode_past_midnight_is_an_error_unless_it_may_wrap() {
    let mut late = list(vec![Marker::new("a").at(24 * 60).by("A")]);
    late.media.start = late.media.timebase.frames_per_day() - 24;
    for format in [Format::ResolveEdl, Format::AvidTxt, Format::AvidXml, Format::Csv] {
        let error = write(format, &late, &WriteOptions::default()).unwrap_err();
        assert!(error.to_string().contains("24:00:59:00"), "{error}");
        let mut options = WriteOptions::default();
        options.wrap = true;
        assert!(text_of(format, &late, &options).contains("00:00:59:00"), "{format}");
    }
    // The end of the last frame of the day is not past midnight.
    late.markers[0].frame = Some(23);
    let edl = text_of(Format::ResolveEdl, &late, &WriteOptions::default());
    assert!(edl.contains("23:59:59:23 00:00:00:00"), "{edl}");
}

#[test]
fn markers_before_the_start_timecode_are_an_error_with_their_line() {
    let mut options = rate_options(Rate::FPS_24);
    options.start_timecode = Some("01:00:00:00".to_owned());
    let text = "A\t01:00:01:00\tV1\tred\tok\nA\t00:00:01:00\tV1\tred\tearly\n";
    let error = read(None, text.as_bytes(), &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the markers as avid-txt: line 2: \
         timecode '00:00:01:00' is before the start 01:00:00:00"
    );
}

#[test]
fn merging_follows_the_target_and_can_be_set() {
    let same = list(vec![Marker::new("a").at(5).by("A"), Marker::new("b").at(5).by("B")]);
    for format in Format::ALL.into_iter().filter(|format| format.can_read()) {
        let count = |merge| {
            let mut options = WriteOptions::default();
            options.merge = merge;
            let output = written(format, &same, &options);
            let back = read(Some(format), &output.files[0].data, &rate_options(Rate::FPS_24));
            let merged = output.losses.iter().any(|loss| loss.kind == LossKind::Merged);
            (back.unwrap().markers.len(), merged)
        };
        if format.capabilities().same_frame {
            assert_eq!(count(Merge::Auto), (2, false), "{format}");
        } else {
            assert_eq!(count(Merge::Auto), (1, true), "{format}");
            assert_eq!(count(Merge::Never), (2, true), "{format}");
        }
    }
}

#[test]
fn colours_stand_for_authors_states_or_nothing() {
    let mut done = Marker::new("b").at(2).by("B");
    done.completed = true;
    let mut own = Marker::new("c").at(3).by("A");
    own.color = Some(Color::Cocoa);
    let colored = list(vec![Marker::new("a").at(1).by("A"), done, own]);
    let colors = |color_by| {
        let mut options = WriteOptions::default();
        options.color_by = color_by;
        let txt = text_of(Format::AvidTxt, &colored, &options);
        txt.lines().map(|line| line.rsplit('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(colors(ColorBy::State), ["Red", "Green", "Red"]);
    assert_eq!(colors(ColorBy::Author), ["Blue", "Red", "Blue"]);
    assert_eq!(colors(ColorBy::None), ["Red", "Red", "Black"]);
}

#[test]
fn guessed_and_unknown_authors_are_marked() {
    let mut guess = Marker::new("a").at(1);
    guess.author = Some(Author::guessed("Jo Lind"));
    let mut unknown = Marker::new("b").at(2);
    unknown.author = Some(Author::unknown());
    let list = list(vec![guess, unknown]);
    let edl = text_of(Format::ResolveEdl, &list, &WriteOptions::default());
    assert!(edl.contains("|M:Jo Lind (guessed) |D") && edl.contains("|M:Reviewer |D"), "{edl}");
    let back = read(None, edl.as_bytes(), &rate_options(Rate::FPS_24)).unwrap();
    assert_eq!(back.markers[0].author, list.markers[0].author);
    assert_eq!(back.markers[1].author, list.markers[1].author);
}

#[test]
fn attachments_are_named_and_addresses_never_leak() {
    let mut marker = Marker::new("see file").at(1).by("A");
    marker.attachments = vec![Attachment::new("board.png")];
    marker.attachments[0].url = Some("https://signed.example/?token=secret".to_owned());
    marker.replies = vec![Reply::new(Author::named("B"), "ok")];
    let list = list(vec![marker]);
    for format in Format::ALL {
        let output = written(format, &list, &WriteOptions::default());
        let text = String::from_utf8_lossy(&output.files[0].data).into_owned();
        if format != Format::Json {
            assert!(!text.contains("secret"), "{format}");
        }
        let named = text.contains("board.png");
        let lost = output
            .losses
            .iter()
            .any(|loss| loss.kind == LossKind::Attachments && loss.detail.ends_with("left out"));
        assert!(named != lost, "{format}: {text}");
    }
    let json = r#"{"asset":{"fps":25.0},"comments":[{"id":"a","text":"t","timestamp":1,
        "attachments":[{"name":"b.png","url":"https://signed.example/?token=secret"}]}]}"#;
    let read = read(None, json.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(read.markers[0].attachments, [Attachment::new("b.png")]);
}

#[test]
fn internal_comments_are_known_only_from_fiojson() {
    let json = r#"{"asset":{"fps":25.0},"comments":[
        {"id":"a","text":"in","timestamp":1,"private":true},
        {"id":"b","text":"out","timestamp":2,"private":false},
        {"id":"c","parent_id":"b","text":"in","private":true}]}"#;
    let mut list = read(None, json.as_bytes(), &ReadOptions::default()).unwrap();
    assert!(list.may_have_internal());
    let edl = written(Format::ResolveEdl, &list, &WriteOptions::default());
    assert!(edl.losses.iter().any(|loss| loss.kind == LossKind::Internal));
    assert_eq!(list.remove_internal(), 2);
    assert_eq!((list.markers.len(), list.markers[0].replies.len()), (1, 0));
    assert!(!list.may_have_internal());
    let api = r#"[{"id":"a","text":"t","timestamp":1}]"#;
    let list = read(None, api.as_bytes(), &rate_options(Rate::FPS_25)).unwrap();
    assert!(list.may_have_internal());
}

#[test]
fn avid_markers_of_a_frame_go_to_tracks_on_request() {
    let list = list(vec![
        Marker::new("a").at(1).by("A"),
        Marker::new("b").at(1).by("B"),
        Marker::new("c").at(2).by("C"),
    ]);
    let mut options = WriteOptions::default();
    options.avid_spread = true;
    options.avid_crlf = true;
    let txt = text_of(Format::AvidTxt, &list, &options);
    let tracks: Vec<_> = txt.split("\r\n").filter_map(|line| line.split('\t').nth(2)).collect();
    assert_eq!(tracks, ["V1", "V2", "V1"]);
}

#[test]
fn frameio_avid_xml_is_read() {
    let item = |name: &str, field: &str, value: &str| {
        format!(
            "<ListElem><AvProp name=\"OMFI:ATTB:Kind\">2</AvProp>\
             <AvProp name=\"OMFI:ATTB:Name\">_ATN_CRM_{name}</AvProp>\
             <AvProp name=\"OMFI:ATTB:{field}\">{value}</AvProp></ListElem>"
        )
    };
    let marker = |tc: &str, track: &str, comment: &str| {
        format!(
            "<AvClass id=\"ATTR\"><List id=\"OMFI:ATTR:AttrRefs\">{}{}{}{}{}<ListElem/></List></AvClass>",
            item("TC", "StringAttribute", tc),
            item("TRK", "StringAttribute", track),
            item("COM", "StringAttribute", comment),
            item("USER", "StringAttribute", "Ana, Ben"),
            item("LENGTH", "IntAttribute", "1"),
        )
    };
    let xml = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE Avid:StreamItems SYSTEM \"AvidSettingsFile.dtd\">\
         <Avid:StreamItems xmlns:Avid=\"http://www.avid.com\"><Avid:XMLFileData>{}{}\
         </Avid:XMLFileData></Avid:StreamItems>",
        marker(
            "51",
            "V1",
            "[Ana Roth Nov 2, 2026 · 09:11] (Annotation) too warm \n[Ben Nov 3, 2026 · 10:00] ok"
        ),
        marker("0", "TC1", "[Ana Roth Nov 2, 2026 · 09:11] general")
    );
    let list = read(None, xml.as_bytes(), &rate_options(Rate::FPS_24)).unwrap();
    let first = &list.markers[0];
    assert_eq!((first.frame, first.text.as_str(), first.annotated), (Some(51), "too warm", true));
    assert_eq!(first.label().as_deref(), Some("Ana Roth"));
    assert_eq!(first.replies, [Reply::new(Author::named("Ben"), "ok")]);
    assert_eq!((list.markers[1].frame, list.markers[1].text.as_str()), (None, "general"));
}

#[test]
fn frameio_premiere_xml_is_read_once() {
    let marker = "<marker><comment>warm</comment><name>Ana</name><in>51</in><out>-1</out></marker>";
    let xml = format!(
        "<!DOCTYPE xmeml><xmeml version=\"4\"><sequence><name>a</name>\
         <rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><media><video><track>\
         <generatoritem><name>Marker Color Matte</name>{marker}</generatoritem></track></video></media>\
         {marker}</sequence></xmeml>"
    );
    let list = read(None, xml.as_bytes(), &rate_options(Rate::FPS_23_976)).unwrap();
    assert_eq!(list.markers.len(), 1);
    assert_eq!(list.media.rate(), Rate::FPS_23_976);
    assert_eq!(list.markers[0].author, Some(Author::named("Ana")));
}

#[test]
fn markers_of_nested_clips_are_in_the_time_of_the_sequence() {
    let xml = "<fcpxml version=\"1.10\"><resources><format id=\"r1\" frameDuration=\"1/24s\"/></resources>\
        <library><event><project name=\"p\"><sequence format=\"r1\" tcStart=\"3600s\"><spine>\
        <gap offset=\"3600s\" start=\"0s\" duration=\"10s\"/>\
        <asset-clip offset=\"3610s\" start=\"100s\" duration=\"10s\">\
        <clip offset=\"102s\" start=\"50s\" duration=\"2s\"><marker start=\"51s\" value=\"deep\"/></clip>\
        <marker start=\"101s\" value=\"clip\"/></asset-clip>\
        <asset-clip start=\"7s\" duration=\"10s\"><marker start=\"8s\" value=\"next\"/></asset-clip>\
        </spine></sequence></project></event></library></fcpxml>";
    let list = read(None, xml.as_bytes(), &ReadOptions::default()).unwrap();
    let found: Vec<_> = list.markers.iter().map(|m| (m.text.as_str(), m.frame.unwrap())).collect();
    assert_eq!(found, [("deep", 13 * 24), ("clip", 11 * 24), ("next", 21 * 24)]);
    assert_eq!(list.media.timecode(0).to_string(), "01:00:00:00");
}
