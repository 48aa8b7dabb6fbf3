//! Selection of one item by the name or ID that the user typed.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::exit::{Failure, Status};

/// Maximum number of names in an error.
const HINTS: usize = 20;

/// Name and ID of an item.
pub(super) struct Label {
    pub(super) name: String,
    pub(super) id: String,
    /// What distinguishes the item from others of its name.
    note: String,
}

impl Label {
    pub(super) fn new(name: &str, id: &str) -> Self {
        Self { name: name.to_owned(), id: id.to_owned(), note: String::new() }
    }

    /// Adds what distinguishes the item from others of its name.
    pub(super) fn note(self, note: String) -> Self {
        Self { note, ..self }
    }

    /// Returns the ID for an error about several items of the name.
    fn distinct(self) -> String {
        match self.note.is_empty() {
            true => self.id,
            false => format!("{} ({})", self.id, self.note),
        }
    }
}

/// Reason why a name selects no item.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoMatch {
    /// Several items have the name.
    Ambiguous(String),
    /// No item has the name.
    Missing(String),
}

impl NoMatch {
    /// Returns the reason, which starts after the name.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Ambiguous(reason) | Self::Missing(reason) => reason,
        }
    }

    /// Creates the failure of an item that was looked up.
    pub(super) fn failure(&self, message: impl Into<String>) -> Failure {
        match self {
            Self::Ambiguous(_) => Failure::usage(message),
            Self::Missing(_) => Failure::new(Status::NotFound, message),
        }
    }
}

/// Returns the item with this ID, or else the only one with this name. A name that matches exactly
/// wins over one that differs in case or Unicode normalization.
pub(super) fn only<'a, T>(
    items: impl Iterator<Item = &'a T> + Clone,
    typed: &str,
    what: &str,
    label: impl Fn(&T) -> Label,
) -> Result<&'a T, NoMatch> {
    if let Some(item) = items.clone().find(|item| label(item).id == typed) {
        return Ok(item);
    }
    let exact: Vec<_> = items.clone().filter(|item| label(item).name == typed).collect();
    let wanted = folded(typed);
    let same = match exact.is_empty() {
        true => items.clone().filter(|item| folded(&label(item).name) == wanted).collect(),
        false => exact,
    };
    match same.as_slice() {
        [item] => Ok(item),
        [] => {
            let names: Vec<_> = items.map(|item| label(item).name).collect();
            Err(NoMatch::Missing(format!("no such {what}; {}", available(&names))))
        }
        several => {
            let first = several.iter().take(HINTS);
            let ids: Vec<_> = first.map(|item| label(item).distinct()).collect();
            let (count, mut ids) = (several.len(), ids.join(", "));
            if count > HINTS {
                ids += &format!(" and {} more", count - HINTS);
            }
            let reason =
                format!("{count} {what}s have this name; use the ID of one of them: {ids}");
            Err(NoMatch::Ambiguous(reason))
        }
    }
}

/// Lists names for an error.
pub(super) fn available(names: &[String]) -> String {
    if names.is_empty() {
        return "none exist".to_owned();
    }
    let mut seen = HashSet::new();
    let names: Vec<_> = names.iter().filter(|name| seen.insert(*name)).collect();
    let first: Vec<_> = names.iter().take(HINTS).map(|name| format!("'{name}'")).collect();
    match names.len().saturating_sub(HINTS) {
        0 => format!("available: {}", first.join(", ")),
        more => format!("available: {} and {more} more", first.join(", ")),
    }
}

/// Returns the form of a name in which names are compared: macOS decomposes `é`.
pub(super) fn normalized(name: &str) -> String {
    name.nfc().collect()
}

/// Returns the form of a name in which names are compared without case.
pub(super) fn folded(name: &str) -> String {
    normalized(&normalized(name).to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(names: &[&str], typed: &str) -> Result<String, NoMatch> {
        let items: Vec<_> = names.iter().zip('a'..).collect();
        let label = |(name, id): &(&&str, char)| Label::new(name, &id.to_string());
        only(items.iter(), typed, "field", label).map(|item| label(item).id)
    }

    #[test]
    fn matches_ids_then_exact_names_then_names_without_case() {
        assert_eq!(find(&["Status", "a"], "a"), Ok("a".to_owned()));
        assert_eq!(find(&["status", "Status"], "Status"), Ok("b".to_owned()));
        assert_eq!(find(&["Scene", "STATUS"], "status"), Ok("b".to_owned()));
        assert_eq!(find(&["Gr\u{f6}\u{df}e"], "gro\u{308}\u{df}e"), Ok("a".to_owned()));
    }

    #[test]
    fn lists_the_ids_of_an_ambiguous_name_and_the_available_names() {
        let reason = |names: &[&str], typed| find(names, typed).unwrap_err().reason().to_owned();
        assert_eq!(
            reason(&["Take", "take"], "TAKE"),
            "2 fields have this name; use the ID of one of them: a, b"
        );
        assert_eq!(
            reason(&["Take", "Take"], "Take"),
            "2 fields have this name; use the ID of one of them: a, b"
        );
        assert_eq!(reason(&["Take"], "Shot"), "no such field; available: 'Take'");
        assert_eq!(reason(&[], "Shot"), "no such field; none exist");
        assert_eq!(reason(&["x"; 23], "Shot"), "no such field; available: 'x'");
        let names: Vec<_> = (0..23).map(|number| format!("take {number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert!(reason(&names, "Shot").ends_with("'take 19' and 3 more"));
        assert!(reason(&["x"; 23], "x").ends_with(", t and 3 more"));
    }
}
