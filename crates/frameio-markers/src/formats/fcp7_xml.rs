//! Final Cut Pro 7 XML (xmeml), for Premiere Pro.
//!
//! **Imported by** Premiere Pro: File → Import, which makes a new sequence with the markers. Markers →
//! Copy Paste Includes Sequence Markers moves them into an existing edit. Resolve imports it too, and
//! ignores the colours.
//!
//! **Lost**: dates and ids. Replies, the state and the marks of drawings and attachments are part of the
//! comment.
//!
//! **Not tried here**: Premiere Pro and Resolve themselves. OpenTimelineIO reads frames, lengths and names
//! exactly. Rates of 1000/1001 are written as NTSC; Frame.io's own export writes 23.976 as 24.

use frameio_timecode::Rate;

use crate::color::{Color, Palette};
use crate::error::{ReadError, ReadErrorKind, WriteError};
use crate::input::{self, Found};
use crate::loss::{LossKind, OutputFile};
use crate::model::{Marker, MarkerList, Media, Note};
use crate::options::ReadOptions;
use crate::plan::{Event, Plan};
use crate::xml::{self, Element, Page};
use crate::{text, thread};

/// Premiere's colours, as it writes them. Others snap to one of these.
const COLORS: [(Color, u32); 8] = [
    (Color::Green, 4_281_828_977),
    (Color::Red, 4_281_740_498),
    (Color::Purple, 4_289_825_711),
    (Color::Orange, 4_280_578_025),
    (Color::Yellow, 4_281_049_552),
    (Color::White, 4_294_967_295),
    (Color::Blue, 4_294_741_314),
    (Color::Cyan, 4_292_277_273),
];

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let media = plan.media;
    let events = plan.events();
    let last =
        events.iter().map(|event| event.frame.saturating_add(event.length.unwrap_or(1))).max();
    let duration = media.frames.or(last).unwrap_or(1).max(1);
    let (width, height) = media.size.unwrap_or((1920, 1080));
    let drop_frame = if media.timebase.is_drop_frame() { "DF" } else { "NDF" };
    let (name, _) = text::for_xml(&text::single_line(media.stem()));

    let mut page = Page::new("xml version=\"1.0\" encoding=\"UTF-8\"")?;
    page.doctype("xmeml")?;
    page.open("xmeml", &[("version", "4")])?;
    page.open("sequence", &[("id", "sequence-1")])?;
    page.leaf("name", &[], &format!("{name} comments"))?;
    page.leaf("duration", &[], &duration.to_string())?;
    rate(&mut page, media)?;
    page.open_inline("media", &[])?;
    page.open("video", &[])?;
    page.open("format", &[])?;
    page.open("samplecharacteristics", &[])?;
    rate(&mut page, media)?;
    page.leaf("width", &[], &width.to_string())?;
    page.leaf("height", &[], &height.to_string())?;
    page.leaf("pixelaspectratio", &[], "square")?;
    page.close("samplecharacteristics")?;
    page.close("format")?;
    page.empty("track", &[])?;
    page.close("video")?;
    page.close("media")?;
    page.open_inline("timecode", &[])?;
    rate(&mut page, media)?;
    page.leaf("string", &[], &plan.label(0)?)?;
    page.leaf("frame", &[], &media.start.to_string())?;
    page.leaf("displayformat", &[], drop_frame)?;
    page.close("timecode")?;
    for event in &events {
        marker(&mut page, plan, event)?;
    }
    page.close("sequence")?;
    page.close("xmeml")?;
    Ok(vec![OutputFile::new("xml", page.finish())])
}

fn rate(page: &mut Page, media: &Media) -> std::io::Result<()> {
    let ntsc = if media.rate().is_ntsc() { "TRUE" } else { "FALSE" };
    page.open_inline("rate", &[])?;
    page.leaf("timebase", &[], &media.timebase.nominal().to_string())?;
    page.leaf("ntsc", &[], ntsc)?;
    page.close("rate")
}

