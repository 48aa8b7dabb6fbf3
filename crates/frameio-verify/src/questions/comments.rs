//! Questions about frames and comments.

use std::collections::HashMap;

use serde_json::Value;

use super::{Counts, of};
use crate::observed::Observed;

/// Returns the comments of all lists, with their file.
fn comments(all: &[Observed]) -> impl Iterator<Item = (&str, &Value)> {
    of(all, "comments.index").flat_map(|it| {
        let file = it.path_id("files").unwrap_or_default();
        it.items().iter().map(move |comment| (file, comment))
    })
}

fn id(item: &Value) -> &str {
    item["id"].as_str().unwrap_or_default()
}

/// Compares the number of a comment's frame with its timecode, which the service computes.
pub(super) fn first_frame(all: &[Observed]) -> Option<String> {
    let rates = frame_rates(all);
    let numbers: HashMap<&str, u64> =
        comments(all).filter_map(|(_, it)| Some((id(it), it["timestamp"].as_u64()?))).collect();
    let mut counts = Counts::default();
    let mut seen = Vec::new();
    for (file, comment) in comments(all) {
        let Some(text) = comment["timestamp"].as_str() else { continue };
        let Some(number) = numbers.get(id(comment)).filter(|_| !seen.contains(&id(comment))) else {
            continue;
        };
        seen.push(id(comment));
        let rate = rates.get(file).copied();
        match frame_of(text, rate).zip(i64::try_from(*number).ok()) {
            Some((frame, number)) => {
                let difference = frame.saturating_sub(number);
                counts.add(format!("timecode minus timestamp is {difference} frames"));
            }
            None => counts.add("timecode that cannot be compared"),
        }
    }
    counts.text()
}

/// Returns the frame number of a timecode without dropped frames. Without a rate, only the first
/// second can be converted.
fn frame_of(timecode: &str, rate: Option<f64>) -> Option<i64> {
    if timecode.contains(';') {
        return None;
    }
    let fields: Vec<i64> = timecode.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [hours, minutes, seconds, frames] = fields[..] else { return None };
    let in_seconds =
        hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
    if in_seconds == 0 {
        return Some(frames);
    }
    // Timecode counts whole frames: 24 for 23.976.
    let rate = rate.filter(|rate| (1.0..=1000.0).contains(rate))?.round();
    #[allow(clippy::cast_possible_truncation, reason = "at most 1000")]
    in_seconds.checked_mul(rate as i64)?.checked_add(frames)
}

/// Returns the frame rates of files in the metadata.
fn frame_rates(all: &[Observed]) -> HashMap<&str, f64> {
    let mut rates = HashMap::new();
    for (file, field) in metadata(all) {
        if field["field_definition_name"] == "Frame Rate"
            && let Some(rate) = number(&field["value"])
        {
            rates.insert(file, rate);
        }
    }
    rates
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// Returns the metadata values of all files, with the id of the file.
fn metadata(all: &[Observed]) -> impl Iterator<Item = (&str, &Value)> {
    let shown = of(all, "metadata.show").flat_map(|it| {
        let file = it.path_id("files").unwrap_or_default();
        it.items().iter().flat_map(values).map(move |field| (file, field))
    });
    let files = all.iter().filter(|it| it.is_success()).flat_map(Observed::items);
    let included = files.filter(|it| it["type"] == "file");
    shown.chain(included.flat_map(|file| values(file).map(move |field| (id(file), field))))
}

/// Returns the metadata values of a response.
fn values(item: &Value) -> impl Iterator<Item = &Value> {
    item["metadata"].as_array().into_iter().flatten()
}

/// Returns the form of a timecode: its digits as zeros.
fn form(text: &str) -> String {
    let is_form =
        text.len() <= 16 && text.chars().all(|it| it.is_ascii_digit() || ":;.,".contains(it));
    match is_form {
        true => text.replace(|it: char| it.is_ascii_digit(), "0"),
        false => format!("another text of {} characters", text.chars().count()),
    }
}

pub(super) fn timecode_text(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    let texts = comments(all).filter_map(|(_, comment)| comment["timestamp"].as_str());
    texts.for_each(|text| counts.add(form(text)));
    counts.text()
}

/// Words of names that are written in a report. Names of custom fields may be personal.
const WORDS: [&str; 9] = ["start", "end", "source", "timecode", "time", "code", "tc", "in", "out"];

pub(super) fn start_timecode(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    for (_, field) in metadata(all) {
        let name = field["field_definition_name"].as_str().unwrap_or_default();
        if !name.to_lowercase().contains("timecode") {
            continue;
        }
        let is_plain = name.split(' ').all(|word| WORDS.contains(&word.to_lowercase().as_str()));
        let name = if is_plain { name } else { "another name" };
        let value = match &field["value"] {
            Value::String(text) => form(text),
            Value::Number(_) => "a number".to_owned(),
            Value::Null => "null".to_owned(),
            _ => "another value".to_owned(),
        };
        counts.add(format!("'{name}' is {value}"));
    }
    let has_metadata = metadata(all).next().is_some();
    counts.text().or_else(|| has_metadata.then(|| "no field of this name".to_owned()))
}

pub(super) fn guests(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    for (_, comment) in comments(all) {
        match comment.get("owner") {
            Some(Value::Null) => counts.add("owner is null"),
            Some(_) => counts.add("owner is a user"),
            None => {}
        }
    }
    counts.text()
}
