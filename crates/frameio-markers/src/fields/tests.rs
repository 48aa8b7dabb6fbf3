//! Every field in every format: readable again, or part of the output, or reported as lost.

use frameio_timecode::{Rate, Timebase};
use serde_json::{Value, json};

use crate::exchange::{read, write};
use crate::format::Format;
use crate::loss::{LossKind, Output};
use crate::model::{Author, Marker, MarkerList, Media, Reply};
use crate::options::{ColorBy, ReadOptions, WriteOptions};

/// A field of a marker.
struct Case {
    /// Place in the JSON of a marker.
    pointer: &'static str,
    /// What is set, in addition to the frame and text of each marker.
    fields: Value,
    /// Texts of the output one of which contains the field, for formats that cannot be read.
    shown: &'static [&'static str],
    /// Kinds by which the loss may be reported.
    kinds: &'static [LossKind],
}

const TIME: &str = "2031-05-06T07:08:09Z";
const SHOWN_TIME: &[&str] = &["2031-05-06 07:08"];

fn case(
    pointer: &'static str,
    fields: Value,
    shown: &'static [&'static str],
    kinds: &'static [LossKind],
) -> Case {
    Case { pointer, fields, shown, kinds }
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    use LossKind::{Annotation, Attachments, Author, Characters, Color, Dates, Id, Internal, LineBreaks,
                   Links, Name, Page, Range, Replies, State};
    let mut cases = vec![
        case("/id", json!({"id": "id-7f3a"}), &["id-7f3a"], &[Id]),
        case("/length", json!({"length": 77}), &["00:00:07:01"], &[Range]),
        case("/author/name", json!({"author": {"name": "Namely"}}), &["Namely"], &[Author]),
        case("/author/id", json!({"author": {"name": "N", "id": "user-7f3a"}}), &["user-7f3a"], &[Id]),
        case("/author/visitor_id", json!({"author": {"visitor_id": "visitor-7f3a"}}), &["visitor-7f3a"], &[Id]),
        case("/author/guessed", json!({"author": {"name": "N", "guessed": true}}), &["N (guessed)"], &[]),
        case("/name", json!({"name": "Marker-7f3a"}), &["Marker-7f3a"], &[Name]),
        case("/name", json!({"name": "Marker-7f3a", "author": {"name": "N"}}), &["Marker-7f3a"], &[Name]),
        case("/completed", json!({"completed": true}), &["✓ done", "[x]"], &[State]),
        case("/completed_at", json!({"completed": true, "completed_at": TIME}), SHOWN_TIME, &[Dates]),
        case("/completer_id", json!({"completed": true, "completer_id": "user-7f3a"}), &["user-7f3a"], &[Id]),
        case("/color", json!({"color": "cyan"}), &[], &[Color]),
        case("/color", json!({"color": "orange"}), &[], &[Color]),
        case("/attachments/0/name", json!({"attachments": [{"name": "board-7f3a.png"}]}), &["board-7f3a.png"], &[Attachments]),
        case("/attachments/0/url", json!({"attachments": [{"name": "a", "url": "https://e.com/7f3a"}]}), &["https://e.com/7f3a"], &[Links]),
        case("/links/0", json!({"links": ["https://e.com/7f3a"]}), &["https://e.com/7f3a"], &[Links]),
        case("/annotated", json!({"annotated": true}), &["[drawing]"], &[Annotation]),
        case("/annotation", json!({"annotation": "{\"shape\":\"7f3a\"}"}), &["[drawing]"], &[Annotation]),
        case("/internal", json!({"internal": true}), &["internal"], &[Internal]),
        case("/page", json!({"page": 31}), &["page 31"], &[Page]),
        case("/created_at", json!({"created_at": TIME}), SHOWN_TIME, &[Dates]),
        case("/edited_at", json!({"edited_at": TIME}), SHOWN_TIME, &[Dates]),
        case("/updated_at", json!({"updated_at": TIME}), SHOWN_TIME, &[Dates]),
    ];
    let reply = |fields: Value| {
        let mut reply = json!({"author": {"name": "Ben"}, "text": "Yes"});
        merge(&mut reply, fields);
        // Replies are found by the id of their comment in flat lists.
        json!({"id": "root", "replies": [reply]})
    };
    cases.extend([
        case("/replies/0/id", reply(json!({"id": "reply-7f3a"})), &["reply-7f3a"], &[Id, Replies]),
        case("/replies/0/text", reply(json!({"text": "Reply-7f3a"})), &["Reply-7f3a"], &[Replies]),
        case("/replies/0/text", reply(json!({"text": "Reply-7f3a\nline"})), &["Reply-7f3a"], &[Replies]),
        case("/replies/0/author/name", reply(json!({"author": {"name": "Bea-7f3a"}})), &["Bea-7f3a"], &[Replies]),
        case("/replies/0/author/id", reply(json!({"author": {"name": "B", "id": "user-7f3a"}})), &["user-7f3a"], &[Id, Replies]),
        case("/replies/0/author/visitor_id", reply(json!({"author": {"visitor_id": "visitor-7f3a"}})), &["visitor-7f3a"], &[Id, Replies]),
        case("/replies/0/author/guessed", reply(json!({"author": {"name": "B", "guessed": true}})), &["B (guessed)"], &[Replies]),
        case("/replies/0/attachments/0/name", reply(json!({"attachments": [{"name": "reply-7f3a.png"}]})), &["reply-7f3a.png"], &[Attachments, Replies]),
        case("/replies/0/attachments/0/url", reply(json!({"attachments": [{"name": "a", "url": "https://e.com/7f3a"}]})), &["https://e.com/7f3a"], &[Links, Replies]),
        case("/replies/0/internal", reply(json!({"internal": true})), &["internal"], &[Internal, Replies]),
        case("/replies/0/created_at", reply(json!({"created_at": TIME})), SHOWN_TIME, &[Dates, Replies]),
        case("/replies/0/edited_at", reply(json!({"edited_at": TIME})), SHOWN_TIME, &[Dates, Replies]),
        case("/replies/0/updated_at", reply(json!({"updated_at": TIME})), SHOWN_TIME, &[Dates, Replies]),
    ]);
    // Texts that some formats cannot contain as they are.
    for (text, escaped) in [
        ("plain-7f3a", "plain-7f3a"),
        ("a\nb", "a<br>b"),
        ("a\n\nb", "a<br><br>b"),
        ("a\tb", "a\tb"),
        ("a\u{b}\u{1b}b", "a\u{b}\u{1b}b"),
        ("a | b", "a \\| b"),
        ("a --> <b>", "a --\\> \\<b\\>"),
        ("\u{1f3ac} ö 中", "\u{1f3ac} ö 中"),
        ("a \"b\" & ]]>", "a \"b\" & \\]\\]\\>"),
        ("=1+1; #2 \\ x", "=1+1; \\#2 \\\\ x"),
        ("7 > 6", "7 \\> 6"),
    ] {
        let shown = Box::leak(Box::new([text, escaped]));
        cases.push(case("/text", json!({"text": text}), shown, &[Characters, LineBreaks]));
        cases.push(case("/text", json!({"text": text, "author": {"name": "Ana"}}), shown, &[Characters, LineBreaks]));
    }
    cases
}

