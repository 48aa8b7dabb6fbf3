//! Every reader takes what its writer made, and frames stay what they were at each rate.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{spot, spot_options, written};
use frameio_markers::{
    Author, Format, Marker, MarkerList, Media, ReadOptions, Reply, WriteOptions, read,
};
use frameio_timecode::{Rate, Timebase};

const RATES: [(Rate, bool); 10] = [
    (Rate::FPS_23_976, false),
    (Rate::FPS_24, false),
    (Rate::FPS_25, false),
    (Rate::FPS_29_97, false),
    (Rate::FPS_29_97, true),
    (Rate::FPS_30, false),
    (Rate::FPS_50, false),
    (Rate::FPS_59_94, false),
    (Rate::FPS_59_94, true),
    (Rate::FPS_60, false),
];

fn readable() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| format.can_read())
}

#[test]
fn frames_read_back_equal_those_written_at_every_rate() {
    for (rate, drop_frame) in RATES {
        let base = Timebase::new(rate, drop_frame).unwrap();
        let mut media = Media::new("Reel 1.mov", base);
        media.start = base.frames_per_day() / 24;
        media.frames = Some(base.frames_per_day() / 4);
        let mut list = MarkerList::new(media);
        let minute = i64::from(base.nominal()) * 60;
        // Around minutes, where labels drop, and spread over three hours with an odd step.
        let around = (1..25).flat_map(|m| (-3..4).map(move |off| m * minute + off));
        let spread = (0..400).map(|at| at * 997);
        for (at, frame) in around.chain(spread).enumerate() {
            let mut marker = Marker::new(format!("note {at}")).at(frame).by("Ana Roth");
            if at % 7 == 0 {
                // Below two seconds, which is what a point lasts in subtitles.
                marker.length = Some(2 + at as i64 % 40);
            }
            list.markers.push(marker);
        }
        list.sort();
        list.markers.dedup_by_key(|marker| marker.frame);
        let expected: Vec<_> = list.markers.iter().map(|m| (m.frame, m.frames())).collect();
        for format in readable() {
            let output = written(format, &list, &WriteOptions::default());
            let mut options = ReadOptions::default();
            options.rate = Some(rate);
            options.start_timecode = Some(list.media.timecode(0).to_string());
            let back = read(None, &output.files[0].data, &options)
                .unwrap_or_else(|error| panic!("{rate} {drop_frame}: {error}"));
            let found: Vec<_> = back.markers.iter().map(|m| (m.frame, m.frames())).collect();
            if format == Format::Chapters {
                let frames = |list: &[(Option<i64>, i64)]| {
                    list.iter().map(|(frame, _)| *frame).collect::<Vec<_>>()
                };
                assert_eq!(frames(&found), frames(&expected), "{format} {rate} {drop_frame}");
            } else {
                assert_eq!(found, expected, "{format} {rate} {drop_frame}");
            }
            assert_eq!(back.media.rate(), rate, "{format}");
        }
    }
}

/// Rate and start of files that say them.
#[test]
fn files_with_a_rate_need_no_options() {
    for (rate, drop_frame) in RATES {
        let base = Timebase::new(rate, drop_frame).unwrap();
        let mut list = MarkerList::new(Media::new("a.mov", base));
        list.media.start = base.frames_per_day() / 24;
        list.media.frames = Some(5000);
        list.markers.push(Marker::new("x").at(4321).by("A"));
        for format in readable().filter(|format| format.has_rate()) {
            let output = written(format, &list, &WriteOptions::default());
            let back = read(None, &output.files[0].data, &ReadOptions::default()).unwrap();
            assert_eq!(back.markers[0].frame, Some(4321), "{format} {rate}");
            assert_eq!(back.media.rate(), rate, "{format}");
            if format != Format::Chapters {
                assert_eq!(back.media.start, list.media.start, "{format} {rate}");
            }
        }
    }
}

#[test]
fn formats_without_a_rate_ask_for_it() {
    for format in readable().filter(|format| !format.has_rate()) {
        let output = written(format, &spot(), &WriteOptions::default());
        let error = read(None, &output.files[0].data, &ReadOptions::default()).unwrap_err();
        assert_eq!(error.kind, frameio_markers::ReadErrorKind::Rate, "{format}: {error}");
        assert!(error.to_string().ends_with("the file has no frame rate, and none was given"));
    }
}

#[test]
fn json_keeps_everything() {
    let list = spot();
    let output = written(Format::Json, &list, &WriteOptions::default());
    let back = read(None, &output.files[0].data, &ReadOptions::default()).unwrap();
    assert_eq!(back, list);
}

#[test]
fn comments_survive_formats_of_several_lines() {
    for format in [Format::AvidXml, Format::Fcp7Xml, Format::Otio, Format::Vtt] {
        let output = written(format, &spot(), &WriteOptions::default());
        let back = read(None, &output.files[0].data, &spot_options()).unwrap();
        let comment = back.markers.iter().find(|marker| marker.text.starts_with("2nd")).unwrap();
        assert_eq!(comment.text, "2nd shot is soft\nCheck focus | lens", "{format}");
        assert_eq!(comment.label().as_deref(), Some("Ana Roth"), "{format}");
        assert_eq!(comment.replies, [Reply::new(Author::named("Ben Öz"), "On it")], "{format}");
        assert!(comment.completed, "{format}");
        let drawing = back.markers.iter().find(|marker| marker.text.starts_with("#audio")).unwrap();
        assert!(drawing.annotated && !drawing.completed, "{format}");
    }
}

#[test]
fn comments_survive_formats_of_one_line() {
    for format in [Format::ResolveEdl, Format::AvidTxt] {
        let mut list = spot();
        // Without the second comment on the frame, which Resolve would merge.
        list.markers.retain(|marker| !marker.text.starts_with("Farbe"));
        let output = written(format, &list, &WriteOptions::default());
        let back = read(None, &output.files[0].data, &spot_options()).unwrap();
        let comment = back.markers.iter().find(|marker| marker.text.starts_with("2nd")).unwrap();
        assert_eq!(comment.replies, [Reply::new(Author::named("Ben Öz"), "On it")], "{format}");
        assert!(comment.completed, "{format}");
        assert_eq!(comment.frames(), 45, "{format}");
    }
}

#[test]
fn rewriting_what_was_read_changes_nothing() {
    for format in readable() {
        let options = WriteOptions::default();
        let mut first = written(format, &spot(), &options).files.swap_remove(0).data;
        // The first reading may lose what the file does not have; after that nothing changes.
        for round in 0..2 {
            let mut list = read(Some(format), &first, &spot_options()).unwrap();
            list.media.frames = Some(3600);
            let again = written(format, &list, &options).files.swap_remove(0).data;
            if round == 1 {
                assert_eq!(
                    String::from_utf8_lossy(&again),
                    String::from_utf8_lossy(&first),
                    "{format}"
                );
            }
            first = again;
        }
    }
}

#[test]
fn empty_lists_are_written_and_read() {
    let base = Timebase::non_drop_frame(Rate::FPS_25).unwrap();
    let list = MarkerList::new(Media::new("", base));
    for format in Format::ALL {
        let output = written(format, &list, &WriteOptions::default());
        assert_eq!(output.losses, [], "{format}");
        if format.can_read() {
            let mut options = ReadOptions::default();
            options.rate = Some(Rate::FPS_25);
            let back = read(Some(format), &output.files[0].data, &options);
            let back = back.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(back.markers, [], "{format}");
        }
    }
}