fn marker<'a>(page: &mut Page, plan: &mut Plan<'a>, event: &Event<'a>) -> Result<(), WriteError> {
    let first = event.markers[0];
    let (comment, mut lost) = text::for_xml(&event.full());
    let (name, lost_of_name) = text::for_xml(&text::single_line(&event.label()));
    let (name, cut) = text::shorten(&name, plan.options.max_name);
    lost += lost_of_name;
    plan.lose_characters(first, lost);
    if cut {
        plan.lose(first, LossKind::Name, "the name of the marker was cut");
    }
    let out = event.length.map_or(-1, |length| event.frame.saturating_add(length));
    let color = plan.color(event, Palette::Premiere);
    let code = COLORS.iter().find(|(named, _)| *named == color).map_or(COLORS[0].1, |(_, c)| *c);
    page.open_inline("marker", &[])?;
    page.leaf("comment", &[], &comment)?;
    page.leaf("name", &[], &name)?;
    page.leaf("in", &[], &event.frame.to_string())?;
    page.leaf("out", &[], &out.to_string())?;
    page.leaf("pproColor", &[], &code.to_string())?;
    page.close("marker")?;
    Ok(())
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let root = xml::parse(text, options)?;
    let sequence = match &*root.name {
        "sequence" => Some(&root),
        _ => root.find("sequence"),
    };
    let sequence = sequence.ok_or_else(|| ReadError::syntax(root.line, "no sequence"))?;
    let timecode = sequence.child("timecode");
    let mut found = Found {
        rate: read_rate(sequence)?,
        drop_frame: timecode
            .and_then(|timecode| timecode.value("displayformat"))
            .map(|text| text == "DF"),
        start: timecode.and_then(|timecode| timecode.value("frame")?.parse().ok()),
        name: sequence.value("name").map(str::to_owned),
    };
    let matte = sequence.find("generatoritem").is_some_and(|item| {
        item.value("name").is_some_and(|name| name.contains("Marker Color Matte"))
    });
    if found.drop_frame.is_none() && found.start == Some(0) {
        found.drop_frame = Some(false);
    }
    let mut list = input::list(&found, options)?;
    let mut markers: Vec<(i64, &Element)> =
        sequence.all("marker").map(|marker| (0, marker)).collect();
    if markers.is_empty() {
        for item in ["clipitem", "generatoritem"] {
            clip_markers(sequence, item, &mut markers);
        }
    }
    for (offset, element) in markers {
        let marker = read_marker(element, offset, matte)?;
        input::push(&mut list, marker, Some(element.line), options)?;
    }
    if matte {
        let text = "made by Frame.io: replies are markers, and comments without a frame are at 0";
        list.notes.push(Note::new(None, text));
    }
    Ok(list)
}

fn read_rate(sequence: &Element) -> Result<Option<Rate>, ReadError> {
    let Some(rate) = sequence.child("rate") else { return Ok(None) };
    let timebase = rate.value("timebase").unwrap_or_default();
    let ntsc = rate.value("ntsc").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let fraction = match timebase.parse::<u32>() {
        Ok(whole @ 1..=1000) if ntsc => Rate::new(whole * 1000, 1001),
        Ok(whole @ 1..=1000) => Rate::new(whole, 1),
        // Some programs write `23.976` here.
        _ => timebase.parse(),
    };
    fraction
        .map(Some)
        .map_err(|error| ReadError::new(ReadErrorKind::Rate, error.to_string()).at(rate.line))
}

/// Markers of clips, with what turns their frames into those of the sequence.
fn clip_markers<'a>(element: &'a Element, item: &str, markers: &mut Vec<(i64, &'a Element)>) {
    for child in &element.children {
        if &*child.name == item {
            let number = |name| child.value(name).and_then(|text| text.parse::<i64>().ok());
            let (start, clip_in) = (number("start").unwrap_or(0), number("in").unwrap_or(0));
            let offset = start.saturating_sub(clip_in);
            markers.extend(child.all("marker").map(|marker| (offset, marker)));
        }
        clip_markers(child, item, markers);
    }
}

fn read_marker(element: &Element, offset: i64, frameio: bool) -> Result<Marker, ReadError> {
    let number = |name: &str| element.value(name).map(str::parse::<i64>);
    let Some(Ok(start)) = number("in") else {
        return Err(ReadError::syntax(element.line, "the marker has no valid 'in'"));
    };
    let end = number("out").and_then(Result::ok).filter(|end| *end > start);
    let mut marker = Marker {
        frame: Some(start.saturating_add(offset)),
        length: end.map(|end| end.saturating_sub(start)),
        color: element.value("pproColor").and_then(|text| read_color(text.parse().ok()?)),
        ..Marker::default()
    };
    let comment = element.child("comment").map_or("", |comment| comment.text.as_str());
    let name = element.value("name");
    match name.filter(|_| frameio) {
        Some(name) => {
            marker.author = Some(thread::author(name));
            marker.text = text::normalize_lines(comment);
        }
        None => thread::unfold(&mut marker, name, comment),
    }
    Ok(marker)
}

/// The closest of Premiere's colours; the number is alpha, blue, green, red.
fn read_color(code: u32) -> Option<Color> {
    let distance = |other: u32| {
        (0..3)
            .map(|channel| {
                let part = |code: u32| i64::from(code >> (8 * channel) & 0xff);
                (part(code) - part(other)).pow(2)
            })
            .sum::<i64>()
    };
    COLORS.iter().min_by_key(|(_, other)| distance(*other)).map(|(color, _)| *color)
}