fn merge(target: &mut Value, fields: Value) {
    let (Some(target), Value::Object(fields)) = (target.as_object_mut(), fields) else { return };
    target.extend(fields);
}

fn list(fields: Value) -> MarkerList {
    let mut marker = json!({"frame": 100, "text": "Base", "completed": false, "annotated": false});
    merge(&mut marker, fields);
    let marker: Marker = serde_json::from_value(marker).unwrap();
    let base = Timebase::non_drop_frame(Rate::FPS_25).unwrap();
    let mut list = MarkerList::new(Media::new("", base));
    list.markers.push(marker);
    list
}

fn options() -> WriteOptions {
    WriteOptions { color_by: ColorBy::None, ..WriteOptions::default() }
}

fn read_back(format: Format, output: &Output) -> Option<MarkerList> {
    let options = ReadOptions {
        rate: Some(Rate::FPS_25),
        start_timecode: Some("00:00:00:00".to_owned()),
        ..ReadOptions::default()
    };
    format.can_read().then(|| read(Some(format), &output.files[0].data, &options).unwrap())
}

fn contains(output: &Output, text: &str) -> bool {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let escaped = escaped.replace('"', "&quot;");
    output.files.iter().any(|file| {
        let file = String::from_utf8_lossy(&file.data);
        file.contains(text) || file.contains(&escaped)
    })
}

