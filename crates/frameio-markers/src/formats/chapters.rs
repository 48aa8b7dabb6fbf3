//! Chapters in ffmpeg's metadata format.
//!
//! **Imported by** ffmpeg: `ffmpeg -i video.mov -i comments.ffmetadata -map_metadata 1 -codec copy out.mov`.
//!
//! **Lost**: ranges (a chapter ends where the next one begins), line breaks, colours, dates and ids.
//! Chapters cannot begin together, so comments on the same frame become one chapter.
//!
//! **Tried here** with ffmpeg. The time base is one frame, so that the numbers are frames.

use frameio_timecode::{Rate, Rounding};

use crate::error::{ReadError, WriteError};
use crate::input::{self, Found};
use crate::loss::OutputFile;
use crate::model::{Marker, MarkerList};
use crate::options::ReadOptions;
use crate::plan::Plan;
use crate::{text, thread};

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let media = plan.media;
    let title = escape(&format!("{} comments", text::single_line(media.stem())));
    let mut file = format!(";FFMETADATA1\ntitle={title}\n");
    let events = plan.events();
    for (at, event) in events.iter().enumerate() {
        let after = event.frame.saturating_add(event.length.unwrap_or(1));
        let end = match events.get(at + 1) {
            Some(next) => next.frame,
            None => media.frames.unwrap_or(after).max(after),
        };
        file.push_str(&format!(
            "[CHAPTER]\nTIMEBASE={}/{}\nSTART={}\nEND={end}\ntitle={}\n",
            media.rate().den(),
            media.rate().num(),
            event.frame,
            escape(&event.one_line())
        ));
    }
    Ok(vec![OutputFile::new("ffmetadata", file)])
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '=' | ';' | '#' | '\\' | '\n') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A line with a key and a value; escaped line breaks are part of the value.
struct Entry {
    line: usize,
    key: String,
    value: String,
    /// `[CHAPTER]` and similar headings.
    section: bool,
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut lines = input::lines(text);
    while let Some((line, first)) = lines.next() {
        if first.starts_with([';', '#']) || first.is_empty() {
            continue;
        }
        if first.starts_with('[') {
            let key = first.trim().to_owned();
            entries.push(Entry { line, key, value: String::new(), section: true });
            continue;
        }
        let (mut key, mut value, mut in_value) = (String::new(), String::new(), false);
        let mut content = first;
        loop {
            let mut continues = false;
            let mut chars = content.chars();
            while let Some(c) = chars.next() {
                let target = if in_value { &mut value } else { &mut key };
                match c {
                    '\\' => match chars.next() {
                        Some(escaped) => target.push(escaped),
                        None => continues = true,
                    },
                    '=' if !in_value => in_value = true,
                    c => target.push(c),
                }
            }
            match continues.then(|| lines.next()).flatten() {
                Some((_, next)) => {
                    if in_value { &mut value } else { &mut key }.push('\n');
                    content = next;
                }
                None => break,
            }
        }
        entries.push(Entry { line, key, value, section: false });
    }
    entries
}

#[derive(Default)]
struct Chapter {
    line: usize,
    base: Option<(u32, u32)>,
    start: Option<i64>,
    title: String,
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    if !text.starts_with(";FFMETADATA") {
        return Err(ReadError::syntax(1, "the first line is not ';FFMETADATA1'"));
    }
    let mut chapters: Vec<Chapter> = Vec::new();
    let mut found = Found { drop_frame: Some(false), ..Found::default() };
    let mut in_chapter = false;
    for entry in entries(text) {
        if entry.section {
            in_chapter = entry.key.eq_ignore_ascii_case("[CHAPTER]");
            if in_chapter {
                chapters.push(Chapter { line: entry.line, ..Chapter::default() });
                let check = input::check_count(chapters.len(), options);
                check.map_err(|error| error.at(entry.line))?;
            }
            continue;
        }
        let Some(chapter) = chapters.last_mut().filter(|_| in_chapter) else {
            if chapters.is_empty() && entry.key.eq_ignore_ascii_case("title") {
                let name = entry.value.strip_suffix(" comments").unwrap_or(&entry.value);
                found.name = Some(name.to_owned());
            }
            continue;
        };
        read_entry(chapter, &entry)?;
    }
    // A time base of one frame is the rate; finer ones say nothing about it.
    found.rate = chapters
        .iter()
        .find_map(|chapter| chapter.base)
        .and_then(|(num, den)| Rate::new(den, num).ok())
        .filter(|rate| rate.nominal().is_some_and(|nominal| nominal <= 240));
    let mut list = input::list(&found, options)?;
    for chapter in chapters {
        let line = chapter.line;
        let start =
            chapter.start.ok_or_else(|| ReadError::syntax(line, "the chapter has no START"))?;
        // Without a time base, numbers are nanoseconds.
        let (num, den) = chapter.base.unwrap_or((1, 1_000_000_000));
        let units = start.saturating_mul(num.into());
        let frame = list.media.rate().frame_at(units, den, Rounding::Nearest);
        let mut marker = Marker { frame: Some(frame), ..Marker::default() };
        thread::unfold(&mut marker, None, &chapter.title);
        input::push(&mut list, marker, Some(line), options)?;
    }
    Ok(list)
}

fn read_entry(chapter: &mut Chapter, entry: &Entry) -> Result<(), ReadError> {
    let invalid = || {
        let value = input::quote(&entry.value);
        ReadError::syntax(entry.line, format!("invalid {} '{value}'", entry.key))
    };
    match entry.key.to_ascii_uppercase().as_str() {
        "TIMEBASE" => {
            let (num, den) = entry.value.split_once('/').ok_or_else(invalid)?;
            let part = |text: &str| text.trim().parse().ok().filter(|n| *n > 0).ok_or_else(invalid);
            chapter.base = Some((part(num)?, part(den)?));
        }
        "START" => chapter.start = Some(entry.value.trim().parse().map_err(|_| invalid())?),
        "TITLE" => chapter.title.clone_from(&entry.value),
        _ => {}
    }
    Ok(())
}
