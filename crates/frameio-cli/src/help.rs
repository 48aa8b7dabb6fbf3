//! Help that fits the terminal.

use clap::Command;

use crate::report::{width, wrapped};

/// Width below which the descriptions of options are printed below them.
const NARROW: usize = 60;

/// Minimum width of descriptions next to examples.
const DESCRIPTION: usize = 20;

/// Indentation of a continued line.
const CONTINUED: &str = "      ";

/// Space inside quotes, where a line must not be broken. [`printed`] replaces it.
const FIXED_SPACE: &str = "\u{a0}";

/// Returns the text of a help as it is printed.
pub(crate) fn printed(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_end().replace(FIXED_SPACE, " ") + "\n");
    lines.collect()
}

/// Fits the help of a command to a terminal, and that of the subcommands that a command line names.
///
/// Others are left alone, because formatting the usage of all commands takes longer than the rest.
pub(crate) fn fitted(mut command: Command, columns: usize, words: &[String]) -> Command {
    let usage = command.render_usage().to_string();
    let is_wide = usage.lines().any(|line| width(line) > columns);
    if is_wide && let Some(usage) = usage.strip_prefix("Usage: ") {
        let (start, below) = ("       ", "         ");
        let lines = usage.lines().flat_map(|line| wrapped(line.trim(), columns, start, below));
        let usage = lines.collect::<Vec<_>>().join("\n");
        command = command.override_usage(usage.trim_start().to_owned());
    }
    if let Some(text) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(fit(&text, columns));
    }
    command.term_width(columns).next_line_help(columns < NARROW).mut_subcommands(|command| {
        match words.iter().any(|word| command.get_name() == word) {
            true => fitted(command, columns, words),
            false => command,
        }
    })
}

/// Fits a text to a terminal: paragraphs, and indented lines with descriptions.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut block: Vec<Entry> = Vec::new();
    for line in text.lines().chain([""]) {
        let is_indented = line.starts_with("  ");
        if line.is_empty() || is_indented {
            lines.extend(wrapped(&std::mem::take(&mut paragraph), columns, "", ""));
        }
        if !is_indented {
            lines.extend(entries(&std::mem::take(&mut block), columns));
        }
        match (is_indented, block.last_mut()) {
            (true, Some(last)) if Entry::is_description(line) => last.describe(line),
            (true, _) => block.push(Entry::parse(line)),
            (false, _) if line.is_empty() => lines.push(String::new()),
            // The next line begins another paragraph after a heading.
            (false, _) if line.ends_with(':') => {
                lines.extend(wrapped(&format!("{paragraph} {line}"), columns, "", ""));
                paragraph.clear();
            }
            (false, _) => paragraph = format!("{paragraph} {line}"),
        }
    }
    lines.pop();
    lines.join("\n")
}

/// Indented line: an example, a variable or a status, and its description.
#[derive(Debug, PartialEq)]
struct Entry {
    indentation: String,
    text: String,
    description: String,
}

impl Entry {
    fn parse(line: &str) -> Self {
        let text = line.trim_start();
        let indentation = " ".repeat(line.len() - text.len());
        let (text, description) = text.split_once("  ").unwrap_or((text, ""));
        Self { indentation, text: text.to_owned(), description: description.trim().to_owned() }
    }

    /// Returns whether a line continues the description of the entry above it.
    fn is_description(line: &str) -> bool {
        line.starts_with("          ")
    }

    fn describe(&mut self, line: &str) {
        self.description = format!("{} {}", self.description, line.trim()).trim().to_owned();
    }

    fn start(&self) -> String {
        format!("{}{}", self.indentation, self.text)
    }
}

