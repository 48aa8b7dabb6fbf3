//! Quotes and backslashes around the word that is completed.

use std::borrow::Cow;
use std::sync::OnceLock;

/// Variables with the whole line and the position of the cursor, which the script for bash sets.
const LINE: &str = "_FRAMEIO_COMPLETE_LINE";
const POINT: &str = "_FRAMEIO_COMPLETE_POINT";

/// Shell that requests completions.
static SHELL: OnceLock<String> = OnceLock::new();

/// How the shell expects a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// The shell adds quotes.
    ByShell,
    /// Characters that are special to the shell need a backslash.
    Backslash,
    /// The word is inside quotes, which stay open.
    Inside,
    /// A word with special characters needs single quotes.
    Single,
}

/// Remembers the name or path of the shell.
pub(super) fn remember(shell: &str) {
    let _ = SHELL.set(shell.to_owned());
}

/// Extends the script for bash by the line and the position of the cursor.
pub(super) fn with_line(script: &str) -> String {
    let variable = format!("{}=\"bash\"", super::VARIABLE);
    let line = format!("{LINE}=\"$COMP_LINE\" {POINT}=\"$COMP_POINT\" {variable}");
    script.replace(&variable, &line)
}

impl Quoting {
    /// Returns the quoting of the word at the cursor.
    pub(super) fn current() -> Self {
        let shell = SHELL.get().map_or("", String::as_str);
        if shell.contains("pwsh") || shell.contains("powershell") {
            return Self::Single;
        }
        let (Ok(line), Ok(point)) = (std::env::var(LINE), std::env::var(POINT)) else {
            return Self::ByShell;
        };
        let point = point.parse().unwrap_or(line.len());
        Self::at(line.as_bytes().get(..point).unwrap_or(line.as_bytes()))
    }

    /// Returns the quoting at the end of a line.
    fn at(line: &[u8]) -> Self {
        let (mut open, mut is_escaped) = (None, false);
        for &byte in line {
            match (open, byte) {
                _ if is_escaped => is_escaped = false,
                (None | Some(b'"'), b'\\') => is_escaped = true,
                (None, b'\'' | b'"') => open = Some(byte),
                (Some(quote), _) if quote == byte => open = None,
                _ => {}
            }
        }
        if open.is_some() { Self::Inside } else { Self::Backslash }
    }

    /// Returns the word without quotes and backslashes.
    pub(super) fn plain(self, word: &str) -> Cow<'_, str> {
        let word = word.strip_prefix(['\'', '"']).unwrap_or(word);
        if self == Self::Inside || !word.contains('\\') {
            return word.into();
        }
        let mut plain = String::with_capacity(word.len());
        let mut chars = word.chars();
        while let Some(char) = chars.next() {
            plain.extend(if char == '\\' { chars.next() } else { Some(char) });
        }
        plain.into()
    }

    /// Returns the word as the shell expects it.
    pub(super) fn quoted(self, word: &str) -> String {
        let is_plain = |c: char| c.is_alphanumeric() || "/_-.,+=:@%".contains(c);
        match self {
            Self::Backslash => {
                let escaped = word.chars().flat_map(|c| {
                    let backslash = (!is_plain(c)).then_some('\\');
                    backslash.into_iter().chain([c])
                });
                escaped.collect()
            }
            Self::Single if !word.chars().all(is_plain) => {
                format!("'{}'", word.replace('\'', "''"))
            }
            _ => word.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_the_line_is() {
        for (line, quoting) in [
            ("frameio ls /Film/The", Quoting::Backslash),
            ("frameio ls /Film/The\\ Cro", Quoting::Backslash),
            ("frameio ls '/Film/The Cro", Quoting::Inside),
            ("frameio ls \"/Film/It's", Quoting::Inside),
            ("frameio ls '/Film' /Cam", Quoting::Backslash),
            ("frameio ls \\'", Quoting::Backslash),
        ] {
            assert_eq!(Quoting::at(line.as_bytes()), quoting, "{line}");
        }
        let backslash = Quoting::Backslash;
        assert_eq!(backslash.plain("/Film/The\\ Cro"), "/Film/The Cro");
        assert_eq!(backslash.quoted("/Film/It's (1)/"), "/Film/It\\'s\\ \\(1\\)/");
        assert_eq!(Quoting::Inside.quoted("/Film/The Crossing/"), "/Film/The Crossing/");
        assert_eq!(Quoting::Single.quoted("/Film/It's/"), "'/Film/It''s/'");
        assert_eq!(Quoting::ByShell.plain("'/Film/The\\ Cro"), "/Film/The Cro");
    }
}
