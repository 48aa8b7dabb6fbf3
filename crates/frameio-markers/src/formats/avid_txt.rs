//! Marker text of Avid Media Composer: a line for each marker, with tabs between its columns.
//!
//! **Imported by** Media Composer: Tools → Markers → Import Markers, from the menu of the window.
//!
//! **Lost**: line breaks, tabs, dates and ids. Replies, the state and the marks of drawings and
//! attachments are part of the text.
//!
//! **Not tried here**: Media Composer itself. Eight columns follow what current versions export; the
//! reader takes five to eight. Open are the separator of drop frame and what happens to two markers on
//! one frame and track; `avid_spread` puts them on different tracks.

use crate::color::{Color, Palette};
use crate::error::{ReadError, WriteError};
use crate::input::{self, Found};
use crate::loss::OutputFile;
use crate::model::{Marker, MarkerList};
use crate::options::ReadOptions;
use crate::plan::{Event, Plan};
use crate::{text, thread};

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let columns = plan.options.avid_columns;
    if !(5..=8).contains(&columns) {
        return Err(WriteError::Setting { name: "avid_columns", expected: "5 to 8" });
    }
    let end = if plan.options.avid_crlf { "\r\n" } else { "\n" };
    let events = plan.events();
    let mut file = String::new();
    for (event, track) in events.iter().zip(tracks(plan, &events)) {
        let color = plan.color(event, Palette::Avid).name();
        let row = [
            clean(plan, event, &event.label()),
            plan.label(event.frame)?,
            track,
            color.to_ascii_lowercase(),
            clean(plan, event, &event.one_line()),
            event.length.unwrap_or(1).to_string(),
            String::new(),
            color.to_owned(),
        ];
        file.push_str(&row[..columns].join("\t"));
        file.push_str(end);
    }
    Ok(vec![OutputFile::new("txt", file)])
}

fn clean(plan: &mut Plan<'_>, event: &Event<'_>, text: &str) -> String {
    let line = text::single_line(text);
    if !plan.options.ascii {
        return line;
    }
    let replaced = line.chars().filter(|c| !c.is_ascii()).count();
    plan.lose_characters(event.markers[0], replaced);
    text::to_ascii(&line)
}

/// The track of each event.
pub(crate) fn tracks(plan: &Plan<'_>, events: &[Event<'_>]) -> Vec<String> {
    let track = text::single_line(&plan.options.avid_track);
    let mut before = (None, 0);
    let mut tracks = Vec::with_capacity(events.len());
    for event in events {
        before = match before {
            (Some(frame), count) if frame == event.frame => (Some(frame), count + 1),
            _ => (Some(event.frame), 0),
        };
        tracks.push(if plan.options.avid_spread {
            nth_track(&track, before.1)
        } else {
            track.clone()
        });
    }
    tracks
}

/// `V1` and 2 give `V3`.
fn nth_track(track: &str, count: usize) -> String {
    let digits = track.trim_start_matches(|c: char| !c.is_ascii_digit());
    match digits.parse::<usize>() {
        Ok(number) => {
            format!("{}{}", &track[..track.len() - digits.len()], number.saturating_add(count))
        }
        Err(_) => track.to_owned(),
    }
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let rows: Vec<(usize, Vec<&str>)> = input::lines(text)
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(line, content)| (line, content.split('\t').collect()))
        .collect();
    let mut found = Found::default();
    if rows.iter().any(|(_, row)| row.get(1).is_some_and(|timecode| timecode.contains(';'))) {
        found.drop_frame = Some(true);
    } else if !rows.is_empty() {
        found.drop_frame = Some(false);
    }
    let mut list = input::list(&found, options)?;
    for (line, row) in rows {
        let [user, timecode, _track, color, comment, rest @ ..] = &row[..] else {
            let reason = format!("expected 5 to 8 columns with tabs, found {}", row.len());
            return Err(ReadError::syntax(line, reason));
        };
        let mut marker = Marker {
            frame: Some(input::frame_of(timecode, &list.media, line)?),
            color: read_color(rest.get(2), color),
            length: rest.first().and_then(|text| text.trim().parse().ok()).filter(|n| *n > 1),
            ..Marker::default()
        };
        unfold(&mut marker, user.trim(), comment.trim());
        input::push(&mut list, marker, Some(line), options)?;
    }
    input::note_missing_start(&mut list, &found, options);
    Ok(list)
}

fn read_color(extended: Option<&&str>, color: &str) -> Option<Color> {
    extended.and_then(|text| text.parse().ok()).or_else(|| color.parse().ok())
}

/// Avid's user is the author, also of markers that were not made by this crate.
pub(crate) fn unfold(marker: &mut Marker, user: &str, comment: &str) {
    thread::unfold(marker, Some(user), comment);
    if marker.author.is_none() {
        marker.author = marker.name.take().map(|name| thread::author(&name));
    }
}
