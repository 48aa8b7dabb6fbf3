//! Marker list of Premiere Pro (File → Export → Markers): UTF-16 with tabs, although it is named CSV.
//!
//! **Imported by** other tools, such as Markerbox. Premiere Pro cannot import it; `fcp7-xml` is the way there.
//!
//! **Lost**: replies, the state, colours, drawings, attachments, links, dates, ids and line breaks.
//!
//! **Not tried here**: Premiere Pro itself. The reader takes columns by their place, because headers are
//! localized.

use crate::error::{ReadError, WriteError, encode};
use crate::input::{self, Found};
use crate::loss::OutputFile;
use crate::model::{Marker, MarkerList};
use crate::options::ReadOptions;
use crate::plan::Plan;
use crate::{text, thread};

const HEADER: [&str; 7] =
    ["Marker Name", "Description", "In", "Out", "Duration", "Marker Type", ""];

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let mut table = csv::WriterBuilder::new()
        .delimiter(b'\t')
        .quote_style(csv::QuoteStyle::Never)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    table.write_record(HEADER).map_err(encode)?;
    let separator = if plan.media.timebase.is_drop_frame() { ";" } else { ":" };
    for event in plan.events() {
        let length = event.length.unwrap_or(0);
        let start = plan.label(event.frame)?;
        let end = if length == 0 {
            start.clone()
        } else {
            plan.end_label(event.frame.saturating_add(length))?
        };
        let duration = plan.media.timebase.timecode(length).to_string();
        let texts: Vec<_> = event.markers.iter().map(|m| text::single_line(&m.text)).collect();
        let times = [start, end, duration].map(|label| label.replace([':', ';'], separator));
        let [start, end, duration] = &times;
        let name = text::single_line(&event.label());
        let row = [&name, &texts.join(" / "), start, end, duration, "Comment", ""];
        table.write_record(row).map_err(encode)?;
    }
    let table = table.into_inner().map_err(|error| encode(error.into_error()))?;
    let mut wide = vec![0xff, 0xfe];
    for unit in String::from_utf8_lossy(&table).encode_utf16() {
        wide.extend(unit.to_le_bytes());
    }
    Ok(vec![OutputFile::new("csv", wide)])
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let rows: Vec<(usize, Vec<&str>)> = input::lines(text)
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(line, content)| (line, content.split('\t').collect()))
        .collect();
    let Some(((header_line, header), rows)) = rows.split_first() else {
        return Err(ReadError::syntax(1, "no header"));
    };
    if header.len() < 6 {
        let reason = format!("expected 6 columns with tabs, found {}", header.len());
        return Err(ReadError::syntax(*header_line, reason));
    }
    let drop = rows.iter().any(|(_, row)| row.get(2).is_some_and(|text| text.contains(';')));
    let found = Found { drop_frame: (!rows.is_empty()).then_some(drop), ..Found::default() };
    let mut list = input::list(&found, options)?;
    for (line, row) in rows {
        let [name, description, start, _end, rest @ ..] = &row[..] else {
            let reason = format!("expected 6 columns with tabs, found {}", row.len());
            return Err(ReadError::syntax(*line, reason));
        };
        let length = match rest.first().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            Some(duration) => input::label(duration, &list.media, *line)?,
            None => 0,
        };
        let mut marker = Marker {
            frame: Some(input::frame_of(start, &list.media, *line)?),
            length: Some(length).filter(|length| *length > 1),
            ..Marker::default()
        };
        thread::unfold(&mut marker, Some(name.trim()), description.trim());
        input::push(&mut list, marker, Some(*line), options)?;
    }
    input::note_missing_start(&mut list, &found, options);
    Ok(list)
}
