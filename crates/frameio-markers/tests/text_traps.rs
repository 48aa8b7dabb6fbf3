//! Texts that have broken other exporters, one by one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{file, list, text_of, written};
use frameio_markers::{
    Attachment, Author, Format, LossKind, Marker, Picture, ReadOptions, Reply, WriteOptions, read,
};
use frameio_timecode::Rate;

fn note(text: &str) -> String {
    let list = list(vec![Marker::new(text).at(10).by("Ana")]);
    let edl = text_of(Format::ResolveEdl, &list, &WriteOptions::default());
    edl.lines().nth(4).unwrap().to_owned()
}

fn rate_options(rate: Rate) -> ReadOptions {
    let mut options = ReadOptions::default();
    options.rate = Some(rate);
    options
}

#[test]
fn text_that_begins_with_a_digit_does_not_become_an_event() {
    let mut marker = Marker::new("2nd shot").at(1);
    marker.name = Some("3D".to_owned());
    let edl = text_of(Format::ResolveEdl, &list(vec![marker]), &WriteOptions::default());
    assert!(edl.contains("\r\n_2nd shot |C:ResolveColorBlue |M:_3D |D:1\r\n"), "{edl}");
    let edl = text_of(
        Format::ResolveEdl,
        &list(vec![Marker::new("x").at(1).by("3D Team")]),
        &WriteOptions::default(),
    );
    assert!(edl.contains("\r\n_3D Team: x |C:"), "{edl}");
}

#[test]
fn tags_inside_of_a_text_stay_text() {
    let line = note("look |C:ResolveColorRed |M:x |D:99");
    assert_eq!(line, "Ana: look ¦C:ResolveColorRed ¦M:x ¦D:99 |C:ResolveColorBlue |M:Ana |D:1");
    let list = list(vec![Marker::new("t").at(1).by("A |D:5")]);
    let edl = file(Format::ResolveEdl, &list, &WriteOptions::default());
    let back = read(None, &edl, &rate_options(Rate::FPS_24)).unwrap();
    assert_eq!((back.markers[0].length, back.markers[0].text.as_str()), (None, "t"));
}

#[test]
fn an_event_line_inside_of_a_note_is_text() {
    let event = "002  001      V     C        00:00:09:00 00:00:09:01 00:00:09:00 00:00:09:01";
    assert!(note(&format!("see\n{event}")).starts_with("Ana: see 002  001      V     C  "));
    let edl = format!(
        "TITLE: a\nFCM: NON-DROP FRAME\n\n001{}\nfirst\n{event}\nlast |C:ResolveColorBlue |M:b |D:1\n",
        &event[3..]
    );
    let list = read(None, edl.as_bytes(), &rate_options(Rate::FPS_24)).unwrap();
    assert_eq!(list.markers.len(), 1);
    assert_eq!(list.markers[0].text, format!("first\n{event}\nlast"));
    assert!(note("001 001 V C").starts_with("Ana: 001 001 V C |C:"));
}

#[test]
fn line_breaks_and_control_characters_become_spaces_in_lines() {
    let line = note("a\rb\u{85}c\u{2028}d\u{0}e\u{1b}[31mf\r\ng\u{1f3ac}h");
    assert_eq!(line, "Ana: a b c d e [31mf gh |C:ResolveColorBlue |M:Ana |D:1");
    let list = list(vec![Marker::new("a\tb\rc\u{85}d").at(1).by("A\tB")]);
    let txt = text_of(Format::AvidTxt, &list, &WriteOptions::default());
    assert_eq!(txt, "A B\t00:00:00:01\tV1\tred\tA B: a b c d\t1\t\tRed\n");
}

#[test]
fn xml_is_well_formed_for_any_text() {
    let text = "a\u{0}\u{8}\u{fffe} ]]> <b> & \"c\" 'd'\r\ne\u{b}\u{1f3ac}";
    for format in [Format::AvidXml, Format::Fcp7Xml, Format::Fcpxml] {
        let list = list(vec![Marker::new(text).at(3).by("<A&B>")]);
        let output = written(format, &list, &WriteOptions::default());
        let back = read(None, &output.files[0].data, &rate_options(Rate::FPS_24)).unwrap();
        assert_eq!(back.markers[0].text, "a ]]> <b> & \"c\" 'd'\ne\u{1f3ac}", "{format}");
        assert_eq!(back.markers[0].label().as_deref(), Some("<A&B>"), "{format}");
        assert!(output.losses.iter().any(|loss| loss.kind == LossKind::Characters), "{format}");
    }
    let page = text_of(
        Format::Html,
        &list(vec![Marker::new("<script>alert(1)</script>").at(1).by("<b>")]),
        &WriteOptions::default(),
    );
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
}

#[test]
fn lone_surrogates_in_json_are_refused_with_their_line() {
    let json = "{\"data\":[\n{\"text\":\"\\ud83c\",\"timestamp\":1}]}";
    let error = read(None, json.as_bytes(), &rate_options(Rate::FPS_24)).unwrap_err();
    assert_eq!((error.format, error.line), (Some(Format::Json), Some(2)), "{error}");
}

