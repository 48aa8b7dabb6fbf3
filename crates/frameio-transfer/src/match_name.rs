//! Search for an item by a name that the user typed.

use unicode_normalization::UnicodeNormalization;

use crate::path::escaped;
use crate::{TransferError, TransferErrorKind};

/// Maximum number of names in a hint.
const HINTS: usize = 5;

/// Similarity of names above which one is a mistyped form of the other.
const SIMILAR: f64 = 0.85;

/// Returns the only item with this exact name, or else the only item whose name is equal in Unicode
/// normalization form C.
///
/// `describe` returns the name of an item, and its id for the error about several matches.
pub(crate) fn only<T>(
    all: Vec<T>,
    name: &str,
    within: &str,
    what: &str,
    describe: impl Fn(&T) -> (String, String),
) -> Result<T, TransferError> {
    let (mut exact, mut equal, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let form_c = normalized(name);
    for one in all {
        let its_name = describe(&one).0;
        if its_name == name {
            exact.push(one);
        } else if normalized(&its_name) == form_c {
            equal.push(one);
        } else {
            others.push(its_name);
        }
    }
    let mut same = if exact.is_empty() { equal } else { exact };
    if same.len() > 1 {
        let ids: Vec<_> = same.iter().map(|one| describe(one).1).collect();
        let message = format!(
            "{} items named '{name}' in {within}; use the ID of one of them: {}",
            same.len(),
            ids.join(", ")
        );
        return Err(TransferError::new(TransferErrorKind::Ambiguous, message));
    }
    same.pop().ok_or_else(|| {
        // An account is also an argument of its own, in which nothing is escaped.
        let shown: fn(&str) -> String = if what == "account" { str::to_owned } else { escaped };
        let hint = hint(name, &others, shown);
        let message = format!("no such {what} '{}' in {within}{hint}", shown(name));
        TransferError::new(TransferErrorKind::NotFound, message)
    })
}

/// Returns a hint with the only similar name, or a list of available ones, the most similar first; `shown` converts
/// each to the form in which it can be typed.
fn hint(name: &str, others: &[String], shown: fn(&str) -> String) -> String {
    let folded = |name: &str| normalized(&normalized(name).to_lowercase());
    let wanted = folded(name);
    let rated = others.iter().map(|other| (strsim::jaro_winkler(&folded(other), &wanted), other));
    let mut rated: Vec<_> = rated.collect();
    rated.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    let similar = rated.iter().filter(|(rating, _)| *rating > SIMILAR).count();
    match rated.as_slice() {
        [] => String::new(),
        [(rating, only), ..] if *rating >= 1.0 || similar == 1 => {
            format!("; did you mean '{}'?", shown(only))
        }
        all => {
            let first: Vec<_> =
                all.iter().take(HINTS).map(|(_, name)| format!("'{}'", shown(name))).collect();
            let more = match all.len().saturating_sub(HINTS) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("; available: {}{more}", first.join(", "))
        }
    }
}

/// Returns whether a name is equal in Unicode normalization form C.
pub(crate) fn is_named(its_name: &str, name: &str) -> bool {
    normalized(its_name) == normalized(name)
}

fn normalized(name: &str) -> String {
    name.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NFC: &str = "Caf\u{e9}";
    const NFD: &str = "Cafe\u{301}";

    fn find(all: &[&str], name: &str) -> Result<String, TransferError> {
        let all = all.iter().enumerate().map(|(id, name)| ((*name).to_owned(), id.to_string()));
        only(all.collect(), name, "/W", "folder", Clone::clone).map(|(_, id)| id)
    }

    #[test]
    fn prefers_an_exact_match_to_a_normalized_one() {
        assert_eq!(find(&[NFD], NFC).unwrap(), "0");
        assert_eq!(find(&[NFC], NFD).unwrap(), "0");
        assert_eq!(find(&[NFD, NFC], NFC).unwrap(), "1");
        assert_eq!(find(&[NFD, NFC], NFD).unwrap(), "0");
    }

    #[test]
    fn several_equal_names_are_ambiguous() {
        for (all, name) in [([NFC, NFC], NFC), ([NFD, NFD], NFC)] {
            let error = find(&all, name).unwrap_err();
            assert_eq!(error.kind(), TransferErrorKind::Ambiguous);
            assert!(error.to_string().ends_with("use the ID of one of them: 0, 1"), "{error}");
        }
    }

    #[test]
    fn a_hint_ignores_case_and_normalization() {
        let error = find(&["a", "CAFE\u{301}", "b"], NFC).unwrap_err();
        assert_eq!(error.kind(), TransferErrorKind::NotFound);
        assert!(error.to_string().ends_with("; did you mean 'CAFE\u{301}'?"), "{error}");
        let error = find(&["a", "b"], NFC).unwrap_err();
        assert!(error.to_string().ends_with("; available: 'a', 'b'"), "{error}");
    }

    #[test]
    fn a_hint_names_the_most_similar_items_first() {
        let folders = ["Dailies", "Cuts", "Sound", "Stills", "Legal", "Grade"];
        let error = find(&folders, "Stils").unwrap_err().to_string();
        assert!(error.ends_with("in /W; did you mean 'Stills'?"), "{error}");
        let error = find(&folders, "Reference").unwrap_err().to_string();
        assert!(error.ends_with(" and 1 more"), "{error}");
        let days = ["Reference", "Day 02", "Day 10", "Day 01", "Day 11", "Day 12", "Day 20"];
        let error = find(&days, "Day 03").unwrap_err().to_string();
        let expected = "; available: 'Day 01', 'Day 02', 'Day 10', 'Day 20', 'Day 11' and 2 more";
        assert!(error.ends_with(expected), "{error}");
    }
}
