//! FCPXML of Final Cut Pro.
//!
//! **Imported by** Final Cut Pro: File → Import → XML. Comments are to-do markers on a gap, or on a clip of
//! the original if its address is given: then the start timecode has to equal that embedded in the media,
//! or every edit is out of range.
//!
//! **Lost**: colours (Final Cut Pro has none; open is red, completed green), dates and ids. Replies and
//! authors are part of the note. A range is written as a duration, but Final Cut Pro draws points. It keeps
//! one marker on a frame, so comments on the same frame become one marker.
//!
//! **Not tried here**: Final Cut Pro itself. The files are valid by Apple's document types 1.9 to 1.13.
//! OpenTimelineIO drops markers on gaps and reads 30000/1001 as 29, so it can check clips at whole rates.

use crate::error::WriteError;
use crate::loss::{LossKind, OutputFile};
use crate::plan::{Event, Plan};
use crate::text;
use crate::thread;
use crate::xml::Page;

pub(crate) use crate::formats::fcpxml_read::read;

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    plan.label(0)?;
    let media = plan.media;
    let events = plan.events();
    let last =
        events.iter().map(|event| event.frame.saturating_add(event.length.unwrap_or(1))).max();
    let duration = time(plan, media.frames.or(last).unwrap_or(1).max(1));
    let start = time(plan, media.start);
    let mode = if media.timebase.is_drop_frame() { "DF" } else { "NDF" };
    let (name, _) = text::for_xml(&text::single_line(media.stem()));
    let title = format!("{name} comments");

    let mut page = Page::new("xml version=\"1.0\" encoding=\"UTF-8\"")?;
    page.doctype("fcpxml")?;
    page.open("fcpxml", &[("version", plan.options.fcpxml_version.name())])?;
    resources(&mut page, plan, &name, &start, &duration)?;
    page.open("library", &[])?;
    page.open("event", &[("name", "Frame.io comments")])?;
    page.open("project", &[("name", &title)])?;
    page.open(
        "sequence",
        &[("format", "r1"), ("duration", &duration), ("tcStart", &start), ("tcFormat", mode)],
    )?;
    page.open("spine", &[])?;
    let times = [("offset", &*start), ("start", &*start), ("duration", &*duration)];
    let item = if plan.options.fcpxml_media.is_some() {
        let head = [("ref", "r2"), ("name", &*name), ("tcFormat", mode)];
        page.open("asset-clip", &[&head[..], &times[..]].concat())?;
        "asset-clip"
    } else {
        page.open("gap", &[&[("name", "Comments")], &times[..]].concat())?;
        "gap"
    };
    for event in &events {
        marker(&mut page, plan, event)?;
    }
    for element in [item, "spine", "sequence", "project", "event", "library", "fcpxml"] {
        page.close(element)?;
    }
    Ok(vec![OutputFile::new("fcpxml", page.finish())])
}

/// A number of frames as seconds, in multiples of the frame duration.
fn time(plan: &Plan<'_>, frames: i64) -> String {
    let rate = plan.media.rate();
    let units = i128::from(frames) * i128::from(rate.den());
    match rate.num() {
        1 => format!("{units}s"),
        num => format!("{units}/{num}s"),
    }
}

fn resources(
    page: &mut Page,
    plan: &Plan<'_>,
    name: &str,
    start: &str,
    duration: &str,
) -> std::io::Result<()> {
    let frame = time(plan, 1);
    let (width, height) = plan.media.size.unwrap_or((1920, 1080));
    let (width, height) = (width.to_string(), height.to_string());
    page.open("resources", &[])?;
    page.empty(
        "format",
        &[("id", "r1"), ("frameDuration", &frame), ("width", &width), ("height", &height)],
    )?;
    if let Some(address) = &plan.options.fcpxml_media {
        let (address, _) = text::for_xml(address);
        let attributes = [
            ("id", "r2"),
            ("name", name),
            ("start", start),
            ("duration", duration),
            ("hasVideo", "1"),
            ("format", "r1"),
            ("videoSources", "1"),
        ];
        page.open("asset", &attributes)?;
        page.empty("media-rep", &[("kind", "original-media"), ("src", &address)])?;
        page.close("asset")?;
    }
    page.close("resources")
}

fn marker<'a>(page: &mut Page, plan: &mut Plan<'a>, event: &Event<'a>) -> Result<(), WriteError> {
    let first = event.markers[0];
    let (note, lost) = text::for_xml(&event.full());
    plan.lose_characters(first, lost);
    let (head, _) = text::for_xml(&text::single_line(&thread::head(first)));
    let (head, cut) = text::shorten(&head, plan.options.max_name);
    if cut {
        plan.lose(first, LossKind::Name, "the name was cut; the note has all of it");
    }
    let start = time(plan, plan.media.start.saturating_add(event.frame));
    let duration = time(plan, event.length.unwrap_or(1));
    page.empty(
        "marker",
        &[
            ("start", &start),
            ("duration", &duration),
            ("value", &event.count(head)),
            ("completed", if event.is_completed() { "1" } else { "0" }),
            ("note", &note),
        ],
    )?;
    Ok(())
}
