//! The line that is completed: its words, and how the shell expects the last one.

use std::borrow::Cow;
use std::ffi::OsString;
use std::sync::OnceLock;

/// Variables with the line, the position of the cursor and the characters at which words are broken, which
/// the script for bash sets.
pub(super) const LINE: &str = "_FRAMEIO_COMPLETE_LINE";
pub(super) const POINT: &str = "_FRAMEIO_COMPLETE_POINT";
pub(super) const BREAKS: &str = "_FRAMEIO_COMPLETE_BREAKS";

/// Characters at which bash breaks words, as far as they occur in them.
const DEFAULT_BREAKS: &str = "=:@";

/// Line of this process.
static CURRENT: OnceLock<Line> = OnceLock::new();

/// How the shell expects a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// The shell adds quotes.
    ByShell,
    /// Characters that are special to the shell need a backslash.
    Backslash,
    /// The word is inside these quotes, which stay open.
    Inside(char),
    /// A word with special characters needs single quotes.
    Single,
}

/// Words of a line up to the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Words without quotes; the last one is completed.
    pub(super) words: Vec<String>,
    quoting: Quoting,
    /// Number of bytes of the last word that the shell keeps. It replaces the others.
    kept: usize,
}

impl Line {
    /// Reads the line of this process for a shell. Called before the command line is taken apart.
    pub(super) fn remember(shell: &str) {
        let _ = CURRENT.set(Self::of_process(shell));
    }

    /// Returns the line of this process; one without words if nothing is completed.
    pub(super) fn current() -> &'static Self {
        const NONE: Line = Line { words: Vec::new(), quoting: Quoting::ByShell, kept: 0 };
        CURRENT.get_or_init(|| NONE)
    }

    fn of_process(shell: &str) -> Self {
        if let (true, Ok(line), Ok(point)) =
            (shell.ends_with("bash"), std::env::var(LINE), std::env::var(POINT))
        {
            let end = point.parse().unwrap_or(line.len());
            let breaks = std::env::var(BREAKS).unwrap_or_else(|_| DEFAULT_BREAKS.to_owned());
            return Self::of_bash(line.get(..end).unwrap_or(&line), &breaks);
        }
        let is_powershell = shell.contains("pwsh") || shell.contains("powershell");
        let quoting = if is_powershell { Quoting::Single } else { Quoting::ByShell };
        let words = std::env::args().skip_while(|word| word != "--").skip(1);
        Self {
            words: words.map(|word| quoting.plain(&word).into_owned()).collect(),
            quoting,
            kept: 0,
        }
    }

    /// Splits a line as bash does, except that words are not broken at characters such as `=`.
    fn of_bash(line: &str, breaks: &str) -> Self {
        let (mut words, mut word, mut is_word) = (Vec::new(), String::new(), false);
        let (mut open, mut kept) = (None, 0);
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match (open, c) {
                (None | Some('"'), '\\') => word.extend(chars.next()),
                (None, '\'' | '"') => (open, kept) = (Some(c), word.len()),
                (Some(quote), _) if quote == c => open = None,
                (None, _) if c.is_whitespace() => {
                    if is_word {
                        words.push(std::mem::take(&mut word));
                    }
                    (is_word, kept) = (false, 0);
                    continue;
                }
                (None, _) if breaks.contains(c) => {
                    word.push(c);
                    kept = word.len();
                }
                _ => word.push(c),
            }
            is_word = true;
        }
        words.push(word);
        let quoting = open.map_or(Quoting::Backslash, Quoting::Inside);
        Self { words, quoting, kept }
    }

    /// Returns a completed word as the shell expects it.
    pub(super) fn completed(&self, word: &str) -> String {
        self.quoting.quoted(word.get(self.kept..).unwrap_or_default())
    }

    /// Returns whether the last word is inside quotes.
    pub(super) const fn is_quoted(&self) -> bool {
        matches!(self.quoting, Quoting::Inside(_))
    }

    /// Returns the words as arguments of a command.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        self.words.iter().map(OsString::from).collect()
    }

    /// Returns the value of an option in the line.
    pub(super) fn value_of(&self, option: &str) -> Option<&str> {
        let mut words = self.words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            if word == option {
                return words.next();
            }
            let rest = word.strip_prefix(option).and_then(|rest| rest.strip_prefix('='));
            if rest.is_some() {
                return rest;
            }
        }
        None
    }
}

