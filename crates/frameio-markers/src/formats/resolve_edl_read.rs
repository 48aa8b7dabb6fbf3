//! Reading of marker EDLs: Resolve's own, ours, and Frame.io's.

use crate::color::Color;
use crate::error::ReadError;
use crate::input::{self, Found};
use crate::model::{Marker, MarkerList, Media, Note, Reply};
use crate::options::ReadOptions;
use crate::thread;

/// An event line with the lines up to the next one.
struct Record<'a> {
    line: usize,
    record_in: &'a str,
    text: Vec<&'a str>,
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let mut found = Found::default();
    let records = records(text, &mut found, options)?;
    if records.iter().any(|record| record.record_in.contains(';')) {
        found.drop_frame = Some(true);
    }
    let claimed = header_mode(text);
    if found.drop_frame.is_none() {
        found.drop_frame = claimed;
    }
    let mut list = input::list(&found, options)?;
    if claimed == Some(false) && found.drop_frame == Some(true) {
        let note = "the header says non-drop frame, but the timecodes are drop frame";
        list.notes.push(Note::new(None, note));
    }
    for record in &records {
        add(&mut list, record, options)?;
    }
    input::note_missing_start(&mut list, &found, options);
    Ok(list)
}

fn header_mode(text: &str) -> Option<bool> {
    let mode = input::lines(text).find_map(|(_, line)| line.trim().strip_prefix("FCM:"))?;
    Some(!mode.to_ascii_uppercase().contains("NON"))
}

/// Splits the file into events. A line that looks like an event inside of a note is text, unless the
/// note is complete or a blank line precedes it.
fn records<'a>(
    text: &'a str,
    found: &mut Found,
    options: &ReadOptions,
) -> Result<Vec<Record<'a>>, ReadError> {
    let mut records: Vec<Record<'a>> = Vec::new();
    let mut header = false;
    for (line, content) in input::lines(text) {
        if let Some(title) = content.strip_prefix("TITLE:").filter(|_| records.is_empty()) {
            found.name = Some(title.trim().to_owned());
            header = true;
            continue;
        }
        let open = records.last().is_some_and(|record| {
            record.text.last().is_some_and(|last| !last.trim().is_empty() && !last.contains("|M:"))
        });
        match event(content).filter(|_| !open) {
            Some(record_in) => {
                records.push(Record { line, record_in, text: Vec::new() });
                input::check_count(records.len(), options).map_err(|error| error.at(line))?;
            }
            None => match records.last_mut() {
                Some(record) => record.text.push(content),
                None => header |= content.starts_with("FCM:"),
            },
        }
    }
    if records.is_empty() && !header {
        return Err(ReadError::syntax(1, "no title and no event"));
    }
    Ok(records)
}

/// The record-in timecode, if the line is an event.
fn event(line: &str) -> Option<&str> {
    let fields: Vec<_> = line.split_whitespace().take(12).collect();
    let digits = |text: &&&str| text.bytes().all(|b| b.is_ascii_digit());
    let [.., a, b, c, d] = fields[..] else { return None };
    let timecodes = [a, b, c, d].iter().all(|text| {
        let parts: Vec<_> = text.split([':', ';', '.', ',']).collect();
        parts.len() == 4 && parts.iter().all(|part| !part.is_empty() && digits(&part))
    });
    let numbered = fields.first().filter(digits).is_some_and(|number| number.len() <= 6);
    (timecodes && numbered && (8..=10).contains(&fields.len())).then_some(c)
}

