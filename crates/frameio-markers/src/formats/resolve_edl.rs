//! Marker EDL of DaVinci Resolve.
//!
//! **Imported by** Resolve: in the media pool, right-click the timeline, then Timelines → Import →
//! Timeline Markers from EDL. Rate, start timecode and drop frame have to equal those of the timeline.
//!
//! **Lost**: line breaks, characters outside of the Basic Multilingual Plane (Resolve garbles them),
//! dates and ids. Replies, the state and the marks of drawings and attachments are part of the note.
//! Resolve keeps one marker on a frame, so comments on the same frame become one marker.
//!
//! **Not tried here**: Resolve itself. The shape follows files that Resolve exported, and OpenTimelineIO
//! and pycmx read it. The reader also takes Frame.io's own EDL, which is not valid CMX 3600, notes of
//! several lines, and `* LOC:` comments.

use crate::color::Palette;
use crate::error::WriteError;
use crate::formats::resolve_edl_read;
use crate::loss::{LossKind, OutputFile};
use crate::plan::{Event, Plan};
use crate::text;

pub(crate) use resolve_edl_read::read;

/// Most events that an EDL numbers with three digits.
const MOST_EVENTS: usize = 999;

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let size = plan.options.events_per_edl;
    if !(1..=MOST_EVENTS).contains(&size) {
        return Err(WriteError::Setting { name: "events_per_edl", expected: "1 to 999" });
    }
    let events = plan.events();
    if events.len() <= size {
        return Ok(vec![OutputFile::new("edl", one_file(plan, &events)?)]);
    }
    let digits = events.len().div_ceil(size).to_string().len().max(2);
    let mut files = Vec::new();
    for (at, events) in events.chunks(size).enumerate() {
        let data = one_file(plan, events)?;
        files.push(OutputFile::new("edl", data).with_suffix(format!("_{:0digits$}", at + 1)));
    }
    Ok(files)
}

fn one_file<'a>(plan: &mut Plan<'a>, events: &[Event<'a>]) -> Result<String, WriteError> {
    let title = text::single_line(plan.media.stem());
    let mode = if plan.media.timebase.is_drop_frame() { "DROP FRAME" } else { "NON-DROP FRAME" };
    let mut edl = format!("TITLE: {title}\r\nFCM: {mode}\r\n\r\n");
    for (at, event) in events.iter().enumerate() {
        let (start, end) =
            (plan.label(event.frame)?, plan.end_label(event.frame.saturating_add(1))?);
        let color = plan.color(event, Palette::Resolve);
        let note = clean(plan, event, &note(event));
        let name = clean(plan, event, &event.label());
        let (name, cut) = text::shorten(&name, plan.options.max_name);
        if cut {
            plan.lose(event.markers[0], LossKind::Name, "the name of the marker was cut");
        }
        let length = event.length.unwrap_or(1);
        edl.push_str(&format!(
            "{:03}  001      V     C        {start} {end} {start} {end}  \r\n\
             {note} |C:ResolveColor{color} |M:{name} |D:{length}\r\n\r\n",
            at + 1
        ));
    }
    Ok(edl)
}

/// A marker that never had an author keeps its note free of its name.
fn note(event: &Event<'_>) -> String {
    match event.markers[..] {
        [marker] if marker.author.is_none() => crate::thread::body_and_replies(marker),
        _ => event.one_line(),
    }
}

/// One line that Resolve takes as it is: without the separator of its tags and characters that it
/// garbles, and not beginning with a digit, which would be taken for an event.
fn clean(plan: &mut Plan<'_>, event: &Event<'_>, text: &str) -> String {
    let line = text::single_line(text);
    let mut replaced = 0;
    let mut clean = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '|' => clean.push('¦'),
            c if c > '\u{ffff}' => {}
            c => {
                clean.push(c);
                continue;
            }
        }
        replaced += 1;
    }
    if plan.options.ascii {
        replaced += clean.chars().filter(|c| !c.is_ascii()).count();
        clean = text::to_ascii(&clean);
    }
    let clean = clean.trim();
    let is_event = clean.starts_with(|c: char| c.is_numeric());
    plan.lose_characters(event.markers[0], replaced);
    match is_event {
        true => {
            let detail = "'_' added before the digit at the beginning";
            plan.lose(event.markers[0], LossKind::Characters, detail);
            format!("_{clean}")
        }
        false => clean.to_owned(),
    }
}