impl Quoting {
    /// Returns a word without quotes and backslashes.
    fn plain(self, word: &str) -> Cow<'_, str> {
        let word = word.strip_prefix(['\'', '"']).unwrap_or(word);
        if self != Self::ByShell || !word.contains('\\') {
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
    fn quoted(self, word: &str) -> String {
        let is_plain = |c: char| c.is_alphanumeric() || "/_-.,+=:@%".contains(c);
        let escaped = |needs_backslash: &dyn Fn(char) -> bool| {
            let mut escaped = String::with_capacity(word.len());
            for c in word.chars() {
                escaped.extend(needs_backslash(c).then_some('\\').into_iter().chain([c]));
            }
            escaped
        };
        match self {
            Self::Backslash => escaped(&|c| !is_plain(c)),
            Self::Inside('"') => escaped(&|c| "\\\"$`".contains(c)),
            Self::Inside(_) => word.replace('\'', r"'\''"),
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
    fn lines_of_bash_are_split_and_words_are_completed_as_they_are_quoted() {
        for (line, word, completed, expected) in [
            ("frameio ls /Film/The", "/Film/The", "/Film/The Crossing/", r"/Film/The\ Crossing/"),
            (r"frameio ls /Film/The\ C", "/Film/The C", "/Film/The C (1)", r"/Film/The\ C\ \(1\)"),
            ("frameio ls '/Film/The C", "/Film/The C", "/Film/The C's/", r"/Film/The C'\''s/"),
            ("frameio ls \"/Film/It's", "/Film/It's", "/Film/It's $1/", r"/Film/It's \$1/"),
            ("frameio ls /Film/'The C", "/Film/The C", "/Film/The Crossing/", "The Crossing/"),
            (r"frameio ls '/Film' \'", "'", "'a", r"\'a"),
            ("frameio ls ", "", "/", "/"),
            ("frameio upload --to=/Fi", "--to=/Fi", "--to=/Film/", "/Film/"),
            ("frameio call -f a='b c' --path b=", "b=", "b=/Film/", "/Film/"),
            ("frameio ls /W/a=b/ü:c", "/W/a=b/ü:c", "/W/a=b/ü:cut", "cut"),
            (r"frameio ls /W/a\=b", "/W/a=b", "/W/a=b/", "/W/a=b/"),
        ] {
            let line = Line::of_bash(line, " \t\n\"'@><=;|&(:");
            assert_eq!(line.words.last().map(String::as_str), Some(word), "{line:?}");
            assert_eq!(line.completed(completed), expected, "{line:?}");
        }
        let line = Line::of_bash("frameio  --profile=work 'a b' ", "=");
        assert_eq!(line.words, ["frameio", "--profile=work", "a b", ""]);
    }

    #[test]
    fn words_of_other_shells_are_quoted() {
        assert_eq!(Quoting::Single.quoted("/Film/It's/"), "'/Film/It''s/'");
        assert_eq!(Quoting::Single.plain(r"/Film/a\\b"), r"/Film/a\\b");
        assert_eq!(Quoting::ByShell.plain(r"'/Film/The\ Cro"), "/Film/The Cro");
        assert_eq!(Quoting::ByShell.quoted("/Film/The Crossing/"), "/Film/The Crossing/");
    }

    #[test]
    fn options_are_found_in_both_forms() {
        for (line, value) in [
            ("frameio --profile work ls", Some("work")),
            ("frameio ls --profile=work", Some("work")),
            ("frameio ls --profile", None),
            ("frameio ls --profiles=x", None),
        ] {
            assert_eq!(Line::of_bash(line, "=").value_of("--profile"), value, "{line}");
        }
    }
}