fn field(list: &MarkerList, pointer: &str) -> Option<Value> {
    serde_json::to_value(list.markers.first()?).unwrap().pointer(pointer).cloned()
}

#[test]
fn every_field_is_written_or_reported_as_lost() {
    let mut missing = Vec::new();
    for Case { pointer, fields, shown, kinds } in cases() {
        for format in Format::ALL {
            let list = list(fields.clone());
            let expected = field(&list, pointer);
            assert!(expected.is_some(), "{pointer}: {fields}");
            let output = write(format, &list, &options()).unwrap();
            let back = read_back(format, &output);
            let is_read = back.as_ref().is_some_and(|back| field(back, pointer) == expected);
            // Of formats that can be read, a text in the output is not enough, unless it is in the text.
            let is_shown = shown.iter().any(|shown| match &back {
                None => contains(&output, shown),
                Some(back) => back.markers[0].text.contains(shown) || in_texts(back, shown),
            });
            let is_reported = output.losses.iter().any(|loss| kinds.contains(&loss.kind));
            if !is_read && !is_shown && !is_reported {
                let back = back.map(|back| back.markers);
                missing.push(format!("{format}: {pointer} of {fields}: {back:?}"));
            }
        }
    }
    assert!(missing.is_empty(), "{} fields:\n{}", missing.len(), missing.join("\n"));
}

/// Names that became authors, as in formats that have only one of them.
fn in_texts(list: &MarkerList, shown: &str) -> bool {
    list.markers[0].label().is_some_and(|label| label.contains(shown))
}

#[test]
fn nothing_is_reported_that_was_not_lost() {
    for format in Format::ALL {
        let losses = write(format, &list(json!({})), &options()).unwrap().losses;
        let of_marker: Vec<_> = losses.iter().filter(|it| it.kind != LossKind::Media).collect();
        assert_eq!(of_marker, Vec::<&crate::loss::Loss>::new(), "{format}");
    }
    for Case { pointer, fields, .. } in cases() {
        let losses = write(Format::Json, &list(fields), &options()).unwrap().losses;
        assert_eq!(losses, [], "{pointer}");
    }
}

/// A new field does not compile here until a case covers it.
#[test]
fn the_cases_cover_every_field() {
    let mut all = json!({});
    for case in cases() {
        merge(&mut all, case.fields);
    }
    let Marker {
        id: Some(_),
        frame: Some(_),
        length: Some(_),
        author: Some(Author { name: _, id: _, visitor_id: _, email: _, guessed: _ }),
        name: Some(_),
        text: _,
        replies,
        completed: true,
        completed_at: Some(_),
        completer_id: Some(_),
        color: Some(_),
        attachments,
        links,
        annotated: true,
        annotation: Some(_),
        internal: Some(_),
        page: Some(_),
        created_at: Some(_),
        edited_at: Some(_),
        updated_at: Some(_),
    } = list(all).markers.remove(0)
    else {
        panic!("a field has no case");
    };
    assert!(!attachments.is_empty() && !links.is_empty());
    let Reply {
        id: _,
        author: _,
        text: _,
        attachments: _,
        internal: _,
        created_at: _,
        edited_at: _,
        updated_at: _,
    } = &replies[0];
    let covered: Vec<_> = cases().iter().map(|case| case.pointer).collect();
    for name in ["id", "author/id", "text", "internal", "created_at", "edited_at", "updated_at"] {
        let pointer = format!("/replies/0/{name}");
        assert!(covered.contains(&&*pointer), "{pointer}");
    }
}

