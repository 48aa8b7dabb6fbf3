//! Rows of `frameio comments list`.

use frameio::markers::timecode::Timecode;
use frameio::markers::{Attachment, Author, Marker, Media, Reply};
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
        let state = if marker.completed { "done" } else { "" };
        let cells = vec![
            position_cell(timecode, marker),
            marker.author.as_ref().map_or_else(|| marker.name.as_deref().into(), author),
            text(&marker.text, marker.has_annotation(), &marker.attachments),
            Cell::Both(state.to_owned(), marker.completed.into()),
            marker.id.as_deref().into(),
            marker.created_at.into(),
            marker.frame.map_or(Cell::Empty, Cell::Number),
            marker.length.map_or(Cell::Empty, Cell::Number),
            Cell::Empty,
            file_id.into(),
        ];
        let json = comment_json(marker, media, file_id);
        Self { cells, json, is_completed: marker.completed }
    }

    /// Creates the row of a reply, which has no JSON of its own: the JSON of its comment contains it.
    pub(super) fn reply(reply: &Reply, to: &Marker, file_id: &str) -> Self {
        let cells = vec![
            Cell::Both("  reply".to_owned(), Value::Null),
            author(&reply.author),
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

/// Fields that the JSON of a marker omits if they have no value.
const OPTIONAL: [&str; 8] = [
    "length",
    "author",
    "completed_at",
    "completer_id",
    "page",
    "created_at",
    "edited_at",
    "updated_at",
];

/// Same for lists.
const LISTS: [&str; 3] = ["replies", "attachments", "links"];

/// Returns a comment as all commands print it, with null for missing values.
pub(super) fn comment_json(marker: &Marker, media: Option<&Media>, file_id: &str) -> Value {
    let timecode = media.and_then(|media| Some(media.timecode(marker.frame?)));
    let mut json = serde_json::to_value(marker).unwrap_or_default();
    if let Value::Object(fields) = &mut json {
        for name in OPTIONAL {
            fields.entry(name).or_insert(Value::Null);
        }
        for name in LISTS {
            fields.entry(name).or_insert_with(|| json!([]));
        }
        fields.insert("file_id".to_owned(), file_id.into());
        let position = position(timecode, marker);
        fields.insert("position".to_owned(), json!(Some(position).filter(|it| it != NOWHERE)));
        fields.insert("timecode".to_owned(), json!(timecode.map(|it| it.to_string())));
    }
    json
}

/// Returns the name of an author; visitors of a share that the service does not name have one for people only.
fn author(author: &Author) -> Cell {
    match &author.name {
        Some(_) => author.display().into(),
        None => Cell::Both(author.display(), Value::Null),
    }
}

fn position_cell(timecode: Option<Timecode>, marker: &Marker) -> Cell {
    let position = position(timecode, marker);
    match position.as_str() {
        NOWHERE => Cell::Both(position, Value::Null),
        _ => position.into(),
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

/// Position of a comment on the whole file.
const NOWHERE: &str = "-";

/// Returns the timecode, or else the frame or page.
pub(super) fn position(timecode: Option<Timecode>, marker: &Marker) -> String {
    match (timecode, marker.frame, marker.page) {
        (Some(timecode), ..) => timecode.to_string(),
        (None, Some(frame), _) => format!("frame {frame}"),
        (None, None, Some(page)) => format!("page {page}"),
        (None, None, None) => NOWHERE.to_owned(),
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
