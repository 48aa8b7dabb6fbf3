//! Widths of text in columns of a terminal.

use std::io::IsTerminal;

use console::Term;
use unicode_width::UnicodeWidthChar;

/// Returns the number of columns of the terminal on standard error.
pub(super) fn terminal_columns() -> usize {
    Term::stderr().size_checked().map_or(80, |(_, columns)| columns.into())
}

/// Returns the number of columns for notes and errors; `None` without a terminal on standard error.
pub(super) fn message_columns() -> Option<usize> {
    let size = Term::stderr().size_checked().filter(|_| std::io::stderr().is_terminal());
    size.map(|(_, columns)| columns.into()).filter(|columns| *columns > 0)
}

/// Returns the number of rows and columns of the terminal on standard error.
pub(super) fn terminal_size() -> (usize, usize) {
    Term::stderr().size_checked().map_or((24, 80), |(rows, columns)| (rows.into(), columns.into()))
}

/// Returns the number of columns for results: those of the terminal on standard output, or else of the
/// variable `COLUMNS`; `None` if there is no limit.
pub(crate) fn output_columns() -> Option<usize> {
    let terminal = Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    let variable = || std::env::var("COLUMNS").ok()?.trim().parse().ok();
    terminal.filter(|_| std::io::stdout().is_terminal()).or_else(variable).filter(|it| *it > 0)
}

/// Returns the number of columns for help: those for results, and at most 100.
pub(crate) fn help_columns() -> usize {
    output_columns().unwrap_or(100).min(100)
}

/// Returns the number of columns of a text, or a slightly larger number.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Wraps words to lines, of which the first begins with `start` and the others with `below`.
pub(crate) fn wrapped(text: &str, columns: usize, start: &str, below: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), start.to_owned());
    let mut is_empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !is_empty && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::replace(&mut line, below.to_owned()));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line += word;
        is_empty = false;
    }
    if !is_empty {
        lines.push(line);
    }
    lines
}

/// Returns the text, or its end after an ellipsis, in at most `room` columns.
pub(super) fn fit_end(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let Some(mut room) = room.checked_sub(1) else { return String::new() };
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        let Some(remaining) = room.checked_sub(columns(c)) else { break };
        (room, start) = (remaining, at);
    }
    format!("…{}", text.get(start..).unwrap_or_default())
}

/// Returns the text, or its beginning, in at most `room` columns.
pub(super) fn fit_start(text: &str, mut room: usize) -> &str {
    let end = text.char_indices().find(|(_, c)| match room.checked_sub(columns(*c)) {
        Some(remaining) => {
            room = remaining;
            false
        }
        None => true,
    });
    end.map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}

fn columns(c: char) -> usize {
    match c {
        // Variation selector 16 turns the preceding character into a wider emoji.
        '\u{fe0f}' => 1,
        c => c.width().unwrap_or_default(),
    }
}