/// Formats entries with their descriptions next to them or below them, whatever takes fewer lines.
fn entries(entries: &[Entry], columns: usize) -> Vec<String> {
    let described = entries.iter().filter(|entry| !entry.description.is_empty());
    let widest = described.clone().map(|entry| width(&entry.description)).max().unwrap_or_default();
    let lefts: Vec<_> = described.map(|entry| width(&entry.start()) + 2).collect();
    let most = lefts.iter().copied().filter(|left| *left <= columns * 2 / 5).max();
    let aligned = [lefts.iter().copied().max(), most].into_iter().flatten();
    let aligned = aligned.filter(|left| left + widest.min(DESCRIPTION) <= columns);
    let layouts = aligned.map(Some).chain([None]).map(|left| layout(entries, columns, left));
    layouts.min_by_key(Vec::len).unwrap_or_default()
}

/// Formats entries with their descriptions in this column, or else below them. A description is below
/// an entry that is too long for the column.
fn layout(entries: &[Entry], columns: usize, column: Option<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in entries {
        let start = entry.start();
        let below = column.map_or(CONTINUED.to_owned(), |column| " ".repeat(column));
        let padding = column.and_then(|column| column.checked_sub(width(&start) + 2));
        match padding {
            Some(padding) if !entry.description.is_empty() => {
                let start = format!("{start}{}", " ".repeat(padding + 2));
                lines.extend(wrapped(&entry.description, columns, &start, &below));
            }
            _ => {
                lines.extend(broken(entry, columns));
                lines.extend(wrapped(&entry.description, columns, &below, &below));
            }
        }
    }
    lines
}

/// Breaks an example at spaces outside quotes, so that it can still be copied to a shell.
fn broken(entry: &Entry, columns: usize) -> Vec<String> {
    if !entry.text.starts_with("frameio ") || width(&entry.start()) <= columns {
        return vec![fixed(&entry.start())];
    }
    let text = fixed(&entry.text);
    let lines = wrapped(&text, columns.saturating_sub(2), &entry.indentation, CONTINUED);
    let last = lines.len().saturating_sub(1);
    let end = |at: usize| if at < last { " \\" } else { "" };
    lines.iter().enumerate().map(|(at, line)| format!("{line}{}", end(at))).collect()
}

/// Fixes the spaces inside quotes: those of the shell, or in JSON double ones.
fn fixed(text: &str) -> String {
    let quote = if text.trim_start().starts_with('{') { "\"" } else { "'" };
    let parts = text.split(quote).enumerate().map(|(at, part)| match at % 2 {
        1 => part.replace(' ', FIXED_SPACE),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Examples:
  frameio ls /                            list the workspaces
  frameio ls -l '/Film/The Crossing'      list a folder

Columns are name and
size.
  VARIABLE, OTHER
                  Described below";

    #[test]
    fn text_that_fits_keeps_its_lines_and_joins_its_paragraphs() {
        let expected = "\
Examples:
  frameio ls /                        list the workspaces
  frameio ls -l '/Film/The Crossing'  list a folder

Columns are name and size.
  VARIABLE, OTHER  Described below";
        assert_eq!(fit(TEXT, 80), expected);
    }

    #[test]
    fn descriptions_move_below_examples_on_a_narrow_terminal() {
        let expected = "\
Examples:
  frameio ls /
      list the workspaces
  frameio ls -l \\
      '/Film/The Crossing'
      list a folder

Columns are name and size.
  VARIABLE, OTHER
      Described below";
        assert_eq!(printed(&fit(TEXT, 30)).trim_end(), expected);
    }

    #[test]
    fn a_quoted_path_is_not_broken() {
        let text = fit("  frameio ls '/Film/The Crossing/Cuts/The Crossing'", 20);
        let expected = "  frameio ls \\\n      '/Film/The Crossing/Cuts/The Crossing'\n";
        assert_eq!(printed(&text), expected);
        assert!(text.contains("The\u{a0}Crossing"));
        let json = "  {\"file_id\": \"/Film/The Crossing\"}";
        assert!(fit(json, 20).contains("/Film/The\u{a0}Crossing"), "a text in JSON is not broken");
    }
}
