//! Rows of `frameio comments list`.

use frameio::markers::timecode::Timecode;
use frameio::markers::{Attachment, Marker, Media, Reply};
use serde_json::{Value, json};

use crate::report::{Cell, Column, Row, Tone};

/// A comment with its position, or a reply.
pub(super) struct CommentRow {
    cells: Vec<Cell>,
    json: Value,
    is_completed: bool,
}

impl CommentRow {
    pub(super) fn new(marker: &Marker, media: Option<&Media>, file_id: &str) -> Self {
        let timecode = media.and_then(|media| Some(media.timecode(marker.frame?)));
        let mut json = serde_json::to_value(marker).unwrap_or_default();
        if let Value::Object(fields) = &mut json {
            fields.insert("file_id".to_owned(), file_id.into());
            fields.insert("timecode".to_owned(), json!(timecode.map(|it| it.to_string())));
        }
        let state = if marker.completed { "done" } else { "" };
        let cells = vec![
            position(timecode, marker).into(),
            marker.label().into(),
            text(&marker.text, marker.has_annotation(), &marker.attachments),
            Cell::Both(state.to_owned(), marker.completed.into()),
            marker.id.as_deref().into(),
            marker.created_at.into(),
            marker.frame.map_or(Cell::Empty, Cell::Number),
            marker.length.map_or(Cell::Empty, Cell::Number),
            Cell::Empty,
            file_id.into(),
        ];
        Self { cells, json, is_completed: marker.completed }
    }

    /// Creates the row of a reply, which has no JSON of its own: the JSON of its comment contains it.
    pub(super) fn reply(reply: &Reply, to: &Marker, file_id: &str) -> Self {
        let cells = vec![
            Cell::Both("  reply".to_owned(), Value::Null),
            reply.author.display().into(),
            text(&reply.text, false, &reply.attachments),
            Cell::Empty,
            reply.id.as_deref().into(),
            reply.created_at.into(),
            Cell::Empty,
            Cell::Empty,
            to.id.as_deref().into(),
            file_id.into(),
        ];
        Self { cells, json: Value::Null, is_completed: to.completed }
    }
}

/// Returns the text, for people with notes about drawings and attached files.
fn text(text: &str, has_drawing: bool, attachments: &[Attachment]) -> Cell {
    let mut shown = text.to_owned();
    if has_drawing {
        shown += " [drawing]";
    }
    for attachment in attachments {
        shown += &format!(" [file: {}]", attachment.name);
    }
    Cell::Both(shown, text.into())
}

/// Returns the timecode, or else the frame or page.
pub(super) fn position(timecode: Option<Timecode>, marker: &Marker) -> String {
    match (timecode, marker.frame, marker.page) {
        (Some(timecode), ..) => timecode.to_string(),
        (None, Some(frame), _) => format!("frame {frame}"),
        (None, None, Some(page)) => format!("page {page}"),
        (None, None, None) => "-".to_owned(),
    }
}

impl Row for CommentRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("position"),
        Column::new("author").flexible(),
        Column::new("text").flexible(),
        Column::new("completed"),
        Column::new("id"),
        Column::new("created_at").hidden(),
        Column::new("frame").right().hidden(),
        Column::new("length").right().hidden(),
        Column::new("reply_to").hidden(),
        Column::new("file_id").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        self.cells.clone()
    }

    fn tone(&self, _column: &str) -> Tone {
        if self.is_completed { Tone::Dim } else { Tone::Plain }
    }

    fn json(&self) -> Value {
        self.json.clone()
    }
}
