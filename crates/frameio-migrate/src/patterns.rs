//! The table of patterns.

use regex::{Regex, RegexBuilder};
use serde::Serialize;

use crate::language::Language;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// Call of a legacy route.
    Op,
    /// Call through a legacy client library.
    Call,
    /// Import of, or dependency on, a legacy client library.
    Import,
    /// Use of the legacy command.
    Cli,
    /// Integration platform with a legacy connector.
    Platform,
    /// Token, scope or sign-in.
    Auth,
    /// Upload of parts.
    Upload,
    /// URL of the API.
    Url,
    /// Webhook event.
    Event,
    /// Webhook payload.
    Payload,
    /// Query parameter.
    Param,
    /// HTTP header.
    Header,
    /// Field of a response or request.
    Field,
    /// Link for people.
    Link,
    /// Code that is easy to get wrong.
    Trap,
}

impl Kind {
    /// Returns the name that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Op => "op",
            Self::Call => "call",
            Self::Import => "import",
            Self::Cli => "cli",
            Self::Platform => "platform",
            Self::Auth => "auth",
            Self::Upload => "upload",
            Self::Url => "url",
            Self::Event => "event",
            Self::Payload => "payload",
            Self::Param => "param",
            Self::Header => "header",
            Self::Field => "field",
            Self::Link => "link",
            Self::Trap => "trap",
        }
    }

    fn parse(name: &str) -> Self {
        const ALL: [Kind; 15] = [
            Kind::Op,
            Kind::Call,
            Kind::Import,
            Kind::Cli,
            Kind::Platform,
            Kind::Auth,
            Kind::Upload,
            Kind::Url,
            Kind::Event,
            Kind::Payload,
            Kind::Param,
            Kind::Header,
            Kind::Field,
            Kind::Link,
            Kind::Trap,
        ];
        let known = ALL.into_iter().find(|kind| kind.name() == name);
        known.unwrap_or_else(|| panic!("the kind '{name}' is unknown"))
    }
}

/// How much work a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "the scale is part of the interface")]
pub enum Effort {
    /// Nothing to change.
    None,
    /// A name to replace.
    Small,
    /// A call to rewrite.
    Medium,
    /// A part of the program to design again, or no equivalent in V4.
    Large,
}

impl Effort {
    /// Returns the name that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

/// Whether a match alone shows the legacy API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "there is no third case")]
pub enum Certainty {
    /// It is used by the legacy API alone.
    Certain,
    /// It counts because the file or its package uses the legacy API elsewhere.
    Context,
}

/// A pattern of legacy use.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) id: &'static str,
    /// Empty for all.
    languages: Vec<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) certainty: Certainty,
    pub(crate) effort: Effort,
    pub(crate) operations: Vec<&'static str>,
    pub(crate) expression: Regex,
    pub(crate) title: &'static str,
    pub(crate) advice: &'static str,
}

impl Pattern {
    pub(crate) fn applies_to(&self, language: Language) -> bool {
        let name = match language {
            Language::Python => "python",
            Language::JavaScript => "javascript",
            Language::Ruby => "ruby",
            Language::Php => "php",
            Language::Kotlin => "kotlin",
            Language::Go => "go",
            Language::Shell => "shell",
            Language::Json => "json",
            Language::Requirements => "requirements",
            Language::Other => "",
        };
        self.languages.is_empty() || self.languages.contains(&name)
    }

    fn parse(line: &'static str) -> Self {
        let columns: Vec<&'static str> = line.split('\t').collect();
        let [id, languages, kind, certainty, effort, operations, expression, title, advice] =
            columns[..]
        else {
            panic!("a pattern has 9 columns: {line}");
        };
        let list = |text: &'static str| -> Vec<&'static str> {
            text.split(',').filter(|item| !item.is_empty()).collect()
        };
        Self {
            id,
            languages: if languages == "*" { Vec::new() } else { list(languages) },
            kind: Kind::parse(kind),
            certainty: match certainty {
                "certain" => Certainty::Certain,
                "context" => Certainty::Context,
                other => panic!("the certainty '{other}' is unknown"),
            },
            effort: match effort {
                "none" => Effort::None,
                "small" => Effort::Small,
                "medium" => Effort::Medium,
                "large" => Effort::Large,
                other => panic!("the effort '{other}' is unknown"),
            },
            operations: list(operations),
            expression: RegexBuilder::new(expression)
                .multi_line(true)
                .build()
                .unwrap_or_else(|error| panic!("{id}: {error}")),
            title,
            advice,
        }
    }
}

/// Compiles the table, which is part of this crate: it panics on a mistake in it.
pub(crate) fn patterns() -> Vec<Pattern> {
    let lines = include_str!("patterns.tsv").lines();
    lines.filter(|line| !line.starts_with('#')).map(Pattern::parse).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_pattern_compiles_and_has_its_own_id() {
        let patterns = patterns();
        assert!(patterns.len() > 90, "{}", patterns.len());
        let ids: HashSet<_> = patterns.iter().map(|pattern| pattern.id).collect();
        assert_eq!(ids.len(), patterns.len());
        for pattern in &patterns {
            assert!(!pattern.expression.is_match(""), "{} matches nothing", pattern.id);
            assert!(!pattern.title.is_empty() && !pattern.advice.is_empty(), "{}", pattern.id);
        }
    }
}
