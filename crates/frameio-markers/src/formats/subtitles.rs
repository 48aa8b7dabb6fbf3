//! Subtitles: SubRip (`srt`) and WebVTT (`vtt`).
//!
//! **Imported by** nearly every editing system and player. A point is shown for two seconds, or as long as
//! [`cue_millis`](crate::WriteOptions::cue_millis) says.
//!
//! **Lost**: colours, dates, ids (WebVTT keeps ids) and empty lines. SRT has no escapes: `<` and `>` become
//! `‹` and `›`, unless markup is kept. Authors are part of the text in SRT, and voices in WebVTT.
//!
//! **Tried here** with ffmpeg, pysubs2 and webvtt-py. Times are rounded up to the millisecond, so that rounding
//! down, or to the nearest, returns the same frame.

use frameio_timecode::{Rounding, format_clock, parse_clock};

use crate::error::{ReadError, WriteError};
use crate::input::{self, Found};
use crate::loss::OutputFile;
use crate::model::{Marker, MarkerList};
use crate::options::ReadOptions;
use crate::plan::{Event, Plan};
use crate::{text, thread};

/// Start and end in milliseconds.
fn times(plan: &Plan<'_>, event: &Event<'_>) -> (i64, i64) {
    let rate = plan.media.rate();
    let shown = rate.frame_at(plan.options.cue_millis.into(), 1000, Rounding::Nearest).max(1);
    let mut end = event.frame.saturating_add(event.length.unwrap_or(shown));
    if let Some(frames) = plan.media.frames {
        end = end.min(frames).max(event.frame.saturating_add(1));
    }
    let millis = |frame| rate.time_of(frame, 1000, Rounding::Ceil);
    (millis(event.frame), millis(end))
}

pub(crate) fn write_srt(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let mut cues = Vec::new();
    for (at, event) in plan.events().iter().enumerate() {
        let (start, end) = times(plan, event);
        let text = srt_text(plan, event);
        cues.push(format!(
            "{}\n{} --> {}\n{text}\n",
            at + 1,
            format_clock(start, ','),
            format_clock(end, ',')
        ));
    }
    Ok(vec![OutputFile::new("srt", cues.join("\n"))])
}

fn srt_text(plan: &mut Plan<'_>, event: &Event<'_>) -> String {
    let mut replaced = 0;
    let mut lines = Vec::new();
    for line in filled_lines(&event.full()) {
        // The mark of a reply stays as it is.
        let (mark, line) = match line.strip_prefix("> ") {
            Some(rest) => ("> ", rest.to_owned()),
            None => ("", line),
        };
        replaced += line.matches("-->").count();
        let mut line = line.replace("-->", "->");
        if !plan.options.srt_markup {
            replaced += line.matches(['<', '>']).count();
            line = line.replace('<', "‹").replace('>', "›");
        }
        lines.push(format!("{mark}{line}"));
    }
    plan.lose_characters(event.markers[0], replaced);
    lines.join("\n")
}

/// Lines with text, without control characters other than tabs. An empty one would end the subtitle.
fn filled_lines(text: &str) -> Vec<String> {
    let text = text::normalize_lines(text);
    text.split('\n')
        .map(|line| line.chars().filter(|c| *c == '\t' || !c.is_control()).collect::<String>())
        .map(|line| line.trim_end().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

pub(crate) fn write_vtt(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let name = text::single_line(&plan.media.name).replace("-->", "->");
    let mut parts = vec!["WEBVTT\n".to_owned(), format!("NOTE Frame.io comments for {name}\n")];
    for (at, event) in plan.events().iter().enumerate() {
        let (start, end) = times(plan, event);
        let first = event.markers[0];
        let id = first.id.as_deref().map(text::single_line).filter(|id| !id.contains("-->"));
        let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| (at + 1).to_string());
        let mut text = Vec::new();
        for marker in &event.markers {
            let lines = filled_lines(&thread::body_and_replies(marker)).join("\n");
            let voice = marker
                .label()
                .map(|label| format!("<v {}>", escape_vtt(&text::single_line(&label))));
            text.push(voice.unwrap_or_default() + &escape_vtt(&lines));
        }
        parts.push(format!(
            "{id}\n{} --> {}\n{}\n",
            format_clock(start, '.'),
            format_clock(end, '.'),
            text.join("\n")
        ));
    }
    Ok(vec![OutputFile::new("vtt", parts.join("\n"))])
}

fn escape_vtt(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescape_vtt(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}");
    text.replace("&lrm;", "\u{200e}").replace("&rlm;", "\u{200f}").replace("&amp;", "&")
}

/// Lines up to an empty one.
struct Block<'a> {
    line: usize,
    lines: Vec<&'a str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut block = Block { line: 1, lines: Vec::new() };
    for (line, content) in input::lines(text) {
        if content.trim().is_empty() {
            let done = std::mem::replace(&mut block, Block { line: line + 1, lines: Vec::new() });
            blocks.push(done);
        } else {
            if block.lines.is_empty() {
                block.line = line;
            }
            block.lines.push(content);
        }
    }
    blocks.push(block);
    blocks.retain(|block| !block.lines.is_empty());
    blocks
}

