//! CSV for spreadsheets: a row for each message, in UTF-8 with a byte-order mark.
//!
//! **Imported by** spreadsheets and scripts.
//!
//! **Lost**: drawings, which are only marked, when and by whom a comment was completed, ids of users, and
//! addresses of attachments. Attachments, links, colours and other fields that few comments have get columns
//! only if a comment has them. A `'` keeps spreadsheets from taking a text for a formula;
//! the column `guarded` names the cells that got one, and the reader removes it there only.

use crate::error::{ReadError, WriteError, encode};
use crate::formats::json;
use crate::formats::json_text::time;
use crate::formats::table::{self, Message, Row};
use crate::input::{self, Found};
use crate::loss::OutputFile;
use crate::model::{Attachment, Author, Marker, MarkerList};
use crate::options::ReadOptions;
use crate::plan::{Placed, Plan};
use crate::{text, thread};

const COLUMNS: [&str; 12] = [
    "id",
    "parent_id",
    "frame",
    "duration_frames",
    "timecode_in",
    "timecode_out",
    "seconds",
    "author",
    "text",
    "status",
    "annotation",
    "created_at",
];

/// Columns that are written only if a row needs them.
const OPTIONAL: [&str; 9] = [
    "edited_at",
    "updated_at",
    "name",
    "page",
    "color",
    "attachments",
    "links",
    "internal",
    "guarded",
];

/// The cells of a message.
struct Cells {
    fixed: [String; 12],
    optional: [String; 9],
}

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let mut rows = Vec::new();
    for placed in &plan.placed {
        let position = position(plan, *placed)?;
        let marker = placed.marker;
        rows.push(comment(plan, marker, &position));
        for reply in &marker.replies {
            let message = Marker {
                id: reply.id.clone(),
                author: Some(reply.author.clone()),
                text: reply.text.clone(),
                completed: marker.completed,
                attachments: reply.attachments.clone(),
                internal: reply.internal,
                created_at: reply.created_at,
                edited_at: reply.edited_at,
                updated_at: reply.updated_at,
                ..Marker::default()
            };
            let mut cells = comment(plan, &message, &position);
            cells.fixed[1] = marker.id.clone().unwrap_or_default();
            rows.push(cells);
        }
    }
    let used: [bool; OPTIONAL.len()] =
        std::array::from_fn(|at| rows.iter().any(|row| !row.optional[at].is_empty()));
    let extra = |cells: [String; OPTIONAL.len()]| {
        cells.into_iter().zip(used).filter_map(|(c, used)| used.then_some(c))
    };
    let mut table =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let header = COLUMNS.map(str::to_owned).into_iter().chain(extra(OPTIONAL.map(str::to_owned)));
    table.write_record(header.collect::<Vec<_>>()).map_err(encode)?;
    for row in rows {
        let cells = row.fixed.into_iter().chain(extra(row.optional));
        table.write_record(cells.collect::<Vec<_>>()).map_err(encode)?;
    }
    let table = table.into_inner().map_err(|error| encode(error.into_error()))?;
    let mut file = b"\xef\xbb\xbf".to_vec();
    file.extend(table);
    Ok(vec![OutputFile::new("csv", file)])
}

fn position(plan: &Plan<'_>, placed: Placed<'_>) -> Result<[String; 5], WriteError> {
    let Some(frame) = placed.frame else { return Ok(Default::default()) };
    let length = placed.length.unwrap_or(1);
    Ok([
        frame.to_string(),
        length.to_string(),
        plan.label(frame)?,
        plan.end_label(frame.saturating_add(length))?,
        json::seconds(plan.media.rate(), frame),
    ])
}

