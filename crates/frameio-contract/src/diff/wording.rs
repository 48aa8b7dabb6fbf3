//! Descriptions of changes.

use std::collections::BTreeSet;

/// Describes a change of a value.
pub(super) fn changed(old: &str, new: &str) -> String {
    format!("{old} -> {new}")
}

/// Describes the additions to a set and the removals from it.
pub(super) fn sets<T: Ord + ToString>(old: &BTreeSet<T>, new: &BTreeSet<T>) -> Vec<String> {
    let added = new.difference(old).map(|it| format!("{} is new", it.to_string()));
    let removed = old.difference(new).map(|it| format!("{} is gone", it.to_string()));
    added.chain(removed).collect()
}
