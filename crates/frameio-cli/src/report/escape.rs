//! Escapes characters that control a terminal, are invisible, or reorder text.

use std::fmt;

use serde_json::Value;

use super::palette::Tone;

/// Text without characters that control a terminal, are invisible, or reorder text.
///
/// The writers of the parent module accept only this type, so that no raw text reaches a terminal.
pub(super) struct Escaped(String);

impl Escaped {
    /// Escapes a line of text, including line breaks.
    pub(super) fn line(text: &str) -> Self {
        Self(printable(text))
    }

    /// Escapes a line of text, whose first word has a tone.
    pub(super) fn starting_with(tone: Tone, text: &str) -> Self {
        let text = printable(text);
        let (word, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
        Self(tone.paint(word) + rest)
    }

    /// Escapes texts and adds their styles.
    pub(super) fn painted(texts: &[(Tone, String)]) -> Self {
        Self(texts.iter().map(|(tone, text)| tone.paint(&printable(text))).collect())
    }

    /// Takes text of the program itself as it is.
    pub(super) fn trusted(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Formats JSON in one line.
    pub(super) fn json(value: &Value) -> Self {
        Self::json_text(&value.to_string())
    }

    /// Formats JSON with indentation.
    pub(super) fn indented_json(value: &Value) -> Self {
        Self::json_text(&format!("{value:#}"))
    }

    /// Escapes a record of CSV, except tabs, and line breaks in its quoted fields.
    pub(super) fn csv(record: &str) -> Self {
        Self::lines(record.trim_end_matches('\n'))
    }

    /// Escapes text of several lines, except tabs and line breaks.
    pub(super) fn lines(text: &str) -> Self {
        let mut escaped = String::with_capacity(text.len());
        for part in text.split_inclusive(['\n', '\t']) {
            match part.strip_suffix(['\n', '\t']) {
                Some(start) => escaped
                    .extend([&*printable(start), part.get(start.len()..).unwrap_or_default()]),
                None => escaped += &printable(part),
            }
        }
        Self(escaped)
    }

    /// Escapes formatted JSON, which keeps its value.
    pub(super) fn json_text(json: &str) -> Self {
        Self(json_text(json))
    }
}

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Escapes a text as in Rust: `\u{202e}`. The result is one line.
pub(crate) fn printable(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match is_unsafe(c) {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    escaped
}

/// Escapes JSON as `\u202e`, which keeps its value.
pub(crate) fn json_text(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        // In JSON, these occur outside of strings only.
        if matches!(c, '\n' | '\r' | '\t') || !is_unsafe(c) {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            escaped += &format!("\\u{unit:04x}");
        }
    }
    escaped
}

/// Returns whether a character controls a terminal, is invisible, or reorders text.
const fn is_unsafe(c: char) -> bool {
    matches!(
        c,
        // Controls (C0, DEL, C1), soft hyphen, Arabic letter mark, Mongolian vowel separator.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        // Zero-width characters; line separators and directional overrides; isolates.
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Byte order mark, annotations, tags.
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSAFE: [&str; 9] = [
        "\0\u{7}\u{1b}\u{1f}",
        "\u{7f}\u{80}\u{9b}\u{9f}",
        "\u{61c}\u{200e}\u{200f}",
        "\u{202a}\u{202e}",
        "\u{2066}\u{2069}",
        "\u{200b}\u{200d}\u{2060}\u{feff}",
        "\u{2028}\u{2029}",
        "\r\n\t",
        "\u{e0041}",
    ];

    #[test]
    fn escapes_controls_bidirectional_marks_and_invisible_characters() {
        for text in UNSAFE {
            let escaped = printable(text);
            assert!(escaped.chars().all(|c| c.is_ascii_graphic()), "{escaped}");
            assert_eq!(printable(&escaped), escaped, "escaping is idempotent");
        }
        assert_eq!(printable("a\u{202e}b\u{1b}[2J\n"), r"a\u{202e}b\u{1b}[2J\n");
    }

    #[test]
    fn keeps_names_in_any_script() {
        for text in
            ["Größe — «x».mov", "日本語 葛\u{e0100}", "e\u{301}", "ש א", "👩🏽 ❤\u{fe0f}", r"\n"]
        {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn a_style_does_not_let_controls_of_the_text_pass() {
        let painted = Escaped::painted(&[
            (Tone::Plain, "a ".to_owned()),
            (Tone::Dim, "\u{1b}[0m".to_owned()),
        ]);
        assert_eq!(painted.to_string(), "a \u{1b}[2m\\u{1b}[0m\u{1b}[0m");
        let started = Escaped::starting_with(Tone::Dim, "ok  \u{1b}");
        assert_eq!(started.to_string(), "\u{1b}[2mok\u{1b}[0m  \\u{1b}");
    }

    #[test]
    fn csv_keeps_line_breaks_in_fields() {
        let record = Escaped::csv("a\t,\"first\n\u{1b}second\"\n").to_string();
        assert_eq!(record, "a\t,\"first\n\\u{1b}second\"");
    }

    #[test]
    fn escaped_json_keeps_its_value() {
        let value = serde_json::json!({ "names": UNSAFE, "日本語": ["a b", "\\u202e", 7] });
        for escaped in [Escaped::json(&value), Escaped::indented_json(&value)] {
            let text = escaped.to_string();
            assert!(text.chars().all(|c| c == '\n' || !is_unsafe(c)), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
        assert_eq!(Escaped::json(&value).to_string().lines().count(), 1);
    }
}
