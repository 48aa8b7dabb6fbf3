//! A task list in Markdown: completed comments are ticked, replies are nested.
//!
//! **Imported by** issue trackers, wikis and notes. It cannot be read back.
//!
//! **Lost**: ranges, colours, drawings, dates, ids, pages, and names of markers other than authors.

use crate::error::WriteError;
use crate::loss::OutputFile;
use crate::plan::Plan;
use crate::text;

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let mut page = format!("# {}\n\n", escape(&text::single_line(&plan.media.name)));
    for placed in &plan.placed {
        let marker = placed.marker;
        let done = if marker.completed { 'x' } else { ' ' };
        let label = match placed.frame {
            Some(frame) => plan.label(frame)?,
            None => "--:--:--:--".to_owned(),
        };
        page.push_str(&format!("- [{done}] `{label}` "));
        page.push_str(&message(marker.label().as_deref(), &marker.text));
        for reply in &marker.replies {
            page.push_str("  - ");
            page.push_str(&message(Some(&reply.author.display()), &reply.text));
        }
        let replies = marker.replies.iter().flat_map(|reply| &reply.attachments);
        for attachment in marker.attachments.iter().chain(replies) {
            let name = escape(&text::single_line(&attachment.name));
            page.push_str(&format!("  - attachment: {name}\n"));
        }
        for link in &marker.links {
            page.push_str(&format!("  - link: {}\n", escape(&text::single_line(link))));
        }
    }
    Ok(vec![OutputFile::new("md", page)])
}

fn message(author: Option<&str>, text: &str) -> String {
    let text = text::normalize_lines(text.trim_end());
    let text: String =
        text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    let text = escape(&text).replace('\n', "<br>");
    match author {
        Some(author) => format!("**{}**: {text}\n", escape(&text::single_line(author))),
        None => format!("{text}\n"),
    }
}

/// Text that Markdown shows as it is.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let special = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '#' | '|' | '~' => true,
            // Inside of a word it is not emphasis.
            '_' => {
                let inside = before.is_alphanumeric()
                    && chars.peek().is_some_and(|next| next.is_alphanumeric());
                !inside
            }
            // The beginning of an entity.
            '&' => chars.peek().is_some_and(|next| next.is_ascii_alphanumeric() || *next == '#'),
            _ => false,
        };
        if special {
            escaped.push('\\');
        }
        escaped.push(c);
        before = c;
    }
    escaped
}