fn add(list: &mut MarkerList, record: &Record<'_>, options: &ReadOptions) -> Result<(), ReadError> {
    let locators = record.text.iter().zip(record.line + 1..);
    let locators: Vec<_> = locators
        .filter_map(|(text, line)| Some((line, text.trim().strip_prefix("* LOC:")?)))
        .collect();
    for (line, locator) in &locators {
        let marker = read_locator(locator, &list.media, *line)?;
        input::push(list, marker, Some(*line), options)?;
    }
    let text = record.text.join("\n");
    let Some((note, tags)) = split_tags(text.trim_end()) else {
        if locators.is_empty() {
            let note = "an event without marker tags was left out";
            list.notes.push(Note::new(Some(record.line), note));
        }
        return Ok(());
    };
    let mut marker = Marker {
        frame: Some(input::frame_of(record.record_in, &list.media, record.line)?),
        color: tags.color,
        length: tags.length.filter(|length| *length > 1),
        ..Marker::default()
    };
    if !read_dialect(&mut marker, note) {
        thread::unfold(&mut marker, Some(tags.name), note);
    }
    input::push(list, marker, Some(record.line), options)
}

/// `* LOC: TIMECODE COLOUR TEXT`, as Avid, Flame and OpenTimelineIO write markers.
fn read_locator(locator: &str, media: &Media, line: usize) -> Result<Marker, ReadError> {
    let mut words = locator.trim().splitn(2, char::is_whitespace);
    let frame = input::frame_of(words.next().unwrap_or_default(), media, line)?;
    let rest = words.next().unwrap_or_default().trim();
    let (color, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let mut marker = Marker::new(text.trim()).at(frame);
    marker.color = color.parse().ok();
    if marker.color.is_none() {
        rest.clone_into(&mut marker.text);
    }
    Ok(marker)
}

struct Tags<'a> {
    color: Option<Color>,
    name: &'a str,
    length: Option<i64>,
}

/// The note, and the tags at the end of it. Tags are in the order C, M, D; the name may contain `|`.
fn split_tags(text: &str) -> Option<(&str, Tags<'_>)> {
    let start = text.rfind("|C:").or_else(|| text.rfind("|M:"))?;
    let (note, tags) = text.split_at(start);
    let note = note.strip_suffix(' ').unwrap_or(note);
    let note = note.strip_suffix('\n').unwrap_or(note);
    let (color, rest) = match tags.strip_prefix("|C:") {
        Some(tags) => tags.split_once("|M:").unwrap_or((tags, "")),
        None => ("", &tags[3..]),
    };
    let (name, length) = rest.rsplit_once("|D:").unwrap_or((rest, ""));
    let color = color.trim();
    let tags = Tags {
        color: color.strip_prefix("ResolveColor").unwrap_or(color).parse().ok(),
        name: name.trim(),
        length: length.trim().parse().ok(),
    };
    Some((note.trim(), tags))
}

/// Frame.io's notes: `@Author, Nov 2 2 09:11am`, the text, and for each reply
/// `@Author, Nov 2 09:11am [Reply]` and `^ text`.
fn read_dialect(marker: &mut Marker, note: &str) -> bool {
    let mut lines = note.lines();
    let Some((author, false)) = lines.next().and_then(signature) else { return false };
    marker.author = Some(thread::author(author));
    let mut text = String::new();
    for line in lines {
        if let Some((author, true)) = signature(line) {
            marker.replies.push(Reply::new(thread::author(author), ""));
            continue;
        }
        let (target, line) = match marker.replies.last_mut() {
            Some(reply) => (&mut reply.text, line.strip_prefix("^ ").unwrap_or(line)),
            None => (&mut text, line),
        };
        if !target.is_empty() {
            target.push('\n');
        }
        target.push_str(line);
    }
    marker.text = text;
    true
}

/// The author of a line such as `@Ana Roth, Nov 2 2 09:11am`, and whether it begins a reply.
fn signature(line: &str) -> Option<(&str, bool)> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let line = line.strip_prefix('@')?;
    let (line, reply) = match line.strip_suffix(" [Reply]") {
        Some(line) => (line, true),
        None => (line, false),
    };
    let (author, date) = line.rsplit_once(", ")?;
    let month = MONTHS.iter().any(|month| date.starts_with(month));
    let clock = date.ends_with("am") || date.ends_with("pm");
    (month && clock && !author.is_empty()).then_some((author, reply))
}