/// A cue: its id, times in milliseconds, and the lines of its text.
struct Cue<'a> {
    line: usize,
    id: Option<&'a str>,
    start: i64,
    end: i64,
    text: &'a [&'a str],
}

fn cue<'a>(block: &'a Block<'a>) -> Result<Cue<'a>, ReadError> {
    let (id, at) =
        if block.lines[0].contains("-->") { (None, 0) } else { (Some(block.lines[0]), 1) };
    let line = block.line + at;
    let Some((start, rest)) = block.lines.get(at).and_then(|times| times.split_once("-->")) else {
        let found = input::quote(block.lines.get(at).unwrap_or(&""));
        let reason = format!("expected 'start --> end', found '{found}'");
        return Err(ReadError::syntax(line, reason));
    };
    let end = rest.split_whitespace().next().unwrap_or_default();
    let time = |text| parse_clock(text).map_err(|error| ReadError::syntax(line, error.to_string()));
    Ok(Cue { line, id, start: time(start)?, end: time(end)?, text: &block.lines[at + 1..] })
}

/// A marker at the times of a cue.
fn marker(cue: &Cue<'_>, list: &MarkerList, options: &ReadOptions) -> Marker {
    let rate = list.media.rate();
    let frame = |millis| rate.frame_at(millis, 1000, Rounding::Nearest);
    let (start, end) = (frame(cue.start), frame(cue.end));
    let shown = frame(options.cue_millis.into());
    let length = end.saturating_sub(start);
    Marker {
        frame: Some(start),
        length: Some(length).filter(|length| *length > 1 && *length != shown),
        ..Marker::default()
    }
}

pub(crate) fn read_srt(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let mut list = input::list(&labels_unused(), options)?;
    for block in blocks(text) {
        let cue = cue(&block)?;
        let mut marker = marker(&cue, &list, options);
        thread::unfold(&mut marker, None, &cue.text.join("\n"));
        input::push(&mut list, marker, Some(cue.line), options)?;
    }
    Ok(list)
}

/// Subtitles have no labels, so drop frame does not matter unless the caller asks for it.
fn labels_unused() -> Found {
    Found { drop_frame: Some(false), ..Found::default() }
}

pub(crate) fn read_vtt(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    if !text.starts_with("WEBVTT") {
        return Err(ReadError::syntax(1, "the first line is not 'WEBVTT'"));
    }
    let mut list = input::list(&labels_unused(), options)?;
    for block in blocks(text).iter().skip(1) {
        let first = block.lines[0];
        let word = first.split_whitespace().next().unwrap_or_default();
        if matches!(word, "NOTE" | "STYLE" | "REGION") && !first.contains("-->") {
            continue;
        }
        let cue = cue(block)?;
        let mut marker = marker(&cue, &list, options);
        let text = cue.text.join("\n");
        let (voice, rest) = split_voice(&text);
        let text = unescape_vtt(&without_tags(rest));
        match voice {
            Some(voice) => {
                marker.author = Some(thread::author(&unescape_vtt(voice)));
                thread::unfold_body(&mut marker, &text);
            }
            None => thread::unfold(&mut marker, None, &text),
        }
        marker.id = cue.id.map(|id| id.trim().to_owned());
        input::push(&mut list, marker, Some(cue.line), options)?;
    }
    Ok(list)
}

/// The name in `<v Name>` or `<v.class Name>`, and what follows.
fn split_voice(text: &str) -> (Option<&str>, &str) {
    let voice = text.strip_prefix("<v").and_then(|rest| rest.split_once('>'));
    match voice {
        Some((tag, rest)) if tag.starts_with([' ', '.']) => {
            let name = tag.split_once(' ').map(|(_, name)| name.trim());
            (name.filter(|name| !name.is_empty()), rest)
        }
        _ => (None, text),
    }
}

fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        match tag.split_once('>') {
            // A second voice in a cue of ours is a comment on the same frame.
            Some((tag, after)) => {
                if let Some(name) = tag.strip_prefix("v ") {
                    plain.push_str(name);
                    plain.push_str(": ");
                }
                rest = after;
            }
            None => {
                plain.push('<');
                rest = tag;
            }
        }
    }
    plain + rest
}
