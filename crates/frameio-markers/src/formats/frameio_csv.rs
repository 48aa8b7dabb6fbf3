//! CSV as Frame.io exports it, in the 20 columns of its earlier version.
//!
//! **Imported by** scripts and tools that read Frame.io's CSV.
//!
//! **Lost**: colours, drawings (there is a column that says whether there is one), attachments, links, pages,
//! times of edits and completion, ids of users, and the mark of internal comments. Replies have no column for their comment; they follow it.
//!
//! **Not tried here**: the columns of Frame.io V4, which were not seen. The reader goes by the names of the
//! columns and takes files that lack some. Texts are quoted twice, as Frame.io does.

use frameio_timecode::Timecode;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::error::{ReadError, WriteError, encode};
use crate::formats::table::{self, Row};
use crate::input::{self, Found};
use crate::loss::OutputFile;
use crate::model::{Author, Marker, MarkerList};
use crate::options::ReadOptions;
use crate::plan::{Placed, Plan};
use crate::{text, thread};

const COLUMNS: [&str; 20] = [
    "Team",
    "Project",
    "File",
    "File URL",
    "Version",
    "Commenter",
    "Comment ID",
    "Comment",
    "Reply",
    "Commented At",
    "Complete",
    "Annotation",
    "Frame",
    "Duration",
    "Timecode",
    "Timecode In",
    "Timecode Out",
    "Timecode Source",
    "Timecode Source In",
    "Timecode Source Out",
];

const DATE: &str = "%Y-%m-%d %I:%M:%S %p";

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let mut table =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    table.write_record(COLUMNS).map_err(encode)?;
    for placed in plan.by_time() {
        let marker = placed.marker;
        let position = position(plan, placed)?;
        let author = marker.author.clone().unwrap_or_default();
        let first = Message {
            id: marker.id.as_deref(),
            author: marker.label().unwrap_or_else(|| author.display()),
            text: &marker.text,
            created: marker.created_at,
            drawing: marker.has_annotation(),
            reply: false,
        };
        table.write_record(row(plan, &first, marker.completed, &position)).map_err(encode)?;
        for reply in &marker.replies {
            let message = Message {
                id: reply.id.as_deref(),
                author: reply.author.display(),
                text: &reply.text,
                created: reply.created_at,
                drawing: false,
                reply: true,
            };
            table.write_record(row(plan, &message, marker.completed, &position)).map_err(encode)?;
        }
    }
    let table = table.into_inner().map_err(|error| encode(error.into_error()))?;
    let mut file = b"\xef\xbb\xbf".to_vec();
    file.extend(table);
    Ok(vec![OutputFile::new("csv", file)])
}

struct Message<'a> {
    id: Option<&'a str>,
    author: String,
    text: &'a str,
    created: Option<Timestamp>,
    drawing: bool,
    reply: bool,
}

/// The last eight columns: empty without a frame.
fn position(plan: &Plan<'_>, placed: Placed<'_>) -> Result<[String; 8], WriteError> {
    let Some(frame) = placed.frame else { return Ok(Default::default()) };
    let length = placed.length.unwrap_or(0);
    let end = frame.saturating_add(length);
    let file = |frame: i64| Timecode::new(frame, plan.media.timebase).to_string();
    let source = |frame: i64| match length {
        0 => plan.label(frame),
        _ if frame == end => plan.end_label(frame),
        _ => plan.label(frame),
    };
    Ok([
        frame.to_string(),
        length.to_string(),
        file(frame),
        file(frame),
        file(end),
        source(frame)?,
        source(frame)?,
        source(end)?,
    ])
}

fn row(
    plan: &Plan<'_>,
    message: &Message<'_>,
    completed: bool,
    position: &[String; 8],
) -> Vec<String> {
    let quoted = |text: &str| format!("\"{text}\"");
    let flag = |value| if value { "yes" } else { "no" }.to_owned();
    let media = plan.media;
    let date = message.created.map(|time| time.strftime(DATE).to_string()).unwrap_or_default();
    let mut row = vec![
        quoted(media.team.as_deref().unwrap_or_default()),
        quoted(media.project.as_deref().unwrap_or_default()),
        quoted(&media.name),
        media.url.clone().unwrap_or_default(),
        media.version.unwrap_or(1).to_string(),
        quoted(&message.author),
        message.id.unwrap_or_default().to_owned(),
        quoted(&text::normalize_lines(message.text)),
        flag(message.reply),
        date,
        flag(completed),
        flag(message.drawing),
    ];
    row.extend(position.iter().cloned());
    row
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    // Frames do not depend on the rate; the kind of labels and the start are in the rows.
    let mut found = Found::default();
    let mut labels = None;
    table::rows(text, options, |row| {
        if let (Some(file), Some(source)) = (row.get("Timecode"), row.get("Timecode Source")) {
            labels.get_or_insert((row.line, file.to_owned(), source.to_owned()));
            found.drop_frame = Some(source.contains(';'));
        }
        if found.name.is_none() {
            found.name = row.get("File").map(unquote).filter(|name| !name.is_empty());
        }
        Ok(())
    })?;
    let mut list = input::list(&found, options)?;
    if let Some((line, file, source)) = labels.filter(|_| options.start_timecode.is_none()) {
        let label = |text: &str| input::label(text, &list.media, line);
        list.media.start = label(&source)?.saturating_sub(label(&file)?);
    }
    table::rows(text, options, |row| add(&mut list, row))?;
    Ok(list)
}

fn add(list: &mut MarkerList, row: &Row<'_>) -> Result<(), ReadError> {
    let flag = |column| row.get(column).is_some_and(|text| text.trim().eq_ignore_ascii_case("yes"));
    let author = row.get("Commenter").map(unquote).filter(|name| !name.is_empty());
    let author = author.map_or_else(Author::unknown, |name| thread::author(&name));
    let text = text::normalize_lines(&row.get("Comment").map(unquote).unwrap_or_default());
    let created_at = row.get("Commented At").and_then(|text| {
        let civil = DateTime::strptime(DATE, text.trim()).ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    });
    let media = &mut list.media;
    media.url = media.url.take().or_else(|| row.text("File URL"));
    media.version = media.version.or_else(|| row.get("Version")?.trim().parse().ok());
    for (field, column) in [(&mut media.team, "Team"), (&mut media.project, "Project")] {
        let value = row.get(column).map(unquote).filter(|text| !text.is_empty());
        *field = field.take().or(value);
    }
    if flag("Reply")
        && let Some(comment) = list.markers.last_mut()
    {
        let mut reply = crate::model::Reply::new(author, text);
        reply.id = row.text("Comment ID");
        reply.created_at = created_at;
        comment.replies.push(reply);
        return Ok(());
    }
    let frame = match row.frames("Frame")? {
        Some(frame) => Some(frame),
        None => match row.get("Timecode") {
            Some(label) => Some(input::label(label, &list.media, row.line)?),
            None => None,
        },
    };
    list.markers.push(Marker {
        id: row.text("Comment ID"),
        frame,
        length: row.frames("Duration")?.filter(|length| *length > 0),
        author: Some(author),
        text,
        completed: flag("Complete"),
        annotated: flag("Annotation"),
        created_at,
        ..Marker::default()
    });
    Ok(())
}

/// Takes off the second pair of quotation marks.
fn unquote(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(text).to_owned()
}
