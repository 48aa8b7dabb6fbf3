//! A comment on the terminal.

use frameio::markers::timecode::Timecode;
use frameio::markers::{Marker, Media};
use serde_json::{Value, json};

use crate::report::Record;

/// A comment with its position.
pub(super) struct Row<'a> {
    pub(super) marker: &'a Marker,
    pub(super) file_id: &'a str,
    /// Timecode of the position, if the frame rate is known.
    pub(super) timecode: Option<Timecode>,
}

impl<'a> Row<'a> {
    pub(super) fn new(marker: &'a Marker, media: Option<&Media>, file_id: &'a str) -> Self {
        let timecode = media.and_then(|media| Some(media.timecode(marker.frame?)));
        Self { marker, file_id, timecode }
    }

    fn position(&self) -> String {
        position(self.timecode, self.marker)
    }
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

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let marker = self.marker;
        let mut first = format!("{:<11}  ", self.position());
        if let Some(id) = &marker.id {
            first += &format!("{id}  ");
        }
        if let Some(label) = marker.label() {
            first += &format!("{label}: ");
        }
        first += &marker.text;
        for (is_set, mark) in [(marker.completed, "[done]"), (marker.has_annotation(), "[drawing]")]
        {
            if is_set {
                first += &format!(" {mark}");
            }
        }
        for attachment in &marker.attachments {
            first += &format!(" [file: {}]", attachment.name);
        }
        let replies = marker.replies.iter();
        let replies =
            replies.map(|reply| format!("    > {}: {}", reply.author.display(), reply.text));
        std::iter::once(first).chain(replies).collect()
    }

    fn json(&self) -> Value {
        let mut json = serde_json::to_value(self.marker).unwrap_or_default();
        if let Value::Object(fields) = &mut json {
            fields.insert("file_id".to_owned(), self.file_id.into());
            fields.insert("timecode".to_owned(), json!(self.timecode.map(|it| it.to_string())));
        }
        json
    }
}