#[test]
fn spreadsheet_formulas_are_guarded_and_restored() {
    let texts = ["=1+1", "+x", "-y", "@z", "\tt", "'quoted", "plain", "#1"];
    let markers = texts.iter().map(|text| Marker::new(*text).at(1).by("=A()"));
    let list = list(markers.collect());
    let csv = text_of(Format::Csv, &list, &WriteOptions::default());
    assert!(csv.contains(",'=A(),'=1+1,"), "{csv}");
    assert!(csv.lines().next().unwrap().ends_with(",created_at,guarded"));
    let back = read(None, csv.as_bytes(), &rate_options(Rate::FPS_24)).unwrap();
    let read: Vec<_> = back.markers.iter().map(|marker| marker.text.as_str()).collect();
    assert_eq!(read, texts);
    assert!(back.markers.iter().all(|marker| marker.label().as_deref() == Some("=A()")));

    let mut options = WriteOptions::default();
    options.formula_guard = false;
    assert!(text_of(Format::Csv, &list, &options).contains(",=A(),=1+1,"));
}

#[test]
fn subtitles_have_no_markup_and_no_empty_lines() {
    let list = list(vec![Marker::new("a <b>x</b>\n\n00:00 --> 00:01\n\nz").at(24).by("A")]);
    let srt = text_of(Format::Srt, &list, &WriteOptions::default());
    assert_eq!(srt, "1\n00:00:01,000 --> 00:00:03,000\nA: a ‹b›x‹/b›\n00:00 -› 00:01\nz\n");
    let vtt = text_of(Format::Vtt, &list, &WriteOptions::default());
    assert!(vtt.ends_with("<v A>a &lt;b&gt;x&lt;/b&gt;\n00:00 --&gt; 00:01\nz\n"), "{vtt}");
    let back = read(None, vtt.as_bytes(), &rate_options(Rate::FPS_24)).unwrap();
    assert_eq!(back.markers[0].text, "a <b>x</b>\n00:00 --> 00:01\nz");
}

#[test]
fn old_systems_get_ascii() {
    let list = list(vec![Marker::new("Grün – „heiß“ 中").at(1).by("Ben Öz")]);
    let mut options = WriteOptions::default();
    options.ascii = true;
    for format in [Format::ResolveEdl, Format::AvidTxt, Format::AvidXml] {
        let text = text_of(format, &list, &options);
        assert!(text.is_ascii(), "{format}: {text}");
        assert!(text.contains("Ben Oez: Gruen - "), "{format}: {text}");
    }
}

#[test]
fn drawings_and_thumbnails_are_on_the_page() {
    let mut marker = Marker::new("x").at(1).by("A").with_id("1");
    marker.annotation = Some(
        r##"[{"tool":"rect","color":"#F27637","size":3,"x":0.75,"y":0.5,"w":-0.5,"h":0.25},
            {"tool":"arrow","x":0,"y":0,"w":1,"h":1,"color":"url(javascript:1)"},
            {"tool":"pen","xs":[0.1,0.2],"ys":[0.1,0.3],"size":1e9},{"tool":"?"}]"##
            .to_owned(),
    );
    let mut options = WriteOptions::default();
    options.stills.insert("1".to_owned(), Picture::detect(*b"\x89PNG\r\n\x1a\n").unwrap());
    options.thumbnail = Picture::detect(*b"GIF89a\"><script>");
    let page = text_of(Format::Html, &list(vec![marker]), &options);
    assert_eq!(page.matches("src=\"data:image/png;base64,iVBORw0KGgo=\"").count(), 1, "{page}");
    assert_eq!(page.matches("src=\"data:image/gif;base64,").count(), 1, "{page}");
    assert!(!page.contains("script>"), "{page}");
    assert!(page.contains("<rect x=\"0.25000\" y=\"0.50000\" width=\"0.50000\""), "{page}");
    assert!(page.contains("points=\"0.10000,0.10000 0.20000,0.30000\""), "{page}");
    assert_eq!(page.matches("<polyline").count(), 3);
    assert!(!page.contains("javascript"), "{page}");
}

/// Nothing on the page comes from elsewhere, and no text becomes markup.

#[test]
fn pages_load_and_run_nothing() {
    let bad = "<script>alert(1)</script><img src=\"https://e.com/x.png\" onerror=\"x\">'\"&amp;";
    let mut marker = Marker::new(bad).at(1).by(bad).with_id("1");
    marker.name = Some(bad.to_owned());
    marker.links = vec!["javascript:alert(1)".to_owned(), bad.to_owned()];
    marker.attachments = vec![Attachment::new(bad)];
    marker.replies = vec![Reply::new(Author::named(bad), bad)];
    marker.annotation = Some(format!(r#"[{{"tool":"{bad}"}}]"#));
    let mut list = list(vec![marker]);
    list.media.name = bad.to_owned();
    let page = text_of(Format::Html, &list, &WriteOptions::default());
    let policy = "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"";
    let unescaped = page.replace("&apos;", "'");
    assert_eq!(unescaped.matches(policy).count(), 1, "{page}");
    assert_eq!(page.matches("<style>").count(), 1);
    for markup in ["<script", "<img", "<a ", "<link", "<iframe", " href=\"", " src=\"", "<base"] {
        assert!(!page.contains(markup), "{markup}: {page}");
    }
    assert!(page.contains("break-inside:avoid"));
    for data in
        [&b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..], b"<html>", b"", b"RIFF0000WAVE"]
    {
        assert_eq!(Picture::detect(data), None);
    }
}
