//! Styles of text: the only place that knows colors.

use clap::builder::styling::{AnsiColor, Style, Styles};

const HEADING: Style = Style::new().bold().underline();
const STRONG: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Styles of the help.
pub(crate) const HELP_STYLES: Styles =
    Styles::plain().header(HEADING).usage(HEADING).literal(STRONG);

/// Meaning of a text, which decides its style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    /// Header of a table.
    Header,
    /// Done or switched off, and so rarely of interest.
    Dim,
    Good,
    /// Incomplete, or worth a look.
    Attention,
    Bad,
}

impl Tone {
    const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Header => STRONG,
            Self::Dim => DIM,
            Self::Good => AnsiColor::Green.on_default(),
            Self::Attention => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }

    /// Adds the style to a text, which is escaped already.
    pub(super) fn paint(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            _ if text.is_empty() => String::new(),
            tone => {
                let style = tone.style();
                format!("{style}{text}{style:#}")
            }
        }
    }
}

/// Adds colors to the time and the level of a line of the log, whose text is escaped already.
pub(super) fn log_line(line: &str) -> String {
    let Some((time, rest)) = line.split_once(' ') else { return line.to_owned() };
    let rest = rest.trim_start();
    let (level, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let color = match level {
        "ERROR" => AnsiColor::Red,
        "WARN" => AnsiColor::Yellow,
        "INFO" => AnsiColor::Green,
        "DEBUG" => AnsiColor::Blue,
        "TRACE" => AnsiColor::Magenta,
        _ => return line.to_owned(),
    };
    let color = color.on_default();
    format!("{DIM}{time}{DIM:#} {color}{level:>5}{color:#} {rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_of_a_log_line_is_colored() {
        let colored = log_line("2026-11-29T10:00:00Z  INFO frameio.call{a=1}: new");
        assert!(colored.ends_with(" frameio.call{a=1}: new"), "{colored:?}");
        assert!(colored.contains("\u{1b}[32m INFO\u{1b}[0m"), "{colored:?}");
        assert_eq!(log_line("no log line"), "no log line");
    }

    #[test]
    fn plain_and_empty_texts_have_no_style() {
        assert_eq!(Tone::Plain.paint("a"), "a");
        assert_eq!(Tone::Bad.paint(""), "");
        assert_eq!(Tone::Dim.paint("a"), "\u{1b}[2ma\u{1b}[0m");
    }
}
