//! The list of phrases.

use std::path::Path;

use crate::texts::Text;

/// A phrase that is not used, and what to write instead.
pub(crate) struct Rule {
    pub(crate) phrase: String,
    pub(crate) instead: String,
    words: Vec<String>,
}

/// The phrases, and the files that may use one of them.
pub(crate) struct Rules {
    rules: Vec<Rule>,
    /// File and phrase.
    pub(crate) allowed: Vec<(String, String)>,
}

impl Rules {
    pub(crate) fn read(path: &Path) -> Self {
        Self::parse(&std::fs::read_to_string(path).unwrap())
    }

    pub(crate) fn parse(text: &str) -> Self {
        let mut read = Self { rules: Vec::new(), allowed: Vec::new() };
        let mut allow = false;
        for line in text.lines().map(str::trim) {
            if line == "[allow]" {
                allow = true;
            } else if !line.is_empty() && !line.starts_with('#') {
                let (left, right) = line.split_once(" | ").unwrap();
                if allow {
                    read.allowed.push((left.to_owned(), right.to_owned()));
                } else {
                    read.rules.extend(left.split(", ").map(|phrase| Rule {
                        phrase: phrase.to_owned(),
                        instead: right.to_owned(),
                        words: words(phrase).map(|(_, word)| word).collect(),
                    }));
                }
            }
        }
        read
    }

    /// Returns each phrase that the text contains, with its line.
    pub(crate) fn violations(&self, text: &Text) -> Vec<(usize, &Rule)> {
        let words: Vec<(usize, String)> = words(&text.text).collect();
        let mut found = Vec::new();
        for (at, (line, _)) in words.iter().enumerate() {
            for rule in &self.rules {
                let window = words.get(at..at + rule.words.len()).unwrap_or_default();
                if !window.is_empty() && window.iter().map(|(_, word)| word).eq(rule.words.iter()) {
                    found.push((text.line + line, rule));
                }
            }
        }
        found
    }

    /// Returns the index of the exception that allows a phrase in a file.
    pub(crate) fn allowance(&self, file: &str, phrase: &str) -> Option<usize> {
        self.allowed.iter().position(|(path, allowed)| path == file && allowed == phrase)
    }
}

/// Splits a text into lower-case words, each with the number of line breaks before it.
fn words(text: &str) -> impl Iterator<Item = (usize, String)> {
    text.lines().enumerate().flat_map(|(line, text)| {
        text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '_')
            .filter(|word| !word.is_empty())
            .map(move |word| (line, word.to_lowercase()))
            .collect::<Vec<_>>()
    })
}
