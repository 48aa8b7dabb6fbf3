//! The list of allowed types in `.ci/public-types.txt`.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Found, Use};

/// Crates whose public API is checked. The list must have exactly one line for each of them.
const CHECKED: [&str; 18] = [
    "frameio-core",
    "frameio-tower",
    "frameio-client",
    "frameio-transport",
    "frameio-auth",
    "frameio-api",
    "frameio-webhook",
    "frameio-transfer",
    "frameio-legacy",
    "frameio-redis",
    "frameio-timecode",
    "frameio-markers",
    "frameio-comments",
    "frameio-mhl",
    "frameio-archive",
    "frameio-migrate",
    "frameio-cassette",
    "frameio-verify",
];

/// A crate (`http`) or one item of it (`tokio::time::Instant`), in general or behind a feature
/// (`tower[tower]`).
#[derive(Debug)]
struct Entry {
    item: String,
    feature: Option<String>,
}

impl Entry {
    fn parse(text: &str) -> Self {
        match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            Some((item, feature)) => {
                Self { item: item.to_owned(), feature: Some(feature.to_owned()) }
            }
            None => Self { item: text.to_owned(), feature: None },
        }
    }

    fn names(&self, item: &str) -> bool {
        item == self.item || package(item) == self.item
    }

    fn allows(&self, item: &str, usage: &Use) -> bool {
        self.names(item)
            && self.feature.as_ref().is_none_or(|feature| usage.features.contains(feature))
    }
}

/// The allowed foreign items of each crate.
pub(super) struct Allowed(BTreeMap<String, Vec<Entry>>);

impl Allowed {
    pub(super) fn read(root: &Path) -> Self {
        let allowed =
            Self::parse(&std::fs::read_to_string(root.join(".ci/public-types.txt")).unwrap());
        let mut checked = CHECKED.to_vec();
        checked.sort_unstable();
        assert!(
            allowed.crates().eq(checked.iter().copied()),
            ".ci/public-types.txt must have one line for each of {checked:?}"
        );
        allowed
    }

    fn parse(text: &str) -> Self {
        let mut crates = BTreeMap::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, entries) = line.split_once(':').unwrap_or_else(|| {
                panic!("line without a crate in .ci/public-types.txt: '{line}'")
            });
            let entries = entries.split_whitespace().map(Entry::parse).collect();
            let previous = crates.insert(name.to_owned(), entries);
            assert!(previous.is_none(), "two lines for {name} in .ci/public-types.txt");
        }
        Self(crates)
    }

    pub(super) fn crates(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns a message for each item that is used but not listed, and listed but not used.
    pub(super) fn complaints(&self, name: &str, found: &Found) -> Vec<String> {
        let entries = self.0.get(name).map_or(&[] as &[_], Vec::as_slice);
        let mut complaints = Vec::new();
        for (item, uses) in found {
            let refused = |usage: &&Use| !entries.iter().any(|entry| entry.allows(item, usage));
            let Some(usage) = uses.iter().find(refused) else { continue };
            complaints.push(complaint(name, item, usage, entries));
        }
        for entry in entries {
            let mut all = found.iter().flat_map(|(item, uses)| uses.iter().map(move |u| (item, u)));
            if !all.any(|(item, usage)| entry.allows(item, usage)) {
                complaints.push(format!(
                    "{name}: no public signature uses `{}`; remove it from the line `{name}:`",
                    entry.item
                ));
            }
        }
        complaints
    }
}

fn complaint(name: &str, item: &str, usage: &Use, entries: &[Entry]) -> String {
    let place = format!("{name}: `{item}` is part of the public API\n    in {}", usage.place);
    let feature = entries.iter().find(|entry| entry.names(item)).and_then(|e| e.feature.as_ref());
    let advice = match feature {
        Some(feature) => format!(
            "It is allowed only behind the feature `{feature}`: put the item under \
             `#[cfg(feature = \"{feature}\")]`, or use a type of the workspace instead."
        ),
        None => format!(
            "Use a type of the workspace or of std instead, or make the item `pub(crate)`. If users \
             need the type, add `{}` or `{item}` to the line `{name}:` of .ci/public-types.txt, with \
             the reason in a comment.",
            package(item)
        ),
    };
    format!("{place}\n    {advice}")
}

/// Returns the package of a foreign item: `tower-layer` for `tower_layer::Layer`.
fn package(item: &str) -> String {
    item.split("::").next().unwrap_or_default().replace('_', "-")
}

#[cfg(test)]
fn found(items: &[(&str, &str, &[&str])]) -> Found {
    let mut found = Found::new();
    for (item, place, features) in items {
        let features = features.iter().map(|feature| (*feature).to_owned()).collect();
        found
            .entry((*item).to_owned())
            .or_default()
            .push(Use { place: (*place).to_owned(), features });
    }
    found
}

#[test]
fn reports_an_unlisted_item_with_its_location() {
    let allowed = Allowed::parse("a: http tokio::time::Instant");
    let fine = [("http::Uri", "a.rs: f", &[][..]), ("tokio::time::Instant", "a.rs: g", &[])];
    assert_eq!(allowed.complaints("a", &found(&fine)), [""; 0]);
    let sleep = found(&[fine[0], fine[1], ("tokio::time::Sleep", "b.rs: Timer::sleep", &[])]);
    let complaints = allowed.complaints("a", &sleep);
    assert_eq!(complaints.len(), 1);
    assert!(complaints[0].contains("b.rs: Timer::sleep"), "{}", complaints[0]);
    assert!(complaints[0].contains("add `tokio` or `tokio::time::Sleep`"), "{}", complaints[0]);
}

#[test]
fn a_feature_entry_allows_an_item_only_behind_that_feature() {
    let allowed = Allowed::parse("a: tower[retry]");
    let behind = ("tower::retry::Policy", "a.rs: f", &["retry"][..]);
    assert_eq!(allowed.complaints("a", &found(&[behind])), [""; 0]);
    let complaints =
        allowed.complaints("a", &found(&[behind, ("tower::retry::Policy", "b.rs: g", &[])]));
    assert_eq!(complaints.len(), 1);
    assert!(complaints[0].contains("b.rs: g"), "{}", complaints[0]);
    assert!(complaints[0].contains("only behind the feature `retry`"), "{}", complaints[0]);
}

#[test]
fn reports_an_unused_entry() {
    let complaints = Allowed::parse("a: http").complaints("a", &Found::new());
    assert_eq!(complaints, ["a: no public signature uses `http`; remove it from the line `a:`"]);
}
