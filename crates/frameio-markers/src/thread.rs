//! A comment with its replies as one text, and back.
//!
//! ```text
//! Ana Roth: text [done] [drawing] [file: board.png]
//! > Ben Öz: reply
//! ```

use crate::model::{Attachment, Author, Marker, Reply};
use crate::text::normalize_lines;

const DONE: &str = "[done]";
const DRAWING: &str = "[drawing]";
const FILE: &str = "[file: ";
/// Longest name of a file, in bytes.
const LONGEST_FILE: usize = 255;

/// The text and the marks after it, without the author.
pub(crate) fn body(marker: &Marker) -> String {
    let mut body = normalize_lines(marker.text.trim_end());
    let mut mark = |mark: &str| {
        if !body.is_empty() {
            body.push(' ');
        }
        body.push_str(mark);
    };
    if marker.completed {
        mark(DONE);
    }
    if marker.has_annotation() {
        mark(DRAWING);
    }
    for attachment in &marker.attachments {
        mark(&format!("{FILE}{}]", attachment.name));
    }
    for link in marker.links.iter().filter(|link| !marker.text.contains(link.as_str())) {
        mark(link);
    }
    body
}

/// Text and replies, without the author of the comment.
pub(crate) fn body_and_replies(marker: &Marker) -> String {
    let mut text = body(marker);
    for reply in &marker.replies {
        text.push_str("\n> ");
        text.push_str(&reply.author.display());
        text.push_str(": ");
        text.push_str(&normalize_lines(reply.text.trim_end()));
        for attachment in &reply.attachments {
            text.push_str(&format!(" {FILE}{}]", attachment.name));
        }
    }
    text
}

/// The comment with its author, the marks and the replies.
pub(crate) fn full(marker: &Marker) -> String {
    prefix(marker, &body_and_replies(marker))
}

/// The author and the text alone, for names of markers.
pub(crate) fn head(marker: &Marker) -> String {
    prefix(marker, &marker.text)
}

fn prefix(marker: &Marker, text: &str) -> String {
    match marker.label() {
        Some(label) if text.is_empty() => label,
        Some(label) => format!("{label}: {text}"),
        None => text.to_owned(),
    }
}

/// Reads a text that may have been made by [`full`]. If it begins with `label` and a colon, the label
/// is the author, and lines that begin with `> Name: ` are replies. Merged comments stay one text.
pub(crate) fn unfold(marker: &mut Marker, label: Option<&str>, text: &str) {
    let text = normalize_lines(text);
    let rest = |label: &str| text.strip_prefix(label)?.strip_prefix(": ");
    match label {
        // Several comments in one text: which mark and reply belongs to which cannot be known.
        Some(label) if is_counted(label) => {
            rest(label).unwrap_or(&text).clone_into(&mut marker.text);
            marker.name = Some(label.to_owned());
        }
        Some(label) if rest(label).is_some() => {
            marker.author = Some(author(label));
            let body = rest(label).unwrap_or_default().to_owned();
            unfold_body(marker, &body);
        }
        label => {
            marker.name = label.filter(|label| !label.is_empty()).map(str::to_owned);
            marker.text = text;
            unmark(marker);
        }
    }
}

/// Reads the text of a comment whose author is known from elsewhere.
pub(crate) fn unfold_body(marker: &mut Marker, text: &str) {
    let text = normalize_lines(text);
    let separator = if text.contains('\n') { "\n> " } else { " > " };
    let mut parts = text.split(separator);
    let mut body = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(": ") {
            Some((name, text)) if is_name(name) => {
                marker.replies.push(Reply::new(author(name), text.trim_end()));
            }
            _ => {
                let last = marker.replies.last_mut().map_or(&mut body, |reply| &mut reply.text);
                last.push_str(separator);
                last.push_str(part);
            }
        }
    }
    marker.text = body;
    unmark(marker);
}

/// Reads the name of an author as [`Author::display`] prints it.
pub(crate) fn author(name: &str) -> Author {
    match name.strip_suffix(" (guessed)") {
        Some(name) => Author::guessed(name),
        None if name == crate::model::UNKNOWN_AUTHOR => Author::unknown(),
        None => Author::named(name),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && !text.contains(['\n', '>', ':'])
}

/// Whether the name ends with the number of merged comments: `Ana Roth (+2)`.
fn is_counted(label: &str) -> bool {
    let count = label.strip_suffix(')').and_then(|label| label.rsplit_once(" (+"));
    count.is_some_and(|(_, count)| count.parse::<u32>().is_ok())
}

/// Takes the marks off the end of the text.
fn unmark(marker: &mut Marker) {
    let whole = std::mem::take(&mut marker.text);
    let mut text = whole.as_str();
    let mut files = Vec::new();
    loop {
        let trimmed = text.trim_end();
        let strip = |mark: &str| {
            let rest = trimmed.strip_suffix(mark)?;
            (rest.is_empty() || rest.ends_with(' ')).then(|| rest.trim_end())
        };
        if let Some(rest) = strip(DONE).filter(|_| !marker.completed) {
            marker.completed = true;
            text = rest;
        } else if let Some(rest) = strip(DRAWING).filter(|_| !marker.annotated) {
            marker.annotated = true;
            text = rest;
        } else if let Some((rest, name)) = last_file(trimmed) {
            files.push(Attachment::new(name));
            text = rest;
        } else {
            break;
        }
    }
    text.clone_into(&mut marker.text);
    files.reverse();
    marker.attachments = files;
}

fn last_file(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_suffix(']')?;
    // The search ends where the name would be too long.
    let mut begin = inner.len().saturating_sub(LONGEST_FILE + FILE.len());
    while !inner.is_char_boundary(begin) {
        begin += 1;
    }
    let at = begin + inner[begin..].rfind(FILE)?;
    let name = &inner[at + FILE.len()..];
    let known = !name.is_empty() && name.len() <= LONGEST_FILE && !name.contains('\n');
    known.then(|| (inner[..at].trim_end(), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Marker {
        let mut marker = Marker::new("2nd shot: soft\nfix > it").by("Ana Roth");
        marker.completed = true;
        marker.annotated = true;
        marker.attachments = vec![Attachment::new("a.png"), Attachment::new("b [1].png")];
        marker.replies = vec![
            Reply::new(Author::named("Ben Öz"), "On it\n> quoted"),
            Reply::new(Author::unknown(), "Thanks"),
        ];
        marker
    }

    #[test]
    fn reads_back_what_it_writes() {
        let marker = example();
        let text = full(&marker);
        assert!(
            text.starts_with("Ana Roth: 2nd shot: soft\nfix > it [done] [drawing] [file: a.png]")
        );
        let mut read = Marker::default();
        unfold(&mut read, Some("Ana Roth"), &text);
        assert_eq!(read, marker);
    }

    #[test]
    fn keeps_foreign_text() {
        let mut read = Marker::default();
        unfold(&mut read, Some("Marker 1"), "if a > b: stop");
        assert_eq!(
            (read.name.as_deref(), read.text.as_str()),
            (Some("Marker 1"), "if a > b: stop")
        );
        assert!(read.replies.is_empty() && read.author.is_none());
    }

    #[test]
    fn leaves_merged_comments_in_one_text() {
        let mut read = Marker::default();
        unfold(&mut read, Some("Ana (+1)"), "Ana: a [done]\nBen: b");
        assert_eq!(read.text, "Ana: a [done]\nBen: b");
        assert_eq!(read.label().as_deref(), Some("Ana (+1)"));
        assert!(!read.completed);
    }
}