/// An export is passed on to people who need no addresses.
#[test]
fn no_format_contains_e_mail_addresses() {
    let mut list = list(json!({"id": "a", "author": {"name": "Ana"}}));
    let mut reply = Reply::new(Author::named("Ben"), "Yes");
    reply.author.email = Some("ben@example.com".to_owned());
    list.markers[0].author.as_mut().unwrap().email = Some("ana@example.com".to_owned());
    list.markers[0].replies.push(reply);
    for format in Format::ALL {
        let output = write(format, &list, &options()).unwrap();
        assert!(!contains(&output, "@example.com"), "{format}");
    }
}

/// Sets one field of a media file.
type SetMedia = fn(&mut Media);

#[test]
fn every_detail_of_the_media_file_is_written_or_reported_as_lost() {
    let cases: [(&str, SetMedia, &str); 11] = [
        ("the name", |media| media.name = "Name-7f3a".to_owned(), "Name-7f3a"),
        ("the frame rate", |_| (), "25"),
        ("the start timecode", |media| media.start = 90_000, "01:00:00:00"),
        ("the length", |media| media.frames = Some(7531), "7531"),
        ("the size of the picture", |media| media.size = Some((1998, 1080)), "1998"),
        ("the id", |media| media.id = Some("id-7f3a".to_owned()), "id-7f3a"),
        ("the address", |media| media.url = Some("https://e.com/7f3a".to_owned()), "7f3a"),
        ("the media type", |media| media.media_type = Some("video/x-7f3a".to_owned()), "x-7f3a"),
        ("the version", |media| media.version = Some(31), "31"),
        ("the project", |media| media.project = Some("Project-7f3a".to_owned()), "Project-7f3a"),
        ("the team", |media| media.team = Some("Team-7f3a".to_owned()), "Team-7f3a"),
    ];
    for (what, set, value) in cases {
        let mut list = list(json!({}));
        set(&mut list.media);
        for format in Format::ALL {
            let output = write(format, &list, &options()).unwrap();
            let lost = output.losses.iter().filter(|loss| loss.kind == LossKind::Media);
            let lost: Vec<_> = lost.map(|loss| loss.detail.as_str()).collect();
            assert!(lost.len() <= 1, "{format}: {lost:?}");
            let is_reported = lost.iter().any(|detail| detail.contains(what));
            let read = read_back_without_options(format, &output);
            let is_read = read.is_some_and(|read| {
                let (read, media) = (&read.media, &list.media);
                match what {
                    "the start timecode" => read.start == media.start,
                    "the frame rate" => read.rate() == media.rate(),
                    "the length" => read.frames == media.frames,
                    "the size of the picture" => read.size == media.size,
                    _ => false,
                }
            });
            let is_written = is_read || contains(&output, value);
            assert!(is_written || is_reported, "{format}: {what}");
            // Timecodes contain the start, and numbers occur elsewhere.
            let is_common = matches!(
                what,
                "the start timecode" | "the frame rate" | "the version" | "the length"
            );
            assert!(is_common || !(is_written && is_reported), "{format}: {what} is not lost");
        }
    }
    let mut list = list(json!({}));
    list.media.timebase = Timebase::drop_frame(Rate::FPS_29_97).unwrap();
    for format in Format::ALL {
        let output = write(format, &list, &options()).unwrap();
        let is_reported = output.losses.iter().any(|loss| loss.detail.contains("drop frame"));
        let options = ReadOptions {
            rate: Some(Rate::FPS_29_97),
            start_timecode: Some("00:00:00:00".to_owned()),
            ..ReadOptions::default()
        };
        let read = format.can_read().then(|| read(Some(format), &output.files[0].data, &options));
        let is_read = read.is_some_and(|read| read.unwrap().media.timebase.is_drop_frame());
        assert!(is_read || is_reported, "{format}");
    }
}

/// Reads with the rate alone.
fn read_back_without_options(format: Format, output: &Output) -> Option<MarkerList> {
    let mut options = ReadOptions::default();
    if !format.has_rate() {
        options.rate = Some(Rate::FPS_25);
    }
    format.can_read().then(|| read(Some(format), &output.files[0].data, &options).ok()).flatten()
}