fn comment(plan: &Plan<'_>, marker: &Marker, position: &[String; 5]) -> Cells {
    let mut guarded = Vec::new();
    let mut guard = |column: &'static str, text: String| {
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if formula && plan.options.formula_guard {
            guarded.push(column);
            return format!("'{text}");
        }
        text
    };
    let [frame, length, start, end, seconds] = position.clone();
    let author = marker.author.as_ref().map(Author::display).unwrap_or_default();
    let author = guard("author", author);
    let name = guard("name", marker.name.clone().unwrap_or_default());
    let text = guard("text", text::normalize_lines(&marker.text));
    let attachments = guard("attachments", table::join_names(&marker.attachments));
    let links = guard("links", marker.links.join("\n"));
    let fixed = [
        marker.id.clone().unwrap_or_default(),
        String::new(),
        frame,
        length,
        start,
        end,
        seconds,
        author,
        text,
        if marker.completed { "done" } else { "open" }.to_owned(),
        yes_or_no(marker.has_annotation()).to_owned(),
        marker.created_at.map(time).unwrap_or_default(),
    ];
    // An update at the time of another change says nothing new.
    let changes = [marker.created_at, marker.edited_at];
    let updated_at = marker.updated_at.filter(|_| !changes.contains(&marker.updated_at));
    let optional = [
        marker.edited_at.map(time).unwrap_or_default(),
        updated_at.map(time).unwrap_or_default(),
        name,
        marker.page.map(|page| page.to_string()).unwrap_or_default(),
        marker.color.map(|color| color.name().to_owned()).unwrap_or_default(),
        attachments,
        links,
        marker.internal.map(|internal| yes_or_no(internal).to_owned()).unwrap_or_default(),
        guarded.join(" "),
    ];
    Cells { fixed, optional }
}

const fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let mut found = Found::default();
    let mut first = None;
    table::rows(text, options, |row| {
        if let (Some(frame), Some(label)) = (row.frames("frame")?, row.get("timecode_in")) {
            first.get_or_insert((row.line, frame, label.to_owned()));
            found.drop_frame = Some(label.contains(';'));
        }
        Ok(())
    })?;
    let mut list = input::list(&found, options)?;
    if let Some((line, frame, label)) = first.filter(|_| options.start_timecode.is_none()) {
        let label = input::label(&label, &list.media, line)?;
        list.media.start = label.saturating_sub(frame);
    }
    let mut messages = Vec::new();
    table::rows(text, options, |row| {
        messages.push(read_row(row, &list)?);
        Ok(())
    })?;
    table::assemble(&mut list, messages);
    Ok(list)
}

fn read_row(row: &Row<'_>, list: &MarkerList) -> Result<Message, ReadError> {
    let guarded: Vec<_> = row.get("guarded").unwrap_or_default().split(' ').collect();
    let cell = |column: &str| {
        let value = row.get(column)?;
        let plain = value.strip_prefix('\'').filter(|_| guarded.contains(&column));
        Some(plain.unwrap_or(value).to_owned())
    };
    let frame = match (row.frames("frame")?, row.get("timecode_in")) {
        (Some(frame), _) => Some(frame),
        (None, Some(label)) => Some(input::frame_of(label, &list.media, row.line)?),
        (None, None) => None,
    };
    let cells = |column| cell(column).unwrap_or_default();
    let time = |column| row.get(column).and_then(|text| text.trim().parse().ok());
    let marker = Marker {
        id: row.text("id"),
        frame,
        length: row.frames("duration_frames")?.filter(|length| *length > 1),
        author: match (cell("author"), row.get("name")) {
            (Some(author), _) => Some(thread::author(&author)),
            (None, Some(_)) => None,
            (None, None) => Some(Author::unknown()),
        },
        name: cell("name"),
        text: text::normalize_lines(&cells("text")),
        completed: row.get("status").is_some_and(|status| status.trim() == "done"),
        annotated: row.get("annotation").is_some_and(|text| text.trim() == "yes"),
        color: row.get("color").and_then(|color| color.parse().ok()),
        attachments: cells("attachments").lines().map(Attachment::new).collect(),
        links: cells("links").lines().map(str::to_owned).collect(),
        internal: row.get("internal").map(|text| text.trim() == "yes"),
        created_at: time("created_at"),
        edited_at: time("edited_at"),
        updated_at: time("updated_at"),
        page: row.get("page").and_then(|page| page.trim().parse().ok()),
        ..Marker::default()
    };
    Ok(Message { marker, parent: row.text("parent_id") })
}
