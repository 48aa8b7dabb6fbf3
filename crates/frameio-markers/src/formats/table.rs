//! What the readers of CSV share.

use std::collections::BTreeMap;

use csv::StringRecord;

use crate::error::{ReadError, ReadErrorKind};
use crate::model::{Attachment, Marker, MarkerList, Reply};
use crate::options::ReadOptions;

/// A row with access by the name of the column.
pub(crate) struct Row<'a> {
    pub(crate) line: usize,
    columns: &'a BTreeMap<String, usize>,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The value of a column, or nothing if it is missing or empty.
    pub(crate) fn get(&self, column: &str) -> Option<&'a str> {
        let value = self.record.get(*self.columns.get(column)?)?;
        (!value.trim().is_empty()).then_some(value)
    }

    pub(crate) fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    /// A whole number of frames, also written as `408.0`.
    pub(crate) fn frames(&self, column: &str) -> Result<Option<i64>, ReadError> {
        let Some(text) = self.get(column) else { return Ok(None) };
        let whole = text.trim();
        let whole = whole.strip_suffix(".0").unwrap_or(whole);
        whole.parse().map(Some).map_err(|_| {
            let reason =
                format!("'{}' in '{column}' is not a whole number", crate::input::quote(text));
            ReadError::syntax(self.line, reason)
        })
    }
}

/// Calls `each` with every row below the header.
pub(crate) fn rows(
    text: &str,
    options: &ReadOptions,
    mut each: impl FnMut(&Row<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let fail = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        ReadError::syntax(usize::try_from(line).unwrap_or(usize::MAX), error.to_string())
    };
    let header = reader.headers().map_err(|error| fail(&error))?;
    let columns: BTreeMap<_, _> =
        header.iter().enumerate().map(|(at, name)| (name.trim().to_owned(), at)).collect();
    let mut record = StringRecord::new();
    let mut count = 0;
    while reader.read_record(&mut record).map_err(|error| fail(&error))? {
        let line = record.position().map_or(1, csv::Position::line);
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        count += 1;
        crate::input::check_count(count, options).map_err(|error| error.at(line))?;
        each(&Row { line, columns: &columns, record: &record })?;
    }
    Ok(())
}

/// A message of a flat list.
pub(crate) struct Message {
    pub(crate) marker: Marker,
    pub(crate) parent: Option<String>,
}

/// Puts replies below their comments. Replies to replies go to the comment at the top; a message whose
/// parent is missing, or that is above itself, becomes a comment.
pub(crate) fn assemble(list: &mut MarkerList, messages: Vec<Message>) {
    let mut by_id = BTreeMap::new();
    for (at, message) in messages.iter().enumerate() {
        if let Some(id) = &message.marker.id {
            by_id.entry(id.clone()).or_insert(at);
        }
    }
    let parents: Vec<Option<usize>> = messages
        .iter()
        .map(|message| message.parent.as_ref().and_then(|parent| by_id.get(parent).copied()))
        .collect();
    let roots = roots(&parents);
    let orphans = messages
        .iter()
        .zip(&roots)
        .enumerate()
        .filter(|(at, (message, root))| message.parent.is_some() && **root == *at)
        .count();
    if orphans > 0 {
        let text = format!("{orphans} replies without their comment became comments");
        list.notes.push(crate::model::Note::new(None, text));
    }
    let mut places: Vec<Option<usize>> = vec![None; messages.len()];
    let mut replies = Vec::new();
    for (at, message) in messages.into_iter().enumerate() {
        if roots[at] == at {
            places[at] = Some(list.markers.len());
            list.markers.push(message.marker);
        } else {
            replies.push((roots[at], message.marker));
        }
    }
    for (root, marker) in replies {
        let Some(comment) = places[root].and_then(|place| list.markers.get_mut(place)) else {
            continue;
        };
        comment.replies.push(reply(marker));
    }
    for marker in &mut list.markers {
        marker.replies.sort_by_key(|reply| reply.created_at);
    }
}

/// The topmost message above each; of a cycle, each of its messages is its own.
fn roots(parents: &[Option<usize>]) -> Vec<usize> {
    let mut roots: Vec<Option<usize>> = vec![None; parents.len()];
    let mut walk = vec![usize::MAX; parents.len()];
    for start in 0..parents.len() {
        let mut way = Vec::new();
        let mut at = start;
        let root = loop {
            if let Some(root) = roots[at] {
                break Some(root);
            }
            if walk[at] == start {
                break None;
            }
            walk[at] = start;
            way.push(at);
            match parents[at] {
                Some(parent) => at = parent,
                None => break Some(at),
            }
        };
        for passed in way {
            roots[passed] = Some(root.unwrap_or(passed));
        }
    }
    roots.into_iter().enumerate().map(|(at, root)| root.unwrap_or(at)).collect()
}

fn reply(marker: Marker) -> Reply {
    Reply {
        id: marker.id,
        author: marker.author.unwrap_or_default(),
        text: marker.text,
        attachments: marker.attachments,
        internal: marker.internal,
        created_at: marker.created_at,
        edited_at: marker.edited_at,
        updated_at: marker.updated_at,
    }
}

/// Names of attachments in one cell.
pub(crate) fn join_names(attachments: &[Attachment]) -> String {
    let names: Vec<_> = attachments.iter().map(|attachment| attachment.name.as_str()).collect();
    names.join("\n")
}

/// Not a number of frames.
pub(crate) fn invalid(reason: impl Into<String>) -> ReadError {
    ReadError::new(ReadErrorKind::Syntax, reason)
}

#[cfg(test)]
mod tests {
    use super::roots;

    #[test]
    fn finds_the_comment_above_each_reply() {
        assert_eq!(roots(&[None, Some(0), Some(1), None]), [0, 0, 0, 3]);
    }

    #[test]
    fn makes_comments_of_replies_in_a_cycle() {
        assert_eq!(roots(&[Some(1), Some(0), Some(2), None]), [0, 1, 2, 3]);
    }
}
