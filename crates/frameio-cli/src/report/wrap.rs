//! Notes and errors that fit the terminal on standard error.

use super::width::width;

/// Indentation of a continued line, in addition to that of the text.
const CONTINUED: usize = 2;

/// Breaks a line of escaped text at spaces to lines of at most `columns` columns. Further lines are indented.
pub(super) fn message_lines(text: &str, columns: usize) -> Vec<String> {
    let indentation = text.len() - text.trim_start_matches(' ').len() + CONTINUED;
    broken(text, columns, &" ".repeat(indentation.min(columns / 4)))
}

/// Breaks a line of text at spaces to lines of at most `columns` columns, of which all but the first begin
/// with `below`.
///
/// So that it can be copied, a text in quotes stays in one line if it fits one, and a command always does.
pub(crate) fn broken(text: &str, columns: usize, below: &str) -> Vec<String> {
    if width(text) <= columns {
        return vec![text.to_owned()];
    }
    let room = columns.saturating_sub(below.len());
    let parts = split_at_spaces(text, true).into_iter().flat_map(|part| {
        let word = part.trim_start_matches(' ');
        match width(word) <= room || word.starts_with('`') {
            true => vec![part],
            false => split_at_spaces(part, false),
        }
    });
    let (mut lines, mut line, mut is_empty) = (Vec::new(), String::new(), true);
    for part in parts {
        if !is_empty && width(&line) + width(part) > columns {
            lines.push(std::mem::replace(&mut line, below.to_owned()));
            line += part.trim_start_matches(' ');
        } else {
            line += part;
        }
        is_empty = false;
    }
    lines.push(line);
    lines
}

/// Splits a text before its spaces; with `keeps_quoted`, except for those in quotes.
fn split_at_spaces(text: &str, keeps_quoted: bool) -> Vec<&str> {
    let (mut parts, mut start, mut before) = (Vec::new(), 0, ' ');
    let mut quoted_until = 0;
    for (at, c) in text.char_indices() {
        let is_quote = matches!(c, '\'' | '`') && !before.is_alphanumeric();
        if keeps_quoted && at >= quoted_until && is_quote {
            quoted_until = end_of_quoted(text, at, c).unwrap_or(at);
        }
        if c == ' ' && before != ' ' && at >= quoted_until {
            parts.extend(text.get(start..at));
            start = at;
        }
        before = c;
    }
    parts.extend(text.get(start..));
    parts
}

/// Returns the position after the end of a quoted text. An apostrophe inside a word does not end it.
fn end_of_quoted(text: &str, start: usize, quote: char) -> Option<usize> {
    let inside = text.get(start + 1..)?;
    let mut ends = inside.match_indices(quote).filter(|(at, _)| {
        let after = inside.get(at + 1..).and_then(|rest| rest.chars().next());
        after.is_none_or(|c| !c.is_alphanumeric())
    });
    ends.next().map(|(at, _)| start + 1 + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_broken_at_spaces_outside_quotes() {
        let text =
            "frameio: '/Film/The Crossing/Cuts' is a folder of 'It's on' now: run `frameio ls -l`";
        assert_eq!(message_lines(text, 100), [text]);
        for (columns, expected) in [
            (
                40,
                &[
                    "frameio: '/Film/The Crossing/Cuts' is a",
                    "  folder of 'It's on' now: run",
                    "  `frameio ls -l`",
                ][..],
            ),
            (
                20,
                &[
                    "frameio:",
                    "  '/Film/The",
                    "  Crossing/Cuts' is",
                    "  a folder of",
                    "  'It's on' now: run",
                    "  `frameio ls -l`",
                ],
            ),
        ] {
            assert_eq!(message_lines(text, columns), expected, "{columns}");
        }
    }

    #[test]
    fn a_command_is_not_broken() {
        let text = "to do: run `frameio login --client-id ID --profile studio`, then again";
        let expected =
            ["to do: run", "  `frameio login --client-id ID --profile studio`,", "  then again"];
        assert_eq!(message_lines(text, 30), expected);
    }

    #[test]
    fn wide_characters_count_two_columns() {
        let text = "frameio: 日本語 の 名前 の ファイル";
        assert_eq!(message_lines(text, 20), ["frameio: 日本語 の", "  名前 の ファイル"]);
    }

    #[test]
    fn spaces_within_a_line_and_its_indentation_are_kept() {
        let text = "  failed      A001.mov: no space";
        assert_eq!(message_lines(text, 24), ["  failed      A001.mov:", "    no space"]);
        assert_eq!(message_lines("", 10), [""]);
        assert_eq!(message_lines("abcdefghijkl", 10), ["abcdefghijkl"]);
    }
}
